"""Does every kind of information travel one way, and has every source table one place?"""

from __future__ import annotations

from pathlib import Path

from small_region import FILES, only, told

PROGRAMME, SYSTEM, BOOKING = "waves/programme.yaml", "mappings/elvis/system.yaml", "mappings/elvis/booking.yaml"
MELIOR = """\
system: melior
title: Melior
source: {kind: sqlite, path: journals/melior.sqlite}
timezone: Europe/Helsinki
routes:
  - {information: all, route: none, owner: nobody, because: "Nothing of it is needed."}
"""


def test_a_system_that_is_not_declared_is_told_with_the_nearest(tmp_path: Path) -> None:
    faults = told(tmp_path, {PROGRAMME: FILES[PROGRAMME].replace("[elvis]", "[elvs]")})
    assert [(fault.line, fault.trail, fault.hint) for fault in faults] == [(7, "programme › systems › 1", "Did you mean 'elvis'?")]


def test_a_system_that_the_programme_does_not_name_is_told(tmp_path: Path) -> None:
    (fault,) = told(tmp_path, {"mappings/melior/system.yaml": MELIOR})
    assert (fault.path, fault.line) == (PROGRAMME, 7) and "does not name the system 'melior'" in fault.message


def test_mappings_without_a_system_are_told_where_it_should_stand(tmp_path: Path) -> None:
    stray = (
        FILES["mappings/elvis/booking.yaml"]
        .replace("mapping: elvis.", "mapping: melior.")
        .replace("person_id}", "person_id, in: elvis.person}")
    )
    (fault,) = told(tmp_path, {"mappings/melior/booking.yaml": stray})
    assert (fault.path, fault.message) == ("mappings/melior/system.yaml", "is missing, but its folder holds mappings.")


def test_information_without_a_route_is_told_once_with_the_nearest(tmp_path: Path) -> None:
    fault = only(tmp_path, BOOKING, "information: bookings", "information: boking")
    assert (fault.line, fault.message, fault.hint) == (2, "'boking' has no route in 'elvis'.", "Did you mean 'bookings'?")


def test_information_that_is_not_auto_has_no_mapping(tmp_path: Path) -> None:
    faults = told(tmp_path, {BOOKING: FILES[BOOKING].replace("information: bookings", "information: old contacts")})
    assert [fault.message for fault in faults] == [
        "'old contacts' travels by the route archive.",
        "'bookings' is auto, but no mapping carries it.",
    ]


def test_an_automatic_route_without_a_mapping_is_told_at_the_route(tmp_path: Path) -> None:
    faults = told(tmp_path, {BOOKING: None})
    told_so = [(fault.trail, fault.message) for fault in faults if fault.path == SYSTEM]
    assert told_so == [("elvis › routes › 1 › information", "'bookings' is auto, but no mapping carries it.")]


def test_two_routes_for_one_information_are_told(tmp_path: Path) -> None:
    fault = only(tmp_path, SYSTEM, "information: old contacts", "information: bookings")
    assert (fault.line, fault.message) == (12, "'bookings' has a route already.")


def test_a_table_has_one_place(tmp_path: Path) -> None:
    assert "'bokning' is read by 'elvis.booking' already" in only(tmp_path, SYSTEM, "table: tmp_import", "table: bokning").message
    assert "'person' is read by 'elvis.person' already" in only(tmp_path, SYSTEM, "[kontakt_hist]", "[person]").message
    assert (
        "'kontakt_hist' is covered by 'old contacts' already" in only(tmp_path, SYSTEM, "table: tmp_import", "table: kontakt_hist").message
    )


def test_a_faulty_route_lets_nothing_be_concluded(tmp_path: Path) -> None:
    text = FILES[SYSTEM].replace("    route: auto\n", "    route: atuo\n", 1)
    faults = told(tmp_path, {SYSTEM: text})
    assert [(fault.line, fault.trail) for fault in faults] == [(7, "elvis › routes › 1 › route")]
