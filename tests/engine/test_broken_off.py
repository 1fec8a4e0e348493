"""Is a question that the record's server broke off for another's sake put again, and no more often than is sense?"""

from __future__ import annotations

import itertools

import pytest

from vardskiftet.engine.targets.postgresql_errors import Collided, answered


@pytest.mark.parametrize(("collisions", "asked"), [(0, 1), (2, 3)])
def test_a_question_is_put_again_until_it_is_answered(collisions: int, asked: int) -> None:
    turns, pauses = itertools.count(), list[int]()

    def question() -> str:
        if next(turns) < collisions:
            raise Collided("another's sake")
        return "the answer"

    assert answered(question, pauses.append, 5) == "the answer"
    assert (next(turns), pauses) == (asked, list(range(1, asked)))


def test_the_last_collision_is_told() -> None:
    turns = itertools.count()

    def question() -> str:
        next(turns)
        raise Collided("another's sake")

    with pytest.raises(Collided):
        answered(question, lambda attempt: None, 3)
    assert next(turns) == 3
