"""Are codes read letter by letter, and is every odd line told?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_region import VOCABULARY, told, understood

from vardskiftet.declare.codebook import read_codebook
from vardskiftet.declare.faults import Faults
from vardskiftet.declare.files import File
from vardskiftet.declare.reading import Reading

PATH = "mappings/codes/visit_type.csv"
HEAD = "# code_system: visit_type\nsource,target\n"

CASES = {
    "no code system": ("source,target\nNB,new\n", 1, "does not begin with its code system", "# code_system: NAME"),
    "wrong comment": ("# codesystem: x\nsource,target\nNB,new\n", 1, "does not begin with its code system", "# code_system: NAME"),
    "no heading": ("# code_system: visit_type\nNB,new\n", 2, "lacks its heading", "source,target"),
    "semicolons": ("# code_system: visit_type\nsource;target\nNB;new\n", 2, "lacks its heading", "comma"),
    "three columns": (HEAD + "NB,new\nÅB,return,x\n", 4, "has 3 columns, not 2", "double quotes"),
    "one column": (HEAD + "NB,new\nÅB\n", 4, "has 1 columns, not 2", ""),
    "twice": (HEAD + "NB,new\nÅB,return\nNB,old\n", 5, "'NB' stands twice; first on line 3", "Keep one"),
    "no target": (HEAD + "NB,new\nÅB,\n", 4, "the target is empty", "both"),
    "no source": (HEAD + "NB,new\n ,return\n", 4, "the source is empty", "both"),
    "blanks": (HEAD + "NB,new\nÅB, return\n", 4, "has blanks around it", "Remove"),
    "no codes": (HEAD, 2, "holds no codes", ""),
    "open quote": (HEAD + 'NB,"new\n', 3, "is not readable as CSV", "one pair a line"),
    "nothing": ("", 1, "does not begin with its code system", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_an_odd_line_is_told(tmp_path: Path, case: str) -> None:
    text, line, message, hint = CASES[case]
    faults = [fault for fault in told(tmp_path, {PATH: text}) if fault.path == PATH]
    assert any(fault.line == line and message in fault.message and hint in fault.hint for fault in faults)


def test_codes_keep_commas_quotes_and_blanks_of_the_source(tmp_path: Path) -> None:
    text = HEAD.replace("\n", "\r\n") + '"A,B",new\r\n" C ",return\r\n\r\n"D""",x\r\n'
    assert understood(tmp_path, {PATH: text}).codebook("visit_type").entries == (("A,B", "new"), (" C ", "return"), ('D"', "x"))


def test_bytes_that_are_not_utf8_are_told_on_their_line(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {PATH: HEAD.encode() + b"NB,new\n\xc5B,return\n"})
    assert (fault.path, fault.line) == (PATH, 4) and "is not UTF-8" in fault.message


CODE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufffe\uffff"), min_size=1)


@given(st.dictionaries(CODE.filter(str.strip), CODE.filter(lambda code: code == code.strip()), min_size=1))
def test_every_code_comes_back_unchanged(codes: dict[str, str]) -> None:
    def cell(code: str) -> str:
        return '"' + code.replace('"', '""') + '"'

    text = HEAD + "".join(f"{cell(source)},{cell(target)}\n" for source, target in codes.items())
    reading = Reading(Path(), VOCABULARY, Faults())
    book = read_codebook(File(PATH, text.encode()), reading)
    assert reading.faults.told() == () and book is not None and dict(book.value.entries) == codes
