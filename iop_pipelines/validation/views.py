"""Columns of a frame as JSON sees them: the type of each cell, its numbers, its text.

Great Expectations compares what pandas holds; a schema speaks of JSON. Missing is null whatever
pandas calls it, a whole float is an integer, and a date or timestamp is an ISO 8601 string.
"""

import math
import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

VALID = "valid"
# What breaks a bound; Python compares a whole number with any other exactly.
BREAKS: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": operator.lt,
    "maximum": operator.gt,
    "exclusiveMinimum": operator.le,
    "exclusiveMaximum": operator.ge,
}

_EQUAL_IS_ALIKE = {str, date, type(None)}


def types_view(column: pd.Series) -> pd.Series:
    """(n,) of JSON type names; `infinity` and Python's own type names for what JSON cannot hold."""
    kind = column.dtype.kind if isinstance(column.dtype, np.dtype) else "O"
    if kind == "f":
        values = column.to_numpy()
        whole = np.where(values == np.floor(values), "integer", "number")
        named = np.where(np.isinf(values), "infinity", whole)
        return pd.Series(
            np.where(np.isnan(values), "null", named), index=column.index, dtype=object
        )
    if kind in "iub":
        name = "boolean" if kind == "b" else "integer"
        return pd.Series(np.full(len(column), name, dtype=object), index=column.index)
    if kind == "M":
        return pd.Series(
            np.where(column.isna(), "null", "string"), index=column.index, dtype=object
        )
    if _is_text(column):
        return pd.Series(
            np.where(column.isna(), "null", "string"), index=column.index, dtype=object
        )
    return _mapped(column, _type_of)


def numbers_view(column: pd.Series) -> pd.Series:
    """(n,) float64; NaN where the cell is no number, for such keywords do not apply there."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        return column
    return _mapped(column, _number_of).astype("float64")


def bound_view(column: pd.Series, keyword: str, bound: float) -> pd.Series:
    """(n,) of VALID, `beyond`, or None where the cell is no number; exact for whole numbers of any size."""

    def judge(cell: Any) -> str | None:
        if not _is_number(cell):
            return None
        # numpy would make a float64 of both.
        number = int(cell) if isinstance(cell, int | np.integer) else cell
        return "beyond" if BREAKS[keyword](number, bound) else VALID

    return _mapped(column, judge)


def member_view(column: pd.Series, allowed: list[Any]) -> pd.Series:
    """(n,) of VALID, `other`, or None where the cell is null; exact for whole numbers of any size."""

    def judge(cell: Any) -> str | None:
        if cell is None:
            return None
        return (
            VALID if (int(cell) if isinstance(cell, np.integer) else cell) in allowed else "other"
        )

    return _mapped(column, judge, is_iso=True)


def text_view(column: pd.Series) -> pd.Series:
    """(n,) str; None where the cell is no string."""
    if _is_text(column):
        return column
    return _mapped(column, lambda cell: cell if isinstance(cell, str) else None, is_iso=True)


def values_view(column: pd.Series) -> pd.Series:
    """(n,) of the cells themselves, dates as ISO text, null as None."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iufb":
        return column
    return column if _is_text(column) else _mapped(column, lambda cell: cell, is_iso=True)


def format_view(column: pd.Series, name: str) -> pd.Series:
    """(n,) of VALID, a word for what is wrong, or None where the cell is no string.

    A `date-time` may lack its offset, since prepared rows are in the dataset's local time.
    """
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        fits = column.dt.normalize() == column if name == "date" else column.notna()
        words = np.where(fits, VALID, f"not a {name}").astype(object)
        words[column.isna()] = None
        return pd.Series(words, index=column.index, dtype=object)
    return _mapped(column, lambda cell: _format_of(cell, name), is_iso=True)


def pattern_view(column: pd.Series, is_match: Callable[[str], bool]) -> pd.Series:
    """(n,) of VALID, a word for what is wrong, or None where the cell is no string."""
    return text_view(column).map(
        lambda text: VALID if is_match(text) else "no match", na_action="ignore"
    )


def json_safe(cell: Any) -> str | int | float | bool | None:
    """A cell as a JSON value; null for missing and for what is not finite."""
    if _is_null(cell):
        return None
    if isinstance(cell, bool | np.bool_):
        return bool(cell)
    if isinstance(cell, int | np.integer):
        return int(cell)
    if isinstance(cell, float | np.floating | Decimal):
        return float(cell) if math.isfinite(cell) else None
    return _iso(cell) if isinstance(cell, date) else str(cell)


def _is_text(column: pd.Series) -> bool:
    """Whether every cell is a string or missing, asked at C speed."""
    return pd.api.types.infer_dtype(column, skipna=True) == "string"


def _mapped(column: pd.Series, function: Any, *, is_iso: bool = False) -> pd.Series:
    def judge(cell: Any) -> Any:
        is_moment = is_iso and isinstance(cell, date)
        return function(None if _is_null(cell) else _iso(cell) if is_moment else cell)

    cells = column.tolist()
    # Days and names recur. Of other types cells may be equal and written otherwise, or have no hash.
    if set(map(type, cells)) <= _EQUAL_IS_ALIKE:
        answers = {cell: judge(cell) for cell in set(cells)}
        judged = [answers[cell] for cell in cells]
    else:
        judged = [judge(cell) for cell in cells]
    result = np.empty(len(judged), dtype=object)
    result[:] = judged
    return pd.Series(result, index=column.index)


def _is_null(cell: Any) -> bool:
    return (
        cell is None
        or cell is pd.NA
        or cell is pd.NaT
        or (isinstance(cell, float) and cell != cell)
    )


def _type_of(cell: Any) -> str:
    if cell is None:
        return "null"
    if isinstance(cell, bool | np.bool_):
        return "boolean"
    if isinstance(cell, int | np.integer):
        return "integer"
    if isinstance(cell, float | np.floating | Decimal):
        if not math.isfinite(cell):
            return "infinity"
        return "integer" if cell == int(cell) else "number"
    return "string" if isinstance(cell, str | date) else type(cell).__name__


def _number_of(cell: Any) -> float | None:
    return float(cell) if _is_number(cell) else None


def _is_number(cell: Any) -> bool:
    is_number = isinstance(cell, int | float | np.integer | np.floating | Decimal)
    return is_number and not isinstance(cell, bool)


def _iso(moment: date) -> str:
    """`2013-02-08` for a date and for a timestamp at midnight without a zone, else with its time."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    is_midnight = moment.tzinfo is None and moment.time() == datetime.min.time()
    return moment.date().isoformat() if is_midnight else moment.isoformat()


def _format_of(cell: Any, name: str) -> str | None:
    if not isinstance(cell, str):
        return None
    try:
        if name == "date":
            # fromisoformat also reads 20130208 and 2013-W06-5, which RFC 3339 does not.
            is_valid = len(cell) == 10 and date.fromisoformat(cell).isoformat() == cell
        else:
            datetime.fromisoformat(cell)
            is_valid = cell[4:5] == "-" and cell[7:8] == "-"
    except ValueError:
        is_valid = False
    return VALID if is_valid else f"not a {name}"
