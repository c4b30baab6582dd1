"""The one code location: assets, jobs, sensors and schedules merged with their resources."""

import dagster as dg

import assets
import schedules
import sensors
from iop_pipelines.orchestration.resources import platform

defs = dg.Definitions.merge(
    assets.defs,
    sensors.defs,
    schedules.defs,
    # A process a step would cost seconds of imports where the work takes milliseconds.
    dg.Definitions(resources={"platform": platform}, executor=dg.in_process_executor),
)
