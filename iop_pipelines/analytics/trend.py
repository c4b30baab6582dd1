"""Monotone trends: the Mann-Kendall test with the Theil-Sen slope, on a series that may have gaps.

The slope is per period of the grid, gaps counted, so a missing month does not steepen a trend.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pymannkendall
from scipy.stats import false_discovery_control, norm, rankdata

from iop_pipelines.analytics.robust import SIGMA_PER_MAD
from iop_pipelines.errors import SeriesTooShort

Variant = Literal["original", "hamed_rao", "seasonal"]
# The normal approximation is good from 10 points on (Gilbert 1987); a runtime asks for more than this.
MIN_POINTS = 5
# Of more rows, means of a few together are looked at: there are pairs enough.
MOST_POINTS = 500


@dataclass(frozen=True, slots=True)
class _Variant:
    name: Variant
    season_length: int
    lags: int | None
    alpha: float


@dataclass(frozen=True, slots=True)
class Trend:
    """Attributes:
    slope: Theil-Sen, in units of y a period; slope_lo, slope_hi: its interval at 1 - alpha.
    start, end: the fitted line at the first and last period.
    z, p_value, tau: of the test; p is two-sided.
    sigma: robust scatter of y about the line, in the unit of y.
    n: known points.
    """

    slope: float
    slope_lo: float
    slope_hi: float
    start: float
    end: float
    z: float
    p_value: float
    tau: float
    sigma: float
    n: int


def sen_slopes(y: np.ndarray, season_length: int = 1) -> np.ndarray:
    """Slopes of all pairs of known points a whole number of seasons apart, ascending.

    y: (n,) float64, equally spaced, oldest first; NaN for gaps.
    """
    x = np.flatnonzero(np.isfinite(y))
    i, j = np.triu_indices(len(x), 1)
    apart = x[j] - x[i]
    same_phase = apart % season_length == 0
    i, j, apart = i[same_phase], j[same_phase], apart[same_phase]
    return np.sort((y[x[j]] - y[x[i]]) / apart)


def measure_trend(
    y: np.ndarray,
    *,
    variant: Variant = "hamed_rao",
    season_length: int = 1,
    lags: int | None = None,
    alpha: float = 0.05,
) -> Trend:
    """Tests a series for a monotone trend and measures it.

    Args:
        y: (n,) float64, equally spaced, oldest first; NaN for gaps.
        variant: `original` (Mann 1945, Kendall 1975) takes the points as independent; `hamed_rao` (1998) corrects
            the variance for autocorrelation; `seasonal` (Hirsch, Slack & Smith 1982) compares
            points of the same phase only.
        season_length: periods in a season, for `seasonal`.
        lags: autocorrelations that hamed_rao corrects for; all if None, which on few points finds too much.
        alpha: of the slope's interval (Gilbert 1987, 16.5).

    Raises:
        SeriesTooShort: fewer than 5 known points, or no two points of one phase.
    """
    if np.isfinite(y).sum() > MOST_POINTS and variant != "seasonal":
        return _measure_thinned(y, variant=variant, lags=lags, alpha=alpha)
    known = y[np.isfinite(y)]
    if len(known) < MIN_POINTS:
        raise SeriesTooShort("trend.too_few_points", least=MIN_POINTS, count=len(known))
    slopes = sen_slopes(y, season_length if variant == "seasonal" else 1)
    if not len(slopes):
        raise SeriesTooShort("trend.no_pairs", season_length=season_length)
    slope = float(np.median(slopes))
    positions = np.arange(len(y))
    intercept = float(np.median(known - slope * positions[np.isfinite(y)]))
    residuals = known - intercept - slope * positions[np.isfinite(y)]
    test = _Variant(variant, season_length, lags, alpha)
    z, p_value, tau, variance = _mann_kendall(y, slope, test)
    lo, hi = _slope_interval(slopes, variance, alpha)
    return Trend(
        slope=slope,
        slope_lo=lo,
        slope_hi=hi,
        start=intercept,
        end=intercept + slope * (len(y) - 1),
        z=z,
        p_value=p_value,
        tau=tau,
        sigma=float(SIGMA_PER_MAD * np.median(np.abs(residuals - np.median(residuals)))),
        n=len(known),
    )


def _measure_thinned(y: np.ndarray, *, variant: Variant, lags: int | None, alpha: float) -> Trend:
    """By the means of as few rows together as leave MOST_POINTS; rows without a value are no points."""
    x = np.flatnonzero(np.isfinite(y))
    each = -(-len(x) // MOST_POINTS)
    while np.count_nonzero(np.diff(x // each)) >= MOST_POINTS:
        each += 1
    padded = np.full(-(-len(y) // each) * each, np.nan)
    padded[: len(y)] = y
    rows = padded.reshape(-1, each)
    count = np.isfinite(rows).sum(axis=1)
    means = np.where(count > 0, np.nansum(rows, axis=1) / np.maximum(count, 1), np.nan)
    found = measure_trend(means, variant=variant, lags=lags, alpha=alpha)
    slope = found.slope / each
    # The mean of rows stands in their middle.
    start = found.start - slope * (each - 1) / 2
    return replace(
        found,
        slope=slope,
        slope_lo=found.slope_lo / each,
        slope_hi=found.slope_hi / each,
        start=start,
        end=start + slope * (len(y) - 1),
        n=int(np.isfinite(y).sum()),
    )


def adjust_p_values(p_values: Sequence[float]) -> np.ndarray:
    """(k,) p-values of k tests made at once, adjusted for their number, in the same order.

    Taking those under alpha keeps the expected share of false ones among them to alpha, for tests
    that are independent or rise together, as those of airlines under one weather do.

    Source: Benjamini & Hochberg, Controlling the False Discovery Rate, JRSS B 57 (1995); for such
    dependence Benjamini & Yekutieli, Annals of Statistics 29 (2001).
    """
    return (
        np.asarray(false_discovery_control(p_values, method="bh"))
        if len(p_values)
        else np.array([])
    )


def _mann_kendall(y: np.ndarray, slope: float, test: _Variant) -> tuple[float, float, float, float]:
    """z, p, tau and the variance of the sum of signs."""
    known = y[np.isfinite(y)]
    if np.all(known == known[0]):
        return 0.0, 1.0, 0.0, 0.0
    if test.name == "seasonal":
        result = pymannkendall.seasonal_test(y, alpha=test.alpha, period=test.season_length)
        return float(result.z), float(result.p), float(result.Tau), float(result.var_s)
    n = len(known)
    signs = int(np.sign(known[None, :] - known[:, None])[np.triu_indices(n, 1)].sum())
    _, ties = np.unique(known, return_counts=True)
    tied = float((ties * (ties - 1) * (2 * ties + 5)).sum())
    variance = (n * (n - 1) * (2 * n + 5) - tied) / 18
    if test.name == "hamed_rao":
        inflation = _inflation(known - slope * np.flatnonzero(np.isfinite(y)), test)
        # Strong negative autocorrelation leaves nothing of it: then it is not corrected.
        variance *= inflation if inflation > 0 else 1.0
    z = (signs - np.sign(signs)) / math.sqrt(variance)
    return float(z), float(2 * norm.sf(abs(z))), signs / (n * (n - 1) / 2), variance


def _inflation(residuals: np.ndarray, test: _Variant) -> float:
    """By how much the autocorrelation of the ranks, where it is more than chance, makes the variance larger."""
    n = len(residuals)
    ranks = rankdata(residuals)
    ranks = ranks - ranks.mean()
    lags = np.arange(1, n if test.lags is None else min(test.lags + 1, n))
    products = np.correlate(ranks, ranks, "full")[n:][: len(lags)]
    correlation = products / max(float(ranks @ ranks), 1e-300)
    is_more = np.abs(correlation) > norm.isf(test.alpha / 2) / math.sqrt(n)
    weights = (n - lags) * (n - lags - 1.0) * (n - lags - 2.0)
    total = float((weights * np.where(is_more, correlation, 0.0)).sum())
    return 1 + 2 * total / (n * (n - 1.0) * (n - 2.0))


def _slope_interval(slopes: np.ndarray, variance: float, alpha: float) -> tuple[float, float]:
    reach = float(norm.isf(alpha / 2)) * math.sqrt(max(variance, 0.0))
    last = len(slopes) - 1
    low = round((len(slopes) - reach) / 2) - 1
    high = round((len(slopes) + reach) / 2)
    return float(slopes[min(max(low, 0), last)]), float(slopes[min(max(high, 0), last)])
