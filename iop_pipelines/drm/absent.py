"""A DRM that has made none of its tables yet reads as one without anything: no runs, no scores, an empty catalogue.

Before the first delivery there is nobody who made them, and readers need not know that.
"""

import sqlite3
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateTable

from iop_pipelines.drm import tables

_CONTRACT = (tables.datasets, tables.pipelines, tables.pipeline_runs, tables.quality_scores)
# Whose tables were seen once: DRM takes none away.
_seen: WeakSet[sa.Engine] = WeakSet()


def reading(engine: sa.Engine) -> sa.Engine:
    """The engine itself once it has all tables of the contract, else an empty one that cannot be written to."""
    if engine not in _seen:
        inspector = sa.inspect(engine)
        if not all(inspector.has_table(table.name) for table in _CONTRACT):
            return _EMPTY
        _seen.add(engine)
    return engine


def _connect() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    for table in _CONTRACT:
        connection.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
    connection.execute("PRAGMA query_only=ON")
    return connection


# Each connection has a database of its own: threads need not take turns.
_EMPTY = sa.create_engine("sqlite://", creator=_connect, poolclass=QueuePool)
