"""A panel taken apart into regular series, where a period without a row is NaN and never 0.

`is_present` tells a row that holds NaN (asked for, unknown) from a period that has no row at all:
only the former is part of an output.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from iop_pipelines.domain.frequencies import SEASON_LENGTHS, STEPS, TimeStep
from iop_pipelines.errors import InvalidFrame, InvalidInput


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a panel, oldest first, ending with the panel's last period before window_end.

    Attributes:
        unique_id: its name.
        ds: (n,) datetime64[ns]; equally spaced, or in order only where the panel has no freq.
        values: (n, m) float64, one column a measure, NaN where unknown or absent.
        is_present: (n,) bool, the panel has a row for the period.
        is_scored: (n,) bool, present and inside the scored window.
    """

    unique_id: str
    ds: np.ndarray
    values: np.ndarray
    is_present: np.ndarray
    is_scored: np.ndarray

    @property
    def scored(self) -> np.ndarray:
        """Positions to score."""
        return np.flatnonzero(self.is_scored)


def split_panel(
    panel: pd.DataFrame,
    measures: Sequence[str],
    freq: str | None,
    window_start: datetime,
    window_end: datetime,
) -> list[Series]:
    """Cuts a long panel into series, in the order of unique_id; rows at or after window_end are left out.

    Args:
        panel: `unique_id`, `ds` and the measures, sorted by unique_id, ds.
        measures: columns to take, in this order.
        freq: a `ModelFrequency`, or None for events whose order alone counts.
        window_start, window_end: the half-open range to score.

    Raises:
        InvalidFrame: a (unique_id, ds) pair occurs twice, or a ds is off the grid of freq.
        InvalidInput: freq is none of the above.
    """
    known = panel[panel["ds"] < pd.Timestamp(window_end)]
    if known.empty:
        return []
    ds = known["ds"].to_numpy(dtype="datetime64[ns]")
    ids = known["unique_id"].to_numpy(dtype=object)
    values = known[list(measures)].to_numpy(dtype=np.float64)
    numbers = np.arange(len(ds)) if freq is None else _period_numbers(ds, freq)
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
    _check_order(ids, ds, starts)
    grid = _Grid(ds.min(), freq, int(numbers.max()), np.datetime64(window_start, "ns"))
    return [
        _regular_series(str(ids[a]), ds[a:b], values[a:b], numbers[a:b], grid)
        for a, b in zip(starts, np.r_[starts[1:], len(ds)], strict=True)
    ]


def stack(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Series side by side, aligned at their ends: (longest, number of series), NaN above the shorter ones."""
    longest = max(len(column) for column in columns)
    matrix = np.full((longest, len(columns)), np.nan)
    for place, column in enumerate(columns):
        matrix[longest - len(column) :, place] = column
    return matrix


def unstack(matrix: np.ndarray, lengths: Sequence[int]) -> list[np.ndarray]:
    """The inverse of stack, for a matrix of any dtype."""
    return [matrix[len(matrix) - n :, place] for place, n in enumerate(lengths)]


def default_season_length(freq: str | None) -> int:
    """A day of hours, a week of days, a year of weeks or months; 1 where there is no step.

    Raises InvalidInput for a step that there is none of.
    """
    return 1 if freq is None else SEASON_LENGTHS[_step(freq).modelled_as]


def future_periods(last: np.datetime64, freq: str, h: int) -> pd.DatetimeIndex:
    """The h periods after `last`."""
    return pd.DatetimeIndex(_moments(last, freq, np.arange(1, h + 1)))


@dataclass(frozen=True, slots=True)
class _Grid:
    """Periods of a panel by number: 0 is the one of `origin`."""

    origin: np.datetime64
    freq: str | None
    last: int
    window_start: np.datetime64


def _regular_series(
    unique_id: str, ds: np.ndarray, values: np.ndarray, numbers: np.ndarray, grid: _Grid
) -> Series:
    if grid.freq is None:
        is_present = np.ones(len(ds), dtype=bool)
        return Series(unique_id, ds, values, is_present, ds >= grid.window_start)
    first = int(numbers[0])
    place = numbers - first
    length = grid.last - first + 1
    filled = np.full((length, values.shape[1]), np.nan)
    filled[place] = values
    is_present = np.zeros(length, dtype=bool)
    is_present[place] = True
    moments = _moments(grid.origin, grid.freq, np.arange(first, grid.last + 1))
    is_scored = is_present & (moments >= grid.window_start)
    return Series(unique_id, moments, filled, is_present, is_scored)


def _step(freq: str) -> TimeStep:
    for name, step in STEPS.items():
        if name == freq:
            return step
    raise InvalidInput("freq.unknown", freq=freq)


def _period_numbers(ds: np.ndarray, freq: str) -> np.ndarray:
    """(n,) how many steps after the earliest; its distance to the beginning of its month or day is everyone's."""
    step, origin = _step(freq), ds.min()
    if step.months is not None:
        months = ds.astype("datetime64[M]")
        since = (months - months.min()).astype(np.int64)
        numbers, rest = np.divmod(since, step.months)
        off_grid = (rest != 0) | _is_moved(ds, months)
    elif step.is_business:
        days = ds.astype("datetime64[D]")
        numbers = np.busday_count(days.min(), days)
        off_grid = ~np.is_busday(days) | _is_moved(ds, days)
    else:
        numbers, rest = np.divmod((ds - origin).astype(np.int64), _width(step).astype(np.int64))
        off_grid = rest != 0
    if off_grid.any():
        raise InvalidFrame("panel.off_grid", moment=ds[off_grid][0], freq=freq, origin=origin)
    return numbers


def _is_moved(ds: np.ndarray, units: np.ndarray) -> np.ndarray:
    """(n,) bool: not as far from the beginning of its unit as the earliest is."""
    within = ds - units.astype("datetime64[ns]")
    return within != within[np.argmin(ds)]


def _width(step: TimeStep) -> np.timedelta64:
    """Of one that is always as long."""
    units = {"minute": "m", "hour": "h", "day": "D", "week": "W"}
    return np.timedelta64(step.count, units[step.unit]).astype("timedelta64[ns]")


def _moments(origin: np.datetime64, freq: str, numbers: np.ndarray) -> np.ndarray:
    step, origin = _step(freq), origin.astype("datetime64[ns]")
    if step.months is not None:
        month = origin.astype("datetime64[M]")
        return (month + numbers * step.months).astype("datetime64[ns]") + (
            origin - month.astype("datetime64[ns]")
        )
    if step.is_business:
        day = origin.astype("datetime64[D]")
        days = np.busday_offset(day, numbers, roll="forward")
        return days.astype("datetime64[ns]") + (origin - day.astype("datetime64[ns]"))
    return origin + numbers * _width(step)


def _check_order(ids: np.ndarray, ds: np.ndarray, starts: np.ndarray) -> None:
    names = ids[starts]
    if len(set(names)) != len(names):
        raise InvalidFrame("panel.not_sorted")
    is_later = np.diff(ds.astype(np.int64)) > 0
    is_later[starts[1:] - 1] = True
    if not is_later.all():
        at = int(np.flatnonzero(~is_later)[0]) + 1
        raise InvalidFrame("panel.repeats", series=ids[at], moment=ds[at])
