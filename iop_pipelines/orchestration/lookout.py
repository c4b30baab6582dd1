"""What an idle worker looks out for: work that may run now, and what DRM has ended; both are launched at once.

Who writes a row need not know who launches it: a worker looks right after its run has ended, when it has written rows
itself (prepared data lets executions run, an execution its model's next), and twice a second while it is idle. It does
what the sensors do, by the same functions and with positions of its own, so nothing depends on it: what it does
not see, or dies over, the next tick of a sensor finds. Claims decide who launches; several workers may look at once.
"""

import random
import sys
import threading
from collections.abc import Callable

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorType

from iop_pipelines.domain.moments import utc_now, wall_clock
from iop_pipelines.events import inbox
from iop_pipelines.intake import uploads
from iop_pipelines.ledger import backtests
from iop_pipelines.ledger.work import DELIVERY, EXECUTION, REPORT, VERSION, claimable_kinds
from iop_pipelines.orchestration import drm_events, loads, ticks
from iop_pipelines.orchestration.backtests import launch_backtests
from iop_pipelines.orchestration.batches import reason_of
from iop_pipelines.orchestration.parts import LOCATION
from iop_pipelines.orchestration.runs import Runs
from iop_pipelines.orchestration.ticks import Ticked
from iop_pipelines.platform import Platform

# After a look that failed: a database that is away is not asked twice a second.
PAUSE_S = 5.0
SENSOR_OF = {
    VERSION: "drm_pipeline_runs",
    EXECUTION: "requested_executions",
    REPORT: "requested_reports",
    DELIVERY: "intake_deliveries",
}

Tick = Callable[[Platform, dg.DagsterInstance, str | None], Ticked]


class Lookout:
    """`look` may be called from several threads; one looks at a time, and nobody waits for another's look."""

    def __init__(
        self, platform: Platform, instance: dg.DagsterInstance, definitions: dg.Definitions
    ) -> None:
        self._platform = platform
        self._instance = instance
        self._definitions = definitions
        self._runs: Runs | None = None
        self._cursors: dict[str, str | None] = {}
        self._drm_seen: tuple[object, ...] | None = None
        self._lock = threading.Lock()

    def look(self) -> list[str]:
        """Launches what may run now; returns the ids of the runs."""
        if not self._lock.acquire(blocking=False):
            return []
        try:
            if self._runs is None:
                self._runs = self._begin()
            return [] if self._runs is None else self._look(self._runs)
        finally:
            self._lock.release()

    def _begin(self) -> Runs | None:
        """Where the sensors are; None before the first has ticked: only the daemon knows where the code server is."""
        states = [
            state
            for state in self._instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
            if state.origin.location_name == LOCATION
        ]
        for state in states:
            data = state.instigator_data
            self._cursors[state.instigator_name] = getattr(data, "cursor", None)
        if not states:
            return None
        return Runs(self._instance, self._definitions, states[0].origin.repository_origin)

    def _look(self, runs: Runs) -> list[str]:
        launched = [*self._of_drm(runs), *self._of_events(runs), *self._of_sources(runs)]
        launched += self._of_uploads(runs)
        launched += self._of_backtests(runs)
        for kind in claimable_kinds(self._platform.engine, utc_now()):
            launched += _launch(runs, ticks.launch(self._platform, kind), SENSOR_OF[kind])
        return launched

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
    """A thread that looks while its worker is idle; `look` is for the worker's own thread, when a run has ended."""

    def __init__(self, lookout: Lookout, is_idle: Callable[[], bool], every_s: float) -> None:
        self._lookout = lookout
        self._is_idle = is_idle
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> bool:
        """Whether it could look; what goes wrong is the sensors' to do."""
        try:
            self._lookout.look()
        except Exception as error:
            # The boundary of a shortcut: whatever it is, the worker goes on, and the sensors find what is left.
            print(f"lookout: {reason_of(error)}", file=sys.stderr, flush=True)
            return False
        return True

    def _run(self) -> None:
        # Workers that start together do not look together.
        pause = random.uniform(0, self._every_s)  # noqa: S311  no secret hangs on it
        while not self._stopped.wait(pause):
            pause = self._every_s
            if self._is_idle() and not self.look():
                pause = PAUSE_S
