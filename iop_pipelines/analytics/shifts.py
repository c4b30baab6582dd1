"""Lasting changes of level: PELT on a series made robust against season, spikes and autocorrelation.

A spike never is a change: values are clipped to three sigmas of their neighbourhood first, the bounded-loss idea of
Fearnhead & Rigaill, Changepoint detection in the presence of outliers (JASA 2019). Sigma and lag-1 autocorrelation come
from first and second differences, which level shifts leave alone: Chakar, Lebarbier, Lévy-Leduc &
Robin, A robust approach for estimating change-points in the mean of an AR(1) process (2017).
"""

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import ruptures
from scipy.stats import norm

from iop_pipelines.analytics.robust import SIGMA_PER_MAD

_MAX_AUTOCORRELATION = 0.8
_CLIP_SIGMAS = 3.0
# Looks in a row that may miss a change between two that see it.
_MISSED_LOOKS = 2


@dataclass(frozen=True, slots=True)
class Shift:
    """Attributes:
    at: position in y of the first period at the new level.
    before, after: medians of y in the segments either side, in the unit of y.
    sigma: robust scatter about the level.
    z: strength; the change over its standard error, autocorrelation allowed for.
    p_value: two-sided, times the number of places the change could have been at.
    """

    at: int
    before: float
    after: float
    sigma: float
    z: float
    p_value: float


def latest_shift(
    y: np.ndarray, *, season_length: int = 1, penalty: float = 3.0, min_size: int = 7
) -> Shift | None:
    """The last change of level in a series, or None.

    Args:
        y: (n,) float64, equally spaced, oldest first; NaN for gaps, which are left out.
        season_length: its medians by phase are taken out first, if there are three seasons.
        penalty: of one change, in multiples of log n of the standardised series.
        min_size: shortest stretch that counts as a level, in known points.

    Source: Killick, Fearnhead & Eckley, PELT (JASA 2012), as in ruptures' KernelCPD with a linear kernel.
    """
    known = np.flatnonzero(np.isfinite(y))
    if len(known) < 2 * min_size:
        return None
    x = remove_season(y, season_length)[known]
    sigma, rho = _scale(x)
    if sigma == 0:
        return None
    clipped = _clip_spikes(x, sigma, min_size)
    long_run = sigma * math.sqrt((1 + rho) / (1 - rho))
    detector = ruptures.KernelCPD(kernel="linear", min_size=min_size)
    # The library's annotations allow None, which it gives without a penalty only.
    ends = detector.fit((clipped / long_run)[:, None]).predict(pen=penalty * math.log(len(x))) or []
    if len(ends) < 2:
        return None
    edges = [0, *(int(end) for end in ends)]
    start, at, end = edges[-3:]
    error = long_run * math.sqrt(1 / (at - start) + 1 / (end - at))
    z = float((clipped[at:end].mean() - clipped[start:at].mean()) / error)
    return Shift(
        at=int(known[at]),
        before=float(np.median(x[start:at])),
        after=float(np.median(x[at:end])),
        sigma=sigma,
        z=abs(z),
        p_value=min(1.0, 2 * float(norm.sf(abs(z))) * len(x)),
    )


def anchored_shift(
    y: np.ndarray,
    window: int,
    *,
    recent: int,
    season_length: int = 1,
    penalty: float = 3.0,
    min_size: int = 7,
) -> Shift | None:
    """The last change in the trailing `window`, with a date that stays the same as data follow.

    A change's estimated place moves while the new level has few points. So it is believed on the first
    period whose look agrees with that of the period before, and keeps the place it had then: looking
    again at the series as it ended one, two, … periods earlier finds it in every later execution.

    Args:
        y: (n,) as in latest_shift; the window ends with its last element.
        recent: a change that is older than this many periods is not looked for.
    """

    def look(end: int) -> Shift | None:
        first = max(0, end - window)
        found = latest_shift(
            y[first:end], season_length=season_length, penalty=penalty, min_size=min_size
        )
        return found and replace(found, at=found.at + first)

    now = look(len(y))
    # A place that was believed earlier differs from the present one by less than a shortest level.
    if now is None or len(y) - now.at > recent + min_size:
        return None
    places, end, misses = [now.at], len(y) - 1, 0
    while end > now.at and misses <= _MISSED_LOOKS:
        earlier = look(end)
        is_same = earlier is not None and abs(earlier.at - now.at) <= min_size
        places.append(earlier.at if earlier is not None and is_same else -1)
        misses = 0 if is_same else misses + 1
        end -= 1
    agreed = [new for new, old in pairwise(places) if new == old != -1]
    if not agreed or len(y) - agreed[-1] > recent:
        return None
    return replace(now, at=agreed[-1])


def remove_season(y: np.ndarray, season_length: int) -> np.ndarray:
    """y less the median, by phase, of its distance from a centred rolling median; y itself under three seasons."""
    if season_length <= 1 or np.isfinite(y).sum() < 3 * season_length:
        return y
    level = pd.Series(y).rolling(season_length, center=True, min_periods=1).median().to_numpy()
    phase = np.arange(len(y)) % season_length
    effects = pd.Series(y - level).groupby(phase).transform("median").to_numpy()
    return y - effects


def _scale(x: np.ndarray) -> tuple[float, float]:
    """Marginal sigma and lag-1 autocorrelation, from medians of |differences|, or their squares' mean where 0."""
    one, two = np.abs(x[1:] - x[:-1]), np.abs(x[2:] - x[:-2])
    first, second = float(np.median(one)), float(np.median(two))
    factor = SIGMA_PER_MAD
    if first == 0 or second == 0:
        first, second, factor = math.sqrt(np.mean(one**2)), math.sqrt(np.mean(two**2)), 1.0
    if first == 0:
        return 0.0, 0.0
    rho = min(max((second / first) ** 2 - 1, 0.0), _MAX_AUTOCORRELATION)
    return factor * first / math.sqrt(2 * (1 - rho)), rho


def _clip_spikes(x: np.ndarray, sigma: float, min_size: int) -> np.ndarray:
    width = 2 * min_size - 1
    middle = pd.Series(x).rolling(width, center=True, min_periods=min_size).median().to_numpy()
    return np.clip(x, middle - _CLIP_SIGMAS * sigma, middle + _CLIP_SIGMAS * sigma)
