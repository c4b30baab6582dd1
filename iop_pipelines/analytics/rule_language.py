"""The words of a rule: operands over measures and their past, comparisons, and, or, not. Data, never code.

Operands: a number; `{"measure": m}`; `{"measure": m, "lag": k}`, the value k periods before;
`{"measure": m, "agg": "median", "previous": k}`, over the k periods strictly before; `{"multiply": [a, b]}`;
`{"add": [a, b]}`. Conditions: `{"left": a, "op": ">", "right": b}`, `{"and": [...]}`, `{"or": [...]}`, `{"not": c}`.
An unknown value makes a comparison unknown, and a rule fires only on what is known to be true.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from iop_pipelines.domain.datasets import Name
from iop_pipelines.domain.trees import leaves_of, parts_under
from iop_pipelines.domain.vocabulary import Category, Severity

Statistic = Literal["mean", "median", "sum", "min", "max", "std", "count"]
Comparison = Literal[">", ">=", "<", "<=", "==", "!="]
# Of one rule; a comparison has two at least.
MAX_OPERANDS = 1_000
Periods = Annotated[int, Field(ge=1, le=10_000)]


class _Word(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )


class Measured(_Word):
    """The value of a measure, `lag` periods before the point."""

    measure: Name
    lag: Annotated[int, Field(ge=0, le=10_000)] = 0


class Aggregate(_Word):
    """A statistic of the `previous` periods strictly before the point.

    Unknown if fewer than `min_count` of them are known (half of them, rounded up, if not given);
    `count` always is known. `std` divides by n - 1.
    """

    measure: Name
    agg: Statistic
    previous: Periods
    min_count: Annotated[int, Field(ge=1)] | None = None


class Product(_Word):
    multiply: Annotated[tuple["Operand", ...], Field(min_length=2, max_length=4)]


class Total(_Word):
    add: Annotated[tuple["Operand", ...], Field(min_length=2, max_length=4)]


def _operand_tag(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "number"
    given = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    for key, tag in (("agg", "aggregate"), ("multiply", "product"), ("add", "total")):
        if key in given:
            return tag
    return "measure"


def _condition_tag(value: Any) -> str:
    given = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    for key, tag in (("and", "all"), ("all_of", "all"), ("or", "any"), ("any_of", "any")):
        if key in given:
            return tag
    return "not" if "not" in given or "negated" in given else "comparison"


Operand = Annotated[
    Annotated[float, Tag("number")]
    | Annotated[Measured, Tag("measure")]
    | Annotated[Aggregate, Tag("aggregate")]
    | Annotated[Product, Tag("product")]
    | Annotated[Total, Tag("total")],
    Discriminator(_operand_tag),
]


class Compare(_Word):
    left: Operand
    op: Comparison
    right: Operand


class AllOf(_Word):
    all_of: Annotated[tuple["Condition", ...], Field(alias="and", min_length=1)]


class AnyOf(_Word):
    any_of: Annotated[tuple["Condition", ...], Field(alias="or", min_length=1)]


class Not(_Word):
    negated: Annotated["Condition", Field(alias="not")]


Condition = Annotated[
    Annotated[Compare, Tag("comparison")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(_condition_tag),
]


_SIDES = ("left", "right")
# A member of a rule may be called by its alias or by its name.
_JOINING = ("and", "all_of", "or", "any_of", "not", "negated")


class Rule(_Word):
    """Attributes:
    name: becomes the finding's kind.
    when: fires where this is known to be true.
    measure: what the finding is about; its value is reported.
    expected: what it is compared with in the evidence.
    message: plain words for a person; shown as they are.
    """

    name: Name
    when: Condition
    measure: Name
    severity: Severity = Severity.WARNING
    category: Literal[Category.ANOMALY, Category.OPTIMISATION, Category.TREND] = Category.ANOMALY
    expected: Operand | None = None
    message: Annotated[str, Field(max_length=500)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_of_a_size(cls, value: Any) -> Any:
        """Before anything is made of it."""
        given = value if isinstance(value, dict) else {}
        comparisons = leaves_of(
            [given.get("when")], lambda node: parts_under(node, *_JOINING), "conditions"
        )
        sides = [
            each.get(side) for each in comparisons if isinstance(each, dict) for side in _SIDES
        ]
        leaves_of(
            [*sides, given.get("expected")],
            lambda node: parts_under(node, "multiply", "add"),
            "operands",
            MAX_OPERANDS,
        )
        return value


def measures_of(rule: Rule) -> set[str]:
    """Every measure that a rule names."""
    found = {rule.measure}
    pending: list[Any] = [rule.when, *([] if rule.expected is None else [rule.expected])]
    while pending:
        match pending.pop():
            case Measured(measure=name) | Aggregate(measure=name):
                found.add(name)
            case (
                Product(multiply=parts)
                | Total(add=parts)
                | AllOf(all_of=parts)
                | AnyOf(any_of=parts)
            ):
                pending.extend(parts)
            case Not(negated=part):
                pending.append(part)
            case Compare(left=left, right=right):
                pending.extend((left, right))
    return found


def depth_of(value: Any) -> int:
    """How deeply lists and objects of a JSON value are nested; read before a rule is parsed."""
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            part
            for item in level
            if isinstance(item, (dict, list, tuple))
            for part in (item.values() if isinstance(item, dict) else item)
        ]
    return depth
