"""What a model gave, as rows of `model_outputs` and `findings`."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.execution.work import Work
from iop_pipelines.ledger.work import EXECUTION, require_claim
from iop_pipelines.schema.tables import findings, model_outputs
from iop_pipelines.schema.transactions import write

# Of one statement: its values are in memory several times.
_ROWS_AT_ONCE = 10_000


def store(
    engine: sa.Engine,
    work: Work,
    frames: Callable[[], Iterable[pd.DataFrame]],
    found: Sequence[Finding],
    tick: Tick = nobody,
) -> None:
    """In one transaction; what the execution had before is replaced.

    frames: the output's rows, a part of them at a time in memory; asked for again where another was in the way.

    Raises LostClaim if another attempt has the execution by now.
    """
    keys = {"execution_id": work.execution_id, "model_id": work.model.id}
    told = [{**keys, **_finding_row(finding)} for finding in found]

    def replace(connection: sa.Connection) -> None:
        require_claim(connection, EXECUTION, work.execution_id, work.attempt)
        for table in (model_outputs, findings):
            connection.execute(table.delete().where(table.c.execution_id == work.execution_id))
        for frame in frames():
            for first in range(0, len(frame), _ROWS_AT_ONCE):
                tick()
                rows = _records(frame.iloc[first : first + _ROWS_AT_ONCE], keys)
                connection.execute(model_outputs.insert(), rows)
        if told:
            connection.execute(findings.insert(), told)

    write(engine, replace)


def _records(frame: pd.DataFrame, keys: Mapping[str, int]) -> list[dict[str, Any]]:
    """Rows as plain Python values; NaN and infinities become None, for no database keeps them alike."""
    columns: dict[str, list[Any]] = {
        "unique_id": frame["unique_id"].tolist(),
        "ds": frame["ds"].to_numpy(dtype="datetime64[us]").tolist(),
        "measure": frame["measure"].tolist(),
        "is_finding": frame["is_finding"].to_numpy(dtype=bool).tolist(),
    }
    for name in ("y", "yhat", "lo", "hi", "score"):
        values = frame[name].to_numpy(dtype=float)
        is_known = np.isfinite(values)
        columns[name] = values.tolist()
        for place in np.flatnonzero(~is_known).tolist():
            columns[name][place] = None
    names = tuple(columns)
    return [
        {**keys, **dict(zip(names, row, strict=True))}
        for row in zip(*columns.values(), strict=True)
    ]


def _finite(value: Any) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None


def _finding_row(finding: Finding) -> dict[str, Any]:
    names = ("category", "kind", "severity", "unique_id", "measure", "unit", "ds", "since")
    row = {name: getattr(finding, name) for name in names}
    for name in ("value", "expected", "lo", "hi", "score", "confidence"):
        row[name] = _finite(getattr(finding, name))
    row["evidence"] = json.dumps(finding.evidence, allow_nan=False, default=str)
    return row
