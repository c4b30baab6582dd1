"""Checks of each stage. Jobs log an evaluation a partition as they work; run by hand, a check looks at
the latest outcome of every partition in the ledger."""

import dagster as dg

from iop_pipelines.orchestration import standing
from iop_pipelines.platform import Platform

OUTPUTS = ("rule_based_output", "statistical_output", "ml_output")


def _check(
    asset: str, name: str, description: str, severity: dg.AssetCheckSeverity
) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=asset, name=name, description=description)
    def check(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
        found = standing.of(platform.engine, asset, name)
        return dg.AssetCheckResult(
            passed=not found.broken, severity=severity, metadata=found.as_metadata()
        )

    return check


checks = [
    _check(
        "drm_dataset",
        "can_be_prepared",
        "The dataset's declared steps can be run on what DRM delivered.",
        dg.AssetCheckSeverity.ERROR,
    ),
    _check(
        "drm_dataset",
        "quality_score",
        "DRM's quality score of the delivery is at or above the floor.",
        dg.AssetCheckSeverity.WARN,
    ),
    _check(
        "prepared_dataset",
        "no_rows_rejected",
        "No row was rejected while preparing; rejected rows are kept with their reason.",
        dg.AssetCheckSeverity.WARN,
    ),
    *(
        _check(
            asset,
            f"{side}_schema",
            f"The model's {side} rows keep the model's {side} schema (Great Expectations).",
            dg.AssetCheckSeverity.ERROR,
        )
        for asset in OUTPUTS
        for side in ("input", "output")
    ),
]
