"""Where in a file its table is: the head, the title above it, and what below is no row of it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.cells import BLOCK, Cells
from iop_pipelines.intake.head import LOOKED_AT, Head, head_of, heads_in, is_value, periods_in
from iop_pipelines.intake.moments import form_of
from iop_pipelines.intake.tables import LeftLine, Line, RawTable

MAX_COLUMNS = 200
_AT_THE_END = 10
_HOUR = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?)?")
_MIN_HOURS = 12
_TOTAL_WORDS = (
    r"(?:grand |sub-?\s?|zwischen|sous-)?(?:totals?|totaux|totale|totaal|sum(?:me|ma)?|suma|"
    r"gesamt(?:summe)?|insgesamt|somme|overall)"
)
_TOTAL = re.compile(
    rf"(?:{_TOTAL_WORDS}(?: g[eé]n[eé]ral)?|average|mean|durchschnitt|mittelwert|moyenne)\s*[:.]?",
    re.IGNORECASE,
)
_TOTAL_OF = re.compile(rf"{_TOTAL_WORDS}\b.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Framed:
    """A table with its head.

    Attributes:
        labels: as they are in the head, made different from each other; columns: a column each, equally long.
        numbers: of the rows' lines.
        title: what stands above the head.
        left_out: what is no row; refused: rows of another width.
        is_headless: the labels are ours.
        notes: what was done to the table, for people.
        units: by label, of a line of units.
        is_folded: columns of periods became rows.
    """

    labels: tuple[str, ...]
    columns: tuple[Cells, ...]
    numbers: npt.NDArray[np.int64]
    title: tuple[str, ...]
    left_out: list[LeftLine]
    refused: list[LeftLine]
    is_headless: bool = False
    notes: tuple[Sentence, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    is_folded: bool = False

    def __len__(self) -> int:
        return len(self.numbers)

    def line(self, row: int) -> Line:
        return Line(int(self.numbers[row]), tuple(column[row] for column in self.columns))

    def without(self, rows: npt.NDArray[np.int64], reason: Sentence) -> "Framed":
        """Less some rows, which are left out for a reason."""
        kept = np.setdiff1d(np.arange(len(self)), rows, assume_unique=True)
        lines = map(self.line, rows.tolist())
        left = [LeftLine(line.number, line.text, reason) for line in lines]
        return replace(
            self,
            columns=tuple(column.taken(kept) for column in self.columns),
            numbers=self.numbers[kept],
            left_out=[*self.left_out, *left],
        )


def is_total(cell: str) -> bool:
    return _TOTAL.fullmatch(cell) is not None


def _begins_as_total(cell: str) -> bool:
    return is_total(cell) or _TOTAL_OF.fullmatch(cell) is not None


def frame(table: RawTable) -> Framed:
    """Raises InvalidInput for a table of one column, of more than MAX_COLUMNS, or without rows."""
    lines = table.lines
    width = _usual_width(lines.widths[:1000])
    head = head_of(lines[: 2 * LOOKED_AT + 2], width)
    labels = _labels(head.labels, width)
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


def frame_by(table: RawTable, known: Sequence[str], *, is_headless: bool) -> Framed:
    """The same where the head's texts are known: it is the line, or the two, that has most of them.

    Raises InvalidInput where no line has half of them, or none is below it.
    """
    lines = table.lines
    width = _usual_width(lines.widths[:1000])
    head = Head((), 0, 0)
    if not is_headless:
        wanted = {label.casefold() for label in known}
        heads = heads_in(lines[: 2 * LOOKED_AT + 2], width)
        found = [len({label.casefold() for label in _labels(h.labels, 0)} & wanted) for h in heads]
        most = max(range(len(found)), key=found.__getitem__, default=None)
        if most is None or found[most] * 2 < len(wanted):
            raise InvalidInput("intake.lacks_head", name=table.name, known=list(known))
        head = heads[most]
        width = max(len(head.labels), width)
    framed = _rows(table, head, _labels(head.labels, width))
    if not len(framed):
        raise InvalidInput("intake.no_rows", name=table.name)
    return _folded(framed, head)


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
        copies = sum(other == label or other.startswith(f"{label} (") for other in labels)
        labels.append(f"{label} ({copies + 1})" if copies else label)
    return labels


def _rows(table: RawTable, head: Head, labels: list[str]) -> Framed:
    lines, size = table.lines, len(labels)
    places = np.arange(head.end, len(lines))
    left: dict[int, Sentence] = {}
    if head.is_there:
        again = _same_as_head(table, head)
        left |= dict.fromkeys(again, Sentence("intake.head_again"))
    for place in range(_end_of(table, head.end), len(lines)):
        first = next(cell for cell in lines[place].cells if cell)
        is_sum = _begins_as_total(first)
        left.setdefault(place, Sentence("intake.total" if is_sum else "intake.note_below"))
    widths = np.frombuffer(lines.widths, np.uint32)[head.end :]
    sizes = np.frombuffer(lines.sizes, np.uint32)[head.end :]
    is_wrong = (widths > size) | ((sizes < size) & (table.delimiter is not None))
    is_left = np.isin(places, list(left))
    refused = [
        _refused(lines[place], lines.sizes[place], size)
        for place in places[is_wrong & ~is_left].tolist()
    ]
    kept = places[~is_wrong & ~is_left]
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


def _refused(line: Line, count: int, size: int) -> LeftLine:
    width = max(place for place, cell in enumerate(line.cells, start=1) if cell)
    reason = Sentence("intake.width", count=width if width > size else count, head=size)
    return LeftLine(line.number, line.text, reason)


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
    while end > begin and len(lines) - end < _AT_THE_END:
        line = lines[end - 1]
        first = next(cell for cell in line.cells if cell)
        is_note = (
            usual > 2
            and line.filled * 2 < usual
            and (dates is None or dates.form.read(first, "UTC") is None)
        )
        is_note = is_note or (line.filled == 1 and usual > 1 and not is_value(first))
        if not (_begins_as_total(first) or is_note):
            break
        end -= 1
    return end


def _folded(framed: Framed, head: Head) -> Framed:
    """A column a period becomes a row a period: the rest of the row says whose."""
    if places := periods_in(framed.labels):
        return _fold(framed, {framed.labels[place]: {"Value": place} for place in places})
    hours = [place for place, label in enumerate(framed.labels) if _HOUR.fullmatch(label)]
    if len(hours) >= _MIN_HOURS:
        return _fold(framed, {framed.labels[place]: {"Value": place} for place in hours}, "Time")
    groups = _groups(head, len(framed.labels)) if head.lower else {}
    return _fold(framed, groups) if groups else framed


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
    folded = {place for columns in groups.values() for place in columns.values()}
    kept = [place for place in range(len(framed.labels)) if place not in folded]
    totals = [place for place in kept if is_total(framed.labels[place])]
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
        notes=(note, *dropped),
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
