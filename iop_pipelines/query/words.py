"""Conditions in words, as reports and panels show their filters."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from iop_pipelines.domain import conditions as form
from iop_pipelines.domain.periods import resolve_period
from iop_pipelines.domain.resolved import Scope, value_of
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.result import is_identifier
from iop_pipelines.query.sources import Source

MOST_VALUES = 10
_SAID = {
    "eq": "filter.eq",
    "ne": "filter.ne",
    "lt": "filter.lt",
    "le": "filter.le",
    "gt": "filter.gt",
    "ge": "filter.ge",
    "in": "filter.in",
    "not_in": "filter.not_in",
    "contains": "filter.contains",
    "starts_with": "filter.starts_with",
    "is_null": "filter.is_null",
    "not_null": "filter.not_null",
}


Labels = Mapping[str, str]
"""Of fields that a query calls otherwise than their source does."""


def describe_condition(
    tree: form.AnyCondition, source: Source, scope: Scope, labels: Labels
) -> list[Sentence]:
    """The filters as a reader sees them, one line each; what was skipped is not mentioned."""
    match tree:
        case form.And(all_of=parts):
            told = (describe_condition(part, source, scope, labels) for part in parts)
            return [line for lines in told for line in lines]
        case form.Or(any_of=parts):
            either = [_together(part, source, scope, labels) for part in parts]
            return [Sentence.listed([part for part in either if part], "filter.any")]
        case form.Not(negated=part):
            return _inside("filter.not", _together(part, source, scope, labels))
        case form.Unless(unless=part):
            return _inside("filter.unless", _together(part, source, scope, labels))
        case _:
            return _describe_comparison(tree, source, scope, labels)


def said_values(values: Iterable[Any], field: str | None = None) -> list[Any]:
    """The first of them, and a mark that there are more. field: of which they are."""
    told = [said_value(each, field) for each in values]
    return [*told[:MOST_VALUES], "…"] if len(told) > MOST_VALUES else told


def said_value(value: Any, field: str | None = None) -> Any:
    match value:
        case bool():
            return Sentence("filter.true" if value else "filter.false")
        case datetime() | date():
            return Sentence("filter.day", day=value)
        case int() | float() | Decimal() if not (field and is_identifier(field)):
            return Sentence("filter.number", number=value)
        case _:
            return value


def _together(
    tree: form.AnyCondition, source: Source, scope: Scope, labels: Labels
) -> Sentence | None:
    lines = describe_condition(tree, source, scope, labels)
    return Sentence.listed(lines, "filter.all") if lines else None


def _inside(code: str, said: Sentence | None) -> list[Sentence]:
    return [] if said is None else [Sentence(code, said=said)]


def _describe_comparison(
    leaf: form.Compare, source: Source, scope: Scope, labels: Labels
) -> list[Sentence]:
    subject: Any = leaf.subject
    label, field = _label(subject, source, labels), subject.field
    if leaf.op in ("is_null", "not_null"):
        return [Sentence(_SAID[leaf.op], label=label)]
    given = value_of(leaf, scope, "where")
    if given is None:
        return []
    if leaf.op == "in_period":
        period = resolve_period(
            given, scope.now, scope.zone, "where", begins=scope.begins
        ).describe()
        return [Sentence("filter.in_period", label=label, period=period)]
    if leaf.op == "between":
        lowest, highest = (said_value(each, field) for each in cast(tuple[Any, ...], given))
        return [Sentence("filter.between", label=label, lowest=lowest, highest=highest)]
    if isinstance(given, list | tuple):
        values = said_values(cast(tuple[Any, ...], given), field)
        return [Sentence(_SAID[leaf.op], label=label, values=values)]
    is_field = isinstance(given, form.FieldValue)
    said = _label(given, source, labels) if is_field else said_value(given, field)
    return [Sentence(_SAID[leaf.op], label=label, value=said)]


def _label(expression: Any, source: Source, labels: Labels) -> Any:
    """A query compares nothing but fields."""
    if expression.field in labels:
        return labels[expression.field]
    return source.named(source.fields[expression.field].label)
