"""Dagster's copies of history: its ended runs with their events, checks and logs, and events outside runs.

A row is marked before its event goes, so `verify` knows that the row alone tells of it; a pass that dies half way
leaves only what the next one takes.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain, islice, takewhile
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from dagster._core.instance.utils import RUNLESS_RUN_ID
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    SqlEventLogStorageTable,
)

from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.errors import MisconfiguredInstance
from iop_pipelines.ledger.work import EXECUTION, KINDS, REPORT
from iop_pipelines.schema.transactions import writes

# Of one pass.
RUNS_A_PASS = 5_000
_RUNS_A_PAGE = 100
_ENDED = (
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
)


def count_runs(instance: dg.DagsterInstance, engine: sa.Engine, ended: datetime) -> int:
    return sum(len(page) for page in _run_pages(instance, engine, ended))


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


def purge_runs(
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
        raise MisconfiguredInstance("dagster.unknown_storage", storage=type(storage).__name__)
    return storage


def _outside_runs(ended: datetime) -> sa.ColumnElement[bool]:
    events = SqlEventLogStorageTable.c
    return sa.and_(events.run_id == RUNLESS_RUN_ID, events.timestamp < ended)


def count_outside_runs(instance: dg.DagsterInstance, ended: datetime) -> int:
    query = sa.select(sa.func.count()).where(_outside_runs(ended))
    with _event_log(instance).run_connection(RUNLESS_RUN_ID) as connection:
        return connection.scalar(query) or 0


def purge_outside_runs(
    instance: dg.DagsterInstance, engine: sa.Engine, ended: datetime, now: datetime
) -> int:
    """Ends that were told outside any run: of work that was superseded, canceled or given up."""
    if not count_outside_runs(instance, ended):
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
