"""How a column writes its moments: one form for the whole column, and none where two would fit.

Day and month are told apart by a day above 12 or by points between them (no language writes the month first
with points); where neither decides, the reader is asked.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from iop_pipelines.domain.months import MONTHS
from iop_pipelines.intake.cells import Cells
from iop_pipelines.intake.numerals import is_null

MOMENTS = "datetime64[us]"
Moments: TypeAlias = "npt.NDArray[np.datetime64]"
Grain = Literal["moment", "day", "week", "month", "quarter", "half-year", "year"]
Order = Literal["day-first", "month-first"]

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
# No month, or the first of two days would be one: Feb 05 - Feb 11.
_DAY_NAME = rf"(?:(?!(?:{_MONTH})\b)[^\W\d_]{{2,10}}\.?,?\s+)?"
# Hours from UTC. Names that stand for more than one zone, as IST and BST do, are none.
_ZONES = {
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "WET": 0,
    "WEST": 1,
    "CET": 1,
    "MEZ": 1,
    "CEST": 2,
    "MESZ": 2,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "JST": 9,
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "AKST": -9,
    "AKDT": -8,
    "HST": -10,
    "WAT": 1,
    "CAT": 2,
    "SAST": 2,
    "EAT": 3,
}
_ZONE = (
    r"\s*(?P<zone>(?:GMT|UTC)[+-]\d{1,2}(?::?\d{2})?|"
    rf"{'|'.join(sorted(_ZONES, key=len, reverse=True))}|[+-]\d{{2}}(?::?\d{{2}})?)?"
    # Java says the zone behind the offset once more.
    r"(?:\[[A-Za-z_/+-]{1,40}\])?"
)
_FROM_UTC = re.compile(r"(?:GMT|UTC)(?P<sign>[+-])(?P<hour>\d{1,2})(?::?(?P<minute>\d{2}))?")
# Before or after noon, said before the hour in Korean, Chinese and Japanese.
_NOON = "오전|오후|上午|下午|午前|午後"
# Weather stations leave the m away, where minutes stand in front: 12:05a.
_HALF = r"(?P<half>[AaPp]\.?\s?[Mm]\.?|(?<=:\d\d)[AaPp](?!\w))"
_CLOCK = (
    # Lines between its parts as well, as in names of files; a line alone begins an offset.
    rf"(?:(?P<noon>{_NOON})\s?)?"
    r"(?P<hour>\d{1,2})(?:(?:[:.h]|-(?=\d\d-\d\d))(?P<minute>\d{2}))?"
    r"(?:(?:[:.]|(?<=\d\d-\d\d)-)(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    rf"\s*(?:{_HALF}|Uhr)?"
)
_TIME = (
    rf"(?:(?:(?P<t>T)|,?\s+|[-_:]|(?={_NOON})){_CLOCK}{_ZONE})?"
    # From 00:00 to 01:00 in one cell: the begin counts.
    r"(?:\s+(?:-|–|to|bis|a|à)\s+\d[\d :./-]*)?(?:\s*\((?:CET|CEST|MEZ|MESZ|UTC|local)(?:/[A-Z]+)?\))?"
    # The day's name behind it.
    r"(?:,?\s*\([^\W\d_]{1,10}\.?\))?"
)
_TIME_OF_DAY = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))(?:[:.](?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    rf"\s*{_HALF}?(?:\s*[-–]\s*\d{{1,2}}[:.]\d{{2}}.{{0,12}}|\s*Uhr)?"
)
_ISO_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?"
_ISO_BLOCK = re.compile(rf"{_ISO_TIME}(?:\n{_ISO_TIME})*+")
_ZONED_BLOCK = re.compile(rf"{_ISO_TIME}(?:Z|\+00:00)(?:\n{_ISO_TIME}(?:Z|\+00:00))*+")
_EPOCH_BLOCK = re.compile(r"([0-9]{10}(?:[0-9]{3}(?:[0-9]{3})?)?)(?:\n[0-9]+)*+")
_EPOCH = {10: 1, 13: 1_000, 16: 1_000_000, 19: 1_000_000_000}
_FIRST, _LAST = 1678, 2261
# Of cells, a line each: blanks that are read as others.
_SPACED = re.compile(r"[^\S \n]|  |^ | $", re.MULTILINE)
# No moment is longer, and the time that a pattern takes stays bounded.
LONGEST = 64


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A way to write moments; each is one object, and compared as that.

    Attributes:
        name: in words, with an example.
        grain: what one value names.
        is_weak: plain numbers have this form too, so it takes a fitting head or nothing better.
    """

    name: str
    grain: Grain
    pattern: re.Pattern[str]
    kind: str = "parts"
    is_weak: bool = False
    order: Order | None = None

    def read(self, cell: str, zone: str) -> datetime | None:
        """Naive local time of `zone`; None for what is not of this form, or no day of the calendar."""
        return _read(self, " ".join(cell.split()), zone) if len(cell) <= LONGEST else None


def _form(name: str, grain: Grain, _pattern: str, **more: Any) -> Form:
    """_pattern: text of this module."""
    return Form(name, grain, re.compile(rf"{_pattern}", re.IGNORECASE), **more)


_ISO = _form(
    "year-month-day",
    "day",
    rf"(?P<y>\d{{4}})(?P<sep>[-/._])(?P<m>\d{{1,2}})(?P=sep)(?P<d>\d{{1,2}}){_TIME}",
)
_DAY_FIRST = _form(
    "day/month/year",
    "day",
    rf"{_DAY_NAME}(?P<d>\d{{1,2}})(?P<sep>[-/. ])(?P<m>\d{{1,2}})(?P=sep)(?P<y>\d{{4}}|\d{{2}}){_TIME}",
    order="day-first",
)
_MONTH_FIRST = _form(
    "month/day/year",
    "day",
    rf"{_DAY_NAME}(?P<m>\d{{1,2}})(?P<sep>[-/. ])(?P<d>\d{{1,2}})(?P=sep)(?P<y>\d{{4}}|\d{{2}}){_TIME}",
    order="month-first",
)
_SHORT_YEAR_FIRST = _form(
    "year-month-day with two digits a year",
    "day",
    rf"(?P<y>\d{{2}})(?P<sep>[-/.])(?P<m>\d{{2}})(?P=sep)(?P<d>\d{{2}}){_TIME}",
)
# Weak, for a season or a fiscal year stands beside dates as well.
_NAMED_YEARS = (
    _form(
        "year/next year",
        "year",
        r"(?:FY|season|saison)?\s?(?P<y>\d{4})\s?[-/–]\s?(?P<next>\d{4}|\d{2})",
        is_weak=True,
    ),
    _form(
        "fiscal year",
        "year",
        r"(?:FY|F\.Y\.|fiscal year|fiscal)[-\s']*(?P<y>\d{4}|\d{2})",
        is_weak=True,
    ),
)
_MONTH_SPAN = rf"(?P<word>{_MONTH})\.?\s?(?:-|–|/|to|bis)\s?(?P<until>{_MONTH})\.?"
_STRONG = (
    _ISO,
    _form("Unix time, as .NET writes it", "moment", r"/Date\(\d{13}\)/", kind="epoch"),
    _form("year-week-day (ISO)", "day", r"(?P<y>\d{4})-?W(?P<week>\d{2})-?(?P<weekday>[1-7])"),
    _form(
        "year, month, day and time without signs",
        "moment",
        rf"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)[T_](?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?{_ZONE}",
    ),
    _form(
        "month in words, day, time, year",
        "day",
        rf"{_DAY_NAME}(?P<word>{_MONTH})\.? (?P<d>\d{{1,2}}),? {_CLOCK}{_ZONE} (?P<y>\d{{4}})",
    ),
    # From the first of some months to the last: Jan-Mar 2013.
    _form("months in words, year", "month", rf"{_MONTH_SPAN},? (?P<y>\d{{4}})"),
    _form("year, months in words", "month", rf"(?P<y>\d{{4}}),? {_MONTH_SPAN}"),
    _form(
        "day, month in words, year",
        "day",
        rf"{_DAY_NAME}(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.)?[-/. ]*(?:de )?(?P<word>{_MONTH})\.?,?[-/. ]*(?:de )?"
        rf"(?P<y>\d{{4}}|\d{{2}})(?:\s?\u0433\.?)?{_TIME}",
    ),
    _form(
        "month in words, day, year",
        "day",
        rf"{_DAY_NAME}(?P<word>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}}){_TIME}",
    ),
    # The year is that of the last day: Dec 29 - Jan 4, 2026.
    _form(
        "from a day to another, months in words, year",
        "day",
        rf"(?P<word>{_MONTH})\.? (?P<d>\d{{1,2}})\s?[-–]\s?(?:(?P<until>{_MONTH})\.? )?\d{{1,2}}, (?P<y>\d{{4}})",
    ),
    _form(
        "month in words, year",
        "month",
        rf"(?P<word>{_MONTH})\.?[-/. ,']*(?P<y>\d{{4}}|\d{{2}})(?:\s?\u0433\.?)?",
    ),
    _form("year, month in words", "month", rf"(?P<y>\d{{4}})[-/. ]*(?P<word>{_MONTH})\.?"),
    _form("year-month", "month", r"(?P<y>\d{4})(?:[-/._]|[-_]?\s?M)(?P<m>\d{1,2})"),
    _form("month/year", "month", r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})"),
    _form("quarter year", "quarter", r"(?:Qtr|Q|T)(?P<q>[1-4])[-/ .,:_']*(?P<y>\d{4}|\d{2})"),
    _form("year quarter", "quarter", r"(?P<y>\d{4})[-/ .:_]*(?:Qtr|Q|T|K)(?P<q>[1-4])"),
    _form(
        "number of the quarter, year",
        "quarter",
        r"(?P<q>[1-4])(?:\.|st|nd|rd|th|er|e|º|ª|°)?\s?(?:Quartal|quarter|trimestre|kwartaal|Q|T)"
        r"[-/ .']*(?P<y>\d{4}|\d{2})",
    ),
    _form(
        "number of the half-year, year",
        "half-year",
        r"(?P<half_year>[12])(?:\.|st|nd|er|e|º|ª|°)?\s?(?:Halbjahr|half|semestre|H)[-/ .']*(?P<y>\d{4}|\d{2})",
    ),
    _form(
        "year, month and day in Chinese or Japanese",
        "day",
        rf"(?P<y>\d{{4}})[年년] ?(?P<m>\d{{1,2}})[月월] ?(?P<d>\d{{1,2}})[日일]{_TIME}",
    ),
    _form(
        "year and month in Chinese or Japanese",
        "month",
        r"(?P<y>\d{4})[年년] ?(?P<m>\d{1,2})[月월]",
    ),
    _form(
        "year and quarter in Chinese, Japanese or Korean",
        "quarter",
        r"(?P<y>\d{4})[年년] ?第?(?P<q>[1-4一二三四])(?:季度?|四半期|분기)",
    ),
    _form(
        "year. month. day.",
        "day",
        rf"(?P<y>\d{{4}})\. (?P<m>\d{{1,2}})\. (?P<d>\d{{1,2}})\.?{_TIME}",
    ),
    _form("half-year year", "half-year", r"[HS](?P<half_year>[12])[-/ .']*(?P<y>\d{4}|\d{2})"),
    _form("year half-year", "half-year", r"(?P<y>\d{4})[-/ .]*[HS](?P<half_year>[12])"),
    _form("year-week (ISO)", "week", r"(?P<y>\d{4})[-/ ]*(?:W|[KC]W|S)(?P<week>\d{1,2})"),
    _form(
        "week/year (ISO)",
        "week",
        r"(?:[KC]W|S|W(?:eek|k|oche)?)\.?\s?(?P<week>\d{1,2})[-/ .,]+(?P<y>\d{4})",
    ),
)
_WEAK = (
    _form(
        "yearmonthday", "day", rf"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d){_TIME}", is_weak=True
    ),
    _form(
        "yearmonthdayhourminute",
        "moment",
        r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?",
        is_weak=True,
    ),
    # Before Unix time: what are both is of 2033 as that.
    _form(
        "yearmonthdayhour",
        "moment",
        r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?P<only_hour>[01]\d|2[0-4])",
        is_weak=True,
    ),
    _form("yearmonth", "month", r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)", is_weak=True),
    _form(
        "Unix time", "moment", r"\d{10}(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?", kind="epoch", is_weak=True
    ),
    _form(
        "days since 1900, as Excel counts",
        "day",
        r"[2-6]\d{4}(?:[.,]\d+)?",
        kind="excel",
        is_weak=True,
    ),
    _form("year-day of the year", "day", r"(?P<y>(?:19|20)\d\d)-?(?P<yearday>\d{3})", is_weak=True),
    _form(
        "year",
        "year",
        r"(?:YR?)?(?P<y>(?:1[6-9]|20|21)\d\d)(?:\s?\[YR\d{4}\])?",
        is_weak=True,
    ),
)


# Where the head says what the second number is: 2013-04 is the fourth week, or the fourth quarter.
BY_WEEK = _form("year-week, as its head says", "week", r"(?P<y>\d{4})[-/ .]?(?P<week>\d{1,2})")
BY_QUARTER = _form(
    "year-quarter, as its head says", "quarter", r"(?P<y>\d{4})[-/ .]?0?(?P<q>[1-4])"
)

# A report's name before its month, and how many rows a group of a month has behind it.
NAMED_MONTH = _form(
    "month in words, year, with words around it",
    "month",
    rf"(?P<before>[^\W\d_]{{2,12}}[-_ ])?(?P<word>{_MONTH})\.?[-/. ,']*(?P<y>\d{{4}})(?: \(\d+\))?",
)

# By name: how a column was read is kept, and what comes later is read in the same way.
FORMS = {
    form.name: form
    for form in (_DAY_FIRST, _MONTH_FIRST, _SHORT_YEAR_FIRST, *_NAMED_YEARS, *_STRONG, *_WEAK)
}
FORMS |= {form.name: form for form in (BY_WEEK, BY_QUARTER, NAMED_MONTH)}


@lru_cache(maxsize=20_000)
def _read(form: Form, cell: str, zone: str) -> datetime | None:
    found = form.pattern.fullmatch(cell)
    if found is None:
        return None
    try:
        if form.kind == "parts":
            moment = _moment(found.groupdict(), zone)
        else:
            moment = _epoch(cell, zone) if form.kind == "epoch" else _excel(cell)
    except (ValueError, OverflowError):
        return None
    return moment if moment is not None and _FIRST <= moment.year <= _LAST else None


def _excel(cell: str) -> datetime:
    """To the second: a fraction of a day is not exact."""
    seconds = round(float(cell.replace(",", ".")) * 86_400)
    return datetime(1899, 12, 30) + timedelta(seconds=seconds)


def _epoch(cell: str, zone: str) -> datetime:
    whole, _, fraction = cell.removeprefix("/Date(").removesuffix(")/").partition(".")
    seconds, rest = divmod(int(whole), _EPOCH[len(whole)])
    micros = rest * 1_000_000 // _EPOCH[len(whole)] or int((fraction + "000000")[:6] or 0)
    moment = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=micros)
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _moment(parts: dict[str, str | None], zone: str) -> datetime | None:
    year = _year(parts["y"] or "")
    if week := parts.get("week"):
        return datetime.fromisocalendar(year, int(week), int(parts.get("weekday") or 1))
    if yearday := parts.get("yearday"):
        day = datetime(year, 1, 1) + timedelta(days=int(yearday) - 1)
        return day if day.year == year else None
    if (following := parts.get("next")) and not str(year + 1).endswith(following):
        return None
    if word := parts.get("word"):
        month = MONTHS[word.lower()]
        if (until := parts.get("until")) and MONTHS[until.lower()] < month:
            # From December to February: the year is that of its end.
            year -= 1
    elif quarter := parts.get("q"):
        month = 3 * ("一二三四".find(quarter) + 1 or int(quarter)) - 2
    elif half := parts.get("half_year"):
        month = 6 * int(half) - 5
    else:
        month = int(parts.get("m") or 1)
    day = datetime(year, month, int(parts.get("d") or 1))
    if only_hour := parts.get("only_hour"):
        return day + timedelta(hours=int(only_hour))
    return _at_time(day, parts, zone)


def _year(digits: str) -> int:
    """Two digits are of 1970 to 2069."""
    number = int(digits)
    return number if len(digits) == 4 else number + (2000 if number < 70 else 1900)


def _at_time(day: datetime, parts: dict[str, str | None], zone: str) -> datetime | None:
    if not parts.get("hour"):
        return day
    hour = int(parts["hour"] or 0)
    if half := parts.get("half") or parts.get("noon"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" or half in ("오후", "下午", "午後") else 0)
    elif parts.get("minute") is None and not parts.get("t"):
        # 2024-01-05 12 is no time; 12h is, and 2024-01-05T12.
        return None
    # 24:00 is the end of the day.
    minute = int(parts.get("minute") or 0)
    is_end = hour == 24 and not minute
    moment = day.replace(
        hour=0 if is_end else hour,
        minute=minute,
        second=int(parts.get("second") or 0),
        microsecond=int(((parts.get("part") or "") + "000000")[:6]),
    ) + timedelta(days=is_end)
    return _local(moment, parts.get("zone"), zone)


def _local(moment: datetime, offset: str | None, zone: str) -> datetime:
    if not offset:
        return moment
    hours = _ZONES.get(offset.upper())
    if (from_utc := _FROM_UTC.fullmatch(offset.upper())) is not None:
        offset = f"{from_utc['sign']}{int(from_utc['hour']):02}:{from_utc['minute'] or '00'}"
    if hours is None:
        aware = datetime.fromisoformat(moment.isoformat() + offset)
    else:
        aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    return aware.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def parts_at(moments: Moments, grain: Grain) -> npt.NDArray[Any]:
    """The day, week, month … of each, equal where it is the same."""
    if grain == "moment":
        return moments
    if grain == "week":
        # Thursday is the fourth day of 1970.
        return (moments.astype("datetime64[D]").astype(np.int64) + 3) // 7
    if grain == "day":
        return moments.astype("datetime64[D]")
    months = moments.astype("datetime64[M]").astype(np.int64)
    return months // {"month": 1, "quarter": 3, "half-year": 6, "year": 12}[grain]


def add_time_of_day(day: datetime, cell: str) -> datetime | None:
    """Day and time of day from two columns; None where the second is no time."""
    found = _TIME_OF_DAY.fullmatch(cell) if len(cell) <= LONGEST else None
    if found is None:
        return None
    try:
        return _at_time(day, found.groupdict(), "UTC")
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Found:
    """The form of a column; `is_open`: day and month may be the other way round as well.

    unread: cells that have another form, of `of` different ones.
    """

    form: Form
    is_open: bool
    unread: int
    of: int
    why: str = ""

    def turned(self, order: Order) -> "Found":
        form = _DAY_FIRST if order == "day-first" else _MONTH_FIRST
        return replace(self, form=form, is_open=False, why=f"as you said: {order}")


def form_of(
    cells: Iterable[str], zone: str, *, takes_weak: bool, dates: Iterable[str] | None = None
) -> Found | None:
    """The form in which at least four fifths of the different cells are; None where there is none.

    dates: where `cells` are a sample, the days of all cells, for a day above 12 may come late.
    """
    # One character too many is as unreadable as a thousand.
    distinct = list(dict.fromkeys(cell[: LONGEST + 1] for cell in cells))
    if not distinct:
        return None
    # Of as many the first: 2009/10 is October only where it is not one of a row of seasons.
    forms = (*_NAMED_YEARS, *_STRONG, *_WEAK) if takes_weak else _STRONG
    counts = zip(_counts(forms, distinct, zone), forms, strict=True)
    best = max(counts, key=lambda item: item[0])
    numeric = _numeric_order(distinct, zone) if _are_figures(distinct) else None
    if numeric is not None and numeric.of - numeric.unread > best[0]:
        if dates is not None:
            numeric = _numeric_order(list(dict.fromkeys(dates)), zone) or numeric
        return numeric if _is_enough(numeric.unread, numeric.of) else None
    if not _is_enough(len(distinct) - best[0], len(distinct)):
        return None
    return Found(best[1], False, len(distinct) - best[0], len(distinct))


def of_form(form: Form, cells: Iterable[str], zone: str) -> Found | None:
    """As `form_of`, of one form: where all cells are of it."""
    distinct = list(dict.fromkeys(cells))
    return (
        Found(form, False, 0, len(distinct))
        if _counts((form,), distinct, zone) == [len(distinct)]
        else None
    )


def turned_where_open(found: Found, cells: Cells, zone: str) -> Moments:
    """Days and months the other way round wherever both readings are days of the calendar."""
    other = _MONTH_FIRST if found.form is _DAY_FIRST else _DAY_FIRST

    def read(cell: str) -> np.datetime64:
        turned = _stamp(other, cell, zone)
        return _stamp(found.form, cell, zone) if np.isnat(turned) else turned

    return cells.mapped(read, MOMENTS)


def read_all(cells: Cells, form: Form, zone: str) -> Moments:
    """Naive local time of `zone` of each cell; NaT for what is not of the form."""
    if cells.distinct is not None:
        return cells.mapped(lambda cell: _stamp(form, cell, zone), MOMENTS)
    parts = [_read_block(block, form, zone) for block in cells.pieces()]
    return np.concatenate(parts) if parts else np.zeros(0, MOMENTS)


def _stamp(form: Form, cell: str, zone: str) -> np.datetime64:
    moment = None if is_null(cell) else form.read(cell, zone)
    return np.datetime64("NaT") if moment is None else np.datetime64(moment, "us")


def _read_block(cells: list[str], form: Form, zone: str) -> Moments:
    """As each by itself, at once where all are written in one of the ways that are read so."""
    together = "\n".join(cells)
    try:
        if form is _ISO and _ISO_BLOCK.fullmatch(together):
            return _within(np.array(cells, MOMENTS))
        if form.kind == "epoch" and (found := _EPOCH_BLOCK.fullmatch(together)):
            unit = {10: "s", 13: "ms", 16: "us"}[len(found[1])]
            if {*map(len, cells)} != {len(found[1])}:
                raise ValueError
            stamps = np.array(cells, np.int64).astype(f"datetime64[{unit}]").astype(MOMENTS)
            return _within(_at_zone(stamps, zone))
        if form is _ISO and _ZONED_BLOCK.fullmatch(together):
            naive = [cell[:-1] if cell[-1] in "Zz" else cell[:-6] for cell in cells]
            return _within(_at_zone(np.array(naive, MOMENTS), zone))
    except ValueError:
        # 30 February, or 24:00.
        pass
    return np.array([_stamp(form, cell, zone) for cell in cells], MOMENTS)


def _within(moments: Moments) -> Moments:
    years = moments.astype("datetime64[Y]").astype(np.int64) + 1970
    moments[(years < _FIRST) | (years > _LAST)] = np.datetime64("NaT")
    return moments


def _at_zone(stamps: Moments, zone: str) -> Moments:
    if zone == "UTC":
        return stamps
    import pandas as pd

    local = pd.DatetimeIndex(stamps, tz=UTC).tz_convert(ZoneInfo(zone)).tz_localize(None)
    return local.to_numpy().astype(MOMENTS)


def _is_enough(unread: int, of: int) -> bool:
    return unread <= 0.2 * of


def _counts(forms: Sequence[Form], cells: list[str], zone: str) -> list[int]:
    """How many are of each of the forms; of one that too many are not of, those up to there."""
    # Most forms are not those of a column, which the pattern alone tells of the first fifth of it.
    first = cells[: len(cells) // 5 + 1]
    is_spaced = _SPACED.search("\n".join(first)) is not None
    return [
        _count(form, cells, zone) if is_spaced or any(map(form.pattern.fullmatch, first)) else 0
        for form in forms
    ]


def _count(form: Form, cells: list[str], zone: str) -> int:
    read = 0
    for place, cell in enumerate(cells, start=1):
        read += form.read(cell, zone) is not None
        if not _is_enough(place - read, len(cells)):
            break
    return read


def _are_figures(cells: list[str]) -> bool:
    """Whether enough are written in figures alone, which may be days and months in any order."""
    others = 0
    for cell in cells:
        others += _DAY_FIRST.pattern.fullmatch(" ".join(cell.split())) is None
        if not _is_enough(others, len(cells)):
            return False
    return True


def _numeric_order(cells: list[str], zone: str) -> Found | None:
    """Day or month first, by the cells that only one of the two can read."""
    day = [_DAY_FIRST.read(cell, zone) is not None for cell in cells]
    month = [_MONTH_FIRST.read(cell, zone) is not None for cell in cells]
    only_day = sum(d and not m for d, m in zip(day, month, strict=True))
    only_month = sum(m and not d for d, m in zip(day, month, strict=True))
    if not any(day) and not any(month):
        return None
    if (short := _short_year_first(cells, zone)) is not None:
        return short
    form, read = (_DAY_FIRST, day) if only_day >= only_month else (_MONTH_FIRST, month)
    unread = len(cells) - sum(read)
    if only_day or only_month:
        few, many = sorted((only_day, only_month))
        # One stray cell decides nothing against many; as many of both kinds decide nothing at all.
        is_open = few > 0.05 * many
        why = f"{many} dates cannot be read the other way round"
        return Found(form, is_open, unread, len(cells), "" if is_open else why)
    pattern = _DAY_FIRST.pattern
    if all(
        (found := pattern.fullmatch(" ".join(c.split()))) is None or found["sep"] == "."
        for c in cells
    ):
        return Found(_DAY_FIRST, False, unread, len(cells), "points between them")
    return Found(form, True, unread, len(cells))


def _short_year_first(cells: list[str], zone: str) -> Found | None:
    """26-01-31: the year comes first where the last part runs through a month's days and the first does not."""
    found = [match for cell in cells if (match := _SHORT_YEAR_FIRST.pattern.fullmatch(cell))]
    if len(found) < 0.8 * len(cells):
        return None
    first = {match["y"] for match in found}
    last = {match["d"] for match in found}
    is_first = len(last) > 12 and len(first) < len(last) and max(map(int, last)) <= 31
    if not is_first or len(first) > 12:
        return None
    unread = len(cells) - _counts((_SHORT_YEAR_FIRST,), cells, zone)[0]
    return Found(
        _SHORT_YEAR_FIRST, False, unread, len(cells), "the last part runs through the days"
    )
