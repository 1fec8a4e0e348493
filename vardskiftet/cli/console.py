"""Who speaks? Only this module. stdout is the answer, stderr is progress and log; with --json stdout is exactly one document."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vardskiftet.errors import DeclarationsWrong, Fault, VardskiftetError
from vardskiftet.model.progress import Progress


class _Voice(Console):
    """A console whose reader may leave: that ends the command quietly, and is no finding."""

    def on_broken_pipe(self) -> None:
        """Leave it to the boundary."""
        raise BrokenPipeError


_out = _Voice(highlight=False, soft_wrap=True)
_err = _Voice(stderr=True, highlight=False, soft_wrap=True)

NAME = "vardskiftet"
SECONDS_BETWEEN_LINES = 2.0


@dataclass
class Answer:
    """What a verb answers, in words and as one JSON document; both from the same values."""

    schema: str
    exit_code: int = 0
    own: dict[str, Any] = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    next_steps: Sequence[str] = ()
    parts: list[Any] = field(default_factory=list)
    """What a person reads: texts and tables, in order."""

    def say(self, text: str) -> None:
        """A line for a person; declared words in it are shown as they are, never read as markup."""
        self.parts.append(text)

    def because(self, id: str, message: str, *, severity: str = "finding", where: str = "", hint: str = "") -> None:
        """A reason for an exit code other than 0."""
        self.reasons.append({"id": id, "severity": severity, "message": message, "where": where, "hint": hint})

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """A table; numbers are set right, the rest left."""
        made = Table(title=title or None, title_justify="left", box=None, pad_edge=False, show_edge=False)
        for place, column in enumerate(columns):
            numeric = bool(rows) and all(isinstance(row[place], int) for row in rows)
            made.add_column(column, justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
        for row in rows:
            made.add_row(*(escape(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row))
        self.parts.append(made)


def show(answer: Answer, *, as_json: bool) -> int:
    """Print the answer; returns its exit code."""
    if as_json:
        _document(answer.schema, answer.exit_code, answer.reasons, answer.next_steps, answer.own)
        return answer.exit_code
    for part in answer.parts:
        _out.print(escape(part) if isinstance(part, str) else part)
    for reason in answer.reasons:
        where = f"{reason['where']}  " if reason["where"] else ""
        _out.print(escape(f"! {where}{reason['message']}"), style="bold")
        if reason["hint"]:
            _out.print(escape(f"    {reason['hint']}"))
    if answer.next_steps:
        _out.print("next:")
        for step in answer.next_steps:
            _out.print(escape(f"  {_callable(step)}"))
    return answer.exit_code


def _callable(step: str) -> str:
    """A next step as it can be typed here: by its path where `vardskiftet` is not on the shell's."""
    if not step.startswith(f"{NAME} ") or shutil.which(NAME):
        return step
    own = Path(sys.argv[0])
    return f"{shlex.quote(str(own.absolute()))}{step.removeprefix(NAME)}" if own.name == NAME else f"{sys.executable} -m {step}"


def show_error(error: VardskiftetError, *, schema: str, as_json: bool) -> int:
    """Print a foreseen failure: what, where, why, and what to do. Returns its exit code."""
    faults = error.faults if isinstance(error, DeclarationsWrong) else ()
    if as_json:
        reasons = [_fault_reason(error.id, fault) for fault in faults] or [
            {"id": error.id, "severity": "error", "message": error.message, "where": error.where, "hint": error.hint}
        ]
        _document(schema, error.exit_code, reasons, (), {})
        return error.exit_code
    for fault in faults:
        _err.print(escape(f"{fault.where}  {fault.trail}"))
        _err.print(escape(f"    {fault.message}"))
        if fault.hint:
            _err.print(escape(f"    {fault.hint}"))
        _err.print()
    where = f"{error.where}: " if error.where else ""
    _err.print(escape(f"{where}{error.message}"), style="bold")
    if error.hint:
        _err.print(escape(f"    {error.hint}"))
    return error.exit_code


def _fault_reason(id: str, fault: Fault) -> dict[str, Any]:
    return {"id": id, "severity": "error", "message": f"{fault.trail}: {fault.message}", "where": fault.where, "hint": fault.hint}


def _document(schema: str, exit_code: int, reasons: Sequence[Mapping[str, Any]], next_steps: Sequence[str], own: Mapping[str, Any]) -> None:
    body = {"schema": schema, "ok": exit_code == 0, "exit_code": exit_code, "reasons": list(reasons), "next_steps": list(next_steps), **own}
    sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=1) + "\n")


def answer(text: str) -> None:
    """A line on stdout."""
    _out.print(escape(text))


class Teller:
    """Shows progress on stderr: one line that is renewed on a terminal, one plain line per change elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._step = ""
        self._since = 0.0
        self._said = 0.0

    def __call__(self, progress: Progress) -> None:
        """Show how far a step has come, with its rate and the time that is left."""
        if self.quiet:
            return
        now = time.monotonic()
        fresh = progress.step != self._step
        if fresh:
            self._step, self._since = progress.step, now
        ended = progress.of > 0 and progress.done >= progress.of
        if not (fresh or ended or now - self._said >= SECONDS_BETWEEN_LINES or _err.is_terminal):
            return
        self._said = now
        line = self._line(progress, now - self._since)
        if _err.is_terminal:
            if fresh:
                self.close()
            _err.print(escape(line), end="\r" if not ended else "\n", overflow="crop", no_wrap=True, crop=True, soft_wrap=False)
        else:
            _err.print(escape(line))

    def close(self) -> None:
        """End the renewed line."""
        if _err.is_terminal and self._said and not self.quiet:
            _err.print()

    def _line(self, progress: Progress, seconds: float) -> str:
        if not progress.of:
            return progress.step
        share = f"{progress.step}  {progress.done:,} of {progress.of:,}"
        batches = f"  batch {progress.batches_done} of {progress.batches_of}" if progress.batches_of else ""
        if seconds < 0.5 or not progress.done:
            return f"{share}{batches}"
        rate = progress.done / seconds
        left = max(0, progress.of - progress.done) / rate
        return f"{share}{batches}  {rate:,.0f}/s  {_clock(left)} left"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def can_ask() -> bool:
    """Whether a person sits there to answer a question."""
    return sys.stdin.isatty() and _err.is_terminal


def ask(question: str) -> str:
    """A person's answer, asked on stderr. Raises KeyboardInterrupt if they leave."""
    try:
        return _err.input(f"{escape(question)} ").strip()
    except EOFError as error:
        raise KeyboardInterrupt from error
