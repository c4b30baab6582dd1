"""Seasons are found where they are, with their strength, not where noise is slow; and only by the rows before."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from benchmarks.analytics.noise import make_noise
from iop_pipelines.analytics.seasonal import look_for_seasons, make_shape, score_rows
from iop_pipelines.analytics.seasons import Seasons, find_seasons
from iop_pipelines.domain.frequencies import SEASONS, STEPS

DAY, WEEK = 24, 168
HOURS = (DAY, WEEK)
HOURLY = make_shape(24, 72, 48)
WEEKLY = make_shape(7, 21, 14)
A_WEEK = np.array([10.0, 12.0, 11.0, 13.0, 20.0, 5.0, 4.0])


def hours(days: int, weekend: float = 1.0, wave: float = 10.0, seed: int = 0) -> np.ndarray:
    """(24 * days, 1): a wave each day about 50, weekends so much of other days, and noise of 2."""
    day = 50 + wave * np.sin(2 * np.pi * np.arange(24) / 24)
    level = np.where(np.arange(days) % 7 >= 5, weekend, 1.0)
    y = np.repeat(level, 24) * np.tile(day, days)
    return (y + np.random.default_rng(seed).normal(0, 2, len(y)))[:, None]


def found(seasons: Seasons) -> list[tuple[int, ...]]:
    """Of the first series the lengths that each look found."""
    return [seasons.found(look, 0) for look in range(len(seasons.rows))]


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (hours(60), (DAY,)),
        (hours(60, weekend=0.6), (DAY, WEEK)),
        (hours(60, weekend=0.6, wave=0), (WEEK,)),
        (hours(60, wave=0), ()),
        (hours(60).cumsum(axis=0) * 0 + 7, ()),
        (np.full((900, 1), np.nan), ()),
        (np.random.default_rng(1).normal(size=(1440, 1)).cumsum(axis=0), ()),
    ],
    ids=["day", "day and week", "week", "noise", "constant", "nothing", "random walk"],
)
def test_several_seasons_are_found_at_once_and_none_where_there_is_none(
    y: np.ndarray, expected: tuple[int, ...]
) -> None:
    assert found(find_seasons(y, HOURS, 72))[-1] == expected


def test_a_week_is_found_once_three_of_it_are_known_and_stays() -> None:
    seasons = find_seasons(hours(60, weekend=0.6), HOURS, 72)
    told = [WEEK in each for each in found(seasons)]
    first = told.index(True)
    assert 3 * WEEK <= seasons.rows[first] < 5 * WEEK
    assert all(told[first:])


def test_strength_is_the_share_of_the_variation() -> None:
    """Of a weekly pattern of variance v under noise of variance w it is v / (v + w)."""
    y = np.resize(A_WEEK, 350)[:, None] + np.random.default_rng(0).normal(0, 3, (350, 200))
    expected = A_WEEK.var() / (A_WEEK.var() + 9)
    assert find_seasons(y, (7,), 21).strength.mean() == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("kind", make_noise(1))
def test_noise_of_every_kind_has_no_season(kind: str) -> None:
    seasons = find_seasons(make_noise()[kind].y, (7,), 21)
    assert seasons.is_found.any(axis=(0, 1)).mean() <= 0.02


@pytest.mark.parametrize(("shift", "scale"), [(0.0, 1e-9), (1e4, 1.0), (3.0, -8.0)])
def test_a_season_knows_no_unit(shift: float, scale: float) -> None:
    y = hours(40, weekend=0.8)
    plain, moved = (find_seasons(each, HOURS, 72) for each in (y, shift + scale * y))
    np.testing.assert_array_equal(plain.is_found, moved.is_found)
    np.testing.assert_allclose(plain.strength, moved.strength, rtol=1e-6)


def test_gaps_growth_and_single_far_values_hide_no_season() -> None:
    random = np.random.default_rng(0)
    y = np.resize(A_WEEK, 210) + random.normal(0, 1, 210)
    growing = y * 1.01 ** np.arange(210)
    gappy = np.where(random.random(210) < 0.25, np.nan, y)
    spiked = y.copy()
    spiked[[50, 120, 121]] += 1000
    for each in (growing, gappy, spiked):
        assert found(find_seasons(each[:, None], (7,), 21))[-1] == (7,)


def test_a_season_that_fades_is_kept_while_it_may_be_there_and_dropped_when_it_is_gone() -> None:
    random = np.random.default_rng(2)
    y = np.resize(A_WEEK, 1400) * (np.arange(1400) < 70) + random.normal(0, 6, 1400)
    told = [each == (7,) for each in found(find_seasons(y[:, None], (7,), 70))]
    assert told[0]
    assert not told[-1]
    assert sum(a != b for a, b in pairwise(told)) == 1


def expectations(y: np.ndarray, **given: Any) -> np.ndarray:
    seasons = look_for_seasons(y, HOURLY, HOURS)
    return score_rows(y, HOURLY, seasons=seasons, **given).yhat


def test_hours_under_a_weekday_pattern_are_expected_by_the_week() -> None:
    """By the day alone weekends and Mondays were off by 42 %."""
    y = hours(70, weekend=0.6)
    yhat = expectations(y)
    later = slice(6 * WEEK, None)
    off = np.abs(yhat - y)[later] / y[later]
    starts = np.arange(len(y))[later] % WEEK
    # The noise alone is 3 to 7 % of a weekend's hours.
    assert np.median(off) < 0.05
    for first in (5 * DAY, 0):
        assert np.median(off[(starts >= first) & (starts < first + 6)]) < 0.09


@pytest.mark.parametrize("t", [80, 300, 700, 1100])
def test_what_follows_changes_neither_seasons_nor_expectations(t: int) -> None:
    y = hours(60, weekend=0.6)
    changed = y.copy()
    changed[t + 1 :] = np.random.default_rng(9).normal(0, 900, (len(y) - t - 1, 1))
    whole = expectations(y)[: t + 1]
    np.testing.assert_allclose(expectations(changed)[: t + 1], whole, rtol=1e-9)
    np.testing.assert_allclose(expectations(y[: t + 1]), whole, rtol=1e-9)


def test_series_are_looked_at_alike_alone_among_others_and_in_any_order() -> None:
    columns = [hours(50, weekend, seed=seed) for seed, weekend in enumerate((1.0, 0.6, 0.8))]
    columns[1][:100] = np.nan
    together, turned = (expectations(np.hstack(each)) for each in (columns, columns[::-1]))
    np.testing.assert_allclose(together, turned[:, ::-1], rtol=1e-9)
    np.testing.assert_allclose(together[:, [0]], expectations(columns[0]), rtol=1e-9)
    np.testing.assert_allclose(together[100:, [1]], expectations(columns[1][100:]), rtol=1e-9)


def test_every_step_has_seasons_that_lie_within_each_other() -> None:
    assert set(SEASONS) == {step.modelled_as for step in STEPS.values()}
    for lengths in (list(each.values()) for each in SEASONS.values()):
        assert lengths == sorted(set(lengths))
        assert all(b % a == 0 for a, b in pairwise(lengths))


@pytest.mark.parametrize("rows", [0, 1, 20, 21, 22])
def test_of_too_little_no_season_is_found(rows: int) -> None:
    y = np.resize(A_WEEK, (rows, 1)).astype(float)
    seasons = look_for_seasons(y, WEEKLY, (7,))
    assert seasons.is_found.sum() == (rows > 21)
    assert seasons.strength.shape == (1, 1)
