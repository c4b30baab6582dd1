"""What a person is told when each row is a delivery of its own: the product's rules about one series.

A finding opens a recommendation. While it is open, further findings are occurrences of it. Executions without the
finding, one after another, close it, and then the same finding is silent for a while unless it is graver.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime

import numpy as np
import pandas as pd

RECOVERY = 2

Silence = Callable[[datetime, datetime], datetime]
"""(first moment of the data, moment of the recovery) -> the last moment of silence."""


def told(
    is_finding: np.ndarray, is_critical: np.ndarray, ds: np.ndarray, silence: Silence
) -> np.ndarray:
    """(n,) bool: the rows at which a recommendation opens."""
    opened = np.zeros(len(ds), dtype=bool)
    is_open, clean, gravest = False, 0, -1
    silent_until = None
    first = _moment(ds[0])
    for row in range(len(ds)):
        gravity = int(is_critical[row])
        if not is_finding[row]:
            clean += 1
            if is_open and clean == RECOVERY:
                is_open, silent_until = False, silence(first, _moment(ds[row]))
            continue
        clean = 0
        is_silent = silent_until is not None and _moment(ds[row]) <= silent_until
        if not is_open and (not is_silent or gravity > gravest):
            opened[row] = is_open = True
            gravest = gravity
        gravest = max(gravest, gravity)
    return opened


def first_hits(score: np.ndarray, ds: np.ndarray, silence: Silence) -> np.ndarray:
    """(n,) the scores that are told at some threshold: NaN where a row within the silence before is as strange.

    What a threshold-free measure sees of the rule: whatever the threshold, the first row above it speaks, and then
    only a stranger one until the silence is over.
    """
    kept = np.full(len(score), np.nan)
    first = _moment(ds[0])
    ends: deque[tuple[np.datetime64, float]] = deque()
    for row in np.flatnonzero(np.isfinite(score)):
        while ends and ends[0][0] < ds[row]:
            ends.popleft()
        if not ends or score[row] > ends[0][1]:
            kept[row] = score[row]
        while ends and ends[-1][1] <= score[row]:
            ends.pop()
        ends.append((np.datetime64(silence(first, _moment(ds[row])), "ns"), float(score[row])))
    return kept


def _moment(stamp: np.datetime64) -> datetime:
    return pd.Timestamp(stamp).to_pydatetime()
