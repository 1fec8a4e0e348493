"""How is a report of tests read? JUnit XML: each attempt of each test case is a row, and none is left out."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree
from xml.parsers import expat

from vardskiftet.engine.evidence.raw import RawFile, Unusable

COLUMNS = ("suite", "test", "attempt", "outcome", "seconds", "at")
OUTCOMES = {"failure": "failed", "error": "error", "skipped": "skipped"}
DEEPEST = 32
"""Suites within suites."""


def read(content: bytes, wanted: tuple[str, ...]) -> RawFile:
    """Test cases with suite, test, attempt, outcome, seconds and the suite's time. Raises Unusable for what is no such report."""
    unknown = [name for name in wanted if name not in COLUMNS]
    if unknown:
        raise Unusable(f"has no column '{unknown[0]}'.", f"A JUnit report gives {', '.join(COLUMNS)}.")
    _hold_to_elements(content)
    root = ElementTree.fromstring(content)
    if root.tag not in ("testsuites", "testsuite"):
        raise Unusable("is no JUnit report.", "Its outermost element is <testsuites> or <testsuite>.")
    seen: Counter[tuple[str, str]] = Counter()
    rows: list[tuple[int, tuple[str, ...]]] = []
    _walk(root, ("", ""), seen, rows)
    return RawFile(COLUMNS, tuple(rows), "utf-8")


def _hold_to_elements(content: bytes) -> None:
    """Read once for its build alone, in whatever encoding: no document type, so no entities, and no endless nesting."""
    parser, depth = expat.ParserCreate(), 0

    def declares(*_told: object) -> None:
        raise Unusable("declares entities or a document type.", "A report of tests needs none; export it anew.")

    def opens(_name: str, _told: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Unusable("is nested too deeply.", "", parser.CurrentLineNumber)

    def closes(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler, parser.StartElementHandler, parser.EndElementHandler = declares, opens, closes
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise Unusable("is not XML, or not to its end.", "Was it copied to the end? Export it anew.", error.lineno) from error


def _walk(
    element: ElementTree.Element, above: tuple[str, str], seen: Counter[tuple[str, str]], rows: list[tuple[int, tuple[str, ...]]]
) -> None:
    suite = element.get("name", "") or above[0]
    at = element.get("timestamp", "") or above[1]
    for inner in element:
        if inner.tag == "testsuite":
            _walk(inner, (suite, at), seen, rows)
        elif inner.tag == "testcase":
            name = ".".join(part for part in (inner.get("classname", ""), inner.get("name", "")) if part)
            seen[suite, name] += 1
            outcome = next((OUTCOMES[child.tag] for child in inner if child.tag in OUTCOMES), "passed")
            rows.append((len(rows) + 1, (suite, name, str(seen[suite, name]), outcome, inner.get("time", "0"), at)))
