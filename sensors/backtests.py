"""What replays models on the history before they tell anything."""

import dagster as dg

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.orchestration import backtests, ticks
from iop_pipelines.platform import Platform
from iop_pipelines.settings import Settings


@dg.op
def backtest(
    context: dg.OpExecutionContext,
    config: backtests.BacktestConfig,
    platform: dg.ResourceParam[Platform],
) -> None:
    """Replays one model version on the deliveries of its dataset; nothing that is stored changes by it."""
    backtests.backtest(context, platform, config)


@dg.job(executor_def=dg.in_process_executor)
def backtest_models() -> None:
    """What a model version would have told of the history."""
    backtest()


@dg.sensor(
    job_name=backtests.JOB,
    minimum_interval_seconds=ticks.sensor_interval_s(Settings.from_env()),
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def requested_backtests(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult:
    """Launches each backtest that somebody asked for."""
    return backtests.launch_backtests(platform, context.instance, utc_now()).result()
