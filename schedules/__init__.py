"""Schedules: each cadence asks every minute which templates are due; retention comes every six hours."""

import dagster as dg

from schedules import reports, retention

defs = dg.Definitions(
    schedules=[
        reports.daily_reports,
        reports.weekly_reports,
        reports.monthly_reports,
        retention.retention,
    ]
)
