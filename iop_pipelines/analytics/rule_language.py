"""The words of a rule: a condition over measures and their past, in the language of `domain.conditions`.

`{field: m}` is the value of a measure, `{field: m, lag: k}` the one k periods before, and
`{field: m, agg: median, previous: k}` over the k periods strictly before. A rule fires only on what is known to be
true. Data, never code.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from iop_pipelines.domain.conditions import (
    Condition,
    Expression,
    fields_of,
    refuse_foreign,
)
from iop_pipelines.domain.datasets import FieldType, Name
from iop_pipelines.domain.given_json import sized
from iop_pipelines.domain.resolved import KnownField, Scope, kind_of
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.errors import InvalidQuery, Unfit

# A rule means the same every day and in every zone.
SCOPE = Scope(now=None, zone="UTC")


class _AnyMeasure:
    """What is known of a measure before its rows are: it is a number."""

    type: FieldType = "number"
    zone = None

    def __init__(self, name: str) -> None:
        self.label = name


def _any_measure(name: str, _path: str) -> KnownField:
    return _AnyMeasure(name)


class Rule(BaseModel):
    """Attributes:
    name: becomes the finding's kind.
    when: fires where this is known to be true.
    measure: what the finding is about; its value is reported.
    expected: what it is compared with in the evidence.
    message: plain words for a person; shown as they are.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Name
    when: Annotated[Condition, BeforeValidator(sized)]
    measure: Name
    severity: Severity = Severity.WARNING
    category: Literal[Category.ANOMALY, Category.OPTIMISATION, Category.TREND] = Category.ANOMALY
    expected: Annotated[Expression | None, BeforeValidator(sized)] = None
    message: Annotated[str, Field(max_length=500)] | None = None

    @model_validator(mode="after")
    def _fits_measures(self) -> "Rule":
        try:
            for key, part in (("when", self.when), ("expected", self.expected)):
                refuse_foreign(part, key, past=True)
                if kind_of(part, _any_measure, SCOPE, key) == "string":
                    raise InvalidQuery("rule.is_text", key)
        except InvalidQuery as error:
            raise Unfit(error.told) from None
        return self


def measures_of(rule: Rule) -> set[str]:
    """Every measure that a rule names."""
    return {rule.measure, *fields_of(rule.when), *fields_of(rule.expected)}


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
