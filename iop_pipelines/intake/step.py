"""The step of a series: how far its moments lie apart, and which of IOP's steps holds them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

from iop_pipelines.domain.periods import Unit, floor, shift
from iop_pipelines.intake.moments import Grain, Moments

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
    seconds: from one row to the next, of a step within the day; None for longer ones and events.
    """

    freq: Freq
    every: int
    said: str
    share: float
    is_regular: bool = True
    starts_monday: bool = True
    seconds: float | None = None

    def period_of(self, moment: datetime) -> datetime:
        if self.freq == "W" and not self.starts_monday:
            return floor(moment, "day")
        return floor(moment, UNITS[self.freq])

    def periods_of(self, moments: Moments) -> Moments:
        """As `period_of`, of many; NaT stays."""
        if self.freq == "h":
            return moments.astype("datetime64[h]").astype(moments.dtype)
        if self.freq == "MS":
            return moments.astype("datetime64[M]").astype(moments.dtype)
        days = moments.astype("datetime64[D]")
        if self.freq == "W" and self.starts_monday:
            # 1970 began with a Thursday.
            since = (days.astype(np.int64) + 3) % 7
            days = np.where(np.isnat(days), days, days - since.astype("timedelta64[D]"))
        return days.astype(moments.dtype)

    def after(self, period: datetime) -> datetime:
        return shift(period, 1, UNITS[self.freq])


def step_of(moments: Moments, series: npt.NDArray[np.int64], grain: Grain) -> Step:
    """The step that most moments of the series with most of them are apart.

    moments: (n,) in any order, repetitions allowed, no NaT; series: (n,) which of them each belongs to;
    grain: what one value of the column names.
    """
    if grain in _BY_GRAIN:
        return Step(*_BY_GRAIN[grain], 1.0)
    longest = _longest(moments, series)
    gaps = np.diff(longest).astype(np.int64) / 1e6
    if not len(gaps):
        return Step("D", 1, "a day", 0.0, is_regular=False)
    sizes, counts = np.unique(gaps, return_counts=True)
    # Of as many, the one that comes first in the series.
    most = sizes[counts == counts.max()]
    usual = float(gaps[np.isin(gaps, most)][0])
    share = int(counts.max()) / len(gaps)
    middle = float(np.median(gaps))
    for low, high, found in _LONG:
        if low * _DAY_S <= middle <= high * _DAY_S:
            near = float(((low * _DAY_S <= gaps) & (gaps <= high * _DAY_S)).mean())
            return Step(*found, near)
    if share < 0.3:
        return _events(longest)
    if usual < _DAY_S:
        return Step("h", max(round(usual / 3600), 1), _short(usual), share, seconds=usual)
    days = round(usual / _DAY_S)
    if days % 7 == 0:
        weeks = days // 7
        same = len(np.unique(longest.astype("datetime64[D]").astype(np.int64) % 7)) == 1
        return Step(
            "W", weeks, "a week" if weeks == 1 else f"{weeks} weeks", share, starts_monday=not same
        )
    return Step("D", days, "a day" if days == 1 else f"{days} days", share)


def _longest(moments: Moments, series: npt.NDArray[np.int64]) -> Moments:
    """The different moments of the series that has most of them, in order; of as many, of the first."""
    order = np.lexsort((moments, series))
    who, when = series[order], moments[order]
    is_new = np.ones(len(who), bool)
    is_new[1:] = (who[1:] != who[:-1]) | (when[1:] != when[:-1])
    who, when = who[is_new], when[is_new]
    names, counts = np.unique(who, return_counts=True)
    return when[who == names[counts.argmax()]]


def _events(moments: Moments) -> Step:
    is_long = moments[-1] - moments[0] >= np.timedelta64(30, "D")
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
