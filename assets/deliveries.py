"""Deliveries of an intake: files and stretches of tables, as DRM would deliver them."""

import dagster as dg

from iop_pipelines.orchestration import batches
from iop_pipelines.platform import Platform


@dg.op
def deliver(
    context: dg.OpExecutionContext,
    config: batches.BatchConfig,
    platform: dg.ResourceParam[Platform],
) -> None:
    """Delivers what the sensor saw to be whole: a run of DRM, its rows and a quality score each."""
    tally = batches.deliver_items(context, platform, config.ids, config.run_key)
    tally.raise_failures("deliveries")


@dg.job(executor_def=dg.in_process_executor)
def deliver_items() -> None:
    """From a watched folder or table to DRM's tables; of one source one run at a time, in order."""
    deliver()
