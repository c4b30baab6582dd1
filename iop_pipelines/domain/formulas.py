"""Measures that are computed of others: `revenue - cost`, `100 * (revenue - cost) / revenue`.

A formula is read by Python's own parser and holds nothing but names, numbers, the four operations and brackets.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal, TypeAlias

from iop_pipelines.errors import Unfit

MAX_LENGTH = 300
Operator = Literal["+", "-", "*", "/"]
# Of a number in a formula: what databases divide and multiply by without losing it.
_LARGEST = 1e300
_OPERATORS: Mapping[type[ast.operator], Operator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


@dataclass(frozen=True)
class Named:
    name: str


@dataclass(frozen=True)
class Number:
    value: Decimal


@dataclass(frozen=True)
class Operation:
    operator: Operator
    left: "Formula"
    right: "Formula"


Formula: TypeAlias = Named | Number | Operation


@lru_cache(maxsize=1_000)
def parse_formula(text: str) -> Formula:
    """Raises Unfit naming the formula."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Unfit("formula.wrong", given=text) from None
    return _read(tree, text)


def _read(node: ast.expr, text: str) -> Formula:
    match node:
        case ast.Name(id=name):
            return Named(name)
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return _number(value, ast.get_source_segment(text.strip(), node) or str(value), text)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Operation("-", Number(Decimal(0)), _read(operand, text))
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            return Operation(_OPERATORS[type(operator)], _read(left, text), _read(right, text))
        case _:
            raise Unfit("formula.wrong", given=text)


def _number(value: float, written: str, text: str) -> Number:
    """What a double takes for infinite, or for nothing, is not the number that was written."""
    is_nothing = value == 0 and Decimal(written.replace("_", "")) != 0
    if abs(value) > _LARGEST or is_nothing:
        raise Unfit("formula.number", given=text, number=written[:40])
    return Number(Decimal(str(value)))


def names_in(formula: Formula) -> Iterator[str]:
    match formula:
        case Named(name=name):
            yield name
        case Operation(left=left, right=right):
            yield from names_in(left)
            yield from names_in(right)
        case Number():
            return


def adds_up(formula: Formula) -> bool:
    """Whether it is of no rows what it is of nothing: sums and differences of names alone."""
    match formula:
        case Named():
            return True
        case Operation(operator="+" | "-", left=left, right=right):
            return adds_up(left) and adds_up(right)
        case Number(value=value):
            return value == 0
        case _:
            return False
