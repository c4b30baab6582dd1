"""The one language of conditions and expressions: of queries, of rules, and of the steps that derive a column.

A condition is `{field: delay, op: gt, value: 15}`, or `and`, `or`, `not`, `unless` over conditions. Where the field
would not do, `left` is an expression; where a value would not do, `value` is one. An expression is a literal,
`{field: NAME}`, arithmetic such as `{multiply: [2, {field: miles}]}`, or a condition, which counts 1 or 0.

Three-valued, after Kleene: what is not known decides nothing. `not` of what is not known is not known, so `not eq` is
`ne`; `unless` is true where its condition is not known to be true. Words only: nothing is evaluated here.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeAlias, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from typing_extensions import TypeAliasType

from iop_pipelines.domain.given_json import (
    INT64,
    MAX_TEXT,
    as_invalid_query,
    check_json,
    check_size,
)
from iop_pipelines.errors import InvalidQuery, Unfit

MAX_IN = 1_000

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Scalar = (
    Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(strict=True, ge=-INT64, lt=INT64)]
    | Annotated[float, Field(strict=True, allow_inf_nan=False)]
    | Annotated[str, Field(max_length=MAX_TEXT)]
)
Comparison = Literal["eq", "ne", "lt", "le", "gt", "ge"]
Operator = Literal[
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "in",
    "not_in",
    "between",
    "contains",
    "starts_with",
    "is_null",
    "not_null",
    "in_period",
]
Statistic = Literal["mean", "median", "sum", "min", "max", "std", "count"]
Periods = Annotated[int, Field(ge=1, le=10_000)]


class Part(BaseModel):
    """Of a text that people write: an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ParamRef(Part):
    """The value of a parameter of the query."""

    param: Name


class Span(Part):
    """A period by its ends. A last day belongs to it; an end with a time of day is the first moment that does not."""

    start: str = Field(alias="from", max_length=MAX_TEXT)
    end: str = Field(alias="to", max_length=MAX_TEXT)


class FieldValue(Part):
    """The value of a field; in a rule, `lag` periods before."""

    field: Name
    lag: Annotated[int, Field(ge=0, le=10_000)] = 0


class PastStatistic(Part):
    """In a rule: a statistic of the `previous` periods strictly before.

    Unknown if fewer than `min_count` of them are known (half of them, rounded up, if not given);
    `count` always is known. `std` divides by n - 1.
    """

    field: Name
    agg: Statistic
    previous: Periods
    min_count: Annotated[int, Field(ge=1)] | None = None


_Two = Annotated[tuple["Expression", ...], Field(min_length=2, max_length=2)]
_Many = Annotated[tuple["Expression", ...], Field(min_length=2, max_length=20)]


class Add(Part):
    add: _Many


class Subtract(Part):
    """The first less the second."""

    subtract: _Two


class Multiply(Part):
    multiply: _Many


class Divide(Part):
    """The first over the second; not known where that is zero."""

    divide: _Two


class Lowest(Part):
    parts: _Many = Field(alias="min")


class Highest(Part):
    parts: _Many = Field(alias="max")


class Coalesce(Part):
    """The first that is known."""

    coalesce: _Many


class Negate(Part):
    negate: "Expression"


class Absolute(Part):
    of: "Expression" = Field(alias="abs")


class Round(Part):
    """To `decimals`; halves go to the even side."""

    of: "Expression" = Field(alias="round")
    decimals: Annotated[int, Field(ge=0, le=9)] = 0


class If(Part):
    """`then` where the condition is true, `else` where it is false, else not known."""

    when: "Condition" = Field(alias="if")
    then: "Expression"
    otherwise: "Expression" = Field(alias="else")


class And(Part):
    all_of: tuple["Condition", ...] = Field(alias="and", min_length=1)


class Or(Part):
    any_of: tuple["Condition", ...] = Field(alias="or", min_length=1)


class Not(Part):
    """True where the condition is false; not known where that is not known."""

    negated: "Condition" = Field(alias="not")


class Unless(Part):
    """True where the condition is not known to be true."""

    unless: "Condition"


class Compare(Part):
    """`field op value`, or `left op value`; what is not known makes it not known.

    With skip_if_null it is true of every row when its parameter has no value.
    """

    field: Name | None = None
    left: "Expression | None" = None
    op: Operator
    value: "Value | None" = None
    skip_if_null: bool = False

    @model_validator(mode="after")
    def _is_whole(self) -> "Compare":
        if (self.field is None) == (self.left is None):
            raise Unfit("comparison.field_or_left")
        self._check_value()
        return self

    def _check_value(self) -> None:
        value = self.value
        is_list = isinstance(value, tuple)
        if self.op in ("is_null", "not_null"):
            if value is not None:
                raise Unfit("comparison.takes_no_value", op=self.op)
        elif value is None:
            raise Unfit("comparison.needs_value", op=self.op)
        elif self.op in ("in", "not_in", "between"):
            if not is_list and not isinstance(value, ParamRef):
                raise Unfit("comparison.needs_list", op=self.op)
            if is_list and self.op == "between" and len(value) != 2:
                raise Unfit("comparison.between_both")
            if is_list and not 1 <= len(value) <= MAX_IN:
                raise Unfit("comparison.list_length", most=MAX_IN)
        elif is_list:
            raise Unfit("comparison.takes_one_value", op=self.op)
        if isinstance(value, Span) and self.op != "in_period":
            raise Unfit("comparison.period_without_in_period")
        if self.op == "in_period" and not isinstance(value, str | Span | ParamRef):
            raise Unfit("comparison.in_period_needs_period")
        if self.op in ("contains", "starts_with") and not isinstance(value, str | ParamRef):
            raise Unfit("comparison.needs_text", op=self.op)

    @property
    def subject(self) -> "Expression":
        return FieldValue(field=self.field) if self.field is not None else self.left


# What an alternative is known by. Pydantic puts tags into an error's place, where no key begins with "<".
_TAGS: Mapping[str, str] = {
    **{key: f"<{key}>" for key in ("and", "or", "not", "unless")},
    "op": "<compare>",
    **{
        key: f"<{key}>"
        for key in (
            *("add", "subtract", "multiply", "divide", "min", "max", "coalesce"),
            *("negate", "abs", "round", "if"),
        )
    },
    "agg": "<past>",
    "field": "<field>",
}
_OF_CLASSES: Mapping[type, str] = {
    And: "<and>",
    Or: "<or>",
    Not: "<not>",
    Unless: "<unless>",
    Compare: "<compare>",
    Add: "<add>",
    Subtract: "<subtract>",
    Multiply: "<multiply>",
    Divide: "<divide>",
    Lowest: "<min>",
    Highest: "<max>",
    Coalesce: "<coalesce>",
    Negate: "<negate>",
    Absolute: "<abs>",
    Round: "<round>",
    If: "<if>",
    PastStatistic: "<past>",
    FieldValue: "<field>",
    ParamRef: "<param>",
    Span: "<span>",
}


def _condition_tag(value: object) -> str:
    if isinstance(value, Mapping):
        return next(
            (f"<{key}>" for key in ("and", "or", "not", "unless") if key in value), "<compare>"
        )
    return _OF_CLASSES.get(type(value), "<compare>")


def _expression_tag(value: object) -> str | None:
    if isinstance(value, Mapping):
        return next((tag for key, tag in _TAGS.items() if key in value), None)
    if value is None or isinstance(value, bool | int | float | str):
        return "<literal>"
    return _OF_CLASSES.get(type(value))


def _value_tag(value: Any) -> str | None:
    if isinstance(value, Mapping):
        if "param" in value:
            return "<param>"
        if "from" in value or "to" in value:
            return "<span>"
    return "<list>" if isinstance(value, list | tuple) else _expression_tag(cast(object, value))


_Conditions = (
    Annotated[And, Tag("<and>")]
    | Annotated[Or, Tag("<or>")]
    | Annotated[Not, Tag("<not>")]
    | Annotated[Unless, Tag("<unless>")]
    | Annotated[Compare, Tag("<compare>")]
)
_Computed = (
    Annotated[FieldValue, Tag("<field>")]
    | Annotated[PastStatistic, Tag("<past>")]
    | Annotated[Add, Tag("<add>")]
    | Annotated[Subtract, Tag("<subtract>")]
    | Annotated[Multiply, Tag("<multiply>")]
    | Annotated[Divide, Tag("<divide>")]
    | Annotated[Lowest, Tag("<min>")]
    | Annotated[Highest, Tag("<max>")]
    | Annotated[Coalesce, Tag("<coalesce>")]
    | Annotated[Negate, Tag("<negate>")]
    | Annotated[Absolute, Tag("<abs>")]
    | Annotated[Round, Tag("<round>")]
    | Annotated[If, Tag("<if>")]
)
_Literal = Annotated[Scalar | None, Tag("<literal>")]

Condition = TypeAliasType("Condition", Annotated[_Conditions, Discriminator(_condition_tag)])
Expression = TypeAliasType(
    "Expression",
    Annotated[
        _Literal | _Computed | _Conditions,
        Discriminator(
            _expression_tag,
            custom_error_type="value.not_an_expression",
            custom_error_message="told by the catalogue of its type",
        ),
    ],
)
Value = TypeAliasType(
    "Value",
    Annotated[
        _Literal
        | Annotated[ParamRef, Tag("<param>")]
        | Annotated[Span, Tag("<span>")]
        | Annotated[tuple[Scalar, ...], Tag("<list>")]
        | _Computed
        | _Conditions,
        Discriminator(
            _value_tag,
            custom_error_type="value.not_a_value",
            custom_error_message="told by the catalogue of its type",
        ),
    ],
)
for _each in Part.__subclasses__():
    _each.model_rebuild()

AnyCondition: TypeAlias = And | Or | Not | Unless | Compare
_CONDITION: TypeAdapter[AnyCondition] = TypeAdapter(Condition)


def parse_condition(data: Any, path: str = "where") -> AnyCondition:
    """A condition alone. Raises InvalidQuery whose field begins with `path`."""
    check_json(data, path)
    check_size(data, path)
    try:
        return _CONDITION.validate_python(data)
    except ValidationError as error:
        raise as_invalid_query(error, Condition, path) from None


def below(node: Any) -> Iterator[Any]:
    """The conditions and expressions that a node holds itself."""
    match node:
        case And(all_of=parts) | Or(any_of=parts) | Lowest(parts=parts) | Highest(parts=parts):
            yield from parts
        case Add(add=parts) | Subtract(subtract=parts) | Multiply(multiply=parts):
            yield from parts
        case Divide(divide=parts) | Coalesce(coalesce=parts):
            yield from parts
        case Not(negated=part) | Unless(unless=part) | Negate(negate=part):
            yield part
        case Absolute(of=part) | Round(of=part):
            yield part
        case If(when=when, then=then, otherwise=otherwise):
            yield from (when, then, otherwise)
        case Compare():
            yield node.subject
            if isinstance(node.value, Part):
                yield node.value
        case _:
            return


def fields_of(node: Any) -> Iterator[str]:
    """Names of the fields that a condition or an expression reads, in order, perhaps more than once."""
    if isinstance(node, FieldValue | PastStatistic):
        yield node.field
    for part in below(node):
        yield from fields_of(part)


def refuse_foreign(node: Any, path: str | None = None, *, past: bool) -> None:
    """Raises InvalidQuery for a parameter, which queries have, and for earlier periods, which rules know: `past`."""
    is_past = isinstance(node, PastStatistic) or (isinstance(node, FieldValue) and node.lag > 0)
    if is_past and not past:
        raise InvalidQuery("condition.past", path)
    if isinstance(node, Compare) and (isinstance(node.value, ParamRef) or node.skip_if_null):
        raise InvalidQuery("condition.parameter", path)
    for part in below(node):
        refuse_foreign(part, path, past=past)
