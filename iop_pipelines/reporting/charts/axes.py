"""Scales, ticks and axes of charts as plain values: round numbers, whole days, no labels on top of each other."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from iop_pipelines.domain.frequencies import BUCKETS
from iop_pipelines.query.charts.spec import Limits
from iop_pipelines.query.result import Column
from iop_pipelines.reporting.formats import format_number
from iop_pipelines.reporting.voice import ENGLISH, Voice


@dataclass(frozen=True)
class Category:
    """A place among names. Two values may be written alike, and stand beside each other all the same."""

    at: int
    name: str

    def __str__(self) -> str:
        return self.name


X = Category | float | date | datetime

# Mean width of a character in SVG units, at the size that labels have.
CHAR = 6.1
_DAY_S = 86_400
# Steps of a time axis in seconds, from an hour to five years; months and years are calendar steps.
_HOURS = (1, 3, 6, 12)
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 3, 6, 12, 24, 60, 120)


@dataclass(frozen=True)
class Scale:
    """Maps `low..high` to `start..end`; a range of one value is drawn in the middle."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        if self.high == self.low:
            return (self.start + self.end) / 2
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True)
class Box:
    """The plot area in SVG units."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Axis:
    """Where an x or y stands, in SVG units, and what is written at which place."""

    place: Callable[[X], float]
    ticks: tuple[tuple[float, str], ...]
    is_number: bool = False


# Of the line in which the name of the x axis stands.
_NAMED = 15.0


def plot_area(
    limits: Limits, width: float, bottom: float, top: float, voice: Voice = ENGLISH
) -> tuple[Box, Axis]:
    """What an axis of values leaves beside its labels and over the name of the other one, and that axis."""
    ticks = limits.ticks
    left = max(len(tick_label(tick, ticks, voice)) for tick in ticks) * CHAR + 12
    box = Box(left, top + 27, width - 10.0, bottom - 24.0 - _NAMED)
    return box, _along(ticks, box.bottom, box.top, voice)


def x_axis(
    xs: Sequence[X], box: Box, limits: Limits | None, column: Column, voice: Voice = ENGLISH
) -> Axis:
    """A time axis, numbers, or names in their order."""
    if xs and all(isinstance(x, date) for x in xs):
        return _time_axis(xs, box, column, voice)
    if limits is not None:
        return _along(limits.ticks, box.left + 4, box.right - 10, voice)
    places = {x: at for at, x in enumerate(dict.fromkeys(xs))}
    names = [shorten(str(x), 18) for x in places]
    scale = Scale(0, max(len(names) - 1, 1), box.left + 14, box.right - 14)
    step = thin(names, (box.right - box.left) / len(names))
    ticks = [(scale(i), name) for i, name in enumerate(names) if i % step == 0]
    return Axis(lambda x: scale(places[x]), tuple(ticks))


def _time_axis(xs: Sequence[X], box: Box, column: Column, voice: Voice) -> Axis:
    seconds = sorted({position(x) for x in xs})
    scale = Scale(seconds[0], seconds[-1], box.left + 4, box.right - 4)
    has_hours = any(isinstance(x, datetime) for x in xs)
    wanted = int((box.right - box.left) / 72)
    ticks = period_ticks(seconds, wanted, column, has_hours=has_hours, voice=voice)
    return Axis(lambda x: scale(position(x)), tuple((scale(at), label) for at, label in ticks))


def period_ticks(
    seconds: Sequence[float],
    wanted: int,
    column: Column,
    *,
    has_hours: bool,
    voice: Voice = ENGLISH,
) -> list[tuple[float, str]]:
    """One moment alone has its day, weeks have their first days, and nothing is finer than the step."""
    if len(seconds) == 1:
        return [(seconds[0], _whole_label(_moment(seconds[0]), voice))]
    step = BUCKETS[column.step] if column.step else None
    if step is not None and step.unit == "week":
        stride = max(1, math.ceil(len(seconds) / max(wanted, 1)))
        return [(at, _day_label(_moment(at), voice)) for at in seconds[::stride]]
    least = 1 if step is None or step.months is None else step.months
    if step is not None and step.months is not None:
        months = _months_of(seconds, wanted, least)
        return _month_ticks(seconds[0], seconds[-1], months, voice, step.first_month)
    return time_ticks(seconds[0], seconds[-1], wanted, has_hours=has_hours, voice=voice)


def _months_of(seconds: Sequence[float], wanted: int, least: int) -> int:
    span = (seconds[-1] - seconds[0]) / (30.4 * _DAY_S)
    fitting = (each for each in _MONTHS if each % least == 0 and span / each <= wanted)
    return next(fitting, _MONTHS[-1])


def _whole_label(moment: datetime, voice: Voice) -> str:
    """With its year, and its hour where it has one."""
    day = f"{_day_label(moment, voice)} {moment:%Y}"
    is_day = (moment.hour, moment.minute) == (0, 0)
    return day if is_day else f"{day} {moment:%H:%M}"


def _along(ticks: Sequence[float], start: float, end: float, voice: Voice) -> Axis:
    scale = Scale(ticks[0], ticks[-1], start, end)
    named = tuple((scale(tick), tick_label(tick, ticks, voice)) for tick in ticks)
    return Axis(lambda x: scale(position(x)), named, is_number=True)


def position(x: X) -> float:
    """On a scale: a moment as its seconds, a name as its place."""
    if isinstance(x, Category):
        return x.at
    return as_seconds(x) if isinstance(x, date) else float(x)


def tick_label(value: float, ticks: Sequence[float], voice: Voice = ENGLISH) -> str:
    """As many decimals as the step needs; thousands and millions are shortened together."""
    largest = max(abs(tick) for tick in ticks)
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else largest or 1
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if largest >= 10 * size:
            return _shortest(value / size, step / size, voice) + (suffix if value else "")
    return _shortest(value, step, voice)


def _shortest(value: float, step: float, voice: Voice) -> str:
    if step < 1e-6:
        return voice.number(f"{value:.3g}")
    return format_number(value, max(0, -math.floor(math.log10(step) + 1e-9)), voice=voice)


def as_seconds(moment: date | datetime) -> float:
    """Seconds on a calendar without zones."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return (moment - datetime(1970, 1, 1)).total_seconds()


def time_ticks(
    low: float, high: float, wanted: int = 7, *, has_hours: bool = True, voice: Voice = ENGLISH
) -> list[tuple[float, str]]:
    """(seconds, label) at whole hours, days, Mondays, months or years within low..high."""
    span_days = max(high - low, 1.0) / _DAY_S
    for hours in _HOURS if has_hours else ():
        if span_days * 24 / hours <= wanted:
            return _hour_ticks(low, high, hours * 3600.0, voice)
    for days in _DAYS:
        if span_days / days <= wanted:
            return _day_ticks(low, high, days, voice)
    months = next((m for m in _MONTHS if span_days / (30.4 * m) <= wanted), _MONTHS[-1])
    return _month_ticks(low, high, months, voice)


def _hour_ticks(low: float, high: float, step_s: float, voice: Voice) -> list[tuple[float, str]]:
    """A midnight is named by its day."""
    first = math.ceil(low / step_s)
    seconds = [index * step_s for index in range(first, math.floor(high / step_s) + 1)]
    return [
        (at, f"{_moment(at):%H:%M}" if at % _DAY_S else _day_label(_moment(at), voice))
        for at in seconds
    ]


def _day_ticks(low: float, high: float, days: int, voice: Voice) -> list[tuple[float, str]]:
    # 1970-01-05 was a Monday: steps of weeks begin on Mondays.
    first = math.ceil(low / _DAY_S)
    found = [day for day in range(first, math.floor(high / _DAY_S) + 1) if (day - 4) % days == 0]
    return [(day * float(_DAY_S), _day_label(_moment(day * _DAY_S), voice)) for day in found]


def _day_label(moment: datetime, voice: Voice) -> str:
    return f"{moment.day} {voice.month(moment)}"


def _month_ticks(
    low: float, high: float, months: int, voice: Voice, first_month: int = 1
) -> list[tuple[float, str]]:
    """first_month: one that a tick stands at. The first of a year has the year."""
    first, last = _moment(low), _moment(high)
    found = []
    for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        start = datetime(index // 12, index % 12 + 1, 1)
        if (index + 1 - first_month) % months == 0 and as_seconds(start) >= low:
            year, month = f"{start:%Y}", voice.month(start)
            label = year if months >= 12 else f"{month} {year}" if start.month <= months else month
            found.append((as_seconds(start), label))
    return found


def _moment(seconds: float) -> datetime:
    return datetime(1970, 1, 1) + timedelta(seconds=seconds)


def thin(labels: Sequence[str], room: float) -> int:
    """Show every n-th label: the smallest n at which they do not touch in `room` each."""
    widest = max((len(label) for label in labels), default=0) * CHAR
    return max(1, math.ceil((widest + CHAR) / max(room, 1e-9)))


def shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
