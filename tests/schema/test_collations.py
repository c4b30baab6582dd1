"""Text has one collation, whatever the default of the server, the database or the former server was."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from database_servers import EVERY_SERVER, named
from iop_pipelines.demo.load import load
from iop_pipelines.drm.standin import START
from iop_pipelines.orchestration.launch import upgrade_tables
from iop_pipelines.schema import migrate
from iop_pipelines.schema.collations import collation_of
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import COLLATION, metadata
from iop_pipelines.schema.transactions import server_code, write
from iop_pipelines.settings import Settings

# On every server, and no server's default.
OTHER = "utf8mb4_unicode_520_ci"
FORMER = "utf8mb4_general_ci"
MIXED = 1267
JOIN = (
    "SELECT COUNT(*) FROM recommendations JOIN model_executions "
    "ON recommendations.source_ref = model_executions.input_ref"
)


@pytest.fixture(params=EVERY_SERVER)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database whose own default is yet another collation."""
    server = request.getfixturevalue(f"{request.param}_server")
    url = server.create_database()
    _run(url, f"ALTER DATABASE {url.rpartition('/')[2]} COLLATE {OTHER}")
    yield url
    engine_for(url).dispose()
    server.drop_database(url)


def _run(url: str, *statements: str) -> None:
    for statement in statements:
        write(engine_for(url), sa.Connection.exec_driver_sql, statement)


def _former(table: str, collation: str = FORMER) -> str:
    return f"ALTER TABLE {table} CONVERT TO CHARACTER SET utf8mb4 COLLATE {collation}"


def _others(url: str) -> set[tuple[str, str | None, str]]:
    """Columns, and tables' defaults, with another collation: of all tables but Dagster's."""
    query = sa.text(
        "SELECT table_name AS of_table, column_name AS of_column, collation_name AS collation "
        "FROM information_schema.columns WHERE table_schema = DATABASE() "
        "AND collation_name IS NOT NULL UNION ALL "
        "SELECT table_name, NULL, table_collation FROM information_schema.tables "
        "WHERE table_schema = DATABASE()"
    )
    with engine_for(url).connect() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    ours = {*metadata.tables, migrate.VERSION_TABLE}
    prefixes = ("prepared_", "drm_")
    return {
        (table, column, collation)
        for table, column, collation in rows
        if (table in ours or table.startswith(prefixes)) and collation != COLLATION
    }


def test_every_text_column_of_a_new_database_has_the_collation_that_is_named(
    url: str, tmp_path: Path
) -> None:
    """Of prepared rows and of DRM's stand-in too."""
    migrate.upgrade(url)
    load(engine_for(url), engine_for(url), START)
    assert _others(url) == set()


def test_a_database_that_came_from_an_older_server_is_converted_and_can_be_joined(url: str) -> None:
    migrate.upgrade(url, "0012")
    _run(url, _former("recommendations"), _former("users"), _former("model_executions", OTHER))
    _run(
        url,
        "INSERT INTO recommendations (title, category, source_ref) VALUES ('Café', 'trend', 'a')",
        "INSERT INTO users (name, role) VALUES ('ada', 'admin')",
    )
    assert {table for table, _, _ in _others(url)} >= {"recommendations", "users"}
    with pytest.raises(DBAPIError) as mixed:
        _run(url, JOIN)
    assert server_code(mixed.value) == MIXED

    migrate.upgrade(url)

    assert _others(url) == set()
    _run(url, JOIN)
    with engine_for(url).connect() as connection:
        titles = connection.scalars(sa.text("SELECT title FROM recommendations")).all()
        assert titles == ["Café"]
        exact = sa.text("SELECT COUNT(*) FROM recommendations WHERE title IN ('CAFÉ', 'Cafe')")
        assert connection.scalar(exact) == 0


def test_what_dagster_adds_on_a_newer_server_can_be_joined_with_what_it_has(
    url: str, tmp_path: Path
) -> None:
    settings = Settings.from_env({"IOP_HOME": str(tmp_path), **named(url)})
    upgrade_tables(settings)
    # The database as it is made on a newer server, and a table that Dagster added there.
    name = url.rpartition("/")[2]
    _run(url, f"ALTER DATABASE {name} COLLATE {FORMER}", _former("job_ticks"))

    upgrade_tables(settings)

    # By a new connection, as Dagster's are: MariaDB's keep the default that they began with.
    engine_for(url).dispose()
    _run(url, "CREATE TABLE later (name TEXT)")
    with engine_for(url).connect() as connection:
        assert collation_of(connection, "runs", "run_id") == OTHER
        assert collation_of(connection, "job_ticks", "selector_id") == OTHER
        assert collation_of(connection, "later", "name") == OTHER
    assert _others(url) == set()
