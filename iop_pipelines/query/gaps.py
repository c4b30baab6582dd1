"""Periods without a row, where a query says what they are: zero, or not known. Without a word they stay gaps."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from iop_pipelines.domain.datasets import scale_of
from iop_pipelines.domain.frequencies import BUCKETS
from iop_pipelines.domain.periods import Period, local_now
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query import config as form
from iop_pipelines.query.compile import Compiled, is_additive, own_periods, own_step
from iop_pipelines.query.freshness import end_of_data, known_part, span_of
from iop_pipelines.query.pairs import is_shown
from iop_pipelines.query.reading import Reading
from iop_pipelines.query.result import Column, Row, Value
from iop_pipelines.query.sources import Source


def filled(
    name: str, query: form.TableQuery, compiled: Compiled, rows: list[Row], reading: Reading
) -> list[Row]:
    """The rows, and one for each bucket of the period that has passed and has none, of each of the other groups.

    Raises InvalidQuery where the bucket's field has no period, or there would be more rows than are held at once.
    """
    source = reading.source_of(name)
    item = next(each for each in query.select if each.fill is not None)
    at = query.select.index(item)
    starts = _starts(name, query, item, source, reading)
    keys = {_key(row, compiled) for row in rows}
    others = {_without(key, compiled.dimensions.index(at)) for key in keys}
    if len(compiled.dimensions) == 1:
        others = {()}
    if len(others) * len(starts) > form.MAX_LIMIT:
        raise InvalidQuery("fill.too_many", f"datasets.{name}", most=form.MAX_LIMIT)
    added = [
        _row(key, query, compiled, source, is_zero=item.fill == "zero")
        for key in _all(others, starts, compiled.dimensions.index(at))
        if key not in keys
    ]
    return [*rows, *added]


def _starts(
    name: str, query: form.TableQuery, item: form.Select, source: Source, reading: Reading
) -> list[Value]:
    known = known_part(source, reading.connections[source.database], reading.scope.now)
    scope: Scope = replace(reading.scope.fresh(), known=known)
    reading.compile(name, query, scope)
    period = scope.period_of(item.field)
    bucket = own_periods(item, source, scope.begins).bucket
    if period is None or bucket is None:
        raise InvalidQuery("fill.needs_period", f"datasets.{name}.select")
    step = BUCKETS[bucket]
    zone = source.fields[str(item.field)].zone or period.zone
    start, end = _told(period, zone, item, source, reading)
    is_moment = step.minutes is not None
    starts: list[Value] = []
    # A row that is named by its first moment is of no period that begins after that.
    own = own_step(item, source)
    is_own = own is not None and own.offset == step.offset
    moment = step.ceil(start) if is_own else step.floor(start)
    while moment < end and len(starts) <= form.MAX_LIMIT:
        if not is_moment or is_shown(moment, step, zone):
            starts.append(_as_shown(moment, is_moment=is_moment))
        moment = step.shift(moment, 1)
    return starts


def _told(
    period: Period, zone: str, item: form.Select, source: Source, reading: Reading
) -> tuple[datetime, datetime]:
    """Of a period what has passed and data has reached; zero is said of nothing before the first row either."""
    now, connection = reading.scope.now, reading.connections[source.database]
    start, end = period.in_zone(zone)
    end = end if now is None else min(end, local_now(now, zone))
    if item.field != source.time:
        return start, end
    data = end_of_data(source, connection)
    end = min(end, (data.by(end) if data else None) or end)
    if item.fill == "zero":
        span = span_of(source, connection)
        start = max(start, span[0]) if span else end
    return start, end


def _as_shown(moment: datetime, *, is_moment: bool) -> date:
    return moment if is_moment else moment.date()


def _all(others: set[Row], starts: list[Value], at: int) -> Iterable[Row]:
    return ((*other[:at], start, *other[at:]) for other in others for start in starts)


def _key(row: Row, compiled: Compiled) -> Row:
    return tuple(row[position] for position in compiled.dimensions)


def _without(key: Row, at: int) -> Row:
    return (*key[:at], *key[at + 1 :])


def _row(
    key: Row, query: form.TableQuery, compiled: Compiled, source: Source, *, is_zero: bool
) -> Row:
    """A mean of nothing is nothing, whatever the rule."""
    groups = iter(key)
    return tuple(
        (zero_of(column) if is_zero and is_additive(item, source) else None)
        if item.is_aggregate
        else next(groups)
        for item, column in zip(query.select, compiled.columns, strict=True)
    )


def zero_of(column: Column) -> Value:
    scale = scale_of(column.type)
    if scale is not None:
        return Decimal(0).scaleb(-scale)
    return 0 if column.type == "integer" else 0.0
