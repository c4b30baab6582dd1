"""Kept answers: one computation for all who ask at once, again after a while, errors never, bounded in bytes."""

from concurrent.futures import Future

import pytest

from iop_pipelines.api.kept import Kept


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Making:
    def __init__(self) -> None:
        self.answer: Future[bytes] = Future()
        self.is_wanted = True


class Asked:
    """Somebody who asks, with what was begun for them."""

    def __init__(self, kept: Kept[Making], life_s: float = 10) -> None:
        self.begun: list[Making] = []
        self._kept = kept
        self._life_s = life_s

    def _begin(self) -> Making:
        self.begun.append(Making())
        return self.begun[-1]

    def get(self, question: str) -> bytes | Making:
        return self._kept.get(question, self._life_s, self._begin, lambda made: made.is_wanted)

    def made(self, question: str, answer: bytes) -> None:
        making = self.get(question)
        assert isinstance(making, Making)
        making.answer.set_result(answer)


def test_what_many_ask_at_once_is_computed_once() -> None:
    asked = Asked(Kept())
    found = [asked.get("panel") for _ in range(8)]
    assert found == asked.begun * 8
    asked.begun[0].answer.set_result(b"42")
    assert asked.get("panel") == b"42"
    assert asked.get("another") is asked.begun[1]


def test_an_answer_is_good_for_its_life_counted_from_the_beginning_of_its_making() -> None:
    clock = Clock()
    asked = Asked(Kept(monotonic=clock))
    making = asked.get("panel")
    clock.now = 3
    assert isinstance(making, Making)
    making.answer.set_result(b"3")
    clock.now = 9.9
    assert asked.get("panel") == b"3"
    clock.now = 10
    assert asked.get("panel") is asked.begun[1]


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_an_error_is_not_kept(is_cancelled: bool) -> None:
    asked = Asked(Kept())
    making = asked.get("panel")
    assert isinstance(making, Making)
    if is_cancelled:
        making.answer.cancel()
    else:
        making.answer.set_exception(ValueError("no database"))
    assert asked.get("panel") is asked.begun[1]


def test_what_cannot_be_joined_any_longer_is_begun_anew() -> None:
    asked = Asked(Kept())
    first = asked.get("panel")
    assert isinstance(first, Making)
    first.is_wanted = False
    second = asked.get("panel")
    assert second is asked.begun[1]
    first.answer.cancel()
    assert asked.get("panel") is second


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    asked = Asked(Kept(max_kept=2))
    for question in ("1", "2"):
        asked.made(question, question.encode())
    assert asked.get("1") == b"1"
    asked.made("3", b"3")
    assert (asked.get("1"), asked.get("3")) == (b"1", b"3")
    assert isinstance(asked.get("2"), Making)


def test_all_answers_together_keep_to_a_number_of_bytes() -> None:
    asked = Asked(Kept(max_bytes=100))
    for question in ("1", "2", "3"):
        asked.made(question, question.encode() * 40)
    assert isinstance(asked.get("1"), Making)
    assert (asked.get("2"), asked.get("3")) == (b"2" * 40, b"3" * 40)
    asked.made("4", b"4" * 101)
    assert all(isinstance(asked.get(question), Making) for question in ("2", "3", "4"))
