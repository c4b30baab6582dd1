"""What a condition says of each row of a frame, and what an expression gives; a gap decides nothing.

Resolved as for SQL (`domain.resolved`), so both mean the same. Integers are int64 beside integers; arithmetic is
float64, where whole numbers are exact up to 2^53.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, Protocol

import numpy as np
import pandas as pd

from iop_pipelines.domain import conditions as form
from iop_pipelines.domain.conditions import AnyCondition
from iop_pipelines.domain.datasets import FieldType
from iop_pipelines.domain.letters import small_letters
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.resolved import (
    Always,
    Among,
    Holds,
    IsNull,
    Junction,
    KnownField,
    Resolved,
    Scope,
    Settled,
    Side,
    Test,
    kind_of,
    resolve,
)
from iop_pipelines.errors import InvalidQuery

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """(n,) bool each; a row that is neither is unknown."""

    is_true: Array
    is_false: Array


@dataclass(frozen=True, slots=True)
class Values:
    """(n,) values of one kind, or () of a literal; what is not known holds anything.

    data: int64 of integers, float64 of numbers, bool, object of text, datetime64[us] of dates and moments.
    """

    kind: FieldType | None
    data: Array
    known: Array

    @property
    def floats(self) -> Array:
        """float64, NaN where not known."""
        if self.kind is None:
            return np.full(self.data.shape, np.nan)
        return np.where(self.known, self.data, 0).astype(np.float64) + np.where(
            self.known, 0.0, np.nan
        )


class Columns(Protocol):
    """The rows that are judged, oldest first."""

    def __len__(self) -> int: ...
    def field(self, name: str, path: str) -> KnownField: ...
    def values(self, name: str) -> Values: ...


@dataclass(frozen=True)
class ColumnKind:
    type: FieldType
    label: str
    zone: str | None = None


class FrameColumns:
    """Of a frame: string object (text or None), Int64, float64, boolean, datetime64, naive local time of `zone`."""

    def __init__(self, frame: pd.DataFrame, zone: str) -> None:
        self._frame = frame
        self._zone = zone

    def __len__(self) -> int:
        return len(self._frame)

    def field(self, name: str, path: str) -> ColumnKind:
        if name not in self._frame:
            raise InvalidQuery("step.no_such_column", path, name=closest(name, self._frame.columns))
        kind = _kind_of_column(self._frame[name])
        return ColumnKind(kind, name, self._zone if kind == "datetime" else None)

    def values(self, name: str) -> Values:
        column = self._frame[name]
        kind = _kind_of_column(column)
        known = column.notna().to_numpy(dtype=bool)
        if kind == "string":
            return Values(kind, np.where(known, column.to_numpy(dtype=object), ""), known)
        if kind == "datetime":
            return Values(kind, column.to_numpy().astype("datetime64[us]"), known)
        if kind == "number":
            data = column.to_numpy(dtype=np.float64, na_value=np.nan)
            return Values(kind, data, np.isfinite(data))
        wanted = np.int64 if kind == "integer" else np.bool_
        return Values(kind, column.to_numpy(dtype=wanted, na_value=0), known)


def _kind_of_column(column: pd.Series) -> FieldType:
    kind = column.dtype
    if pd.api.types.is_datetime64_any_dtype(kind):
        return "datetime"
    if pd.api.types.is_bool_dtype(kind):
        return "boolean"
    if pd.api.types.is_integer_dtype(kind):
        return "integer"
    return "number" if pd.api.types.is_float_dtype(kind) else "string"


class MeasureColumns:
    """Of a series: (n,) float64 values of each measure, NaN where not known."""

    def __init__(self, measures: Mapping[str, Array]) -> None:
        self._measures = measures

    def __len__(self) -> int:
        return len(next(iter(self._measures.values()), ()))

    def field(self, name: str, path: str) -> ColumnKind:
        if name not in self._measures:
            raise InvalidQuery("measure.unknown", path, name=closest(name, self._measures))
        return ColumnKind("number", name)

    def values(self, name: str) -> Values:
        return _number(self._measures[name])


def _number(data: Array) -> Values:
    return Values("number", data, np.isfinite(data))


def evaluate(tree: AnyCondition, columns: Columns, scope: Scope, path: str = "when") -> Verdict:
    """Raises InvalidQuery naming the path of a name or value that does not fit the columns."""
    scope = scope.fresh()
    verdict = _judge(resolve(tree, columns.field, scope, path), columns, scope, path)
    shape = (len(columns),)
    return Verdict(
        np.broadcast_to(verdict.is_true, shape), np.broadcast_to(verdict.is_false, shape)
    )


def _judge(node: Resolved, columns: Columns, scope: Scope, path: str) -> Verdict:
    match node:
        case Junction(kind=kind, parts=parts):
            return _joined(kind, [_judge(part, columns, scope, path) for part in parts])
        case Always():
            return Verdict(np.asarray(True), np.asarray(False))
        case IsNull(side=side):
            known = _side(side, columns, scope, path).known
            return Verdict(~known, known)
        case Settled(side=side, verdict=is_met):
            return _where_known(_side(side, columns, scope, path).known, np.asarray(is_met))
        case Among(side=side, values=values):
            given = _side(side, columns, scope, path)
            found = [_compare("eq", given, _literal(value)) for value in values]
            return _where_known(given.known, reduce(np.logical_or, found))
        case Holds(side=side, text=text, is_start=is_start):
            given = _side(side, columns, scope, path)
            return _where_known(given.known, _holding(given.data, text, is_start))
        case Test(side=side, op=op, value=value):
            left = _side(side, columns, scope, path)
            is_side = isinstance(value, Side)
            right = _side(value, columns, scope, path) if is_side else _literal(value)
            return _where_known(left.known & right.known, _compare(op, left, right))


def _joined(kind: str, verdicts: list[Verdict]) -> Verdict:
    is_true, is_false = [v.is_true for v in verdicts], [v.is_false for v in verdicts]
    if kind == "and":
        return Verdict(reduce(np.logical_and, is_true), reduce(np.logical_or, is_false))
    if kind == "or":
        return Verdict(reduce(np.logical_or, is_true), reduce(np.logical_and, is_false))
    if kind == "not":
        return Verdict(is_false[0], is_true[0])
    return Verdict(~is_true[0], is_true[0])


def _where_known(known: Array, is_met: Array) -> Verdict:
    return Verdict(known & is_met, known & ~is_met)


_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def _compare(op: str, left: Values, right: Values) -> Array:
    a, b = left.data, right.data
    if "number" in (left.kind, right.kind):
        a, b = left.floats, right.floats
    elif left.kind in ("integer", "boolean"):
        a, b = a.astype(np.int64), b.astype(np.int64)
    return np.asarray(_COMPARE[op](a, b), dtype=bool)


def _holding(texts: Array, text: str, is_start: bool) -> Array:
    holds = partial(str.startswith) if is_start else str.__contains__
    found = [holds(small_letters(each), text) for each in np.atleast_1d(texts)]
    return np.asarray(found, dtype=bool).reshape(texts.shape)


def values_of(expression: Any, columns: Columns, scope: Scope, path: str = "value") -> Values:
    """(n,) values. Raises InvalidQuery for arithmetic on text or times, and for branches of two kinds."""
    scope = scope.fresh()
    kind_of(expression, columns.field, scope, path)
    found = _values(expression, columns, scope, path)
    shape = (len(columns),)
    return Values(
        found.kind, np.broadcast_to(found.data, shape), np.broadcast_to(found.known, shape)
    )


def _side(side: Side, columns: Columns, scope: Scope, path: str) -> Values:
    return _values(side.expression, columns, scope, path)


def _literal(value: Any) -> Values:
    known = np.asarray(value is not None)
    if value is None:
        return Values(None, np.asarray(0.0), known)
    if isinstance(value, bool):
        return Values("boolean", np.asarray(value), known)
    if isinstance(value, int):
        return Values("integer", np.asarray(value, dtype=np.int64), known)
    if isinstance(value, float):
        return Values("number", np.asarray(value), known)
    if isinstance(value, str):
        return Values("string", np.asarray(value, dtype=object), known)
    return Values("datetime", np.asarray(np.datetime64(value, "us")), known)


_ARITHMETIC: Mapping[type, Callable[[Any, Any], Any]] = {
    form.Add: np.add,
    form.Subtract: np.subtract,
    form.Multiply: np.multiply,
    form.Lowest: np.minimum,
    form.Highest: np.maximum,
}


def _values(expression: Any, columns: Columns, scope: Scope, path: str) -> Values:
    match expression:
        case form.FieldValue(field=name, lag=lag):
            found = columns.values(name)
            return _number(_lagged(found.floats, lag)) if lag else found
        case form.PastStatistic(field=name):
            return _number(_statistic(expression, columns.values(name).floats))
        case form.If():
            return _chosen(expression, columns, scope, path)
        case form.Coalesce(coalesce=parts):
            return _first_known([_values(part, columns, scope, path) for part in parts])
        case form.And() | form.Or() | form.Not() | form.Unless() | form.Compare():
            verdict = _judge(resolve(expression, columns.field, scope, path), columns, scope, path)
            return Values("boolean", verdict.is_true, verdict.is_true | verdict.is_false)
        case form.Part():
            below = [_values(part, columns, scope, path).floats for part in form.below(expression)]
            with np.errstate(all="ignore"):
                return _number(np.asarray(_computed(expression, below), dtype=np.float64))
        case _:
            return _literal(expression)


def _computed(expression: form.Part, below: list[Array]) -> Array:
    match expression:
        case form.Divide():
            return np.where(below[1] == 0, np.nan, np.divide(below[0], below[1]))
        case form.Negate():
            return -below[0]
        case form.Absolute():
            return np.abs(below[0])
        case form.Round(decimals=decimals):
            return np.round(below[0], decimals)
        case _:
            return reduce(_ARITHMETIC[type(expression)], below)


def _chosen(expression: form.If, columns: Columns, scope: Scope, path: str) -> Values:
    verdict = _judge(resolve(expression.when, columns.field, scope, path), columns, scope, path)
    then, otherwise = _of_one_kind(
        [_values(part, columns, scope, path) for part in (expression.then, expression.otherwise)]
    )
    known = (verdict.is_true & then.known) | (verdict.is_false & otherwise.known)
    return Values(then.kind, np.where(verdict.is_true, then.data, otherwise.data), known)


def _first_known(parts: list[Values]) -> Values:
    first, *others = _of_one_kind(parts)
    for other in others:
        data = np.where(first.known, first.data, other.data)
        first = Values(first.kind, data, first.known | other.known)
    return first


def _of_one_kind(parts: list[Values]) -> list[Values]:
    """Numbers of two kinds become doubles; nulls are of any kind."""
    kinds: set[FieldType] = set()
    for part in parts:
        if part.kind is not None:
            kinds.add(part.kind)
    if len(kinds) > 1 or not kinds:
        return [Values("number", part.floats, part.known) for part in parts]
    kind: FieldType = kinds.pop()
    (model, *_) = (part.data for part in parts if part.kind is not None)
    nothing = np.zeros(1, dtype=model.dtype)[0]
    return [
        part if part.kind is not None else Values(kind, np.asarray(nothing), part.known)
        for part in parts
    ]


def _lagged(y: Array, lag: int) -> Array:
    return np.r_[np.full(min(lag, len(y)), np.nan), y[: max(len(y) - lag, 0)]]


def _statistic(operand: form.PastStatistic, y: Array) -> Array:
    before = pd.Series(_lagged(y, 1))
    if operand.agg == "count":
        return before.rolling(operand.previous, min_periods=0).count().to_numpy()
    min_count = operand.min_count or (operand.previous + 1) // 2
    rolling = before.rolling(operand.previous, min_periods=min(min_count, operand.previous))
    return getattr(rolling, operand.agg)().to_numpy()
