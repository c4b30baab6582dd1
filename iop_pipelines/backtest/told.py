"""What people would have been told: which findings open something new, by the rules that the inbox has.

Of a series one thing is open at a time. It stays so until as many deliveries as the model says found nothing; then the
same is silent for a while, unless it is graver than it ever was. A list for any budget of alerts is made from the same
candidates, each of which knows from which budget on it is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from iop_pipelines.domain.frequencies import ModelFrequency
from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.recommendations.evidence import SEVERITIES, add_periods, silent_until

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One period of one series that may be worth telling.

    Attributes:
        delivery: the number of the one that brings it, among those that are replayed.
        chance: how seldom chance gives it; None where the method knows no chance.
        budget: alerts a week, over all series, from which on it is told; 0 where that is always.
    """

    series: str
    measure: str
    kind: str
    severity: Severity
    ds: datetime
    delivery: int
    value: float | None
    expected: float | None
    lo: float | None
    hi: float | None
    score: float
    chance: float | None
    budget: float


@dataclass(frozen=True, slots=True)
class Thing:
    """What one recommendation would have been about, from when it is opened until its last finding.

    Attributes:
        peak: its strongest candidate.
        opened: the end of the delivery that opens it.
        periods: candidates in it.
    """

    peak: Candidate
    since: datetime
    until: datetime
    opened: datetime
    periods: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """The rules by which findings become recommendations.

    Attributes:
        ends: of each delivery that is replayed, the moment at which its window ends.
        clean_needed: deliveries without a finding that resolve one.
        cool_down: periods of silence after that; None for a time that grows with the data.
    """

    ends: Sequence[datetime]
    data_start: datetime
    freq: ModelFrequency | None
    clean_needed: int
    cool_down: int | None

    def silent_until(self, closed: datetime) -> datetime:
        if self.cool_down is not None:
            return add_periods(closed, self.cool_down, self.freq)
        return silent_until(self.data_start, closed, self.freq)


def told(candidates: Iterable[Candidate], budget: float, inbox: Inbox) -> list[Thing]:
    """What is opened with so many alerts a week, by when."""
    by_series: dict[str, dict[int, list[Candidate]]] = defaultdict(lambda: defaultdict(list))
    for each in candidates:
        if each.budget <= budget:
            by_series[each.series][each.delivery].append(each)
    found = [thing for deliveries in by_series.values() for thing in _of_series(deliveries, inbox)]
    return sorted(found, key=lambda thing: (thing.opened, thing.peak.series, thing.since))


def _of_series(deliveries: dict[int, list[Candidate]], inbox: Inbox) -> list[Thing]:
    things: list[Thing] = []
    gravest, last = 0, -1
    for number in sorted(deliveries):
        group = deliveries[number]
        strongest = max(group, key=_rank)
        grave = SEVERITIES.index(strongest.severity)
        if things and not _is_new(number, last, grave > gravest, inbox):
            is_open = number - last - 1 < inbox.clean_needed
            if is_open:
                things[-1] = _with(things[-1], group, strongest)
                last = number
            gravest = max(gravest, grave)
            continue
        things.append(_opened(group, strongest, inbox.ends[number]))
        gravest, last = grave, number
    return things


def _is_new(number: int, last: int, is_graver: bool, inbox: Inbox) -> bool:
    """Whether findings of a delivery open something, given the last delivery with findings of what was open."""
    resolved = last + inbox.clean_needed
    if number <= resolved:
        return False
    return is_graver or inbox.ends[number] > inbox.silent_until(inbox.ends[resolved])


def _opened(group: Sequence[Candidate], strongest: Candidate, end: datetime) -> Thing:
    moments = [each.ds for each in group]
    return Thing(strongest, min(moments), max(moments), end, len(group))


def _with(thing: Thing, group: Sequence[Candidate], strongest: Candidate) -> Thing:
    return replace(
        thing,
        peak=max(thing.peak, strongest, key=_rank),
        until=max(thing.until, *(each.ds for each in group)),
        periods=thing.periods + len(group),
    )


def _rank(each: Candidate) -> tuple[int, float, float]:
    """Severity, then how seldom chance gives it, then strength."""
    chance = 1.0 if each.chance is None else each.chance
    return SEVERITIES.index(each.severity), -chance, each.score


def worst_week(things: Sequence[Thing], start: datetime) -> tuple[datetime, int]:
    """The week, from `start` on, in which most were opened, and how many; the first of equals."""
    weeks: dict[int, int] = defaultdict(int)
    for thing in things:
        # What a delivery brings at the end of a week belongs to it.
        weeks[max(0, (thing.opened - start - timedelta(microseconds=1)) // _WEEK)] += 1
    if not weeks:
        return start, 0
    number = max(weeks, key=lambda each: (weeks[each], -each))
    return start + number * _WEEK, weeks[number]
