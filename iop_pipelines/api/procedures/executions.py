"""executions.*: what ran, on which data, and what came out of it."""

import json
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field, with_config
from typing_extensions import TypedDict

from iop_pipelines.api.context import Context
from iop_pipelines.api.procedures.shapes import (
    ROW,
    ById,
    Id,
    LocalMoment,
    Page,
    columns_of,
    newest_first,
    page_of,
    rows_of,
    select_of,
)
from iop_pipelines.api.registry import Kind, Registry
from iop_pipelines.domain.vocabulary import Category, ExecutionStatus, Phase, Severity
from iop_pipelines.errors import NotFound
from iop_pipelines.schema.tables import analytical_models, findings, model_outputs
from iop_pipelines.schema.tables import model_executions as table


@with_config(ROW)
class ModelExecution(TypedDict):
    """`phase` says where an accepted execution stands: held, queued, claimed, started, done."""

    id: int
    model_id: int
    status: ExecutionStatus
    input_ref: str | None
    output_ref: str | None
    duration_ms: int | None
    error_msg: str | None
    started_at: datetime | None
    finished_at: datetime | None
    phase: Phase
    attempt: int
    trigger: str
    data_version: str | None
    requested_at: datetime | None
    metrics: dict[str, Any] | None
    dagster_run_id: str | None


@with_config(ROW)
class OutputPoint(TypedDict):
    """One scored or forecast point; `ds` is in the dataset's local time."""

    id: int
    unique_id: str
    ds: LocalMoment
    measure: str
    y: float | None
    yhat: float | None
    lo: float | None
    hi: float | None
    score: float | None
    is_finding: bool


@with_config(ROW)
class Finding(TypedDict):
    id: int
    category: Category
    kind: str
    severity: Severity
    unique_id: str
    measure: str
    unit: str
    ds: LocalMoment
    since: LocalMoment
    value: float | None
    expected: float | None
    lo: float | None
    hi: float | None
    score: float
    confidence: float | None
    evidence: dict[str, Any]


@with_config(ROW)
class ExecutionDetail(ModelExecution):
    """`outputs` are the first of `outputTotal`, in the order in which the model gave them."""

    model_name: str
    model_version: str
    dataset: str | None
    output_total: int
    outputs: list[OutputPoint]
    findings: list[Finding]


class ExecutionFilter(Page):
    model_id: Id | None = None
    status: ExecutionStatus | None = None


class GetExecution(ById):
    output_limit: Annotated[int, Field(ge=0, le=10_000)] = 1000


_COLUMNS = columns_of(ModelExecution, table)
HISTORY = newest_first(select_of(*_COLUMNS), table.c.id)
_DETAIL = select_of(
    *_COLUMNS,
    analytical_models.c.name.label("model_name"),
    analytical_models.c.version.label("model_version"),
    analytical_models.c.dataset,
).join(analytical_models, analytical_models.c.id == table.c.model_id)
_OUTPUTS = select_of(*columns_of(OutputPoint, model_outputs)).order_by(model_outputs.c.id)
_FINDINGS = select_of(*columns_of(Finding, findings)).order_by(findings.c.id)


def declare(registry: Registry) -> None:
    @registry.procedure("executions.list", Kind.QUERY, "Executions of all models, newest first.")
    def list_(ctx: Context, given: ExecutionFilter) -> list[ModelExecution]:
        query = HISTORY
        for name in ("model_id", "status"):
            if (value := getattr(given, name)) is not None:
                query = query.where(table.c[name] == value)
        return page_of(ctx, query, given)

    @registry.procedure(
        "executions.get", Kind.QUERY, "One execution with its outputs and findings."
    )
    def get(ctx: Context, given: GetExecution) -> ExecutionDetail:
        found = rows_of(ctx, _DETAIL.where(table.c.id == given.id))
        if not found:
            raise NotFound(f"there is no execution with id {given.id}")
        is_its = model_outputs.c.execution_id == given.id
        total = select_of(sa.func.count().label("size")).where(is_its)
        return ExecutionDetail(
            **found[0],
            output_total=rows_of(ctx, total)[0]["size"],
            outputs=rows_of(ctx, _OUTPUTS.where(is_its).limit(given.output_limit)),
            findings=_findings_of(ctx, given.id),
        )


def _findings_of(ctx: Context, execution_id: int) -> list[Finding]:
    rows = rows_of(ctx, _FINDINGS.where(findings.c.execution_id == execution_id))
    return [Finding(**{**row, "evidence": json.loads(row["evidence"])}) for row in rows]
