"""Mirrors Dagster's terminal events into IOP's rows; applying an event twice, or late, changes nothing.

Workers apply an event right after they logged it; `mirror` reads the event log behind a cursor and
applies what a worker that died in between did not.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.sentences import kept
from iop_pipelines.domain.vocabulary import ExecutionStatus, Phase, ReportStatus
from iop_pipelines.events.outgoing import tell_executed, tell_report
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.cursors import read_cursor, write_cursor
from iop_pipelines.ledger.events import KIND_OF_ASSET, TerminalEvent, from_record
from iop_pipelines.ledger.work import EXECUTION
from iop_pipelines.schema.transactions import write

PAGE = 500
OVERLAP = 100
CURSOR = "ledger/mirror"


@dataclass(frozen=True)
class Mirrored:
    """`seen` events are new since the last call; `applied` ones changed a row."""

    seen: int
    applied: int


def apply(connection: sa.Connection, event: TerminalEvent) -> bool:
    """Writes the event into its row unless that has ended, or is at another attempt; True if it did."""
    table = event.kind.table
    if event.kind is EXECUTION:
        status = ExecutionStatus.SUCCESS if event.is_success else ExecutionStatus.FAILED
    else:
        status = ReportStatus.READY if event.is_success else ReportStatus.FAILED
    values = {
        **event.values,
        "status": status,
        "phase": Phase.DONE,
        "duration_ms": event.duration_ms,
        **kept(event.error, "error_msg"),
        "finished_at": event.finished_at,
    }
    if event.kind is not EXECUTION:
        values["generated_at"] = event.finished_at
    if event.run_id:
        values["dagster_run_id"] = event.run_id
    statement = (
        table.update()
        .where(
            table.c.id == event.item_id,
            table.c.attempt == event.attempt,
            table.c.phase != Phase.DONE,
        )
        .values(**values)
    )
    is_news = connection.execute(statement).rowcount == 1
    if is_news:
        counters.count_ended(
            connection, status, event.finished_at, is_superseded=event.is_superseded
        )
        tell = tell_executed if event.kind is EXECUTION else tell_report
        tell(connection, event.item_id)
    return is_news


def _apply_all(connection: sa.Connection, events: Sequence[TerminalEvent]) -> int:
    return sum(apply(connection, event) for event in events)


def terminal_records(
    instance: dg.DagsterInstance, asset_key: dg.AssetKey, observed: bool, after: int | None
) -> Iterator[dg.EventLogRecord]:
    """All materializations, or observations, of an asset with a storage id above `after`, oldest first."""
    fetch = instance.fetch_observations if observed else instance.fetch_materializations
    records_filter = dg.AssetRecordsFilter(asset_key=asset_key, after_storage_id=after)
    cursor = None
    while True:
        page = fetch(records_filter, limit=PAGE, cursor=cursor, ascending=True)
        yield from page.records
        if not page.has_more or not page.records:
            return
        cursor = page.cursor


def mirror(instance: dg.DagsterInstance, engine: sa.Engine, tick: Tick = nobody) -> Mirrored:
    """Applies the events since the last call; its position is kept in `cursors`. Ticks at every page.

    The last events before that position are read again: on a server an event with a lower id may
    become visible after one with a higher.
    """
    positions = _positions(instance, engine)
    seen = applied = 0
    for asset_key in KIND_OF_ASSET:
        for observed in (False, True):
            name = (
                f"{asset_key.to_user_string()}/{'observation' if observed else 'materialization'}"
            )
            after = max(0, positions.get(name, 0) - OVERLAP)
            for page in pages(terminal_records(instance, asset_key, observed, after)):
                tick()
                events = [event for event in map(from_record, page) if event]
                if events:
                    applied += write(engine, _apply_all, events)
                seen += sum(record.storage_id > positions.get(name, 0) for record in page)
                positions[name] = max(
                    positions.get(name, 0), *(record.storage_id for record in page)
                )
                # A tick that times out over a long backlog has not read it for nothing.
                write_cursor(engine, CURSOR, json.dumps(positions, sort_keys=True))
    return Mirrored(seen, applied)


def _positions(instance: dg.DagsterInstance, engine: sa.Engine) -> dict[str, int]:
    """As they were left; none where the log has begun anew.

    SQLite gives the numbers of the newest events again once retention has taken all of them: then a
    position is beyond the newest event.
    """
    positions: dict[str, int] = json.loads(read_cursor(engine, CURSOR) or "{}")
    newest = instance.event_log_storage.get_maximum_record_id() or 0
    return positions if all(at <= newest for at in positions.values()) else {}


def pages(records: Iterator[dg.EventLogRecord]) -> Iterator[list[dg.EventLogRecord]]:
    """As many at once as are read at once."""
    while page := list(islice(records, PAGE)):
        yield page
