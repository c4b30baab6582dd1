"""A table or query of a database as a source: read only, within bounds of time and size, by a watermark.

What changed since a watermark is one item: all rows of the periods that the changed rows fall into, because a
delivery replaces its whole window.
"""

import getpass
import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from iop_pipelines.domain.periods import Unit, floor, shift
from iop_pipelines.errors import InvalidInput, NotFound, Unavailable
from iop_pipelines.intake.cells import BLOCK
from iop_pipelines.intake.files import text_of
from iop_pipelines.intake.packed import MAX_BYTES, too_large
from iop_pipelines.intake.sources import Item, SourceSpec
from iop_pipelines.intake.tables import Lines, RawTable
from iop_pipelines.intake.urls import shown

# Our driver of each, whatever driver a URL names.
DRIVERS = {
    "sqlite": "sqlite",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "postgresql": "postgresql+pg8000",
    "postgres": "postgresql+pg8000",
}
CONNECT_S = 10
STATEMENT_S = 60
_QUERY = re.compile(
    r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*(?:select|with|values|table)\b", re.I | re.S
)


@dataclass(frozen=True, slots=True)
class SqlRows:
    """`url` with its password."""

    url: str
    spec: SourceSpec
    # What was read to know whether it has changed is not read again.
    _looked_at: dict[str, RawTable] = field(default_factory=dict[str, RawTable], repr=False)

    def items(self, after: str | None = None) -> Sequence[Item]:
        """One: all rows, or the periods of the rows beyond `after`; none where there are no such rows.

        Without a watermark all rows are one item each time, whose fingerprint is their content.
        """
        mark = self.spec.watermark
        if mark is None:
            table = self._read_all()
            self._looked_at[table.checksum] = table
            return [Item(self._identity(), table.checksum, self._name())]
        with self._connection() as connection:
            rows = self._rows()
            column = sa.column(mark)
            query = sa.select(sa.func.max(column), sa.func.count()).select_from(rows)
            if after is not None:
                query = query.where(column > _value(after))
            with self._telling():
                until, count = connection.execute(query).one()
        if until is None:
            return []
        position = _position(until)
        # What came late, below a watermark that had been seen, is read with what comes next.
        begin = after and _behind(after, self.spec.overlap or 0)
        stretch = json.dumps([begin, position])
        return [
            Item(
                f"{self._identity()} {stretch}",
                f"{position}-{count}",
                self._name(),
                position=position,
            )
        ]

    def read(self, item: Item) -> RawTable:
        _, sign, stretch = item.identity.partition(" [")
        if not sign:
            return self._looked_at.pop(item.fingerprint, None) or self._read_all()
        after, until = json.loads(f"[{stretch}")
        with self._connection() as connection:
            where = [] if after is None else self._touched(connection, after, until)
            query = sa.select(sa.text("*")).select_from(self._rows()).where(*where)
            return self._table(connection, query)

    def _read_all(self) -> RawTable:
        with self._connection() as connection:
            return self._table(connection, sa.select(sa.text("*")).select_from(self._rows()))

    def _touched(
        self, connection: sa.Connection, after: str, until: str
    ) -> list[sa.ColumnElement[bool]]:
        """The periods of all rows whose watermark is in (after, until]."""
        mark = sa.column(self.spec.watermark or "")
        moment = sa.column(self.spec.time or self.spec.watermark or "")
        query = (
            sa.select(sa.func.min(moment), sa.func.max(moment))
            .select_from(self._rows())
            .where(mark > _value(after), mark <= _value(until))
        )
        with self._telling():
            first, last = connection.execute(query).one()
        begin, end = _period(first, last, self.spec.unit)
        return [moment >= begin] if end is None else [moment >= begin, moment < end]

    def _identity(self) -> str:
        return f"{shown(self.url)}#{self.spec.table or self.spec.query}".replace(" [", "[")

    def _name(self) -> str:
        if self.spec.table:
            return self.spec.table.rpartition(".")[2]
        return sa.make_url(self.url).database or "query"

    def _rows(self) -> sa.FromClause:
        """Always within a SELECT of ours, so that a query can be nothing else than a query."""
        if self.spec.table:
            schema, _, name = self.spec.table.rpartition(".")
            return sa.table(name, schema=schema or None)
        query = (self.spec.query or "").strip().rstrip(";")
        if not _QUERY.match(query):
            raise InvalidInput("intake.no_query", query=query[:80])
        return sa.text(query).columns().subquery("given")

    def _table(self, connection: sa.Connection, query: sa.Select[Any]) -> RawTable:
        digest, size = hashlib.sha256(), 0
        lines = Lines()
        with self._telling():
            found = connection.execution_options(stream_results=True, yield_per=BLOCK).execute(
                query
            )
            rows = chain([list(found.keys())], found)
            number = 1
            while block := [[text_of(cell) for cell in row] for row in islice(rows, BLOCK)]:
                for row in block:
                    whole = "\x1f".join(row).encode()
                    digest.update(whole + b"\x1e")
                    size += len(whole)
                if size > MAX_BYTES:
                    raise too_large(self._name())
                lines.extend(block, range(number, number + len(block)))
                number += len(block)
        if len(lines) < 2:
            raise InvalidInput("intake.no_rows", name=self._name())
        what = f"table {self.spec.table}" if self.spec.table else "a query"
        form = f"{what} of {shown(self.url)}"
        return RawTable(self._name(), form, lines, None, digest.hexdigest(), size)

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        if not (self.spec.table or self.spec.query):
            raise InvalidInput("intake.which_table", url=shown(self.url), tables=self._tables())
        with self._opened() as connection:
            yield connection

    def _tables(self) -> list[str]:
        with self._opened() as connection:
            inspector = sa.inspect(connection)
            return [*inspector.get_table_names(), *inspector.get_view_names()][:20]

    @contextmanager
    def _opened(self) -> Iterator[sa.Connection]:
        engine = _engine(self.url, self.spec.timeout_s or STATEMENT_S)
        try:
            with self._telling():
                connection = engine.connect()
            with connection:
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What a driver says may hold the statement, never the URL."""
        limit = self.spec.timeout_s or STATEMENT_S
        try:
            yield
        except DBAPIError as error:
            said = _said(error)
            if _TIMEOUT.search(said):
                raise InvalidInput("intake.slow_query", name=self._name(), seconds=limit) from error
            if error.connection_invalidated or _NO_CONNECTION.search(said):
                raise Unavailable("intake.no_database", url=shown(self.url), error=said) from error
            raise InvalidInput("intake.bad_query", name=self._name(), error=said) from error
        except SQLAlchemyError as error:
            raise InvalidInput(
                "intake.bad_query", name=self._name(), error=_brief(error)
            ) from error


def _engine(url: str, limit: int) -> sa.Engine:
    """No pool: a source is asked seldom."""
    try:
        parsed = sa.make_url(url)
        backend = parsed.get_backend_name()
        parsed = parsed.set(drivername=DRIVERS[backend])
    except (ArgumentError, NoSuchModuleError, KeyError, ValueError) as error:
        raise InvalidInput("intake.no_url", url=shown(url)) from error
    if backend == "sqlite":
        return _sqlite(parsed, limit)
    is_postgres = backend.startswith("postgres")
    if is_postgres and parsed.username is None:
        # As its own tools do.
        parsed = parsed.set(username=getpass.getuser())
    waits = {"timeout": limit + CONNECT_S}
    if not is_postgres:
        waits = {"connect_timeout": CONNECT_S, "read_timeout": limit + CONNECT_S}
    engine = sa.create_engine(
        parsed, poolclass=sa.NullPool, hide_parameters=True, connect_args=waits
    )

    def restrict(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        for setting in _postgres(limit) if is_postgres else _mysql(cursor, limit):
            cursor.execute(setting)
        connection.commit()
        cursor.close()

    event.listen(engine, "connect", restrict)
    return engine


def _postgres(limit: int) -> tuple[str, str]:
    return (
        "SET default_transaction_read_only = on",
        f"SET statement_timeout = {limit * 1000}",
    )


def _mysql(cursor: Any, limit: int) -> tuple[str, str]:
    """MariaDB's own word for the longest time, or MySQL's."""
    cursor.execute("SELECT VERSION()")
    is_mariadb = "MariaDB" in cursor.fetchone()[0]
    longest = (
        f"max_statement_time = {limit}" if is_mariadb else f"max_execution_time = {limit * 1000}"
    )
    return "SET SESSION TRANSACTION READ ONLY", f"SET SESSION {longest}"


def _sqlite(url: sa.URL, limit: int) -> sa.Engine:
    path = Path(url.database or "").expanduser()
    if not path.is_file():
        raise NotFound("intake.no_file", path=path)
    where = f"file:{quote(str(path.resolve()))}?mode=ro"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(where, uri=True, timeout=CONNECT_S, check_same_thread=False)
        connection.execute("PRAGMA query_only = ON")
        until = time.monotonic() + limit
        connection.set_progress_handler(lambda: time.monotonic() > until, 100_000)
        return connection

    return sa.create_engine(
        "sqlite://", creator=connect, poolclass=sa.NullPool, hide_parameters=True
    )


def _said(error: DBAPIError) -> str:
    return _brief(error.orig or error)


def _brief(error: BaseException) -> str:
    """The message of a driver, which has it first, second, or under M."""
    first = error.args[0] if error.args else str(error)
    if isinstance(first, dict):
        first = first.get("M", first)
    elif len(error.args) > 1 and isinstance(error.args[1], str):
        first = error.args[1]
    return " ".join(str(first).split())[:200]


_TIMEOUT = re.compile(
    r"interrupted|max_statement_time|maximum statement execution time|statement timeout|timed out",
    re.IGNORECASE,
)
_NO_CONNECTION = re.compile(
    r"can.t connect|can.t create a connection|refused|password authentication|access denied",
    re.IGNORECASE,
)


def _position(value: Any) -> str:
    """A watermark as text that is read back as the same value."""
    if isinstance(value, datetime):
        return f"datetime {value.isoformat()}"
    if isinstance(value, date):
        return f"date {value.isoformat()}"
    if isinstance(value, Decimal):
        return f"decimal {value}"
    if isinstance(value, int | float):
        return f"{type(value).__name__} {value!r}"
    return f"str {value}"


_READ = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "int": int,
    "float": float,
    "str": str,
}


def _value(position: str) -> Any:
    kind, _, text = position.partition(" ")
    return _READ[kind](text)


def _behind(position: str, by: int) -> str:
    """A watermark so many seconds earlier, or, of one that counts, so many lower."""
    value = _value(position)
    if isinstance(value, str):
        try:
            earlier = datetime.fromisoformat(value) - timedelta(seconds=by)
        except ValueError:
            return position
        is_day = len(value) == len("2026-01-31")
        text = earlier.date().isoformat() if is_day else earlier.isoformat(value[10:11] or " ")
        return _position(text)
    if isinstance(value, date):
        return _position(value - timedelta(seconds=by))
    return _position(value - by)


def _period(first: Any, last: Any, unit: Unit | None) -> tuple[Any, Any]:
    """From the begin of the first period to the end of the last, in the type of the column; None: without an end."""
    if isinstance(first, str):
        begin, end = _period(_moment(first), _moment(last), unit)
        form = first[10:11] or " "
        return (
            (
                (begin.date().isoformat(), end.date().isoformat())
                if len(first) == 10
                else (begin.isoformat(form), end.isoformat(form))
            )
            if begin is not None
            else (first, None)
        )
    if isinstance(first, datetime):
        plain = floor(first.replace(tzinfo=None), unit or "day")
        until = shift(floor(last.replace(tzinfo=None), unit or "day"), 1, unit or "day")
        return plain.replace(tzinfo=first.tzinfo), until.replace(tzinfo=last.tzinfo)
    if isinstance(first, date):
        begin, end = _period(
            datetime(first.year, first.month, first.day),
            datetime(last.year, last.month, last.day),
            unit,
        )
        return begin.date(), end.date()
    return first, None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
