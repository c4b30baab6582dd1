"""`/api/health` for what restarts processes, `/api/ready` for what sends them requests.

The parts are looked at by threads of their own; an answer reads what they last saw, so neither a
database that hangs nor a slow store holds up the event loop or a request. A database outage leaves
health at 200 (a restart would not bring it back) and makes ready fail. Why a part is degraded is told to
loopback and to signed-in admins: it may name paths and hosts.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import anyio
import sqlalchemy as sa
import yaml
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from iop_pipelines.api.lifecycle import Lifecycle, Stage
from iop_pipelines.api.metrics import Authenticated, is_loopback
from iop_pipelines.api.registry import ApiError
from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import IopError
from iop_pipelines.events import leases, outbox
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import workers
from iop_pipelines.settings import Settings
from iop_pipelines.storage import places

log = logging.getLogger(__name__)

# What is wrong, in words for the log, or None where all is well. Raising says that it cannot be known.
Look = Callable[[], str | None]

# What a part that is away raises.
OUTAGES = (OSError, SQLAlchemyError, IopError)

INTERVAL_S = 2.0
# A bucket is asked less often: each look writes and removes an object.
STORAGE_INTERVAL_S = 30.0
EVENTS_INTERVAL_S = 5.0
PATIENCE_S = 5.0
SIGNED_IN_PATIENCE_S = 1.0
# As for the ledger's repair: a worker that has been silent for longer is given up.
WORKER_SILENCE_S = 30
# An event that is not published by then waits for the broker, not for its turn.
OUTBOX_OVERDUE = timedelta(seconds=60)
MIGRATIONS = "migrations"
# By its name: importing Dagster takes seconds.
WARM_LAUNCHER = "WarmRunLauncher"


@dataclass(frozen=True)
class Seen:
    """The outcome of one look; `is_known` is False where the look itself failed."""

    reason: str | None
    is_known: bool
    at: float


@dataclass
class Part:
    """One thing looked at again and again; `seen` and `known` are replaced whole, so need no lock.

    is_vital: without it an instance should be sent no requests. What only requests can mend must not be.
    """

    name: str
    look: Look
    interval_s: float = INTERVAL_S
    patience_s: float = PATIENCE_S
    began: float = field(default_factory=time.monotonic)
    seen: Seen | None = None
    known: Seen | None = None
    is_vital: bool = True

    def look_once(self) -> None:
        cause: Exception | None = None
        try:
            seen = Seen(self.look(), True, time.monotonic())
        # The boundary of the thread. Whatever a look raises, the part cannot be vouched for; what is
        # no outage is a mistake of ours, so the log has where it was made.
        except Exception as error:
            seen = Seen(f"{type(error).__name__}: {error}", False, time.monotonic())
            cause = None if isinstance(error, OUTAGES) else error
        before, self.seen = self.seen, seen
        if seen.is_known:
            self.known = seen
        if seen.reason != (before.reason if before else None):
            level = logging.INFO if seen.reason is None else logging.WARNING
            log.log(level, "%s: %s", self.name, seen.reason or "ok", exc_info=cause)

    @property
    def is_ok(self) -> bool:
        return self.seen is not None and self.seen.reason is None and not self.is_overdue

    @property
    def reason(self) -> str | None:
        """Why it is degraded; None where it is not."""
        if self.is_overdue:
            return f"no answer within {self.patience_s:g} s"
        return self.seen.reason if self.seen else "not looked at yet"

    @property
    def is_overdue(self) -> bool:
        since = self.seen.at + self.interval_s if self.seen else self.began
        return time.monotonic() - since > self.patience_s

    @property
    def is_settled(self) -> bool:
        """Looked at once, or given up waiting for that."""
        return self.seen is not None or self.is_overdue


class Probe:
    """A thread a part, so that one that hangs keeps no other from being looked at."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = {part.name: part for part in parts}
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def add(self, part: Part) -> None:
        """Before the start."""
        self.parts[part.name] = part

    def start(self) -> None:
        for part in self.parts.values():
            part.began = time.monotonic()
            thread = threading.Thread(
                target=self._run, args=(part,), name=f"probe-{part.name}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def stop(self, timeout_s: float = 2.0) -> None:
        self._stopped.set()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def states(self) -> dict[str, str]:
        return {name: "ok" if part.is_ok else "degraded" for name, part in self.parts.items()}

    def reasons(self) -> dict[str, str]:
        """Of the parts that are degraded."""
        return {name: part.reason for name, part in self.parts.items() if part.reason}

    @property
    def is_well(self) -> bool:
        """Whether all that requests need is there."""
        return all(part.is_ok for part in self.parts.values() if part.is_vital)

    @property
    def is_settled(self) -> bool:
        return all(part.is_settled for part in self.parts.values())

    @property
    def is_unmigrated(self) -> bool:
        """By the last definite answer: a database that is away has not lost its schema."""
        part = self.parts.get(MIGRATIONS)
        return part is not None and part.known is not None and part.known.reason is not None

    def _run(self, part: Part) -> None:
        while True:
            part.look_once()
            if self._stopped.wait(part.interval_s):
                return


def health_routes(lifecycle: Lifecycle, probe: Probe, authenticated: Authenticated) -> list[Route]:
    async def health(request: Request) -> JSONResponse:
        stage = stage_of(lifecycle, probe)
        states = probe.states()
        is_well = stage == Stage.SERVING
        if is_well:
            stage = "ok" if all(state == "ok" for state in states.values()) else "degraded"
        return _answer(200 if is_well else 503, str(stage), states)

    async def ready(request: Request) -> JSONResponse:
        stage = stage_of(lifecycle, probe)
        states = probe.states()
        is_ready = stage == Stage.SERVING and probe.is_well
        if stage == Stage.SERVING:
            stage = "ready" if is_ready else "degraded"
        reasons = None
        if not is_ready and await _may_know(request, authenticated):
            reasons = probe.reasons()
        return _answer(200 if is_ready else 503, str(stage), states, reasons)

    return [Route("/api/health", health), Route("/api/ready", ready)]


def stage_of(lifecycle: Lifecycle, probe: Probe) -> str:
    if lifecycle.stage != Stage.SERVING:
        return lifecycle.stage
    if not probe.is_settled:
        return Stage.STARTING
    return "unmigrated" if probe.is_unmigrated else Stage.SERVING


async def _may_know(request: Request, authenticated: Authenticated) -> bool:
    if is_loopback(request):
        return True
    # Who it is may be in the very database that is away: the answer must not wait for it.
    with anyio.move_on_after(SIGNED_IN_PATIENCE_S):
        try:
            user = await authenticated(request)
        except (ApiError, IopError):
            return False
        return user is not None and user.role is Role.ADMIN
    return False


def _answer(
    status: int, word: str, states: Mapping[str, str], reasons: Mapping[str, str] | None = None
) -> JSONResponse:
    content: dict[str, Any] = {"status": word, "parts": states}
    if reasons is not None:
        content["reasons"] = reasons
    return JSONResponse(content, status, headers={"cache-control": "no-store"})


def parts_of(settings: Settings) -> list[Part]:
    """What every instance depends on; an engine of its own keeps the probe out of the requests' pool."""
    engine = probe_engine(settings)
    is_folder = settings.storage_url.startswith("file:")
    return [
        Part("database", lambda: check_database(engine)),
        Part("connections", lambda: check_connections(engine_for(settings.database_url))),
        Part(MIGRATIONS, lambda: check_migrations(engine)),
        Part(
            "storage",
            lambda: check_storage(settings.storage_url),
            INTERVAL_S if is_folder else STORAGE_INTERVAL_S,
        ),
        Part("workers", lambda: check_workers(engine, settings)),
        Part("events", lambda: check_events(engine, settings), EVENTS_INTERVAL_S),
    ]


def probe_engine(settings: Settings) -> sa.Engine:
    return engine_for(settings.database_url, int(PATIENCE_S))


def check_database(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))


def check_connections(engine: sa.Engine) -> None:
    """Whether a request would get a connection: one of the requests' own pool, for a moment."""
    engine.connect().close()


def check_migrations(engine: sa.Engine) -> str | None:
    """A newer database is none of this process's faults; whether it may run beside it, the release's notes say."""
    # Alembic costs a second, and this thread alone needs it.
    from iop_pipelines.schema import migrate

    with engine.connect() as connection:
        current = migrate.revision_of(connection)
    if current is None:
        return "the database was never migrated: run `iop migrate`"
    known = _known_revisions()
    if current in known[:-1]:
        return f"the database is at {current}, this release needs {known[-1]}: run `iop migrate`"
    return None


@cache
def _known_revisions() -> list[str]:
    """Reading the scripts takes the interpreter from all requests for 12 ms; a release's never change."""
    from iop_pipelines.schema import migrate

    return migrate.revisions()


def check_storage(storage_url: str) -> str | None:
    """Writes a small object where reports go, and removes it."""
    store, folder = places.opened(storage_url)
    path = f"{folder.rstrip('/')}/.iop-probe-{os.getpid()}"
    store.makedirs(folder, exist_ok=True)
    store.pipe_file(path, b"iop")
    with suppress(FileNotFoundError):
        store.rm_file(path)
    return None


def check_workers(engine: sa.Engine, settings: Settings) -> str | None:
    """Where every run is a process or a pod of its own, no worker needs to wait for it."""
    if settings.broker_url is None or _names_a_launcher_of_its_own(settings):
        return None
    now = wall_clock()
    alive = workers.c.heartbeat_at >= now - timedelta(seconds=WORKER_SILENCE_S)
    with engine.connect() as connection:
        count = connection.scalar(sa.select(sa.func.count()).select_from(workers).where(alive))
    return None if count else f"no worker has sent a heartbeat for {WORKER_SILENCE_S} s"


@cache
def _names_a_launcher_of_its_own(settings: Settings) -> bool:
    """Whether the operator's `dagster.yaml` sends runs elsewhere than to warm workers; Dagster's default does."""
    if settings.instance_files is None or not (settings.instance_files / "dagster.yaml").is_file():
        return False
    content: dict[str, dict[str, str] | None] = (
        yaml.safe_load((settings.instance_files / "dagster.yaml").read_text()) or {}
    )
    return (content.get("run_launcher") or {}).get("class") != WARM_LAUNCHER


def check_events(engine: sa.Engine, settings: Settings) -> str | None:
    """Where no broker is set there are no events, and the shared database is polled."""
    if settings.event_broker_url is None:
        return None
    now = wall_clock()
    if not leases.is_held(engine, leases.CONSUMER, now):
        return "no consumer of events is connected to the broker"
    count, oldest = outbox.backlog(engine)
    if oldest is not None and now - oldest > OUTBOX_OVERDUE:
        return f"{count} events are unpublished, the oldest since {oldest:%Y-%m-%d %H:%M:%S} UTC"
    return None
