"""Faults D1 to D14 and C5: what becomes of texts that are damaged, odd, hostile or huge?"""

from __future__ import annotations

import functools
import re
import unicodedata
from pathlib import Path

import pytest
from fault import Carried, carried, deliver, project, refused
from landing import PATIENTS
from ward import rows_of

from vardskiftet.engine.sources import csv

RECORD = (
    "tables:\n"
    + PATIENTS
    + """\
  - table: note
    title: Notes
    key: note_id
    columns:
      - {column: note_id, type: uuid, required: true}
      - {column: patient_id, type: uuid, references: patient}
      - {column: words, type: text, protected: true}
      - {column: short, type: text, max_length: 10}
"""
)
PERSON = """\
reads: person
into: patient
key: [pid]
unit: {wherever: [note.pid]}
identities: [{from: number, through: personal_identity}]
conflict: first
fields:
  name: {from: name}
"""
NOTE = """\
reads: note
into: note
key: [nid]
unit: {is: ward}
fields:
  patient_id: {find: patient, by: pid}
  words: {from: words}
  short: {from: short}
"""
MAPPINGS = {"person": PERSON, "note": NOTE}
NULLS = ", null: ['\\N']"
FILLING = 8_000
"""Sound rows, so that the damaged ones are few: a file that is damaged all over is refused whole."""

NFC = "Åsa Källström"
NFD = unicodedata.normalize("NFD", NFC)
RTF = r"{\rtf1\ansi{\b Åter} om 10 dagar\par}"
HTML = '<script>alert("överkänslighet")</script><b>Kontroll</b>'
FORMULA = '=HYPERLINK("http://exempel.invalid/?x="&A1;"Klicka här")'

WORDS: dict[str, bytes | str | None] = {
    "d1-a": "Smärta i höger knä sedan fredag".encode("cp1252"),
    "d1-b": "Ångest".encode("cp1252"),
    "d3-utf8": "Återbesök hösten två tusen",
    "d3-cp1252": "Återbesök hösten två tusen".encode("cp1252"),
    "d4": "Återbesök på söndag".encode().decode("latin-1"),
    "d5-lost": "Sm\ufffdrta sedan l\ufffdrdag",
    "d5-asked": "Sm?rta sedan l?rdag",
    "d7": "före\0efter nollan",
    "d8-controls": "a\x01\x08\x1b[31mr\xf6d\x7f",
    "d8-lines": "rad ett\u0085rad två\u2028rad tre\ufeff",
    "d9-surrogate": b"halv \xed\xa0\xbd emoji",
    "d9-overlong": b"snedstreck \xc0\xaf smugglat",
    "d9-emoji": "mår bättre 😀🧑‍⚕️𝔘",
    "d10": "  inledande, \t och avslutande   ",
    "d10 ": "nyckel med blanksteg efter",
    "d11-google": "gemener i nyckeln",
    "d11-Google": "versaler i nyckeln",
    "d11-straße": "eszett i nyckeln",
    "d11-strasse": "dubbel-s i nyckeln",
    "d11-v": "enkelt ve i nyckeln",
    "d11-w": "dubbel-ve i nyckeln",
    "d12-empty": "",
    "d12-null": None,
    "d12-word": "NULL",
    "d12-sign": "\\N",
    "d14-rtf": RTF,
    "d14-html": HTML,
    "d14-formula": FORMULA,
}
SHORT = {"d13-fits": "åäöåäöåäöå", "d13-long": "åäöåäöåäöåX", "d13-decomposed": unicodedata.normalize("NFD", "åäöåäö")}
DAMAGED = ["d1-a", "d1-b", "d3-cp1252", "d9-overlong", "d9-surrogate"]
HIDDEN = [text for text in (*WORDS.values(), *SHORT.values(), NFC, NFD, "198112289874") if isinstance(text, str) and len(text) > 7]


def field(value: bytes | str | None) -> bytes:
    """A value as it stands in the file: quoted, but for the sign of NULL."""
    raw = value.encode() if isinstance(value, str) else value
    return b"\\N" if raw is None else b'"' + raw.replace(b'"', b'""') + b'"'


def notes() -> bytes:
    """The file of notes: a byte order mark, then the odd rows, then the plain ones."""
    rows = [(key, "1", words, "") for key, words in WORDS.items()]
    rows += [(key, "1", "", short) for key, short in SHORT.items()]
    rows += [("d6-second", "2", "", ""), ("d6-same", "å", "", ""), ("d6-other", "a\u030a", "", "")]
    lines = [b",".join(field(value) for value in row) for row in rows]
    lines += [b"n%05d,1,Utan anmaerkning," % number for number in range(FILLING)]
    return "\ufeffnid,pid,words,short\n".encode() + b"\n".join(lines) + b"\n"


PERSONS = f'pid,number,name\n1,198112289874,{NFC}\n2,19811228-9874,{NFD}\nå,19810829M071,"Person med ring"\n'
NOTES = len(WORDS) + len(SHORT) + 3 + FILLING


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Carried:
    """All odd texts in one delivery that is declared UTF-8, loaded."""
    files = {"person.csv": PERSONS, "note.csv": notes()}
    ward = project(tmp_path_factory.mktemp("texts"), record=RECORD, mappings=MAPPINGS, files=files, options=NULLS)
    rejected = {"INVALID_ENCODING": len(DAMAGED), "TOO_LONG": 2, "PARENT_MISSING": 1}
    return carried(ward, counted={"person": 3, "note": NOTES}, rejected=rejected, hidden=HIDDEN)


def delivered(loaded: Carried, raw: bytes) -> bool:
    """Whether these bytes stand in the delivered file."""
    return raw in (loaded.ward.folder / "drops/note.csv").read_bytes()


def damage(loaded: Carried) -> dict[str, str]:
    """Key to the columns that the held copy says are damaged, each with its first wrong byte."""
    (held,) = loaded.ward.work.glob("held/*/old.sqlite")
    return dict(rows_of(held, 'select nid, vs_damaged from "vs_rows note" where vs_damaged is not null'))


def details(loaded: Carried) -> dict[str, str]:
    """Key to what the books say of a reject beside its reason."""
    return dict(rows_of(loaded.ward.target, "select source_key, detail from vs_fate where detail is not null"))


def test_d1_bytes_of_cp1252_in_a_file_declared_utf8_reject_their_row(texts: Carried) -> None:
    assert delivered(texts, b"Sm\xe4rta i h\xf6ger kn\xe4")
    fates = texts.fates("old.note")
    assert [fates[key] for key in ("d1-a", "d1-b")] == ["INVALID_ENCODING"] * 2
    assert damage(texts)["d1-a"] == "words byte 3", "the column is known, and the byte in it"
    assert details(texts)["d1-a"] == "note.csv record 1: column words byte 3", "in the books too"
    (told,) = (one for one in texts.books["rejects_by_mapping"] if one["reason"] == "INVALID_ENCODING")
    assert re.fullmatch(r"note\.csv record \d+: column words byte \d+", told["for_instance"]), "and where anybody sees it"
    assert told["for_instance"] in texts.ward.ask("books", "first").out
    profiled = texts.ward.ask("profile", "old", "--json").document["oddities"]
    assert [(one["column"], one["rows"]) for one in profiled if one["what"] == "damaged"] == [("words", len(DAMAGED))]
    assert rows_of(texts.ward.target, "select count(*) from note where instr(words, ?)", "\ufffd") == [(1,)], (
        "the one that was delivered so"
    )


def test_d1_a_file_that_is_cp1252_throughout_is_refused_whole(tmp_path: Path) -> None:
    raw = "nid,pid,words,short\n1,1,Smärta i höger knä,\n".encode("cp1252")
    ward = project(tmp_path, record=RECORD, mappings=MAPPINGS, files={"person.csv": PERSONS, "note.csv": raw})
    refused(ward, 8, "plan", "first", said=("note.csv", "utf-8", "cp1252"), hidden=("höger knä", "h\ufffdger", NFC))
    assert not ward.target.exists()


def test_d2_cp1252_is_read_as_declared_and_its_five_holes_are_reported(tmp_path: Path) -> None:
    signs = "pris 12 € – ’ … Š ž Œ"
    holes = [b"h\xe5l \x81", b"h\xe5l \x8d", b"h\xe5l \x8f", b"h\xe5l \x90", b"h\xe5l \x9d"]
    lines = [b"s,1," + signs.encode("cp1252") + b",", *(b"h%d,1,%b," % (number, hole) for number, hole in enumerate(holes))]
    lines += [b"n%05d,1,-," % number for number in range(FILLING)]
    files = {"person.csv": "pid,number,name\n1,198112289874,x\n", "note.csv": b"nid,pid,words,short\n" + b"\n".join(lines)}
    ward = project(tmp_path, record=RECORD, mappings=MAPPINGS, files=files, encoding="cp1252")
    assert b"12 \x80 \x96 \x92 \x85" in (tmp_path / "drops/note.csv").read_bytes()
    counted = {"person": 1, "note": FILLING + 6}
    loaded = carried(ward, counted=counted, rejected={"INVALID_ENCODING": 5}, hidden=(signs, "198112289874", "hål"))
    assert loaded.values("note", "words")["s"] == signs
    assert loaded.fates("old.note") == {f"h{number}": "INVALID_ENCODING" for number in range(5)}


def test_d3_a_column_of_two_encodings_is_decided_value_by_value_and_counted(texts: Carried) -> None:
    words = "Återbesök hösten två tusen"
    assert delivered(texts, words.encode()) and delivered(texts, words.encode("cp1252"))
    assert texts.values("note", "words")["d3-utf8"] == words
    assert texts.fates("old.note")["d3-cp1252"] == "INVALID_ENCODING"
    assert sorted(damage(texts)) == DAMAGED


def test_d3_values_of_the_second_encoding_are_counted_apart_in_profile_and_books(tmp_path: Path) -> None:
    words = {"1": "Återbesök", "2": "Återbesök", "3": "utan", "4": "Ångest"}
    raw = {key: text.encode("cp1252" if key in "24" else "utf-8") for key, text in words.items()}
    source = ["create table note (nid text, pid text, words text, short text)", "create table person (pid text, number text, name text)"]
    source += [f"insert into note values ('{key}', null, cast(x'{text.hex()}' as text), null)" for key, text in raw.items()]
    ward = project(tmp_path, record=RECORD, mappings=MAPPINGS, source=source)
    ward.edit("mappings/old/system.yaml", "system: old\n", "system: old\nencoding: cp1252\n")
    read = dict(rows_of(tmp_path / "old.sqlite", "select nid, hex(words) from note"))
    assert read["2"].startswith("C5") and read["1"].startswith("C385"), "two encodings in one column"
    loaded = carried(ward, counted={"note": 4, "person": 0}, rejected={}, hidden=list(words.values()))
    assert loaded.values("note", "words") == words
    assert loaded.books["flagged"] == [{"mapping": "old.note", "flag": "SECOND_ENCODING", "detail": "column words", "items": 2}]
    assert "SECOND_ENCODING" in ward.ask("apply", "first").out
    profiled = ward.ask("profile", "old", "--json").document["oddities"]
    assert ("words", "second_encoding", 2) in {(one["column"], one["what"], one["rows"]) for one in profiled}


def test_d4_a_text_that_was_encoded_twice_is_carried_as_it_is_and_never_repaired(texts: Carried) -> None:
    assert delivered(texts, b"\xc3\x83\xc2\x85terbes\xc3\x83\xc2\xb6k")
    assert texts.values("note", "words")["d4"] == WORDS["d4"]


def test_d5_what_was_lost_before_is_carried_unchanged(texts: Carried) -> None:
    assert delivered(texts, "Sm\ufffdrta".encode()) and delivered(texts, b"Sm?rta")
    found = texts.values("note", "words")
    assert (found["d5-lost"], found["d5-asked"]) == (WORDS["d5-lost"], WORDS["d5-asked"])


def test_d6_two_normal_forms_of_a_name_are_one_person_by_number_and_two_keys_are_never_taken_for_one(texts: Carried) -> None:
    assert NFC != NFD and len(NFD) > len(NFC)
    assert rows_of(texts.ward.target, "select name from patient where name like 'Å%' or name like 'A%'") == [(NFC,)]
    assert texts.fates("old.person") == {"2": "merged"}
    assert texts.fates("old.note")["d6-other"] == "PARENT_MISSING"
    assert "d6-same" in texts.values("note", "words")


def test_d7_a_nul_is_carried_and_cuts_nothing(texts: Carried) -> None:
    assert delivered(texts, "före\0efter".encode())
    assert texts.values("note", "words")["d7"] == "före\0efter nollan"


def test_d8_control_characters_and_odd_line_breaks_are_content_and_the_headers_mark_is_none(texts: Carried) -> None:
    assert (texts.ward.folder / "drops/note.csv").read_bytes().startswith(b"\xef\xbb\xbfnid")
    found = texts.values("note", "words")
    assert (found["d8-controls"], found["d8-lines"]) == (WORDS["d8-controls"], WORDS["d8-lines"])


def test_d9_what_is_no_text_at_all_is_rejected_and_four_bytes_are_carried(texts: Carried) -> None:
    assert delivered(texts, b"\xed\xa0\xbd") and delivered(texts, b"\xc0\xaf")
    fates = texts.fates("old.note")
    assert [fates[key] for key in ("d9-surrogate", "d9-overlong")] == ["INVALID_ENCODING"] * 2
    assert texts.values("note", "words")["d9-emoji"] == WORDS["d9-emoji"]


def test_d10_blanks_are_content_in_texts_and_in_keys(texts: Carried) -> None:
    found = texts.values("note", "words")
    assert (found["d10"], found["d10 "]) == (WORDS["d10"], WORDS["d10 "])


def test_d11_keys_that_a_collation_would_take_for_one_are_two_rows(texts: Carried) -> None:
    keys = [key for key in WORDS if key.startswith("d11")]
    assert len({key.casefold() for key in keys}) < len(keys)
    found = texts.values("note", "words")
    assert {key: found[key] for key in keys} == {key: WORDS[key] for key in keys}


def test_d12_the_empty_text_null_and_the_words_for_it_stay_apart(texts: Carried) -> None:
    assert delivered(texts, b'"d12-null","1",\\N,') and delivered(texts, b'"d12-sign","1","\\N",')
    found = texts.values("note", "words")
    assert [found[f"d12-{one}"] for one in ("empty", "null", "word", "sign")] == ["", None, "NULL", "\\N"]


def test_d13_a_text_that_is_too_long_is_rejected_and_never_cut(texts: Carried) -> None:
    assert len(SHORT["d13-long"]) == 11 and len(SHORT["d13-decomposed"]) > 10
    fates = texts.fates("old.note")
    assert (fates["d13-long"], fates["d13-decomposed"]) == ("TOO_LONG", "TOO_LONG")
    (held,) = texts.ward.work.glob("held/*/old.sqlite")
    assert rows_of(held, "select short from note where nid = 'd13-long'") == [(SHORT["d13-long"],)], "the whole of it is kept"
    found = texts.values("note", "short")
    assert found["d13-fits"] == SHORT["d13-fits"] and "d13-long" not in found


def test_d14_markup_and_formulas_are_stored_word_for_word_and_reach_no_report(texts: Carried) -> None:
    found = texts.values("note", "words")
    assert [found[f"d14-{one}"] for one in ("rtf", "html", "formula")] == [RTF, HTML, FORMULA]
    told = texts.ward.ask("report", "wave", "first")
    (report,) = texts.ward.work.glob("reports/**/first.html")
    page = report.read_text(encoding="utf-8")
    assert told.code in (0, 1) and "INVALID_ENCODING" in page
    assert not [text for text in HIDDEN if text in page or text in told.told]


MEGABYTE = "Journalanteckning med å, ä och ö. " * 29_000
HUGE = 52


@pytest.mark.story
def test_c5_a_note_of_fifty_megabytes_is_carried_whole_beside_its_neighbours(tmp_path: Path) -> None:
    wide = "x" * 500_000
    huge = MEGABYTE * HUGE
    assert len(huge.encode()) > 50_000_000
    files = {
        "person.csv": "pid,number,name\n1,198112289874,x\n",
        "note.csv": f'nid,pid,words,short\nbefore,1,a,\nhuge,1,"{huge}",\nwide,1,{wide},\nafter,1,b,\n',
    }
    ward = project(tmp_path, record=RECORD, mappings=MAPPINGS, files=files)
    loaded = carried(ward, counted={"person": 1, "note": 4}, rejected={}, hidden=("Journalanteckning", wide[:2000]), rehearse=False)
    found = loaded.values("note", "words")
    assert found["huge"] == huge and found["wide"] == wide
    assert (found["before"], found["after"]) == ("a", "b")


def test_c5_a_field_beyond_the_limit_is_rejected_and_its_neighbours_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 1 << 20
    monkeypatch.setattr(csv, "Dialect", functools.partial(csv.Dialect, longest=limit))
    files = {"person.csv": "pid,number,name\n1,198112289874,x\n"}
    ward = project(tmp_path, record=RECORD, mappings=MAPPINGS, files=files)
    endless = "å" * (limit + 1)
    deliver(ward, {"note.csv": f"nid,pid,words,short\nbefore,1,a,\nhuge,1,{endless},\nafter,1,b,\n"})
    loaded = carried(ward, counted={"person": 1, "note": 3}, rejected={"MALFORMED_ROW": 1}, hidden=("ååååååååå", "198112289874"))
    assert set(loaded.values("note", "words")) == {"before", "after"}
