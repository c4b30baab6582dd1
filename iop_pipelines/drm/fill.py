"""Whether a delivery brought the rows that its dataset's own rhythm lets expect. Pure.

A delivery is compared with those of its kind: as long a window, of the same hour or weekday where that is all it holds.
What is special by the calendar is neither judged nor compared with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import median

from iop_pipelines.calendars.days import Calendar
from iop_pipelines.drm.source import DrmRun

# Of the newest deliveries so many are looked through for those to compare with, of which so many count.
LOOKED_THROUGH = 400
_COMPARED = 60
_LEAST_COMPARED = 4
_SHORT = 0.5
# What a count may lack by chance alone, in its own standard deviations.
_BY_CHANCE = 4
_A_DAY = timedelta(days=1)
_ABOUT = 0.25
# A longer window always holds a special day.
_DAYS_JUDGED = 2


@dataclass(frozen=True)
class Fill:
    """
    Attributes:
        run: the delivery of the newest window, as it was delivered last; rows: what it brought.
        usual, least: of those compared with, whose number is `compared`.
    """

    run: DrmRun
    rows: int
    usual: float
    least: float
    compared: int

    @property
    def is_whole(self) -> bool:
        """More than half of the usual; what is neither short nor whole says nothing new of those before."""
        return self.rows > _SHORT * self.usual

    @property
    def is_short(self) -> bool:
        """Half of the usual or less, twice as far below it as any was, and more than chance takes from a count."""
        lacking = self.usual - self.rows
        return (
            not self.is_whole
            and lacking > 2 * (self.usual - self.least)
            and lacking > _BY_CHANCE * sqrt(self.usual)
        )


def fill_of(runs: Sequence[DrmRun], calendar: Calendar | None = None) -> Fill | None:
    """Of the newest window; None where it is a special day's, or fewer than four can be compared with it.

    runs: successful ones, in any order.
    """
    known = _by_window(runs)
    if not known or _is_special(known[-1], calendar):
        return None
    *earlier, last = known
    alike = [each for each in earlier if _are_alike(each, last) and not _is_special(each, calendar)]
    same = [each for each in alike if _phase(each) == _phase(last)]
    compared = (same if len(same) >= _LEAST_COMPARED else alike)[-_COMPARED:]
    if len(compared) < _LEAST_COMPARED:
        return None
    length = _length(last)
    rows = [_rows(each) * (length / _length(each)) for each in compared]
    return Fill(last, _rows(last), median(rows), min(rows), len(rows))


def _by_window(runs: Sequence[DrmRun]) -> list[DrmRun]:
    """The last delivery of each window, by the end of the window."""
    found: dict[tuple[datetime, datetime], DrmRun] = {}
    for run in sorted(runs, key=lambda each: (each.finished_at or each.started_at, each.id)):
        if run.rows_ingested is not None and run.window_end > run.window_start:
            found[run.window_start, run.window_end] = run
    return sorted(found.values(), key=lambda each: (each.window_end, each.window_start))


def _rows(run: DrmRun) -> int:
    return run.rows_ingested or 0


def _length(run: DrmRun) -> timedelta:
    return run.window_end - run.window_start


def _are_alike(one: DrmRun, other: DrmRun) -> bool:
    return 0.5 <= _length(one) / _length(other) <= 2


def _phase(run: DrmRun) -> int | None:
    """Its weekday, or its hour; None where it holds more than one of them."""
    length = _length(run)
    if length < (1 - _ABOUT) * _A_DAY:
        return run.window_start.hour
    return run.window_start.weekday() if length <= (1 + _ABOUT) * _A_DAY else None


def _is_special(run: DrmRun, calendar: Calendar | None) -> bool:
    if calendar is None or _length(run) > _DAYS_JUDGED * _A_DAY:
        return False
    first, last = run.window_start.date(), (run.window_end - timedelta(microseconds=1)).date()
    days = [first + each * _A_DAY for each in range((last - first).days + 1)]
    return any(calendar.at(day) is not None or not calendar.is_open(day) for day in days)
