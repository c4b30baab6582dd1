"""Periods in words, resolved once against a moment and a zone; always half-open [start, end).

`last_7_days` ends with yesterday: a period that is still running is asked for as `this_…` or `today`.
"""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from iop_pipelines.domain.conditions import Span
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidQuery

Unit = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]
# What a period may be compared with.
Earlier = Literal["previous_period", "same_period_last_year"]
_WORDS = (
    "today, yesterday, this_week, last_week, this_month, last_month, this_quarter, last_quarter, "
    "this_year, last_year, this_fiscal_quarter, last_fiscal_quarter, this_fiscal_year, last_fiscal_year, "
    "week_to_date, month_to_date, quarter_to_date, "
    "year_to_date, fiscal_quarter_to_date, fiscal_year_to_date, last_N_days, last_N_weeks, last_N_months, or {from, to}"
)
MAX_YEARS = 200
# MySQL and MariaDB promise to store a date from here on; the period before it still is in the calendar.
FIRST_YEAR = 1000
# Later by the clocks of another zone is later than all that is stored.
_LAST_MOMENT = datetime.max.replace(microsecond=0)
_CALENDAR = re.compile(r"\A(this|last)_(week|month|quarter|fiscal_quarter|fiscal_year|year)\Z")
_TO_DATE = re.compile(r"\A(week|month|quarter|fiscal_quarter|fiscal_year|year)_to_date\Z")
_ROLLING = re.compile(r"\Alast_([1-9]\d{0,3})_(day|week|month)s\Z")


@dataclass(frozen=True)
class YearAndWeek:
    """Where weeks begin, 0 for Monday, and with which month a fiscal year.

    `is_week_said`: the query says so itself, and the weeks of its data do not go before it.
    """

    first_weekday: int = 0
    fiscal_month: int = 1
    is_week_said: bool = False

    def floor(self, moment: datetime, unit: Unit) -> datetime:
        """Of weeks, and of everything else as the calendar has it."""
        if unit != "week":
            return floor(moment, unit)
        day = floor(moment, "day")
        return day - timedelta(days=(day.weekday() - self.first_weekday) % 7)

    def fiscal_year(self, moment: datetime) -> datetime:
        """Its first day."""
        months = (moment.month - self.fiscal_month) % 12
        return shift(floor(moment, "month"), -months, "month")

    def fiscal_quarter(self, moment: datetime) -> datetime:
        """Its first day; quarters are counted from the beginning of the fiscal year."""
        months = (moment.month - self.fiscal_month) % 3
        return shift(floor(moment, "month"), -months, "month")


CALENDAR_YEAR = YearAndWeek()


@dataclass(frozen=True)
class Period:
    """`start` and `end` are naive local times of `zone`; `step` says how far back the previous is.

    `is_part`: it ends before its time, with what is known of it so far.
    """

    start: datetime
    end: datetime
    zone: str
    step: tuple[int, Unit] | None = None
    is_part: bool = False

    @property
    def is_whole_days(self) -> bool:
        return self.start.time() == time() and self.end.time() == time()

    def until(self, moment: datetime) -> "Period":
        """The part before a moment of its zone; itself where that is all of it, or none."""
        if not self.start < moment < self.end:
            return self
        return replace(self, end=moment, is_part=True)

    def previous(self) -> "Period":
        """The whole of the period before; of a part as much of it: 1 to 29 October for 1 to 29 November."""
        if self.step is None:
            return Period(self.start - (self.end - self.start), self.start, self.zone)
        count, unit = self.step
        start = shift(self.start, -count, unit)
        end = min(self._shifted_end(-count, unit), self.start) if self.is_part else self.start
        return replace(self, start=start, end=end)

    def last_year(self) -> "Period":
        """The same days of the year before; of weeks those of the same ISO number, 52 where there is no 53."""
        if self.step is not None and self.step[1] == "week":
            start = _iso_year_before(self.start)
            return replace(self, start=start, end=start + (self.end - self.start))
        return replace(self, start=shift(self.start, -1, "year"), end=self._shifted_end(-1, "year"))

    def earlier(self, how: Earlier) -> "Period":
        return self.previous() if how == "previous_period" else self.last_year()

    def _shifted_end(self, count: int, unit: Unit) -> datetime:
        """Its last day is moved, and not the first after it: the end of February to the end of February."""
        if not self.is_whole_days or (self.start.day == self.end.day == 1):
            return shift(self.end, count, unit)
        return shift(self.end - timedelta(days=1), count, unit) + timedelta(days=1)

    def _is_one(self, unit: Literal["month", "year"]) -> bool:
        if (floor(self.start, unit), floor(self.end, unit)) != (self.start, self.end):
            return False
        months = (self.end.year - self.start.year) * 12 + self.end.month - self.start.month
        return months == (12 if unit == "year" else 1)

    def in_zone(self, zone: str) -> tuple[datetime, datetime]:
        return to_zone(self.start, self.zone, zone), to_zone(self.end, self.zone, zone)

    def describe(self) -> Sentence:
        """`January 2013`, `2013`, `2013-02-08` or `2013-02-01 to 2013-02-07`, both included."""
        if self._is_one("year"):
            return Sentence("period.year", year=f"{self.start:%Y}")
        if self._is_one("month"):
            return Sentence("period.month", month=self.start.month, year=f"{self.start:%Y}")
        if not self.is_whole_days:
            start, end = (f"{each:%Y-%m-%d %H:%M}" for each in (self.start, self.end))
            return Sentence("period.moments", start=start, end=end)
        first, last = self.start.date(), (self.end - timedelta(days=1)).date()
        if last <= first:
            return Sentence("period.day", day=first)
        return Sentence("period.days", first=first, last=last)


def zone_info(name: str, path: str | None = None) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidQuery("time_zone.unknown", path or "time_zone", name=name) from None


def to_zone(moment: datetime, source: str, target: str) -> datetime:
    """Naive local time of one zone as naive local time of another, cut to the calendar's end."""
    if source == target:
        return moment
    there = moment.replace(tzinfo=ZoneInfo(source))
    try:
        return there.astimezone(ZoneInfo(target)).replace(tzinfo=None)
    except OverflowError:
        return _LAST_MOMENT


def clocks_turn(moment: datetime, zone: str) -> timedelta:
    """By how much clocks go forward over a naive local time, which they then never show; less than nothing where they
    show it twice."""
    there = moment.replace(tzinfo=ZoneInfo(zone))
    # Every zone of the database has an offset at every moment.
    before, after = (there.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return after - before


def local_now(now: datetime, zone: str) -> datetime:
    """`now` is naive UTC."""
    return now.replace(tzinfo=UTC).astimezone(zone_info(zone)).replace(tzinfo=None)


def shift(moment: datetime, count: int, unit: Unit) -> datetime:
    """Adds calendar units; a month keeps the day, cut to the month's length."""
    if unit in ("minute", "hour", "day", "week"):
        return moment + count * timedelta(**{f"{unit}s": 1})
    months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    last_day = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last_day))


def floor(moment: datetime, unit: Unit) -> datetime:
    if unit == "minute":
        return moment.replace(second=0, microsecond=0)
    if unit == "hour":
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def resolve_period(
    words: str | Span,
    now: datetime | None,
    zone: str,
    path: str,
    *,
    begins: YearAndWeek = CALENDAR_YEAR,
) -> Period:
    """Raises InvalidQuery naming the words and those that are known.

    now: naive UTC; None where a period must be the same every day.
    """
    is_given = isinstance(words, Span)
    period = _between(words, zone, path) if is_given else _named(words, now, zone, path, begins)
    is_bounded = period.start.year + MAX_YEARS > MAXYEAR
    if not is_bounded and period.end > shift(period.start, MAX_YEARS, "year"):
        raise InvalidQuery("period.too_long", path, most=MAX_YEARS)
    return period


def _named(words: str, now: datetime | None, zone: str, path: str, begins: YearAndWeek) -> Period:
    if now is None:
        raise InvalidQuery("period.moves", path, words=words)
    try:
        return _in_words(words, floor(local_now(now, zone), "day"), zone, path, begins)
    except (OverflowError, ValueError):
        raise InvalidQuery("period.beyond_calendar", path, words=words) from None


def _in_words(words: str, today: datetime, zone: str, path: str, begins: YearAndWeek) -> Period:
    if words in ("today", "yesterday"):
        start = today if words == "today" else shift(today, -1, "day")
        return Period(start, shift(start, 1, "day"), zone, (1, "day"))
    if match := _CALENDAR.match(words):
        start, unit = _beginning(today, match[2], begins)
        if match[1] == "last":
            start = shift(start, -1, unit)
        return Period(start, shift(start, 1, unit), zone, (1, unit))
    if match := _TO_DATE.match(words):
        start, unit = _beginning(today, match[1], begins)
        whole = Period(start, shift(start, 1, unit), zone, (1, unit))
        return whole.until(shift(today, 1, "day"))
    if match := _ROLLING.match(words):
        count, rolled = int(match[1]), match[2]
        end = begins.floor(today, rolled)  # type: ignore[arg-type]
        return Period(shift(end, -count, rolled), end, zone, (count, rolled))  # type: ignore[arg-type]
    raise InvalidQuery("period.unknown_words", path, words=words, known=_WORDS)


def _beginning(today: datetime, unit: str, begins: YearAndWeek) -> tuple[datetime, Unit]:
    if unit == "fiscal_year":
        return begins.fiscal_year(today), "year"
    if unit == "fiscal_quarter":
        return begins.fiscal_quarter(today), "quarter"
    return begins.floor(today, unit), unit  # type: ignore[arg-type,return-value]


def _between(words: Span, zone: str, path: str) -> Period:
    """`to` as a day is the last day; as a moment it is the first that does not belong to the period."""
    start = parse_moment(words.start, zone, f"{path}.from")
    end = parse_moment(words.end, zone, f"{path}.to")
    if is_day(words.end):
        try:
            end = shift(end, 1, "day")
        except OverflowError:
            raise InvalidQuery("day.last_of_calendar", f"{path}.to", day=words.end) from None
    if start >= end:
        raise InvalidQuery("period.ends_before_start", path, end=words.end, start=words.start)
    is_part = _is_beginning_of_a_month(start, end)
    return Period(start, end, zone, (1, "month") if is_part else _step_of(start, end), is_part)


def _is_beginning_of_a_month(start: datetime, end: datetime) -> bool:
    """1 to 29 November is a part of November, and not 29 days."""
    is_days = start.time() == time() == end.time()
    return is_days and start.day == 1 != end.day and floor(end, "month") == start


def _step_of(start: datetime, end: datetime) -> tuple[int, Unit] | None:
    """Whole months are compared with whole months, however long, and whole weeks with weeks."""
    if start.time() != time() or end.time() != time():
        return None
    if start.day == end.day == 1:
        return (end.year - start.year) * 12 + end.month - start.month, "month"
    weeks, rest = divmod((end - start).days, 7)
    return (weeks, "week") if rest == 0 and start.weekday() == 0 else None


def _iso_year_before(moment: datetime) -> datetime:
    year, week, weekday = moment.isocalendar()
    try:
        day = date.fromisocalendar(year - 1, week, weekday)
    except ValueError:
        day = date.fromisocalendar(year - 1, 52, weekday)
    return datetime.combine(day, moment.time())


def is_day(text: str) -> bool:
    """Whether an ISO text says a day, and no time of day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def parse_moment(text: str, zone: str, path: str) -> datetime:
    """An ISO date or moment as naive local time of `zone`; an offset in the text is honoured."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise InvalidQuery("moment.not_iso", path, text=text) from None
    if moment.year < FIRST_YEAR:
        raise InvalidQuery("moment.too_early", path, text=text, year=FIRST_YEAR)
    return moment
