"""Trends by the Mann-Kendall test and the Theil-Sen slope; the method is `analytics.trend`.

The test reads the window that ends with the scored period, for a trend is a statement about that stretch. The row's
expectation does not: it is the line of the window before, drawn one period further.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from iop_pipelines.analytics.series import Series, default_season_length
from iop_pipelines.analytics.trend import Trend, measure_trend
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.params import MannKendallParams, parse_params
from iop_pipelines.runtimes.results import (
    Rows,
    chosen_measure,
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
    name = "mann_kendall"

    def check_params(self, params: Mapping[str, Any]) -> None:
        parse_params(MannKendallParams, params)

    def run(self, given: RuntimeInput) -> RuntimeOutput:
        params = parse_params(MannKendallParams, given.params)
        measure = chosen_measure(given, params.measure)
        season_length = params.season_length or default_season_length(given.freq)
        needed = params.min_points or max(_MIN_POINTS, params.window // 2)
        series = read_series(given, [measure])
        rows, findings, skipped, tested = [], [], 0, 0
        for one in series:
            trends = {row: _trend_at(one, row, params, season_length, needed) for row in one.scored}
            if not any(trends.values()):
                skipped += 1
                continue
            tested += sum(trend is not None for trend in trends.values())
            rows.append(_rows(one, trends, params, season_length, needed, measure))
            findings += _findings(one, trends, params, measure, given.units.get(measure, ""))
        return make_output(
            rows,
            findings,
            series=len(series),
            skipped=skipped,
            needed=f"{needed} known periods among {params.window} are needed",
            points_scored=tested,
        )


def _window(row: int, params: MannKendallParams) -> slice:
    """The window that ends with `row`."""
    return slice(max(0, row + 1 - params.window), row + 1)


def _trend_at(
    one: Series, row: int, params: MannKendallParams, season_length: int, needed: int
) -> Trend | None:
    """None if too little is known in the window; a row before the first has no window either."""
    y = one.values[_window(row, params), 0]
    if np.isfinite(y).sum() < needed:
        return None
    return measure_trend(
        y,
        variant=params.variant,
        season_length=season_length,
        lags=params.lags,
        alpha=params.alpha,
    )


def _is_wanted(trend: Trend | None, params: MannKendallParams) -> bool:
    if trend is None or trend.p_value >= params.alpha or abs(trend.slope) < params.min_slope:
        return False
    return {"both": trend.slope != 0, "above": trend.slope > 0, "below": trend.slope < 0}[
        params.direction
    ]


def _rows(
    one: Series,
    trends: Mapping[int, Trend | None],
    params: MannKendallParams,
    season_length: int,
    needed: int,
    measure: str,
) -> Rows:
    at = one.scored
    before = [
        trends[row - 1]
        if row - 1 in trends
        else _trend_at(one, row - 1, params, season_length, needed)
        for row in at
    ]
    yhat = np.array([np.nan if t is None else t.end + t.slope for t in before])
    half = np.array([np.nan if t is None else _BAND_SIGMAS * t.sigma for t in before])
    score = np.array([np.nan if (t := trends[row]) is None else abs(t.z) for row in at])
    flags = np.zeros(len(at), dtype=bool)
    flags[-1] = _is_wanted(trends[at[-1]], params)
    y = one.values[at, 0]
    return Rows(one.unique_id, measure, one.ds[at], y, yhat, yhat - half, yhat + half, score, flags)


def _findings(
    one: Series,
    trends: Mapping[int, Trend | None],
    params: MannKendallParams,
    measure: str,
    unit: str,
) -> list[Finding]:
    """At most one: the trend as it stands at the last scored period."""
    row = int(one.scored[-1])
    trend = trends[row]
    if trend is None or not _is_wanted(trend, params):
        return []
    window = _window(row, params)
    ds, y = one.ds[window], one.values[window, 0]
    line = np.linspace(trend.start, trend.end, len(ds))
    half = _BAND_SIGMAS * trend.sigma
    is_strong = trend.p_value < _WARNING_P and abs(trend.end - trend.start) > trend.sigma
    return [
        Finding(
            category=Category.TREND,
            kind="trend",
            severity=Severity.WARNING if is_strong else Severity.INFO,
            unique_id=one.unique_id,
            measure=measure,
            unit=unit,
            ds=to_datetime(one.ds[row]),
            since=to_datetime(ds[0]),
            value=to_number(trend.slope),
            expected=0.0,
            lo=to_number(trend.slope_lo),
            hi=to_number(trend.slope_hi),
            score=abs(trend.z),
            confidence=1 - trend.p_value,
            evidence={
                "points": evidence_points(ds, y, line, line - half, line + half),
                "slope": to_number(trend.slope),
                "slope_lo": to_number(trend.slope_lo),
                "slope_hi": to_number(trend.slope_hi),
                "p_value": to_number(trend.p_value),
                "tau": to_number(trend.tau),
                "start_level": to_number(trend.start),
                "end_level": to_number(trend.end),
                "periods": len(ds),
                "known_points": trend.n,
                "variant": params.variant,
                "direction": "above" if trend.slope > 0 else "below",
            },
        )
    ]


RUNTIME = MannKendall()
