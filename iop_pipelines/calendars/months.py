"""Days of the month on which a daily series always does something: its end, a pay day, the end of a quarter.

Nobody declares them, and a week says nothing of them. What a day is beside its own weekday is ranked among the days
about it; a day of the month that means nothing has any rank as often as any other, month by month. So few months of
high ranks say much, and a level, a trend or a slow wave say nothing, since they move the days about a day as well.

So that one odd month changes nothing, it takes little chance (one in a thousand, of all days that are tried) to find
a day and much (one in twenty) to drop it again. A series is looked at on fixed dates, the rarer the longer its past,
and its first month begins on the first of one: a look-back that moves on with each delivery sees the same until its
first month is another. What is said of a row depends on the rows before the look before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from scipy.special import erfc, ndtri

from iop_pipelines.domain.calendars import CalendarDeclaration

# So little chance finds a day, and so much drops it again.
_FOUND, _DROPPED = 1e-3, 0.05
_LEAST_TIMES = 4
# Months before the first look; and a look stands where the number of its month, counted from 1970, is a multiple of a
# power of two that is at most half of the months before it.
_FIRST_MONTHS = 4
# Days of a look's month that it sees: by then all is known that the first of them is ranked among.
_SEEN_OF_MONTH = 11
# Cells of series that are looked at together; each is held some twenty times.
_CELLS_AT_ONCE = 200_000
# Days on either side that a day is ranked among, and weeks before it that its weekday is known by.
_ABOUT = 10
_WEEKS = 4
_WEEK = 7
_LAST_NUMBER = 28
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class MonthDays:
    """What is special in a month: the fields of a calendar's declaration that are not given there."""

    pay_day: int | str | None = None
    month_end: bool = False
    quarter_end: bool = False

    def __bool__(self) -> bool:
        return self != MonthDays()

    def within(self, declared: CalendarDeclaration) -> CalendarDeclaration:
        found = {
            "pay_day": self.pay_day,
            "month_end": self.month_end,
            "quarter_end": self.quarter_end,
        }
        return declared.model_copy(update={name: each for name, each in found.items() if each})


@dataclass(frozen=True, slots=True)
class Look:
    """rows: how many it saw; what it found holds from there to the next. strength: the share of what the days about a
    day do not explain that the found days do, 0 to 1."""

    rows: int
    found: MonthDays
    strength: float


def looks_at_months(ds: np.ndarray, y: np.ndarray) -> list[list[Look]]:
    """Of each series.

    Args:
        ds: (n,) datetime64, ascending, one a day at most; y: (n, s) float64, NaN where unknown.
    """
    if not len(ds):
        return [[] for _ in y.T]
    days = ds.astype("datetime64[D]")
    first = _first_of_month(days[0])
    seen = [
        (int(np.searchsorted(days, end)), int((end - first).astype(int)))
        for end in _ends_of_looks(first, days[-1])
    ]
    if not seen:
        return [[] for _ in y.T]
    kept = days >= first
    places, count = (days[kept] - first).astype(int), int((days[-1] - first).astype(int)) + 1
    tried = _candidates(int(first.astype(np.int64)), count)
    at_once = max(1, _CELLS_AT_ONCE // count)
    found: list[list[Look]] = []
    for begin in range(0, y.shape[1], at_once):
        values = np.full((count, min(at_once, y.shape[1] - begin)), np.nan)
        values[places] = y[kept, begin : begin + at_once]
        found += _looks_at(values, tried, seen)
    return found


def _first_of_month(day: np.datetime64) -> np.datetime64:
    """The first day of a month that is not before it."""
    month = day.astype("datetime64[M]")
    begun = month.astype("datetime64[D]")
    return begun if begun == day else (month + 1).astype("datetime64[D]")


def _ends_of_looks(first: np.datetime64, last: np.datetime64) -> list[np.datetime64]:
    """Of each look the day before which it sees all; first: of the first month."""
    begin = int(first.astype("datetime64[M]").astype(int))
    months = np.arange(begin + _FIRST_MONTHS, int(last.astype("datetime64[M]").astype(int)) + 1)
    steps = 2 ** np.floor(np.log2((months - begin) / 2)).astype(int)
    looked = months[months % steps == 0].astype("datetime64[M]")
    ends = looked.astype("datetime64[D]") + _SEEN_OF_MONTH
    return [*ends[ends <= last + 1]]


def _looks_at(
    values: np.ndarray, tried: "_Tried", seen: Sequence[tuple[int, int]]
) -> list[list[Look]]:
    """values: (n, s), a row a day; seen: of each look the rows of the series before it, and those of the values."""
    away = _beside_its_weekday(values)
    scores = _scores(away)
    nothing = [Look(rows, MonthDays(), 0.0) for rows, _ in seen]
    # Most series show none: only those that do are looked at one by one.
    is_worth = np.zeros(values.shape[1], dtype=bool)
    for _, end in seen:
        is_free = np.arange(len(values)) < end - _ABOUT
        is_worth |= (tried.chances(scores, is_free) < _FOUND).any(axis=0)
    return [
        _looks(away[:, at], scores[:, at : at + 1], tried, seen) if is_worth[at] else [*nothing]
        for at in range(values.shape[1])
    ]


def _looks(
    away: np.ndarray, scores: np.ndarray, tried: "_Tried", seen: Sequence[tuple[int, int]]
) -> list[Look]:
    looks: list[Look] = []
    before: frozenset[MonthDays] = frozenset()
    for rows, end in seen:
        before = _found(scores, tried, end, before)
        looks.append(Look(rows, _together(before), _strength(away[:end], tried, before)))
    return looks


def _beside_its_weekday(values: np.ndarray) -> np.ndarray:
    """(n, s) the distance from the middle of the same weekday in the weeks before; NaN where two are unknown."""
    n = len(values)
    is_known = np.isfinite(values)
    count, total = np.zeros(values.shape, dtype=np.int8), np.zeros(values.shape)
    lowest, highest = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    figures = np.where(is_known, values, 0.0)
    unless_known = np.where(is_known, values, np.nan)
    for lag in range(_WEEK, _WEEK * _WEEKS + 1, _WEEK):
        now, before = slice(lag, None), slice(None, max(n - lag, 0))
        count[now] += is_known[before]
        total[now] += figures[before]
        np.fmin(lowest[now], unless_known[before], out=lowest[now])
        np.fmax(highest[now], unless_known[before], out=highest[now])
    # Without the smallest and the largest.
    middle = (total - lowest - highest) / np.maximum(count - 2, 1)
    return np.where(count >= _WEEKS - 1, values - middle, np.nan)


def _scores(away: np.ndarray) -> np.ndarray:
    """(n, s) the normal score of each day's rank among the days about it, of variance 1 if it is like any; NaN where a
    half of them are unknown."""
    n, width = len(away), 2 * _ABOUT + 1
    padded = np.full((n + 2 * _ABOUT, away.shape[1]), np.nan)
    padded[_ABOUT : _ABOUT + n] = away
    so_far = np.zeros((len(padded) + 1, away.shape[1]), dtype=int)
    np.cumsum(np.isfinite(padded), axis=0, out=so_far[1:])
    # Itself is one of those that are known, and as large.
    known = so_far[width:] - so_far[:n] - 1
    # Those beside each other are compared once for both; there are no more than an int8 holds.
    below, alike = np.zeros(padded.shape, dtype=np.int8), np.zeros(padded.shape, dtype=np.int8)
    for shift in range(1, _ABOUT + 1):
        before, after = padded[:-shift], padded[shift:]
        below[shift:] += (before < after).view(np.int8)
        below[:-shift] += (after < before).view(np.int8)
        is_alike = before == after
        if is_alike.any():
            alike[shift:] += is_alike.view(np.int8)
            alike[:-shift] += is_alike.view(np.int8)
    below, alike = below[_ABOUT : _ABOUT + n], alike[_ABOUT : _ABOUT + n]
    is_ranked = np.isfinite(away) & (known >= _ABOUT)
    rank = (below + 0.5 * alike + 0.5) / (np.maximum(known, 0) + 1.0)
    score = ndtri(np.minimum(rank, 0.999)) / _spread(width)
    # Nothing is said before the days about it are all there.
    is_ranked[max(n - _ABOUT, 0) :] = False
    return np.where(is_ranked, score, np.nan)


@cache
def _spread(size: int) -> float:
    """The standard deviation of the normal scores of so many ranks."""
    return float(np.sqrt(np.mean(ndtri((np.arange(size) + 0.5) / size) ** 2)))


@dataclass(frozen=True)
class _Tried:
    """Days of each month that are tried, counted from the first row: all in `at`, of each from its start on."""

    days: tuple[MonthDays, ...]
    at: np.ndarray
    starts: np.ndarray

    def of(self, day: MonthDays) -> np.ndarray:
        place = self.days.index(day)
        ends = [*self.starts[1:].tolist(), len(self.at)]
        return self.at[self.starts[place] : ends[place]]

    def chances(self, scores: np.ndarray, is_free: np.ndarray) -> np.ndarray:
        """(days, s) how seldom chance gives each such scores, by the number that are tried; 1 where too few are known.

        scores: (n, s); is_free: (n,) rows that count.
        """
        own = scores[self.at]
        known = is_free[self.at, None] & np.isfinite(own)
        times = np.add.reduceat(known.astype(float), self.starts, axis=0)
        total = np.add.reduceat(np.where(known, own, 0.0), self.starts, axis=0)
        z = np.abs(total) / np.sqrt(np.maximum(times, 1.0))
        p = np.minimum(erfc(z / np.sqrt(2.0)) * len(self.days), 1.0)
        return np.where(times >= _LEAST_TIMES, p, 1.0)


@lru_cache(maxsize=64)
def _candidates(first: int, count: int) -> _Tried:
    """first: of the days, since 1970."""
    every = np.datetime64(first, "D") + np.arange(count + 31)
    months = every.astype("datetime64[M]")
    number = (every - months.astype("datetime64[D]")).astype(int) + 1
    is_last = months[1:] != months[:-1]
    last = np.flatnonzero(is_last)
    # Monday is 0; the last day that is no weekend's.
    weekday = (first + last + 3) % 7
    last_open = last - np.maximum(weekday - (_SATURDAY - 1), 0)
    is_quarter = every[last].astype("datetime64[M]").astype(int) % 3 == 2
    found = {
        MonthDays(month_end=True): last_open,
        MonthDays(pay_day="last"): last,
        MonthDays(quarter_end=True): last_open[is_quarter],
        **{
            MonthDays(pay_day=day): np.flatnonzero(number == day)
            for day in range(1, _LAST_NUMBER + 1)
        },
    }
    inside = {day: at[(at >= 0) & (at < count)] for day, at in found.items()}
    # Of a day that never came nothing is summed.
    inside = {day: at for day, at in inside.items() if len(at)}
    starts = np.cumsum([0, *(len(at) for at in inside.values())][:-1])
    return _Tried(tuple(inside), np.concatenate([*inside.values()]), starts)


def _found(
    scores: np.ndarray, tried: _Tried, seen: int, before: frozenset[MonthDays]
) -> frozenset[MonthDays]:
    """The clearest first, then what stands out of the rest: days that are one already are not another."""
    is_free = np.arange(len(scores)) < seen - _ABOUT
    found: set[MonthDays] = set()
    while True:
        chances = tried.chances(scores, is_free)[:, 0]
        left = [
            (chance * (_FOUND if day in before else 1.0), place, day)
            for place in np.flatnonzero(chances < _DROPPED).tolist()
            for day, chance in [(tried.days[place], float(chances[place]))]
            if chance < (_DROPPED if day in before else _FOUND)
            and not any(_fields(day) == _fields(each) for each in found)
        ]
        if not left:
            return frozenset(found)
        # One that is known already stays, unless another is a thousand times clearer by now.
        *_, day = min(left)
        found.add(day)
        is_free[tried.of(day)] = False


def _fields(day: MonthDays) -> tuple[bool, bool, bool]:
    return day.pay_day is not None, day.month_end, day.quarter_end


def _together(found: frozenset[MonthDays]) -> MonthDays:
    pay_days = [each.pay_day for each in found if each.pay_day is not None]
    return MonthDays(
        pay_days[0] if pay_days else None,
        any(each.month_end for each in found),
        any(each.quarter_end for each in found),
    )


def _strength(away: np.ndarray, tried: _Tried, found: frozenset[MonthDays]) -> float:
    known = np.isfinite(away)
    whole = float((away[known] ** 2).sum())
    if not found or whole <= 0:
        return 0.0
    explained = 0.0
    for day in found:
        at = tried.of(day)
        at = at[at < len(away)]
        of_day = away[at][np.isfinite(away[at])]
        explained += len(of_day) * float(np.median(of_day)) ** 2 if len(of_day) else 0.0
    return min(explained / whole, 1.0)
