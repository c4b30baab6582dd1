"""When a report is due: the words of a template's `schedule`, and the moments they name.

Slots are naive UTC. A local time that daylight saving skips happens at the first moment after the
gap; one that comes twice happens the first time. Nothing heavier than `zoneinfo` is imported:
sensors ask every minute.
"""

import itertools
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.reporting import recurrence
from iop_pipelines.reporting.cron import parse_cron

Kind = Literal["once", "daily", "weekly", "monthly", "cron"]
Cadence = Literal["once", "daily", "weekly", "monthly"]
DEFAULT_TIME = time(6, 0)
MAX_LENGTH = 128  # of the column report_templates.schedule
_FORMS = (
    "once 2026-12-01T09:00 ZONE, daily 09:00 ZONE, weekly mon 09:00 ZONE, "
    "monthly 1|last|first-mon 09:00 ZONE, cron EXPR ZONE; time and zone may be left out"
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ORDINALS = ("first", "second", "third", "fourth", "last")
_NTH_WORDS = ("nth.first", "nth.second", "nth.third", "nth.fourth", "nth.last")
_TIME = re.compile(r"\A([01]\d|2[0-3]):([0-5]\d)\Z")
_NTH = re.compile(rf"\A({'|'.join(_ORDINALS)})-({'|'.join(_WEEKDAYS)})\Z")
_ONE_DAY = timedelta(days=1)


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

    @property
    def cadence(self) -> Cadence:
        """The Dagster schedule whose tick asks for it; a cron belongs to the daily one."""
        return "daily" if self.kind == "cron" else self.kind

    def describe(self) -> Sentence:
        return Sentence("schedule.in_zone", words=self.words, zone=self.zone)

    def is_over(self, now: datetime) -> bool:
        """Whether its only moment lies before `now` (naive UTC)."""
        return self.moment is not None and local_to_utc(self.moment, self.zone) < now


def parse_schedule(text: str, default_zone: str = "UTC") -> Schedule:
    """Raises InvalidInput naming what is wrong with `text` and the forms that are accepted."""
    words = text.split()
    if not words or len(text) > MAX_LENGTH:
        raise InvalidInput("schedule.wrong_length", "schedule", text=text[:60], most=MAX_LENGTH)
    kind, *rest = words
    if kind == "once":
        return _once(rest, text, default_zone)
    if kind in ("daily", "weekly", "monthly"):
        return _calendar(kind, rest, text, default_zone)  # type: ignore[arg-type]
    if kind == "cron":
        return _cron(rest, text, default_zone)
    if kind.startswith("@") or len(words) in (5, 6):
        return _cron(words, text, default_zone)
    raise _unknown(text)


def _unknown(text: str) -> InvalidInput:
    return InvalidInput("schedule.unknown", "schedule", text=text, known=_FORMS)


def _zone(rest: list[str], text: str, default_zone: str) -> str:
    if len(rest) > 1:
        raise _unknown(text)
    name = rest[0] if rest else default_zone
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput("schedule.unknown_time_zone", "schedule", name=name, text=text) from None
    return name


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
        text=f"once {moment:%Y-%m-%dT%H:%M} {zone}",
        zone=zone,
        words=Sentence("schedule.once", day=f"{moment:%Y-%m-%d}", time=f"{moment:%H:%M}"),
        is_due_on=lambda day: day == moment.date(),
        times=(moment.time(),),
        moment=moment,
    )


def _calendar(
    kind: Literal["daily", "weekly", "monthly"], rest: list[str], text: str, default_zone: str
) -> Schedule:
    on, said, is_due_on = "", Sentence("days.every"), _always
    if kind != "daily":
        has_day = bool(rest) and not (_TIME.match(rest[0]) or _looks_like_zone(rest[0]))
        on = rest.pop(0) if has_day else {"weekly": "mon", "monthly": "1"}[kind]
        said, is_due_on = (_weekday if kind == "weekly" else _month_day)(on, text)
    at = DEFAULT_TIME
    if rest and not _looks_like_zone(rest[0]):
        at = _time(rest.pop(0), text)
    zone = _zone(rest, text, default_zone)
    return Schedule(
        kind=kind,
        text=" ".join(part for part in (kind, on, f"{at:%H:%M}", zone) if part),
        zone=zone,
        words=recurrence.at(said, (at,)),
        is_due_on=is_due_on,
        times=(at,),
    )


def _always(day: date) -> bool:
    return True


def _looks_like_zone(word: str) -> bool:
    return "/" in word or word[:1].isupper()


def _time(word: str, text: str) -> time:
    match = _TIME.match(word)
    if match is None:
        raise InvalidInput("schedule.no_time", "schedule", word=word, text=text)
    return time(int(match[1]), int(match[2]))


def _weekday(word: str, text: str) -> tuple[Sentence, Callable[[date], bool]]:
    if word not in _WEEKDAYS:
        raise InvalidInput("schedule.no_weekday", "schedule", word=word, text=text, known=_WEEKDAYS)
    number = _WEEKDAYS.index(word)
    return recurrence.every_weekday([number]), lambda day: day.weekday() == number


def _month_day(word: str, text: str) -> tuple[Sentence, Callable[[date], bool]]:
    if word == "last":
        return Sentence("days.last_of_month"), lambda day: (day + _ONE_DAY).day == 1
    if word.isdigit() and 1 <= int(word) <= 28:
        number = int(word)
        return recurrence.month_days([number]), lambda day: day.day == number
    if match := _NTH.match(word):
        nth, weekday = _ORDINALS.index(match[1]), _WEEKDAYS.index(match[2])
        named = recurrence.weekday(weekday)
        said = Sentence("days.nth_of_month", nth=Sentence(_NTH_WORDS[nth]), weekday=named)
        return said, lambda day: day.weekday() == weekday and _is_nth(day, nth)
    raise InvalidInput(
        "schedule.no_day_of_month",
        "schedule",
        word=word,
        text=text,
    )


def _is_nth(day: date, nth: int) -> bool:
    if _ORDINALS[nth] == "last":
        return (day + 7 * _ONE_DAY).month != day.month
    return (day.day - 1) // 7 == nth


def _cron(rest: list[str], text: str, default_zone: str) -> Schedule:
    size = 1 if rest and rest[0].startswith("@") else 5
    expression = " ".join(rest[:size])
    cron = parse_cron(expression)
    zone = _zone(rest[size:], text, default_zone)
    return Schedule(
        kind="cron",
        text=f"cron {expression} {zone}",
        zone=zone,
        words=recurrence.of_cron(cron),
        is_due_on=cron.matches,
        times=cron.times(),
    )


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
        if day == date.max:
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
