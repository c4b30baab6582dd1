"""Work items: rows that are launched as Dagster runs, may lose their worker, and are tried again.

Executions, reports and data versions share the columns phase, attempt, run_key, claimed_at and
dagster_run_id. An item moves queued → claimed → started → done; `claim` gathers many into one run and
names that run by a key made from their ids and attempts, so a tick that times out after it wrote, or
two daemons at once, cannot launch the same attempt twice. `start` succeeds only for the run that holds
the claim: a worker that wakes after its claim was given to another finds nothing to do.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import ExecutionStatus, Phase, ReportStatus
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    generated_reports,
    model_executions,
)

MAX_ATTEMPTS = 3
IN_FLIGHT = (Phase.CLAIMED, Phase.STARTED)


@dataclass(frozen=True)
class WorkKind:
    """One table of work items; `job` is the Dagster job that takes their ids as run config `ids`."""

    name: str
    table: sa.Table
    job: str


VERSION = WorkKind("dataset_version", dataset_versions, "prepare_datasets")
EXECUTION = WorkKind("execution", model_executions, "execute_models")
REPORT = WorkKind("report", generated_reports, "generate_reports")
KINDS = (VERSION, EXECUTION, REPORT)


@dataclass(frozen=True)
class Batch:
    """Items claimed for one Dagster run; `pool` says what kind of work they share."""

    kind: WorkKind
    pool: str
    ids: tuple[int, ...]
    run_key: str


def run_key_of(kind: WorkKind, items: Sequence[tuple[int, int]]) -> str:
    """items: (id, attempt) pairs, in order."""
    text = kind.name + "".join(f"|{item}.{attempt}" for item, attempt in items)
    return f"{kind.name}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def claim(engine: sa.Engine, kind: WorkKind, now: datetime, limit: int = 200) -> list[Batch]:
    """Claims what may run now, oldest first; gathers it into one batch a pool.

    Executions of one model run in the order of their data, never two runs at once: a model with
    work in flight waits.
    """
    with begin_write(engine) as connection:
        rows = connection.execute(_claimable(kind, limit)).all()
        batches: list[Batch] = []
        for pool in dict.fromkeys(row.pool for row in rows):
            items = [(row.id, row.attempt) for row in rows if row.pool == pool]
            batch = Batch(kind, str(pool), tuple(i for i, _ in items), run_key_of(kind, items))
            connection.execute(
                kind.table.update()
                .where(kind.table.c.id.in_(batch.ids), kind.table.c.phase == Phase.QUEUED)
                .values(phase=Phase.CLAIMED, run_key=batch.run_key, claimed_at=now)
            )
            batches.append(batch)
        return batches


def claim_these(
    engine: sa.Engine, kind: WorkKind, ids: Sequence[int], run_key: str, run_id: str, now: datetime
) -> list[int]:
    """Claims exactly these for the run that calls; returns those it may not have, and then takes none."""
    with begin_write(engine) as connection:
        free = {row.id for row in connection.execute(_claimable(kind, limit=100_000))}
        refused = [item_id for item_id in ids if item_id not in free]
        if ids and not refused:
            connection.execute(
                kind.table.update()
                .where(kind.table.c.id.in_(ids))
                .values(phase=Phase.CLAIMED, run_key=run_key, claimed_at=now, dagster_run_id=run_id)
            )
    return refused


def _claimable(kind: WorkKind, limit: int) -> sa.Select[*tuple[Any, ...]]:
    table = kind.table
    if kind is not EXECUTION:
        return (
            sa.select(table.c.id, table.c.attempt, sa.literal(kind.name).label("pool"))
            .where(table.c.phase == Phase.QUEUED)
            .order_by(table.c.id)
            .limit(limit)
        )
    busy = sa.select(table.c.model_id).where(table.c.phase.in_(IN_FLIGHT))
    return (
        sa.select(table.c.id, table.c.attempt, analytical_models.c.type.label("pool"))
        .join(analytical_models, analytical_models.c.id == table.c.model_id)
        .join(dataset_versions, dataset_versions.c.id == table.c.dataset_version_id)
        .where(
            table.c.phase == Phase.QUEUED,
            dataset_versions.c.phase == Phase.DONE,
            table.c.model_id.not_in(busy),
        )
        .order_by(table.c.dataset_version_id, table.c.id)
        .limit(limit)
    )


def start(
    engine: sa.Engine, kind: WorkKind, item_id: int, run_key: str, run_id: str, now: datetime
) -> bool:
    """True if this run holds the claim of that item and may work on it."""
    values: dict[str, object] = {"phase": Phase.STARTED, "dagster_run_id": run_id}
    if kind is not VERSION:
        values["started_at"] = now
    if kind is REPORT:
        values["status"] = ReportStatus.GENERATING
    with begin_write(engine) as connection:
        result = connection.execute(
            kind.table.update()
            .where(
                kind.table.c.id == item_id,
                kind.table.c.run_key == run_key,
                kind.table.c.phase == Phase.CLAIMED,
            )
            .values(**values)
        )
    return result.rowcount == 1


def requeue(connection: sa.Connection, kind: WorkKind, ids: Sequence[int]) -> int:
    """Gives items back to the queue as a new attempt; their lost run can no longer start them."""
    values: dict[str, object] = {
        "phase": Phase.QUEUED,
        "attempt": kind.table.c.attempt + 1,
        "run_key": None,
        "claimed_at": None,
        "dagster_run_id": None,
    }
    if kind is REPORT:
        values["status"] = ReportStatus.PENDING
    result = connection.execute(
        kind.table.update()
        .where(kind.table.c.id.in_(ids), kind.table.c.phase.in_(IN_FLIGHT))
        .values(**values)
    )
    return result.rowcount


def end_version(engine: sa.Engine, version_id: int, error: str | None = None) -> None:
    """Ends the preparing of a data version; with an error it has failed, and its executions will."""
    values: dict[str, object] = {"phase": Phase.DONE}
    if error is not None:
        values |= {"status": "failed", "error_msg": error}
    with begin_write(engine) as connection:
        connection.execute(
            dataset_versions.update().where(dataset_versions.c.id == version_id).values(**values)
        )


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
            counts = {Phase(phase): count for phase, count in connection.execute(query).tuples()}
            found[kind.name] = {phase.value: counts.get(phase, 0) for phase in Phase}
    return found
