"""Forecasts by Prophet, and limits that will probably be crossed; the method is `analytics.forecast`."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from iop_pipelines.analytics.forecast import (
    Forecast,
    crossing_probability,
    crossing_probability_within,
    forecast,
)
from iop_pipelines.analytics.series import Series, default_season_length, future_periods
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.errors import InvalidInput
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.params import ProphetParams, parse_params
from iop_pipelines.runtimes.results import (
    MAX_EVIDENCE_POINTS,
    Rows,
    chosen_measure,
    evidence_points,
    make_output,
    read_series,
    to_datetime,
    to_number,
)


class ProphetForecast:
    name = "prophet"

    def check_params(self, params: Mapping[str, Any]) -> None:
        parse_params(ProphetParams, params)

    def run(self, given: RuntimeInput) -> RuntimeOutput:
        """Forecasts every series that has a row in the window.

        Raises:
            SeriesTooShort: none has min_history known values.
            InvalidInput: the panel has no freq, so there is no next period.
        """
        params = parse_params(ProphetParams, given.params)
        if given.freq is None:
            raise InvalidInput("events without a step have no next period to forecast", "freq")
        measure = chosen_measure(given, params.measure)
        needed = params.min_history or max(14, 2 * default_season_length(given.freq))
        series = read_series(given, [measure])
        rows, findings, skipped = [], [], 0
        for one in series:
            if np.isfinite(one.values[:, 0]).sum() < needed:
                skipped += 1
                continue
            ahead = _forecast(one, given.freq, params)
            limit = _limit(one, params)
            probability = _probability(ahead, limit, params)
            first = _first_crossing(probability, params)
            rows.append(_rows(one, ahead, probability, first, measure))
            if first is not None and limit is not None:
                unit = given.units.get(measure, "")
                findings.append(
                    _finding(one, ahead, limit, probability, first, params, measure, unit)
                )
        return make_output(
            rows,
            findings,
            series=len(series),
            skipped=skipped,
            needed=f"{needed} known periods are needed",
            horizon=params.h,
        )


def _forecast(one: Series, freq: str, params: ProphetParams) -> Forecast:
    return forecast(
        one.ds,
        one.values[:, 0],
        future_periods(one.ds[-1], freq, params.h),
        level=params.level,
        holidays_country=params.holidays_country,
        weekly=params.weekly,
        yearly=params.yearly,
        daily=params.daily,
        multiplicative=params.multiplicative,
        changepoint_prior_scale=params.changepoint_prior_scale,
        floor=params.floor,
        ceiling=params.ceiling,
        paths=params.paths,
        seed=params.seed,
    )


def _limit(one: Series, params: ProphetParams) -> float | None:
    if params.limit is None:
        return None
    if params.limit.quantile is None:
        return params.limit.value
    return float(np.nanquantile(one.values[:, 0], params.limit.quantile))


def _probability(ahead: Forecast, limit: float | None, params: ProphetParams) -> np.ndarray:
    """(h,) of being beyond the limit; NaN where none is set."""
    if limit is None:
        return np.full(len(ahead.ds), np.nan)
    return crossing_probability(ahead.samples, limit, above=params.direction == "above")


def _first_crossing(probability: np.ndarray, params: ProphetParams) -> int | None:
    at = np.flatnonzero(probability >= params.probability_at_least)
    return int(at[0]) if len(at) else None


def _rows(
    one: Series, ahead: Forecast, probability: np.ndarray, first: int | None, measure: str
) -> Rows:
    flags = np.zeros(len(ahead.ds), dtype=bool)
    if first is not None:
        flags[first] = True
    unknown = np.full(len(ahead.ds), np.nan)
    ds = ahead.ds.to_numpy()
    return Rows(
        one.unique_id, measure, ds, unknown, ahead.yhat, ahead.lo, ahead.hi, probability, flags
    )


def _finding(
    one: Series,
    ahead: Forecast,
    limit: float,
    probability: np.ndarray,
    first: int,
    params: ProphetParams,
    measure: str,
    unit: str,
) -> Finding:
    sure = float(probability[first])
    ds = to_datetime(ahead.ds.to_numpy()[first])
    is_above = params.direction == "above"
    return Finding(
        category=Category.FORECAST,
        kind="limit_crossing",
        severity=Severity.CRITICAL if sure >= params.critical_at else Severity.WARNING,
        unique_id=one.unique_id,
        measure=measure,
        unit=unit,
        ds=ds,
        since=ds,
        value=to_number(ahead.yhat[first]),
        expected=to_number(ahead.yhat[first]),
        lo=to_number(ahead.lo[first]),
        hi=to_number(ahead.hi[first]),
        score=sure,
        confidence=sure,
        evidence={
            "points": _points(one, ahead),
            "limit": to_number(limit),
            "limit_quantile": params.limit.quantile if params.limit else None,
            "direction": params.direction,
            "probability": sure,
            "probability_within_horizon": crossing_probability_within(
                ahead.samples, limit, above=is_above
            ),
            "periods_ahead": first + 1,
            "horizon": params.h,
            "level": params.level,
            "paths": params.paths,
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


RUNTIME = ProphetForecast()
