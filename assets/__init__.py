"""Assets, their checks, and the jobs that log their events; no asset reads what another returned."""

import warnings

import dagster as dg

# BackfillPolicy is what lets an operator materialize many partitions in one run; Dagster is pinned.
warnings.filterwarnings("ignore", message=".*backfill_policy.*", category=dg.BetaWarning)

from assets import advice, checks, datasets, deliveries, models, reports  # noqa: E402  after the filter

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
    jobs=[
        deliveries.deliver_items,
        datasets.prepare_datasets,
        models.execute_models,
        reports.generate_reports,
    ],
)
