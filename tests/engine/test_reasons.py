"""Is every reason that the engine can give in the list that budgets are held against?"""

from __future__ import annotations

import re
from pathlib import Path

import vardskiftet.engine
from vardskiftet.engine.reasons import REASONS
from vardskiftet.engine.transforms import KINDS

ENGINE = Path(vardskiftet.engine.__file__).parent
QUOTED = re.compile(r"""'([A-Z]+(?:_[A-Z]+)+)'""")


def test_every_reason_in_the_engines_sql_is_listed() -> None:
    files = [path for path in ENGINE.rglob("*.py") if "sources" not in path.parts and path.name not in ("reasons.py", "probe.py")]
    given = {reason for path in files for reason in QUOTED.findall(path.read_text(encoding="utf-8"))}
    assert len(given) > 20
    assert given - set(REASONS) == set()


def test_every_reason_of_a_transforms_examples_is_listed() -> None:
    shown = {example.reason for name, module in KINDS.items() if name != "python" for example in module.EXAMPLES if example.reason}
    assert shown
    assert shown - set(REASONS) == set()
