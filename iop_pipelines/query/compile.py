"""A table of query_config as SQLAlchemy Core: names from the source, every value bound.

Columns are labelled `_0`, `_1`, … inside the statement, so that no alias of a user can be taken
for a column, whatever the engine does with GROUP BY.
"""

from dataclasses import dataclass, replace
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from iop_pipelines.domain.conditions import AnyCondition
from iop_pipelines.domain.datasets import (
    Count,
    FieldType,
    Measure,
    Ratio,
    WeightedMean,
    plain_type,
    scale_of,
    words_of,
)
from iop_pipelines.domain.frequencies import BUCKETS, TimeStep
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query import config as form
from iop_pipelines.query.conditions import AS_DOUBLE, BinaryOrder, as_double, compile_condition
from iop_pipelines.query.labels import Label
from iop_pipelines.query.result import Column
from iop_pipelines.query.sources import Source, SourceField
from iop_pipelines.transform.table import ScaledInteger

Expression = sa.ColumnElement[Any]


class Bucket(FunctionElement):
    """The first moment of the period of a step that a column is in."""

    inherit_cache = True
    name = "bucket"

    type = sa.String()

    def __init__(self, bucket: form.Bucket, column: Expression) -> None:
        # As a clause, the bucket becomes a part of the statement's cache key.
        super().__init__(sa.literal_column(bucket), column)


@compiles(Bucket)
def _sqlite_bucket(element: Bucket, compiler: Any, **kw: Any) -> str:
    bucket, column = element.clauses
    return _on_sqlite(BUCKETS[cast(form.Bucket, str(bucket))]).format(
        compiler.process(column, **kw)
    )


@compiles(Bucket, "mysql", "mariadb")
def _mysql_bucket(element: Bucket, compiler: Any, **kw: Any) -> str:
    bucket, column = element.clauses
    return _on_mysql(BUCKETS[cast(form.Bucket, str(bucket))]).format(compiler.process(column, **kw))


def _on_sqlite(step: TimeStep) -> str:
    if step.unit == "hour":
        return "strftime('%Y-%m-%d %H:00:00', {0})"
    if step.unit == "minute":
        minute = f"strftime('%M', {{0}}) / {step.count} * {step.count}"
        return f"(strftime('%Y-%m-%d %H:', {{0}}) || printf('%02d:00', {minute}))"
    if step.is_business:
        # Sunday is 0 there.
        weekday = "strftime('%w', {0})"
        return f"date({{0}}, CASE {weekday} WHEN '6' THEN '-1 day' WHEN '0' THEN '-2 days' ELSE '0 days' END)"
    if step.unit == "week":
        return f"date({{0}}, '-6 days', 'weekday {(step.first_weekday + 1) % 7}')"
    if step.months is not None:
        within = f"(strftime('%m', {{0}}) - 1) % {step.months}"
        return f"date({{0}}, 'start of month', '-' || ({within}) || ' months')"
    return "date({0})"


def _on_mysql(step: TimeStep) -> str:
    """Without DATE_FORMAT and %: percent signs would need the driver's own escaping."""
    if step.unit == "hour":
        return "TIMESTAMP(DATE({0}), MAKETIME(HOUR({0}), 0, 0))"
    if step.unit == "minute":
        minute = f"MINUTE({{0}}) DIV {step.count} * {step.count}"
        return f"TIMESTAMP(DATE({{0}}), MAKETIME(HOUR({{0}}), {minute}, 0))"
    if step.is_business:
        return "SUBDATE(DATE({0}), GREATEST(WEEKDAY({0}) - 4, 0))"
    if step.unit == "week":
        return f"SUBDATE(DATE({{0}}), MOD(WEEKDAY({{0}}) + {(7 - step.first_weekday) % 7}, 7))"
    if step.months is not None:
        before = f"(MONTH({{0}}) - 1) DIV {step.months} * {step.months}"
        return f"ADDDATE(MAKEDATE(YEAR({{0}}), 1), INTERVAL {before} MONTH)"
    return "DATE({0})"


class ReadingOrder(FunctionElement):
    """Text as a reader of it orders: `domain.alphabet` on SQLite, the collation of the same table on servers."""

    inherit_cache = True
    name = "reading_order"
    type = sa.String()


@compiles(ReadingOrder)
def _sqlite_reading(element: ReadingOrder, compiler: Any, **kw: Any) -> str:
    return f"reading_order({compiler.process(element.clauses, **kw)})"


@compiles(ReadingOrder, "mysql", "mariadb")
def _server_reading(element: ReadingOrder, compiler: Any, **kw: Any) -> str:
    is_mariadb = compiler.dialect.is_mariadb
    collation = "utf8mb4_uca1400_nopad_as_cs" if is_mariadb else "utf8mb4_0900_as_cs"
    text = compiler.process(element.clauses, **kw)
    return f"(CONVERT({text} USING utf8mb4) COLLATE {collation})"


class Nearest(FunctionElement):
    """The whole number nearest to a double, halves away from zero."""

    inherit_cache = True
    name = "nearest"
    type = sa.BigInteger()


@compiles(Nearest)
def _sqlite_nearest(element: Nearest, compiler: Any, **kw: Any) -> str:
    return f"CAST(ROUND({compiler.process(element.clauses, **kw)}) AS INTEGER)"


@compiles(Nearest, "mysql", "mariadb")
def _mysql_nearest(element: Nearest, compiler: Any, **kw: Any) -> str:
    """Of a double ROUND does what the machine's C library does."""
    exact = f"CAST({compiler.process(element.clauses, **kw)} AS DECIMAL(40, 15))"
    return f"CAST(ROUND({exact}) AS SIGNED)"


@dataclass(frozen=True)
class Compiled:
    """`statement` returns `limit` + 1 rows at most, all without one; `counted` says how many there are without
    limit, top and offset. `dimensions` are positions of grouped columns."""

    statement: sa.Select
    columns: tuple[Column, ...]
    dimensions: tuple[int, ...]
    counted: sa.Select


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
    labelled, columns = [], []
    group_by: list[Expression] = []
    for position, item in enumerate(query.select):
        expression, column = select_item(item, source, f"{path}.select.{position}")
        label = expression.label(f"_{position}")
        labelled.append(label)
        columns.append(column)
        if not item.is_aggregate:
            group_by.append(sa.text(label.name))  # type: ignore[arg-type]
    # Two hours that clocks show alike are two groups, and not one sum.
    is_apart = any(_shows_hours(item, source) for item in query.select)
    if is_apart and source.fold is not None and group_by:
        group_by.append(source.fold)
    where = [*source.scope]
    where += [compile_condition(tree, source, scope, at) for tree, at in conditions]
    if extra is not None:
        where.append(extra)
    statement = sa.select(*labelled).select_from(source.rows).where(*where)
    if query.is_grouped and group_by:
        statement = statement.group_by(*group_by)
    counted = _counted(statement, columns)
    statement = _sorted(statement, query, source, columns)
    dimensions = tuple(i for i, item in enumerate(query.select) if not item.is_aggregate)
    size = query.top.n if query.top else None if query.limit is None else query.limit + 1
    statement = statement.limit(size).offset(query.offset or None)
    return Compiled(statement, tuple(columns), dimensions, counted)


def _counted(statement: sa.Select, columns: list[Column]) -> sa.Select:
    """One row: how many rows there are, then the lowest and the highest of each column of integers."""
    rows = statement.subquery()
    integers = [rows.c[f"_{at}"] for at, each in enumerate(columns) if each.type == "integer"]
    edges = [edge(column) for column in integers for edge in (sa.func.min, sa.func.max)]
    return sa.select(sa.func.count(), *edges).select_from(rows)


def _shows_hours(item: form.Select, source: Source) -> bool:
    """Whether it groups by the source's time in periods within the day, or as it is."""
    is_time = item.field == source.time and not item.is_aggregate
    return is_time and (item.bucket is None or BUCKETS[item.bucket].minutes is not None)


def _sorted(
    statement: sa.Select, query: form.TableQuery, source: Source, columns: list[Column]
) -> sa.Select:
    """By the user's words, then by what makes the order total: equal sorts must not shuffle rows."""
    names = [column.name for column in columns]
    order: list[Any] = []
    for sort in query.sort:
        if sort.by not in names:  # a compared column: sorted once the previous period is known
            continue
        at = names.index(sort.by)
        is_known = query.select[at].field == source.time and not query.select[at].is_aggregate
        order += _ordered(at, columns, sort.dir, is_known=is_known)
    if query.is_grouped:
        groups = [i for i, item in enumerate(query.select) if not item.is_aggregate]
        order += [key for i in groups for key in _ordered(i, columns)]
        # Texts that a reader would not order by have an order all the same.
        order += [BinaryOrder(_label(i)) for i in groups if columns[i].type == "string"]
        if source.fold is not None and any(_shows_hours(item, source) for item in query.select):
            order.append(source.fold.asc())
    else:
        order += [column.asc() for column in source.order]
    return statement.order_by(*order)


def _label(position: int) -> Expression:
    return sa.literal_column(f"_{position}")


def _ordered(
    position: int, columns: list[Column], direction: str = "asc", *, is_known: bool = False
) -> list[Expression]:
    """What is not known comes last, in both directions; backwards databases have it so by themselves.

    is_known: there is nothing unknown in it, so that an index of the column serves.
    """
    label = _label(position)
    key = ReadingOrder(label) if columns[position].type == "string" else label
    if direction == "desc":
        return [key.desc()]
    return [key.asc()] if is_known else [label.is_(None), key.asc()]


def select_item(item: form.Select, source: Source, path: str) -> tuple[Expression, Column]:
    vocabulary = places = favourable = None
    if item.measure:
        measure = source.measure(item.measure, f"{path}.measure")
        expression, native, unit = measure_expression(measure, source)
        type_, favourable = measure.type or native, measure.favourable
        places = measure.decimals if measure.decimals is not None else _places(measure, source)
        label = source.called(measure.label or words_of(item.measure))
    elif item.agg:
        expression, type_, label, unit = _aggregate(item, source, path)
        places = scale_of(source.fields[item.field].type) if item.field else None
    else:
        chosen = source.field(str(item.field), f"{path}.field")
        expression, type_, unit = chosen.column, chosen.type, chosen.unit
        label = source.called(chosen.label)
        vocabulary = chosen.vocabulary
        if item.bucket:
            expression, type_ = _bucket(item.bucket, chosen, path)
            label = label.by(item.bucket)
    if type_ == "number" and item.is_aggregate:
        # SQLAlchemy takes what is divided for NUMERIC, of which it reads ten decimals.
        expression = sa.type_coerce(expression, sa.Double())
    if item.label:
        label = Label.given(item.label)
    return expression, Column(
        name=item.name,
        label=label.en,
        type=type_,
        unit=item.unit or unit,
        decimals=item.decimals,
        places=places,
        is_computed=item.is_aggregate and type_ == "number",
        favourable=item.favourable or favourable,
        vocabulary=vocabulary,
        translations=label.translations,
    )


def is_additive(item: form.Select, source: Source) -> bool:
    """Whether it is zero of no rows; a mean of none is nothing."""
    if item.measure is not None:
        return source.measures[item.measure].kind in ("sum", "count")
    return item.agg in ("sum", "count", "count_distinct")


def _places(measure: Measure, source: Source) -> int | None:
    """A mean of money has the decimals of money."""
    name = str(getattr(measure, "field", None))
    return scale_of(source.fields[name].type) if name in source.fields else None


def _bucket(unit: form.Bucket, chosen: SourceField, path: str) -> tuple[Expression, Any]:
    if chosen.type not in ("date", "datetime"):
        raise InvalidQuery(
            "field.not_a_time", f"{path}.bucket", label=chosen.label, kind=chosen.type
        )
    is_within_day = BUCKETS[unit].minutes is not None
    if is_within_day and chosen.type == "date":
        raise InvalidQuery("field.has_no_hours", f"{path}.bucket", label=chosen.label)
    return Bucket(unit, chosen.column), "datetime" if is_within_day else "date"


_AGGREGATES = {"sum": sa.func.sum, "min": sa.func.min, "max": sa.func.max}


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
    is_number = plain_type(chosen.type) in ("integer", "number")
    if not is_number and (item.agg in ("sum", "mean") or chosen.type in ("string", "boolean")):
        raise InvalidQuery(
            "aggregate.needs_numbers",
            path,
            label=chosen.label,
            kind=chosen.type,
            aggregate=item.agg,
        )
    if item.agg == "mean":
        return mean_of(chosen), "number", label.aggregated(aggregate), chosen.unit
    return (
        _AGGREGATES[aggregate](chosen.column),
        chosen.type,
        label.aggregated(aggregate),
        chosen.unit,
    )


def whole(chosen: SourceField) -> Expression:
    """Of decimals the whole numbers of their last place, which add up exactly; `in_ones` makes ones of the sum."""
    is_decimal = scale_of(chosen.type) is not None
    return sa.type_coerce(chosen.column, sa.BigInteger()) if is_decimal else chosen.column


def as_summed(chosen: SourceField) -> Expression:
    return whole(chosen) if scale_of(chosen.type) is not None else chosen.column * AS_DOUBLE


def _as_decimal(chosen: SourceField, type_: FieldType) -> SourceField:
    """A field of doubles as decimals: each as a whole number of the last place, which adds up exactly."""
    scale = scale_of(type_) or 0
    wholes = Nearest(chosen.column * AS_DOUBLE * 10**scale)
    return replace(chosen, column=sa.type_coerce(wholes, ScaledInteger(scale)), type=type_)


def in_ones(total: Expression, chosen: SourceField) -> Expression:
    scale = scale_of(chosen.type)
    return total if scale is None else total * AS_DOUBLE / 10**scale


def mean_of(chosen: SourceField) -> Expression:
    """A mean of decimals is of their exact sum."""
    if scale_of(chosen.type) is None:
        return sa.func.avg(chosen.column * AS_DOUBLE)
    total = in_ones(sa.func.sum(as_summed(chosen)), chosen)
    return total / sa.func.nullif(sa.func.count(chosen.column), 0)


def measure_expression(
    measure: Measure, source: Source, *, is_strict: bool = False
) -> tuple[Expression, Any, str | None]:
    """(expression, type, unit). A ratio over nothing is NULL, never 0, and counts only rows that know both sides.

    A sum is over the rows that know its field, as SQL has it; strict, it is NULL if one does not.
    """
    if isinstance(measure, Count):
        return sa.func.count(), "integer", measure.unit

    def field(name: str) -> SourceField:
        return source.field(name, "measures")

    if isinstance(measure, Ratio):
        over, under = field(measure.numerator), field(measure.denominator)
        top = in_ones(sa.func.sum(sa.case((under.column.is_not(None), as_summed(over)))), over)
        bottom = in_ones(sa.func.sum(sa.case((over.column.is_not(None), whole(under)))), under)
        return (
            top * sa.bindparam(None, measure.scale, sa.Double()) / sa.func.nullif(bottom, 0),
            ("number"),
            measure.unit,
        )
    if isinstance(measure, WeightedMean):
        value, weight = as_double(field(measure.field)), as_double(field(measure.weight))
        known = sa.case((value.is_not(None), weight))
        mean = sa.func.sum(value * weight) / sa.func.nullif(sa.func.sum(known), 0)
        return mean, "number", measure.unit or source.fields[measure.field].unit
    chosen = source.field(measure.field, "measures")
    unit = measure.unit or chosen.unit
    if measure.kind == "mean":
        return mean_of(chosen), "number", unit
    is_decimal = measure.type is not None and scale_of(measure.type) is not None
    if is_decimal and measure.kind == "sum" and chosen.type == "number":
        chosen = _as_decimal(chosen, cast(FieldType, measure.type))
    value = getattr(sa.func, measure.kind)(chosen.column)
    if is_strict and measure.kind == "sum":
        value = sa.case((sa.func.count() == sa.func.count(chosen.column), value))
    return value, chosen.type, unit
