"""What loads the files that people bring through the app, and removes those that nobody loaded."""

import dagster as dg

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.orchestration import loads, ticks
from iop_pipelines.platform import Platform
from iop_pipelines.settings import Settings


@dg.op
def load(
    context: dg.OpExecutionContext,
    config: loads.LoadConfig,
    platform: dg.ResourceParam[Platform],
) -> None:
    """Declares and delivers one file; from there on it is a DRM run like any other."""
    loads.load(context, platform, config)


@dg.job(executor_def=dg.in_process_executor)
def load_uploads() -> None:
    """From a file that somebody brought to DRM's rows."""
    load()


@dg.sensor(
    job_name=loads.JOB,
    minimum_interval_seconds=ticks.sensor_interval_s(Settings.from_env()),
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def requested_loads(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult:
    """Launches the load of each file that an administrator looked at and asked for."""
    return loads.launch_loads(platform, context.instance, utc_now()).result()
