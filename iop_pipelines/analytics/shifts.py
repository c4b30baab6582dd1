"""Lasting changes of level: PELT on a series made robust against season, growth, spikes and autocorrelation.

Growth is no step: a line is taken off before changes are looked for, of logarithms where a series is positive and
grows by a share of itself; and what is found must be a step beside a line with a bend, too.

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

from iop_pipelines.analytics import robust
from iop_pipelines.analytics.autoregression import SURE_DRIFT, drift_of
from iop_pipelines.analytics.robust import SIGMA_PER_MAD, SIGMA_PER_Q90

_MAX_AUTOCORRELATION = 0.8
# Largest over smallest value of a series that may grow by a share of itself.
_WIDEST_RATIO = 50.0
# It grows if it goes so far by logarithms.
_LEAST_GROWTH = math.log(1.2)
# Slopes are taken between points so large a part of the series apart.
_PART_OF_SLOPE = 4
# A change is unlike the others, of which there are so many at least, by so many of their sigmas.
_UNLIKE_SIGMAS = 3.0
_LEAST_OTHERS = 8
# A step of so many of its errors is left when the line may bend there.
_LEAST_BENT = 2.0
_CLIP_SIGMAS = 3.0
# Looks in a row that may miss a change between two that see it.
_MISSED_LOOKS = 2


@dataclass(frozen=True, slots=True)
class Shift:
    """Attributes:
    at: position in y of the first period at the new level.
    before, after: the level just before and just after, without the season, in the unit of y.
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
    is_ratio = grows_by_a_share(y, season_length)
    x = remove_season(np.log(y) if is_ratio else y, season_length)[known]
    rough = _slope(x, known) * (known - known[0])
    sigma, rho = _scale(x - rough)
    if sigma == 0:
        return None
    long_run = sigma * math.sqrt((1 + rho) / (1 - rho))
    clipped = (_clip_spikes(x - rough, sigma, min_size) + rough) / long_run
    cut = _best_cut(clipped, known, penalty * math.log(len(known)), min_size)
    if cut is None:
        return None
    start, at, end = cut.ends[-3:]
    z = _step(clipped, known, cut)
    line = long_run * cut.slope * (known - known[at])
    levels = np.median((x - line)[start:at]), np.median((x - line)[at:end])
    before, after = (float(np.exp(each) if is_ratio else each) for each in levels)
    return Shift(
        at=int(known[at]),
        before=before,
        after=after,
        sigma=sigma * abs(before) if is_ratio else sigma,
        z=abs(z),
        p_value=min(1.0, 2 * float(norm.sf(abs(z))) * len(known)),
    )


@dataclass(frozen=True, slots=True)
class _Cut:
    """A series as stretches of one level each, on a line that has a slope for all of them.

    ends: 0, where each stretch after the first begins, and the length of the series.
    """

    ends: list[int]
    slope: float
    cost: float


def _best_cut(x: np.ndarray, at: np.ndarray, penalty: float, min_size: int) -> _Cut | None:
    """Levels alone, or levels on a line; None where a line alone is as good.

    x: (n,) in units of its long-run scatter; at: (n,) its places on the grid. The cost is the sum of squares, and the
    penalty for each change and for a slope.
    """
    whole = [0, len(x)]
    line = _within(x, at, whole)
    alone = _cost(x, at, whole, line, penalty)
    cuts = [_cut(x, at, 0.0, penalty, min_size)]
    sloped = _cut(x, at, _slope(x, at), penalty, min_size)
    # Levels and slope are each known better with the other.
    cuts.append(_cut(x, at, _within(x, at, sloped.ends), penalty, min_size))
    best = min(cuts, key=lambda each: each.cost)
    return best if len(best.ends) > 2 and best.cost < alone else None


def _cut(x: np.ndarray, at: np.ndarray, slope: float, penalty: float, min_size: int) -> _Cut:
    detector = ruptures.KernelCPD(kernel="linear", min_size=min_size)
    flat = x - slope * (at - at[0])
    # The library's annotations allow None, which it gives without a penalty only.
    ends = [0, *map(int, detector.fit(flat[:, None]).predict(pen=penalty) or [len(x)])]
    return _Cut(ends, slope, _cost(x, at, ends, slope, penalty))


def _cost(x: np.ndarray, at: np.ndarray, ends: list[int], slope: float, penalty: float) -> float:
    flat = x - slope * (at - at[0])
    squares = sum(float(np.var(flat[a:b])) * (b - a) for a, b in pairwise(ends))
    return squares + penalty * (len(ends) - 2 + (slope != 0))


def _within(x: np.ndarray, at: np.ndarray, ends: list[int]) -> float:
    """The slope that all stretches have in common, by least squares."""
    parts = [(x[a:b] - x[a:b].mean(), at[a:b] - at[a:b].mean()) for a, b in pairwise(ends)]
    spread = sum(float(t @ t) for _, t in parts)
    return sum(float(t @ each) for each, t in parts) / max(spread, 1e-300)


def _step(x: np.ndarray, at: np.ndarray, cut: _Cut) -> float:
    """The last step over its standard error; 0 where a bend of the line explains it as well."""
    start, step, end = cut.ends[-3:]
    if not _is_unlike_others(x, step, min(step - start, end - step)):
        return 0.0
    x, at, step = x[start:end], at[start:end], step - start
    is_after = (np.arange(len(x)) >= step).astype(float)
    t = (at - at[step]) / max(at[-1] - at[0], 1)
    bent = _last_over_error([np.ones(len(x)), t, t * is_after, is_after], x)
    line = [] if cut.slope == 0 else [t]
    z = _last_over_error([np.ones(len(x)), *line, is_after], x)
    return z if z * bent > 0 and abs(bent) >= _LEAST_BENT else 0.0


def _is_unlike_others(x: np.ndarray, step: int, width: int) -> bool:
    """Whether the level changes there as it does nowhere else: between so many points before and after.

    What wanders, grows or swings slowly has changes as large all the time, whatever its scatter from point to point.
    """
    sums = np.concatenate([[0.0], np.cumsum(x)])
    places = np.arange(width, len(x) - width + 1)
    after, before = sums[places + width] - sums[places], sums[places] - sums[places - width]
    changes = (after - before) / width
    others = changes[np.abs(places - step) >= width]
    if len(others) < _LEAST_OTHERS:
        return True
    usual = np.median(others)
    off = np.abs(others - usual)
    spread = max(np.median(off) * SIGMA_PER_MAD, np.quantile(off, 0.9) * SIGMA_PER_Q90)
    return abs(changes[places == step][0] - usual) > _UNLIKE_SIGMAS * spread


def _last_over_error(columns: list[np.ndarray], x: np.ndarray) -> float:
    """The last coefficient by least squares over its error, where x scatters by 1."""
    matrix = np.column_stack(columns)
    spread = np.linalg.pinv(matrix.T @ matrix)
    return float((spread @ matrix.T @ x)[-1] / math.sqrt(max(spread[-1, -1], 1e-300)))


def grows_by_a_share(y: np.ndarray, season_length: int) -> bool:
    """Whether a series is positive, none of its values is very many times another, and its logarithms go somewhere on a
    line, closer to it than the values lie to theirs."""
    at = np.flatnonzero(np.isfinite(y))
    known = y[at]
    if known.min() <= 0 or known.max() > _WIDEST_RATIO * known.min():
        return False
    off = []
    for each in (y, np.log(y)):
        x = remove_season(each, season_length)[at]
        slope = _slope(x, at)
        flat = x - slope * at
        way = abs(slope) * len(y)
        off.append(float(np.median(np.abs(flat - np.median(flat)))) / max(way, 1e-300))
    return off[1] < off[0] and way > _LEAST_GROWTH


def _slope(x: np.ndarray, at: np.ndarray) -> float:
    """The median slope between points a quarter of the series apart, which a step touches a third of at most."""
    apart = max(len(x) // _PART_OF_SLOPE, 1)
    return float(np.median((x[apart:] - x[:-apart]) / (at[apart:] - at[:-apart])))


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
    """y less the effects of its season; y itself under three seasons."""
    effects = season_effects(y, season_length)
    return y if effects is None else y - np.resize(effects, len(y))


def season_effects(y: np.ndarray, season_length: int) -> np.ndarray | None:
    """(season_length,) by phase from the first row on, the median distance from a centred rolling median; None under
    three seasons."""
    if season_length <= 1 or np.isfinite(y).sum() < 3 * season_length:
        return None
    # A line leans the median of a season: what each season adds to the one before is taken off first.
    drift, errors = drift_of(y[None], season_length)
    if errors[0] > SURE_DRIFT:
        y = y - drift[0] / season_length * np.arange(len(y))
    level = pd.Series(y).rolling(season_length, center=True, min_periods=1).median().to_numpy()
    cycles = np.full(-(-len(y) // season_length) * season_length, np.nan)
    cycles[: len(y)] = y - level
    by_phase = robust.quantiles(cycles.reshape(-1, season_length).T, 0.5)[0]
    return np.where(np.isfinite(by_phase), by_phase, 0.0)


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
