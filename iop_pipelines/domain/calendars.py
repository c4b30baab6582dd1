"""What a dataset says of its calendar: whose holidays hold there, events of its own, when it is open.

What the days are is `iop_pipelines.calendars`; here is only what somebody may write.
"""

import datetime as dt
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

from iop_pipelines.domain.vocabulary import Weekday
from iop_pipelines.errors import Unfit

# Days of one event at a time, and events of one file.
_LONGEST = 366
_OF_MONTHS = ("pay_day", "month_end", "quarter_end")
MOST_LISTED = 5000
EventName = Annotated[str, Field(min_length=1, max_length=100)]
Nth = Literal[1, 2, 3, 4, 5, "last"]
# Of each month that has none, the event is left out: the 31st of June, a fifth Friday.
DayOfMonth = Annotated[int, Field(ge=1, le=31)] | Literal["last"]
PayDay = Annotated[int, Field(ge=1, le=31)] | Literal["last", "last_open"]


def _is_unsaid(value: object) -> bool:
    return value is None


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CountryDays(_Frozen):
    """Holidays of a country (ISO 3166-1 alpha-2) or a subdivision of it, by the library `holidays`, of which
    `categories` are those that it has for that country."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    subdivision: str | None = None
    categories: Annotated[tuple[str, ...], Field(min_length=1)] = ("public",)


class Rule(_Frozen):
    """A day that comes each year or, without `month`, each month: by its number, or as its nth weekday."""

    month: Annotated[int, Field(ge=1, le=12)] | None = None
    day: DayOfMonth | None = None
    weekday: Weekday | None = None
    nth: Nth | None = None

    @model_validator(mode="after")
    def _is_one_day(self) -> "Rule":
        is_weekday = self.weekday is not None and self.nth is not None
        if (self.weekday is None) != (self.nth is None) or (self.day is None) != is_weekday:
            raise Unfit("calendar.rule_is_no_day")
        if self.month is not None and isinstance(self.day, int):
            longest = 29 if self.month == 2 else 30 if self.month in (4, 6, 9, 11) else 31
            if self.day > longest:
                raise Unfit("calendar.no_such_day", day=self.day, month=self.month, most=longest)
        return self


class Listed(_Frozen):
    """A row of an event file; it lasts to `end`, which is included."""

    name: EventName
    date: dt.date
    end: dt.date | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Listed":
        if self.end is not None and not 0 <= (self.end - self.date).days < _LONGEST:
            raise Unfit(
                "calendar.ends_wrongly",
                start=self.date.isoformat(),
                end=self.end.isoformat(),
                most=_LONGEST,
            )
        return self


class Event(_Frozen):
    """Something of one's own that comes on `dates`, or again and again as `every` says; or a file of such.

    `csv` names a file beside the declaration with the columns `date`, `name` and, for what lasts, `end`; whoever
    reads the declaration's file puts its rows into `listed`.
    """

    name: EventName | None = None
    dates: tuple[date, ...] = ()
    every: Rule | None = None
    days: Annotated[int, Field(ge=1, le=_LONGEST)] = 1
    half_day: bool = False
    csv: str | None = None
    listed: Annotated[tuple[Listed, ...], Field(max_length=MOST_LISTED)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_one_way(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        content = cast(Mapping[str, Any], given)
        ways = [key for key in ("dates", "every", "csv") if content.get(key)]
        if len(ways) != 1:
            raise (
                Unfit("calendar.event_is_one_of", given=ways)
                if ways
                else Unfit("calendar.event_without_day")
            )
        if ways == ["csv"]:
            usual = {"name": (None,), "days": (None, 1)}
            needless = [key for key, left in usual.items() if content.get(key) not in left]
            if needless:
                raise Unfit("calendar.file_says_it", keys=needless)
            if content.get("listed") is None:
                raise Unfit("calendar.file_unread", name=content["csv"])
        elif not content.get("name"):
            raise Unfit("calendar.event_without_name")
        return content

    def spans(self) -> list[tuple[str, date, int]]:
        """Name, first day and number of days of what comes but once."""
        if self.listed is not None:
            return [
                (each.name, each.date, ((each.end or each.date) - each.date).days + 1)
                for each in self.listed
            ]
        return [(self.name or "", each, self.days) for each in self.dates]


class CalendarDeclaration(_Frozen):
    """
    Attributes:
        countries: whose holidays hold; a day is one if it is one in any of them.
        events: of one's own.
        opening_days: weekdays on which there is anything to measure; empty: all.
        pay_day: day of the month on which wages are paid, `last`, or `last_open`: the last that is open.
        month_end, quarter_end: whether the last open day of a month or quarter is a day of its own kind. None of both
            and of `pay_day`: nobody said which days of a month are special. Where one is said, the others are not
            special. What is unsaid is not written.
    """

    countries: tuple[CountryDays, ...] = ()
    events: tuple[Event, ...] = ()
    opening_days: tuple[Weekday, ...] = ()
    pay_day: PayDay | None = Field(default=None, exclude_if=_is_unsaid)
    month_end: bool | None = Field(default=None, exclude_if=_is_unsaid)
    quarter_end: bool | None = Field(default=None, exclude_if=_is_unsaid)

    @model_validator(mode="before")
    @classmethod
    def _says_it_whole(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        content = dict(cast(Mapping[str, Any], given))
        # A release before wrote every field, also what nobody had said.
        if content.keys() >= cls.model_fields.keys() and not any(map(content.get, _OF_MONTHS)):
            return {key: each for key, each in content.items() if key not in _OF_MONTHS}
        if any(content.get(name) is not None for name in _OF_MONTHS):
            for name in ("month_end", "quarter_end"):
                content[name] = False if content.get(name) is None else content[name]
        return content

    @property
    def says_month_days(self) -> bool:
        """Whether somebody said which days of a month are special, or that none is."""
        return self.pay_day is not None or self.month_end is not None


def last_of_month(day: date) -> date:
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)
