"""Reports, rendered from a template's query; one partition a template."""

import dagster as dg

from assets import partitions
from assets.partitions import NoOutput
from iop_pipelines.orchestration import batches, by_hand
from iop_pipelines.platform import Platform


@dg.asset(
    group_name="reports",
    partitions_def=partitions.templates,
    backfill_policy=dg.BackfillPolicy.single_run(),
    deps=["recommendation", "prepared_dataset"],
    kinds={"jinja"},
    output_required=False,
)
def report(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> NoOutput:
    """A file of a report template, as JSON, CSV or PDF; each materialization is one generated report."""
    by_hand.generate(context, platform, context.partition_keys).raise_failures("reports")
    yield from ()


@dg.op
def generate(
    context: dg.OpExecutionContext,
    config: batches.BatchConfig,
    platform: dg.ResourceParam[Platform],
) -> None:
    """Generates the reports that a sensor or schedule claimed."""
    tally = batches.generate_reports(context, platform, config.ids, config.run_key)
    tally.raise_failures("reports")


@dg.job(executor_def=dg.in_process_executor)
def generate_reports() -> None:
    """Many reports in one run; each has its own row and event."""
    generate()
