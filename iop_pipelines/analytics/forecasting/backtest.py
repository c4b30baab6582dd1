"""Past moments from which the members forecast what is known by now: how they did, and what they are trusted for.

A column of the batch of origins ends where its series was cut, so nothing that came later is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

import numpy as np

from iop_pipelines.analytics.forecasting.batch import Batch, batch_of
from iop_pipelines.analytics.forecasting.seasons import seasons_shown

# Past moments that a series is forecast from, and how many of them go into one horizon: few where the past is long,
# since errors of the same periods are one error told again, and a year of them says little of ten.
_ORIGINS = 12
_FEWEST_PER_HORIZON, _MOST_PER_HORIZON = 2, 4
# The part of the past that they are spread over: with less than the other half before it, a forecast errs more.
_PART = 2
# A series that is nearly alone has no neighbours to learn the size of errors from.
_MANY_ORIGINS = 24
_ALONE = 3
# Observations that an origin has before it.
_MIN_BEFORE, _MAX_BEFORE = 5, 30
# A member whose error is so many times that of the seasonal naive forecast is left out.
_DROP_BEYOND = 2.0
# Of the origins, at which the seasonal naive forecast must have been the better one to be taken instead.
_LOST = 0.75


@dataclass(frozen=True, slots=True)
class Origins:
    """
    Attributes:
        batch: (n, o) a column for each origin, cut there.
        series: (o,) which series it is of; held: (o,) how many of its periods came after.
        future: (h, o) what came then; NaN where that is not known yet.
    """

    batch: Batch
    series: np.ndarray
    held: np.ndarray
    future: np.ndarray

    def take(self, kept: np.ndarray) -> "Origins":
        return Origins(
            self.batch.take(kept), self.series[kept], self.held[kept], self.future[:, kept]
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """
    Attributes:
        is_kept: (members, s) bool, the member is part of the median.
        is_naive: (s,) bool, the seasonal naive forecast alone is taken.
    """

    is_kept: np.ndarray
    is_naive: np.ndarray

    def median(self, members: np.ndarray, series: np.ndarray) -> np.ndarray:
        """(h, columns) of (members, h, columns), which are of these series; a NaN is no member there."""
        kept = np.where(self.is_kept[:, None, series], members, np.nan)
        return np.where(self.is_naive[series], members[0], np.nanmedian(kept, axis=0))


def origins_of(
    columns: Sequence[np.ndarray], lengths: Sequence[int], h: int, *, together: bool = False
) -> Origins | None:
    """Moments with h known periods after them, and some before; fewer known ones where a series is short.

    They are spread over the later half of a series, between a half and a quarter of a horizon apart, and last ones
    where it is shorter than that. None where no series has any.

    together: the series have moments in common, so that one can learn from what the others were then: as far apart as
    the middle one's are.
    """
    usual = min(max(_MIN_BEFORE, 2 * (lengths[0] if lengths else 1) + 2), _MAX_BEFORE)
    most = _ORIGINS if len(columns) > _ALONE else _MANY_ORIGINS
    befores = [usual if len(y) > usual else _MIN_BEFORE for y in columns]
    firsts = [min(h, len(y) - before) for y, before in zip(columns, befores, strict=True)]
    aparts = [
        _apart(min(len(y) // _PART, len(y) - before - first) // (most - 1), h)
        for y, before, first in zip(columns, befores, firsts, strict=True)
    ]
    if together:
        aparts = [median_low(aparts)] * len(aparts)
    cut, series, helds, futures = [], [], [], []
    given = zip(columns, befores, firsts, aparts, strict=True)
    for place, (y, before, first, apart) in enumerate(given):
        for held in range(first, first + most * apart, apart):
            if first < 1 or len(y) - held < before:
                break
            future = np.full(h, np.nan)
            known = y[len(y) - held :][:h]
            future[: len(known)] = known
            cut.append(y[: len(y) - held])
            series.append(place)
            helds.append(held)
            futures.append(future)
    if not cut:
        return None
    return Origins(batch_of(cut), np.array(series), np.array(helds), np.array(futures).T)


def _apart(room: int, h: int) -> int:
    """Periods from one origin to the next, of those that there is room for."""
    least = max(1, h // _MOST_PER_HORIZON)
    return max(least, min(room, h // _FEWEST_PER_HORIZON))


def alike(origins: Origins, present: Batch, lengths: Sequence[int]) -> np.ndarray:
    """Places of those at which a series showed the seasons that it shows now; of all of a series that has none such.

    A forecast that did not know the season yet was another one, and its errors say nothing of how far today's is off.
    """
    now, then = seasons_shown(present, lengths), seasons_shown(origins.batch, lengths)
    is_alike = (then == now[:, origins.series]).all(axis=0)
    has_none = _by_series(is_alike.astype(float), origins, present.y.shape[1]) == 0
    return np.flatnonzero(is_alike | has_none[origins.series])


def trusted(members: int, series: int) -> Judged:
    """All of them, where there is no past to judge them by."""
    return Judged(np.ones((members, series), dtype=bool), np.zeros(series, dtype=bool))


def judge(members: np.ndarray, origins: Origins, series: int) -> Judged:
    """What the members are trusted for.

    members: (members, h, origins) forecasts, the seasonal naive one first.
    """
    errors = np.abs(members - origins.future)
    totals = np.array([_by_series(_summed(each), origins, series) for each in errors])
    is_kept = totals <= _DROP_BEYOND * totals[0]
    is_kept[0] = True
    judged = Judged(is_kept, np.zeros(series, dtype=bool))
    ours = _summed(np.abs(judged.median(members, origins.series) - origins.future))
    lost = _by_series((ours > _summed(errors[0])).astype(float), origins, series)
    count = _by_series(np.ones(len(ours)), origins, series)
    is_naive = (
        (count > 0)
        & (_by_series(ours, origins, series) >= totals[0])
        & (lost >= np.maximum(_LOST * count, 1))
    )
    return Judged(is_kept, is_naive)


def _summed(errors: np.ndarray) -> np.ndarray:
    """(o,) over the known periods."""
    return np.add.accumulate(np.nan_to_num(errors), axis=0)[-1]


def _by_series(values: np.ndarray, origins: Origins, series: int) -> np.ndarray:
    return np.bincount(origins.series, weights=values, minlength=series)
