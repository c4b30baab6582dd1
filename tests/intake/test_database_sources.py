"""Tables and queries of SQLite, MariaDB, MySQL and PostgreSQL as sources: read only, bounded, by a watermark."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from database_servers import SERVERS, DatabaseAccount
from iop_pipelines.errors import InvalidInput, NotFound, Unavailable
from iop_pipelines.intake.database import SqlRows
from iop_pipelines.intake.datasets import read_sources, understand_all, watched
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.sources import SourceSpec, open_source
from iop_pipelines.intake.understand import Given, Understood
from postgres_server import PASSWORD, PostgresServer

START = datetime(2026, 3, 1)
HOURS = 48
SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    "postgresql": "SELECT pg_sleep(3600)",
    "mysql": "SELECT SLEEP(3600) AS s, a.* FROM readings a",
    "mariadb": "SELECT SLEEP(3600) AS s, a.* FROM readings a",
}


@dataclass(frozen=True)
class Database:
    """`execute` writes to it as its owner does; `url` is what a person would give."""

    kind: str
    url: str
    execute: Callable[..., None]

    def spec(self, **parts: object) -> SourceSpec:
        return replace(SourceSpec(self.url, table="readings"), **parts)  # pyright: ignore[reportArgumentType]

    def add(self, first: int, last: int, bonus: int = 0) -> None:
        """Two series an hour each; the figure is the hour's number, and ten times that."""
        rows = ", ".join(
            f"({2 * n + k + 1}, '{START + timedelta(hours=n)}', '{who}', {n * factor + bonus}.25, NULL)"
            for n in range(first, last)
            for k, (who, factor) in enumerate((("north", 1), ("south", 10)))
        )
        self.execute(f"INSERT INTO readings VALUES {rows}")


FIELDS = "nr INTEGER, taken_at TIMESTAMP, place VARCHAR(20), energy NUMERIC(12, 2), note TEXT"


def on_sqlite(path: Path) -> Database:
    def execute(statement: str) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(statement)

    return Database("sqlite", f"sqlite:///{path}", execute)


def on_server(kind: str, url: str) -> Database:
    engine = sa.create_engine(url, poolclass=sa.NullPool)

    def execute(statement: str) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)

    # As people write it, without the driver.
    return Database(kind, url.replace("+pymysql", ""), execute)


@pytest.fixture(params=["sqlite", "postgresql", *SERVERS])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    kind: str = request.param
    if kind == "postgresql":
        postgres: PostgresServer = request.getfixturevalue("postgres_server")
        postgres.execute("DROP TABLE IF EXISTS readings")
        yield filled(Database(kind, postgres.url, postgres.execute))
    elif kind == "sqlite":
        yield filled(on_sqlite(tmp_path / "own.db"))
    else:
        server: DatabaseAccount = request.getfixturevalue(f"{kind}_server")
        url = server.create_database()
        yield filled(on_server(kind, url))
        server.drop_database(url)


def filled(own: Database) -> Database:
    is_mysql = own.kind in ("mariadb", "mysql")
    fields = FIELDS.replace("TIMESTAMP", "DATETIME") if is_mysql else FIELDS
    own.execute(f"CREATE TABLE readings ({fields})")
    own.add(0, HOURS)
    return own


def understood(spec: SourceSpec) -> Understood:
    found = read_sources([spec], refuse_to_guess)
    (given,) = understand_all(found, Given(), "UTC", refuse_to_guess).understood
    return given


def figures(given: Understood) -> dict[tuple[str, str], float]:
    return {
        (row["taken_at"] or "", row["place"] or ""): float(row["energy"] or "nan")
        for row in given.rows
    }


def expected(first: int, last: int, bonus: int = 0) -> dict[tuple[str, str], float]:
    return {
        (str(START + timedelta(hours=n)), who): n * factor + bonus + 0.25
        for n in range(first, last)
        for who, factor in (("north", 1), ("south", 10))
    }


def test_a_table_is_read_as_it_is(database: Database) -> None:
    given = understood(database.spec())
    assert figures(given) == expected(0, HOURS)
    assert (given.step.freq, given.series.series) == ("h", ("place",))
    assert [each.column.name for each in given.measures] == ["energy"]


def test_a_query_is_read_instead_of_a_table(database: Database) -> None:
    query = "SELECT taken_at, place, energy FROM readings WHERE nr > 20 ;"
    given = understood(database.spec(table=None, query=query))
    assert figures(given) == expected(10, HOURS)


def test_the_watermark_is_guessed_and_what_is_new_comes_with_its_whole_period(
    database: Database,
) -> None:
    spec = watched(database.spec(), understood(database.spec()))
    assert (spec.watermark, spec.time, spec.unit) == ("taken_at", "taken_at", "hour")
    daily = replace(spec, unit="day")
    (first,) = open_source(daily).items()
    assert len(open_source(daily).read(first).lines) == 1 + 2 * HOURS
    assert open_source(daily).items(first.position) == []
    # An hour of the last day, which is delivered whole: a delivery replaces its window.
    database.execute(f"DELETE FROM readings WHERE nr > {2 * HOURS - 4}")
    (before,) = open_source(daily).items()
    assert before.position != first.position
    database.add(HOURS - 2, HOURS + 3)
    (second,) = open_source(daily).items(before.position)
    table = open_source(daily).read(second)
    times = [line.cells[1] for line in table.lines[1:]]
    assert (min(times)[:10], len(times)) == ("2026-03-02", 2 * (24 + 3))


def test_by_another_watermark_the_periods_of_what_changed_come_whole(database: Database) -> None:
    spec = database.spec(watermark="nr", time="taken_at", unit="day")
    (first,) = open_source(spec).items()
    late = f"({10_000}, '{START + timedelta(hours=30)}', 'west', 7.25, NULL)"
    database.execute(f"INSERT INTO readings VALUES {late}")
    (second,) = open_source(spec).items(first.position)
    lines = open_source(spec).read(second).lines[1:]
    assert len(lines) == 2 * 24 + 1
    assert {line.cells[1][:10] for line in lines} == {"2026-03-02"}
    assert open_source(spec).items(second.position) == []


def test_without_a_watermark_what_changed_is_seen_by_the_content(database: Database) -> None:
    (before,) = open_source(database.spec()).items()
    assert open_source(database.spec()).items() == [before]
    database.execute("UPDATE readings SET energy = 3 WHERE nr = 5")
    (after,) = open_source(database.spec()).items()
    assert (before.identity, before.fingerprint != after.fingerprint) == (after.identity, True)


def test_nothing_is_ever_written(database: Database) -> None:
    """Not by a query that would, nor by any statement on the connection."""
    writing = {
        "sqlite": "DELETE FROM readings RETURNING nr",
        "postgresql": "WITH gone AS (DELETE FROM readings RETURNING nr) SELECT nr FROM gone",
    }.get(database.kind, "DELETE FROM readings")
    with pytest.raises(InvalidInput, match=r"--query takes one SELECT|cannot be read"):
        understood(database.spec(table=None, query=writing))
    with pytest.raises(InvalidInput, match="cannot be read"):
        understood(database.spec(table=None, query="SELECT 1 FROM readings; DELETE FROM readings"))
    rows = open_source(database.spec())
    assert isinstance(rows, SqlRows)
    with rows._connection() as connection, pytest.raises(DBAPIError):
        connection.exec_driver_sql("DELETE FROM readings")
    assert figures(understood(database.spec())) == expected(0, HOURS)


def test_a_query_that_takes_an_hour_is_ended_with_a_sentence(database: Database) -> None:
    spec = database.spec(table=None, query=SLOW[database.kind], timeout_s=1)
    with pytest.raises(InvalidInput, match=r"took longer than 1 seconds and was ended: narrow it"):
        understood(spec)


def test_without_a_table_those_that_are_there_are_named(database: Database) -> None:
    with pytest.raises(InvalidInput, match=r"needs --table or --query; its tables are .*readings"):
        understood(database.spec(table=None))
    with pytest.raises(InvalidInput, match=r"redaings cannot be read: .*; mend --table"):
        understood(database.spec(table="redaings"))


def test_more_than_the_bound_is_refused_while_it_is_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iop_pipelines.intake.database.MAX_BYTES", 1000)
    with pytest.raises(InvalidInput, match="readings has more than"):
        understood(database.spec())


def test_who_is_not_let_in_is_told_without_the_password(postgres_server: PostgresServer) -> None:
    url = postgres_server.url.replace("very", "hidden")
    with pytest.raises(
        Unavailable, match=r"reader@127\.0\.0\.1:\d+/postgres cannot be con"
    ) as told:
        understood(SourceSpec(url, table="readings"))
    assert "hidden" not in str(told.value)
    assert PASSWORD not in str(told.value)


def test_a_database_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"there is no file .*none\.db"):
        understood(SourceSpec(f"sqlite:///{tmp_path / 'none.db'}", table="t"))
    with pytest.raises(Unavailable, match="cannot be connected to"):
        understood(SourceSpec("postgresql://127.0.0.1:1/none", table="t"))
    with pytest.raises(Unavailable, match="cannot be connected to"):
        understood(SourceSpec("mysql://127.0.0.1:1/none", table="t"))
    (tmp_path / "own.db").write_bytes(b"SQLite format 3\0" + bytes(100))
    with pytest.raises(InvalidInput, match="a SQLite database: give sqlite:/// and its path"):
        understood(SourceSpec(str(tmp_path / "own.db")))


def test_rows_that_came_late_are_read_with_what_comes_next(database: Database) -> None:
    """`overlap` goes back from the last watermark: seconds of a moment, as much of a number."""
    for mark, overlap, number, hour in (
        ("taken_at", 3 * 3600, 10_000, HOURS - 3),
        ("nr", 6, 2 * HOURS - 1, HOURS - 8),
    ):
        spec = database.spec(watermark=mark, time="taken_at", unit="hour", overlap=overlap)
        (first,) = open_source(spec).items()
        assert open_source(spec).items(first.position) == []
        when = START + timedelta(hours=hour)
        database.execute(f"INSERT INTO readings VALUES ({number}, '{when}', 'west', 7.25, NULL)")
        database.add(HOURS, HOURS + 2)
        (second,) = open_source(spec).items(first.position)
        cells = [line.cells for line in open_source(spec).read(second).lines[1:]]
        hours = {datetime.fromisoformat(each[1]) for each in cells}
        assert (min(hours), len(hours)) == (when, HOURS + 2 - hour)
        assert [each[0] for each in cells if each[2] == "west"] == [str(number)]
        database.execute(f"DELETE FROM readings WHERE nr > {2 * HOURS} OR place = 'west'")
