"""Who speaks? Only this module. stdout is the answer, stderr is progress and log; with --json stdout is exactly one document."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from vardskiftet.cli.sheet import Sheet, Verbatim, folded, in_ascii, sheet
from vardskiftet.errors import DeclarationsWrong, Fault, VardskiftetError
from vardskiftet.model.progress import Progress


class ReaderGone(Exception):
    """Whoever read the answer has left. No OSError: the parser of arguments would end such a one with 1, which is a finding."""


class _Voice(Console):
    """A console whose reader may leave: that ends the command quietly, and is no finding."""

    def on_broken_pipe(self) -> None:
        """Leave it to the boundary."""
        raise ReaderGone


_out = _Voice(highlight=False, soft_wrap=True)
_err = _Voice(stderr=True, highlight=False, soft_wrap=True)

NAME = "vardskiftet"
SECONDS_BETWEEN_LINES = 2.0
WIDEST_HELP = 100
PIECES = 10_000


@dataclass
class Answer:
    """What a verb answers, in words and as one JSON document; both from the same values."""

    schema: str
    exit_code: int = 0
    own: dict[str, Any] = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    next_steps: Sequence[str] = ()
    parts: list[str | Sheet | Verbatim] = field(default_factory=list)
    """What a person reads: texts and tables, in order."""

    def say(self, text: str) -> None:
        """A line for a person; declared words in it are shown as they are, never read as markup."""
        self.parts.append(text)

    def verbatim(self, text: str) -> None:
        """Lines that are for a program as much as for a person: never folded."""
        self.parts.append(Verbatim(text))

    def because(self, id: str, message: str, *, severity: str = "finding", where: str = "", hint: str = "") -> None:
        """A reason for an exit code other than 0."""
        self.reasons.append({"id": id, "severity": severity, "message": message, "where": where, "hint": hint})

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """A table; numbers are set right, the rest left. Where it is too wide for the terminal, its rows stand one under the other."""
        self.parts.append(sheet(title, columns, rows))


def show(answer: Answer, *, as_json: bool) -> int:
    """Print the answer; returns its exit code."""
    if as_json:
        _document(answer.schema, answer.exit_code, answer.reasons, answer.next_steps, answer.own)
        return answer.exit_code
    for part in answer.parts:
        if isinstance(part, str):
            _tell(_out, part)
        else:
            for line in part.lines(_width(_out)):
                _line(_out, line)
    for reason in answer.reasons:
        where = f"{reason['where']}  " if reason["where"] else ""
        _tell(_out, f"! {where}{reason['message']}", style="bold")
        if reason["hint"]:
            _tell(_out, f"    {reason['hint']}")
    if answer.next_steps:
        _tell(_out, "next:")
        for step in answer.next_steps:
            _line(_out, f"  {_callable(step)}")  # never folded: it is there to be copied
    return answer.exit_code


def _tell(voice: Console, text: str, style: str | None = None) -> None:
    """A line, folded between words on a terminal; what a file or another program reads is never folded."""
    for line in (part for one in text.split("\n") for part in folded(one, _width(voice))):
        _line(voice, line, style)


def _line(voice: Console, text: str, style: str | None = None) -> None:
    """A line as it is."""
    voice.print(escape(_shown(voice, text)), style=style)


def _width(voice: Console) -> int | None:
    return voice.width if voice.is_terminal else None


def _shown(voice: Console, text: str) -> str:
    """The text, or the nearest that the reader's encoding can show."""
    try:
        text.encode(voice.encoding)
    except UnicodeEncodeError:
        return in_ascii(text)
    return text


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
        _tell(_err, f"{fault.where}  {fault.trail}")
        _tell(_err, f"    {fault.message}")
        if fault.hint:
            _tell(_err, f"    {fault.hint}")
        _err.print()
    where = f"{error.where}: " if error.where else ""
    _tell(_err, f"{where}{error.message}", style="bold")
    if error.hint:
        _tell(_err, f"    {error.hint}")
    return error.exit_code


def _fault_reason(id: str, fault: Fault) -> dict[str, Any]:
    return {"id": id, "severity": "error", "message": f"{fault.trail}: {fault.message}", "where": fault.where, "hint": fault.hint}


def _document(schema: str, exit_code: int, reasons: Sequence[Mapping[str, Any]], next_steps: Sequence[str], own: Mapping[str, Any]) -> None:
    body = {"schema": schema, "ok": exit_code == 0, "exit_code": exit_code, "reasons": list(reasons), "next_steps": list(next_steps), **own}
    pieces = json.JSONEncoder(ensure_ascii=False, indent=1).iterencode(body)
    try:
        while page := "".join(islice(pieces, PIECES)):  # tens of thousands of results need not lie in memory as one text
            sys.stdout.write(_spelt(page, _out.encoding))
        sys.stdout.write("\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error


def _spelt(text: str, encoding: str) -> str:
    """A piece of a document as the reader's encoding can show it: the same document, other letters escaped."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(letter if letter.isascii() else json.dumps(letter)[1:-1] for letter in text)
    return text


def answer(text: str) -> None:
    """A line on stdout."""
    _tell(_out, text)


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
            end = "\n" if ended else "\r"
            _err.print(escape(_shown(_err, line)), end=end, overflow="crop", no_wrap=True, crop=True, soft_wrap=False)
        else:
            _line(_err, line)

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


def help_width() -> int:
    """How wide help is set: as the terminal, but no wider than can be read, and narrow where that is all there is."""
    return min(shutil.get_terminal_size().columns, WIDEST_HELP) - 2


def can_ask() -> bool:
    """Whether a person sits there to answer a question."""
    return sys.stdin.isatty() and _err.is_terminal


def ask(question: str) -> str:
    """A person's answer, asked on stderr. Raises KeyboardInterrupt if they leave."""
    try:
        return _err.input(f"{escape(_shown(_err, question))} ").strip()
    except EOFError as error:
        raise KeyboardInterrupt from error
