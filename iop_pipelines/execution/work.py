"""One execution to be run, as the registry and the ledger describe it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.ledger.inputs import InputRef, window_of
from iop_pipelines.registry.models import StoredModel, model
from iop_pipelines.schema.tables import model_executions
from iop_pipelines.transform.versions import StoredDataset, StoredVersion, dataset, version


@dataclass(frozen=True)
class Work:
    """An execution with all it needs read from the database but its rows."""

    execution_id: int
    attempt: int
    model: StoredModel
    dataset: StoredDataset
    version: StoredVersion
    window_start: datetime
    window_end: datetime


def load(engine: sa.Engine, execution_id: int, attempt: int) -> Work:
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(model_executions).where(model_executions.c.id == execution_id)
        ).one()
    ref = InputRef.parse(row.input_ref)
    read = version(engine, row.dataset_version_id)
    start, end = window_of(ref, read.window_start, read.window_end)
    stored = dataset(engine, ref.dataset)
    return Work(execution_id, attempt, model(engine, row.model_id), stored, read, start, end)
