"""What does a wave that was taken back, or cancelled, become when it is loaded or taken back again?"""

from __future__ import annotations

from vardskiftet.judge.standing import standing


def test_a_wave_that_is_loaded_again_is_no_longer_rolled_back() -> None:
    assert standing([("books.drawn", "a"), ("wave.undone", "a")], "a") == "rolled_back"
    assert standing([("books.drawn", "a"), ("wave.undone", "a"), ("books.drawn", "a")], "a") == "planned"


def test_a_cancelled_wave_stays_cancelled_when_its_rows_are_taken_out() -> None:
    assert standing([("wave.cancelled", "a"), ("wave.undone", "a")], "a") == "cancelled"
    assert standing([("wave.closed", "a"), ("wave.undone", "a")], "a") == "closed"


def test_loading_does_not_wake_a_cancelled_wave() -> None:
    assert standing([("wave.cancelled", "a"), ("books.drawn", "a")], "a") == "cancelled"
