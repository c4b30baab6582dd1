"""Forecasts of many series: parts beside plain computations, guards, intervals that cover, no look ahead."""

import numpy as np
import pytest

from iop_pipelines.analytics.forecasting import ensemble, smoothing, theta
from iop_pipelines.analytics.forecasting.backtest import Origins, alike, judge, origins_of
from iop_pipelines.analytics.forecasting.batch import Batch, batch_of, filled
from iop_pipelines.analytics.forecasting.boosting import forecast_boosting
from iop_pipelines.analytics.forecasting.combination import forecast_members, members_for
from iop_pipelines.analytics.forecasting.conformal import usual_step
from iop_pipelines.analytics.forecasting.decomposition import running_lines, split_seasons
from iop_pipelines.analytics.forecasting.ensemble import forecast_panel, ridge_before
from iop_pipelines.analytics.forecasting.paths import (
    Forecast,
    crossing_probability_within,
    natural_bounds,
)
from iop_pipelines.analytics.forecasting.ridge import forecast_ridge
from iop_pipelines.analytics.forecasting.seasons import (
    carried_on,
    classical_indices,
    has_season,
    season_lengths,
)
from iop_pipelines.domain.frequencies import STEPS

WEEK = np.array([10.0, 12.0, 11.0, 13.0, 20.0, 5.0, 4.0])


def noise(n: int, seed: int, sigma: float = 1.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, sigma, n)


def mixed_panel() -> list[np.ndarray]:
    """Lengths from 6 on, seasons or none, growth, counts with many zeros."""
    rng = np.random.default_rng(7)
    return [
        *(np.resize(WEEK, n) + noise(n, n) for n in (30, 61, 61, 200)),
        100 * 1.02 ** np.arange(80) * np.exp(noise(80, 1, 0.05)),
        rng.poisson(0.3, 150).astype(float),
        50 + np.cumsum(noise(100, 2)),
        np.array([3.0, 4, 3, 5, 4, 6]),
    ]


# Parts, beside what they are by definition.


def theta_by_definition(y: np.ndarray, alpha: float, t: float) -> tuple[float, float]:
    """Next value and sum of squared errors: the line through all so far, and both smoothed from their first value."""

    def following(seen: np.ndarray) -> float:
        if len(seen) == 1:
            return seen[0]
        x = np.arange(len(seen))
        slope, base = np.polyfit(x, seen, 1)
        line = base + slope * x
        levels = [(seen[0], line[0])]
        for value, on_line in zip(seen[1:], line[1:], strict=True):
            last, last_on_line = levels[-1]
            levels.append(
                (alpha * value + (1 - alpha) * last, alpha * on_line + (1 - alpha) * last_on_line)
            )
        # (1 - 1/theta) of the line, and 1/theta of the theta line, smoothed.
        theta_line = t * levels[-1][0] + (1 - t) * levels[-1][1]
        return (1 - 1 / t) * (base + slope * len(seen)) + theta_line / t

    errors = [y[k] - following(y[:k]) for k in range(2, len(y))]
    return following(y), float(np.sum(np.square(errors)))


def test_theta_is_the_line_and_the_smoothed_theta_line_of_the_least_error() -> None:
    y = 20 + 0.4 * np.arange(25) + noise(25, 3, 2.0)
    tried = [
        theta_by_definition(y, alpha, t)[::-1] for alpha in theta._ALPHAS for t in theta._THETAS
    ]
    assert theta.forecast_theta(batch_of([y]), 1)[0, 0] == pytest.approx(min(tried)[1], rel=1e-9)


def test_smoothing_is_the_candidate_of_the_least_aicc() -> None:
    y = 30 + 0.8 * np.arange(40) + noise(40, 4, 3.0)
    slope, base = np.polyfit(np.arange(10), y[:10], 1)
    tried = []
    grid = smoothing._CANDIDATES
    for a, b, p, has_trend, count in zip(
        grid.alpha, grid.beta, grid.phi, grid.has_trend, grid.parameters, strict=True
    ):
        level, rise = (base - slope, slope) if has_trend else (y[0], 0.0)
        sse = 0.0
        for value in y:
            error = value - (level + p * rise)
            sse += error**2
            level, rise = level + p * rise + a * error, p * rise + b * error
        aicc = 40 * np.log(sse / 40) + 2 * count + 2 * count * (count + 1) / (40 - count - 1)
        tried.append((aicc, level + p * rise, level + p * rise + p * p * rise))
    best = min(tried)
    assert smoothing.forecast_smoothing(batch_of([y]), 2)[:, 0] == pytest.approx(best[1:])


def test_running_lines_are_least_squares_within_their_window() -> None:
    y = np.cumsum(noise(50, 5))
    smooth = running_lines(batch_of([y]), 6)[:, 0]
    for at in (0, 3, 25, 46, 49):
        around = np.arange(max(at - 6, 0), min(at + 7, 50))
        assert smooth[at] == pytest.approx(np.polyval(np.polyfit(around, y[around], 1), at))


def test_classical_indices_are_the_season_of_a_straight_line() -> None:
    season = WEEK - WEEK.mean()
    y = 50 + 0.7 * np.arange(70) + np.resize(season, 70)
    additive = classical_indices(batch_of([y]), 7, np.array([False]))
    np.testing.assert_allclose(additive[:, 0], season, atol=1e-9)
    factors = np.array([0.8, 1.0, 1.3, 0.9])
    level = classical_indices(batch_of([40 * np.resize(factors, 40)]), 4, np.array([True]))
    np.testing.assert_allclose(level[:, 0], factors, atol=1e-9)


def test_two_seasons_are_told_apart_and_add_up() -> None:
    n = 24 * 7 * 4
    hours = 5 * np.sin(2 * np.pi * np.arange(n) / 24)
    days = np.repeat(np.resize(WEEK - WEEK.mean(), n // 24), 24)
    y = 100 + hours + days + noise(n, 6, 0.3)
    left, (daily, weekly) = split_seasons(batch_of([y]), (24, 168))
    both = carried_on(daily, 168)[:, 0] + weekly[:, 0]
    np.testing.assert_allclose(both - both.mean(), (hours + days)[-168:], atol=1.2)
    assert left.y[:, 0].std() < 1


def test_a_season_is_seen_where_there_is_one_and_seldom_in_noise() -> None:
    quiet = batch_of([noise(60, seed) for seed in range(400)])
    # One-sided 95 % is one in twenty, and less where a season is a fifth of the history.
    assert has_season(quiet, 12).mean() < 0.05
    loud = batch_of([np.resize(WEEK, 60) + noise(60, seed) for seed in range(50)])
    assert has_season(loud, 7).all()
    assert not has_season(batch_of([np.full(60, 3.7)]), 7).any()
    assert not has_season(batch_of([np.resize(WEEK, 20)]), 7).any()


_AT = np.arange(120)
GROWTHS = {
    "none": 0.0 * _AT,
    "a tenth of the season a period": 0.4 * _AT,
    "the season a period": 4.0 * _AT,
    "a fall": -2.0 * _AT,
    "by a share": 100 * 1.01**_AT,
    "by steps": 8.0 * (_AT // 40),
}


@pytest.mark.parametrize("growth", GROWTHS.values(), ids=GROWTHS)
def test_growth_hides_no_season_and_is_none(growth: np.ndarray) -> None:
    for m in (4, 7, 12):
        season = 4 * np.sin(2 * np.pi * _AT / m)
        grown = [100 + growth + noise(120, seed) for seed in range(300)]
        assert has_season(batch_of([y + season for y in grown]), m).mean() > 0.9
        assert has_season(batch_of(grown), m).mean() < 0.1


def test_a_random_walk_has_no_season() -> None:
    walks = batch_of([np.cumsum(noise(144, seed)) for seed in range(200)])
    assert has_season(walks, 12).mean() < 0.07


@pytest.mark.parametrize("growth", [0.0, 0.5, 1.0, 2.0])
def test_theta_keeps_the_season_of_what_grows(growth: float) -> None:
    t = np.arange(72)
    true = 100 + growth * t + 10 * np.sin(2 * np.pi * t / 12)
    seen = batch_of([true[:60] + noise(60, seed) for seed in range(20)])
    told = forecast_members(seen, (12,), 12)[members_for((12,)).index("theta")]
    assert np.abs(told - true[60:, None]).mean() < 4.0


def test_a_gap_takes_its_phase_and_without_a_season_the_line_between() -> None:
    y = np.resize(WEEK, 28)
    holes = y.copy()
    holes[[4, 10, 27]] = np.nan
    np.testing.assert_array_equal(filled(holes, 7), y[:27])
    line = np.array([np.nan, 1.0, np.nan, np.inf, 4.0])
    np.testing.assert_allclose(filled(line, 1), [1, 2, 3, 4])


def test_every_step_has_candidates_that_rise() -> None:
    for step in STEPS.values():
        lengths = season_lengths(step.modelled_as)
        assert list(lengths) == sorted(set(lengths))
        assert len(members_for(lengths)) >= 3


def test_the_ridge_learns_a_shape_that_all_series_share() -> None:
    """Each value is 1.6 × the last minus the one before it, about 0: a wave of its own size and phase for each."""
    t = np.arange(60)
    waves = [size * np.cos(np.arccos(0.8) * t + size) for size in (1.0, 40.0, 0.002)]
    ahead = forecast_ridge(batch_of([wave[:54] for wave in waves]), (), 6)
    for place, wave in enumerate(waves):
        np.testing.assert_allclose(ahead[:, place], wave[54:], atol=0.1 * np.abs(wave).max())


def test_the_ridge_has_no_say_where_it_has_learned_nothing() -> None:
    assert np.isnan(forecast_ridge(batch_of([np.arange(9.0)]), (), 3)).all()


# The whole.


def test_a_season_and_a_trend_are_carried_on() -> None:
    y = 30 + 0.2 * np.arange(150) + np.resize(WEEK, 150) + noise(150, 8, 0.5)
    ahead = forecast_panel([y[:140]], (7,), 10).yhat[:, 0]
    truth = 30 + 0.2 * np.arange(140, 150) + np.resize(WEEK, 150)[140:]
    assert np.abs(ahead - truth).max() < 1.5


@pytest.mark.parametrize("learns_across", [False, True])
def test_what_comes_later_changes_no_forecast(learns_across: bool) -> None:
    panel = mixed_panel()
    cut = [y[:-3] for y in panel if len(y) > 12]
    changed = [np.concatenate([y[:-3], [1e6, -1e6, 0]])[:-3] for y in panel if len(y) > 12]
    one, other = (
        forecast_panel(each, (7,), 5, learns_across=learns_across) for each in (cut, changed)
    )
    np.testing.assert_array_equal(one.yhat, other.yhat)


def test_an_origin_holds_nothing_of_what_came_then() -> None:
    panel = mixed_panel()
    origins = origins_of(panel, (7,), 6)
    assert origins is not None
    for column, series in enumerate(origins.series):
        y, start = panel[series], origins.batch.start[column]
        seen = origins.batch.y[start:, column]
        np.testing.assert_array_equal(seen, y[: len(seen)])
        future = origins.future[:, column]
        known = future[~np.isnan(future)]
        np.testing.assert_array_equal(known, y[len(seen) : len(seen) + len(known)])
        assert len(known) == min(6, len(y) - len(seen))


def test_neighbours_order_and_portions_change_no_forecast(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = mixed_panel()
    together = forecast_panel(panel, (7,), 6)
    order = np.random.default_rng(0).permutation(len(panel))
    mixed = forecast_panel([panel[place] for place in order], (7,), 6)
    np.testing.assert_array_equal(mixed.yhat, together.yhat[:, order])
    np.testing.assert_allclose(
        mixed.spread.half_width(80), together.spread.half_width(80)[:, order], rtol=1e-12
    )
    monkeypatch.setattr(ensemble, "_COLUMNS", 2)
    portions = forecast_panel(panel, (7,), 6)
    np.testing.assert_array_equal(portions.yhat, together.yhat)
    np.testing.assert_array_equal(portions.spread.half_width(80), together.spread.half_width(80))


def test_a_series_alone_is_forecast_as_in_its_panel() -> None:
    panel = mixed_panel()[:4]
    together = forecast_panel(panel, (7,), 6).yhat
    for place, y in enumerate(panel):
        alone = forecast_members(batch_of([y]), (7,), 6)
        beside = forecast_members(batch_of(panel), (7,), 6)[:, :, [place]]
        np.testing.assert_array_equal(alone, beside)
        assert np.isfinite(together[:, place]).all()


@pytest.mark.parametrize("factor", [1e-12, 1e12])
def test_the_unit_of_a_measure_changes_nothing(factor: float) -> None:
    y = np.resize(WEEK, 90) + noise(90, 9)
    plain, scaled = forecast_panel([y], (7,), 7), forecast_panel([y * factor], (7,), 7)
    np.testing.assert_allclose(scaled.yhat, plain.yhat * factor, rtol=1e-6)
    np.testing.assert_allclose(
        scaled.spread.half_width(80), plain.spread.half_width(80) * factor, rtol=1e-6
    )


def test_one_wild_series_leaves_the_forecasts_of_the_others_alone() -> None:
    panel = mixed_panel()
    wild = np.where(np.arange(90) % 11 == 0, 1e15, -1e-9)
    beside = forecast_panel([*panel, wild, np.zeros(40)], (7,), 6)
    np.testing.assert_array_equal(beside.yhat[:, :-2], forecast_panel(panel, (7,), 6).yhat)
    assert np.isfinite(beside.yhat).all()
    assert np.isfinite(beside.spread.half_width(80)).all()
    assert (beside.yhat[:, -1] == 0).all()


# Guards.


def origins_with(future: np.ndarray) -> Origins:
    return Origins(
        Batch(np.ones((5, future.shape[1])), np.zeros(future.shape[1], dtype=int)),
        np.zeros(future.shape[1], dtype=int),
        np.arange(future.shape[1]),
        future,
    )


def test_a_member_that_errs_twice_as_much_as_the_naive_one_is_left_out() -> None:
    future = np.full((2, 4), 10.0)
    members = np.stack([np.full((2, 4), 11.0), np.full((2, 4), 12.1), np.full((2, 4), 8.0)])
    judged = judge(members, origins_with(future), 1)
    assert judged.is_kept[:, 0].tolist() == [True, False, True]
    # The median of 11 and 8 errs by a half, the naive one by 1.
    assert not judged.is_naive.any()


def test_where_the_median_has_no_skill_the_naive_forecast_is_taken() -> None:
    future = np.full((2, 4), 10.0)
    naive, other = np.full((2, 4), 10.5), np.full((2, 4), 10.9)
    judged = judge(np.stack([naive, other, other]), origins_with(future), 1)
    assert judged.is_kept.all()
    assert judged.is_naive.tolist() == [True]
    taken = judged.median(np.stack([naive, other, other]), np.zeros(4, dtype=int))
    np.testing.assert_array_equal(taken, naive)
    # Once in four is chance: it lost at two of four origins only.
    half = np.where(np.arange(4) < 2, 10.9, 10.2)
    mixed = np.broadcast_to(half, (2, 4))
    assert not judge(np.stack([naive, mixed, mixed]), origins_with(future), 1).is_naive.any()


# Intervals and probabilities.


def arrivals(count: int, n: int, seed: int) -> np.ndarray:
    """(n, count) autocorrelated noise on a week."""
    rng = np.random.default_rng(seed)
    shocks = rng.normal(0, 1, (n, count))
    y = np.zeros((n, count))
    for t in range(1, n):
        y[t] = 0.6 * y[t - 1] + shocks[t]
    return 30 + y + np.resize(WEEK, n)[:, None]


@pytest.mark.parametrize("level", [50, 80, 95])
def test_an_interval_covers_as_often_as_it_says(level: float) -> None:
    y = arrivals(120, 107, 11)
    found = forecast_panel(list(y[:-7].T), (7,), 7)
    half = found.spread.half_width(level)
    covered = np.mean(np.abs(y[-7:] - found.yhat) <= half)
    assert covered == pytest.approx(level / 100, abs=0.05)


def weekly(kind: str, count: int, n: int) -> np.ndarray:
    """(n, count) weeks whose next values are known in law."""
    rng = np.random.default_rng(5)
    shocks = rng.normal(0, 1, (n, count))
    if kind == "walk":
        return 200 + np.cumsum(shocks, axis=0)
    y = np.zeros((n, count))
    for t in range(1, n):
        y[t] = 0.8 * y[t - 1] + shocks[t]
    if kind == "year":
        y += 10 * np.sin(2 * np.pi * np.arange(n)[:, None] / 52 + rng.uniform(0, 6, count))
    return 60 + y


@pytest.mark.parametrize("kind", ["walk", "memory", "year"])
def test_weeks_are_covered_as_often_as_is_said(kind: str) -> None:
    """A past long enough to spread its origins over; of a year's season the earlier ones saw too little to know it."""
    count = 60
    y = weekly(kind, count, 313)
    found = forecast_panel(list(y[:-13].T), (52,), 13)
    covered = np.mean(np.abs(y[-13:] - found.yhat) <= found.spread.half_width(80))
    # As if all weeks of a series fared alike: three standard deviations of the binomial.
    assert covered == pytest.approx(0.8, abs=3 * np.sqrt(0.8 * 0.2 / count))


def test_origins_are_further_apart_where_the_past_is_long() -> None:
    # Twelve of a quarter of 13 reach 46 weeks back; in the half of 700 there is room for half of 13.
    long = origins_of([noise(700, 1)] * 4, (), 13)
    assert long is not None
    held = 700 - long.batch.count[long.series == 0]
    assert held.tolist() == list(range(13, 13 + 12 * 6, 6))
    # The half of 60 has room for two weeks apart, which is less than a quarter.
    short = origins_of([noise(60, 1)] * 4, (), 13)
    assert short is not None
    assert (60 - short.batch.count[short.series == 0]).tolist() == list(range(13, 13 + 12 * 3, 3))


def test_an_origin_that_did_not_know_the_season_of_today_tells_no_error() -> None:
    # Three years of 26 fortnights, which show a season at the earliest, end with the row 78.
    year = np.resize(noise(26, 3), 104)[:, None]
    y = year + np.random.default_rng(3).normal(0, 0.1, (104, 4))
    origins = origins_of(list(y.T), (26,), 6)
    assert origins is not None
    assert (origins.batch.count < 78).any()
    kept = origins.take(alike(origins, batch_of(list(y.T)), (26,)))
    assert kept.batch.count.min() >= 78
    assert sorted(set(kept.series.tolist())) == [0, 1, 2, 3]
    # Where there are no candidates none is left out.
    plain = [noise(60, seed) for seed in range(4)]
    origins = origins_of(plain, (26,), 6)
    assert origins is not None
    assert len(alike(origins, batch_of(plain), ())) == len(origins.series)


def ridge_at(
    columns: list[np.ndarray], lengths: tuple[int, ...], h: int
) -> dict[tuple[int, int], np.ndarray]:
    origins = origins_of(columns, lengths, h, together=True)
    assert origins is not None
    ahead = ridge_before(origins, lengths, h, lambda: None)
    keys = zip(origins.series.tolist(), origins.held.tolist(), strict=True)
    return dict(zip(keys, ahead.T, strict=True))


@pytest.mark.parametrize(("lengths", "h"), [((12,), 12), ((52,), 13), ((), 6)])
def test_what_a_panel_learns_at_a_moment_ends_there_in_all_its_series(
    lengths: tuple[int, ...], h: int
) -> None:
    """Of unequal length, so that each by itself would have its origins elsewhere."""
    columns = [noise(count, count) for count in (400, 313, 313, 180, 100, 40)]
    first = ridge_at(columns, lengths, h)
    for held in sorted({held for _, held in first}):
        # Whatever came within the last `held` periods, the forecast made before them is the same.
        later = [y.copy() for y in columns]
        for y in later:
            y[-held:] = 50 + 9 * noise(min(held, len(y)), 7)
        again = ridge_at(later, lengths, h)
        for key, ahead in first.items():
            if key[1] == held:
                assert np.array_equal(again[key], ahead, equal_nan=True), key


def test_origins_that_tell_no_error_still_tell_what_a_member_is_worth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Six years of weeks, a year ahead: of twelve origins one or two knew the year, too few to trust a member by."""
    y = 60 + np.cumsum(np.random.default_rng(2).normal(0, 1, (312, 20)), axis=0)
    y += 10 * np.sin(2 * np.pi * np.arange(312)[:, None] / 52)
    found = forecast_panel(list(y.T), (52,), 52)
    monkeypatch.setattr(ensemble, "alike", lambda origins, *_: np.arange(len(origins.series)))
    wider = forecast_panel(list(y.T), (52,), 52)
    assert np.array_equal(found.yhat, wider.yhat)
    # The others did not know the year, and erred by it.
    assert found.spread.half_width(80).mean() < wider.spread.half_width(80).mean()


def test_a_series_alone_is_covered_too() -> None:
    y = arrivals(40, 87, 12)
    hits = []
    for column in y.T:
        found = forecast_panel([column[:-7]], (7,), 7)
        hits.append(np.abs(column[-7:] - found.yhat[:, 0]) <= found.spread.half_width(80)[:, 0])
    assert np.mean(hits) == pytest.approx(0.8, abs=0.07)


def test_the_probability_of_a_crossing_is_how_often_it_happens() -> None:
    y = arrivals(150, 107, 13)
    found = forecast_panel(list(y[:-7].T), (7,), 7)
    limits = np.quantile(y[:-7], 0.97, axis=0)
    days = np.arange(7).astype("datetime64[D]")
    said, seen = [], []
    for place in range(150):
        yhat = found.yhat[:, place]
        ahead = Forecast(days, yhat, yhat, yhat, found.spread.paths(yhat, place, 400))  # type: ignore[arg-type]
        said.append(crossing_probability_within(ahead, limits[place], above=True))
        seen.append(bool((y[-7:, place] > limits[place]).any()))
    # A forecast that is high by chance is likelier to be too high, so a rare crossing is said a little too often.
    assert np.mean(seen) - 0.05 < np.mean(said) < np.mean(seen) + 0.12
    likely = np.array(said) > np.median(said)
    assert np.mean(np.array(seen)[likely]) > np.mean(np.array(seen)[~likely])


def test_a_short_past_does_not_pass_for_a_sure_one() -> None:
    found = forecast_panel([np.array([5.0, 6, 5, 7, 6, 5])], (7,), 4)
    paths = found.spread.paths(found.yhat[:, 0], 0, 400)
    assert paths.shape[1] >= 40
    assert (found.spread.half_width(80) > 0).all()


def test_bounds_are_known_from_the_history_unless_given() -> None:
    counts, shares = np.array([0.0, 4, np.nan]), np.array([10.0, 80.0])
    assert natural_bounds(counts, "").floor == 0
    assert natural_bounds(counts - 1, "").floor is None
    assert natural_bounds(counts, "", floor=-5).floor == -5
    assert natural_bounds(shares, "%").ceiling == 100
    assert natural_bounds(shares, "min").ceiling is None
    assert natural_bounds(shares * 2, "%").ceiling is None
    assert natural_bounds(np.array([np.nan]), "%").floor is None


def test_the_usual_step_is_a_season_apart_where_there_are_two() -> None:
    y = np.resize(WEEK, 28) + 3.0 * (np.arange(28) // 7)
    assert usual_step(batch_of([y]), 7)[0] == pytest.approx(3)
    assert usual_step(batch_of([np.array([1.0, 3, 1])]), 7)[0] == pytest.approx(2)


def test_boosting_carries_a_line_and_a_season_on() -> None:
    y = 5 + 0.5 * np.arange(70) + np.resize(WEEK, 70)
    ahead = forecast_boosting(batch_of([y]), (7,), 7)[:, 0]
    truth = 5 + 0.5 * np.arange(70, 77) + np.resize(WEEK, 77)[70:]
    np.testing.assert_allclose(ahead, truth, atol=0.5)
