"""Recommendations read and reviewed by people: open, accepted, dismissed, with who, when and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Severity
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.events.outgoing import tell_insight
from iop_pipelines.ledger import counters
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    dataset_versions,
    model_executions,
    recommendation_events,
    recommendations,
)
from iop_pipelines.schema.witness import Witness, unwitnessed

MAX_LISTED = 1000


@dataclass(frozen=True)
class StoredRecommendation:
    """A row of `recommendations`; moments are naive UTC, `first_ds` and `last_ds` dataset-local.

    `resolved_at` says that the finding is gone; what was decided about it stays in `status`.
    """

    id: int
    title: str
    description: str
    category: Category
    severity: Severity
    status: ReviewStatus
    source_ref: str | None
    metadata: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    dataset: str | None
    unique_id: str | None
    model_id: int | None
    occurrences: int
    first_ds: datetime | None
    last_ds: datetime | None
    resolved_at: datetime | None
    previous_id: int | None
    snoozed_until: datetime | None


@dataclass(frozen=True)
class RecommendationEvent:
    """What happened to a recommendation: opened, updated, resolved, a review's `status`, a `comment`
    (its text is `reason`), or `snoozed` (`details.until`)."""

    id: int
    kind: str
    status_before: str | None
    status_after: str | None
    actor: int | None
    reason: str | None
    source_ref: str | None
    details: Mapping[str, Any] | None
    created_at: datetime


def review(
    engine: sa.Engine,
    recommendation_id: int,
    status: ReviewStatus,
    actor: int | None = None,
    reason: str | None = None,
    witness: Witness = unwitnessed,
) -> StoredRecommendation:
    """Records a decision; any change is allowed, the status that it has already changes nothing.

    Accepted and dismissed ones take no updates and start their cool-down at the end of the data
    known now; one that is opened again takes updates unless a newer one does.
    """
    with begin_write(engine) as connection:
        row = _locked(connection, recommendation_id)
        if row.status is not status:
            is_opened = status is ReviewStatus.OPEN
            values = _opened_again(connection, row) if is_opened else _closed(connection, row)
            connection.execute(
                sa.update(recommendations)
                .where(recommendations.c.id == recommendation_id)
                .values(status=status, snoozed_until=None, **values)
            )
            counters.count_review(connection, row.severity, row.category, row.status, status)
            _tell(
                connection,
                recommendation_id,
                "status",
                actor,
                reason=reason,
                status_before=row.status.value,
                status_after=status.value,
            )
            tell_insight(connection, recommendation_id, "reviewed")
        after = _standing(_locked(connection, recommendation_id))
        witness(connection, _standing(row), {**after, "reason": reason})
    return recommendation(engine, recommendation_id)


def comment(
    engine: sa.Engine,
    recommendation_id: int,
    text: str,
    actor: int | None = None,
    witness: Witness = unwitnessed,
) -> int:
    """Adds a remark to the history and returns its event's id. Raises NotFound."""
    with begin_write(engine) as connection:
        _locked(connection, recommendation_id)
        event_id = _tell(connection, recommendation_id, "comment", actor, reason=text)
        witness(connection, None, {"id": recommendation_id, "event_id": event_id, "text": text})
        return event_id


def snooze(
    engine: sa.Engine,
    recommendation_id: int,
    until: datetime | None,
    now: datetime,
    actor: int | None = None,
    reason: str | None = None,
    witness: Witness = unwitnessed,
) -> None:
    """Puts an open recommendation off until then, or with None takes it up again; naive UTC.

    Raises NotFound, Conflict for one that is decided, InvalidInput for a moment that is past.
    """
    if until is not None and until <= now:
        raise InvalidInput(f"{until.isoformat()} is past; it is {now.isoformat()} UTC", "until")
    with begin_write(engine) as connection:
        row = _locked(connection, recommendation_id)
        if row.status is not ReviewStatus.OPEN:
            raise Conflict(f"recommendation {row.id} is {row.status.value}; only open ones wait")
        connection.execute(
            sa.update(recommendations)
            .where(recommendations.c.id == recommendation_id)
            .values(snoozed_until=until)
        )
        details = {"until": until.isoformat() if until else None}
        _tell(connection, recommendation_id, "snoozed", actor, reason=reason, details=details)
        after = _standing(_locked(connection, recommendation_id))
        witness(connection, _standing(row), {**after, "reason": reason})


def recommendation(engine: sa.Engine, recommendation_id: int) -> StoredRecommendation:
    """Raises NotFound."""
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(*_COLUMNS).where(recommendations.c.id == recommendation_id)
        ).first()
    if row is None:
        raise NotFound(f"there is no recommendation with id {recommendation_id}")
    return _stored(row)


def list_recommendations(
    engine: sa.Engine,
    *,
    status: ReviewStatus | None = None,
    category: Category | None = None,
    limit: int = 50,
    cursor: int | None = None,
) -> list[StoredRecommendation]:
    """Newest id first; `cursor` is the last id seen, `limit` at most 1000."""
    query = sa.select(*_COLUMNS).order_by(recommendations.c.id.desc()).limit(min(limit, MAX_LISTED))
    if status is not None:
        query = query.where(recommendations.c.status == status)
    if category is not None:
        query = query.where(recommendations.c.category == category)
    if cursor is not None:
        query = query.where(recommendations.c.id < cursor)
    with engine.connect() as connection:
        return [_stored(row) for row in connection.execute(query)]


def events_of(engine: sa.Engine, recommendation_id: int) -> list[RecommendationEvent]:
    """The history of one recommendation, oldest first."""
    columns = [recommendation_events.c[name] for name in RecommendationEvent.__dataclass_fields__]
    query = (
        sa.select(*columns)
        .where(recommendation_events.c.recommendation_id == recommendation_id)
        .order_by(recommendation_events.c.id)
    )
    with engine.connect() as connection:
        return [RecommendationEvent(*row) for row in connection.execute(query)]


_COLUMNS = [recommendations.c[name] for name in StoredRecommendation.__dataclass_fields__]


def _stored(row: sa.Row[Any]) -> StoredRecommendation:
    return StoredRecommendation(*row)


def _locked(connection: sa.Connection, recommendation_id: int) -> sa.Row[Any]:
    query = sa.select(recommendations).where(recommendations.c.id == recommendation_id)
    row = connection.execute(query.with_for_update()).first()
    if row is None:
        raise NotFound(f"there is no recommendation with id {recommendation_id}")
    return row


def _standing(row: sa.Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "status": row.status, "snoozed_until": row.snoozed_until}


def _tell(
    connection: sa.Connection, recommendation_id: int, kind: str, actor: int | None, **values: Any
) -> int:
    result = connection.execute(
        sa.insert(recommendation_events).values(
            recommendation_id=recommendation_id, kind=kind, actor=actor, **values
        )
    )
    return int(result.lastrowid)


def _closed(connection: sa.Connection, row: sa.Row[Any]) -> dict[str, Any]:
    evidence = Evidence.model_validate(row.metadata)
    known = evidence.window_end
    if row.model_id is not None:
        last = connection.scalar(
            sa.select(sa.func.max(dataset_versions.c.window_end))
            .join(model_executions, model_executions.c.dataset_version_id == dataset_versions.c.id)
            .where(
                model_executions.c.model_id == row.model_id,
                model_executions.c.advised_at.is_not(None),
            )
        )
        known = max(known, last or known)
    closed = evidence.model_copy(update={"closed_ds": known})
    return {"live_key": None, "metadata": closed.to_json()}


def _opened_again(connection: sa.Connection, row: sa.Row[Any]) -> dict[str, Any]:
    if row.resolved_at is not None:
        return {}
    newer = connection.scalar(
        sa.select(recommendations.c.id).where(recommendations.c.live_key == row.fingerprint)
    )
    return {} if newer is not None else {"live_key": row.fingerprint}
