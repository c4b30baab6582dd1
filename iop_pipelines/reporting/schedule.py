"""When a report is due: the words of a template's `schedule`, and the moments they name.

Slots are naive UTC. A local time that daylight saving skips happens at the first moment after the
gap; one that comes twice happens the first time. Nothing heavier than `zoneinfo` is imported:
sensors ask every minute.
"""

import itertools
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.reporting import recurrence
from iop_pipelines.reporting.cron import Cron, parse_cron

Kind = Literal["once", "daily", "weekly", "weeks", "monthly", "quarterly", "yearly", "cron"]
Cadence = Literal["once", "daily", "weekly", "monthly"]
DEFAULT_TIME = time(6, 0)
MAX_LENGTH = 128  # of the column report_templates.schedule
_FORMS = (
    "once 2026-12-01T09:00 ZONE, daily 09:00 ZONE, weekdays 09:00 ZONE, weekly mon,thu 09:00 ZONE, "
    "every 2 weeks mon 09:00 ZONE from 2026-12-07, monthly 1,15|31|last|first-mon 09:00 ZONE, "
    "quarterly 1|last 09:00 ZONE, yearly 03-01 09:00 ZONE, cron EXPR ZONE; time and zone may be left out, "
    "and until 2027-06-30 may follow"
)
_CADENCES: Mapping[Kind, Cadence] = {
    "once": "once",
    "daily": "daily",
    "weekly": "weekly",
    "weeks": "weekly",
    "monthly": "monthly",
    "quarterly": "monthly",
    "yearly": "monthly",
    "cron": "daily",
}
# Weeks are counted from a Monday; from this one where none is said.
_FIRST_MONDAY = date(2024, 1, 1)
_MOST_WEEKS = 52
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ZONES = {"utc", "gmt", "cet", "eet", "wet", "est", "mst", "hst"}
_DAYS_OF_EVERY_MONTH = 28
_ORDINALS = ("first", "second", "third", "fourth", "last")
_NTH_WORDS = ("nth.first", "nth.second", "nth.third", "nth.fourth", "nth.last")
_TIME = re.compile(r"\A([01]\d|2[0-3]):([0-5]\d)\Z")
_NTH = re.compile(rf"\A({'|'.join(_ORDINALS)})-({'|'.join(_WEEKDAYS)})\Z")
_ONE_DAY = timedelta(days=1)
_AND = {"and", "&", "et"}
_SEPARATOR = re.compile(r"\s*,\s*")
_MONTH_DAY = re.compile(r"\A(\d{1,2})-(\d{1,2})\Z")


@dataclass(frozen=True)
class Schedule:
    """`text` is the full form: time and zone are spelled out, so it means the same anywhere."""

    kind: Kind
    text: str
    zone: str
    words: Sentence
    is_due_on: Callable[[date], bool]
    times: tuple[time, ...]
    moment: datetime | None = None
    until: date | None = None
    # A cron that restricts both of its days is due on either of them, which few expect.
    is_either_day: bool = False

    @property
    def cadence(self) -> Cadence:
        """The Dagster schedule whose tick asks for it; a cron belongs to the daily one."""
        return _CADENCES[self.kind]

    def describe(self) -> Sentence:
        return Sentence("schedule.in_zone", words=self.words, zone=self.zone)

    def is_over(self, now: datetime) -> bool:
        """Whether its only or its last moment lies before `now` (naive UTC)."""
        if self.until is not None and next(slots_after(self, now), None) is None:
            return True
        return self.moment is not None and local_to_utc(self.moment, self.zone) < now


@dataclass(frozen=True)
class _Days:
    """`text` is their full form."""

    text: str
    words: Sentence
    is_due_on: Callable[[date], bool]


@dataclass(frozen=True)
class _Said:
    """What is left of a text, without the dates that may stand anywhere in it."""

    words: list[str]
    text: str
    begin: date | None
    until: date | None


def parse_schedule(text: str, default_zone: str = "UTC") -> Schedule:
    """Raises InvalidInput naming what is wrong with `text` and the forms that are accepted."""
    if not text.strip() or len(text) > MAX_LENGTH:
        raise InvalidInput("schedule.wrong_length", "schedule", text=text[:60], most=MAX_LENGTH)
    said = _said(text)
    schedule = _parsed(said, default_zone)
    schedule = schedule if said.until is None else _ending(schedule, said.until, text)
    if len(schedule.text) > MAX_LENGTH:
        given = schedule.text[:60]
        raise InvalidInput("schedule.wrong_length", "schedule", text=given, most=MAX_LENGTH)
    return schedule


def _said(text: str) -> _Said:
    words = _SEPARATOR.sub(",", text.strip()).split()
    dates: dict[str, date] = {}
    for name in ("from", "until"):
        places = [at for at, word in enumerate(words) if word.lower() == name]
        if places:
            dates[name] = _date(words[places[0] + 1 : places[0] + 2], text)
            del words[places[0] : places[0] + 2]
    if not words:
        raise _unknown(text)
    return _Said([words[0].lower(), *words[1:]], text, dates.get("from"), dates.get("until"))


def _date(words: list[str], text: str) -> date:
    try:
        return date.fromisoformat(words[0])
    except (ValueError, IndexError):
        raise InvalidInput(
            "schedule.no_date", "schedule", word=words[0] if words else "", text=text
        ) from None


def _parsed(said: _Said, default_zone: str) -> Schedule:
    words, text = said.words, said.text
    kind, *rest = words
    if said.begin is not None and kind != "every":
        raise _unknown(text)
    if kind == "once":
        return _once(rest, text, default_zone)
    if kind == "weekdays":
        return _calendar("weekly", ["mon,tue,wed,thu,fri", *rest], said, default_zone)
    # Weeks have no word of their own: they are said with `every`.
    if kind in _DAYS and kind != "weeks":
        return _calendar(cast(Kind, kind), rest, said, default_zone)
    if kind == "every":
        return _calendar("weeks", _counted(rest, text), said, default_zone)
    if kind == "cron":
        return _cron(rest, text, default_zone)
    if kind.startswith("@") or len(words) in (5, 6):
        return _cron(words, text, default_zone)
    raise _unknown(text)


def _ending(schedule: Schedule, until: date, text: str) -> Schedule:
    if schedule.kind == "once":
        raise _unknown(text)
    is_due_on = schedule.is_due_on
    return replace(
        schedule,
        text=f"{schedule.text} until {until}",
        words=Sentence("schedule.until", words=schedule.words, day=until.isoformat()),
        is_due_on=lambda day: day <= until and is_due_on(day),
        until=until,
    )


def _counted(rest: list[str], text: str) -> list[str]:
    """`2 weeks mon …` as `2 mon …`."""
    if len(rest) < 2 or rest[1].lower() not in ("week", "weeks") or not rest[0].isdecimal():
        raise _unknown(text)
    return [rest[0], *rest[2:]]


def _unknown(text: str) -> InvalidInput:
    return InvalidInput("schedule.unknown", "schedule", text=text, known=_FORMS)


def _zone(rest: list[str], text: str, default_zone: str) -> str:
    if len(rest) > 1:
        raise _unknown(text)
    name = rest[0] if rest else default_zone
    with suppress(ZoneInfoNotFoundError, ValueError, OSError):
        ZoneInfo(name)
        # What a file system that minds no case finds has no name of its own.
        if name in _zones().values() or not rest:
            return name
    found = _zones().get(name.lower())
    if found is None:
        raise InvalidInput("schedule.unknown_time_zone", "schedule", name=name, text=text)
    return found


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    """By the name in small letters."""
    return {each.lower(): each for each in available_timezones()}


def _once(rest: list[str], text: str, default_zone: str) -> Schedule:
    if not rest:
        raise InvalidInput("schedule.no_moment", "schedule", text=text)
    zone = _zone(rest[1:], text, default_zone)
    try:
        moment = datetime.fromisoformat(rest[0])
        if moment.tzinfo is not None:
            moment = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        local_to_utc(moment, zone)
    except (ValueError, OverflowError):
        raise InvalidInput("schedule.not_iso", "schedule", text=rest[0]) from None
    moment = moment.replace(second=0, microsecond=0)
    return Schedule(
        kind="once",
        text=f"once {moment.isoformat(timespec='minutes')} {zone}",
        zone=zone,
        words=Sentence("schedule.once", day=moment.date().isoformat(), time=f"{moment:%H:%M}"),
        is_due_on=lambda day: day == moment.date(),
        times=(moment.time(),),
        moment=moment,
    )


def _calendar(kind: Kind, rest: list[str], said: _Said, default_zone: str) -> Schedule:
    text = said.text
    days, rest = _DAYS[kind](rest, said)
    at = DEFAULT_TIME
    if rest and not _looks_like_zone(rest[0]):
        at = _time(rest[0], text)
        rest = rest[1:]
    zone = _zone(rest, text, default_zone)
    # Weeks are written as they are said, with the day before which none is due.
    begin = f"from {said.begin or _FIRST_MONDAY}" if kind == "weeks" else ""
    name = "every" if kind == "weeks" else kind
    return Schedule(
        kind=kind,
        text=" ".join(part for part in (name, days.text, f"{at:%H:%M}", zone, begin) if part),
        zone=zone,
        words=recurrence.at(days.words, (at,)),
        is_due_on=days.is_due_on,
        times=(at,),
    )


def _has_day(rest: list[str]) -> bool:
    return bool(rest) and not (_TIME.match(rest[0]) or _looks_like_zone(rest[0]))


def _every_day(rest: list[str], said: _Said) -> tuple[_Days, list[str]]:
    return _Days("", Sentence("days.every"), _always), rest


def _week_days(rest: list[str], said: _Said) -> tuple[_Days, list[str]]:
    """One or several: `mon`, `Monday,thu`, `mon and thu`."""
    numbers: set[int] = set()
    while rest and (not numbers or _names_a_day(rest[0])) and _has_day(rest):
        if rest[0].lower() not in _AND:
            numbers |= {_weekday(word, said.text) for word in rest[0].split(",") if word}
        rest = rest[1:]
    ordered = sorted(numbers) or [0]
    every_week = _Days(
        ",".join(_WEEKDAYS[number] for number in ordered),
        recurrence.every_weekday(ordered),
        lambda day: day.weekday() in ordered,
    )
    return every_week, rest


def _names_a_day(word: str) -> bool:
    return word.lower() in _AND or word.lower()[:3] in _WEEKDAYS


def _weekday(word: str, text: str) -> int:
    """By its name, whole or its first three letters, one or many."""
    name = word.lower()
    for number, full in enumerate(_FULL_WEEKDAYS):
        if name in (full[:3], full, f"{full}s"):
            return number
    raise InvalidInput("schedule.no_weekday", "schedule", word=word, text=text, known=_WEEKDAYS)


def _weeks(rest: list[str], said: _Said) -> tuple[_Days, list[str]]:
    count = int(rest[0])
    if not 1 <= count <= _MOST_WEEKS:
        raise InvalidInput("schedule.no_weeks", "schedule", count=count, most=_MOST_WEEKS)
    days, rest = _week_days(rest[1:], said)
    monday = _monday(said.begin)
    first = max(said.begin or monday, monday)
    stepped = _Days(
        f"{count} weeks {days.text}",
        Sentence("days.in_weeks", days=days.words, count=count, day=monday.isoformat()),
        lambda day: day >= first and (day - monday).days // 7 % count == 0 and days.is_due_on(day),
    )
    return stepped, rest


def _monday(begin: date | None) -> date:
    return _FIRST_MONDAY if begin is None else begin - begin.weekday() * _ONE_DAY


def _month_days(rest: list[str], said: _Said) -> tuple[_Days, list[str]]:
    """`1`, `1,15`, `31` (the last where there is none), `last`, `first-mon`."""
    word = rest[0].lower() if _has_day(rest) else "1"
    rest = rest[1:] if _has_day(rest) else rest
    if match := _NTH.match(word):
        nth, weekday = _ORDINALS.index(match[1]), _WEEKDAYS.index(match[2])
        named = recurrence.weekday(weekday)
        words = Sentence("days.nth_of_month", nth=Sentence(_NTH_WORDS[nth]), weekday=named)
        return _Days(word, words, lambda day: day.weekday() == weekday and _is_nth(day, nth)), rest
    parts = word.split(",")
    numbers = sorted({_month_day(part, said.text) for part in parts if part != "last"})
    has_last = "last" in parts
    full = ",".join([*map(str, numbers), *(["last"] if has_last else [])])
    return _Days(
        full,
        _month_days_said(numbers, has_last),
        lambda day: day.day in numbers or (_is_last(day) and (has_last or numbers[-1] > day.day)),
    ), rest


def _month_days_said(numbers: list[int], has_last: bool) -> Sentence:
    last = Sentence("days.last_of_month")
    if not numbers:
        return last
    said = recurrence.month_days(numbers)
    if has_last:
        return Sentence.listed([said, last], "said.parts")
    return Sentence("days.or_last", days=said) if numbers[-1] > _DAYS_OF_EVERY_MONTH else said


def _month_day(word: str, text: str) -> int:
    if word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= 31:
        return int(word)
    raise InvalidInput("schedule.no_day_of_month", "schedule", word=word, text=text)


def _is_last(day: date) -> bool:
    return (day + _ONE_DAY).day == 1


def _quarter_day(rest: list[str], said: _Said) -> tuple[_Days, list[str]]:
    """A day of the first month of each quarter, or the last day of all."""
    word = rest[0].lower() if _has_day(rest) else "1"
    rest = rest[1:] if _has_day(rest) else rest
    if word == "last":
        words = Sentence("days.last_of_quarter")
        return _Days(word, words, lambda day: day.month % 3 == 0 and _is_last(day)), rest
    # January, April, July and October: one of them has no 31st.
    number = _month_day(word, said.text)
    words = Sentence("days.of_quarter", day=Sentence("day.number", day=number))
    return _Days(
        str(number), words, lambda day: day.month % 3 == 1 and _is_that_day(day, number)
    ), rest


def _is_that_day(day: date, number: int) -> bool:
    """The last of a month that has none."""
    return day.day == number or (_is_last(day) and number > day.day)


def _year_day(rest: list[str], said: _Said) -> tuple[_Days, list[str]]:
    """`03-01`; the 29th of February is the 28th where there is none."""
    word = rest[0] if _has_day(rest) else "01-01"
    rest = rest[1:] if _has_day(rest) else rest
    match = _MONTH_DAY.match(word)
    month, number = (int(match[1]), int(match[2])) if match else (0, 0)
    try:
        date(2024, month, number)
    except ValueError:
        raise InvalidInput(
            "schedule.no_day_of_year", "schedule", word=word, text=said.text
        ) from None
    words = Sentence(
        "days.of_year",
        day=Sentence("day.number", day=number),
        month=Sentence("month.name", month=month),
    )
    return _Days(
        f"{month:02}-{number:02}",
        words,
        lambda day: day.month == month and _is_that_day(day, number),
    ), rest


_DAYS: Mapping[str, Callable[[list[str], _Said], tuple[_Days, list[str]]]] = {
    "daily": _every_day,
    "weekly": _week_days,
    "weeks": _weeks,
    "monthly": _month_days,
    "quarterly": _quarter_day,
    "yearly": _year_day,
}


def _always(day: date) -> bool:
    return True


def _looks_like_zone(word: str) -> bool:
    return "/" in word or (word[:1].isupper() and not _names_a_day(word)) or word.lower() in _ZONES


def _time(word: str, text: str) -> time:
    match = _TIME.match(word)
    if match is None:
        raise InvalidInput("schedule.no_time", "schedule", word=word, text=text)
    return time(int(match[1]), int(match[2]))


def _is_nth(day: date, nth: int) -> bool:
    if _ORDINALS[nth] == "last":
        return (day + 7 * _ONE_DAY).month != day.month
    return (day.day - 1) // 7 == nth


def _cron(rest: list[str], text: str, default_zone: str) -> Schedule:
    size = 1 if rest and rest[0].startswith("@") else 5
    # In a refusal as it was written, for that is what people look for.
    expression = " ".join(rest[:size])
    cron = parse_cron(expression)
    expression = expression.lower()
    zone = _zone(rest[size:], text, default_zone)
    return Schedule(
        kind="cron",
        text=f"cron {expression} {zone}",
        zone=zone,
        words=_cron_said(cron),
        is_due_on=cron.matches,
        times=cron.times(),
        is_either_day=_is_either_day(cron),
    )


def _is_either_day(cron: Cron) -> bool:
    is_both = len(cron.days) < 31 and len(set(cron.weekdays)) < 7
    return cron.is_either_day and is_both


def _cron_said(cron: Cron) -> Sentence:
    """Few who restrict both days know that either is enough."""
    said = recurrence.of_cron(cron)
    return Sentence("schedule.either_day", words=said) if _is_either_day(cron) else said


def due_slots(
    schedule: Schedule, since: datetime, now: datetime, limit: int = 1_000
) -> list[datetime]:
    """Slots in (since, now], oldest first, naive UTC; of more than `limit`, the latest."""
    if since >= now:
        return []
    slots = itertools.takewhile(lambda slot: slot <= now, slots_after(schedule, since))
    return list(deque(slots, maxlen=limit))


def next_times(schedule: Schedule, now: datetime, n: int = 5) -> list[datetime]:
    """The next n slots after now, naive UTC; fewer for `once`."""
    return list(itertools.islice(slots_after(schedule, now), n))


def slots_after(schedule: Schedule, since: datetime) -> Iterator[datetime]:
    """Every slot later than `since` (naive UTC), in order, for ever; each moment once."""
    if schedule.moment is not None:
        slot = local_to_utc(schedule.moment, schedule.zone)
        if slot > since:
            yield slot
        return
    last = since
    # A day earlier, since a slot moved out of a gap can belong to the day before.
    day = utc_to_local(since, schedule.zone).date() - _ONE_DAY
    while True:
        if schedule.is_due_on(day):
            for at in schedule.times:
                slot = local_to_utc(datetime.combine(day, at), schedule.zone)
                if slot > last:
                    yield slot
                    last = slot
        if day == date.max or (schedule.until is not None and day > schedule.until):
            return
        day += _ONE_DAY


def utc_to_local(moment: datetime, zone: str) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def local_to_utc(local: datetime, zone: str) -> datetime:
    """The first moment at which the clocks of `zone` show `local` or later."""
    aware = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    moment = aware.astimezone(UTC).replace(tzinfo=None)
    if utc_to_local(moment, zone) == local:
        return moment
    # In a gap: the clocks jump somewhere between what `local` means by the later and by the
    # earlier offset.
    early = aware.replace(fold=1).astimezone(UTC).replace(tzinfo=None)
    while moment - early > timedelta(seconds=1):
        middle = early + (moment - early) // 2
        early, moment = (early, middle) if utc_to_local(middle, zone) >= local else (middle, moment)
    return moment.replace(microsecond=0)
