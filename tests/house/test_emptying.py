"""A database that tests share is as it was made, whoever wrote to it: this process, another one, a bare driver."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pymysql
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from database_servers import SERVERS
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import report_templates
from migrated_database import MigratedDatabase
from written_tables import written_by

ADD = "INSERT INTO report_templates (name, query_config) VALUES ('daily', '{}')"
CODE = (
    "import sys; from iop_pipelines.schema.engine import engine_for\n"
    "with engine_for(sys.argv[1]).begin() as connection: connection.exec_driver_sql(sys.argv[2])"
)


@pytest.fixture(params=SERVERS)
def database(
    request: pytest.FixtureRequest, migrated_databases: dict[str, MigratedDatabase], migrated_on
) -> Iterator[MigratedDatabase]:
    """Emptied once before, so that what comes next is all that there is to know."""
    with migrated_on(request.param):
        database = migrated_databases[request.param]
        database.empty()
        yield database


def _by_this_process(url: str) -> None:
    with engine_for(url).begin() as connection:
        connection.execute(report_templates.insert().values(name="daily", query_config={}))


def _rolled_back(url: str) -> None:
    with engine_for(url).connect() as connection:
        connection.exec_driver_sql(ADD)
        connection.rollback()


def _by_another_process(url: str) -> None:
    subprocess.run([sys.executable, "-c", CODE, url, ADD], check=True, timeout=120)


def _by_a_bare_driver(url: str) -> None:
    given = sa.make_url(url)
    with pymysql.connect(
        host=given.host,
        port=given.port or 0,
        user=given.username,
        database=given.database,
        autocommit=True,
    ) as connection:
        connection.cursor().execute(ADD)


def _by_a_statement_of_another_kind(url: str) -> None:
    with engine_for(url).begin() as connection:
        connection.exec_driver_sql(ADD)
        connection.exec_driver_sql("CREATE TABLE of_a_test AS SELECT * FROM report_templates")
        connection.exec_driver_sql("ALTER TABLE of_a_test ADD COLUMN other INT")


@pytest.mark.parametrize(
    "write",
    [
        _by_this_process,
        _rolled_back,
        _by_another_process,
        _by_a_bare_driver,
        _by_a_statement_of_another_kind,
    ],
)
def test_whoever_wrote_the_next_test_finds_no_row_and_numbers_from_one(
    database: MigratedDatabase, write: Callable[[str], None]
) -> None:
    for _ in range(2):
        write(database.url)
        database.empty()
    engine = engine_for(database.url)
    assert set(sa.inspect(engine).get_table_names()) == database.tables
    with engine.begin() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(report_templates)) == 0
        assert connection.exec_driver_sql(ADD).lastrowid == 1


def test_the_server_is_not_asked_about_every_table_when_this_process_alone_wrote(
    database: MigratedDatabase,
) -> None:
    _by_this_process(database.url)
    asked: list[str] = []
    event.listen(
        engine_for(database.url), "before_cursor_execute", lambda *given: asked.append(given[2])
    )
    database.empty()
    assert [text for text in asked if "information_schema.tables" in text or "EXISTS" in text] == []
    assert len([text for text in asked if text.startswith("TRUNCATE")]) == 1


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("INSERT INTO a (b) VALUES (1)", "a"),
        ("\n  insert ignore into `a` SELECT * FROM c", "a"),
        ("REPLACE INTO a VALUES (1)", "a"),
        ("UPDATE a SET b = 1, c = 2", "a"),
        ("UPDATE a AS x SET b = (SELECT c FROM d, e)", "a"),
        ("DELETE FROM a WHERE b IN (SELECT c FROM d JOIN e)", "a"),
        ("\nCREATE TABLE a (\n\tb INT\n)", "a"),
        ("CREATE TABLE IF NOT EXISTS `a` LIKE c.`a`", "a"),
        ("SELECT 1 FROM a FOR UPDATE", ""),
        ("(SELECT 1) UNION (SELECT 2)", ""),
        ("SET FOREIGN_KEY_CHECKS = 0", ""),
    ],
)
def test_a_statement_names_the_table_that_it_writes_to(statement: str, table: str) -> None:
    assert written_by(statement) == table


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO other.a VALUES (1)",
        "INSERT INTO `other`.`a` VALUES (1)",
        "UPDATE a, b SET a.c = b.c",
        "UPDATE a x LEFT OUTER JOIN b ON a.c = b.c SET a.c = 1",
        "UPDATE IGNORE a SET b = 1",
        "DELETE FROM a, b USING a, b",
        "DELETE a FROM a, b",
        "WITH x AS (SELECT 1) DELETE FROM a",
        "TRUNCATE TABLE a",
        "ALTER TABLE a ADD COLUMN b INT",
        "RENAME TABLE a TO b",
        "DROP TABLE a",
        "CALL everything()",
    ],
)
def test_what_may_write_to_more_is_unknown(statement: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        written_by(statement)
