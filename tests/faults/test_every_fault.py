"""Has every fault that the matrix names for these groups a test that bears its id?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent
GROUPS = {
    "a": [*range(1, 11), 13, 15, 16, 17],
    "b": range(1, 13),
    "c": range(1, 10),
    "d": range(1, 15),
    "e": range(1, 11),
    "f": range(1, 12),
    "g": range(1, 11),
    "h": range(1, 16),
    "i": range(1, 12),
    "j": [*range(1, 8), 10, 14],
}
FAULTS = {f"{group}{number}" for group, numbers in GROUPS.items() for number in numbers}

BETWEEN_SERVERS = {
    "a": [*range(1, 10), 15, 17],
    "b": range(1, 13),
    "c": range(1, 10),
    "h": range(1, 9),
    "i": range(3, 10),
}
"""Faults that are tried from PostgreSQL to PostgreSQL and from MariaDB to PostgreSQL."""
ON_SERVERS = ("test_server_*.py", "test_source_servers.py", "test_keys.py")
"""The files of this folder whose tests run over both pairs."""

PARTLY = {
    "f8": "a clock that changes in the night of a cutover: with the cutover's clockwork",
}
"""Faults of which a test holds what holds today, and what of the rest is open."""

ELSEWHERE = {
    "a10": ("story/test_failpoints.py", "test_stopped_dead_and_repeated_comes_to_the_same_end"),
    "a13": ("run/test_replay.py", "test_killed_in_a_replay_each_reject_is_open_or_closed_and_the_same_command_goes_on"),
    "h14": ("contracts/test_postgresql_target.py", "test_h14_names_that_the_server_would_cut_or_has_itself_are_told_before_the_run"),
    "j10": ("run/test_correcting.py", "test_formulas_are_inert_in_both_files_and_exact_afterwards"),
    "a4": ("story/test_failpoints.py", "test_stopped_dead_and_repeated_comes_to_the_same_end"),
    "a6": ("story/test_kill.py", "test_a_polite_stop_gives_the_lock_back_and_can_be_resumed"),
    "c1": ("story/test_failpoints.py", "test_a_full_disk_is_said_in_one_line_and_the_same_command_goes_on"),
    "c5": ("trials/test_csv_torture.py", "test_a_file_is_read_as_its_json_says"),
    "d2": ("contracts/test_file_sources.py", "test_what_cp1252_does_not_define_is_damage_and_not_a_control_character"),
    "d4": ("language/test_profile.py", "test_oddities_of_text_are_counted"),
    "d5": ("language/test_profile.py", "test_oddities_of_text_are_counted"),
    "d9": ("engine/test_encoding.py", "test_each_kind_of_damage_is_noticed"),
    "d14": ("trials/test_naughty_strings.py", "test_every_name_and_note_arrives_byte_for_byte"),
    "e7": ("run/test_selftest.py", "test_a_weakened_verifier_is_found_out"),
    "e8": ("engine/sources/test_arrow_text.py", "test_a_float_reads_back_as_it_was"),
    "f4": ("engine/transforms/test_personal_identity.py", "test_ten_digits_have_a_century_only_if_something_says_so"),
    "f5": ("engine/transforms/test_local_time.py", "test_the_hours_around_every_change_of_the_clock"),
    "g5": ("contracts/test_file_sources.py", "test_a_manifest_that_is_not_kept_is_named"),
    "g10": ("landstad/test_whole_delivery.py", "test_g10_a_unit_without_a_row_in_a_system_that_it_names_is_a_finding_of_the_plan"),
    "h2": ("run/test_replay.py", "test_children_are_released_with_their_parent_and_those_wrong_themselves_say_why"),
    "h3": ("language/test_kin.py", "test_every_row_finds_the_one_before_it_and_falls_with_it"),
    "h15": ("run/test_selftest.py", "test_a_weakened_verifier_is_found_out"),
    "j1": ("cli/test_bad_input.py", "test_a_yaml_bomb"),
    "j4": ("cli/test_bad_input.py", "test_a_hostile_path_or_name"),
    "j5": ("cli/test_bad_input.py", "test_sql_that_looks_beyond_its_row_is_told_line_by_line"),
}
"""Tests in other places that hold a fault, or go further into it: file and name."""


def ids_of_tests() -> set[str]:
    """The ids that tests of this folder bear in their names."""
    files = [path for path in FOLDER.glob("test_*.py") if path != Path(__file__)]
    return ids_in(files)


def ids_in(files: Iterable[Path]) -> set[str]:
    """The ids that names of tests bear; a test of two faults bears both."""
    found = (re.findall(r"^def test_((?:[a-j]\d+_)+)", path.read_text(encoding="utf-8"), re.MULTILINE) for path in files)
    return {name for names in found for joined in names for name in joined.split("_") if name}


def test_every_fault_has_a_test() -> None:
    assert len(FAULTS) == 115
    assert FAULTS - ids_of_tests() - set(ELSEWHERE) == set()
    assert ids_of_tests() <= FAULTS, "an id that the matrix does not have"


def test_every_fault_of_servers_is_tried_between_both_pairs() -> None:
    files = [path for pattern in ON_SERVERS for path in FOLDER.glob(pattern)]
    assert all({"ends", "anywhere", "small"} & set(re.findall(r"\w+", path.read_text(encoding="utf-8"))) for path in files)
    wanted = {f"{group}{number}" for group, numbers in BETWEEN_SERVERS.items() for number in numbers}
    assert wanted - ids_in(files) == set()


def test_what_is_open_is_said_of_faults_that_have_a_test() -> None:
    assert set(PARTLY) <= ids_of_tests()


def test_tests_in_other_places_are_there() -> None:
    missing = [name for file, name in ELSEWHERE.values() if f"def {name}" not in (FOLDER.parent / file).read_text(encoding="utf-8")]
    assert missing == []
