"""Seasons that change slowly, several at once, taken off one after the other; what is left has a level and a trend.

Source: Bandara, Hyndman & Bergmeir, MSTL (2021), after Cleveland et al., STL (1990). Smoothing is by running lines
over a window of a season for the trend and by tricube weights over the cycles for the seasons, which cost a few
additions a period instead of a local regression.
"""

from collections.abc import Sequence

import numpy as np

from iop_pipelines.analytics.forecasting.batch import Batch, total, windows
from iop_pipelines.analytics.forecasting.seasons import by_phase, classical_indices, repeated

_ROUNDS = 2
# Cycles on either side that a phase learns from, for the shortest season and for each longer one.
_CYCLES = (4, 6, 8)


def split_seasons(batch: Batch, seasons: Sequence[int]) -> tuple[Batch, list[np.ndarray]]:
    """What is left of the batch without the seasons, and the last cycle of each, (m, s).

    seasons: shortest first; where a column is shorter than two of a season, that one is 0.
    """
    n = len(batch.y)
    parts = [np.zeros(batch.y.shape) for _ in seasons]
    for turn in range(_ROUNDS if seasons else 0):
        for place, m in enumerate(seasons):
            others = sum((part for at, part in enumerate(parts) if at != place), np.zeros(1))
            rest = batch.replaced(batch.y - others)
            if turn == 0:
                # A window that is not whole would take half a season for a slope.
                parts[place] = repeated(_fixed(rest, m), n)
            trend = running_lines(batch.replaced(rest.y - parts[place]), max(m // 2, 2))
            loose = np.where(batch.is_known, rest.y - trend, np.nan)
            smooth = _smooth_cycles(by_phase(loose, m), _CYCLES[min(place, 2)])
            # What a season holds of the level belongs to the trend.
            smooth = smooth - total(smooth.swapaxes(0, 1))[:, None] / m
            part = smooth.reshape(-1, smooth.shape[-1])[-n:]
            parts[place] = np.where(batch.is_known & (batch.count >= 2 * m), part, 0.0)
    left = batch.replaced(batch.y - sum(parts, np.zeros(1)))
    return left, [
        np.concatenate([np.zeros((max(m - n, 0), batch.y.shape[1])), part[-m:]])
        for m, part in zip(seasons, parts, strict=True)
    ]


def _fixed(batch: Batch, m: int) -> np.ndarray:
    indices = classical_indices(batch, m, np.zeros(batch.y.shape[1], dtype=bool))
    return np.where(batch.count >= 2 * m, indices, 0.0)


def running_lines(batch: Batch, half: int) -> np.ndarray:
    """(n, s): at each period the straight line through the known ones within `half` periods of it."""
    n = len(batch.y)
    known = batch.is_known
    u = (np.arange(n) - (n - 1.0))[:, None]
    columns = (known * 1.0, known * u, known * (u * u), batch.y, batch.y * u)
    low = np.maximum(np.arange(n) - half, 0)
    high = np.minimum(np.arange(n) + half + 1, n)
    k, u1, u2, y0, y1 = (windows(each, low, high) for each in columns)
    k = np.maximum(k, 1)
    mean_u, mean_y = u1 / k, y0 / k
    spread = u2 / k - mean_u * mean_u
    slope = np.where(k > 2, (y1 / k - mean_u * mean_y) / np.maximum(spread, 1e-12), 0.0)
    return np.where(known, mean_y + slope * (u - mean_u), 0.0)


def _smooth_cycles(folded: np.ndarray, reach: int) -> np.ndarray:
    """(cycles, m, s): each phase by the tricube-weighted mean of itself in the cycles around."""
    known = ~np.isnan(folded)
    values = np.where(known, folded, 0.0)
    cycles = len(folded)
    top = np.zeros(folded.shape)
    weight = np.zeros(folded.shape)
    for lag in range(-min(reach, cycles - 1), min(reach, cycles - 1) + 1):
        share = (1 - (abs(lag) / (reach + 1)) ** 3) ** 3
        to = slice(max(lag, 0), cycles + min(lag, 0))
        from_ = slice(max(-lag, 0), cycles + min(-lag, 0))
        top[to] += share * values[from_]
        weight[to] += share * known[from_]
    return np.where(weight > 0, top / np.maximum(weight, 1e-300), 0.0)
