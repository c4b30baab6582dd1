"""Scales, ticks and axes of charts as plain values: round numbers, whole days, no labels on top of each other."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from iop_pipelines.reporting.formats import format_number

X = str | float | date | datetime

# Mean width of a character in SVG units, at the size that labels have.
CHAR = 6.1
_DAY_S = 86_400
_STEPS = (1, 2, 5, 10)
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


def plot_area(low: float, high: float, width: float, bottom: float, top: float) -> tuple[Box, Axis]:
    """What a value axis from `low` to `high` leaves beside its labels, and that axis."""
    ticks = nice_ticks(low, high)
    left = max(len(tick_label(tick, ticks)) for tick in ticks) * CHAR + 12
    box = Box(left, top + 27, width - 10.0, bottom - 24.0)
    return box, _along(ticks, box.bottom, box.top)


def with_zero(values: Sequence[float]) -> tuple[float, float]:
    """Zero is on the axis when it is near: a line must not look steeper than it is."""
    low, high = min(values), max(values)
    if 0 <= low <= high * 0.6:
        low = 0.0
    return low, high


def x_axis(xs: Sequence[X], box: Box) -> Axis:
    """A time axis, numbers, or names in their order."""
    if all(isinstance(x, date) for x in xs):
        return _time_axis(xs, box)
    if all(isinstance(x, float) for x in xs):
        return number_axis(xs, box)
    names = list(dict.fromkeys(str(x) for x in xs))
    scale = Scale(0, max(len(names) - 1, 1), box.left + 14, box.right - 14)
    step = thin(names, (box.right - box.left) / len(names))
    ticks = [(scale(i), shorten(name, 18)) for i, name in enumerate(names) if i % step == 0]
    return Axis(lambda x: scale(names.index(str(x))), tuple(ticks))


def _time_axis(xs: Sequence[X], box: Box) -> Axis:
    seconds = [position(x) for x in xs]
    low, high = min(seconds), max(seconds)
    scale = Scale(low, high, box.left + 4, box.right - 4)
    has_hours = any(isinstance(x, datetime) for x in xs)
    ticks = time_ticks(low, high, int((box.right - box.left) / 72), has_hours=has_hours)
    return Axis(lambda x: scale(position(x)), tuple((scale(at), label) for at, label in ticks))


def number_axis(xs: Sequence[X], box: Box) -> Axis:
    ticks = nice_ticks(*with_zero([position(x) for x in xs]), wanted=7)
    return _along(ticks, box.left + 4, box.right - 10)


def _along(ticks: Sequence[float], start: float, end: float) -> Axis:
    scale = Scale(ticks[0], ticks[-1], start, end)
    named = tuple((scale(tick), tick_label(tick, ticks)) for tick in ticks)
    return Axis(lambda x: scale(position(x)), named, is_number=True)


def position(x: X) -> float:
    """On a scale: a moment as its seconds; x is no name."""
    return as_seconds(x) if isinstance(x, date) else float(x)


def nice_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten that enclose low..high, about `wanted` of them."""
    if high <= low:
        margin = abs(low) / 2 or 1.0
        low, high = low - margin, high + margin
    step = _nice_step((high - low) / max(wanted - 1, 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, last + 1)]


def _nice_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return power * next(step for step in _STEPS if rough <= step * power * 1.0001)


def tick_label(value: float, ticks: Sequence[float]) -> str:
    """As many decimals as the step needs; thousands and millions are shortened together."""
    largest = max(abs(tick) for tick in ticks)
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else largest or 1
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if largest >= 10 * size:
            return _shortest(value / size, step / size) + (suffix if value else "")
    return _shortest(value, step)


def _shortest(value: float, step: float) -> str:
    if step < 1e-6:
        return f"{value:.3g}"
    return format_number(value, max(0, -math.floor(math.log10(step) + 1e-9)))


def as_seconds(moment: date | datetime) -> float:
    """Seconds on a calendar without zones."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return (moment - datetime(1970, 1, 1)).total_seconds()


def time_ticks(
    low: float, high: float, wanted: int = 7, *, has_hours: bool = True
) -> list[tuple[float, str]]:
    """(seconds, label) at whole hours, days, Mondays, months or years within low..high."""
    span_days = max(high - low, 1.0) / _DAY_S
    for hours in _HOURS if has_hours else ():
        if span_days * 24 / hours <= wanted:
            return _hour_ticks(low, high, hours * 3600.0)
    for days in _DAYS:
        if span_days / days <= wanted:
            return _day_ticks(low, high, days)
    months = next((m for m in _MONTHS if span_days / (30.4 * m) <= wanted), _MONTHS[-1])
    return _month_ticks(low, high, months)


def _hour_ticks(low: float, high: float, step_s: float) -> list[tuple[float, str]]:
    """A midnight is named by its day."""
    first = math.ceil(low / step_s)
    seconds = [index * step_s for index in range(first, math.floor(high / step_s) + 1)]
    return [
        (at, f"{_moment(at):%H:%M}" if at % _DAY_S else _day_label(_moment(at))) for at in seconds
    ]


def _day_ticks(low: float, high: float, days: int) -> list[tuple[float, str]]:
    # 1970-01-05 was a Monday: steps of weeks begin on Mondays.
    first = math.ceil(low / _DAY_S)
    found = [day for day in range(first, math.floor(high / _DAY_S) + 1) if (day - 4) % days == 0]
    return [(day * float(_DAY_S), _day_label(_moment(day * _DAY_S))) for day in found]


def _day_label(moment: datetime) -> str:
    return f"{moment.day} {moment:%b}"


def _month_ticks(low: float, high: float, months: int) -> list[tuple[float, str]]:
    first, last = _moment(low), _moment(high)
    found = []
    for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        start = datetime(index // 12, index % 12 + 1, 1)
        if index % months == 0 and as_seconds(start) >= low:
            form = "%Y" if months >= 12 else "%b %Y" if start.month == 1 else "%b"
            found.append((as_seconds(start), f"{start:{form}}"))
    return found


def _moment(seconds: float) -> datetime:
    return datetime(1970, 1, 1) + timedelta(seconds=seconds)


def thin(labels: Sequence[str], room: float) -> int:
    """Show every n-th label: the smallest n at which they do not touch in `room` each."""
    widest = max((len(label) for label in labels), default=0) * CHAR
    return max(1, math.ceil((widest + CHAR) / max(room, 1e-9)))


def shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
