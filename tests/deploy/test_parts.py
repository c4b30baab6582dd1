"""An instance of parts: processes with homes of their own, as containers are, on one server and one broker.

What `iop serve` starts is the product; only the network between the parts is this machine's.
"""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from otlp_receiver import Collector, collector

from event_broker import EventBroker
from iop_pipelines.definitions import defs
from iop_pipelines.demo.load import load
from iop_pipelines.domain.vocabulary import ExecutionStatus, ModelStatus
from iop_pipelines.drm.standin import START, Replay
from iop_pipelines.orchestration.supervisor import free_port
from iop_pipelines.platform import Platform
from iop_pipelines.registry.models import list_models, set_status
from iop_pipelines.registry.templates import list_templates
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import analytical_models, model_executions
from iop_pipelines.settings import Settings
from served_app import wait_until

pytestmark = pytest.mark.deployment

IOP = str(Path(sys.executable).with_name("iop"))
IN_TIME_S = 180
STOP_S = 60
KEPT = {"cancellation-limits", "pipeline-health"}
TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SEEDED = "hunter2-and-nobody-else"
SENSORS = {sensor.name for sensor in defs.get_repository_def().sensor_defs}


@dataclass
class Parts:
    """`shared` is the environment of all; the log of a part is its name's in `folder`."""

    folder: Path
    shared: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def settings(self, name: str) -> Settings:
        return Settings.from_env({**self.shared, "IOP_HOME": str(self.folder / name)})

    def start(self, name: str, *words: str) -> None:
        env = {**os.environ, **self.shared, "IOP_HOME": str(self.folder / name)}
        command = [IOP, "serve", *words]
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def said_by(self, *words: str) -> dict[str, Any]:
        """A command of the operator's, whose home is another again."""
        env = {**os.environ, **self.shared, "IOP_HOME": str(self.folder / "operator")}
        done = subprocess.run(
            [IOP, *words], env=env, capture_output=True, text=True, timeout=IN_TIME_S, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def require_alive(self) -> None:
        for name, process in self.processes.items():
            assert process.poll() is None, f"{name} ended: {self.log(name)[-3000:]}"

    def end(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGKILL)
            process.wait()


@pytest.fixture
def parts(
    tmp_path: Path,
    event_broker: EventBroker,
    migrated_on: Callable[[str], AbstractContextManager[str]],
) -> Iterator[Parts]:
    with migrated_on("mysql") as url:
        shared = {
            "DATABASE_URL": url,
            "IOP_BROKER_URL": event_broker.url,
            "IOP_STORAGE_URL": f"file://{tmp_path / 'files'}",
            "IOP_SECRET_KEY": secrets.token_urlsafe(32),
            "IOP_CLOCK": "drm",
        }
        started = Parts(tmp_path, shared)
        yield started
        started.end()
        engine_for(url).dispose()


def _deliver(settings: Settings) -> Platform:
    """January of the demo, for two models."""
    platform = Platform(settings)
    load(platform.engine, platform.drm_engine, START)
    for stored in list_models(platform.engine):
        if stored.spec.name not in KEPT:
            set_status(platform.engine, stored.id, ModelStatus.DEPRECATED)
    Replay(platform.drm_engine).load_history()
    return platform


def _health(port: int) -> int:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/health", timeout=5).status_code
    except httpx.TransportError:
        return 0


def _samples(port: int) -> dict[str, float]:
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def _sample(port: int, name: str) -> float:
    return _samples(port)[name]


def _ticks(port: int) -> dict[str, float]:
    found = {}
    for name, value in _samples(port).items():
        if match := re.fullmatch(r'iop_sensor_tick_age_seconds\{sensor="(\w+)"\}', name):
            found[match[1]] = value
    return found


@pytest.fixture
def traces(parts: Parts) -> Iterator[Collector]:
    with collector() as there:
        parts.shared |= {
            "OTEL_EXPORTER_OTLP_ENDPOINT": there.endpoint,
            "OTEL_EXPORTER_OTLP_HEADERS": f"x-api-key={SEEDED}",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        yield there
        # They send what they have when they end.
        parts.end()


def _follow_one_request(parts: Parts, platform: Platform, port: int, traces: Collector) -> None:
    """Two calls of one trace, from the caller's header to the events that tell of what came of it; and no secret."""
    parts.said_by("user", "add", "ada", "--role", "admin", "--json")
    token = parts.said_by("token", "ada", "--json")["token"]
    (model,) = [m for m in list_models(platform.engine) if m.spec.name == "cancellation-limits"]
    template = next(each for each in list_templates(platform.engine) if each.format == "csv")

    def call(procedure: str, given: dict[str, Any]) -> Any:
        answer = httpx.post(
            f"http://127.0.0.1:{port}/api/trpc/{procedure}?password={SEEDED}",
            json=given,
            headers={
                "traceparent": f"00-{TRACE}-{CALLER}-01",
                "authorization": f"Bearer {token}",
                "x-api-key": SEEDED,
            },
            timeout=30,
        )
        assert answer.status_code == httpx.codes.OK, answer.text
        assert answer.headers["x-request-id"] == TRACE
        return answer.json()["result"]["data"]

    asked = {"modelId": model.id, "inputRef": model.spec.config.dataset}
    execution = call("models.execute", asked)["executionId"]
    report = call("reports.generate", {"templateId": template.id})["reportId"]

    def kept() -> dict[str, list[dict[str, Any]]]:
        parts.require_alive()
        found: dict[str, list[dict[str, Any]]] = {}
        rows: Any = parts.said_by("trace", TRACE, "--json")
        for row in rows:
            found.setdefault(row["what"], []).append(row)
        return found

    wait_until(lambda: len(kept().get("event", [])) >= 2, IN_TIME_S)
    found = kept()
    assert [each["state"] for each in found["change"]] == ["models.execute", "reports.generate"]
    (executed,), (reported,) = found["execution"], found["report"]
    assert (executed["id"], executed["state"]) == (execution, "done, success")
    assert (reported["id"], reported["state"]) == (report, "done, ready")
    told = {each["state"].partition(",")[0] for each in found["event"]}
    assert told >= {"model.executed", "report.generated"}
    runs = {executed["run_id"], reported["run_id"]}
    with platform.engine.connect() as connection:
        tagged = sa.text("SELECT run_id FROM run_tags WHERE `key` = 'iop/trace_id' AND value = :id")
        assert set(connection.scalars(tagged, {"id": TRACE})) == runs

    lines = [line for name in parts.processes for line in _lines(parts.log(name), TRACE)]
    assert [each["path"] for each in lines if each["message"] == "request"] == [
        "/api/trpc/models.execute",
        "/api/trpc/reports.generate",
    ]
    assert {each["runId"] for each in lines if each["message"] == "run began"} == runs
    ended = {(each["kind"], each["id"], each["outcome"]) for each in lines if "outcome" in each}
    assert ended == {("execution", execution, "done"), ("report", report, "done")}
    assert len([each for each in lines if each["message"] == "run requested"]) == len(runs)

    wait_until(lambda: {"execution", "report"} <= {s.name for s in traces.of(TRACE)}, IN_TIME_S)
    spans = {each.name: each for each in traces.of(TRACE)}
    for calls, job, item in (
        ("models.execute", "execute_models", "execution"),
        ("reports.generate", "generate_reports", "report"),
    ):
        chain = [spans[each] for each in (f"POST {calls}", f"tick {job}", f"run {job}", item)]
        assert [each.parent for each in chain] == [CALLER, *(each.span for each in chain[:-1])]
        assert not any(each.is_error for each in chain)
    assert spans["execution"].attributes["iop.execution_id"] == execution
    # What began by itself is in traces of its own, and probes in none.
    by_itself = {each.name for each in traces.spans if each.trace != TRACE}
    assert {"tick drm_pipeline_runs", "run prepare_datasets", "execution"} <= by_itself
    assert not any("health" in each.name or "metrics" in each.name for each in traces.spans)

    sent = b"".join(traces.bodies).decode("latin-1")
    said = sent + "".join(parts.log(name) for name in parts.processes)
    for secret in (SEEDED, token, parts.shared["IOP_SECRET_KEY"]):
        assert secret not in said


def _lines(log: str, trace: str) -> list[dict[str, Any]]:
    """Those of the log that are of the trace."""
    parsed = (json.loads(line) for line in log.splitlines() if line.startswith('{"at"'))
    return [line for line in parsed if line.get("traceId") == trace]


def test_parts_that_share_a_server_and_a_broker_are_an_instance(parts, traces):
    settings = parts.settings("operator")
    platform = _deliver(settings)
    code, port = free_port(), free_port()
    address = f"127.0.0.1:{code}"
    parts.start("code-server", "code-server", "--port", str(code))
    parts.start("worker", "worker", "w1")
    parts.start("daemon", "daemon", "--code-server", address)
    parts.start("api", "api", "--port", str(port), "--code-server", address)

    def done() -> set[str]:
        parts.require_alive()
        query = (
            sa.select(analytical_models.c.name)
            .join(model_executions, model_executions.c.model_id == analytical_models.c.id)
            .where(model_executions.c.status == ExecutionStatus.SUCCESS)
        )
        with platform.engine.connect() as connection:
            return set(connection.scalars(query))

    wait_until(lambda: done() >= KEPT, IN_TIME_S)
    wait_until(lambda: _health(port) == httpx.codes.OK, IN_TIME_S)
    assert parts.said_by("ledger", "verify", "--json")["drift"] == []
    wait_until(lambda: _ticks(port).keys() >= SENSORS, IN_TIME_S)
    assert all(0 <= age < IN_TIME_S for age in _ticks(port).values())
    # Counted anew every few seconds.
    ended = 'iop_executions_ended_last_hour{status="success",type="rule_based"}'
    wait_until(lambda: _sample(port, ended) >= 1, IN_TIME_S)
    assert _sample(port, 'iop_part_degraded{part="daemon"}') == 0
    _follow_one_request(parts, platform, port, traces)

    # The code server last, which the others ask.
    for name, process in reversed(parts.processes.items()):
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_S)
        assert "Traceback" not in parts.log(name), parts.log(name)[-3000:]
    platform.engine.dispose()


def test_a_part_says_what_it_lacks_before_it_starts_anything(tmp_path):
    def said(*words: str, **env: str) -> str:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("IOP_")}
        done = subprocess.run(
            [IOP, "serve", *words],
            env={**clean, "IOP_HOME": str(tmp_path / "home"), **env},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1, done.stdout
        return done.stderr

    server = {"DATABASE_URL": "mysql+pymysql://iop:hidden@127.0.0.1/iop"}
    broker = {"IOP_BROKER_URL": "amqp://127.0.0.1"}
    assert "set DATABASE_URL to MySQL or MariaDB" in said("worker")
    told = said("worker", **server)
    assert "set IOP_BROKER_URL" in told
    assert "hidden" not in told
    assert "--code-server HOST:PORT" in said("daemon", **server, **broker)
    nowhere = {"IOP_INSTANCE_FILES": str(tmp_path / "none")}
    assert f"names {tmp_path / 'none'}, which is no folder" in said(
        "daemon", **server, **broker, **nowhere
    )
    assert not (tmp_path / "home").exists()
