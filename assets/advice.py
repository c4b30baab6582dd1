"""Recommendations, made from findings as executions end."""

import dagster as dg

from iop_pipelines.orchestration import by_hand
from iop_pipelines.platform import Platform


@dg.asset(
    group_name="advice",
    deps=["rule_based_output", "statistical_output", "ml_output", "prepared_dataset"],
    kinds={"table"},
)
def recommendation(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """What people are told to do: title, evidence, severity and review status, one row a finding that lasts.

    Updated in the same run as the execution it comes from. Materializing by hand makes what a
    worker that died left undone.
    """
    return dg.MaterializeResult(metadata=by_hand.advise(platform))
