"""Requests a second and CPU per request of the API, against a bare handler that runs the same SQL.

Two servers of one process each run side by side on the same database: the whole product, called with a
bearer token, and a bare Starlette app. The bare handler executes the statements that the procedure was
seen to execute, through the same engine, and returns their rows as `JSONResponse`. wrk asks them in
turn, several rounds each, so that a busy moment of the machine hits both; the medians are compared, and of
the CPU the least. CPU is that of the server's process, user and system, as the kernel counts it.

The product reads once for all who ask the same at the same time. So there are lines that have no limit to
keep: "one connection", where nobody shares anything and waking and sleeping is half of the work, and "each
its own", where many ask for another page every time.

At the end one account sends heavy panels while another reads the statistics (shares.py), and the memory of
the whole run is told.

    make bench-api [ARGS=--large]      with 100,000 executions and 10,000 recommendations
    make bench-api ARGS="--large --minutes 10"      and ten minutes of heavy panels
"""

import argparse
import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import shares
import sqlalchemy as sa
from sqlalchemy import event
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from iop_pipelines.api.context import Context
from iop_pipelines.api.lifecycle import Lifecycle
from iop_pipelines.api.procedures import build_registry
from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.identity.accounts import account_of_role
from iop_pipelines.identity.sessions import sessions_of
from iop_pipelines.identity.user import User
from iop_pipelines.ledger import counters
from iop_pipelines.orchestration.supervisor import free_port
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.migrate import upgrade
from iop_pipelines.schema.tables import analytical_models, model_executions, recommendations
from iop_pipelines.settings import Settings

CONNECTIONS = 150
MODELS = 50
CALLS = ("models.list", "dashboard.stats")
EACH_ITS_OWN = "each its own"
ONE = "one connection"
# Any cursor beyond the last id gives the same rows, to a question that nobody asked before.
_LUA = """
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("n", threads * 1000000)
end
function request()
  n = n + 1
  return wrk.format("GET", wrk.path .. "?input=%7B%22cursor%22%3A" .. n .. "%7D")
end
"""
MAX_CPU_RATIO = 1.5
MIN_PER_S = 487
MAX_P99_MS = 200
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Measured:
    per_s: float
    p50_ms: float
    p99_ms: float
    # How many of which kind: refused answers, broken connections, answers that took over 2 s.
    errors: Counter[str]
    cpu_us: float


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    pid: int
    path: Callable[[str], str]
    headers: tuple[str, ...] = ()

    def url(self, call: str) -> str:
        return f"http://127.0.0.1:{self.port}{self.path(call)}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Benchmark of the API.")
    parser.add_argument("--large", action="store_true", help="a year's worth of rows")
    parser.add_argument("--seconds", type=int, default=8, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=0, help="of heavy panels")
    parser.add_argument("--serve", choices=("product", "bare"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        serve(options.serve, options.port)
        return 0
    if shutil.which("wrk") is None:
        print("wrk is not here: apt-get install -y wrk", file=sys.stderr)
        return 2
    print(f"load average before: {os.getloadavg()[0]:.1f}, on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="iop-bench-") as home:
        os.environ["IOP_HOME"] = home
        settings = Settings.from_env()
        seed(settings, options.large)
        token, other = (bearer_token(settings, role) for role in (Role.VIEWER, Role.ADMIN))
        with both_servers(token) as servers, shares.watched(servers[0].pid) as memory:
            measured = measure_all(servers, options.rounds, options.seconds)
            heavy_s = options.minutes * 60 or options.seconds
            shared = shares.measure(servers[0].port, token, other, heavy_s)
        is_good = [report(measured), shares.report(shared, memory)]
        return 0 if all(is_good) else 1


def serve(kind: str, port: int) -> None:
    from iop_pipelines.api.app import create_app
    from iop_pipelines.api.serve import server_of

    settings = Settings.from_env()
    app = create_app(settings) if kind == "product" else bare_app(settings)
    server_of(app, port).run()


def bare_app(settings: Settings) -> Starlette:
    platform = Platform(settings)
    app = Starlette(
        routes=[Route(f"/{call}", bare_handler(platform, call)) for call in CALLS],
    )
    app.state.lifecycle = Lifecycle()
    return app


def bare_handler(platform: Platform, call: str) -> Callable[[Request], JSONResponse]:
    statements = statements_of(platform, call)
    engine = platform.engine

    def handler(request: Request) -> JSONResponse:
        rows: list[dict[str, Any]] = []
        with engine.connect() as connection:
            for statement, parameters in statements:
                for row in connection.execute(statement, parameters).mappings():
                    rows.append({name: _plain(value) for name, value in row.items()})
        return JSONResponse(rows)

    return handler


def statements_of(platform: Platform, call: str) -> list[tuple[sa.Executable, dict[str, Any]]]:
    """What the procedure executes, as it was seen to."""
    seen: list[tuple[sa.Executable, dict[str, Any]]] = []

    def listen(
        connection: sa.Connection, statement: Any, many: Any, parameters: Any, options: Any
    ) -> None:
        seen.append((statement, dict(parameters)))

    procedure = next(each for each in build_registry() if each.path == call)
    context = Context(User(1, "bench", Role.VIEWER), platform, "bench", "127.0.0.1", "models.list")
    given = () if procedure.input is None else (procedure.input(),)
    event.listen(platform.engine, "before_execute", listen)
    procedure.handler(context, *given)
    event.remove(platform.engine, "before_execute", listen)
    return seen


def seed(settings: Settings, is_large: bool) -> None:
    upgrade(settings.database_url)
    executions, advice = (100_000, 10_000) if is_large else (1_000, 100)
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    engine = engine_for(settings.database_url)
    with begin_write(engine) as connection:
        _insert(connection, analytical_models, (_model(number) for number in range(MODELS)))
        _insert(connection, model_executions, (_execution(n, now) for n in range(executions)))
        _insert(connection, recommendations, (_advice(n) for n in range(advice)))
    counters.repair(engine, now)


def _model(number: int) -> dict[str, Any]:
    columns = {"type": "object", "properties": {"y": {"type": "number"}}}
    return {
        "name": f"model {number}",
        "type": ("rule_based", "statistical", "ml")[number % 3],
        "status": "active",
        "input_schema": columns,
        "output_schema": columns,
        "config": {"runtime": "seasonal_residual", "dataset": "flights", "params": {"h": number}},
        "description": "Departure delay, by carrier and hour.",
        "dataset": "flights",
    }


def _execution(number: int, now: datetime) -> dict[str, Any]:
    finished = now - timedelta(minutes=5 * number)
    return {
        "model_id": 1 + number % MODELS,
        "status": "failed" if number % 20 == 0 else "success",
        "phase": "done",
        "duration_ms": 100 + number % 900,
        "started_at": finished,
        "finished_at": finished,
    }


def _advice(number: int) -> dict[str, Any]:
    return {
        "title": f"Advice {number}",
        "category": ("anomaly", "trend", "optimisation", "forecast")[number % 4],
        "severity": ("info", "warning", "critical")[number % 3],
        "status": ("open", "accepted", "dismissed")[number % 3],
    }


def _insert(connection: sa.Connection, table: sa.Table, rows: Iterator[dict[str, Any]]) -> None:
    connection.execute(table.insert(), list(rows))


def bearer_token(settings: Settings, role: Role) -> str:
    platform = Platform(settings)
    by = Actor(None, "bench", "bench", "127.0.0.1")
    account = account_of_role(platform.engine, role, by)
    return sessions_of(platform.settings).start(account, "bench").token


@contextlib.contextmanager
def both_servers(token: str) -> Iterator[list[Server]]:
    ports = free_port(), free_port()
    with contextlib.ExitStack() as stack:
        product = stack.enter_context(_process("product", ports[0]))
        bare = stack.enter_context(_process("bare", ports[1]))
        yield [
            Server(
                "product",
                ports[0],
                product,
                lambda call: f"/api/trpc/{call}",
                (f"authorization: Bearer {token}",),
            ),
            Server("bare", ports[1], bare, lambda call: f"/{call}"),
        ]


@contextlib.contextmanager
def _process(kind: str, port: int) -> Iterator[int]:
    log = Path(os.environ["IOP_HOME"]) / f"{kind}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, __file__, "--serve", kind, "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}", process, log)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"the server ended:\n{log.read_text()[-2000:]}")
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{url}/api/health")
            return
        time.sleep(0.1)
    raise SystemExit(f"{url} did not answer within 60 s")


def measure_all(
    servers: Sequence[Server], rounds: int, seconds: int
) -> dict[tuple[str, str], list[Measured]]:
    measured: dict[tuple[str, str], list[Measured]] = {}
    for call in CALLS:
        for server in servers:
            check(server, call)
            run_wrk(server, call, 2)  # warms caches and pools
        for _ in range(rounds):
            for server in servers:
                one = run_wrk(server, call, seconds)
                measured.setdefault((call, server.name), []).append(one)
        for _ in range(rounds):
            for server in servers:
                one = run_wrk(server, call, seconds, connections=1)
                measured.setdefault((call, f"{ONE} {server.name}"), []).append(one)
    product = servers[0]
    for _ in range(rounds):
        one = run_wrk(product, CALLS[0], seconds, is_own=True)
        measured.setdefault((CALLS[0], EACH_ITS_OWN), []).append(one)
    return measured


def check(server: Server, call: str) -> None:
    """What is measured must be the answer, not a refusal."""
    headers = dict(header.split(": ", 1) for header in server.headers)
    answer = httpx.get(server.url(call), headers=headers)
    answer.raise_for_status()
    if call == "models.list":
        rows = answer.json()
        count = len(rows["result"]["data"] if server.name == "product" else rows)
        if count != MODELS:
            raise SystemExit(f"{server.url(call)} gave {count} rows, not {MODELS}")


def run_wrk(
    server: Server,
    call: str,
    seconds: int,
    *,
    connections: int = CONNECTIONS,
    is_own: bool = False,
) -> Measured:
    threads = min(2, connections)
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for header in server.headers:
        command += ["-H", header]
    if is_own:
        script = Path(os.environ["IOP_HOME"]) / "own.lua"
        script.write_text(_LUA)
        command += ["-s", str(script)]
    before = cpu_seconds(server.pid)
    done = subprocess.run(
        [*command, server.url(call)], capture_output=True, text=True, check=True
    ).stdout
    cpu_s = cpu_seconds(server.pid) - before
    requests = int(_found(r"(\d+) requests in", done))
    if not requests:
        raise SystemExit(
            f"no answer of {server.url(call)} in {seconds} s; try --seconds 10:\n{done}"
        )
    return Measured(
        per_s=float(_found(r"Requests/sec:\s+([\d.]+)", done)),
        p50_ms=_ms(_found(r"^ +50% +(\S+)", done)),
        p99_ms=_ms(_found(r"^ +99% +(\S+)", done)),
        errors=_errors(done),
        cpu_us=cpu_s / requests * 1e6,
    )


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def _errors(text: str) -> Counter[str]:
    """wrk counts an answer that took over two seconds as a timeout, though it came."""
    counts: Counter[str] = Counter()
    if refused := re.search(r"Non-2xx or 3xx responses: (\d+)", text):
        counts["refused"] = int(refused[1])
    kinds = ("connect", "read", "write", "timeout")
    pattern = "Socket errors: " + ", ".join(rf"{kind} (\d+)" for kind in kinds)
    if broken := re.search(pattern, text):
        counts.update(dict(zip(kinds, map(int, broken.groups()), strict=True)))
    return counts


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        raise SystemExit(f"wrk's output has no {pattern}:\n{text}")
    return match.group(1)


def _ms(text: str) -> float:
    units = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}
    return float(_found(r"^([\d.]+)", text)) * units[_found(r"([a-z]+)$", text)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def report(measured: dict[tuple[str, str], list[Measured]]) -> int:
    print(
        f"{'call':16} {'server':8} {'req/s':>7} {'p50 ms':>7} {'p99 ms':>7} {'errors':>6} {'CPU us':>7}"
    )
    is_good = True
    for call in CALLS:
        ours, bare = (_median(measured[call, name]) for name in ("product", "bare"))
        alone, bare_alone = (
            _median(measured[call, f"{ONE} {name}"]) for name in ("product", "bare")
        )
        _print_line(call, "product", ours)
        _print_line(call, "bare", bare)
        if own := measured.get((call, EACH_ITS_OWN)):
            _print_line(EACH_ITS_OWN, "product", _median(own))
        _print_line(ONE, "product", alone)
        _print_line(ONE, "bare", bare_alone)
        shared, single = ours.cpu_us / bare.cpu_us, alone.cpu_us / bare_alone.cpu_us
        print(
            f"{call:16} CPU ratio {shared:.2f}, limit {MAX_CPU_RATIO}; "
            f"with one connection {single:.2f}"
        )
        is_good &= (
            shared <= MAX_CPU_RATIO
            and ours.per_s > MIN_PER_S
            and ours.p99_ms < MAX_P99_MS
            and not ours.errors.total()
        )
    limits = f"more than {MIN_PER_S} req/s, p99 under {MAX_P99_MS} ms, no error"
    print(f"{'good' if is_good else 'NOT good'}: {limits}, {CONNECTIONS} connections")
    return 0 if is_good else 1


def _print_line(call: str, name: str, one: Measured) -> None:
    print(
        f"{call:16} {name:8} {one.per_s:7.0f} {one.p50_ms:7.1f} {one.p99_ms:7.1f} "
        f"{one.errors.total():6} {one.cpu_us:7.0f}"
    )
    for kind, count in (+one.errors).items():
        print(f"{'':16} {'':8} of the errors: {count} × {kind}")


def _median(rounds: Sequence[Measured]) -> Measured:
    def middle(of: Callable[[Measured], float]) -> float:
        return statistics.median(map(of, rounds))

    return Measured(
        middle(lambda one: one.per_s),
        middle(lambda one: one.p50_ms),
        middle(lambda one: one.p99_ms),
        sum((one.errors for one in rounds), Counter()),
        # Other processes only ever add to it, by what they push out of the caches.
        min(one.cpu_us for one in rounds),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
