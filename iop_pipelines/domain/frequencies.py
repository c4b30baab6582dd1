"""The steps of time that datasets have: the one table that preparing, queries, models and words go by.

A period is named by its first moment, in local time. Weeks are those of pandas: `W-SAT` ends with Saturday, named by
the Sunday before; `W` alone is from Monday, as it always was. A step of business days has all of time too: what a
Saturday or Sunday holds belongs to the Friday before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from iop_pipelines.domain.languages import Text
from iop_pipelines.domain.periods import Unit, floor, shift

Frequency = Literal[
    "1min",
    "5min",
    "10min",
    "15min",
    "30min",
    "h",
    "D",
    "B",
    "W",
    "W-MON",
    "W-TUE",
    "W-WED",
    "W-THU",
    "W-FRI",
    "W-SAT",
    "W-SUN",
    "MS",
    "QS",
    "2QS",
    "YS",
]
# Those that a series of a model can have: a week is a week, whatever day it ends with.
ModelFrequency = Literal[
    "1min", "5min", "10min", "15min", "30min", "h", "D", "B", "W", "MS", "QS", "2QS", "YS"
]
# How queries name a step: by a word where it has one.
Bucket = Literal[
    "1min",
    "5min",
    "10min",
    "15min",
    "30min",
    "hour",
    "day",
    "B",
    "week",
    "W-MON",
    "W-TUE",
    "W-WED",
    "W-THU",
    "W-FRI",
    "W-SAT",
    "W-SUN",
    "month",
    "quarter",
    "QS-FEB",
    "QS-MAR",
    "2QS",
    "year",
]
_FRIDAY = 4
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class TimeStep:
    """
    Attributes:
        offset: pandas' alias of the steps from one period's first moment to the next.
        unit, count: the step is `count` of these.
        bucket: how queries name it.
        by: its words behind a label; a day says nothing that its dates do not.
        first_weekday: of weeks, 0 for Monday.
        first_month: of what is of months, one that a period begins with: 1 for January.
        modelled_as: the step that a model's series has then.
    """

    name: Frequency
    offset: str
    unit: Unit
    count: int
    bucket: Bucket
    by: Text | None
    modelled_as: ModelFrequency
    first_weekday: int = 0
    first_month: int = 1

    @property
    def minutes(self) -> int | None:
        """Of a step within the day, which clocks may show twice or not at all."""
        sizes = {"minute": self.count, "hour": 60 * self.count}
        return sizes.get(self.unit)

    @property
    def months(self) -> int | None:
        sizes: Mapping[Unit, int] = {"month": 1, "quarter": 3, "year": 12}
        return sizes[self.unit] * self.count if self.unit in sizes else None

    def cuts(self, other: "TimeStep") -> bool:
        """Whether a period of the other, both weeks or of months and no longer than these, lies in two of them."""
        if self.unit == other.unit == "week":
            return self.first_weekday != other.first_weekday
        if self.months is None or other.months is None or self.months < other.months:
            return False
        is_whole = self.months % other.months == 0
        return not is_whole or (self.first_month - other.first_month) % other.months != 0

    @property
    def is_business(self) -> bool:
        return self.name == "B"

    def floor(self, moment: datetime) -> datetime:
        """The first moment of the period that holds it."""
        if self.unit == "minute":
            whole = floor(moment, "minute")
            return whole - timedelta(minutes=whole.minute % self.count)
        if self.is_business:
            day = floor(moment, "day")
            return day - timedelta(days=max(day.weekday() - _FRIDAY, 0))
        if self.unit == "week":
            day = floor(moment, "day")
            return day - timedelta(days=(day.weekday() - self.first_weekday) % 7)
        if self.months is not None:
            within = (moment.month - self.first_month) % self.months
            return shift(floor(moment, "month"), -within, "month")
        return floor(moment, self.unit)

    def ceil(self, moment: datetime) -> datetime:
        """The first period that does not begin before it."""
        start = self.floor(moment)
        return start if start == moment else self.shift(start, 1)

    def shift(self, moment: datetime, count: int) -> datetime:
        """`count` periods later; a month keeps the day, cut to the month's length."""
        if self.is_business:
            return _business_days(moment, count)
        return shift(moment, count * self.count, self.unit)


def _business_days(moment: datetime, count: int) -> datetime:
    """From a Saturday or Sunday as from the Friday before."""
    day = moment - timedelta(days=max(moment.weekday() - _FRIDAY, 0))
    weeks, rest = divmod(day.weekday() + count, 5)
    return day + timedelta(days=7 * weeks + rest - day.weekday())


def _minutes(count: int, by: Text) -> TimeStep:
    name: Frequency = f"{count}min"  # type: ignore[assignment]
    return TimeStep(name, name, "minute", count, name, by, name)  # type: ignore[arg-type]


def _weeks(name: Frequency, first: str, by: Text) -> TimeStep:
    weekday = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN").index(first)
    bucket: Bucket = name  # type: ignore[assignment]
    return TimeStep(name, f"W-{first}", "week", 1, bucket, by, "W", weekday)


STEPS: Mapping[Frequency, TimeStep] = {
    step.name: step
    for step in (
        _minutes(1, Text("{label}, by minute")),
        _minutes(5, Text("{label}, by 5 minutes")),
        _minutes(10, Text("{label}, by 10 minutes")),
        _minutes(15, Text("{label}, by 15 minutes")),
        _minutes(30, Text("{label}, by 30 minutes")),
        TimeStep("h", "h", "hour", 1, "hour", Text("{label}, by hour"), "h"),
        TimeStep("D", "D", "day", 1, "day", None, "D"),
        TimeStep("B", "B", "day", 1, "B", Text("{label}, by business day"), "B"),
        TimeStep("W", "W-MON", "week", 1, "week", Text("{label}, by week"), "W"),
        _weeks("W-MON", "TUE", Text("{label}, by week to Monday")),
        _weeks("W-TUE", "WED", Text("{label}, by week to Tuesday")),
        _weeks("W-WED", "THU", Text("{label}, by week to Wednesday")),
        _weeks("W-THU", "FRI", Text("{label}, by week to Thursday")),
        _weeks("W-FRI", "SAT", Text("{label}, by week to Friday")),
        _weeks("W-SAT", "SUN", Text("{label}, by week to Saturday")),
        _weeks("W-SUN", "MON", Text("{label}, by week to Sunday")),
        TimeStep("MS", "MS", "month", 1, "month", Text("{label}, by month"), "MS"),
        TimeStep("QS", "QS", "quarter", 1, "quarter", Text("{label}, by quarter"), "QS"),
        TimeStep("2QS", "2QS", "quarter", 2, "2QS", Text("{label}, by half-year"), "2QS"),
        TimeStep("YS", "YS", "year", 1, "year", Text("{label}, by year"), "YS"),
    )
}


def _quarters(bucket: Bucket, first_month: int) -> TimeStep:
    by = Text("{label}, by fiscal quarter")
    return TimeStep("QS", bucket, "quarter", 1, bucket, by, "QS", first_month=first_month)


# Those of fiscal years that do not begin with a quarter of the calendar, by the first of their months.
_FISCAL_QUARTERS = (_quarters("QS-FEB", 2), _quarters("QS-MAR", 3))
BUCKETS: Mapping[Bucket, TimeStep] = {
    step.bucket: step for step in (*STEPS.values(), *_FISCAL_QUARTERS)
}
# The seasons that a series of a step can have, in periods, shortest first.
Season = Literal["hour", "day", "week", "year"]
SEASONS: Mapping[ModelFrequency, Mapping[Season, int]] = {
    "1min": {"hour": 60, "day": 1440},
    "5min": {"hour": 12, "day": 288},
    "10min": {"day": 144, "week": 1008},
    "15min": {"day": 96, "week": 672},
    "30min": {"day": 48, "week": 336},
    "h": {"day": 24, "week": 168},
    "D": {"week": 7},
    "B": {"week": 5},
    "W": {"year": 52},
    "MS": {"year": 12},
    "QS": {"year": 4},
    "2QS": {"year": 2},
    "YS": {},
}
# A day of what is shorter, a week of days, a year of the rest.
SEASON_LENGTHS: Mapping[ModelFrequency, int] = {
    "1min": 1440,
    "5min": 288,
    "10min": 144,
    "15min": 96,
    "30min": 48,
    "h": 24,
    "D": 7,
    "B": 5,
    "W": 52,
    "MS": 12,
    "QS": 4,
    "2QS": 2,
    "YS": 1,
}
_DAYS_OF_YEAR = 52 * 7
_YEAR_LENGTHS: Mapping[str, int] = {"D": _DAYS_OF_YEAR, "B": 260, "W": 52}


def periods_of_a_day(freq: ModelFrequency | None) -> int:
    """1 of a day and what is longer, and of events without a step."""
    minutes = STEPS[freq].minutes if freq else None
    return _DAY_MINUTES // minutes if minutes else 1


def year_length(freq: ModelFrequency) -> int:
    """Periods after which a year has passed; of a week and what is shorter 52 weeks, so that weekdays are alike."""
    step = STEPS[freq]
    if step.months:
        return 12 // step.months
    return _YEAR_LENGTHS.get(freq) or _DAYS_OF_YEAR * periods_of_a_day(freq)
