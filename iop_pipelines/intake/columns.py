"""The columns of a framed table: what each holds, and its cells as DRM's landing table takes them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Literal

import numpy as np

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.cells import Cells, Rows
from iop_pipelines.intake.framed import Framed
from iop_pipelines.intake.names import LINE, slug
from iop_pipelines.intake.numerals import (
    Decimal,
    Numeral,
    is_money,
    is_null,
    numeral_of,
    plain_numbers,
    tally_of,
)
from iop_pipelines.intake.questions import Ask, Question

Kind = Literal["string", "integer", "number"]
_TAKEN = frozenset({"id", "run_id", LINE})
_LONGEST = 255
_MONEY = re.compile(r"[€$£¥₦₵₹]|^[A-Z]{3}$")
_DOTTED_DAY = re.compile(r"\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})")
_SAMPLE = 50
_NINES = re.compile(r"-(?:9{3,6}(?:\.(?:0+|9{1,3}))?|99\.9{1,3})")
_MIN_NINES = 3
_MANY = 2_000
# Not -100, which all that is lost is in percent.
_ROUND = re.compile(r"-(?:99|1000+|[2-9]00+)(?:\.0+)?")
_FAR, _OTHER_SCALE = 10, 3
_MARKED = re.compile(r"[-+]?\d+,\d")
_PADDED = re.compile(r"[-+]?0\d+,\d")
_BOTH_WAYS = re.compile(
    r"(?<![^\W\d_])(?:[kMG]?W|k?VAr?|power|leistung|puissance|potencia|batter(?:y|ies|ie)|akku|flow|fluss|flux|balance|"
    r"saldo|solde|net|delta|change|current|strom|profit|position)(?![^\W\d_])",
    re.IGNORECASE,
)
_WHOLE_BLOCK = re.compile(r"-?[0-9]{1,18}(?:\n-?[0-9]{1,18})*+")
# As in Umsatz in EUR, Energy_kWh, Temp °C.
_UNIT_AFTER = re.compile(
    r"(?:\b(?:in|en)\s+|,\s*|[\s_])(EUR|USD|GBP|CHF|JPY|NGN|KES|GHS|ZAR|XOF|[€$£¥%]|kWh|MWh|GWh|Wh|kW|MW|°[CF]|hPa|mbar|bar|kPa|"
    r"km/h|m/s|km|mm|cm|kg|°)$"
)
_UNIT = re.compile(r"[(\[]\s*([^()\[\]]{1,12})\s*[)\]]\s*$")
# As programs write heads. One large letter alone begins names as well: eBay, YouTube.
_CAMEL = re.compile(r"[a-z]{2,}(?:[A-Z][a-z]+)*(?:[A-Z]{2,}|[A-Z][a-z]+)")
_CAMEL_WORD = re.compile(r"[A-Z]{2,}$|[A-Z]?[a-z]+")
_WORD = re.compile(r"[^\W\d_]+\d*")


@dataclass(frozen=True, slots=True)
class Column:
    """`cells` are as in the file.

    Attributes:
        unread: rows whose cell is no number though nearly all others are; their value is the cell itself.
        has_negative: some number is below zero.
        varies: it has more than two different values.
        nulls: numbers, as they land, that only say that nothing is known: -999 far below all others.
        is_guessed: nothing in the file says whether its 1,234 is a thousand; it was taken for one.
    """

    label: str
    name: str
    kind: Kind
    cells: Cells
    unread: Rows
    unit: str | None = None
    numeral: Numeral | None = None
    has_negative: bool = False
    varies: bool = True
    nulls: tuple[str, ...] = ()
    is_guessed: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind != "string"

    @property
    def words(self) -> str:
        """The label as people are shown it."""
        return readable(self.label, self.unit)

    def landed(self, cells: Sequence[str]) -> list[str | None]:
        """Cells as they land: text, numbers with a point, None for not known."""
        if self.numeral is None:
            return [cell or None for cell in cells]
        values = plain_numbers(cells, self.numeral)
        if None not in values:
            return values
        return [
            cell if value is None and not is_null(cell) else value
            for cell, value in zip(cells, values, strict=True)
        ]

    def blocks(self) -> Iterator[list[str | None]]:
        """All of them as they land, in blocks of cells."""
        return self.cells.made(self.landed)


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


def readable(label: str, unit: str | None = None) -> str:
    """What people are shown for a head that a program wrote: `Dep delay mean` of `depDelayMean`, `Turnover (AUD)` of
    `Turnover_AUD`. One with a blank is a person's and stays, as does what may be a name: `PM2_5`, `YouTube`.
    """
    words = label.split("_") if "_" in label else _camel_words(label)
    last = words[-1]
    is_unit = len(words) > 1 and (last == unit or is_money(last))
    said = words[:-1] if is_unit else words
    if len(words) < 2 or not all(map(_WORD.fullmatch, said)):
        return label
    text = " ".join(said)
    text = text[0].upper() + text[1:] if said[0].islower() else text
    return f"{text} ({last})" if is_unit else text


def _camel_words(label: str) -> list[str]:
    if not _CAMEL.fullmatch(label):
        return [label]
    words = _CAMEL_WORD.findall(label)
    return [word if word.isupper() else word.lower() for word in words]


def read_columns(
    framed: Framed, delimiter: str | None, decimal: Decimal | None, ask: Ask
) -> list[Column]:
    """Raises InvalidInput for numbers with marks in their cells, and what `ask` raises where 1,234 may be a thousand or
    one and a bit, and nothing in the file tells."""
    tallies = list(map(tally_of, framed.columns))
    numerals = [numeral_of(tally, decimal) for tally in tallies]
    open_ones = [
        place for place, found in enumerate(numerals) if found is not None and not found.is_certain
    ]
    _require_no_marks(framed, numerals, delimiter, decimal)
    guessed: set[int] = set()
    if open_ones:
        seen: set[Decimal] = {each.decimal for each in numerals if each and each.is_seen}
        usual = seen.pop() if len(seen) == 1 else None
        if usual is None and not seen and _is_of_points(framed, delimiter):
            usual, guessed = ".", {*open_ones}
        usual = usual or _asked(framed, open_ones[0], ask)
        numerals = [numeral_of(tally, usual) for tally in tallies]
    numerals = [
        None if tally.has_code else numeral
        for tally, numeral in zip(tallies, numerals, strict=True)
    ]
    names = names_of(framed.labels)
    parts = zip(framed.labels, names, framed.columns, numerals, strict=True)
    columns = [
        column_of(label, name, cells, numeral, framed.units.get(label))
        for label, name, cells, numeral in parts
    ]
    columns = _without_what_many_say(columns)
    return [
        replace(column, is_guessed=place in guessed and column.is_number)
        for place, column in enumerate(columns)
    ]


def _require_no_marks(
    framed: Framed,
    numerals: Sequence[Numeral | None],
    delimiter: str | None,
    decimal: Decimal | None,
) -> None:
    """Raises InvalidInput for +0010,1 of a weather station: a figure and the mark of its quality, not ten and a tenth.

    Nobody fills up with zeros before a decimal comma but where all else of the file has decimal commas too.
    """
    has_points = any(each is not None and each.is_seen and each.decimal == "." for each in numerals)
    if decimal is not None or not (delimiter == "," or has_points):
        return
    for label, cells, numeral in zip(framed.labels, framed.columns, numerals, strict=True):
        if numeral is None or numeral.decimal != "," or not numeral.is_seen:
            continue
        known = [cell for cell in cells.sample(_MANY) if not is_null(cell)]
        padded = next(filter(_PADDED.fullmatch, known), None)
        if padded is not None and all(map(_MARKED.fullmatch, known)):
            raise InvalidInput("intake.marked_number", column=label, cell=padded)


def _without_what_many_say(columns: list[Column]) -> list[Column]:
    """One round number below zero that comes again and again in several columns, far below all else of each, says
    that nothing is known, as -200 does: it is beyond all that they measure, or the same in columns of other scales.

    Of one column, of money or of power, which flows both ways, it may be what it is; and of several of one scale, as
    two batteries are charged with as much.
    """
    likely = {
        place: low
        for place, column in enumerate(columns)
        if column.has_negative
        and not column.nulls
        and not (column.unit and _MONEY.search(column.unit))
        and not _BOTH_WAYS.search(f"{column.label} {column.unit or ''}")
        and (low := _lowest_alone(column)) is not None
    }
    counts = Counter(likely.values())
    shared = {
        low
        for low, count in counts.items()
        if count > 1
        and _are_beyond(low, [columns[place] for place, each in likely.items() if each == low])
    }
    return [
        replace(column, nulls=(likely[place],)) if likely.get(place) in shared else column
        for place, column in enumerate(columns)
    ]


def _are_beyond(low: str, columns: Sequence[Column]) -> bool:
    """Whether a number is far beyond all else of each column, or what they usually hold is of other scales."""
    others = [
        [abs(_as_number(each)) for each in landed if each and each != low]
        for column in columns
        for landed in [column.landed(column.cells.sample(_MANY))]
    ]
    if not all(others):
        return False
    if abs(float(low)) >= _FAR * max(map(max, others)):
        return True
    usual = list(map(median, others))
    return max(usual) >= _OTHER_SCALE * min(usual)


def _lowest_alone(column: Column) -> str | None:
    """The only number of the column that is far below zero, if it is round and there more than a few times."""
    landed = column.landed(column.cells.sample(_MANY))
    negative = {each for each in landed if each and each[0] == "-" and column.is_number}
    low = min(negative, key=_as_number, default="")
    if not _ROUND.fullmatch(low):
        return None
    rest = [_as_number(each) for each in negative if _as_number(each) != float(low)]
    if min(rest, default=0.0) <= float(low) / 5:
        return None
    count = 0
    for block in column.blocks():
        count += block.count(low)
        below = (each for each in block if each and each[0] == "-" and each != low)
        if min(map(_as_number, below), default=0.0) <= float(low) / 5:
            return None
    return low if count >= _MIN_NINES else None


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _is_of_points(framed: Framed, delimiter: str | None) -> bool:
    """Whether figures have decimal points by all that is beside them: commas between fields leave no room for another,
    and whoever writes days with points does not write figures so."""
    if delimiter not in (",", None):
        return False
    return not any(
        sum(_DOTTED_DAY.match(cell) is not None for cell in sample) > 0.5 * len(sample)
        for cells in framed.columns
        for sample in [cells.sample(_SAMPLE)]
    )


def _asked(framed: Framed, place: int, ask: Ask) -> Decimal:
    shown = next(cell for cell in framed.columns[place] if "," in cell or "." in cell)
    sign = "," if "," in shown else "."
    other = "." if sign == "," else ","
    question = Question(
        Sentence("intake.ask_decimal", column=framed.labels[place], cell=shown),
        ((sign, f"{sign} begins the decimals"), (other, f"{sign} parts the thousands")),
        "--decimal",
    )
    return "," if ask(question) == "," else "."


def column_of(
    label: str, name: str, cells: Cells, numeral: Numeral | None, unit: str | None = None
) -> Column:
    if numeral is None:
        nothing = np.zeros(0, np.int64)
        return Column(label, name, "string", cells, nothing, varies=_has_more_than_two(cells))
    looked = _looked_at(cells, numeral)
    found = _UNIT.search(label)
    told = numeral.unit or (found[1].strip() if found else None) or unit or _unit_after(label)
    kind = "integer" if looked.is_whole else "number"
    return Column(
        *(label, name, kind, cells, looked.unread, told, numeral),
        has_negative=looked.has_negative,
        varies=_has_more_than_two(cells),
        nulls=looked.nulls if told is None or not _MONEY.search(told) else (),
    )


def _unit_after(label: str) -> str | None:
    found = _UNIT_AFTER.search(label)
    return found[1] if found else None


def _has_more_than_two(cells: Cells) -> bool:
    return (distinct := cells.distinct) is None or len(distinct) > 2


@dataclass(frozen=True, slots=True)
class _Looked:
    is_whole: bool
    has_negative: bool
    unread: Rows
    nulls: tuple[str, ...] = ()


def _looked_at(cells: Cells, numeral: Numeral) -> _Looked:
    """All of a column once, in its convention."""
    distinct = cells.distinct
    if distinct is not None:
        values = plain_numbers(distinct, numeral)
        bad = {
            cell
            for cell, value in zip(distinct, values, strict=True)
            if value is None and not is_null(cell)
        }
        unread = np.flatnonzero(cells.mapped(bad.__contains__, "bool")) if bad else None
        counts = cells.counts or {}
        nines = _Nines()
        nines.add(values, [counts.get(cell, 0) for cell in distinct])
        said = nines.found
        kinds = _kinds([value for value in values if value not in said] if said else values)
        return _Looked(*kinds, np.zeros(0, np.int64) if unread is None else unread, said)
    is_whole, has_negative, places, begin, nines = True, False, list[int](), 0, _Nines()
    for block in cells.pieces():
        values = plain_numbers(block, numeral)
        nines.add(values)
        whole, negative = _kinds(values)
        is_whole, has_negative = is_whole and whole, has_negative or negative
        if None in values:
            pairs = enumerate(zip(block, values, strict=True), begin)
            places += [n for n, (cell, value) in pairs if value is None and not is_null(cell)]
        begin += len(block)
    has_negative &= not nines.found or nines.lowest < 0
    return _Looked(is_whole, has_negative, np.array(places, np.int64), nines.found)


@dataclass(slots=True)
class _Nines:
    """-999 and the like, by their text, and the lowest of all else where there are some."""

    counts: Counter[str] = field(default_factory=Counter[str])
    lowest: float = 0.0

    def add(self, values: Sequence[str | None], times: Sequence[int] | None = None) -> None:
        negative = [n for n, value in enumerate(values) if value and value[0] == "-"]
        for n in negative:
            value = values[n] or ""
            if _NINES.fullmatch(value):
                self.counts[value] += times[n] if times else 1
            else:
                self.lowest = min(self.lowest, float(value))

    @property
    def found(self) -> tuple[str, ...]:
        """Those that come again and again, and lie far below whatever else is there."""
        highest = max(map(float, self.counts), default=0.0)
        is_far = self.lowest > highest / 5
        return tuple(self.counts) if is_far and self.counts.total() >= _MIN_NINES else ()


def _kinds(values: Sequence[str | None]) -> tuple[bool, bool]:
    """Whether all are whole, and whether some are below zero."""
    together = "\n".join(filter(None, values))
    is_whole = not together or _WHOLE_BLOCK.fullmatch(together) is not None
    return is_whole, together.startswith("-") or "\n-" in together


def is_too_long(column: Column) -> bool:
    if column.kind != "string":
        return False
    distinct = column.cells.distinct
    blocks = [distinct] if distinct is not None else column.cells.pieces()
    return any(max(map(len, block), default=0) > _LONGEST for block in blocks)
