"""Scoring the history that is there: one execution over all that was delivered, as of its latest version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.domain.vocabulary import ModelStatus
from iop_pipelines.errors import NotFound
from iop_pipelines.ledger.inputs import InputRef
from iop_pipelines.ledger.requests import request_execution
from iop_pipelines.registry.models import StoredModel
from iop_pipelines.schema.tables import dataset_versions, datasets, model_executions
from iop_pipelines.schema.witness import Witness, unwitnessed

# The key under which a model's first run is asked for once.
_FIRST = "first"


@dataclass(frozen=True)
class History:
    """All that was delivered and not refused: [start, end) in the dataset's local time, from so many versions."""

    window_start: datetime
    window_end: datetime
    versions: int


def history_of(connection: sa.Connection, dataset: str) -> History | None:
    """None where nothing was delivered yet."""
    versions = dataset_versions.c
    row = connection.execute(
        sa.select(
            sa.func.min(versions.window_start),
            sa.func.max(versions.window_end),
            sa.func.count(),
        )
        .join(datasets, datasets.c.id == versions.dataset_id)
        .where(datasets.c.name == dataset, versions.status != "failed")
    ).one()
    return None if row[0] is None else History(*row)


def score_history(
    engine: sa.Engine,
    models: Sequence[StoredModel],
    now: datetime,
    *,
    trigger: str,
    witness: Witness = unwitnessed,
) -> list[int]:
    """Asks each model for one execution over its dataset's whole history; ids of the executions.

    They run when the data that is being prepared is there. Raises NotFound where a dataset has none, and what
    `request_execution` raises.
    """
    asked: list[int] = []
    for each in models:
        name = each.spec.config.dataset
        with engine.connect() as connection:
            history = history_of(connection, name)
        if history is None:
            raise NotFound("dataset.without_version", name=name)
        ref = InputRef(name, None, history.window_start, history.window_end)
        asked.append(
            request_execution(engine, each.id, str(ref), now, trigger=trigger, witness=witness)
        )
    return asked


def score_first(
    engine: sa.Engine, stored: StoredModel, now: datetime, *, trigger: str
) -> int | None:
    """Asks for a model's first run, over the history, when it becomes active; None where there is no need.

    That is for what runs on request only, ran before, has nothing to read, or waits for data of a quality that the
    latest has not. The next delivery would begin there too, but of what was loaded at once none comes. However often
    this is called, there is one.
    """
    config = stored.spec.config
    is_waiting = stored.status is ModelStatus.ACTIVE and config.trigger.on == "dataset_update"
    if not is_waiting:
        return None
    with engine.connect() as connection:
        has_run = sa.select(model_executions.c.id).where(model_executions.c.model_id == stored.id)
        if connection.scalar(has_run.limit(1)) is not None:
            return None
        history = history_of(connection, config.dataset)
        if history is None or not _is_good_enough(connection, config):
            return None
    ref = InputRef(config.dataset, None, history.window_start, history.window_end)
    return request_execution(
        engine, stored.id, str(ref), now, trigger=trigger, idempotency_key=_FIRST
    )


def _is_good_enough(connection: sa.Connection, config: ModelConfig) -> bool:
    """As of the latest version."""
    if config.quality_threshold is None:
        return True
    versions = dataset_versions.c
    score: float | None = connection.scalar(
        sa.select(versions.quality_score)
        .join(datasets, datasets.c.id == versions.dataset_id)
        .where(datasets.c.name == config.dataset, versions.status != "failed")
        .order_by(versions.id.desc())
        .limit(1)
    )
    return score is not None and score >= config.quality_threshold
