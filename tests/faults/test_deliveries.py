"""Faults G1 to G10: what becomes of deliveries that are torn, cut, renamed, doubled, replaced or incomplete?"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fault import WAVE, Carried, carried, deliver, project, refused
from ward import Ward, rows_of

from vardskiftet.engine.sources import files_copy

RECORD = """\
tables:
  - table: note
    title: Notes
    key: note_id
    columns:
      - {column: note_id, type: uuid, required: true}
      - {column: words, type: text, protected: true}
      - {column: ward, type: text}
"""
NOTE = "reads: note\ninto: note\nkey: [nid]\nunit: {is: ward}\nfields:\n  words: {from: words}\n  ward: {from: ward}\n"
SECRET = "Överkänslig mot penicillin"
PLAIN = f"nid,words,ward\n1,{SECRET},a\n2,Inga kända allergier,b\n"
HIDDEN = (SECRET, "Inga kända allergier")


def made(folder: Path, files: dict[str, bytes | str], options: str = "") -> Ward:
    """A project with these files delivered."""
    return project(folder, record=RECORD, mappings={"note": NOTE}, files=files, options=options)


def delivered(ward: Ward, name: str = "note.csv") -> bytes:
    """The bytes of a delivered file."""
    return (ward.folder / "drops" / name).read_bytes()


def manifest(**promises: str) -> str:
    """A manifest of the plain file, with other promises where they are given."""
    said = {"file": "note.csv", "rows": "2", "bytes": str(len(PLAIN.encode())), "sha256": hashlib.sha256(PLAIN.encode()).hexdigest()}
    said |= promises
    return f"{','.join(said)}\n{','.join(said.values())}\n"


ODD = 'Rad ett\nrad två, med komma\r\noch ett "citat"'
LINES = [
    'g1,"{}",a'.format(ODD.replace('"', '""')),
    f"g3-few,{SECRET}",
    f"g3-many,{SECRET},a,b,c",
    f"g3-shifted,x,{SECRET},a",
    "g3-sound,x,a",
]


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory) -> Carried:
    """A delivery with odd and malformed lines, and without an end to its last."""
    text = "\n".join(["nid,words,ward", *LINES]) + f"\r\ng9-crlf,x,a\r\ng9-cr,x,a\rg5-last,{SECRET},z"
    ward = made(tmp_path_factory.mktemp("torn"), {"note.csv": text})
    return carried(ward, counted={"note": len(LINES) + 3}, rejected={"MALFORMED_ROW": 3}, hidden=(SECRET, "med komma"))


def test_g1_line_ends_delimiters_and_quotes_inside_a_field_are_content(torn: Carried) -> None:
    assert b'tv\xc3\xa5, med komma\r\noch ett ""citat""' in delivered(torn.ward)
    assert torn.values("note", "words")["g1"] == ODD


def test_g1_the_file_and_the_record_of_a_rejected_row_are_told(tmp_path: Path) -> None:
    first = f'nid,words,ward\n1,"{SECRET}\noch en rad till",a\n\n2,x,a,b\n'
    second = "nid,words,ward\n3,x,a\n4,x,a\n\\N,x,a\n"
    ward = made(tmp_path, {"note_a.csv": first, "note_b.csv": second}, ", tables: {note: 'note_*.csv'}, null: ['\\N']")
    assert delivered(ward, "note_a.csv").count(b"\n") > 3, "a record of two lines, and a line that is none"
    rejected = {"MALFORMED_ROW": 1, "KEY_MISSING": 1}
    loaded = carried(ward, counted={"note": 5}, rejected=rejected, hidden=(SECRET,))
    details = dict(rows_of(ward.target, "select reason, detail from vs_fate"))
    assert details == {"MALFORMED_ROW": "note_a.csv record 2: fields: 4 of 3", "KEY_MISSING": "note_b.csv record 3"}
    assert {one["reason"]: one["for_instance"] for one in loaded.books["rejects_by_mapping"]} == details
    assert "note_b.csv record 3" in ward.ask("books", WAVE).out


def test_g2_a_quote_without_its_end_makes_no_giant_note(tmp_path: Path) -> None:
    lines = [f'n{number:05},"{SECRET},a' if number == 5 else f"n{number:05},rad {number},a" for number in range(10_000)]
    ward = made(tmp_path, {"note.csv": "\n".join(["nid,words,ward", *lines]) + "\n"})
    assert delivered(ward).count(b'"') == 1
    # Of the torn lines only the first one's key can be believed.
    rejected = {"MALFORMED_ROW": 9_995}
    loaded = carried(ward, counted={"note": 10_000}, rejected=rejected, hidden=(SECRET,))
    assert loaded.fates("old.note")["n00005"] == "MALFORMED_ROW"
    assert rows_of(ward.target, "select count(*), max(length(words)) from note") == [(5, 5)]


def test_g3_a_row_of_another_width_is_rejected_and_no_value_moves(torn: Carried) -> None:
    assert f"g3-few,{SECRET}\n".encode() in delivered(torn.ward)
    fates = torn.fates("old.note")
    assert {key: why for key, why in fates.items() if key.startswith("g3")} == dict.fromkeys(
        ("g3-few", "g3-many", "g3-shifted"), "MALFORMED_ROW"
    )
    assert torn.values("note", "ward")["g3-sound"] == "a"


def test_g4_columns_are_matched_by_name_whatever_their_order(tmp_path: Path) -> None:
    ward = made(tmp_path, {"note.csv": f"ward,nid,words\na,1,{SECRET}\n"})
    loaded = carried(ward, counted={"note": 1}, rejected={}, hidden=(SECRET,))
    assert (loaded.values("note", "words"), loaded.values("note", "ward")) == ({"1": SECRET}, {"1": "a"})


@pytest.mark.parametrize(
    ("header", "said"),
    [("nid,words,words", ("words",)), ("nid,words,Words", ("words", "Words")), ("nid,text,ward", ("mappings/old/note.yaml:", "'words'"))],
)
def test_g4_a_doubled_or_renamed_column_is_refused(tmp_path: Path, header: str, said: tuple[str, ...]) -> None:
    ward = made(tmp_path, {"note.csv": PLAIN.replace("nid,words,ward", header)})
    refused(ward, 2, "plan", WAVE, said=said, hidden=HIDDEN)
    assert not ward.target.exists()


def test_g4_a_column_that_comes_after_the_plan_is_drift(tmp_path: Path) -> None:
    ward = made(tmp_path, {"note.csv": PLAIN})
    assert ward.ask("plan", WAVE).code == 0
    deliver(ward, {"note.csv": PLAIN.replace("ward\n", "ward,new\n").replace(",a\n", ",a,1\n").replace(",b\n", ",b,2\n")})
    refused(ward, 10, "apply", WAVE, said=("'old'", f"vardskiftet plan {WAVE}"), hidden=HIDDEN)


def test_g5_a_cut_file_does_not_keep_its_manifest(tmp_path: Path) -> None:
    files = {"note.csv": PLAIN, "manifest.csv": manifest()}
    ward = made(tmp_path, files, ", manifest: manifest.csv")
    assert ward.ask("plan", WAVE).code == 0
    deliver(ward, {"note.csv": PLAIN[:-20]})
    for verb in ("plan", "apply"):
        refused(ward, 8, verb, WAVE, said=("note.csv", "bytes where the manifest says"), hidden=HIDDEN)
    assert not ward.target.exists() or rows_of(ward.target, "select count(*) from note") == [(0,)]
    deliver(ward, {"note.csv": PLAIN})
    carried(ward, counted={"note": 2}, rejected={}, hidden=HIDDEN)


def packed(text: str, packing: str) -> bytes:
    """A text as a packed file."""
    if packing == "gz":
        return gzip.compress(text.encode())
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(text.encode())
    return bytes(sink.getvalue())


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_g5_a_packed_file_is_a_table_and_its_manifest_is_about_what_was_delivered(tmp_path: Path, packing: str) -> None:
    raw, name = packed(PLAIN, packing), f"note.csv.{packing}"
    promised = manifest(file=name, bytes=str(len(raw)), sha256=hashlib.sha256(raw).hexdigest())
    ward = made(tmp_path, {name: raw, "manifest.csv": promised}, ", manifest: manifest.csv")
    assert SECRET.encode() not in delivered(ward, name)
    loaded = carried(ward, counted={"note": 2}, rejected={}, hidden=HIDDEN)
    assert loaded.values("note", "words") == {"1": SECRET, "2": "Inga kända allergier"}


@pytest.mark.parametrize("packing", ["gz", "zst"])
@pytest.mark.parametrize("harm", ["cut", "cut at its very end", "never packed"])
def test_g5_a_packed_file_that_is_cut_or_damaged_is_refused(tmp_path: Path, packing: str, harm: str) -> None:
    text = PLAIN + "".join(f"{number},{hashlib.sha256(bytes([number % 256])).hexdigest()},a\n" for number in range(3, 4000))
    raw = packed(text, packing)
    harmed = {"cut": raw[: len(raw) // 2], "cut at its very end": raw[:-1], "never packed": text.encode()}[harm]
    assert harmed != raw
    ward = made(tmp_path, {f"note.csv.{packing}": harmed})
    refused(ward, 8, "plan", WAVE, said=(f"note.csv.{packing}", "cut off"), hidden=HIDDEN)
    assert not ward.target.exists()


@pytest.mark.parametrize(("promise", "said"), [({"rows": "3"}, "2 rows"), ({"sha256": "0" * 64}, "SHA-256")])
def test_g5_another_content_does_not_keep_the_manifest(tmp_path: Path, promise: dict[str, str], said: str) -> None:
    ward = made(tmp_path, {"note.csv": PLAIN, "manifest.csv": manifest(**promise)}, ", manifest: manifest.csv")
    refused(ward, 8, "plan", WAVE, said=("note.csv", said, "manifest"), hidden=HIDDEN)


def test_g5_a_last_line_without_its_end_is_a_row(torn: Carried) -> None:
    assert not delivered(torn.ward).endswith((b"\n", b"\r"))
    assert torn.values("note", "words")["g5-last"] == SECRET


@pytest.mark.parametrize(("content", "said"), [("", "empty"), ("\n\n", "empty"), ("nid,words,ward\n", "no row")])
def test_g6_an_empty_file_is_refused(tmp_path: Path, content: str, said: str) -> None:
    ward = made(tmp_path, {"note.csv": content})
    refused(ward, 8, "plan", WAVE, said=("note.csv", said))


def test_g6_a_missing_file_or_folder_is_refused(tmp_path: Path) -> None:
    ward = made(tmp_path, {"note.csv": PLAIN}, ", tables: {note: 'note_*.csv'}")
    refused(ward, 6, "plan", WAVE, said=("note_*.csv", "'note'"), hidden=HIDDEN)
    (ward.folder / "drops/note.csv").unlink()
    (ward.folder / "drops").rmdir()
    refused(ward, 6, "plan", WAVE, said=("'old'", "drops"), hidden=HIDDEN)


def test_g6_only_a_manifest_says_that_there_is_nothing(tmp_path: Path) -> None:
    files = {"note.csv": "nid,words,ward\n", "manifest.csv": "file,rows\nnote.csv,0\n"}
    ward = made(tmp_path, files, ", manifest: manifest.csv")
    carried(ward, counted={"note": 0}, rejected={}, hidden=HIDDEN)


def test_g7_one_content_under_two_names_is_refused_or_passed_over_as_declared(tmp_path: Path) -> None:
    tables = ", tables: {note: 'note*.csv'}"
    ward = made(tmp_path, {"note_1.csv": PLAIN, "note_2.csv": PLAIN}, tables)
    refused(ward, 8, "plan", WAVE, said=("note_1.csv", "note_2.csv", "duplicates: ignore"), hidden=HIDDEN)
    ward.edit("mappings/old/system.yaml", tables, f"{tables}, duplicates: ignore")
    carried(ward, counted={"note": 2}, rejected={}, hidden=HIDDEN)


def test_g7_yesterdays_file_under_a_new_name_loads_nothing_twice(tmp_path: Path) -> None:
    ward = made(tmp_path, {"monday.csv": PLAIN}, ", tables: {note: '*day.csv'}")
    carried(ward, counted={"note": 2}, rejected={}, hidden=HIDDEN)
    (ward.folder / "drops/monday.csv").rename(ward.folder / "drops/tuesday.csv")
    assert ward.ask("plan", WAVE).code == 0
    done = ward.ask("apply", WAVE, "--json")
    assert done.code == 0 and done.document["closes"]
    assert (done.document["total"]["loaded"], done.document["total"]["unchanged"]) == (0, 2)
    assert rows_of(ward.target, "select count(*) from note") == [(2,)]


def test_g8_a_file_that_is_replaced_while_it_is_read_loads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ward = made(tmp_path, {"note.csv": PLAIN})
    assert ward.ask("plan", WAVE).code == 0
    fill, times = files_copy._fill, []

    def replaced(*given: Any) -> None:
        fill(*given)
        times.append(delivered(ward))
        deliver(ward, {"note.csv": PLAIN.replace("Inga", f"{len(times)} av")})

    monkeypatch.setattr(files_copy, "_fill", replaced)
    refused(ward, 8, "apply", WAVE, said=("note.csv", "replaced while it was read"), hidden=HIDDEN)
    assert len(set(times)) == len(times) == 2
    assert rows_of(ward.target, "select count(*) from note") == [(0,)]
    monkeypatch.undo()
    assert ward.ask("apply", WAVE).code == 0
    assert rows_of(ward.target, "select count(*) from note") == [(2,)]


def test_g9_line_ends_may_be_mixed(torn: Carried) -> None:
    assert b"x,a\r\ng9-cr,x,a\rg5" in delivered(torn.ward) and b"g3-sound,x,a\r\n" in delivered(torn.ward)
    assert {"g9-crlf", "g9-cr"} <= set(torn.values("note", "words"))


def test_g9_a_delimiter_is_declared_and_never_guessed(tmp_path: Path) -> None:
    text = f"\ufeffnid;words;ward\r\n1;{SECRET}, svår;a\r\n"
    ward = made(tmp_path, {"note.csv": text})
    refused(ward, 2, "plan", WAVE, said=("mappings/old/note.yaml:", "'words'"), hidden=HIDDEN)
    ward.edit("mappings/old/system.yaml", "path: drops}", 'path: drops, delimiter: ";"}')
    loaded = carried(ward, counted={"note": 1}, rejected={}, hidden=(SECRET,))
    assert loaded.values("note", "words") == {"1": f"{SECRET}, svår"}


def test_g10_a_clinic_whose_file_did_not_come_is_missed_by_the_manifest(tmp_path: Path) -> None:
    promised = "file,rows\nnote_kinna.csv,2\nnote_skene.csv,2\n"
    files = {"note_kinna.csv": PLAIN, "manifest.csv": promised}
    ward = made(tmp_path, files, ", tables: {note: 'note_*.csv'}, manifest: manifest.csv")
    refused(ward, 8, "plan", WAVE, said=("note_skene.csv", "not there"), hidden=HIDDEN)
    deliver(ward, {"note_skene.csv": PLAIN.replace("\n1,", "\n3,").replace("\n2,", "\n4,")})
    carried(ward, counted={"note": 4}, rejected={}, hidden=HIDDEN)
