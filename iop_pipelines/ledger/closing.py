"""Ends an item outside any run: by an event in Dagster's log, like every other end."""

from dataclasses import replace
from datetime import datetime

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import ModelType, Phase
from iop_pipelines.ledger.events import OUTPUT_ASSETS, REPORT_ASSET, TerminalEvent, to_dagster
from iop_pipelines.ledger.mirror import apply
from iop_pipelines.ledger.work import EXECUTION, WorkKind, take_to_close
from iop_pipelines.registry.keys import key, model_key
from iop_pipelines.schema.report_row import report_row
from iop_pipelines.schema.tables import analytical_models, model_executions
from iop_pipelines.schema.transactions import write


def close_as_failed(
    instance: dg.DagsterInstance,
    engine: sa.Engine,
    kind: WorkKind,
    item_id: int,
    phase: Phase,
    *,
    reason: Sentence,
    now: datetime,
    superseded_by: int | None = None,
    attempt: int | None = None,
) -> bool:
    """Ends an item unless it has left `phase`: an event without a run, then its mirror.

    superseded_by: the DRM run whose data made an execution needless; it has not failed.
    attempt: unless another attempt has it by now.
    """
    taken = take_to_close(engine, kind, item_id, phase, now, attempt=attempt)
    if taken is None:
        return False
    event = TerminalEvent(kind, item_id, taken, False, 0, now, error=reason)
    if superseded_by is not None:
        event = replace(event, values={"superseded_by": superseded_by})
    instance.report_runless_asset_event(to_dagster(event, *_asset_of(engine, kind, item_id)))

    def work(connection: sa.Connection) -> bool:
        return apply(connection, event)

    return write(engine, work)


def _asset_of(engine: sa.Engine, kind: WorkKind, item_id: int) -> tuple[dg.AssetKey, str]:
    """(asset, partition) of an execution or a report."""
    models, executions = analytical_models.c, model_executions.c
    with engine.connect() as connection:
        if kind is not EXECUTION:
            report = report_row(connection, item_id)
            return REPORT_ASSET, key(report.template_id, report.template)
        its_model = sa.select(models.id, models.type, models.name, models.version).join_from(
            model_executions, analytical_models, models.id == executions.model_id
        )
        row = connection.execute(its_model.where(executions.id == item_id)).one()
    return OUTPUT_ASSETS[ModelType(row.type)], model_key(row.id, row.name, row.version)
