"""The columns of a framed table: what each holds, and its cells as DRM's landing table takes them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.intake.frame import Framed
from iop_pipelines.intake.numerals import Decimal, Numeral, is_null, numeral_of, plain_number
from iop_pipelines.intake.questions import Ask, Question

Kind = Literal["string", "integer", "number"]
LINE = "source_line"
_TAKEN = frozenset({"id", "run_id", LINE})
_LONGEST = 255
_UNIT = re.compile(r"[(\[]\s*([^()\[\]]{1,12})\s*[)\]]\s*$")


@dataclass(frozen=True, slots=True)
class Column:
    """`cells` are as in the file, `values` as they land: text, numbers with a point, None for not known.

    unread: rows whose cell is no number though nearly all others are; their value is the cell itself.
    """

    label: str
    name: str
    kind: Kind
    cells: Sequence[str]
    values: Sequence[str | None]
    unread: frozenset[int] = frozenset()
    unit: str | None = None
    numeral: Numeral | None = None

    @property
    def is_number(self) -> bool:
        return self.kind != "string"


def slug(text: str, fallback: str) -> str:
    """A name of small letters, digits and lines below, which begins with a letter: at most 40 of them."""
    plain = (
        unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    )
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:40].strip("_")
    if not name:
        return fallback
    return name if name[0].isalpha() else f"{fallback[:1]}_{name}"[:40]


def names_of(labels: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """A different name for each label; those that DRM's tables and IOP have already get a number."""
    used = {*_TAKEN, *taken}
    names = []
    for place, label in enumerate(labels, start=1):
        # A unit in brackets is no part of the name.
        base = slug(_UNIT.sub("", label), f"column_{place}")
        base = f"field_{base}"[:40] if base.startswith("iop_") else base
        name, count = base, 1
        while name in used:
            count += 1
            name = f"{base}_{count}"
        used.add(name)
        names.append(name)
    return names


def read_columns(
    framed: Framed, delimiter: str | None, decimal: Decimal | None, ask: Ask
) -> list[Column]:
    """Raises what `ask` raises where 1,234 may be a thousand or one and a bit, and nothing in the file tells."""
    cells = [[line.cells[place] for line in framed.lines] for place in range(len(framed.labels))]
    numerals = [numeral_of(column, decimal) for column in cells]
    open_ones = [
        place for place, found in enumerate(numerals) if found is not None and not found.is_certain
    ]
    if open_ones:
        usual = _usual(numerals, delimiter) or _asked(framed, cells, open_ones[0], ask)
        numerals = [numeral_of(column, usual) for column in cells]
    names = names_of(framed.labels)
    parts = zip(framed.labels, names, cells, numerals, strict=True)
    return [_column(label, name, column, numeral) for label, name, column, numeral in parts]


def _usual(numerals: Sequence[Numeral | None], delimiter: str | None) -> Decimal | None:
    """The sign that other columns show; else the point, unless semicolons leave room for a decimal comma."""
    seen: set[Decimal] = {each.decimal for each in numerals if each is not None and each.is_seen}
    if len(seen) == 1:
        return seen.pop()
    return None if delimiter == ";" or seen else "."


def _asked(framed: Framed, cells: Sequence[Sequence[str]], place: int, ask: Ask) -> Decimal:
    shown = next(cell for cell in cells[place] if "," in cell or "." in cell)
    sign = "," if "," in shown else "."
    other = "." if sign == "," else ","
    question = Question(
        Sentence("intake.ask_decimal", column=framed.labels[place], cell=shown),
        ((sign, f"{sign} begins the decimals"), (other, f"{sign} parts the thousands")),
        "--decimal",
    )
    return "," if ask(question) == "," else "."


def _column(label: str, name: str, cells: Sequence[str], numeral: Numeral | None) -> Column:
    if numeral is None or _is_code(cells):
        return Column(label, name, "string", cells, [cell or None for cell in cells])
    read: dict[str, str | None] = {cell: plain_number(cell, numeral) for cell in set(cells)}
    unread = frozenset(
        row for row, cell in enumerate(cells) if read[cell] is None and not is_null(cell)
    )
    values = [cell if row in unread else read[cell] for row, cell in enumerate(cells)]
    known = [text for cell, text in read.items() if text is not None]
    is_whole = all(re.fullmatch(r"-?\d{1,18}", text) for text in known)
    found = _UNIT.search(label)
    unit = numeral.unit or (found[1].strip() if found else None)
    return Column(
        label, name, "integer" if is_whole else "number", cells, values, unread, unit, numeral
    )


def _is_code(cells: Sequence[str]) -> bool:
    """00123 is a name: what would lose its zeros is no number."""
    return any(len(cell) > 1 and cell[0] == "0" and cell.isdigit() for cell in cells)


def is_too_long(column: Column) -> bool:
    return column.kind == "string" and any(len(cell) > _LONGEST for cell in column.cells)
