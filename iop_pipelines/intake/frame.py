"""Where in a file its table is: the head, the title above it, and what below is no row of it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice, pairwise

import numpy as np
import numpy.typing as npt

from iop_pipelines.domain.months import MONTHS
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.cells import BLOCK, Cells
from iop_pipelines.intake.framed import Framed, begins_as_total, is_total
from iop_pipelines.intake.groups import with_groups_said
from iop_pipelines.intake.head import (
    LOOKED_AT,
    Head,
    head_of,
    heads_in,
    hours_in,
    is_value,
    parts_of_day_in,
    periods_in,
    sums_in,
)
from iop_pipelines.intake.moments import form_of
from iop_pipelines.intake.parted import require_whole_numbers
from iop_pipelines.intake.tables import LeftLine, Line, Lines, RawTable

MAX_COLUMNS = 200
_AT_THE_END = 10
_HOUR = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?")
_MIN_HOURS = 12
_MIN_MONTHS = 6
_ROW_NUMBERS = 200
_RULE = re.compile(r"[-=_+*|~ ]{3,}")
# Of the fewer fields that many rows have: as many have the habit of leaving out what is empty at the end.
_MIN_SHORT = 0.2
_PAGE_TITLES = 8
_NO_NAME = re.compile(r"#*|column \d+")
_LOOKED_AT_PARTS, _FEWEST_ROWS = 500, 12
_NAMES_OF_PARTS = ("Year", "Month", "Day", "Hour")
# Of these.
_PARTS_OF_MOMENTS = ((1700, 2199), (1, 12), (1, 31), (0, 24))
# The mark of a comment before a head's first name, and not that of a number: #YY, # of visits.
_COMMENTED = re.compile(r"^#+(?=[^\W\d])")
_YEAR_HEAD = re.compile(
    r"(?:calendar |fiscal )?(?:year|jahr|ann[eé]e|a[nñ]o|ano|anno|jaar|yr)", re.IGNORECASE
)
_YEAR_CELL = re.compile(r"(?:19|20)\d\d")
_OF_YEAR = re.compile(
    r"annual|yearly|ann[eé]e|jahr|year|ytd|full[ -]year|q[1-4]|h[12]|[djn]-[djn]|[djfmason]{3}",
    re.IGNORECASE,
)


def frame(table: RawTable) -> Framed:
    """Raises InvalidInput for a table of one column, of more than MAX_COLUMNS, or without rows."""
    lines = table.lines
    width = _usual_width(lines.widths[:1000])
    head = head_of(lines[: 2 * LOOKED_AT + 2], width)
    names = _with_row_numbers(head, table, width)
    _require_whole_numbers(table, head, names)
    labels = _labels(names, width)
    if len(labels) < 2:
        raise InvalidInput("intake.one_column", name=table.name)
    if len(labels) > MAX_COLUMNS and not periods_in(labels):
        raise InvalidInput(
            "intake.too_many_columns", name=table.name, count=len(labels), most=MAX_COLUMNS
        )
    framed = _rows(table, head, labels)
    if not len(framed):
        raise InvalidInput("intake.no_rows", name=table.name)
    return _folded(framed, head)


def labels_of(table: RawTable) -> list[str]:
    """What the columns are called in its head."""
    width = _usual_width(table.lines.widths[:1000])
    head = head_of(table.lines[: 2 * LOOKED_AT + 2], width)
    return _labels(_with_row_numbers(head, table, width), width)


def frame_by(table: RawTable, known: Sequence[str], *, is_headless: bool) -> Framed:
    """The same where the head's texts are known: it is the line, or the two, that has most of them.

    Raises InvalidInput where no line has half of them, or none is below it.
    """
    lines = table.lines
    width = _usual_width(lines.widths[:1000])
    head = _above_headless(lines, width, known)
    if not is_headless:
        wanted = {label.casefold() for label in known}
        heads = heads_in(lines[: 2 * LOOKED_AT + 2], width)
        found = [len({label.casefold() for label in _labels(h.labels, 0)} & wanted) for h in heads]
        most = max(range(len(found)), key=found.__getitem__, default=None)
        if most is None or found[most] * 2 < len(wanted):
            raise InvalidInput("intake.lacks_head", name=table.name, known=list(known))
        head = heads[most]
        width = max(len(head.labels), width)
    names = _with_row_numbers(head, table, width)
    _require_whole_numbers(table, head, names)
    labels = _labels(names, width)
    framed = _rows(table, head, _parts_known(labels, known))
    if not len(framed):
        raise InvalidInput("intake.no_rows", name=table.name)
    return _folded(framed, head)


def _parts_known(labels: list[str], known: Sequence[str]) -> list[str]:
    """As `_parts_said` called them in the file that was read first, however few rows this one has."""
    count = _count_of_parts(known)
    is_unnamed = count > 1 and all(map(_NO_NAME.fullmatch, labels[:count]))
    return [*_NAMES_OF_PARTS[:count], *labels[count:]] if is_unnamed else labels


def _count_of_parts(known: Sequence[str]) -> int:
    """With how many of year, month, day and hour the known labels begin."""
    pairs = list(zip(known, _NAMES_OF_PARTS, strict=False))
    return next((n for n, (a, b) in enumerate(pairs) if a != b), len(pairs))


def _above_headless(lines: Lines, width: int, known: Sequence[str]) -> Head:
    """None, below what is the title of a file without one."""
    if _count_of_parts(known) > 1:
        # Whatever begins with no number is above the first year.
        above = next((n for n, line in enumerate(lines) if line.cells[0].isdecimal()), 0)
        return Head((), above, above)
    with suppress(InvalidInput):
        found = head_of(lines[: 2 * LOOKED_AT + 2], width)
        return Head((), 0, 0) if found.is_there else found
    return Head((), 0, 0)


def _with_row_numbers(head: Head, table: RawTable, width: int) -> tuple[str, ...]:
    """R names no column for the numbers of the rows: the head has one name less than there are fields."""
    if head.lower or len(head.labels) != width - 1 or head.end >= len(table.lines):
        return head.labels
    firsts = [line.cells[0] for line in table.lines[head.end : head.end + _ROW_NUMBERS]]
    if len(firsts) < 2 or not all(each.isdecimal() and len(each) < 10 for each in firsts):
        return head.labels
    numbers = list(map(int, firsts))
    is_rising = all(a < b for a, b in pairwise(numbers))
    counts_up = numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 1
    is_moment = form_of(firsts, "UTC", takes_weak=True) is not None
    return ("", *head.labels) if counts_up or (is_rising and not is_moment) else head.labels


def _require_whole_numbers(table: RawTable, head: Head, names: Sequence[str]) -> None:
    if table.delimiter == "," and head.is_there and not head.lower:
        below = table.lines[head.end : head.end + _ROW_NUMBERS]
        named = max((n for n, name in enumerate(names, start=1) if name), default=0)
        require_whole_numbers(table.name, below, named)


def _usual_width(widths: Iterable[int]) -> int:
    counts = Counter(widths)
    most = max(counts.values())
    return max(width for width, count in counts.items() if count >= 0.5 * most)


def _labels(cells: Sequence[str], width: int) -> list[str]:
    said = list(cells)
    while len(said) > max(width, 1) and not said[-1]:
        said.pop()
    said += [""] * (width - len(said))
    labels: list[str] = []
    for place, cell in enumerate(said, start=1):
        label = " ".join(cell.split()) or f"column {place}"
        if place == 1:
            label = _COMMENTED.sub("", label)
        copies = sum(other == label or other.startswith(f"{label} (") for other in labels)
        labels.append(f"{label} ({copies + 1})" if copies else label)
    return labels


def _require_one_table(table: RawTable, head: Head, again: Sequence[int]) -> None:
    """Raises InvalidInput where another head begins as the first one does: other columns are below it."""
    lines = table.lines
    first = lines[head.first].cells[0]
    is_first = lines.columns[0].mapped(lambda text: text == first, "bool")
    for place in np.flatnonzero(is_first).tolist() if first else ():
        if place >= head.end and place not in again and not any(map(is_value, lines[place].cells)):
            number = int(lines.numbers[place])
            raise InvalidInput("intake.two_tables", name=table.name, line=number)


def _rows(table: RawTable, head: Head, labels: list[str]) -> Framed:
    lines, size = table.lines, len(labels)
    places = np.arange(head.end, len(lines))
    left: dict[int, Sentence] = {}
    if head.is_there:
        again = _same_as_head(table, head)
        _require_one_table(table, head, again)
        pages = _page_titles(lines, head, again)
        left |= dict.fromkeys([*again, *pages], Sentence("intake.head_again"))
    left |= dict.fromkeys(_rules(lines, head.end), Sentence("intake.ruled"))
    for place in range(_end_of(table, head.end), len(lines)):
        first = next(cell for cell in lines[place].cells if cell)
        is_sum = begins_as_total(first) or not lines[place].cells[0]
        left.setdefault(place, Sentence("intake.total" if is_sum else "intake.note_below"))
    widths = np.frombuffer(lines.widths, np.uint32)[head.end :]
    sizes = np.frombuffer(lines.sizes, np.uint32)[head.end :]
    is_short = (sizes < size) & (table.delimiter is not None)
    is_wrong = (widths > size) | (is_short & ~_ends_early(lines, head.end, size))
    is_left = np.isin(places, list(left))
    refused = [
        _refused(lines[place], lines.sizes[place], size)
        for place in places[is_wrong & ~is_left].tolist()
    ]
    kept = places[~is_wrong & ~is_left]
    labels = _parts_said(lines, kept[:_LOOKED_AT_PARTS].tolist(), labels)
    return Framed(
        labels=tuple(labels),
        columns=tuple(column.taken(kept) for column in lines.columns[:size]),
        numbers=np.frombuffer(lines.numbers, np.uint32)[kept].astype(np.int64),
        title=tuple(line.text for line in lines[: head.first]),
        left_out=[
            LeftLine(line.number, line.text, left[place])
            for place in sorted(left)
            for line in [lines[place]]
        ],
        refused=refused,
        is_headless=not head.is_there,
        units={labels[place]: unit for place, unit in head.units if place < size},
    )


def _parts_said(lines: Lines, places: Sequence[int], labels: Sequence[str]) -> list[str]:
    """Year, month, day and hour in the first columns are called so where no head calls them, and they only grow."""
    counts = [n for n in (4, 3, 2) if all(map(_NO_NAME.fullmatch, labels[:n]))]
    rows = [lines[place].cells for place in places] if counts else []
    for count in counts:
        own = [
            tuple(int(c) if c.isdecimal() and len(c) <= 4 else -1 for c in r[:count]) for r in rows
        ]
        is_moment = len(own) >= _FEWEST_ROWS and all(
            len(each) == count
            and all(
                low <= n <= high for n, (low, high) in zip(each, _PARTS_OF_MOMENTS, strict=False)
            )
            for each in own
        )
        if is_moment and all(a < b for a, b in pairwise(own)):
            return [*_NAMES_OF_PARTS[:count], *labels[count:]]
    return [*labels]


def _refused(line: Line, count: int, size: int) -> LeftLine:
    width = max(place for place, cell in enumerate(line.cells, start=1) if cell)
    reason = Sentence("intake.width", count=width if width > size else count, head=size)
    return LeftLine(line.number, line.text, reason)


def _ends_early(lines: Lines, begin: int, size: int) -> npt.NDArray[np.bool_]:
    """Rows of as few fields as many others have: their writer leaves out what is empty at the end."""
    sizes = np.frombuffer(lines.sizes, np.uint32)[begin:]
    counts = Counter(sizes.tolist())
    usual = [n for n, count in counts.items() if 1 < n < size and count >= _MIN_SHORT * len(sizes)]
    return np.isin(sizes, usual)


def _rules(lines: Lines, begin: int) -> list[int]:
    """Lines that are drawn between rows, and are no row."""
    is_rule = lines.columns[0].mapped(lambda text: _RULE.fullmatch(text) is not None, "bool")
    return [
        place
        for place in np.flatnonzero(is_rule).tolist()
        if place >= begin and all(not cell or _RULE.fullmatch(cell) for cell in lines[place].cells)
    ]


def _page_titles(lines: Lines, head: Head, again: Sequence[int]) -> list[int]:
    """Lines above a head that comes again which stand above the first one, too, but for the page's number."""
    titles = {line.cells[0] for line in lines[max(head.first - _PAGE_TITLES, 0) : head.first]}
    found: list[int] = []
    for place in again:
        before = place - 1
        while (
            place - before <= _PAGE_TITLES
            and before >= head.end
            and lines[before].cells[0] in titles
        ):
            found.append(before)
            before -= 1
    return found


def _same_as_head(table: RawTable, head: Head) -> list[int]:
    """Places of the lines that say it again, as where pages were printed one below the other."""
    lines = table.lines
    heads = lines[head.first : head.end]
    cells = heads[0].cells
    telling = max(range(len(cells)), key=lambda place: len(cells[place]))
    is_same = lines.columns[telling].mapped(lambda text: text == cells[telling], "bool")
    places = (place for place in np.flatnonzero(is_same).tolist() if place >= head.end)
    first = [place for place in places if lines[place].cells == cells]
    seconds = [
        place + after
        for place in first
        for after, each in enumerate(heads[1:], start=1)
        if place + after < len(lines) and lines[place + after].cells == each.cells
    ]
    return sorted({*first, *seconds})


def _end_of(table: RawTable, begin: int) -> int:
    """From where on there are only totals and notes, at most ten of them."""
    lines = table.lines
    firsts = [line.cells[0] for line in lines[begin : begin + 50] if line.cells[0]]
    dates = form_of(firsts, "UTC", takes_weak=True) if firsts else None
    usual = _usual_width(lines.widths[begin:][:1000]) if begin < len(lines) else 0
    end = len(lines)
    is_named = all(line.cells[0] for line in lines[begin : begin + 50][:-1])
    while end > begin and len(lines) - end < _AT_THE_END:
        line = lines[end - 1]
        first = next(cell for cell in line.cells if cell)
        if is_named and not line.cells[0] and is_value(first) and line.filled < usual:
            # A sum without a word.
            end -= 1
            continue
        is_note = (
            usual > 2
            and line.filled * 2 < usual
            and (dates is None or dates.form.read(first, "UTC") is None)
        )
        is_note = is_note or (line.filled == 1 and usual > 1 and not is_value(first))
        if not (begins_as_total(first) or is_note):
            break
        end -= 1
    return end


def _folded(framed: Framed, head: Head) -> Framed:
    """A column a period becomes a row a period: the rest of the row says whose."""
    if places := periods_in(framed.labels):
        return _fold(framed, _with_marks(framed.labels, places))
    if numbered := hours_in(framed.labels):
        # From 1 to 24 they are called by their ends.
        what = "Hour ending" if 24 in numbered else "Hour"
        return _fold(framed, {str(n): {"Value": p} for n, p in numbered.items()}, what)
    if parts := parts_of_day_in(framed.labels):
        return _fold(framed, {begin: {"Value": place} for begin, place in parts.items()}, "Time")
    hours = [place for place, label in enumerate(framed.labels) if _HOUR.fullmatch(label)]
    if len(hours) >= _MIN_HOURS:
        return _fold(framed, {framed.labels[place]: {"Value": place} for place in hours}, "Time")
    if _months_of_years(framed):
        framed = _without_sums_of_years(framed)
        return _fold(framed, _months_of_years(framed), "Month")
    groups = _groups(head, len(framed.labels)) if head.lower else {}
    return with_groups_said(framed) if not groups else _fold(framed, groups)


def _with_marks(labels: Sequence[str], places: Sequence[int]) -> dict[str, dict[str, int]]:
    """Period -> what stands there -> column: the value, and beside each perhaps a mark, as Y1990F beside Y1990."""
    groups = {labels[place]: {"Value": place} for place in places}
    rest = {labels[place]: place for place in range(len(labels)) if place not in places}
    endings = [
        {label.removeprefix(period) for label in rest if label.startswith(period)}
        for period in groups
    ]
    for ending in sorted(set[str].intersection(*endings) if endings else ()):
        name = ending.strip(" _-()") or "Mark"
        for period, columns in groups.items():
            columns[name] = rest[period + ending]
    return groups


def _months_of_years(framed: Framed) -> dict[str, dict[str, int]]:
    """A line a year, a column a month: month -> column; empty where it is not so."""
    labels = [label.lower().rstrip(".") for label in framed.labels]
    places = {MONTHS[label]: place for place, label in enumerate(labels) if label in MONTHS}
    if len(places) != sum(label in MONTHS for label in labels) or len(places) < _MIN_MONTHS:
        return {}
    has_year = any(
        _YEAR_HEAD.fullmatch(label)
        or (cells.distinct and all(map(_YEAR_CELL.fullmatch, cells.distinct)))
        for label, cells in zip(framed.labels, framed.columns, strict=True)
    )
    if not has_year:
        return {}
    return {framed.labels[place]: {"Value": place} for _, place in sorted(places.items())}


def _without_sums_of_years(framed: Framed) -> Framed:
    """Less the columns that put months together: quarters, half-years, the year."""
    sums = [
        place
        for place, label in enumerate(framed.labels)
        if _OF_YEAR.fullmatch(label)
        and label.lower() not in MONTHS
        and not _YEAR_HEAD.fullmatch(label)
    ]
    keep = [place for place in range(len(framed.labels)) if place not in sums]
    notes = [Sentence("intake.note_dropped_total", column=framed.labels[place]) for place in sums]
    return replace(
        framed,
        labels=tuple(framed.labels[place] for place in keep),
        columns=tuple(framed.columns[place] for place in keep),
        notes=(*framed.notes, *notes),
    )


def _groups(head: Head, size: int) -> dict[str, dict[str, int]]:
    """Period above -> name below -> column, where each period has the same columns; empty where it is not so."""
    places = [place for place in periods_in(head.upper[:size]) if head.lower[place]]
    groups: dict[str, dict[str, int]] = {}
    for place in places:
        groups.setdefault(head.upper[place], {})[head.lower[place]] = place
    names = [list(each) for each in groups.values()]
    is_even = len(groups) >= 2 and all(each == names[0] for each in names)
    return groups if is_even and sum(map(len, names)) == len(places) else {}


def _fold(framed: Framed, groups: Mapping[str, Mapping[str, int]], what: str = "Period") -> Framed:
    """what: the label of what the groups are named by."""
    framed = with_groups_said(framed)
    folded = {place for columns in groups.values() for place in columns.values()}
    kept = [place for place in range(len(framed.labels)) if place not in folded]
    sums = sums_in(framed.labels, [*folded])
    totals = [place for place in kept if is_total(framed.labels[place]) or place in sums]
    kept = [place for place in kept if place not in totals]
    who = [framed.columns[place] for place in kept]
    is_sum = np.zeros(len(framed), bool)
    for column in who:
        is_sum |= column.mapped(is_total, "bool")
    if is_sum.any():
        framed = framed.without(np.flatnonzero(is_sum), Sentence("intake.total"))
    rows = _fold_rows(framed, kept, groups)
    names = list(next(iter(groups.values())))
    columns = tuple(Cells() for _ in range(1 + len(kept) + len(names)))
    while block := list(islice(rows, BLOCK)):
        for column, cells in zip(columns, zip(*block, strict=True), strict=True):
            column.extend(cells)
    said = list(groups)
    note = Sentence("intake.note_columns_to_rows", count=len(folded), first=said[0], last=said[-1])
    dropped = [
        Sentence("intake.note_dropped_total", column=framed.labels[place]) for place in totals
    ]
    return replace(
        framed,
        labels=tuple(_labels([what, *(framed.labels[p] for p in kept), *names], 0)),
        columns=columns,
        numbers=np.repeat(framed.numbers, len(groups)),
        notes=(*framed.notes, note, *dropped),
        units={},
        is_folded=True,
    )


def _fold_rows(
    framed: Framed, kept: Sequence[int], groups: Mapping[str, Mapping[str, int]]
) -> Iterable[tuple[str, ...]]:
    for row in range(len(framed)):
        who = tuple(framed.columns[place][row] for place in kept)
        for period, columns in groups.items():
            yield (period, *who, *(framed.columns[place][row] for place in columns.values()))
