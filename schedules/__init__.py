"""Schedules: each cadence asks every minute which templates are due, each in its own time zone."""

import dagster as dg

from schedules import reports

defs = dg.Definitions(
    schedules=[reports.daily_reports, reports.weekly_reports, reports.monthly_reports]
)
