"""Which moment of an earlier period stands beside which of this one: the third Monday beside the third Monday."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from iop_pipelines.domain.frequencies import BUCKETS, STEPS, TimeStep
from iop_pipelines.domain.periods import Period, clocks_turn, shift
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query import config as form
from iop_pipelines.query.compile import own_periods
from iop_pipelines.query.result import Row, Value
from iop_pipelines.query.sources import Source

Move = Callable[[datetime], datetime | None]


def _same(moment: datetime) -> datetime | None:
    return moment


@dataclass(frozen=True)
class Pairs:
    """Keys are a group's dimensions, and last which of two moments that clocks show alike it is: 0, or 1 for the later.

    `at`: which of the dimensions is the moment, None where there is none; `step`: of what it is the beginning. `zone`:
    of moments within the day. `since`: the oldest moment of which anything is known, where that is said.
    """

    at: int | None = None
    step: TimeStep = STEPS["D"]
    zone: str | None = None
    since: datetime | None = None
    forwards: Move = field(default=_same)
    backwards: Move = field(default=_same)

    def here(self, key: Row) -> Row | None:
        """The key of this period that one of an earlier period stands beside; None where there is none."""
        if self.at is None or key[self.at] is None:
            return key
        moved = self._beside(key, self.at, self.forwards)
        return None if moved is None else (*key[: self.at], moved, *key[self.at + 1 :])

    def has(self, key: Row) -> bool:
        """Whether the earlier period has a moment that stands beside this key's."""
        if self.at is None or key[self.at] is None:
            return True
        return self._beside(key, self.at, self.backwards) is not None

    def knows(self, key: Row) -> bool:
        """Whether it has one, and it is not over before the first of which anything is known."""
        if self.at is None or self.since is None or not self.has(key):
            return self.has(key)
        there = self.there(key[self.at])
        if not isinstance(there, date):
            return True
        return self.step.shift(_as_moment(there), 1) > self.since

    def there(self, value: Value) -> Value:
        """What a moment of this period is called in the earlier one; another dimension's value is the same."""
        return _moved(value, self.backwards) if self.at is not None else value

    def all_there(self, values: Iterable[Value]) -> list[Value]:
        """Those that the earlier one has."""
        moved = [(value, self.there(value)) for value in values]
        return [there for value, there in moved if value is None or there is not None]

    def alone_here(self, keys: Iterable[Row]) -> list[Sentence]:
        """The moments of this period that have nothing beside them."""
        return self._named((key for key in keys if not self.has(key)), self.backwards)

    def alone_there(self, keys: Iterable[Row]) -> list[Sentence]:
        """The same of the earlier one."""
        return self._named((key for key in keys if self.here(key) is None), self.forwards)

    def _named(self, keys: Iterable[Row], by: Move) -> list[Sentence]:
        """Each once; of a day that is alone as a whole the day, and not its hours."""
        moments = (key[self.at] for key in keys if self.at is not None)
        told = {
            str(each.date() if isinstance(each, datetime) and by(_noon(each)) is None else each)
            for each in moments
        }
        return [Sentence("filter.day", day=each) for each in sorted(told)]

    def _beside(self, key: Row, at: int, by: Move) -> Value:
        """What clocks do not show stands beside nothing, and the later of two alike beside the later of two."""
        moved = _moved(key[at], by)
        if self.zone is not None and isinstance(moved, datetime):
            is_there = is_repeated if key[-1] else is_shown
            return moved if is_there(moved, self.step, self.zone) else None
        return moved


def _moved(value: Value, by: Move) -> Value:
    if not isinstance(value, date):
        return value
    moved = by(_as_moment(value))
    return moved if moved is None or isinstance(value, datetime) else moved.date()


def _as_moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def _noon(moment: datetime) -> datetime:
    return moment.replace(hour=12, minute=0, second=0, microsecond=0)


def is_shown(start: datetime, step: TimeStep, zone: str) -> bool:
    """Whether clocks show any of a period within the day that begins then."""
    return any(clocks_turn(each, zone) <= timedelta() for each in _ends(start, step))


def is_repeated(start: datetime, step: TimeStep, zone: str) -> bool:
    """Whether they show any of it twice."""
    return any(clocks_turn(each, zone) < timedelta() for each in _ends(start, step))


def _ends(start: datetime, step: TimeStep) -> tuple[datetime, datetime]:
    """Its first and last minute: clocks turn by half an hour or more."""
    return start, start + timedelta(minutes=(step.minutes or 1) - 1)


def pairs_of(
    query: form.TableQuery, source: Source, now: Scope, then: Scope, since: datetime | None
) -> Pairs:
    """Of the first group that is a time which both periods are of.

    since: the oldest moment of the source's time.
    """
    groups = [item for item in query.select if not item.is_aggregate]
    for at, item in enumerate(groups):
        here, there = now.period_of(item.field), then.period_of(item.field)
        if here is not None and there is not None:
            step = _step(own_periods(item, source, now.begins), source)
            return Pairs(
                at,
                step,
                source.fields[str(item.field)].zone if step.minutes is not None else None,
                since if item.field == source.time else None,
                _mover(there, here, step),
                _mover(here, there, step),
            )
    return Pairs()


def _step(item: form.Select, source: Source) -> TimeStep:
    if item.bucket is not None:
        return BUCKETS[item.bucket]
    return STEPS["D" if source.fields[str(item.field)].type == "date" else "1min"]


def _mover(origin: Period, target: Period, step: TimeStep) -> Move:
    """Of days and what is shorter by the calendar, of weeks and months by their number in the period."""
    months = _months_between(origin, target)
    if step.unit == "week" or step.is_business or (step.months is not None):
        return _by_number(origin, target, step)
    if months is None:
        return lambda moment: moment + (target.start - origin.start)

    def by_calendar(moment: datetime) -> datetime | None:
        moved = shift(moment, months, "month")
        return moved if moved < target.end and shift(moved, -months, "month") == moment else None

    return by_calendar


def _months_between(origin: Period, target: Period) -> int | None:
    """Where the periods are of months: days keep their number then."""
    unit = target.step[1] if target.step else None
    months = (target.start.year - origin.start.year) * 12 + target.start.month - origin.start.month
    is_of_months = unit in ("month", "quarter", "year") or abs(months) == 12
    return months if is_of_months and shift(origin.start, months, "month") == target.start else None


def _by_number(origin: Period, target: Period, step: TimeStep) -> Move:
    beside = dict(zip(_starts(origin, step), _starts(target, step), strict=False))
    return beside.get


def _starts(period: Period, step: TimeStep) -> list[datetime]:
    starts: list[datetime] = []
    start = step.floor(period.start)
    while start < period.end:
        starts.append(start)
        start = step.shift(start, 1)
    return starts
