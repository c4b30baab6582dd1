"""The inbox: each event once, whatever the broker delivers, and what became of it.

Rows are written before the message is acknowledged. What is looked at and is not there yet, such as a
run whose row another server shows a moment later, is looked at again until `PATIENCE` is over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.events.words import EventType, InboxStatus
from iop_pipelines.schema.engine import read_json
from iop_pipelines.schema.tables import event_inbox, refused_messages
from iop_pipelines.schema.transactions import change, write, writes

FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=1)
PATIENCE = timedelta(minutes=15)
# As long as a sender may repeat itself.
KEPT = timedelta(days=30)
_PURGED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event as it is to be written down; `payload` is all of it as JSON."""

    event_id: str
    event_type: EventType
    source_id: str
    occurred_at: datetime
    payload: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that is no event; the broker keeps it whole."""

    body_digest: str
    routing_key: str
    size_bytes: int
    reason: str


@dataclass(frozen=True, slots=True)
class Waiting:
    id: int
    event_id: str
    event_type: EventType
    received_at: datetime
    looks: int
    content: Mapping[str, Any] = field(hash=False)


@writes
def receive(connection: sa.Connection, events: Sequence[Arrived], now: datetime) -> int:
    """Writes those that are not there yet, in one transaction; returns how many."""
    once = {event.event_id: event for event in events}
    there = set(
        connection.scalars(
            sa.select(event_inbox.c.event_id).where(event_inbox.c.event_id.in_(list(once)))
        )
    )
    rows = [
        {
            "event_id": event.event_id,
            "event_type": event.event_type.value,
            "source_id": event.source_id,
            "occurred_at": event.occurred_at,
            "received_at": now,
            "payload": event.payload,
            "due_at": now,
        }
        for event in once.values()
        if event.event_id not in there
    ]
    if rows:
        connection.execute(event_inbox.insert(), rows)
    return len(rows)


def refuse(engine: sa.Engine, refused: Sequence[Refused], now: datetime) -> None:
    """Notes messages that are no events; one delivered again counts on."""
    if not refused:
        return

    def work(connection: sa.Connection) -> None:
        for each in refused:
            known = refused_messages.c.body_digest == each.body_digest
            changed = connection.execute(
                refused_messages.update()
                .where(known)
                .values(
                    deliveries=refused_messages.c.deliveries + 1, last_at=now, reason=each.reason
                )
            )
            if changed.rowcount == 0:
                connection.execute(
                    refused_messages.insert().values(
                        body_digest=each.body_digest,
                        routing_key=each.routing_key[:255],
                        size_bytes=each.size_bytes,
                        reason=each.reason,
                        deliveries=1,
                        first_at=now,
                        last_at=now,
                    )
                )

    write(engine, work)


def due(engine: sa.Engine, now: datetime, limit: int) -> list[Waiting]:
    """What is to be looked at now, oldest first."""
    columns = event_inbox.c
    query = (
        sa.select(
            columns.id,
            columns.event_id,
            columns.event_type,
            columns.received_at,
            columns.looks,
            columns.payload,
        )
        .where(columns.status == InboxStatus.WAITING.value, columns.due_at <= now)
        .order_by(columns.due_at, columns.id)
        .limit(limit)
    )
    with engine.connect() as connection:
        return [
            Waiting(
                row.id,
                row.event_id,
                EventType(row.event_type),
                row.received_at,
                row.looks,
                read_json(row.payload),
            )
            for row in connection.execute(query)
        ]


def finish(engine: sa.Engine, events: Sequence[Waiting], now: datetime) -> None:
    """These have led to all that they lead to."""
    _end(engine, {event.id: None for event in events}, InboxStatus.DONE, now)


def look_again(engine: sa.Engine, reasons: Mapping[Waiting, str], now: datetime) -> int:
    """Puts events off, each with what it waits for, and gives up those that have waited too long.

    Returns how many were given up.
    """
    over = {each: text for each, text in reasons.items() if now - each.received_at >= PATIENCE}
    if over:
        _end(
            engine,
            {each.id: f"{text}, {PATIENCE} after the event" for each, text in over.items()},
            InboxStatus.FAILED,
            now,
        )
    later = [
        {
            "row": each.id,
            "next": now + min(FIRST_PAUSE * 2 ** min(each.looks, 10), LONGEST_PAUSE),
            "why": text,
        }
        for each, text in reasons.items()
        if each not in over
    ]
    if later:
        statement = (
            event_inbox.update()
            .where(event_inbox.c.id == sa.bindparam("row"), _is_waiting())
            .values(
                looks=event_inbox.c.looks + 1,
                due_at=sa.bindparam("next"),
                reason=sa.bindparam("why"),
            )
        )
        change(engine, statement, later)
    return len(over)


@writes
def retry_failed(connection: sa.Connection, now: datetime) -> int:
    """Lets failed events be looked at again, with patience anew; returns how many."""
    return connection.execute(
        event_inbox.update()
        .where(event_inbox.c.status == InboxStatus.FAILED.value)
        .values(
            status=InboxStatus.WAITING.value,
            due_at=now,
            received_at=now,
            handled_at=None,
            looks=0,
        )
    ).rowcount


def purge(engine: sa.Engine, now: datetime) -> int:
    """Drops what ended, and what was refused, longer ago than `KEPT`; a few thousand rows a call."""
    old = now - KEPT
    ended = sa.select(event_inbox.c.id).where(
        event_inbox.c.status.in_((InboxStatus.DONE.value, InboxStatus.FAILED.value)),
        event_inbox.c.handled_at < old,
    )
    with engine.connect() as connection:
        # Ids grow with time: where the first is young, no other needs to be looked at.
        first = connection.scalar(
            sa.select(event_inbox.c.received_at).order_by(event_inbox.c.id).limit(1)
        )
        is_due = first is not None and first < old
        ids = list(connection.scalars(ended.limit(_PURGED_AT_ONCE))) if is_due else []
        refused = sa.select(refused_messages.c.id).where(refused_messages.c.last_at < old)
        refused_ids = list(connection.scalars(refused.limit(_PURGED_AT_ONCE)))
    for table, found in ((event_inbox, ids), (refused_messages, refused_ids)):
        if found:
            doomed = table.delete().where(table.c.id == sa.bindparam("row"))
            change(engine, doomed, [{"row": each} for each in found])
    return len(ids) + len(refused_ids)


def counts(engine: sa.Engine) -> dict[str, int]:
    """Events that wait or have failed, and messages refused."""
    with engine.connect() as connection:
        query = (
            sa.select(event_inbox.c.status, sa.func.count())
            .where(event_inbox.c.status.in_((InboxStatus.WAITING.value, InboxStatus.FAILED.value)))
            .group_by(event_inbox.c.status)
        )
        found = {row[0]: row[1] for row in connection.execute(query)}
        refused = connection.scalar(sa.select(sa.func.count()).select_from(refused_messages)) or 0
    return {
        InboxStatus.WAITING.value: found.get(InboxStatus.WAITING.value, 0),
        InboxStatus.FAILED.value: found.get(InboxStatus.FAILED.value, 0),
        "refused": refused,
    }


def listed(engine: sa.Engine, kind: str, limit: int) -> list[dict[str, Any]]:
    """The newest of a kind: `waiting` or `failed` events, or `refused` messages."""
    table = refused_messages if kind == "refused" else event_inbox
    query = sa.select(*(column for column in table.c if column.name != "payload"))
    if table is event_inbox:
        query = query.where(event_inbox.c.status == InboxStatus(kind).value)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(table.c.id.desc()).limit(limit))
        return [dict(row) for row in rows.mappings()]


def _is_waiting() -> sa.ColumnElement[bool]:
    return event_inbox.c.status == InboxStatus.WAITING.value


def _end(
    engine: sa.Engine, reasons: Mapping[int, str | None], status: InboxStatus, now: datetime
) -> None:
    if not reasons:
        return
    statement = (
        event_inbox.update()
        .where(event_inbox.c.id == sa.bindparam("row"), _is_waiting())
        .values(
            status=status.value,
            handled_at=now,
            looks=event_inbox.c.looks + 1,
            reason=sa.bindparam("why"),
        )
    )
    change(engine, statement, [{"row": row, "why": why} for row, why in reasons.items()])
