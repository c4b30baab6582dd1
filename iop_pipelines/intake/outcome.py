"""What came of a load: the open recommendations, and what failed with its reason."""

from dataclasses import dataclass

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import ExecutionStatus, ReviewStatus
from iop_pipelines.recommendations.review import list_recommendations
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    model_executions,
)

_MOST = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """Titles, newest first; sentences."""

    recommendations: list[str]
    problems: list[str]


def outcome(engine: sa.Engine) -> Outcome:
    found = list_recommendations(engine, status=ReviewStatus.OPEN, limit=_MOST)
    return Outcome([each.title for each in found], _problems(engine))


def _problems(engine: sa.Engine) -> list[str]:
    """Of the newest version of each dataset, and the newest execution of each model."""
    versions, executions = dataset_versions.c, model_executions.c
    newest = sa.select(sa.func.max(versions.id)).group_by(versions.dataset_id)
    last = sa.select(sa.func.max(executions.id)).group_by(executions.model_id)
    failed_data = (
        sa.select(datasets.c.name, versions.error_msg)
        .join(datasets, datasets.c.id == versions.dataset_id)
        .where(versions.id.in_(newest), versions.status == "failed")
    )
    failed_models = (
        sa.select(analytical_models.c.name, executions.error_msg)
        .join(analytical_models, analytical_models.c.id == executions.model_id)
        .where(executions.id.in_(last), executions.status == ExecutionStatus.FAILED)
    )
    with engine.connect() as connection:
        data = [f"preparing {name}: {why}" for name, why in connection.execute(failed_data)]
        models = [f"model {name}: {why}" for name, why in connection.execute(failed_models)]
    return [*data, *models]
