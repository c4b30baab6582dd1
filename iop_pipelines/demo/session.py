"""One replay against a running instance; all that it knows is in the databases, so it can be killed."""

from collections import Counter
from datetime import date

from iop_pipelines.demo import replay as steps
from iop_pipelines.demo.load import load
from iop_pipelines.demo.summary import Summary, collect, missing_from
from iop_pipelines.drm.clock import release_clock
from iop_pipelines.drm.scenario import LAST_DAY
from iop_pipelines.drm.standin import START, Replay
from iop_pipelines.errors import MissingDependency
from iop_pipelines.ledger.verify import verify
from iop_pipelines.orchestration.launch import dagster_instance
from iop_pipelines.orchestration.supervisor import Supervisor
from iop_pipelines.platform import Platform
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.settings import Settings

REPORTS_TIMEOUT_S = 300


class DemoSession:
    """Moves DRM forward day by day and waits for IOP; `until` bounds the replay."""

    def __init__(self, settings: Settings, supervisor: Supervisor, until: date | None) -> None:
        self._settings = settings
        self._supervisor = supervisor
        self._platform = Platform(settings)
        load(self._platform.engine, self._platform.drm_engine, START)
        self._replay = Replay(self._platform.drm_engine, until or LAST_DAY)

    def load_history(self) -> None:
        self._replay.load_history()

    @property
    def total_days(self) -> int:
        return self._replay.total_days

    @property
    def days_done(self) -> int:
        return self._replay.total_days - self._replay.remaining_days

    @property
    def next_day(self) -> date:
        return self._replay.next_day

    @property
    def is_complete(self) -> bool:
        return self._replay.remaining_days == 0

    def catch_up(self) -> None:
        steps.catch_up(self._platform, self._supervisor.keep_alive)
        release_clock(self._platform.drm_engine)

    def next_days(self, days: int) -> None:
        steps.replay_days(self._platform, self._replay, days, self._supervisor.keep_alive)

    def finish(self) -> None:
        """Waits for the reports that the last days made due."""
        steps.wait_for(
            self._nothing_due, self._supervisor.keep_alive, REPORTS_TIMEOUT_S, "the reports now due"
        )

    def _nothing_due(self) -> bool:
        return steps.backlog(self._platform).is_empty and not steps.reports_due(self._platform)

    def summary(self) -> Summary:
        outside = Outside.of(self._settings)
        with dagster_instance(self._settings) as instance:
            runs = Counter((run.job_name, run.status.value) for run in instance.get_runs())
            drift = len(verify(instance, self._platform.engine, outside=outside).drift)
        rows = collect(self._platform.engine, self._platform.drm_engine, runs)
        missing = missing_from(self._platform.engine, rows, drift, _is_pdf_possible())
        return Summary(**rows, drift=drift, missing=missing)


def _is_pdf_possible() -> bool:
    from iop_pipelines.reporting.pdf import require_pdf_libraries

    try:
        require_pdf_libraries()
    except MissingDependency:
        return False
    return True
