"""Dagster's files with connections that are kept: the same content as Dagster's own storage reads and writes."""

import os
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from queue import Queue

import dagster as dg
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from sqlalchemy import event

from iop_pipelines.orchestration import sqlite_storage
from iop_pipelines.orchestration.launch import dagster_instance
from iop_pipelines.orchestration.sqlite_storage import MOST_KEPT, KeptEventLog
from iop_pipelines.settings import Settings

IN_TIME_S = 30
RUN, OTHER = "11111111-0000-4000-8000-000000000000", "22222222-0000-4000-8000-000000000000"


@dg.op
def tell(context: dg.OpExecutionContext) -> None:
    context.log_event(dg.AssetMaterialization("told", metadata={"run": context.run_id}))


@dg.job(executor_def=dg.in_process_executor)
def telling() -> None:
    tell()


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("IOP_HOME", str(tmp_path))
    return Settings.from_env()


def test_dagsters_own_storage_reads_what_was_written_over_kept_connections(settings):
    with dagster_instance(settings) as instance:
        runs = [telling.execute_in_process(instance=instance).run_id for _ in range(MOST_KEPT + 1)]
        # The first run's file was let go meanwhile, and is opened again.
        kept = {run: [str(each.dagster_event) for each in instance.all_logs(run)] for run in runs}
    assert isinstance(instance.event_log_storage, KeptEventLog)

    own = DagsterSqliteStorage(str(settings.dagster_home / "storage"))
    assert {run.run_id for run in own.run_storage.get_runs()} == set(runs)
    for run in runs:
        read = [str(each.dagster_event) for each in own.event_log_storage.get_logs_for_run(run)]
        assert read == kept[run]
        assert any("ASSET_MATERIALIZATION" in each for each in read)
    keys = own.event_log_storage.all_asset_keys()
    assert keys == [dg.AssetKey("told")]
    own.event_log_storage.dispose()


def test_files_are_closed_once_the_instance_is(settings):
    with dagster_instance(settings) as instance:
        run_id = telling.execute_in_process(instance=instance).run_id
    events = settings.dagster_home / "storage" / "history" / "runs"

    # SQLite takes its log away when the last connection closes.
    assert sorted(path.name for path in events.iterdir()) == [f"{run_id}.db", "index.db"]


def _made_with(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        return [mode, *connection.iterdump()]


def test_a_runs_file_is_as_dagster_makes_it_for_which_migrations_are_read_once_a_process(
    tmp_path, monkeypatch
):
    own = SqliteEventLogStorage(str(tmp_path / "dagster"))
    with own.run_connection(RUN):
        pass
    own.dispose()
    storage = KeptEventLog(str(tmp_path / "kept"))
    storage.prepare()
    with storage.run_connection(RUN):
        pass
    monkeypatch.setattr(ScriptDirectory, "from_config", lambda _: pytest.fail("read again"))
    with storage.run_connection(OTHER):
        pass
    again = KeptEventLog(str(tmp_path / "kept"))
    with again.run_connection(RUN):
        pass
    again.dispose()
    storage.dispose()

    dagsters = _made_with(Path(own.path_for_shard(RUN)))
    assert dagsters[0] == "wal"
    assert any('INSERT INTO "alembic_version"' in line for line in dagsters)
    for run in (RUN, OTHER):
        assert _made_with(Path(storage.path_for_shard(run))) == dagsters
    assert {path.suffix for path in (tmp_path / "kept").iterdir()} == {".db"}


def test_a_runs_file_that_dagster_is_making_is_finished_by_it(tmp_path):
    storage = KeptEventLog(str(tmp_path))
    storage.prepare()
    # Opened by another process that has not written yet.
    Path(storage.path_for_shard(RUN)).touch()
    with storage.run_connection(RUN) as connection:
        assert connection.execute(sa.select(SqlEventLogStorageTable)).all() == []
    storage.dispose()


def test_a_process_asks_once_whether_the_schema_is_the_present_one(settings):
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.extend([statement] if "alembic_version" in statement else [])

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        for times in (1, 2):
            asked.clear()
            with dagster_instance(settings) as instance:
                assert instance.get_runs() == []
                assert instance.all_asset_keys() == []
                assert instance.all_instigator_state() == []
            assert bool(asked) is (times == 1)
        # Files that were taken away are made again.
        shutil.rmtree(settings.dagster_home / "storage")
        with dagster_instance(settings) as instance:
            assert instance.get_runs() == []
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)


def _stored(settings: Settings) -> dict[str, list[int]]:
    """Of each file of events, how many rows its tables have, by a connection of this test's own."""
    found = {}
    for path in (settings.dagster_home / "storage" / "history" / "runs").glob("*.db"):
        with closing(sqlite3.connect(path)) as connection:
            found[path.stem] = [
                connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
                for table in ("event_logs", "asset_keys", "asset_check_executions")
            ]
    return found


def test_what_is_told_together_is_there_at_the_end_in_each_file_or_not_at_all(settings):
    """Two checks and the end of an execution, whose run has a file beside the index of assets."""
    asset = dg.AssetKey("told")
    checks = [
        dg.AssetCheckEvaluation(asset_key=asset, check_name=name, passed=True)
        for name in ("input", "output")
    ]
    with dagster_instance(settings) as instance:

        def tell() -> None:
            for each in (*checks, dg.AssetMaterialization(asset)):
                instance.report_runless_asset_event(each)

        def break_off() -> None:
            with sqlite_storage.told_together(instance):
                tell()
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            break_off()
        assert _stored(settings) == {".db": [0, 0, 0], "index": [0, 0, 0]}

        with sqlite_storage.told_together(instance) as is_one:
            tell()
            assert is_one
            assert _stored(settings) == {".db": [0, 0, 0], "index": [0, 0, 0]}
        assert _stored(settings) == {".db": [3, 0, 0], "index": [3, 1, 2]}
        # Afterwards each is there by itself again.
        tell()
        assert _stored(settings) == {".db": [6, 0, 0], "index": [6, 1, 4]}
        assert instance.get_latest_materialization_event(asset) is not None


def test_the_environment_is_as_it_was_once_the_instance_is_left(settings):
    before = dict(os.environ)
    with dagster_instance(settings):
        assert os.environ["IOP_HOME"] == str(settings.home)
    assert dict(os.environ) == before


def _event(run_id: str, message: str) -> dg.EventLogEntry:
    return dg.EventLogEntry(None, "debug", message, run_id, timestamp=0.0)


@pytest.fixture
def written_and_read(tmp_path):
    """Two storages of one folder, as a worker and Dagster's UI have them, each with its connections."""
    storages = [KeptEventLog(str(tmp_path)) for _ in range(2)]
    yield storages
    for each in storages:
        each.dispose()


def test_who_watches_a_run_gets_what_another_process_writes_of_it(written_and_read):
    written, read = written_and_read
    written.store_event(_event(RUN, "before"))
    loaded = read.get_records_for_run(RUN)
    told: Queue[tuple[str, str]] = Queue()

    def tell(entry: dg.EventLogEntry, cursor: str) -> None:
        told.put((entry.user_message, cursor))

    read.watch(RUN, loaded.cursor, tell)
    for message in ("one", "two", "three"):
        written.store_event(_event(RUN, message))
    got = [told.get(timeout=IN_TIME_S) for _ in range(3)]
    # The next begins where this one has got to.
    read.end_watch(RUN, tell)
    read.watch(RUN, got[1][1], tell)

    assert [message for message, _ in got] == ["one", "two", "three"]
    assert told.get(timeout=IN_TIME_S) == got[2]
    assert told.empty()


def test_a_watched_log_that_cannot_be_read_is_told_once_and_leaves_the_others_theirs(
    written_and_read, monkeypatch, caplog
):
    monkeypatch.setattr(sqlite_storage, "WATCH_S", 0.01)
    written, read = written_and_read
    for run_id in (RUN, OTHER):
        written.store_event(_event(run_id, "before"))
    with written.run_connection(RUN) as connection:
        connection.execute(sa.text("DROP TABLE event_logs"))
    told: Queue[str] = Queue()

    read.watch(RUN, None, lambda *_: None)
    read.watch(OTHER, None, lambda entry, _: told.put(entry.user_message))
    assert told.get(timeout=IN_TIME_S) == "before"
    for message in ("one", "two", "three"):
        written.store_event(_event(OTHER, message))
        assert told.get(timeout=IN_TIME_S) == message

    assert [each.message for each in caplog.records] == [f"The events of run {RUN} cannot be read."]


def test_watches_end_with_their_storage(written_and_read):
    _, read = written_and_read
    before = set(threading.enumerate())
    read.watch(RUN, None, lambda *_: None)
    begun = set(threading.enumerate()) - before
    read.watch(OTHER, None, lambda *_: None)

    assert set(threading.enumerate()) - before == begun
    assert len(begun) == 1
    read.dispose()
    assert not any(each.is_alive() for each in begun)
