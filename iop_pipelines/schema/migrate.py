"""Brings a database to the schema of this release; safe to call from every replica at its start.

Ours is the version table `iop_alembic_version`: Dagster owns `alembic_version` in the same database,
and sharing it breaks both.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from iop_pipelines.errors import InvalidInput, Unavailable
from iop_pipelines.schema import append_only
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import metadata

VERSION_TABLE = "iop_alembic_version"
MIGRATIONS = Path(__file__).parent / "migrations"
# A change to a large table may take long, and the others wait for it.
STATEMENT_TIMEOUT_S = 3600
LOCK_TIMEOUT_S = 600
_LOCK_POLL_S = 5


def upgrade(url: str, revision: str = "head") -> list[str]:
    """Runs what is missing up to `revision`, and gives the revisions that were run, oldest first.

    Raises:
        Unavailable: another process has been migrating this database for ten minutes.
    """
    _check_revision(revision)
    with exclusive(url) as connection:
        todo = _between(_current(connection), revision)
        if todo:
            command.upgrade(_config(connection), revision)
        append_only.protect(connection)
        return todo


def downgrade(url: str, revision: str) -> None:
    """Goes back to `revision`; `base` drops all of IOP's tables and what is in them."""
    _check_revision(revision)
    with exclusive(url) as connection:
        command.downgrade(_config(connection), revision)


def current(url: str) -> str | None:
    """The database's revision; None if it was never migrated."""
    with engine_for(url).connect() as connection:
        return _current(connection)


def revision_of(connection: sa.Connection) -> str | None:
    """As `current`, on a connection of the caller's."""
    return _current(connection)


def revisions() -> list[str]:
    """All that this release knows, oldest first."""
    return _between(None, "head")


def pending(url: str) -> list[str]:
    """The revisions that `upgrade` would run, oldest first."""
    return _between(current(url), "head")


def context_options() -> dict[str, Any]:
    """How Alembic is to look at a database, for migrations and for comparisons alike."""
    return {
        "target_metadata": metadata,
        "version_table": VERSION_TABLE,
        "include_name": _is_ours,
        "compare_type": True,
        "compare_server_default": True,
        # SQLite cannot alter a column: Alembic copies the table instead.
        "render_as_batch": True,
    }


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in metadata.tables


def _current(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection, opts=context_options()).get_current_revision()


def _between(lower: str | None, upper: str) -> list[str]:
    revisions = _scripts().iterate_revisions(upper, lower or "base")
    return [script.revision for script in revisions][::-1]


def _check_revision(revision: str) -> None:
    known = [script.revision for script in _scripts().walk_revisions()]
    if revision not in ("head", "base", *known):
        raise InvalidInput("migration.unknown_revision", revision=revision, known=known[::-1])


@cache
def _scripts() -> ScriptDirectory:
    """Read once a process: a release's revisions do not change."""
    return ScriptDirectory.from_config(_config())


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    # Alembic takes % for interpolation.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def exclusive(url: str) -> Iterator[sa.Connection]:
    """A connection while no other process migrates the same database; what waits sees the result."""
    if url.startswith("sqlite"):
        # The write lock is the lock, and the whole migration one transaction.
        with begin_write(engine_for(url)) as connection:
            yield connection
        return
    with engine_for(url, STATEMENT_TIMEOUT_S).connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        _take_lock(connection)
        try:
            yield connection
        finally:
            connection.execute(sa.text(f"DO RELEASE_LOCK({_LOCK_NAME})"))


# Locks are named for the whole server, in at most 64 characters; MySQL 9 has no MD5 any more.
_LOCK_NAME = "CONCAT('iop_migrate_', LEFT(SHA2(DATABASE(), 256), 48))"


def _take_lock(connection: sa.Connection) -> None:
    take = sa.text(f"SELECT GET_LOCK({_LOCK_NAME}, :wait_s)")
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    while time.monotonic() < deadline:
        if connection.scalar(take, {"wait_s": _LOCK_POLL_S}):
            return
    raise Unavailable("migration.locked", limit_s=LOCK_TIMEOUT_S)
