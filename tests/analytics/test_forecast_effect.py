"""What a crossing comes to, by paths and pasts that are worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.analytics.forecasting.effect import Change, effect_of
from iop_pipelines.analytics.forecasting.paths import Forecast
from iop_pipelines.domain.frequencies import STEPS, year_length

# Of two periods four futures.
PATHS = np.array([[9.0, 11.0, 10.0, 14.0], [12.0, 8.0, 10.0, 16.0]])
NAN = float("nan")
PAST = np.array([4.0, 11.0, 3.0, 5.0, NAN, NAN, 12.0, 2.0])


def _ahead(paths: np.ndarray = PATHS) -> Forecast:
    yhat = np.array([10.0, 11.0])
    return Forecast(pd.date_range("2024-01-01", periods=2), yhat, yhat - 1, yhat + 1, paths)


def test_how_far_and_how_soon_above_a_limit() -> None:
    """Beyond 10 the futures are 0, 1, 0, 4 and 2, 0, 0, 6: of those that cross the worst are 2, 1 and 6. The first
    period has a mean of 5/4 and counts twice what the second, of 8/4, does: 4.5/3, by a limit of 10."""
    found = effect_of(PAST, _ahead(), 10.0, above=True, cycles=())
    assert found.excess == 2.0
    assert found.weight == pytest.approx(0.15, rel=1e-12)
    # Of the four stretches one is not known.
    assert (found.stretches, found.crossed) == (3, 2)


def test_how_far_and_how_soon_below_a_limit() -> None:
    """1, 0, 0, 0 and 0, 2, 0, 0: the worst are 1 and 2, and the mean (2 × 1/4 + 2/4) / 3."""
    found = effect_of(PAST, _ahead(), 10.0, above=False, cycles=())
    assert found.excess == 1.5
    assert found.weight == pytest.approx(1 / 30, rel=1e-12)
    assert (found.stretches, found.crossed) == (3, 3)


def test_sooner_farther_and_likelier_each_weigh_more() -> None:
    def weight(*first: float, second: tuple[float, ...] = (0.0, 0.0)) -> float:
        paths = np.array([first, second])
        return effect_of(PAST, _ahead(paths), 10.0, above=True, cycles=()).weight

    sooner = weight(12.0, 0.0)
    assert sooner == 2 * weight(0.0, 0.0, second=(12.0, 0.0))
    assert weight(14.0, 0.0) == 2 * sooner
    assert weight(12.0, 12.0) == 2 * sooner


def test_a_limit_of_next_to_nothing_is_measured_by_the_values() -> None:
    """The mean of the known ones is 37/6."""
    paths = np.array([[1.0, 1.0], [1.0, 1.0]])
    found = effect_of(PAST, _ahead(paths), 0.0, above=True, cycles=())
    assert found.weight == pytest.approx(6 / 37, rel=1e-12)
    nothing = effect_of(np.zeros(4), _ahead(paths), 0.0, above=True, cycles=())
    assert nothing.weight == 1.0


@pytest.mark.parametrize(
    ("cycles", "change"),
    [
        # Six before the first of the horizon stand 3 and 5.
        ((6, 2), Change(10.5, 4.0, 6)),
        # Of twelve nothing is there, of four nothing is known; two before stand 12 and 2.
        ((12, 4, 2), Change(10.5, 7.0, 2)),
        # One is shorter than the horizon: as many of it as are.
        ((1,), Change(10.5, 7.0, 2)),
        ((12, 4), None),
    ],
)
def test_it_is_beside_what_was_a_year_or_a_season_before(cycles, change) -> None:
    assert effect_of(PAST, _ahead(), 10.0, above=True, cycles=cycles).change == change


@pytest.mark.parametrize(
    ("freq", "periods"),
    [
        ("1min", 524_160),
        ("30min", 17_472),
        ("h", 8_736),
        ("D", 364),
        ("B", 260),
        ("W", 52),
        ("MS", 12),
        ("QS", 4),
        ("2QS", 2),
        ("YS", 1),
    ],
)
def test_a_year_of_weeks_and_what_is_shorter_has_the_same_weekdays(freq, periods) -> None:
    assert year_length(freq) == periods
    if freq in ("h", "D", "B"):
        first = pd.Timestamp(2024, 1, 3).to_pydatetime()
        later = STEPS[freq].shift(first, periods)
        assert (later - first).days == 364
        assert later.weekday() == first.weekday()
