"""Long lines are thinned out without losing what an eye would see."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iop_pipelines.query.reduce import reduce_line

values = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=3000)


@given(values, st.integers(7, 500))
def test_at_most_the_asked_for_points_stay_in_order_with_the_ends_and_extremes(line, size) -> None:
    kept = reduce_line(line, size)
    assert kept == sorted(set(kept))
    assert len(kept) <= size
    if line:
        assert (kept[0], kept[-1]) == (0, len(line) - 1)
    known = [value for value in line if value is not None]
    if known:
        shown = [line[at] for at in kept if line[at] is not None]
        assert (min(shown), max(shown)) == (min(known), max(known))


def test_a_line_that_is_short_enough_stays_whole() -> None:
    assert reduce_line([1.0, None, 3.0, 2.0, 1.0, 0.0, 5.0], 7) == [0, 1, 2, 3, 4, 5, 6]


def test_one_day_in_ten_years_of_hours_stays() -> None:
    line: list[float | None] = [math.sin(hour / 24) for hour in range(87_600)]
    line[50_000] = 40.0
    line[70_000] = None
    kept = reduce_line(line, 500)
    assert {50_000, 70_000} <= set(kept)
    assert len(kept) > 300


@pytest.mark.parametrize(("first", "hours"), [(2510, 1), (300, 49), (4990, 3)])
def test_a_gap_is_as_wide_as_it_is_and_costs_no_other_point(first: int, hours: int) -> None:
    line: list[float | None] = [math.sin(hour / 24) for hour in range(5000)]
    whole = reduce_line(line, 500)
    gap = range(first, first + hours)
    for at in gap:
        line[at] = None
    kept = reduce_line(line, 500)
    there = kept.index(first)
    assert (kept[there - 1], kept[there + 1]) == (gap.start - 1, gap.stop)
    assert 0.95 * len(whole) < len(kept) <= 500


def test_no_gap_is_drawn_over_while_there_is_room_and_of_too_many_the_longest_stay() -> None:
    few: list[float | None] = [float(at % 7) for at in range(5000)]
    for at in range(100, 1200, 100):
        few[at] = None
    assert {*range(100, 1200, 100)} <= {*reduce_line(few, 500)}
    many: list[float | None] = [float(at % 7) for at in range(5000)]
    for at in range(5, 5000, 10):
        many[at] = None
    for at in (*range(1001, 1009), *range(3001, 3009)):
        many[at] = None
    many[2222] = 99.0
    kept = reduce_line(many, 500)
    for before, after in ((1000, 1009), (3000, 3009)):
        there = kept.index(before)
        assert (many[kept[there + 1]], kept[there + 2]) == (None, after)
    assert 2222 in kept
    assert len(kept) <= 500


def test_a_line_without_any_point_keeps_its_ends() -> None:
    assert reduce_line([None] * 50, 7) == [0, 49]


@pytest.mark.parametrize("strongest", [301, 333, 398])
def test_of_the_marks_of_a_stretch_the_strongest_stays(strongest: int) -> None:
    marks = dict.fromkeys(range(300, 400, 2), 1.0) | {strongest: 9.0}
    assert strongest in reduce_line([0.0] * 1000, 60, marks)
