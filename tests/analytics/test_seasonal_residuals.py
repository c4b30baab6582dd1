"""The expectation of a row, how strange it is, and what is told: from the past only, in any unit, within a budget."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.analytics.noise import make_noise
from iop_pipelines.analytics import seasonal
from iop_pipelines.analytics.seasonal import (
    CRITICAL_P,
    LARGEST_P,
    Scores,
    Wanted,
    chances_of,
    least_budgets,
    make_shape,
    score_rows,
    weeks_of_periods,
)

WEEKLY = make_shape(7, 21, 14)
PLAIN = make_shape(1, 14, 5)
MONTHLY = make_shape(12, 36, 24)
WEEK = np.array([10.0, 12.0, 11.0, 13.0, 20.0, 5.0, 4.0])
FIELDS = ("yhat", "sigma", "score", "p", "lo", "hi", "coverage")
KINDS = ("normal", "heavy", "walk", "count", "weekly", "growing", "gappy", "slot", "night")


def noisy_weeks(n: int = 120, sigma: float = 1.0, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, sigma, n)
    return (np.resize(WEEK, n) + noise)[:, None]


def series_of(kind: str, n: int = 160, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    y = {
        "normal": lambda: random.normal(50, 5, n),
        "heavy": lambda: random.standard_t(2, n),
        "walk": lambda: random.normal(size=n).cumsum(),
        "count": lambda: random.poisson(0.4, n).astype(float),
        "weekly": lambda: np.resize(WEEK, n) + random.normal(size=n),
        "growing": lambda: 100 * 1.01 ** np.arange(n) * (1 + random.normal(0, 0.02, n)),
        # Sundays change for good in the tenth week; Mondays are hardly ever known, and then low.
        "slot": lambda: np.resize(WEEK, n) + random.normal(size=n) + 9 * _is_late_sunday(n),
        "night": lambda: np.where(
            np.arange(n) % 7 == 0,
            np.where(random.random(n) < 0.3, 1.0, np.nan),
            np.resize(WEEK, n) + random.normal(size=n),
        ),
        "gappy": lambda: np.where(random.random(n) < 0.2, np.nan, random.normal(9, 1, n)),
    }[kind]()
    return y[:, None]


def _is_late_sunday(n: int) -> np.ndarray:
    return (np.arange(n) % 7 == 6) & (np.arange(n) >= 70)


def told(
    y: np.ndarray, scores: Scores, *, alerts_per_week: float = 1.0, **wanted: Any
) -> np.ndarray:
    weeks = np.full(y.shape, 1 / 7)
    return least_budgets(chances_of(y, scores, Wanted(**wanted)), weeks) <= alerts_per_week


def test_a_season_without_noise_is_expected_exactly() -> None:
    y = np.resize(WEEK, 100)[:, None]
    scores = score_rows(y, WEEKLY)
    np.testing.assert_allclose(scores.yhat[21:], y[21:], rtol=1e-6)
    assert not told(y, scores).any()


def test_a_spike_is_found_and_its_neighbours_are_not() -> None:
    for seed in range(5):
        y = noisy_weeks(seed=seed)
        y[100] += 15
        assert np.flatnonzero(told(y, score_rows(y, WEEKLY))[:, 0]).tolist() == [100]


def test_a_value_that_is_ordinary_but_not_on_that_day_of_the_week_is_found() -> None:
    """20 is every Friday's value; on a Sunday 4 is expected."""
    y = noisy_weeks(301, sigma=0.5)
    assert 300 % 7 == 6
    y[300] = 20.0
    scores = score_rows(y, WEEKLY)
    assert told(y, scores)[300, 0]
    assert scores.yhat[300, 0] == pytest.approx(4, abs=1)


def test_sigma_estimates_the_standard_deviation_of_normal_noise() -> None:
    y = np.hstack([noisy_weeks(600, sigma=2.0, seed=seed) for seed in range(20)])
    # The larger of two estimates, from 56 errors of an expectation that is one itself: somewhat over.
    assert 2.0 < np.nanmedian(score_rows(y, WEEKLY).sigma[200:]) < 2.0 * 1.25


def test_an_autoregression_is_expected_by_its_last_value() -> None:
    """Of x = .9 x' + e the best expectation errs by e, of standard deviation 1; the level errs by 1 / sqrt(.19)."""
    random = np.random.default_rng(0)
    y = np.zeros((1500, 1))
    for row in range(1, 1500):
        y[row] = 0.9 * y[row - 1] + random.normal()
    error = (y - score_rows(y, PLAIN).yhat)[300:]
    assert np.std(error) < 1.1


@pytest.mark.parametrize("kind", KINDS)
@given(st.integers(40, 150), st.floats(-1e3, 1e3), st.integers(0, 5))
@settings(max_examples=12, deadline=None)
def test_what_follows_never_changes_what_is_said_of_a_row(
    kind: str, t: int, later: float, seed: int
) -> None:
    y = series_of(kind, seed=seed)
    changed = y.copy()
    changed[t + 1 :] = later
    whole, other, cut = (score_rows(each, WEEKLY) for each in (y, changed, y[: t + 1]))
    for name in FIELDS:
        expected = getattr(whole, name)[: t + 1]
        np.testing.assert_allclose(getattr(other, name)[: t + 1], expected, rtol=1e-9, err_msg=name)
        np.testing.assert_allclose(getattr(cut, name), expected, rtol=1e-9, err_msg=name)
    choices: tuple[dict[str, Any], ...] = ({}, {"direction": "above"})
    for wanted in choices:
        flags = told(y, whole, **wanted)[: t + 1]
        np.testing.assert_array_equal(told(changed, other, **wanted)[: t + 1], flags)


def test_a_point_is_no_part_of_its_own_expectation() -> None:
    y = noisy_weeks()
    changed = y.copy()
    changed[80] = 1e6
    before, after = (score_rows(each, WEEKLY) for each in (y, changed))
    assert before.yhat[80] == after.yhat[80]
    assert before.hi[80] == after.hi[80]


@pytest.mark.parametrize("kind", [each for each in KINDS if each not in ("count", "growing")])
@pytest.mark.parametrize(
    ("shift", "scale"), [(1000.0, 1.0), (0.0, 1e-9), (-64.0, 1e6), (0.0, -8.0)]
)
def test_the_unit_of_a_measure_moves_its_range_and_nothing_else(
    kind: str, shift: float, scale: float
) -> None:
    y = series_of(kind)
    plain, moved = score_rows(y, WEEKLY), score_rows(shift + scale * y, WEEKLY)
    np.testing.assert_allclose(
        moved.yhat, shift + scale * plain.yhat, rtol=1e-6, atol=abs(scale) * 1e-6
    )
    np.testing.assert_allclose(moved.score, plain.score, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(np.log(moved.p), np.log(plain.p), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_series_is_scored_alike_alone_among_others_and_in_any_order(kind: str) -> None:
    """Also beside one that began earlier."""
    columns = [series_of(each, seed=seed) for seed, each in enumerate(KINDS)]
    place = KINDS.index(kind)
    columns[place][:23] = np.nan
    together = score_rows(np.hstack(columns), WEEKLY)
    turned = score_rows(np.hstack(columns[::-1]), WEEKLY)
    alone = score_rows(columns[place][23:], WEEKLY)
    for name in FIELDS:
        one = getattr(together, name)[:, place]
        assert np.isnan(one[:23]).all()
        np.testing.assert_allclose(one[23:], getattr(alone, name)[:, 0], rtol=1e-9, err_msg=name)
        np.testing.assert_allclose(one, getattr(turned, name)[:, -1 - place], rtol=1e-9)


def test_the_same_is_said_twice() -> None:
    y = np.hstack([series_of(kind) for kind in KINDS])
    first, second = score_rows(y, WEEKLY), score_rows(y, WEEKLY)
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_gaps_stay_unknown_and_are_not_taken_for_zero() -> None:
    y = noisy_weeks()
    y[90:93] = np.nan
    scores = score_rows(y, WEEKLY)
    assert np.isnan(scores.score[90:93]).all()
    assert not told(y, scores)[90:].any()
    # With zeros in the gap the expectation a week later would have dropped.
    assert scores.yhat[97:100, 0] == pytest.approx(np.resize(WEEK, 120)[97:100], abs=3)


def test_an_earlier_anomaly_does_not_widen_the_range_and_later_ones_are_found() -> None:
    y = noisy_weeks(200)
    stormy = y.copy()
    stormy[[70, 77]] += 100
    stormy[150] += 40
    calm, after = (score_rows(each, WEEKLY) for each in (y, stormy))
    assert after.hi[91, 0] - after.lo[91, 0] < 1.5 * (calm.hi[91, 0] - calm.lo[91, 0])
    assert after.yhat[91, 0] == pytest.approx(calm.yhat[91, 0], abs=2)
    assert told(stormy, after)[150, 0]


def test_what_lasts_longer_than_the_mask_becomes_the_new_normal() -> None:
    y = noisy_weeks(260)
    y[100:] += 30
    flags = told(y, score_rows(y, WEEKLY))
    assert flags[100, 0]
    assert not flags[200:].any()


@pytest.mark.parametrize(
    ("direction", "found"), [("above", [60]), ("below", [80]), ("both", [60, 80])]
)
def test_direction_says_which_side_matters(direction: str, found: list[int]) -> None:
    y = noisy_weeks()
    y[60] += 30
    y[80] -= 30
    flags = told(y, score_rows(y, WEEKLY), direction=direction)
    assert np.flatnonzero(flags[:, 0]).tolist() == found


def test_a_distance_without_practical_effect_is_no_anomaly() -> None:
    y = noisy_weeks(sigma=0.01)
    y[100] += 8
    scores = score_rows(y, WEEKLY)
    assert told(y, scores)[100, 0]
    assert not told(y, scores, min_effect=9)[100, 0]


def test_a_calm_series_twitch_is_no_event() -> None:
    """A tenth of the spread of the week itself is no error, however regular the weeks were."""
    y = noisy_weeks(sigma=1e-6)
    y[100] += 0.5
    assert not told(y, score_rows(y, WEEKLY)).any()


def test_strangeness_neither_ends_nor_ties() -> None:
    far = [1e2, 1e4, 1e6, 1e9]
    scores = []
    for distance in far:
        y = noisy_weeks()
        y[100] += distance
        scores.append(score_rows(y, WEEKLY).score[100, 0])
    assert len(set(scores)) == len(far)
    assert scores == sorted(scores)


@pytest.mark.parametrize("rate", [0.05, 0.15, 0.5])
def test_an_ordinary_count_is_never_critical_and_hardly_told(rate: float) -> None:
    """One event in twenty days is a day in twenty, by the tail of the Poisson distribution."""
    y = np.random.default_rng(3).poisson(rate, (260, 100)).astype(float)
    scores = score_rows(y, PLAIN)
    known = np.isfinite(scores.p)
    chance = stats.poisson.sf(y - 1, rate)
    assert not (known & (scores.p <= CRITICAL_P) & (chance > 1e-4)).any()
    assert told(y, scores).sum() <= 5
    assert not told(y, scores)[(y == 1) & known].any()


def test_a_count_far_in_its_tail_is_told() -> None:
    y = np.random.default_rng(1).poisson(0.05, (200, 1)).astype(float)
    y[199] = 9
    assert told(y, score_rows(y, PLAIN))[199, 0]


def test_a_first_value_off_a_past_that_never_varied_is_told_and_is_not_critical() -> None:
    """Nothing says how far 4 is from 3 where there was only 3."""
    y = np.full((60, 1), 3.5)
    y[50] = 4.25
    scores = score_rows(y, WEEKLY)
    assert np.flatnonzero(told(y, scores)).tolist() == [50]
    assert scores.p[50, 0] > CRITICAL_P
    assert scores.score[49, 0] == 0


def test_a_change_in_one_slot_of_the_week_is_told_three_times_and_learned() -> None:
    """Sundays were 4 and are 19 from the twentieth week on."""
    for seed in range(5):
        y = noisy_weeks(40 * 7, seed=seed)
        y[20 * 7 + 6 :: 7] += 15
        scores = score_rows(y, WEEKLY)
        sundays = 20 * 7 + 6 + 7 * np.arange(20)
        assert told(y, scores)[sundays, 0].tolist() == [True] * 3 + [False] * 17
        np.testing.assert_allclose(scores.yhat[sundays[3:], 0], 19, atol=3)
        other_days = np.setdiff1d(np.arange(100, len(y)), sundays)
        np.testing.assert_allclose(
            scores.yhat[other_days, 0], np.resize(WEEK, len(y))[other_days], atol=3
        )
        assert not told(y, scores)[other_days].any()


def test_a_slot_that_goes_back_to_what_it_was_is_learned_again() -> None:
    y = noisy_weeks(60 * 7)
    y[20 * 7 + 6 : 40 * 7 : 7] += 15
    scores = score_rows(y, WEEKLY)
    sundays = 40 * 7 + 6 + 7 * np.arange(20)
    np.testing.assert_allclose(scores.yhat[sundays[4:], 0], 4, atol=3)
    assert not told(y, scores)[sundays[4:]].any()


def test_a_slot_that_changed_is_judged_by_what_it_is_now() -> None:
    y = noisy_weeks(40 * 7)
    y[20 * 7 + 6 :: 7] += 15
    y[35 * 7 + 6] -= 15
    assert told(y, score_rows(y, WEEKLY))[35 * 7 + 6, 0]


def test_of_a_place_in_the_season_that_was_never_known_nothing_is_expected() -> None:
    """An hour of the night in which something happens now and then, but at day ten times as often."""
    y = noisy_weeks(60 * 7)
    y[::7] = np.nan
    rare = [25 * 7, 31 * 7, 38 * 7, 47 * 7]
    y[rare] = 1.0
    scores = score_rows(y, WEEKLY)
    assert np.isnan(scores.yhat[rare[:2], 0]).all()
    assert not told(y, scores)[rare].any()
    # Twice known, it is expected as it was.
    np.testing.assert_allclose(scores.yhat[rare[2:], 0], 1.0, atol=2)


def test_a_gross_value_at_the_beginning_teaches_nothing() -> None:
    y = noisy_weeks(15 * 7)
    y[9] += 500
    scores = score_rows(y, WEEKLY)
    np.testing.assert_allclose(scores.yhat[21:, 0], np.resize(WEEK, len(y))[21:], atol=5)
    assert not told(y, scores)[21:].any()


@pytest.mark.parametrize("growth", [0.0, 0.005, 0.01, 0.02, 0.03])
@pytest.mark.parametrize("months", [60, 120, 240])
def test_growth_is_followed_and_a_fall_of_30_per_cent_under_it_is_found(
    growth: float, months: int
) -> None:
    t = np.arange(months)
    found, off = 0, []
    for seed in range(20):
        random = np.random.default_rng(seed)
        season = 1 + 0.2 * np.sin(2 * np.pi * t / 12 + seed)
        y = (100 * (1 + growth) ** t * season * (1 + random.normal(0, 0.02, months)))[:, None]
        fallen = y.copy()
        fallen[-1] *= 0.7
        scores = score_rows(fallen, MONTHLY)
        off.append(abs(float(scores.yhat[-1, 0] / y[-1, 0]) - 1))
        weeks = np.full(y.shape, 4.345)
        found += bool(least_budgets(chances_of(fallen, scores, Wanted()), weeks)[-1, 0] <= 1.0)
    # The noise itself is 2 %.
    assert np.mean(off) < 0.04
    assert found >= 18


@pytest.mark.parametrize("season_length", [1, 7])
@pytest.mark.parametrize("series", [5, 40, 200])
def test_chance_gives_no_more_than_the_budget(series: int, season_length: int) -> None:
    """Of all kinds of noise together, which is what a model's series are."""
    shape = make_shape(season_length, 21, 14)
    count = weeks = 0
    for panel in make_noise(series, days=260, seed=7).values():
        scores = score_rows(panel.y, shape)
        count += int(told(panel.y, scores).sum())
        weeks += int(np.isfinite(scores.p).any(axis=1).sum()) / 7
    assert count <= 1.2 * weeks


def test_a_larger_budget_tells_more_and_never_what_chance_gives_often() -> None:
    y = np.random.default_rng(0).standard_t(3, (400, 50))
    scores = score_rows(y, PLAIN)
    counts = [int(told(y, scores, alerts_per_week=each).sum()) for each in (0.1, 1.0, 1e4)]
    assert counts == sorted(counts)
    assert counts[0] < counts[2]
    assert scores.p[told(y, scores, alerts_per_week=1e4)].max() <= LARGEST_P


def test_what_is_told_of_a_period_is_what_benjamini_and_hochberg_let_pass() -> None:
    p = np.array([[0.0001, 0.0008, 0.0011, 0.5, np.nan], [0.0004, 0.9, 0.9, 0.9, 0.0029]])
    level = 0.002
    flags = least_budgets(p, np.full(p.shape, level)) <= 1.0
    for row in range(2):
        tested = np.flatnonzero(np.isfinite(p[row]))
        adjusted = stats.false_discovery_control(p[row, tested])
        expected = np.zeros(5, dtype=bool)
        expected[tested] = adjusted <= level
        np.testing.assert_array_equal(flags[row], expected)


def test_a_period_is_as_long_as_the_moments_so_far_say() -> None:
    hours = np.datetime64("2024-01-01", "ns") + np.arange(5) * np.timedelta64(1, "h")
    days = np.datetime64("2024-01-01", "ns") + np.arange(3) * np.timedelta64(1, "D")
    weeks = weeks_of_periods([hours, days], 5)
    assert weeks[1:, 0] == pytest.approx(1 / 168)
    assert np.isnan(weeks[:2, 1]).all()
    assert weeks[3:, 1] == pytest.approx(1 / 7)


def test_coverage_is_the_share_of_earlier_points_in_their_ranges_and_never_certain() -> None:
    scores = score_rows(noisy_weeks(400), WEEKLY)
    y = noisy_weeks(400)[:, 0]
    known = np.isfinite(scores.p[:, 0])
    inside = (y >= scores.lo[:, 0]) & (y <= scores.hi[:, 0]) & known
    assert scores.coverage[-1, 0] == pytest.approx(inside[:-1].sum() / (known[:-1].sum() + 1))
    assert 0.9 < scores.coverage[-1, 0] < 1


def test_many_series_are_scored_in_blocks_as_each_by_itself_and_every_block_is_told(monkeypatch):
    y = np.hstack([noisy_weeks(200, sigma=1 + place) for place in range(7)])
    # As many as hold 3 of the 7 series.
    monkeypatch.setattr(seasonal, "_CELLS_AT_ONCE", 3 * 200 + 199)
    ticks = []
    together = score_rows(y, WEEKLY, tick=lambda: ticks.append(None))
    assert len(ticks) == 3
    for place in range(7):
        alone = score_rows(y[:, [place]], WEEKLY)
        for name in FIELDS:
            np.testing.assert_allclose(
                getattr(together, name)[:, [place]], getattr(alone, name), rtol=1e-9, err_msg=name
            )


@pytest.mark.parametrize("shape", [(60, 0), (3, 2), (21, 1), (0, 2)])
def test_what_is_too_little_is_scored_as_unknown(shape: tuple[int, int]) -> None:
    scores = score_rows(np.ones(shape), WEEKLY)
    for name in FIELDS:
        assert getattr(scores, name).shape == shape
        assert not np.isfinite(getattr(scores, name)).any()


@pytest.mark.parametrize("fill", [np.nan, 0.0, 7.0, 1e15, 1e-12, -1e300])
def test_a_series_that_is_always_the_same_is_never_told(fill: float) -> None:
    y = np.full((80, 2), fill)
    y[:40, 1] = np.nan
    assert not told(y, score_rows(y, WEEKLY)).any()


def test_inf_is_told_as_unknown() -> None:
    y = noisy_weeks()
    y[90] = np.inf
    scores = score_rows(y, WEEKLY)
    assert np.isnan(scores.score[90, 0])
    assert np.isfinite(scores.yhat[91:]).all()


# Hours of a place that commuters pass: busy days behind three quiet ones, hardly anybody at night.
HOURLY = make_shape(24, 72, 48)
BUSY = (
    20
    + 1500 * np.exp(-(((np.arange(24) - 8) / 2.0) ** 2))
    + 1200 * np.exp(-(((np.arange(24) - 17) / 2.0) ** 2))
)


def commuters(days: int, seed: int = 0, quiet: tuple[float, ...] = (0.1, 0.3, 0.5)) -> np.ndarray:
    """(24 * days, 1) counts: days as busy as `quiet` says, then five busy ones and a weekend, again and again."""
    later = [0.15 if day % 7 >= 5 else 1.0 for day in range(days - len(quiet))]
    level = np.repeat([*quiet, *later], 24) * np.tile(BUSY, days)
    return np.random.default_rng(seed).poisson(level).astype(float)[:, None]


@pytest.mark.parametrize("quiet", [(0.1, 0.3, 0.5), (0.1, 0.1, 0.1), (1.0, 0.15, 0.15)])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_expected_of_hours_stays_near_what_was_seen(
    quiet: tuple[float, ...], seed: int
) -> None:
    y = commuters(60, seed, quiet)
    scores = score_rows(y, HOURLY)
    highest = np.maximum.accumulate(y)[72:-1]
    assert (np.abs(scores.yhat[73:]) <= 2 * highest).all()
    assert (scores.hi[73:] <= 10 * highest).all()


def test_a_series_is_expected_again_after_a_gap_longer_than_its_errors_are_kept() -> None:
    y = commuters(60)
    whole = score_rows(y, HOURLY)
    y[24 * 20 : 24 * 20 + HOURLY.scale_window + 50] = np.nan
    scores = score_rows(y, HOURLY)
    known = np.isfinite(y[:, 0])
    known[:72] = False
    assert np.isfinite(scores.yhat[known]).all()
    assert np.isfinite(scores.p[known]).all()
    later = slice(24 * 45, None)
    missed, alike = (np.nanmean(np.abs(y - each.yhat)[later]) for each in (scores, whole))
    assert missed <= 1.2 * alike
