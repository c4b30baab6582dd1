"""The last stretch of a dataset that has data: what previews, new panels and example dashboards begin with.

Where data goes on until now it is a period in words, which moves with it; data that has ended is shown by its own
last days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from iop_pipelines.domain.periods import Unit, floor, shift

# Of one row's step: its unit, how many of them are shown, and those in words.
_BY_FREQ: Mapping[str | None, tuple[Unit, int, str]] = {
    "1min": ("day", 2, "last_2_days"),
    "5min": ("day", 7, "last_7_days"),
    "10min": ("day", 7, "last_7_days"),
    "15min": ("day", 7, "last_7_days"),
    "30min": ("day", 14, "last_14_days"),
    "h": ("hour", 14 * 24, "last_14_days"),
    "D": ("day", 90, "last_90_days"),
    "W": ("week", 52, "last_52_weeks"),
    "MS": ("month", 36, "last_36_months"),
    "QS": ("quarter", 20, "last_60_months"),
    "2QS": ("quarter", 40, "last_120_months"),
    "YS": ("year", 30, "last_360_months"),
}
_OTHERWISE: tuple[Unit, int, str] = ("day", 90, "last_90_days")
# Steps that may be missing at the end before data counts as ended.
_LATE = 3


@dataclass(frozen=True, slots=True)
class Stretch:
    """`period`: as a condition has it, in words where the data goes on until now; `first` and `last`: its days."""

    period: str | dict[str, str]
    first: date
    last: date

    @property
    def is_current(self) -> bool:
        return isinstance(self.period, str)

    def days(self) -> dict[str, str]:
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


def last_stretch(
    freq: str | None,
    newest: datetime,
    now: datetime,
    *,
    oldest: datetime | None = None,
    every: int = 1,
) -> Stretch:
    """newest, oldest: moments with data; now: of the same zone. every: steps from one row to the next."""
    unit, count, words = _BY_FREQ.get(freq, _OTHERWISE)
    # Weeks may begin on any day: the moment itself is their beginning.
    newest = floor(newest, "day" if unit == "week" else unit)
    first = shift(newest, 1 - count, unit)
    if oldest is not None:
        first = max(first, oldest)
    last_day = (shift(newest, 1, unit) - timedelta(microseconds=1)).date()
    found = Stretch(words, first.date(), last_day)
    if shift(now, -_LATE * every, unit) <= newest <= now:
        return found
    return Stretch(found.days(), found.first, found.last)
