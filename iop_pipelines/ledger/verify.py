"""Proves that IOP's rows and Dagster's run history tell the same story.

Every row that has ended has exactly one terminal event, of the same id, status and error; every event
has its row; and nothing is open whose run has ended. A version that names a file of a model has it as it
was stored, and so has an execution the file of what it scored. Rows that retention has marked need no event any more.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import text_of
from iop_pipelines.domain.vocabulary import ExecutionStatus, Phase, ReportStatus
from iop_pipelines.errors import Unavailable
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.events import KIND_OF_ASSET, TerminalEvent, from_record
from iop_pipelines.ledger.mirror import pages, terminal_records
from iop_pipelines.ledger.model_files import broken_files
from iop_pipelines.ledger.output_files import broken_outputs
from iop_pipelines.ledger.reconcile import find_run, in_flight
from iop_pipelines.ledger.verdicts import Verified, keep_verdict
from iop_pipelines.ledger.work import EXECUTION, KINDS, REPORT, WorkKind
from iop_pipelines.runtimes.outside import NOWHERE, Outside
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import model_outputs, output_files

# An event and its row are a moment apart while the instance works.
SECOND_LOOK_S = 2
_ROWS_AT_ONCE = 10_000
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
    # Why files of models, or of outputs, were not, or not all, looked at.
    untold: str | None = None

    def agreeing_with(self, earlier: "Verdict") -> "Verdict":
        """This verdict with only the drift that the earlier one had too."""
        known = set(earlier.drift)
        return replace(self, drift=tuple(each for each in self.drift if each in known))

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def compare(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    tick: Tick = nobody,
    outside: Outside = NOWHERE,
) -> Verdict:
    """As `verify`, where things go on meanwhile: only what two looks agree on is drift; what came of it is kept.

    tick: called at each part, since the history may be long. outside: as of `verify`.
    """
    verdict = verify(instance, engine, tick, outside)
    if verdict.drift:
        time.sleep(SECOND_LOOK_S)
        verdict = verify(instance, engine, tick, outside).agreeing_with(verdict)
    keep_verdict(engine, Verified(utc_now(), len(verdict.drift)))
    return verdict


def verify(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    tick: Tick = nobody,
    outside: Outside = NOWHERE,
) -> Verdict:
    """Compares all rows with all events, and the files of models with their checksums; reads, never repairs. Of both a
    part at a time is in memory, and the ids of what ended.

    outside: whose store has the files of models; without one none is looked at, and what it says if it is away is
    told beside the drift.
    """
    told = {kind: Counter[int]() for kind in (EXECUTION, REPORT)}
    drift: dict[Drift, None] = {}
    count = 0
    for asset_key, kind in KIND_OF_ASSET.items():
        for observed in (False, True):
            for page in pages(terminal_records(instance, asset_key, observed, None)):
                tick()
                events = [event for event in map(from_record, page) if event]
                count += len(events)
                drift |= dict.fromkeys(_of_events(engine, kind, events, told[kind]))
    for kind, times in told.items():
        drift |= dict.fromkeys(_told_twice(kind, times))
        for rows in _ended_rows(engine, kind):
            tick()
            drift |= dict.fromkeys(_untold(kind, rows, times))
    tick()
    models, untold = _model_files(engine, outside, tick)
    outputs, outputs_untold = broken_outputs(engine, tick)
    others = (
        *_open_after_their_run(instance, engine),
        *_outputs_without_success(engine),
        *models,
        *(Drift(EXECUTION.name, execution_id, problem) for execution_id, problem in outputs),
        *(
            Drift("count", 0, f"{off.measure} {off.hour} lacks {off.amount}")
            for off in counters.drift(engine, utc_now())
        ),
    )
    executions, reports = (_counted(engine, kind) for kind in (EXECUTION, REPORT))
    purged = executions.purged + reports.purged
    return Verdict(
        executions.rows, reports.rows, count, purged, (*drift, *others), untold or outputs_untold
    )


def _model_files(engine: sa.Engine, outside: Outside, tick: Tick) -> tuple[list[Drift], str | None]:
    """A store that is away says nothing of the ledger, and keeps nothing of it from being told."""
    found: list[Drift] = []
    try:
        if outside.storage_url:
            for model_id, problem in broken_files(engine, outside, tick):
                found.append(Drift("model", model_id, problem))
    except Unavailable as error:
        return found, str(error.sentence)
    return found, None


@dataclass(frozen=True)
class _Counted:
    rows: int
    purged: int


def _counted(engine: sa.Engine, kind: WorkKind) -> _Counted:
    counts = sa.func.count(), sa.func.count(kind.table.c.history_purged_at)
    with engine.connect() as connection:
        return _Counted(*connection.execute(sa.select(*counts).select_from(kind.table)).one())


def _of_events(
    engine: sa.Engine, kind: WorkKind, events: Sequence[TerminalEvent], told: Counter[int]
) -> Iterator[Drift]:
    """Each beside its row; `told` counts them."""
    ids = {event.item_id for event in events}
    query = sa.select(kind.table).where(kind.table.c.id.in_(ids))
    with engine.connect() as connection:
        rows = {row.id: row for row in connection.execute(query)}
    for event in events:
        row = rows.get(event.item_id)
        if row is None:
            yield Drift(kind.name, event.item_id, "Dagster has its end, the ledger has no row")
        # What a worker that had lost its claim told afterwards counts for nothing.
        elif event.attempt == row.attempt:
            told[event.item_id] += 1
            if (problem := _differing(row, event)) is not None:
                yield Drift(kind.name, event.item_id, problem)


def _differing(row: Record, event: TerminalEvent) -> str | None:
    if row.phase != Phase.DONE:
        return f"has ended in Dagster, its row is {row.phase}"
    if (row.status in SUCCESS) != event.is_success:
        return f"row says {row.status}, Dagster says otherwise"
    if row.error_msg != text_of(event.error) or row.duration_ms != event.duration_ms:
        return "error or duration differ from Dagster's event"
    return None


def _told_twice(kind: WorkKind, told: Counter[int]) -> Iterator[Drift]:
    for item_id, times in told.items():
        if times > 1:
            yield Drift(kind.name, item_id, f"ended {times} times in Dagster's history")


def _ended_rows(engine: sa.Engine, kind: WorkKind) -> Iterator[Sequence[Record]]:
    """Those that ended and of which the history still has to tell, a part at a time."""
    columns = kind.table.c
    query = sa.select(columns.id, columns.status).where(
        columns.phase == Phase.DONE, columns.history_purged_at.is_(None)
    )
    last = 0
    while True:
        part = query.where(columns.id > last).order_by(columns.id).limit(_ROWS_AT_ONCE)
        with engine.connect() as connection:
            rows = connection.execute(part).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _untold(kind: WorkKind, rows: Sequence[Record], told: Counter[int]) -> Iterator[Drift]:
    for row in rows:
        if row.id not in told:
            yield Drift(kind.name, row.id, f"row says {row.status}, Dagster has no such end")


def _open_after_their_run(instance: dg.DagsterInstance, engine: sa.Engine) -> Iterator[Drift]:
    for kind in KINDS:
        for run_key, items in in_flight(engine, kind).items():
            run = find_run(instance, run_key, items)
            if run is not None and run.is_finished:
                for item in items:
                    yield Drift(kind.name, item.id, f"open, but its run {run.run_id} has ended")


def _outputs_without_success(engine: sa.Engine) -> Iterator[Drift]:
    table = EXECUTION.table
    query = sa.select(table.c.id, table.c.status).where(
        table.c.phase == Phase.DONE,
        table.c.status != ExecutionStatus.SUCCESS,
        sa.or_(
            *(
                sa.exists().where(each.c.execution_id == table.c.id)
                for each in (model_outputs, output_files)
            )
        ),
    )
    with engine.connect() as connection:
        for row in connection.execute(query):
            yield Drift(EXECUTION.name, row.id, f"row says {row.status} but has output rows")
