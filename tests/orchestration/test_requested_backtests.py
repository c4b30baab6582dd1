"""Backtests that were asked for: a Dagster run each, another where that ended badly, none where a command does it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin, RemoteRepositoryOrigin
from selling_shops import SALES, deliver, model_of, shop_days

from database_servers import named
from iop_pipelines.definitions import defs
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.vocabulary import BacktestStatus
from iop_pipelines.ledger import backtests
from iop_pipelines.ledger.backtests import LONGEST_SILENCE, Asked
from iop_pipelines.orchestration.backtests import launch_backtests
from iop_pipelines.orchestration.runs import Runs
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings
from iop_pipelines.transform.versions import register_dataset
from sensors.backtests import backtest_models

NOW = datetime(2026, 11, 1, 12)
REPOSITORY = RemoteRepositoryOrigin(
    GrpcServerCodeLocationOrigin(host="127.0.0.1", port=1, location_name="iop"), "__repository__"
)


@pytest.fixture
def platform(migrated_url: str, tmp_path: Path) -> Iterator[Platform]:
    drm = {"IOP_DRM_DATABASE_URL": f"sqlite:///{tmp_path / 'drm.db'}"}
    platform = Platform(
        Settings.from_env({"IOP_HOME": str(tmp_path / "home"), **named(migrated_url), **drm})
    )
    stored = register_dataset(platform.engine, DatasetDeclaration.model_validate(SALES))
    deliver(platform, stored.id, shop_days(60))
    yield platform
    engine_for(platform.settings.drm_database_url).dispose()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def carry_out(
    platform: Platform, instance: dg.DagsterInstance, request: dg.RunRequest
) -> dg.ExecuteInProcessResult:
    """As the daemon and a worker do."""
    return backtest_models.execute_in_process(
        run_config=request.run_config,
        tags={"dagster/run_key": str(request.run_key)},
        resources={"platform": dg.ResourceDefinition.hardcoded_resource(platform)},
        instance=instance,
        raise_on_error=False,
    )


def test_one_run_makes_it_and_no_other_comes(
    platform: Platform, instance: dg.DagsterInstance
) -> None:
    asked = backtests.ask(platform.engine, model_of(platform).id, Asked(), NOW)
    (request,) = launch_backtests(platform, instance, NOW).requests
    (again,) = launch_backtests(platform, instance, NOW).requests
    assert (request.run_key, again.run_key) == (f"backtest-{asked.id}-1",) * 2
    assert request.job_name == backtest_models.name
    assert carry_out(platform, instance, request).success
    assert backtests.backtest_of(platform.engine, asked.id).status is BacktestStatus.DONE
    assert launch_backtests(platform, instance, NOW).requests == []


def test_one_that_fails_makes_its_run_red_and_is_not_tried_again(
    platform: Platform, instance: dg.DagsterInstance
) -> None:
    later = datetime(2030, 1, 1)
    asked = backtests.ask(platform.engine, model_of(platform).id, Asked(later), NOW)
    (request,) = launch_backtests(platform, instance, NOW).requests
    assert not carry_out(platform, instance, request).success
    ended = backtests.backtest_of(platform.engine, asked.id)
    assert ended.status is BacktestStatus.FAILED
    assert "the period has none of the history" in str(ended.error_msg)
    assert launch_backtests(platform, instance, NOW).requests == []


def test_one_that_a_command_does_has_no_run_until_nothing_is_heard_of_it(
    platform: Platform, instance: dg.DagsterInstance
) -> None:
    asked = backtests.ask(platform.engine, model_of(platform).id, Asked(), NOW)
    assert backtests.begin(platform.engine, asked.id, 1, NOW) is not None
    assert launch_backtests(platform, instance, NOW + LONGEST_SILENCE).requests == []
    late = NOW + LONGEST_SILENCE + timedelta(seconds=1)
    assert launch_backtests(platform, instance, late).requests == []
    (request,) = launch_backtests(platform, instance, late).requests
    assert request.run_key == f"backtest-{asked.id}-2"


def launched(instance: dg.DagsterInstance, request: dg.RunRequest) -> dg.DagsterRun:
    """Waits for a worker."""
    return instance.create_run_for_job(
        backtest_models,
        run_config=request.run_config,
        tags={"dagster/run_key": str(request.run_key)},
    )


def started(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    event = DagsterEvent(
        event_type_value=dg.DagsterEventType.RUN_START.value, job_name=run.job_name
    )
    instance.report_dagster_event(event, run.run_id)


def test_one_that_only_waits_is_never_given_up(
    platform: Platform, instance: dg.DagsterInstance
) -> None:
    """Dagster ends a run that no worker starts; whoever asked goes on waiting."""
    asked = backtests.ask(platform.engine, model_of(platform).id, Asked(), NOW)
    for attempt in range(1, 2 * backtests.MAX_ATTEMPTS + 1):
        (request,) = launch_backtests(platform, instance, NOW).requests
        assert request.run_key == f"backtest-{asked.id}-{attempt}"
        instance.report_run_failed(launched(instance, request))
        assert launch_backtests(platform, instance, NOW).requests == []
    (request,) = launch_backtests(platform, instance, NOW).requests
    assert carry_out(platform, instance, request).success
    assert backtests.backtest_of(platform.engine, asked.id).status is BacktestStatus.DONE


def test_one_whose_runs_start_and_die_before_they_take_it_is_given_up(
    platform: Platform, instance: dg.DagsterInstance
) -> None:
    asked = backtests.ask(platform.engine, model_of(platform).id, Asked(), NOW)
    for _ in range(backtests.MAX_ATTEMPTS):
        (request,) = launch_backtests(platform, instance, NOW).requests
        run = launched(instance, request)
        started(instance, run)
        instance.report_run_failed(run)
        assert launch_backtests(platform, instance, NOW).requests == []
    ended = backtests.backtest_of(platform.engine, asked.id)
    assert ended.status is BacktestStatus.FAILED
    assert "2 attempts ended without a result" in str(ended.error_msg)


def test_a_run_that_came_too_late_takes_nothing_from_the_command_that_does_it(
    platform: Platform, instance: dg.DagsterInstance
) -> None:
    asked = backtests.ask(platform.engine, model_of(platform).id, Asked(), NOW)
    (request,) = launch_backtests(platform, instance, NOW).requests
    held = backtests.begin(platform.engine, asked.id, 1, NOW)
    assert held is not None
    assert carry_out(platform, instance, request).success
    soon, late = NOW + timedelta(seconds=59), NOW + timedelta(seconds=61)
    assert launch_backtests(platform, instance, soon).requests == []
    assert backtests.goes_on(platform.engine, held, 0.5, NOW)
    # What its own run left is taken up after a minute.
    launch_backtests(platform, instance, late)
    assert not backtests.goes_on(platform.engine, held, 0.5, late)


def test_an_idle_worker_can_launch_what_the_sensor_asks_for(platform: Platform) -> None:
    backtests.ask(platform.engine, model_of(platform).id, Asked(), NOW)
    overrides = {
        "run_launcher": {"module": "dagster._core.test_utils", "class": "MockedRunLauncher"},
        "run_coordinator": {
            "module": "dagster._core.run_coordinator",
            "class": "DefaultRunCoordinator",
        },
    }
    with dg.instance_for_test(overrides=overrides) as instance:
        (request,) = launch_backtests(platform, instance, NOW).requests
        runs = Runs(instance, defs, REPOSITORY)
        run_id = runs.launch(request, "requested_backtests")
        (run,) = instance.get_runs()
        assert (run.run_id, run.job_name) == (run_id, backtest_models.name)
        assert launch_backtests(platform, instance, NOW).requests == []
