"""Writing a prepared data version and reading rows as of a version; heavy, since it loads pandas.

At version v the rows of an instant are those that the latest DRM run delivered, among the versions up to v
whose window holds that instant. Later means started later, which is a higher run id: a run that began
before another and ended after it has older figures. Versions may be written in any order and again: the
result is the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from iop_pipelines.domain.collector import collector_paused
from iop_pipelines.domain.datasets import DatasetDeclaration, FieldType, scale_of
from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.errors import Contended
from iop_pipelines.schema.bulk import insert_columns
from iop_pipelines.schema.tables import (
    dataset_versions,
    datasets,
    input_validations,
    rejected_rows,
)
from iop_pipelines.schema.transactions import write
from iop_pipelines.transform.prepare import Prepared
from iop_pipelines.transform.table import FOLD, ensure_table
from iop_pipelines.transform.versions import StoredVersion, version

Window = tuple[datetime, datetime]
_BATCH = 10_000


def write_version(
    engine: sa.Engine,
    declaration: DatasetDeclaration,
    version_id: int,
    prepared: Prepared,
    window: Window,
    *,
    tick: Tick = nobody,
) -> int:
    """Stores rows and rejects of a version and marks it prepared, in one transaction; returns the rows written.

    Rows of earlier versions in the window end at this one, and its own at the next one that replaces them, if
    that is prepared already. What `validation` said of this version and of those after it is forgotten,
    for their rows have changed.

    tick: called before the transaction begins, before what it replaces ends, and before every `_BATCH` rows.

    Raises:
        NotFound: no such version.
        Contended: the dataset has a newer declaration by now; nothing is written.
    """
    found = version(engine, version_id)
    with engine.connect() as connection:
        # Before the table too, which a newer declaration may have given other types.
        _require_current(connection, found.dataset_id, declaration)
    table = ensure_table(engine, declaration)

    def work(connection: sa.Connection) -> int:
        tick()
        _lock_dataset(connection, found.dataset_id, declaration)
        tick()
        rivals = _rivals(connection, found, window)
        connection.execute(table.delete().where(table.c.iop_from == version_id))
        _end_replaced_rows(
            connection, table, _bounds(table, declaration, *window), found.id, rivals
        )
        tick()
        ends = _ends(prepared.frame[declaration.time], found.id, rivals)
        frame = prepared.frame
        with collector_paused():
            _write_rows(
                connection, table, declaration, frame, ends, version_id=version_id, tick=tick
            )
        _write_rejects(connection, version_id, prepared, tick)
        tick()
        _forget_validations(connection, found)
        _mark_prepared(connection, declaration, version_id, prepared)
        return len(frame)

    return write(engine, work)


def note_refused(
    engine: sa.Engine, version_id: int, prepared: Prepared, *, tick: Tick = nobody
) -> None:
    """Keeps why a delivery is refused: its counts and its rejected rows. What was prepared before stays."""

    def work(connection: sa.Connection) -> None:
        _write_rejects(connection, version_id, prepared, tick)
        connection.execute(
            dataset_versions.update()
            .where(dataset_versions.c.id == version_id)
            .values(**_counts(prepared), rows_out=sa.func.coalesce(dataset_versions.c.rows_out, 0))
        )

    write(engine, work)


def _counts(prepared: Prepared) -> dict[str, Any]:
    return {
        "rows_in": prepared.rows_in,
        "rows_rejected": len(prepared.rejects),
        "reject_reasons": prepared.reject_reasons,
        "usable_pct": prepared.usable_pct,
    }


def _lock_dataset(
    connection: sa.Connection, dataset_id: int, declaration: DatasetDeclaration
) -> None:
    """Two versions of a dataset are written one after the other: each must see the other's rows.

    This must be the transaction's first statement, and read nothing else: MySQL and MariaDB take the snapshot that
    later reads see at the first read that does not lock, a subquery here included.
    """
    _require_current(connection, dataset_id, declaration, is_locked=True)


def _require_current(
    connection: sa.Connection,
    dataset_id: int,
    declaration: DatasetDeclaration,
    *,
    is_locked: bool = False,
) -> None:
    """Raises Contended where the dataset has a newer declaration by now."""
    query = sa.select(datasets.c.version).where(datasets.c.id == dataset_id)
    current = connection.scalar(query.with_for_update() if is_locked else query)
    if current is not None and current > declaration.version:
        # It was replaced meanwhile: what was made by the former is not wanted any more.
        raise Contended(
            "dataset.declared_anew",
            name=declaration.name,
            version=declaration.version,
            latest=current,
        )


@dataclass(frozen=True)
class _Rival:
    """Another version that has rows, and whose window touches; `is_better` if its run started later."""

    id: int
    window_start: datetime
    window_end: datetime
    is_better: bool


def _rivals(connection: sa.Connection, found: StoredVersion, window: Window) -> list[_Rival]:
    """By id, so in the order in which they came."""
    versions = dataset_versions.c
    rows = connection.execute(
        sa.select(versions.id, versions.drm_run_id, versions.window_start, versions.window_end)
        .where(
            versions.dataset_id == found.dataset_id,
            versions.id != found.id,
            # Also of one that is being prepared again, or could not be: its rows are there.
            versions.prepared_at.is_not(None),
            versions.window_start < window[1],
            versions.window_end > window[0],
        )
        .order_by(versions.id)
    )
    # One run prepared twice, by two declarations, is two versions: the second is the better one.
    mine = (found.drm_run_id, found.id)
    return [
        _Rival(row.id, row.window_start, row.window_end, (row.drm_run_id, row.id) > mine)
        for row in rows
    ]


def _end_replaced_rows(
    connection: sa.Connection,
    table: sa.Table,
    bounds: list[sa.ColumnElement[bool]],
    version_id: int,
    rivals: Iterable[_Rival],
) -> None:
    """Rows of worse versions in the window: those before this one end at it, those after it never begin."""
    spared = [each.id for each in rivals if each.is_better and each.id < version_id]
    connection.execute(
        table.update()
        .where(
            *bounds,
            table.c.iop_from < version_id,
            table.c.iop_from.not_in(spared),
            sa.or_(table.c.iop_to.is_(None), table.c.iop_to > version_id),
        )
        .values(iop_to=version_id)
    )
    too_late = [each.id for each in rivals if not each.is_better and each.id > version_id]
    connection.execute(
        table.update()
        .where(*bounds, table.c.iop_from.in_(too_late))
        .values(iop_to=table.c.iop_from)
    )


def _ends(times: pd.Series, version_id: int, rivals: Sequence[_Rival]) -> list[int | None]:
    """For each row the version at which it stops to be true, None if that has not come.

    Where a better version came before this one, that is this one: the row is true at no version.
    """
    ends: list[int | None] = [None] * len(times)
    for each in reversed(rivals):
        if not each.is_better:
            continue
        held = (times >= each.window_start) & (times < each.window_end)
        for place in np.flatnonzero(held.to_numpy()):
            ends[place] = max(each.id, version_id)
    return ends


def _write_rows(
    connection: sa.Connection,
    table: sa.Table,
    declaration: DatasetDeclaration,
    frame: pd.DataFrame,
    ends: Sequence[int | None],
    *,
    version_id: int,
    tick: Tick,
) -> None:
    for start in range(0, len(frame), _BATCH):
        tick()
        part = frame.iloc[start : start + _BATCH]
        columns = {name: _cells(part[name], spec.type) for name, spec in declaration.fields.items()}
        # What is not given has its default: of most rows there is no second hour, and no end.
        if declaration.has_repeated_hours and (folds := part[FOLD].to_numpy()).any():
            columns[FOLD] = folds.tolist()
        ended = ends[start : start + _BATCH]
        if ended.count(None) < len(ended):
            columns["iop_to"] = [*ended]
        insert_columns(connection, table, {**columns, "iop_from": [version_id] * len(part)})


def _insert(
    connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]], tick: Tick
) -> None:
    for start in range(0, len(rows), _BATCH):
        tick()
        connection.execute(table.insert(), rows[start : start + _BATCH])


def _write_rejects(
    connection: sa.Connection, version_id: int, prepared: Prepared, tick: Tick
) -> None:
    rejects = rejected_rows
    connection.execute(rejects.delete().where(rejects.c.dataset_version_id == version_id))
    columns = (prepared.rejects[name].tolist() for name in ("step", "reason", "said", "row"))
    rows = [
        {"dataset_version_id": version_id, "step": step, "reason": reason, "said": said, "row": row}
        for step, reason, said, row in zip(*columns, strict=True)
    ]
    _insert(connection, rejects, rows, tick)


def _forget_validations(connection: sa.Connection, found: StoredVersion) -> None:
    touched = sa.select(dataset_versions.c.id).where(
        dataset_versions.c.dataset_id == found.dataset_id, dataset_versions.c.id >= found.id
    )
    connection.execute(
        input_validations.delete().where(input_validations.c.dataset_version_id.in_(touched))
    )


def _mark_prepared(
    connection: sa.Connection, declaration: DatasetDeclaration, version_id: int, prepared: Prepared
) -> None:
    connection.execute(
        dataset_versions.update()
        .where(dataset_versions.c.id == version_id)
        .values(
            status="prepared",
            declaration_version=declaration.version,
            **_counts(prepared),
            rows_out=prepared.rows_out,
            error_msg=None,
            said=None,
            failed_at=None,
            prepared_at=sa.func.current_timestamp(),
        )
    )


def _cells(values: pd.Series, kind: FieldType) -> list[Any]:
    """As Python values, None for null."""
    if kind in ("date", "datetime"):
        # Many rows share a moment: each is made once.
        places, moments = pd.factorize(values, use_na_sentinel=True)
        made: list[Any] = [moment.to_pydatetime() for moment in pd.DatetimeIndex(moments)]
        made = [*([moment.date() for moment in made] if kind == "date" else made), None]
        return list(map(made.__getitem__, places.tolist()))
    cells, unknown = values.tolist(), values.isna()
    if (scale := scale_of(kind)) is not None:
        return [
            None if is_null else Decimal(cell).scaleb(-scale)
            for cell, is_null in zip(cells, unknown, strict=True)
        ]
    if not unknown.any():
        return cells
    return [None if is_null else cell for cell, is_null in zip(cells, unknown, strict=True)]


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
