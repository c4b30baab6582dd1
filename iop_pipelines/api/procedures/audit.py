"""audit.*: the trail of what was done, for admins."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from iop_pipelines.api.context import Context
from iop_pipelines.api.procedures.shapes import Id, Page
from iop_pipelines.api.registry import Kind, Registry, Shape
from iop_pipelines.audit.trail import list_events
from iop_pipelines.domain.vocabulary import Role


class AuditEvent(Shape):
    """`userId` is null for a command on the machine itself; `userName` is as it was then.

    `before` is null for what is new, `after` for what is gone; names in them are the columns'.
    """

    id: int
    occurred_at: datetime
    user_id: int | None
    user_name: str
    procedure: str
    before: Any
    after: Any
    request_id: str
    address: str


class AuditFilter(Page):
    """`procedure`: a name, or a beginning that ends in a dot; `until` is the first moment left out."""

    user_id: Id | None = None
    procedure: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    request_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    since: datetime | None = None
    until: datetime | None = None


def declare(registry: Registry) -> None:
    @registry.procedure("audit.list", Kind.QUERY, "What was done, newest first.", Role.ADMIN)
    def list_(ctx: Context, given: AuditFilter) -> list[AuditEvent]:
        with ctx.platform.engine.connect() as connection:
            found = list_events(
                connection,
                limit=given.limit,
                cursor=given.cursor,
                user_id=given.user_id,
                procedure=given.procedure,
                request_id=given.request_id,
                since=given.since,
                until=given.until,
            )
        return [AuditEvent.model_validate(each, from_attributes=True) for each in found]
