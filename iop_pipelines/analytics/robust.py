"""Quantiles of what is known, for many series at once, and stretches of flagged points."""

import numpy as np

# Makes a median absolute deviation, or a quantile of |residual|, estimate a normal's sigma.
SIGMA_PER_MAD = 1.482602218505602
SIGMA_PER_Q90 = 1 / 1.6448536269514722


def quantiles(y: np.ndarray, *qs: float) -> list[np.ndarray]:
    """(s,) for each q: the q-quantile of the known values of each row of y, (s, n); NaN where there is none."""
    ordered, count = sort_known(y)
    last = y.shape[1] - 1
    if last < 0 or (count <= last).any():
        return [quantile_sorted(ordered, count, q) for q in qs]
    # Where all is known each row has it at the same place.
    found = []
    for q in qs:
        low = int(q * last)
        below, above = ordered[:, low], ordered[:, min(low + 1, last)]
        found.append(below + (q * last - low) * (above - below))
    return found


def sort_known(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(s, n) -> each row sorted, what is unknown behind the rest, and (s,) how many are known."""
    ordered = y.copy()
    ordered.sort(axis=1)
    if ordered.shape[1] and np.isfinite(ordered[:, -1]).all():
        return ordered, np.full(len(y), ordered.shape[1])
    return ordered, np.isfinite(ordered).sum(axis=1)


def quantile_sorted(ordered: np.ndarray, count: np.ndarray, q: float | np.ndarray) -> np.ndarray:
    """(s,): the q-quantile with linear interpolation of what sort_known gives; NaN where nothing is known.

    q: one for all rows, or (s,).
    """
    at, place = np.arange(len(ordered)), q * np.maximum(count - 1, 0)
    low = place.astype(int)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    return ordered[at, low] + (place - low) * (ordered[at, high] - ordered[at, low])


def stretches(flags: np.ndarray) -> list[tuple[int, int]]:
    """(n,) bool -> [start, end) of each unbroken stretch."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
