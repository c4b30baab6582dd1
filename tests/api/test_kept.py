"""Kept answers: one computation for all who ask at once, again after a while, errors never."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from iop_pipelines.api.kept import Kept


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_many_ask_at_once_is_computed_once() -> None:
    kept: Kept[str, int] = Kept()
    asked, computing, go_on = [], threading.Event(), threading.Event()

    def compute() -> int:
        asked.append(1)
        computing.set()
        assert go_on.wait(10)
        return 42

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(kept.get, "panel", 60, compute) for _ in range(8)]
        assert computing.wait(10)
        go_on.set()
        assert [each.result(10) for each in answers] == [42] * 8
    assert len(asked) == 1


def test_an_answer_is_good_for_its_life_counted_from_the_beginning_of_its_making() -> None:
    clock = Clock()
    kept: Kept[str, float] = Kept(monotonic=clock)

    def slowly() -> float:
        clock.now += 3
        return clock.now

    assert kept.get("panel", 10, slowly) == 3
    clock.now = 9.9
    assert kept.get("panel", 10, slowly) == 3
    clock.now = 10
    assert kept.get("panel", 10, slowly) == 13
    assert kept.get("another", 10, slowly) == 16


def test_an_error_reaches_all_who_waited_and_is_not_kept() -> None:
    kept: Kept[str, int] = Kept()

    def fail() -> int:
        raise ValueError("no database")

    for _ in range(2):
        with pytest.raises(ValueError, match="no database"):
            kept.get("panel", 60, fail)
    assert kept.get("panel", 60, lambda: 1) == 1


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    kept: Kept[int, int] = Kept(max_kept=2)
    for question in (1, 2, 1, 3):
        kept.get(question, 60, lambda: 0)
    assert kept.get(1, 60, lambda: 7) == 0
    assert kept.get(2, 60, lambda: 7) == 7
