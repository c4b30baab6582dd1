"""Numbers and times as a person reads them; only for pages and charts, never for CSV or JSON."""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from iop_pipelines.domain.datasets import scale_of
from iop_pipelines.domain.languages import Text
from iop_pipelines.query.result import Column, Value, is_identifier
from iop_pipelines.reporting.voice import ENGLISH, Voice

NO_VALUE = "–"
_YES, _NO = Text("yes"), Text("no")
_MINUS = "−"
_FIXED_SPACE = "\u00a0"
_MOST_PLACES = 9
_UNPRINTABLE = re.compile(
    # Controls, halves of characters and what is none, what turns the direction, and the last two of each plane.
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\u202a-\u202e\u2066-\u2069\ufffe\uffff"
    r"\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe\U0003ffff\U0004fffe\U0004ffff"
    r"\U0005fffe\U0005ffff\U0006fffe\U0006ffff\U0007fffe\U0007ffff\U0008fffe\U0008ffff"
    r"\U0009fffe\U0009ffff\U000afffe\U000affff\U000bfffe\U000bffff\U000cfffe\U000cffff"
    r"\U000dfffe\U000dffff\U000efffe\U000effff\U000ffffe\U000fffff\U0010fffe\U0010ffff]"
)


def format_number(
    value: float | Decimal, decimals: int, *, is_signed: bool = False, voice: Voice = ENGLISH
) -> str:
    """`1,234.5`, with a true minus sign; a value that rounds to zero has no sign."""
    text = f"{value:+,.{decimals}f}" if is_signed else f"{value:,.{decimals}f}"
    if not text.strip("+-0.,"):
        text = text.lstrip("+-")
    return voice.number(text).replace("-", _MINUS)


def decimals_of(column: Column, values: Sequence[Value]) -> int:
    """One count for a whole column, so that its points stand under each other: what its measure says, else two, of a
    percentage one, and none where all values are whole; however large one of them is."""
    if column.type == "integer":
        return 0
    for said in (column.decimals, column.places, scale_of(column.type)):
        if said is not None:
            return said
    numbers = [value for value in values if isinstance(value, int | float | Decimal)]
    if all(number == int(number) for number in numbers):
        return 0
    return 1 if column.unit == "%" else 2


def format_value(value: Value, column: Column, decimals: int, voice: Voice = ENGLISH) -> str:
    if value is None:
        return NO_VALUE
    if isinstance(value, bool):
        return (_YES if value else _NO).within(voice.language)
    if isinstance(value, int | float | Decimal):
        if is_identifier(column.name):
            return str(value)
        places = _places_of(value, decimals, column)
        is_signed = column.name.endswith("_change")
        return format_number(value, places, is_signed=is_signed, voice=voice)
    if isinstance(value, datetime):
        return voice.moment(value)
    return (
        voice.day(value.isoformat()) if isinstance(value, date) else voice.word(str(value), column)
    )


def names_of(values: Sequence[Value], column: Column, voice: Voice = ENGLISH) -> dict[Value, str]:
    """What each is called where values are names: numbers with as many decimals as tell them apart."""
    distinct = list(dict.fromkeys(values))
    decimals = _telling(distinct, column) if column.is_number else 0
    return {value: format_value(value, column, decimals, voice) for value in distinct}


def _telling(values: Sequence[Value], column: Column) -> int:
    """The fewest with which none is written as another is, and none otherwise than it is by more than the column's."""
    numbers = [value for value in values if isinstance(value, int | float | Decimal)]
    most = decimals_of(column, numbers)
    for decimals in range(_MOST_PLACES):
        written = [f"{number:.{decimals}f}" for number in numbers]
        is_exact = all(map(_is_as, numbers, written))
        if (is_exact or decimals >= most) and len({*written}) == len(numbers):
            return decimals
    return _MOST_PLACES


def _is_as(number: float | Decimal, written: str) -> bool:
    return Decimal(str(number)) == Decimal(written)


def value_with_unit(
    value: Value, column: Column, voice: Voice = ENGLISH, decimals: int | None = None
) -> str:
    """As it stands in a text: 5.1 %, 13.5 min, 24,951."""
    places = decimals_of(column, [value]) if decimals is None else decimals
    said, unit = format_value(value, column, places, voice), unit_beside(column)
    return beside(said, unit) if value is not None else said


def beside(number: str, unit: str) -> str:
    """Never parted at the end of a line."""
    return f"{number}{_FIXED_SPACE}{unit}" if unit else number


def _places_of(value: float | Decimal, decimals: int, column: Column) -> int:
    """What nobody asked to be rounded to nothing shows its first digit: 0.0004."""
    is_said = column.decimals is not None or column.places is not None
    if is_said or not 0 < abs(value) < 10.0**-decimals / 2:
        return decimals
    return min(-math.floor(math.log10(abs(value))), _MOST_PLACES)


def unit_beside(column: Column) -> str:
    """Empty where the label says it already: Flights scheduled, in flights."""
    unit = column.unit or ""
    return "" if unit.lower() in column.label.lower() else unit


def heading_of(column: Column, voice: Voice) -> str:
    """The label in that language, with its unit."""
    label, unit = voice.label(column), unit_beside(column)
    return f"{label} ({unit})" if unit else label


def printable(text: str) -> str:
    """Without what XML and PDF cannot hold, and what would turn the direction of the text around it."""
    return _UNPRINTABLE.sub("", text)
