"""`iop migrate --from`: what an instance has made in SQLite and files, found again at a server."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import dagster as dg
import fastparquet
import pandas as pd
import pytest
import sqlalchemy as sa

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.ledger.events import KIND_OF_ASSET
from iop_pipelines.ledger.mirror import mirror
from iop_pipelines.ledger.requests import request_report
from iop_pipelines.ledger.verify import verify
from iop_pipelines.orchestration.instance import dagster_mysql_url
from iop_pipelines.orchestration.move import Moved, move, plan, source_of
from iop_pipelines.orchestration.mysql_storage import BoundedMySQLStorage
from iop_pipelines.orchestration.supervisor import exclusive, write_dagster_home
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import (
    analytical_models,
    generated_reports,
    model_executions,
    model_outputs,
    output_files,
    recommendations,
    report_templates,
)
from iop_pipelines.settings import Settings

DELAYS, HEALTH = "departure-delay-anomaly", "pipeline-health"
CURSOR = {"sensor": "a cursor of Dagster's own"}


@pytest.fixture(scope="module")
def worked_home(
    tmp_path_factory: pytest.TempPathFactory, make_bench: Callable, open_instance: Callable
) -> Path:
    """An instance that has executed models and made a report, and was stopped."""
    home = tmp_path_factory.mktemp("worked") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IOP_HOME", str(home))
        patch.setenv("IOP_CLOCK", "drm")
        patch.delenv("DATABASE_URL", raising=False)
        settings = Settings.from_env()
        with open_instance(settings) as instance:
            bench = make_bench(settings, instance)
            bench.keep_models(DELAYS, HEALTH)
            bench.ingest_until(date(2013, 2, 2))
            template = report_templates.c
            csv = bench.rows(sa.select(template.id).where(template.format == "csv"))[0].id
            request_report(bench.platform.engine, csv, utc_now())
            bench.tick()
            mirror(instance, bench.platform.engine)
            instance.add_dynamic_partitions("models", ["1.cafe@v1"])
            instance.daemon_cursor_storage.set_cursor_values(CURSOR)
        for url in (settings.database_url, settings.drm_database_url):
            engine_for(url).dispose()
    return home


@pytest.fixture(scope="module")
def open_instance() -> Callable:
    @contextmanager
    def opened(settings: Settings) -> Iterator[dg.DagsterInstance]:
        write_dagster_home(settings)
        with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
            yield instance

    return opened


@pytest.fixture
def source(worked_home: Path, tmp_path: Path) -> Settings:
    """A copy, whose reports lie where the copy is."""
    home = tmp_path / "home"
    shutil.copytree(worked_home, home)
    settings = source_of(str(home))
    with begin_write(engine_for(settings.database_url)) as connection:
        columns = generated_reports.c
        moved = {
            column: sa.func.replace(sa.type_coerce(column, sa.Text), str(worked_home), str(home))
            for column in (columns.storage_url, columns.files)
        }
        connection.execute(generated_reports.update().values(moved))
    return settings


def _target(url: str, folder: Path) -> Settings:
    return replace(
        source_of(str(folder / "home")),
        home=folder / "new",
        database_url=url,
        storage_url=f"file://{folder / 'store'}",
    )


def _told_nothing(name: str, done: int, total: int) -> None:
    """For moves of which nobody watches the progress."""


def _all(url: str, table: sa.Table) -> list[sa.Row]:
    with engine_for(url).connect() as connection:
        return list(connection.execute(sa.select(table).order_by(table.c.id)))


def test_a_moved_instance_goes_on_where_it_was(
    source: Settings,
    server_url: str,
    tmp_path: Path,
    open_instance: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = _target(server_url, tmp_path)
    _put_outputs_in_a_file(source)
    planned = plan(source)
    monkeypatch.setenv("IOP_HOME", str(source.home))
    with open_instance(source) as before:
        runs = {run.run_id: _story(before, run.run_id) for run in before.get_runs()}
        latest = {key: before.get_latest_materialization_event(key) for key in KIND_OF_ASSET}
        proven = verify(before, engine_for(source.database_url))
    assert proven.drift == ()

    moved = move(source, target, _told_nothing)

    assert moved.rows == planned.rows
    assert moved.rows["model_executions"] > 2
    assert moved.rows["event_logs"] > 50
    for table in (analytical_models, model_executions, recommendations):
        assert _all(server_url, table) == _all(source.database_url, table)
    (report,) = _all(server_url, generated_reports)
    assert Path(report.storage_url.removeprefix("file://")).parent == tmp_path / "store/reports"
    assert Path(report.storage_url.removeprefix("file://")).stat().st_size == report.size_bytes
    (kept,) = report.files
    assert Path(kept["url"].removeprefix("file://")).parent == tmp_path / "store/reports"
    assert Path(kept["url"].removeprefix("file://")).stat().st_size == kept["size_bytes"]

    with engine_for(server_url).connect() as connection:
        outputs = connection.execute(sa.select(output_files)).one()
    assert outputs.url == f"file://{tmp_path}/store/outputs/5eed/execution-1.parquet"

    monkeypatch.setenv("IOP_HOME", str(target.home))
    monkeypatch.setenv("DATABASE_URL", server_url)
    engine = engine_for(server_url)
    with open_instance(target) as after:
        assert {run.run_id: _story(after, run.run_id) for run in after.get_runs()} == runs
        assert {key: after.get_latest_materialization_event(key) for key in KIND_OF_ASSET} == latest
        assert set(after.get_dynamic_partitions("models")) == {"1.cafe@v1"}
        assert after.daemon_cursor_storage.get_cursor_values(set(CURSOR)) == CURSOR
        assert verify(after, engine) == proven
        ended = moved.rows["model_executions"] + moved.rows["generated_reports"]
        assert proven.events == ended
        mirrored = mirror(after, engine)
        assert (mirrored.seen, mirrored.applied) == (0, 0)
    template = _all(server_url, report_templates)[0].id
    assert request_report(engine, template, utc_now()) == report.id + 1

    with pytest.raises(Conflict, match=r"holds data already: analytical_models \(\d+\)"):
        move(source, target, _told_nothing)


def _put_outputs_in_a_file(source: Settings) -> None:
    """As if the panel of the first execution had been large."""
    engine = engine_for(source.database_url)
    path = source.home / "files/outputs/5eed/execution-1.parquet"
    path.parent.mkdir(parents=True)
    fastparquet.write(str(path), pd.DataFrame({"unique_id": ["a", "b", "c"], "ds": [1, 2, 3]}))
    execution = model_executions.c.id == 1
    with begin_write(engine) as connection:
        model_id = connection.scalar(sa.select(model_executions.c.model_id).where(execution))
        kept = sa.select(sa.func.count()).where(model_outputs.c.execution_id == 1)
        connection.execute(
            output_files.insert().values(
                execution_id=1,
                model_id=model_id,
                url=f"file://{path}",
                checksum=hashlib.sha256(path.read_bytes()).hexdigest(),
                size_bytes=path.stat().st_size,
                row_count=3,
                kept_rows=connection.scalar(kept),
                scored_rows=3,
                columns={"unique_id": "category"},
                kept_ids=[[0, 1]],
                **dict.fromkeys(("first_ds", "last_ds", "complete_since"), datetime(2026, 1, 1)),
            )
        )


def _story(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    return [record.event_log_entry.to_json() for record in _records(instance, run_id)]


def _records(instance: dg.DagsterInstance, run_id: str) -> list[dg.EventLogRecord]:
    return list(instance.get_records_for_run(run_id).records)


def test_a_move_that_fails_leaves_the_target_empty_and_can_be_run_again(
    source: Settings, server_url: str, tmp_path: Path
) -> None:
    target = _target(server_url, tmp_path)
    engine = engine_for(source.database_url)
    # SQLite keeps a name that is longer than its column; a server does not.
    long_name = report_templates.update().where(report_templates.c.id == 1).values(name="n" * 300)
    with begin_write(engine) as connection:
        connection.execute(long_name)

    with pytest.raises(
        InvalidInput, match=r"table report_templates among ids 1 .* nothing was moved"
    ):
        move(source, target, _told_nothing)

    assert _all(server_url, analytical_models) == []
    with begin_write(engine) as connection:
        connection.execute(long_name.values(name="shorter"))
    assert move(source, target, _told_nothing).rows["report_templates"]


def test_nulls_of_json_and_sql_and_the_order_of_keys_stay_what_they_are(
    source: Settings, server_url: str, tmp_path: Path
) -> None:
    with begin_write(engine_for(source.database_url)) as connection:
        metadata = recommendations.c["metadata"]
        ordered = {"summary": 1, "all": {"z": 2, "b": 3}}
        for row_id, value in ((9001, None), (9002, sa.null()), (9003, {"n": 1})):
            connection.execute(
                recommendations.insert().values(
                    id=row_id, title="JSON", category="trend", metadata=value
                )
            )
        # A document of people's, unlike the evidence that code alone reads.
        template = report_templates.insert().values(id=9003, name="JSON", query_config=ordered)
        connection.execute(template)
    move(source, _target(server_url, tmp_path), _told_nothing)

    with engine_for(server_url).connect() as connection:
        query = sa.select(recommendations.c.id, metadata.is_(sa.null())).where(
            recommendations.c.id > 9000
        )
        assert connection.execute(query).all() == [(9001, False), (9002, True), (9003, False)]
        config = sa.select(report_templates.c.query_config)
        moved = connection.scalar(config.where(report_templates.c.id == 9003))
    assert json.dumps(moved) == json.dumps(ordered)


def test_only_a_stopped_instance_is_moved_and_only_to_a_server(
    source: Settings, tmp_path: Path
) -> None:
    embedded = replace(source, home=tmp_path / "other")
    with pytest.raises(InvalidInput, match="set DATABASE_URL=mysql"):
        move(source, embedded, _told_nothing)
    with exclusive(source), pytest.raises(Conflict, match="another instance runs on"):
        move(source, _target("mysql+pymysql://root@127.0.0.1:1/iop", tmp_path), _told_nothing)
    with pytest.raises(NotFound, match=r"no IOP database at .*nowhere/iop.db"):
        source_of(str(tmp_path / "nowhere"))


def test_a_plan_names_files_that_are_gone(source: Settings) -> None:
    (report,) = _all(source.database_url, generated_reports)
    Path(report.storage_url.removeprefix("file://")).unlink()

    # Its result is still there.
    assert plan(source) == Moved(plan(source).rows, 1, (report.storage_url,))


def test_dagsters_own_connections_are_bounded_pinged_and_in_utc(server_url: str) -> None:
    storage = BoundedMySQLStorage(dagster_mysql_url(server_url))
    storage.bring_up_to_date()
    for part in (storage.run_storage, storage.event_log_storage, storage.schedule_storage):
        part.optimize_for_webserver(statement_timeout=1000, pool_recycle=60, max_overflow=2)
        engine = part._engine  # pyright: ignore[reportAttributeAccessIssue]
        with engine.connect() as connection:
            zone, own_id = connection.execute(
                sa.text("SELECT @@session.time_zone, CONNECTION_ID()")
            ).one()
            driver = connection.connection.dbapi_connection
            assert zone == "+00:00"
            assert (driver.connect_timeout, driver._read_timeout, driver._write_timeout) == (
                *(10, 60, 60),
            )
        # What a failover does to a connection that the pool keeps.
        with engine_for(server_url).connect() as other:
            other.execute(sa.text(f"KILL {own_id}"))
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT 1")) == 1
        engine.dispose()
