"""Has every edge case that the study of rollouts names for evidence, checks, reports and YAML a test?

The list is peers-rollout.md §8, numbers 14 to 35 and 59 to 65; its §2 is held in test_fail_open.py.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from asking import WAVE, Asking, make_asking, objections, training

from vardskiftet.model.evidence import EvidenceRef
from vardskiftet.run.last_books import DRAWN, REHEARSED
from vardskiftet.run.own import own_evidence
from vardskiftet.store.store import Store

TESTS = Path(__file__).parent.parent
CASES = {*range(14, 36), *range(59, 66)}

HELD = {
    14: [
        ("engine/transforms/test_local_time.py", "test_the_hours_around_every_change_of_the_clock"),
        ("declare/test_scalars.py", "test_a_moment_without_offset_is_the_only_one_of_that_name_or_refused"),
    ],
    15: [("engine/test_evidence_files.py", "test_a_moment_is_one_moment_or_none")],
    16: [
        ("faults/test_dates.py", "test_f8_the_machines_own_zone_changes_nothing"),
        ("run/test_process.py", "test_r16_a_clock_that_is_set_makes_no_living_run_dead"),
        ("run/test_process.py", "test_r16_a_run_whose_clock_is_set_back_took_no_less_than_nothing"),
        ("judge/test_every_edge_case.py", "test_16_a_clock_that_is_set_back_shows_nothing_green"),
    ],
    17: [("judge/test_every_edge_case.py", "test_17_the_zone_of_whoever_asks_changes_nothing")],
    18: [
        ("declare/test_scalars.py", "test_a_moment_that_cannot_be_told_is_said_with_the_remedy"),
        ("engine/sources/test_pace.py", "test_a_window_is_half_open_and_may_go_over_midnight"),
        ("judge/test_every_edge_case.py", "test_18_a_day_begins_at_the_programmes_midnight"),
    ],
    19: [
        ("run/test_evidence.py", "test_evidence_without_one_time_that_has_passed_is_refused"),
        ("run/test_evidence.py", "test_what_is_older_is_kept_and_not_in_force"),
    ],
    20: [("faults/test_room_and_rivals.py", "test_r20_a_run_whose_machine_slept_goes_on_and_nobody_takes_its_place")],
    21: [
        ("engine/test_evidence_files.py", "test_a_file_that_is_no_evidence_is_refused_whole"),
        ("engine/test_evidence_files.py", "test_a_workbook_that_excel_never_calculated_or_that_holds_errors_is_refused"),
        ("run/test_evidence.py", "test_a_path_with_blanks_and_letters_and_a_missing_file"),
    ],
    22: [
        ("engine/test_evidence_files.py", "test_a_table_is_read_as_it_happens_to_be_written"),
        ("engine/test_evidence_files.py", "test_a_share_is_read_as_people_write_it"),
    ],
    23: [
        ("engine/test_evidence_files.py", "test_a_row_that_cannot_be_right_is_told_with_its_line"),
        ("engine/test_evidence_files.py", "test_columns_that_nobody_asked_for_are_passed_over_and_told_without_doing_harm"),
    ],
    24: [
        ("engine/test_measure.py", "test_nothing_and_few_are_no_value"),
        ("engine/test_evidence_files.py", "test_a_row_that_cannot_be_right_is_told_with_its_line"),
    ],
    25: [("judge/test_readiness_verdict.py", "test_a_value_on_the_threshold_is_compared_exactly")],
    26: [("declare/test_criteria.py", "test_a_fault_is_told_with_its_place_and_the_nearest_right_word")],
    27: [("cli/test_readiness.py", "test_a_lowered_threshold_is_shown_and_holds_the_gate_until_it_is_signed")],
    28: [("cli/test_readiness.py", "test_a_renamed_check_keeps_its_history_only_if_it_says_what_it_was")],
    29: [("declare/test_criteria.py", "test_a_fault_is_told_with_its_place_and_the_nearest_right_word")],
    30: [
        ("run/test_commands.py", "test_a_command_that_hangs_is_ended_with_its_children_and_the_others_stand"),
        ("run/test_commands.py", "test_what_is_no_answer_is_never_green"),
        ("run/test_commands.py", "test_a_command_runs_only_as_it_was_signed"),
    ],
    31: [("cli/test_readiness.py", "test_evidence_that_was_changed_or_lost_in_the_work_folder_is_an_error_and_the_other_checks_stand")],
    32: [("run/test_evidence.py", "test_a_source_that_flaps_shows_each_time_in_its_history")],
    33: [
        ("run/test_evidence.py", "test_other_content_of_the_very_same_moment_is_refused"),
        ("judge/test_every_edge_case.py", "test_33_what_was_measured_on_other_evidence_is_not_green_any_more"),
    ],
    34: [("judge/test_every_edge_case.py", "test_34_a_rehearsal_never_counts_as_the_load")],
    35: [
        ("judge/test_masking.py", "test_an_identifier_is_found_wherever_it_stands"),
        ("report/test_readiness_page.py", "test_no_store_event_holds_an_identifier"),
        ("report/test_readiness_page.py", "test_figures_of_few_are_shown_to_nobody"),
    ],
    59: [
        ("declare/test_check_runbooks.py", "test_r59_steps_that_need_more_than_the_window_are_a_fault_before_anything_else"),
        ("declare/test_waves_of_vgr.py", "test_the_first_waves_cutover_fits_its_hours"),
    ],
    60: [
        ("cli/test_terminal.py", "test_forty_columns_are_enough"),
        ("cli/test_terminal.py", "test_a_reader_without_utf_8_loses_signs_but_no_sentence"),
        ("cli/test_terminal.py", "test_what_is_redirected_is_never_folded"),
        ("cli/test_resized.py", "test_r60_a_terminal_made_small_in_mid_run_gets_small_lines_and_two_may_look"),
    ],
    61: [
        ("judge/test_every_edge_case.py", "test_61_a_page_of_many_checks_lists_each_of_them"),
        ("judge/test_every_edge_case.py", "test_61_ten_thousand_checks_are_measured_told_and_written"),
        ("cli/test_readiness.py", "test_a_programme_without_gates_is_never_told_go"),
        ("report/test_readiness_page.py", "test_the_page_is_quiet_readable_and_never_wider_than_the_screen"),
    ],
    62: [("judge/test_every_edge_case.py", "test_62_a_reader_who_leaves_ends_the_command_quietly")],
    63: [("report/test_render.py", "test_a_full_disk_keeps_the_page_that_was_there")],
    64: [
        ("declare/test_sheet.py", "test_scalars_stay_text"),
        ("declare/test_criteria.py", "test_words_that_yaml_would_change_stay_words"),
    ],
    65: [
        ("declare/test_sheet.py", "test_each_trap_is_a_fault_on_its_line_with_either_parser"),
        ("declare/test_sheet.py", "test_a_bomb_is_refused_without_growing"),
        ("declare/test_sheet.py", "test_a_byte_order_mark_and_windows_line_ends_are_taken"),
    ],
}
"""The number of a case, and the tests that hold it: file and name."""

PARTLY = {
    20: "deadlines and waits for people that go by while the machine sleeps: with the cutover's clockwork",
    18: "a step over midnight as it is carried out: with the cutover's clockwork",
    33: "a decision that lapses with the digest of its evidence: with decisions",
    60: "two boards at once, and a resized one: with the board",
}
"""What of a case concerns waivers, decisions and runs of a cutover: it is held when these come."""


def test_every_case_has_a_test() -> None:
    assert set(HELD) == CASES
    assert set(PARTLY) <= set(HELD)


def test_the_tests_are_there() -> None:
    listed = {test for tests in HELD.values() for test in tests}
    missing = [name for file, name in listed if not re.search(rf"^def {name}\(", (TESTS / file).read_text(encoding="utf-8"), re.MULTILINE)]
    assert missing == []


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    return make_asking(tmp_path / "ward")


def proven(asking: Asking) -> None:
    """Everything that gate G7 asks for, handed in at seven and measured at eight."""
    asking.ask("gate", "freeze", WAVE, "--as", "anna", now="2024-10-10 08:00")
    assert asking.hand_in("training", training()).code == 0
    assert asking.hand_in("objections", objections("answered"), "2024-11-05 07:00").code == 0
    assert asking.ask("check", "run", WAVE).code == 0
    assert asking.verdict() == "go"


def test_16_a_clock_that_is_set_back_shows_nothing_green(asking: Asking) -> None:
    proven(asking)
    assert asking.verdict(now="2024-11-05 07:59") == "not_evaluable", "a minute before it was measured"
    told = asking.ask("evidence", "list", now="2024-11-05 06:00").told
    assert not re.search(r"-[0-9]+ ?(?:s|min|h|days?)\b", told), told


def test_17_the_zone_of_whoever_asks_changes_nothing(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    for zone in ("Europe/Stockholm", "Pacific/Auckland", "America/Los_Angeles"):
        monkeypatch.setenv("TZ", zone)
        assert asking.hand_in("objections", objections("answered"), "2024-11-05 07:00").code == 0
        (one,) = [kept for kept in asking.ask("evidence", "list", "--json").document["sources"] if kept["name"] == "objections"]
        asking.ask("check", "run", WAVE)
        found = asking.ask("ready", WAVE, "--gate", "G7", "--json").document
        told.append((one, found["as_of"], found["gate_day"], found["results"]))
    assert told[1:] == [told[0], told[0]]


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2024-11-04 23:59", "in 1 day"),
        ("2024-11-04T22:59+00:00", "in 1 day"),
        ("2024-11-05 00:00", "today"),
        ("2024-11-04T23:00+00:00", "today"),
        ("2024-11-05 23:59", "today"),
        ("2024-11-06 00:00", "1 day ago"),
    ],
)
def test_18_a_day_begins_at_the_programmes_midnight(now: str, days: str, asking: Asking) -> None:
    told = asking.ask("ready", WAVE, "--gate", "G7", now=now).told
    assert f"gate 2024-11-05 ({days})" in told, told


def digests(asking: Asking) -> list[str]:
    """Of all that was handed in of the training register."""
    return [one["digest"] for one in asking.ask("evidence", "show", "training", "--json").document["handed_in"]]


def test_33_what_was_measured_on_other_evidence_is_not_green_any_more(asking: Asking) -> None:
    proven(asking)
    before = digests(asking)
    assert asking.hand_in("training", training(clinic=9, exported="2024-11-05 07:30"), file="other.csv").code == 0
    assert asking.verdict() == "not_evaluable"
    after = digests(asking)
    assert (len(set(after)), before[0] in after) == (2, True), "the former one stays in its history"


def test_34_a_rehearsal_never_counts_as_the_load(asking: Asking) -> None:
    def in_force(own: str) -> EvidenceRef | None:
        with Store.read(asking.folder / "work/store.sqlite") as store:
            return own_evidence(store, programme, own, WAVE, now)

    programme = asking.programme()
    now = programme.clock.astimezone()
    closing = {"wave": WAVE, "closes": True, "within_budget": True, "plan": "p"}
    with Store.open(asking.folder / "work/store.sqlite", lambda: now) as store:
        store.append(REHEARSED, closing, "run-1")
    assert (in_force("books"), in_force("rehearsal_books") is None) == (None, False)
    with Store.open(asking.folder / "work/store.sqlite", lambda: now) as store:
        drawn = store.append(DRAWN, {**closing, "wave": "another"}, "run-2")
        assert in_force("books") is None
        drawn = store.append(DRAWN, closing, "run-3")
    found = in_force("books")
    assert found is not None and found.digest == drawn.hash


def test_61_a_page_of_many_checks_lists_each_of_them(tmp_path: Path) -> None:
    asking = make_asking(tmp_path / "å ward with blanks")
    path = asking.folder / "checks/people.yaml"
    text = path.read_text(encoding="utf-8")
    (one,) = re.findall(r"  - check: R05\n(?:    .*\n)+", text)
    path.write_text(text + "".join(one.replace("R05", f"M{number:04d}") for number in range(400)), encoding="utf-8")
    asking.hand_in("training", training(hospital=50))
    asking.ask("check", "run", WAVE)
    done = asking.ask("report", "readiness", WAVE, "--gate", "G7", "--json")
    page = Path(done.document["file"]).read_text(encoding="utf-8")
    assert all(f'id="check-M{number:04d}"' in page for number in range(400))
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)


@pytest.mark.story
def test_61_ten_thousand_checks_are_measured_told_and_written(tmp_path: Path) -> None:
    asking = make_asking(tmp_path / "ward")
    path = asking.folder / "checks/people.yaml"
    text = path.read_text(encoding="utf-8")
    (one,) = re.findall(r"  - check: R05\n(?:    .*\n)+", text)
    path.write_text(text + "".join(one.replace("R05", f"M{number:05d}") for number in range(10_000)), encoding="utf-8")
    asking.hand_in("training", training(hospital=50))
    assert asking.ask("check", "run", WAVE).code == 0
    told = asking.ask("ready", WAVE, "--gate", "G7")
    assert (told.code, "12 of 10,003 checks that do not pass" in told.told) == (1, True), told.told[:500]
    reported = asking.ask("report", "readiness", WAVE, "--gate", "G7")
    assert (reported.code, len(reported.told) < 5_000, "12 of 10,003" in reported.told) == (1, True, True)
    page = (asking.folder / f"work/reports/{WAVE}-readiness.html").read_text(encoding="utf-8")
    assert set(re.findall(r'id="check-(M[0-9]{5})"', page)) == {f"M{number:05d}" for number in range(10_000)}


def test_62_a_reader_who_leaves_ends_the_command_quietly(asking: Asking) -> None:
    path = asking.folder / "checks/people.yaml"
    text = path.read_text(encoding="utf-8")
    (one,) = re.findall(r"  - check: R05\n(?:    .*\n)+", text)
    path.write_text(text + "".join(one.replace("R05", f"M{number:04d}") for number in range(300)), encoding="utf-8")
    command = [sys.executable, "-m", "vardskiftet", "--project", str(asking.folder), "ready", WAVE, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0) as process:
        assert isinstance(process.stdout, io.RawIOBase)
        assert process.stdout.read(1) == b"{"
        process.stdout.close()
        said = process.stderr.read() if process.stderr else b""
        code = process.wait()
    assert (code, said) == (141, b"")
