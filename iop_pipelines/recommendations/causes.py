"""Findings of one cause are told once: which recommendations belong together, for they are so at the same time.

Series are of one cause where more of them have a finding the same way at the same time than chance would give: it lets
a number of others fall into the time of one that a Poisson distribution says, from how many there are in all and how
long that took. Each that is new is a test of its own, of those of one look together by Benjamini & Hochberg (1995).
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

# Of those told together, the share that chance alone may bring together.
FALSE_SHARE = 0.02
# Two are at the same time if they share so much of the time from the first beginning to the last end.
_SHARED = 0.25
# Of one look so many of the gravest are tests; the others belong to a cause that one of these finds.
MOST_SEEDS = 1000


class Direction(StrEnum):
    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True)
class Standing:
    """A recommendation that still stands, by its last finding.

    Attributes:
        end: of the last period in which it was so, half-open.
        cause: that it belongs to already.
    """

    id: int
    series: str
    since: datetime
    end: datetime
    place: int
    cause: int | None = None

    @property
    def length(self) -> timedelta:
        return self.end - self.since


@dataclass(frozen=True)
class Rate:
    """How many findings the same way there were over which time, of all series together; step: a period."""

    count: int
    over: timedelta
    step: timedelta

    def expected(self, one: timedelta, others: timedelta) -> float:
        """How many of them begin so that they touch one of that length, if nothing brings them together."""
        return self.count * ((one + others - self.step) / max(self.over, self.step))


@dataclass
class Cause:
    """Recommendations of one cause; `id` is None of one that is new."""

    id: int | None
    members: list[Standing] = field(default_factory=list[Standing])

    @property
    def since(self) -> datetime:
        return min(each.since for each in self.members)

    @property
    def lead(self) -> Standing:
        return max(self.members, key=_in_order)


def is_same_time(one: Standing, other: Standing) -> bool:
    shared = min(one.end, other.end) - max(one.since, other.since)
    return shared >= _SHARED * (max(one.end, other.end) - min(one.since, other.since))


def gather(standing: Sequence[Standing], fresh: Collection[int], rate: Rate) -> list[Cause]:
    """The causes that are new or have new members, with all their members.

    standing: all that stand and go the same way. fresh: ids of those that this look told, of which each that has no
    cause may find one; with others that have none, or in one that there is. Of more than `MOST_SEEDS` the gravest do.
    """
    beside = _Beside(standing)
    seeds = [each for each in standing if each.id in fresh and each.cause is None]
    seeds = sorted(seeds, key=_in_order, reverse=True)[:MOST_SEEDS]
    mean = sum((each.length for each in standing), timedelta()) / max(len(standing), 1)

    def chance(seed: Standing) -> float:
        expected, most = rate.expected(seed.length, mean), beside.most(seed)
        if chance_of(most, expected) > FALSE_SHARE:
            return 1.0
        # More of them make no difference to what is decided.
        enough = _fewest(expected, FALSE_SHARE / len(seeds), most)
        return chance_of(beside.count(seed, enough), expected)

    chances = [chance(each) for each in seeds]
    largest = _largest_of(chances)
    causes: dict[int, Cause] = {}
    of: dict[int, Cause] = {}
    for each in standing:
        if each.cause is not None:
            of[each.id] = causes.setdefault(each.cause, Cause(each.cause))
            of[each.id].members.append(each)
    changed: list[Cause] = []
    for seed, its in zip(seeds, chances, strict=True):
        if seed.id in of or its > largest:
            continue
        others = beside.of(seed)
        free = [each for each in others if each.id not in of]
        cause = _fitting(seed, [of[each.id] for each in others if each.id in of])
        if cause is None:
            series = {each.series for each in free} - {seed.series}
            if chance_of(len(series), rate.expected(seed.length, mean)) > largest:
                continue
            cause = Cause(None)
        for each in (seed, *free):
            of[each.id] = cause
            cause.members.append(each)
        if not any(each is cause for each in changed):
            changed.append(cause)
    return changed


def chance_of(count: int, expected: float) -> float:
    """That a Poisson distribution gives as many or more."""
    if count == 0:
        return 1.0
    if expected <= 0:
        return 0.0
    term = math.exp(count * math.log(expected) - expected - math.lgamma(count + 1))
    if count <= expected:
        # Far from seldom; the sum below would begin before the largest term.
        return 1.0
    total, place = 0.0, count
    while term > total * 1e-12:
        total += term
        place += 1
        term *= expected / place
    return total


def _in_order(one: Standing) -> tuple[int, int]:
    return one.place, one.id


def _fitting(seed: Standing, near: Sequence[Cause]) -> Cause | None:
    """Of the causes that others beside it belong to the one of most, where its gravest is at that time too."""
    by_id = {id(each): each for each in near}
    for key, _ in Counter(map(id, near)).most_common():
        if is_same_time(seed, by_id[key].lead):
            return by_id[key]
    return None


def _largest_of(chances: Sequence[float]) -> float:
    """Up to which they are no work of chance; below 0 of none."""
    passed = -1.0
    for place, chance in enumerate(sorted(chances), start=1):
        if chance <= (limit := FALSE_SHARE * place / len(chances)):
            passed = limit
    return passed


def _fewest(expected: float, limit: float, most: int) -> int:
    """How many have to be there for a chance no larger than that; `most` where that is not reached."""
    return bisect_left(range(most), True, key=lambda count: chance_of(count, expected) <= limit)


class _Beside:
    """Those that are at the same time as one; how many series is counted once of those that cover the same time."""

    def __init__(self, standing: Sequence[Standing]) -> None:
        self._ordered = sorted(standing, key=lambda each: (each.since, each.id))
        self._starts = [each.since for each in self._ordered]
        self._counts: dict[tuple[datetime, datetime], int] = {}

    def of(self, one: Standing) -> list[Standing]:
        return [each for each in self._at(one) if each.id != one.id]

    def most(self, one: Standing) -> int:
        """As many as there may be."""
        return len(self._near(one))

    def count(self, one: Standing, enough: int) -> int:
        """Of how many other series they are; no more are counted than are enough."""
        span = one.since, one.end
        if span not in self._counts:
            series: set[str] = set()
            for each in self._at(one):
                series.add(each.series)
                if len(series) > enough:
                    break
            # Its own is among them.
            self._counts[span] = len(series) - 1
        return self._counts[span]

    def _at(self, one: Standing) -> Iterator[Standing]:
        for at in self._near(one):
            if is_same_time(one, self._ordered[at]):
                yield self._ordered[at]

    def _near(self, one: Standing) -> range:
        # What began longer ago than this shares too little of it.
        earliest = one.end - one.length / _SHARED
        return range(bisect_left(self._starts, earliest), bisect_right(self._starts, one.end))
