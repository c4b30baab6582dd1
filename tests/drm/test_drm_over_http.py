"""DRM's HTTP API, served by the stand-in on loopback, copied into tables that say the same."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import httpx
import pytest
import sqlalchemy as sa
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from iop_pipelines.drm import api, follow, standin, standin_api, tables
from iop_pipelines.drm.api import DrmApi
from iop_pipelines.drm.rows import read_pipeline_runs, read_rows
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.errors import Conflict, MisconfiguredInstance, Unavailable
from iop_pipelines.schema.engine import begin_write, engine_for

TOKEN = "between-us"


@pytest.fixture
def copy_engine(migrated_url: str) -> sa.Engine:
    return engine_for(migrated_url)


@contextmanager
def _served(app: Starlette) -> Iterator[str]:
    """The URL of an app that a real server serves while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


def _copy(engine: sa.Engine, copy_engine: sa.Engine, token: str = TOKEN) -> follow.Copied:
    app = standin_api.create_app(engine, TOKEN)
    with _served(app) as url, DrmApi(url, token) as given:
        return follow.copy(given, copy_engine, "http://drm.test")


# DRM's own database is behind its API; the copy's is what may differ.
@pytest.mark.parametrize("february", ["sqlite"], indirect=True)
def test_the_copy_says_what_drm_says(february, copy_engine) -> None:
    _copy(february, copy_engine)
    theirs, ours = SharedDatabase(february), SharedDatabase(copy_engine)

    assert ours.recent_runs(limit=1000) == theirs.recent_runs(limit=1000)
    assert ours.scores_after(limit=1000) == theirs.scores_after(limit=1000)
    assert ours.pipelines() == theirs.pipelines()
    for entry in theirs.datasets():
        assert ours.dataset(entry.name).row_schema == entry.row_schema
    newest = theirs.recent_runs(limit=1)[0]
    assert read_rows(copy_engine, newest.dataset, newest.id).equals(
        read_rows(february, newest.dataset, newest.id)
    )
    ended = next(run for run in theirs.recent_runs() if run.finished_at)
    assert read_pipeline_runs(copy_engine, ended.id).equals(read_pipeline_runs(february, ended.id))


def test_copying_again_writes_nothing_and_what_is_new_is_added(drm_engine, copy_engine) -> None:
    replay = standin.Replay(drm_engine)
    replay.ingest_next_days(18)
    first = _copy(drm_engine, copy_engine)
    assert first.runs > 30
    again = _copy(drm_engine, copy_engine)
    # The run of 18 February still goes on, and is looked at each time.
    assert (again.rows, again.scores) == (0, 0)

    replay.ingest_next_days(4)
    _copy(drm_engine, copy_engine)
    assert SharedDatabase(copy_engine).recent_runs(limit=1000) == SharedDatabase(
        drm_engine
    ).recent_runs(limit=1000)


def test_a_run_whose_rows_do_not_all_come_is_not_there(
    drm_engine, copy_engine, monkeypatch
) -> None:
    standin.Replay(drm_engine).ingest_next_days(1)
    rows = DrmApi.rows
    monkeypatch.setattr(DrmApi, "rows", lambda self, run_id: rows(self, run_id)[:-1])
    with pytest.raises(Unavailable, match="rows of DRM run"):
        _copy(drm_engine, copy_engine)
    assert SharedDatabase(copy_engine).recent_runs() == []

    monkeypatch.undo()
    _copy(drm_engine, copy_engine)
    assert SharedDatabase(copy_engine).recent_runs() == SharedDatabase(drm_engine).recent_runs()


def test_a_column_that_drm_adds_is_added_to_the_copy(drm_engine, copy_engine) -> None:
    standin.Replay(drm_engine).ingest_next_days(1)
    _copy(drm_engine, copy_engine)
    entry = SharedDatabase(drm_engine).dataset("flights_daily")
    schema = {**entry.row_schema}
    schema["properties"] = {**schema["properties"], "gate": {"type": "string"}}
    with begin_write(drm_engine) as connection:
        connection.execute(
            tables.datasets.update()
            .where(tables.datasets.c.id == entry.id)
            .values(row_schema=schema, updated_at=entry.updated_at + timedelta(days=1))
        )
    _copy(drm_engine, copy_engine)
    copied = SharedDatabase(copy_engine).dataset("flights_daily")
    assert "gate" in copied.columns
    run = SharedDatabase(copy_engine).recent_runs()[0]
    assert "gate" in read_rows(copy_engine, "flights_daily", run.id).columns


def test_drms_own_database_is_never_copied_over(drm_engine) -> None:
    with pytest.raises(Conflict, match="holds DRM's tables already"):
        _copy(drm_engine, drm_engine)


def test_a_wrong_token_is_told_by_the_setting_that_holds_it(drm_engine, copy_engine) -> None:
    with pytest.raises(MisconfiguredInstance, match="IOP_DRM_API_TOKEN"):
        _copy(drm_engine, copy_engine, "guessed")


def test_a_source_that_accepts_and_says_nothing_is_given_up_in_time(monkeypatch) -> None:
    monkeypatch.setattr(api, "READ_TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with (
            DrmApi(f"http://127.0.0.1:{port}") as given,
            pytest.raises(Unavailable, match=r"does not answer monitoring\.pipelines: ReadTimeout"),
        ):
            given.pipelines()


def test_a_source_that_drips_is_given_up_in_time(monkeypatch) -> None:
    monkeypatch.setattr(api, "ANSWER_TIMEOUT_S", 0.2)
    given_up = threading.Event()

    async def drip(_: Request) -> StreamingResponse:
        async def spaces():
            for _ in range(400):
                if given_up.is_set():
                    return
                yield b" "
                await asyncio.sleep(0.05)

        return StreamingResponse(spaces())

    app = Starlette(routes=[Route("/api/trpc/{procedure}", drip)])
    with _served(app) as url:
        with (
            DrmApi(url) as given,
            pytest.raises(Unavailable, match=r"not ended its answer to monitoring\.pipelines"),
        ):
            given.pipelines()
        given_up.set()


def test_the_api_takes_the_inputs_of_the_contract(february) -> None:
    def ask(procedure: str, given: str = "{}") -> httpx.Response:
        return httpx.get(f"{url}/api/trpc/{procedure}", params={"input": given})

    with _served(standin_api.create_app(february)) as url:
        (second,) = ask("datasets.list", '{"limit": 1, "offset": 1}').json()["result"]["data"]
        assert second["name"] == "flights_daily"
        runs = ask("monitoring.runs", '{"pipelineId": 2, "limit": 3}').json()["result"]["data"]
        assert {run["pipeline"] for run in runs} == {"ingest_flights_daily"}
        assert len(runs) == 3
        summary = ask("qualityMetrics.summary").json()["result"]["data"]
        assert set(summary["byDataset"]) == {"airport_hourly", "flights_daily"}
        assert ask("datasets.drop").status_code == 404
        assert ask("datasets.rows", "{}").status_code == 400


def test_columns_of_the_data_may_be_called_as_those_of_the_table_are(
    drm_engine, copy_engine
) -> None:
    entry = SharedDatabase(drm_engine).dataset("flights_daily")
    names = ["id", "ID_", "Run_Id", "total"]
    landing = tables.landing_table("drm_rows_mine", tuple(sorted(names)))
    landing.create(drm_engine)
    places = tables.landed_as(sorted(names))
    moment = datetime(2013, 2, 1)
    with begin_write(drm_engine) as connection:
        schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
        connection.execute(
            tables.datasets.insert().values(
                name="mine",
                time_zone="UTC",
                freq="D",
                row_schema=schema,
                table_name="drm_rows_mine",
                created_at=moment,
                updated_at=moment,
            )
        )
        run = connection.execute(
            tables.pipeline_runs.insert().values(
                pipeline=SharedDatabase(drm_engine).pipelines()[0].name,
                dataset="mine",
                status=tables.RunStatus.SUCCESS,
                scheduled_for=moment,
                started_at=moment,
                finished_at=moment,
                window_start=moment,
                window_end=moment + timedelta(days=1),
                rows_ingested=2,
                bytes_ingested=8,
                content_checksum="0" * 64,
                run_key="mine#1",
            )
        ).inserted_primary_key[0]
        for row in (("7", "x", "r", "1"), ("8", None, "s", "2")):
            cells = {places[name]: cell for name, cell in zip(names, row, strict=True)}
            connection.execute(landing.insert().values(run_id=run, **cells))
    assert entry.name == "flights_daily"
    _copy(drm_engine, copy_engine)
    for engine in (drm_engine, copy_engine):
        frame = read_rows(engine, "mine", run)
        assert frame[names].to_numpy().tolist() == [["7", "x", "r", "1"], ["8", None, "s", "2"]]
