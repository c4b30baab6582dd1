"""Sensors on what DRM shares and on what it announces."""

import dagster as dg

from iop_pipelines.orchestration import drm_events as inbox
from iop_pipelines.orchestration import ticks
from iop_pipelines.platform import Platform
from iop_pipelines.settings import Settings

EVERY_S = ticks.sensor_interval_s(Settings.from_env())


@dg.sensor(
    job_name="prepare_datasets",
    minimum_interval_seconds=EVERY_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def drm_pipeline_runs(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult:
    """A finished DRM run starts the models subscribed to its dataset; a failed one does not."""
    return ticks.drm_pipeline_runs(platform, context.instance, context.cursor).result()


@dg.sensor(
    job_name="execute_models",
    minimum_interval_seconds=EVERY_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def drm_quality_scores(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult:
    """A score under a model's threshold holds it back and raises a recommendation; recovery lets it run."""
    return ticks.drm_quality_scores(platform, context.instance, context.cursor).result()


@dg.sensor(
    job_name="prepare_datasets",
    minimum_interval_seconds=EVERY_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def drm_events(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult:
    """What DRM announced on the event bus is looked at now; the two sensors above see what no event told."""
    return inbox.drm_events(platform, context.instance, context.cursor).result()
