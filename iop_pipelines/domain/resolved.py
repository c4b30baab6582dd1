"""A condition against the fields it speaks of: values typed, parameters and periods put in, few forms left.

What SQL and frames both are made from, so that they cannot disagree about what was meant. Whole numbers stay whole: a
field of integers beside 2.5 is compared with whole numbers, never rounded to a double.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeAlias, cast

from iop_pipelines.domain import conditions as form
from iop_pipelines.domain.conditions import AnyCondition, ParamRef, Part, Span
from iop_pipelines.domain.datasets import FieldType, plain_type, scale_of
from iop_pipelines.domain.letters import small_letters
from iop_pipelines.domain.periods import (
    CALENDAR_YEAR,
    Earlier,
    Period,
    YearAndWeek,
    parse_moment,
    resolve_period,
    to_zone,
)
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidQuery

# Of all lists that one table's conditions compare with, those of parameters too.
MAX_BOUND = 10_000
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1
Literalish: TypeAlias = bool | int | float | str | date | datetime


class KnownField(Protocol):
    """`zone` is the zone of a datetime's local times; `label` is for messages."""

    @property
    def type(self) -> FieldType: ...
    @property
    def label(self) -> str: ...
    @property
    def zone(self) -> str | None: ...


Lookup = Callable[[str, str], KnownField]
"""A field by its name; with its path in the condition, for the error if there is none."""


@dataclass
class Scope:
    """What conditions are resolved against; `periods` collects those that were met, in order.

    `now` is naive UTC; None where a condition must mean the same every day, and knows no words such as last_week.
    `bound` counts the values in lists: many long lists, each within its bound, are more than a database takes.

    Of a comparison, `known` says of a field until when it is known in a period that still runs: only that part is
    compared. `before` moves every period back.
    """

    now: datetime | None
    zone: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    begins: YearAndWeek = CALENDAR_YEAR
    known: "Callable[[Side, str | None, Period], Period] | None" = None
    before: Earlier | None = None
    periods: list[Period] = field(default_factory=list[Period])
    fields: list[str | None] = field(default_factory=list[str | None])
    bound: int = 0

    def fresh(self) -> "Scope":
        """For another table: nothing was met yet."""
        return replace(self, periods=[], fields=[], bound=0)

    def earlier(self, how: Earlier) -> "Scope":
        return replace(self.fresh(), before=how)

    def period_of(self, name: str | None) -> Period | None:
        """The first that was asked of a field."""
        found = (each for at, each in enumerate(self.periods) if self.fields[at] == name)
        return next(found, None)

    def bind(self, count: int, path: str) -> None:
        """Raises InvalidQuery once the lists hold more than MAX_BOUND values together."""
        self.bound += count
        if self.bound > MAX_BOUND:
            raise InvalidQuery("conditions.too_many_values", path, most=MAX_BOUND)


@dataclass(frozen=True)
class Side:
    """An expression of one kind; `zone` is that of a field of moments."""

    expression: Any
    kind: FieldType
    label: str
    zone: str | None = None

    @property
    def is_time(self) -> bool:
        return self.kind in ("date", "datetime")

    @property
    def is_number(self) -> bool:
        """Truth counts 1 or 0."""
        return plain_type(self.kind) in ("integer", "number", "boolean")


@dataclass(frozen=True)
class Junction:
    kind: Literal["and", "or", "not", "unless"]
    parts: "tuple[Resolved, ...]"


@dataclass(frozen=True)
class Always:
    """Of a comparison whose parameter has no value."""


@dataclass(frozen=True)
class IsNull:
    side: Side


@dataclass(frozen=True)
class Settled:
    """The same for every value that is known, such as an integer field that equals 2.5."""

    side: Side
    verdict: bool


@dataclass(frozen=True)
class Test:
    """`value` is a Python value of the side's kind, or another side."""

    side: Side
    op: form.Comparison
    value: "Literalish | Side"


@dataclass(frozen=True)
class Among:
    side: Side
    values: tuple[Literalish, ...]


@dataclass(frozen=True)
class Holds:
    """Whether text holds, or begins with, another, without regard to case; `text` is in small letters."""

    side: Side
    text: str
    is_start: bool


Resolved: TypeAlias = Junction | Always | IsNull | Settled | Test | Among | Holds


def resolve(tree: AnyCondition, fields: Lookup, scope: Scope, path: str) -> Resolved:
    """Raises InvalidQuery naming the path of a name or value that does not fit."""
    match tree:
        case form.And(all_of=parts):
            return _joined("and", parts, fields, scope, path)
        case form.Or(any_of=parts):
            return _joined("or", parts, fields, scope, path)
        case form.Not(negated=part):
            return Junction("not", (resolve(part, fields, scope, f"{path}.not"),))
        case form.Unless(unless=part):
            return Junction("unless", (resolve(part, fields, scope, f"{path}.unless"),))
        case _:
            return _comparison(tree, fields, scope, path)


def _joined(
    kind: Literal["and", "or"],
    parts: tuple[AnyCondition, ...],
    fields: Lookup,
    scope: Scope,
    path: str,
) -> Junction:
    below = (resolve(part, fields, scope, f"{path}.{kind}.{i}") for i, part in enumerate(parts))
    return Junction(kind, tuple(below))


def _not(part: Resolved) -> Resolved:
    return Junction("not", (part,))


def _comparison(leaf: form.Compare, fields: Lookup, scope: Scope, path: str) -> Resolved:
    side = side_of(leaf.subject, fields, scope, path if leaf.left is None else f"{path}.left")
    if leaf.op in ("is_null", "not_null"):
        return IsNull(side) if leaf.op == "is_null" else _not(IsNull(side))
    at = f"{path}.value"
    given = value_of(leaf, scope, path)
    if given is None:
        if leaf.skip_if_null:
            return Always()
        raise InvalidQuery("parameter.without_value", at)
    if leaf.op == "in_period":
        return _in_period(side, given, scope, path)
    if leaf.op in ("in", "not_in", "between"):
        return _in_list(side, leaf.op, given, scope, path)
    if leaf.op in ("contains", "starts_with"):
        if side.kind != "string" or not isinstance(given, str):
            raise InvalidQuery("comparison.needs_text_field", f"{path}.op", op=leaf.op)
        return Holds(side, small_letters(given), leaf.op == "starts_with")
    op = leaf.op
    if isinstance(given, Part):
        return _beside(side, op, side_of(given, fields, scope, at), at)
    return _test(side, op, given, scope, at)


def value_of(leaf: form.Compare, scope: Scope, path: str) -> Any:
    """What is compared with, or what the parameter says; None where it says nothing."""
    if not isinstance(leaf.value, ParamRef):
        return leaf.value
    name = leaf.value.param
    if name not in scope.params:
        raise InvalidQuery("parameter.not_found", f"{path}.value.param", name=name)
    return scope.params[name]


def _in_list(side: Side, op: str, given: Any, scope: Scope, path: str) -> Resolved:
    at = f"{path}.value"
    if not isinstance(given, list | tuple):
        raise InvalidQuery("comparison.needs_list", at, op=op)
    values = cast(tuple[Any, ...], given)
    scope.bind(len(values), at)
    if op == "between":
        if len(values) != 2:
            raise InvalidQuery("comparison.between_two", at)
        low = _test(side, "ge", values[0], scope, f"{at}.0")
        return Junction("and", (low, _test(side, "le", values[1], scope, f"{at}.1")))
    found = [_test(side, "eq", one, scope, f"{at}.{i}") for i, one in enumerate(values)]
    known = tuple(each.value for each in found if isinstance(each, Test))
    # What no value of the field can equal is not looked for.
    among = Among(side, cast(tuple[Literalish, ...], known)) if known else Settled(side, False)
    return among if op == "in" else _not(among)


def _test(side: Side, op: form.Comparison, given: Any, scope: Scope, path: str) -> Resolved:
    if (scale := scale_of(side.kind)) is not None and _is_number(given):
        return _whole(side, op, Decimal(str(given)).scaleb(scale))
    if side.kind in ("integer", "boolean") and _is_number(given) and isinstance(given, float):
        return _whole(side, op, given)
    return Test(side, op, typed_value(given, side, scope, path))


def _whole(side: Side, op: form.Comparison, given: float | Decimal) -> Resolved:
    """A field of whole numbers beside a fraction, in whole numbers; decimals are those of their last place."""
    is_whole = math.isfinite(given) and given == math.floor(given)
    if is_whole and _INT64_MIN <= given <= _INT64_MAX:
        return Test(side, op, min(int(given), _INT64_MAX))
    if op in ("eq", "ne"):
        return Settled(side, op == "ne")
    if not _INT64_MIN <= given <= _INT64_MAX:
        return Settled(side, (given > 0) == (op in ("lt", "le")))
    edge = math.ceil(given) if op in ("lt", "ge") else math.floor(given)
    return Test(side, op, edge)


def _beside(side: Side, op: form.Comparison, other: Side, path: str) -> Test:
    fits = (
        (side.is_number and other.is_number)
        or (side.kind == other.kind == "string")
        or (side.is_time and other.is_time and side.zone == other.zone)
    )
    if not fits:
        raise InvalidQuery(
            "comparison.kinds_differ",
            path,
            other=other.label,
            other_kind=other.kind,
            label=side.label,
            kind=side.kind,
        )
    return Test(side, op, other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def typed_value(value: Any, side: Side, scope: Scope, path: str) -> Literalish:
    """A JSON value as the side's type. Raises InvalidQuery for a value of another type."""
    kind = side.kind
    if kind == "string" and isinstance(value, str):
        return value
    if kind == "boolean" and (isinstance(value, bool) or _is_number(value)):
        return value
    if kind == "integer" and _is_number(value) and not isinstance(value, float):
        return value
    if kind == "number" and _is_number(value):
        return float(value)
    if kind in ("date", "datetime") and isinstance(value, str):
        moment = parse_moment(value, scope.zone, path)
        if kind == "datetime":
            return to_zone(moment, scope.zone, side.zone or scope.zone)
        if moment.time() != time():
            raise InvalidQuery("value.has_time_of_day", path, value=value, label=side.label)
        return moment.date()
    raise InvalidQuery("value.not_of_field", path, value=value, kind=kind, label=side.label)


def _in_period(side: Side, given: Any, scope: Scope, path: str) -> Resolved:
    if not side.is_time:
        raise InvalidQuery("field.not_a_time", f"{path}.field", label=side.label, kind=side.kind)
    at = f"{path}.value"
    if not isinstance(given, str | Span):
        raise InvalidQuery("value.no_period", at, value=given)
    period = resolve_period(given, scope.now, scope.zone, at, begins=scope.begins)
    name = side.expression.field if isinstance(side.expression, form.FieldValue) else None
    if scope.known is not None:
        period = scope.known(side, name, period)
    if scope.before is not None:
        period = period.earlier(scope.before)
    scope.periods.append(period)
    scope.fields.append(name)
    start, end = period_bounds(period, side, at)
    return Junction("and", (Test(side, "ge", start), Test(side, "lt", end)))


def period_bounds(period: Period, chosen: KnownField | Side, path: str) -> tuple[date, date]:
    kind = chosen.kind if isinstance(chosen, Side) else chosen.type
    if kind == "datetime":
        return period.in_zone(chosen.zone or period.zone)
    if not period.is_whole_days:
        raise InvalidQuery("period.not_whole_days", path, label=chosen.label)
    return period.start.date(), period.end.date()


def side_of(expression: object, fields: Lookup, scope: Scope, path: str) -> Side:
    """What an expression is; conditions in it are looked at when they are judged."""
    if isinstance(expression, form.FieldValue | form.PastStatistic):
        known = fields(expression.field, f"{path}.field")
        if isinstance(expression, form.PastStatistic):
            _check_numbers(Side(expression, known.type, known.label), expression.agg, path)
            return Side(expression, "number", known.label)
        return Side(expression, known.type, known.label, known.zone)
    kind = kind_of(expression, fields, scope, path)
    return Side(expression, kind or "number", _NAMES.get(type(expression), "the value"))


_NAMES: Mapping[type, str] = {
    form.Add: "add",
    form.Subtract: "subtract",
    form.Multiply: "multiply",
    form.Divide: "divide",
    form.Lowest: "min",
    form.Highest: "max",
    form.Coalesce: "coalesce",
    form.Negate: "negate",
    form.Absolute: "abs",
    form.Round: "round",
    form.If: "if",
}


def kind_of(expression: object, fields: Lookup, scope: Scope, path: str) -> FieldType | None:
    """The type of what an expression gives; None of a null. All that it holds is looked at.

    Raises InvalidQuery for arithmetic on text or times, and branches of two kinds.
    """
    if not isinstance(expression, Part):
        return _kind_of_literal(expression)
    if isinstance(expression, form.FieldValue | form.PastStatistic):
        return side_of(expression, fields, scope, path).kind
    if isinstance(expression, form.And | form.Or | form.Not | form.Unless | form.Compare):
        resolve(expression, fields, scope.fresh(), path)
        return "boolean"
    name = _NAMES[type(expression)]
    parts = list(form.below(expression))
    if isinstance(expression, form.If):
        resolve(expression.when, fields, scope.fresh(), f"{path}.if")
        return _common_kind(name, parts[1:], fields, scope, path)
    if isinstance(expression, form.Coalesce):
        return _common_kind(name, parts, fields, scope, path)
    for at, part in enumerate(parts):
        below = f"{path}.{name}.{at}" if len(parts) > 1 else f"{path}.{name}"
        kind = kind_of(part, fields, scope, below)
        if kind not in ("integer", "number", "boolean", None):
            raise InvalidQuery("operation.takes_numbers", below, name=name, kind=_spoken(kind))
    return "number"


def _kind_of_literal(value: Any) -> FieldType | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "integer" if isinstance(value, int) else "number"


def _common_kind(
    name: str, parts: list[Any], fields: Lookup, scope: Scope, path: str
) -> FieldType | None:
    kinds: set[FieldType] = set()
    for part in parts:
        if (kind := kind_of(part, fields, scope, f"{path}.{name}")) is not None:
            kinds.add(kind)
    if len(kinds) <= 1:
        return next(iter(kinds), None)
    if kinds <= {"integer", "number", "boolean"}:
        return "number"
    told = sorted({_spoken(kind) for kind in kinds}, key=str)
    raise InvalidQuery("operation.takes_one_kind", path, name=name, kinds=told)


def _check_numbers(side: Side, what: str, path: str) -> None:
    if not side.is_number:
        raise InvalidQuery("operation.takes_numbers", path, name=what, kind=_spoken(side.kind))


def _spoken(kind: FieldType | None) -> Sentence:
    codes = {"string": "kind.text", "date": "kind.dates", "datetime": "kind.moments"}
    return Sentence(codes.get(str(kind), "kind.numbers"))
