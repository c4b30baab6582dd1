"""What special days do to a series, learned from its own past alone.

The ordinary value of a day is the median of its weekday (by hour where there are hours) over the ordinary weeks before
it. How far a special day is from that is learned for each thing that a day can be: from the last times that it came,
drawn towards what days of its kind do in this series; for a holiday, towards the series' own rest day, as far as
earlier holidays were like one. A day that comes for the first time has that and no more, and is held out: who reads
a deviation there cannot tell it from news. Nothing that is said of a row depends on it or on any after it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from iop_pipelines.calendars.days import Calendar, Day
from iop_pipelines.domain.liveness import Tick, nobody

# Weeks whose median is ordinary, and of them the least; a season moves within more.
_WEEKS = 8
_LEAST_WEEKS = 2
# Exchanges that sort as many numbers (Batcher 1968): each goes through all days at once.
_SORTING = (
    *((0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7), (0, 1), (2, 3)),
    *((4, 5), (6, 7), (2, 4), (3, 5), (1, 4), (3, 6), (1, 2), (3, 4), (5, 6)),
)
# Numbers that are sorted at once: what a processor has at hand.
_CELLS_AT_HAND = 8192
# How many times of its own what days of a kind do is worth, and how many kinds' days a kind is.
_PRIOR_TIMES = 0.5
_PRIOR_DAYS = 3.0
# Of times that a day or its kind came, those that count.
_NEWEST = 16
# What days of a kind do is expected of another only where that was right before: for so many days, by so much.
_TRIED_DAYS = 3
_BETTER = 0.8
# Rows that are copied at once; and how many times its own span a series may be laid out on with others.
_CELLS_AT_ONCE = 200_000
_WIDEST_SPAN = 2
_OF_MONTHS = ("pay_day", "month_end", "quarter_end")
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

    def with_rows(self, other: "Explained", first: int, end: int) -> "Explained":
        """With what the other says of the rows from `first` up to `end`."""
        rows = slice(first, end)
        ordinary, effect, times = (part.copy() for part in (self.ordinary, self.effect, self.times))
        ordinary[rows], effect[rows], times[rows] = (
            part[rows] for part in (other.ordinary, other.effect, other.times)
        )
        days = (*self.days[:first], *other.days[rows], *self.days[end:])
        return Explained(ordinary, effect, times, days)

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


def explain_each(
    series: Sequence[tuple[np.ndarray, np.ndarray]],
    calendar: Calendar,
    freq: str | None,
    tick: Tick = nobody,
) -> list[Explained]:
    """The part of each series that the calendar explains, whatever stands beside it.

    Args:
        series: of each (ds, y). ds: (n,) datetime64, ascending, each once, dataset-local; y: (n,) float64, NaN where
            unknown. Rows of the future, whose y is NaN, are told too.
        freq: the step of all. Of months and longer nearly every one has a holiday, and events without a step
            have no ordinary day: of what is not among `STEPS` nothing is explained.
        tick: called before what is explained at once.
    """
    if freq not in STEPS:
        return [unexplained(len(ds)) for ds, _ in series]
    found: dict[int, Explained] = {}
    for places in _together([ds for ds, _ in series], STEPS[freq]):
        tick()
        some = _explain([series[place] for place in places], calendar, STEPS[freq])
        found.update(zip(places, some, strict=True))
    return [found.get(place) or unexplained(0) for place in range(len(series))]


def unexplained(n: int) -> Explained:
    """Of n rows of which no calendar says anything."""
    return Explained(np.full(n, np.nan), np.zeros(n), np.zeros(n, dtype=int), (None,) * n)


def _together(moments: Sequence[np.ndarray], minutes: int) -> Iterator[list[int]]:
    """Places of series whose days are counted from one first day: those that begin on the same day of a step, of about
    one time, and no more of them than are worth a copy."""
    step = max(minutes // _DAY_MINUTES, 1)
    slots = max(_DAY_MINUTES // minutes, 1)
    spans = {
        place: tuple(ds[[0, -1]].astype("datetime64[D]").astype(np.int64).tolist())
        for place, ds in enumerate(moments)
        if len(ds)
    }
    block: list[int] = []
    begin = end = shortest = 0
    for place in sorted(spans, key=lambda each: (spans[each][0] % step, spans[each])):
        first, last = spans[place]
        days, least = max(end, last) - begin + 1, min(shortest, last - first + 1)
        is_alike = (first - begin) % step == 0 and days <= _WIDEST_SPAN * least
        if block and (not is_alike or (len(block) + 1) * days // step * slots > _CELLS_AT_ONCE):
            yield block
            block = []
        if not block:
            begin, end, shortest = first, last, last - first + 1
        block.append(place)
        end, shortest = max(end, last), min(shortest, last - first + 1)
    if block:
        yield block


def _explain(
    series: Sequence[tuple[np.ndarray, np.ndarray]], calendar: Calendar, minutes: int
) -> list[Explained]:
    first = min(ds[0] for ds, _ in series).astype("datetime64[D]")
    # Series of the same moments lie on one grid.
    laid: dict[bytes, _Grid] = {}
    grids = []
    for ds, _ in series:
        key = ds.tobytes()
        if key not in laid:
            laid[key] = _Grid.of(ds, minutes, first)
        grids.append(laid[key])
    whole = max(grids, key=lambda each: each.days)
    inhabited = {at for grid in laid.values() for at in np.unique(grid.day).tolist()}
    values = np.full((len(series), whole.days, whole.slots), np.nan)
    for place, (grid, (_, y)) in enumerate(zip(grids, series, strict=True)):
        values[place, grid.day, grid.slot] = y
    # What no row is in, as a business day's holiday on a Sunday, is told to nobody and teaches nothing.
    special = {at: day for at, day in _special(whole, calendar).items() if at in inhabited}
    learned = _learn(values, special, whole, calendar.rest_days)
    days = {id(grid): tuple(map(special.get, grid.day.tolist())) for grid in laid.values()}
    return [
        Explained(
            learned.ordinary[place, grid.day, grid.slot],
            learned.effect[place, grid.day, grid.slot],
            learned.times[place, grid.day],
            days[id(grid)],
        )
        for place, grid in enumerate(grids)
    ]


@dataclass(frozen=True)
class _Grid:
    """Rows as (days, slots): a slot is a time of the day; a week is one day of seven.

    first: the day that days are counted from; day, slot: (n,) where each row is.
    """

    first: date
    step: int
    days: int
    slots: int
    day: np.ndarray
    slot: np.ndarray

    @classmethod
    def of(cls, ds: np.ndarray, minutes: int, first: np.datetime64) -> "_Grid":
        days = ds.astype("datetime64[D]").astype(np.int64)
        step = max(minutes // _DAY_MINUTES, 1)
        at = (days - first.astype(np.int64)) // step
        of_day = ds.astype("datetime64[m]").astype(np.int64) % _DAY_MINUTES
        slots = max(_DAY_MINUTES // minutes, 1)
        return cls(
            first.astype(object), step, int(at[-1]) + 1, slots, at, of_day // minutes % slots
        )

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
    """ordinary, effect: (s, days, slots); times: (s, days)."""

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
    """How far a day of each series was from the ordinary one, (s, slots), in levels, and where that is known.

    Attributes:
        away: NaN where unknown; found: 0 there.
        known: 1 and 0 there.
        rest: how far a rest day is from the ordinary one, 0 if unknown.
        size, squares, products: (s,) sums of what was found, of rest squared where that is known, and of both together.
        is_kept: (s,) whether anything of the day is known; of the other series nothing is kept.
    """

    away: np.ndarray
    found: np.ndarray
    known: np.ndarray
    rest: np.ndarray
    size: np.ndarray
    squares: np.ndarray
    products: np.ndarray
    is_kept: np.ndarray


class _Newest:
    """The last deviations, (s, slots) each, of which a series has as many as it was kept; count: (s,), ever."""

    __slots__ = ("_figures", "_middle", "count")

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.count = np.zeros(shape[0], dtype=int)
        self._figures = np.full((_NEWEST, *shape), np.nan)
        self._middle: np.ndarray | None = None

    def keep(self, figures: np.ndarray, is_kept: np.ndarray) -> None:
        """figures: (s, slots); is_kept: (s,), the series that they are kept of."""
        rows = np.flatnonzero(is_kept)
        self._figures[self.count[rows] % _NEWEST, rows] = figures[rows]
        self.count[rows] += 1
        self._middle = None

    def middle(self) -> np.ndarray:
        """(s, slots) medians; 0 where no time is known."""
        if self._middle is None:
            found = _median(self._figures[: self.count.max()], 1)
            found[np.isnan(found)] = 0.0
            self._middle = found
        return self._middle


class _Memory:
    """What came of the days before: deviations by what they were, in levels of each series."""

    def __init__(self, s: int) -> None:
        self.s = s
        self.own: dict[_What, _Newest] = {}
        self.kinds: dict[_Kind, _Newest] = {}
        # (s,) of the regression of holidays on the rest day: sums of squares and products, and how many days.
        self.squares, self.products, self.holidays = np.zeros(s), np.zeros(s), np.zeros(s)
        self.has_kinds = np.zeros(s, dtype=bool)
        # By kind, and whether it is the day itself, (s,) each: days that were tried, and how far these were from what
        # is usual of the kind, and from nothing.
        self.tried: dict[_Sort, np.ndarray] = {}

    @property
    def likeness(self) -> np.ndarray:
        """(s,) how like a rest day a holiday is in a series: 0 not at all, 1 wholly."""
        shrunk = self.holidays / (self.holidays + 1)
        is_known = self.squares > 0
        share = self.products / np.where(is_known, self.squares, 1.0)
        return np.where(is_known, np.minimum(np.maximum(share, 0.0), 1.0) * shrunk, 0.0)

    def usual(self, one: _What, rest: np.ndarray) -> np.ndarray:
        """What days of the kind do; rest: (s, slots) how far a rest day is from ordinary, in levels; 0 if unknown."""
        known = self.kinds.get(one.kind)
        usual = np.zeros(rest.shape)
        if known is not None:
            usual = known.middle() * (known.count / (known.count + _PRIOR_DAYS))[:, None]
        return usual + self.likeness[:, None] * rest if one.is_off else usual

    def times(self, one: _What) -> np.ndarray:
        """(s,) how often such a day came."""
        known = self.own.get(one)
        return np.zeros(self.s, dtype=int) if known is None else known.count

    def expect(self, one: _What, usual: np.ndarray) -> np.ndarray:
        """usual: (s, slots) of days of its kind; it counts only where it was right before."""
        prior = np.zeros(usual.shape)
        if one.sort in self.tried:
            days, with_usual, without = self.tried[one.sort]
            is_trusted = (days >= _TRIED_DAYS) & (with_usual < _BETTER * without)
            prior = np.where(is_trusted[:, None], usual, 0.0)
        known = self.own.get(one)
        if known is None:
            return prior
        times = known.count[:, None]
        return (known.middle() * times + prior * _PRIOR_TIMES) / (times + _PRIOR_TIMES)

    def keep(self, one: _What, seen: _Seen, usual: np.ndarray) -> None:
        is_kept = seen.is_kept
        missed = np.abs((seen.found - usual) * seen.known).sum(axis=1)
        tried = self.tried.setdefault(one.sort, np.zeros((3, self.s)))
        tried += np.where(is_kept & self.has_kinds, (np.ones(self.s), missed, seen.size), 0.0)
        of_kind = seen.away
        if one.is_off:
            of_kind = seen.away - self.likeness[:, None] * seen.rest
            self.squares += np.where(is_kept, seen.squares, 0.0)
            self.products += np.where(is_kept, seen.products, 0.0)
            self.holidays += is_kept
        if one not in self.own:
            self.own[one] = _Newest(seen.away.shape)
        if one.kind not in self.kinds:
            self.kinds[one.kind] = _Newest(seen.away.shape)
        self.own[one].keep(seen.away, is_kept)
        self.kinds[one.kind].keep(of_kind, is_kept)
        self.has_kinds |= is_kept


def _learn(
    values: np.ndarray, special: Mapping[int, Day], grid: _Grid, rest_days: frozenset[int]
) -> _Learned:
    """values: (s, days, slots)."""
    plain = values.copy()
    plain[:, list(special)] = np.nan
    ordinary = _median_before(plain, grid.cycle)
    level = _level(ordinary, grid.cycle)
    rest = _rest(plain, grid, rest_days)
    s, days, _ = values.shape
    effect, times = np.zeros(values.shape), np.zeros((s, days), dtype=int)
    at_special = np.array(sorted(special), dtype=int)
    # One day after the other is looked at: each has its rows side by side.
    of_day, usual_day, level_of, rest_of = (
        np.moveaxis(part[:, at_special], 1, 0).copy() for part in (values, ordinary, level, rest)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        away = (of_day - usual_day) / level_of[:, :, None]
        rested = (rest_of - usual_day) / level_of[:, :, None]
    known = np.isfinite(away)
    found = np.where(known, away, 0.0)
    rested[~np.isfinite(rested)] = 0.0
    is_level = np.isfinite(level_of) & (level_of > 0)
    sizes, squares, products = (
        part.sum(axis=2) for part in (np.abs(found), rested * rested * known, rested * found)
    )
    is_kept = known.any(axis=2) & is_level
    memory, whats = _Memory(s), dict[tuple[Day, bool], _What]()
    for row, at in enumerate(at_special.tolist()):
        if not is_level[row].any():
            continue
        day = special[at]
        # Who is paid on a Sunday spends as on a Monday, and a day of the month is seldom both.
        key = day, grid.weekday(at) in rest_days and day.kind not in _OF_MONTHS
        one = whats.get(key) or whats.setdefault(key, _What(key[0], is_rest=key[1]))
        usual = memory.usual(one, rested[row])
        times[:, at] = np.where(is_level[row], memory.times(one), 0)
        expected = memory.expect(one, usual) * level_of[row][:, None]
        is_usual = np.isfinite(usual_day[row]) & is_level[row][:, None]
        effect[:, at] = np.where(is_usual, expected, 0.0)
        if is_kept[row].any():
            seen = (away, found, known, rested, sizes, squares, products, is_kept)
            memory.keep(one, _Seen(*(part[row] for part in seen)), usual)
    return _Learned(ordinary, effect, times)


def _median_before(plain: np.ndarray, cycle: int) -> np.ndarray:
    """(s, days, slots) of the like days of the weeks before; the ordinary ones of a break are farther back."""
    s, days, slots = plain.shape
    found = np.empty(plain.shape)
    at_once = max(1, _CELLS_AT_HAND // (days * slots))
    for first in range(0, s, at_once):
        some = slice(first, first + at_once)
        found[some] = _median_of_weeks(plain[some], cycle)
    # After a gap, and in the future, what was ordinary last is the best that is known.
    is_known = ~np.isnan(found)
    for phase in range(min(cycle, days)):
        own = is_known[:, phase::cycle]
        if own.all() or not own.any():
            continue
        weeks = np.where(own, np.arange(own.shape[1])[:, None], 0)
        last = np.maximum.accumulate(weeks, axis=1)
        found[:, phase::cycle] = np.take_along_axis(found[:, phase::cycle], last, axis=1)
    return found


def _median_of_weeks(plain: np.ndarray, cycle: int) -> np.ndarray:
    """NaN where too few of the weeks before are known."""
    days = plain.shape[1]
    earlier = np.full((_WEEKS, *plain.shape), np.inf)
    for week in range(_WEEKS):
        lag = cycle * (week + 1)
        np.copyto(earlier[week, :, lag:], plain[:, : max(days - lag, 0)])
    # What is unknown is sorted behind the rest.
    is_known = earlier < np.inf
    earlier[~is_known] = np.inf
    count = np.count_nonzero(is_known, axis=0)
    ordered, spare = list(earlier), np.empty(plain.shape)
    for low, high in _SORTING:
        np.minimum(ordered[low], ordered[high], out=spare)
        np.maximum(ordered[low], ordered[high], out=ordered[high])
        ordered[low], spare = spare, ordered[low]
    found = np.full(plain.shape, np.nan)
    for known in range(_LEAST_WEEKS, _WEEKS + 1):
        middle = (ordered[(known - 1) // 2] + ordered[known // 2]) / 2
        np.copyto(found, middle, where=count == known)
    return found


def _median(stacked: np.ndarray, least: int) -> np.ndarray:
    """Along the first axis; NaN where fewer than `least` are known. A few rows are sorted faster than masked."""
    rows = len(stacked)
    ordered = np.sort(stacked.reshape(rows, -1), axis=0)
    if rows >= least and not np.isnan(ordered[-1]).any():
        # What is unknown would be the last.
        return ((ordered[(rows - 1) // 2] + ordered[rows // 2]) / 2).reshape(stacked.shape[1:])
    count = np.count_nonzero(ordered == ordered, axis=0)
    middle, column = np.maximum(count - 1, 0), np.arange(ordered.shape[1])
    low, high = ordered[middle // 2, column], ordered[(middle + 1) // 2, column]
    found = np.where(count >= least, (low + high) / 2, np.nan)
    return found.reshape(stacked.shape[1:])


def _level(ordinary: np.ndarray, cycle: int) -> np.ndarray:
    """(s, days) how large ordinary values of the week are, so that what is learned holds when the series has grown."""
    known = np.isfinite(ordinary)
    total = np.where(known, np.abs(ordinary), 0.0).sum(axis=2)
    count = known.sum(axis=2)
    sums, counts = total.copy(), count.copy()
    for lag in range(1, min(cycle, total.shape[1])):
        sums[:, lag:] += total[:, :-lag]
        counts[:, lag:] += count[:, :-lag]
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _rest(plain: np.ndarray, grid: _Grid, rest_days: frozenset[int]) -> np.ndarray:
    """(s, days, slots) the median of the last rest days before each: of the last day of the weekend, if it has two."""
    found = np.full(plain.shape, np.nan)
    if grid.step != 1 or not rest_days or len(rest_days) == _DAYS:
        return found
    weekday = max(rest_days, key=lambda each: ((each + 1) % _DAYS not in rest_days, each))
    first = (weekday - grid.first.weekday()) % _DAYS
    own = plain[:, first::_DAYS]
    if not own.shape[1]:
        return found
    recent = np.full((_WEEKS, *own.shape), np.nan)
    for back in range(_WEEKS):
        recent[back, :, back:] = own[:, : max(own.shape[1] - back, 0)]
    days = np.arange(first + 1, plain.shape[1])
    found[:, first + 1 :] = _median(recent, _LEAST_WEEKS)[:, (days - first - 1) // _DAYS]
    return found
