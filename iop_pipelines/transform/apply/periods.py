"""Whole columns of moments cut into periods, and what clocks of a zone show of them."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from iop_pipelines.domain.frequencies import TimeStep
from iop_pipelines.transform.apply.frame import Folds

_FRIDAY = 4


def floors(local: pd.Series, step: TimeStep) -> pd.Series:
    """The first moment of each one's period, as `TimeStep.floor`; both naive local time."""
    if step.minutes is not None:
        return local.dt.floor(f"{step.minutes}min")
    day = local.dt.normalize()
    if step.is_business:
        return day - pd.to_timedelta((day.dt.weekday - _FRIDAY).clip(lower=0), unit="D")
    if step.unit == "week":
        return day - pd.to_timedelta((day.dt.weekday - step.first_weekday) % 7, unit="D")
    if step.months is not None:
        month = day.to_numpy(dtype="datetime64[M]")
        # Months are counted from January 1970, and each step begins with a year's.
        within = np.where(np.isnat(month), 0, month.astype(np.int64) % step.months)
        return pd.Series((month - within).astype("datetime64[ns]"), index=local.index)
    return day


def nexts(starts: pd.DatetimeIndex, step: TimeStep) -> pd.DatetimeIndex:
    """The first moment of each period's next, by the clock."""
    if step.minutes is not None:
        return starts + pd.Timedelta(minutes=step.minutes)
    if step.months is not None:
        return starts + pd.DateOffset(months=step.months)
    if step.is_business:
        return starts + pd.to_timedelta(np.where(starts.weekday == _FRIDAY, 3, 1), unit="D")
    return starts + pd.Timedelta(days=7 if step.unit == "week" else 1)


def local_of(aware: pd.DatetimeIndex, zone: str) -> tuple[pd.DatetimeIndex, Folds]:
    """What clocks of `zone` show, naive, and 1 where they show it for the second time, else 0."""
    there = aware.tz_convert(ZoneInfo(zone))
    local = there.tz_localize(None)
    first = first_of_local(local, zone)
    # What is shown once is its own first.
    is_second = np.asarray(there != first) & ~np.asarray(local.isna())
    return local, is_second.astype(np.int8)


def first_of_local(local: pd.DatetimeIndex, zone: str) -> pd.DatetimeIndex:
    """The instant at which clocks show it, of two moments the first, after a gap its end.

    A zone and not its name, for of a name pandas would ask pytz, which has rules of its own; each moment once, for a
    zone is slow.
    """
    places, once = pd.factorize(local)
    aware = pd.DatetimeIndex(once).tz_localize(
        ZoneInfo(zone), ambiguous=np.ones(len(once), bool), nonexistent="shift_forward"
    )
    # pandas' annotation of fill_value leaves NaT out.
    return aware.take(places, allow_fill=True, fill_value=pd.NaT)  # pyright: ignore[reportArgumentType]


def instants_of(local: pd.DatetimeIndex, folds: Folds, zone: str) -> pd.DatetimeIndex:
    """NaT where clocks never show it, or show it twice and the fold (-1) does not say which."""
    certain = local.tz_localize(ZoneInfo(zone), ambiguous="NaT", nonexistent="NaT")
    if (folds < 0).all():
        return certain
    told = local.tz_localize(ZoneInfo(zone), ambiguous=np.asarray(folds <= 0), nonexistent="NaT")
    return certain.where(folds < 0, told)


def clock_times(start: pd.Timestamp, end: pd.Timestamp, step: TimeStep, zone: str) -> pd.DataFrame:
    """`time` and `fold` of each period that begins in [start, end) of a zone's clocks; steps within the day."""
    bounds = first_of_local(pd.DatetimeIndex([start, end]), zone).tz_convert(ZoneInfo("UTC"))
    # Half-hours of shift are not lost: each minute step divides them.
    size = min(step.minutes or 60, 30)
    aware = pd.date_range(bounds[0], bounds[1], freq=f"{size}min", inclusive="left")
    local, folds = local_of(aware, zone)
    shown = pd.DataFrame({"time": floors(pd.Series(local), step), "fold": folds})
    shown = shown[shown["time"] >= start]
    return shown.drop_duplicates(ignore_index=True)
