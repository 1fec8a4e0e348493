"""How do facts become a page, and how does the page get its name?"""

from __future__ import annotations

import errno
import os
import shlex
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from vardskiftet.engine.files import sync_folder
from vardskiftet.errors import NoRoom, Unreachable
from vardskiftet.failpoint import reach
from vardskiftet.report.charts import fewer, flow_picture, portions
from vardskiftet.report.facts import Facts
from vardskiftet.report.labels import Lang, Speech, read_labels
from vardskiftet.shipped import shipped

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def render(facts: Facts, template: str = "wave.html", lang: Lang = "en") -> str:
    """The page as one self-contained HTML text. Raises KeyError for a missing label and jinja2.UndefinedError for a missing fact."""
    return fill(
        template,
        lang,
        facts=facts,
        complete=facts.complete,
        drawn=fewer(facts.mappings),
        picture=flow_picture(facts.mappings),
        portions=portions,
    )


def fill(template: str, lang: Lang, **values: object) -> str:
    """A template filled with values, beside the words of the language. Raises KeyError and jinja2.UndefinedError as `render` does."""
    folder = shipped() / "reports"
    speech = Speech(lang=lang, words=read_labels(folder, lang))
    page = _environment(folder).get_template(template)
    return page.render(
        lang=lang,
        speech=speech,
        say=speech.say,
        number=speech.number,
        share=speech.share,
        moment=speech.moment,
        quoted=shlex.quote,
        **values,
    )


def write(text: str, path: Path) -> Path:
    """Write the page for its owner alone: a temporary name, synced, renamed. Raises NoRoom or Unreachable; nothing half-written stays."""
    return write_bytes(text.encode(), path)


def write_bytes(content: bytes, path: Path) -> Path:
    """Write a file as `write` does, as it is."""
    temporary: Path | None = None
    try:
        reach("report.write.before")
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        reach("report.rename.before")
        temporary.replace(path)
        sync_folder(path.parent)
        reach("report.rename.after")
    except OSError as fault:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        told = f"The report could not be written: {fault.strerror}."
        if fault.errno in _FULL:
            raise NoRoom(told, where=str(path), hint="Make room, and give the command again.") from fault
        raise Unreachable(told, where=str(path), hint="Choose a folder that you may write to.") from fault
    return path


class _Sealed(ImmutableSandboxedEnvironment):
    """A sandbox that asks once for each attribute of a kind of value: its rules go by the kind alone, and a page asks a million times."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._safe: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read it."""
        key = (type(obj), attr)
        if key not in self._safe:
            self._safe[key] = super().is_safe_attribute(obj, attr, value)
        return self._safe[key]


@lru_cache(maxsize=4)
def _environment(folder: Path) -> _Sealed:
    """Templates that can read facts and nothing else: sandboxed, everything escaped, a missing fact is an error."""
    return _Sealed(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
