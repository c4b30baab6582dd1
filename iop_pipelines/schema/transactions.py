"""The one place where write transactions run: whole, again where another got in the way, and bounded.

A database may throw a transaction out through no fault of its own: two waited for each other (1213), one
waited too long (1205), a row changed since it was first read (1020, MariaDB from 11.6), or another inserted
the same key between the look and the insert (1062). The transaction is gone then, and a later COMMIT would
succeed with nothing. So work is a function of a connection, not a block: it can be run again as a whole.

Such work does nothing but SQL on its connection, or what is right to do twice.

**Order of locks.** Who locks several rows locks those of one table in the order of their ids, and tables in
this order: `cursors` (a lock by its name), `users`, `datasets`, `analytical_models` (all versions of a name
at once), `report_templates`, `dashboards`, `intake_sources`, `deliveries`, `dataset_versions`, `model_executions`,
`generated_reports`, `recommendations`. Rows that only ever are added (audit, events, counts) come last.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from iop_pipelines.errors import Contended
from iop_pipelines.schema.engine import begin_write

P = ParamSpec("P")
T = TypeVar("T")

# Of one piece of work; a lost insert is looked for once more, and once more for one that came and went.
ATTEMPTS = 12
INSERT_ATTEMPTS = 3
# After this long no further attempt is begun.
PATIENCE_S = 30.0
_FIRST_PAUSE_S = 0.01
_LONGEST_PAUSE_S = 0.5


class Trouble(Enum):
    """How another transaction got in the way."""

    # 1213, 1205, 1020, and 1412: the table was altered since the snapshot. SQLite: locked or busy.
    CONTENDED = "contended"
    # 1062 on a natural key: the next look finds the row.
    LOST_INSERT = "lost insert"


_CONTENDED = frozenset({1020, 1205, 1213, 1412})
_DUPLICATE = frozenset({1062, 1586})
_SQLITE_CONTENDED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SQLITE_DUPLICATE = frozenset(
    {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
)


def write(
    engine: sa.Engine,
    work: Callable[Concatenate[sa.Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """`work(connection, …)` in one transaction, committed; again from its start where another was in its way.

    Raises:
        Contended: others were in its way for `PATIENCE_S` or `ATTEMPTS` times; nothing was written.
    """
    began, attempt = time.monotonic(), 0
    while True:
        attempt += 1
        try:
            with begin_write(engine) as connection:
                return work(connection, *args, **kwargs)
        except DBAPIError as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            most = ATTEMPTS if trouble is Trouble.CONTENDED else INSERT_ATTEMPTS
            if attempt >= most or time.monotonic() - began > PATIENCE_S:
                raise _given_up(trouble) from error
        # Those that met do not meet again at once.
        longest = min(_FIRST_PAUSE_S * 2**attempt, _LONGEST_PAUSE_S)
        time.sleep(random.uniform(0, longest))  # noqa: S311 - no secret


def writes(
    work: Callable[Concatenate[sa.Connection, P], T],
) -> Callable[Concatenate[sa.Engine, P], T]:
    """Makes of a function of a connection one of an engine, which runs it by `write`."""

    @wraps(work)
    def run(engine: sa.Engine, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return write(engine, work, *args, **kwargs)

    return run


def change(
    engine: sa.Engine,
    statement: sa.Executable,
    rows: Sequence[Mapping[str, Any]] | None = None,
) -> int:
    """One statement, for each of `rows` if they are given, in a transaction of its own; the rows it changed."""

    def work(connection: sa.Connection) -> int:
        return connection.execute(statement, rows).rowcount

    return write(engine, work)


def trouble_of(error: DBAPIError) -> Trouble | None:
    """None for what another run of the same would meet again."""
    if error.connection_invalidated:
        return None
    if isinstance(error.orig, sqlite3.Error):
        code = error.orig.sqlite_errorcode
        # The low byte is the kind, such as SQLITE_BUSY of SQLITE_BUSY_SNAPSHOT.
        if code & 0xFF in _SQLITE_CONTENDED:
            return Trouble.CONTENDED
        return Trouble.LOST_INSERT if code in _SQLITE_DUPLICATE else None
    code = server_code(error)
    if code in _CONTENDED:
        return Trouble.CONTENDED
    return Trouble.LOST_INSERT if code in _DUPLICATE else None


def server_code(error: DBAPIError) -> int | None:
    """MySQL's and MariaDB's number of an error."""
    code = error.orig.args[0] if error.orig is not None and error.orig.args else None
    return code if isinstance(code, int) else None


def _given_up(trouble: Trouble) -> Contended:
    if trouble is Trouble.LOST_INSERT:
        return Contended("write.saved_alike")
    return Contended("write.in_the_way")
