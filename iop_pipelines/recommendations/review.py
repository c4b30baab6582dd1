"""Recommendations read and reviewed by people: open, accepted, dismissed, with who, when and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Severity
from iop_pipelines.errors import NotFound
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    dataset_versions,
    model_executions,
    recommendation_events,
    recommendations,
)

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


@dataclass(frozen=True)
class RecommendationEvent:
    """What happened to a recommendation: opened, updated, resolved, or a review's `status`."""

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
) -> StoredRecommendation:
    """Records a decision; any change is allowed, the status that it has already changes nothing.

    Accepted and dismissed ones take no updates and start their cool-down at the end of the data
    known now; one that is opened again takes updates unless a newer one does.
    """
    with begin_write(engine) as connection:
        row = connection.execute(
            sa.select(recommendations)
            .where(recommendations.c.id == recommendation_id)
            .with_for_update()
        ).first()
        if row is None:
            raise NotFound(f"there is no recommendation with id {recommendation_id}")
        if row.status is not status:
            is_opened = status is ReviewStatus.OPEN
            values = _opened_again(connection, row) if is_opened else _closed(connection, row)
            connection.execute(
                sa.update(recommendations)
                .where(recommendations.c.id == recommendation_id)
                .values(status=status, **values)
            )
            connection.execute(
                sa.insert(recommendation_events).values(
                    recommendation_id=recommendation_id,
                    kind="status",
                    status_before=row.status.value,
                    status_after=status.value,
                    actor=actor,
                    reason=reason,
                )
            )
    return recommendation(engine, recommendation_id)


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
