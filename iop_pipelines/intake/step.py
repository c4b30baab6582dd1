"""The step of a series: how far its moments lie apart, and which of IOP's steps holds them."""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Literal

from iop_pipelines.domain.periods import Unit, floor, shift
from iop_pipelines.intake.moments import Grain

Freq = Literal["h", "D", "W", "MS"]
UNITS: dict[Freq, Unit] = {"h": "hour", "D": "day", "W": "week", "MS": "month"}
_DAY_S = 86_400
_BY_GRAIN: dict[Grain, tuple[Freq, int, str]] = {
    "week": ("W", 1, "a week"),
    "month": ("MS", 1, "a month"),
    "quarter": ("MS", 3, "a quarter"),
    "half-year": ("MS", 6, "half a year"),
    "year": ("MS", 12, "a year"),
}
# days apart, from and to -> step
_LONG: tuple[tuple[float, float, tuple[Freq, int, str]], ...] = (
    (27.5, 31.5, ("MS", 1, "a month")),
    (88, 93, ("MS", 3, "a quarter")),
    (180, 185, ("MS", 6, "half a year")),
    (364, 367, ("MS", 12, "a year")),
)


@dataclass(frozen=True, slots=True)
class Step:
    """`every`: periods of `freq` from one row to the next; `share` of the rows are that far apart.

    is_regular: false for events, whose distance means nothing.
    starts_monday: weeks are cut on Mondays; else each moment is a day of the same weekday.
    """

    freq: Freq
    every: int
    said: str
    share: float
    is_regular: bool = True
    starts_monday: bool = True

    def period_of(self, moment: datetime) -> datetime:
        if self.freq == "W" and not self.starts_monday:
            return floor(moment, "day")
        return floor(moment, UNITS[self.freq])

    def after(self, period: datetime) -> datetime:
        return shift(period, 1, UNITS[self.freq])


def step_of(series: Iterable[Sequence[datetime]], grain: Grain) -> Step:
    """The step that most moments of the series with most of them are apart.

    series: each in any order, repetitions allowed; grain: what one value of the column names.
    """
    longest = sorted(set(max(series, key=lambda each: len(set(each)))))
    if grain in _BY_GRAIN:
        return Step(*_BY_GRAIN[grain], 1.0)
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(longest)]
    if not gaps:
        return Step("D", 1, "a day", 0.0, is_regular=False)
    usual, count = Counter(gaps).most_common(1)[0]
    share = count / len(gaps)
    middle = median(gaps)
    for low, high, found in _LONG:
        if low * _DAY_S <= middle <= high * _DAY_S:
            near = sum(low * _DAY_S <= gap <= high * _DAY_S for gap in gaps) / len(gaps)
            return Step(*found, near)
    if share < 0.3:
        return _events(longest)
    if usual < _DAY_S:
        return Step("h", max(round(usual / 3600), 1), _short(usual), share)
    days = round(usual / _DAY_S)
    if days % 7 == 0:
        weeks = days // 7
        same = len({moment.weekday() for moment in longest}) == 1
        return Step(
            "W", weeks, "a week" if weeks == 1 else f"{weeks} weeks", share, starts_monday=not same
        )
    return Step("D", days, "a day" if days == 1 else f"{days} days", share)


def _events(moments: Sequence[datetime]) -> Step:
    is_long = moments[-1] - moments[0] >= timedelta(days=30)
    freq: Freq = "D" if is_long else "h"
    return Step(freq, 1, f"none: events, counted by the {UNITS[freq]}", 0.0, is_regular=False)


def _short(seconds: float) -> str:
    for size, one, many in (
        (3600, "an hour", "hours"),
        (60, "a minute", "minutes"),
        (1, "a second", "seconds"),
    ):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return one if count == 1 else f"{count} {many}"
    return f"{seconds:g} seconds"
