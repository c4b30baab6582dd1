"""Throws away what is old enough, by the days that the settings name."""

import dagster as dg

from iop_pipelines.orchestration import upkeep
from iop_pipelines.orchestration.traced import run
from iop_pipelines.platform import Platform


@dg.op
def purge(context: dg.OpExecutionContext, platform: dg.ResourceParam[Platform]) -> None:
    """One bounded pass over all kinds; what it does not get to waits for the next."""
    with run(context):
        context.log.info(upkeep.keep_to_policy(context.instance, platform))


@dg.job(executor_def=dg.in_process_executor)
def purge_what_is_old() -> None:
    """Dagster's ended runs with their events and logs, rows that models wrote, rejected rows, files of reports and of
    models."""
    purge()


retention = dg.ScheduleDefinition(
    name="retention",
    job=purge_what_is_old,
    cron_schedule="20 */6 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every six hours, so that one pass need not be long.",
)
