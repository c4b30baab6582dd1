"""Sensors that keep Dagster's partitions and IOP's rows in step with each other."""

import dagster as dg

from assets import partitions
from iop_pipelines.orchestration import ticks, upkeep
from iop_pipelines.platform import Platform
from iop_pipelines.settings import Settings

PARTITIONS = {
    "datasets": partitions.datasets,
    "rule_based": partitions.rule_based_models,
    "statistical": partitions.statistical_models,
    "ml": partitions.ml_models,
    "templates": partitions.templates,
}


@dg.sensor(
    minimum_interval_seconds=ticks.sensor_interval_s(Settings.from_env()),
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def registered_partitions(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult:
    """Whatever is registered becomes a partition: datasets, model versions and report templates."""
    requests = []
    for group, wanted in upkeep.registered_keys(platform.engine).items():
        definition = PARTITIONS[group]
        there = set(context.instance.get_dynamic_partitions(str(definition.name)))
        if missing := [key for key in wanted if key not in there]:
            requests.append(definition.build_add_request(missing))
    return dg.SensorResult(
        dynamic_partitions_requests=requests,
        skip_reason=None if requests else "every registered thing has its partition",
    )


@dg.sensor(minimum_interval_seconds=15, default_status=dg.DefaultSensorStatus.RUNNING)
def ledger_reconciler(
    context: dg.SensorEvaluationContext, platform: dg.ResourceParam[Platform]
) -> dg.SensorResult:
    """Mirrors Dagster's history into the ledger, and gives back the work of workers that died."""
    note = upkeep.keep_ledger(context.instance, platform)
    context.log.info(note)
    return dg.SensorResult(skip_reason=note)
