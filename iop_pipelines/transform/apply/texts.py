"""Delivered text read as a type: each different text once, and many different numbers by one look at all of them.

Looping in Python costs a third of the vectorised string methods, which loop in Python too."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from itertools import count
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray

from iop_pipelines.domain.datasets import DECIMALS, FieldType, scale_of
from iop_pipelines.transform.apply.frame import Folds
from iop_pipelines.transform.formats import ISO, MomentFormat
from iop_pipelines.transform.numerals import NumberForm

Cells = list[str | None]
# As `frame` says which, without an index.
Values: TypeAlias = "npt.NDArray[Any] | ExtensionArray"

TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0"})
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Of plain numbers nothing is left without these: Python reads what is made of them alone as the patterns above do.
_OF_INTEGERS, _OF_NUMBERS = b"0123456789+-\n", b"0123456789+-.\n"
_LONGEST_PLAIN = 18
_NAT = np.datetime64("NaT", "ns")
_ISO = (MomentFormat(ISO),)
_BEYOND = 10**18
# Where the first so many rows share few texts, the others hardly share more.
_PROBED = 1_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of texts.

    Attributes:
        cells: different texts, if few; else those of the rows.
        places: of each row, which of the cells is its; None where they are those of the rows.
    """

    cells: Cells
    places: npt.NDArray[np.intp] | None = None

    def of_rows(self, values: Any) -> Any:
        """Something of each cell, by row."""
        return values if self.places is None else values[self.places]


def column_of(cells: Cells) -> Column:
    probed = cells[:_PROBED]
    if 2 * len(set(probed)) > len(probed):
        return Column(cells)
    # What is looked up for the first time gets the next number.
    numbers: defaultdict[str | None, int] = defaultdict(count().__next__)
    places = np.fromiter(map(numbers.__getitem__, cells), np.intp, len(cells))
    return Column(list(numbers), places)


def read_plain(cells: Cells, type_: FieldType) -> tuple[Values, npt.NDArray[np.bool_]] | None:
    """Integers or numbers, and which are missing, where every cell is a short one as computers write it, or missing;
    None where one is not, or may not be."""
    known, is_null = cast("list[str]", cells), np.zeros(len(cells), dtype=bool)
    if not all(cells):
        known = [cell for cell in cells if cell]
        is_null = np.fromiter((not cell for cell in cells), bool, len(cells))
    signs = _OF_INTEGERS if type_ == "integer" else _OF_NUMBERS
    try:
        if "\n".join(known).encode("utf-8", "surrogatepass").translate(None, signs):
            return None
        if max(map(len, known), default=0) > _LONGEST_PLAIN:
            return None
        if type_ == "integer":
            whole = np.zeros(len(cells), np.int64)
            whole[~is_null] = np.fromiter(map(int, known), np.int64, len(known))
            return pd.arrays.IntegerArray(whole, is_null), is_null
        floats = np.full(len(cells), np.nan)
        floats[~is_null] = np.fromiter(map(float, known), np.float64, len(known))
        return floats, is_null
    except (TypeError, ValueError):
        # No text, or signs in another order, or a cell of several lines.
        return None


def read_texts(cells: Cells, type_: FieldType) -> Values:
    """As computers write them; what is not of the type is unknown."""
    if type_ in ("date", "datetime"):
        return read_moments(cells, type_, _ISO, "UTC")[0]
    if type_ in DECIMALS:
        return read_numbers(cells, type_, NumberForm())
    return _READ[type_](cells)


def read_moments(
    cells: Cells, type_: FieldType, formats: Sequence[MomentFormat], zone: str
) -> tuple[Values, Folds | None]:
    """By the first of the formats that reads a cell; a moment with an offset becomes local time of `zone`, and a
    date is a moment at midnight. The folds as `frame.folds_of` has them."""

    def read(cell: str) -> datetime | None:
        for format_ in formats:
            if type_ == "date" and format_.text == ISO and not _DATE.fullmatch(cell):
                continue
            if (moment := format_.read(cell, zone)) is not None:
                return None if type_ == "date" and moment.time() != time() else moment
        return None

    return _moments(cells, read)


def read_numbers(cells: Cells, type_: FieldType, form: NumberForm) -> Values:
    """Numbers as people write them; whole ones where nothing is behind the decimal sign but zeros, and decimals as
    whole numbers of their last place, where nothing is behind that."""
    read = {cell: form.read(cell) for cell in set(cells) if cell is not None}
    values = [None if cell is None else read[cell] for cell in cells]
    if type_ == "integer":
        return _whole(values)
    if (scale := scale_of(type_)) is not None:
        return _whole([None if each is None else each.scaleb(scale) for each in values])
    floats = [np.nan if each is None else float(each) for each in values]
    return _finite(np.array(floats, np.float64))


def read_words(cells: Cells, true_words: Iterable[str], false_words: Iterable[str]) -> Values:
    """Truth in words, in any case."""
    words = [None if cell is None else cell.casefold() for cell in cells]
    true, false = ({word.casefold() for word in each} for each in (true_words, false_words))
    is_true = np.array([word in true for word in words], dtype=bool)
    is_false = np.array([word in false for word in words], dtype=bool)
    return pd.arrays.BooleanArray(is_true, ~(is_true | is_false))


def _read_integer(cells: Cells) -> Values:
    return _whole([int(c) if c is not None and _WHOLE.fullmatch(c) else None for c in cells])


def _whole(values: Sequence[int | Decimal | None]) -> Values:
    """Of at most 18 digits."""
    is_whole = np.array(
        [each is not None and abs(each) < _BEYOND and each == int(each) for each in values], bool
    )
    ints = [int(each or 0) if good else 0 for each, good in zip(values, is_whole, strict=True)]
    return pd.arrays.IntegerArray(np.array(ints, dtype=np.int64), ~is_whole)


def _read_number(cells: Cells) -> Values:
    return _finite(
        np.array(
            [float(c) if c is not None and _NUMBER.fullmatch(c) else np.nan for c in cells],
            np.float64,
        )
    )


def _finite(values: npt.NDArray[np.float64]) -> Values:
    return np.where(np.isfinite(values), values, np.nan)


def _moments(cells: Cells, read: Callable[[str], datetime | None]) -> tuple[Values, Folds | None]:
    """Each different text is read once; what is not a moment, or outside of datetime64[ns], is NaT."""
    moments: dict[str | None, np.datetime64] = {None: _NAT}
    folds: dict[str | None, int] = {None: -1}
    for cell in {cell for cell in cells if cell is not None}:
        moment = read(cell)
        if moment is None or not 1678 <= moment.year <= 2261:
            moments[cell], folds[cell] = _NAT, -1
            continue
        moments[cell] = np.datetime64(moment.replace(tzinfo=None), "ns")
        folds[cell] = -1 if moment.tzinfo is None else moment.fold
    values = np.array([moments[cell] for cell in cells], dtype="datetime64[ns]")
    if max(folds.values()) < 0:
        return values, None
    return values, np.array([folds[cell] for cell in cells], np.int8)


_READ: dict[FieldType, Callable[[Cells], Values]] = {
    "integer": _read_integer,
    "number": _read_number,
    "boolean": lambda cells: read_words(cells, TRUE_WORDS, FALSE_WORDS),
    "string": lambda cells: np.array(cells, object),
}
