"""Five-field cron expressions: which days, and which times of a day.

Written here because the copies that are installed live inside Dagster, and loading Dagster to parse
a template is too dear; and because daylight saving is decided in `schedule`, once for all forms.
"""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}


@dataclass(frozen=True)
class _Field:
    code: str
    lowest: int
    highest: int
    words: tuple[str, ...] = ()

    def wrong(self, part: str) -> InvalidInput:
        return InvalidInput(
            "cron.part_out_of_range",
            "schedule",
            name=Sentence(self.code),
            given=part,
            lowest=self.lowest,
            highest=self.highest,
        )


_FIELDS = (
    _Field("cron.minute", 0, 59),
    _Field("cron.hour", 0, 23),
    _Field("cron.day_of_month", 1, 31),
    _Field("cron.month", 1, 12, _MONTHS),
    _Field("cron.day_of_week", 0, 7, _DAYS),
)
_PART = re.compile(r"\A(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/(\d+))?\Z")


@dataclass(frozen=True)
class Cron:
    """As in Vixie cron: when both kinds of day are restricted, either is enough."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    is_either_day: bool

    def matches(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_month, by_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return by_month or by_week if self.is_either_day else by_month and by_week

    def times(self) -> tuple[time, ...]:
        return tuple(
            time(hour, minute) for hour in sorted(self.hours) for minute in sorted(self.minutes)
        )


def parse_cron(text: str) -> Cron:
    """Raises InvalidInput naming the field, its value and its range."""
    fields = _MACROS.get(text.lower(), text).lower().split()
    if len(fields) != len(_FIELDS):
        raise InvalidInput("cron.wrong_length", "schedule", text=text, count=len(fields))
    sets = [_values(part, field) for part, field in zip(fields, _FIELDS, strict=True)]
    minutes, hours, days, months, weekdays = sets
    cron = Cron(
        minutes,
        hours,
        days,
        months,
        frozenset(day % 7 for day in weekdays),
        is_either_day=not (fields[2].startswith("*") or fields[4].startswith("*")),
    )
    # Each date has had each weekday then, the 29th of February too.
    days_of_28_years = (date(2000, 1, 1) + timedelta(days=n) for n in range(28 * 365 + 7))
    if not any(cron.matches(day) for day in days_of_28_years):
        raise InvalidInput("cron.no_such_day", "schedule", text=text)
    return cron


def _values(text: str, field: _Field) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.match(part)
        step = int(match[3]) if match and match[3] else 1
        if match is None or step == 0:
            raise field.wrong(part)
        first, last = _range(match, part, field)
        found.update(range(first, last + 1, step))
    return frozenset(found)


def _range(match: re.Match[str], part: str, field: _Field) -> tuple[int, int]:
    if match[1] == "*":
        if match[2]:
            raise field.wrong(part)
        return field.lowest, field.highest

    def number(text: str) -> int:
        if text in field.words:
            return field.words.index(text) + field.lowest
        if not text.isdigit() or not field.lowest <= int(text) <= field.highest:
            raise field.wrong(part)
        return int(text)

    first = number(match[1])
    last = number(match[2]) if match[2] else (field.highest if match[3] else first)
    if first > last:
        raise field.wrong(part)
    return first, last
