"""How do people write what they hand in? Delimited text of several kinds, workbooks with a title above, JSON, reports of tests."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import quoteattr

Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's name, its headings and its rows. The ending says how it is written; `swedish` CSV has semicolons and Windows' letters."""

    file: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    swedish: bool = False
    title: str = ""
    at: datetime | None = None
    """When a report of tests was run."""


def written(sheet: Sheet) -> bytes:
    """The file's bytes."""
    match sheet.file.rpartition(".")[2]:
        case "xlsx":
            return _workbook(sheet)
        case "json":
            rows = [dict(zip(sheet.headings, row, strict=True)) for row in sheet.rows]
            return json.dumps({"rows": rows}, ensure_ascii=False, indent=1).encode()
        case "xml":
            return _tests(sheet)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if sheet.swedish else ",", lineterminator="\r\n" if sheet.swedish else "\n")
    writer.writerow(sheet.headings)
    writer.writerows(sheet.rows)
    return text.getvalue().encode("cp1252" if sheet.swedish else "utf-8")


def _workbook(sheet: Sheet) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    for row in ((sheet.title,), (), sheet.headings, *sheet.rows):
        page.append(list(row))
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _tests(sheet: Sheet) -> bytes:
    """JUnit XML: rows are (suite, class, test, outcome)."""
    at = sheet.at.isoformat(timespec="seconds") if sheet.at else ""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>"]
    for suite in dict.fromkeys(str(row[0]) for row in sheet.rows):
        mine = [row for row in sheet.rows if row[0] == suite]
        lines.append(f"  <testsuite name={quoteattr(suite)} tests={quoteattr(str(len(mine)))} timestamp={quoteattr(at)}>")
        lines += [_test(str(row[1]), str(row[2]), str(row[3])) for row in mine]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""]).encode()


def _test(group: str, name: str, outcome: str) -> str:
    inner = {"passed": "", "failed": '<failure message="not word for word"/>', "skipped": "<skipped/>"}[outcome]
    return f'    <testcase classname={quoteattr(group)} name={quoteattr(name)} time="1.2">{inner}</testcase>'
