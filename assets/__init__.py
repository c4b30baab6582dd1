"""Assets, their checks, and the jobs that log their events; no asset reads what another returned."""

import dagster as dg

from assets import advice, checks, datasets, models, reports

defs = dg.Definitions(
    assets=[
        datasets.drm_dataset,
        datasets.prepared_dataset,
        models.rule_based_output,
        models.statistical_output,
        models.ml_output,
        advice.recommendation,
        reports.report,
    ],
    asset_checks=checks.checks,
    jobs=[datasets.prepare_datasets, models.execute_models, reports.generate_reports],
)
