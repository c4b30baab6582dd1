"""What special days do to a series, learned from its own past alone.

The ordinary value of a day is the median of its weekday (by hour where there are hours) over the ordinary weeks before
it. How far a special day is from that is learned for each thing that a day can be: from the last times that it came,
drawn towards what days of its kind do in this series; for a holiday, towards the series' own rest day, as far as
earlier holidays were like one. A day that comes for the first time has that and no more, and is held out: who reads
a deviation there cannot tell it from news. Nothing that is said of a row depends on it or on any after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from iop_pipelines.calendars.days import Calendar, Day

# Weeks whose median is ordinary, and of them the least; a season moves within more.
_WEEKS = 8
_LEAST_WEEKS = 2
# How many times of its own what days of a kind do is worth, and how many kinds' days a kind is.
_PRIOR_TIMES = 0.5
_PRIOR_DAYS = 3.0
# Of times that a day or its kind came, those that count.
_NEWEST = 16
# What days of a kind do is expected of another only where that was right before: for so many days, by so much.
_TRIED_DAYS = 3
_BETTER = 0.8
_DAYS = 7
_DAY_MINUTES = 24 * 60
# Steps whose special days are learned, in minutes; a day's are learned at each of its times.
STEPS = {
    "1min": 1,
    "5min": 5,
    "10min": 10,
    "15min": 15,
    "30min": 30,
    "h": 60,
    "D": _DAY_MINUTES,
    "B": _DAY_MINUTES,
    "W": _DAYS * _DAY_MINUTES,
}


@dataclass(frozen=True)
class Explained:
    """
    Attributes:
        ordinary: (n,) float64, the value that the row would have on an ordinary day; NaN while too little is known.
        effect: (n,) float64, what the calendar adds to it, in the series' unit; 0 on ordinary days, and where
            nothing has been learned.
        times: (n,) int, how often the row's day has come before, on a day off or not as now; 0 on ordinary days.
        days: what the row's day is, None on ordinary days.
    """

    ordinary: np.ndarray
    effect: np.ndarray
    times: np.ndarray
    days: tuple[Day | None, ...]

    @property
    def is_special(self) -> np.ndarray:
        return np.array([day is not None for day in self.days], dtype=bool)

    @property
    def is_held_out(self) -> np.ndarray:
        """Rows of days that never came before: they teach a model nothing about ordinary ones."""
        return self.is_special & (self.times == 0)

    def accounts_for(self, row: int, value: float, expected: float) -> bool:
        """Whether the calendar is why `value` is not what was `expected` of the row without it.

        Of a day that never came before it may be; of one that did, if the value lies where the day moves it to, and
        half of that more or less; as far again where it came but once.
        """
        if self.days[row] is None:
            return False
        if self.times[row] == 0:
            return True
        moved, usual = value - expected, float(self.effect[row])
        allowed = abs(usual) * (1 + 1 / float(self.times[row])) / 2
        return moved * usual > 0 and abs(moved - usual) <= allowed


def explain(ds: np.ndarray, y: np.ndarray, calendar: Calendar, freq: str | None) -> Explained:
    """The part of a series that its calendar explains.

    Args:
        ds: (n,) datetime64, ascending, each once, dataset-local; rows of the future, whose y is NaN, are told too.
        y: (n,) float64, NaN where unknown.
        freq: the series' step. Of months and longer nearly every one has a holiday, and events without a step
            have no ordinary day: of what is not among `STEPS` nothing is explained.
    """
    n = len(ds)
    if freq not in STEPS or n == 0:
        return Explained(np.full(n, np.nan), np.zeros(n), np.zeros(n, dtype=int), (None,) * n)
    grid = _Grid.of(ds, STEPS[freq])
    values = grid.spread(y)
    special = _special(grid, calendar)
    learned = _learn(values, special, grid, calendar.rest_days)
    day, slot = grid.day, grid.slot
    return Explained(
        learned.ordinary[day, slot],
        learned.effect[day, slot],
        learned.times[day],
        tuple(map(special.get, day.tolist())),
    )


@dataclass(frozen=True)
class _Grid:
    """Rows as (days, slots): a slot is a time of the day; a week is one day of seven.

    day, slot: (n,) where each row is.
    """

    first: date
    step: int
    days: int
    slots: int
    day: np.ndarray
    slot: np.ndarray

    @classmethod
    def of(cls, ds: np.ndarray, minutes: int) -> "_Grid":
        days = ds.astype("datetime64[D]").astype(np.int64)
        step = max(minutes // _DAY_MINUTES, 1)
        at = (days - days[0]) // step
        of_day = ds.astype("datetime64[m]").astype(np.int64) % _DAY_MINUTES
        slots = max(_DAY_MINUTES // minutes, 1)
        first = ds[0].astype("datetime64[D]").astype(object)
        return cls(first, step, int(at[-1]) + 1, slots, at, of_day // minutes % slots)

    def spread(self, y: np.ndarray) -> np.ndarray:
        values = np.full((self.days, self.slots), np.nan)
        values[self.day, self.slot] = y
        return values

    def weekday(self, at: int) -> int | None:
        """0 for Monday; a week has none."""
        return (self.first.weekday() + at) % _DAYS if self.step == 1 else None

    @property
    def cycle(self) -> int:
        """Days until the like of a day comes again."""
        return 1 if self.step == _DAYS else _DAYS


def _special(grid: _Grid, calendar: Calendar) -> dict[int, Day]:
    last = grid.first + timedelta(days=grid.days * grid.step - 1)
    found: dict[int, Day] = {}
    for day, one in calendar.between(grid.first, last).items():
        at = (day - grid.first).days // grid.step
        if grid.step == 1:
            found[at] = one
        elif one.offset == 0 and one.nth == 1:
            # A week is what its first holiday is; being near one says nothing of seven days.
            found.setdefault(at, one)
    return found


@dataclass(frozen=True)
class _Learned:
    ordinary: np.ndarray
    effect: np.ndarray
    times: np.ndarray


_Kind = tuple[str, int, bool]
_Sort = tuple[str, bool]


class _What:
    """What a day was: a holiday on a Sunday teaches nothing of one on a Monday. `is_rest`: of its weekday.

    It is looked up often: what it is known by is made once.
    """

    __slots__ = ("is_off", "kind", "sort")

    def __init__(self, day: Day, *, is_rest: bool) -> None:
        self.kind: _Kind = (day.kind, day.offset, is_rest)
        self.sort: _Sort = (day.kind, day.offset == 0)
        self.is_off = day.kind == "holiday" and day.offset == 0


@dataclass(frozen=True, slots=True)
class _Seen:
    """How far a day was from the ordinary one, (slots,), in levels, and where that is known.

    Attributes:
        away: NaN where unknown; found: 0 there.
        known: 1 and 0 there.
        rest: how far a rest day is from the ordinary one, 0 if unknown.
        size, squares, products: sums of what was found, of rest squared where that is known, and of both together.
    """

    away: np.ndarray
    found: np.ndarray
    known: np.ndarray
    rest: np.ndarray
    size: float
    squares: float
    products: float


@dataclass
class _Memory:
    """What came of the days before: deviations by what they were, in levels of the series."""

    own: dict[_What, list[np.ndarray]] = field(default_factory=dict[_What, list[np.ndarray]])
    kinds: dict[_Kind, list[np.ndarray]] = field(default_factory=dict[_Kind, list[np.ndarray]])
    # Of the regression of holidays on the rest day: sums of squares and products, and how many days.
    squares: float = 0.0
    products: float = 0.0
    holidays: int = 0
    # By kind, and whether it is the day itself: how far days were from what is usual of the kind, and from nothing.
    tried: dict[_Sort, tuple[int, float, float]] = field(
        default_factory=dict[_Sort, tuple[int, float, float]]
    )

    @property
    def likeness(self) -> float:
        """How like a rest day a holiday is in this series: 0 not at all, 1 wholly."""
        if self.squares <= 0:
            return 0.0
        shrunk = self.holidays / (self.holidays + 1)
        return min(max(self.products / self.squares, 0.0), 1.0) * shrunk

    def of_kind(self, one: _What, slots: int) -> np.ndarray:
        known = self.kinds.get(one.kind, [])
        if not known:
            return np.zeros(slots)
        return _middle(known) * (len(known) / (len(known) + _PRIOR_DAYS))

    def usual(self, one: _What, rest: np.ndarray) -> np.ndarray:
        """What days of the kind do; rest: (slots,) how far a rest day is from ordinary, in levels; 0 if unknown."""
        usual = self.of_kind(one, len(rest))
        return usual + self.likeness * rest if one.is_off else usual

    def expect(self, one: _What, usual: np.ndarray) -> np.ndarray:
        """usual: (slots,) of days of its kind; it counts only where it was right before."""
        days, with_usual, without = self.tried.get(one.sort, (0, 0.0, 0.0))
        is_trusted = days >= _TRIED_DAYS and with_usual < _BETTER * without
        prior = usual if is_trusted else np.zeros(len(usual))
        times = self.own.get(one, [])
        if not times:
            return prior
        return (_middle(times) * len(times) + prior * _PRIOR_TIMES) / (len(times) + _PRIOR_TIMES)

    def keep(self, one: _What, seen: _Seen, usual: np.ndarray) -> None:
        if self.kinds:
            days, with_usual, without = self.tried.get(one.sort, (0, 0.0, 0.0))
            missed = float(np.abs((seen.found - usual) * seen.known).sum())
            self.tried[one.sort] = (
                days + 1,
                with_usual + missed,
                without + seen.size,
            )
        of_kind = seen.away
        if one.is_off:
            of_kind = seen.away - self.likeness * seen.rest
            self.squares += seen.squares
            self.products += seen.products
            self.holidays += 1
        self.own.setdefault(one, []).append(seen.away)
        self.kinds.setdefault(one.kind, []).append(of_kind)


def _middle(known: list[np.ndarray]) -> np.ndarray:
    """(slots,) medians of the newest; 0 where no time is known."""
    newest = known[-_NEWEST:]
    if len(newest[0]) == 1:
        figures = sorted(each for each in [one.item() for one in newest] if each == each)
        middle = len(figures) // 2
        return np.array([(figures[middle] + figures[-middle - 1]) / 2 if figures else 0.0])
    found = _median(np.array(newest), 1)
    found[np.isnan(found)] = 0.0
    return found


def _learn(
    values: np.ndarray, special: Mapping[int, Day], grid: _Grid, rest_days: frozenset[int]
) -> _Learned:
    plain = values.copy()
    plain[list(special)] = np.nan
    ordinary = _median_before(plain, grid.cycle)
    level = _level(ordinary, grid.cycle)
    rest = _rest(plain, grid, rest_days)
    effect, times = np.zeros(values.shape), np.zeros(len(values), dtype=int)
    with np.errstate(divide="ignore", invalid="ignore"):
        away, rested = (values - ordinary) / level[:, None], (rest - ordinary) / level[:, None]
    known = np.isfinite(away)
    found = np.where(known, away, 0.0)
    rested[~np.isfinite(rested)] = 0.0
    is_usual = np.isfinite(ordinary)
    is_level = np.isfinite(level) & (level > 0)
    sizes, squares, products = (
        part.sum(axis=1).tolist()
        for part in (np.abs(found), rested * rested * known, rested * found)
    )
    is_known = np.asarray(known.any(axis=1))
    memory, whats = _Memory(), dict[tuple[Day, bool], _What]()
    for at in sorted(special):
        if not is_level[at]:
            continue
        key = special[at], grid.weekday(at) in rest_days
        one = whats.get(key) or whats.setdefault(key, _What(key[0], is_rest=key[1]))
        usual = memory.usual(one, rested[at])
        times[at] = len(memory.own.get(one, []))
        effect[at] = memory.expect(one, usual)
        if is_known[at]:
            seen = _Seen(
                *(away[at], found[at], known[at], rested[at]),
                *(sizes[at], squares[at], products[at]),
            )
            memory.keep(one, seen, usual)
    effect = np.where(is_usual & is_level[:, None], effect * level[:, None], 0.0)
    return _Learned(ordinary, effect, times)


def _median_before(plain: np.ndarray, cycle: int) -> np.ndarray:
    """Of the like days of the weeks before; the ordinary ones of a break are farther back."""
    earlier = np.full((_WEEKS, *plain.shape), np.nan)
    for week in range(_WEEKS):
        lag = cycle * (week + 1)
        earlier[week, lag:] = plain[: max(len(plain) - lag, 0)]
    found = _median(earlier, _LEAST_WEEKS)
    # After a gap, and in the future, what was ordinary last is the best that is known.
    for at in np.flatnonzero(np.isnan(found).any(axis=1)):
        if at >= cycle:
            found[at] = np.where(np.isnan(found[at]), found[at - cycle], found[at])
    return found


def _median(stacked: np.ndarray, least: int) -> np.ndarray:
    """Along the first axis; NaN where fewer than `least` are known. A few rows are sorted faster than masked."""
    ordered = np.sort(stacked, axis=0)
    count = np.count_nonzero(ordered == ordered, axis=0)
    middle = np.maximum(count - 1, 0)
    low = np.take_along_axis(ordered, (middle // 2)[None], axis=0)[0]
    high = np.take_along_axis(ordered, ((middle + 1) // 2)[None], axis=0)[0]
    return np.where(count >= least, (low + high) / 2, np.nan)


def _level(ordinary: np.ndarray, cycle: int) -> np.ndarray:
    """(days,) how large ordinary values of the week are, so that what is learned holds when the series has grown."""
    sizes = np.abs(ordinary)
    total = np.nansum(sizes, axis=1)
    count = np.isfinite(sizes).sum(axis=1)
    window = np.ones(cycle)
    sums = np.convolve(total, window)[: len(total)]
    counts = np.convolve(count, window)[: len(count)]
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _rest(plain: np.ndarray, grid: _Grid, rest_days: frozenset[int]) -> np.ndarray:
    """(days, slots) the median of the last rest days before each: of the last day of the weekend, if it has two."""
    found = np.full(plain.shape, np.nan)
    if grid.step != 1 or not rest_days or len(rest_days) == _DAYS:
        return found
    weekday = max(rest_days, key=lambda each: ((each + 1) % _DAYS not in rest_days, each))
    first = (weekday - grid.first.weekday()) % _DAYS
    rows = np.arange(first, len(plain), _DAYS)
    if not len(rows):
        return found
    own = plain[rows]
    recent = np.full((_WEEKS, *own.shape), np.nan)
    for back in range(_WEEKS):
        recent[back, back:] = own[: len(own) - back]
    medians = _median(recent, _LEAST_WEEKS)
    for row, median in zip(rows, medians, strict=True):
        found[row + 1 : row + 1 + _DAYS] = median
    return found
