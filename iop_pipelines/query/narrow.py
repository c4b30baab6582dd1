"""A dashboard's period and filters, put upon the query of one of its panels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from iop_pipelines.domain.conditions import (
    And,
    AnyCondition,
    Compare,
    Scalar,
    Span,
    parse_condition,
)
from iop_pipelines.domain.periods import resolve_period
from iop_pipelines.domain.resolved import Scope, period_bounds
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query import config as form
from iop_pipelines.query.catalogue import Catalogue
from iop_pipelines.query.conditions import compile_condition
from iop_pipelines.query.sources import Source
from iop_pipelines.query.words import said_values

# A period in words, or {from, to}.
Period = str | Span


@dataclass(frozen=True)
class Filter:
    field: str
    op: Literal["eq", "in"]
    value: Scalar | tuple[Scalar, ...]


@dataclass(frozen=True)
class Applied:
    """What became of the period (`field` is then the source's time) or of one filter.

    `said`: how it reads, or why the panel has no use for it.
    """

    kind: Literal["period", "filter"]
    field: str | None
    is_applied: bool
    said: Sentence


def narrow(
    config: form.QueryConfig,
    table_name: str,
    period: Period | None,
    filters: Sequence[Filter],
    catalogue: Catalogue,
    *,
    now: datetime,
    zone: str,
) -> tuple[form.QueryConfig, tuple[Applied, ...]]:
    """The config with one table narrowed, as far as its source has the time and the fields.

    The period takes the place of the periods of that time that the table asks for itself: the
    dashboard's reader chose another one. Filters are added to what is asked for.

    Args:
        now, zone: what the period's words are resolved against, where the config names no zone.

    Raises:
        InvalidQuery: the period is none, a filter's value is not of its field's type; the path begins
            with `period` or `filters.N`.
    """
    table = config.datasets[table_name]
    source = catalogue.source(table.source or config.source)
    scope = Scope(now=now, zone=config.time_zone or zone, begins=config.begins)
    applied: list[Applied] = []
    added: list[AnyCondition] = []
    if period is not None:
        applied.append(_period_applied(period, source, scope))
        if source.time is not None:
            config, table = _without_periods(config, table_name, source)
            added.append(Compare(field=source.time, op="in_period", value=period))
    for position, each in enumerate(filters):
        told, condition = _filter_applied(each, source, scope, f"filters.{position}")
        applied.append(told)
        added += [condition] if condition is not None else []
    where = joined([*([table.where] if table.where is not None else []), *added])
    narrowed = table.model_copy(update={"where": where})
    datasets = {**config.datasets, table_name: narrowed}
    return config.model_copy(update={"datasets": datasets}), tuple(applied)


def _period_applied(period: Period, source: Source, scope: Scope) -> Applied:
    resolved = resolve_period(period, scope.now, scope.zone, "period", begins=scope.begins)
    if source.time is None:
        said = Sentence("filter.no_time", source=source.named(source.label))
        return Applied("period", None, False, said)
    chosen = source.fields[source.time]
    period_bounds(resolved, chosen, "period")
    label = source.named(chosen.label)
    said = Sentence("filter.in_period", label=label, period=resolved.describe())
    return Applied("period", source.time, True, said)


def _filter_applied(
    given: Filter, source: Source, scope: Scope, path: str
) -> tuple[Applied, AnyCondition | None]:
    if given.field not in source.fields:
        owner = source.named(source.label)
        said = Sentence("filter.no_field", source=owner, name=given.field)
        return Applied("filter", given.field, False, said), None
    condition = parse_condition({"field": given.field, "op": given.op, "value": given.value}, path)
    # Here, where its path is known: a value of another type is the caller's mistake.
    compile_condition(condition, source, scope, path)
    values = given.value if isinstance(given.value, tuple) else (given.value,)
    label = source.named(source.fields[given.field].label)
    said = Sentence("filter.keeps", label=label, values=said_values(values, given.field))
    return Applied("filter", given.field, True, said), condition


def _without_periods(
    config: form.QueryConfig, table_name: str, source: Source
) -> tuple[form.QueryConfig, form.TableQuery]:
    """Without the periods of the source's time that hold for the whole table."""
    time = str(source.time)
    table = config.datasets[table_name]
    table = table.model_copy(update={"where": _without(table.where, time)})
    if table.source in (None, config.source):
        config = config.model_copy(update={"where": _without(config.where, time)})
    return config, table


def _without(tree: AnyCondition | None, time: str) -> AnyCondition | None:
    if isinstance(tree, Compare):
        return None if tree.field == time and tree.op == "in_period" else tree
    if isinstance(tree, And):
        return joined([kept for each in tree.all_of if (kept := _without(each, time)) is not None])
    return tree


def joined(parts: Sequence[AnyCondition]) -> AnyCondition | None:
    """One condition of several; None of none."""
    if len(parts) <= 1:
        return parts[0] if parts else None
    return And.model_construct(all_of=tuple(parts))


def filter_of(field: str, op: Literal["eq", "in"], value: Any, path: str) -> Filter:
    """Raises InvalidQuery for a value that does not fit the operator."""
    is_list = isinstance(value, list | tuple)
    if is_list is not (op == "in"):
        raise InvalidQuery(
            "comparison.needs_list" if op == "in" else "comparison.needs_one_value",
            f"{path}.value",
            op=op,
        )
    return Filter(field, op, tuple(value) if is_list else value)
