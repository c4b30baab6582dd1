"""Anomalies by robust seasonal residuals; the method is `analytics.seasonal`."""

from typing import Any

import numpy as np

from iop_pipelines.analytics.robust import stretches
from iop_pipelines.analytics.seasonal import Baseline, Scores, score_rows
from iop_pipelines.analytics.series import Series, default_season_length, stack, unstack
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.liveness import Tick
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import SeasonalResidualParams
from iop_pipelines.runtimes.params import parse_params
from iop_pipelines.runtimes.results import (
    Quantity,
    Rows,
    chosen_quantity,
    cut,
    evidence_points,
    make_output,
    read_series,
    to_datetime,
    to_number,
)


class SeasonalResidual:
    def run(self, given: RuntimeInput) -> RuntimeOutput:
        params = parse_params(SeasonalResidualParams, given.params)
        quantity = chosen_quantity(given, params.measure)
        baseline = make_baseline(params, given.freq)
        series = read_series(given, [quantity.measure])
        rows, findings, skipped, known = [], [], 0, 0
        scored = score_each(series, baseline, params, given.tick) if series else []
        for one, scores in given.each(scored):
            part = _rows(one, scores, params, quantity.measure)
            known += int(np.isfinite(part.score).sum())
            if not np.isfinite(part.yhat).any():
                skipped += 1
                continue
            rows.append(part)
            findings += _findings(one, scores, params, quantity)
        return make_output(
            rows,
            findings,
            series=len(series),
            skipped=skipped,
            needed=Sentence("history.before", count=baseline.min_history),
            points_scored=known,
            anomalous_points=sum(int(part.is_finding.sum()) for part in rows),
        )


def make_baseline(params: Any, freq: str | None) -> Baseline:
    """Windows of the expectation, defaults filled in by the length of the season.

    params: what has the fields of `params._Expecting`.
    """
    season_length = params.season_length or default_season_length(freq)
    return Baseline(
        season_length=season_length,
        # Without a season a window is still a window: of cycles of 7.
        level_cycles=params.level_cycles * (1 if season_length > 1 else 7),
        season_cycles=params.season_cycles,
        scale_cycles=params.scale_cycles * (1 if season_length > 1 else 7),
        min_history=params.min_history or max(3 * season_length, 14),
        mask_limit=params.mask_limit or max(2 * season_length, 5),
    )


def score_each(
    series: list[Series], baseline: Baseline, params: SeasonalResidualParams, tick: Tick
) -> list[tuple[Series, Scores]]:
    """All series at once, cut back to what the scored rows depend on."""
    needed = max(len(one.ds) - int(one.scored[0]) for one in series) + baseline.lookback
    recent = [_last(one, needed) for one in series]
    scores = score_rows(
        stack([one.values[:, 0] for one in recent]),
        baseline,
        threshold=params.threshold,
        direction=params.direction,
        min_effect=params.min_effect,
        tick=tick,
    )
    lengths = [len(one.ds) for one in recent]
    columns = zip(
        *(
            unstack(getattr(scores, name), lengths)
            for name in ("yhat", "sigma", "score", "is_anomaly", "coverage")
        ),
        strict=True,
    )
    return [(one, Scores(*parts)) for one, parts in zip(recent, columns, strict=True)]


def _last(series: Series, count: int) -> Series:
    return Series(
        series.unique_id,
        series.ds[-count:],
        series.values[-count:],
        series.is_present[-count:],
        series.is_scored[-count:],
    )


def _band(scores: Scores, params: SeasonalResidualParams) -> tuple[np.ndarray, ...]:
    half = params.threshold * scores.sigma
    parts = (scores.yhat, scores.yhat - half, scores.yhat + half)
    return tuple(cut(part, params.floor, params.ceiling) for part in parts)


def _rows(one: Series, scores: Scores, params: SeasonalResidualParams, measure: str) -> Rows:
    at = one.scored
    yhat, lo, hi = _band(scores, params)
    return Rows(
        one.unique_id,
        measure,
        one.ds[at],
        one.values[at, 0],
        yhat[at],
        lo[at],
        hi[at],
        scores.score[at],
        scores.is_anomaly[at],
    )


def _findings(
    one: Series, scores: Scores, params: SeasonalResidualParams, quantity: Quantity
) -> list[Finding]:
    found = []
    yhat, lo, hi = _band(scores, params)
    y = one.values[:, 0]
    for start, end in stretches(scores.is_anomaly):
        inside = [row for row in range(start, end) if one.is_scored[row]]
        if not inside:
            continue
        peak = max(inside, key=lambda row: scores.score[row])
        score = float(scores.score[peak])
        critical = params.critical or 2 * params.threshold
        found.append(
            Finding(
                category=Category.ANOMALY,
                kind="residual",
                severity=Severity.CRITICAL if score >= critical else Severity.WARNING,
                unique_id=one.unique_id,
                measure=quantity.measure,
                unit=quantity.unit,
                ds=to_datetime(one.ds[peak]),
                since=to_datetime(one.ds[start]),
                value=to_number(y[peak]),
                expected=to_number(yhat[peak]),
                lo=to_number(lo[peak]),
                hi=to_number(hi[peak]),
                score=score,
                confidence=to_number(scores.coverage[peak]),
                evidence={
                    "points": evidence_points(
                        one.ds[:end], y[:end], yhat[:end], lo[:end], hi[:end]
                    ),
                    "until": to_datetime(one.ds[end - 1]).isoformat(),
                    "periods": end - start,
                    "sigma": to_number(scores.sigma[peak]),
                    "threshold": params.threshold,
                    "direction": "above" if y[peak] > scores.yhat[peak] else "below",
                },
            )
        )
    return found


RUNTIME = SeasonalResidual()
