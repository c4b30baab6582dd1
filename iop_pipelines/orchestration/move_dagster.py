"""Dagster's storage from the SQLite files of a home to the tables of a server, as part of `move`.

In SQLite each run has a file of events, and asset events stand in an index file again, under other
ids; a server has one table. Here the events of all files are put in the order in which they happened and
numbered anew, and whatever names an event by its number is told the new one.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dagster import EventLogRecord
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    AssetKeyTable,
    ConcurrencyLimitsTable,
    DynamicPartitionsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.runs.schema import (
    BackfillTagsTable,
    BulkActionsTable,
    KeyValueStoreTable,
    RunsTable,
    RunTagsTable,
    SnapshotsTable,
)
from dagster._core.storage.schedules.schema import (
    AssetDaemonAssetEvaluationsTable,
    InstigatorsTable,
    JobTable,
    JobTickTable,
)
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import deserialize_value, serialize_value
from sqlalchemy.pool import NullPool

# Daemon heartbeats, slots and steps that wait are of processes that are gone; the ids of the storage and
# the record of its migrations are the target's own.
RUN_TABLES = (
    SnapshotsTable,
    RunsTable,
    RunTagsTable,
    BulkActionsTable,
    BackfillTagsTable,
    KeyValueStoreTable,
)
SCHEDULE_TABLES = (JobTable, InstigatorsTable, JobTickTable, AssetDaemonAssetEvaluationsTable)
PLAIN_EVENT_TABLES = (DynamicPartitionsTable, ConcurrencyLimitsTable)
NUMBERED_TABLES = (AssetKeyTable, AssetEventTagsTable, AssetCheckExecutionsTable)
EVENTS = SqlEventLogStorageTable
ALL_TABLES = (*RUN_TABLES, *SCHEDULE_TABLES, *PLAIN_EVENT_TABLES, *NUMBERED_TABLES, EVENTS)
_INDEX = "index.db"
_EVENT_COLUMNS = tuple(column.name for column in EVENTS.columns if column.name != "id")


@dataclass(frozen=True)
class DagsterFiles:
    """The SQLite files of Dagster's storage in a home."""

    base: Path

    @property
    def exists(self) -> bool:
        return self.runs.is_file()

    @property
    def runs(self) -> Path:
        return self.base / "history" / "runs.db"

    @property
    def index(self) -> Path:
        return self.base / "history" / "runs" / _INDEX

    @property
    def schedules(self) -> Path:
        return self.base / "schedules" / "schedules.db"

    @property
    def event_files(self) -> list[Path]:
        """One a run, and `.db` for what was reported outside any run."""
        return sorted(path for path in self.index.parent.glob("*.db") if path.name != _INDEX)

    def bring_up_to_date(self) -> None:
        """An older release of Dagster may have made them: all columns must be there."""
        storage = DagsterSqliteStorage(str(self.base))
        for part in (storage.run_storage, storage.event_log_storage, storage.schedule_storage):
            current, newest = part.alembic_version() or (None, None)
            if current != newest:
                # All three have it; only the class of run storages does not say so.
                part.upgrade()  # pyright: ignore[reportAttributeAccessIssue]
            part.dispose()


@dataclass
class EventNumbers:
    """The new numbers of events by their numbers in the index file."""

    by_index_id: dict[int, int] = field(default_factory=dict)

    def of(self, index_id: int | None) -> int | None:
        return None if index_id is None else self.by_index_id.get(index_id)

    def at_or_before(self, index_id: int) -> int:
        """The new number of the newest event up to that one; 0 if there is none."""
        older = [old for old in self.by_index_id if old <= index_id]
        return self.by_index_id[max(older)] if older else 0


@contextmanager
def opened(path: Path) -> Iterator[sa.Connection]:
    """A connection of its own to one SQLite file, closed afterwards."""
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def count_rows(files: DagsterFiles) -> dict[str, int]:
    counts = {}
    for path, tables in _plain_tables(files):
        with opened(path) as source:
            counts |= {table.name: _count(source, table) for table in tables}
    with opened(files.index) as index:
        counts |= {table.name: _count(index, table) for table in NUMBERED_TABLES}
    counts[EVENTS.name] = 0
    for path in files.event_files:
        with opened(path) as shard:
            if sa.inspect(shard).has_table(EVENTS.name):
                counts[EVENTS.name] += _count(shard, EVENTS)
    return counts


def copy_dagster(
    files: DagsterFiles,
    target: sa.Connection,
    copy: Callable[[sa.TableClause, Iterable[dict[str, Any]]], int],
) -> EventNumbers:
    """Copies all within the target's transaction; `copy` writes rows of a table and counts them."""
    for path, tables in _plain_tables(files):
        with opened(path) as source:
            for table in tables:
                copy(table, _rows(source, table))
    numbers = EventNumbers()
    with _staged(files) as staging:
        copy(EVENTS, _ordered_events(staging))
        numbers.by_index_id.update(_new_numbers(staging))
    with opened(files.index) as index:
        copy(AssetKeyTable, (_renumbered_key(row, numbers) for row in _rows(index, AssetKeyTable)))
        for table, names in (
            (AssetEventTagsTable, ("event_id",)),
            (
                AssetCheckExecutionsTable,
                ("evaluation_event_storage_id", "materialization_event_storage_id"),
            ),
        ):
            copy(
                table,
                (
                    row | {name: numbers.of(row[name]) for name in names}
                    for row in _rows(index, table)
                ),
            )
    return numbers


def _plain_tables(files: DagsterFiles) -> tuple[tuple[Path, tuple[sa.Table, ...]], ...]:
    return (
        (files.runs, RUN_TABLES),
        (files.schedules, SCHEDULE_TABLES),
        (files.index, PLAIN_EVENT_TABLES),
    )


def _count(source: sa.Connection, table: sa.Table) -> int:
    return source.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def _rows(source: sa.Connection, table: sa.Table) -> Iterator[dict[str, Any]]:
    query = sa.select(table).order_by(table.c.id).execution_options(yield_per=500)
    for row in source.execute(query).mappings():
        yield dict(row)


def _renumbered_key(row: dict[str, Any], numbers: EventNumbers) -> dict[str, Any]:
    # Dagster works the cached status out again; it is made of numbers that are no longer true.
    row["cached_status_data"] = None
    if row["last_materialization"]:
        record = deserialize_value(row["last_materialization"], EventLogRecord)
        number = numbers.of(record.storage_id)
        row["last_materialization"] = (
            serialize_value(EventLogRecord(number, record.event_log_entry)) if number else None
        )
    return row


@contextmanager
def _staged(files: DagsterFiles) -> Iterator[sa.Connection]:
    """All events of all files in one temporary database: `staged` in their order, `indexed` beside it."""
    with tempfile.TemporaryDirectory(prefix="iop-move-") as folder:
        path = Path(folder) / "events.db"
        # Without transactions of its own: SQLite attaches no file within one.
        with closing(sqlite3.connect(path, isolation_level=None)) as staging:
            _stage(files, staging)
        with opened(path) as connection:
            yield connection


def _stage(files: DagsterFiles, staging: sqlite3.Connection) -> None:
    columns = ", ".join(_EVENT_COLUMNS)
    staging.execute("PRAGMA journal_mode=OFF")
    staging.execute("PRAGMA synchronous=OFF")
    staging.execute(f"CREATE TABLE raw (file INT, id INT, reached TEXT, {columns})")
    for number, path in enumerate(files.event_files):
        # A run's own order is kept where the clocks of its processes disagree: an event comes at
        # the latest moment that its run had reached.
        _insert_from(
            staging,
            path,
            f"INSERT INTO raw SELECT {number}, id, MAX(timestamp) OVER (ORDER BY id), {columns} "  # noqa: S608  our own names
            "FROM other.event_logs",
        )
    staging.execute(
        f"CREATE TABLE staged AS SELECT ROW_NUMBER() OVER (ORDER BY reached, file, id) AS id, "  # noqa: S608
        f"{columns} FROM raw ORDER BY 1"
    )
    staging.execute("DROP TABLE raw")
    staging.execute("CREATE TABLE indexed (id INTEGER PRIMARY KEY, run_id, timestamp, event)")
    _insert_from(
        staging,
        files.index,
        "INSERT INTO indexed SELECT id, run_id, timestamp, event FROM other.event_logs",
    )
    staging.execute("CREATE UNIQUE INDEX staged_by_id ON staged (id)")
    staging.execute("CREATE INDEX staged_by_run ON staged (run_id, timestamp)")


def _insert_from(staging: sqlite3.Connection, path: Path, statement: str) -> None:
    """`other` in the statement is that file; one that holds no events, as of a run just made, is passed over."""
    staging.execute("ATTACH DATABASE ? AS other", (str(path),))
    if staging.execute("SELECT 1 FROM other.sqlite_master WHERE name = 'event_logs'").fetchone():
        staging.execute(statement)
    staging.execute("DETACH DATABASE other")


def _ordered_events(staging: sa.Connection) -> Iterator[dict[str, Any]]:
    staged = sa.table("staged", *(sa.column(c.name, c.type) for c in EVENTS.columns))
    query = sa.select(staged).order_by(staged.c.id).execution_options(yield_per=500)
    for row in staging.execute(query).mappings():
        yield dict(row)


def _new_numbers(staging: sa.Connection) -> dict[int, int]:
    """An event of the index file is the event of its run's file with the same text; of twins, the first the first."""
    numbered = """
        SELECT id, run_id, timestamp, event,
            ROW_NUMBER() OVER (PARTITION BY run_id, timestamp, event ORDER BY id) AS twin
        FROM {} WHERE (run_id, timestamp) IN (SELECT run_id, timestamp FROM indexed)
        """
    pairs = staging.exec_driver_sql(
        f"SELECT old.id AS former, new.id AS number FROM ({numbered.format('indexed')}) AS old "  # noqa: S608  our own names
        f"JOIN ({numbered.format('staged')}) AS new USING (run_id, timestamp, event, twin)"
    )
    return {pair.former: pair.number for pair in pairs}
