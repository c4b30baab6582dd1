"""Writing a prepared data version and reading rows as of a version; heavy, since it loads pandas.

At version v the rows of an instant are those of the highest version id up to v whose window holds that
instant. Versions may be written in any order and again: the result is the same.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import dataset_versions, datasets, rejected_rows
from iop_pipelines.transform.prepare import Prepared
from iop_pipelines.transform.table import ensure_table, prepared_table
from iop_pipelines.transform.versions import version

Window = tuple[datetime, datetime]
_BATCH = 2000


def write_version(
    engine: sa.Engine,
    declaration: DatasetDeclaration,
    version_id: int,
    prepared: Prepared,
    window: Window,
) -> int:
    """Stores rows and rejects of a version and marks it prepared, in one transaction; returns the rows written.

    Rows of earlier versions in the window end at this one; where a later version, prepared already, holds the
    instant, this version's rows end at that one.

    Raises:
        NotFound: no such version.
    """
    table = ensure_table(engine, declaration)
    dataset_id = version(engine, version_id).dataset_id
    with begin_write(engine) as connection:
        _lock_dataset(connection, dataset_id)
        connection.execute(table.delete().where(table.c.iop_from == version_id))
        _end_earlier_rows(connection, table, declaration, version_id, window)
        later = _later_versions(connection, dataset_id, version_id, window)
        rows = _records(declaration, prepared.frame)
        for row, ends in zip(rows, _ends(prepared.frame[declaration.time], later), strict=True):
            row["iop_from"], row["iop_to"] = version_id, ends
        _insert(connection, table, rows)
        _write_rejects(connection, version_id, prepared)
        _mark_prepared(connection, version_id, prepared)
    return len(rows)


def _lock_dataset(connection: sa.Connection, dataset_id: int) -> None:
    """Two versions of a dataset are written one after the other: each must see the other's rows.

    This must be the transaction's first statement, and read nothing else: MySQL and MariaDB take the snapshot that
    later reads see at the first read that does not lock, a subquery here included.
    """
    connection.execute(
        sa.select(datasets.c.id).where(datasets.c.id == dataset_id).with_for_update()
    )


def _end_earlier_rows(
    connection: sa.Connection,
    table: sa.Table,
    declaration: DatasetDeclaration,
    version_id: int,
    window: Window,
) -> None:
    connection.execute(
        table.update()
        .where(
            *_bounds(table, declaration, *window),
            table.c.iop_from < version_id,
            sa.or_(table.c.iop_to.is_(None), table.c.iop_to > version_id),
        )
        .values(iop_to=version_id)
    )


def _later_versions(
    connection: sa.Connection, dataset_id: int, version_id: int, window: Window
) -> Sequence[sa.Row]:
    """Prepared versions above this one whose windows touch it, highest first."""
    versions = dataset_versions.c
    return connection.execute(
        sa.select(versions.id, versions.window_start, versions.window_end)
        .where(
            versions.dataset_id == dataset_id,
            versions.id > version_id,
            versions.status == "prepared",
            versions.window_start < window[1],
            versions.window_end > window[0],
        )
        .order_by(versions.id.desc())
    ).all()


def _ends(times: pd.Series, later: Sequence[sa.Row]) -> list[int | None]:
    ends: list[int | None] = [None] * len(times)
    for each in later:
        held = (times >= each.window_start) & (times < each.window_end)
        for place in np.flatnonzero(held.to_numpy()):
            ends[place] = each.id
    return ends


def _insert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _BATCH):
        connection.execute(table.insert(), rows[start : start + _BATCH])


def _write_rejects(connection: sa.Connection, version_id: int, prepared: Prepared) -> None:
    rejects = rejected_rows
    connection.execute(rejects.delete().where(rejects.c.dataset_version_id == version_id))
    columns = (prepared.rejects[name].tolist() for name in ("step", "reason", "row"))
    rows = [
        {"dataset_version_id": version_id, "step": step, "reason": reason, "row": row}
        for step, reason, row in zip(*columns, strict=True)
    ]
    _insert(connection, rejects, rows)


def _mark_prepared(connection: sa.Connection, version_id: int, prepared: Prepared) -> None:
    connection.execute(
        dataset_versions.update()
        .where(dataset_versions.c.id == version_id)
        .values(
            status="prepared",
            rows_in=prepared.rows_in,
            rows_out=prepared.rows_out,
            rows_rejected=len(prepared.rejects),
            reject_reasons=prepared.reject_reasons,
            error_msg=None,
            prepared_at=sa.func.current_timestamp(),
        )
    )


def _records(declaration: DatasetDeclaration, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries of Python values, None for null."""
    columns = [_cells(frame[name], spec.type) for name, spec in declaration.fields.items()]
    names = list(declaration.fields)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _cells(values: pd.Series, kind: str) -> list[Any]:
    unknown = values.isna().tolist()
    if kind == "date":
        cells: list[Any] = values.dt.date.tolist()
    elif kind == "datetime":
        cells = [
            None if is_null else cell.to_pydatetime()
            for cell, is_null in zip(values, unknown, strict=True)
        ]
    else:
        cells = values.tolist()
    return [None if is_null else cell for cell, is_null in zip(cells, unknown, strict=True)]


def read_version(
    engine: sa.Engine,
    declaration: DatasetDeclaration,
    version_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Rows true at a version (None: now), with time in [since, until), local; typed as `Prepared.frame`, by time and
    key. Empty if the dataset was never prepared."""
    table = ensure_table(engine, declaration)
    order = dict.fromkeys((declaration.time, *declaration.key))
    query = (
        sa.select(*(table.c[name] for name in declaration.fields))
        .where(true_at(table, version_id), *_bounds(table, declaration, since, until))
        .order_by(*(table.c[name] for name in order))
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    columns = list(zip(*rows, strict=True)) or [()] * len(declaration.fields)
    return pd.DataFrame(
        {
            name: _series(cells, spec.type)
            for (name, spec), cells in zip(declaration.fields.items(), columns, strict=True)
        }
    )


def true_at(table: sa.Table, version_id: int | None) -> sa.ColumnElement[bool]:
    if version_id is None:
        return table.c.iop_to.is_(None)
    return sa.and_(
        table.c.iop_from <= version_id,
        sa.or_(table.c.iop_to.is_(None), table.c.iop_to > version_id),
    )


def _series(cells: Sequence[Any], kind: str) -> pd.Series:
    if kind in ("date", "datetime"):
        return pd.Series(pd.to_datetime(pd.Series(cells, dtype=object)).astype("datetime64[ns]"))
    if kind == "integer":
        return pd.Series(pd.array(cells, dtype="Int64"))
    if kind == "boolean":
        return pd.Series(pd.array(cells, dtype="boolean"))
    return pd.Series(cells, dtype=np.float64 if kind == "number" else object)


def _bounds(
    table: sa.Table,
    declaration: DatasetDeclaration,
    since: datetime | None,
    until: datetime | None,
) -> list[sa.ColumnElement[bool]]:
    column = table.c[declaration.time]
    is_date = declaration.fields[declaration.time].type == "date"
    bounds = []
    if since is not None:
        bounds.append(column >= (_first_date(since) if is_date else since))
    if until is not None:
        bounds.append(column < (_first_date(until) if is_date else until))
    return bounds


def _first_date(moment: datetime) -> date:
    """The first date whose midnight is not before `moment`."""
    whole = moment.time() == time()
    return moment.date() if whole else moment.date() + timedelta(days=1)


def current_rows(engine: sa.Engine, declaration: DatasetDeclaration) -> int:
    """How many rows are true now."""
    table = prepared_table(declaration)
    query = sa.select(sa.func.count()).select_from(table).where(true_at(table, None))
    with engine.connect() as connection:
        return connection.scalar(query) or 0
