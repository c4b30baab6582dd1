"""Model outputs: one asset a model type, one partition a model version."""

import dagster as dg

from assets import partitions
from assets.partitions import NoOutput
from iop_pipelines.orchestration import batches, by_hand
from iop_pipelines.platform import Platform


def _output(
    name: str, partitions_def: dg.DynamicPartitionsDefinition, kinds: set[str], description: str
) -> dg.AssetsDefinition:
    @dg.asset(
        name=name,
        group_name="models",
        partitions_def=partitions_def,
        backfill_policy=dg.BackfillPolicy.single_run(),
        deps=["prepared_dataset"],
        kinds=kinds,
        description=description,
        output_required=False,
    )
    def output(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> NoOutput:
        by_hand.execute(context, platform, context.partition_keys).raise_failures("executions")
        yield from ()

    return output


rule_based_output = _output(
    "rule_based_output",
    partitions.rule_based_models,
    {"python"},
    "What declared rules say of each new period: one row a series and period, with the findings. "
    "Fresh within a minute of a DRM pipeline run. Read by recommendations and reports.",
)
statistical_output = _output(
    "statistical_output",
    partitions.statistical_models,
    {"scipy"},
    "Expected value and band of each new period, trends and change points: one row a series and "
    "period, with the findings. Fresh within a minute of a DRM pipeline run.",
)
ml_output = _output(
    "ml_output",
    partitions.ml_models,
    {"scikitlearn"},
    "Outlier scores of PyOD detectors and forecasts of Prophet with their intervals, one row a "
    "series and period, with the findings.",
)


@dg.op
def execute(
    context: dg.OpExecutionContext,
    config: batches.BatchConfig,
    platform: dg.ResourceParam[Platform],
) -> None:
    """Runs the executions that a sensor claimed."""
    tally = batches.execute_models(context, platform, config.ids, config.run_key)
    tally.raise_failures("executions")


@dg.job(executor_def=dg.in_process_executor)
def execute_models() -> None:
    """Many executions of many models in one run; each has its own ledger row and events."""
    execute()
