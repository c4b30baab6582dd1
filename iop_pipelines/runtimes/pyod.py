"""Outliers by PyOD detectors over lag windows; the method is `analytics.outliers`.

A joint score of several measures stands in the row of each; the finding is about the one that lies
farthest from its expectation. What is told is a budget over all series, as of `seasonal_residual`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from iop_pipelines.analytics.outliers import (
    MIN_TRAINING_ROWS,
    Outlyingness,
    lag_windows,
    robust_distance,
    score_outliers,
)
from iop_pipelines.analytics.robust import stretches
from iop_pipelines.analytics.seasonal import (
    CRITICAL_P,
    Scores,
    least_budgets,
    score_rows,
    weeks_of_periods,
)
from iop_pipelines.analytics.series import Series, stack, unstack
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.liveness import Tick
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.runtimes.base import Chances, RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import PyodParams
from iop_pipelines.runtimes.expectation import season_metrics, seasons_in, shape_of
from iop_pipelines.runtimes.params import parse_params, require_measure
from iop_pipelines.runtimes.results import (
    Rows,
    cut,
    evidence_points,
    make_output,
    read_series,
    to_datetime,
    to_number,
)

_USUAL_LAGS = 3
# Where practical effect is given, a sigma under a tenth of it would only magnify what does not matter.
_MIN_SIGMA_PER_EFFECT = 0.1


class Pyod:
    def run(self, given: RuntimeInput) -> RuntimeOutput:
        params = parse_params(PyodParams, given.params)
        measures = params.measures or given.measures
        for name in measures:
            require_measure(name, given.measures, "config.params.measures")
        for name in params.bounds:
            require_measure(name, measures, f"config.params.bounds.{name}")
        shape = shape_of(params, given.freq)
        series = read_series(given, measures)
        rows, findings, skipped, scored = [], [], 0, 0
        stacked = [
            stack([one.values[:, place] for one in series]) if series else np.empty((0, 0))
            for place in range(len(measures))
        ]
        seasons = [seasons_in(y, params, given.freq) for y in stacked]
        parts = [
            score_rows(y, shape, seasons=each, tick=given.tick)
            for y, each in zip(stacked, seasons, strict=True)
        ]
        scored_each = _score_each(series, measures, stacked, parts, (params, given.tick))
        for one in given.each(scored_each):
            if not np.isfinite(one.score).any():
                skipped += 1
                continue
            scored += int(np.isfinite(one.score).sum())
            rows += _rows(one)
            findings += _findings(one, given.units)
        return make_output(
            rows,
            findings,
            series=len(series),
            skipped=skipped,
            needed=Sentence("history.to_train", count=shape.head, rows=MIN_TRAINING_ROWS),
            points_scored=scored,
            together=given.together,
            detector=params.detector,
            **season_metrics(
                [each.strength for each in seasons if each is not None], given.freq, given.together
            ),
        )


@dataclass(frozen=True)
class _Panel:
    """Scores of all series, side by side and aligned at their ends; `far` a measure, (n, s), `z` is (n, s, m); p is the
    chance of the joint score, (n, s)."""

    params: PyodParams
    measures: tuple[str, ...]
    parts: list[Scores]
    far: list[np.ndarray]
    z: np.ndarray
    outlying: Outlyingness
    p: np.ndarray


class _Scored:
    """One series with its joint score; arrays are (n,) or (n, m)."""

    def __init__(self, series: Series, place: int, panel: _Panel) -> None:
        n, params = len(series.ds), panel.params
        parts, outlying = panel.parts, panel.outlying
        limits = [params.bounds.get(name, params) for name in panel.measures]
        self.panel = panel
        self.place = place
        self.series = series
        self.y = series.values
        self.score = outlying.score[-n:, place]
        self.rank = outlying.rank[-n:, place]
        self.z = panel.z[-n:, place]
        yhat = np.stack([part.yhat[-n:, place] for part in parts], axis=1)
        sigma = np.stack([part.sigma[-n:, place] for part in parts], axis=1)
        half = params.exclude * sigma
        self.yhat, self.lo, self.hi = (
            np.stack([cut(y, b.floor, b.ceiling) for y, b in zip(band.T, limits, strict=True)], 1)
            for band in (yhat, yhat - half, yhat + half)
        )
        self.farthest = np.argmax(np.where(np.isfinite(self.z), np.abs(self.z), -1), axis=1)
        self.p = np.where(self._is_wanted(params), panel.p[-n:, place], 1.0)
        self.p[~(np.isfinite(self.score) & series.is_scored)] = np.nan
        self.budget = np.full(n, np.nan)
        self.is_outlier = np.zeros(n, dtype=bool)
        self.is_anomaly = self.is_outlier

    def _is_wanted(self, params: PyodParams) -> np.ndarray:
        error = (self.y - self.yhat)[np.arange(len(self.y)), self.farthest]
        toward = {"both": np.abs(error), "above": error, "below": -error}[params.direction]
        with np.errstate(invalid="ignore"):
            return (toward > 0) & (toward >= params.min_effect)

    def tell(self, budget: np.ndarray) -> None:
        """budget: (n,), from how many alerts a week on each row is told."""
        self.budget = budget
        self.is_outlier = is_outlier = budget <= self.panel.params.alerts_per_week
        far = np.stack([each[-len(is_outlier) :, self.place] for each in self.panel.far])
        # Before the window nothing is scored by the detector; far off by itself is far off.
        self.is_anomaly = is_outlier | (np.any(far, axis=0) & ~np.isfinite(self.score))


def _score_each(
    series: list[Series],
    measures: tuple[str, ...],
    stacked: list[np.ndarray],
    parts: list[Scores],
    how: tuple[PyodParams, Tick],
) -> list[_Scored]:
    """stacked, parts: of each measure its values (n, s) and what is expected of them."""
    params, tick = how
    if not series:
        return []
    far = [_is_far(y, part, params) for y, part in zip(stacked, parts, strict=True)]
    min_sigma = _MIN_SIGMA_PER_EFFECT * params.min_effect
    distances = [
        robust_distance(y, part, min_sigma) for y, part in zip(stacked, parts, strict=True)
    ]
    longest = len(stacked[0])
    first_scored = min(longest - len(one.ds) + int(one.scored[0]) for one in series)
    outlying = score_outliers(
        lag_windows(distances, far, _lags(params)),
        first_scored,
        detector=params.detector,
        scope=params.scope,
        seed=params.seed,
        refit_every=params.refit_every,
        tick=tick,
    )
    p = outlying.p
    if len(parts) == 1:
        # What chance gives oftener by itself is no outlier in company of its own past alone.
        p = np.maximum(p, parts[0].p)
    panel = _Panel(params, measures, parts, far, np.stack(distances, axis=2), outlying, p)
    scored = [_Scored(one, place, panel) for place, one in enumerate(series)]
    _tell(scored)
    return scored


def _tell(scored: list[_Scored]) -> None:
    """All series at once: which rows are told is a matter of all of them."""
    p = stack([one.p for one in scored])
    weeks = weeks_of_periods([one.series.ds for one in scored], len(p))
    budgets = unstack(least_budgets(p, weeks), [len(one.p) for one in scored])
    for one, budget in zip(scored, budgets, strict=True):
        one.tell(budget)


def _lags(params: PyodParams) -> int:
    """Among ordinary lags a far point is far by distance only; to the other detectors it is one feature of many."""
    if params.lags is not None:
        return params.lags
    return _USUAL_LAGS if params.detector == "knn" else 0


def _is_far(y: np.ndarray, part: Scores, params: PyodParams) -> np.ndarray:
    """(n, s) bool: so far from its expectation that no detector is to learn from it."""
    error = np.abs(y - part.yhat)
    with np.errstate(invalid="ignore"):
        return (error > params.exclude * part.unit) & (error >= params.min_effect)


def _rows(one: _Scored) -> list[Rows]:
    at = one.series.scored
    return [
        Rows(
            one.series.unique_id,
            measure,
            one.series.ds[at],
            one.y[at, place],
            one.yhat[at, place],
            one.lo[at, place],
            one.hi[at, place],
            one.score[at],
            one.is_outlier[at] & (one.farthest[at] == place),
            Chances(
                one.p[at],
                np.where(one.farthest[at] == place, one.budget[at], np.inf),
                np.zeros(len(at), dtype=bool),
            ),
        )
        for place, measure in enumerate(one.panel.measures)
    ]


def _findings(one: _Scored, units: Mapping[str, str]) -> list[Finding]:
    found = []
    for start, end in stretches(one.is_anomaly):
        inside = [row for row in range(start, end) if one.is_outlier[row]]
        if inside:
            # Of rows that are equally seldom the strangest.
            peak = min(inside, key=lambda row: (one.p[row], -one.score[row]))
            found.append(_finding(one, start, end, peak, units))
    return found


def _finding(one: _Scored, start: int, end: int, peak: int, units: Mapping[str, str]) -> Finding:
    measures = one.panel.measures
    place = int(one.farthest[peak])
    measure = measures[place]
    columns = (one.y, one.yhat, one.lo, one.hi)
    chance = float(one.p[peak])
    return Finding(
        category=Category.ANOMALY,
        kind="outlier",
        severity=Severity.CRITICAL if chance <= CRITICAL_P else Severity.WARNING,
        unique_id=one.series.unique_id,
        measure=measure,
        unit=units.get(measure, ""),
        ds=to_datetime(one.series.ds[peak]),
        since=to_datetime(one.series.ds[start]),
        value=to_number(one.y[peak, place]),
        expected=to_number(one.yhat[peak, place]),
        lo=to_number(one.lo[peak, place]),
        hi=to_number(one.hi[peak, place]),
        score=float(one.score[peak]),
        confidence=to_number(one.rank[peak]),
        evidence={
            "points": evidence_points(one.series.ds[:end], *(c[:end, place] for c in columns)),
            "until": to_datetime(one.series.ds[end - 1]).isoformat(),
            "periods": end - start,
            "detector": one.panel.params.detector,
            "chance": to_number(chance),
            "distances": {name: to_number(one.z[peak, k]) for k, name in enumerate(measures)},
            "direction": "above" if one.y[peak, place] > one.yhat[peak, place] else "below",
        },
    )


RUNTIME = Pyod()
