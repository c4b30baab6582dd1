"""What every forecaster makes of a forecast: its rows, and the limit that it will probably cross.

A limit is a finding if the paths that cross it anywhere within the horizon are enough, though no single day may be
likely to: five days of 30 % each are no reason to be calm. The finding stands at the likeliest of the days. It is as
grave as what can be done about it, as anomalies are: a quantile of the past that is crossed again and again, and by
little, is information.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from iop_pipelines.analytics.forecasting.effect import Effect, effect_of
from iop_pipelines.analytics.forecasting.paths import (
    Forecast,
    crossing_probability,
    crossing_probability_within,
    median_first_crossing,
)
from iop_pipelines.analytics.series import Series
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.frequencies import SEASON_LENGTHS, ModelFrequency, year_length
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

# Less than this part of the limit beyond it is little; what so many of the stretches before did is usual, where there
# were as many.
_SMALL_SHARE = 0.2
_USUAL_SHARE = 0.5
_LEAST_STRETCHES = 4


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one series' forecast."""

    rows: Rows
    finding: Finding | None


def tell(
    one: Series,
    ahead: Forecast,
    params: ForecastParams,
    quantity: Quantity,
    *,
    freq: ModelFrequency,
) -> Told:
    limit = _limit(one, params)
    crossing = None if limit is None else _crossing(ahead, limit, params)
    rows = _rows(one, ahead, crossing, quantity.measure)
    if crossing is None or not crossing.is_finding:
        return Told(rows, None)
    effect = effect_of(
        one.values[:, 0],
        ahead,
        crossing.limit,
        above=params.direction == "above",
        cycles=(year_length(freq), SEASON_LENGTHS[freq]),
    )
    return Told(rows, _finding(one, ahead, _Found(crossing, effect), params, quantity))


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


@dataclass(frozen=True, slots=True)
class _Found:
    crossing: _Crossing
    effect: Effect


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
    found: _Found,
    params: ForecastParams,
    quantity: Quantity,
) -> Finding:
    crossing = found.crossing
    at = crossing.likeliest
    days = ahead.ds.to_numpy()
    return Finding(
        category=Category.FORECAST,
        kind="limit_crossing",
        severity=_severity(one, found, params),
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
            **_evidence_of(found.effect),
        },
    )


def _severity(one: Series, found: _Found, params: ForecastParams) -> Severity:
    is_given = params.limit is None or params.limit.quantile is None
    # A limit that somebody named matters by itself.
    if not is_given and _is_little(one, found.crossing.limit, found.effect):
        return Severity.INFO
    return Severity.CRITICAL if found.crossing.within >= params.critical_at else Severity.WARNING


def _is_little(one: Series, limit: float, effect: Effect) -> bool:
    """A little beyond what most stretches as long went beyond, of a measure that is never negative."""
    is_usual = (
        effect.stretches >= _LEAST_STRETCHES and effect.crossed >= _USUAL_SHARE * effect.stretches
    )
    known = one.values[np.isfinite(one.values[:, 0]), 0]
    return is_usual and effect.excess < _SMALL_SHARE * limit and bool(known.min() >= 0)


def _evidence_of(effect: Effect) -> dict[str, Any]:
    change = effect.change
    return {
        "excess": to_number(effect.excess),
        "effect": to_number(effect.weight),
        "stretches": effect.stretches,
        "stretches_crossed": effect.crossed,
        "change": None
        if change is None
        else {
            "ahead": to_number(change.ahead),
            "before": to_number(change.before),
            "periods": change.periods,
        },
    }


def _points(one: Series, ahead: Forecast) -> list[dict[str, Any]]:
    """The horizon, from its beginning, and as much of the past as there is room for."""
    shown = min(len(ahead.ds), MAX_EVIDENCE_POINTS * 2 // 3)
    past = max(0, len(one.ds) - (MAX_EVIDENCE_POINTS - shown))
    unknown = np.full(shown, np.nan)
    ds = ahead.ds.to_numpy()[:shown]
    return evidence_points(one.ds[past:], one.values[past:, 0]) + evidence_points(
        ds, unknown, ahead.yhat[:shown], ahead.lo[:shown], ahead.hi[:shown]
    )
