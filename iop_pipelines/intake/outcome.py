"""What came of a load: the open recommendations, and what failed with its reason."""

from dataclasses import dataclass

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import ExecutionStatus, ReviewStatus
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    model_executions,
    recommendations,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Titles of all, those that are still found before the rest and the newest first; sentences.

    gone_away: how many of them later data no longer shows.
    """

    recommendations: list[str]
    gone_away: int
    problems: list[str]


def outcome(engine: sa.Engine) -> Outcome:
    advice = recommendations.c
    query = (
        sa.select(advice.title, advice.resolved_at)
        .where(advice.status == ReviewStatus.OPEN)
        .order_by(advice.resolved_at.is_not(None), advice.id.desc())
    )
    with engine.connect() as connection:
        found = connection.execute(query).all()
    gone_away = sum(each.resolved_at is not None for each in found)
    return Outcome([each.title for each in found], gone_away, _problems(engine))


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
        .where(
            executions.id.in_(last),
            executions.status == ExecutionStatus.FAILED,
            executions.superseded_by.is_(None),
        )
    )
    with engine.connect() as connection:
        data = [f"preparing {name}: {why}" for name, why in connection.execute(failed_data)]
        models = [f"model {name}: {why}" for name, why in connection.execute(failed_models)]
    return [*data, *models]
