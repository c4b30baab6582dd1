"""Scores what model versions forecast against what came, as it comes and as often as it is delivered again.

Only forecasts count that were made before the period first came: by an execution on an older data version. What
repeating the last season would have said, and what it misses by in the past, is taken from the data as they stand now,
as in a backtest. Work is bounded by what is delivered: the forecasts of those days, the look-back before them, and a
quarter of a year that earlier looks did not come to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from iop_pipelines.analytics.series import Series, default_season_length, split_panel
from iop_pipelines.domain.datasets import modelled_step
from iop_pipelines.domain.frequencies import TimeStep
from iop_pipelines.domain.vocabulary import ExecutionStatus
from iop_pipelines.execution.work import Work
from iop_pipelines.ledger.history import history_of
from iop_pipelines.ledger.performance import Day, horizon_of, keep_days, newest_day
from iop_pipelines.query.panel import read_panel
from iop_pipelines.recommendations.performance import advise_of_forecasts
from iop_pipelines.registry.models import StoredModel, models_of
from iop_pipelines.runtimes.base import RuntimeInput
from iop_pipelines.runtimes.panels import read_regular
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import dataset_versions, model_executions, model_outputs
from iop_pipelines.schema.transactions import write
from iop_pipelines.transform.versions import StoredDataset, latest_version

Window = tuple[datetime, datetime]
_DAY = timedelta(days=1)
# Days, and forecasts, that are scored at once, so that what is caught up with takes no more memory than a part of it; a
# day is never divided.
_MOST_DAYS, _MOST_ROWS = 31, 200_000
_FETCHED = 20_000
# So far before a delivery what no earlier look came to is scored, or a horizon if that is more.
_CAUGHT_UP = timedelta(days=92)
# Of rows of outputs: forecasts, not what was expected of what had been read.
_IS_AHEAD = (model_outputs.c.y.is_(None), model_outputs.c.yhat.is_not(None))


def look_at_delivered(engine: sa.Engine, stored: StoredDataset, window: Window) -> None:
    """Scores what was forecast of a delivery, and tells of versions whose forecasts became worse."""
    advise_of_forecasts(engine, stored, score_delivered(engine, stored, window))


def look_at_made(engine: sa.Engine, work: Work) -> None:
    """Scores what an execution forecast of what came meanwhile, and tells likewise."""
    if score_made(engine, work.dataset, work.model, work.window_end):
        advise_of_forecasts(engine, work.dataset, [work.model])


def score_delivered(engine: sa.Engine, stored: StoredDataset, window: Window) -> list[StoredModel]:
    """Scores all versions' forecasts of what a delivery brought or brought again; the versions that have any.

    Where data after the window are there already, what was forecast from it is scored anew too: repeating the last
    season says something else now.
    """
    if stored.is_system or stored.declaration.step is None:
        return []
    with engine.connect() as connection:
        models = [
            each
            for each in models_of(connection, stored.declaration.name)
            if horizon_of(each) is not None
        ]
    step = modelled_step(stored.declaration)
    season = default_season_length(step.modelled_as)

    def after(model: StoredModel) -> datetime:
        return step.shift(window[1], season + (horizon_of(model) or 0))

    def first(model: StoredModel) -> datetime:
        """What an earlier look did not come to is scored now."""
        with engine.connect() as connection:
            newest = newest_day(connection, model.id)
        earliest = min(window[0] - _CAUGHT_UP, step.shift(window[0], -(horizon_of(model) or 0)))
        return window[0] if newest is None else max(min(window[0], newest), earliest)

    return [each for each in models if score(engine, stored, each, (first(each), after(each)))]


def score_made(engine: sa.Engine, stored: StoredDataset, model: StoredModel, end: datetime) -> bool:
    """Scores what an execution forecast that read the data up to `end`, where some of it came meanwhile."""
    horizon = None if stored.is_system or stored.declaration.step is None else horizon_of(model)
    if horizon is None:
        return False
    step = modelled_step(stored.declaration)
    return score(engine, stored, model, (end, step.shift(end, horizon)))


def score(engine: sa.Engine, stored: StoredDataset, model: StoredModel, window: Window) -> bool:
    """Counts the days of [start, end) anew as far as there are data; whether any was forecast."""
    with engine.connect() as connection:
        history = history_of(connection, stored.declaration.name)
    if history is None:
        return False
    start = _floor(max(window[0], history.window_start))
    end = _ceil(min(window[1], history.window_end))
    with engine.connect() as connection:
        first, last, count = connection.execute(_reach_of(model, (start, end))).one()
    if first is None:
        return False
    start, end = _floor(first), _floor(last) + _DAY
    a_day = max(count // ((end - start) // _DAY), 1)
    at_once = min(max(_MOST_ROWS // a_day, 1), _MOST_DAYS) * _DAY
    is_any = False
    while start < end:
        until = min(start + at_once, end)
        forecasts, days = _days_of(engine, stored, model, (start, until))
        write(engine, keep_days, model.id, forecasts, days)
        is_any = is_any or bool(days)
        start = until
    return is_any


def _reach_of(model: StoredModel, window: Window) -> sa.Select[*tuple[Any, ...]]:
    """The first and the last moment of the window that was forecast, and how often one was."""
    ds = model_outputs.c.ds
    query = sa.select(sa.func.min(ds), sa.func.max(ds), sa.func.count())
    return query.where(model_outputs.c.model_id == model.id, *_within(window), *_IS_AHEAD)


def _within(window: Window) -> tuple[sa.ColumnElement[bool], ...]:
    return (model_outputs.c.ds >= window[0], model_outputs.c.ds < window[1])


def _floor(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _ceil(moment: datetime) -> datetime:
    day = _floor(moment)
    return day if day == moment else day + _DAY


def _days_of(
    engine: sa.Engine, stored: StoredDataset, model: StoredModel, window: Window
) -> tuple[dict[datetime, int], list[Day]]:
    """How many forecasts there are by the day, and the days of which some came."""
    with engine.connect() as connection:
        rows = _forecasts(connection, stored, model, window)
    newest = latest_version(engine, stored.id)
    if not len(rows) or newest is None:
        return {}, []
    read = model.spec.config.input.model_copy(update={"measures": (str(rows["measure"].iloc[0]),)})
    origin = rows["origin"].min().to_pydatetime()
    panel = read_panel(engine, stored, read, newest.id, (origin, window[1]))
    step = modelled_step(stored.declaration)
    series = {each.unique_id: each for each in _series(panel, read.measures, step, window)}
    season = default_season_length(step.modelled_as)
    judged = [
        _judge(part, series[str(name)], season, read.history)
        for name, part in rows.groupby("unique_id", sort=False)
        if str(name) in series
    ]
    counts = rows["ds"].dt.floor("D").value_counts()
    forecasts = {pd.Timestamp(str(day)).to_pydatetime(): int(n) for day, n in counts.items()}
    return forecasts, list(_summed(judged))


def _forecasts(
    connection: sa.Connection, stored: StoredDataset, model: StoredModel, window: Window
) -> pd.DataFrame:
    """What was forecast of the window before it came, and `origin`, the first period of the forecast it is of."""
    outputs, executions = model_outputs.c, model_executions.c
    names = ("execution_id", "unique_id", "ds", "measure", "yhat", "lo", "hi")
    query = (
        sa.select(executions.dataset_version_id, *(outputs[name] for name in names))
        .join(model_executions, executions.id == outputs.execution_id)
        .where(
            outputs.model_id == model.id,
            executions.status == ExecutionStatus.SUCCESS,
            *_within(window),
            *_IS_AHEAD,
        )
    )
    known: dict[str, str] = {}

    def frame(part: Sequence[Record]) -> pd.DataFrame:
        read = pd.DataFrame.from_records([tuple(row) for row in part], columns=["version", *names])
        read["ds"] = pd.to_datetime(read["ds"]).astype("datetime64[ns]")
        for name in ("unique_id", "measure"):
            # Each text once, however many rows have it.
            read[name] = [known.setdefault(text, text) for text in read[name]]
        return read.astype(dict.fromkeys(("yhat", "lo", "hi"), "float64"))

    found = connection.execute(query.execution_options(yield_per=_FETCHED))
    rows = pd.concat([frame(part) for part in found.partitions()] or [frame(())])
    rows = rows[rows["version"] < _came(connection, stored, rows["ds"], window)]
    # Of executions on one data version the newest is what people see.
    rows = rows.sort_values("execution_id", kind="stable")
    rows = rows.drop_duplicates(["version", "unique_id", "ds"], keep="last")
    return rows.merge(_origins(connection, rows), on=["execution_id", "unique_id"])


def _origins(connection: sa.Connection, rows: pd.DataFrame) -> pd.DataFrame:
    outputs = model_outputs.c
    found: list[tuple[Any, ...]] = []
    ids = [int(each) for each in rows["execution_id"].unique()]
    for first in range(0, len(ids), 500):
        query = sa.select(outputs.execution_id, outputs.unique_id, sa.func.min(outputs.ds)).where(
            outputs.execution_id.in_(ids[first : first + 500]), *_IS_AHEAD
        )
        groups = query.group_by(outputs.execution_id, outputs.unique_id)
        found += [tuple(row) for row in connection.execute(groups)]
    frame = pd.DataFrame.from_records(found, columns=["execution_id", "unique_id", "origin"])
    return frame.assign(origin=pd.to_datetime(frame["origin"]).astype("datetime64[ns]"))


def _came(
    connection: sa.Connection, stored: StoredDataset, ds: pd.Series, window: Window
) -> np.ndarray:
    """(n,) the id of the first data version that brought each moment; -1 of one that none brought."""
    versions = dataset_versions.c
    query = sa.select(versions.id, versions.window_start, versions.window_end).where(
        versions.dataset_id == stored.id,
        versions.status == "prepared",
        versions.window_start < window[1],
        versions.window_end > window[0],
    )
    first = np.full(len(ds), -1, dtype=np.int64)
    for row in connection.execute(query.order_by(versions.id.desc())):
        is_in = (ds >= row.window_start) & (ds < row.window_end)
        first[is_in.to_numpy()] = row.id
    return first


def _series(
    panel: pd.DataFrame, measures: tuple[str, ...], step: TimeStep, window: Window
) -> list[Series]:
    if not len(panel):
        return []
    given = RuntimeInput(panel, measures, {}, step.modelled_as, *window, params={})
    tidy = read_regular(given).given.panel
    return split_panel(tidy, measures, step.modelled_as, *window)


@dataclass(frozen=True)
class _Judged:
    """Of the forecasts of one series that came, in their order: arrays of one length. error, naive: scaled, NaN where
    one of the two, or the scale, is not known."""

    day: np.ndarray
    is_banded: np.ndarray
    is_inside: np.ndarray
    error: np.ndarray
    naive: np.ndarray


def _judge(part: pd.DataFrame, series: Series, season: int, history: int) -> _Judged:
    """Of the past so many periods before the origin count, wherever the series begins that was read."""
    ds, y = series.ds, series.values[:, 0]
    ahead = part["ds"].to_numpy(dtype="datetime64[ns]")
    at = np.searchsorted(ds, ahead)
    is_there = at < len(ds)
    is_there[is_there] = ds[at[is_there]] == ahead[is_there]
    is_there[is_there] = np.isfinite(y[at[is_there]])
    part, at, ahead = part[is_there], at[is_there], ahead[is_there]
    yhat, lo, hi = (part[name].to_numpy(dtype=float) for name in ("yhat", "lo", "hi"))
    origin = np.searchsorted(ds, part["origin"].to_numpy(dtype="datetime64[ns]"))
    since = np.maximum(origin - history, 0)
    scale = _scales(y, season, since, origin)
    before = origin - season + (at - origin) % season
    repeated = np.where(before >= since, y[np.maximum(before, 0)], np.nan)
    naive = np.abs(y[at] - repeated)
    is_known = np.isfinite(naive) & (scale > 0)
    divided = np.where(is_known, scale, np.nan)
    is_banded = np.isfinite(lo) & np.isfinite(hi)
    return _Judged(
        day=ahead.astype("datetime64[D]"),
        is_banded=is_banded,
        is_inside=is_banded & (y[at] >= lo) & (y[at] <= hi),
        error=np.abs(y[at] - yhat) / divided,
        naive=naive / divided,
    )


def _scales(y: np.ndarray, season: int, since: np.ndarray, until: np.ndarray) -> np.ndarray:
    """The mean of what repeating the season misses by within the periods [since, until) of y (Hyndman & Koehler 2006);
    0 where no step is known."""
    steps = np.full(len(y), np.nan)
    if len(y) > season:
        steps[season:] = np.abs(y[season:] - y[:-season])
    is_known = np.isfinite(steps)
    sums = np.append(0.0, np.cumsum(np.where(is_known, steps, 0.0)))
    counts = np.append(0, np.cumsum(is_known))
    # A step is between two periods, a season apart, of which the first is in the past too.
    first = np.minimum(since + season, until)
    return (sums[until] - sums[first]) / np.maximum(counts[until] - counts[first], 1)


def _summed(judged: Sequence[_Judged]) -> Iterator[Day]:
    if not judged:
        return
    columns = {
        name: np.concatenate([getattr(each, name) for each in judged])
        for name in _Judged.__dataclass_fields__
    }
    frame = pd.DataFrame(columns)
    frame["is_scaled"] = np.isfinite(frame["error"]) & np.isfinite(frame["naive"])
    for day, part in frame.groupby("day", sort=True):
        scaled = part[part["is_scaled"]]
        yield Day(
            day=pd.Timestamp(str(day)).to_pydatetime(),
            points=len(part),
            banded=int(part["is_banded"].sum()),
            inside=int(part["is_inside"].sum()),
            scaled=len(scaled),
            error=float(scaled["error"].sum()),
            naive=float(scaled["naive"].sum()),
        )
