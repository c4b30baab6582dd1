"""Which tables of a server's database were written to, without asking the server about each of them.

Every statement of this process is seen, whichever engine it goes through, Dagster's too. What another process or a
bare driver wrote is not seen, but it needs a connection of its own, and a server counts those of each account: where
it counted more than this process has made through SQLAlchemy, or where a statement is of no kind that is known here,
the answer is "unknown".
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

# After them a table is named, and no other is written to.
_WRITES = re.compile(
    r"\s*(?:INSERT(?: IGNORE)? INTO|REPLACE INTO|UPDATE|DELETE FROM|CREATE TABLE(?: IF NOT EXISTS)?)"
    r"\s+`?(?P<table>\w+)`?(?P<rest>(?![\w.`]).*)",
    re.IGNORECASE | re.DOTALL,
)
_OF_SEVERAL = re.compile(r"\s*(?:AS\s+)?\w*\s*(?:,|(?:\w+\s+)*JOIN\b)", re.IGNORECASE)
_READS = re.compile(
    r"[\s(]*(?:SELECT|SHOW|SET|DESCRIBE|EXPLAIN|BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b",
    re.IGNORECASE,
)


def written_by(statement: str) -> str | None:
    """The table that it writes to, "" if it writes to none. Raises ValueError if that cannot be told."""
    if _READS.match(statement):
        return ""
    found = _WRITES.match(statement)
    if found is None:
        raise ValueError(statement)
    may_be_of_several = statement.lstrip()[:6].upper() in ("UPDATE", "DELETE")
    if may_be_of_several and _OF_SEVERAL.match(found["rest"]):
        raise ValueError(statement)
    if found["table"].upper() in ("IGNORE", "LOW_PRIORITY", "QUICK"):
        raise ValueError(statement)
    return found["table"]


@dataclass
class WrittenTables:
    """What this process wrote, by the port and name of the database."""

    _tables: dict[tuple[int, str], set[str]] = field(default_factory=dict)
    _unknown: set[tuple[int, str]] = field(default_factory=set)
    # By port and account.
    _connected: Counter[tuple[int, str]] = field(default_factory=Counter)
    # By database: connections that the server had counted and this process had not made.
    _others: dict[tuple[int, str], int] = field(default_factory=dict)

    def listen(self) -> None:
        event.listen(sa.Engine, "before_cursor_execute", self._note)
        event.listen(sa.Pool, "connect", self._count)

    def take(self, connection: sa.Connection) -> set[str] | None:
        """The tables written to since the last call, and forgets them; None if that is unknown."""
        key = _key(connection.engine.url)
        account = connection.engine.url.username or ""
        query = f"SELECT total_connections FROM {_counts(connection)} WHERE user = %(account)s"
        counted = int(connection.exec_driver_sql(query, {"account": account}).scalar_one())
        others = counted - self._connected[key[0], account]
        is_known = key not in self._unknown and self._others.get(key) == others
        self._others[key] = others
        self._unknown.discard(key)
        tables = self._tables.pop(key, set())
        return tables if is_known else None

    def forget(self, connection: sa.Connection) -> None:
        """What was written so far; connections of others stay counted."""
        key = _key(connection.engine.url)
        self._unknown.discard(key)
        self._tables.pop(key, None)

    def _note(self, connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        url = connection.engine.url
        if url.get_backend_name() == "sqlite":
            return
        try:
            table = written_by(statement)
        except ValueError:
            self._unknown.add(_key(url))
        else:
            if table:
                self._tables.setdefault(_key(url), set()).add(table)

    def _count(self, connection: Any, _record: Any) -> None:
        # SQLite's have none.
        if port := getattr(connection, "port", None):
            self._connected[int(port), connection.user.decode()] += 1


def _counts(connection: sa.Connection) -> str:
    """The table where a server counts connections by account."""
    if connection.engine.url.get_backend_name() == "mysql":
        return "performance_schema.users"
    return "information_schema.user_statistics"


def _key(url: sa.URL) -> tuple[int, str]:
    return url.port or 0, url.database or ""


# One a process, as the events of SQLAlchemy are.
written_tables = WrittenTables()
written_tables.listen()
