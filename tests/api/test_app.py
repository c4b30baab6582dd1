"""What surrounds the procedures: health, metrics, headers, sizes, logs, pages, over a real server."""

import asyncio
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from database_servers import named
from iop_pipelines.api import health
from iop_pipelines.api.app import create_app
from iop_pipelines.api.context import Context
from iop_pipelines.api.edge import MAX_BODY_BYTES
from iop_pipelines.api.health import Part
from iop_pipelines.api.metrics import Metrics, ended_executions
from iop_pipelines.api.readers.pool import Readers
from iop_pipelines.api.registry import Kind, Registry
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.orchestration.supervisor import free_port
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.migrate import downgrade, upgrade
from iop_pipelines.schema.tables import analytical_models, model_executions, workers
from iop_pipelines.settings import Settings
from iop_pipelines.tracing.context import new_trace, within
from iop_pipelines.tracing.logs import JsonFormatter, without_secrets
from served_app import Accounts, answers, running, wait_until


async def _echo(request: Request) -> PlainTextResponse:
    request.app.state.is_echoing = True
    return PlainTextResponse(str(len(await request.body())))


async def _fail(request: Request) -> PlainTextResponse:
    raise RuntimeError("mysql://iop:hunter2@db/iop is broken")


async def _stream(request: Request) -> StreamingResponse:
    async def events():
        yield "data: 1\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(events(), media_type="text/event-stream")


async def _drain(request: Request) -> PlainTextResponse:
    request.app.state.lifecycle.begin_drain()
    return PlainTextResponse("")


# What is looked at every two seconds, and given up after five, takes longer where the machine does much else; what
# takes no time is not waited for.
BUSY_S = 60

ROUTES = [
    Route("/echo", _echo, methods=["POST"]),
    Route("/fail", _fail),
    Route("/stream", _stream),
    Route("/drain", _drain, methods=["POST"]),
]


@pytest.fixture
def settings(tmp_path: Path, migrated_url: str) -> Iterator[Settings]:
    yield from _settings(tmp_path, migrated_url)


@pytest.fixture
def own_settings(tmp_path: Path, database_url: str) -> Iterator[Settings]:
    """For a test that migrates: other tests have its database with `settings`."""
    upgrade(database_url)
    yield from _settings(tmp_path, database_url)


@pytest.fixture
def settings_of_a_file(tmp_path: Path) -> Iterator[Settings]:
    """For a test that takes the database away; servers are taken away by the fault run."""
    url = f"sqlite:///{tmp_path / 'iop.db'}"
    upgrade(url)
    yield from _settings(tmp_path, url)


def _settings(home: Path, url: str) -> Iterator[Settings]:
    settings = Settings.from_env(
        {"IOP_HOME": str(home), **named(url), "IOP_BROKER_URL": "filesystem://"}
    )
    yield settings
    engine_for(settings.database_url).dispose()
    health.probe_engine(settings).dispose()


def app_of(settings: Settings, parts: list[Part] | None = None):
    return create_app(
        settings,
        registry=Registry(),
        authenticate=Accounts().authenticate,
        routes=ROUTES,
        parts=parts,
    )


@pytest.fixture
def url(settings: Settings) -> Iterator[str]:
    with running(app_of(settings, [])) as url:
        wait_until(lambda: answers(url, status=200), BUSY_S)
        yield url


def _beat(settings: Settings) -> None:
    now = utc_now()
    row = {"id": "w1", "host": "h", "pid": 1, "started_at": now, "heartbeat_at": now}
    with begin_write(engine_for(settings.database_url)) as connection:
        connection.execute(workers.insert().values(**row))


def test_a_complete_instance_is_healthy_and_ready(settings):
    _beat(settings)
    with running(app_of(settings)) as url:
        wait_until(lambda: answers(url, "/api/ready", 200), BUSY_S)
        answer = httpx.get(f"{url}/api/health").json()
    parts = {
        "database",
        "migrations",
        "storage",
        "workers",
        "queue",
        "connections",
        "events",
        "readers",
    }
    assert answer == {"status": "ok", "parts": dict.fromkeys(parts, "ok")}


def test_without_a_worker_it_is_healthy_and_not_ready(settings):
    with running(app_of(settings)) as url:
        wait_until(lambda: answers(url, status=200), BUSY_S)
        assert httpx.get(f"{url}/api/health").json()["status"] == "degraded"
        ready = httpx.get(f"{url}/api/ready")
    assert ready.status_code == 503
    assert ready.json()["parts"]["workers"] == "degraded"


def test_readers_that_broke_are_told_by_health_and_keep_no_requests_away(settings):
    class Broken(Readers):
        def look(self) -> str | None:
            return "the last 3 readings broke their reader"

    _beat(settings)
    with running(create_app(settings, readers=Broken(settings))) as url:
        wait_until(lambda: answers(url, "/api/ready", 200), BUSY_S)
        health_now, ready = (httpx.get(f"{url}/api/{at}").json() for at in ("health", "ready"))
    assert (health_now["status"], health_now["parts"]["readers"]) == ("degraded", "degraded")
    assert ready["status"] == "ready"


def test_a_database_that_is_not_migrated_fails_health(own_settings):
    downgrade(own_settings.database_url, "base")
    with running(app_of(own_settings)) as url:
        wait_until(lambda: httpx.get(f"{url}/api/health").json()["status"] == "unmigrated", BUSY_S)
        assert not answers(url, status=200)
        upgrade(own_settings.database_url)
        wait_until(lambda: answers(url, status=200), BUSY_S)


def test_a_database_of_a_newer_release_is_well(own_settings):
    with begin_write(engine_for(own_settings.database_url)) as connection:
        connection.execute(sa.text("UPDATE iop_alembic_version SET version_num = '9999'"))
    assert health.check_migrations(health.probe_engine(own_settings)) is None


def test_a_database_outage_leaves_health_and_fails_ready(settings_of_a_file, tmp_path):
    _beat(settings_of_a_file)
    with running(app_of(settings_of_a_file)) as url:
        wait_until(lambda: answers(url, "/api/ready", 200), BUSY_S)
        health.probe_engine(settings_of_a_file).dispose()
        _rename(tmp_path, "iop.db", "away")
        (tmp_path / "iop.db").mkdir()
        wait_until(lambda: answers(url, "/api/ready", 503), BUSY_S)
        answer = httpx.get(f"{url}/api/health")
        assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
        (tmp_path / "iop.db").rmdir()
        _rename(tmp_path, "away", "iop.db")
        wait_until(lambda: answers(url, "/api/ready", 200), BUSY_S)


def _rename(folder: Path, before: str, after: str) -> None:
    """A SQLite database with its log and index."""
    for path in folder.glob(f"{before}*"):
        path.rename(path.with_name(after + path.name.removeprefix(before)))


def test_a_part_that_hangs_holds_up_neither_answers_nor_other_parts(settings):
    hung, looks = threading.Event(), []
    parts = [
        Part("hangs", lambda: str(hung.wait(BUSY_S * 2)), 0.05, 2),
        Part("well", lambda: looks.append(1), 0.05),
    ]
    try:
        with running(app_of(settings, parts)) as url:
            assert httpx.get(f"{url}/api/health").json()["status"] == "starting"
            wait_until(lambda: answers(url, status=200), BUSY_S)
            # Sooner than what hangs is let go.
            states = httpx.get(f"{url}/api/ready", timeout=BUSY_S).json()["parts"]
            assert (states["hangs"], states["well"]) == ("degraded", "ok")
            wait_until(lambda: len(looks) > 2, BUSY_S)
            hung.set()
    finally:
        hung.set()


def test_draining_fails_health_ends_streams_and_finishes_what_is_in_flight(settings):
    app = app_of(settings, [])
    with running(app) as url, httpx.stream("GET", f"{url}/stream") as stream:
        wait_until(lambda: answers(url, status=200), BUSY_S)
        lines = stream.iter_lines()
        assert next(lines) == "data: 1"
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 10) as slow:
            slow.sendall(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nab")
            wait_until(lambda: getattr(app.state, "is_echoing", False), BUSY_S)
            httpx.post(f"{url}/drain")
            wait_until(lambda: answers(url, status=503), BUSY_S)
            assert httpx.get(f"{url}/api/health").json()["status"] == "draining"
            assert list(lines) == [""]
            slow.sendall(b"cd")
            assert slow.recv(4096).endswith(b"\r\n\r\n4")


def test_a_served_process_says_that_it_drains_and_ends_when_it_is_told_to(settings, tmp_path):
    port = free_port()
    command = [sys.executable, "-m", "iop_pipelines.api.serve", "--port", str(port)]
    log = tmp_path / "serve.log"
    with log.open("wb") as output:
        env = {
            **os.environ,
            **named(settings.database_url),
            "IOP_HOME": str(settings.home),
        }
        process = subprocess.Popen([*command, "--drain-delay", "6"], stderr=output, env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(url, status=200), BUSY_S)
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: answers(url, status=503), BUSY_S)
        assert httpx.get(f"{url}/api/health").json()["status"] == "draining"
        assert process.wait(BUSY_S) in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.wait()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert "draining" in [line["message"] for line in lines]


def test_every_answer_has_the_security_headers_and_a_request_id(url):
    for path in ("/", "/nowhere", "/fail", "/sw.js", "/api/health"):
        headers = httpx.get(f"{url}{path}").headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert re.fullmatch(r"[0-9a-f]{32}", headers["x-request-id"])
        assert "strict-transport-security" not in headers
        assert "server" not in headers


def test_behind_https_browsers_are_told_to_stay_there(url):
    headers = httpx.get(url, headers={"x-forwarded-proto": "https"}).headers
    assert headers["strict-transport-security"].startswith("max-age=31536000")


PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NGINX = "3b1e7d6c5f8a49e2b0d4c6a8e1f3957d"
ENVOY = "9f1c2d3e-4b5a-4c7d-8e9f-0a1b2c3d4e5f"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ([("traceparent", PARENT)], PARENT[3:35]),
        ([("traceparent", PARENT), ("x-request-id", NGINX)], PARENT[3:35]),
        ([("x-request-id", NGINX)], NGINX),
        ([("x-request-id", ENVOY)], ENVOY.replace("-", "")),
        # What is no traceparent is as if it had not been sent, and so are two.
        ([("traceparent", PARENT.upper()), ("x-request-id", NGINX)], NGINX),
        ([("traceparent", PARENT), ("traceparent", OTHER), ("x-request-id", NGINX)], NGINX),
    ],
)
def test_one_id_is_the_callers_traces_or_the_one_that_a_proxy_gave(url, sent, kept):
    assert httpx.get(url, headers=sent).headers["x-request-id"] == kept


@pytest.mark.parametrize("sent", ['a" b', "from-the-proxy-1", "0" * 32])
def test_a_request_id_that_can_be_no_traces_is_replaced(url, sent):
    given = httpx.get(url, headers={"x-request-id": sent}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", given)
    assert given != sent


def test_what_fails_inside_is_logged_and_not_told(url, caplog):
    answer = httpx.get(f"{url}/fail")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.json()["error"]["requestId"] == answer.headers["x-request-id"]
    record = next(record for record in caplog.records if record.message == "the request failed")
    line = JsonFormatter().format(record)
    assert "RuntimeError" in json.loads(line)["exception"]
    assert "hunter2" not in line


def test_what_is_not_there_is_said_in_json(url):
    answer = httpx.get(f"{url}/nowhere")
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, "Not Found")


def test_a_large_body_is_refused_declared_or_not(url):
    assert httpx.post(f"{url}/echo", content=b"x" * MAX_BODY_BYTES).text == str(MAX_BODY_BYTES)
    assert httpx.post(f"{url}/echo", content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413
    chunks = (b"x" * 65536 for _ in range(17))
    assert httpx.post(f"{url}/echo", content=chunks).status_code == 413


def test_the_access_line_has_no_query_string(url, caplog):
    with caplog.at_level(logging.INFO, "iop.access"):
        httpx.get(f"{url}/nowhere?next=secret")
        # The line is written after the answer was sent.
        wait_until(lambda: _access_lines(caplog, "/nowhere"), BUSY_S)
    assert _access_lines(caplog, "/nowhere")[-1] | {"ms": 0} == {
        "method": "GET",
        "path": "/nowhere",
        "status": 404,
        "ms": 0,
        "address": "127.0.0.1",
    }


def _access_lines(caplog, path: str) -> list[dict]:
    lines = [record.fields for record in caplog.records if record.name == "iop.access"]
    return [line for line in lines if line["path"] == path]


@pytest.mark.parametrize(
    "text",
    [
        "mysql+pymysql://iop:hunter2@db:3306/iop",
        "authorization: Bearer hunter2hunter2",
        "password=hunter2&next=/",
        "{'token': 'hunter2'}",
        "session eyJhbGciOi.hunter2.hunter2",
    ],
)
def test_secrets_do_not_reach_the_log(text):
    assert "hunter2" not in without_secrets(text)


def test_a_line_of_the_log_names_its_request():
    record = logging.LogRecord("a", logging.INFO, "", 0, "hello %s", ("you",), None)
    with within(new_trace("abc")):
        line = json.loads(JsonFormatter().format(record))
    assert (line["message"], line["traceId"], line["level"]) == ("hello you", "abc", "info")


def test_metrics_count_requests_and_open_work(settings):
    engine = engine_for(settings.database_url)
    with begin_write(engine) as connection:
        model = analytical_models.insert().values(name="m", type="ml")
        model_id = connection.execute(model).lastrowid
        for phase, status in (("queued", "running"), ("held", "running"), ("done", "success")):
            row = {"model_id": model_id, "phase": phase, "status": status}
            connection.execute(model_executions.insert().values(**row))
    with running(app_of(settings, [])) as url:
        wait_until(lambda: answers(url, status=200), BUSY_S)
        httpx.get(f"{url}/nowhere")
        httpx.get(f"{url}/api/trpc/no.such")
        httpx.get(f"{url}/api/trpc/a.b,c.d")
        text = httpx.get(f"{url}/metrics").text
    assert 'iop_requests_total{procedure="other",status="404"} 1.0' in text
    assert 'iop_requests_total{procedure="unknown",status="404"} 1.0' in text
    assert 'iop_requests_total{procedure="batch",status="404"} 1.0' in text
    assert 'iop_ledger_open{kind="execution",phase="held"} 1.0' in text
    assert 'iop_queue_depth{kind="execution"} 1.0' in text
    assert "iop_request_duration_seconds_bucket" in text


def test_what_was_superseded_is_no_execution_that_ended(settings):
    engine = engine_for(settings.database_url)
    ended = datetime(2026, 3, 2, 12)
    with begin_write(engine) as connection:
        model = analytical_models.insert().values(name="m", type="ml")
        row = {"model_id": connection.execute(model).lastrowid, "phase": "done"}
        for status, run, at in (
            ("success", None, ended),
            ("failed", None, ended),
            ("failed", 17, ended),
            ("failed", None, ended - timedelta(hours=2)),
        ):
            values = row | {"status": status, "superseded_by": run, "finished_at": at}
            connection.execute(model_executions.insert().values(**values))
    found = ended_executions(engine, ended - timedelta(hours=1))
    assert found == {("ml", "success"): 1, ("ml", "failed"): 1}


def test_the_age_of_a_sensors_tick_grows_while_nobody_can_ask_for_a_newer_one():
    now = 1000.0
    metrics = Metrics(clock=lambda: now)
    metrics.set_ticks({"requested_executions": 940.0})
    sample = 'iop_sensor_tick_age_seconds{sensor="requested_executions"}'
    assert f"{sample} 60.0" in metrics.text().decode()
    now = 1700.0
    assert f"{sample} 760.0" in metrics.text().decode()
    metrics.set_ticks({})
    assert sample not in metrics.text().decode(), "it is switched off"


def test_drift_is_told_once_the_ledger_was_compared_and_how_long_ago():
    now = 1000.0
    metrics = Metrics(clock=lambda: now)
    assert "iop_ledger" not in metrics.text().decode().replace("iop_ledger_open", "")
    metrics.set_verified(940.0, 3)
    now = 1700.0
    said = metrics.text().decode()
    assert "\niop_ledger_drift 3.0\n" in said
    assert "\niop_ledger_verified_age_seconds 760.0\n" in said


def test_metrics_count_each_call_of_a_batch_by_its_procedure(settings):
    registry = Registry()

    @registry.procedure("models.list", Kind.QUERY, "Nothing.")
    def list_(ctx: Context) -> list[int]:
        return []

    @registry.procedure("users.list", Kind.QUERY, "Nothing.", Role.ADMIN)
    def users(ctx: Context) -> list[int]:
        return []

    app = create_app(
        settings, registry=registry, authenticate=Accounts().authenticate, routes=ROUTES, parts=[]
    )
    vera = {"authorization": "Bearer vera"}
    with running(app) as url:
        batch = f"{url}/api/trpc/models.list,users.list,no.such,models.list?batch=1"
        assert httpx.get(batch, headers=vera).status_code == 207
        lines = httpx.get(batch, headers={**vera, "trpc-accept": "application/jsonl"})
        assert len(lines.text.splitlines()) == 5
        httpx.get(f"{url}/api/v1/models/list", headers=vera)
        httpx.get(f"{url}/api/trpc/models.list")

        def calls(procedure: str, code: str) -> float:
            name = f'iop_calls_total{{code="{code}",procedure="{procedure}"}}'
            text = httpx.get(f"{url}/metrics").text
            return sum(float(line.split()[-1]) for line in text.splitlines() if name in line)

        # Counted when the answer has been sent.
        wait_until(lambda: calls("models.list", "OK") == 5, BUSY_S)
        assert calls("users.list", "FORBIDDEN") == 2
        assert calls("unknown", "NOT_FOUND") == 2
        assert calls("models.list", "UNAUTHORIZED") == 1


def test_a_look_that_is_mistaken_is_degraded_with_its_cause_in_the_log(caplog):
    def look() -> None:
        raise KeyError("no such column")

    part = Part("odd", look)
    part.look_once()
    part.look_once()
    assert not part.is_ok
    (record,) = caplog.records
    assert record.exc_info[0] is KeyError
    away = Part("away", lambda: str(Path("/nowhere/at/all").stat()))
    away.look_once()
    assert not away.is_ok
    assert caplog.records[-1].exc_info is None


def test_metrics_from_elsewhere_need_a_bearer_token(url):
    proxied = {"x-forwarded-for": "203.0.113.9"}
    assert httpx.get(f"{url}/metrics").status_code == 200
    assert httpx.get(f"{url}/metrics", headers=proxied).status_code == 401
    spoofed = {"x-forwarded-for": "127.0.0.1"}
    assert httpx.get(f"{url}/metrics", headers=spoofed).status_code == 401
    cookie = {**proxied, "cookie": "session=ada"}
    assert httpx.get(f"{url}/metrics", headers=cookie).status_code == 401
    bearer = {**proxied, "authorization": "Bearer vera"}
    assert httpx.get(f"{url}/metrics", headers=bearer).status_code == 200
