"""How each check stands now: the latest outcome of every dataset and model, read from the ledger."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import ExecutionStatus, ModelType, Phase
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    model_executions,
)
from iop_pipelines.validation.outcomes import BROKEN, Side

QUALITY_FLOOR = 80.0
TYPE_OF_ASSET = {
    "rule_based_output": ModelType.RULE_BASED,
    "statistical_output": ModelType.STATISTICAL,
    "ml_output": ModelType.ML,
}


@dataclass(frozen=True)
class Standing:
    looked_at: int
    broken: dict[str, str]

    def as_metadata(self) -> dict[str, Any]:
        return {"partitions looked at": self.looked_at, "broken": json.dumps(self.broken)}


def of(engine: sa.Engine, asset: str, check: str) -> Standing:
    """Where each partition's latest outcome stands on that check; `broken` maps a name to its reason."""
    if asset in TYPE_OF_ASSET:
        side: Side = "input" if check == "input_schema" else "output"
        return _of_models(engine, TYPE_OF_ASSET[asset], BROKEN[side])
    tests: dict[str, Callable[[sa.Row], str | None]] = {
        "can_be_prepared": lambda row: row.error_msg,
        "quality_score": lambda row: (
            f"score {row.quality_score:.0f}"
            if row.quality_score is not None and row.quality_score < QUALITY_FLOOR
            else None
        ),
        "no_rows_rejected": lambda row: (
            f"{row.rows_rejected} rows rejected" if row.rows_rejected else None
        ),
    }
    return _of_datasets(engine, tests[check])


def _of_datasets(engine: sa.Engine, test: Callable[[sa.Row], str | None]) -> Standing:
    latest = sa.select(sa.func.max(dataset_versions.c.id)).group_by(dataset_versions.c.dataset_id)
    query = (
        sa.select(datasets.c.name, dataset_versions)
        .join(datasets, datasets.c.id == dataset_versions.c.dataset_id)
        .where(dataset_versions.c.id.in_(latest))
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    broken = {row.name: reason for row in rows if (reason := test(row))}
    return Standing(len(rows), broken)


def _of_models(engine: sa.Engine, model_type: ModelType, code: str) -> Standing:
    """code: of the failures that count."""
    executions = model_executions.c
    latest = (
        sa.select(sa.func.max(executions.id))
        .where(model_executions.c.phase == Phase.DONE)
        .group_by(model_executions.c.model_id)
    )
    query = (
        sa.select(
            analytical_models.c.name, executions.status, executions.error_msg, executions.said
        )
        .join(analytical_models, analytical_models.c.id == model_executions.c.model_id)
        .where(model_executions.c.id.in_(latest), analytical_models.c.type == model_type)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    broken = {
        row.name: row.error_msg
        for row in rows
        if row.status == ExecutionStatus.FAILED and (row.said or {}).get("code") == code
    }
    return Standing(len(rows), broken)
