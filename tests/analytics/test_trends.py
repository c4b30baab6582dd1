"""Mann-Kendall and Theil-Sen against published values and closed forms."""

import math

import numpy as np
import pymannkendall
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from iop_pipelines.analytics.trend import adjust_p_values, measure_trend, sen_slopes
from iop_pipelines.errors import SeriesTooShort


def test_p_values_are_adjusted_for_their_number() -> None:
    """The fifteen of Benjamini & Hochberg (1995), section 3.3: four stand at 0.05, of the nine below it."""
    p = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
        *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
    ]
    adjusted = adjust_p_values(p)
    assert np.flatnonzero(adjusted < 0.05).tolist() == [0, 1, 2, 3]
    assert adjusted[0] == pytest.approx(15 * 0.0001)
    assert adjust_p_values([0.03]).tolist() == [0.03]
    assert adjust_p_values([]).tolist() == []
    np.testing.assert_array_equal(adjust_p_values(p[::-1]), adjusted[::-1])


def test_the_example_of_sen_1968() -> None:
    # P. K. Sen, JASA 63 (1968), section 6: x is irregular, which here is a grid with gaps.
    y = np.full(18, np.nan)
    y[np.array([1, 2, 3, 4, 10, 12, 18]) - 1] = [9, 15, 19, 20, 45, 55, 78]
    trend = measure_trend(y, variant="original", alpha=0.07)
    assert trend.slope == 4
    assert trend.slope_lo == pytest.approx(3.71, abs=0.005)
    assert trend.slope_hi == pytest.approx(4.38, abs=0.005)


def test_the_statistic_and_its_variance_with_ties_by_their_formulas() -> None:
    # S = sum of signs; var = (n(n-1)(2n+5) - sum t(t-1)(2t+5)) / 18; z = (S - 1) / sqrt(var).
    y = np.array([2.0, 3, 3, 5, 4, 5, 5, 8, 7, 9])
    s = sum(np.sign(y[j] - y[i]) for i in range(10) for j in range(i + 1, 10))
    variance = (10 * 9 * 25 - 2 * 1 * 9 - 3 * 2 * 11) / 18
    trend = measure_trend(y, variant="original")
    assert trend.z == pytest.approx((s - 1) / math.sqrt(variance))
    assert trend.p_value == pytest.approx(2 * norm.sf((s - 1) / math.sqrt(variance)))


@pytest.mark.parametrize("lags", [None, 1, 3])
def test_the_corrected_test_is_that_of_another_implementation(lags: int | None) -> None:
    for seed in range(10):
        random = np.random.default_rng(seed)
        y = random.normal(size=40).cumsum() * 0.5 + 0.05 * np.arange(40)
        ours = measure_trend(y, lags=lags)
        theirs = pymannkendall.hamed_rao_modification_test(y, lag=lags)
        if theirs.var_s > 0:
            assert ours.z == pytest.approx(theirs.z)
            assert ours.p_value == pytest.approx(theirs.p)
            assert ours.tau == pytest.approx(theirs.Tau)
            assert ours.slope == pytest.approx(theirs.slope)


@pytest.mark.parametrize("rows", [501, 1000, 1733])
def test_a_long_series_has_the_line_it_has(rows: int) -> None:
    noise = np.random.default_rng(1).normal(size=rows)
    trend = measure_trend(7 + 0.02 * np.arange(rows) + noise)
    assert trend.slope == pytest.approx(0.02, abs=0.001)
    assert trend.slope_lo < 0.02 < trend.slope_hi
    assert trend.start == pytest.approx(7, abs=0.4)
    assert trend.end == pytest.approx(7 + 0.02 * (rows - 1), abs=0.4)
    assert trend.n == rows
    assert trend.p_value < 1e-6


@pytest.mark.parametrize(
    ("rows", "known"), [(501, 8), (5000, 8), (5000, 500), (100_000, 600), (100_000, 5000)]
)
@pytest.mark.parametrize("is_spread", [False, True])
def test_a_short_series_in_a_long_window_has_the_line_it_has(
    rows: int, known: int, is_spread: bool
) -> None:
    """At its end, as of a new series, or all over it."""
    random = np.random.default_rng(1)
    at = np.arange(rows - known, rows)
    if is_spread:
        at = np.sort(random.choice(rows, known, replace=False))
    y = np.full(rows, np.nan)
    y[at] = 7 + 0.02 * at + random.normal(0, 1e-3, known)
    trend = measure_trend(y)
    assert trend.slope == pytest.approx(0.02, rel=0.05)
    assert trend.end == pytest.approx(7 + 0.02 * (rows - 1), rel=0.01)
    assert trend.n == known


def test_a_straight_line_has_its_own_slope_and_no_scatter() -> None:
    trend = measure_trend(5 - 0.25 * np.arange(40), variant="original")
    assert trend.slope == trend.slope_lo == trend.slope_hi == -0.25
    assert (trend.start, trend.end, trend.sigma) == (5, 5 - 0.25 * 39, 0)
    assert trend.p_value < 1e-12


def test_a_slope_is_per_period_of_the_grid_even_where_points_are_missing() -> None:
    y = 2.0 * np.arange(30)
    y[5:20] = np.nan
    assert measure_trend(y).slope == 2


def test_outliers_hardly_move_the_slope() -> None:
    y = np.arange(40) + np.random.default_rng(0).normal(0, 0.1, 40)
    y[[3, 17, 30]] = [500, -400, 900]
    assert measure_trend(y).slope == pytest.approx(1, abs=0.02)


def test_a_series_that_never_changes_has_no_trend() -> None:
    trend = measure_trend(np.full(20, 7.0))
    assert (trend.slope, trend.p_value) == (0, 1)


def test_the_seasonal_variant_compares_points_of_one_phase_only() -> None:
    y = np.resize([0.0, 50, -30, 10, 80, 5, -60], 42) + 0.5 * np.arange(42)
    trend = measure_trend(y, variant="seasonal", season_length=7)
    assert trend.slope == pytest.approx(0.5)
    assert trend.p_value < 1e-6
    assert len(sen_slopes(y, 7)) == 7 * math.comb(6, 2)


def test_autocorrelation_makes_the_corrected_test_less_sure() -> None:
    rng = np.random.default_rng(3)
    plain = corrected = 0
    for _ in range(100):
        y = rng.normal(size=60)
        for t in range(1, 60):
            y[t] += 0.6 * y[t - 1]
        plain += measure_trend(y, variant="original").p_value < 0.05
        corrected += measure_trend(y, variant="hamed_rao", lags=1).p_value < 0.05
    assert corrected < 0.7 * plain


@given(st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_turning_a_series_upside_down_turns_the_trend(seed: int) -> None:
    y = np.random.default_rng(seed).normal(size=25)
    up, down = measure_trend(y), measure_trend(-y)
    assert up.slope == pytest.approx(-down.slope)
    assert up.p_value == pytest.approx(down.p_value)


def test_too_few_points_are_refused_with_both_numbers() -> None:
    with pytest.raises(SeriesTooShort, match="needs 5 known points, and there are 4"):
        measure_trend(np.array([1.0, np.nan, 2, 3, 4]))
