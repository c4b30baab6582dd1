"""An idle worker's lookout beside the sensors: the same rows, each run launched once, and nothing hangs on it."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.remote_origin import (
    GrpcServerCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    SensorInstigatorData,
)
from sqlalchemy import event

from iop_pipelines.definitions import defs
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.ledger.cursors import SeenIds
from iop_pipelines.ledger.ended_runs import read_ended_runs
from iop_pipelines.ledger.reconcile import reconcile
from iop_pipelines.ledger.requests import request_report, requested_runs
from iop_pipelines.ledger.work import REPORT, claimable_kinds
from iop_pipelines.orchestration import lookout as looking
from iop_pipelines.orchestration import ticks
from iop_pipelines.orchestration.lookout import Lookout
from iop_pipelines.platform import Platform
from iop_pipelines.registry.templates import list_templates
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import (
    dataset_versions,
    generated_reports,
    model_executions,
    recommendations,
)
from iop_pipelines.settings import Settings

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)

DAY = date(2013, 2, 9)
DELAYS, LIMITS = "departure-delay-anomaly", "cancellation-limits"
IN_TIME_S = 60
SENSORS = ("drm_pipeline_runs", "drm_quality_scores")
REPOSITORY = RemoteRepositoryOrigin(
    GrpcServerCodeLocationOrigin(host="127.0.0.1", port=1, location_name="iop"), "__repository__"
)
# Both are Dagster's own: the one executes a run before it returns, the other takes none.
HERE = ("dagster._core.launcher.sync_in_memory_run_launcher", "SyncInMemoryRunLauncher")
COORDINATOR = "dagster._core.run_coordinator"
NOWHERE = ("dagster._core.test_utils", "ExplodingRunLauncher")

ROWS = {
    "versions": sa.select(
        *(dataset_versions.c[name] for name in ("dataset_id", "drm_run_id", "window_start")),
        *(dataset_versions.c[name] for name in ("window_end", "status", "phase", "starts")),
        *(dataset_versions.c[name] for name in ("rows_in", "rows_out", "rows_rejected")),
    ).order_by(dataset_versions.c.dataset_id, dataset_versions.c.drm_run_id),
    "executions": sa.select(
        *(model_executions.c[name] for name in ("model_id", "trigger", "phase", "status")),
        *(model_executions.c[name] for name in ("attempt", "starts", "metrics")),
        model_executions.c.advised_at.is_not(None),
    ).order_by(model_executions.c.model_id, model_executions.c.trigger),
    "advice": sa.select(
        *(recommendations.c[name] for name in ("title", "category", "severity", "occurrences")),
        *(recommendations.c[name] for name in ("status", "first_ds", "last_ds")),
    ).order_by(recommendations.c.title, recommendations.c.first_ds),
}


@pytest.fixture
def instance_on() -> Iterator[Callable[..., dg.DagsterInstance]]:
    """Dagster's, whose sensors have ticked as far as the cursors given say."""
    with ExitStack() as stack:

        def make(
            launcher: tuple[str, str], cursors: dict[str, str | None] | None = None
        ) -> dg.DagsterInstance:
            overrides = {
                "run_launcher": {"module": launcher[0], "class": launcher[1]},
                "run_coordinator": {"module": COORDINATOR, "class": "DefaultRunCoordinator"},
            }
            instance = stack.enter_context(dg.instance_for_test(overrides=overrides))
            for sensor, cursor in (cursors or {}).items():
                origin = RemoteInstigatorOrigin(REPOSITORY, sensor)
                kind, status = InstigatorType.SENSOR, InstigatorStatus.DECLARED_IN_CODE
                data = SensorInstigatorData(cursor=cursor)
                instance.add_instigator_state(InstigatorState(origin, kind, status, data))
            return instance

        yield make


def _rows(platform: Platform) -> dict[str, list[tuple]]:
    with platform.engine.connect() as connection:
        return {name: [tuple(row) for row in connection.execute(ROWS[name])] for name in ROWS}


def _run_keys(instance: dg.DagsterInstance) -> list[str]:
    return [run.tags["dagster/run_key"] for run in instance.get_runs()]


def test_with_and_without_the_lookout_come_the_same_rows(bench, tmp_path, monkeypatch, instance_on):
    bench.keep_models(DELAYS, LIMITS)
    bench.pass_over(date(2013, 2, 7))
    bench.ingest_until(DAY)
    beside = tmp_path.with_name(f"{tmp_path.name}-beside")
    shutil.copytree(tmp_path, beside)
    cursors = dict(zip(SENSORS, (bench.runs_cursor, bench.scores_cursor), strict=True))
    before = _rows(bench.platform)

    bench.tick()
    by_sensors = _rows(bench.platform)

    monkeypatch.setenv("IOP_HOME", str(beside))
    platform, instance = Platform(Settings.from_env()), instance_on(HERE, cursors)
    lookout = Lookout(platform, instance, defs)
    while lookout.look():
        assert not lookout.troubled

    assert _rows(platform) == by_sensors
    assert all(by_sensors[name] != before[name] for name in ROWS)
    keys = _run_keys(instance)
    assert len(set(keys)) == len(keys) > 0
    assert {run.tags["dagster/sensor_name"] for run in instance.get_runs()} == set(SENSORS)
    for url in (platform.settings.database_url, platform.settings.drm_database_url):
        engine_for(url).dispose()


def _ask_for_reports(platform: Platform, count: int) -> None:
    template = next(each for each in list_templates(platform.engine) if each.format == "json")
    for _ in range(count):
        request_report(platform.engine, template.id, utc_now())


def _statuses(platform: Platform) -> list[tuple]:
    columns = (generated_reports.c.status, generated_reports.c.starts)
    with platform.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(*columns))]


def _all_seen(platform: Platform) -> dict[str, str | None]:
    """The cursor of a sensor that has handled what DRM ended so far, none of which is requested."""
    ended = read_ended_runs(platform.drm, SeenIds(), limit=1000)
    return {"drm_pipeline_runs": str(ended.after([run.id for run in ended.runs]))}


def test_of_two_that_look_at_once_one_launches(bench, instance_on):
    _ask_for_reports(bench.platform, 2)
    instance = instance_on(NOWHERE, _all_seen(bench.platform))
    together = threading.Barrier(2)
    troubled: list[list[str]] = []

    def look(each: Lookout) -> None:
        together.wait(IN_TIME_S)
        each.look()
        troubled.append(sorted(each.troubled))

    lookouts = [Lookout(bench.platform, instance, defs) for _ in range(2)]
    threads = [threading.Thread(target=look, args=[each]) for each in lookouts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(IN_TIME_S)

    # One had something to launch, which is refused here; the other found nothing left.
    assert sorted(troubled) == [[], ["report"]]
    (run,) = instance.get_runs()
    assert len(run.run_config["ops"]["generate"]["config"]["ids"]) == 2


def test_what_a_lookout_claimed_and_could_not_launch_goes_back_to_the_queue(bench, instance_on):
    _ask_for_reports(bench.platform, 1)
    instance = instance_on(NOWHERE, _all_seen(bench.platform))
    lookout = Lookout(bench.platform, instance, defs)

    assert lookout.look() == []
    assert lookout.troubled == {"report"}
    assert REPORT not in claimable_kinds(bench.platform.engine, utc_now())

    reconcile(instance, bench.platform.engine, utc_now() + timedelta(minutes=10))
    assert REPORT in claimable_kinds(bench.platform.engine, utc_now())
    bench.execute(ticks.launch(bench.platform, REPORT))
    assert _statuses(bench.platform) == [("ready", 1)]


def test_before_a_sensor_has_ticked_nothing_is_launched_or_claimed(bench, instance_on):
    _ask_for_reports(bench.platform, 1)

    assert Lookout(bench.platform, instance_on(HERE), defs).look() == []
    assert REPORT in claimable_kinds(bench.platform.engine, utc_now())


@pytest.fixture
def without_drm(bench, tmp_path) -> Iterator[Platform]:
    """The same instance, where a folder is in the place of DRM's database."""
    place = tmp_path / "away.db"
    place.mkdir()
    url = f"sqlite:///{place}"
    yield Platform(replace(bench.platform.settings, drm_database_url=url))
    engine_for(url).dispose()


def test_while_drm_is_away_what_was_asked_for_is_launched(
    bench, without_drm, instance_on, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(looking, "REST_S", 0)
    monkeypatch.setattr(looking, "REST_TIMES", 0)
    lookout = Lookout(without_drm, instance_on(HERE, _all_seen(bench.platform)), defs)

    for count in (1, 2):
        _ask_for_reports(bench.platform, 1)
        assert len(lookout.look()) == 1
        assert _statuses(bench.platform) == [("ready", 1)] * count
        assert lookout.troubled == {"DRM"}
    told = [line for line in capsys.readouterr().err.splitlines() if "lookout:" in line]
    assert len(told) == 1
    assert told[0].startswith("lookout: DRM: OperationalError")

    bench.platform.drm_engine.dispose()
    (tmp_path / "away.db").rmdir()
    shutil.copy(tmp_path / "drm.db", tmp_path / "away.db")
    lookout.look()
    assert not lookout.troubled


def test_a_part_that_failed_is_left_alone_for_a_while(bench, without_drm, instance_on):
    asked = []
    event.listen(without_drm.drm_engine, "do_connect", lambda *_: asked.append(1))
    lookout = Lookout(without_drm, instance_on(NOWHERE, _all_seen(bench.platform)), defs)

    lookout.look()
    once = len(asked)
    lookout.look()

    assert len(asked) == once > 0
    assert lookout.troubled == {"DRM"}


def test_what_drm_ended_is_requested_although_reports_cannot_be_launched(
    bench, instance_on, monkeypatch
):
    monkeypatch.setattr(ticks, "RUNS_A_TICK", 2)
    _ask_for_reports(bench.platform, 1)
    instance = instance_on(NOWHERE, dict.fromkeys(SENSORS))
    lookout = Lookout(bench.platform, instance, defs)

    lookout.look()

    ended = read_ended_runs(bench.platform.drm, SeenIds(), limit=2)
    ids = {run.id for run in ended.runs}
    assert ids
    assert set(requested_runs(bench.platform.engine, list(ids))) == ids
    # The launch of either was refused, neither for the other's sake.
    assert lookout.troubled >= {"report", "DRM"}
    assert {run.job_name for run in instance.get_runs()} >= {"generate_reports", "prepare_datasets"}
