"""What came of a load: the open recommendations, and what failed with its reason."""

from dataclasses import dataclass
from typing import Any, Literal, cast

import sqlalchemy as sa

from iop_pipelines.domain.sentences import Sentence, read
from iop_pipelines.domain.vocabulary import ExecutionStatus, Phase, ReviewStatus
from iop_pipelines.intake.uploads import Upload
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    model_executions,
    recommendations,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Titles of all, those that are still found before the rest, the gravest first, then the last to happen; sentences.

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
        .order_by(advice.place.desc(), advice.id.desc())
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


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the rows of one upload are.

    prepared: None before IOP saw them; why: it failed. executions: of those rows; ended ones have told all that they
    found. recommendations: of the dataset, those that are still found; the first is the gravest and newest.
    """

    prepared: Literal["pending", "prepared", "failed"] | None = None
    why: Sentence | None = None
    executions: int = 0
    executions_ended: int = 0
    executions_failed: int = 0
    recommendations: int = 0
    first_recommendation: int | None = None

    @property
    def is_done(self) -> bool:
        is_scored = self.prepared == "prepared" and self.executions_ended == self.executions
        return self.prepared == "failed" or is_scored


def standing(engine: sa.Engine, given: Upload) -> Standing:
    if given.dataset is None or given.drm_run_id is None:
        return Standing()
    versions = dataset_versions.c
    query = (
        sa.select(versions.id, versions.status, versions.said)
        .join(datasets, datasets.c.id == versions.dataset_id)
        .where(datasets.c.name == given.dataset, versions.drm_run_id == given.drm_run_id)
        .order_by(versions.id.desc())
    )
    with engine.connect() as connection:
        version = connection.execute(query).first()
        if version is None:
            return Standing()
        total, ended, failed = connection.execute(_executions_of(version.id)).one()
        ids = list(connection.scalars(_advice_on(given.dataset)))
    return Standing(
        cast(Literal["pending", "prepared", "failed"], version.status),
        read(version.said),
        *(int(total), int(ended or 0), int(failed or 0)),
        len(ids),
        ids[0] if ids else None,
    )


def _executions_of(version_id: int) -> sa.Select[*tuple[Any, ...]]:
    of = model_executions.c
    has_failed = sa.and_(of.phase == Phase.DONE, of.status == ExecutionStatus.FAILED)
    has_ended = sa.or_(has_failed, of.advised_at.is_not(None))
    return sa.select(
        sa.func.count(),
        sa.func.sum(sa.case((has_ended, 1), else_=0)),
        sa.func.sum(sa.case((has_failed, 1), else_=0)),
    ).where(of.dataset_version_id == version_id)


def _advice_on(dataset: str) -> sa.Select[*tuple[Any, ...]]:
    advice = recommendations.c
    return (
        sa.select(advice.id)
        .where(
            advice.dataset == dataset,
            advice.status == ReviewStatus.OPEN,
            advice.resolved_at.is_(None),
        )
        .order_by(advice.place.desc(), advice.id.desc())
    )
