"""Work items: rows that are launched as Dagster runs, may lose their worker, and are tried again.

Executions, reports, data versions and deliveries share the columns phase, attempt, run_key, claimed_at and
dagster_run_id. An item moves queued → claimed → started → done; `claim` gathers many into one run and
names that run by a key made from their ids and attempts, so a tick that times out after it wrote, or
two daemons at once, cannot launch the same attempt twice. `start` succeeds only for the run that holds
the claim: a worker that wakes after its claim was given to another finds nothing to do.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.sentences import Sentence, kept
from iop_pipelines.domain.vocabulary import ExecutionStatus, Phase, ReportStatus
from iop_pipelines.errors import IopError
from iop_pipelines.ledger.locks import ensure_lock, take_lock
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    deliveries,
    generated_reports,
    model_executions,
    workers,
)
from iop_pipelines.schema.transactions import write
from iop_pipelines.tracing.context import Trace, distinct, read_header

# Starts in all, after transient failures and lost workers, with increasing delays between them.
MAX_STARTS = 5
RETRY_AFTER_S = 10
# Of runs that wait for a worker, where there are fewer workers: the next is there when one ends.
LEAST_WAITING = 2
WAITS_AT_MOST = timedelta(seconds=60)
IN_FLIGHT = (Phase.CLAIMED, Phase.STARTED)
_CLOSING = "close-"


class LostClaim(IopError):
    """Another attempt has the item by now; what this one made is thrown away."""


@dataclass(frozen=True)
class WorkKind:
    """One table of work items; `job` is the Dagster job that takes their ids as run config `ids`."""

    name: str
    table: sa.Table
    job: str


VERSION = WorkKind("dataset_version", dataset_versions, "prepare_datasets")
EXECUTION = WorkKind("execution", model_executions, "execute_models")
REPORT = WorkKind("report", generated_reports, "generate_reports")
DELIVERY = WorkKind("delivery", deliveries, "deliver_items")
KINDS = (VERSION, EXECUTION, REPORT, DELIVERY)


@dataclass(frozen=True)
class Batch:
    """Items claimed for one Dagster run; `pool` says what kind of work they share, `asked` who asked for any of it."""

    kind: WorkKind
    pool: str
    ids: tuple[int, ...]
    run_key: str
    asked: tuple[Trace, ...] = ()


def run_key_of(kind: WorkKind, items: Sequence[tuple[int, int]]) -> str:
    """items: (id, attempt) pairs, in order."""
    text = kind.name + "".join(f"|{item}.{attempt}" for item, attempt in items)
    return f"{kind.name}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def claim(engine: sa.Engine, kind: WorkKind, now: datetime, limit: int = 200) -> list[Batch]:
    """Claims what may run now, oldest first; gathers it into one batch a pool.

    Executions of one model run in the order of their data, never two runs at once: a model with
    work in flight waits. What was at work when its run died gets a run of its own, so that it takes no
    neighbour with it. While as many runs wait for a worker as there are workers, and two at least, nothing is claimed.
    """
    ensure_lock(engine, kind.name)

    def work(connection: sa.Connection) -> list[Batch]:
        # On a server two snapshots would each see a model free, and both take it.
        take_lock(connection, kind.name)
        if _is_enough_waiting(connection, kind, now):
            return []
        rows = connection.execute(_claimable(kind, now, limit)).all()
        pools: dict[str, list[tuple[int, int]]] = {}
        asked: dict[str, list[str | None]] = {}
        for row in rows:
            # What was put back to wait has `run_after`: it ended in an error, and its run lived on.
            is_suspect = row.starts and row.run_after is None
            pool = f"{row.pool}/{row.id}" if is_suspect else str(row.pool)
            pools.setdefault(pool, []).append((row.id, row.attempt))
            asked.setdefault(pool, []).append(row.traceparent)
        batches = [
            Batch(
                *(kind, pool, tuple(i for i, _ in items), run_key_of(kind, items)),
                asked=tuple(distinct(asked[pool])),
            )
            for pool, items in pools.items()
        ]
        for batch in batches:
            connection.execute(
                kind.table.update()
                .where(kind.table.c.id.in_(batch.ids))
                .values(phase=Phase.CLAIMED, run_key=batch.run_key, claimed_at=now)
            )
        return batches

    return write(engine, work)


def _is_enough_waiting(connection: sa.Connection, kind: WorkKind, now: datetime) -> bool:
    """Whether another run would only wait: what it could carry is better left for the next, which is larger then.

    A run costs as much as many of its items: a backlog that is claimed bit by bit is worked off in its number of runs.
    A claim whose run did not come for a while does not count, so that one lost message holds up nothing.
    """
    if kind is DELIVERY:
        # A run carries what one source has: runs of other sources make none larger.
        return False
    table, others = kind.table, kind.table.alias()
    is_begun = sa.exists().where(
        others.c.run_key == table.c.run_key, others.c.phase == Phase.STARTED
    )
    waiting = sa.select(sa.func.count(sa.distinct(table.c.run_key))).where(
        table.c.phase == Phase.CLAIMED,
        table.c.claimed_at > now - WAITS_AT_MOST,
        # By hand, the run that works on it has claimed it.
        table.c.dagster_run_id.is_(None),
        table.c.run_key.not_like(f"{_CLOSING}%"),
        ~is_begun,
    )
    alive = connection.scalar(sa.select(sa.func.count()).select_from(workers)) or 0
    return (connection.scalar(waiting) or 0) >= max(LEAST_WAITING, alive)


@lru_cache(maxsize=1)
def _what_is_claimable() -> sa.Select[*tuple[Any, ...]]:
    """Made once: to make it takes longer than to ask it."""
    now = sa.bindparam("now", type_=model_executions.c.run_after.type)
    return sa.select(*(sa.exists(_claimable(kind, now, limit=1).subquery()) for kind in KINDS))


def claimable_kinds(engine: sa.Engine, now: datetime) -> list[WorkKind]:
    """Of which something may run now, by one statement that locks nothing: who asks often claims seldom."""
    with engine.connect() as connection:
        found = connection.execute(_what_is_claimable(), {"now": now}).one()
    return [kind for kind, is_there in zip(KINDS, found, strict=True) if is_there]


def claim_these(
    engine: sa.Engine,
    kind: WorkKind,
    ids: Sequence[int],
    run_key: str,
    run_id: str,
    *,
    now: datetime,
) -> list[int]:
    """Claims exactly these for the run that calls; returns those it may not have, and then takes none."""
    ensure_lock(engine, kind.name)

    def work(connection: sa.Connection) -> list[int]:
        # On a server two snapshots would each see a model free, and both take it.
        take_lock(connection, kind.name)
        free = {row.id for row in connection.execute(_claimable(kind, now, limit=100_000))}
        refused = [item_id for item_id in ids if item_id not in free]
        if ids and not refused:
            connection.execute(
                kind.table.update()
                .where(kind.table.c.id.in_(ids))
                .values(phase=Phase.CLAIMED, run_key=run_key, claimed_at=now, dagster_run_id=run_id)
            )
        return refused

    return write(engine, work)


def _claimable(
    kind: WorkKind, now: datetime | sa.BindParameter[Any], limit: int
) -> sa.Select[*tuple[Any, ...]]:
    table = kind.table
    is_due = sa.and_(
        table.c.phase == Phase.QUEUED,
        sa.or_(table.c.run_after.is_(None), table.c.run_after <= now),
    )
    names = ("id", "attempt", "starts", "run_after", "traceparent")
    columns = tuple(table.c[name] for name in names)
    if kind is DELIVERY:
        return _claimable_deliveries(columns, is_due, limit)
    if kind is not EXECUTION:
        return (
            sa.select(*columns, sa.literal(kind.name).label("pool"))
            .where(is_due)
            .order_by(table.c.id)
            .limit(limit)
        )
    busy = sa.select(table.c.model_id).where(table.c.phase.in_(IN_FLIGHT))
    earlier = dataset_versions.alias()
    has_a_hole_before = sa.exists().where(
        earlier.c.dataset_id == dataset_versions.c.dataset_id,
        earlier.c.id < dataset_versions.c.id,
        earlier.c.phase != Phase.DONE,
    )
    return (
        sa.select(*columns, analytical_models.c.type.label("pool"))
        .join(analytical_models, analytical_models.c.id == table.c.model_id)
        .join(dataset_versions, dataset_versions.c.id == table.c.dataset_version_id)
        .where(
            is_due,
            dataset_versions.c.status == "prepared",
            dataset_versions.c.phase == Phase.DONE,
            ~has_a_hole_before,
            table.c.model_id.not_in(busy),
        )
        .order_by(table.c.dataset_version_id, table.c.id)
        .limit(limit)
    )


def _claimable_deliveries(
    columns: Sequence[sa.ColumnElement[Any]], is_due: sa.ColumnElement[bool], limit: int
) -> sa.Select[*tuple[Any, ...]]:
    """One run a source at a time, in the order in which its items became whole: the later one restates.

    What was begun before goes alone, and what came after it waits for its end.
    """
    table, earlier = deliveries, deliveries.alias()
    is_in_the_way = sa.or_(
        earlier.c.phase.in_(IN_FLIGHT),
        sa.and_(
            earlier.c.phase == Phase.QUEUED,
            earlier.c.id < table.c.id,
            sa.or_(earlier.c.starts > 0, table.c.starts > 0),
        ),
    )
    has_to_wait = sa.exists().where(earlier.c.source_id == table.c.source_id, is_in_the_way)
    pool = sa.literal("delivery-").concat(sa.cast(table.c.source_id, sa.String(12)))
    return (
        sa.select(*columns, pool.label("pool"))
        .where(is_due, ~has_to_wait)
        .order_by(table.c.id)
        .limit(limit)
    )


def start(
    engine: sa.Engine, kind: WorkKind, item_id: int, run_key: str, run_id: str, *, now: datetime
) -> int | None:
    """The attempt that this run now works on; None if it does not hold the claim of that item."""
    table = kind.table
    values: dict[str, object] = {
        "phase": Phase.STARTED,
        "dagster_run_id": run_id,
        "starts": table.c.starts + 1,
    }
    if kind is not VERSION:
        values["started_at"] = now
    if kind is REPORT:
        values["status"] = ReportStatus.GENERATING
    held = sa.and_(
        table.c.id == item_id, table.c.run_key == run_key, table.c.phase == Phase.CLAIMED
    )

    def work(connection: sa.Connection) -> int | None:
        if connection.execute(table.update().where(held).values(**values)).rowcount != 1:
            return None
        return connection.scalar(sa.select(table.c.attempt).where(table.c.id == item_id))

    return write(engine, work)


def holds(connection: sa.Connection, kind: WorkKind, item_id: int, attempt: int) -> bool:
    """Whether that attempt is still the one at work; locks the row until the transaction ends."""
    table = kind.table
    query = sa.select(table.c.id).where(
        table.c.id == item_id, table.c.attempt == attempt, table.c.phase == Phase.STARTED
    )
    return connection.scalar(query.with_for_update()) is not None


def asked_by(engine: sa.Engine, kind: WorkKind, ids: Sequence[int]) -> dict[int, Trace | None]:
    """Which span asked for each; None where its row names none."""
    table = kind.table
    query = sa.select(table.c.id, table.c.traceparent).where(table.c.id.in_(ids))
    with engine.connect() as connection:
        return {row.id: read_header(row.traceparent) for row in connection.execute(query)}


def require_claim(connection: sa.Connection, kind: WorkKind, item_id: int, attempt: int) -> None:
    """Raises LostClaim if that attempt is no longer the one at work; else it stays so until the transaction ends.

    A worker that slept asks before it tells.
    """
    if not holds(connection, kind, item_id, attempt):
        raise LostClaim("claim.lost", attempt=attempt)


def requeue(
    connection: sa.Connection,
    kind: WorkKind,
    ids: Sequence[int],
    run_after: datetime | None = None,
    run_key: str | None = None,
    *,
    was_begun: bool = True,
) -> int:
    """Gives items back to the queue as a new attempt; their lost run can no longer start or end them.

    run_after: when they may run at the earliest; None for what was at work when its run died. Those that were
    not begun keep what they have.
    run_key: only those still claimed for that run; two that repair at once must not take back what was
    claimed anew meanwhile.
    """
    table = kind.table
    values: dict[str, object] = {
        "phase": Phase.QUEUED,
        "attempt": table.c.attempt + 1,
        "run_key": None,
        "claimed_at": None,
        "dagster_run_id": None,
    }
    if was_begun:
        values["run_after"] = run_after
    if kind is REPORT:
        values["status"] = ReportStatus.PENDING
    is_meant = sa.and_(table.c.id.in_(ids), table.c.phase.in_(IN_FLIGHT))
    if run_key is not None:
        is_meant = sa.and_(is_meant, table.c.run_key == run_key)
    return connection.execute(table.update().where(is_meant).values(**values)).rowcount


def try_again(engine: sa.Engine, kind: WorkKind, item_id: int, attempt: int, now: datetime) -> bool:
    """Queues a started item again after a pause that doubles with each start; False once it is to be given up."""
    table = kind.table

    def work(connection: sa.Connection) -> bool:
        if not holds(connection, kind, item_id, attempt):
            return True
        query = sa.select(table.c.starts).where(table.c.id == item_id)
        starts = connection.scalar(query) or 0
        if starts >= MAX_STARTS:
            return False
        pause = timedelta(seconds=RETRY_AFTER_S * 2**starts)
        requeue(connection, kind, [item_id], run_after=now + pause)
        return True

    return write(engine, work)


def take_to_close(
    engine: sa.Engine,
    kind: WorkKind,
    item_id: int,
    phase: Phase,
    now: datetime,
    *,
    attempt: int | None = None,
) -> int | None:
    """Takes an item out of `phase`, whoever has it, to end it; the attempt to end it as, None if it moved on.

    attempt: only while it is at this one.

    The claim that this makes names the phase, so that one whose closer died goes back there.
    """
    table = kind.table

    def work(connection: sa.Connection) -> int | None:
        changed = connection.execute(
            table.update()
            .where(
                table.c.id == item_id,
                table.c.phase == phase,
                sa.true() if attempt is None else table.c.attempt == attempt,
            )
            .values(
                phase=Phase.CLAIMED,
                attempt=table.c.attempt + 1,
                run_key=f"{_CLOSING}{phase.value}",
                claimed_at=now,
                dagster_run_id=None,
            )
        )
        if changed.rowcount != 1:
            return None
        return connection.scalar(sa.select(table.c.attempt).where(table.c.id == item_id))

    return write(engine, work)


def phase_before_closing(run_key: str | None) -> Phase | None:
    """The phase that `take_to_close` took an item from, for an item that was left in its hands."""
    if run_key is None or not run_key.startswith(_CLOSING):
        return None
    return Phase(run_key.removeprefix(_CLOSING))


def end_version(
    engine: sa.Engine, version_id: int, attempt: int, error: Sentence | None = None
) -> bool:
    """Ends the preparing of a data version; with an error it has failed, and its executions will.

    False, and nothing is written, where another attempt has it by now.
    """
    values: dict[str, object] = {"phase": Phase.DONE}
    if error is not None:
        failed_at = sa.func.current_timestamp()
        values |= {"status": "failed", "failed_at": failed_at, **kept(error, "error_msg")}
    versions = dataset_versions.c
    is_held = sa.and_(
        versions.id == version_id, versions.attempt == attempt, versions.phase.in_(IN_FLIGHT)
    )

    def work(connection: sa.Connection) -> bool:
        return (
            connection.execute(dataset_versions.update().where(is_held).values(**values)).rowcount
            == 1
        )

    return write(engine, work)


def end_delivery(
    engine: sa.Engine,
    delivery_id: int,
    attempt: int,
    now: datetime,
    status: str,
    *,
    error: Sentence | None = None,
    run_id: int | None = None,
    rows: int | None = None,
) -> bool:
    """Ends a delivery as delivered, unchanged or failed; False, and nothing is written, where another attempt has it.

    run_id: DRM's run that it became, or that had its content before.
    """
    table = deliveries
    is_held = sa.and_(
        table.c.id == delivery_id, table.c.attempt == attempt, table.c.phase.in_(IN_FLIGHT)
    )
    values = {
        "phase": Phase.DONE,
        "status": status,
        "finished_at": now,
        "drm_run_id": run_id,
        "rows_delivered": rows,
        **kept(error, "error_msg"),
    }

    def work(connection: sa.Connection) -> bool:
        return connection.execute(table.update().where(is_held).values(**values)).rowcount == 1

    return write(engine, work)


def hold_delivery(engine: sa.Engine, delivery_id: int, attempt: int, run_after: datetime) -> None:
    """Puts back what is not whole yet; whoever looks at its source queues it again, not before `run_after`."""
    table = deliveries
    is_held = sa.and_(
        table.c.id == delivery_id, table.c.attempt == attempt, table.c.phase == Phase.STARTED
    )
    again = table.update().where(is_held)
    values = {
        "phase": Phase.HELD,
        "status": "waiting",
        "attempt": table.c.attempt + 1,
        "starts": 0,
        "run_after": run_after,
    }
    nobody = dict.fromkeys(("run_key", "claimed_at", "dagster_run_id"))
    write(engine, sa.Connection.execute, again.values(**values, **nobody))


def unfinished(connection: sa.Connection) -> dict[str, int]:
    """How many items of each kind are not done; held executions are not counted."""
    counts: dict[str, int] = {}
    for kind in KINDS:
        query = sa.select(sa.func.count()).where(
            kind.table.c.phase.in_((Phase.QUEUED, Phase.CLAIMED, Phase.STARTED))
        )
        counts[kind.name] = connection.scalar(query) or 0
    owed = sa.select(sa.func.count()).where(
        model_executions.c.status == ExecutionStatus.SUCCESS,
        model_executions.c.advised_at.is_(None),
    )
    counts["advice"] = connection.scalar(owed) or 0
    return counts


def phases(engine: sa.Engine) -> dict[str, dict[str, int]]:
    """Kind -> phase -> how many, every phase named."""
    found: dict[str, dict[str, int]] = {}
    with engine.connect() as connection:
        for kind in KINDS:
            query = sa.select(kind.table.c.phase, sa.func.count()).group_by(kind.table.c.phase)
            counts = {Phase(row[0]): row[1] for row in connection.execute(query)}
            found[kind.name] = {phase.value: counts.get(phase, 0) for phase in Phase}
    return found
