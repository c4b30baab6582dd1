"""Closes what a dead process left open: runs whose worker is gone, claims without a run, lost messages.

Dagster's launcher does not notice a worker that died (a run stays STARTED for ever); here a worker's
heartbeat decides. Items of a lost run go back to the queue as a new attempt, or end as failed after
MAX_STARTS starts, by an event in Dagster's log like every other end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import dagster as dg
import sqlalchemy as sa
from dagster._core.storage.tags import RUN_KEY_TAG

from iop_pipelines.domain.sentences import Sentence, read
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.ledger.closing import close_as_failed
from iop_pipelines.ledger.repairs import Repairs, keep_repairs
from iop_pipelines.ledger.requests import NOT_PREPARED
from iop_pipelines.ledger.work import (
    DELIVERY,
    EXECUTION,
    IN_FLIGHT,
    KINDS,
    MAX_STARTS,
    VERSION,
    WorkKind,
    end_delivery,
    end_version,
    phase_before_closing,
    requeue,
)
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import (
    dataset_versions,
    model_executions,
    workers,
)
from iop_pipelines.schema.transactions import change, write
from iop_pipelines.settings import Settings

# How long a run's state must stand still before it is judged: its events and the heartbeat come separately.
IDLE_S = 30
# dagster-celery's mark of a run that a warm worker takes; other runs have no heartbeat to go by.
WORKER_TAG = "dagster-celery/task_id"


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


def reconcile(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    now: datetime,
    patience: Patience = Patience(),
) -> Repairs:
    """One pass; call `mirror` first, so that nothing that ended is tried again."""
    it = _Pass(instance, engine, now, patience)
    _forget_dead_workers(it)
    _fail_runs_without_a_worker(it)
    _fail_lost_messages(it)
    for kind in KINDS:
        for run_key, items in in_flight(engine, kind).items():
            _settle(it, kind, run_key, items)
    _close_orphans_of_failed_versions(it)
    _close_held_too_long(it)
    keep_repairs(engine, now, it.repairs)
    return it.repairs


def recover(instance: dg.DagsterInstance, engine: sa.Engine, now: datetime) -> Repairs:
    """For the start of an instance of which no process can be alive: every unfinished run is lost."""
    it = _Pass(instance, engine, now)
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
        it.repairs.add(f"run {run.run_id}: left unfinished by the last stop, closed as failed")
    change(engine, workers.delete())
    for kind in KINDS:
        for run_key, items in in_flight(engine, kind).items():
            if not _reopen(it, kind, run_key, items):
                _give_back(it, kind, items, Sentence("run.lost", id=run_key))
    keep_repairs(engine, now, it.repairs)
    return it.repairs


@dataclass(frozen=True)
class _Pass:
    """What one pass works on, and what it has done."""

    instance: dg.DagsterInstance
    engine: sa.Engine
    now: datetime
    patience: Patience = Patience()
    repairs: Repairs = field(default_factory=Repairs)

    def fail(self, run: dg.DagsterRun, reason: str, told: str) -> None:
        self.instance.report_run_failed(run, reason)
        self.repairs.add(f"run {run.run_id}: {told}")


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


def _settle(it: _Pass, kind: WorkKind, run_key: str, items: Sequence[Record]) -> None:
    run = find_run(it.instance, run_key, items)
    is_stale = it.now - items[0].claimed_at > timedelta(seconds=it.patience.claim_lost_s)
    if run is None:
        if is_stale and not _reopen(it, kind, run_key, items):
            _give_back(it, kind, items, Sentence("run.not_launched"))
    elif run.status is dg.DagsterRunStatus.CANCELED:
        for item in items:
            _end(it, kind, item, Sentence("run.canceled", id=run.run_id))
    elif run.is_finished:
        reason = Sentence("run.ended", id=run.run_id, status=run.status.value)
        _give_back(it, kind, items, reason)


def _reopen(it: _Pass, kind: WorkKind, run_key: str, items: Sequence[Record]) -> bool:
    """Puts back what a closer took and did not end, because it died; True if that is what these are."""
    phase = phase_before_closing(run_key)
    if phase is None:
        return False
    # An item that was started has no worker by now: it is queued, and closed again if it must be.
    back = Phase.QUEUED if phase in IN_FLIGHT else phase
    ids = [item.id for item in items]
    is_left = sa.and_(kind.table.c.id.in_(ids), kind.table.c.run_key == run_key)
    reopened = kind.table.update().where(is_left)
    change(it.engine, reopened.values(phase=back, run_key=None, claimed_at=None))
    it.repairs.add(f"{kind.name} {ids}: was being closed when its closer died; {back.value} again")
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


def _give_back(it: _Pass, kind: WorkKind, items: Sequence[Record], reason: Sentence) -> None:
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

        given_back = write(it.engine, give_back)
        # None, if the run ended them, or another repaired them, between the look and the repair.
        if given_back:
            it.repairs.add(f"{kind.name} {again}: {reason}; queued again")
    for item in given_up:
        _end(it, kind, item, Sentence("run.gave_up", why=reason, count=MAX_STARTS))


def _end(it: _Pass, kind: WorkKind, item: Record, reason: Sentence) -> None:
    if kind is VERSION:
        end_version(it.engine, item.id, item.attempt, reason)
    elif kind is DELIVERY:
        end_delivery(it.engine, item.id, item.attempt, it.now, "failed", error=reason)
    else:
        _close(it, kind, item, reason)
    it.repairs.add(f"{kind.name} {item.id}: {reason}")


def _close(it: _Pass, kind: WorkKind, item: Record, reason: Sentence) -> bool:
    return close_as_failed(
        *(it.instance, it.engine, kind, item.id, Phase(item.phase)), reason=reason, now=it.now
    )


def _forget_dead_workers(it: _Pass) -> None:
    """A worker that was only asleep writes its row again with its next heartbeat."""
    lost_s = it.patience.heartbeat_lost_s
    stale = it.now - timedelta(seconds=lost_s)

    def forget(connection: sa.Connection) -> list[str]:
        dead = list(
            connection.scalars(sa.select(workers.c.id).where(workers.c.heartbeat_at < stale))
        )
        if dead:
            connection.execute(workers.delete().where(workers.c.id.in_(dead)))
        return dead

    for worker_id in write(it.engine, forget):
        it.repairs.add(f"worker {worker_id}: no heartbeat for {lost_s} s, taken for dead")


def _fail_runs_without_a_worker(it: _Pass) -> None:
    with it.engine.connect() as connection:
        busy = set(connection.scalars(sa.select(workers.c.run_id)))
    started = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])
    for record in it.instance.get_run_records(started):
        run = record.dagster_run
        changed = record.update_timestamp.replace(tzinfo=None)
        is_settled = it.now - changed > timedelta(seconds=IDLE_S)
        if WORKER_TAG in run.tags and run.run_id not in busy and is_settled:
            told = "its worker is gone, closed as failed"
            it.fail(run, "No live worker is on this run.", told)


def _fail_lost_messages(it: _Pass) -> None:
    """Closes runs that wait for ever: their message was lost with a worker, or was never sent."""
    waiting = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.NOT_STARTED]
    )
    records = [
        record for record in it.instance.get_run_records(waiting) if _is_ours(record.dagster_run)
    ]
    are_all_idle = bool(records) and _are_all_idle(it)
    for record in records:
        if reason := _why_lost(it, record, are_all_idle):
            it.fail(record.dagster_run, reason, reason)


def _are_all_idle(it: _Pass) -> bool:
    """Whether there are workers, and none has had anything to do for a while."""
    with it.engine.connect() as connection:
        alive = connection.execute(sa.select(workers)).all()
    idle_since = it.now - timedelta(seconds=IDLE_S)
    return bool(alive) and not any(
        row.run_id or row.idle_since is None or row.idle_since > idle_since for row in alive
    )


def _why_lost(it: _Pass, record: dg.RunRecord, are_all_idle: bool) -> str | None:
    """Idle workers show it soonest; where there is always work, a run is not waited for beyond its claim."""
    created = record.create_timestamp.replace(tzinfo=None)
    if are_all_idle and it.now - created > timedelta(seconds=2 * IDLE_S):
        return "No worker took this run although all are idle."
    if it.now - created <= timedelta(seconds=it.patience.claim_lost_s):
        return None
    if record.dagster_run.status is dg.DagsterRunStatus.NOT_STARTED:
        return "This run was never launched: the daemon that was to launch it has died."
    if _is_overtaken(it.instance, created):
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


def _close_orphans_of_failed_versions(it: _Pass) -> None:
    condition = sa.and_(
        dataset_versions.c.status == "failed",
        # What is held waits for a score, or for the delivery that supersedes this one.
        model_executions.c.phase == Phase.QUEUED,
    )
    _close_executions(it, condition, _not_prepared)


def _not_prepared(row: Record) -> Sentence:
    return Sentence(NOT_PREPARED, why=read(row.said) or row.error_msg)


def _close_held_too_long(it: _Pass) -> None:
    condition = sa.and_(
        model_executions.c.phase == Phase.HELD,
        model_executions.c.requested_at < it.now - it.patience.held_limit,
    )
    hours = it.patience.held_limit / timedelta(hours=1)
    reason = Sentence("execution.held_too_long", hours=hours)
    _close_executions(it, condition, lambda _: reason)


def _close_executions(
    it: _Pass, condition: sa.ColumnElement[bool], reason_of: Callable[[Record], Sentence]
) -> None:
    query = (
        sa.select(
            model_executions.c.id,
            model_executions.c.phase,
            dataset_versions.c.error_msg,
            dataset_versions.c.said,
        )
        .join(dataset_versions, dataset_versions.c.id == model_executions.c.dataset_version_id)
        .where(condition)
    )
    with it.engine.connect() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        reason = reason_of(row)
        if _close(it, EXECUTION, row, reason):
            it.repairs.add(f"execution {row.id}: {reason}")
