"""The head of a table: in one line or two, over a line of units, or none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.moments import MONTHS, form_of
from iop_pipelines.intake.numerals import is_null, parts_of
from iop_pipelines.intake.tables import Line

LOOKED_AT = 30
_BELOW = 20
MIN_PERIODS = 3
_MORE_LINES = 2
_MIN_MONTHS = 6
# Values in a line that says when a report was made, and for how many.
_MOST_SAID = 2
_SUMS = ("quarter", "half-year", "year")
_SUM_ALONE = re.compile(r"[QT][1-4]|[HS][12]", re.IGNORECASE)
_PART_NUMBER = re.compile(
    r"(?:HH|SP|(?:settlement[ _])?period|interval)[ _]?(\d{1,2})", re.IGNORECASE
)
_HOUR_NUMBER = re.compile(r"(?:HE|H|hour|hr)?[ _]?(\d{1,2})", re.IGNORECASE)
_UNIT = re.compile(
    r"[kMGT]?Wh?|[kMGT]?VA|kvarh?|[munpk]?[mlgsVAFH]|[kcdm]?m[²³23]?|ha|km/?h|m/s|mph|kn|°|°?[CFK]|deg ?[CF]|Grad|"
    r"[kMhm]?Pa|m?bar|psi|mmHg|atm|[kMG]?Hz|rpm|U/min|1/min|[kMGTP]i?[Bb](?:it)?(?:/s)?|bytes?|[%‰]|ppm|ppb|pH|"
    r"t|kg|lbs?|oz|hl|gal|L|[ck]al|[kMG]?J|h|hrs?|hours?|min|mins?|sec|ms|[µu]s|ns|Std\.?|Tage?|days?|"
    r"[€$£¥₦₵₹]|[kKMT]?[ -]?(?:EUR|USD|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK|NGN|KES|GHS|ZAR|XOF|AUD|CAD)|"
    r"St(?:k|ck|ück)?\.?|pcs?\.?|units?|Anz(?:ahl)?\.?|pi[eè]ces?|count|no\.?|[µu]g/m[³3]|mg/l|g/km|l/h|m[³3]/h|W/m[²2]|lx|dB|"
    r"kWh/m[²2]|\(?-+\)?|UTC|date|datetime|time|Datum|text",
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_BRACKETED = re.compile(r"[\[(]([^\[\]()]{0,14})[\])]")
_NO_UNIT = frozenset({"date", "datetime", "time", "datum", "text", "utc", "-", "--", ""})


@dataclass(frozen=True, slots=True)
class Head:
    """`labels`: as they stand there; empty without a head.

    Attributes:
        upper, lower: of a head of two lines, what each says of a column.
        units: of a line of units below it, by the place of the column.
        first, end: the lines that it takes, of all; the rows begin at `end`.
    """

    labels: tuple[str, ...]
    first: int
    end: int
    upper: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    units: tuple[tuple[int, str], ...] = ()

    @property
    def is_there(self) -> bool:
        return self.end > self.first


@lru_cache(maxsize=4_096)
def is_value(cell: str) -> bool:
    """Whether it is a number or a moment, neither of which goes without a digit."""
    if not any(map(str.isdigit, cell)):
        return False
    return _is_number(cell) or form_of([cell], "UTC", takes_weak=False) is not None


def _is_number(cell: str) -> bool:
    """A letter behind a whole number, as in 5m, makes a name of it as well."""
    parts = parts_of(cell)
    return parts is not None and (not parts[3] or parts[3] == "k" or not parts[1].isdecimal())


def head_of(lines: Sequence[Line], width: int) -> Head:
    """lines: the first of the table, at least LOOKED_AT and what is looked at below them, if there are so many.

    Raises:
        InvalidInput: none of them is wide enough.
    """
    fitting = [
        place
        for place, line in enumerate(lines[:LOOKED_AT])
        if line.filled >= max(2, round(0.6 * width))
    ]
    if not fitting:
        raise InvalidInput("intake.ragged")
    fitting = _below_comments(lines, fitting)
    # What is above with fewer fields, or with more, is more likely its title, in several columns, than a head that
    # lacks one.
    exact = [place for place in fitting if _width(lines[place]) == width]
    wide = [place for place in fitting if len(lines[place].cells) >= width]
    likely = (*_above_rows_named(lines, fitting, width), *exact[:1], *wide[:1], fitting[0])
    for place in dict.fromkeys(likely):
        if _is_head(lines[place], lines[place + 1 : place + 1 + _BELOW]):
            return _whole(lines, _below_report(lines, _fullest(lines, place), _MOST_SAID), width)
    place = _below_report(lines, fitting[0], width)
    return _whole(lines, place, width) if place > fitting[0] else Head((), fitting[0], fitting[0])


def _below_comments(lines: Sequence[Line], places: list[int]) -> list[int]:
    """Without lines that begin with the mark of a comment, where names stand below them: those say what columns are."""
    comments = 0
    while comments < len(lines) and lines[comments].cells[0].startswith("#"):
        comments += 1
    below = lines[comments] if 0 < comments < len(lines) else None
    is_head = below is not None and below.filled >= 2 and not any(map(is_value, below.cells))
    return [place for place in places if place >= comments] or places if is_head else places


def _above_rows_named(lines: Sequence[Line], fitting: Sequence[int], width: int) -> list[int]:
    """The first line, where it names one column more than most rows fill and its corner is empty: what stands below the
    corner names what is said of the series, such as its unit, before the first moment."""
    first = lines[fitting[0]].cells
    is_it = not first[0] and _width(lines[fitting[0]]) > width and not any(map(is_value, first))
    return [fitting[0]] if is_it else []


def _width(line: Line) -> int:
    return max((place for place, cell in enumerate(line.cells, start=1) if cell), default=0)


def _fullest(lines: Sequence[Line], place: int) -> int:
    """A title in several columns stands above a head that says more; between them no line has values."""
    for later in range(place + 1, min(place + 4, len(lines))):
        if any(map(is_value, lines[later].cells)):
            return place
        below = lines[later + 1 : later + 1 + _BELOW]
        if lines[later].filled > lines[place].filled and _is_head(lines[later], below):
            return later
    return place


def _below_report(lines: Sequence[Line], place: int, most: int) -> int:
    """A line of what a report is about may be as wide as its table: values stand in it, and below it only names.

    most: values that make it no head of periods, or of numbers.
    """
    about = lines[place]
    if not 0 < sum(map(is_value, about.cells)) <= most or periods_in(about.cells, least=2):
        return place
    if place + 2 >= len(lines):
        return place
    later, below = lines[place + 1], lines[place + 2 : place + 2 + _BELOW]
    names = [cell for cell in later.cells if cell]
    is_named = len(set(names)) == len(names) >= about.filled and not any(map(is_value, names))
    # Of several lines of names each may be what is said of one thing.
    is_last = any(map(is_value, below[0].cells)) or _units_in(below[0].cells)
    if is_named and is_last and not _units_in(names) and _is_head(later, below):
        return place + 1
    return place


def heads_in(lines: Sequence[Line], width: int) -> list[Head]:
    """Every line as the head that it would be, with what belongs to it above and below."""
    return [
        _whole(lines, place, width)
        for place, line in enumerate(lines[:LOOKED_AT])
        if line.filled >= 2
    ]


def _is_head(line: Line, below: Sequence[Line]) -> bool:
    """Names where the lines below say values; or periods, which are values too."""
    named = valued = 0
    for column, cell in enumerate(line.cells):
        values = [other.cells[column] for other in below if column < len(other.cells)]
        known = [each for each in values if not is_null(each)]
        if known and sum(map(is_value, known)) > 0.5 * len(known):
            named += bool(cell) and not is_value(cell)
            valued += bool(cell) and is_value(cell)
    if valued and (periods_in(line.cells) or hours_in(line.cells)):
        return True
    return named > valued or not (named or valued)


def _whole(lines: Sequence[Line], place: int, width: int) -> Head:
    first, end, upper, lower = place, place + 1, lines[place].cells, ()
    above = lines[place - 1] if place else None
    if above is not None and _spans(above, lines[place], width):
        first, upper, lower = place - 1, above.cells, lines[place].cells
    elif end < len(lines) and _is_second(lines, place):
        second = lines[end].cells
        end += 1
        if units := _units_in(second):
            return Head(upper, first, end, units=units)
        if not any(a == "" and b for a, b in _paired(upper, second)):
            # What is said of every column once more, such as its type: no name, and no row.
            return Head(upper, first, _after_more(lines, end))
        lower = second
    units: tuple[tuple[int, str], ...] = ()
    if end < len(lines) and _is_second(lines, end - 1) and (units := _units_in(lines[end].cells)):
        end += 1
    if not lower:
        return Head(upper, first, end, units=units)
    spread = _spread(upper, max(len(lower), width))
    pairs = _paired(spread, lower)
    labels = tuple(a if not b or a == b else b if not a else f"{a} {b}" for a, b in pairs)
    return Head(labels, first, end, tuple(a for a, _ in pairs), tuple(b for _, b in pairs), units)


def _after_more(lines: Sequence[Line], end: int) -> int:
    """Where the rows begin: loggers say in a third and a fourth line what each column is."""
    most = end + _MORE_LINES
    while end < min(most, len(lines)) and _is_second(lines, end - 1):
        end += 1
    return end


def _paired(upper: Sequence[str], lower: Sequence[str]) -> list[tuple[str, str]]:
    size = max(len(upper), len(lower))
    ends = [[*each, *[""] * (size - len(each))] for each in (upper, lower)]
    return list(zip(*ends, strict=True))


def _spread(cells: Sequence[str], size: int) -> list[str]:
    """A merged cell stands over all columns up to the next one."""
    spread: list[str] = []
    for cell in [*cells, *[""] * (size - len(cells))]:
        spread.append(cell or (spread[-1] if spread else ""))
    return spread


def _spans(above: Line, head: Line, width: int) -> bool:
    """Whether the line above names groups of columns: gaps after its names, and names below that need them."""
    filled = [place for place, cell in enumerate(above.cells) if cell]
    if not filled or len(filled) >= width or head.number != above.number + 1:
        return False
    if len(filled) == 1:
        # One year over its months.
        months = sum(cell.lower().rstrip(".") in MONTHS for cell in head.cells)
        return bool(filled[0] and _YEAR.fullmatch(above.cells[filled[0]])) and months >= MIN_PERIODS
    is_text = not any(is_value(above.cells[place]) for place in filled)
    if not is_text and not periods_in(above.cells, least=2):
        return False
    names = [cell for cell in head.cells if cell]
    is_repeated = len(set(names)) < len(names)
    return is_repeated or (not above.cells[0] and len(filled) < width - 1 and "" not in head.cells)


def _is_second(lines: Sequence[Line], place: int) -> bool:
    """Whether the line below is no row: texts wherever the lines after it have values."""
    line, below = lines[place + 1], lines[place + 2 : place + 2 + _BELOW]
    named = valued = blank = units = 0
    for column in range(max(len(line.cells), 1)):
        cell = line.cells[column] if column < len(line.cells) else ""
        values = [each.cells[column] for each in below if column < len(each.cells)]
        known = [each for each in values if not is_null(each)]
        if known and sum(map(is_value, known)) > 0.8 * len(known):
            is_unit = bool(_UNIT.fullmatch(cell) or _BRACKETED.fullmatch(cell))
            named += bool(cell) and (is_unit or not (is_value(cell) or is_null(cell)))
            valued += bool(cell) and not is_unit and is_value(cell)
            units += is_unit
            blank += not cell
    return not valued and ((named >= 2 and blank <= named) or 0 < named == units)


def _units_in(cells: Sequence[str]) -> tuple[tuple[int, str], ...]:
    known = [(place, cell) for place, cell in enumerate(cells) if cell]
    fitting = [
        (place, bare)
        for place, cell in known
        if (found := _BRACKETED.fullmatch(cell)) is not None or _UNIT.fullmatch(cell)
        for bare in [(found[1] if found else cell).strip()]
    ]
    if not fitting or 2 * len(fitting) < len(known):
        return ()
    return tuple((place, unit) for place, unit in fitting if unit.lower() not in _NO_UNIT)


def periods_in(labels: Sequence[str], least: int = MIN_PERIODS) -> list[int]:
    """Columns whose label is a period; empty where there are fewer than `least` of one form."""
    marks = _marks_beside(labels)
    rest = [
        (place, label)
        for place, label in enumerate(labels)
        if place not in marks and any(map(str.isdigit, label))
    ]
    sums = _coarser([label for _, label in rest])
    rest = [(place, label) for place, label in rest if label not in sums]
    found = (
        form_of([label for _, label in rest], "UTC", takes_weak=True)
        if len(rest) >= least
        else None
    )
    if found is None or found.form.grain == "moment":
        return []
    places = [place for place, label in rest if found.form.read(label, "UTC") is not None]
    return places if len(places) >= least and len(places) < len(labels) else []


def _marks_beside(labels: Sequence[str]) -> set[int]:
    """Columns that are called as the one before them and something more: Y1990F beside Y1990."""
    return {
        place
        for place in range(1, len(labels))
        if any(map(str.isdigit, labels[place - 1]))
        and labels[place].startswith(labels[place - 1])
        and len(labels[place]) > len(labels[place - 1])
        and not labels[place][len(labels[place - 1]) :].strip(" _-()").isdigit()
    }


def _coarser(labels: Sequence[str]) -> set[str]:
    """Quarters, half-years and years among at least six months, which only sum them up."""
    months = [label for label in labels if _reads_as(label, ("month",))]
    return (
        {each for each in labels if _SUM_ALONE.fullmatch(each) or _reads_as(each, _SUMS)}
        if len(months) >= _MIN_MONTHS
        else set()
    )


def sums_in(labels: Sequence[str], periods: Sequence[int]) -> set[int]:
    """Columns that sum up months that are columns, too."""
    sums = _coarser(labels)
    return {place for place, label in enumerate(labels) if place not in periods and label in sums}


def _reads_as(label: str, grains: Sequence[str]) -> bool:
    has_digit = any(map(str.isdigit, label))
    found = form_of([label], "UTC", takes_weak=True) if has_digit else None
    return found is not None and found.form.grain in grains


def parts_of_day_in(labels: Sequence[str]) -> dict[str, int]:
    """When it begins -> column, where 48 or 96 columns are the numbered parts of a day; else empty."""
    found = [
        (int(match[1]), place)
        for place, label in enumerate(labels)
        if (match := _PART_NUMBER.fullmatch(label))
    ]
    count = len(found)
    if count not in (48, 96) or [number for number, _ in found] != list(range(1, count + 1)):
        return {}
    minutes = 24 * 60 // count
    begins = [divmod(minutes * (number - 1), 60) for number, _ in found]
    return {
        f"{hour:02}:{minute:02}": place
        for (hour, minute), (_, place) in zip(begins, found, strict=True)
    }


def hours_in(labels: Sequence[str]) -> dict[int, int]:
    """Hour -> column, where 24 columns are called by the hours of a day; else empty."""
    found = [
        (int(match[1]), place)
        for place, label in enumerate(labels)
        if (match := _HOUR_NUMBER.fullmatch(label))
    ]
    numbers = [number for number, _ in found]
    return dict(found) if numbers in (list(range(24)), list(range(1, 25))) else {}
