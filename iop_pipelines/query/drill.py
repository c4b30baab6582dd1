"""From a row of a summary to its parts or to its rows: another query_config, nothing new to run.

A path is what was pressed so far, a step for each level: the group columns of the row and their
values. The next level groups what is left by one more field; the last one shows the rows themselves.
Moments are grouped by `FIELD_UNIT`, such as `date_month`, which counts as a field of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iop_pipelines.domain.conditions import And, AnyCondition, Compare, parse_condition
from iop_pipelines.domain.frequencies import BUCKETS, TimeStep
from iop_pipelines.domain.given_json import check_json
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.periods import Unit, parse_moment, to_zone
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query.catalogue import Catalogue
from iop_pipelines.query.compile import select_item
from iop_pipelines.query.conditions import compile_condition
from iop_pipelines.query.config import (
    MAX_SELECT,
    Bucket,
    Chart,
    Outputs,
    QueryConfig,
    Select,
    Sort,
    TableQuery,
)
from iop_pipelines.query.labels import Label
from iop_pipelines.query.sources import Source, SourceField

DETAIL = "detail"
# From the coarsest to the finest.
_UNITS: tuple[Bucket, ...] = ("year", "quarter", "month", "week", "day", "hour")

Step = Mapping[str, Any]


@dataclass(frozen=True)
class Dimension:
    """What can be grouped by next: `name` is for `by`, `label` for people."""

    name: str
    label: Label


@dataclass(frozen=True)
class Level:
    """One level below: `config` has one table, `next_by` what is still ungrouped there."""

    config: QueryConfig
    next_by: tuple[Dimension, ...]


def drill_config(
    config: QueryConfig,
    table_name: str,
    path: Sequence[Step],
    by: str | None,
    *,
    catalogue: Catalogue,
    zone: str,
    limit: int,
    offset: int = 0,
) -> Level:
    """The groups, or without `by` the rows, behind one row of a table.

    Args:
        path: group columns and their values as JSON, from the table's own downwards; a group left out
            is not narrowed.
        zone: of the config's periods, where it names none.

    Raises:
        InvalidQuery: a step or `by` names no group; its path begins with `path.N` or is `by`.
    """
    table = config.datasets[table_name]
    source = catalogue.source(table.source or config.source)
    own = {item.name: item for item in table.select if not item.is_aggregate}
    used: list[Select] = []
    conditions: list[AnyCondition] = [table.where] if table.where is not None else []
    for depth, step in enumerate(path):
        for name, value in step.items():
            at = f"path.{depth}.{name}"
            used.append(_group(own, source, name, at))
            conditions += _conditions(used[-1], value, source, config.time_zone or zone, at)
    if by is None:
        detail = _rows(source)
    else:
        used.append(_group({}, source, by, "by"))
        detail = _groups(table, used[-1], source)
    where = And.model_construct(all_of=tuple(conditions)) if conditions else None
    detail = detail.model_copy(
        update={"source": source.name, "where": where, "limit": limit, "offset": offset}
    )
    charts = () if by is None else (_chart_of(detail),)
    below = config.model_copy(
        update={"datasets": {DETAIL: detail}, "charts": charts, "outputs": Outputs()}
    )
    return Level(below, _ungrouped(source, used))


def _rows(source: Source) -> TableQuery:
    """Newest first, with all fields."""
    newest = source.time or next((name for name in ("id", "ds") if name in source.fields), None)
    return TableQuery(
        select=tuple(Select(field=name) for name in list(source.fields)[:MAX_SELECT]),
        sort=(Sort(by=newest, dir="desc"),) if newest is not None else (),
    )


def _groups(table: TableQuery, by: Select, source: Source) -> TableQuery:
    """The table's own measures, a number first, which is drawn; over time in its order, else the largest first."""
    measures = [item for item in table.select if item.is_aggregate and item.name != by.name]
    if by.bucket is not None:
        # A period beside itself has nothing to be compared with.
        measures = [item.model_copy(update={"compare": None}) for item in measures]
    measures = sorted(measures, key=lambda item: not _is_number(item, source))
    measures = measures or [Select(agg="count")]
    is_time = by.bucket is not None
    sort = Sort(by=by.name) if is_time else Sort(by=measures[0].name, dir="desc")
    return TableQuery(select=(by, *measures), sort=(sort,))


def _is_number(item: Select, source: Source) -> bool:
    _, column = select_item(item, source, "select")
    return column.is_number


def _chart_of(groups: TableQuery) -> Chart:
    """Of the first measure: over time a line, else bars."""
    by, measure = groups.select[:2]
    kind = "line" if by.bucket is not None else "bar"
    return Chart(type=kind, data=DETAIL, x=by.name, y=measure.name)


def _group(own: Mapping[str, Select], source: Source, name: str, path: str) -> Select:
    if name in own:
        return own[name]
    if name in source.fields:
        return Select(field=name)
    field, _, unit = name.rpartition("_")
    if field in source.fields and unit in _units_of(source.fields[field]):
        return Select.model_validate({"field": field, "bucket": unit, "as": name})
    known = [*own, *(each.name for each in _ungrouped(source, []))]
    raise InvalidQuery("group.not_found", path, name=closest(name, known))


def _units_of(chosen: SourceField) -> tuple[Bucket, ...]:
    if chosen.type not in ("date", "datetime"):
        return ()
    return _UNITS if chosen.type == "datetime" else _UNITS[:-1]


def _ungrouped(source: Source, used: Sequence[Select]) -> tuple[Dimension, ...]:
    """Words that are not pinned, then the source's time in units finer than those that are."""
    taken = {item.field for item in used if item.bucket is None}
    words = [
        Dimension(name, source.called(chosen.label))
        for name, chosen in source.fields.items()
        if chosen.is_group and name not in taken and chosen.type not in ("date", "datetime")
    ]
    if source.time is None or source.time in taken:
        return tuple(words)
    chosen = source.fields[source.time]
    label = source.called(chosen.label)
    units = _units_of(chosen)
    pinned = [
        units.index(unit) if (unit := BUCKETS[item.bucket].unit) in units else len(units)
        for item in used
        if item.bucket and item.field == source.time
    ]
    finer = units[max(pinned) + 1 :] if pinned else units
    return (
        *words,
        *(Dimension(f"{source.time}_{unit}", label.by(unit)) for unit in finer),
    )


def _conditions(
    item: Select, value: Any, source: Source, zone: str, path: str
) -> list[AnyCondition]:
    field = str(item.field)
    if value is None:
        return [Compare(field=field, op="is_null")]
    if item.bucket is None:
        return [_equal(field, value, source, zone, path)]
    start = _moment(value, path)
    end = _next(start, BUCKETS[item.bucket], path)
    # A bucket is of the field's own zone, and a bare moment of the query's.
    own = source.fields[field].zone or zone
    is_date = source.fields[field].type == "date"
    first, last = (
        moment.date().isoformat() if is_date else to_zone(moment, own, zone).isoformat()
        for moment in (start, end)
    )
    return [
        Compare(field=field, op="ge", value=first),
        Compare(field=field, op="lt", value=last),
    ]


def _equal(field: str, value: Any, source: Source, zone: str, path: str) -> AnyCondition:
    chosen = source.fields[field]
    if chosen.type == "datetime" and isinstance(value, str):
        # As the rows show it: in the field's own zone.
        value = to_zone(_moment(value, path), chosen.zone or zone, zone).isoformat()
    condition = parse_condition({"field": field, "op": "eq", "value": value}, path)
    try:
        compile_condition(condition, source, Scope(now=datetime.min, zone=zone), path)
    except InvalidQuery as error:
        raise InvalidQuery(error.sentence, path) from error
    return condition


def _moment(value: Any, path: str) -> datetime:
    if not isinstance(value, str):
        raise InvalidQuery("moment.no_iso", path, value=value)
    check_json(value, path)
    return parse_moment(value, "UTC", path)


# By the unit of the period that begins there.
_LAST_OF_CALENDAR: Mapping[Unit, str] = {
    "minute": "calendar.last_hour",
    "hour": "calendar.last_hour",
    "day": "calendar.last_day",
    "week": "calendar.last_week",
    "month": "calendar.last_month",
    "quarter": "calendar.last_quarter",
    "year": "calendar.last_year",
}


def _next(start: datetime, step: TimeStep, path: str) -> datetime:
    try:
        return step.shift(start, 1)
    except (OverflowError, ValueError):
        raise InvalidQuery(_LAST_OF_CALENDAR[step.unit], path, day=start.date()) from None
