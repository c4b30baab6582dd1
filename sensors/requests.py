"""Sensors that launch what has been asked for: rows that are queued become runs."""

import dagster as dg

from iop_pipelines.ledger.work import EXECUTION, REPORT
from iop_pipelines.orchestration import ticks
from iop_pipelines.platform import Platform
from iop_pipelines.settings import Settings

EVERY_S = ticks.sensor_interval_s(Settings.from_env())


@dg.sensor(
    job_name="execute_models",
    minimum_interval_seconds=EVERY_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def requested_executions(platform: dg.ResourceParam[Platform]) -> dg.SensorResult:
    """Launches queued executions whose data is prepared, many to a run."""
    requests = ticks.launch(platform, EXECUTION)
    return ticks.Ticked(requests, None, "no execution is queued with its data prepared").result()


@dg.sensor(
    job_name="generate_reports",
    minimum_interval_seconds=EVERY_S,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def requested_reports(platform: dg.ResourceParam[Platform]) -> dg.SensorResult:
    """Launches reports that were asked for by hand or by the API."""
    return ticks.Ticked(ticks.launch(platform, REPORT), None, "no report is queued").result()


@dg.sensor(
    job_name="generate_reports",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def one_time_reports(platform: dg.ResourceParam[Platform]) -> dg.SensorResult:
    """Launches reports whose template says `once` and a time that has come."""
    return ticks.one_time_reports(platform).result()
