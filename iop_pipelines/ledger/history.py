"""Scoring the history that is there: one execution over all that was delivered, as of its latest version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.errors import NotFound
from iop_pipelines.ledger.inputs import InputRef
from iop_pipelines.ledger.requests import request_execution
from iop_pipelines.registry.models import StoredModel
from iop_pipelines.schema.tables import dataset_versions, datasets
from iop_pipelines.schema.witness import Witness, unwitnessed


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
