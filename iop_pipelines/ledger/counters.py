"""Counts that dashboard.stats is made of, kept where rows change, in the same transaction.

A change adds a row to `stat_changes`, so no two transactions wait for one counter; a count is their
sum, and `fold` replaces many rows by few. What ends is counted by the hour (UTC) that it ended in.
`drift` compares with all rows, `repair` mends; a database that was written to by hand needs it.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import (
    Category,
    ExecutionStatus,
    ReportStatus,
    ReviewStatus,
    Severity,
)
from iop_pipelines.schema.tables import (
    cursors,
    generated_reports,
    model_executions,
    recommendations,
    stat_changes,
)
from iop_pipelines.schema.transactions import write, writes

RUNNING = "executions.running"
SUPERSEDED = "executions.superseded"
READY = "reports.ready"
OPEN = "recommendations.open"
# Of the open ones those whose finding is gone: nobody needs to decide them any more.
GONE = "recommendations.gone"
# Hours that are kept: those that touch the last 24 h, and one to spare.
KEPT = timedelta(hours=25)
_FOLDED_AT_ONCE = 10_000
_LOCK = "stat_changes"


@dataclass(frozen=True)
class Off:
    """A count that is `amount` less than what the rows say."""

    measure: str
    hour: str
    amount: int


def hour_of(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H}"


def open_measure(severity: Severity, category: Category) -> str:
    return f"{OPEN}.{severity.value}.{category.value}"


def gone_measure(severity: Severity, category: Category) -> str:
    return f"{GONE}.{severity.value}.{category.value}"


def count(
    connection: sa.Connection, measure: str, amount: int = 1, at: datetime | None = None
) -> None:
    """Adds to a measure; `at`, naive UTC, for one that is kept by the hour."""
    hour = hour_of(at) if at else ""
    connection.execute(stat_changes.insert().values(measure=measure, hour=hour, amount=amount))


def count_ended(
    connection: sa.Connection,
    status: ExecutionStatus | ReportStatus,
    at: datetime,
    *,
    is_superseded: bool = False,
) -> None:
    """An execution or a report has ended so at that moment; what was superseded is no failure."""
    if isinstance(status, ExecutionStatus):
        count(connection, RUNNING, -1)
        count(connection, SUPERSEDED if is_superseded else f"executions.{status.value}", at=at)
    elif status is ReportStatus.READY:
        count(connection, READY)
    else:
        count(connection, "reports.failed", at=at)


def count_review(
    connection: sa.Connection,
    severity: Severity,
    category: Category,
    before: ReviewStatus,
    after: ReviewStatus,
    *,
    is_gone: bool,
) -> None:
    """A recommendation's status changed; `is_gone` if its finding is no longer there."""
    change = (after is ReviewStatus.OPEN) - (before is ReviewStatus.OPEN)
    if change:
        count(connection, open_measure(severity, category), change)
    if change and is_gone:
        count(connection, gone_measure(severity, category), change)


def has_failed() -> sa.ColumnElement[bool]:
    """Executions that ran and failed, or could not run; not those that newer data made needless."""
    executions = model_executions.c
    return sa.and_(executions.status == ExecutionStatus.FAILED, executions.superseded_by.is_(None))


def fold(engine: sa.Engine, now: datetime) -> int:
    """Sums up what has been added, drops hours that are past; the number of rows it took away."""
    changes = stat_changes.c

    def work(connection: sa.Connection) -> int:
        # What another transaction has not committed is left alone, so nothing waits for anything.
        query = sa.select(stat_changes).order_by(changes.id).limit(_FOLDED_AT_ONCE)
        rows = connection.execute(query.with_for_update(skip_locked=True)).all()
        sums: defaultdict[tuple[str, str], int] = defaultdict(int)
        for row in rows:
            sums[row.measure, row.hour] += row.amount
        oldest = hour_of(now - KEPT)
        kept = [
            {"measure": measure, "hour": hour, "amount": amount}
            for (measure, hour), amount in sums.items()
            if amount and (not hour or hour >= oldest)
        ]
        if len(kept) == len(rows):
            return 0
        connection.execute(
            stat_changes.delete().where(changes.id == sa.bindparam("folded")),
            [{"folded": row.id} for row in rows],
        )
        if kept:
            connection.execute(stat_changes.insert(), kept)
        return len(rows) - len(kept)

    return write(engine, work)


def drift(engine: sa.Engine, now: datetime) -> list[Off]:
    """Counts that differ from a full count of the rows; reads all of them."""
    with engine.connect() as connection:
        return _drift(connection, now)


@writes
def repair(connection: sa.Connection, now: datetime) -> list[Off]:
    """Makes the counts agree with the rows; safe while others write. Returns what was off."""
    _lock(connection)
    found = _drift(connection, now)
    if found:
        connection.execute(
            stat_changes.insert(),
            [{"measure": o.measure, "hour": o.hour, "amount": o.amount} for o in found],
        )
    return found


def _lock(connection: sa.Connection) -> None:
    """Two repairs at once would both add what is missing."""
    held = sa.select(cursors.c.name).where(cursors.c.name == _LOCK).with_for_update()
    if connection.scalar(held) is None:
        connection.execute(cursors.insert().values(name=_LOCK, value=""))


def _drift(connection: sa.Connection, now: datetime) -> list[Off]:
    # One statement, so that rows and counts are of one moment whatever the isolation.
    oldest = hour_of(now - KEPT)
    counted = sa.select(
        stat_changes.c.measure, stat_changes.c.hour, (-stat_changes.c.amount).label("amount")
    ).where(sa.or_(stat_changes.c.hour == "", stat_changes.c.hour >= oldest))
    parts = sa.union_all(counted, *_recounts(oldest)).subquery()
    amount = sa.func.sum(parts.c.amount)
    query = (
        sa.select(parts.c.measure, parts.c.hour, amount.label("amount"))
        .group_by(parts.c.measure, parts.c.hour)
        .having(amount != 0)
    )
    return [Off(row.measure, row.hour, int(row.amount)) for row in connection.execute(query)]


def _recounts(oldest: str) -> list[sa.Select[Any, Any, Any]]:
    executions, reports, advice = model_executions.c, generated_reports.c, recommendations.c
    return [
        _total(RUNNING, executions.status == ExecutionStatus.RUNNING),
        _by_hour("executions.success", executions.status == ExecutionStatus.SUCCESS, oldest),
        _by_hour("executions.failed", has_failed(), oldest),
        _by_hour(SUPERSEDED, executions.superseded_by.is_not(None), oldest),
        _total(READY, reports.status == ReportStatus.READY),
        _by_hour("reports.failed", reports.status == ReportStatus.FAILED, oldest),
        *(
            _total(
                measure(severity, category),
                sa.and_(
                    advice.status == ReviewStatus.OPEN,
                    advice.severity == severity,
                    advice.category == category,
                    *is_gone,
                ),
            )
            for measure, is_gone in (
                (open_measure, ()),
                (gone_measure, (advice.resolved_at.is_not(None),)),
            )
            for severity in Severity
            for category in Category
        ),
    ]


def _total(measure: str, condition: sa.ColumnElement[bool]) -> sa.Select[Any, Any, Any]:
    return sa.select(sa.literal(measure), sa.literal(""), sa.func.count()).where(condition)


def _by_hour(
    measure: str, condition: sa.ColumnElement[bool], oldest: str
) -> sa.Select[Any, Any, Any]:
    is_execution = measure.startswith("executions.")
    finished_at = (model_executions if is_execution else generated_reports).c.finished_at
    # As text a moment begins alike in every database: 2026-12-01 09:…
    hour = sa.func.substr(sa.cast(finished_at, sa.String(32)), 1, 13)
    since = datetime.strptime(oldest, "%Y-%m-%d %H")
    return (
        sa.select(sa.literal(measure), hour, sa.func.count())
        .where(condition, finished_at >= since)
        .group_by(hour)
    )
