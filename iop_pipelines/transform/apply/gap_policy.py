"""Periods without a row, and values that are not known."""

from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.transform.apply.frame import Context, Reasons, Rejects
from iop_pipelines.transform.steps import GapPolicy

_RANGE_FREQ = {"h": "h", "D": "D", "W": "W-MON", "MS": "MS"}


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
    periods = pd.date_range(
        context.window_start, context.window_end, freq=_RANGE_FREQ[step.freq], inclusive="left"
    )
    levels: list[Any] = [periods]
    for name, values in step.series.items():
        levels.append(list(values) or sorted(frame[name].dropna().unique()))
    grid = pd.MultiIndex.from_product(levels, names=[step.time, *step.series])
    there = pd.MultiIndex.from_frame(frame[[step.time, *step.series]])
    added = grid.difference(there, sort=False).to_frame(index=False)
    if added.empty:
        return frame
    extra = pd.DataFrame(
        {
            name: added[name] if name in added else pd.Series(pd.NA, index=added.index)
            for name in frame.columns
        }
    )
    for name in frame.columns:
        extra[name] = _as_dtype(extra[name], frame[name].dtype)
    if frame.empty:
        return extra.astype({step.time: "datetime64[ns]"})
    return pd.concat([frame, extra], ignore_index=True)


def _as_dtype(values: pd.Series, dtype: Any) -> pd.Series:
    if pd.api.types.is_object_dtype(dtype):
        return values.astype(object).mask(values.isna(), None)
    if pd.api.types.is_float_dtype(dtype):
        return values.astype("Float64").astype(np.float64)
    return values.astype(dtype)


def _filled(step: GapPolicy, frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    ordered = frame.sort_values(step.time, kind="stable")
    series = list(step.series)
    source = ordered.groupby(series, dropna=False, sort=False) if series else ordered
    filled = source[columns].ffill(limit=step.limit)
    return frame.assign(**{name: filled[name].reindex(frame.index) for name in columns})
