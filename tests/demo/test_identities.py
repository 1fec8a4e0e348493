"""Are the synthetic identifiers valid, each once, and nobody's?"""

from __future__ import annotations

import numpy as np
import pytest
from demo_recount import identity
from hypothesis import given
from hypothesis import strategies as st

from vardskiftet.demo.identities import Domain, check_digit, draw, identifiers, places, spelled, spelled_with_hyphen, with_wrong_check

LATEST = np.datetime64("2024-10-06")


@pytest.mark.parametrize("example", ["19810829M071", "19450829K088", "19930829X802"])
def test_the_examples_of_the_reserve_numbers_specification_verify(example: str) -> None:
    digits = example[2:8] + {"K": "5", "M": "7", "X": "8"}[example[8]] + example[9:11]
    payload = np.array([[int(digit) for digit in digits]], dtype=np.uint8)
    assert check_digit(payload).tolist() == [int(example[11])]
    assert identity(example) == ("vgr-reserve", example)


@given(st.integers(0, 10**6), st.sampled_from(list(Domain)), st.integers(0, 10**6))
def test_every_identifier_holds_and_a_wrong_check_digit_does_not(index: int, domain: Domain, seed: int) -> None:
    days, numbers = draw(np.array([index]), seed, LATEST)
    text = identifiers(days, numbers, np.array([domain]))
    found, word = identity(spelled(text)[0].decode())
    assert found == ("vgr-reserve" if domain >= Domain.VGR_RESERVE else domain.name.lower())
    assert identity(spelled_with_hyphen(text)[0].decode()) == (found, word)
    assert identity(spelled(with_wrong_check(text))[0].decode()) == ("", "IDENTITY_CHECKSUM")


@pytest.mark.parametrize("seed", [0, 20241112])
def test_no_two_persons_get_one_number_however_many(seed: int) -> None:
    room = places(LATEST)
    assert room > 700_000
    days, numbers = draw(np.arange(room), seed, LATEST)
    assert len(np.unique(days.astype(np.int64) * 1000 + numbers)) == room
    assert numbers.min() == 980
    assert numbers.max() == 999
    assert days.max() == LATEST


def test_a_samordningsnummer_is_sixty_days_late_and_a_reserve_number_tells_the_sex() -> None:
    days, numbers = np.array(["1987-03-09", "1987-03-09"], dtype="datetime64[D]"), np.array([983, 984])
    same = np.array([Domain.SAMORDNINGSNUMMER, Domain.SAMORDNINGSNUMMER])
    assert [text[:11] for text in spelled(identifiers(days, numbers, same)).astype(str)] == ["19870369983", "19870369984"]
    reserve = np.array([Domain.VGR_RESERVE, Domain.VGR_RESERVE])
    assert [text[:11] for text in spelled(identifiers(days, numbers, reserve)).astype(str)] == ["19870309M23", "19870309K24"]
