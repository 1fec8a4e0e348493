"""Commands that tell evidence: trusted or not run, ended when their time is up, and never a green light where they gave no answer."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from asking import CHECKS, WAVE, Asking, make_asking, objections, training
from jsonschema import Draft202012Validator

from vardskiftet.cli import documents
from vardskiftet.engine import command
from vardskiftet.engine.command import Failed, run

SOURCE = """\
  - evidence: interfaces
    title: What the interfaces answer
    command: {words: [checks/commands/probe, all], within: 2s}
    columns: {interface: text, seconds: number}
    key: [interface]
    max_age: 1d
    owner: integration lead
"""
CHECK = """\
  - check: R11
    title: Interfaces answer
    question: "Does every interface answer in time?"
    why: "Results came a day late."
    per: programme
    measure: {largest: seconds, in: interfaces}
    threshold: {pass: "<= 1"}
    severity: hard
    gate: G7
    owner: integration lead
    remedy: "Mend it."
"""
GOOD = """#!/bin/sh
echo '[{"interface": "lab", "seconds": 0.25}, {"interface": "'$1'", "seconds": "0,75"}]'
"""
PATIENT = "19121212-1212"


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    made = make_asking(tmp_path / "ward", sources=CHECKS["checks/sources.yaml"] + SOURCE, people=CHECKS["checks/people.yaml"] + CHECK)
    write(made, GOOD)
    made.ask("gate", "freeze", WAVE, "--as", "anna", now="2024-10-05 09:00")
    made.hand_in("training", training())
    made.hand_in("objections", objections("answered"), "2024-11-05 07:00")
    return made


def write(asking: Asking, text: str, name: str = "probe") -> None:
    path = asking.folder / "checks/commands" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def results(asking: Asking, now: str = "") -> dict[str, str]:
    told = asking.ask("ready", WAVE, "--gate", "G7", "--json", now=now).document["results"]
    return {one["check"]: one["result"] for one in told}


def error_of(asking: Asking, *more: str) -> str:
    """What check run says of R11; the other checks are measured whatever becomes of it."""
    done = asking.ask("check", "run", WAVE, "--json", *more)
    measured = {one["check"]: one["error"] for one in done.document["measured"]}
    assert done.code == 4, done.told
    assert {one for one, error in measured.items() if error} == {"R11"}
    found = results(asking)
    assert (found["R11"], found["R05"], found["R31"]) == ("error", "pass", "pass")
    return str(measured["R11"])


def trust(asking: Asking) -> None:
    done = asking.ask("evidence", "trust", "interfaces", "--reason", "Read.", "--as", "anna", "--json")
    assert done.code == 0, done.told
    assert list(Draft202012Validator(documents.schema_of("evidence.trust")).iter_errors(done.document)) == []


def test_a_command_runs_only_as_it_was_signed(asking: Asking) -> None:
    assert "nobody trusts" in error_of(asking).lower()
    assert not (asking.folder / "work/commands").exists(), "it was not run"
    assert asking.ask("evidence", "trust", "interfaces", "--reason", "Read.").code == 2, "nobody says who"
    trust(asking)
    assert asking.ask("check", "run", WAVE).code == 0
    assert results(asking)["R11"] == "pass"
    held = asking.ask("evidence", "show", "interfaces", "--json").document
    assert list(Draft202012Validator(documents.schema_of("evidence.show")).iter_errors(held)) == []
    assert "trusted" in asking.ask("evidence", "show", "interfaces").out
    assert held["command"]["words"] == ["checks/commands/probe", "all"]
    (kept,) = held["handed_in"]
    assert (kept["rows"], kept["as_of"]) == (2, "2024-11-05T07:00:00Z")
    assert json.loads((asking.folder / f"work/evidence/interfaces/{kept['digest']}.json").read_text())[1]["interface"] == "all"
    write(asking, GOOD.replace("lab", "x-ray"))
    assert results(asking)["R11"] == "stale", "what another program told does not count any more"
    assert "nobody trusts" in error_of(asking).lower()
    assert asking.ask("check", "run", WAVE, "--trust-code").code == 0
    assert results(asking)["R11"] == "pass"
    assert "nobody trusts" in error_of(asking).lower(), "that was for once"


def test_a_file_beside_the_program_and_a_word_are_signed_too(asking: Asking) -> None:
    trust(asking)
    write(asking, "more", "library.sh")
    assert "nobody trusts" in error_of(asking).lower()
    (asking.folder / "checks/commands/library.sh").unlink()
    assert asking.ask("check", "run", WAVE).code == 0
    asking.edit("checks/sources.yaml", "probe, all", "probe, some")
    assert "nobody trusts" in error_of(asking).lower()


def test_a_changed_command_is_a_change_of_criteria(asking: Asking) -> None:
    assert results(asking)["R02"] == "pass"
    write(asking, GOOD.replace("lab", "x-ray"))
    changed = asking.ask("ready", WAVE, "--gate", "G7", "--json").document["criteria"]["unsigned_changes"]
    assert [(one["what"], one["field"]) for one in changed] == [("evidence interfaces", "command")]
    assert results(asking)["R02"] == "fail"


HANGING = "#!/bin/sh\nsleep 300 &\necho $! $$ > {pids}\ntrap '' TERM\nwhile true; do sleep 300; done\n"


def test_a_command_that_hangs_is_ended_with_its_children_and_the_others_stand(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "GRACE", 0.2)
    pids = asking.folder / "pids"
    write(asking, HANGING.format(pids=pids))
    told = error_of(asking, "--trust-code")
    assert "ended after 2 seconds" in told
    for pid in pids.read_text(encoding="utf-8").split():
        assert gone(int(pid)), "it was still at work"


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has asked after yet has, too."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state in "ZX":
            return True
        time.sleep(0.02)
    return False


def test_an_older_answer_never_stands_in_for_one_that_did_not_come(asking: Asking) -> None:
    assert asking.ask("check", "run", WAVE, "--trust-code").code == 0
    assert results(asking)["R11"] == "pass"
    write(asking, "#!/bin/sh\nexit 3\n")
    assert "ended with 3" in error_of(asking, "--trust-code")
    write(asking, GOOD)
    assert asking.ask("check", "run", WAVE, "--trust-code").code == 0
    assert results(asking)["R11"] == "pass"


AWFUL = {
    "a crash": ("#!/bin/sh\nkill -SEGV $$\n", "ended by signal 11"),
    "an error's text and a good end": ("#!/bin/sh\necho 'Error: no route to host'\n", "is not JSON"),
    "nothing": ("#!/bin/sh\nexit 0\n", "printed nothing"),
    "megabytes": ("#!/bin/sh\nyes '[1, 2, 3]'\n", "printed more than"),
    "a number that is none": ('#!/bin/sh\necho \'[{"interface": "lab", "seconds": "soon"}]\'\n', "line 1 › seconds is not a number"),
    "half an answer": ('#!/bin/sh\necho \'[{"interface": "lab", "seco\'\n', "not to its end"),
    "no column": ('#!/bin/sh\necho \'[{"interface": "lab"}]\'\n', "lacks the column 'seconds'"),
    "a good answer and a bad end": (f"{GOOD}exit 1\n", "ended with 1"),
    "a wish for a terminal": ("#!/bin/sh\nread answer < /dev/tty || exit 9\n", "ended with 9"),
    "a question": ("#!/bin/sh\nread answer || exit 8\n", "ended with 8"),
    "no program": ("#!/no/such/interpreter\n", "not on this machine"),
    "others that hold its output": ("#!/bin/sh\nsleep 300 &\nexit 0\n", "left others"),
    "a patient": (f'#!/bin/sh\necho "{PATIENT}" >&2\necho \'[{{"interface": "{PATIENT}", "seconds": "{PATIENT}"}}]\'\n', "is not a number"),
}


@pytest.mark.parametrize("what", AWFUL)
def test_what_is_no_answer_is_never_green(asking: Asking, what: str) -> None:
    text, why = AWFUL[what]
    write(asking, text)
    assert why in error_of(asking, "--trust-code")
    assert not (asking.folder / "work/evidence/interfaces").exists()


def test_what_a_command_says_of_a_patient_is_in_no_message_and_lies_where_its_owner_alone_reads(asking: Asking) -> None:
    write(asking, AWFUL["a patient"][0])
    done = asking.ask("check", "run", WAVE, "--trust-code")
    explained = asking.ask("check", "explain", "R11", WAVE)
    asking.ask("report", "readiness", WAVE, "--gate", "G7")
    assert "work/commands/interfaces.stderr.txt" in done.told
    for told in (done.told, explained.told):
        assert PATIENT not in told
    beside = asking.folder / "work/commands/interfaces.stderr.txt"
    assert (PATIENT in beside.read_text(), beside.stat().st_mode & 0o077, beside.parent.stat().st_mode & 0o077) == (True, 0, 0)
    every = [path for path in (asking.folder / "work").rglob("*") if path.is_file() and path != beside]
    assert every
    assert not [path for path in every if PATIENT.encode() in path.read_bytes()]


def test_identifiers_in_a_good_answer_are_counted_and_never_shown(asking: Asking) -> None:
    write(asking, f'#!/bin/sh\necho \'[{{"interface": "{PATIENT}", "seconds": 0.5}}]\'\n')
    assert asking.ask("check", "run", WAVE, "--trust-code").code == 0
    told = asking.ask("evidence", "show", "interfaces", "--json")
    assert [one["identifiers"] for one in told.document["handed_in"]] == [1]
    assert PATIENT not in told.out
    page = asking.ask("report", "readiness", WAVE, "--gate", "G7", "--json").document["file"]
    assert PATIENT not in Path(page).read_text(encoding="utf-8")


def test_a_command_sees_the_variables_that_it_names_and_no_others(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORD_URL", "postgresql://secret")
    monkeypatch.setenv("PROBE_AT", "lab")
    write(asking, '#!/bin/sh\necho \'[{"interface": "\'$PROBE_AT$RECORD_URL\'", "seconds": 0.1}]\'\n')
    asking.edit("checks/sources.yaml", "within: 2s}", "within: 2s, environment: [PROBE_AT]}")
    assert asking.ask("check", "run", WAVE, "--trust-code").code == 0
    (kept,) = (asking.folder / "work/evidence/interfaces").iterdir()
    assert json.loads(kept.read_text(encoding="utf-8")) == [{"interface": "lab", "seconds": 0.1}]


def test_an_exit_code_can_be_declared_and_an_answer_can_be_csv(asking: Asking) -> None:
    write(asking, "import sys\nprint('interface;seconds\\nlab;0,5')\nsys.exit(1)\n", "probe.py")
    asking.edit(
        "checks/sources.yaml",
        "[checks/commands/probe, all], within: 2s}",
        "[python3, checks/commands/probe.py], within: 30s}\n    format: csv",
    )
    assert "ended with 1" in error_of(asking, "--trust-code")
    asking.edit("checks/sources.yaml", "within: 30s}", "within: 30s, exit_codes: [0, 1]}")
    assert asking.ask("check", "run", WAVE, "--trust-code").code == 0
    assert results(asking)["R11"] == "pass"


def test_nobody_hands_in_what_a_command_tells(asking: Asking) -> None:
    done = asking.hand_in("interfaces", '[{"interface": "lab", "seconds": 0}]', "2024-11-05 07:00", file="typed.json")
    assert (done.code, "told by a command" in done.err) == (2, True)


def test_time_makes_an_answer_stale(asking: Asking) -> None:
    assert asking.ask("check", "run", WAVE, "--trust-code").code == 0
    assert results(asking, now="2024-11-06 07:00")["R11"] == "pass"
    assert results(asking, now="2024-11-06 09:00")["R11"] == "stale"


def test_an_answer_changes_from_one_asking_to_the_next(asking: Asking) -> None:
    """The programme's clock stands still here: the later answer holds."""
    trust(asking)
    assert asking.ask("check", "run", WAVE).code == 0
    write(asking, GOOD.replace("0,75", "1,5"))
    trust(asking)
    assert asking.ask("check", "run", WAVE).code == 0
    assert results(asking)["R11"] == "fail"


FAULTS = [
    ("[checks/commands/prob, all]", "there is no file checks/commands/prob"),
    ("[tools/probe]", "does not lie in checks/commands"),
    ("[checks/commands/../sources.yaml]", "there is no file"),
    ("[]", "names no program"),
    ("checks/commands/probe all", "must be a list"),
    ("[[probe]]", "must be one word"),
]


@pytest.mark.parametrize(("words", "what"), FAULTS, ids=[what for _, what in FAULTS])
def test_a_command_that_cannot_be_is_a_fault_with_its_line(asking: Asking, words: str, what: str) -> None:
    asking.edit("checks/sources.yaml", "[checks/commands/probe, all]", words)
    done = asking.ask("validate")
    assert (done.code, what in done.told, "checks/sources.yaml:" in done.told) == (2, True, True), done.told


@pytest.mark.parametrize(
    ("limit", "what"),
    [("within: 2h", "not a length of time"), ("within: 61m", "longer than an hour"), ("within: 2s, exit_codes: [256]", "not an exit code")],
)
def test_a_limit_that_is_none_is_a_fault(asking: Asking, limit: str, what: str) -> None:
    asking.edit("checks/sources.yaml", "within: 2s", limit)
    done = asking.ask("validate")
    assert (done.code, what in done.told) == (2, True), done.told


def test_a_program_that_nobody_asks_is_a_fault(asking: Asking) -> None:
    asking.edit("checks/sources.yaml", "    command: {words: [checks/commands/probe, all], within: 2s}\n", "")
    done = asking.ask("validate")
    assert (done.code, "no evidence asks" in done.told) == (2, True), done.told


def test_a_stop_ends_the_program_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever breaks off while a command runs leaves nothing at work."""
    pids = tmp_path / "pids"

    def stop(*_arguments: object) -> int:
        while not pids.exists() or not pids.read_text(encoding="utf-8").strip():
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_took", stop)
    with pytest.raises(KeyboardInterrupt):
        run(["/bin/sh", "-c", f"echo $$ > {pids}; echo x; sleep 300"], tmp_path, (), 60)
    assert gone(int(pids.read_text(encoding="utf-8")))


def test_a_word_is_never_a_shells(tmp_path: Path) -> None:
    told = run(["/bin/echo", "$(id)", ";", "*", ""], tmp_path, (), 10)
    assert told.output == b"$(id) ; * \n"
    with pytest.raises(Failed, match="could not be started"):
        run([str(tmp_path)], tmp_path, (), 10)
    assert list(tmp_path.iterdir()) == []
