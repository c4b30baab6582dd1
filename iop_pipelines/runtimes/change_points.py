"""Lasting changes of level; the method is `analytics.shifts`.

A change is a finding as long as it is recent, with one `since` all the while: the place it had on
the day it was first seen. It has to make a difference first: more than the series' own scatter, and a tenth of the
level where that is never negative. Many series are many tests: p-values are adjusted for their number.
"""

from dataclasses import replace

import numpy as np

from iop_pipelines.analytics.robust import SIGMA_PER_MAD
from iop_pipelines.analytics.series import Series
from iop_pipelines.analytics.shifts import Shift, anchored_shift
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import ChangePointsParams
from iop_pipelines.runtimes.expectation import season_of_series
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

_BAND_SIGMAS = 1.959963984540054
# A change of more than this many times the scatter about the level is a warning, not a note; and of less it is none.
_WARNING_SIGMAS = 2.0
_LEAST_SIGMAS = 1.0
# Less than this part of a level that is never negative makes no difference.
_LEAST_SHARE = 0.1


class ChangePoints:
    def run(self, given: RuntimeInput) -> RuntimeOutput:
        params = parse_params(ChangePointsParams, given.params)
        quantity = chosen_quantity(given, params.measure)
        series = read_series(given, [quantity.measure])
        seasons = season_of_series(series, params.season_length, given.freq)
        looked, skipped, points = [], 0, 0
        for one, season_length in given.each(zip(series, seasons, strict=True)):
            row = int(one.scored[-1])
            known = np.isfinite(one.values[max(0, row + 1 - params.window) : row + 1, 0]).sum()
            if known < 3 * params.min_size:
                skipped += 1
                continue
            points += len(one.scored)
            looked.append((one, _shift_at(one, row, params, season_length)))
        together = given.together
        adjusted = together.adjusted(
            [1.0 if shift is None else shift.p_value for _, shift in looked]
        )
        tested = together.count(len(looked))
        rows, findings = [], []
        for (one, shift), p_adjusted in zip(looked, adjusted.tolist(), strict=True):
            told = shift if p_adjusted < params.alpha else None
            rows.append(_rows(one, told, params, quantity.measure))
            if told is not None:
                found = _finding(one, told, params, quantity)
                among = {"p_adjusted": to_number(p_adjusted), "series_tested": tested}
                findings.append(
                    replace(found, confidence=1 - p_adjusted, evidence={**found.evidence, **among})
                )
        return make_output(
            rows,
            findings,
            series=len(series),
            skipped=skipped,
            needed=Sentence("history.among", count=3 * params.min_size, window=params.window),
            together=given.together,
            points_scored=points,
            series_tested=tested,
        )


def _shift_at(
    one: Series, row: int, params: ChangePointsParams, season_length: int
) -> Shift | None:
    """The change that is worth telling at `row`, if there is one."""
    shift = anchored_shift(
        one.values[: row + 1, 0],
        params.window,
        recent=params.recent,
        season_length=season_length,
        penalty=params.penalty,
        min_size=params.min_size,
    )
    if shift is None or shift.p_value >= params.alpha:
        return None
    change = shift.after - shift.before
    toward = {"both": abs(change), "above": change, "below": -change}[params.direction]
    least = max(params.min_effect, _LEAST_SIGMAS * shift.sigma)
    if np.nanmin(one.values[: row + 1, 0]) >= 0:
        least = max(least, _LEAST_SHARE * abs(shift.before))
    return shift if toward > 0 and toward >= least else None


def _level_before(one: Series, row: int, params: ChangePointsParams) -> tuple[float, float]:
    """Median and robust sigma of the last min_size known values strictly before `row`."""
    past = one.values[max(0, row - params.window) : row, 0]
    known = past[np.isfinite(past)][-params.min_size :]
    if not len(known):
        return np.nan, np.nan
    middle = float(np.median(known))
    return middle, SIGMA_PER_MAD * float(np.median(np.abs(known - middle)))


def _rows(one: Series, shift: Shift | None, params: ChangePointsParams, measure: str) -> Rows:
    at = one.scored
    levels = np.array([_level_before(one, row, params) for row in at])
    yhat, half = levels[:, 0], _BAND_SIGMAS * levels[:, 1]
    flags = np.zeros(len(at), dtype=bool)
    score = np.zeros(len(at))
    if shift is not None:
        flags[-1], score[-1] = True, shift.z
    y = one.values[at, 0]
    return Rows(one.unique_id, measure, one.ds[at], y, yhat, yhat - half, yhat + half, score, flags)


def _finding(one: Series, shift: Shift, params: ChangePointsParams, quantity: Quantity) -> Finding:
    row = int(one.scored[-1])
    window = slice(max(0, row + 1 - params.window), row + 1)
    ds, y = one.ds[window], one.values[window, 0]
    is_after = np.arange(window.start, window.stop) >= shift.at
    level = np.where(is_after, shift.after, shift.before)
    half = _BAND_SIGMAS * shift.sigma
    change = shift.after - shift.before
    is_large = abs(change) > _WARNING_SIGMAS * shift.sigma
    return Finding(
        category=Category.TREND,
        kind="change_point",
        severity=Severity.WARNING if is_large else Severity.INFO,
        unique_id=one.unique_id,
        measure=quantity.measure,
        unit=quantity.unit,
        ds=to_datetime(one.ds[row]),
        since=to_datetime(one.ds[shift.at]),
        value=to_number(shift.after),
        expected=to_number(shift.before),
        lo=to_number(shift.before - half),
        hi=to_number(shift.before + half),
        score=shift.z,
        confidence=1 - shift.p_value,
        evidence={
            "points": evidence_points(ds, y, level, level - half, level + half),
            "before": to_number(shift.before),
            "after": to_number(shift.after),
            "change": to_number(change),
            "sigma": to_number(shift.sigma),
            "p_value": to_number(shift.p_value),
            "periods_since": row + 1 - shift.at,
            "direction": "above" if change > 0 else "below",
        },
    )


RUNTIME = ChangePoints()
