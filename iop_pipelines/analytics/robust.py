"""Quantiles of what is known, for many series at once, and stretches of flagged points."""

import numpy as np

# Makes a median absolute deviation, or a quantile of |residual|, estimate a normal's sigma.
SIGMA_PER_MAD = 1.482602218505602
SIGMA_PER_Q90 = 1 / 1.6448536269514722


def quantiles(y: np.ndarray, *qs: float) -> list[np.ndarray]:
    """(s,) for each q: the q-quantile of the known values of each row of y, (s, n); NaN where there is none."""
    ordered = y.copy()
    ordered.sort(axis=1)
    last = y.shape[1] - 1
    if last < 0 or not np.isfinite(ordered[:, last]).all():
        return [_of_known(ordered, q) for q in qs]
    # Where all is known each row has it at the same place.
    found = []
    for q in qs:
        low = int(q * last)
        below, above = ordered[:, low], ordered[:, min(low + 1, last)]
        found.append(below + (q * last - low) * (above - below))
    return found


def _of_known(ordered: np.ndarray, q: float) -> np.ndarray:
    """(s,): the q-quantile with linear interpolation of each sorted row, whose unknown values lie behind the rest."""
    last = np.maximum(np.isfinite(ordered).sum(axis=1) - 1, 0)
    at, place = np.arange(len(ordered)), q * last
    low = place.astype(int)
    high = np.minimum(low + 1, last)
    return ordered[at, low] + (place - low) * (ordered[at, high] - ordered[at, low])


def stretches(flags: np.ndarray) -> list[tuple[int, int]]:
    """(n,) bool -> [start, end) of each unbroken stretch."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False].astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
