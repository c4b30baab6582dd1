"""DRM's datasets and what IOP prepares of them."""

import dagster as dg

from assets import partitions
from assets.partitions import NoOutput
from iop_pipelines.orchestration import batches, by_hand
from iop_pipelines.platform import Platform

drm_dataset = dg.AssetSpec(
    "drm_dataset",
    group_name="drm",
    partitions_def=partitions.datasets,
    kinds={"table"},
    description=(
        "Rows as DRM delivered them, one partition a dataset. A materialization is one finished DRM "
        "pipeline run; its checks compare the columns with DRM's catalogue and the quality score "
        "with the floor. Written by DRM, read here."
    ),
)


@dg.asset(
    group_name="datasets",
    partitions_def=partitions.datasets,
    backfill_policy=dg.BackfillPolicy.single_run(),
    deps=[drm_dataset],
    kinds={"pandas", "table"},
    output_required=False,
)
def prepared_dataset(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> NoOutput:
    """Rows that models and reports read: cast, deduplicated, joined, enriched, gaps as declared.

    One partition a dataset; each DRM pipeline run adds one data version, and a restated window
    replaces the rows it held. Materializing by hand prepares versions that wait or have failed.
    """
    by_hand.prepare(context, platform, context.partition_keys).raise_failures("data versions")
    yield from ()


@dg.op
def prepare(
    context: dg.OpExecutionContext,
    config: batches.BatchConfig,
    platform: dg.ResourceParam[Platform],
) -> None:
    """Prepares the data versions that a sensor claimed."""
    tally = batches.prepare_datasets(context, platform, config.ids, config.run_key)
    tally.raise_failures("data versions")


@dg.job(executor_def=dg.in_process_executor)
def prepare_datasets() -> None:
    """From DRM's rows to prepared rows, many data versions a run."""
    prepare()
