"""What may be asked of IOP's and DRM's ledgers. Moments are in UTC, periods of many datasets in no one zone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from iop_pipelines.domain.datasets import Count, Max, Mean, Min, Ratio, Sum, words_of
from iop_pipelines.domain.languages import TRANSLATED
from iop_pipelines.drm.tables import drm_metadata
from iop_pipelines.query.output_rows import order_of
from iop_pipelines.query.result import Vocabulary
from iop_pipelines.query.sources import Source, SourceField
from iop_pipelines.schema import tables as iop

MODEL_OUTPUTS = "model_outputs"


class SecondsBetween(FunctionElement):
    """Whole seconds from the first moment to the second."""

    type = sa.Integer()
    inherit_cache = True
    name = "seconds_between"


@compiles(SecondsBetween)
def _sqlite_seconds(element: SecondsBetween, compiler: Any, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"(strftime('%s', {end}) - strftime('%s', {start}))"


@compiles(SecondsBetween, "mysql", "mariadb")
def _mysql_seconds(element: SecondsBetween, compiler: Any, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"TIMESTAMPDIFF(SECOND, {start}, {end})"


def _word(
    column: sa.ColumnElement[Any], label: str, vocabulary: Vocabulary | None = None
) -> SourceField:
    # Enum columns would refuse an unknown word at bind time, in their own words.
    text = sa.type_coerce(column, sa.String())
    return SourceField(text, "string", label, is_group=True, vocabulary=vocabulary)


def _text(column: sa.ColumnElement[Any], label: str) -> SourceField:
    """Words of one row alone."""
    return SourceField(sa.type_coerce(column, sa.String()), "string", label)


def _told(table: sa.Table, name: str, label: str) -> SourceField:
    """Words of one row alone, which are kept in every language."""
    told = {each: table.c.translations[each.value, name].as_string() for each in TRANSLATED}
    return replace(_text(table.c[name], label), told=told)


def _integer(column: sa.ColumnElement[Any], label: str, unit: str | None = None) -> SourceField:
    return SourceField(column, "integer", label, unit)


def _number(column: sa.ColumnElement[Any], label: str, unit: str | None = None) -> SourceField:
    return SourceField(column, "number", label, unit)


def _flag(condition: sa.ColumnElement[bool], label: str) -> SourceField:
    return SourceField(sa.case((condition, 1), else_=0), "integer", label)


def _utc(column: sa.ColumnElement[Any], label: str) -> SourceField:
    return SourceField(column, "datetime", f"{label} (UTC)", zone="UTC")


def _local(column: sa.ColumnElement[Any], label: str) -> SourceField:
    """Dataset-local time of many datasets: there is no one zone to convert from."""
    return SourceField(column, "datetime", label, zone=None)


def _severity_rank(column: sa.ColumnElement[Any]) -> SourceField:
    word = sa.type_coerce(column, sa.String())
    ranks = {"critical": 3, "warning": 2, "info": 1}
    rank = sa.case(*((word == name, rank) for name, rank in ranks.items()), else_=0)
    return _integer(rank, "Severity rank")


def _of_model(models: sa.Table) -> dict[str, SourceField]:
    return {
        "model": _word(models.c.name, "Model"),
        "model_version": _word(models.c.version, "Version"),
    }


_FAILED = Sum(kind="sum", field="is_failed", label="Failed")
_MEAN_DURATION = Mean(kind="mean", field="duration_ms", unit="ms", label="Mean duration")
_HIGHEST_SCORE = Max(kind="max", field="score", label="Highest score")


def _failed_pct(of: str) -> Ratio:
    return Ratio(
        kind="ratio", numerator="is_failed", denominator=of, scale=100, unit="%", label="Failed"
    )


def _recommendations() -> Source:
    t, models = iop.recommendations, iop.analytical_models
    return Source(
        name="recommendations",
        label="Recommendations",
        database="iop",
        rows=t.outerjoin(models, models.c.id == t.c.model_id),
        fields={
            "id": _integer(t.c.id, "Id"),
            "title": _told(t, "title", "Recommendation"),
            "description": _told(t, "description", "Description"),
            "category": _word(t.c.category, "Category", "category"),
            "severity": _word(t.c.severity, "Severity", "severity"),
            "severity_rank": _severity_rank(t.c.severity),
            "peak_severity": _word(
                sa.func.coalesce(t.c.peak_severity, t.c.severity), "Highest severity", "severity"
            ),
            "status": _word(t.c.status, "Status", "review_status"),
            "source_ref": _text(t.c.source_ref, "Source"),
            "dataset": _word(t.c.dataset, "Dataset"),
            "unique_id": _word(t.c.unique_id, "Series"),
            "model": _word(models.c.name, "Model"),
            "occurrences": _integer(t.c.occurrences, "Occurrences"),
            "first_ds": _local(t.c.first_ds, "First seen"),
            "last_ds": _local(t.c.last_ds, "Last seen"),
            "created_at": _utc(t.c.created_at, "Created"),
            "updated_at": _utc(t.c.updated_at, "Updated"),
            "resolved_at": _utc(t.c.resolved_at, "Resolved"),
        },
        measures={
            "recommendations": Count(kind="count", unit=None, label="Recommendations"),
            "repeats": Sum(kind="sum", field="occurrences", label="Occurrences"),
        },
        order=(t.c.id,),
    )


def _findings() -> Source:
    t, models = iop.findings, iop.analytical_models
    return Source(
        name="findings",
        label="Findings",
        database="iop",
        rows=t.join(models, models.c.id == t.c.model_id),
        fields={
            "id": _integer(t.c.id, "Id"),
            "execution_id": _integer(t.c.execution_id, "Execution"),
            **_of_model(models),
            "model_type": _word(models.c.type, "Model type", "model_type"),
            "dataset": _word(models.c.dataset, "Dataset"),
            "category": _word(t.c.category, "Category", "category"),
            "kind": _word(t.c.kind, "Kind", "finding_kind"),
            "severity": _word(t.c.severity, "Severity", "severity"),
            "severity_rank": _severity_rank(t.c.severity),
            "unique_id": _word(t.c.unique_id, "Series"),
            "measure": _word(t.c.measure, "Measure"),
            "unit": _word(t.c.unit, "Unit"),
            "ds": _local(t.c.ds, "Period"),
            "since": _local(t.c.since, "Since"),
            "value": _number(t.c.value, "Value"),
            "expected": _number(t.c.expected, "Expected"),
            "lo": _number(t.c.lo, "Lower bound"),
            "hi": _number(t.c.hi, "Upper bound"),
            "score": _number(t.c.score, "Score"),
            "confidence": _number(t.c.confidence, "Confidence"),
        },
        measures={
            "findings": Count(kind="count", unit=None, label="Findings"),
            "highest_score": _HIGHEST_SCORE,
        },
        order=(t.c.id,),
    )


def model_outputs_in(outputs: sa.FromClause) -> Source:
    """outputs: the table, or what has its columns and rows from elsewhere too."""
    t, models = outputs, iop.analytical_models
    return Source(
        name=MODEL_OUTPUTS,
        label="Model outputs",
        database="iop",
        rows=t.join(models, models.c.id == t.c.model_id),
        fields={
            "id": _integer(t.c.id, "Id"),
            "execution_id": _integer(t.c.execution_id, "Execution"),
            **_of_model(models),
            "dataset": _word(models.c.dataset, "Dataset"),
            "unique_id": _word(t.c.unique_id, "Series"),
            "ds": _local(t.c.ds, "Period"),
            "measure": _word(t.c.measure, "Measure"),
            "y": _number(t.c.y, "Actual"),
            "yhat": _number(t.c.yhat, "Expected"),
            "lo": _number(t.c.lo, "Lower bound"),
            "hi": _number(t.c.hi, "Upper bound"),
            "score": _number(t.c.score, "Score"),
            "is_finding": SourceField(t.c.is_finding, "boolean", "Finding", is_group=True),
        },
        measures={
            "points": Count(kind="count", unit=None, label="Points"),
            "mean_y": Mean(kind="mean", field="y", label="Mean actual"),
            "mean_yhat": Mean(kind="mean", field="yhat", label="Mean expected"),
            "highest_score": _HIGHEST_SCORE,
        },
        order=order_of(t),
    )


def _model_outputs() -> Source:
    return model_outputs_in(iop.model_outputs)


def _executions() -> Source:
    t, models = iop.model_executions, iop.analytical_models
    # What newer data made needless is stored as failed, and has not failed.
    outcome = sa.case(
        (t.c.superseded_by.is_not(None), "superseded"),
        else_=sa.type_coerce(t.c.status, sa.String()),
    )
    return Source(
        name="executions",
        label="Model executions",
        database="iop",
        rows=t.join(models, models.c.id == t.c.model_id),
        fields={
            "id": _integer(t.c.id, "Id"),
            **_of_model(models),
            "model_type": _word(models.c.type, "Model type", "model_type"),
            "dataset": _word(models.c.dataset, "Dataset"),
            "status": _word(outcome, "Status", "execution_status"),
            "phase": _word(t.c.phase, "Phase", "execution_phase"),
            "trigger": _word(t.c.trigger, "Trigger"),
            "input_ref": _text(t.c.input_ref, "Input"),
            "output_ref": _text(t.c.output_ref, "Output"),
            "data_version": _word(t.c.data_version, "Data version"),
            "attempt": _integer(t.c.attempt, "Attempt"),
            "duration_ms": _integer(t.c.duration_ms, "Duration", "ms"),
            "error_msg": _text(t.c.error_msg, "Error"),
            "requested_at": _utc(t.c.requested_at, "Requested"),
            "started_at": _utc(t.c.started_at, "Started"),
            "finished_at": _utc(t.c.finished_at, "Finished"),
            "superseded_by": _integer(t.c.superseded_by, "Superseded by DRM run"),
            "is_failed": _flag(
                sa.and_(t.c.status == "failed", t.c.superseded_by.is_(None)), "Failed"
            ),
            "is_superseded": _flag(t.c.superseded_by.is_not(None), "Superseded"),
            "is_run": _flag(sa.and_(t.c.status != "running", t.c.superseded_by.is_(None)), "Ended"),
        },
        measures={
            "executions": Count(kind="count", unit=None, label="Executions"),
            "failed": _FAILED,
            "superseded": Sum(kind="sum", field="is_superseded", label="Superseded"),
            "failed_pct": _failed_pct("is_run"),
            "mean_duration_ms": _MEAN_DURATION,
            "max_duration_ms": Max(
                kind="max", field="duration_ms", unit="ms", label="Longest duration"
            ),
        },
        order=(t.c.id,),
        time="started_at",
    )


def _reports() -> Source:
    t, templates = iop.generated_reports, iop.report_templates
    return Source(
        name="reports",
        label="Generated reports",
        database="iop",
        rows=t.join(templates, templates.c.id == t.c.template_id),
        fields={
            "id": _integer(t.c.id, "Id"),
            "template": _word(templates.c.name, "Template"),
            "format": _word(t.c.format, "Format", "report_format"),
            "status": _word(t.c.status, "Status", "report_status"),
            "trigger": _word(t.c.trigger, "Trigger"),
            "row_count": _integer(t.c.row_count, "Rows"),
            "size_bytes": _integer(t.c.size_bytes, "Size", "B"),
            "duration_ms": _integer(t.c.duration_ms, "Duration", "ms"),
            "error_msg": _text(t.c.error_msg, "Error"),
            "slot": _utc(t.c.slot, "Slot"),
            "requested_at": _utc(t.c.requested_at, "Requested"),
            "generated_at": _utc(t.c.generated_at, "Generated"),
            "is_failed": _flag(t.c.status == "failed", "Failed"),
        },
        measures={
            "reports": Count(kind="count", unit=None, label="Reports"),
            "failed": _FAILED,
            "total_rows": Sum(kind="sum", field="row_count", unit=None, label="Rows"),
            "total_bytes": Sum(kind="sum", field="size_bytes", unit="B", label="Size"),
            "mean_duration_ms": _MEAN_DURATION,
        },
        order=(t.c.id,),
        time="generated_at",
    )


def _quality() -> Source:
    t = drm_metadata.tables["drm_quality_scores"]
    runs = drm_metadata.tables["drm_pipeline_runs"]
    score_fields = ("score", "completeness", "validity", "uniqueness", "timeliness")
    return Source(
        name="quality",
        label="Data quality",
        database="drm",
        rows=t.outerjoin(runs, runs.c.id == t.c.run_id),
        fields={
            "id": _integer(t.c.id, "Id"),
            "dataset": _word(t.c.dataset, "Dataset"),
            "run_id": _integer(t.c.run_id, "DRM run"),
            **{name: _number(t.c[name], words_of(name), "/100") for name in score_fields},
            "window_start": _local(runs.c.window_start, "Data from"),
            "scored_at": _utc(t.c.scored_at, "Scored"),
        },
        measures={
            "scores": Count(kind="count", unit=None, label="Scores"),
            **{
                f"mean_{name}": Mean(kind="mean", field=name, unit="/100", label=f"Mean {name}")
                for name in score_fields
            },
            "lowest_score": Min(kind="min", field="score", unit="/100", label="Lowest score"),
        },
        order=(t.c.id,),
        time="scored_at",
    )


def _pipeline_runs() -> Source:
    t = drm_metadata.tables["drm_pipeline_runs"]
    return Source(
        name="pipeline_runs",
        label="DRM runs",
        database="drm",
        rows=t,
        fields={
            "id": _integer(t.c.id, "Id"),
            "pipeline": _word(t.c.pipeline, "Pipeline"),
            "dataset": _word(t.c.dataset, "Dataset"),
            "status": _word(t.c.status, "Status", "pipeline_status"),
            "scheduled_for": _utc(t.c.scheduled_for, "Scheduled for"),
            "started_at": _utc(t.c.started_at, "Started"),
            "finished_at": _utc(t.c.finished_at, "Finished"),
            "window_start": _local(t.c.window_start, "Data from"),
            "window_end": _local(t.c.window_end, "Data to"),
            "rows_ingested": _integer(t.c.rows_ingested, "Rows"),
            "bytes_ingested": _integer(t.c.bytes_ingested, "Size", "B"),
            "error_msg": _text(t.c.error_msg, "Error"),
            "duration_s": _integer(
                SecondsBetween(t.c.started_at, t.c.finished_at), "Duration", "s"
            ),
            "is_failed": _flag(t.c.status == "failed", "Failed"),
            "is_ended": _flag(t.c.status != "running", "Ended"),
        },
        measures={
            "runs": Count(kind="count", unit=None, label="Runs"),
            "failed": _FAILED,
            "failed_pct": _failed_pct("is_ended"),
            "rows": Sum(kind="sum", field="rows_ingested", unit=None, label="Rows"),
            "mean_duration_s": Mean(
                kind="mean", field="duration_s", unit="s", label="Mean duration"
            ),
        },
        order=(t.c.id,),
        time="started_at",
    )


LEDGERS: dict[str, Callable[[], Source]] = {
    "recommendations": _recommendations,
    "findings": _findings,
    MODEL_OUTPUTS: _model_outputs,
    "executions": _executions,
    "reports": _reports,
    "quality": _quality,
    "pipeline_runs": _pipeline_runs,
}
