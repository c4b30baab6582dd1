"""Numbers, days and certainty as a person says them, by what a language has of its own."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_MINUTE_S, _HOUR_S = 60, 3600
# Steps whose periods are more than a day: they are told by a name, and not by a date.
_LONG = frozenset({"W", "MS", "QS", "2QS", "YS"})
_MOST_MORE_DIGITS = 3


@dataclass(frozen=True)
class Amounts:
    """A language's way with figures.

    space: between a figure and its unit. certainty: (least probability, words), the highest first.
    quarter, half: of `number` and `year`; week: of its first day.
    """

    thousands: str
    decimal: str
    space: str
    months: Sequence[str]
    long_months: Sequence[str]
    quarter: str
    half: str
    week: str
    unknown: str
    to: str
    at_most: str
    at_least: str
    about: str
    over: str
    under: str
    certainty_steps: Sequence[tuple[float, str]]
    fewer_cases: str
    about_cases: str
    is_zero_singular: bool

    def number(self, value: float, more: int = 0) -> str:
        """Two significant digits below 100, whole numbers above: 0.12, 1.5, 68, 12,437; and `more` decimals."""
        size = abs(value)
        if not math.isfinite(value):
            return self.unknown
        decimals = 0 if size >= 9.95 else 1 if size >= 0.995 else 2 if size >= 0.0995 else 3
        text = f"{value:,.{decimals + more}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        return self._written(text if text not in ("-0", "") else "0")

    def signed(self, value: float) -> str:
        """`+15`, `−12`; 0 has no sign."""
        said = self.number(value)
        return f"+{said}" if value > 0 and said != "0" else said

    def _written(self, text: str) -> str:
        signs = {",": self.thousands, ".": self.decimal, "-": "−"}
        return "".join(signs.get(sign, sign) for sign in text)

    def amount(self, value: float | None, unit: str, more: int = 0) -> str:
        """`68 %`, `87/100`, `6 min`, `330 flights`; seconds as minutes or hours where that reads better."""
        return self._joined(*self._parts(value, unit, more))

    def digits_between(self, value: float, others: Sequence[float], unit: str) -> int:
        """How many decimals more tell a value from others that it is not; 0 where a few do not."""
        different = [each for each in others if each != value]
        for more in range(_MOST_MORE_DIGITS + 1):
            said = self._parts(value, unit, more)
            if all(self._parts(each, unit, more) != said for each in different):
                return more
        return 0

    def _parts(self, value: float | None, unit: str, more: int = 0) -> tuple[str, str]:
        if value is None:
            return self.unknown, ""
        if unit == "s" and abs(value) >= 2 * _HOUR_S:
            return self.number(value / _HOUR_S, more), "h"
        if unit == "s" and abs(value) >= 2 * _MINUTE_S:
            return self.number(value / _MINUTE_S, more), "min"
        return self.number(value, more), unit

    def _joined(self, number: str, unit: str) -> str:
        space = "" if unit.startswith("/") else self.space
        return f"{number}{space}{unit}" if unit else number

    def change(self, before: float | None, after: float | None, unit: str) -> tuple[str, str]:
        """Two amounts, the first without its unit if the second says the same."""
        first, second = self._parts(before, unit), self._parts(after, unit)
        bare = first[0] if first[1] == second[1] else self._joined(*first)
        return bare, self._joined(*second)

    def band(
        self,
        lo: float | None,
        hi: float | None,
        expected: float | None,
        unit: str,
        more: int = 0,
    ) -> str:
        """`2–9 %`, `at most 9 %`, `at least 2 %`, `about 5 %`, or nothing if none is known."""
        if lo is not None and hi is not None:
            first, second = self._parts(lo, unit, more), self._parts(hi, unit, more)
            if first == second:
                return f"{self.about} {self._joined(*second)}"
            is_same_unit = first[1] == second[1]
            joint = "–" if is_same_unit and lo >= 0 else f" {self.to} "
            return f"{first[0] if is_same_unit else self._joined(*first)}{joint}{self._joined(*second)}"
        if hi is not None:
            return f"{self.at_most} {self.amount(hi, unit, more)}"
        if lo is not None:
            return f"{self.at_least} {self.amount(lo, unit, more)}"
        return f"{self.about} {self.amount(expected, unit, more)}" if expected is not None else ""

    def day(self, moment: datetime) -> str:
        """`8 Feb 2013`, with its time where it has one: `8 Feb 2013 09:00`."""
        day = f"{moment.day} {self.months[moment.month - 1]} {moment.year}"
        if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
            return day
        return f"{day} {moment:%H:%M}"

    def period(self, moment: datetime, step: str) -> str:
        """The period of a step that begins with the moment: `April 2005`, `Q2 2005`, `the week of 3 Apr 2005`.

        Of a day and what is shorter, or has no step, its moment.
        """
        month, year = moment.month, moment.year
        match step:
            case "YS":
                return str(year)
            case "2QS":
                return self.half.format(number=(month + 5) // 6, year=year)
            case "QS":
                return self.quarter.format(number=(month + 2) // 3, year=year)
            case "MS":
                return f"{self.long_months[month - 1]} {year}"
            case "W":
                return self.week.format(self.day(moment))
            case _:
                return self.day(moment)

    def percent(self, probability: float) -> str:
        """Never 0 or 100 for what is only estimated."""
        if probability > 0.99:
            return f"{self.over} {self._joined('99', '%')}"
        if probability < 0.01:
            return f"{self.under} {self._joined('1', '%')}"
        return self._joined(f"{probability * 100:.0f}", "%")

    def certainty(self, probability: float) -> str:
        """`very likely (97 %)`."""
        words = next(word for least, word in self.certainty_steps if probability >= least)
        return f"{words} ({self.percent(probability)})"

    def chance(self, p_value: float) -> str:
        """How often nothing at all looks like this: `in fewer than 1 of 100 cases`, `in about 4 of 100 cases`."""
        for cases in (1000, 100):
            if p_value < 1 / cases:
                return self.fewer_cases.format(self.number(cases))
        return self.about_cases.format(f"{p_value * 100:.0f}")

    def count(self, count: int, one: str, more: str) -> str:
        """`1 model`, `2 models`."""
        is_one = count == 1 or (count == 0 and self.is_zero_singular)
        noun = one if is_one else more
        return f"{self._written(f'{count:,}')} {noun}"


def is_long(step: str) -> bool:
    """Whether a period of the step has a name of its own, such as a month's."""
    return step in _LONG


def say_name(name: str) -> str:
    """`dep_delay` and `mass-cancellation` as `dep delay` and `mass cancellation`."""
    return name.replace("_", " ").replace("-", " ")


def capitalise(text: str) -> str:
    """The first letter only, so that names inside keep theirs."""
    return text[:1].upper() + text[1:]


def inside(label: str) -> str:
    """A label inside a sentence: `share cancelled`, but `SLA breaches` as they are."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
