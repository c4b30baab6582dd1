"""What is new in a watched source: each state of an item is one row, and becomes one delivery once it is whole.

Looked at twice at once, or again after a death between any two statements, a source comes to the same rows: all
that one look writes is one transaction that locks the source.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.sentences import Sentence, kept, read
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.errors import IopError
from iop_pipelines.intake.packed import MAX_BYTES
from iop_pipelines.intake.sources import Item, open_source
from iop_pipelines.intake.watched import WatchedSource, watched_sources
from iop_pipelines.intake.wholeness import is_being_written
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import deliveries, intake_sources
from iop_pipelines.schema.transactions import write
from iop_pipelines.tracing.spans import carried

# Of one source: what waits for a worker or is at one. One run carries no more.
MAX_OPEN = 20
MAX_OPEN_BYTES = MAX_BYTES
# A sensor comes a little early or late.
_TOLERANCE = timedelta(seconds=1)
# A stretch that a store did not answer for, five times, is asked for again after this.
_AGAIN_AFTER = timedelta(hours=1)
_TAKEN = ("delivered", "unchanged")
_KEPT = ("source_id", "item_key", "identity", "fingerprint", "name", "size_bytes", "position")
_OPEN = (Phase.QUEUED, Phase.CLAIMED, Phase.STARTED)


@dataclass(frozen=True, slots=True)
class Looked:
    """How many items came, were queued and went away; `problem`: why it could not be looked at."""

    new: int = 0
    queued: int = 0
    gone: int = 0
    problem: Sentence | None = None


def is_due(source: WatchedSource, now: datetime) -> bool:
    if source.is_paused:
        return False
    every = timedelta(seconds=source.every_s)
    return source.looked_at is None or source.looked_at <= now - every + _TOLERANCE


def look_at(engine: sa.Engine, source: WatchedSource, now: datetime) -> Looked:
    """Lists the source and writes what is new in it; that it cannot be listed is kept with it and stops nothing.

    now: naive UTC.
    """
    try:
        items = _items(engine, source, now)
    except (IopError, OSError) as error:
        problem = error.told if isinstance(error, IopError) else _raised(error)
        write(engine, _end_look, source.id, now, problem)
        return Looked(problem=problem)
    busy = _busy(engine, source, items)
    return write(engine, _look, source, items, busy, now)


def _raised(error: OSError) -> Sentence:
    return Sentence("error.raised", type=type(error).__name__, said=error)


def _items(engine: sa.Engine, source: WatchedSource, now: datetime) -> Sequence[Item]:
    """All that is there; of a source that is read by stretches the next one, once the last was delivered."""
    with engine.connect() as connection:
        last = _last_stretch(connection, source.id)
        after = _position(connection, source.id)
    if last is not None and not _is_over(last, now):
        return []
    items = open_source(source.spec).items(after)
    is_by_stretches = any(item.position is not None for item in items)
    return items[:1] if is_by_stretches else items


def _last_stretch(connection: sa.Connection, source_id: int) -> Record | None:
    query = sa.select(deliveries).where(
        deliveries.c.source_id == source_id, deliveries.c.position.is_not(None)
    )
    return connection.execute(query.order_by(deliveries.c.id.desc()).limit(1)).first()


def _is_over(last: Record, now: datetime) -> bool:
    """Whether the next stretch may follow: what failed is left out by nobody but a person."""
    if last.phase != Phase.DONE:
        return False
    if last.status != "failed":
        return True
    return _was_given_up(last.said) and last.finished_at <= now - _AGAIN_AFTER


def _was_given_up(said: Mapping[str, Any] | None) -> bool:
    """Whether a failure's reason is that what might have passed did not: the item itself is as good as any."""
    reason = read(said)
    if reason is not None and reason.code == "intake.not_delivered":
        reason = reason.values["why"]
    return isinstance(reason, Sentence) and reason.code == "run.gave_up"


def _position(connection: sa.Connection, source_id: int) -> str | None:
    query = sa.select(deliveries.c.position).where(
        deliveries.c.source_id == source_id,
        deliveries.c.position.is_not(None),
        deliveries.c.status.in_(_TAKEN),
    )
    return connection.scalar(query.order_by(deliveries.c.id.desc()).limit(1))


def _busy(engine: sa.Engine, source: WatchedSource, items: Sequence[Item]) -> set[str]:
    """Keys of items that wait and are open for writing right now."""
    with engine.connect() as connection:
        latest = _latest(connection, source.id, items)
    waiting = {key for key, row in latest.items() if row.phase == Phase.HELD}
    paths = {key_of(item): Path(item.identity) for item in items}
    return {
        key
        for key, path in paths.items()
        if key in waiting and path.is_absolute() and is_being_written(path)
    }


def _latest(
    connection: sa.Connection, source_id: int, items: Sequence[Item] | None = None
) -> dict[str, Record]:
    """The newest row of each item; with `items` those of them, and files that are not among them."""
    its = [deliveries.c.source_id == source_id]
    if items is not None:
        stretches = [key_of(item) for item in items if item.position is not None]
        # Stretches that were read are never listed again.
        its.append(sa.or_(deliveries.c.position.is_(None), deliveries.c.item_key.in_(stretches)))
    newest = sa.select(sa.func.max(deliveries.c.id)).where(*its).group_by(deliveries.c.item_key)
    query = sa.select(deliveries).where(deliveries.c.id.in_(newest)).order_by(deliveries.c.id)
    return {row.item_key: row for row in connection.execute(query)}


def key_of(item: Item) -> str:
    return hashlib.sha256(item.identity.encode()).hexdigest()


def _look(
    connection: sa.Connection,
    source: WatchedSource,
    items: Sequence[Item],
    busy: Collection[str],
    now: datetime,
) -> Looked:
    locked = sa.select(intake_sources.c.is_paused).where(intake_sources.c.id == source.id)
    # None: it was removed meanwhile.
    if connection.scalar(locked.with_for_update()) in (None, True):
        return Looked()
    latest = _latest(connection, source.id, items)
    new = [item for item in items if _is_new(connection, latest.get(key_of(item)), item, now)]
    if new:
        connection.execute(deliveries.insert(), [_row(source, item, now) for item in new])
    gone = _tell_gone(connection, latest, items, now)
    queued = _queue(connection, source, {*busy, *_fresh(latest, items)}, now)
    _end_look(connection, source.id, now, None)
    return Looked(len(new), queued, gone)


def _end_look(
    connection: sa.Connection, source_id: int, now: datetime, problem: Sentence | None
) -> None:
    connection.execute(
        intake_sources.update()
        .where(intake_sources.c.id == source_id)
        .values(looked_at=now, **kept(problem, "error_msg"))
    )


def _row(source: WatchedSource, item: Item, now: datetime) -> dict[str, Any]:
    return {
        "source_id": source.id,
        "item_key": key_of(item),
        "identity": item.identity,
        "fingerprint": item.fingerprint,
        "name": item.name,
        "size_bytes": item.size,
        "position": item.position,
        "status": "waiting",
        "phase": Phase.HELD,
        "seen_at": now,
        "traceparent": carried(),
    }


def _is_new(connection: sa.Connection, known: Record | None, item: Item, now: datetime) -> bool:
    """Whether a row is to be made; one that is not delivered yet takes over what it became meanwhile."""
    if known is None:
        return True
    is_same = known.fingerprint == item.fingerprint
    its = deliveries.update().where(deliveries.c.id == known.id)
    if is_same and known.gone_at is None:
        return False
    if is_same and known.status != "gone":
        connection.execute(its.values(gone_at=None))
        return False
    if known.phase in (Phase.HELD, Phase.QUEUED):
        changed = {"fingerprint": item.fingerprint, "size_bytes": item.size, "seen_at": now}
        is_free = deliveries.c.phase.in_((Phase.HELD, Phase.QUEUED))
        connection.execute(
            its.where(is_free).values(
                **changed, phase=Phase.HELD, status="waiting", gone_at=None, run_after=None
            )
        )
        return False
    # What is at a worker now is looked at again when that has ended.
    return known.phase == Phase.DONE


def _fresh(latest: Mapping[str, Record], items: Sequence[Item]) -> Iterator[str]:
    """Keys of files that are seen like this for the first time: it takes another look to tell that they stay so."""
    for item in items:
        known = latest.get(key_of(item))
        is_same = known is not None and known.fingerprint == item.fingerprint
        if item.position is None and not is_same:
            yield key_of(item)


def _tell_gone(
    connection: sa.Connection,
    latest: Mapping[str, Record],
    items: Sequence[Item],
    now: datetime,
) -> int:
    """Of files that went away the rows say so; what they delivered stays. A stretch is never listed twice."""
    there = {key_of(item) for item in items}
    gone = [
        row
        for key, row in latest.items()
        if key not in there and row.gone_at is None and row.position is None
    ]
    if gone:
        ids = [row.id for row in gone]
        its = deliveries.update().where(deliveries.c.id.in_(ids))
        connection.execute(its.values(gone_at=now))
        unread = deliveries.c.phase.in_((Phase.HELD, Phase.QUEUED))
        connection.execute(
            its.where(unread).values(phase=Phase.DONE, status="gone", finished_at=now)
        )
    return len(gone)


def _queue(
    connection: sa.Connection, source: WatchedSource, not_yet: Collection[str], now: datetime
) -> int:
    """What has stayed as it is, in the order in which it came, as much as one run may carry."""
    its = deliveries.c.source_id == source.id
    is_open = sa.and_(its, deliveries.c.phase.in_(_OPEN))
    size = sa.func.coalesce(sa.func.sum(sa.func.coalesce(deliveries.c.size_bytes, 0)), 0)
    count, total = connection.execute(sa.select(sa.func.count(), size).where(is_open)).one()
    settled = now - timedelta(seconds=source.settle_s) + _TOLERANCE
    waiting = sa.select(deliveries).where(
        its,
        deliveries.c.phase == Phase.HELD,
        # Of a store that lists what is there by stretches, what it lists is whole.
        sa.or_(deliveries.c.seen_at <= settled, deliveries.c.position.is_not(None)),
        sa.or_(deliveries.c.run_after.is_(None), deliveries.c.run_after <= now),
    )
    ids: list[int] = []
    for row in connection.execute(waiting.order_by(deliveries.c.id)):
        more = int(total) + (row.size_bytes or 0)
        if row.item_key in not_yet or count >= MAX_OPEN or (count and more > MAX_OPEN_BYTES):
            continue
        ids.append(row.id)
        count, total = count + 1, more
    if ids:
        change = deliveries.update().where(deliveries.c.id.in_(ids))
        connection.execute(change.values(phase=Phase.QUEUED, status="pending", run_after=None))
    return len(ids)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an item of a source stands: `status` is that of its newest row; reason: why it failed."""

    name: str
    status: str
    is_gone: bool
    rows: int | None
    drm_run_id: int | None
    reason: Sentence | None


def standing(engine: sa.Engine, source: WatchedSource) -> list[Standing]:
    """Of every item that was seen, in the order in which its newest state came."""
    with engine.connect() as connection:
        rows = sorted(_latest(connection, source.id).values(), key=lambda row: row.id)
    return [
        Standing(
            *(row.name, row.status, row.gone_at is not None, row.rows_delivered, row.drm_run_id),
            reason=read(row.said),
        )
        for row in rows
    ]


def failures(engine: sa.Engine) -> dict[str, list[str]]:
    """By dataset why its source, or an item of it, waits for somebody."""
    found: dict[str, list[str]] = {}
    for source in watched_sources(engine):
        reasons = [] if source.problem is None else [str(source.problem)]
        reasons += [
            str(each.reason)
            for each in standing(engine, source)
            if each.status == "failed" and not each.is_gone
        ]
        if reasons:
            found[source.dataset] = reasons
    return found


def retry(engine: sa.Engine, source: WatchedSource, now: datetime, name: str | None = None) -> int:
    """Delivers again what failed, all of it or the items of that name; returns how many.

    Each is a delivery of its own: that the one before failed stays told.
    """

    def work(connection: sa.Connection) -> int:
        is_it = intake_sources.c.id == source.id
        connection.execute(sa.select(intake_sources.c.id).where(is_it).with_for_update())
        failed = [
            row
            for row in _latest(connection, source.id).values()
            if row.status == "failed" and row.gone_at is None and name in (None, row.name)
        ]
        again = [
            {
                **{column: getattr(row, column) for column in _KEPT},
                "status": "pending",
                "phase": Phase.QUEUED,
                "seen_at": now,
                "traceparent": carried(),
            }
            for row in sorted(failed, key=lambda row: row.id)
        ]
        if again:
            connection.execute(deliveries.insert(), again)
        return len(again)

    return write(engine, work)
