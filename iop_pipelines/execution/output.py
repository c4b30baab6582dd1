"""What a model gave, as rows of `model_outputs` and `findings`."""

import json
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from iop_pipelines.domain.findings import Finding
from iop_pipelines.execution.work import Work
from iop_pipelines.ledger.work import EXECUTION, require_claim
from iop_pipelines.runtimes.base import RuntimeOutput
from iop_pipelines.schema.tables import findings, model_outputs
from iop_pipelines.schema.transactions import write


def store(engine: sa.Engine, work: Work, output: RuntimeOutput) -> None:
    """In one transaction; what the execution had before is replaced.

    Raises LostClaim if another attempt has the execution by now.
    """
    keys = {"execution_id": work.execution_id, "model_id": work.model.id}
    rows = [{**keys, **row} for row in _records(output.frame)]
    found = [{**keys, **_finding_row(finding)} for finding in output.findings]

    def replace(connection: sa.Connection) -> None:
        require_claim(connection, EXECUTION, work.execution_id, work.attempt)
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
