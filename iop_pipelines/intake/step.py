"""The step of a series: how far its moments lie apart, and which of IOP's steps holds them."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from iop_pipelines.domain.frequencies import STEPS, ModelFrequency
from iop_pipelines.domain.periods import Unit, floor
from iop_pipelines.intake.moments import Grain, Moments

Freq = ModelFrequency
# What the field of a period is called; how a step is said behind "by".
PERIODS: dict[Freq, str] = {
    "1min": "Minute",
    "5min": "Five minutes",
    "10min": "Ten minutes",
    "15min": "Quarter hour",
    "30min": "Half hour",
    "h": "Hour",
    "D": "Day",
    "B": "Business day",
    "W": "Week",
    "MS": "Month",
    "QS": "Quarter",
    "2QS": "Half-year",
    "YS": "Year",
}
# The unit that holds whole periods of a step, which a database is asked for.
WHOLE: dict[Freq, Unit] = {
    **dict.fromkeys(("1min", "5min", "10min", "15min", "30min", "h"), "hour"),  # type: ignore[dict-item]
    "D": "day",
    # What a Saturday holds belongs to the Friday before.
    "B": "week",
    "W": "week",
    "MS": "month",
    "QS": "quarter",
    "2QS": "year",
    "YS": "year",
}
WITHIN_DAY: frozenset[Freq] = frozenset({"1min", "5min", "10min", "15min", "30min", "h"})
_DAY_S = 86_400
_FRIDAY = 4
# As many days without a Saturday or Sunday are no chance.
_MIN_BUSINESS_DAYS = 10
_BY_GRAIN: dict[Grain, tuple[Freq, int, str]] = {
    "week": ("W", 1, "a week"),
    "month": ("MS", 1, "a month"),
    "quarter": ("QS", 1, "a quarter"),
    "half-year": ("2QS", 1, "half a year"),
    "year": ("YS", 1, "a year"),
}
# days apart, from and to -> step
_LONG: tuple[tuple[float, float, tuple[Freq, int, str]], ...] = (
    (27.5, 31.5, ("MS", 1, "a month")),
    (88, 93, ("QS", 1, "a quarter")),
    (180, 185, ("2QS", 1, "half a year")),
    (364, 367, ("YS", 1, "a year")),
)


@dataclass(frozen=True, slots=True)
class Step:
    """`freq`: that of the dataset and its models; `every`: its periods from one row to the next; `share` of the rows
    are that far apart.

    is_regular: false for events, whose distance means nothing.
    starts_monday: weeks are cut on Mondays; else each moment is a day of the same weekday.
    seconds: from one row to the next, of a step within the day; None for longer ones and events.
    """

    freq: Freq
    every: int
    said: str
    share: float
    is_regular: bool = True
    starts_monday: bool = True
    seconds: float | None = None

    @property
    def is_within_day(self) -> bool:
        return self.freq in WITHIN_DAY

    @property
    def by(self) -> str:
        """As in: sales by quarter hour."""
        return PERIODS[self.freq].lower()

    def period_of(self, moment: datetime) -> datetime:
        if self.freq == "W" and not self.starts_monday:
            return floor(moment, "day")
        return STEPS[self.freq].floor(moment)

    def periods_of(self, moments: Moments) -> Moments:
        """As `period_of`, of many; NaT stays."""
        step = STEPS[self.freq]
        if step.minutes is not None:
            return moments.astype(f"datetime64[{step.minutes}m]").astype(moments.dtype)
        if step.months is not None:
            return moments.astype(f"datetime64[{step.months}M]").astype(moments.dtype)
        days = moments.astype("datetime64[D]")
        # 1970 began with a Thursday.
        weekday = (days.astype(np.int64) + 3) % 7
        back = np.zeros_like(weekday)
        if step.is_business:
            back = np.maximum(weekday - _FRIDAY, 0)
        elif self.freq == "W" and self.starts_monday:
            back = weekday
        days = np.where(np.isnat(days), days, days - back.astype("timedelta64[D]"))
        return days.astype(moments.dtype)

    def after(self, period: datetime) -> datetime:
        return STEPS[self.freq].shift(period, 1)


def step_of(moments: Moments, series: npt.NDArray[np.int64], grain: Grain) -> Step:
    """The step that most moments of the series with most of them are apart.

    moments: (n,) in any order, repetitions allowed, no NaT; series: (n,) which of them each belongs to;
    grain: what one value of the column names.
    """
    longest = _longest(moments, series)
    gaps = np.diff(longest).astype(np.int64) / 1e6
    if grain in _BY_GRAIN:
        return _of_grain(grain, gaps)
    if not len(gaps):
        return Step("D", 1, "a day", 0.0, is_regular=False)
    sizes, counts = np.unique(gaps, return_counts=True)
    # Of as many, the one that comes first in the series.
    most = sizes[counts == counts.max()]
    usual = float(gaps[np.isin(gaps, most)][0])
    share = int(counts.max()) / len(gaps)
    middle = float(np.median(gaps))
    for low, high, found in _LONG:
        if low * _DAY_S <= middle <= high * _DAY_S:
            near = float(((low * _DAY_S <= gaps) & (gaps <= high * _DAY_S)).mean())
            return Step(*found, near)
    if share < 0.3:
        return _events(longest)
    if usual < _DAY_S:
        freq = _holding(usual)
        every = max(round(usual / 3600), 1) if freq == "h" else 1
        return Step(freq, every, _short(usual), share, seconds=usual)
    days = round(usual / _DAY_S)
    if days == 1 and _are_business_days(longest):
        return Step("B", 1, "a business day", share)
    if days % 7 == 0:
        weeks = days // 7
        same = len(np.unique(longest.astype("datetime64[D]").astype(np.int64) % 7)) == 1
        return Step(
            "W", weeks, "a week" if weeks == 1 else f"{weeks} weeks", share, starts_monday=not same
        )
    return Step("D", days, "a day" if days == 1 else f"{days} days", share)


def _of_grain(grain: Grain, gaps: npt.NDArray[np.float64]) -> Step:
    """What a value names, or what is longer where all of them lie so far apart: 2013-01, 2013-04, …"""
    for low, high, found in _LONG:
        months = STEPS[found[0]].months or 0
        is_longer = months > (STEPS[_BY_GRAIN[grain][0]].months or 0)
        if (
            len(gaps) >= 2
            and is_longer
            and ((low * _DAY_S <= gaps) & (gaps <= high * _DAY_S)).all()
        ):
            return Step(*found, 1.0)
    return Step(*_BY_GRAIN[grain], 1.0)


def _holding(seconds: float) -> Freq:
    """The shortest step that is a whole number of those seconds."""
    for step in STEPS.values():
        size = 60 * step.minutes if step.unit == "minute" and step.minutes else 0
        if size >= seconds and size % seconds == 0:
            return step.name  # type: ignore[return-value]
    return "h"


def _are_business_days(moments: Moments) -> bool:
    """Whether all are days from Monday to Friday, over two weekends at least."""
    days = np.unique(moments.astype("datetime64[D]").astype(np.int64))
    weekdays = (days + 3) % 7
    weeks = np.unique((days + 3) // 7)
    return len(days) >= _MIN_BUSINESS_DAYS and int(weekdays.max()) <= _FRIDAY and len(weeks) >= 3


def _longest(moments: Moments, series: npt.NDArray[np.int64]) -> Moments:
    """The different moments of the series that has most of them, in order; of as many, of the first."""
    order = np.lexsort((moments, series))
    who, when = series[order], moments[order]
    is_new = np.ones(len(who), bool)
    is_new[1:] = (who[1:] != who[:-1]) | (when[1:] != when[:-1])
    who, when = who[is_new], when[is_new]
    names, counts = np.unique(who, return_counts=True)
    return when[who == names[counts.argmax()]]


def _events(moments: Moments) -> Step:
    is_long = moments[-1] - moments[0] >= np.timedelta64(30, "D")
    freq: Freq = "D" if is_long else "h"
    said = PERIODS[freq].lower()
    return Step(freq, 1, f"none: events, counted by the {said}", 0.0, is_regular=False)


def _short(seconds: float) -> str:
    for size, one, many in (
        (3600, "an hour", "hours"),
        (60, "a minute", "minutes"),
        (1, "a second", "seconds"),
    ):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return one if count == 1 else f"{count} {many}"
    return f"{seconds:g} seconds"
