"""Long lines are thinned out without losing what an eye would see."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iop_pipelines.query.reduce import reduce_line

values = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=3000)


@given(values, st.integers(6, 500))
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
    assert reduce_line([1.0, None, 3.0, 2.0, 1.0, 0.0], 6) == [0, 1, 2, 3, 4, 5]


def test_one_day_in_ten_years_of_hours_stays() -> None:
    line: list[float | None] = [math.sin(hour / 24) for hour in range(87_600)]
    line[50_000] = 40.0
    line[70_000] = None
    kept = reduce_line(line, 500)
    assert {50_000, 70_000} <= set(kept)
    assert len(kept) > 300


@pytest.mark.parametrize("strongest", [301, 333, 398])
def test_of_the_marks_of_a_stretch_the_strongest_stays(strongest: int) -> None:
    marks = dict.fromkeys(range(300, 400, 2), 1.0) | {strongest: 9.0}
    assert strongest in reduce_line([0.0] * 1000, 60, marks)
