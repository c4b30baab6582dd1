"""Periods without a row: a gap in a line and an empty place among bars, never a zero and never bridged."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import cast

from iop_pipelines.domain.frequencies import BUCKETS, TimeStep
from iop_pipelines.query.charts.spec import Mark
from iop_pipelines.query.pairs import is_shown
from iop_pipelines.query.result import Column

# Of a column whose step nobody has said: what is farther from its neighbour than usual is not its neighbour.
_FAR = 1.6


def with_gaps(marks: Sequence[Mark], column: Column) -> tuple[Mark, ...]:
    """A mark without a value for each run of periods that has no row; marks are in the order of time."""
    first_missing = _missing_after(column) or _by_usual_distance(marks)
    if first_missing is None:
        return tuple(marks)
    drawn = list(marks[:1])
    for before, after in pairwise(marks):
        if (at := first_missing(_moment(before.x), _moment(after.x))) is not None:
            drawn.append(Mark(as_in(column, at), None))
        drawn.append(after)
    return tuple(drawn)


def periods_between(first: date, last: date, column: Column, most: int) -> list[date] | None:
    """Every period from one to the other; None where its step is not said, or there are more than `most`."""
    if column.step is None:
        return None
    step = BUCKETS[column.step]
    at, end = step.floor(_moment(first)), _moment(last)
    found: list[date] = []
    while at <= end:
        if _is_real(at, step, column):
            found.append(as_in(column, at))
        if len(found) > most:
            return None
        at = step.shift(at, 1)
    return found


def as_in(column: Column, moment: datetime) -> date:
    return moment.date() if column.type == "date" else moment


FirstMissing = Callable[[datetime, datetime], datetime | None]


def _missing_after(column: Column) -> FirstMissing | None:
    if column.step is None:
        return None
    step = BUCKETS[column.step]

    def first_missing(before: datetime, after: datetime) -> datetime | None:
        at, end = step.shift(step.floor(before), 1), step.floor(after)
        while at < end and not _is_real(at, step, column):
            at = step.shift(at, 1)
        return at if at < end else None

    return first_missing


def _is_real(at: datetime, step: TimeStep, column: Column) -> bool:
    """Not an hour that clocks leave out."""
    return step.minutes is None or column.zone is None or is_shown(at, step, column.zone)


def _by_usual_distance(marks: Sequence[Mark]) -> FirstMissing | None:
    if len(marks) < 3:
        return None
    distances = sorted(_moment(b.x) - _moment(a.x) for a, b in pairwise(marks))
    usual = distances[len(distances) // 2]
    if usual <= timedelta():
        return None
    return lambda before, after: before + usual if after - before > _FAR * usual else None


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    day = cast(date, value)
    return datetime(day.year, day.month, day.day)
