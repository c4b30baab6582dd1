"""DRM's rows and runs as frames; heavy, since it loads pandas."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from iop_pipelines.drm.source import DrmDataset, SharedDatabase
from iop_pipelines.drm.tables import (
    TERMINAL,
    RunStatus,
    pipeline_runs,
    pipelines,
    quality_scores,
)
from iop_pipelines.errors import NotFound

ROWS_AT_ONCE = 20_000


def read_rows(engine: sa.Engine, dataset: str, run_id: int) -> pd.DataFrame:
    """All parts in one."""
    return pd.concat(read_row_parts(engine, dataset, run_id), ignore_index=True)


def read_row_parts(engine: sa.Engine, dataset: str, run_id: int) -> Iterator[pd.DataFrame]:
    """What run `run_id` delivered, in order of delivery: columns of object, each cell text or None.

    In parts of at most ROWS_AT_ONCE rows, at least one.

    Raises:
        NotFound: the catalogue has no such dataset.
    """
    entry = SharedDatabase(engine).dataset(dataset)
    landing, names = entry.landing_table, list(entry.columns)
    query = sa.select(*entry.landed).order_by(landing.c.id)
    has_rows = False
    with engine.connect() as connection:
        is_of_texts = _is_of_texts(connection, landing)
        for begin, end, is_alone in _places(connection, landing, run_id):
            has_rows = True
            if is_of_texts and is_alone:
                columns = _columns_at_once(connection, entry, begin, end)
                if columns is not None:
                    yield _by_column(names, columns, end - begin + 1)
                    continue
            is_own = () if is_alone else (landing.c.run_id == run_id,)
            own = query.where(landing.c.id.between(begin, end), *is_own)
            yield _by_row(names, _fetched(connection, own))
    if not has_rows:
        yield _by_row(names, ())


def _places(
    connection: sa.Connection, landing: sa.Table, run_id: int
) -> Iterator[tuple[int, int, bool]]:
    """Between which numbers the run's rows are, both included, at most ROWS_AT_ONCE after the other, and whether no
    others are there."""
    ids, is_own = landing.c.id, landing.c.run_id == run_id
    ends = sa.select(sa.func.min(ids), sa.func.max(ids), sa.func.count()).where(is_own)
    begin, last, count = connection.execute(ends).one()
    if begin is None:
        return
    # Nothing else has come between: rows are found by their numbers, which spares a look at the index for each.
    is_alone = count == last - begin + 1
    while begin <= last:
        end: int = min(begin + ROWS_AT_ONCE - 1, last)
        if not is_alone:
            own = sa.select(ids).where(is_own, ids >= begin).order_by(ids)
            end = connection.scalar(own.offset(ROWS_AT_ONCE - 1).limit(1)) or last
        yield begin, end, is_alone
        begin = end + 1


def _fetched(
    connection: sa.Connection, query: sa.Select[*tuple[Any, ...]]
) -> Sequence[tuple[Any, ...]]:
    """As the driver gives them: there is nothing to be made of text."""
    cursor = connection.execute(query).cursor
    return cursor.fetchall() if cursor is not None else ()


# Of a table that is stored in the file: neither views nor virtual tables turn what they give into their columns' types.
_KINDS = """
    SELECT columns.name, upper(columns.type), columns.hidden
    FROM sqlite_master AS stored, pragma_table_xinfo(stored.name) AS columns
    WHERE stored.type = 'table' AND stored.rootpage > 0 AND stored.name = ? COLLATE NOCASE
"""


def _is_of_texts(connection: sa.Connection, landing: sa.Table) -> bool:
    """Whether SQLite turns whatever is written into each of the data's columns into text; not so where a column is
    computed, since even a text may come out as JSON then."""
    if connection.dialect.name != "sqlite":
        return False
    kinds = connection.exec_driver_sql(_KINDS, (landing.name,)).all()
    return bool(kinds) and all(
        not hidden and "INT" not in kind and any(each in kind for each in ("CHAR", "CLOB", "TEXT"))
        for name, kind, hidden in kinds
        if name.lower() not in ("id", "run_id")
    )


def _columns_at_once(
    connection: sa.Connection, entry: DrmDataset, begin: int, end: int
) -> list[list[str | None]] | None:
    """The cells of each column as one JSON text, in half of the time of a value each; None where that cannot be, as
    with bytes, or rows came in another order than that of their numbers."""
    made = (sa.func.json_group_array(each) for each in (entry.landing_table.c.id, *entry.landed))
    query = sa.select(*made).where(entry.landing_table.c.id.between(begin, end))
    try:
        ids, *columns = _fetched(connection, query)[0]
    except OperationalError:
        return None
    if json.loads(ids) != [*range(begin, end + 1)]:
        return None
    return list(map(json.loads, columns))


def _by_column(
    names: Sequence[str], columns: Sequence[Sequence[str | None]], count: int
) -> pd.DataFrame:
    cells = np.fromiter(chain.from_iterable(columns), object, count * len(names))
    whole = cells.reshape(len(names), count).T
    return pd.DataFrame(whole, columns=list(names), dtype=object)


def _by_row(names: Sequence[str], rows: Sequence[tuple[str | None, ...]]) -> pd.DataFrame:
    # One array of all cells, in two fifths of the time of one for each column.
    cells = np.fromiter(chain.from_iterable(rows), object, len(rows) * len(names))
    return pd.DataFrame(cells.reshape(len(rows), len(names)), columns=list(names), dtype=object)


def read_pipeline_runs(engine: sa.Engine, up_to_run_id: int, limit: int = 10_000) -> pd.DataFrame:
    """The system dataset `pipeline_runs`: the last `limit` runs that had ended when run `up_to_run_id` ended.

    Runs end out of id order, so a later id is among them if it ended earlier: what an execution sees does
    not depend on when it is run.

    Returns:
        One row a run, sorted by unique_id and ds: `unique_id` the pipeline, `ds` when the
        run ended (naive UTC), `duration_s`, `delay_s` seconds after its SLA (0 if within), `is_failed`
        0 or 1, `rows` (NaN if failed), `is_repeat` 1 if it delivered a window's content that was
        there already, `quality_score` the latest of the run (NaN if none).

    Raises:
        NotFound: no such run, or it has not ended.
    """
    ended = _require_end(engine, up_to_run_id)
    runs = pipeline_runs
    as_of = sa.or_(
        runs.c.finished_at < ended,
        sa.and_(runs.c.finished_at == ended, runs.c.id <= up_to_run_id),
    )
    last_score = (
        sa.select(sa.func.max(quality_scores.c.id))
        .where(quality_scores.c.run_id == runs.c.id)
        .correlate(runs)
        .scalar_subquery()
    )
    query = (
        sa.select(
            runs.c.id,
            runs.c.pipeline,
            runs.c.dataset,
            runs.c.status,
            runs.c.scheduled_for,
            runs.c.started_at,
            runs.c.finished_at,
            runs.c.window_start,
            runs.c.window_end,
            runs.c.rows_ingested,
            runs.c.content_checksum,
            pipelines.c.sla_minutes,
            quality_scores.c.score,
        )
        .outerjoin(pipelines, pipelines.c.name == runs.c.pipeline)
        .outerjoin(
            quality_scores,
            sa.and_(quality_scores.c.run_id == runs.c.id, quality_scores.c.id == last_score),
        )
        .where(runs.c.status.in_(TERMINAL), as_of)
        .order_by(runs.c.finished_at.desc(), runs.c.id.desc())
        .limit(limit)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return _panel(pd.DataFrame(rows, columns=list(query.selected_columns.keys())))


def _require_end(engine: sa.Engine, run_id: int) -> datetime:
    run = SharedDatabase(engine).run(run_id)
    if run.finished_at is None:
        raise NotFound("drm_run.not_ended", id=run_id, status=run.status.value)
    return run.finished_at


def _panel(runs: pd.DataFrame) -> pd.DataFrame:
    runs = runs.sort_values(["finished_at", "id"], kind="stable")
    for name in ("scheduled_for", "started_at", "finished_at"):
        runs[name] = pd.to_datetime(runs[name])
    is_success = runs["status"] == RunStatus.SUCCESS
    due = runs["scheduled_for"] + pd.to_timedelta(runs["sla_minutes"].astype(float), unit="min")
    content = ["dataset", "window_start", "window_end", "content_checksum"]
    is_repeat = runs[is_success].duplicated(content).reindex(runs.index, fill_value=False)
    panel = pd.DataFrame(
        {
            "unique_id": runs["pipeline"].astype(object),
            "ds": runs["finished_at"],
            "duration_s": (runs["finished_at"] - runs["started_at"]).dt.total_seconds(),
            "delay_s": (runs["finished_at"] - due).dt.total_seconds().clip(lower=0.0),
            "is_failed": (~is_success).astype(float),
            "rows": runs["rows_ingested"].astype(float),
            "is_repeat": is_repeat.astype(float),
            "quality_score": runs["score"].astype(float),
        }
    )
    return panel.sort_values(["unique_id", "ds"], kind="stable").reset_index(drop=True)
