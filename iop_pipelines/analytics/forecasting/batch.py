"""Series side by side, aligned at their ends, with what is missing inside them filled in.

A column may begin later than the others: `start` says where, and everything above it is 0 and no observation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Batch:
    """
    Attributes:
        y: (n, s) float64 without NaN, oldest first; 0 above a column's start.
        start: (s,) the first observation of each column, below n.
    """

    y: np.ndarray
    start: np.ndarray

    @property
    def count(self) -> np.ndarray:
        """(s,) observations of each column."""
        return len(self.y) - self.start

    @property
    def is_known(self) -> np.ndarray:
        """(n, s) bool, at or below the start."""
        return np.arange(len(self.y))[:, None] >= self.start

    def replaced(self, y: np.ndarray) -> "Batch":
        """Other values of the same periods; what stands above the starts becomes 0."""
        return Batch(np.where(self.is_known, y, 0.0), self.start)

    def take(self, columns: np.ndarray) -> "Batch":
        return Batch(self.y[:, columns], self.start[columns])

    def last(self, count: int) -> "Batch":
        """At most the last `count` periods."""
        cut = max(0, len(self.y) - count)
        return Batch(self.y[cut:], np.maximum(self.start - cut, 0))


def batch_of(columns: Sequence[np.ndarray]) -> Batch:
    """From (n_i,) float64 arrays without NaN, each of at least one value."""
    longest = max(len(column) for column in columns)
    y = np.zeros((longest, len(columns)))
    for place, column in enumerate(columns):
        y[longest - len(column) :, place] = column
    return Batch(y, np.array([longest - len(column) for column in columns]))


def filled(y: np.ndarray, season_length: int) -> np.ndarray:
    """Between the first and the last known value, without NaN.

    A gap takes the mean of the same phase a season before and after where either is known, else the straight
    line between its neighbours.

    y: (n,) float64, oldest first; NaN (and infinite) is unknown. At least one value is known.
    """
    known = np.flatnonzero(np.isfinite(y))
    part = np.where(np.isfinite(y), y, np.nan)[known[0] : known[-1] + 1]
    gaps = np.flatnonzero(np.isnan(part))
    if not len(gaps):
        return part
    n = len(part)
    whole = part.copy()
    if season_length > 1:
        earlier = np.where(gaps >= season_length, part[gaps - season_length], np.nan)
        later = np.where(
            gaps + season_length < n, part[np.minimum(gaps + season_length, n - 1)], np.nan
        )
        both = np.where(
            np.isnan(earlier), later, np.where(np.isnan(later), earlier, (earlier + later) / 2)
        )
        whole[gaps] = both
    left = np.flatnonzero(np.isnan(whole))
    if len(left):
        there = np.flatnonzero(~np.isnan(part))
        whole[left] = np.interp(left, there, part[there])
    return whole


def total(values: np.ndarray) -> np.ndarray:
    """The sum over the first axis, added in order: the same bits whatever stands beside or above a column."""
    return np.add.accumulate(values, axis=0)[-1]


def windows(values: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """(len(low), s): sums of the rows from each low up to and without its high."""
    summed = np.concatenate([np.zeros((1, values.shape[1])), np.add.accumulate(values, axis=0)])
    return summed[high] - summed[low]
