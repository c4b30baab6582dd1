"""Sensors: what watches DRM and sources of one's own, launches requested work, and keeps the ledger true."""

import dagster as dg

from sensors import backtests, drm, intake, ledger, requests, uploads

defs = dg.Definitions(
    sensors=[
        drm.drm_pipeline_runs,
        drm.drm_quality_scores,
        drm.drm_events,
        intake.intake_deliveries,
        requests.requested_executions,
        requests.requested_reports,
        requests.one_time_reports,
        ledger.registered_partitions,
        ledger.ledger_reconciler,
        uploads.requested_loads,
        backtests.requested_backtests,
    ],
    jobs=[uploads.load_uploads, backtests.backtest_models],
)
