"""How delivered moments are written, in the directives of strptime: checked when they are declared, read here.

Nothing is taken from a locale, and nothing is guessed: which of 01/02/2024 is the day, a format says. Months in words
are those of `domain.months`. Two formats that read one text as different moments cannot stand in one list.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from iop_pipelines.domain.months import MONTHS
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import Unfit

# No moment is longer.
LONGEST = 64
ISO = "iso"
_EPOCHS = {"epoch_s": 1, "epoch_ms": 1_000, "epoch_us": 1_000_000, "epoch_ns": 1_000_000_000}
NAMES = (ISO, *_EPOCHS)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
# directive -> (group, pattern); None where what it says is not looked at.
_DIRECTIVES: Mapping[str, tuple[str | None, str]] = {
    "Y": ("year", "[0-9]{4}"),
    "y": ("short_year", "[0-9]{2}"),
    "m": ("month", "[0-9]{1,2}"),
    "b": ("word", _MONTH),
    "B": ("word", _MONTH),
    "d": ("day", "[0-9]{1,2}"),
    "j": ("day_of_year", "[0-9]{1,3}"),
    "a": (None, r"\pL{1,12}"),
    "A": (None, r"\pL{1,12}"),
    "G": ("iso_year", "[0-9]{4}"),
    "V": ("week", "[0-9]{1,2}"),
    "u": ("weekday", "[1-7]"),
    "q": ("quarter", "[1-4]"),
    "H": ("hour", "[0-9]{1,2}"),
    "I": ("half_hour", "[0-9]{1,2}"),
    "p": ("half", r"[AP]\.?\s?M\.?"),
    "M": ("minute", "[0-9]{2}"),
    "S": ("second", "[0-9]{2}"),
    "f": ("fraction", "[0-9]{1,9}"),
    "z": ("offset", r"Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}"),
}
DIRECTIVES = tuple(f"%{letter}" for letter in _DIRECTIVES)
# A part means nothing without one of those beside it.
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "month": ("year", "short_year"),
    "word": ("year", "short_year"),
    "quarter": ("year", "short_year"),
    "day": ("month", "word"),
    "day_of_year": ("year", "short_year"),
    "week": ("iso_year",),
    "iso_year": ("week",),
    "weekday": ("week",),
    "half_hour": ("half",),
    "half": ("half_hour",),
    "minute": ("hour", "half_hour"),
    "second": ("minute",),
    "fraction": ("second",),
}
# Of these one alone can say it.
_RIVALS = (
    ("year", "short_year", "iso_year"),
    ("month", "word", "quarter", "day_of_year", "week"),
    ("hour", "half_hour"),
)
_BY_GROUP: Mapping[str, str] = {
    group: f"%{letter}" for letter, (group, _) in reversed(_DIRECTIVES.items()) if group
}
_TIME_PARTS = frozenset({"hour", "half_hour", "offset"})
_PIECES = re.compile(r"%(.)|(\s+)|([^%\s]+)|(%)\Z", re.DOTALL)
_EPOCH = re.compile(r"(-?)([0-9]{1,20})(?:\.([0-9]{1,9}))?")


@dataclass(frozen=True)
class MomentFormat:
    """`text` is as declared, checked by `parse_format`."""

    text: str

    @cached_property
    def parts(self) -> frozenset[str]:
        """Groups of its directives; empty of a named format."""
        return frozenset(group for group in _groups(self.text) if group)

    @property
    def says_time(self) -> bool:
        return self.text in _EPOCHS or bool(self.parts & _TIME_PARTS)

    @property
    def says_offset(self) -> bool:
        return self.text in _EPOCHS or "offset" in self.parts

    def read(self, cell: str, zone: str) -> datetime | None:
        """Local time of `zone`: aware where the text says an instant, else naive; None for what is not of it."""
        if len(cell) > LONGEST:
            return None
        try:
            if self.text == ISO:
                return local(datetime.fromisoformat(cell), zone)
            if self.text in _EPOCHS:
                return _of_epoch(cell, _EPOCHS[self.text], zone)
            found = self._matcher(cell)
            return None if found is None else _moment(found, zone)
        except (ValueError, OverflowError):
            return None

    @cached_property
    def _matcher(self) -> Callable[[str], dict[str, str] | None]:
        return _matcher(self.text)


def local(moment: datetime, zone: str) -> datetime:
    """What clocks of `zone` show then; a moment without an offset is taken to be there, and stays naive."""
    return moment if moment.tzinfo is None else moment.astimezone(ZoneInfo(zone))


def parse_format(text: str) -> MomentFormat:
    """Raises Unfit naming what of the format is not known, or what it lacks."""
    if text in NAMES:
        return MomentFormat(text)
    if "%" not in text:
        raise Unfit("format.unknown", name=closest(text, NAMES))
    for found in _PIECES.finditer(text):
        letter = "" if found[4] else found[1]
        if letter is not None and letter not in (*_DIRECTIVES, "%"):
            raise Unfit(
                "format.no_directive", text=text, directive=f"%{letter}", known=list(DIRECTIVES)
            )
    groups = [group for group in _groups(text) if group]
    for group in groups:
        if groups.count(group) > 1:
            raise Unfit("format.twice", text=text, directive=_BY_GROUP[group])
    for rivals in _RIVALS:
        told = [_BY_GROUP[group] for group in rivals if group in groups]
        if len(told) > 1:
            raise Unfit("format.rivals", text=text, directives=told)
    if not {"year", "short_year", "iso_year"} & set(groups):
        raise Unfit("format.needs", text=text, needed=["%Y", "%y", "%G"])
    for group, needed in _NEEDS.items():
        if group in groups and not set(needed) & set(groups):
            raise Unfit("format.needs", text=text, needed=[_BY_GROUP[each] for each in needed])
    return MomentFormat(text)


def clash_of(formats: Sequence[MomentFormat]) -> tuple[int, Sentence] | None:
    """The place of a format that reads a text otherwise than one before it, and that text; None where none does."""
    for at, second in enumerate(formats):
        for first in formats[:at]:
            for text in (*_samples(first), *_samples(second)):
                one, other = first.read(text, "UTC"), second.read(text, "UTC")
                if one is not None and other is not None and _bare(one) != _bare(other):
                    return at, Sentence(
                        "format.two_readings",
                        one=first.text,
                        other=second.text,
                        text=text,
                        first=_bare(one).isoformat(" "),
                        second=_bare(other).isoformat(" "),
                    )
    return None


def _bare(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _groups(text: str) -> Iterator[str | None]:
    if text in NAMES:
        return
    for found in _PIECES.finditer(text):
        if found[1] and found[1] != "%":
            yield _DIRECTIVES[found[1]][0]


@lru_cache(maxsize=256)
def _matcher(text: str) -> Callable[[str], dict[str, str] | None]:
    import re2  # pyright: ignore[reportMissingTypeStubs]

    engine: Any = re2
    pieces: list[str] = []
    for letter, space, literal, _ in _PIECES.findall(text):
        if space:
            pieces.append(r"\s+")
        elif literal:
            pieces.append(engine.escape(literal))
        elif letter == "%":
            pieces.append("%")
        else:
            group, pattern = _DIRECTIVES[letter]
            pieces.append(f"(?P<{group}>{pattern})" if group else f"(?:{pattern})")
    options = engine.Options()
    options.case_sensitive = False
    compiled = engine.compile("".join(pieces), options)

    def match(cell: str) -> dict[str, str] | None:
        # RE2 reads UTF-8, which has no half of a pair.
        found = compiled.fullmatch(cell.encode("utf-8", "replace").decode())
        return None if found is None else found.groupdict()

    return match


def _moment(parts: Mapping[str, str], zone: str) -> datetime | None:
    day = _day(parts)
    hour = int(parts.get("hour") or 0)
    if (half_hour := parts.get("half_hour")) is not None:
        hour = int(half_hour)
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"][0] in "pP" else 0)
    minute, second = (int(parts.get(name) or 0) for name in ("minute", "second"))
    # 24:00 is the end of the day.
    is_end = hour == 24 and not minute and not second
    moment = datetime(day.year, day.month, day.day, 0 if is_end else hour, minute, second)
    moment += timedelta(days=is_end, microseconds=_micros(parts.get("fraction") or ""))
    if (offset := parts.get("offset")) is None:
        return moment
    sign = "+00:00" if offset[0] not in "+-" else offset
    return local(datetime.fromisoformat(moment.isoformat() + sign), zone)


def _day(parts: Mapping[str, str]) -> date:
    if "week" in parts:
        weekday = int(parts.get("weekday") or 1)
        return date.fromisocalendar(int(parts["iso_year"]), int(parts["week"]), weekday)
    year = int(parts["year"]) if "year" in parts else _full_year(int(parts["short_year"]))
    if "day_of_year" in parts:
        day = date(year, 1, 1) + timedelta(days=int(parts["day_of_year"]) - 1)
        if day.year != year:
            raise ValueError
        return day
    month = 1
    if "word" in parts:
        month = MONTHS[parts["word"].casefold()]
    elif "quarter" in parts:
        month = 3 * int(parts["quarter"]) - 2
    elif "month" in parts:
        month = int(parts["month"])
    return date(year, month, int(parts.get("day") or 1))


def _full_year(number: int) -> int:
    """As POSIX has it: 69 to 99 are of the 1900s."""
    return number + (1900 if number >= 69 else 2000)


def _micros(fraction: str) -> int:
    return int((fraction + "000000")[:6])


def _of_epoch(cell: str, a_second: int, zone: str) -> datetime | None:
    found = _EPOCH.fullmatch(cell)
    if found is None:
        return None
    sign, whole, fraction = found.groups()
    nanos = int(whole) * (1_000_000_000 // a_second)
    nanos += int(((fraction or "") + "0" * 9)[:9]) // a_second
    micros = (-nanos if sign else nanos) // 1_000
    return local(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros), zone)


# The first is read in every order of its parts; the others tell hours of the day and long years apart.
_MOMENTS = (
    datetime(2003, 1, 2, 4, 5, 6),
    datetime(2011, 10, 12, 10, 11, 9),
    datetime(2024, 12, 31, 13, 0),
)


def _samples(format_: MomentFormat) -> Iterator[str]:
    for moment in _MOMENTS:
        if format_.text == ISO:
            yield from (moment.isoformat(" "), moment.date().isoformat())
        elif format_.text in _EPOCHS:
            yield str(int(moment.replace(tzinfo=UTC).timestamp()) * _EPOCHS[format_.text])
        else:
            yield _written(format_.text, moment)


def _written(text: str, moment: datetime) -> str:
    iso = moment.isocalendar()
    values = {
        **{letter: moment.strftime(f"%{letter}") for letter in "YymdjHIMSf"},
        "b": "mar",
        "B": "march",
        "a": "mon",
        "A": "monday",
        "G": f"{iso.year}",
        "V": f"{iso.week:02}",
        "u": f"{iso.weekday}",
        "q": f"{(moment.month + 2) // 3}",
        "p": "PM" if moment.hour >= 12 else "AM",
        "z": "+00:00",
        "%": "%",
    }
    return "".join(
        values[letter] if letter else space or literal
        for letter, space, literal, _ in _PIECES.findall(text)
    )
