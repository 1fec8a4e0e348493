"""Does a region's own code run only where a person trusts it as it stands, and lose no row where it fails?"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
from landing import desk, fates, landed, project, rows
from test_language import CODE_TABLE

from vardskiftet.cli import main
from vardskiftet.declare import read
from vardskiftet.engine.vocabulary import vocabulary
from vardskiftet.errors import DeclarationsWrong, Usage
from vardskiftet.run.desk import save_plan
from vardskiftet.run.planning import make_plan
from vardskiftet.run.trust import demand_trust

MAPPING = "reads: d\ninto: finding\nkey: [id]\nunit: {is: ward}\nfields:\n  code: {from: code, through: {python: codes.plain}}\n"
CODE = 'def plain(codes):\n    if (codes == "boom").any():\n        raise RuntimeError("19121212-1212")\n    return codes.str.lower()\n'
ROWS = ["create table d (id integer, code text)", "insert into d values (1, 'J45'), (2, 'boom'), (3, 'E11')"]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return project(tmp_path, source=ROWS, record=CODE_TABLE, mappings={"finding": MAPPING}, code={"codes": CODE}, batch_rows=10)


def typed(folder: Path, *arguments: str) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main.run([*arguments, "--project", str(folder)])
    return code, said.getvalue()


def test_a_row_on_which_code_fails_is_rejected_and_its_neighbours_load(own: Path) -> None:
    assert landed(own).books.closes
    assert rows(own, "select _key, code from finding order by 1") == [("1", "j45"), ("3", "e11")]
    assert fates(own) == [("2", "", "rejected", "CODE_FAILED")]


def test_code_that_nobody_signed_does_not_run(own: Path) -> None:
    (own / "mappings/python/codes.py").write_text(f"from pathlib import Path\nPath({str(own / 'ran')!r}).touch()\n{CODE}", encoding="utf-8")
    assert typed(own, "plan", "first")[0] == 0
    for verb in (("apply", "first"), ("rehearse", "first"), ("mappings", "test"), ("mappings", "preview", "old.finding")):
        code, said = typed(own, *verb)
        assert (code, "vardskiftet mappings trust codes" in said) == (2, True), said
    assert not (own / "ran").exists()
    assert typed(own, "rehearse", "first", "--trust-code")[0] == 1  # one reject, and no budget for it
    assert (own / "ran").exists()


def test_a_signature_holds_until_the_file_changes(own: Path) -> None:
    path = own / "waves/programme.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "people:\n  - {person: anna, name: Anna Ek, role: lead}\n", encoding="utf-8")
    assert typed(own, "mappings", "trust", "codes", "--reason", "Read.")[0] == 2  # nobody says who
    code, said = typed(own, "mappings", "trust", "codes", "--reason", "Read.", "--as", "anna")
    assert (code, "Anna Ek" in said) == (0, True)
    assert typed(own, "mappings", "test")[0] == 0
    (own / "mappings/python/codes.py").write_text(CODE + "\n", encoding="utf-8")
    with pytest.raises(Usage, match="nobody trusts"):
        demand_trust(desk(own, trust_code=False), desk(own).programme.mappings)


def test_changed_code_makes_the_plan_stale(own: Path) -> None:
    here = desk(own)
    save_plan(here, make_plan(here, "first"))
    (own / "mappings/python/codes.py").write_text(CODE + "\n", encoding="utf-8")
    code, said = typed(own, "apply", "first", "--trust-code")
    assert (code, "mappings/python/codes.py" in said) == (10, True)


@pytest.mark.parametrize(
    ("text", "path", "told"),
    [
        ("def plane(codes):\n    return codes\n", "mappings/old/finding.yaml:", "Did you mean 'codes.plane'?"),
        ("def plain(codes)\n    return codes\n", "mappings/python/codes.py:1", "is not Python"),
    ],
)
def test_a_function_that_is_not_there_and_a_file_that_is_not_python_are_faults(own: Path, text: str, path: str, told: str) -> None:
    (own / "mappings/python/codes.py").write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationsWrong) as wrong:
        read(own, vocabulary())
    (fault,) = wrong.value.faults
    assert fault.where.startswith(path)
    assert told in f"{fault.message} {fault.hint}"


@pytest.mark.parametrize("gives", ["codes.str.len()", "codes.iloc[:-1]", "['a']", "None"])
def test_an_answer_that_fits_no_row_is_refused_row_by_row(gives: str, own: Path) -> None:
    (own / "mappings/python/codes.py").write_text(f"def plain(codes):\n    return {gives}\n", encoding="utf-8")
    assert landed(own).books.closes
    assert {reason for _, _, _, reason in fates(own)} <= {"CODE_FAILED", "REQUIRED_EMPTY"}
    assert len(fates(own)) == 3 or gives == "['a']"
