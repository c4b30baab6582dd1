"""Dagster's storage in SQLite's files, with connections that are kept.

Dagster opens each file anew for every statement: an engine, a connection, its statements compiled again, a checkpoint
when it is closed. That is most of what an event costs an embedded instance. Here each process keeps one engine a file.

Each run has a file of its own, for which Dagster reads all its migrations, as does each process that opens it. Here a
process reads them once at most, and a new run's file is a copy of an empty one.

What is written over a kept connection stays in the write-ahead log beside a file, which itself does not change: who
waits for events asks for them.
"""

import logging
import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Event, RLock, Thread

import dagster as dg
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from dagster._core.event_api import EventHandlerFn
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SQLITE_BUSY_TIMEOUT_SECONDS,
    SqliteEventLogStorageWatchdog,
)
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.storage.sqlite import create_db_conn_string
from dagster._core.storage.sqlite_storage import (
    DagsterSqliteStorage,
    _event_logs_directory,
    _runs_directory,
    _schedule_directory,
)
from dagster._serdes import ConfigurableClassData
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

log = logging.getLogger(__name__)

# The index, and the runs that are at work or were just now: each has a file of its own.
MOST_KEPT = 8
# Between two looks for new events of the runs that are open in Dagster's UI.
WATCH_S = 1.0
# A callback of a watch may be at work when the storage is closed.
END_S = 15.0


# Folders whose databases this process has found, or brought, to their present schema: an instance is made anew for each
# tick of a sensor and each run, and asking Alembic three times is most of what that costs.
_prepared: set[str] = set()


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


class Watches:
    """Tells who watches a run its new events, from one thread for all of a storage."""

    def __init__(self, storage: "KeptEventLog") -> None:
        self._storage = storage
        self._watched: dict[tuple[str, EventHandlerFn], SqliteEventLogStorageWatchdog] = {}
        self._ended = Event()
        self._thread = Thread(target=self._run, name="event-watches", daemon=True)
        self._thread.start()

    def add(self, run_id: str, cursor: str | None, callback: EventHandlerFn) -> None:
        watch = SqliteEventLogStorageWatchdog(self._storage, run_id, callback, cursor)
        self._watched[run_id, callback] = watch

    def remove(self, run_id: str, callback: EventHandlerFn) -> None:
        self._watched.pop((run_id, callback), None)

    def end(self) -> None:
        self._ended.set()
        self._thread.join(END_S)

    def _run(self) -> None:
        failing: set[tuple[str, EventHandlerFn]] = set()
        while not self._ended.wait(WATCH_S):
            # A callback may end its own watch, another thread any.
            for key, watch in list(self._watched.items()):
                try:
                    watch._process_log()
                    failing.discard(key)
                except Exception:
                    # The boundary of the thread: a log that cannot be read leaves the other runs theirs.
                    if key not in failing:
                        log.exception("The events of run %s cannot be read.", key[0])
                    failing.add(key)
            failing.intersection_update(list(self._watched))


class _Together:
    """The one transaction of each file, in the order in which they were begun, which is that of their commits too."""

    def __init__(self, opened: ExitStack) -> None:
        self._opened = opened
        self._connections: dict[sa.Engine, sa.Connection] = {}

    def connection(self, engine: sa.Engine) -> sa.Connection:
        if engine not in self._connections:
            connection = self._opened.enter_context(engine.connect())
            connection.begin()
            self._connections[engine] = connection
        return self._connections[engine]

    def commit(self) -> None:
        for connection in self._connections.values():
            connection.commit()


class KeptEventLog(SqliteEventLogStorage):
    """As its parent, whose `_connect` this is but for the engine; watches ask, where the parent's wait for the file."""

    def __init__(self, base_dir: str) -> None:
        self._kept = KeptEngines()
        self._watches: Watches | None = None
        self._watches_lock = RLock()
        self._together: _Together | None = None
        self._found_tables: set[str] = set()
        super().__init__(base_dir)
        # The parent's is taken once by a thread; `together` has it while it lasts.
        self._db_lock = RLock()
        if _is_prepared(base_dir, INDEX_SHARD_NAME):
            self._initialized_dbs.add(INDEX_SHARD_NAME)

    def prepare(self) -> None:
        if self._base_dir not in _prepared:
            with self.index_connection():
                _prepared.add(self._base_dir)

    def _initdb(self, engine: sa.Engine, for_index_shard: bool = False) -> None:
        """As its parent, which leaves a file that bears a revision as it is, without reading Dagster's migrations."""
        if not for_index_shard:
            path = Path(str(engine.url.database))
            if not path.exists():
                _place_empty_run(path)
            # Another process may be making it in steps: its parent waits for that.
            with suppress(DatabaseError), engine.connect() as connection:
                if MigrationContext.configure(connection).get_current_revision() is not None:
                    return
        super()._initdb(engine, for_index_shard)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            engine = self._kept.of(self.conn_string_for_shard(shard))
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            if self._together is not None:
                yield self._together.connection(engine)
                return
            with engine.begin() as connection:
                yield connection

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread tells is committed at the end, a transaction a file; nothing of it where it raises before.
        Killed between two commits the run's own file has it and the index has not, as after any single event."""
        with self._db_lock, ExitStack() as opened:
            if self._together is not None:
                raise AssertionError("what is told together is not told together again")
            self._together = made = _Together(opened)
            try:
                yield
                made.commit()
            finally:
                self._together = None

    def has_table(self, table_name: str) -> bool:
        """Dagster asks at each event of a check; a table that was there stays."""
        if table_name not in self._found_tables:
            if not super().has_table(table_name):
                return False
            self._found_tables.add(table_name)
        return True

    def watch(self, run_id: str, cursor: str | None, callback: EventHandlerFn) -> None:
        with self._watches_lock:
            if self._watches is None:
                self._watches = Watches(self)
            self._watches.add(run_id, cursor, callback)

    def end_watch(self, run_id: str, handler: EventHandlerFn) -> None:
        if (watches := self._watches) is not None:
            watches.remove(run_id, handler)

    def dispose(self) -> None:
        with self._watches_lock:
            watches, self._watches = self._watches, None
        if watches is not None:
            watches.end()
        self._kept.dispose()
        super().dispose()


@contextmanager
def told_together(instance: dg.DagsterInstance) -> Iterator[bool]:
    """Whether what is told in it is told as one; on a server each event is committed by itself."""
    log = instance.event_log_storage
    if not isinstance(log, KeptEventLog):
        yield False
        return
    with log.together():
        yield True


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


@cache
def _empty_run() -> bytes:
    """The file of a run without events, as Dagster makes it; read once a process."""
    with tempfile.TemporaryDirectory(prefix="iop-events-") as folder:
        storage = SqliteEventLogStorage(folder)
        with storage.run_connection("empty"):
            pass
        storage.dispose()
        return Path(storage.path_for_shard("empty")).read_bytes()


def _place_empty_run(path: Path) -> None:
    """All of it at once, for another process may make the same. Where that cannot be, Dagster makes it."""
    with (
        suppress(OSError, DatabaseError),
        tempfile.NamedTemporaryFile(dir=path.parent, suffix=".new") as made,
    ):
        made.write(_empty_run())
        made.flush()
        # Raises if there is one by now.
        os.link(made.name, path)


def _is_prepared(folder: str, database: str) -> bool:
    """Also that it is still there: who takes the file away gets another."""
    return os.path.abspath(folder) in _prepared and Path(folder, f"{database}.db").is_file()


def _runs_in(folder: str) -> KeptRuns:
    if _is_prepared(folder, "runs"):
        return KeptRuns(create_db_conn_string(folder, "runs"))
    made = KeptRuns.from_local(folder)
    _prepared.add(os.path.abspath(folder))
    return made


def _schedules_in(folder: str) -> SqliteScheduleStorage:
    if _is_prepared(folder, "schedules"):
        return KeptSchedules(create_db_conn_string(folder, "schedules"))
    made = KeptSchedules.from_local(folder)
    _prepared.add(os.path.abspath(folder))
    return made


class KeptSqliteStorage(DagsterSqliteStorage):
    """Dagster's, of the parts above."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self.base_dir = base_dir
        self._inst_data = inst_data
        self._run_storage = _runs_in(_runs_directory(base_dir))
        self._event_log_storage = KeptEventLog(_event_logs_directory(base_dir))
        self._event_log_storage.prepare()
        self._schedule_storage = _schedules_in(_schedule_directory(base_dir))
        # Not the parent's own, which opens all three once more.
        super(DagsterSqliteStorage, self).__init__()
