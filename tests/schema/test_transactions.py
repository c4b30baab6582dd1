"""Two transactions at once, interleaved step by step, on every server; `write` bears what each makes of it."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from database_servers import EVERY_SERVER
from iop_pipelines.api.wire import refusal
from iop_pipelines.errors import Contended
from iop_pipelines.schema import transactions
from iop_pipelines.schema.engine import engine_for, snapshot
from iop_pipelines.schema.tables import cursors, event_inbox
from iop_pipelines.schema.transactions import change, server_code, write

MigratedOn = Callable[[str], AbstractContextManager[str]]


@pytest.fixture(params=EVERY_SERVER)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def engine(kind: str, migrated_on: MigratedOn) -> Iterator[sa.Engine]:
    with migrated_on(kind) as url:
        engine = engine_for(url)
        change(engine, cursors.insert(), [{"name": name, "value": "0"} for name in "ab"])
        yield engine


def _set(name: str, value: str) -> sa.Update:
    return cursors.update().where(cursors.c.name == name).values(value=value)


def _read(name: str) -> sa.Select[str]:
    return sa.select(cursors.c.value).where(cursors.c.name == name)


def _value(engine: sa.Engine, name: str) -> str | None:
    with engine.connect() as connection:
        return connection.scalar(_read(name))


def _repeatable(engine: sa.Engine) -> sa.Engine:
    """As dagster-mysql, and everybody's default, has it."""
    return engine.execution_options(isolation_level="REPEATABLE READ")


def test_connections_read_what_is_committed(engine: sa.Engine) -> None:
    with engine.connect() as first:
        assert first.scalar(_read("a")) == "0"
        change(engine, _set("a", "1"))
        assert first.scalar(_read("a")) == "1"


def test_a_row_that_changed_since_it_was_read_may_be_changed(engine: sa.Engine) -> None:
    """Also on MariaDB from 11.6, by a plain change, by SKIP LOCKED and by an insert beside it."""
    with engine.begin() as first:
        assert first.scalar(_read("a")) == "0"
        change(engine, _set("a", "1"))
        locked = _read("a").with_for_update(skip_locked=True)
        assert first.scalar(locked) == "1"
        first.execute(_set("a", "2"))
        first.execute(cursors.insert().values(name="c", value="0"))
    assert (_value(engine, "a"), _value(engine, "c")) == ("2", "0")


def test_a_row_that_another_holds_is_skipped_and_not_waited_for(engine: sa.Engine) -> None:
    with engine.begin() as first, engine.begin() as second:
        first.execute(_set("a", "1"))
        free = sa.select(cursors.c.name).where(cursors.c.name.in_(list("ab")))
        assert list(second.scalars(free.with_for_update(skip_locked=True))) == ["b"]


def test_where_reads_repeat_mariadb_ends_the_transaction_and_it_is_run_again(
    engine: sa.Engine, kind: str
) -> None:
    seen: list[str | None] = []

    def work(connection: sa.Connection) -> None:
        seen.append(connection.scalar(_read("a")))
        if len(seen) == 1:
            change(engine, _set("a", "1"))
        connection.execute(_set("a", f"{seen[-1]} and 2"))

    write(_repeatable(engine), work)

    is_ended = kind == "mariadb_11_8"
    assert seen == (["0", "1"] if is_ended else ["0"])
    assert _value(engine, "a") == ("1 and 2" if is_ended else "0 and 2")


@pytest.mark.parametrize("kind", ["mariadb_11_8"], indirect=True)
def test_what_was_undone_cannot_be_committed_by_who_did_not_notice(engine: sa.Engine) -> None:
    """The server itself would say that it is committed."""

    def swallow(first: sa.Connection) -> None:
        first.execute(_set("b", "lost"))
        first.scalar(_read("a"))
        change(engine, _set("a", "1"))
        with pytest.raises(DBAPIError):
            first.execute(_set("a", "2"))

    with pytest.raises(DBAPIError) as refused, _repeatable(engine).begin() as first:
        swallow(first)
    assert server_code(refused.value) == 1020
    assert (_value(engine, "a"), _value(engine, "b")) == ("1", "0")
    change(engine, _set("b", "after"))
    assert _value(engine, "b") == "after"


def test_an_insert_that_another_was_quicker_with_is_found_by_the_second_look(
    engine: sa.Engine,
) -> None:
    looks: list[str | None] = []

    def insert_once(connection: sa.Connection) -> str | None:
        looks.append(connection.scalar(_read("new")))
        if len(looks) == 1:
            change(engine, cursors.insert().values(name="new", value="theirs"))
        if looks[-1] is None:
            connection.execute(cursors.insert().values(name="new", value="mine"))
        return connection.scalar(_read("new"))

    assert write(engine, insert_once) == "theirs"
    assert looks == [None, "theirs"]


def test_two_that_wait_for_each_other_both_come_through(engine: sa.Engine) -> None:
    both_hold_one = threading.Barrier(2)
    runs: list[str] = []

    def change_both(connection: sa.Connection, first: str, second: str) -> None:
        runs.append(first)
        connection.execute(_set(first, f"{first}{second}"))
        if runs.count(first) == 1:
            both_hold_one.wait(30)
        connection.execute(_set(second, f"{first}{second}"))

    threads = [
        threading.Thread(target=write, args=(engine, change_both, *order)) for order in ("ab", "ba")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(runs) > 2, "nobody was in anybody's way"
    assert _value(engine, "a") == _value(engine, "b")
    assert _value(engine, "a") in ("ab", "ba")


def test_who_always_meets_another_is_told_in_the_end_and_nothing_is_left(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "ATTEMPTS", 2)
    runs: list[int] = []

    def work(connection: sa.Connection) -> None:
        runs.append(1)
        connection.exec_driver_sql("SET SESSION innodb_lock_wait_timeout=1")
        connection.execute(_set("b", "half"))
        connection.execute(_set("a", "mine"))

    with engine.begin() as other:
        other.execute(_set("a", "theirs"))
        with pytest.raises(Contended, match="try again") as told:
            write(engine, work)

    assert len(runs) == 2
    assert (_value(engine, "a"), _value(engine, "b")) == ("theirs", "0")
    assert refusal(told.value).code == "CONFLICT"
    engine.dispose()


def test_a_key_that_is_taken_whatever_is_tried_is_a_conflict(engine: sa.Engine) -> None:
    with pytest.raises(Contended, match="saved the same"):
        change(engine, cursors.insert().values(name="a", value="again"))


def test_what_no_other_transaction_caused_is_raised_as_it_is(engine: sa.Engine) -> None:
    runs: list[int] = []

    def work(connection: sa.Connection) -> None:
        runs.append(1)
        connection.execute(event_inbox.insert().values(event_id=None, event_type="x"))

    with pytest.raises(DBAPIError) as raised:
        write(engine, work)
    assert not isinstance(raised.value, Contended)
    assert len(runs) == 1


def test_a_connection_that_is_lost_half_way_is_told_as_that_and_the_next_works(
    engine: sa.Engine,
) -> None:
    runs: list[int] = []

    def work(connection: sa.Connection) -> None:
        runs.append(1)
        connection.execute(_set("a", "half"))
        own_id = connection.scalar(sa.text("SELECT CONNECTION_ID()"))
        _in_another_session(engine, f"KILL {own_id}")
        connection.execute(_set("b", "half"))

    with pytest.raises(DBAPIError) as lost:
        write(engine, work)
    assert lost.value.connection_invalidated
    assert len(runs) == 1
    change(engine, _set("b", "after"))
    assert (_value(engine, "a"), _value(engine, "b")) == ("0", "after")


def _in_another_session(engine: sa.Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def test_a_snapshot_is_of_one_moment_and_writes_nothing(engine: sa.Engine) -> None:
    with snapshot(engine) as reader:
        change(engine, cursors.insert().values(name="later", value="0"))
        change(engine, _set("a", "later"))
        assert reader.scalar(_read("a")) == "0"
        assert reader.scalar(_read("later")) is None
        with pytest.raises(DBAPIError, match=r"(?i)read.only"):
            reader.execute(_set("a", "mine"))
    with engine.connect() as connection:
        assert connection.scalar(_read("a")) == "later"
        connection.rollback()
        connection.execute(_set("a", "4"))
        connection.commit()
    assert _value(engine, "a") == "4"


def test_sqlite_waits_and_then_says_who_to_ask_again(
    migrated_on: MigratedOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "ATTEMPTS", 2)
    with migrated_on("sqlite") as url:
        engine = engine_for(url)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=20")
        other = sqlite3.connect(engine.url.database or "", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Contended, match="try again"):
            change(engine, cursors.insert().values(name="a", value="0"))
        other.execute("ROLLBACK")
        other.close()
        assert change(engine, cursors.insert().values(name="a", value="0")) == 1
        with pytest.raises(Contended) as taken:
            change(engine, cursors.insert().values(name="a", value="0"))
        assert isinstance(taken.value.__cause__, IntegrityError)
