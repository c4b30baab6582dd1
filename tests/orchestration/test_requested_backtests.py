"""Backtests that were asked for: a Dagster run each, another where that ended badly, none where a command does it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from selling_shops import SALES, deliver, model_of, shop_days

from database_servers import named
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.vocabulary import BacktestStatus
from iop_pipelines.ledger import backtests
from iop_pipelines.ledger.backtests import LONGEST_SILENCE, Asked
from iop_pipelines.orchestration.backtests import launch_backtests
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings
from iop_pipelines.transform.versions import register_dataset
from sensors.backtests import backtest_models

NOW = datetime(2026, 11, 1, 12)


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
