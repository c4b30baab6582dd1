"""A table of query_config as SQLAlchemy Core: names from the source, every value bound.

Columns are labelled `_0`, `_1`, … inside the statement, so that no alias of a user can be taken
for a column, whatever the engine does with GROUP BY.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from iop_pipelines.domain.conditions import AnyCondition
from iop_pipelines.domain.datasets import Count, Measure, Ratio, WeightedMean, words_of
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query import config as form
from iop_pipelines.query.conditions import AS_DOUBLE, BinaryOrder, compile_condition
from iop_pipelines.query.labels import Label
from iop_pipelines.query.result import Column
from iop_pipelines.query.sources import Source, SourceField

Expression = sa.ColumnElement[Any]


class Bucket(FunctionElement):
    """The first moment of the hour, day, week (Monday), month, quarter or year of a column."""

    inherit_cache = True
    name = "bucket"

    type = sa.String()

    def __init__(self, unit: form.Bucket, column: Expression) -> None:
        # As a clause, the unit becomes a part of the statement's cache key.
        super().__init__(sa.literal_column(unit), column)


_SQLITE_BUCKETS = {
    "hour": "strftime('%Y-%m-%d %H:00:00', {0})",
    "day": "date({0})",
    "week": "date({0}, '-6 days', 'weekday 1')",
    "month": "date({0}, 'start of month')",
    "quarter": "date({0}, 'start of month', '-' || ((strftime('%m', {0}) - 1) % 3) || ' months')",
    "year": "date({0}, 'start of year')",
}
# Without DATE_FORMAT: its percent signs would need the driver's own escaping.
_MYSQL_BUCKETS = {
    "hour": "TIMESTAMP(DATE({0}), MAKETIME(HOUR({0}), 0, 0))",
    "day": "DATE({0})",
    "week": "SUBDATE(DATE({0}), WEEKDAY({0}))",
    "month": "SUBDATE(DATE({0}), DAYOFMONTH({0}) - 1)",
    "quarter": "ADDDATE(MAKEDATE(YEAR({0}), 1), INTERVAL QUARTER({0}) - 1 QUARTER)",
    "year": "MAKEDATE(YEAR({0}), 1)",
}


@compiles(Bucket)
def _sqlite_bucket(element: Bucket, compiler: Any, **kw: Any) -> str:
    unit, column = element.clauses
    return _SQLITE_BUCKETS[str(unit)].format(compiler.process(column, **kw))


@compiles(Bucket, "mysql", "mariadb")
def _mysql_bucket(element: Bucket, compiler: Any, **kw: Any) -> str:
    unit, column = element.clauses
    return _MYSQL_BUCKETS[str(unit)].format(compiler.process(column, **kw))


@dataclass(frozen=True)
class Compiled:
    """`statement` returns `limit` + 1 rows at most; `dimensions` are positions of grouped columns."""

    statement: sa.Select
    columns: tuple[Column, ...]
    dimensions: tuple[int, ...]


def compile_table(
    query: form.TableQuery,
    source: Source,
    conditions: list[tuple[AnyCondition, str]],
    scope: Scope,
    path: str,
    *,
    extra: Expression | None = None,
) -> Compiled:
    """`conditions` come with their JSON paths; `extra` is ours (the rest of a top list).

    Raises InvalidQuery naming the path of what the source does not have.
    """
    labelled, columns, group_by = [], [], []
    for position, item in enumerate(query.select):
        expression, column = select_item(item, source, f"{path}.select.{position}")
        label = expression.label(f"_{position}")
        labelled.append(label)
        columns.append(column)
        if not item.is_aggregate:
            group_by.append(label)
    where = [*source.scope]
    where += [compile_condition(tree, source, scope, at) for tree, at in conditions]
    if extra is not None:
        where.append(extra)
    statement = sa.select(*labelled).select_from(source.rows).where(*where)
    if query.is_grouped and group_by:
        statement = statement.group_by(*(sa.text(label.name) for label in group_by))
    statement = _sorted(statement, query, source, columns)
    size = query.top.n if query.top else query.limit + 1
    dimensions = tuple(i for i, item in enumerate(query.select) if not item.is_aggregate)
    statement = statement.limit(size)
    if query.offset:
        statement = statement.offset(query.offset)
    return Compiled(statement, tuple(columns), dimensions)


def _sorted(
    statement: sa.Select, query: form.TableQuery, source: Source, columns: list[Column]
) -> sa.Select:
    """By the user's words, then by what makes the order total: equal sorts must not shuffle rows."""
    names = [column.name for column in columns]
    order: list[Any] = []
    for sort in query.sort:
        if sort.by not in names:  # a compared column: sorted once the previous period is known
            continue
        key = _sort_key(names.index(sort.by), columns)
        order.append(key.desc() if sort.dir == "desc" else key.asc())
    if query.is_grouped:
        order += [
            _sort_key(i, columns) for i, item in enumerate(query.select) if not item.is_aggregate
        ]
    else:
        order += [column.asc() for column in source.order]
    return statement.order_by(*order)


def _sort_key(position: int, columns: list[Column]) -> Expression:
    label = sa.literal_column(f"_{position}")
    return BinaryOrder(label) if columns[position].type == "string" else label


def select_item(item: form.Select, source: Source, path: str) -> tuple[Expression, Column]:
    vocabulary = None
    if item.measure:
        measure = source.measure(item.measure, f"{path}.measure")
        expression, type_, unit = measure_expression(measure, source)
        label = source.called(measure.label or words_of(item.measure))
    elif item.agg:
        expression, type_, label, unit = _aggregate(item, source, path)
    else:
        chosen = source.field(str(item.field), f"{path}.field")
        expression, type_, unit = chosen.column, chosen.type, chosen.unit
        label = source.called(chosen.label)
        vocabulary = chosen.vocabulary
        if item.bucket:
            expression, type_ = _bucket(item.bucket, chosen, path)
            label = label.by(item.bucket)
    if item.label:
        label = Label.given(item.label)
    return expression, Column(
        name=item.name,
        label=label.en,
        type=type_,
        unit=item.unit or unit,
        decimals=item.decimals,
        vocabulary=vocabulary,
        translations=label.translations,
    )


def _bucket(unit: form.Bucket, chosen: SourceField, path: str) -> tuple[Expression, Any]:
    if chosen.type not in ("date", "datetime"):
        raise InvalidQuery(
            "field.not_a_time", f"{path}.bucket", label=chosen.label, kind=chosen.type
        )
    if unit == "hour" and chosen.type == "date":
        raise InvalidQuery("field.has_no_hours", f"{path}.bucket", label=chosen.label)
    return Bucket(unit, chosen.column), "datetime" if unit == "hour" else "date"


_AGGREGATES = {"sum": sa.func.sum, "mean": sa.func.avg, "min": sa.func.min, "max": sa.func.max}


def _aggregate(item: form.Select, source: Source, path: str) -> tuple[Expression, Any, Label, Any]:
    if item.field is None:
        return sa.func.count(), "integer", Label.own("Rows"), None
    chosen = source.field(item.field, f"{path}.field")
    label = source.called(chosen.label)
    if item.agg == "count":
        return sa.func.count(chosen.column), "integer", label, None
    if item.agg == "count_distinct":
        return sa.func.count(sa.distinct(chosen.column)), "integer", label, None
    aggregate = str(item.agg)
    function = _AGGREGATES[aggregate]
    is_number = chosen.type in ("integer", "number")
    if not is_number and (item.agg in ("sum", "mean") or chosen.type in ("string", "boolean")):
        raise InvalidQuery(
            "aggregate.needs_numbers",
            path,
            label=chosen.label,
            kind=chosen.type,
            aggregate=item.agg,
        )
    column = chosen.column * AS_DOUBLE if item.agg == "mean" else chosen.column
    type_ = "number" if item.agg == "mean" else chosen.type
    return function(column), type_, label.aggregated(aggregate), chosen.unit


def measure_expression(
    measure: Measure, source: Source, *, is_strict: bool = False
) -> tuple[Expression, Any, str | None]:
    """(expression, type, unit). A ratio over nothing is NULL, never 0, and counts only rows that know both sides.

    A sum is over the rows that know its field, as SQL has it; strict, it is NULL if one does not.
    """
    if isinstance(measure, Count):
        return sa.func.count(), "integer", measure.unit

    def column(name: str) -> Expression:
        return source.field(name, "measures").column

    if isinstance(measure, Ratio):
        over, under = column(measure.numerator), column(measure.denominator)
        top = sa.func.sum(sa.case((under.is_not(None), over * AS_DOUBLE)))
        bottom = sa.func.sum(sa.case((over.is_not(None), under)))
        return (
            top * sa.bindparam(None, measure.scale, sa.Double()) / sa.func.nullif(bottom, 0),
            ("number"),
            measure.unit,
        )
    if isinstance(measure, WeightedMean):
        value, weight = column(measure.field), column(measure.weight)
        known = sa.case((value.is_not(None), weight))
        mean = sa.func.sum(value * AS_DOUBLE * weight) / sa.func.nullif(sa.func.sum(known), 0)
        return mean, "number", measure.unit or source.fields[measure.field].unit
    chosen = source.field(measure.field, "measures")
    unit = measure.unit or chosen.unit
    if measure.kind == "mean":
        return sa.func.avg(chosen.column * AS_DOUBLE), "number", unit
    value = getattr(sa.func, measure.kind)(chosen.column)
    if is_strict and measure.kind == "sum":
        value = sa.case((sa.func.count() == sa.func.count(chosen.column), value))
    return value, chosen.type, unit
