"""Does each point of the exam of sources and targets have its tests, and do these sit before the kinds that the point is for?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
SOURCES, FILE_SOURCES, SERVERS = "contracts/test_sources.py", "contracts/test_file_sources.py", "contracts/test_server_sources.py"
TARGETS, ON_POSTGRESQL = "contracts/test_targets.py", "contracts/test_postgresql_target.py"
LINES, DRIFT, READING = "faults/test_server_lines.py", "faults/test_server_drift.py", "faults/test_source_servers.py"

POINTS: dict[str, dict[str, tuple[str, ...]]] = {
    "count equals read over half-open ranges in the source's own order": {
        SOURCES: ("ranges_hold_every_row_once", "ranges_over_keys_of_two_columns", "rows_come_in_the_order_of_their_key"),
        SERVERS: (
            "ranges_are_compared_in_mariadbs_own_order",
            "ranges_are_compared_in_postgresqls_own_order",
            "ranges_are_compared_in_swedish_where_postgresql_knows_it",
        ),
    },
    "an empty table": {SOURCES: ("an_empty_table_has_one_empty_range",), TARGETS: ("preparing_creates_the_record_and_the_books",)},
    "no column, one, and many": {
        SOURCES: ("a_table_of_one_column_and_one_of_two_hundred",),
        SERVERS: ("a_partitioned_table_is_one_and_a_view_is_read_too",),
        "faults/test_server_rooms.py": ("c8_one_column_and_many",),
        "faults/test_wide_tables.py": ("c8_one_column_and_many_of_csv", "c8_one_column_and_many_of_parquet"),
    },
    "all types": {
        SERVERS: ("every_type_of_mariadb_becomes_its_text", "every_type_of_postgresql_becomes_its_text"),
        SOURCES: ("whole_numbers_come_exactly", "reals_come_with_all_their_digits", "texts_come_as_they_are"),
        FILE_SOURCES: ("a_parquet_file_gives_the_exact_text_of_every_type", "a_sheet_gives_the_exact_text_of_every_cell"),
        TARGETS: ("values_come_back_as_the_texts_that_digests_are_made_of", "a_stored_row_has_the_digest_that_it_was_written_with"),
    },
    "NULL against the empty text": {
        SOURCES: ("null_and_the_empty_text_are_two_things",),
        FILE_SOURCES: ("an_empty_field_an_empty_text_and_a_declared_null_are_told_apart",),
        "contracts/test_file_drop_target.py": ("csv_tells_null_from_an_empty_text_and_every_sign_comes_back",),
    },
    "names with spaces, quotes, å ä ö and reserved words": {
        SOURCES: ("names_are_names_whatever_stands_in_them",),
        ON_POSTGRESQL: ("reserved_words_are_names_like_others",),
        TARGETS: ("the_folder_may_have_any_name",),
    },
    "a cursor that ends early": {
        SOURCES: ("a_cursor_that_ends_early_is_found_by_the_count",),
        LINES: ("b2_a_cursor_that_ends_early_is_noticed_by_the_count",),
    },
    "a connection cut in mid-stream": {
        SOURCES: ("damage_in_the_middle_is_never_the_end_of_the_data",),
        READING: ("b1_a_session_that_is_killed_while_it_is_read_is_unreachable",),
        LINES: ("b1_a_line_that_is_cut_in_mid_stream_is_taken_up_again", "b1_a_line_that_stays_cut_is_one_line_and_the_same_end_later"),
        ON_POSTGRESQL: ("a_connection_that_is_ended_in_mid_batch_is_taken_up_again",),
        "story/test_killed_servers.py": ("a_server_that_is_killed_in_mid_run_is_told_and_the_same_command_comes_to_the_same_end",),
    },
    "the target dropped between statement and reply": {
        ON_POSTGRESQL: ("b3_a_commit_whose_answer_is_lost_is_looked_for_and_not_repeated",),
        LINES: ("b3_a_record_that_goes_between_statement_and_reply_and_stays_away",),
    },
    "a deadlock": {
        ON_POSTGRESQL: ("b4_a_deadlock_is_tried_again", "b4_what_collides_for_ever_ends_in_one_error"),
        LINES: ("b4_a_batch_that_the_server_rolled_back_for_another_is_tried_again",),
    },
    "a statement timeout": {
        READING: ("b5_a_statement_that_takes_too_long_says_which_options_help", "b5_a_range_that_takes_too_long_is_read_in_parts"),
        ON_POSTGRESQL: ("a_statement_that_takes_too_long_is_told",),
    },
    "a source written to while it is read": {
        SOURCES: ("a_row_that_comes_after_the_hold_is_not_seen",),
        FILE_SOURCES: ("a_file_that_is_replaced_while_it_is_read_is_not_used",),
        READING: ("i5_a_source_that_is_written_to_while_it_is_read_is_seen_at_one_moment",),
        DRIFT: ("i5_what_is_written_while_a_wave_is_read_comes_with_the_next_round",),
    },
    "warnings instead of errors": {ON_POSTGRESQL: ("b7_a_remark_of_the_server_is_a_failure",), LINES: ("b7_a_warning_of_the_server_is_a",)},
    "fewer rows taken than sent": {
        ON_POSTGRESQL: ("b8_fewer_rows_taken_than_sent_are_noticed",),
        LINES: ("b8_fewer_rows_taken_than_sent_are_noticed",),
    },
    "source and target are one": {
        LINES: ("b11_a_record_is_no_source", "b11_another_programmes_record_is_refused"),
        "contracts/test_file_drop_target.py": ("a_drop_is_no_source",),
        "cli/test_doctor.py": ("a_target_that_is_a_source_is_found_by_whatever_name",),
    },
    "a missing privilege found by doctor before the run": {
        READING: ("b12_a_missing_privilege_is_found_by_doctor_before_the_run", "b12_a_policy_that_hides_rows_is_an_error"),
        ON_POSTGRESQL: ("b12_a_server_that_only_reads_is_told",),
    },
    "the privileges for the way back": {
        ON_POSTGRESQL: ("b12_every_privilege_that_lacks_is_named_also_those_for_the_way_back",),
        LINES: ("b12_what_the_user_of_the_record_may_not_do_is_found_before_the_run",),
    },
}
"""Point to the tests that examine it, by file; a name may be the beginning of one."""

EVERY_KIND = {"sources": SOURCES, "targets": TARGETS}


@pytest.mark.parametrize("point", POINTS)
def test_every_point_of_the_exam_is_examined(point: str) -> None:
    missing = [
        f"{file}: {name}"
        for file, names in POINTS[point].items()
        for name in names
        if not re.search(rf"^def test_{name}", (TESTS / file).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert missing == []


@pytest.mark.parametrize("ends", EVERY_KIND)
def test_the_common_exam_is_sat_by_every_kind(ends: str) -> None:
    """Its wards are held against the tool's own table of kinds; those without a server are named as not examined."""
    assert "def test_every_kind_sits_the_exam" in (TESTS / EVERY_KIND[ends]).read_text(encoding="utf-8")
