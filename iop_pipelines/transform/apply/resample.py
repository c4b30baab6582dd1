"""Fine rows to one row a local period."""

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.domain.datasets import scale_of
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidFrame
from iop_pipelines.transform.apply.frame import (
    Context,
    Folds,
    Reasons,
    Rejects,
    folds_of,
    second_hours,
    unknown,
    with_folds,
)
from iop_pipelines.transform.apply.periods import (
    first_of_local,
    floors,
    instants_of,
    local_of,
    nexts,
)
from iop_pipelines.transform.steps import Aggregate, Resample
from iop_pipelines.transform.table import FOLD

# What a column of whole numbers holds less than.
_BEYOND = 2**63


def apply(step: Resample, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    local, folds = _local_time(frame, step, context.time_zone)
    reasons = Reasons(len(frame))
    reasons.add(unknown(frame[step.time]), Sentence("row.missing"), step.time)
    reasons.add(unknown(local), Sentence("row.no_such_local_time", zone=step.from_zone), step.time)
    kept = ~reasons.is_rejected
    local, folds = local[kept].reset_index(drop=True), folds[kept]
    frame = rejects.take(frame, reasons, step.kind)
    keys = [floors(local, step.step).rename(step.into)]
    if step.step.minutes is not None:
        # Days and longer hold both of two hours; hours and shorter are in one of them.
        keys.append(pd.Series(folds, index=local.index, name=FOLD))
    groups = frame.groupby([*keys, *(frame[name] for name in step.by)], sort=True, dropna=False)
    moments = _distinct(frame, step.time)
    columns: dict[str, pd.Series] = {}
    for name, spec in step.aggregate.items():
        columns[name] = _aggregate(groups, frame, spec, context)
        if spec.min_coverage:
            known = moments.where(~unknown(frame[spec.column]))
            share = _coverage(_observed(groups, known), step, context)
            columns[name] = columns[name].where(share >= spec.min_coverage)
    if step.coverage_into:
        columns[step.coverage_into] = _coverage(_observed(groups, moments), step, context)
    return _typed(pd.DataFrame(columns, index=groups.size().index).reset_index(), step)


def _typed(result: pd.DataFrame, step: Resample) -> pd.DataFrame:
    if result.empty:
        result[step.into] = result[step.into].astype("datetime64[ns]")
    # pandas counts in int64 and averages whole numbers into Float64.
    made = [*step.aggregate, *([step.coverage_into] if step.coverage_into else [])]
    wanted = {name: "Int64" for name in made if result[name].dtype == np.int64}
    wanted |= {name: "float64" for name in made if str(result[name].dtype) == "Float64"}
    result = result.astype(wanted)
    if FOLD not in result.columns:
        return result
    folds = result[FOLD].to_numpy(dtype=np.int8)
    return with_folds(result.drop(columns=FOLD), step.into, folds)


def _local_time(frame: pd.DataFrame, step: Resample, zone: str) -> tuple[pd.Series, Folds]:
    """The moments by the clocks of `zone`, and which of two hours they are in."""
    moments = frame[step.time]
    if step.from_zone == zone:
        return moments, second_hours(frame, step.time)
    folds = folds_of(frame, step.time)
    told = np.full(len(frame), -1, np.int8) if folds is None else folds
    # Each moment once, for a zone is slow.
    places, _ = pd.factorize(moments if folds is None else _distinct(frame, step.time))
    at = np.flatnonzero(~pd.Series(places).duplicated().to_numpy() & (places >= 0))
    instants = instants_of(pd.DatetimeIndex(moments.iloc[at]), told[at], step.from_zone)
    local, shown = local_of(instants, zone)
    # pandas' annotation of fill_value leaves NaT out.
    there = local.take(places, allow_fill=True, fill_value=pd.NaT)  # pyright: ignore[reportArgumentType]
    return pd.Series(there, index=moments.index), np.where(
        places < 0, 0, np.append(shown, 0)[places]
    )


def _distinct(frame: pd.DataFrame, time: str) -> pd.Series:
    """Moments that differ where clocks show two alike."""
    return frame[time] + pd.to_timedelta(second_hours(frame, time).astype(np.int64), unit="ns")


def _aggregate(groups: Any, frame: pd.DataFrame, spec: Aggregate, context: Context) -> pd.Series:
    if spec.how == "sum":
        return _sum(groups, frame[spec.column])
    if spec.how == "weighted_mean":
        value, weight = (context.floats(frame, name) for name in (spec.column, str(spec.weight)))
        return _weighted_mean(groups, value, weight)
    result = groups[spec.column].agg(spec.how)
    scale = scale_of(context.columns.get(spec.column, "number"))
    if spec.how == "mean" and scale is not None:
        return result.astype("Float64") / 10**scale
    return result


def _sum(groups: Any, values: pd.Series) -> pd.Series:
    """Raises InvalidFrame for a sum of whole numbers that no column can hold: pandas makes another one of it."""
    total = groups[values.name].sum(min_count=1)
    if total.dtype == "Int64" and values.notna().any():
        largest = max(abs(int(values.min())), abs(int(values.max())))
        if largest * int(groups.size().max()) >= _BEYOND:
            exact: Counter[int] = Counter()
            for group, value in zip(groups.ngroup(), values, strict=True):
                exact[group] += 0 if pd.isna(value) else int(value)
            if any(abs(each) >= _BEYOND for each in exact.values()):
                raise InvalidFrame("resample.too_large", column=values.name)
    return total


def _observed(groups: Any, moments: pd.Series) -> pd.Series:
    """How many different known moments each group has."""
    return moments.groupby(groups.ngroup().to_numpy()).nunique().set_axis(groups.size().index)


def _weighted_mean(groups: Any, values: pd.Series, weights: pd.Series) -> pd.Series:
    value = values.to_numpy(dtype=np.float64, na_value=np.nan)
    weight = weights.to_numpy(dtype=np.float64, na_value=np.nan)
    weight = np.where(np.isnan(value), np.nan, weight)
    sums = (
        pd.DataFrame({"product": value * weight, "weight": weight})
        .groupby(groups.ngroup().to_numpy())
        .sum(min_count=1)
    )
    mean = sums["product"] / sums["weight"].where(sums["weight"] != 0)
    return pd.Series(mean.to_numpy(), index=groups.size().index)


def _coverage(observed: pd.Series, step: Resample, context: Context) -> pd.Series:
    starts = pd.DatetimeIndex(observed.index.get_level_values(step.into))
    if step.step.minutes is not None:
        minutes: Any = np.full(len(starts), step.step.minutes)
    else:
        # Some zones change at midnight: the day then starts an hour later, or twice.
        bounds = [
            first_of_local(when, context.time_zone) for when in (starts, nexts(starts, step.step))
        ]
        minutes = (bounds[1] - bounds[0]).total_seconds() / 60
    share = 100 * observed.to_numpy(dtype=np.float64) / (np.asarray(minutes) / step.step_minutes)
    return pd.Series(np.minimum(share, 100.0), index=observed.index)
