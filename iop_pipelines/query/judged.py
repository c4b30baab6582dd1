"""A condition on columns of a result, judged on rows that are read already: what is not known is None."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from iop_pipelines.domain import conditions as form
from iop_pipelines.domain.conditions import AnyCondition
from iop_pipelines.domain.datasets import FieldType, scale_of
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
    resolve,
)
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query.result import EXACT, Column, Row

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


@dataclass(frozen=True)
class Shown:
    """A column as conditions know fields."""

    type: FieldType
    label: str
    zone: str | None = None


def column_of(columns: Mapping[str, KnownField], name: str, path: str) -> KnownField:
    """Raises InvalidQuery naming the path of what is not shown."""
    if name not in columns:
        raise InvalidQuery("having.no_such_column", path, name=closest(name, columns))
    return columns[name]


def kept(
    rows: Sequence[Row],
    columns: Sequence[Column],
    tree: AnyCondition,
    scope: Scope,
    path: str,
    *,
    zones: Mapping[str, str | None] | None = None,
) -> list[Row]:
    """Those of which the whole is true. zones: of columns of moments, by their names."""
    told = zones or {}
    known = {each.name: Shown(each.type, each.label, told.get(each.name)) for each in columns}
    node = resolve(tree, partial(column_of, known), scope, path)
    at = {each.name: position for position, each in enumerate(columns)}
    return [row for row in rows if _judge(node, row, at) is True]


def _judge(node: Resolved, row: Row, at: Mapping[str, int]) -> bool | None:
    match node:
        case Junction(kind="and", parts=parts):
            found = [_judge(part, row, at) for part in parts]
            return False if False in found else None if None in found else True
        case Junction(kind="or", parts=parts):
            found = [_judge(part, row, at) for part in parts]
            return True if True in found else None if None in found else False
        case Junction(kind="not", parts=(part,)):
            verdict = _judge(part, row, at)
            return None if verdict is None else not verdict
        case Junction(parts=parts):
            return _judge(parts[0], row, at) is not True
        case Always():
            return True
        case IsNull(side=side):
            return _value(side, row, at) is None
        case _:
            value = _value(node.side, row, at)
            return None if value is None else _holds(node, value, row, at)


def _holds(
    node: Settled | Test | Among | Holds, value: Any, row: Row, at: Mapping[str, int]
) -> bool | None:
    match node:
        case Settled(verdict=verdict):
            return verdict
        case Among(values=values):
            return _as_resolved(value, node.side) in values
        case Holds(text=text, is_start=is_start):
            small = small_letters(value)
            return small.startswith(text) if is_start else text in small
        case Test(op=op, value=Side() as other):
            right = _value(other, row, at)
            return None if right is None else _OPERATORS[op](*_alike(value, right))
        case Test(op=op, value=given):
            return _OPERATORS[op](_as_resolved(value, node.side), given)


def _value(side: Side, row: Row, at: Mapping[str, int]) -> Any:
    if not isinstance(side.expression, form.FieldValue):
        raise InvalidQuery("query.computes", "left")
    return row[at[side.expression.field]]


def _as_resolved(value: Any, side: Side) -> Any:
    """Beside what was given: decimals as whole numbers of their last place, as conditions are resolved."""
    if isinstance(value, Decimal):
        return value.scaleb(scale_of(side.kind) or 0, EXACT)
    return value


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Two columns, each as it is: a decimal beside a double is one, for 0.1 is no exact decimal there."""
    if isinstance(left, float) and isinstance(right, Decimal):
        return left, float(right)
    if isinstance(left, Decimal) and isinstance(right, float):
        return float(left), right
    return left, right
