"""Periods without a row, and values that are not known."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.domain.frequencies import STEPS
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.transform.apply.frame import (
    Context,
    Reasons,
    Rejects,
    folds_of,
    keys_of,
    second_hours,
    with_folds,
)
from iop_pipelines.transform.apply.periods import clock_times
from iop_pipelines.transform.steps import GapPolicy


def apply(step: GapPolicy, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    columns = list(step.columns)
    if step.policy == "absent":
        reasons = Reasons(len(frame))
        is_gap = frame[columns].isna().all(axis=1).to_numpy()
        reasons.add(is_gap, Sentence("row.gap", columns=", ".join(columns)[:200]), "gap")
        return rejects.take(frame, reasons, step.kind)
    if step.policy == "null" or step.adds_rows:
        frame = _with_missing_periods(step, frame, context)
    if step.policy == "forward_fill":
        frame = _filled(step, frame, columns)
    return frame


def _with_missing_periods(step: GapPolicy, frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    folds = second_hours(frame, step.time)
    periods = _periods(step, context)
    levels: list[Any] = [list(periods.itertuples(index=False, name=None))]
    for name, values in step.series.items():
        levels.append(list(values) or sorted(frame[name].dropna().unique()))
    moments = list(zip(frame[step.time], folds.tolist(), strict=True))
    there = set(zip(moments, *(frame[name] for name in step.series), strict=True))
    missing = [each for each in product(*levels) if each not in there]
    if not missing:
        return frame
    added = pd.DataFrame({step.time: pd.DatetimeIndex([each[0][0] for each in missing])})
    for place, name in enumerate(step.series, start=1):
        added[name] = pd.Series([each[place] for each in missing], dtype=object)
    whole = _with_rows(with_folds(frame, step.time, None), added)
    whole = whole.astype({step.time: "datetime64[ns]"})
    added_folds = np.array([each[0][1] for each in missing], np.int8)
    has_folds = added_folds.any() or folds_of(frame, step.time) is not None
    return with_folds(whole, step.time, np.concatenate([folds, added_folds]) if has_folds else None)


def _with_rows(frame: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    """Below the others; null in the columns that they do not have."""
    nothing = pd.Series(pd.NA, index=added.index)
    extra = {name: _as_dtype(added.get(name, nothing), frame[name].dtype) for name in frame.columns}
    rows = pd.DataFrame(extra, index=added.index)
    return rows if frame.empty else pd.concat([frame, rows], ignore_index=True)


def _periods(step: GapPolicy, context: Context) -> pd.DataFrame:
    """`time` and `fold` of the window's; clocks that jump show fewer or more hours than a day has."""
    start, end = pd.Timestamp(context.window_start), pd.Timestamp(context.window_end)
    kind = STEPS[step.freq]
    if kind.minutes is not None and step.time == context.time:
        return clock_times(start, end, kind, context.time_zone)
    first = kind.ceil(context.window_start)
    times = pd.date_range(first, end, freq=kind.offset, inclusive="left")
    return pd.DataFrame({"time": times, "fold": 0})


def _as_dtype(values: pd.Series, dtype: Any) -> pd.Series:
    if pd.api.types.is_object_dtype(dtype):
        return values.astype(object).mask(values.isna(), None)
    if pd.api.types.is_float_dtype(dtype):
        return values.astype("Float64").astype(np.float64)
    # Which of two hours a moment is in that is not there.
    if dtype == np.int8:
        return values.fillna(-1).astype(dtype)
    return values.astype(dtype)


def _filled(step: GapPolicy, frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    ordered = frame.sort_values(keys_of(frame, (step.time,)), kind="stable")
    series = list(step.series)
    source = ordered.groupby(series, dropna=False, sort=False) if series else ordered
    filled = source[columns].ffill(limit=step.limit)
    return frame.assign(**{name: filled[name].reindex(frame.index) for name in columns})
