"""What every forecaster makes of a forecast: its rows, and the limit that it will probably cross.

A limit is a finding if the paths that cross it anywhere within the horizon are enough, though no single day may be
likely to: five days of 30 % each are no reason to be calm. The finding stands at the likeliest of the days.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from iop_pipelines.analytics.forecasting.paths import (
    Forecast,
    crossing_probability,
    crossing_probability_within,
    median_first_crossing,
)
from iop_pipelines.analytics.series import Series
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.runtimes.catalogue import ForecastParams
from iop_pipelines.runtimes.results import (
    MAX_EVIDENCE_POINTS,
    Quantity,
    Rows,
    evidence_points,
    to_datetime,
    to_number,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one series' forecast."""

    rows: Rows
    finding: Finding | None


def tell(one: Series, ahead: Forecast, params: ForecastParams, quantity: Quantity) -> Told:
    limit = _limit(one, params)
    crossing = None if limit is None else _crossing(ahead, limit, params)
    rows = _rows(one, ahead, crossing, quantity.measure)
    if crossing is None or not crossing.is_finding:
        return Told(rows, None)
    return Told(rows, _finding(one, ahead, crossing, params, quantity))


def _limit(one: Series, params: ForecastParams) -> float | None:
    if params.limit is None:
        return None
    if params.limit.quantile is None:
        return params.limit.value
    return float(np.nanquantile(one.values[:, 0], params.limit.quantile))


@dataclass(frozen=True, slots=True)
class _Crossing:
    """Attributes:
    each: (h,) probability of being beyond the limit in the period.
    within: of being beyond it in any of them.
    likeliest: the period of the highest probability, the first of equals.
    first: by which half of the paths that ever cross have crossed.
    """

    limit: float
    each: np.ndarray
    within: float
    likeliest: int
    first: int
    is_finding: bool


def _crossing(ahead: Forecast, limit: float, params: ForecastParams) -> _Crossing:
    is_above = params.direction == "above"
    each = crossing_probability(ahead, limit, above=is_above)
    within = crossing_probability_within(ahead, limit, above=is_above)
    return _Crossing(
        limit=limit,
        each=each,
        within=within,
        likeliest=int(np.argmax(each)),
        first=median_first_crossing(ahead.samples, limit, above=is_above),
        is_finding=within >= params.probability_at_least,
    )


def _rows(one: Series, ahead: Forecast, crossing: _Crossing | None, measure: str) -> Rows:
    unknown = np.full(len(ahead.ds), np.nan)
    flags = np.zeros(len(ahead.ds), dtype=bool)
    if crossing is not None:
        flags[crossing.likeliest] = crossing.is_finding
    score = unknown if crossing is None else crossing.each
    ds = ahead.ds.to_numpy()
    return Rows(one.unique_id, measure, ds, unknown, ahead.yhat, ahead.lo, ahead.hi, score, flags)


def _finding(
    one: Series,
    ahead: Forecast,
    crossing: _Crossing,
    params: ForecastParams,
    quantity: Quantity,
) -> Finding:
    at = crossing.likeliest
    days = ahead.ds.to_numpy()
    return Finding(
        category=Category.FORECAST,
        kind="limit_crossing",
        severity=Severity.CRITICAL if crossing.within >= params.critical_at else Severity.WARNING,
        unique_id=one.unique_id,
        measure=quantity.measure,
        unit=quantity.unit,
        ds=to_datetime(days[at]),
        since=to_datetime(days[min(at, crossing.first)]),
        value=to_number(ahead.yhat[at]),
        expected=to_number(ahead.yhat[at]),
        lo=to_number(ahead.lo[at]),
        hi=to_number(ahead.hi[at]),
        score=crossing.within,
        confidence=crossing.within,
        evidence={
            "points": _points(one, ahead),
            "limit": to_number(crossing.limit),
            "limit_quantile": params.limit.quantile if params.limit else None,
            "direction": params.direction,
            "probability_within_horizon": crossing.within,
            "probability_on_day": float(crossing.each[at]),
            "periods_ahead": at + 1,
            "first_crossing": to_datetime(days[crossing.first]).isoformat(),
            "horizon": params.h,
            "level": params.level,
            "paths": ahead.samples.shape[1],
        },
    )


def _points(one: Series, ahead: Forecast) -> list[dict[str, Any]]:
    """The horizon, from its beginning, and as much of the past as there is room for."""
    shown = min(len(ahead.ds), MAX_EVIDENCE_POINTS * 2 // 3)
    past = max(0, len(one.ds) - (MAX_EVIDENCE_POINTS - shown))
    unknown = np.full(shown, np.nan)
    ds = ahead.ds.to_numpy()[:shown]
    return evidence_points(one.ds[past:], one.values[past:, 0]) + evidence_points(
        ds, unknown, ahead.yhat[:shown], ahead.lo[:shown], ahead.hi[:shown]
    )
