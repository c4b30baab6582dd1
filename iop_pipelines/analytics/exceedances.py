"""How seldom chance gives a score of which nothing is known but that more is stranger, by those before it.

The largest tenth of what came before falls off exponentially above its beginning (peaks over a threshold with shape 0:
Pickands 1975), as steeply as that tenth does or as the half above the median, whichever is the less steep. What has no
known score is no part of it. A row is judged by the rows before it alone, so that it scores the same whatever follows.
"""

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from math import exp, isfinite, log

import numpy as np

# Of fewer scores nobody knows what is usual.
MIN_KNOWN = 20
# Those that a row is compared with at most, the last ones.
MEMORY = 1000
_TAIL_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Exceedances:
    """(n,) each, NaN where too few scores were known before, or the row has none.

    Attributes:
        p: the chance of a score as large.
        rank: the share of the scores before that were smaller, under 1 even if all were.
        usual: what one score before in a hundred was larger than.
    """

    p: np.ndarray
    rank: np.ndarray
    usual: np.ndarray


def exceedances(score: np.ndarray) -> Exceedances:
    """score: (n,) float64, oldest first, NaN for unknown; larger is stranger."""
    n = len(score)
    p, rank, usual = (np.full(n, np.nan) for _ in range(3))
    past: list[float] = []
    order: deque[float] = deque()
    for row, value in enumerate(score.tolist()):
        is_known = isfinite(value)
        if len(past) >= MIN_KNOWN:
            usual[row] = _quantile(past, 0.99)
            if is_known:
                smaller = bisect_left(past, value)
                rank[row] = smaller / (len(past) + 1)
                p[row] = _chance(past, value)
        if is_known:
            insort(past, value)
            order.append(value)
            if len(order) > MEMORY:
                del past[bisect_left(past, order.popleft())]
    return Exceedances(p, rank, usual)


def _chance(past: list[float], value: float) -> float:
    count = len(past)
    beyond = max(int(_TAIL_SHARE * count), 1)
    base = past[count - 1 - beyond]
    if value <= base:
        return 1.0
    of_tail = sum(past[count - beyond :]) / beyond - base
    of_half = (base - past[(count - 1) // 2]) / log(0.5 / _TAIL_SHARE)
    scale = max(of_tail, of_half)
    share = (beyond + 1) / (count + 1)
    # What never varied says of what is larger only that it did not happen yet.
    return share * exp(-(value - base) / scale) if scale > 0 else 1 / (count + 1)


def _quantile(past: list[float], share: float) -> float:
    place = share * (len(past) - 1)
    low = int(place)
    high = min(low + 1, len(past) - 1)
    return past[low] + (place - low) * (past[high] - past[low])
