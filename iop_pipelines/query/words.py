"""Conditions in words, as reports and panels show their filters."""

from typing import Any, cast

from iop_pipelines.domain import conditions as form
from iop_pipelines.domain.periods import resolve_period
from iop_pipelines.domain.resolved import Scope, value_of
from iop_pipelines.query.sources import Source

_WORDS = {
    "eq": "is",
    "ne": "is not",
    "lt": "<",
    "le": "≤",
    "gt": ">",
    "ge": "≥",
    "in": "is one of",
    "not_in": "is none of",
    "between": "between",
    "contains": "contains",
    "starts_with": "starts with",
    "is_null": "is empty",
    "not_null": "is not empty",
}


def describe_condition(tree: form.AnyCondition, source: Source, scope: Scope) -> list[str]:
    """The filters as a reader sees them, one line each; what was skipped is not mentioned."""
    match tree:
        case form.And(all_of=parts):
            return [line for part in parts for line in describe_condition(part, source, scope)]
        case form.Or(any_of=parts):
            either = [" and ".join(describe_condition(part, source, scope)) for part in parts]
            return [" or ".join(part for part in either if part)]
        case form.Not(negated=part):
            return [f"not ({' and '.join(describe_condition(part, source, scope))})"]
        case form.Unless(unless=part):
            return [f"unless ({' and '.join(describe_condition(part, source, scope))})"]
        case _:
            return _describe_comparison(tree, source, scope)


def _describe_comparison(leaf: form.Compare, source: Source, scope: Scope) -> list[str]:
    label = _label(leaf.subject, source)
    if leaf.op in ("is_null", "not_null"):
        return [f"{label} {_WORDS[leaf.op]}"]
    given = value_of(leaf, scope, "where")
    if given is None:
        return []
    if leaf.op == "in_period":
        return [f"{label}: {resolve_period(given, scope.now, scope.zone, 'where').describe()}"]
    if isinstance(given, list | tuple):
        values = cast(tuple[Any, ...], given)
        shown = ", ".join(str(one) for one in values[:10]) + (", …" if len(values) > 10 else "")
        return [f"{label} {_WORDS[leaf.op]} {shown}"]
    said = _label(given, source) if isinstance(given, form.FieldValue) else given
    return [f"{label} {_WORDS[leaf.op]} {said}"]


def _label(expression: Any, source: Source) -> str:
    """A query compares nothing but fields."""
    return source.fields[expression.field].label
