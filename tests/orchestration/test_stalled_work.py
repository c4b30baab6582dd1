"""Work that gets nowhere is ended with its reason, its worker is replaced, and what waits behind it goes on."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository
from dagster._core.launcher.base import LaunchRunContext

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import ExecutionStatus, ModelStatus, ReportStatus
from iop_pipelines.ledger.mirror import mirror
from iop_pipelines.ledger.reconcile import reconcile
from iop_pipelines.ledger.repairs import list_repairs
from iop_pipelines.ledger.requests import request_execution, request_report
from iop_pipelines.ledger.verify import verify
from iop_pipelines.ledger.work import EXECUTION, REPORT, unfinished
from iop_pipelines.orchestration import ticks
from iop_pipelines.orchestration.instance import FOLDER_BROKER
from iop_pipelines.orchestration.supervisor import (
    Supervisor,
    instance_environment,
    write_dagster_home,
)
from iop_pipelines.orchestration.watchdog import IDLE, TICK, Doing
from iop_pipelines.registry.models import list_models, set_status
from iop_pipelines.registry.templates import list_templates
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import (
    generated_reports,
    model_executions,
    workers,
)
from iop_pipelines.settings import Settings
from served_app import wait_until

# dagster-celery registers its task anew at each launch, here twice in one process.
pytestmark = pytest.mark.filterwarnings("ignore:Task name 'execute_job' is already registered")

STALLED_S = 10
IN_TIME_S = 200
MODEL = "cancellation-limits"
# The worker that the product starts, whose rules never come back for one window, and whose generator for one report.
# The library's pause keeps Python's lock and so holds every thread of its process, as a pattern that backtracks for
# ever does, but takes no processor from other tests; the wait holds none.
WORKER = """
import ctypes, os, sys, threading
from iop_pipelines.orchestration import worker
from iop_pipelines.reporting import generate
from iop_pipelines.runtimes import rules

run, make = rules.RUNTIME.run, generate.generate

def stuck_run(given):
    if str(given.window_start.date()) == os.environ.get("STUCK_DAY"):
        while True:
            ctypes.PyDLL(None).pause()
    return run(given)

def stuck_make(engine, drm, settings, report_id, **more):
    if str(report_id) == os.environ.get("STUCK_REPORT"):
        threading.Event().wait()
    return make(engine, drm, settings, report_id, **more)

rules.RUNTIME.run = stuck_run
generate.generate = stuck_make
worker.PRELOAD = worker.PRELOAD[:3]
worker.run_worker(sys.argv[1], worker.Settings.from_env())
"""


@pytest.fixture
def plant(tmp_path, monkeypatch, make_bench) -> Iterator["Plant"]:
    """An instance with a worker of the supervisor's; the test is its daemon."""
    for name, value in (
        ("IOP_HOME", str(tmp_path / "home")),
        ("IOP_CLOCK", "drm"),
        ("IOP_BROKER_URL", FOLDER_BROKER),
        ("IOP_STALLED_S", str(STALLED_S)),
        ("DAGSTER_HOME", str(tmp_path / "home" / "dagster")),
    ):
        monkeypatch.setenv(name, value)
    settings = Settings.from_env()
    write_dagster_home(settings)
    (tmp_path / "stuck_worker.py").write_text(WORKER)
    with dg.DagsterInstance.get() as instance:
        plant = Plant(settings, instance, make_bench(settings, instance), tmp_path)
        try:
            yield plant
        finally:
            plant.supervisor.stop()
            engine_for(settings.database_url).dispose()
            engine_for(settings.drm_database_url).dispose()


class Plant:
    def __init__(
        self, settings: Settings, instance: dg.DagsterInstance, bench, folder: Path
    ) -> None:
        self.instance, self.bench, self._folder = instance, bench, folder
        self.engine = bench.platform.engine
        self.supervisor = Supervisor(settings, port=0)
        self._repository = ReconstructableRepository.for_module("iop_pipelines.definitions", "defs")

    def start_worker(self, **stuck: str) -> None:
        settings = self.supervisor.settings
        paths = os.pathsep.join([str(self._folder), str(Path(__file__).parents[2])])
        environment = {**instance_environment(settings), "PYTHONPATH": paths, **stuck}
        self.supervisor.environment = environment
        self.supervisor.spawn("worker-1", ["stuck_worker", "w1"])

    def launch(self, kind) -> list[str]:
        """What the sensors and the daemon do: a run for each batch, given to the worker."""
        launched = []
        for request in ticks.launch(self.bench.platform, kind):
            origin = ReconstructableJob(self._repository, str(request.job_name))
            run = self.instance.create_run_for_job(
                origin.get_definition(),
                run_config=request.run_config,
                tags={**request.tags, "dagster/run_key": request.run_key or ""},
                job_code_origin=origin.get_python_origin(),
            )
            self.instance.run_launcher.launch_run(LaunchRunContext(run, None))
            launched.append(run.run_id)
        return launched

    def settle(self, kind) -> None:
        """Until all of that kind has ended; passes of the reconciler and starts of the worker as they come."""
        wait_until(lambda: self._has_settled(kind), IN_TIME_S, every_s=0.5)

    def _has_settled(self, kind) -> bool:
        self.supervisor.keep_alive()
        mirror(self.instance, self.engine)
        reconcile(self.instance, self.engine, utc_now())
        self.launch(kind)
        with self.engine.connect() as connection:
            return unfinished(connection)[kind.name] == 0

    def repairs(self) -> list[str]:
        return [str(each["what"]) for each in list_repairs(self.engine, 100)]

    def log(self) -> str:
        return (self.supervisor.settings.home / "logs" / "worker-1.log").read_text()

    def worker_pids(self) -> list[int]:
        return [row.pid for row in self.bench.rows(sa.select(workers))]

    def has_worker(self) -> bool:
        return self.worker_pids() != []


@pytest.mark.timeout(400)
def test_an_execution_that_holds_its_worker_for_ever_fails_and_what_waits_goes_on_once(plant):
    plant.bench.keep_models()
    ticked = ticks.drm_pipeline_runs(plant.bench.platform, plant.instance, None)
    plant.bench.execute(ticked.requests)
    (model,) = (each for each in list_models(plant.engine) if each.spec.name == MODEL)
    set_status(plant.engine, model.id, ModelStatus.ACTIVE)
    days = [date(2013, 1, 10) + timedelta(days=number) for number in range(5)]
    asked = [
        request_execution(
            plant.engine,
            model.id,
            f"dataset:{model.spec.config.dataset}?from={day}&to={day + timedelta(days=1)}",
            utc_now(),
        )
        for day in days
    ]
    stuck, day = asked[2], days[2]
    plant.start_worker(STUCK_DAY=str(day))
    wait_until(plant.has_worker, IN_TIME_S)
    (former,) = plant.worker_pids()
    (run_id,) = plant.launch(EXECUTION)
    plant.settle(EXECUTION)

    ended = {row.id: row for row in plant.bench.rows(sa.select(model_executions))}
    failed = ended.pop(stuck)
    assert failed.status == ExecutionStatus.FAILED
    assert failed.error_msg == (
        f"no progress for {STALLED_S} s while running model {MODEL} v1.0.0; its worker was ended"
    )
    assert {row.status for row in ended.values()} == {ExecutionStatus.SUCCESS}
    assert len(ended) == len(asked) - 1
    # What came before it in its run was done by the first worker, what came after by the second, each once.
    assert [ended[item_id].starts for item_id in asked if item_id != stuck] == [1] * len(ended)
    assert former not in plant.worker_pids()
    assert plant.instance.get_run_by_id(run_id).status is dg.DagsterRunStatus.FAILURE
    assert any(f"execution {stuck}: no progress for" in line for line in plant.repairs())
    # The worker's log shows where it stood.
    assert "stuck_run" in plant.log()
    assert verify(plant.instance, plant.engine).drift == ()


@pytest.mark.timeout(400)
def test_a_report_that_waits_for_ever_fails_and_the_next_one_is_made(plant):
    (template,) = [each for each in list_templates(plant.engine) if each.name == "Morning briefing"]
    first, second = (request_report(plant.engine, template.id, utc_now()) for _ in range(2))
    plant.start_worker(STUCK_REPORT=str(first))
    wait_until(plant.has_worker, IN_TIME_S)
    plant.launch(REPORT)
    plant.settle(REPORT)
    rows = {row.id: row for row in plant.bench.rows(sa.select(generated_reports))}
    assert rows[first].status == ReportStatus.FAILED
    assert rows[first].error_msg == (
        f"no progress for {STALLED_S} s while generating the report 'Morning briefing'; "
        "its worker was ended"
    ), (plant.repairs(), plant.log())
    assert (rows[second].status, rows[second].starts) == (ReportStatus.READY, 1)
    assert "stuck_make" in plant.log()
    assert verify(plant.instance, plant.engine).drift == ()


@pytest.fixture
def stuck_process() -> Iterator[subprocess.Popen]:
    """Another process that never ends by itself, as a worker that stalls between two records would be."""
    process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    yield process
    process.kill()
    process.wait()


def _watchdog(worker: subprocess.Popen, stalled_s: float) -> subprocess.Popen:
    module = "iop_pipelines.orchestration.watchdog"
    command = [sys.executable, "-m", module, str(worker.pid), "w1@here/1", str(stalled_s)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)


def test_a_watchdog_ends_with_its_worker_and_kills_nobody(stuck_process):
    with _watchdog(stuck_process, 60) as watchdog:
        watchdog.stdin.write(
            Doing("run", Sentence("doing.going_on").as_json(), "execution", 1, 1).line()
        )
        watchdog.stdin.close()
        assert watchdog.wait(IN_TIME_S) == 0
        assert stuck_process.poll() is None


def test_an_idle_worker_may_be_idle_for_ever_and_one_that_goes_on_as_long_as_it_goes_on(
    stuck_process,
):
    # As long as this process may get no processor between two of its words.
    stalled_s = 3.0
    with _watchdog(stuck_process, stalled_s) as watchdog:
        watchdog.stdin.write(
            Doing("run", Sentence("doing.going_on").as_json(), "execution", 1, 1).line()
        )
        for line in [TICK] * 20 + [IDLE]:
            watchdog.stdin.write(line)
            with pytest.raises(subprocess.TimeoutExpired):
                watchdog.wait(stalled_s / 15)
        with pytest.raises(subprocess.TimeoutExpired):
            watchdog.wait(stalled_s * 1.5)
        assert stuck_process.poll() is None
        watchdog.stdin.close()
        assert watchdog.wait(IN_TIME_S) == 0


def test_a_stalled_worker_is_killed_also_where_nothing_can_be_recorded(
    stuck_process, tmp_path, monkeypatch
):
    monkeypatch.setenv("DATABASE_URL", "mysql+pymysql://nobody@127.0.0.1:1/none")
    monkeypatch.setenv("IOP_HOME", str(tmp_path))
    with _watchdog(stuck_process, 0.1) as watchdog:
        watchdog.stdin.write(
            Doing("run", Sentence("doing.going_on").as_json(), "execution", 1, 1).line()
        )
        assert stuck_process.wait(IN_TIME_S) in (-signal.SIGKILL, -signal.SIGUSR1)
        _, told = watchdog.communicate(timeout=IN_TIME_S)
        assert (
            b"no progress for 0.1 s while going on with its Dagster run; its worker was ended"
            in told
        )
        assert b"not recorded" in told
