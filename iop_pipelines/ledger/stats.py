"""What dashboard.stats answers, from the counts that `ledger/counters.py` keeps: one short statement."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import (
    Category,
    ExecutionStatus,
    ModelStatus,
    ReportStatus,
    Severity,
)
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.deliveries import Unprepared, unprepared, waits
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    generated_reports,
    model_executions,
    recommendation_events,
    stat_changes,
)
from iop_pipelines.transform.versions import PIPELINE_RUNS

WINDOW = timedelta(hours=24)
# The median is that of the latest successes, so that a busy day costs no more than a quiet one.
MEDIAN_OF = 101
_P50 = "executions.p50"
_QUALITY = "quality."
_USABLE = "usable."
_UNPREPARED = "versions.unprepared"
_LAST_CHANGE = "recommendations.last_change"


@dataclass(frozen=True)
class Figures:
    """`p50_ms` is the median of the latest 101 successes of the window, None if there is none.

    `gone_…` are those of the open recommendations whose finding is gone. `last_change` is the latest line of any
    recommendation's history, 0 where there is none. `quality_…` and `usable_…` are of each
    dataset's latest prepared version, 0 to 100; `unprepared` are the deliveries that failed and wait, the newest last.
    """

    models: int
    models_active: int
    running: int
    success_24h: int
    failed_24h: int
    superseded_24h: int
    p50_ms: int | None
    reports_ready: int
    reports_failed_24h: int
    open_by_severity: dict[str, int]
    open_by_category: dict[str, int]
    gone_by_severity: dict[str, int]
    gone_by_category: dict[str, int]
    last_change: int
    quality_by_dataset: dict[str, float | None]
    usable_by_dataset: dict[str, float | None]
    unprepared: tuple[Unprepared, ...]


def figures(engine: sa.Engine, now: datetime) -> Figures:
    """now: naive UTC of the wall clock, which the ledger's moments are of."""
    since = now - WINDOW
    edge = since.replace(minute=0, second=0, microsecond=0)
    moments = {"since": since, "edge": edge + timedelta(hours=1), "hour": counters.hour_of(edge)}
    found: dict[str, Any] = {}
    totals: Counter[str] = Counter()
    with engine.connect() as connection:
        for name, value in connection.execute(_STATEMENT, moments):
            if name == _P50 or name.startswith((_QUALITY, _USABLE)):
                found[name] = value
            else:
                totals[name] += int(value)
        # Reasons are text, which is read where there is one.
        failed = unprepared(connection) if totals[_UNPREPARED] else []
    return _figures(totals, found, failed)


def _figures(totals: Counter[str], found: dict[str, Any], failed: list[Unprepared]) -> Figures:
    p50 = found.get(_P50)
    return Figures(
        models=totals["models.total"],
        models_active=totals["models.active"],
        running=totals[counters.RUNNING],
        success_24h=totals["executions.success"],
        failed_24h=totals["executions.failed"],
        superseded_24h=totals[counters.SUPERSEDED],
        p50_ms=None if p50 is None else round(p50),
        reports_ready=totals[counters.READY],
        reports_failed_24h=totals["reports.failed"],
        open_by_severity=_summed(totals, _BY_SEVERITY[counters.open_measure]),
        open_by_category=_summed(totals, _BY_CATEGORY[counters.open_measure]),
        gone_by_severity=_summed(totals, _BY_SEVERITY[counters.gone_measure]),
        gone_by_category=_summed(totals, _BY_CATEGORY[counters.gone_measure]),
        last_change=totals[_LAST_CHANGE],
        quality_by_dataset=_by_dataset(found, _QUALITY),
        usable_by_dataset=_by_dataset(found, _USABLE),
        unprepared=tuple(failed),
    )


def _by_dataset(found: dict[str, Any], prefix: str) -> dict[str, float | None]:
    return {
        name.removeprefix(prefix): None if value is None else float(value)
        for name, value in sorted(found.items())
        if name.startswith(prefix)
    }


# The measures that each word sums up, spelt once: this is read many times a second.
_BY_SEVERITY = {
    measure: {each.value: [measure(each, category) for category in Category] for each in Severity}
    for measure in (counters.open_measure, counters.gone_measure)
}
_BY_CATEGORY = {
    measure: {each.value: [measure(severity, each) for severity in Severity] for each in Category}
    for measure in (counters.open_measure, counters.gone_measure)
}


def _summed(totals: Counter[str], measures: dict[str, list[str]]) -> dict[str, int]:
    return {word: sum(totals[each] for each in names) for word, names in measures.items()}


def _counted() -> sa.Select[Any, Any]:
    """Whole hours of the window, and what is not by the hour."""
    return (
        sa.select(stat_changes.c.measure.label("name"), sa.func.sum(stat_changes.c.amount))
        .where(sa.or_(stat_changes.c.hour == "", stat_changes.c.hour > sa.bindparam("hour")))
        .group_by(stat_changes.c.measure)
    )


def _on_the_edge(
    name: sa.ColumnElement[str], table: sa.Table, *statuses: str
) -> sa.Select[Any, Any]:
    """The rest of the hour in which the window begins."""
    finished_at = table.c.finished_at
    return (
        sa.select(name.label("name"), sa.func.count())
        .where(
            # The status leads the index; an IN would be spelt anew at each execution.
            sa.or_(*(table.c.status == status for status in statuses)),
            finished_at >= sa.bindparam("since", type_=finished_at.type),
            finished_at < sa.bindparam("edge", type_=finished_at.type),
        )
        .group_by("name")
    )


def _median() -> sa.Select[Any, Any]:
    executions = model_executions.c
    latest = (
        sa.select(executions.duration_ms)
        .where(
            executions.status == ExecutionStatus.SUCCESS,
            executions.finished_at >= sa.bindparam("since", type_=executions.finished_at.type),
            executions.duration_ms.is_not(None),
        )
        .order_by(executions.finished_at.desc(), executions.duration_ms.desc())
        .limit(MEDIAN_OF)
        .subquery()
    )
    ranked = sa.select(
        latest.c.duration_ms,
        sa.func.row_number().over(order_by=latest.c.duration_ms).label("place"),
        sa.func.count().over().label("size"),
    ).subquery()
    # The middle one, or the middle two.
    is_middle = (2 * ranked.c.place).between(ranked.c.size, ranked.c.size + 2)
    return sa.select(sa.literal(_P50), sa.func.avg(ranked.c.duration_ms)).where(is_middle)


def _of_latest(prefix: str, column: sa.Column[Any]) -> sa.Select[Any, Any]:
    """A column of each dataset's latest prepared version."""
    value = (
        sa.select(column)
        .where(
            dataset_versions.c.dataset_id == datasets.c.id,
            dataset_versions.c.status == "prepared",
        )
        .order_by(dataset_versions.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    name = sa.literal(prefix) + datasets.c.name
    return sa.select(name, value).where(datasets.c.name != PIPELINE_RUNS)


def _statement() -> sa.CompoundSelect[Any, Any]:
    models, executions = analytical_models.c, model_executions.c
    how_it_ended = sa.case(
        (executions.superseded_by.is_not(None), sa.literal(counters.SUPERSEDED)),
        else_=sa.literal("executions.") + executions.status,
    )
    return sa.union_all(
        _counted(),
        _on_the_edge(
            how_it_ended, model_executions, ExecutionStatus.SUCCESS, ExecutionStatus.FAILED
        ),
        _on_the_edge(sa.literal("reports.failed"), generated_reports, ReportStatus.FAILED),
        sa.select(sa.literal("models.total"), sa.func.count(models.id)).where(
            models.deleted_at.is_(None)
        ),
        sa.select(sa.literal("models.active"), sa.func.count(models.id)).where(
            models.status == ModelStatus.ACTIVE
        ),
        _median(),
        _of_latest(_QUALITY, dataset_versions.c.quality_score),
        _of_latest(_USABLE, dataset_versions.c.usable_pct),
        sa.select(sa.literal(_UNPREPARED), sa.func.count()).where(waits()),
        sa.select(
            sa.literal(_LAST_CHANGE), sa.func.coalesce(sa.func.max(recommendation_events.c.id), 0)
        ),
    )


_STATEMENT: sa.CompoundSelect[Any, Any] = _statement()
