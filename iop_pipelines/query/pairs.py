"""Which moment of an earlier period stands beside which of this one: the third Monday beside the third Monday."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from iop_pipelines.domain.frequencies import BUCKETS, STEPS, TimeStep
from iop_pipelines.domain.periods import Period, shift
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.query import config as form
from iop_pipelines.query.result import Row, Value
from iop_pipelines.query.sources import Source


def _same(moment: datetime) -> datetime | None:
    return moment


@dataclass(frozen=True)
class Pairs:
    """`at`: which of a group's dimensions is the moment, None where there is none."""

    at: int | None = None
    forwards: Callable[[datetime], datetime | None] = field(default=_same)
    backwards: Callable[[datetime], datetime | None] = field(default=_same)

    def here(self, key: Row) -> Row | None:
        """The dimensions of this period that those of an earlier one stand beside; None where there are none."""
        if self.at is None:
            return key
        moved = _moved(key[self.at], self.forwards)
        if moved is None and key[self.at] is not None:
            return None
        return (*key[: self.at], moved, *key[self.at + 1 :])

    def there(self, value: Value) -> Value:
        """What a moment of this period is called in the earlier one; another dimension's value is the same."""
        return _moved(value, self.backwards) if self.at is not None else value

    def moment_of(self, key: Row) -> Value:
        return None if self.at is None else key[self.at]


def _moved(value: Value, by: Callable[[datetime], datetime | None]) -> Value:
    if not isinstance(value, date):
        return value
    is_moment = isinstance(value, datetime)
    moved = by(value if is_moment else datetime(value.year, value.month, value.day))
    return moved if moved is None or is_moment else moved.date()


def pairs_of(query: form.TableQuery, source: Source, now: Scope, then: Scope) -> Pairs:
    """Of the first group that is a time which both periods are of."""
    groups = [item for item in query.select if not item.is_aggregate]
    for at, item in enumerate(groups):
        here, there = now.period_of(item.field), then.period_of(item.field)
        if here is not None and there is not None:
            step = _step(item, source)
            return Pairs(at, _mover(there, here, step), _mover(here, there, step))
    return Pairs()


def _step(item: form.Select, source: Source) -> TimeStep:
    if item.bucket is not None:
        return BUCKETS[item.bucket]
    return STEPS["D" if source.fields[str(item.field)].type == "date" else "1min"]


def _mover(origin: Period, target: Period, step: TimeStep) -> Callable[[datetime], datetime | None]:
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


def _by_number(
    origin: Period, target: Period, step: TimeStep
) -> Callable[[datetime], datetime | None]:
    beside = dict(zip(_starts(origin, step), _starts(target, step), strict=False))
    return beside.get


def _starts(period: Period, step: TimeStep) -> list[datetime]:
    starts: list[datetime] = []
    start = step.floor(period.start)
    while start < period.end:
        starts.append(start)
        start = step.shift(start, 1)
    return starts
