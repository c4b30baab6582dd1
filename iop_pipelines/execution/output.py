"""What a model gave, as rows of `model_outputs` and `findings`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.errors import IopError
from iop_pipelines.execution.output_file import (
    Beside,
    Frames,
    remove_url,
    split_of,
    write_file,
)
from iop_pipelines.execution.work import Work
from iop_pipelines.ledger.outputs_folder import outputs_folder
from iop_pipelines.ledger.work import EXECUTION, require_claim
from iop_pipelines.query.output_files import OutputFile
from iop_pipelines.schema.tables import findings, model_executions, model_outputs, output_files
from iop_pipelines.schema.transactions import write

# Of one statement: its values are in memory several times.
_ROWS_AT_ONCE = 10_000


def store(
    engine: sa.Engine,
    work: Work,
    frames: Frames,
    found: Sequence[Finding],
    *,
    tick: Tick = nobody,
    beside: Beside | None = None,
) -> None:
    """In one transaction; what the execution had before is replaced.

    frames: the output's rows, a part of them at a time in memory; asked for again where another was in the way.
    beside: of a large panel, where a file takes all of its rows; `model_outputs` keeps a few of them then.

    Raises LostClaim if another attempt has the execution by now, Unavailable where the store does not take the file.
    """
    keys = {"execution_id": work.execution_id, "model_id": work.model.id}
    told = [{**keys, **_finding_row(finding)} for finding in found]
    split = split_of(frames, beside.periods) if beside and beside.storage_url else None
    file = None
    if beside is not None and split is not None:
        place = (beside.storage_url, outputs_folder(engine))
        file = write_file(work, frames, split, place, tick)

    def replace(connection: sa.Connection) -> str | None:
        require_claim(connection, EXECUTION, work.execution_id, work.attempt)
        its = output_files.c.execution_id == work.execution_id
        former = connection.scalar(sa.select(output_files.c.url).where(its))
        for table in (model_outputs, findings, output_files):
            connection.execute(table.delete().where(table.c.execution_id == work.execution_id))
        for frame in frames():
            kept = frame if split is None else frame[split.is_kept(frame)]
            for first in range(0, len(kept), _ROWS_AT_ONCE):
                tick()
                rows = _records(kept.iloc[first : first + _ROWS_AT_ONCE], keys)
                connection.execute(model_outputs.insert(), rows)
        if told:
            connection.execute(findings.insert(), told)
        if file is not None:
            own = asdict(file) | {"kept_ids": _runs_of_ids(connection, work.execution_id)}
            connection.execute(output_files.insert().values(**own))
        return former

    try:
        former = write(engine, replace)
    except BaseException:
        if file is not None and _is_unnamed(engine, file):
            remove_url(file.url)
        raise
    if former is not None:
        remove_url(former)


def _runs_of_ids(connection: sa.Connection, execution_id: int) -> list[list[int]]:
    """(rows before it, its id) of the first of each run without a gap: a server gives others ids meanwhile."""
    outputs = model_outputs.c
    its = (
        sa.select(
            outputs.id,
            sa.func.row_number().over(order_by=outputs.id).label("number"),
            sa.func.lag(outputs.id).over(order_by=outputs.id).label("former"),
        )
        .where(outputs.execution_id == execution_id)
        .subquery()
    ).c
    is_first = sa.or_(its.former.is_(None), its.id != its.former + 1)
    query = sa.select(its.number - 1, its.id).where(is_first).order_by(its.id)
    return [list(row) for row in connection.execute(query)]


def _is_unnamed(engine: sa.Engine, file: OutputFile) -> bool:
    """False too where that cannot be told: retention removes after a day what nothing names.

    A connection that was lost in COMMIT says nothing of what the server did; its transaction holds the execution's row
    until it has ended, one way or the other.
    """

    def look(connection: sa.Connection) -> bool:
        executions = model_executions.c
        its = sa.select(executions.id).where(executions.id == file.execution_id)
        connection.execute(its.with_for_update())
        is_named = sa.exists().where(output_files.c.url == file.url)
        return not connection.scalar(sa.select(is_named))

    try:
        return write(engine, look)
    except (IopError, SQLAlchemyError, OSError):
        return False


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
