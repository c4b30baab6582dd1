"""Runs one execution: read the input, check it, run the model, check the output, store it.

Heavy: imports pandas and all that validation and runtimes need, so only workers import it.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from iop_pipelines.domain.findings import Finding
from iop_pipelines.errors import InvalidDeclaration, InvalidFrame
from iop_pipelines.ledger.inputs import InputRef, window_of
from iop_pipelines.ledger.work import EXECUTION, LostClaim, holds
from iop_pipelines.orchestration.progress import PROGRESS, Progress
from iop_pipelines.query.panel import read_panel
from iop_pipelines.registry.models import StoredModel, model
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.lookup import run_runtime
from iop_pipelines.schema.tables import findings, model_executions, model_outputs
from iop_pipelines.schema.transactions import write
from iop_pipelines.transform.versions import StoredDataset, StoredVersion, dataset, version
from iop_pipelines.validation.inputs import validate_version
from iop_pipelines.validation.outcomes import CheckOutcome, failure_message, failures
from iop_pipelines.validation.suite import validate


@dataclass(frozen=True)
class Executed:
    """What one execution gave, for the ledger and for Dagster's UI."""

    output_ref: str
    rows: int
    findings: tuple[Finding, ...]
    metrics: Mapping[str, float | int | str]
    output_checks: tuple[CheckOutcome, ...]


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


def check_input(engine: sa.Engine, work: Work) -> tuple[CheckOutcome, ...]:
    """Validates the dataset's rows against the model's input schema; once a data version and schema.

    DRM's own runs are not prepared rows: their panel is checked when it is read.
    """
    if work.dataset.is_system:
        return ()
    schema = work.model.spec.input_schema
    with _declared_by(work, "input"):
        return tuple(validate_version(engine, work.dataset, work.version.id, schema))


@contextmanager
def _declared_by(work: Work, side: str) -> Iterator[None]:
    """A schema that an earlier release took and this one cannot run is told with its model."""
    try:
        yield
    except InvalidDeclaration as error:
        message = f"{error.said}; register a new version of model {work.model.label} without it"
        raise InvalidDeclaration(message, error.field).under(f"{side}_schema") from error


def execute(
    engine: sa.Engine, drm_engine: sa.Engine, work: Work, progress: Progress = PROGRESS
) -> Executed:
    """Runs the model and stores its output in one transaction; running it again replaces that output.

    Raises InvalidFrame if the output breaks its schema, LostClaim if another attempt has the
    execution by now, and what the runtime raises.
    """
    spec, label = work.model.spec, work.model.label
    progress.step(f"reading the input of {label}")
    panel = read_panel(
        engine,
        work.dataset,
        spec.config.input,
        work.version.id,
        work.window_start,
        work.window_end,
        drm_engine=drm_engine,
    )
    if work.dataset.is_system:
        with _declared_by(work, "input"):
            outcomes = tuple(validate(panel, spec.input_schema))
        require_success(work, "input", outcomes)
    progress.step(f"running model {label}")
    output = run_runtime(spec.config.runtime, _runtime_input(work, panel, progress))
    progress.step(f"checking the output of {label}")
    with _declared_by(work, "output"):
        checks = tuple(validate(output.frame, spec.output_schema))
    require_success(work, "output", checks)
    progress.step(f"storing the output of {label}")
    _store(engine, work, output)
    return Executed(
        output_ref=f"execution:{work.execution_id}",
        rows=len(output.frame),
        findings=output.findings,
        metrics={**output.metrics, "rows": len(output.frame), "findings": len(output.findings)},
        output_checks=checks,
    )


def require_success(work: Work, side: str, checks: tuple[CheckOutcome, ...]) -> None:
    """Raises InvalidFrame naming each broken column, rule and count."""
    if failures(checks):
        raise InvalidFrame(failure_message(f"{side} of {work.model.label}", checks))


def _runtime_input(work: Work, panel: pd.DataFrame, progress: Progress) -> RuntimeInput:
    declaration = work.dataset.declaration
    names = work.model.spec.config.input.measures
    units = {
        name: getattr(declaration.measures.get(name), "unit", None)
        or getattr(declaration.fields.get(name), "unit", None)
        or ""
        for name in names
    }
    return RuntimeInput(
        panel=panel,
        measures=names,
        units=units,
        freq=None if work.dataset.is_system else declaration.freq,
        window_start=work.window_start,
        window_end=work.window_end,
        params=work.model.spec.config.params,
        tick=progress.tick,
    )


def _store(engine: sa.Engine, work: Work, output: RuntimeOutput) -> None:
    keys = {"execution_id": work.execution_id, "model_id": work.model.id}
    rows = [{**keys, **row} for row in _records(output.frame)]
    found = [{**keys, **_finding_row(finding)} for finding in output.findings]

    def replace(connection: sa.Connection) -> None:
        if not holds(connection, EXECUTION, work.execution_id, work.attempt):
            raise LostClaim(f"attempt {work.attempt} lost its claim while it ran")
        for table, values in ((model_outputs, rows), (findings, found)):
            connection.execute(table.delete().where(table.c.execution_id == work.execution_id))
            if values:
                connection.execute(table.insert(), values)

    write(engine, replace)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain Python values; NaN and infinities become None, for no database keeps them alike."""
    records = [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]
    for record in records:
        record["ds"] = pd.Timestamp(record["ds"]).to_pydatetime()
        record["is_finding"] = bool(record["is_finding"])
        for name in ("y", "yhat", "lo", "hi", "score"):
            record[name] = _finite(record[name])
    return records


def _finite(value: Any) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None


def _finding_row(finding: Finding) -> dict[str, Any]:
    names = ("category", "kind", "severity", "unique_id", "measure", "unit", "ds", "since")
    row = {name: getattr(finding, name) for name in names}
    for name in ("value", "expected", "lo", "hi", "score", "confidence"):
        row[name] = _finite(getattr(finding, name))
    row["evidence"] = json.dumps(finding.evidence, allow_nan=False, default=str)
    return row
