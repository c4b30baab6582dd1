"""What commas part that belongs together because nobody quoted it: dates are put together again, numbers are refused.

Of March 31, 2016,12 the first field alone would be March of 2031, and the year a figure; of 2026-01-31,12,5 the figure
would be 12.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from iop_pipelines.domain.months import MONTHS
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.moments import form_of
from iop_pipelines.intake.tables import Line, Lines

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY_NAME = r"(?:[^\W\d_]{2,10}\.?\s+)?"
_DAY = re.compile(
    rf"{_DAY_NAME}(?:(?:{_MONTH})\.? \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th|\.)? (?:{_MONTH})\.?)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d(?:\s+\d{1,2}[:.h]\d\d.*)?")
_BEFORE, _AFTER = re.compile(r"[-+]?\d{1,3}"), re.compile(r"\d+")
_LOOKED_AT = 100
_NEARLY_ALL = 0.9


def with_whole_dates(lines: Lines) -> Lines:
    """As they are where no two fields of nearly all rows are a date that its own comma parted.

    A day without a year and a year beside it are one, whatever the head says. A name of a day before its date, and a
    time of day behind it, may be columns of their own: they are a part of it where the head names fewer columns.
    """
    while (found := _parted(lines[:_LOOKED_AT])) is not None:
        place, width = found
        lines = Lines(_joined(lines, place, width))
    return lines


def require_whole_numbers(name: str, lines: Sequence[Line], named: int) -> None:
    """Raises InvalidInput where rows have more fields than the head has names, and two side by side may be a number.

    lines: those below the head; named: how many columns it names.
    """
    rows = _usual(lines)
    width = len(rows[0].cells) if rows else 0
    for place in range(width - 1) if named < width else ():
        parts = [(line.cells[place], line.cells[place + 1]) for line in rows]
        if all(_BEFORE.fullmatch(a) and _AFTER.fullmatch(b) for a, b in parts):
            cell = ",".join(parts[0])
            raise InvalidInput(
                "intake.parted_number", name=name, count=width, head=named, cell=cell
            )


def _usual(lines: Sequence[Line]) -> list[Line]:
    """Those that have as many fields as most, and something in the last."""
    full = [line for line in lines if line.cells[-1]]
    counts = Counter(len(line.cells) for line in full)
    width = max(counts, key=lambda each: (counts[each], each), default=0)
    return [line for line in full if len(line.cells) == width]


def _parted(lines: Sequence[Line]) -> tuple[int, int] | None:
    """The place of a date's first part, and how many fields such rows have."""
    rows = _usual(lines)
    width = len(rows[0].cells) if rows else 0
    # A head that ends in a comma, or names day and year apart, is as wide as its rows.
    own = [line for line in rows if any(map(str.isdigit, "".join(line.cells)))]
    if width < 3 or not own:
        return None
    for place in range(width - 1):
        parts = [(line.cells[place], line.cells[place + 1]) for line in own]
        if sum(_is_day_and_year(*each) for each in parts) >= _NEARLY_ALL * len(parts):
            return place, width
    above = [line for line in lines if line.number < own[0].number]
    is_short = bool(above) and len(above[-1].cells) < width
    # R names no column for the numbers of the rows.
    if not is_short or all(line.cells[0].isdecimal() for line in own):
        return None
    return next(((n, width) for n in range(width - 1) if _is_one_moment(own, n)), None)


def _is_day_and_year(day: str, year: str) -> bool:
    return _DAY.fullmatch(day) is not None and _YEAR.fullmatch(year) is not None


def _is_one_moment(rows: Sequence[Line], place: int) -> bool:
    """Whether two fields say one moment: a day's name and its date, a month and its year, a day and its time."""
    parts = [(line.cells[place], line.cells[place + 1]) for line in rows]
    if not all(a and b for a, b in parts):
        return False
    found = form_of((f"{a}, {b}" for a, b in parts), "UTC", takes_weak=False)
    return found is not None and not found.unread


def _joined(lines: Lines, place: int, width: int) -> Iterator[Line]:
    for line in lines:
        cells = line.cells
        parts = [cell for cell in cells[place : place + 2] if cell]
        is_date = any(map(str.isdigit, "".join(parts)))
        # Names of a head are put together too, but where it only ends in a comma.
        if len(cells) < width or not (is_date or cells[width - 1]):
            yield line
            continue
        whole = (", " if is_date else " ").join(parts)
        yield Line(line.number, (*cells[:place], whole, *cells[place + 2 :]))
