"""A resolved condition as SQL, which means the same on SQLite, MySQL and MariaDB; every value is bound.

MySQL's own comparisons take 'a' and 'a ' for one, and with some collations 'é' and 'e': text is compared by its bytes.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from iop_pipelines.domain import conditions as form
from iop_pipelines.domain.datasets import DECIMALS, scale_of
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
from iop_pipelines.query.sources import Source, SourceField

Boolean = sa.ColumnElement[bool]
# Turns integer arithmetic into double precision alike on every engine; MySQL would give DECIMAL.
AS_DOUBLE: sa.ColumnElement[Any] = sa.literal_column("1e0")


class BinaryOrder(FunctionElement[Any]):
    """Text by its bytes, as SQLite has it; MySQL's collations would mix cases and accents."""

    type = sa.String()
    inherit_cache = True
    name = "binary_order"


@compiles(BinaryOrder)
def _plain_order(element: BinaryOrder, compiler: Any, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(BinaryOrder, "mysql", "mariadb")
def _mysql_order(element: BinaryOrder, compiler: Any, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS BINARY)"


class TextAmong(FunctionElement[Any]):
    """Whether the first text is one of the others, byte for byte; an index on it is of use."""

    type = sa.Boolean()
    inherit_cache = True
    name = "text_among"


@compiles(TextAmong)
def _plain_among(element: TextAmong, compiler: Any, **kw: Any) -> str:
    text, *others = (compiler.process(part, **kw) for part in element.clauses)
    return f"({text} IN ({', '.join(others)}))"


@compiles(TextAmong, "mysql", "mariadb")
def _mysql_among(element: TextAmong, compiler: Any, **kw: Any) -> str:
    text, *others = (compiler.process(part, **kw) for part in element.clauses)
    found = f"IN ({', '.join(others)})"
    return f"({text} {found} AND CAST({text} AS BINARY) {found})"


class SmallLetters(FunctionElement[Any]):
    """Text in small letters, and compared by its bytes."""

    type = sa.String()
    inherit_cache = True
    name = "small_letters"


@compiles(SmallLetters)
def _plain_small(element: SmallLetters, compiler: Any, **kw: Any) -> str:
    return f"lower({compiler.process(element.clauses, **kw)})"


@compiles(SmallLetters, "mysql", "mariadb")
def _mysql_small(element: SmallLetters, compiler: Any, **kw: Any) -> str:
    return f"(LOWER({compiler.process(element.clauses, **kw)}) COLLATE utf8mb4_bin)"


def compile_condition(tree: form.AnyCondition, source: Source, scope: Scope, path: str) -> Boolean:
    """Raises InvalidQuery naming the path of what the source does not have."""
    return _compile(resolve(tree, partial(_plain_field, source), scope, path), source)


def compile_resolved(node: Resolved, source: Source) -> Boolean:
    return _compile(node, source)


def _plain_field(source: Source, name: str, path: str) -> KnownField:
    return source.field(name, path)


def _compile(node: Resolved, source: Source) -> Boolean:
    match node:
        case Junction(kind="and", parts=parts):
            return sa.and_(*(_compile(part, source) for part in parts))
        case Junction(kind="or", parts=parts):
            return sa.or_(*(_compile(part, source) for part in parts))
        case Junction(kind="not", parts=(part,)):
            return sa.not_(_compile(part, source))
        case Junction(parts=parts):
            return sa.not_(sa.func.coalesce(_compile(parts[0], source), sa.false()))
        case Always():
            return sa.true()
        case IsNull(side=side):
            return _column(side, source).is_(None)
        case Settled(side=side, verdict=verdict):
            known = _column(side, source).is_not(None)
            return sa.case((known, sa.true() if verdict else sa.false()))
        case Holds(side=side, text=text, is_start=is_start):
            small = SmallLetters(_column(side, source))
            match_ = small.startswith if is_start else small.contains
            return match_(text, autoescape=True)
        case Among(side=side, values=values):
            return _among(side, values, source)
        case Test():
            return _test(node, source)


def _among(side: Side, values: tuple[Any, ...], source: Source) -> Boolean:
    column = _column(side, source)
    if side.kind == "string":
        return TextAmong(column, *(sa.literal(value, sa.String()) for value in values))
    return column.in_([int(value) for value in values] if side.kind == "boolean" else values)


_OPERATORS: Mapping[str, Callable[[Any, Any], Boolean]] = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: column != value,
    "lt": lambda column, value: column < value,
    "le": lambda column, value: column <= value,
    "gt": lambda column, value: column > value,
    "ge": lambda column, value: column >= value,
}


def _test(node: Test, source: Source) -> Boolean:
    column, value = _column(node.side, source), node.value
    if node.side.kind == "string":
        other = (
            _column(value, source) if isinstance(value, Side) else sa.literal(value, sa.String())
        )
        if node.op in ("eq", "ne"):
            same = TextAmong(column, other)
            return same if node.op == "eq" else sa.not_(same)
        return _OPERATORS[node.op](BinaryOrder(column), BinaryOrder(other))
    if isinstance(value, Side):
        if {"number", *DECIMALS} & {node.side.kind, value.kind}:
            sides = (_double(each, source) for each in (node.side, value))
            return _OPERATORS[node.op](*sides)
        value = _column(value, source)
    # As its column is: a truth value is 1 or 0.
    value = int(value) if isinstance(value, bool) else value
    return _OPERATORS[node.op](column, value)


def _double(side: Side, source: Source) -> sa.ColumnElement[Any]:
    column, scale = _column(side, source), scale_of(side.kind)
    return column * AS_DOUBLE if scale is None else column * AS_DOUBLE / 10**scale


def as_double(chosen: SourceField) -> sa.ColumnElement[Any]:
    """The value of a field of numbers, decimals in ones."""
    scale = scale_of(chosen.type)
    if scale is None:
        return chosen.column * AS_DOUBLE
    return sa.type_coerce(chosen.column, sa.BigInteger()) * AS_DOUBLE / 10**scale


def _column(side: Side, source: Source) -> sa.ColumnElement[Any]:
    expression = side.expression
    if not isinstance(expression, form.FieldValue) or expression.lag:
        raise InvalidQuery(
            "query.computes",
            "left",
        )
    column = source.fields[expression.field].column
    if side.kind == "boolean":
        return sa.type_coerce(column, sa.Integer())
    if side.kind in DECIMALS:
        # Compared with whole numbers of the last place, as `resolved` has made them.
        return sa.type_coerce(column, sa.BigInteger())
    return sa.type_coerce(column, sa.String()) if side.kind == "string" else column
