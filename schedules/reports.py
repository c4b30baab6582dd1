"""Recurring reports. A Dagster schedule has one time zone and a template has its own, so a cadence ticks
every minute and asks which slots have come; a unique (template, slot) makes each happen once."""

import dagster as dg

from iop_pipelines.orchestration import ticks
from iop_pipelines.platform import Platform


def _reports(cadence: str, description: str) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=f"{cadence}_reports",
        cron_schedule="* * * * *",
        job_name="generate_reports",
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=description,
    )
    def tick(platform: dg.ResourceParam[Platform]) -> list[dg.RunRequest] | dg.SkipReason:
        ticked = ticks.scheduled_reports(platform, cadence)
        return ticked.requests or dg.SkipReason(ticked.note)

    return tick


daily_reports = _reports("daily", "Templates that say `daily`, and those with a cron string.")
weekly_reports = _reports("weekly", "Templates that say `weekly` and a weekday.")
monthly_reports = _reports("monthly", "Templates that say `monthly` and a day of the month.")
