"""What an idle worker looks out for: work that may run now, and what DRM has ended; both are launched at once.

Who writes a row need not know who launches it: a worker looks right after its run has ended, when it has written rows
itself (prepared data lets executions run, an execution its model's next), and twice a second while it is idle. It does
what the sensors do, by the same functions and with positions of its own, so nothing depends on it: what it does
not see, or dies over, the next tick of a sensor finds. Claims decide who launches; several workers may look at once.
What is asked for here does not wait for what is elsewhere: each part of a look fails alone.
"""

import random
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorType

from iop_pipelines.domain.moments import utc_now, wall_clock
from iop_pipelines.events import inbox
from iop_pipelines.intake import uploads
from iop_pipelines.ledger import backtests
from iop_pipelines.ledger.work import (
    DELIVERY,
    EXECUTION,
    REPORT,
    VERSION,
    WorkKind,
    claimable_kinds,
)
from iop_pipelines.orchestration import drm_events, loads, ticks
from iop_pipelines.orchestration.backtests import launch_backtests
from iop_pipelines.orchestration.batches import reason_of
from iop_pipelines.orchestration.parts import LOCATION
from iop_pipelines.orchestration.runs import Runs
from iop_pipelines.orchestration.ticks import Ticked
from iop_pipelines.platform import Platform

# How long a part that failed is left alone: a database that is away is not asked twice a second, and where it takes
# long to fail, most of the time is still the other parts'.
REST_S: Final = 5.0
REST_TIMES: Final = 10
# What a worker that stops waits for a look; the next tick of a sensor finds what it dies over.
END_S: Final = 5.0
SENSOR_OF = {
    VERSION: "drm_pipeline_runs",
    EXECUTION: "requested_executions",
    REPORT: "requested_reports",
    DELIVERY: "intake_deliveries",
}

Found = TypeVar("Found")
Tick = Callable[[Platform, dg.DagsterInstance, str | None], Ticked]


class Lookout:
    """`look` is for one thread. `troubled` are the parts that failed when they were last looked at."""

    def __init__(
        self, platform: Platform, instance: dg.DagsterInstance, definitions: dg.Definitions
    ) -> None:
        self._platform = platform
        self._instance = instance
        self._definitions = definitions
        self._runs: Runs | None = None
        self._cursors: dict[str, str | None] = {}
        self._drm_seen: tuple[object, ...] | None = None
        self._rests_until: dict[str, float] = {}

    @property
    def troubled(self) -> frozenset[str]:
        return frozenset(self._rests_until)

    def look(self) -> list[str]:
        """Launches what may run now; returns the ids of the runs. What goes wrong is the sensors' to do."""
        if self._runs is None:
            for runs in self._attempt("sensors", self._begin):
                self._runs = runs
        return [] if self._runs is None else self._look(self._runs)

    def _begin(self) -> list[Runs]:
        """Where the sensors are; none before the first has ticked: only the daemon knows where the code server is."""
        states = [
            state
            for state in self._instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
            if state.origin.location_name == LOCATION
        ]
        for state in states:
            data = state.instigator_data
            self._cursors[state.instigator_name] = getattr(data, "cursor", None)
        if not states:
            return []
        return [Runs(self._instance, self._definitions, states[0].origin.repository_origin)]

    def _look(self, runs: Runs) -> list[str]:
        before = dict(self._cursors)
        launched = self._of_queues(runs)
        launched += self._attempt("loads", partial(self._of_uploads, runs))
        launched += self._attempt("backtests", partial(self._of_backtests, runs))
        launched += self._attempt("events", partial(self._of_events, runs))
        launched += self._attempt("DRM", partial(self._of_drm, runs))
        launched += self._attempt("sources", partial(self._of_sources, runs))
        if self._cursors != before:
            # What DRM ended or scored may have let more run.
            launched += self._of_queues(runs)
        return launched

    def _attempt(self, part: str, do: Callable[[], list[Found]]) -> list[Found]:
        """What `do` finds; nothing while the part rests after a trouble, which is told once until it has passed."""
        began = time.monotonic()
        if began < self._rests_until.get(part, began):
            return []
        try:
            found = do()
        except Exception as error:
            # The boundary of a shortcut: whatever it is, the other parts go on, and the sensors find what is left.
            if part not in self._rests_until:
                print(f"lookout: {part}: {reason_of(error)}", file=sys.stderr, flush=True)
            ended = time.monotonic()
            self._rests_until[part] = ended + max(REST_S, REST_TIMES * (ended - began))
            return []
        self._rests_until.pop(part, None)
        return found

    def _of_queues(self, runs: Runs) -> list[str]:
        launched: list[str] = []
        ask = partial(claimable_kinds, self._platform.engine, utc_now())
        for kind in self._attempt("queues", ask):
            launched += self._attempt(kind.name, partial(self._of_queue, runs, kind))
        return launched

    def _of_queue(self, runs: Runs, kind: WorkKind) -> list[str]:
        return _launch(runs, ticks.launch(self._platform, kind), SENSOR_OF[kind])

    def _of_drm(self, runs: Runs) -> list[str]:
        """Both of DRM's sensors tick as long as anything there has changed since a look that found nothing new."""
        there = self._platform.drm.state()
        if there == self._drm_seen:
            return []
        before = dict(self._cursors)
        launched = self._tick(runs, "drm_pipeline_runs", ticks.drm_pipeline_runs)
        launched += self._tick(runs, "drm_quality_scores", ticks.drm_quality_scores)
        if self._cursors == before:
            self._drm_seen = there
        return launched

    def _of_events(self, runs: Runs) -> list[str]:
        if self._platform.settings.event_broker_url is None:
            return []
        if not inbox.due(self._platform.engine, wall_clock(), limit=1):
            return []
        return self._tick(runs, "drm_events", drm_events.drm_events)

    def _of_sources(self, runs: Runs) -> list[str]:
        from iop_pipelines.intake.seen import is_due
        from iop_pipelines.intake.watched import watched_sources

        now = utc_now()
        if not any(is_due(each, now) for each in watched_sources(self._platform.engine)):
            return []
        return _launch(runs, ticks.intake_deliveries(self._platform).requests, SENSOR_OF[DELIVERY])

    def _of_uploads(self, runs: Runs) -> list[str]:
        """What is asked for and has no run yet: an attempt that two launch at once is loaded once all the same."""
        if not uploads.to_load(self._platform.engine):
            return []
        ticked = loads.launch_loads(self._platform, self._instance, utc_now())
        return _launch(runs, ticked.requests, "requested_loads")

    def _of_backtests(self, runs: Runs) -> list[str]:
        if not backtests.waiting(self._platform.engine):
            return []
        ticked = launch_backtests(self._platform, self._instance, utc_now())
        return _launch(runs, ticked.requests, "requested_backtests")

    def _tick(self, runs: Runs, sensor: str, tick: Tick) -> list[str]:
        ticked = tick(self._platform, self._instance, self._cursors.get(sensor))
        self._cursors[sensor] = ticked.cursor
        return _launch(runs, ticked.requests, sensor)


def _launch(runs: Runs, requests: list[dg.RunRequest], sensor: str) -> list[str]:
    return [runs.launch(request, sensor) for request in requests]


class LookingOut:
    """A thread that calls `look` while its worker is idle, and at once when it is woken."""

    def __init__(
        self, look: Callable[[], object], is_idle: Callable[[], bool], every_s: float
    ) -> None:
        self._look = look
        self._is_idle = is_idle
        self._every_s = every_s
        self._stopped = threading.Event()
        # A look that is due for a reason, whether or not the worker has its next run by then.
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Returns at once: a slow database or a listing elsewhere holds the thread, and not who wakes it."""
        self._woken.set()

    def end(self) -> None:
        """After the look in hand, or without it where that takes long."""
        self._stopped.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(END_S)

    def _run(self) -> None:
        # Workers that start together do not look together.
        pause = random.uniform(0, self._every_s)  # noqa: S311  no secret hangs on it
        while True:
            is_woken = self._woken.wait(pause)
            self._woken.clear()
            if self._stopped.is_set():
                return
            if is_woken or self._is_idle():
                self._look()
            pause = self._every_s
