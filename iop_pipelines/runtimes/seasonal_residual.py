"""Anomalies by residuals of an expectation, within a budget of alerts; the method is `analytics.seasonal`."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, cast

import numpy as np

from iop_pipelines.analytics.robust import stretches
from iop_pipelines.analytics.seasonal import (
    CRITICAL_P,
    Scores,
    Wanted,
    chances_of,
    score_rows,
    weeks_of_periods,
)
from iop_pipelines.analytics.series import Series, stack, unstack
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.frequencies import ModelFrequency
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.runtimes.base import Chances, RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import SeasonalResidualParams
from iop_pipelines.runtimes.expectation import season_metrics, seasons_in, shape_of
from iop_pipelines.runtimes.params import parse_params
from iop_pipelines.runtimes.results import (
    Quantity,
    Rows,
    chosen_quantity,
    cut,
    evidence_points_of,
    in_seven_digits,
    make_output,
    of_day,
    read_series,
    to_datetime,
    to_number,
)
from iop_pipelines.runtimes.together import Together

# Less than this part of what was expected is little; between these quantiles of its past a value is an ordinary one.
_SMALL_SHARE = 0.2
_USUAL_VALUES = (0.05, 0.95)


@dataclass(frozen=True)
class _Scored:
    """A series with its scores, (n,) each, which of its rows are told, how seldom chance gives each and by which
    budget it would be, and expectation and range as they are told."""

    series: Series
    scores: Scores
    chance: np.ndarray
    budget: np.ndarray
    is_anomaly: np.ndarray
    yhat: np.ndarray
    lo: np.ndarray
    hi: np.ndarray


class SeasonalResidual:
    def run(self, given: RuntimeInput) -> RuntimeOutput:
        params = parse_params(SeasonalResidualParams, given.params)
        quantity = chosen_quantity(given, params.measure)
        series = read_series(given, [quantity.measure])
        rows, findings, skipped, known = [], [], 0, 0
        y = stack([one.values[:, 0] for one in series]) if series else np.empty((0, 0))
        strengths, scores = _scored(y, given, params)
        metrics = season_metrics(strengths, given.freq, given.together)
        scored = _told(series, y, scores, params, given.together)
        for one in given.each(scored):
            part = _rows(one, params, quantity.measure)
            known += int(np.isfinite(part.score).sum())
            if not np.isfinite(part.yhat).any():
                skipped += 1
                continue
            rows.append(part)
            findings += _findings(one, quantity, cast(ModelFrequency | None, given.freq))
        return make_output(
            rows,
            findings,
            series=len(series),
            skipped=skipped,
            needed=Sentence("history.before", count=shape_of(params, given.freq).head),
            together=given.together,
            points_scored=known,
            anomalous_points=sum(int(part.is_finding.sum()) for part in rows),
            **metrics,
        )


def _scored(
    y: np.ndarray, given: RuntimeInput, params: SeasonalResidualParams
) -> tuple[list[np.ndarray], Scores]:
    """How strong each season is that was looked for, and the scores by what was found."""

    def make() -> tuple[np.ndarray, ...]:
        seasons = seasons_in(y, params, given.freq)
        scores = score_rows(y, shape_of(params, given.freq), seasons=seasons, tick=given.tick)
        strengths = [] if seasons is None else [seasons.strength]
        return (*(getattr(scores, each.name) for each in fields(Scores)), *strengths)

    parts = given.together.kept(make)
    count = len(fields(Scores))
    return list(parts[count:]), Scores(*parts[:count])


def _told(
    series: list[Series],
    y: np.ndarray,
    scores: Scores,
    params: SeasonalResidualParams,
    together: Together,
) -> list[_Scored]:
    """All series at once: which rows are told is a matter of all of them."""
    if not series:
        return []
    weeks = weeks_of_periods([one.ds for one in series], len(y))
    wanted = Wanted(params.direction, params.min_effect)
    chances = chances_of(y, scores, wanted)
    lengths = [len(one.ds) for one in series]
    parts = [unstack(getattr(scores, each.name), lengths) for each in fields(Scores)]
    told = (chances, together.budgets(chances, weeks), *_band(y, scores, params))
    more = [unstack(each, lengths) for each in told]
    found = []
    for place, one in enumerate(series):
        chance, budget, *band = (each[place] for each in more)
        own = Scores(*(each[place] for each in parts))
        found.append(_Scored(one, own, chance, budget, budget <= params.alerts_per_week, *band))
    return found


def _band(y: np.ndarray, scores: Scores, params: SeasonalResidualParams) -> Iterable[np.ndarray]:
    """(n, s) expectation and range within the measure's bounds; the floor is 0 where no value before was below it."""
    parts = [
        cut(part, params.floor, params.ceiling) for part in (scores.yhat, scores.lo, scores.hi)
    ]
    if params.floor is not None:
        return parts
    lowest = np.full(y.shape, np.inf, order="F")
    np.minimum.accumulate(np.where(np.isnan(y), np.inf, y)[:-1], axis=0, out=lowest[1:])
    return [np.where(lowest >= 0, np.maximum(part, 0.0), part) for part in parts]


def _signed(one: _Scored, params: SeasonalResidualParams) -> np.ndarray:
    """Strangeness in the wanted direction; what lies on the other side is under 0."""
    above = one.series.values[:, 0] >= one.scores.yhat
    is_unwanted = {"both": False, "above": ~above, "below": above}[params.direction]
    score = in_seven_digits(one.scores.score)
    return np.where(is_unwanted, -score, score)


def _rows(one: _Scored, params: SeasonalResidualParams, measure: str) -> Rows:
    at = one.series.scored
    if len(at) and at[-1] - at[0] == len(at) - 1:
        at = slice(int(at[0]), int(at[-1]) + 1)
    return Rows(
        one.series.unique_id,
        measure,
        one.series.ds[at],
        one.series.values[at, 0],
        one.yhat[at],
        one.lo[at],
        one.hi[at],
        _signed(one, params)[at],
        one.is_anomaly[at],
        Chances(one.chance[at], one.budget[at], _is_info(one)[at]),
    )


def _is_info(one: _Scored) -> np.ndarray:
    """(n,) bool, of rows that some budget tells."""
    found = np.zeros(len(one.budget), dtype=bool)
    y = one.series.values[:, 0]
    for row in np.flatnonzero(one.series.is_scored & np.isfinite(one.budget)):
        found[row] = _is_little(y[: row + 1], float(one.yhat[row]))
    return found


def _findings(one: _Scored, quantity: Quantity, freq: ModelFrequency | None) -> list[Finding]:
    told = []
    for start, end in stretches(one.is_anomaly):
        inside = start + np.flatnonzero(one.series.is_scored[start:end])
        if len(inside):
            # Of rows that are equally seldom the strangest.
            order = np.lexsort((-one.scores.score[inside], one.scores.p[inside]))
            told.append((start, end, int(inside[order[0]])))
    if not told:
        return []
    y = one.series.values[:, 0]
    ends = [end for _, end, _ in told]
    points = evidence_points_of(ends, one.series.ds, y, one.yhat, one.lo, one.hi)
    return [
        _finding(one, (start, end), peak, quantity, freq, points=before)
        for (start, end, peak), before in zip(told, points, strict=True)
    ]


def _finding(
    one: _Scored,
    stretch: tuple[int, int],
    peak: int,
    quantity: Quantity,
    freq: ModelFrequency | None,
    *,
    points: list[dict[str, Any]],
) -> Finding:
    start, end = stretch
    scores, ds, y = one.scores, one.series.ds, one.series.values[:, 0]
    yhat, lo, hi = one.yhat, one.lo, one.hi
    chance = float(scores.p[peak])
    return Finding(
        category=Category.ANOMALY,
        kind="residual",
        severity=_severity(y[: peak + 1], float(yhat[peak]), chance),
        unique_id=one.series.unique_id,
        measure=quantity.measure,
        unit=quantity.unit,
        ds=to_datetime(ds[peak]),
        since=to_datetime(ds[start]),
        value=to_number(y[peak]),
        expected=to_number(yhat[peak]),
        lo=to_number(lo[peak]),
        hi=to_number(hi[peak]),
        score=in_seven_digits(scores.score[peak : peak + 1]).item(),
        confidence=to_number(scores.coverage[peak]),
        evidence={
            "points": points,
            "until": to_datetime(ds[end - 1]).isoformat(),
            "periods": end - start,
            "sigma": to_number(scores.sigma[peak]),
            "chance": to_number(chance),
            **_before(scores.p[:start], chance),
            **of_day(ds[start:end], one.chance[start:end], freq),
            "direction": "above" if y[peak] > scores.yhat[peak] else "below",
        },
    )


def _before(p: np.ndarray, chance: float) -> dict[str, int]:
    """Of the chances of the rows before: how many were judged, and how many of them were as seldom."""
    judged, as_strange = np.isfinite(p), p <= chance
    return {
        "judged": int(np.count_nonzero(judged)),
        "as_strange": int(np.count_nonzero(as_strange)),
    }


def _severity(y: np.ndarray, expected: float, chance: float) -> Severity:
    """Of the last of the values `y`: what is seldom is a matter for somebody only if it also makes a difference."""
    if _is_little(y, expected):
        return Severity.INFO
    return Severity.CRITICAL if chance <= CRITICAL_P else Severity.WARNING


def _is_little(y: np.ndarray, expected: float) -> bool:
    """Of the last of the values `y`: a little more or less than expected, and a value that the series has all the time.

    Nobody does anything about that.
    """
    value = float(y[-1])
    is_near = abs(value - expected) < _SMALL_SHARE * abs(expected)
    if not is_near:
        return False
    past = y[:-1][np.isfinite(y[:-1])]
    if past.min() < 0:
        return False
    low, high = (_side(past, value, share) for share in _USUAL_VALUES)
    return low >= 0 >= high


def _side(past: np.ndarray, value: float, share: float) -> int:
    """1, 0 or -1 for above, at or below the quantile of the past; mostly the ranks beside it tell."""
    place = share * (len(past) - 1)
    if np.count_nonzero(past <= value) <= int(place):
        return -1
    if np.count_nonzero(past >= value) <= len(past) - 1 - math.ceil(place):
        return 1
    quantile = float(np.quantile(past, share))
    return int(value > quantile) - int(value < quantile)


RUNTIME = SeasonalResidual()
