"""Dagster's storage in SQLite's files, with connections that are kept.

Dagster opens each file anew for every statement: an engine, a connection, its statements compiled again, a checkpoint
when it is closed. That is most of what an event costs an embedded instance. Here each process keeps one engine a file.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

import sqlalchemy as sa
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.storage.sqlite_storage import (
    DagsterSqliteStorage,
    _event_logs_directory,
    _runs_directory,
    _schedule_directory,
)
from dagster._serdes import ConfigurableClassData
from sqlalchemy.pool import QueuePool

# The index, and the runs that are at work or were just now: each has a file of its own.
MOST_KEPT = 8


class KeptEngines:
    """Engines by the string of their connection; the one that was used longest ago goes first."""

    def __init__(self) -> None:
        self._engines: OrderedDict[str, sa.Engine] = OrderedDict()
        self._lock = RLock()

    def of(self, url: str) -> sa.Engine:
        with self._lock:
            if url not in self._engines:
                self._engines[url] = _kept(url)
                if len(self._engines) > MOST_KEPT:
                    _, oldest = self._engines.popitem(last=False)
                    oldest.dispose()
            self._engines.move_to_end(url)
            return self._engines[url]

    def dispose(self) -> None:
        with self._lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _kept(url: str) -> sa.Engine:
    arguments = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
    return sa.create_engine(url, poolclass=QueuePool, pool_size=2, connect_args=arguments)


class KeptEventLog(SqliteEventLogStorage):
    """As its parent, whose `_connect` this is but for the engine."""

    def __init__(self, base_dir: str) -> None:
        self._kept = KeptEngines()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            engine = self._kept.of(self.conn_string_for_shard(shard))
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def dispose(self) -> None:
        self._kept.dispose()
        super().dispose()


class KeptRuns(SqliteRunStorage):
    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engine = _kept(conn_string)
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        self._engine.dispose()


class KeptSchedules(SqliteScheduleStorage):
    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engine = _kept(conn_string)
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        self._engine.dispose()


class KeptSqliteStorage(DagsterSqliteStorage):
    """Dagster's, of the parts above."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self.base_dir = base_dir
        self._inst_data = inst_data
        self._run_storage = KeptRuns.from_local(_runs_directory(base_dir))
        self._event_log_storage = KeptEventLog(_event_logs_directory(base_dir))
        self._schedule_storage = KeptSchedules.from_local(_schedule_directory(base_dir))
        # Not the parent's own, which opens all three once more.
        super(DagsterSqliteStorage, self).__init__()
