"""Which words does the engine give to the declarations? Its tables of transforms, sources and targets, and a probe for SQL."""

from __future__ import annotations

from vardskiftet.engine import sources, targets, transforms
from vardskiftet.engine.probe import probe
from vardskiftet.engine.reasons import REASONS
from vardskiftet.engine.sources.protocol import SourceKind
from vardskiftet.engine.targets.protocol import TargetKind
from vardskiftet.model.vocabulary import Kind, Vocabulary


def vocabulary() -> Vocabulary:
    """The names that declarations may use, with the options of each."""
    return Vocabulary(
        transforms={name: Kind(module.Options, module.MAIN, module.SAYS) for name, module in transforms.KINDS.items()},
        sources={name: _kind(module) for name, module in sources.KINDS.items()},
        targets={name: _kind(module) for name, module in targets.KINDS.items()},
        probe=probe,
        reasons=REASONS,
    )


def _kind(module: SourceKind | TargetKind) -> Kind:
    return Kind(module.OPTIONS, module.MAIN, module.SAYS)
