"""Puts the parts of the API together into one ASGI app; `serve.py` runs it.

Nothing connects when the app is made: engines open on first use, probes and Dagster's UI at start-up.
"""

import asyncio
import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import anyio.to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount

from iop_pipelines.api import wire
from iop_pipelines.api.answers import Answers
from iop_pipelines.api.auth import auth_routes, authenticator
from iop_pipelines.api.calls import refusal_of, request_id_of
from iop_pipelines.api.compression import Compression
from iop_pipelines.api.downloads import download_routes
from iop_pipelines.api.edge import Edge
from iop_pipelines.api.exports import export_routes
from iop_pipelines.api.health import Look, Part, Probe, health_routes, parts_of, probe_engine
from iop_pipelines.api.lifecycle import Lifecycle
from iop_pipelines.api.metrics import (
    Metrics,
    ended_executions,
    metrics_routes,
    open_work,
    waiting_work,
)
from iop_pipelines.api.openapi import openapi_routes
from iop_pipelines.api.pages import page_routes
from iop_pipelines.api.previews import preview_routes
from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.readers.pool import Readers
from iop_pipelines.api.registry import ApiError, Registry
from iop_pipelines.api.trpc import trpc_routes
from iop_pipelines.api.uploads import upload_routes
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.errors import IopError
from iop_pipelines.events import inbox, outbox
from iop_pipelines.identity.user import User
from iop_pipelines.ledger.verdicts import last_verdict
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import POOL_SIZE
from iop_pipelines.settings import Settings

if TYPE_CHECKING:
    from iop_pipelines.api.dagster_ui.ui import DagsterUi

QUEUE_INTERVAL_S = 5.0
DAEMON_INTERVAL_S = 5.0
# All blocking work: procedures, and Dagster's queries. With a connection for each thread none waits for
# one, and more threads would only fight for the interpreter.
THREADS = POOL_SIZE
_SETTLING_POLL_S = 0.05

Authenticate = Callable[[HTTPConnection], Awaitable[User | None]]


def create_app(
    settings: Settings,
    *,
    registry: Registry | None = None,
    authenticate: Authenticate | None = None,
    routes: Sequence[BaseRoute] = (),
    dagster_ui: "DagsterUi | None" = None,
    parts: Sequence[Part] | None = None,
    readers: Readers | None = None,
) -> Starlette:
    """The whole API; without `dagster_ui` there is no `/dagster` and no look at the daemon.

    registry: what is served, all procedures by default.
    authenticate: who is signed in, by cookie or bearer token by default.
    routes: more of them, for tests.
    parts: what health looks at, all that the instance depends on by default.
    readers: who computes what is heavy; they are closed with the app.
    """
    platform = Platform(settings)
    answers = Answers(platform, own_readers=readers)
    registry = registry or build_registry()
    authenticate = authenticate or authenticator(platform)
    lifecycle, metrics = Lifecycle(), Metrics()
    own = (_queue(settings, metrics), Part("readers", answers.readers.look, is_vital=False))
    probe = Probe([*(parts_of(settings) if parts is None else parts), *own])
    metrics.follow(answers.readers.standing, probe.states)

    every_route: list[BaseRoute] = [
        # Routes are tried in this order; most requests are the first's.
        *trpc_routes(registry, answers, authenticate),
        *openapi_routes(registry, answers, authenticate),
        *auth_routes(platform),
        *_file_routes(answers, authenticate),
        *upload_routes(platform, authenticate),
        *health_routes(lifecycle, probe, authenticate),
        *metrics_routes(metrics, authenticate),
        *routes,
    ]
    if dagster_ui is not None:
        every_route.append(_dagster(dagster_ui, authenticate, platform, lifecycle, probe))
        probe.add(Part("daemon", _daemon(dagster_ui, metrics), DAEMON_INTERVAL_S))
    every_route += page_routes()
    app = Starlette(
        routes=every_route,
        middleware=[
            Middleware(Edge, lifecycle=lifecycle, metrics=metrics, known=registry.get),
            Middleware(Compression),
        ],
        exception_handlers={HTTPException: _http_error, ApiError: _refusal, IopError: _refusal},
        lifespan=functools.partial(
            _lifespan,
            lifecycle=lifecycle,
            probe=probe,
            dagster_ui=dagster_ui,
            readers=(answers.readers, answers.file_readers),
        ),
    )
    app.state.lifecycle = lifecycle
    return app


def _file_routes(answers: Answers, authenticate: Authenticate) -> list[BaseRoute]:
    return [
        *download_routes(answers, authenticate),
        *preview_routes(answers, authenticate),
        *export_routes(answers, authenticate),
    ]


def _queue(settings: Settings, metrics: Metrics) -> Part:
    engine = probe_engine(settings)
    bound = timedelta(minutes=settings.backlog_minutes)

    def look() -> str | None:
        metrics.set_open_work(open_work(engine))
        now = utc_now()
        metrics.set_ended(ended_executions(engine, now - timedelta(hours=1)))
        # Without a broker nothing is owed to anybody; the rows are dropped in time.
        unpublished, oldest = outbox.backlog(engine) if settings.event_broker_url else (0, None)
        lag_s = (now - oldest).total_seconds() if oldest else 0.0
        metrics.set_events(unpublished, lag_s, inbox.counts(engine))
        waiting = waiting_work(engine, now - bound)
        metrics.set_oldest(
            {kind: (now - each.since).total_seconds() for kind, each in waiting.items()}
        )
        if verified := last_verdict(engine):
            metrics.set_verified(verified.at.replace(tzinfo=UTC).timestamp(), verified.drift)
        late = [
            f"{each.late} of kind {kind} wait since {each.since} UTC"
            for kind, each in waiting.items()
            if each.late
        ]
        if not late:
            return None
        return f"{'; '.join(late)}: longer than {settings.backlog_minutes} minutes"

    return Part("queue", look, QUEUE_INTERVAL_S)


def _dagster(
    dagster_ui: "DagsterUi",
    authenticate: Authenticate,
    platform: Platform,
    lifecycle: Lifecycle,
    probe: Probe,
) -> Mount:
    # Importing Dagster takes seconds, and an API without its UI does without.
    from iop_pipelines.api.dagster_ui.audit import MutationTrail
    from iop_pipelines.api.dagster_ui.requests import PREFIX
    from iop_pipelines.api.dagster_ui.ui import DagsterGuard

    probe.add(Part("dagster_ui", dagster_ui.look))
    dagster_ui.trail = MutationTrail(platform.engine)
    public_url = platform.settings.public_url
    return Mount(PREFIX, DagsterGuard(dagster_ui, authenticate, lifecycle, "/sign-in", public_url))


def _daemon(dagster_ui: "DagsterUi", metrics: Metrics) -> Look:
    def look() -> str | None:
        metrics.set_ticks(dagster_ui.sensor_ticks())
        return dagster_ui.look_at_daemon()

    return look


@asynccontextmanager
async def _lifespan(
    app: Starlette,
    lifecycle: Lifecycle,
    probe: Probe,
    dagster_ui: "DagsterUi | None",
    readers: Sequence[Readers],
) -> AsyncGenerator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    probe.start()
    if dagster_ui is not None:
        dagster_ui.start()

    async def settle() -> None:
        """The port answers at once, health says `starting` until all was tried once."""
        # What it waits for happens in threads.
        while not (probe.is_settled and (dagster_ui is None or dagster_ui.is_settled)):  # noqa: ASYNC110
            await asyncio.sleep(_SETTLING_POLL_S)
        lifecycle.set_started()

    settling = asyncio.create_task(settle())
    try:
        yield
    finally:
        settling.cancel()
        for each in readers:
            await run_in_threadpool(each.close)
        await run_in_threadpool(probe.stop)
        if dagster_ui is not None:
            await run_in_threadpool(dagster_ui.stop)


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    content = {"error": {"message": error.detail, "requestId": request.state.request_id}}
    return JSONResponse(content, error.status_code, headers=error.headers)


async def _refusal(request: Request, error: Exception) -> Response:
    refusal = refusal_of(error, request.url.path, request_id_of(request))
    content = {"error": {"message": str(refusal), "requestId": request.state.request_id}}
    return JSONResponse(content, wire.status_of([refusal]))
