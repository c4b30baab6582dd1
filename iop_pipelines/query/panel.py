"""The panel a model reads: one row for each series and period, as one data version saw it.

The only module of this room that imports pandas.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa

from iop_pipelines.domain.conditions import parse_condition
from iop_pipelines.domain.datasets import Measure, modelled_step, scale_of
from iop_pipelines.domain.models import InputSpec
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.drm.rows import read_pipeline_runs
from iop_pipelines.errors import InvalidQuery, MisconfiguredInstance
from iop_pipelines.query.compile import measure_adds_up, measure_expression
from iop_pipelines.query.conditions import AS_DOUBLE, compile_condition
from iop_pipelines.query.sources import Source, SourceField, dataset_source
from iop_pipelines.transform.store import Window
from iop_pipelines.transform.versions import StoredDataset, version

ALL = "all"
# Events of `pipeline_runs` read before a window, over all pipelines.
_MAX_EVENTS = 50_000
# Of one answer of the database that is read by parts.
_AT_ONCE = 20_000


def read_panel(
    engine: sa.Engine,
    stored: StoredDataset,
    given: InputSpec,
    version_id: int,
    window: Window,
    *,
    drm_engine: sa.Engine | None = None,
) -> pd.DataFrame:
    """Aggregates the rows that were true at a data version.

    Args:
        version_id: id of `dataset_versions`; later restatements are not seen.
        window: [start, end), dataset-local; `given.history` periods before the start are read too.
        drm_engine: needed for `pipeline_runs`, which is read where it is.

    Returns:
        `unique_id` (values of `given.series` joined by "/", or "all"), `ds` (datetime64[ns],
        naive), then one float64 column a measure. Sorted by both; one row a pair; periods without
        rows are absent, unknown values NaN. A sum is NaN if one of its rows does not know the
        field: a part would pass for the whole. Ratios and means are over the rows that know it.

    Raises:
        InvalidQuery: a measure, series or condition names what the dataset does not have.
    """
    if stored.is_system:
        if drm_engine is None:
            raise MisconfiguredInstance("pipeline_runs.needs_drm")
        return _read_events(engine, drm_engine, given, version_id, window)
    return _read_prepared(engine, stored, given, version_id, window)


def _read_prepared(
    engine: sa.Engine,
    stored: StoredDataset,
    given: InputSpec,
    version_id: int,
    window: Window,
) -> pd.DataFrame:
    statement = _prepared_statement(stored, given, version_id, window)
    with engine.connect() as connection:
        rows = connection.execute(statement).all()
    return _frame(rows, given)


def _prepared_statement(
    stored: StoredDataset, given: InputSpec, version_id: int, window: Window
) -> sa.Select[Any]:
    declaration, (start, end) = stored.declaration, window
    first = modelled_step(declaration).shift(start, -given.history)
    return panel_statement(dataset_source(declaration), given, version_id, first, end)


def read_panel_parts(
    engine: sa.Engine,
    stored: StoredDataset,
    given: InputSpec,
    version_id: int,
    window: Window,
    *,
    rows: int,
) -> Iterator[pd.DataFrame]:
    """The panel of prepared rows by parts: each is as `read_panel` gives it, of whole series, and has so many rows, or
    of the last series a few more. Those that are not yet asked for are not yet read.

    Series of a dataset come in the order of the database, and each in one part, but for those whose values are
    different and are written alike.
    """
    statement = _prepared_statement(stored, given, version_id, window)
    width = len(given.series)
    order = [sa.text(f"_{place}") for place in (*range(1, width + 1), 0)]
    left: list[sa.Row[Any]] = []
    with engine.connect() as connection:
        streamed = connection.execution_options(stream_results=True, yield_per=_AT_ONCE)
        for fetched in streamed.execute(statement.order_by(*order)).partitions():
            left += fetched
            while len(left) > rows and (end := _end_of_series(left, rows, width)) < len(left):
                yield _frame(left[:end], given)
                del left[:end]
    if left:
        yield _frame(left, given)


def has_more_rows(
    engine: sa.Engine,
    stored: StoredDataset,
    given: InputSpec,
    version_id: int,
    window: Window,
    *,
    than: int,
) -> bool:
    """Whether a panel of prepared rows has more, without reading it."""
    statement = _prepared_statement(stored, given, version_id, window)
    with engine.connect() as connection:
        # A row of the panel is made of one and more: mostly this tells, and costs little.
        for query in (statement.with_only_columns(sa.literal(1)).group_by(None), statement):
            some = query.limit(than + 1).subquery()
            if (connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0) <= than:
                return False
    return True


def _end_of_series(rows: Sequence[sa.Row[Any]], first: int, width: int) -> int:
    """Where, from a row on, another series begins."""
    series = tuple(rows[first - 1])[1 : width + 1]
    end = first
    while end < len(rows) and tuple(rows[end])[1 : width + 1] == series:
        end += 1
    return end


def panel_statement(
    source: Source, given: InputSpec, version_id: int | None, first: datetime, end: datetime
) -> sa.Select[Any]:
    """One row for each period and series of [first, end), true at `version_id`; None: true now."""
    time = source.field(str(source.time), "time")
    series = [source.field(name, f"input.series.{i}") for i, name in enumerate(given.series)]
    measures = [
        _a_period(source.measure(name, f"input.measures.{i}"), source)
        for i, name in enumerate(given.measures)
    ]
    groups = [column.column.label(f"_{i}") for i, column in enumerate([time, *series])]
    values = [value.label(f"m{i}") for i, value in enumerate(measures)]
    rows = source.rows.c
    conditions = [
        *_true_at(rows, version_id),
        time.column >= _bound(first, time),
        time.column < _bound(end, time),
    ]
    if given.where is not None:
        tree = parse_condition(given.where, "input.where")
        scope = Scope(now=end, zone=source.dataset.time_zone if source.dataset else "UTC")
        conditions.append(compile_condition(tree, source, scope, "input.where"))
    statement = sa.select(*groups, *values).select_from(source.rows).where(*conditions)
    return statement.group_by(*(sa.text(group.name) for group in groups))


def _true_at(
    rows: sa.ColumnCollection[str, Any], version_id: int | None
) -> list[sa.ColumnElement[bool]]:
    if version_id is None:
        return [rows.iop_to.is_(None)]
    return [rows.iop_from <= version_id, sa.or_(rows.iop_to.is_(None), rows.iop_to > version_id)]


def _a_period(measure: Measure, source: Source) -> sa.ColumnElement[Any]:
    """Where clocks show an hour twice a series has one place: it gets what an hour of the two has, not both."""
    value, type_, _ = measure_expression(measure, source, is_strict=True)
    if (scale := scale_of(type_)) is not None:
        value = sa.type_coerce(value, sa.BigInteger()) * AS_DOUBLE / 10**scale
    if source.fold is None or not measure_adds_up(measure, source):
        return value
    return value * AS_DOUBLE / sa.func.count(sa.distinct(source.fold))


def _bound(moment: datetime, time: SourceField) -> datetime | object:
    """A window that does not begin at midnight still holds the whole of its days."""
    if time.type == "datetime":
        return moment
    day = moment.date()
    return day if moment.time() == datetime.min.time() else day + timedelta(days=1)


def _frame(rows: Sequence[sa.Row], given: InputSpec) -> pd.DataFrame:
    width = len(given.series)
    columns = ["ds", *(f"_{i}" for i in range(width)), *given.measures]
    frame = pd.DataFrame.from_records([tuple(row) for row in rows], columns=columns)
    frame["ds"] = pd.to_datetime(frame["ds"]).astype("datetime64[ns]")
    return _panel(frame, [f"_{i}" for i in range(width)], given.measures)


def _panel(frame: pd.DataFrame, series: list[str], measures: tuple[str, ...]) -> pd.DataFrame:
    parts = [frame[name].map(_part) for name in series]
    unique_id = parts[0] if parts else pd.Series(ALL, index=frame.index, dtype=object)
    for part in parts[1:]:
        unique_id = unique_id + "/" + part
    panel = pd.DataFrame({"unique_id": unique_id.astype(object), "ds": frame["ds"]})
    for measure in measures:
        panel[measure] = frame[measure].astype("float64")
    return panel.sort_values(["unique_id", "ds"], kind="stable", ignore_index=True)


def _part(value: object) -> str:
    return "(none)" if value is None else str(value)


def _read_events(
    engine: sa.Engine,
    drm_engine: sa.Engine,
    given: InputSpec,
    version_id: int,
    window: Window,
) -> pd.DataFrame:
    """Runs up to the one that made the version: its window's, and `history` before, a pipeline."""
    if given.where is not None or given.series not in ((), ("pipeline",)):
        raise InvalidQuery("pipeline_runs.takes_no_where", "input")
    start, end = window
    run_id = version(engine, version_id).drm_run_id
    events = read_pipeline_runs(drm_engine, run_id, _MAX_EVENTS)
    for position, name in enumerate(given.measures):
        if name not in events.columns or name in ("unique_id", "ds"):
            known = [column for column in events.columns if column not in ("unique_id", "ds")]
            raise InvalidQuery(
                "pipeline_runs.no_such_measure",
                f"input.measures.{position}",
                name=closest(name, known),
            )
    # Two runs of a pipeline that ended in the same instant are one event: the later told.
    events = events[events["ds"] < pd.Timestamp(end)].drop_duplicates(
        ["unique_id", "ds"], keep="last"
    )
    panel = _panel(events, ["unique_id"], given.measures)
    is_before = panel["ds"] < pd.Timestamp(start)
    history = panel[is_before].groupby("unique_id", sort=False).tail(given.history)
    return pd.concat([history, panel[~is_before]]).sort_values(
        ["unique_id", "ds"], kind="stable", ignore_index=True
    )
