"""Delivered text read as a type, cell by cell in Python: for the hundreds of rows of a day's delivery that costs a
third of the vectorised string methods, which loop in Python too."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time
from decimal import Decimal

import numpy as np
import pandas as pd

from iop_pipelines.domain.datasets import DECIMALS, FieldType, scale_of
from iop_pipelines.transform.apply.frame import Folds
from iop_pipelines.transform.formats import ISO, MomentFormat
from iop_pipelines.transform.numerals import NumberForm

Cells = list[str | None]

TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1"})
FALSE_WORDS = frozenset({"false", "f", "no", "n", "0"})
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NAT = np.datetime64("NaT", "ns")
_ISO = (MomentFormat(ISO),)
_BEYOND = 10**18


def read_texts(cells: Cells, type_: FieldType) -> pd.Series:
    """As computers write them; what is not of the type is unknown."""
    if type_ in ("date", "datetime"):
        return read_moments(cells, type_, _ISO, "UTC")[0]
    if type_ in DECIMALS:
        return read_numbers(cells, type_, NumberForm())
    return _READ[type_](cells)


def read_moments(
    cells: Cells, type_: FieldType, formats: Sequence[MomentFormat], zone: str
) -> tuple[pd.Series, Folds | None]:
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


def read_numbers(cells: Cells, type_: FieldType, form: NumberForm) -> pd.Series:
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


def read_words(cells: Cells, true_words: Iterable[str], false_words: Iterable[str]) -> pd.Series:
    """Truth in words, in any case."""
    words = [None if cell is None else cell.casefold() for cell in cells]
    true, false = ({word.casefold() for word in each} for each in (true_words, false_words))
    is_true = np.array([word in true for word in words], dtype=bool)
    is_false = np.array([word in false for word in words], dtype=bool)
    return pd.Series(pd.arrays.BooleanArray(is_true, ~(is_true | is_false)))


def _read_integer(cells: Cells) -> pd.Series:
    return _whole([int(c) if c is not None and _WHOLE.fullmatch(c) else None for c in cells])


def _whole(values: Sequence[int | Decimal | None]) -> pd.Series:
    """Of at most 18 digits."""
    is_whole = np.array(
        [each is not None and abs(each) < _BEYOND and each == int(each) for each in values], bool
    )
    ints = [int(each or 0) if good else 0 for each, good in zip(values, is_whole, strict=True)]
    return pd.Series(pd.arrays.IntegerArray(np.array(ints, dtype=np.int64), ~is_whole))


def _read_number(cells: Cells) -> pd.Series:
    return _finite(
        np.array(
            [float(c) if c is not None and _NUMBER.fullmatch(c) else np.nan for c in cells],
            np.float64,
        )
    )


def _finite(values: np.ndarray) -> pd.Series:
    return pd.Series(np.where(np.isfinite(values), values, np.nan))


def _moments(
    cells: Cells, read: Callable[[str], datetime | None]
) -> tuple[pd.Series, Folds | None]:
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
    values = pd.Series(np.array([moments[cell] for cell in cells], dtype="datetime64[ns]"))
    if max(folds.values()) < 0:
        return values, None
    return values, np.array([folds[cell] for cell in cells], np.int8)


_READ: dict[FieldType, Callable[[Cells], pd.Series]] = {
    "integer": _read_integer,
    "number": _read_number,
    "boolean": lambda cells: read_words(cells, TRUE_WORDS, FALSE_WORDS),
    "string": lambda cells: pd.Series(cells, dtype=object),
}
