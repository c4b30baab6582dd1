"""Which days are special for a dataset, and what each of them is: from its declaration to a day of the year.

A day is known by what recurs: the holiday's own name, whether it is its first, second or third day, and how many
days before or after it this is. That is what an effect is learned for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Literal

from iop_pipelines.calendars.countries import holidays_of, names_in, weekend_of
from iop_pipelines.domain.calendars import (
    CalendarDeclaration,
    CountryDays,
    Event,
    Rule,
    last_of_month,
)
from iop_pipelines.domain.languages import Language

Kind = Literal["holiday", "event", "half_day", "pay_day", "quarter_end", "month_end"]
# What a day is told as, where it is several things.
_RANK: Sequence[Kind] = ("holiday", "event", "half_day", "pay_day", "quarter_end", "month_end")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SATURDAY_AND_SUNDAY = frozenset({5, 6})
_A_DAY = timedelta(days=1)
# Between two holidays that are no farther apart people do not live as usual: Christmas and New Year.
_APART = 7
# A weekend, a holiday and the days that bridge them are at most so long; more is no break but a season.
_LONGEST_BREAK = 16


@dataclass(frozen=True, slots=True)
class Day:
    """
    Attributes:
        name: what it is known by: a holiday's in English, an event's as it was declared, else its kind.
        nth: which it is of days of the name that follow each other, from 1.
        offset: 0 on the day itself, -1 on the day before it, and so on.
        is_observed: a holiday that is kept on another day than its own.
    """

    name: str
    kind: Kind
    nth: int = 1
    offset: int = 0
    is_observed: bool = False


class Calendar:
    """The special days of one declaration. Its methods are pure; what they find is kept by the year."""

    def __init__(self, declaration: CalendarDeclaration) -> None:
        self.declaration = declaration
        self._found: dict[int, dict[date, Day]] = {}

    def between(self, first: date, last: date) -> dict[date, Day]:
        """Those from `first` to `last`, both included."""
        self._find(range(first.year, last.year + 1))
        return {
            day: one
            for year in range(first.year, last.year + 1)
            for day, one in self._of_year(year).items()
            if first <= day <= last
        }

    def at(self, day: date) -> Day | None:
        return self._of_year(day.year).get(day)

    def is_open(self, day: date) -> bool:
        """Whether anything is to be expected of the day: it is an opening day, and no holiday."""
        found = self.at(day)
        is_holiday = found is not None and found.kind == "holiday" and found.offset == 0
        return day.weekday() in self._opening and not is_holiday

    def names_of(self, one: Day, year: int) -> dict[Language, str]:
        """What it is called in each language; an event has its author's word in all."""
        if one.kind not in ("holiday", "half_day"):
            return dict.fromkeys(Language, one.name)
        for country in self.declaration.countries:
            named = {each: names_in(country, one.name, each, year) for each in Language}
            if len(set(named.values())) > 1:
                return named
        return dict.fromkeys(Language, one.name)

    @cached_property
    def rest_days(self) -> frozenset[int]:
        """Weekdays that are off, 0 for Monday."""
        if self.declaration.opening_days:
            return frozenset(range(7)) - self._opening
        for country in self.declaration.countries:
            return weekend_of(country)
        return _SATURDAY_AND_SUNDAY

    @cached_property
    def _opening(self) -> frozenset[int]:
        named = self.declaration.opening_days or _WEEKDAYS
        return frozenset(_WEEKDAYS.index(each) for each in named)

    def _of_year(self, year: int) -> dict[date, Day]:
        self._find(range(year, year + 1))
        return self._found[year]

    def _find(self, years: range) -> None:
        """Of years that follow each other, all at once."""
        if all(year in self._found for year in years):
            return
        # A break may begin in the year before, and end in the year after.
        around = range(max(years.start - 1, 1), min(years.stop, 9999) + 1)
        found: dict[int, dict[date, Day]] = {year: {} for year in years}
        for day, one in sorted(self._days(around).items(), key=_by_day):
            if day.year in found:
                found[day.year][day] = one
        self._found |= found

    def _days(self, years: Sequence[int]) -> dict[date, Day]:
        found: dict[date, list[Day]] = {}
        for day, one in _in_runs(self._themselves(years)):
            found.setdefault(day, []).append(one)
        told = {day: min(ones, key=_rank) for day, ones in found.items()}
        holidays = {day: one for day, one in told.items() if one.kind == "holiday"}
        for day, one in _around(holidays, self.rest_days):
            told.setdefault(day, one)
        return told

    def _themselves(self, years: Sequence[int]) -> Iterator[tuple[date, Day]]:
        declared = self.declaration
        for country in declared.countries:
            yield from _of_country(country, years)
        for event in declared.events:
            yield from _of_event(event, years)
        for month in (date(year, month, 1) for year in years for month in range(1, 13)):
            end = self._last_open(month)
            if declared.month_end and end:
                yield end, Day("month_end", "month_end")
            if declared.quarter_end and end and month.month % 3 == 0:
                yield end, Day("quarter_end", "quarter_end")
            pay_day = self._pay_day(month, end)
            if pay_day:
                yield pay_day, Day("pay_day", "pay_day")

    def _last_open(self, month: date) -> date | None:
        day = last_of_month(month)
        off = self.rest_days if len(self.rest_days) < len(_WEEKDAYS) else frozenset()
        while day.weekday() in off:
            day -= _A_DAY
        return day

    def _pay_day(self, month: date, last_open: date | None) -> date | None:
        pay_day = self.declaration.pay_day
        if pay_day is None:
            return None
        if pay_day == "last_open":
            return last_open
        last = last_of_month(month)
        # Who pays on the 31st pays in June too.
        return last if pay_day == "last" else last.replace(day=min(pay_day, last.day))


def calendar_of(declaration: CalendarDeclaration | None) -> Calendar | None:
    """None where a dataset names none."""
    return None if declaration is None else Calendar(declaration)


def _by_day(found: tuple[date, Day]) -> date:
    return found[0]


def _rank(one: Day) -> tuple[int, bool, str]:
    return _RANK.index(one.kind), one.is_observed, one.name


def _of_country(country: CountryDays, years: Sequence[int]) -> Iterator[tuple[date, Day]]:
    for day, ones in holidays_of(country, years).items():
        for one in ones:
            kind: Kind = "half_day" if one.is_half_day else "holiday"
            yield day, Day(one.name, kind, is_observed=one.is_observed)


def _of_event(event: Event, years: Sequence[int]) -> Iterator[tuple[date, Day]]:
    kind: Kind = "half_day" if event.half_day else "event"
    spans = event.spans()
    if event.every is not None:
        name = event.name or ""
        spans = [(name, day, event.days) for day in dates_of(event.every, years)]
    for name, first, count in spans:
        if first.year in years or (first + (count - 1) * _A_DAY).year in years:
            for nth in range(count):
                yield first + nth * _A_DAY, Day(name, kind, nth=nth + 1)


def dates_of(rule: Rule, years: Iterable[int]) -> Iterator[date]:
    """A day for each month, or for the rule's month of each year, that has such a day."""
    for year in years:
        for month in [rule.month] if rule.month else range(1, 13):
            day = _within(rule, date(year, month, 1))
            if day is not None:
                yield day


def _within(rule: Rule, month: date) -> date | None:
    last = last_of_month(month)
    if rule.weekday is None:
        number = last.day if rule.day == "last" or rule.day is None else rule.day
        return month.replace(day=number) if number <= last.day else None
    weekday = _WEEKDAYS.index(rule.weekday)
    if rule.nth == "last" or rule.nth is None:
        return last - (last.weekday() - weekday) % 7 * _A_DAY
    day = month + ((weekday - month.weekday()) % 7 + 7 * (rule.nth - 1)) * _A_DAY
    return day if day <= last else None


def _in_runs(days: Iterable[tuple[date, Day]]) -> Iterator[tuple[date, Day]]:
    """Numbers the days of one name that follow each other; those of events are numbered already."""
    by_name: dict[tuple[str, Kind, bool], set[date]] = {}
    for day, one in days:
        if one.kind == "holiday":
            by_name.setdefault((one.name, one.kind, one.is_observed), set()).add(day)
        else:
            yield day, one
    for (name, kind, is_observed), found in by_name.items():
        nth = 0
        for day in sorted(found):
            nth = nth + 1 if day - _A_DAY in found else 1
            yield day, Day(name, kind, nth=nth, is_observed=is_observed)


def _around(holidays: Mapping[date, Day], rest_days: frozenset[int]) -> Iterator[tuple[date, Day]]:
    """The days about holidays on which people do not live as usual: the break that a holiday makes with the weekend
    and the working days between, a day before and a day after it, and what lies between two near holidays."""
    near: dict[date, tuple[int, date]] = {}
    ordered = sorted(holidays)
    for holiday in ordered:
        first, last = _break(holiday, holidays, rest_days)
        _claim(near, holiday, first - _A_DAY, last + _A_DAY)
    for one, following in pairwise(ordered):
        if 1 < (following - one).days <= _APART:
            _claim(near, one, one, following)
            _claim(near, following, one, following)
    for day, (_, holiday) in sorted(near.items()):
        if day not in holidays:
            yield day, replace(holidays[holiday], offset=(day - holiday).days)


def _claim(near: dict[date, tuple[int, date]], holiday: date, first: date, last: date) -> None:
    """Each day belongs to the holiday that is nearest; of two, to the one that follows: people prepare."""
    for number in range((last - first).days + 1):
        day = first + number * _A_DAY
        claim = (abs((day - holiday).days), holiday)
        known = near.get(day)
        if known is None or claim[0] < known[0] or (claim[0] == known[0] and claim[1] > known[1]):
            near[day] = claim


def _break(
    holiday: date, holidays: Mapping[date, Day], rest_days: frozenset[int]
) -> tuple[date, date]:
    def is_off(day: date) -> bool:
        return day.weekday() in rest_days or day in holidays

    first = last = holiday
    for _ in range(_LONGEST_BREAK):
        if is_off(first - _A_DAY):
            first -= _A_DAY
        elif is_off(first - 2 * _A_DAY) and first.weekday() not in rest_days:
            # One working day between two that are off is taken off.
            first -= 2 * _A_DAY
        else:
            break
    for _ in range(_LONGEST_BREAK):
        if is_off(last + _A_DAY):
            last += _A_DAY
        elif is_off(last + 2 * _A_DAY) and last.weekday() not in rest_days:
            last += 2 * _A_DAY
        else:
            break
    return first, last
