"""Fine rows to one row a local period."""

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.transform.apply.frame import Context, Reasons, Rejects, unknown
from iop_pipelines.transform.steps import Aggregate, Resample


def apply(step: Resample, frame: pd.DataFrame, context: Context, rejects: Rejects) -> pd.DataFrame:
    local = _local_time(frame[step.time], step.from_zone, context.time_zone)
    reasons = Reasons(len(frame))
    reasons.add(unknown(frame[step.time]), Sentence("row.missing"), step.time)
    reasons.add(unknown(local), Sentence("row.no_such_local_time", zone=step.from_zone), step.time)
    local = local[~reasons.is_rejected].reset_index(drop=True)
    frame = rejects.take(frame, reasons, step.kind)
    period = _period_start(local, step.freq).rename(step.into)
    groups = frame.groupby([period, *(frame[name] for name in step.by)], sort=True, dropna=False)
    columns: dict[str, pd.Series] = {}
    for name, spec in step.aggregate.items():
        columns[name] = _aggregate(groups, frame, spec)
        if spec.min_coverage:
            known = frame[step.time].where(~unknown(frame[spec.column]))
            share = _coverage(_observed(groups, known), step, context)
            columns[name] = columns[name].where(share >= spec.min_coverage)
    if step.coverage_into:
        columns[step.coverage_into] = _coverage(groups[step.time].nunique(), step, context)
    result = pd.DataFrame(columns, index=groups.size().index).reset_index()
    if result.empty:
        result[step.into] = result[step.into].astype("datetime64[ns]")
    # pandas counts in int64 and averages whole numbers into Float64.
    wanted = {name: "Int64" for name in columns if result[name].dtype == np.int64}
    wanted |= {name: "float64" for name in columns if str(result[name].dtype) == "Float64"}
    return result.astype(wanted)


def _local_time(moments: pd.Series, from_zone: str, zone: str) -> pd.Series:
    if from_zone == zone:
        return moments
    # A zone, for of a name pandas would ask pytz, which has rules of its own; each moment once, for a zone is slow.
    places, moments_once = pd.factorize(moments)
    aware = pd.DatetimeIndex(moments_once).tz_localize(
        ZoneInfo(from_zone), ambiguous="NaT", nonexistent="NaT"
    )
    local = aware.tz_convert(ZoneInfo(zone)).tz_localize(None)
    # pandas' annotation of fill_value leaves NaT out.
    shown = local.take(places, allow_fill=True, fill_value=pd.NaT)  # pyright: ignore[reportArgumentType]
    return pd.Series(shown, index=moments.index)


def _period_start(local: pd.Series, freq: str) -> pd.Series:
    day = local.dt.normalize()
    if freq == "W":
        return day - pd.to_timedelta(day.dt.weekday, unit="D")
    if freq == "MS":
        return day - pd.to_timedelta(day.dt.day - 1, unit="D")
    return day


def _aggregate(groups: Any, frame: pd.DataFrame, spec: Aggregate) -> pd.Series:
    values = groups[spec.column]
    if spec.how == "sum":
        return values.sum(min_count=1)
    if spec.how == "weighted_mean":
        return _weighted_mean(groups, frame[spec.column], frame[str(spec.weight)])
    return values.agg(spec.how)


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


def _first_of_local(local: pd.DatetimeIndex, zone: str) -> pd.DatetimeIndex:
    """What clocks show, of two moments the first, after a gap its end; a zone's rules as in `_local_time`."""
    places, once = pd.factorize(local)
    aware = pd.DatetimeIndex(once).tz_localize(
        ZoneInfo(zone), ambiguous=np.ones(len(once), bool), nonexistent="shift_forward"
    )
    return aware.take(places)


def _coverage(observed: pd.Series, step: Resample, context: Context) -> pd.Series:
    starts = pd.DatetimeIndex(observed.index.get_level_values(step.into))
    offset = {"D": pd.DateOffset(days=1), "W": pd.DateOffset(weeks=1)}.get(
        step.freq, pd.DateOffset(months=1)
    )
    zone = context.time_zone
    # Some zones change at midnight: the day then starts an hour later, or twice.
    bounds = [_first_of_local(when, zone) for when in (starts, starts + offset)]
    minutes = (bounds[1] - bounds[0]).total_seconds() / 60
    share = 100 * observed.to_numpy(dtype=np.float64) / (np.asarray(minutes) / step.step_minutes)
    return pd.Series(np.minimum(share, 100.0), index=observed.index)
