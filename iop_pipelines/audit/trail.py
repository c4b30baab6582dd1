"""The audit trail: who did what, what was there before and after, from where; rows are only ever added.

A row is written in the transaction of the change that it tells of, so that neither is there without
the other. Times are the wall clock's, also where business time follows a replay.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from pydantic_core import to_json

from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.schema.tables import audit_events

MAX_LISTED = 1000
# A row says what changed, not all that was ever sent.
MAX_VALUE_BYTES = 65_536
_SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and by which request; `user_id` is None for a command on the machine itself."""

    user_id: int | None
    name: str
    request_id: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """`before` is None for what is new, `after` for what is gone or has no state to show."""

    id: int
    occurred_at: datetime
    user_id: int | None
    user_name: str
    procedure: str
    before: Any
    after: Any
    request_id: str
    address: str


def record(
    connection: sa.Connection,
    by: Actor,
    procedure: str,
    before: object = None,
    after: object = None,
) -> int:
    """Adds one row in the caller's transaction and gives its id.

    before, after: anything that pydantic can write as JSON; values under keys such as `password`
    are left out, and what is larger than 64 kB is replaced by its size.
    """
    result = connection.execute(
        audit_events.insert().values(
            occurred_at=wall_clock(),
            user_id=by.user_id,
            user_name=by.name[:255],
            procedure=procedure,
            value_before=_plain(before),
            value_after=_plain(after),
            request_id=by.request_id[:64],
            address=by.address[:64],
        )
    )
    return result.lastrowid


def list_events(
    connection: sa.Connection,
    *,
    limit: int = 50,
    cursor: int | None = None,
    user_id: int | None = None,
    procedure: str | None = None,
    request_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[AuditEvent]:
    """Newest first; `cursor` is the last id seen, `procedure` a name or a beginning that ends in a dot."""
    column = audit_events.c
    query = sa.select(audit_events).order_by(column.id.desc()).limit(min(limit, MAX_LISTED))
    if cursor is not None:
        query = query.where(column.id < cursor)
    if user_id is not None:
        query = query.where(column.user_id == user_id)
    if procedure is not None:
        is_part = procedure.endswith(".")
        named = column.procedure.startswith(procedure, autoescape=True)
        query = query.where(named if is_part else column.procedure == procedure)
    if request_id is not None:
        query = query.where(column.request_id == request_id)
    if since is not None:
        query = query.where(column.occurred_at >= since)
    if until is not None:
        query = query.where(column.occurred_at < until)
    return [
        AuditEvent(
            row.id,
            row.occurred_at,
            row.user_id,
            row.user_name,
            row.procedure,
            row.value_before,
            row.value_after,
            row.request_id,
            row.address,
        )
        for row in connection.execute(query)
    ]


def _plain(value: object) -> Any:
    if value is None:
        return None
    # Through text and back, so that NaN, enums and dataclasses become what JSON can hold.
    text = to_json(value, inf_nan_mode="null")
    if len(text) > MAX_VALUE_BYTES:
        return {"omitted": f"{len(text)} bytes"}
    return _without_secrets(json.loads(text))


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        members = cast(dict[str, Any], value)
        return {
            key: "(not kept)" if _is_secret(key) else _without_secrets(each)
            for key, each in members.items()
        }
    if isinstance(value, list):
        return [_without_secrets(each) for each in cast(list[Any], value)]
    return value


def _is_secret(key: str) -> bool:
    return any(word in key.lower() for word in _SECRET_WORDS)
