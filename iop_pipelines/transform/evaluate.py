"""Computing an expression over the columns of a frame; numbers are float64, so whole numbers are exact up to 2^53."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.expressions import Call, Column, Constant, Expression

Array = np.ndarray[Any, Any]

_ARITHMETIC: dict[str, Callable[..., Array]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "min": np.minimum,
    "max": np.maximum,
}
_ORDER: dict[str, Callable[..., Array]] = {
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
}


def evaluate(frame: pd.DataFrame, expression: Expression) -> Array:
    """(n,) float64 with NaN for null, or object of text with None for null; truth is 1.0 and 0.0.

    Raises:
        InvalidDeclaration: arithmetic or an order on text, or text beside numbers.
    """
    if isinstance(expression, Column):
        return _column(frame[expression.column])
    if isinstance(expression, Constant):
        return _constant(expression.value, len(frame))
    args = [evaluate(frame, arg) for arg in expression.args]
    return _call(expression, args)


def _column(values: pd.Series) -> Array:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        raise InvalidDeclaration(
            f"{values.name} is a date; expressions take numbers, text and truth"
        )
    if pd.api.types.is_object_dtype(values.dtype):
        return values.to_numpy(dtype=object)
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _constant(value: float | str | None, length: int) -> Array:
    if isinstance(value, str):
        return np.full(length, value, dtype=object)
    return np.full(length, np.nan if value is None else float(value))


def _call(call: Call, args: list[Array]) -> Array:
    op = call.op
    if op == "is_null":
        return pd.isna(args[0]).astype(np.float64)
    if op == "if":
        condition = _numbers(op, args[:1])[0]
        _same_kind(op, args[1:])
        chosen = np.where(condition != 0, args[1], args[2])
        null = np.array([None if chosen.dtype == object else np.nan], dtype=chosen.dtype)
        return np.where(np.isnan(condition), null, chosen)
    if op == "coalesce":
        _same_kind(op, args)
        result = args[-1]
        for arg in reversed(args[:-1]):
            result = np.where(pd.isna(arg), result, arg)
        return result
    if op in ("equal", "not_equal"):
        _same_kind(op, args)
        same = args[0] == args[1]
        answer = (same if op == "equal" else ~same).astype(np.float64)
        return np.where(pd.isna(args[0]) | pd.isna(args[1]), np.nan, answer)
    return _compute(op, _numbers(op, args))


def _compute(op: str, args: list[Array]) -> Array:
    first = args[0]
    if op in _ARITHMETIC:
        for arg in args[1:]:
            first = _ARITHMETIC[op](first, arg)
        return first
    if op == "divide":
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(args[1] == 0, np.nan, first / args[1])
    if op == "round":
        return np.round(first, int(args[1][0])) if len(first) else first
    if op == "negate":
        return -first
    if op == "abs":
        return np.abs(first)
    unknown = np.isnan(np.stack(args)).any(axis=0)
    if op in _ORDER:
        answer = _ORDER[op](first, args[1])
    elif op == "not":
        answer = first == 0
    else:
        answer = (np.all if op == "and" else np.any)(np.stack(args) != 0, axis=0)
    return np.where(unknown, np.nan, answer.astype(np.float64))


def _numbers(op: str, args: list[Array]) -> list[Array]:
    if any(arg.dtype == object for arg in args):
        raise InvalidDeclaration(f"{op} takes numbers, not text")
    return args


def _same_kind(op: str, args: list[Array]) -> None:
    if len({arg.dtype == object for arg in args}) > 1:
        raise InvalidDeclaration(f"{op} takes numbers or text, not both")
