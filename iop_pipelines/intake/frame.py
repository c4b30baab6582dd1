"""Where in a file its table is: the head, the title above it, and what below is no row of it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.moments import form_of
from iop_pipelines.intake.numerals import is_null, parts_of
from iop_pipelines.intake.tables import LeftLine, Line, RawTable

MAX_COLUMNS = 200
_LOOKED_AT = 30
_MIN_FOLDED = 3
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
        labels: as they are in the head, made different from each other; lines: as wide as these.
        title: what stands above the head.
        left_out: what is no row; refused: rows of another width.
        is_headless: the labels are ours.
        notes: what was done to the table, for people.
    """

    labels: tuple[str, ...]
    lines: list[Line]
    title: tuple[str, ...]
    left_out: list[LeftLine]
    refused: list[LeftLine]
    is_headless: bool = False
    notes: tuple[str, ...] = ()


def is_total(cell: str) -> bool:
    return _TOTAL.fullmatch(cell) is not None


def _begins_as_total(cell: str) -> bool:
    return is_total(cell) or _TOTAL_OF.fullmatch(cell) is not None


def frame(table: RawTable) -> Framed:
    """Raises InvalidInput for a table of one column, of more than MAX_COLUMNS, or without rows."""
    lines = table.lines
    width = _usual_width(lines)
    head = _head_at(lines, width)
    title = tuple(line.text for line in lines[: head or 0])
    labels = _labels(lines[head].cells if head is not None else (), width)
    if len(labels) < 2:
        raise InvalidInput("intake.one_column", name=table.name)
    if len(labels) > MAX_COLUMNS and not _periods_in(labels):
        raise InvalidInput(
            "intake.too_many_columns", name=table.name, count=len(labels), most=MAX_COLUMNS
        )
    body = lines[(head + 1 if head is not None else 0) :]
    is_delimited = table.delimiter is not None
    rows, left, refused = _rows(
        body, labels, lines[head].cells if head is not None else None, is_delimited
    )
    if not rows:
        raise InvalidInput("intake.no_rows", name=table.name)
    framed = Framed(tuple(labels), rows, title, left, refused, head is None)
    return _folded(framed)


def _width(line: Line) -> int:
    cells = line.cells
    last = len(cells)
    while last and not cells[last - 1]:
        last -= 1
    return last


def _usual_width(lines: Sequence[Line]) -> int:
    counts = Counter(_width(line) for line in lines[:1000])
    most = max(counts.values())
    return max(width for width, count in counts.items() if count >= 0.5 * most)


def _is_value(cell: str) -> bool:
    return parts_of(cell) is not None or form_of([cell], "UTC", takes_weak=False) is not None


def _head_at(lines: Sequence[Line], width: int) -> int | None:
    """The first line that is wide enough, if it says names where the lines below say values."""
    for place, line in enumerate(lines[:_LOOKED_AT]):
        if line.filled >= max(2, round(0.6 * width)):
            below = lines[place + 1 : place + 21]
            return place if _is_head(line, below) else None
    raise InvalidInput("intake.ragged")


def _is_head(line: Line, below: Sequence[Line]) -> bool:
    named = valued = 0
    for column, cell in enumerate(line.cells):
        values = [other.cells[column] for other in below if column < len(other.cells)]
        known = [each for each in values if not is_null(each)]
        if known and sum(map(_is_value, known)) > 0.5 * len(known):
            named += bool(cell) and not _is_value(cell)
            valued += bool(cell) and _is_value(cell)
    if valued and _periods_in(line.cells):
        return True
    return named > valued or not (named or valued)


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


def _rows(
    body: Sequence[Line], labels: Sequence[str], head: tuple[str, ...] | None, is_delimited: bool
) -> tuple[list[Line], list[LeftLine], list[LeftLine]]:
    rows: list[Line] = []
    left: list[LeftLine] = []
    refused: list[LeftLine] = []
    end = _end_of(body)
    for place, line in enumerate(body):
        size = _width(line)
        if head is not None and line.cells == head:
            left.append(LeftLine(line.number, line.text, Sentence("intake.head_again")))
        elif place >= end and _begins_as_total(next(cell for cell in line.cells if cell)):
            left.append(LeftLine(line.number, line.text, Sentence("intake.total")))
        elif place >= end:
            left.append(LeftLine(line.number, line.text, Sentence("intake.note_below")))
        elif size > len(labels):
            reason = Sentence("intake.width", count=size, head=len(labels))
            refused.append(LeftLine(line.number, line.text, reason))
        elif is_delimited and len(line.cells) < len(labels):
            reason = Sentence("intake.width", count=len(line.cells), head=len(labels))
            refused.append(LeftLine(line.number, line.text, reason))
        else:
            cells = (line.cells + ("",) * len(labels))[: len(labels)]
            rows.append(Line(line.number, cells))
    return rows, left, refused


def _end_of(body: Sequence[Line]) -> int:
    """From where on there are only totals and notes, at most ten of them."""
    firsts = [line.cells[0] for line in body[:50] if line.cells[0]]
    dates = form_of(firsts, "UTC", takes_weak=True) if firsts else None
    end = len(body)
    usual = _usual_width(body)
    while end and len(body) - end < 10:
        line = body[end - 1]
        first = next(cell for cell in line.cells if cell)
        is_note = (
            usual > 2
            and line.filled * 2 < usual
            and (dates is None or dates.form.read(first, "UTC") is None)
        )
        is_note = is_note or (line.filled == 1 and usual > 1 and not _is_value(first))
        if not (_begins_as_total(first) or is_note):
            break
        end -= 1
    return end


def _periods_in(labels: Sequence[str]) -> list[int]:
    """Columns whose label is a period; empty where there are fewer than three of one form."""
    rest = [(place, label) for place, label in enumerate(labels) if any(map(str.isdigit, label))]
    found = (
        form_of([label for _, label in rest], "UTC", takes_weak=True)
        if len(rest) >= _MIN_FOLDED
        else None
    )
    if found is None or found.form.grain == "moment":
        return []
    places = [place for place, label in rest if found.form.read(label, "UTC") is not None]
    return places if len(places) >= _MIN_FOLDED and len(places) < len(labels) else []


def _folded(framed: Framed) -> Framed:
    """A column a period becomes a row a period: the rest of the row says whose."""
    places = _periods_in(framed.labels)
    if not places:
        return framed
    kept = [place for place in range(len(framed.labels)) if place not in places]
    totals = [place for place in kept if is_total(framed.labels[place])]
    kept = [place for place in kept if place not in totals]
    lines, left = [], list(framed.left_out)
    for line in framed.lines:
        if any(is_total(line.cells[place]) for place in kept):
            left.append(LeftLine(line.number, line.text, Sentence("intake.total")))
            continue
        who = tuple(line.cells[place] for place in kept)
        lines += [
            Line(line.number, (framed.labels[place], *who, line.cells[place])) for place in places
        ]
    labels = ("Period", *(framed.labels[place] for place in kept), "Value")
    note = f"{len(places)} columns, {framed.labels[places[0]]} to {framed.labels[places[-1]]}, became rows"
    dropped = [f"column {framed.labels[place]!r} is a total and was left out" for place in totals]
    return Framed(
        labels, lines, framed.title, left, framed.refused, framed.is_headless, (note, *dropped)
    )
