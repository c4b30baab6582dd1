"""Dagster's files with connections that are kept: the same content as Dagster's own storage reads and writes."""

import os
import shutil

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from sqlalchemy import event

from iop_pipelines.orchestration.launch import dagster_instance
from iop_pipelines.orchestration.sqlite_storage import MOST_KEPT, KeptEventLog
from iop_pipelines.settings import Settings


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


def test_the_environment_is_as_it_was_once_the_instance_is_left(settings):
    before = dict(os.environ)
    with dagster_instance(settings):
        assert os.environ["IOP_HOME"] == str(settings.home)
    assert dict(os.environ) == before
