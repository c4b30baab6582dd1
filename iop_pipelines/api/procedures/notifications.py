"""notifications.*: what happened that a person may want to know, and what they have seen of it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, model_validator

from iop_pipelines.api.context import Context, witness_of
from iop_pipelines.api.registry import Kind, Registry, Shape
from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Role, Severity
from iop_pipelines.errors import Unfit
from iop_pipelines.notifications import listing as told

Key = Annotated[
    str,
    Field(
        pattern=r"^(report|recommendation|execution|model|dataset|delivery|template|restatement):[1-9]\d{0,9}$"
    ),
]


class Notification(Shape):
    """`id` is `kind:itemId`; `subjectId` is what a link leads to: of a report its template, of a model its
    version, of a dataset's delivery the dataset, whose name is the title, of a restatement the template, else the item.

    `event`: ready, reissued or failed (report), paused (template, by the platform), restated (restatement: data that a
    report shows was delivered again), opened (recommendation), failed (execution), promoted (model),
    refused or failed (dataset: what was delivered was not prepared), failed (delivery: nothing was delivered).
    `detail`: the error or reason, if there is one. `slot`: the moment that a report was due, in UTC; null for one that
    was asked for, and for what is no report. `translations` are of what of title and detail is IOP's own.
    """

    id: str
    kind: told.NotificationKind
    item_id: int
    subject_id: int
    event: told.NotificationEvent
    title: str
    detail: str | None
    severity: Severity
    at: datetime
    is_read: bool
    slot: datetime | None
    translations: dict[Language, told.Retold] | None


class Notifications(Shape):
    """Newest first, of the last 30 days. `unread` is exact up to 99; 100 means more.

    `nextCursor` is for the page after; null on the last.
    """

    items: list[Notification]
    unread: int
    next_cursor: str | None


class NotificationPage(Shape):
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    cursor: Annotated[str, Field(pattern=told.CURSOR)] | None = None
    unread_only: bool = False


class MarkRead(Shape):
    """The notifications of these `ids`, or with `all` every one that there is."""

    ids: Annotated[list[Key], Field(max_length=1000)] = []
    all: bool = False

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "MarkRead":
        if bool(self.ids) == self.all:
            raise Unfit("input.ids_or_all")
        return self


class Marked(Shape):
    success: bool = True
    unread: int


def declare(registry: Registry) -> None:
    @registry.procedure(
        "notifications.list", Kind.QUERY, "What happened, newest first.", is_personal=True
    )
    def list_(ctx: Context, given: NotificationPage) -> Notifications:
        found = told.notifications(
            ctx.platform.engine,
            ctx.user.id,
            utc_now(),
            limit=given.limit,
            cursor=given.cursor,
            unread_only=given.unread_only,
        )
        return Notifications.model_validate(found, from_attributes=True)

    @registry.procedure(
        "notifications.markRead", Kind.MUTATION, "Note what one has seen oneself.", Role.VIEWER
    )
    def mark_read(ctx: Context, given: MarkRead) -> Marked:
        keys = [told.key_of(each) for each in given.ids]
        unread = told.mark_read(
            ctx.platform.engine,
            ctx.user.id,
            utc_now(),
            None if given.all else keys,
            witness_of(ctx),
        )
        return Marked(unread=unread)
