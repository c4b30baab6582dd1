"""A table of query_config as SQLAlchemy Core: names from the source, every value bound.

Columns are labelled `_0`, `_1`, … inside the statement, so that no alias of a user can be taken
for a column, whatever the engine does with GROUP BY.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from iop_pipelines.domain.datasets import Count, Measure, Ratio, WeightedMean, words_of
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query import config as form
from iop_pipelines.query.labels import Label
from iop_pipelines.query.periods import Period, parse_moment, resolve_period, to_zone
from iop_pipelines.query.result import Column
from iop_pipelines.query.sources import Source, SourceField

Expression = sa.ColumnElement[Any]
# Turns integer arithmetic into double precision alike on every engine; MySQL would give DECIMAL.
_AS_DOUBLE = sa.literal_column("1e0")


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


@dataclass
class Scope:
    """What conditions are resolved against; `periods` collects those that were met, in order.

    `shift_back` moves every period one back, for `compare: previous_period`. `bound` counts the values
    in lists: many long lists, each within its bound, are more than a database takes.
    """

    now: datetime
    zone: str
    params: Mapping[str, Any] = field(default_factory=dict)
    shift_back: bool = False
    periods: list[Period] = field(default_factory=list)
    bound: int = 0

    def fresh(self) -> "Scope":
        """For another table: nothing was met yet."""
        return replace(self, periods=[], bound=0)

    def previous(self) -> "Scope":
        return replace(self.fresh(), shift_back=True)

    def bind(self, count: int, path: str) -> None:
        """Raises InvalidQuery once the lists hold more than MAX_BOUND values together."""
        self.bound += count
        if self.bound > form.MAX_BOUND:
            raise InvalidQuery(
                f"the conditions compare with more than {form.MAX_BOUND:,} values in lists", path
            )


@dataclass(frozen=True)
class Compiled:
    """`statement` returns `limit` + 1 rows at most; `dimensions` are positions of grouped columns."""

    statement: sa.Select
    columns: tuple[Column, ...]
    dimensions: tuple[int, ...]


def compile_table(
    query: form.TableQuery,
    source: Source,
    conditions: list[tuple[form.Condition, str]],
    scope: Scope,
    path: str,
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


class _BinaryOrder(FunctionElement):
    """Text by its bytes, as SQLite has it; MySQL's collations would mix cases and accents."""

    type = sa.String()
    inherit_cache = True
    name = "binary_order"


@compiles(_BinaryOrder)
def _plain_order(element: _BinaryOrder, compiler: Any, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(_BinaryOrder, "mysql", "mariadb")
def _mysql_order(element: _BinaryOrder, compiler: Any, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS BINARY)"


def _sort_key(position: int, columns: list[Column]) -> Expression:
    label = sa.literal_column(f"_{position}")
    return _BinaryOrder(label) if columns[position].type == "string" else label


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
        raise InvalidQuery(f"{chosen.label!r} is a {chosen.type}, not a time", f"{path}.bucket")
    if unit == "hour" and chosen.type == "date":
        raise InvalidQuery(f"{chosen.label!r} is a date and has no hours", f"{path}.bucket")
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
        raise InvalidQuery(f"{chosen.label!r} is a {chosen.type}; {item.agg} needs numbers", path)
    column = chosen.column * _AS_DOUBLE if item.agg == "mean" else chosen.column
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
        top = sa.func.sum(sa.case((under.is_not(None), over * _AS_DOUBLE)))
        bottom = sa.func.sum(sa.case((over.is_not(None), under)))
        return (
            top * sa.bindparam(None, measure.scale, sa.Double()) / sa.func.nullif(bottom, 0),
            ("number"),
            measure.unit,
        )
    if isinstance(measure, WeightedMean):
        value, weight = column(measure.field), column(measure.weight)
        known = sa.case((value.is_not(None), weight))
        mean = sa.func.sum(value * _AS_DOUBLE * weight) / sa.func.nullif(sa.func.sum(known), 0)
        return mean, "number", measure.unit or source.fields[measure.field].unit
    chosen = source.field(measure.field, "measures")
    unit = measure.unit or chosen.unit
    if measure.kind == "mean":
        return sa.func.avg(chosen.column * _AS_DOUBLE), "number", unit
    value = getattr(sa.func, measure.kind)(chosen.column)
    if is_strict and measure.kind == "sum":
        value = sa.case((sa.func.count() == sa.func.count(chosen.column), value))
    return value, chosen.type, unit


# Conditions ----------------------------------------------------------------------------------


def compile_condition(
    tree: form.Condition, source: Source, scope: Scope, path: str
) -> sa.ColumnElement[bool]:
    if isinstance(tree, form.And):
        return sa.and_(
            *(
                compile_condition(part, source, scope, f"{path}.and.{i}")
                for i, part in enumerate(tree.all_of)
            )
        )
    if isinstance(tree, form.Or):
        return sa.or_(
            *(
                compile_condition(part, source, scope, f"{path}.or.{i}")
                for i, part in enumerate(tree.any_of)
            )
        )
    if isinstance(tree, form.Not):
        # NOT of NULL is NULL and would drop the row: a condition that is not known is not met.
        inner = compile_condition(tree.negated, source, scope, f"{path}.not")
        return sa.not_(sa.func.coalesce(inner, sa.false()))
    return _comparison(tree, source, scope, path)


def _comparison(
    leaf: form.Compare, source: Source, scope: Scope, path: str
) -> sa.ColumnElement[bool]:
    chosen = source.field(leaf.field, f"{path}.field")
    if leaf.op == "is_null":
        return chosen.column.is_(None)
    if leaf.op == "not_null":
        return chosen.column.is_not(None)
    given = value_of(leaf, scope, path)
    if given is None:
        if leaf.skip_if_null:
            return sa.true()
        raise InvalidQuery("the parameter has no value; give it a default", f"{path}.value")
    if leaf.op == "in_period":
        return _in_period(chosen, given, scope, path)
    column = chosen.column
    if leaf.op in ("in", "not_in", "between"):
        if not isinstance(given, list | tuple):
            raise InvalidQuery(f"{leaf.op} needs a list", f"{path}.value")
        scope.bind(len(given), f"{path}.value")
        values = [
            typed_value(one, chosen, scope, f"{path}.value.{i}") for i, one in enumerate(given)
        ]
        if leaf.op == "between":
            if len(values) != 2:
                raise InvalidQuery("between needs [lowest, highest]", f"{path}.value")
            return column.between(*values)
        return column.in_(values) if leaf.op == "in" else column.not_in(values)
    value = typed_value(given, chosen, scope, f"{path}.value")
    if leaf.op in ("contains", "starts_with"):
        if not isinstance(value, str):
            raise InvalidQuery(f"{leaf.op} needs a text field", f"{path}.op")
        folded = sa.func.lower(column)
        match = folded.contains if leaf.op == "contains" else folded.startswith
        return match(value.lower(), autoescape=True)
    return _OPERATORS[leaf.op](column, value)


_OPERATORS = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: column != value,
    "lt": lambda column, value: column < value,
    "le": lambda column, value: column <= value,
    "gt": lambda column, value: column > value,
    "ge": lambda column, value: column >= value,
}


def value_of(leaf: form.Compare, scope: Scope, path: str) -> Any:
    if not isinstance(leaf.value, form.ParamRef):
        return leaf.value
    name = leaf.value.param
    if name not in scope.params:
        raise InvalidQuery(f"no parameter is called {name!r}", f"{path}.value.param")
    return scope.params[name]


def typed_value(value: Any, chosen: SourceField, scope: Scope, path: str) -> Any:
    """A JSON value as the field's type. Raises InvalidQuery for a value of another type."""
    kind = chosen.type
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "string" and isinstance(value, str):
        return value
    if kind == "boolean" and isinstance(value, bool):
        return value
    if (kind == "integer" and is_number and not isinstance(value, float)) or (
        kind == "number" and is_number
    ):
        return value
    if kind in ("date", "datetime") and isinstance(value, str):
        moment = parse_moment(value, scope.zone, path)
        if kind == "datetime":
            return to_zone(moment, scope.zone, chosen.zone or scope.zone)
        if moment.time() != time():
            raise InvalidQuery(f"{value!r} has a time of day, {chosen.label!r} is a date", path)
        return moment.date()
    raise InvalidQuery(f"{value!r} is no {kind}, which {chosen.label!r} is", path)


def _in_period(chosen: SourceField, given: Any, scope: Scope, path: str) -> sa.ColumnElement[bool]:
    if chosen.type not in ("date", "datetime"):
        raise InvalidQuery(f"{chosen.label!r} is a {chosen.type}, not a time", f"{path}.field")
    if not isinstance(given, str | form.Between):
        raise InvalidQuery(f"{given!r} is no period", f"{path}.value")
    period = resolve_period(given, scope.now, scope.zone, f"{path}.value")
    if scope.shift_back:
        period = period.previous()
    scope.periods.append(period)
    start, end = period_bounds(period, chosen, f"{path}.value")
    return sa.and_(chosen.column >= start, chosen.column < end)


def period_bounds(period: Period, chosen: SourceField, path: str) -> tuple[date, date]:
    if chosen.type == "datetime":
        return period.in_zone(chosen.zone or period.zone)
    if not period.is_whole_days:
        raise InvalidQuery(f"{chosen.label!r} is a date; the period must be whole days", path)
    return period.start.date(), period.end.date()


# In words ------------------------------------------------------------------------------------

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


def describe_condition(tree: form.Condition, source: Source, scope: Scope) -> list[str]:
    """The filters as a reader sees them, one line each; what was skipped is not mentioned."""
    if isinstance(tree, form.And):
        return [line for part in tree.all_of for line in describe_condition(part, source, scope)]
    if isinstance(tree, form.Or):
        parts = [" and ".join(describe_condition(part, source, scope)) for part in tree.any_of]
        return [" or ".join(part for part in parts if part)]
    if isinstance(tree, form.Not):
        return [f"not ({' and '.join(describe_condition(tree.negated, source, scope))})"]
    label = source.fields[tree.field].label
    if tree.op in ("is_null", "not_null"):
        return [f"{label} {_WORDS[tree.op]}"]
    given = value_of(tree, scope, "where")
    if given is None:
        return []
    if tree.op == "in_period":
        return [f"{label}: {resolve_period(given, scope.now, scope.zone, 'where').describe()}"]
    if isinstance(given, list | tuple):
        shown = ", ".join(str(one) for one in given[:10]) + (", …" if len(given) > 10 else "")
        return [f"{label} {_WORDS[tree.op]} {shown}"]
    return [f"{label} {_WORDS[tree.op]} {given}"]
