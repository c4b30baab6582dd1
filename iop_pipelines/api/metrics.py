"""What Prometheus scrapes at `/metrics`: requests by procedure, and how much work is open.

One registry an app and nothing global, so that two apps of one process do not count together.
Only loopback, or a signed-in caller with a bearer token, may read it.
"""

import ipaddress
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from iop_pipelines.api.readers.pool import Standing
from iop_pipelines.domain.vocabulary import ExecutionStatus, ModelType, Phase
from iop_pipelines.identity.user import User
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    deliveries,
    generated_reports,
    model_executions,
)

KINDS = {
    "execution": model_executions,
    "report": generated_reports,
    "dataset_version": dataset_versions,
    "delivery": deliveries,
}
# The column that says when it came.
_CAME = {"dataset_version": "created_at", "delivery": "seen_at"}
ENDED = (ExecutionStatus.SUCCESS, ExecutionStatus.FAILED)
OPEN = tuple(phase for phase in Phase if phase is not Phase.DONE)
# Behind a proxy on the same machine every caller looks like loopback; these headers give it away.
_FORWARDED = ("forwarded", "x-forwarded-for", "via", "x-real-ip")
_PLACES = ("/dagster", "/assets", "/api/auth", "/api/reports")
_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10)

Authenticated = Callable[[HTTPConnection], Awaitable[User | None]]


class Metrics:
    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "iop_requests",
            "Requests answered, by procedure (or place) and HTTP status.",
            ("procedure", "status"),
            registry=self.registry,
        )
        self._calls = Counter(
            "iop_calls",
            "Calls of procedures answered, each one of a batch too, by tRPC's code or OK.",
            ("procedure", "code"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "iop_request_duration_seconds",
            "Time from the request's head to the end of its answer; streams are left out.",
            ("procedure",),
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        self.in_flight = self._gauge("iop_requests_in_flight", "Requests being answered now.")
        self._work = _Work(self._gauge)
        self._ticks = _Ticks(clock)
        self.registry.register(self._ticks)
        self._comparison = _Comparison(clock)
        self.registry.register(self._comparison)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._counters: dict[tuple[str, int], Counter] = {}
        self._call_counters: dict[tuple[str, str], Counter] = {}
        self._histograms: dict[str, Histogram] = {}

    def _gauge(self, name: str, text: str, labels: Sequence[str] = ()) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)

    def count(self, procedure: str, status: int) -> None:
        # labels() validates and locks; its children are kept.
        key = (procedure, status)
        child = self._counters.get(key)
        if child is None:
            child = self._counters[key] = self._requests.labels(procedure, str(status))
        child.inc()

    def count_call(self, procedure: str, code: str) -> None:
        key = (procedure, code)
        child = self._call_counters.get(key)
        if child is None:
            child = self._call_counters[key] = self._calls.labels(procedure, code)
        child.inc()

    def time(self, procedure: str, seconds: float) -> None:
        child = self._histograms.get(procedure)
        if child is None:
            child = self._histograms[procedure] = self._seconds.labels(procedure)
        child.observe(seconds)

    def set_open_work(self, counts: Mapping[tuple[str, str], int]) -> None:
        for kind in KINDS:
            for phase in OPEN:
                self._work.ledger.labels(kind, phase.value).set(counts.get((kind, phase.value), 0))
            waiting = (Phase.QUEUED, Phase.CLAIMED)
            depth = sum(counts.get((kind, phase.value), 0) for phase in waiting)
            self._work.queue.labels(kind).set(depth)

    def set_events(self, unpublished: int, oldest_seconds: float, inbox: Mapping[str, int]) -> None:
        self._work.outbox.set(unpublished)
        self._work.outbox_oldest.set(oldest_seconds)
        for state, count in inbox.items():
            self._work.inbox.labels(state).set(count)

    def set_oldest(self, seconds: Mapping[str, float]) -> None:
        for kind in KINDS:
            self._work.oldest.labels(kind).set(seconds.get(kind, 0))

    def set_ended(self, counts: Mapping[tuple[str, str], int]) -> None:
        for kind in ModelType:
            for status in ENDED:
                number = counts.get((kind.value, status.value), 0)
                self._work.ended.labels(kind.value, status.value).set(number)

    def set_ticks(self, last: Mapping[str, float]) -> None:
        """last: when each sensor was evaluated, or first seen, in seconds since 1970; none that is switched off."""
        self._ticks.last = last

    def set_verified(self, at: float, drift: int) -> None:
        """at: when the ledger was last compared with Dagster's history, in seconds since 1970."""
        self._comparison.last = (at, drift)

    def follow(
        self, standing: Callable[[], Standing], states: Callable[[], Mapping[str, str]]
    ) -> None:
        """What is asked at the moment of a scrape.

        standing: how the readers stand.
        states: "ok" or another word for each part that /api/ready names.
        """
        self.registry.register(_HeavyReads(standing))
        self.registry.register(_Parts(states))

    def text(self) -> bytes:
        return generate_latest(self.registry)


class _Work:
    """Gauges of what the shared database says, so that every replica says the same."""

    def __init__(self, gauge: Callable[..., Gauge]) -> None:
        self.ledger = gauge(
            "iop_ledger_open",
            "Rows of the ledger that are not done, by kind and phase.",
            ("kind", "phase"),
        )
        self.queue = gauge(
            "iop_queue_depth",
            "Work that may be launched and is not yet on a worker.",
            ("kind",),
        )
        self.outbox = gauge(
            "iop_outbox_unpublished",
            "Events that are written and not yet taken by the broker; 0 without one.",
        )
        self.outbox_oldest = gauge(
            "iop_outbox_oldest_seconds",
            "How long the oldest event has waited for the broker; 0 where none does.",
        )
        self.inbox = gauge(
            "iop_inbox_events",
            "Events of DRM that wait or have failed, and messages refused as no event.",
            ("state",),
        )
        self.oldest = gauge(
            "iop_queue_oldest_seconds",
            "How long the oldest work has waited that is not yet on a worker.",
            ("kind",),
        )
        self.ended = gauge(
            "iop_executions_ended_last_hour",
            "Executions that ended within the last hour, by type of model and status.",
            ("type", "status"),
        )


class _Ticks(Collector):
    """Ages are counted at the scrape: while nobody can ask for newer ticks, they grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        # Replaced whole, so needs no lock.
        self.last: Mapping[str, float] = {}

    def collect(self) -> Iterable[Metric]:
        ages = GaugeMetricFamily(
            "iop_sensor_tick_age_seconds",
            "How long ago a sensor that is switched on was last evaluated, or first seen if it never was.",
            labels=["sensor"],
        )
        now = self._clock()
        for sensor, at in self.last.items():
            ages.add_metric([sensor], now - at)
        yield ages


class _Comparison(Collector):
    """Nothing is said before the first: no drift would be a claim."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.last: tuple[float, int] | None = None

    def collect(self) -> Iterable[Metric]:
        if self.last is None:
            return
        at, drift = self.last
        yield GaugeMetricFamily(
            "iop_ledger_drift",
            "Rows that did not agree with Dagster's history, or with a model's file, when they were last compared.",
            value=drift,
        )
        yield GaugeMetricFamily(
            "iop_ledger_verified_age_seconds",
            "How long ago the ledger was last compared with Dagster's history.",
            value=self._clock() - at,
        )


class _HeavyReads(Collector):
    def __init__(self, standing: Callable[[], Standing]) -> None:
        self._standing = standing

    def collect(self) -> Iterable[Metric]:
        now = self._standing()
        reads = GaugeMetricFamily(
            "iop_heavy_reads",
            "Heavy reads that wait for a process or are computed.",
            labels=["state"],
        )
        reads.add_metric(["waiting"], now.waiting)
        reads.add_metric(["running"], now.at_work)
        yield reads
        yield CounterMetricFamily(
            "iop_reader_restarts",
            "Processes of heavy reads that broke, took too long or had grown, and were replaced.",
            value=now.restarts,
        )


class _Parts(Collector):
    def __init__(self, states: Callable[[], Mapping[str, str]]) -> None:
        self._states = states

    def collect(self) -> Iterable[Metric]:
        degraded = GaugeMetricFamily(
            "iop_part_degraded", "1 for a part that /api/ready calls degraded.", labels=["part"]
        )
        for part, state in self._states().items():
            degraded.add_metric([part], state != "ok")
        yield degraded


def ended_executions(engine: sa.Engine, since: datetime) -> dict[tuple[str, str], int]:
    """Executions that ended from `since` (naive UTC) on, by (type of model, status).

    What newer data made needless was never begun, and is none of them.
    """
    columns = model_executions.c
    query = (
        sa.select(analytical_models.c.type, columns.status, sa.func.count())
        .join(analytical_models, analytical_models.c.id == columns.model_id)
        .where(
            columns.status.in_(ENDED),
            columns.finished_at >= since,
            columns.superseded_by.is_(None),
        )
        .group_by(analytical_models.c.type, columns.status)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return {(ModelType(kind).value, ExecutionStatus(status).value): n for kind, status, n in rows}


def open_work(engine: sa.Engine) -> dict[tuple[str, str], int]:
    """Open rows by (kind, phase); what is done is never counted, so history does not slow it."""
    counts: dict[tuple[str, str], int] = {}
    with engine.connect() as connection:
        for kind, table in KINDS.items():
            query = (
                sa.select(table.c.phase, sa.func.count())
                .where(table.c.phase.in_(OPEN), *_open_statuses(table))
                .group_by(table.c.phase)
            )
            for phase, count in connection.execute(query):
                counts[kind, Phase(phase).value] = count
    return counts


@dataclass(frozen=True)
class Waiting:
    """`since` is when the oldest came, naive UTC; `late` how many came before the bound."""

    since: datetime
    late: int


def waiting_work(engine: sa.Engine, bound: datetime) -> dict[str, Waiting]:
    """By kind what may run and is not yet on a worker; what is tried again later or held does not wait."""
    found: dict[str, Waiting] = {}
    with engine.connect() as connection:
        for kind, table in KINDS.items():
            came = table.c[_CAME.get(kind, "requested_at")]
            is_late = sa.case((came < bound, 1), else_=0)
            query = sa.select(sa.func.min(came), sa.func.sum(is_late)).where(
                table.c.phase.in_((Phase.QUEUED, Phase.CLAIMED)),
                table.c.run_after.is_(None),
                *_open_statuses(table),
            )
            since, late = connection.execute(query).one()
            if since is not None:
                found[kind] = Waiting(since, int(late))
    return found


def _open_statuses(table: sa.Table) -> Iterable[sa.ColumnElement[bool]]:
    """The indexes begin with status; an open row has one of these."""
    if table is model_executions:
        return (table.c.status == "running",)
    if table is generated_reports:
        return (table.c.status.in_(("pending", "generating")),)
    return (table.c.status == "pending",)


def metrics_routes(metrics: Metrics, authenticated: Authenticated) -> list[Route]:
    async def scrape(request: Request) -> Response:
        if not is_loopback(request) and not await _has_bearer(request, authenticated):
            return JSONResponse(
                {"error": {"message": "metrics are for loopback or a bearer token"}},
                401,
                headers={"www-authenticate": "Bearer"},
            )
        text = await run_in_threadpool(metrics.text)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return [Route("/metrics", scrape)]


def is_loopback(connection: HTTPConnection) -> bool:
    if connection.client is None or any(name in connection.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(connection.client.host).is_loopback
    except ValueError:
        return False


async def _has_bearer(request: Request, authenticated: Authenticated) -> bool:
    if not request.headers.get("authorization", "").lower().startswith("bearer "):
        return False
    return await authenticated(request) is not None


def procedure_of(path: str, known: Callable[[str], Any]) -> str:
    """A label with few values: the procedure where one is called alone, else the place in the app."""
    for prefix in ("/api/trpc/", "/api/v1/"):
        if path.startswith(prefix):
            name = path[len(prefix) :].strip("/")
            if "," in name:
                return "batch"
            name = name.replace("/", ".")
            return name if known(name) is not None else "unknown"
    if path in ("/", "/metrics", "/api/health", "/api/ready"):
        return path
    return next((place for place in _PLACES if path.startswith(f"{place}/")), "other")
