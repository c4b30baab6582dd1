"""Closes what a dead process left open: runs whose worker is gone, claims without a run, lost messages.

Dagster's launcher does not notice a worker that died (a run stays STARTED for ever); here a worker's
heartbeat decides. Items of a lost run go back to the queue as a new attempt, or end as failed after
MAX_STARTS starts, by an event in Dagster's log like every other end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.tags import RUN_KEY_TAG

from iop_pipelines.domain.vocabulary import ModelType, Phase
from iop_pipelines.ledger.events import OUTPUT_ASSETS, REPORT_ASSET, TerminalEvent, to_dagster
from iop_pipelines.ledger.mirror import apply
from iop_pipelines.ledger.requests import NOT_PREPARED
from iop_pipelines.ledger.work import (
    EXECUTION,
    IN_FLIGHT,
    KINDS,
    MAX_STARTS,
    VERSION,
    WorkKind,
    end_version,
    phase_before_closing,
    requeue,
    take_to_close,
)
from iop_pipelines.registry.keys import key, model_key
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    generated_reports,
    ledger_repairs,
    model_executions,
    report_templates,
    workers,
)
from iop_pipelines.schema.transactions import change, write
from iop_pipelines.settings import Settings

# How long a run's state must stand still before it is judged: its events and the heartbeat come separately.
IDLE_S = 30
# dagster-celery's mark of a run that a warm worker takes; other runs have no heartbeat to go by.
WORKER_TAG = "dagster-celery/task_id"

# Characters of one line that are kept.
_LINE_LIMIT = 4000


@dataclass(frozen=True)
class Patience:
    """How long is waited before something is taken for lost; settings of the instance."""

    # Longer than a worker may wait for a lock of the database.
    heartbeat_lost_s: int = 75
    claim_lost_s: int = 120
    held_limit: timedelta = timedelta(hours=24)

    @classmethod
    def of(cls, settings: Settings) -> "Patience":
        return cls(
            settings.worker_lost_s, settings.claim_lost_s, timedelta(hours=settings.held_hours)
        )


@dataclass
class Repairs:
    """What a pass did; each line says what was found and what was done."""

    lines: list[str] = field(default_factory=list[str])

    def add(self, line: str) -> None:
        self.lines.append(line)


def reconcile(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    now: datetime,
    patience: Patience = Patience(),
) -> Repairs:
    """One pass; call `mirror` first, so that nothing that ended is tried again."""
    repairs = Repairs()
    _forget_dead_workers(engine, now, patience, repairs)
    _fail_runs_without_a_worker(instance, engine, now, repairs)
    _fail_lost_messages(instance, engine, now, patience, repairs)
    for kind in KINDS:
        for run_key, items in in_flight(engine, kind).items():
            _settle(instance, engine, kind, run_key, items, now, patience, repairs)
    _close_orphans_of_failed_versions(instance, engine, now, repairs)
    _close_held_too_long(instance, engine, now, patience, repairs)
    record(engine, now, repairs)
    return repairs


def recover(instance: dg.DagsterInstance, engine: sa.Engine, now: datetime) -> Repairs:
    """For the start of an instance of which no process can be alive: every unfinished run is lost."""
    repairs = Repairs()
    unfinished = dg.RunsFilter(
        statuses=[
            dg.DagsterRunStatus.NOT_STARTED,
            dg.DagsterRunStatus.STARTING,
            dg.DagsterRunStatus.STARTED,
            dg.DagsterRunStatus.CANCELING,
            dg.DagsterRunStatus.QUEUED,
        ]
    )
    for run in instance.get_runs(unfinished):
        instance.report_run_failed(run, "The instance was stopped while this run was unfinished.")
        repairs.add(f"run {run.run_id}: left unfinished by the last stop, closed as failed")
    change(engine, workers.delete())
    for kind in KINDS:
        for run_key, items in in_flight(engine, kind).items():
            if not _reopen(engine, kind, run_key, items, repairs):
                _give_back(instance, engine, kind, items, f"run {run_key} was lost", now, repairs)
    record(engine, now, repairs)
    return repairs


def record(engine: sa.Engine, now: datetime, repairs: Repairs) -> None:
    """Keeps what was repaired; the ticks that did it are soon purged by Dagster."""
    if repairs.lines:
        change(
            engine,
            ledger_repairs.insert(),
            [{"repaired_at": now, "what": line[:_LINE_LIMIT]} for line in repairs.lines],
        )


def list_repairs(engine: sa.Engine, limit: int) -> list[dict[str, object]]:
    """Newest first: `at` (UTC) and `what`."""
    columns = ledger_repairs.c
    query = sa.select(columns.repaired_at.label("at"), columns.what).order_by(columns.id.desc())
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query.limit(limit)).mappings()]


def close_as_failed(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    kind: WorkKind,
    item_id: int,
    phase: Phase,
    reason: str,
    now: datetime,
    superseded_by: int | None = None,
    attempt: int | None = None,
) -> bool:
    """Ends an item outside any run, unless it has left `phase`: an event without a run, then its mirror.

    superseded_by: the DRM run whose data made an execution needless; it has not failed.
    attempt: unless another attempt has it by now.
    """
    taken = take_to_close(engine, kind, item_id, phase, now, attempt)
    if taken is None:
        return False
    event, asset_key, partition = _failure(engine, kind, item_id, taken, reason, now)
    if superseded_by is not None:
        event = replace(event, values={"superseded_by": superseded_by})
    instance.report_runless_asset_event(to_dagster(event, asset_key, partition))

    def work(connection: sa.Connection) -> bool:
        return apply(connection, event)

    return write(engine, work)


def _failure(
    engine: sa.Engine, kind: WorkKind, item_id: int, attempt: int, reason: str, now: datetime
) -> tuple[TerminalEvent, dg.AssetKey, str]:
    if kind is EXECUTION:
        query = (
            sa.select(analytical_models)
            .join(model_executions, analytical_models.c.id == model_executions.c.model_id)
            .where(model_executions.c.id == item_id)
        )
    else:
        query = (
            sa.select(report_templates)
            .join(generated_reports, report_templates.c.id == generated_reports.c.template_id)
            .where(generated_reports.c.id == item_id)
        )
    with engine.connect() as connection:
        row = connection.execute(query).one()
    if kind is EXECUTION:
        asset_key = OUTPUT_ASSETS[ModelType(row.type)]
        partition = model_key(row.id, row.name, row.version)
    else:
        asset_key, partition = REPORT_ASSET, key(row.id, row.name)
    event = TerminalEvent(kind, item_id, attempt, False, 0, now, error=reason)
    return event, asset_key, partition


def in_flight(engine: sa.Engine, kind: WorkKind) -> dict[str, list[Record]]:
    """Claimed and started items by the key of their run."""
    table = kind.table
    query = (
        sa.select(
            table.c.id,
            table.c.phase,
            table.c.attempt,
            table.c.starts,
            table.c.run_key,
            table.c.claimed_at,
            table.c.dagster_run_id,
        )
        .where(table.c.phase.in_(IN_FLIGHT))
        .order_by(table.c.id)
    )
    grouped: dict[str, list[Record]] = {}
    with engine.connect() as connection:
        for row in connection.execute(query):
            grouped.setdefault(row.run_key, []).append(row)
    return grouped


def _settle(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    kind: WorkKind,
    run_key: str,
    items: Sequence[Record],
    now: datetime,
    patience: Patience,
    repairs: Repairs,
) -> None:
    run = find_run(instance, run_key, items)
    is_stale = now - items[0].claimed_at > timedelta(seconds=patience.claim_lost_s)
    if run is None:
        if is_stale and not _reopen(engine, kind, run_key, items, repairs):
            _give_back(instance, engine, kind, items, "no run was launched", now, repairs)
    elif run.status is dg.DagsterRunStatus.CANCELED:
        for item in items:
            _end(instance, engine, kind, item, f"run {run.run_id} was canceled", now, repairs)
    elif run.is_finished:
        reason = f"run {run.run_id} ended ({run.status.value}) without a result"
        _give_back(instance, engine, kind, items, reason, now, repairs)


def _reopen(
    engine: sa.Engine, kind: WorkKind, run_key: str, items: Sequence[Record], repairs: Repairs
) -> bool:
    """Puts back what a closer took and did not end, because it died; True if that is what these are."""
    phase = phase_before_closing(run_key)
    if phase is None:
        return False
    # An item that was started has no worker by now: it is queued, and closed again if it must be.
    back = Phase.QUEUED if phase in IN_FLIGHT else phase
    ids = [item.id for item in items]
    is_left = sa.and_(kind.table.c.id.in_(ids), kind.table.c.run_key == run_key)
    change(
        engine,
        kind.table.update().where(is_left).values(phase=back, run_key=None, claimed_at=None),
    )
    repairs.add(f"{kind.name} {ids}: was being closed when its closer died; {back.value} again")
    return True


def find_run(
    instance: dg.DagsterInstance, run_key: str, items: Sequence[Record]
) -> dg.DagsterRun | None:
    """The run that works on these items of one claim: by its id once an item has started, else by its key."""
    run_id = next((item.dagster_run_id for item in items if item.dagster_run_id), None)
    if run_id is not None:
        return instance.get_run_by_id(run_id)
    runs = instance.get_runs(dg.RunsFilter(tags={RUN_KEY_TAG: run_key}), limit=1)
    return runs[0] if runs else None


def _give_back(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    kind: WorkKind,
    items: Sequence[Record],
    reason: str,
    now: datetime,
    repairs: Repairs,
) -> None:
    """Queues again what its run lost, all items of one claim; only what was really begun too often is given up."""
    given_up = [item for item in items if item.phase == Phase.STARTED and item.starts >= MAX_STARTS]
    again = [item.id for item in items if item not in given_up]
    if again:
        begun = [item.id for item in items if item.phase == Phase.STARTED]
        waiting = [item_id for item_id in again if item_id not in begun]
        key = items[0].run_key

        def give_back(connection: sa.Connection) -> int:
            of_begun = requeue(connection, kind, [i for i in again if i in begun], run_key=key)
            return of_begun + requeue(connection, kind, waiting, run_key=key, was_begun=False)

        given_back = write(engine, give_back)
        # None, if the run ended them, or another repaired them, between the look and the repair.
        if given_back:
            repairs.add(f"{kind.name} {again}: {reason}; queued again")
    for item in given_up:
        message = f"{reason}; gave up after {MAX_STARTS} starts"
        _end(instance, engine, kind, item, message, now, repairs)


def _end(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    kind: WorkKind,
    item: Record,
    reason: str,
    now: datetime,
    repairs: Repairs,
) -> None:
    if kind is VERSION:
        end_version(engine, item.id, item.attempt, reason)
    else:
        close_as_failed(instance, engine, kind, item.id, Phase(item.phase), reason, now)
    repairs.add(f"{kind.name} {item.id}: {reason}")


def _forget_dead_workers(
    engine: sa.Engine, now: datetime, patience: Patience, repairs: Repairs
) -> None:
    """A worker that was only asleep writes its row again with its next heartbeat."""
    stale = now - timedelta(seconds=patience.heartbeat_lost_s)

    def forget(connection: sa.Connection) -> list[str]:
        dead = list(
            connection.scalars(sa.select(workers.c.id).where(workers.c.heartbeat_at < stale))
        )
        if dead:
            connection.execute(workers.delete().where(workers.c.id.in_(dead)))
        return dead

    dead = write(engine, forget)
    for worker_id in dead:
        repairs.add(
            f"worker {worker_id}: no heartbeat for {patience.heartbeat_lost_s} s, taken for dead"
        )


def _fail_runs_without_a_worker(
    instance: dg.DagsterInstance, engine: sa.Engine, now: datetime, repairs: Repairs
) -> None:
    with engine.connect() as connection:
        busy = set(connection.scalars(sa.select(workers.c.run_id)))
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
    for record in instance.get_run_records(started):
        run = record.dagster_run
        changed = record.update_timestamp.replace(tzinfo=None)
        is_settled = now - changed > timedelta(seconds=IDLE_S)
        if WORKER_TAG in run.tags and run.run_id not in busy and is_settled:
            instance.report_run_failed(run, "No live worker is on this run.")
            repairs.add(f"run {run.run_id}: its worker is gone, closed as failed")


def _fail_lost_messages(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    now: datetime,
    patience: Patience,
    repairs: Repairs,
) -> None:
    """Closes runs that wait for ever: their message was lost with a worker, or was never sent."""
    waiting = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.NOT_STARTED]
    )
    records = [
        record for record in instance.get_run_records(waiting) if _is_ours(record.dagster_run)
    ]
    are_all_idle = bool(records) and _are_all_idle(engine, now)
    for record in records:
        if reason := _why_lost(instance, record, are_all_idle, now, patience):
            instance.report_run_failed(record.dagster_run, reason)
            repairs.add(f"run {record.dagster_run.run_id}: {reason}")


def _are_all_idle(engine: sa.Engine, now: datetime) -> bool:
    """Whether there are workers, and none has had anything to do for a while."""
    with engine.connect() as connection:
        alive = connection.execute(sa.select(workers)).all()
    idle_since = now - timedelta(seconds=IDLE_S)
    return bool(alive) and not any(
        row.run_id or row.idle_since is None or row.idle_since > idle_since for row in alive
    )


def _why_lost(
    instance: dg.DagsterInstance,
    record: dg.RunRecord,
    are_all_idle: bool,
    now: datetime,
    patience: Patience,
) -> str | None:
    """Idle workers show it soonest; where there is always work, a run is not waited for beyond its claim."""
    created = record.create_timestamp.replace(tzinfo=None)
    if are_all_idle and now - created > timedelta(seconds=2 * IDLE_S):
        return "No worker took this run although all are idle."
    if now - created <= timedelta(seconds=patience.claim_lost_s):
        return None
    if record.dagster_run.status is dg.DagsterRunStatus.NOT_STARTED:
        return "This run was never launched: the daemon that was to launch it has died."
    if _is_overtaken(instance, created):
        return "No worker took this run, and one that was launched later was taken."
    return None


def _is_overtaken(instance: dg.DagsterInstance, created: datetime) -> bool:
    """The queue hands out its oldest message first. A busy worker may hold one back; it finds the run closed."""
    later = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.SUCCESS],
        created_after=created.replace(tzinfo=UTC) + timedelta(seconds=IDLE_S),
    )
    return any(_is_ours(run) for run in instance.get_runs(later, limit=20))


def _is_ours(run: dg.DagsterRun) -> bool:
    return any(run.tags.get(RUN_KEY_TAG, "").startswith(f"{kind.name}-") for kind in KINDS)


def _executions(engine: sa.Engine, condition: sa.ColumnElement[bool]) -> list[Record]:
    query = (
        sa.select(model_executions.c.id, model_executions.c.phase, dataset_versions.c.error_msg)
        .join(dataset_versions, dataset_versions.c.id == model_executions.c.dataset_version_id)
        .where(condition)
    )
    with engine.connect() as connection:
        return list(connection.execute(query))


def _close_orphans_of_failed_versions(
    instance: dg.DagsterInstance, engine: sa.Engine, now: datetime, repairs: Repairs
) -> None:
    condition = sa.and_(
        dataset_versions.c.status == "failed",
        model_executions.c.phase.in_((Phase.QUEUED, Phase.HELD)),
    )
    for row in _executions(engine, condition):
        reason = f"{NOT_PREPARED}: {row.error_msg}"
        if close_as_failed(instance, engine, EXECUTION, row.id, Phase(row.phase), reason, now):
            repairs.add(f"execution {row.id}: {reason}")


def _close_held_too_long(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    now: datetime,
    patience: Patience,
    repairs: Repairs,
) -> None:
    condition = sa.and_(
        model_executions.c.phase == Phase.HELD,
        model_executions.c.requested_at < now - patience.held_limit,
    )
    for row in _executions(engine, condition):
        reason = f"no sufficient data quality score came within {patience.held_limit}"
        if close_as_failed(instance, engine, EXECUTION, row.id, Phase.HELD, reason, now):
            repairs.add(f"execution {row.id}: {reason}")
