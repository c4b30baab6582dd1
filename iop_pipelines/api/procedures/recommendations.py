"""recommendations.*: advice, and what people decide about it."""

from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field, with_config
from typing_extensions import TypedDict

from iop_pipelines.api.audit import witness_of
from iop_pipelines.api.context import Context
from iop_pipelines.api.procedures.shapes import (
    ROW,
    ById,
    Created,
    Done,
    LocalMoment,
    Page,
    Reason,
    columns_of,
    newest_first,
    page_of,
    rows_of,
    select_of,
)
from iop_pipelines.api.registry import Kind, Registry
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Category, ReviewStatus, Severity
from iop_pipelines.recommendations import review
from iop_pipelines.schema.tables import recommendation_events, users
from iop_pipelines.schema.tables import recommendations as table

# ReviewStatus, as its history keeps it: text.
Status = Literal["open", "accepted", "dismissed"]


@with_config(ROW)
class Recommendation(TypedDict):
    """`metadata` is the evidence. `resolvedAt`: the finding is gone, whatever was decided about it."""

    id: int
    title: str
    description: str | None
    category: Category
    severity: Severity
    status: ReviewStatus
    source_ref: str | None
    metadata: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
    dataset: str | None
    unique_id: str | None
    model_id: int | None
    occurrences: int
    first_ds: LocalMoment | None
    last_ds: LocalMoment | None
    resolved_at: datetime | None
    previous_id: int | None
    snoozed_until: datetime | None


@with_config(ROW)
class RecommendationEvent(TypedDict):
    """`kind`: opened, updated, resolved, status, comment or snoozed; a comment's text is `reason`."""

    id: int
    kind: str
    status_before: Status | None
    status_after: Status | None
    actor: int | None
    actor_name: str | None
    reason: str | None
    source_ref: str | None
    details: dict[str, Any] | None
    created_at: datetime


class RecommendationFilter(Page):
    """`isSnoozed` false leaves out what is put off to a later moment, true leaves only that."""

    status: ReviewStatus | None = None
    category: Category | None = None
    severity: Severity | None = None
    is_snoozed: bool | None = None


class Review(ById):
    status: ReviewStatus
    reason: Reason | None = None


class Comment(ById):
    text: Annotated[str, Field(min_length=1, max_length=10_000)]


class Snooze(ById):
    """`until` null takes it up again."""

    until: datetime | None
    reason: Reason | None = None


_COLUMNS = columns_of(Recommendation, table)
_LIST = newest_first(select_of(*_COLUMNS), table.c.id)
_HISTORY = (
    select_of(
        *columns_of(RecommendationEvent, recommendation_events, without=("actor_name",)),
        users.c.name.label("actor_name"),
    )
    .outerjoin(users, users.c.id == recommendation_events.c.actor)
    .order_by(recommendation_events.c.id)
)


def declare(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure("recommendations.list", Kind.QUERY, "Recommendations, newest first.")
    def list_(ctx: Context, given: RecommendationFilter) -> list[Recommendation]:
        query = _LIST
        for name in ("status", "category", "severity"):
            if (value := getattr(given, name)) is not None:
                query = query.where(table.c[name] == value)
        if given.is_snoozed is not None:
            is_later = sa.func.coalesce(table.c.snoozed_until > utc_now(), sa.false())
            query = query.where(is_later if given.is_snoozed else sa.not_(is_later))
        return page_of(ctx, query, given)

    @procedure("recommendations.get", Kind.QUERY, "One recommendation with its evidence.")
    def get(ctx: Context, given: ById) -> Recommendation:
        review.recommendation(ctx.services.engine, given.id)
        return rows_of(ctx, select_of(*_COLUMNS).where(table.c.id == given.id))[0]

    @procedure("recommendations.update", Kind.MUTATION, "Accept, dismiss or open again.")
    def update(ctx: Context, given: Review) -> Done:
        review.review(
            ctx.services.engine, given.id, given.status, ctx.user.id, given.reason, witness_of(ctx)
        )
        return Done()

    @procedure("recommendations.comment", Kind.MUTATION, "Add a remark to its history.")
    def comment(ctx: Context, given: Comment) -> Created:
        event_id = review.comment(
            ctx.services.engine, given.id, given.text, ctx.user.id, witness_of(ctx)
        )
        return Created(id=event_id)

    @procedure("recommendations.snooze", Kind.MUTATION, "Put an open one off, or take it up again.")
    def snooze(ctx: Context, given: Snooze) -> Done:
        review.snooze(
            ctx.services.engine,
            given.id,
            given.until,
            utc_now(),
            ctx.user.id,
            given.reason,
            witness_of(ctx),
        )
        return Done()

    @procedure("recommendations.history", Kind.QUERY, "What happened to it, oldest first.")
    def history(ctx: Context, given: ById) -> list[RecommendationEvent]:
        review.recommendation(ctx.services.engine, given.id)
        is_its = recommendation_events.c.recommendation_id == given.id
        return rows_of(ctx, _HISTORY.where(is_its))
