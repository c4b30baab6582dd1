"""A panel taken apart into regular series, where a period without a row is NaN and never 0.

`is_present` tells a row that holds NaN (asked for, unknown) from a period that has no row at all:
only the former is part of an output.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
import pandas as pd

from iop_pipelines.analytics.periods import Grid, places_in_step, step_of
from iop_pipelines.domain.frequencies import SEASON_LENGTHS
from iop_pipelines.errors import InvalidFrame


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
    *,
    last: int | None = None,
) -> list[Series]:
    """Cuts a long panel into series, in the order of unique_id; rows at or after window_end are left out.

    Args:
        panel: `unique_id`, `ds` and the measures, sorted by unique_id, ds.
        measures: columns to take, in this order.
        freq: a `ModelFrequency`, or None for events whose order alone counts.
        window_start, window_end: the half-open range to score.
        last: `last_period` of the whole panel, where this is a part of it.

    Raises:
        InvalidFrame: a (unique_id, ds) pair occurs twice, or a ds is off the grid of freq.
        InvalidInput: freq is none of the above.
    """
    ds = panel["ds"].to_numpy(dtype="datetime64[ns]")
    ids = panel["unique_id"].to_numpy(dtype=object)
    columns = [panel[name].to_numpy(dtype=np.float64) for name in measures]
    is_before = ds < np.datetime64(window_end, "ns")
    if not is_before.all():
        ds, ids = ds[is_before], ids[is_before]
        columns = [column[is_before] for column in columns]
    if not len(ds):
        return []
    values = np.column_stack(columns)
    parts = runs(ids)
    _check_order(ids, ds, np.array([each.start for each in parts]))
    first = np.datetime64(window_start, "ns")
    if freq is None:
        return [_events(str(ids[at.start]), ds[at], values[at], first) for at in parts]
    grids = _grids(ds, parts, freq)
    numbers = _numbers(ds, parts, grids)
    if last is None:
        last = max(int(each[-1]) for each in numbers)
    # Series that begin together have the same moments.
    moments: dict[tuple[Grid, int], np.ndarray] = {}
    for number, grid in zip(numbers, grids, strict=True):
        begun = grid, int(number[0])
        if begun not in moments:
            moments[begun] = grid.moments(np.arange(begun[1], last + 1))
    return [
        _regular_series(
            str(ids[at.start]), values[at], number - number[0], moments[grid, int(number[0])], first
        )
        for at, number, grid in zip(parts, numbers, grids, strict=True)
    ]


def last_period(panel: pd.DataFrame, freq: str | None, window_end: datetime) -> int | None:
    """The number of the panel's last period before window_end, with which all its series end; None where there is none.

    panel: as split_panel takes it.
    """
    ds = panel["ds"].to_numpy(dtype="datetime64[ns]")
    is_before = ds < np.datetime64(window_end, "ns")
    ds = ds[is_before]
    if freq is None or not len(ds):
        return None
    parts = runs(panel["unique_id"].to_numpy(dtype=object)[is_before])
    grids = _grids(ds, parts, freq)
    ends = np.array([each.stop - 1 for each in parts])
    return max(
        int(grid.numbers(ds[end : end + 1])[0])
        for grid, end in zip(grids, ends.tolist(), strict=True)
    )


def runs(names: np.ndarray) -> list[slice]:
    """(n,) -> the rows of each name, where those of one follow each other."""
    is_new = names[1:] != names[:-1]
    bounds = [0, *(np.flatnonzero(is_new) + 1).tolist(), len(names)]
    return [slice(first, end) for first, end in pairwise(bounds) if end > first]


def stack(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Series side by side, aligned at their ends: (longest, number of series), NaN above the shorter ones."""
    longest = max(len(column) for column in columns)
    # What is done goes along a series: each lies in one piece.
    matrix = np.full((longest, len(columns)), np.nan, order="F")
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
    return 1 if freq is None else SEASON_LENGTHS[step_of(freq).modelled_as]


def _events(
    unique_id: str, ds: np.ndarray, values: np.ndarray, window_start: np.datetime64
) -> Series:
    is_present = np.ones(len(ds), dtype=bool)
    return Series(unique_id, ds, values, is_present, ds >= window_start)


def _grids(ds: np.ndarray, parts: Sequence[slice], freq: str) -> list[Grid]:
    """Raises InvalidFrame where moments of a series are of different ones."""
    places = places_in_step(ds, freq)
    if (places == places[0]).all():
        return [Grid(ds.min(), freq)] * len(parts)
    for at in parts:
        off = np.flatnonzero(places[at] != places[at.start])
        if len(off):
            moment = ds[at][off[0]]
            raise InvalidFrame("panel.off_grid", moment=moment, freq=freq, origin=ds[at.start])
    return [Grid(ds[at].min(), freq) for at in parts]


def _numbers(ds: np.ndarray, parts: Sequence[slice], grids: Sequence[Grid]) -> list[np.ndarray]:
    if all(grid is grids[0] for grid in grids):
        whole = grids[0].numbers(ds)
        return [whole[at] for at in parts]
    return [grid.numbers(ds[at]) for grid, at in zip(grids, parts, strict=True)]


def _regular_series(
    unique_id: str,
    values: np.ndarray,
    place: np.ndarray,
    moments: np.ndarray,
    window_start: np.datetime64,
) -> Series:
    """place: of each row of the values among the moments."""
    length = len(moments)
    if len(place) == length:
        is_present = np.ones(length, dtype=bool)
        return Series(unique_id, moments, values, is_present, moments >= window_start)
    filled = np.full((length, values.shape[1]), np.nan)
    filled[place] = values
    is_present = np.zeros(length, dtype=bool)
    is_present[place] = True
    return Series(unique_id, moments, filled, is_present, is_present & (moments >= window_start))


def _check_order(ids: np.ndarray, ds: np.ndarray, starts: np.ndarray) -> None:
    names = ids[starts]
    if len(set(names)) != len(names):
        raise InvalidFrame("panel.not_sorted")
    is_later = np.diff(ds.astype(np.int64)) > 0
    is_later[starts[1:] - 1] = True
    if not is_later.all():
        at = int(np.flatnonzero(~is_later)[0]) + 1
        raise InvalidFrame("panel.repeats", series=ids[at], moment=ds[at])
