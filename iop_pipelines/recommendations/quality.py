"""Deliveries whose quality keeps models from running become recommendations to mend them."""

from collections.abc import Sequence

import sqlalchemy as sa

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.models import Advice
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.drm.source import DrmRun, QualityScore
from iop_pipelines.recommendations.lifecycle import (
    QUALITY_MODEL,
    AdviceSummary,
    Changes,
    Ground,
    evidence_of,
    fingerprint,
    latest_of,
    resolve,
    take,
)
from iop_pipelines.recommendations.phrases.facts import ALL_SERIES, QUALITY
from iop_pipelines.registry.models import StoredModel
from iop_pipelines.schema.tables import (
    recommendation_events,
    recommendations,
)
from iop_pipelines.schema.transactions import write

_SOURCE = "quality_score:"


def hold_back(
    engine: sa.Engine,
    dataset: str,
    score: QualityScore,
    models: Sequence[StoredModel],
    run: DrmRun,
) -> AdviceSummary:
    """Recommends to mend a delivery of DRM's `dataset` whose quality keeps `models` from running.

    The same score seen again changes nothing.
    """
    found = _quality_finding(score, models, run)
    ground = _quality_ground(dataset, score, run)

    def work(connection: sa.Connection) -> AdviceSummary:
        changes = Changes()
        mark = ground.mark_of(found)
        take(connection, ground, [found], latest_of(connection, [mark]).get(mark), changes)
        return changes.summary(None)

    return write(engine, work)


def recovered(engine: sa.Engine, dataset: str, score: QualityScore, run: DrmRun) -> AdviceSummary:
    """Resolves what `hold_back` raised, once a later score reaches what the models asked for.

    Scores may be read late: one that DRM gave before the score that raised it resolves nothing.
    """

    def work(connection: sa.Connection) -> AdviceSummary:
        changes = Changes()
        mark = fingerprint(Category.OPTIMISATION, dataset, ALL_SERIES, QUALITY_MODEL)
        query = sa.select(recommendations).where(
            recommendations.c.fingerprint == mark, recommendations.c.resolved_at.is_(None)
        )
        for row in connection.execute(query.with_for_update()).all():
            evidence = evidence_of(row)
            is_later = score.id > _last_quality_score(connection, row.id)
            if is_later and score.score >= (evidence.latest.lo or 0):
                reason = Sentence("quality.scored", id=run.id, score=score.score)
                resolve(
                    *(connection, row, evidence, reason),
                    data_end=run.window_end,
                    source_ref=f"{_SOURCE}{score.id}",
                )
                changes.resolved.append(row.id)
        return changes.summary(None)

    return write(engine, work)


def _last_quality_score(connection: sa.Connection, recommendation_id: int) -> int:
    """Id of the DRM score that last opened or updated the recommendation."""
    events = recommendation_events.c
    source_ref = connection.scalar(
        sa.select(events.source_ref)
        .where(
            events.recommendation_id == recommendation_id,
            events.source_ref.startswith(_SOURCE),
        )
        .order_by(events.id.desc())
        .limit(1)
    )
    return int((source_ref or f"{_SOURCE}0").removeprefix(_SOURCE))


def _quality_finding(score: QualityScore, models: Sequence[StoredModel], run: DrmRun) -> Finding:
    threshold = max((each.spec.config.quality_threshold or 0 for each in models), default=0.0)
    components = ("completeness", "validity", "uniqueness", "timeliness")
    return Finding(
        category=Category.OPTIMISATION,
        kind=QUALITY,
        # Beyond half of what is asked for, the delivery is hardly of use to anyone.
        severity=Severity.CRITICAL if score.score < threshold / 2 else Severity.WARNING,
        unique_id=ALL_SERIES,
        measure="quality_score",
        unit="/100",
        ds=run.window_start,
        since=run.window_start,
        value=score.score,
        expected=None,
        lo=threshold,
        hi=100.0,
        score=threshold - score.score,
        confidence=None,
        evidence={
            "components": {name: getattr(score, name) for name in components},
            "models": [each.label for each in models],
            "drm_run": run.id,
            "pipeline": run.pipeline,
        },
    )


def _quality_ground(dataset: str, score: QualityScore, run: DrmRun) -> Ground:
    return Ground(
        model=None,
        dataset=dataset,
        freq="D",
        series_fields=(),
        labels={"quality_score": "Quality score"},
        data_version=None,
        version_id=None,
        quality_score=score.score,
        window_start=run.window_start,
        window_end=run.window_end,
        source_ref=f"{_SOURCE}{score.id}",
        repeats=(),
        may_resolve=True,
        # A delivery that is bad again is news each time: its window waits for someone.
        advice=Advice(cool_down=0),
    )
