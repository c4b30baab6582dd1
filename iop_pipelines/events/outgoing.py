"""IOP's three events, each read from the row that has just changed, in the same transaction."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import ReportStatus
from iop_pipelines.events.outbox import as_utc, tell
from iop_pipelines.events.words import EventType
from iop_pipelines.schema.report_row import report_row
from iop_pipelines.schema.tables import (
    analytical_models,
    model_executions,
    recommendations,
)

Change = Literal["opened", "updated", "resolved", "reviewed"]

# An error's first words; the whole of it is in the ledger.
_ERROR_CHARS = 1000


def tell_executed(connection: sa.Connection, execution_id: int) -> None:
    """`model.executed`, of an execution that has ended; of one model in the order of their ends."""
    executions, models = model_executions, analytical_models
    row = connection.execute(
        sa.select(executions, models.c.name.label("model"), models.c.version)
        .join_from(executions, models, models.c.id == executions.c.model_id)
        .where(executions.c.id == execution_id)
    ).one()
    own: dict[str, Any] = {
        "execution_id": row.id,
        "model_id": row.model_id,
        "model": row.model,
        "version": row.version,
        "status": row.status.value,
        "trigger": row.trigger,
        "input_ref": row.input_ref,
        "output_ref": row.output_ref,
        "data_version": row.data_version,
        "duration_ms": row.duration_ms,
        "finished_at": as_utc(row.finished_at),
        "error": _start_of(row.error_msg),
    }
    if row.superseded_by is not None:
        own["superseded_by"] = row.superseded_by
    tell(connection, EventType.MODEL_EXECUTED, f"iop/model/{row.model_id}", own, row.traceparent)


def tell_report(connection: sa.Connection, report_id: int) -> None:
    """`report.generated`, of a report that is ready or has failed; none of one that not everybody is told of."""
    row = report_row(connection, report_id)
    if row.status is ReportStatus.READY and row.audience is not None:
        return
    own: dict[str, Any] = {
        "report_id": row.id,
        "template_id": row.template_id,
        "template": row.template,
        "status": row.status.value,
        "format": str(row.format),
        "trigger": row.trigger,
        "slot": as_utc(row.slot),
        "row_count": row.row_count,
        "row_total": row.row_total,
        "size_bytes": row.size_bytes,
        "checksum": row.checksum,
        "finished_at": as_utc(row.finished_at),
        "error": _start_of(row.error_msg),
    }
    tell(
        connection,
        EventType.REPORT_GENERATED,
        f"iop/template/{row.template_id}",
        own,
        row.traceparent,
    )


def tell_insight(connection: sa.Connection, recommendation_id: int, change: Change) -> None:
    """`insight.generated`, of a recommendation as it stands after the change."""
    row = connection.execute(
        sa.select(recommendations).where(recommendations.c.id == recommendation_id)
    ).one()
    own: dict[str, Any] = {
        "recommendation_id": row.id,
        "change": change,
        "title": row.title,
        "category": row.category.value,
        "severity": row.severity.value,
        "status": row.status.value,
        "dataset": row.dataset,
        "series": row.unique_id,
        "model_id": row.model_id,
        "source_ref": row.source_ref,
        "occurrences": row.occurrences,
        "first_ds": _local(row.first_ds),
        "last_ds": _local(row.last_ds),
        "resolved_at": as_utc(row.resolved_at),
    }
    tell(connection, EventType.INSIGHT_GENERATED, f"iop/recommendation/{row.id}", own)


def _local(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _start_of(text: str | None) -> str | None:
    return text[:_ERROR_CHARS] if text else None
