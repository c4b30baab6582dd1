"""Proves that IOP's rows and Dagster's run history tell the same story.

Every row that has ended has exactly one terminal event, of the same id, status and error; every event
has its row; and nothing is open whose run has ended. Rows that retention has marked need no event any more.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import text_of
from iop_pipelines.domain.vocabulary import ExecutionStatus, Phase, ReportStatus
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.events import KIND_OF_ASSET, TerminalEvent, from_record
from iop_pipelines.ledger.mirror import terminal_records
from iop_pipelines.ledger.reconcile import find_run, in_flight
from iop_pipelines.ledger.work import EXECUTION, KINDS, REPORT, WorkKind
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import model_outputs

# An event and its row are a moment apart while the instance works.
SECOND_LOOK_S = 2
SUCCESS = (ExecutionStatus.SUCCESS, ReportStatus.READY)


@dataclass(frozen=True)
class Drift:
    kind: str
    item_id: int
    problem: str


@dataclass(frozen=True)
class Verdict:
    executions: int
    reports: int
    events: int
    # Rows whose events retention has taken; they alone tell of their ends.
    purged: int
    drift: tuple[Drift, ...]

    def agreeing_with(self, earlier: "Verdict") -> "Verdict":
        """This verdict with only the drift that the earlier one had too."""
        return replace(self, drift=tuple(each for each in self.drift if each in earlier.drift))

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def look_twice(instance: dg.DagsterInstance, engine: sa.Engine) -> Verdict:
    """As `verify`, where things go on meanwhile: only what two looks agree on is drift."""
    verdict = verify(instance, engine)
    if not verdict.drift:
        return verdict
    time.sleep(SECOND_LOOK_S)
    return verify(instance, engine).agreeing_with(verdict)


def verify(instance: dg.DagsterInstance, engine: sa.Engine) -> Verdict:
    """Compares all rows with all events; reads, never repairs."""
    events = [
        event
        for asset_key in KIND_OF_ASSET
        for observed in (False, True)
        for event in map(from_record, terminal_records(instance, asset_key, observed, None))
        if event
    ]
    drift: list[Drift] = []
    counts: dict[str, int] = {}
    purged = 0
    for kind in (EXECUTION, REPORT):
        with engine.connect() as connection:
            rows = {row.id: row for row in connection.execute(sa.select(kind.table))}
        counts[kind.name] = len(rows)
        purged += sum(row.history_purged_at is not None for row in rows.values())
        drift += _compare(kind, rows, [event for event in events if event.kind is kind])
    drift += _open_after_their_run(instance, engine)
    drift += _outputs_without_success(engine)
    drift += [
        Drift("count", 0, f"{off.measure} {off.hour} lacks {off.amount}")
        for off in counters.drift(engine, utc_now())
    ]
    return Verdict(counts["execution"], counts["report"], len(events), purged, tuple(drift))


def _compare(
    kind: WorkKind, rows: dict[int, Record], events: list[TerminalEvent]
) -> Iterator[Drift]:
    # What a worker that had lost its claim told afterwards counts for nothing.
    events = [
        event
        for event in events
        if event.item_id not in rows or event.attempt == rows[event.item_id].attempt
    ]
    told = Counter(event.item_id for event in events)
    by_id = {event.item_id: event for event in events}
    for item_id, times in told.items():
        if item_id not in rows:
            yield Drift(kind.name, item_id, "Dagster has its end, the ledger has no row")
        elif times > 1:
            yield Drift(kind.name, item_id, f"ended {times} times in Dagster's history")
    for item_id, row in rows.items():
        event = by_id.get(item_id)
        if row.phase != Phase.DONE:
            if event is not None:
                yield Drift(kind.name, item_id, f"has ended in Dagster, its row is {row.phase}")
        elif event is None:
            if row.history_purged_at is not None:
                continue
            yield Drift(kind.name, item_id, f"row says {row.status}, Dagster has no such end")
        elif (row.status in SUCCESS) != event.is_success:
            yield Drift(kind.name, item_id, f"row says {row.status}, Dagster says otherwise")
        elif row.error_msg != text_of(event.error) or row.duration_ms != event.duration_ms:
            yield Drift(kind.name, item_id, "error or duration differ from Dagster's event")


def _open_after_their_run(instance: dg.DagsterInstance, engine: sa.Engine) -> Iterator[Drift]:
    for kind in KINDS:
        for run_key, items in in_flight(engine, kind).items():
            run = find_run(instance, run_key, items)
            if run is not None and run.is_finished:
                for item in items:
                    yield Drift(kind.name, item.id, f"open, but its run {run.run_id} has ended")


def _outputs_without_success(engine: sa.Engine) -> Iterator[Drift]:
    table = EXECUTION.table
    query = (
        sa.select(table.c.id, table.c.status)
        .distinct()
        .join(model_outputs, model_outputs.c.execution_id == table.c.id)
        .where(table.c.phase == Phase.DONE, table.c.status != ExecutionStatus.SUCCESS)
    )
    with engine.connect() as connection:
        for row in connection.execute(query):
            yield Drift(EXECUTION.name, row.id, f"row says {row.status} but has output rows")
