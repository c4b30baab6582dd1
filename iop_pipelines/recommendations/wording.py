"""Numbers, days and certainty as a person says them."""

import math
from datetime import datetime

_MINUTE_S, _HOUR_S = 60, 3600


def say_number(value: float) -> str:
    """Two significant digits below 100, whole numbers above: 0.12, 1.5, 68, 12,437."""
    size = abs(value)
    if not math.isfinite(value):
        return "unknown"
    if size >= 9.95:
        return f"{value:,.0f}".replace("-", "−")
    decimals = 1 if size >= 0.995 else 2 if size >= 0.0995 else 3
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return (text if text not in ("-0", "") else "0").replace("-", "−")


def say_amount(value: float | None, unit: str) -> str:
    """`68 %`, `6 min`, `330 flights`; seconds as minutes or hours where that reads better."""
    if value is None:
        return "unknown"
    if unit == "s" and abs(value) >= 2 * _HOUR_S:
        return f"{say_number(value / _HOUR_S)} h"
    if unit == "s" and abs(value) >= 2 * _MINUTE_S:
        return f"{say_number(value / _MINUTE_S)} min"
    return f"{say_number(value)} {unit}".rstrip()


def say_band(lo: float | None, hi: float | None, expected: float | None, unit: str) -> str:
    """`2–9 %`, `at most 9 %`, `at least 2 %`, `about 5 %`, or nothing if none is known."""
    if lo is not None and hi is not None:
        low, high = say_amount(lo, unit), say_amount(hi, unit)
        if low == high:
            return f"about {high}"
        same_unit = low.split(" ")[1:] == high.split(" ")[1:]
        joint = "–" if same_unit and lo >= 0 else " to "
        return f"{low.split(' ')[0] if same_unit else low}{joint}{high}"
    if hi is not None:
        return f"at most {say_amount(hi, unit)}"
    if lo is not None:
        return f"at least {say_amount(lo, unit)}"
    return f"about {say_amount(expected, unit)}" if expected is not None else ""


def say_day(moment: datetime) -> str:
    """`8 Feb 2013`, with its time where it has one: `8 Feb 2013 09:00`."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    day = f"{moment.day} {months[moment.month - 1]} {moment.year}"
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return day
    return f"{day} {moment:%H:%M}"


def say_percent(probability: float) -> str:
    """Never 0 or 100 for what is only estimated."""
    if probability > 0.99:
        return "over 99 %"
    if probability < 0.01:
        return "under 1 %"
    return f"{probability * 100:.0f} %"


def say_certainty(probability: float) -> str:
    """`very likely (97 %)`."""
    steps = (
        (0.99, "almost certain"),
        (0.9, "very likely"),
        (0.7, "likely"),
        (0.5, "more likely than not"),
        (0.3, "uncertain"),
    )
    words = next((word for least, word in steps if probability >= least), "unlikely")
    return f"{words} ({say_percent(probability)})"


def say_chance(p_value: float) -> str:
    """How often nothing at all looks like this: `in fewer than 1 of 100 cases`, `in about 4 of 100 cases`."""
    for cases in (1000, 100):
        if p_value < 1 / cases:
            return f"in fewer than 1 of {cases:,} cases"
    return f"in about {p_value * 100:.0f} of 100 cases"


def say_name(name: str) -> str:
    """`dep_delay` and `mass-cancellation` as `dep delay` and `mass cancellation`."""
    return name.replace("_", " ").replace("-", " ")


def capitalise(text: str) -> str:
    """The first letter only, so that names inside keep theirs."""
    return text[:1].upper() + text[1:]


def plural(count: int, noun: str) -> str:
    """`1 model`, `2 models`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
