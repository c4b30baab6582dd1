"""Arithmetic on columns as data: a small tree in JSON that pydantic checks; there is no text to parse and no eval.

`{"op": "subtract", "args": [{"column": "flights"}, {"column": "cancelled"}]}`
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from iop_pipelines.domain.datasets import Name
from iop_pipelines.domain.trees import leaves_of

Unary = Literal["negate", "abs", "not", "is_null"]
Binary = Literal[
    "subtract",
    "divide",
    "round",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
]
Many = Literal["add", "multiply", "min", "max", "coalesce", "and", "or"]
Operator = Literal[Unary, Binary, Many, "if"]

_ARITY: dict[str, tuple[int, int]] = {
    **dict.fromkeys(get_args(Unary), (1, 1)),
    **dict.fromkeys(get_args(Binary), (2, 2)),
    **dict.fromkeys(get_args(Many), (2, 20)),
    "if": (3, 3),
}


class _Node(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(_Node):
    column: Name


class Constant(_Node):
    value: (
        Annotated[float, Field(allow_inf_nan=False)] | Annotated[str, Field(max_length=1000)] | None
    )


class Call(_Node):
    """A null operand makes the result null, except in coalesce, is_null and the branch that `if` does not take;
    so does a division by zero. `round` takes a constant number of decimals, `if` (condition, then, else)."""

    op: Operator
    args: tuple["Expression", ...]

    @model_validator(mode="after")
    def _arity_fits(self) -> "Call":
        low, high = _ARITY[self.op]
        if not low <= len(self.args) <= high:
            wanted = str(low) if low == high else f"{low} to {high}"
            raise ValueError(f"{self.op} takes {wanted} args, not {len(self.args)}")
        if self.op == "round":
            digits = self.args[1]
            if not isinstance(digits, Constant) or digits.value not in range(10):
                raise ValueError("round takes a constant number of decimals, 0 to 9, as second arg")
        leaves_of([self], lambda node: node.args if isinstance(node, Call) else None, "operands")
        return self


# Pydantic puts the tags into error paths; the space tells them from names in a declaration.
_TAGS = {"column": "a column", "value": "a constant", "op": "a call"}


def _tag_of(node: Any) -> str | None:
    """Which alternative is meant, so that an error is about it and not about the others."""
    names = node if isinstance(node, dict) else type(node).model_fields
    return next((tag for name, tag in _TAGS.items() if name in names), None)


Expression = Annotated[
    Annotated[Column, Tag("a column")]
    | Annotated[Constant, Tag("a constant")]
    | Annotated[Call, Tag("a call")],
    Discriminator(
        _tag_of,
        custom_error_type="expression",
        custom_error_message="an expression has `column`, `value`, or `op` and `args`",
    ),
]
Call.model_rebuild()


def columns_of(expression: Expression) -> Iterator[str]:
    """Names of the columns that the expression reads, in order, perhaps more than once."""
    if isinstance(expression, Column):
        yield expression.column
    elif isinstance(expression, Call):
        for arg in expression.args:
            yield from columns_of(arg)
