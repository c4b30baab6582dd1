"""Trends by the Mann-Kendall test and the Theil-Sen slope; the method is `analytics.trend`.

The test reads the window that ends with the scored period, for a trend is a statement about that stretch. The row's
expectation does not: it is the line of the window before, drawn one period further.

Many series are many tests: whether a trend is a finding goes by its p-value adjusted for the series of the execution.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from iop_pipelines.analytics.series import Series, default_season_length
from iop_pipelines.analytics.trend import Trend, adjust_p_values, measure_trend
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import MannKendallParams
from iop_pipelines.runtimes.params import parse_params
from iop_pipelines.runtimes.results import (
    Quantity,
    Rows,
    chosen_quantity,
    evidence_points,
    make_output,
    read_series,
    to_datetime,
    to_number,
)

_MIN_POINTS = 8
# Half-width, in robust sigmas, of the band around the line: 95 % of a normal.
_BAND_SIGMAS = 1.959963984540054
# A trend this sure that also moved the level by more than its scatter is a warning, not a note.
_WARNING_P = 0.001


class MannKendall:
    def run(self, given: RuntimeInput) -> RuntimeOutput:
        params = parse_params(MannKendallParams, given.params)
        quantity = chosen_quantity(given, params.measure)
        needed = params.min_points or max(_MIN_POINTS, params.window // 2)
        season_length = params.season_length or default_season_length(given.freq)
        tests = _Tests(params, season_length, needed)
        series = read_series(given, [quantity.measure])
        measured = [
            (one, {row: tests.trend_at(one, row) for row in one.scored})
            for one in given.each(series)
        ]
        long_enough = [(one, trends) for one, trends in measured if any(trends.values())]
        rows, findings = [], []
        family = _adjusted(long_enough)
        for one, trends in long_enough:
            test = _Test(trends[one.scored[-1]], family.get(one.unique_id, 1.0), len(family))
            is_finding = _is_wanted(test, params)
            rows.append(_rows(one, trends, is_finding, tests, quantity.measure))
            if is_finding and test.trend is not None:
                findings.append(_finding(one, test.trend, test, params, quantity))
        return make_output(
            rows,
            findings,
            series=len(series),
            skipped=len(series) - len(long_enough),
            needed=Sentence("history.among", count=needed, window=params.window),
            points_scored=sum(t is not None for _, trends in long_enough for t in trends.values()),
            series_tested=len(family),
        )


@dataclass(frozen=True, slots=True)
class _Tests:
    """How each window is tested: the model's params, and what they leave to the panel."""

    params: MannKendallParams
    season_length: int
    needed: int

    def trend_at(self, one: Series, row: int) -> Trend | None:
        """None if too little is known in the window; a row before the first has no window either."""
        y = one.values[_window(row, self.params), 0]
        if np.isfinite(y).sum() < self.needed:
            return None
        return measure_trend(
            y,
            variant=self.params.variant,
            season_length=self.season_length,
            lags=self.params.lags,
            alpha=self.params.alpha,
        )


@dataclass(frozen=True, slots=True)
class _Test:
    """The trend at the last scored period, with its p-value among the `together` series tested with it."""

    trend: Trend | None
    p_adjusted: float
    together: int


def _adjusted(
    measured: Sequence[tuple[Series, Mapping[int, Trend | None]]],
) -> dict[str, float]:
    """Adjusted p-values by series, of the trends at the last scored periods; other periods are told to nobody."""
    last = {
        one.unique_id: trend.p_value
        for one, trends in measured
        if (trend := trends[one.scored[-1]]) is not None
    }
    return dict(zip(last, map(float, adjust_p_values(list(last.values()))), strict=True))


def _window(row: int, params: MannKendallParams) -> slice:
    """The window that ends with `row`."""
    return slice(max(0, row + 1 - params.window), row + 1)


def _is_wanted(test: _Test, params: MannKendallParams) -> bool:
    trend = test.trend
    if trend is None or test.p_adjusted >= params.alpha or abs(trend.slope) < params.min_slope:
        return False
    return {"both": trend.slope != 0, "above": trend.slope > 0, "below": trend.slope < 0}[
        params.direction
    ]


def _rows(
    one: Series,
    trends: Mapping[int, Trend | None],
    is_finding: bool,
    tests: _Tests,
    measure: str,
) -> Rows:
    at = one.scored
    before = [trends[row - 1] if row - 1 in trends else tests.trend_at(one, row - 1) for row in at]
    yhat = np.array([np.nan if t is None else t.end + t.slope for t in before])
    half = np.array([np.nan if t is None else _BAND_SIGMAS * t.sigma for t in before])
    score = np.array([np.nan if (t := trends[row]) is None else abs(t.z) for row in at])
    flags = np.zeros(len(at), dtype=bool)
    flags[-1] = is_finding
    y = one.values[at, 0]
    return Rows(one.unique_id, measure, one.ds[at], y, yhat, yhat - half, yhat + half, score, flags)


def _finding(
    one: Series, trend: Trend, test: _Test, params: MannKendallParams, quantity: Quantity
) -> Finding:
    """The trend as it stands at the last scored period."""
    row = int(one.scored[-1])
    window = _window(row, params)
    ds, y = one.ds[window], one.values[window, 0]
    line = np.linspace(trend.start, trend.end, len(ds))
    half = _BAND_SIGMAS * trend.sigma
    is_strong = test.p_adjusted < _WARNING_P and abs(trend.end - trend.start) > trend.sigma
    return Finding(
        category=Category.TREND,
        kind="trend",
        severity=Severity.WARNING if is_strong else Severity.INFO,
        unique_id=one.unique_id,
        measure=quantity.measure,
        unit=quantity.unit,
        ds=to_datetime(one.ds[row]),
        since=to_datetime(ds[0]),
        value=to_number(trend.slope),
        expected=0.0,
        lo=to_number(trend.slope_lo),
        hi=to_number(trend.slope_hi),
        score=abs(trend.z),
        confidence=1 - test.p_adjusted,
        evidence={
            "points": evidence_points(ds, y, line, line - half, line + half),
            "slope": to_number(trend.slope),
            "slope_lo": to_number(trend.slope_lo),
            "slope_hi": to_number(trend.slope_hi),
            "p_value": to_number(trend.p_value),
            "p_adjusted": to_number(test.p_adjusted),
            "series_tested": test.together,
            "tau": to_number(trend.tau),
            "start_level": to_number(trend.start),
            "end_level": to_number(trend.end),
            "periods": len(ds),
            "known_points": trend.n,
            "variant": params.variant,
            "direction": "above" if trend.slope > 0 else "below",
        },
    )


RUNTIME = MannKendall()
