"""Running a query_config: every table in one read transaction, frozen with its filters and freshness."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.periods import Period, zone_info
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.version1 import value_of_version_1
from iop_pipelines.query import config as form
from iop_pipelines.query.catalogue import load_catalogue
from iop_pipelines.query.compared import in_order, read_compared
from iop_pipelines.query.compile import own_periods, select_item
from iop_pipelines.query.completeness import Days, days_of
from iop_pipelines.query.freshness import newest_moment, quality_of
from iop_pipelines.query.gaps import filled
from iop_pipelines.query.params import as_json, resolve_params
from iop_pipelines.query.reading import (
    Reading,
    compile_in,
    connected,
    rounded,
    rounded_cells,
    source_of,
)
from iop_pipelines.query.result import (
    Cells,
    FrozenResult,
    OpenTable,
    Row,
    SourceState,
    Table,
    Value,
)
from iop_pipelines.query.sources import Source
from iop_pipelines.query.totals import read_totals
from iop_pipelines.query.words import describe_condition


def run_query(
    config: form.QueryConfig | Mapping[str, Any],
    *,
    engine: sa.Engine,
    drm_engine: sa.Engine,
    now: datetime,
    time_zone: str = "UTC",
    params: Mapping[str, Any] | None = None,
    tick: Tick = nobody,
    is_counted: bool = True,
    read_at: datetime | None = None,
) -> FrozenResult:
    """Reads all tables of a config as of one moment; of one without a limit the first MAX_LIMIT rows.

    Args:
        now: naive UTC; what "yesterday" is counted from.
        time_zone: zone of the periods where the config names none.
        tick: called before every statement for rows, and before every some thousand of its rows.
        is_counted: whether a table that is cut says how many rows it has; that is one statement more.
        read_at: naive UTC; of a report, which says how complete its period is, when it is read.

    Raises:
        InvalidQuery: with the JSON path of what is wrong.
    """
    with reading_of(
        config,
        engine=engine,
        drm_engine=drm_engine,
        now=now,
        time_zone=time_zone,
        params=params,
        tick=tick,
        is_counted=is_counted,
        read_at=read_at,
    ) as reading:
        return _frozen(
            reading,
            [_read_table(name, query, reading) for name, query in reading.config.datasets.items()],
        )


@contextmanager
def open_query(
    config: form.QueryConfig | Mapping[str, Any],
    names: Collection[str],
    *,
    engine: sa.Engine,
    drm_engine: sa.Engine,
    now: datetime,
    time_zone: str = "UTC",
    params: Mapping[str, Any] | None = None,
    tick: Tick = nobody,
    is_counted: bool = False,
    read_at: datetime | None = None,
) -> Iterator[FrozenResult]:
    """As `run_query`, of these tables alone, whole where no limit is given: their rows are read while they are
    written, each table's once, one table after the other.

    is_counted: whether a table's rows are counted before they are read; where a limit or offset may cut they are.
    """
    with reading_of(
        config,
        engine=engine,
        drm_engine=drm_engine,
        now=now,
        time_zone=time_zone,
        params=params,
        tick=tick,
        is_counted=is_counted,
        read_at=read_at,
    ) as reading:
        datasets = reading.config.datasets
        yield _frozen(reading, [_open_table(name, datasets[name], reading) for name in names])


@contextmanager
def reading_of(
    config: form.QueryConfig | Mapping[str, Any],
    *,
    engine: sa.Engine,
    drm_engine: sa.Engine,
    now: datetime,
    time_zone: str,
    params: Mapping[str, Any] | None,
    tick: Tick,
    is_counted: bool = True,
    read_at: datetime | None = None,
) -> Iterator[Reading]:
    """Connections as of one moment, and the config as it is to be read; the arguments are those of `run_query`."""
    parsed = form.parse_config(config)
    zone = parsed.time_zone or time_zone
    zone_info(zone)
    given = params or {}
    if isinstance(config, Mapping) and config.get("version") == 1:
        given = {name: value_of_version_1(value) for name, value in given.items()}
    scope = Scope(now=now, zone=zone, params=resolve_params(parsed, given), begins=parsed.begins)
    with connected(engine, drm_engine) as connections:
        catalogue = load_catalogue(connections["iop"])
        yield Reading(connections, catalogue, parsed, scope, tick, is_counted, read_at)


@dataclass(frozen=True)
class Lack:
    """Days of a source's period that were to be there by the moment asked for, and are not."""

    source: str
    label: str
    days: Days


def lacks_of(
    config: form.QueryConfig | Mapping[str, Any],
    *,
    engine: sa.Engine,
    drm_engine: sa.Engine,
    now: datetime,
    time_zone: str,
) -> list[Lack]:
    """What a report of that slot lacks as things are; no row is read for it.

    now: the slot, naive UTC. Raises InvalidQuery.
    """
    asked: dict[str, Any] = {"engine": engine, "drm_engine": drm_engine, "now": now}
    with reading_of(config, **asked, time_zone=time_zone, params=None, tick=nobody) as reading:
        found = [
            Lack(source.name, source.label, days)
            for source, period in _sources_of(reading)
            if (days := days_of(source, period, now, reading.connections)) is not None
        ]
    return [each for each in found if each.days.missing]


def _frozen(reading: Reading, tables: Sequence[Table]) -> FrozenResult:
    states = _states(reading)
    periods = [period for _, period in states if period is not None]
    scope = reading.scope
    return FrozenResult(
        tables=tuple(tables),
        params={name: as_json(value) for name, value in scope.params.items()},
        filters=_top_filters(reading),
        as_of=scope.now or datetime.min,
        time_zone=scope.zone,
        sources=tuple(state for state, _ in states),
        period=periods[0].describe() if periods else None,
        read_at=reading.read_at,
    )


def check_query(
    config: Mapping[str, Any], engine: sa.Engine, *, now: datetime, time_zone: str = "UTC"
) -> form.QueryConfig:
    """Compiles everything without running it: what a template is checked with when it is saved."""
    parsed = form.parse_config(config)
    zone = parsed.time_zone or time_zone
    zone_info(zone)
    scope = Scope(now=now, zone=zone, params=resolve_params(parsed, {}), begins=parsed.begins)
    with engine.connect() as connection:
        catalogue = load_catalogue(connection)
    for name, query in parsed.datasets.items():
        compile_in(name, query, parsed, source_of(name, parsed, catalogue), scope.fresh())
    return parsed


def _read_table(name: str, query: form.TableQuery, reading: Reading) -> Table:
    return _with_totals(read_rows(name, query, reading), name, query, reading)


def _with_totals(table: Table, name: str, query: form.TableQuery, reading: Reading) -> Table:
    # Counted where they are cut, so that it can be said.
    counting = replace(reading, is_counted=True)

    def read(fewer: form.TableQuery) -> Table:
        return read_rows(name, fewer, counting)

    if _needs_whole(table, name, query, reading):
        asked = query.model_copy(update={"totals": True, "subtotals": ()})
        table = replace(table, whole=read_totals(asked, table.columns, read).row)
    if not (query.totals or query.subtotals):
        return table
    found = read_totals(query, table.columns, read)
    filters = (*table.filters, *found.said)
    return replace(table, totals=found.row, subtotals=found.subtotals, filters=filters)


def _needs_whole(table: Table, name: str, query: form.TableQuery, reading: Reading) -> bool:
    """Where a pie is drawn of a part of the groups: its shares are of all of them."""
    is_of_pie = any(each.type == "pie" and each.data == name for each in reading.config.charts)
    is_part = table.is_truncated or table.total is None or table.total > len(table.rows)
    return is_of_pie and is_part and query.is_grouped and query.having is None


def read_rows(name: str, query: form.TableQuery, reading: Reading) -> Table:
    """Without totals; as many as are held at once."""
    if any(item.compare for item in query.select):
        return _read_compared(name, query, reading)
    if any(item.fill for item in query.select):
        return _read_filled(name, query, reading)
    held = query.model_copy(update={"limit": min(query.limit or form.MAX_LIMIT, form.MAX_LIMIT)})
    source = reading.source_of(name)
    scope = reading.scope.fresh()
    compiled = reading.compile(name, held, scope)
    rows = reading.rows(compiled, source)
    is_cut = len(rows) > (held.limit or 0)
    total: int | None = query.offset + len(rows)
    if is_cut or (query.top and len(rows) == query.top.n) or (query.offset and not rows):
        total = reading.count(compiled, source).total if reading.is_counted else None
    if query.top and query.top.rest and len(rows) == query.top.n:
        shown = [row[compiled.dimensions[0]] for row in rows]
        rest = _rest(name, query, reading, shown, reading.scope.fresh())
        rows += [rest] if rest is not None else []
        total = len(rows)
    columns = compiled.columns
    return Table(
        name=name,
        title=_title(name, query),
        source=source.name,
        columns=columns,
        rows=tuple(rounded(row, columns) for row in rows[: held.limit]),
        limit=query.limit,
        is_truncated=is_cut,
        filters=_own_filters(query, source, scope),
        total=total,
        has_rest=_has_rest(query, rows, held.limit),
    )


def _has_rest(query: form.TableQuery, rows: Sequence[Row], most: int | None) -> bool:
    """Whether the row for all others is there, and among the first `most`, which are shown."""
    has_rest = query.top is not None and query.top.rest is not None and len(rows) > query.top.n
    return has_rest and (most is None or len(rows) <= most)


def _read_filled(name: str, query: form.TableQuery, reading: Reading) -> Table:
    source = reading.source_of(name)
    whole = query.model_copy(update={"limit": form.MAX_LIMIT, "offset": 0})
    scope = reading.scope.fresh()
    compiled = reading.compile(name, whole, scope)
    rows = filled(name, whole, compiled, reading.rows(compiled, source), reading)
    rows = in_order(rows, query, compiled.columns)
    most = query.offset + (query.limit or form.MAX_LIMIT)
    return Table(
        name=name,
        title=_title(name, query),
        source=source.name,
        columns=compiled.columns,
        rows=tuple(rounded(row, compiled.columns) for row in rows[query.offset : most]),
        limit=query.limit,
        is_truncated=len(rows) > most,
        filters=_own_filters(query, source, scope),
        total=len(rows),
    )


def _read_compared(name: str, query: form.TableQuery, reading: Reading) -> Table:
    source = reading.source_of(name)
    found = read_compared(name, query, source, reading, partial(_rest, name, query, reading))
    most = query.offset + (query.limit or form.MAX_LIMIT)
    shown = found.rows[query.offset : most]
    return Table(
        name=name,
        title=_title(name, query),
        source=source.name,
        columns=found.columns,
        rows=tuple(rounded(row, found.columns) for row in shown),
        limit=query.limit,
        is_truncated=len(found.rows) > most,
        filters=(*_own_filters(query, source, found.scope), *found.said),
        total=found.total,
        has_rest=_has_rest(query, found.rows, most),
    )


def _open_table(name: str, query: form.TableQuery, reading: Reading) -> Table:
    """What is worked out beside the database is read as ever: such tables are groups, and few."""
    if query.top or any(item.compare or item.fill for item in query.select):
        return _read_table(name, query, reading)
    source = reading.source_of(name)
    scope = reading.scope.fresh()
    compiled = reading.compile(name, query, scope)
    # A row that is there only to tell that there are more.
    exact = replace(compiled, statement=compiled.statement.limit(query.limit))
    is_counted = reading.is_counted or bool(query.limit or query.offset)
    counted = reading.count(compiled, source) if is_counted else None

    def read() -> Iterator[Cells]:
        for cells in reading.batches_of_cells(exact, source, is_streamed=True):
            yield rounded_cells(cells, compiled.columns)

    left = max(counted.total - query.offset, 0) if counted else 0
    opened = OpenTable(
        name=name,
        title=_title(name, query),
        source=source.name,
        columns=compiled.columns,
        rows=(),
        limit=query.limit,
        is_truncated=query.limit is not None and left > query.limit,
        filters=_own_filters(query, source, scope),
        total=counted.total if counted else None,
        read=read,
        large=counted.large if counted else frozenset(),
        counted=min(left, query.limit or left),
    )
    return _with_totals(opened, name, query, reading)


def _title(name: str, query: form.TableQuery) -> str:
    return query.title or name.replace("_", " ").capitalize()


def _own_filters(query: form.TableQuery, source: Source, scope: Scope) -> tuple[Sentence, ...]:
    if query.where is None:
        return ()
    return tuple(describe_condition(query.where, source, scope, _labels_in([query])))


def _labels_in(tables: Iterable[form.TableQuery]) -> Mapping[str, str]:
    """What whoever asked calls the fields that are selected as they are; the first name of each."""
    selected = [
        (item.field, item.label)
        for table in tables
        for item in table.select
        if item.bucket in (None, "day") and not item.is_aggregate
    ]
    return {field: label for field, label in reversed(selected) if field and label}


def _rest(
    name: str, query: form.TableQuery, reading: Reading, shown: Sequence[Value], scope: Scope
) -> Row | None:
    """One row for all that a top list left out, aggregated from the rows themselves; None where there are none."""
    source = reading.source_of(name)
    position = next(i for i, item in enumerate(query.select) if not item.is_aggregate)
    item = own_periods(query.select[position], source, reading.scope.begins)
    expression, column = select_item(item, source, f"datasets.{name}")
    # Of hours SQLite makes text without a fraction, unlike what it stores.
    told = [
        value.isoformat(" ") if item.bucket and isinstance(value, datetime) else value
        for value in shown
        if value is not None
    ]
    outside = expression.not_in(told)
    outside = (
        sa.and_(outside, expression.is_not(None))
        if None in shown
        else sa.or_(outside, expression.is_(None))
    )
    measures = tuple(item for item in query.select if item.is_aggregate)
    count = form.Select.model_validate({"agg": "count", "as": "rest_rows"})
    plain = query.model_copy(
        update={"select": (*measures, count), "top": None, "sort": (), "limit": 1, "offset": 0}
    )
    compiled = reading.compile(name, plain, scope.fresh(), extra=outside)
    (found,) = reading.rows(compiled, source)
    if not found[-1]:
        return None
    values = iter(found[:-1])
    label = query.top.rest if query.top and column.type == "string" else None
    return tuple(next(values) if item.is_aggregate else label for item in query.select)


def _top_filters(reading: Reading) -> tuple[Sentence, ...]:
    if reading.config.where is None:
        return ()
    source = reading.catalogue.source(reading.config.source)
    own = [
        each
        for each in reading.config.datasets.values()
        if each.source in (None, reading.config.source)
    ]
    return tuple(describe_condition(reading.config.where, source, reading.scope, _labels_in(own)))


def _states(reading: Reading) -> list[tuple[SourceState, Period | None]]:
    return [(_state(source, period, reading), period) for source, period in _sources_of(reading)]


def _sources_of(reading: Reading) -> list[tuple[Source, Period | None]]:
    """Each once, in the order of the tables, with the period it was asked about."""
    seen: dict[str, tuple[Source, Period | None]] = {}
    for name, query in reading.config.datasets.items():
        source = reading.source_of(name)
        if source.name in seen:
            continue
        scope = reading.scope.fresh()
        reading.compile(name, query, scope)
        seen[source.name] = (source, _period_of(source, scope))
    return list(seen.values())


def _period_of(source: Source, scope: Scope) -> Period | None:
    """Of its own time: that of another field, when an invoice was paid, says nothing of which days there are."""
    asked = zip(scope.fields, scope.periods, strict=True)
    return next((period for field, period in asked if field == source.time), None)


def _state(source: Source, period: Period | None, reading: Reading) -> SourceState:
    mean, lowest, days = None, None, None
    if source.dataset is not None:
        mean, lowest = quality_of(source, period, reading.connections)
        if reading.read_at is not None:
            days = days_of(source, period, reading.scope.now, reading.connections)
    newest = newest_moment(source, reading.connections[source.database])
    state = SourceState(source.name, source.label, newest, mean, lowest)
    if days is None:
        return state
    return replace(state, days_known=days.known, days=days.all, step=days.unit)
