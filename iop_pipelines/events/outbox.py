"""The outbox: what IOP tells others is a row in the transaction that it tells of, and is published later.

Rows are written whether or not a broker is configured here: whoever writes need not know, and a process
without the setting tells as much as any other. An event keeps its id however often it is published.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.events.words import EventType
from iop_pipelines.schema.tables import event_outbox
from iop_pipelines.schema.transactions import change
from iop_pipelines.tracing.spans import carried

KEPT = timedelta(days=7)
_PURGED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Unpublished:
    id: int
    event_id: str
    event_type: EventType
    payload: str
    traceparent: str | None


def tell(
    connection: sa.Connection,
    event_type: EventType,
    source_id: str,
    own: Mapping[str, Any],
    traceparent: str | None = None,
) -> None:
    """Writes one event; it is told if and only if the transaction commits.

    own: the type's own fields, JSON-ready.
    traceparent: what the row that it tells of names, where another trace than its own may tell of it.
    """
    now = wall_clock()
    event_id = str(uuid.uuid4())
    content = {
        "event_id": event_id,
        "event_type": event_type.value,
        "timestamp": as_utc(now),
        "source_id": source_id,
        **own,
    }
    connection.execute(
        event_outbox.insert().values(
            event_id=event_id,
            event_type=event_type.value,
            source_id=source_id,
            created_at=now,
            payload=json.dumps(content, allow_nan=False),
            traceparent=carried(traceparent),
        )
    )


def as_utc(moment: datetime | None) -> str | None:
    """A naive UTC moment as events write it."""
    return f"{moment.isoformat()}Z" if moment is not None else None


def unpublished(engine: sa.Engine, limit: int) -> list[Unpublished]:
    """In the order in which they were written; what one source tells, it tells under a lock of its own row."""
    columns = event_outbox.c
    query = (
        sa.select(
            *(columns.id, columns.event_id, columns.event_type),
            *(columns.payload, columns.traceparent),
        )
        .where(columns.published_at.is_(None))
        .order_by(columns.id)
        .limit(limit)
    )
    with engine.connect() as connection:
        return [
            Unpublished(
                row.id, row.event_id, EventType(row.event_type), row.payload, row.traceparent
            )
            for row in connection.execute(query)
        ]


def mark_published(engine: sa.Engine, ids: Sequence[int], now: datetime) -> None:
    if not ids:
        return
    is_new = sa.and_(event_outbox.c.id.in_(ids), event_outbox.c.published_at.is_(None))
    change(engine, event_outbox.update().where(is_new).values(published_at=now))


def backlog(engine: sa.Engine) -> tuple[int, datetime | None]:
    """How many events are unpublished, and since when the oldest is (naive UTC)."""
    query = sa.select(sa.func.count(), sa.func.min(event_outbox.c.created_at)).where(
        event_outbox.c.published_at.is_(None)
    )
    with engine.connect() as connection:
        count, oldest = connection.execute(query).one()
    return int(count), oldest


def purge(engine: sa.Engine, now: datetime, *, with_unpublished: bool) -> int:
    """Drops what is older than `KEPT` and published; without a broker, what nobody will publish too."""
    columns = event_outbox.c
    query = sa.select(columns.id).where(columns.created_at < now - KEPT).order_by(columns.id)
    if not with_unpublished:
        query = query.where(columns.published_at.is_not(None))
    with engine.connect() as connection:
        # Ids grow with time: where the first is young, no other needs to be looked at.
        first = connection.scalar(sa.select(columns.created_at).order_by(columns.id).limit(1))
        if first is None or first >= now - KEPT:
            return 0
        ids = list(connection.scalars(query.limit(_PURGED_AT_ONCE)))
    if ids:
        doomed = event_outbox.delete().where(columns.id == sa.bindparam("row"))
        change(engine, doomed, [{"row": each} for each in ids])
    return len(ids)
