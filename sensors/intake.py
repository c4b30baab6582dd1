"""The sensor on sources of one's own: folders, files and tables that are watched for deliveries."""

import dagster as dg

from iop_pipelines.orchestration import ticks
from iop_pipelines.platform import Platform
from iop_pipelines.settings import Settings

EVERY_S = ticks.sensor_interval_s(Settings.from_env())


@dg.sensor(
    job_name="deliver_items",
    minimum_interval_seconds=EVERY_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def intake_deliveries(platform: dg.ResourceParam[Platform]) -> dg.SensorResult:
    """A file that came or was changed, or a table's next stretch, is delivered once it is whole."""
    return ticks.intake_deliveries(platform).result()
