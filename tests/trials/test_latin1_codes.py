"""Is a list in ISO-8859-1 refused where it is declared UTF-8, and right where it is declared as it is? 977 diagnosis codes, fixed width."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from delivered import opened, rows_of_table
from shared_data import shared

from vardskiftet.errors import IntegrityBroken

CODES = 977
"""As the data's own description counts them."""
LONGEST = 127
PLACES: dict[str, Any] = {
    "files": "KSH97P_KOD.ANS",
    "short_lines": True,
    "columns": [
        {"column": "code", "start": 1, "width": 7, "strip": "right"},
        {"column": "title", "start": 8, "width": LONGEST - 7, "strip": "right"},
    ],
}


def delivered(tmp_path: Path) -> bytes:
    """The list in the system's folder."""
    found = shared("latin1-codes") / "KSH97P_KOD.ANS"
    (tmp_path / "drops").mkdir()
    shutil.copy(found, tmp_path / "drops")
    return found.read_bytes()


def test_declared_utf8_the_list_is_refused_whole(tmp_path: Path) -> None:
    delivered(tmp_path)
    with opened(tmp_path, "fixed_width", tables={"code": PLACES}) as source, pytest.raises(IntegrityBroken) as refused:
        source.count("code")
    assert refused.value.exit_code == 8
    assert refused.value.where == "KSH97P_KOD.ANS"
    assert "encoding" in refused.value.hint
    assert not list((tmp_path / "work").rglob("*.sqlite"))


@pytest.mark.parametrize("encoding", ["iso-8859-1", "latin-1", "cp1252"])
def test_declared_as_it_is_the_list_is_right(tmp_path: Path, encoding: str) -> None:
    raw = delivered(tmp_path)
    with opened(tmp_path, "fixed_width", encoding, tables={"code": PLACES}) as source:
        rows = rows_of_table(source, "code")
        assert source.count("code") == len(rows) == CODES == raw.count(b"\n")
    assert {damage for *_, damage in rows} == {None}
    # By another hand: latin-1 is the one encoding in which a byte is its own code point.
    expected = sorted((line[:7].rstrip(b" "), line[7:].rstrip(b" ")) for line in raw.split(b"\n") if line)
    assert sorted(tuple("".join(value or "").encode("latin-1") for value in row[:2]) for row in rows) == expected
    assert ("A045", "Enterit orsakad av Campylobacter", None) in rows
    assert any("ö" in (title or "") for _, title, _ in rows)
    assert not any("\ufffd" in (title or "") for _, title, _ in rows)
