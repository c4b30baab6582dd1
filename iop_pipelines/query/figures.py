"""The figures of a panel: each measure as one number, what it was in the equal period before, and its course over both.

Whatever form a panel has, what it measures is told in the same way. The period is the panel's own; a panel without one
is told of its source's last days, and data that has ended of as long a stretch up to its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.conditions import And, AnyCondition, Compare, ParamRef, Span
from iop_pipelines.domain.frequencies import BUCKETS, Bucket
from iop_pipelines.domain.periods import Period, floor, resolve_period, shift, to_zone
from iop_pipelines.domain.resolved import Side
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query import config as form
from iop_pipelines.query.catalogue import load_catalogue
from iop_pipelines.query.freshness import known_part, span_of
from iop_pipelines.query.narrow import joined, narrow
from iop_pipelines.query.reading import connected
from iop_pipelines.query.result import Column, Value
from iop_pipelines.query.run import run_query
from iop_pipelines.query.sources import Source

# Of what asks for no period of its own.
_OTHERWISE = "last_30_days"
_NOW, _COURSE = "now", "course"
_AT = "course_at"
# The coarsest that still draws a line: up to so many days of both periods together.
_STEPS: tuple[tuple[int, Bucket], ...] = ((3, "hour"), (200, "day"), (1100, "week"))
_DAYS_OF = {"minute": 0, "hour": 0, "day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}


@dataclass(frozen=True)
class Figure:
    """`points` are both periods', oldest first, the first `before` of them the earlier one's; None is a gap.

    `change`: in percent of what was before, of a percentage in points; `change_unit` says which. They and `earlier` are
    None where the source begins inside the earlier period: ten days are no measure of thirty. `period` is None too, and
    there are no points, where the source has no time.
    """

    column: Column
    value: Value
    change: float | None
    change_unit: str | None
    points: tuple[float | None, ...]
    before: int
    period: Sentence | None
    earlier: Sentence | None


@dataclass(frozen=True)
class _Times:
    """What is asked for, as a condition has it, both periods, and the steps of the line over them.

    `is_equal`: the source was there through all of the earlier period.
    """

    asked: str | Span
    period: Period
    earlier: Period
    bucket: Bucket
    is_equal: bool


def figures_of(
    config: form.QueryConfig,
    table_name: str,
    *,
    engine: sa.Engine,
    drm_engine: sa.Engine,
    now: datetime,
    time_zone: str,
) -> list[Figure]:
    """None of a table that measures nothing.

    Raises:
        InvalidQuery: the table asks for what is not there (any more).
    """
    table = config.datasets[table_name]
    measures = tuple(item for item in table.select if item.is_aggregate)
    if not measures:
        return []
    with connected(engine, drm_engine) as connections:
        catalogue = load_catalogue(connections["iop"])
        source = catalogue.source(table.source or config.source)
        where = _whole_condition(config, table, source)
        connection = connections[source.database]
        zone = config.time_zone or time_zone
        times = _times(config, where, source, connection, now=now, zone=zone)
    asked = _asked(config, measures, where, source, times)
    if times is not None:
        span = Span.model_validate(_ends(times.earlier.start, times.period.end))
        for name, period in ((_NOW, times.asked), (_COURSE, span)):
            asked, _ = narrow(asked, name, period, (), catalogue, now=now, zone=time_zone)
    found = run_query(
        asked, engine=engine, drm_engine=drm_engine, now=now, time_zone=time_zone, is_counted=False
    )
    rows = {each.name: each for each in found.tables}
    table_now, course = rows[_NOW], rows.get(_COURSE)
    figures: list[Figure] = []
    for item in measures:
        column = table_now.column(item.name)
        is_compared = times is not None and times.is_equal
        change = table_now.column(f"{item.name}_change") if is_compared else None
        moments = course.values(_AT) if course else []
        figures.append(
            Figure(
                column=column,
                value=_only(table_now.values(item.name)),
                change=_number(_only(table_now.values(change.name))) if change else None,
                change_unit=change.unit if change else None,
                points=tuple(map(_number, course.values(item.name))) if course else (),
                before=_count_before(moments, times, source),
                period=times.period.describe() if times else None,
                earlier=times.earlier.describe() if times and times.is_equal else None,
            )
        )
    return figures


def _whole_condition(
    config: form.QueryConfig, table: form.TableQuery, source: Source
) -> AnyCondition | None:
    """The config's own condition holds for its own source alone."""
    is_own = table.source in (None, config.source)
    parts = (config.where if is_own else None, table.where)
    return joined([each for each in parts if each is not None])


def _asked(
    config: form.QueryConfig,
    measures: tuple[form.Select, ...],
    where: AnyCondition | None,
    source: Source,
    times: _Times | None,
) -> form.QueryConfig:
    compared = "previous_period" if times and times.is_equal else None
    now = form.TableQuery(
        source=source.name,
        select=tuple(each.model_copy(update={"compare": compared}) for each in measures),
        where=where,
    )
    tables = {_NOW: now}
    if times is not None:
        # What a ledger has no row of did not happen; what a dataset has none of was not delivered.
        fill = "zero" if source.dataset is None else "null"
        at = {"field": source.time, "bucket": times.bucket, "fill": fill, "as": _AT}
        plain = (each.model_copy(update={"compare": None}) for each in measures)
        tables[_COURSE] = form.TableQuery(
            source=source.name,
            select=(form.Select.model_validate(at), *plain),
            where=where,
            sort=(form.Sort(by=_AT),),
        )
    changed = {"where": None, "datasets": tables, "charts": (), "outputs": form.Outputs()}
    return config.model_copy(update=changed)


def _times(
    config: form.QueryConfig,
    where: AnyCondition | None,
    source: Source,
    connection: sa.Connection,
    *,
    now: datetime,
    zone: str,
) -> _Times | None:
    if source.time is None:
        return None
    asked = _period_in(where, source.time, config) or _OTHERWISE
    period = resolve_period(asked, now, zone, "period", begins=config.begins)
    span = span_of(source, connection)
    ended = _ended(period, source, span)
    if ended is not None:
        asked = Span.model_validate(_ends(ended.start, ended.end))
        period = resolve_period(asked, now, zone, "period", begins=config.begins)
    field = source.fields[source.time]
    side = Side(field.column, field.type, field.label, field.zone)
    part = known_part(source, connection, now)(side, source.time, period)
    earlier = part.previous()
    bucket = _bucket(source, part.end - earlier.start)
    return _Times(asked, part, earlier, bucket, _is_there(earlier, source, span))


def _is_there(period: Period, source: Source, span: tuple[datetime, datetime] | None) -> bool:
    """Whether the source has begun by the first day of a period, or by its first moment where it is not of days."""
    if span is None:
        return False
    zone = source.fields[str(source.time)].zone or period.zone
    begun = to_zone(span[0], zone, period.zone)
    return (floor(begun, "day") if period.is_whole_days else begun) <= period.start


def _period_in(tree: AnyCondition | None, time_name: str, config: form.QueryConfig) -> Any:
    """What is asked of the source's time; of a parameter its default."""
    if isinstance(tree, And):
        found = (_period_in(each, time_name, config) for each in tree.all_of)
        return next((each for each in found if each is not None), None)
    if not isinstance(tree, Compare) or (tree.field, tree.op) != (time_name, "in_period"):
        return None
    value = tree.value
    if isinstance(value, ParamRef):
        value = config.params[value.param].default if value.param in config.params else None
    return value if isinstance(value, str | Span) else None


def _ended(period: Period, source: Source, span: tuple[datetime, datetime] | None) -> Period | None:
    """As long a stretch up to the end of a dataset that has nothing of the period or after it."""
    if source.dataset is None or span is None:
        return None
    zone = source.fields[str(source.time)].zone or period.zone
    last_day = floor(to_zone(span[1], zone, period.zone), "day")
    if last_day >= period.start:
        return None
    end = shift(last_day, 1, "day")
    return Period(end - (period.end - period.start), end, period.zone)


def _bucket(source: Source, length: timedelta) -> Bucket:
    """Never finer than the data itself."""
    step = source.dataset.step if source.dataset else None
    is_moment = source.fields[str(source.time)].type == "datetime"
    days = length / timedelta(days=1)
    least = _DAYS_OF[step.unit] if step else 0
    for most, bucket in _STEPS:
        size = _DAYS_OF[BUCKETS[bucket].unit]
        if days <= most and size >= least and (is_moment or size > 0):
            return bucket
    return step.bucket if step and least > _DAYS_OF["month"] else "month"


def _ends(start: datetime, end: datetime) -> dict[str, str]:
    if start.time() == time() == end.time():
        last = end - timedelta(days=1)
        return {"from": start.date().isoformat(), "to": last.date().isoformat()}
    return {"from": start.isoformat(), "to": end.isoformat()}


def _count_before(moments: Sequence[Value], times: _Times | None, source: Source) -> int:
    """Of these moments, in the source's own time, those of the earlier period."""
    if times is None:
        return 0
    zone = source.fields[str(source.time)].zone or times.period.zone
    start = to_zone(times.period.start, times.period.zone, zone)
    return sum(1 for each in moments if _moment(each) < start)


def _moment(value: Value) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value))


def _only(values: Sequence[Value]) -> Value:
    return values[0] if values else None


def _number(value: Value) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]
