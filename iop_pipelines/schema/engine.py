"""Engines for SQLite, MySQL and MariaDB that behave alike: UTC sessions, bounded waits, live connections.

Servers run at READ COMMITTED: under REPEATABLE READ MariaDB from 11.6 ends a transaction that touches a row
which changed since its first read (1020), and a reader that waited for a lock would go on with what it
saw before. Who reads several tables as of one moment asks for a `snapshot`.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext

from iop_pipelines.domain.alphabet import reading_key
from iop_pipelines.domain.letters import small_letters

# A row of any statement: its columns are known to the statement, not to the type checker.
Record: TypeAlias = sa.Row[*tuple[Any, ...]]

CONNECT_TIMEOUT_S = 10
IO_TIMEOUT_S = 60
LOCK_WAIT_S = 30
# On servers, where who waited too long begins anew.
SERVER_LOCK_WAIT_S = 10
ISOLATION = "READ COMMITTED"
# Kept open once they were needed: SQLAlchemy's default keeps five and opens the others anew for each use.
POOL_SIZE = 15


@lru_cache(maxsize=8)
def engine_for(url: str, io_timeout_s: int = IO_TIMEOUT_S) -> sa.Engine:
    """One engine a URL and process. A file database's folder is made if it is absent.

    io_timeout_s: longest wait for one answer of a server; SQLite does not use it.
    """
    if url.startswith("sqlite"):
        return _sqlite_engine(url)
    engine = sa.create_engine(
        url,
        # Values of rows and settings are not for logs and error columns.
        hide_parameters=True,
        # Set once a connection, not once a use.
        isolation_level=ISOLATION,
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_timeout=CONNECT_TIMEOUT_S,
        pool_size=POOL_SIZE,
        max_overflow=0,
        json_deserializer=read_json,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "read_timeout": io_timeout_s,
            "write_timeout": io_timeout_s,
            "charset": "utf8mb4",
            "init_command": "SET time_zone='+00:00', "
            f"innodb_lock_wait_timeout={SERVER_LOCK_WAIT_S}, "
            "sql_mode='STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO'",
        },
    )
    _refuse_to_commit_nothing(engine)
    return engine


# A deadlock, a lock waited for too long, a row that changed: the transaction, or a part of it, is undone.
_UNDONE = frozenset({1020, 1205, 1213})
_UNDONE_BY = "iop_undone_by"


def _refuse_to_commit_nothing(engine: sa.Engine) -> None:
    """After such an error a server's COMMIT succeeds with nothing or with half; here it raises the error again."""

    @event.listens_for(engine, "handle_error")
    def _remember(context: ExceptionContext) -> None:
        args = getattr(context.original_exception, "args", ())
        if context.connection is not None and args and args[0] in _UNDONE:
            context.connection.info[_UNDONE_BY] = context.sqlalchemy_exception

    @event.listens_for(engine, "commit")
    def _refuse(connection: sa.Connection) -> None:
        error = None if connection.invalidated else connection.info.pop(_UNDONE_BY, None)
        if error is not None:
            raise error

    @event.listens_for(engine, "rollback")
    @event.listens_for(engine, "begin")
    def _forget(connection: sa.Connection) -> None:
        # One that was lost has nothing to say, and asking it would raise.
        if not connection.invalidated:
            connection.info.pop(_UNDONE_BY, None)


@event.listens_for(sa.Engine, "do_connect")
def _connect(
    dialect: sa.Dialect, _record: object, args: Sequence[Any], params: Mapping[str, Any]
) -> object | None:
    """Of every engine of the process, since Dagster makes its own; None leaves it to the dialect."""
    if dialect.driver != "pymysql":
        return None
    # SQLite needs no driver of a server.
    from iop_pipelines.schema.driver import ServerConnection

    return ServerConnection(*args, **params)


def read_json(text: str) -> Any:
    """As json.loads, in a third of its time; a list of models reads 150 such columns."""
    try:
        return from_json(text)
    except ValueError:
        # What only Python's own module takes, such as half of a surrogate pair.
        return json.loads(text)


def _sqlite_engine(url: str) -> sa.Engine:
    database = sa.make_url(url).database
    pool = {}
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
        pool = {"pool_size": POOL_SIZE, "max_overflow": 0}
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": LOCK_WAIT_S},
        json_deserializer=read_json,
        **pool,
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        # SQLAlchemy begins transactions itself (below): the driver's own BEGIN would come only
        # before the first write, too late for a read-then-write to be safe.
        connection.isolation_level = None
        # SQLite's own knows the letters of ASCII alone.
        connection.create_function("lower", 1, _lower, deterministic=True)
        # Its collations are of bytes; servers have those of readers.
        connection.create_function("reading_order", 1, _reading_order, deterministic=True)
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _lower(value: Any) -> Any:
    return small_letters(value) if isinstance(value, str) else value


def _reading_order(value: Any) -> Any:
    return reading_key(value) if isinstance(value, str) else value


def begin_write(engine: sa.Engine) -> AbstractContextManager[sa.Connection]:
    """One try of a transaction that will write; `transactions.write` is what runs work, again if it must.

    On SQLite it takes the write lock at once, so it waits, not fails.
    A deferred SQLite transaction that reads first and writes later fails with "database is locked"
    the moment another one wrote in between, whatever the time-out.
    """
    return engine.execution_options(sqlite_begin="IMMEDIATE").begin()


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that only reads, all of it as of one moment, whatever is committed meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Deferred: the snapshot is that of the first read.
            yield connection
            return
        # Of the next transaction alone, and only at this level a snapshot is kept.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        yield connection
