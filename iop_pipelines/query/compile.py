"""A table of query_config as SQLAlchemy Core: names from the source, every value bound.

Columns are labelled `_0`, `_1`, … inside the statement, so that no alias of a user can be taken
for a column, whatever the engine does with GROUP BY.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from iop_pipelines.domain.conditions import AnyCondition
from iop_pipelines.domain.datasets import (
    DECIMALS,
    Computed,
    Count,
    FieldType,
    Measure,
    Ratio,
    WeightedMean,
    plain_type,
    scale_of,
    words_of,
)
from iop_pipelines.domain.formulas import (
    Formula,
    Named,
    Number,
    Operation,
    Operator,
    adds_up,
    names_in,
    parse_formula,
)
from iop_pipelines.domain.frequencies import BUCKETS, STEPS, TimeStep
from iop_pipelines.domain.periods import YearAndWeek
from iop_pipelines.domain.resolved import Scope, resolve
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query import config as form
from iop_pipelines.query.conditions import (
    AS_DOUBLE,
    BinaryOrder,
    as_double,
    compile_condition,
    compile_resolved,
)
from iop_pipelines.query.judged import column_of
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
        within = f"(strftime('%m', {{0}}) + {12 - step.first_month}) % {step.months}"
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
        within = f"MOD(MONTH({{0}}) + {12 - step.first_month}, {step.months})"
        return f"ADDDATE(MAKEDATE(YEAR({{0}}), 1), INTERVAL MONTH({{0}}) - 1 - {within} MONTH)"
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
    labelled: list[Any] = []
    expressions: list[Expression] = []
    columns: list[Column] = []
    measured: dict[str, SourceField] = {}
    group_by: list[Expression] = []
    for position, item in enumerate(query.select):
        given = own_periods(item, source, scope.begins)
        expression, column, native = _selected(given, source, f"{path}.select.{position}")
        if item.is_aggregate:
            zone = zone_of(item, source)
            measured[column.name] = SourceField(expression, native, column.label, zone=zone)
        label = expression.label(f"_{position}")
        labelled.append(label)
        expressions.append(expression)
        columns.append(column)
        if not item.is_aggregate:
            group_by.append(sa.text(label.name))  # type: ignore[arg-type]
    # Two hours that clocks show alike are two groups, and not one sum.
    if group_by and (fold := fold_of(query, source)) is not None:
        group_by.append(fold)
    where = [*source.scope]
    where += [compile_condition(tree, source, scope, at) for tree, at in conditions]
    if extra is not None:
        where.append(extra)
    statement = sa.select(*labelled).select_from(source.rows).where(*where)
    if query.is_grouped and group_by:
        statement = statement.group_by(*group_by)
    if query.having is not None and not any(item.compare for item in query.select):
        # Of a comparison it is judged once both periods are read.
        statement = statement.having(_having(query.having, measured, source, scope, path))
    counted = _counted(statement, columns)
    statement = _sorted(statement, query, source, columns, expressions)
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


def fold_of(query: form.TableQuery, source: Source) -> Expression | None:
    """What else its groups differ by, where they are of hours of the source's time."""
    return source.fold if any(_shows_hours(item, source) for item in query.select) else None


def _shows_hours(item: form.Select, source: Source) -> bool:
    """Whether it groups by the source's time in periods within the day, or as it is."""
    is_time = item.field == source.time and not item.is_aggregate
    return is_time and (item.bucket is None or BUCKETS[item.bucket].minutes is not None)


def _sorted(
    statement: sa.Select,
    query: form.TableQuery,
    source: Source,
    columns: list[Column],
    expressions: list[Expression],
) -> sa.Select:
    """By the user's words, then by what makes the order total: equal sorts must not shuffle rows."""
    names = [column.name for column in columns]
    order: list[Any] = []
    for sort in query.sort:
        if sort.by not in names:  # a compared column: sorted once the previous period is known
            continue
        at = names.index(sort.by)
        is_known = query.select[at].field == source.time and not query.select[at].is_aggregate
        # MariaDB takes no name of an aggregate in an expression (1247).
        itself = expressions[at] if query.select[at].is_aggregate else _label(at)
        unknown = None if is_known or sort.dir == "desc" else itself.is_(None)
        order += _ordered(at, columns, sort.dir, unknown)
    if query.is_grouped:
        groups = [i for i, item in enumerate(query.select) if not item.is_aggregate]
        order += [key for i in groups for key in _ordered(i, columns, "asc", _label(i).is_(None))]
        # Texts that a reader would not order by have an order all the same.
        order += [BinaryOrder(_label(i)) for i in groups if columns[i].type == "string"]
        if (fold := fold_of(query, source)) is not None:
            order.append(fold.asc())
    else:
        order += [column.asc() for column in source.order]
    return statement.order_by(*order)


def own_periods(item: form.Select, source: Source, begins: YearAndWeek) -> form.Select:
    """A `week` and a `quarter` are those of the config; they keep their names.

    Where it does not say itself with which day weeks begin, those of a dataset of weeks are the dataset's.
    """
    first = begins.first_weekday
    own = own_step(item, source)
    if own is not None and own.unit == "week" and not begins.is_week_said:
        first = own.first_weekday
    if item.bucket == "week" and first != 0:
        step = next(
            each for each in STEPS.values() if each.unit == "week" and each.first_weekday == first
        )
    elif item.bucket == "quarter" and begins.fiscal_month % 3 != 1:
        step = BUCKETS["QS-FEB" if begins.fiscal_month % 3 == 2 else "QS-MAR"]
    else:
        return item
    return item.model_copy(update={"bucket": step.bucket, "alias": item.name})


def _label(position: int) -> Expression:
    return sa.literal_column(f"_{position}")


def _ordered(
    position: int, columns: list[Column], direction: str, unknown: Expression | None
) -> list[Expression]:
    """What is not known comes last, in both directions; backwards databases have it so by themselves.

    unknown: left out where there is nothing unknown, so that an index of the column serves.
    """
    label = _label(position)
    key = ReadingOrder(label) if columns[position].type == "string" else label
    if direction == "desc":
        return [key.desc()]
    return [key.asc()] if unknown is None else [unknown, key.asc()]


def _having(
    tree: AnyCondition,
    measured: Mapping[str, SourceField],
    source: Source,
    scope: Scope,
    path: str,
) -> Expression:
    """On measures as they are selected, by their names."""
    resolved = resolve(tree, partial(column_of, measured), scope, f"{path}.having")
    return compile_resolved(resolved, replace(source, fields=measured))


def zone_of(item: form.Select, source: Source) -> str | None:
    """The zone in which its moments are told: an earliest or latest one is one of its field's."""
    measure = source.measures.get(item.measure) if item.measure else None
    name = str(item.field or getattr(measure, "field", None))
    return source.fields[name].zone if name in source.fields else None


def select_item(item: form.Select, source: Source, path: str) -> tuple[Expression, Column]:
    expression, column, _ = _selected(item, source, path)
    return expression, column


def _selected(item: form.Select, source: Source, path: str) -> tuple[Expression, Column, FieldType]:
    """With the type that the expression has in the database, where the measure declares another."""
    vocabulary = places = favourable = step = zone = None
    if item.measure or item.compute:
        measure = _measure_of(item, source, path)
        expression, native, unit = measure_expression(measure, source)
        type_, favourable = measure.type or native, measure.favourable
        places = measure.decimals if measure.decimals is not None else _places(measure, source)
        label = source.called(measure.label or words_of(item.measure or item.name))
    elif item.agg:
        expression, native, label, unit = _aggregate(item, source, path)
        type_ = native
        places = scale_of(source.fields[item.field].type) if item.field else None
    else:
        chosen = source.field(str(item.field), f"{path}.field")
        expression, type_, unit = chosen.column, chosen.type, chosen.unit
        label = source.called(chosen.label)
        vocabulary = chosen.vocabulary
        step, zone = _step_of(item, source), chosen.zone
        if item.bucket:
            _require_whole_periods(item.bucket, own_step(item, source), chosen.label, path)
            expression, type_ = _bucket(item.bucket, chosen, path)
            label = label.by(item.bucket)
        native = type_
    if type_ == "number" and item.is_aggregate:
        # SQLAlchemy takes what is divided for NUMERIC, of which it reads ten decimals.
        expression = sa.type_coerce(expression, sa.Double())
    if item.label:
        label = Label.given(item.label)
    column = Column(
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
        adds_up=_adds_up(item, source) if item.is_aggregate else None,
        step=step,
        zone=zone,
    )
    return expression, column, native


def _step_of(item: form.Select, source: Source) -> form.Bucket | None:
    """Of moments as they are it is the dataset's own."""
    if item.bucket is not None:
        return item.bucket
    own = own_step(item, source)
    return None if own is None else own.bucket


def own_step(item: form.Select, source: Source) -> TimeStep | None:
    """The dataset's, of its moments."""
    return source.dataset.step if source.dataset and item.field == source.time else None


def _require_whole_periods(
    bucket: form.Bucket, own: TimeStep | None, label: str, path: str
) -> None:
    """A quarter of the data from January would be counted whole in the one from November."""
    if own is not None and BUCKETS[bucket].cuts(own):
        raise InvalidQuery("field.periods_cut", f"{path}.bucket", label=label)


def _adds_up(item: form.Select, source: Source) -> bool:
    """Whether two groups together have the sum of both: what is distinct in each may be the same."""
    return item.agg != "count_distinct" and is_additive(item, source)


def _measure_of(item: form.Select, source: Source, path: str) -> Measure:
    if item.measure is not None:
        return source.measure(item.measure, f"{path}.measure")
    computed = Computed.model_validate({"kind": "computed", "formula": item.compute})
    for name in names_in(parse_formula(computed.formula)):
        if isinstance(source.measure(name, f"{path}.compute"), Computed):
            raise InvalidQuery("formula.of_formulas", f"{path}.compute", name=name)
    return computed


def is_additive(item: form.Select, source: Source) -> bool:
    """Whether it is zero of no rows; a mean of none is nothing."""
    if item.measure is not None or item.compute is not None:
        return measure_adds_up(_measure_of(item, source, "select"), source)
    return item.agg in ("sum", "count", "count_distinct")


def measure_adds_up(measure: Measure, source: Source) -> bool:
    if isinstance(measure, Computed):
        formula = parse_formula(measure.formula)
        parts = (source.measures[name] for name in names_in(formula))
        return adds_up(formula) and all(measure_adds_up(part, source) for part in parts)
    return measure.kind in ("sum", "count")


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

    if isinstance(measure, Computed):
        return _computed(parse_formula(measure.formula), measure, source, is_strict=is_strict)

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


def _computed(
    formula: Formula, measure: Computed, source: Source, *, is_strict: bool
) -> tuple[Expression, Any, str | None]:
    """Sums and differences of what is exact are exact, all else is of doubles; over zero it is NULL."""
    match formula:
        case Named(name=name):
            found = measure_expression(
                source.measure(name, "measures"), source, is_strict=is_strict
            )
            return found[0], found[1], measure.unit or found[2]
        case Number(value=value):
            return sa.literal(float(value), sa.Double()), "number", measure.unit
        case Operation(operator=operator, left=left, right=right):
            sides = [
                _computed(each, measure, source, is_strict=is_strict) for each in (left, right)
            ]
            return _combined(operator, sides, measure.unit)


def _combined(
    operator: Operator, sides: list[tuple[Expression, Any, str | None]], unit: str | None
) -> tuple[Expression, Any, str | None]:
    (one, one_type, one_unit), (other, other_type, other_unit) = sides
    is_sum = operator in ("+", "-")
    unit = unit or (one_unit if is_sum and one_unit == other_unit else None)
    if is_sum and "number" not in (one_type, other_type):
        scale = max(scale_of(one_type) or 0, scale_of(other_type) or 0)
        left, right = _in_places(one, one_type, scale), _in_places(other, other_type, scale)
        total = left + right if operator == "+" else left - right
        if scale_of(one_type) is None and scale_of(other_type) is None:
            return total, "integer", unit
        return sa.type_coerce(total, ScaledInteger(scale)), DECIMALS[scale], unit
    left, right = _in_doubles(one, one_type), _in_doubles(other, other_type)
    doubles: Mapping[Operator, Expression] = {
        "+": left + right,
        "-": left - right,
        "*": left * right,
        "/": left / sa.func.nullif(right, 0),
    }
    return doubles[operator], "number", unit


def _in_places(value: Expression, type_: Any, scale: int) -> Expression:
    """As a whole number of so many places."""
    whole_number = sa.type_coerce(value, sa.BigInteger())
    missing = scale - (scale_of(type_) or 0)
    return whole_number * 10**missing if missing else whole_number


def _in_doubles(value: Expression, type_: Any) -> Expression:
    scale = scale_of(type_)
    if scale is None:
        return value * AS_DOUBLE
    return sa.type_coerce(value, sa.BigInteger()) * AS_DOUBLE / 10**scale
