"""Trailing statistics that never see the point they are for, and stretches of flagged points.

All take (n, s) float64 matrices, oldest first, one series a column, NaN for unknown values.
"""

import numpy as np
import pandas as pd

# Makes a median absolute deviation, or a quantile of |residual|, estimate a normal's sigma.
SIGMA_PER_MAD = 1.482602218505602
SIGMA_PER_Q90 = 1 / 1.6448536269514722


def median_before(y: np.ndarray, window: int, min_count: int) -> np.ndarray:
    """(n, s): median of the `window` rows strictly before each row; NaN if fewer than min_count are known."""
    return pd.DataFrame(y).rolling(window, min_periods=min_count).median().shift(1).to_numpy()


def quantile_before(y: np.ndarray, window: int, min_count: int, q: float) -> np.ndarray:
    """(n, s): like median_before, for the q-quantile with linear interpolation."""
    return pd.DataFrame(y).rolling(window, min_periods=min_count).quantile(q).shift(1).to_numpy()


def phase_median_before(
    y: np.ndarray, season_length: int, cycles: int, min_count: int
) -> np.ndarray:
    """(n, s): median of the rows 1, 2, … `cycles` whole seasons before each row."""
    n, s = y.shape
    pad = cycles * season_length
    padded = np.vstack([np.full((pad, s), np.nan), y])
    # Few values a window and many windows: sorting them all at once is faster than rolling column by column.
    earlier = np.stack(
        [padded[pad - k * season_length :][:n] for k in range(1, cycles + 1)], axis=2
    )
    earlier.sort(axis=2)
    count = np.isfinite(earlier).sum(axis=2)[:, :, None]
    low = np.take_along_axis(earlier, np.maximum((count - 1) // 2, 0), axis=2)[:, :, 0]
    high = np.take_along_axis(earlier, np.minimum(count // 2, cycles - 1), axis=2)[:, :, 0]
    return np.where(count[:, :, 0] >= max(min_count, 1), (low + high) / 2, np.nan)


def known_before(y: np.ndarray) -> np.ndarray:
    """(n, s) int: how many values are known strictly before each row."""
    known = np.isfinite(y)
    return np.cumsum(known, axis=0) - known


def sort_known(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(s, n) -> each row sorted, what is unknown behind the rest, and (s,) how many are known."""
    ordered = y.copy()
    ordered.sort(axis=1)
    return ordered, np.isfinite(ordered).sum(axis=1)


def quantile_sorted(ordered: np.ndarray, count: np.ndarray, q: float) -> np.ndarray:
    """(s,): the q-quantile with linear interpolation of what sort_known gives; NaN where nothing is known."""
    at, place = np.arange(len(ordered)), q * np.maximum(count - 1, 0)
    low = place.astype(int)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    return ordered[at, low] + (place - low) * (ordered[at, high] - ordered[at, low])


def run_lengths(flags: np.ndarray) -> np.ndarray:
    """(n, s) int: the place of each flagged row in its unbroken stretch, from 1; 0 where not flagged."""
    count = np.cumsum(flags, axis=0)
    before_stretch = np.maximum.accumulate(np.where(flags, 0, count), axis=0)
    return np.where(flags, count - before_stretch, 0)


def stretches(flags: np.ndarray) -> list[tuple[int, int]]:
    """(n,) bool -> [start, end) of each unbroken stretch."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
