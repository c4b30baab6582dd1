"""What ops, assets, sensors and schedules are given by Dagster besides their context."""

import dagster as dg

from iop_pipelines.platform import Platform
from iop_pipelines.settings import Settings


@dg.resource(description="IOP's instance, as the environment of the process describes it.")
def platform() -> Platform:
    """Made for each run and tick: a location that is loaded needs no database yet."""
    return Platform(Settings.from_env())
