"""Where the periods of a series lie: a step, and how far from its unit's beginning the series' own moments are.

Series of one step may begin their hours, weeks or quarters at different moments. Periods have numbers that are
comparable between them.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from iop_pipelines.domain.frequencies import STEPS, TimeStep
from iop_pipelines.errors import InvalidInput

_MONDAY = np.datetime64("1970-01-05", "D")
# Longer than a month, in nanoseconds: what a phase of months is told apart from a moment within one by.
_MONTH = 10**16


@dataclass(frozen=True, slots=True)
class Grid:
    """The periods of a series: those at whole steps from `origin`."""

    origin: np.datetime64
    freq: str

    def numbers(self, ds: np.ndarray) -> np.ndarray:
        """(n,) the number of the period that each moment belongs to: of the nearest, and of a calendar's months and
        business days of the one that holds it; a weekend belongs to the Friday before."""
        step = step_of(self.freq)
        if step.months is not None:
            first = _months(self.origin)
            return (_months(ds) - first) // step.months + first // step.months
        if step.is_business:
            return np.busday_count(_MONDAY, _business_days(ds))
        width = _width(step)
        first = self.origin.astype(np.int64)
        return (ds.astype(np.int64) - first + width // 2) // width + first // width

    def moments(self, numbers: np.ndarray) -> np.ndarray:
        """(n,) datetime64[ns], the first moments of periods."""
        step = step_of(self.freq)
        if step.months is not None:
            first = _months(self.origin)
            month = self.origin.astype("datetime64[M]")
            months = month + (numbers - first // step.months) * step.months
            return months.astype("datetime64[ns]") + (self.origin - month.astype("datetime64[ns]"))
        if step.is_business:
            day = self.origin.astype("datetime64[D]")
            days = np.busday_offset(_MONDAY, numbers)
            return days.astype("datetime64[ns]") + (self.origin - day.astype("datetime64[ns]"))
        width = _width(step)
        return self.origin + ((numbers - self.origin.astype(np.int64) // width) * width).astype(
            "timedelta64[ns]"
        )


def places_in_step(ds: np.ndarray, freq: str) -> np.ndarray:
    """(n,) int64: alike for moments that can be of one grid."""
    step = step_of(freq)
    if step.months is not None:
        months = ds.astype("datetime64[M]")
        within = (ds - months.astype("datetime64[ns]")).astype(np.int64)
        return _months(ds) % step.months * _MONTH + within
    if step.is_business:
        days = ds.astype("datetime64[D]")
        return (ds - days).astype(np.int64) + ~np.is_busday(days) * _MONTH
    return ds.astype(np.int64) % _width(step)


def grid_of(ds: np.ndarray, freq: str) -> Grid:
    """The grid that most moments of a series are of; of several as common the one nearest to a step's beginning.

    Raises InvalidInput for a step that there is none of.
    """
    _, first, counts = np.unique(places_in_step(ds, freq), return_index=True, return_counts=True)
    return Grid(ds.take(first[np.argmax(counts)]), freq)


def future_periods(last: np.datetime64, freq: str, h: int) -> pd.DatetimeIndex:
    """The h periods after `last`."""
    grid = Grid(last.astype("datetime64[ns]"), freq)
    number = grid.numbers(np.array([grid.origin]))[0]
    return pd.DatetimeIndex(grid.moments(number + np.arange(1, h + 1)))


def step_of(freq: str) -> TimeStep:
    """Raises InvalidInput for a step that there is none of."""
    for name, step in STEPS.items():
        if name == freq:
            return step
    raise InvalidInput("freq.unknown", freq=freq)


def _months(ds: np.ndarray | np.datetime64) -> np.ndarray:
    return ds.astype("datetime64[M]").astype(np.int64)


def _business_days(ds: np.ndarray) -> np.ndarray:
    return np.busday_offset(ds.astype("datetime64[D]"), 0, roll="preceding")


def _width(step: TimeStep) -> int:
    """Of a step that is always as long, in nanoseconds."""
    units = {"minute": "m", "hour": "h", "day": "D", "week": "W"}
    return int(np.timedelta64(step.count, units[step.unit]).astype("timedelta64[ns]").astype(int))
