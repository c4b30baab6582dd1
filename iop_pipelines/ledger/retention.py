"""What is thrown away once it is old enough, and what never is.

History stays in IOP's tables: rows of executions, reports, findings and recommendations are kept for
ever. Taken away are Dagster's copies of that history, rows that models wrote, rejected rows, and files.
A row is marked before its event goes, so `verify` knows that the row alone tells of it; a pass that dies
half way leaves only what the next one takes. Prepared rows stay: what an execution read can be read again.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import accumulate, chain, islice, takewhile
from pathlib import Path
from typing import Any, cast

import dagster as dg
import fsspec  # pyright: ignore[reportMissingTypeStubs]
import sqlalchemy as sa
from dagster._core.instance.utils import RUNLESS_RUN_ID
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    SqlEventLogStorageTable,
)

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.vocabulary import Phase, ReportStatus
from iop_pipelines.errors import MisconfiguredInstance
from iop_pipelines.ledger.work import EXECUTION, KINDS, REPORT
from iop_pipelines.schema.tables import (
    dataset_versions,
    generated_reports,
    ledger_repairs,
    model_executions,
    model_outputs,
    rejected_rows,
)
from iop_pipelines.schema.transactions import change, write, writes
from iop_pipelines.settings import Settings

# Of one pass: the job comes again in some hours, and what is left waits for it.
RUNS_A_PASS = 5_000
FILES_A_PASS = 5_000
ROWS_A_PASS = 500_000
PASS_LIMIT_S = 600
_RUNS_A_PAGE = 100
# Of one transaction.
_ITEMS_AT_ONCE = 200
_ROWS_AT_ONCE = 20_000
_ENDED = (
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
)


@dataclass(frozen=True)
class Policy:
    """Days that each kind is kept; 0 for ever."""

    history_days: int
    outputs_days: int
    rejected_days: int
    report_files_days: int

    @classmethod
    def of(cls, settings: Settings) -> "Policy":
        return cls(
            settings.keep_history_days,
            settings.keep_outputs_days,
            settings.keep_rejected_days,
            settings.keep_report_files_days,
        )


@dataclass(frozen=True)
class Purge:
    """How much of each kind a pass took, or would take."""

    runs: int = 0
    events_outside_runs: int = 0
    output_rows: int = 0
    rejected_rows: int = 0
    report_files: int = 0
    repairs: int = 0

    def as_rows(self) -> list[dict[str, object]]:
        return [
            {"kind": each.name.replace("_", " "), "count": getattr(self, each.name)}
            for each in fields(self)
        ]

    def __str__(self) -> str:
        return ", ".join(f"{row['count']} {row['kind']}" for row in self.as_rows())


def plan(instance: dg.DagsterInstance, engine: sa.Engine, policy: Policy, now: datetime) -> Purge:
    """What is old enough now, all of it; reads only."""
    ended = _cutoff(now, policy.history_days)
    with engine.connect() as connection:
        return Purge(
            runs=sum(len(page) for page in _run_pages(instance, engine, ended)),
            events_outside_runs=_count_outside_runs(instance, ended),
            output_rows=_count(
                connection,
                sa.select(sa.func.count())
                .select_from(model_outputs)
                .join(model_executions, model_outputs.c.execution_id == model_executions.c.id)
                .where(*_may_lose_output(_cutoff(now, policy.outputs_days))),
            ),
            rejected_rows=_count(
                connection,
                sa.select(sa.func.count())
                .select_from(rejected_rows)
                .join(dataset_versions, rejected_rows.c.dataset_version_id == dataset_versions.c.id)
                .where(*_may_lose_rejects(_cutoff(now, policy.rejected_days))),
            ),
            report_files=_count(
                connection,
                sa.select(sa.func.count())
                .select_from(generated_reports)
                .where(*_may_lose_file(_cutoff(now, policy.report_files_days))),
            ),
            repairs=_count(
                connection,
                sa.select(sa.func.count())
                .select_from(ledger_repairs)
                .where(ledger_repairs.c.repaired_at < ended),
            ),
        )


def purge(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    policy: Policy,
    now: datetime,
    clock: Callable[[], float] = time.monotonic,
    tick: Tick = nobody,
) -> Purge:
    """One bounded pass; safe at any time, beside anything, and to be killed.

    tick: called before every run, file and transaction, so that who watches knows that the pass goes on.
    """
    began = clock()

    def until(share: float) -> Callable[[], bool]:
        """Whether another part may be begun: only until that share of the pass is over.

        What one kind leaves goes to the next, and a backlog of one does not keep the others waiting for ever.
        """

        def has_time() -> bool:
            tick()
            return clock() - began < share * PASS_LIMIT_S

        return has_time

    ended = _cutoff(now, policy.history_days)
    runs = _purge_runs(instance, engine, ended, now, until(0.5))
    tick()
    outside_runs = _purge_outside_runs(instance, engine, ended, now)
    output_rows = _delete_rows(
        engine,
        model_outputs,
        model_outputs.c.execution_id,
        model_executions,
        _may_lose_output(_cutoff(now, policy.outputs_days)),
        until(0.7),
    )
    rejects = _delete_rows(
        engine,
        rejected_rows,
        rejected_rows.c.dataset_version_id,
        dataset_versions,
        _may_lose_rejects(_cutoff(now, policy.rejected_days)),
        until(0.85),
    )
    files = _remove_files(engine, _cutoff(now, policy.report_files_days), now, until(1.0))
    tick()
    return Purge(
        runs, outside_runs, output_rows, rejects, files, repairs=_forget_repairs(engine, ended)
    )


def _cutoff(now: datetime, days: int) -> datetime:
    """What ended before it is old enough; nothing did for 0 days."""
    return now - timedelta(days=days) if days else datetime(1970, 1, 2)


def _count(connection: sa.Connection, query: sa.Select[Any]) -> int:
    return connection.scalar(query) or 0


# Dagster's history --------------------------------------------------------------------------


def _run_pages(
    instance: dg.DagsterInstance, engine: sa.Engine, ended: datetime
) -> Iterator[list[str]]:
    """Ids of runs that ended before that, oldest first; without those that open work still names."""
    spared = _runs_of_open_work(engine)
    cursor = None
    while True:
        records = instance.get_run_records(
            dg.RunsFilter(statuses=list(_ENDED), updated_before=ended),
            limit=_RUNS_A_PAGE,
            cursor=cursor,
            ascending=True,
        )
        if not records:
            return
        cursor = records[-1].dagster_run.run_id
        yield [
            record.dagster_run.run_id
            for record in records
            if record.dagster_run.run_id not in spared
        ]


def _runs_of_open_work(engine: sa.Engine) -> set[str]:
    with engine.connect() as connection:
        return {
            run_id
            for kind in KINDS
            for run_id in connection.scalars(
                sa.select(kind.table.c.dagster_run_id).where(
                    kind.table.c.phase != Phase.DONE, kind.table.c.dagster_run_id.is_not(None)
                )
            )
        }


def _purge_runs(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    ended: datetime,
    now: datetime,
    has_time: Callable[[], bool],
) -> int:
    purged = 0
    pages = takewhile(lambda _: has_time(), _run_pages(instance, engine, ended))
    # Deleting a run that is a page's cursor would lose the place: pages are read first.
    run_ids = list(islice(chain.from_iterable(pages), RUNS_A_PASS))
    for run_id in run_ids:
        if not has_time():
            break
        _mark(engine, now, lambda table, run_id=run_id: table.c.dagster_run_id == run_id)
        _delete_run(instance, run_id)
        purged += 1
    return purged


@writes
def _mark(
    connection: sa.Connection,
    now: datetime,
    condition: Callable[[sa.Table], sa.ColumnElement[bool]],
) -> None:
    """Rows whose end Dagster will have forgotten; before their events go."""
    for kind in (EXECUTION, REPORT):
        table = kind.table
        connection.execute(
            table.update()
            .where(
                condition(table),
                table.c.phase == Phase.DONE,
                table.c.history_purged_at.is_(None),
            )
            .values(history_purged_at=now)
        )


def _delete_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Events before the run: a pass that dies between finds the run again, and with it what is left."""
    events = _event_log(instance)
    with events.index_connection() as connection:
        connection.execute(
            AssetCheckExecutionsTable.delete().where(AssetCheckExecutionsTable.c.run_id == run_id)
        )
    instance.event_log_storage.delete_events(run_id)
    if isinstance(events, SqliteEventLogStorage):
        # Each run has a file of its own, which deleting its events only empties.
        for suffix in ("", "-wal", "-shm"):
            Path(events.path_for_shard(run_id) + suffix).unlink(missing_ok=True)
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    instance.run_storage.delete_run(run_id)


def _event_log(instance: dg.DagsterInstance) -> SqlEventLogStorage:
    """Raises MisconfiguredInstance for a store that `dagster.yaml` of this release does not name."""
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        raise MisconfiguredInstance(
            f"Dagster keeps its events in {type(storage).__name__}, which retention does not know; "
            "storage in dagster.yaml is InstanceStorage"
        )
    return storage


def _outside_runs(ended: datetime) -> sa.ColumnElement[bool]:
    events = SqlEventLogStorageTable.c
    return sa.and_(events.run_id == RUNLESS_RUN_ID, events.timestamp < ended)


def _count_outside_runs(instance: dg.DagsterInstance, ended: datetime) -> int:
    query = sa.select(sa.func.count()).where(_outside_runs(ended))
    with _event_log(instance).run_connection(RUNLESS_RUN_ID) as connection:
        return connection.scalar(query) or 0


def _purge_outside_runs(
    instance: dg.DagsterInstance, engine: sa.Engine, ended: datetime, now: datetime
) -> int:
    """Ends that were told outside any run: of work that was superseded, canceled or given up."""
    if not _count_outside_runs(instance, ended):
        return 0
    _mark(
        engine,
        now,
        lambda table: sa.and_(table.c.dagster_run_id.is_(None), table.c.finished_at < ended),
    )
    events = _event_log(instance)
    statement = SqlEventLogStorageTable.delete().where(_outside_runs(ended))
    with events.run_connection(RUNLESS_RUN_ID) as connection:
        deleted: int = connection.execute(statement).rowcount
    if isinstance(events, SqliteEventLogStorage):
        with events.index_connection() as connection:
            connection.execute(statement)
    return deleted


# IOP's own ----------------------------------------------------------------------------------


def _may_lose_output(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    executions = model_executions.c
    # Advice that is owed is made from these rows.
    return (
        executions.phase == Phase.DONE,
        executions.finished_at < before,
        sa.or_(executions.status != "success", executions.advised_at.is_not(None)),
    )


def _may_lose_rejects(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (dataset_versions.c.phase == Phase.DONE, dataset_versions.c.prepared_at < before)


def _may_lose_file(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    reports = generated_reports.c
    return (
        reports.status == ReportStatus.READY,
        reports.finished_at < before,
        reports.storage_url.is_not(None),
        reports.file_removed_at.is_(None),
    )


def _delete_rows(
    engine: sa.Engine,
    table: sa.Table,
    owner: sa.Column[int],
    owners: sa.Table,
    conditions: Sequence[sa.ColumnElement[bool]],
    has_time: Callable[[], bool],
) -> int:
    """Rows of a table by those that own them, whole owners only, in transactions that stay short."""
    query = (
        sa.select(owner, sa.func.count())
        .join(owners, owners.c.id == owner)
        .where(*conditions)
        .group_by(owner)
        .order_by(owner)
        .limit(_ITEMS_AT_ONCE)
    )

    def delete_some(connection: sa.Connection) -> int | None:
        counted = connection.execute(query).all()
        totals = accumulate(count for _, count in counted)
        # The first alone, however many it has.
        ids = [
            owner_id
            for place, ((owner_id, _), total) in enumerate(zip(counted, totals, strict=True))
            if place == 0 or total <= _ROWS_AT_ONCE
        ]
        return connection.execute(table.delete().where(owner.in_(ids))).rowcount if ids else None

    deleted = 0
    while deleted < ROWS_A_PASS and has_time():
        count = write(engine, delete_some)
        if count is None:
            break
        deleted += count
    return deleted


def _remove_files(
    engine: sa.Engine, before: datetime, now: datetime, has_time: Callable[[], bool]
) -> int:
    """The file first: a pass that dies between finds the row again, and no file is left that no row tells of."""
    reports = generated_reports.c
    query = sa.select(reports.id, reports.storage_url).where(*_may_lose_file(before))
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(reports.id).limit(FILES_A_PASS)).all()
    removed = 0
    for row in rows:
        if not has_time():
            break
        # fsspec has no types of its own.
        found = fsspec.url_to_fs(row.storage_url)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        store, path = cast(tuple[Any, str], found)
        with suppress(FileNotFoundError):
            store.rm_file(path)
        is_it = reports.id == row.id
        change(engine, generated_reports.update().where(is_it).values(file_removed_at=now))
        removed += 1
    return removed


@writes
def _forget_repairs(connection: sa.Connection, before: datetime) -> int:
    return connection.execute(
        ledger_repairs.delete().where(ledger_repairs.c.repaired_at < before)
    ).rowcount
