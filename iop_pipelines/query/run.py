"""Running a query_config: every table in one read transaction, frozen with its filters and freshness."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from iop_pipelines.domain.conditions import AnyCondition
from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.periods import Period, zone_info
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.version1 import value_of_version_1
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query import config as form
from iop_pipelines.query.catalogue import Catalogue, load_catalogue
from iop_pipelines.query.changes import Rows, with_changes
from iop_pipelines.query.compile import Compiled, compile_table, select_item
from iop_pipelines.query.freshness import newest_moment, quality_of
from iop_pipelines.query.params import as_json, resolve_params
from iop_pipelines.query.result import Column, FrozenResult, SourceState, Table, Value, normalise
from iop_pipelines.query.sources import Database, Source
from iop_pipelines.query.words import describe_condition
from iop_pipelines.schema.engine import snapshot

_ROWS_A_TICK = 5_000


@dataclass(frozen=True)
class _Reading:
    """What one run holds on to: a connection for each database, and one moment."""

    connections: Mapping[Database, sa.Connection]
    catalogue: Catalogue
    config: form.QueryConfig
    scope: Scope
    tick: Tick

    def rows(self, compiled: Compiled, source: Source) -> Rows:
        self.tick()
        try:
            result = self.connections[source.database].execute(compiled.statement)
        except OperationalError as error:
            # SQLite stops there; MySQL and MariaDB add up to more digits.
            if "integer overflow" in str(error.orig):
                raise InvalidQuery("sum.too_large") from error
            raise
        columns = compiled.columns
        read: Rows = []
        for part in result.partitions(_ROWS_A_TICK):
            self.tick()
            read += [
                tuple(normalise(value, c.type) for value, c in zip(row, columns, strict=True))
                for row in part
            ]
        return read


def run_query(
    config: form.QueryConfig | Mapping[str, Any],
    *,
    engine: sa.Engine,
    drm_engine: sa.Engine,
    now: datetime,
    time_zone: str = "UTC",
    params: Mapping[str, Any] | None = None,
    tick: Tick = nobody,
) -> FrozenResult:
    """Reads all tables of a config as of one moment.

    Args:
        now: naive UTC; what "yesterday" is counted from.
        time_zone: zone of the periods where the config names none.
        tick: called before every statement for rows, and before every `_ROWS_A_TICK` of its rows.

    Raises:
        InvalidQuery: with the JSON path of what is wrong.
    """
    parsed = form.parse_config(config)
    zone = parsed.time_zone or time_zone
    zone_info(zone)
    given = params or {}
    if isinstance(config, Mapping) and config.get("version") == 1:
        given = {name: value_of_version_1(value) for name, value in given.items()}
    values = resolve_params(parsed, given)
    scope = Scope(now=now, zone=zone, params=values)
    with _connections(engine, drm_engine) as connections:
        reading = _Reading(connections, load_catalogue(connections["iop"]), parsed, scope, tick)
        states = _states(reading)
        periods = [period for _, period in states if period is not None]
        return FrozenResult(
            tables=tuple(
                _read_table(name, query, reading) for name, query in parsed.datasets.items()
            ),
            params={name: as_json(value) for name, value in values.items()},
            filters=_top_filters(reading),
            as_of=now,
            time_zone=zone,
            sources=tuple(state for state, _ in states),
            period=periods[0].describe().english if periods else None,
        )


def check_query(
    config: Mapping[str, Any], engine: sa.Engine, *, now: datetime, time_zone: str = "UTC"
) -> form.QueryConfig:
    """Compiles everything without running it: what a template is checked with when it is saved."""
    parsed = form.parse_config(config)
    zone = parsed.time_zone or time_zone
    zone_info(zone)
    scope = Scope(now=now, zone=zone, params=resolve_params(parsed, {}))
    with engine.connect() as connection:
        catalogue = load_catalogue(connection)
    for name, query in parsed.datasets.items():
        _compile(name, query, parsed, catalogue, scope.fresh())
    return parsed


@contextmanager
def _connections(
    engine: sa.Engine, drm_engine: sa.Engine
) -> Iterator[Mapping[Database, sa.Connection]]:
    """Every statement of a query sees the same moment, so that its tables add up."""
    with ExitStack() as stack:
        iop_connection = stack.enter_context(snapshot(engine))
        same = drm_engine is engine
        drm = iop_connection if same else stack.enter_context(snapshot(drm_engine))
        yield {"iop": iop_connection, "drm": drm}


def _source_of(query: form.TableQuery, config: form.QueryConfig, catalogue: Catalogue, path: str):
    own = query.source is not None
    return catalogue.source(query.source or config.source, f"{path}.source" if own else "source")


def _conditions(
    query: form.TableQuery, config: form.QueryConfig, path: str
) -> list[tuple[AnyCondition, str]]:
    """The config's own `where` speaks about its own source; another source has other fields."""
    conditions = []
    if config.where is not None and query.source in (None, config.source):
        conditions.append((config.where, "where"))
    if query.where is not None:
        conditions.append((query.where, f"{path}.where"))
    return conditions


def _compile(
    name: str,
    query: form.TableQuery,
    config: form.QueryConfig,
    catalogue: Catalogue,
    scope: Scope,
    *,
    extra: sa.ColumnElement[Any] | None = None,
) -> Compiled:
    path = f"datasets.{name}"
    source = _source_of(query, config, catalogue, path)
    conditions = _conditions(query, config, path)
    compiled = compile_table(query, source, conditions, scope, path, extra=extra)
    if any(item.compare for item in query.select) and not scope.periods:
        raise InvalidQuery("compare.needs_period", f"{path}.select")
    return compiled


def _read_table(name: str, query: form.TableQuery, reading: _Reading) -> Table:
    config = reading.config
    source = _source_of(query, config, reading.catalogue, f"datasets.{name}")
    scope = reading.scope.fresh()
    compiled = _compile(name, query, config, reading.catalogue, scope)
    rows = reading.rows(compiled, source)
    if query.top and query.top.rest and len(rows) == query.top.n:
        rows += _rest(name, query, source, rows, reading)
    columns = compiled.columns
    if any(item.compare for item in query.select):
        earlier = _previous_rows(name, query, source, reading)
        columns, rows = with_changes(query, compiled, rows, earlier)
    own_filters = describe_condition(query.where, source, scope) if query.where is not None else []
    return Table(
        name=name,
        title=query.title or name.replace("_", " ").capitalize(),
        source=source.name,
        columns=columns,
        rows=tuple(_rounded(row, columns) for row in rows[: query.limit]),
        limit=query.limit,
        is_truncated=len(rows) > query.limit,
        filters=tuple(own_filters),
    )


def _rounded(row: tuple[Value, ...], columns: tuple[Column, ...]) -> tuple[Value, ...]:
    """To the decimals that were asked for, in every format alike; adding 0.0 turns -0.0 to 0.0."""
    return tuple(
        _round(value, column.decimals)
        if isinstance(value, float | Decimal) and column.decimals is not None
        else value
        for value, column in zip(row, columns, strict=True)
    )


def _round(value: float | Decimal, decimals: int) -> float | Decimal:
    return round(value, decimals) if isinstance(value, Decimal) else round(value, decimals) + 0.0


def _rest(name: str, query: form.TableQuery, source: Source, rows: Rows, reading: _Reading) -> Rows:
    """One row for all that the top list left out, aggregated from the rows themselves."""
    position = next(i for i, item in enumerate(query.select) if not item.is_aggregate)
    expression, column = select_item(query.select[position], source, f"datasets.{name}")
    shown = [row[position] for row in rows if row[position] is not None]
    outside = expression.not_in(shown)
    has_null = any(row[position] is None for row in rows)
    outside = (
        sa.and_(outside, expression.is_not(None))
        if has_null
        else sa.or_(outside, expression.is_(None))
    )
    measures = tuple(item for item in query.select if item.is_aggregate)
    plain = query.model_copy(update={"select": measures, "top": None, "sort": (), "limit": 1})
    count = form.Select.model_validate({"agg": "count", "as": "rest_rows"})
    plain = plain.model_copy(update={"select": (*measures, count)})
    scope = reading.scope.fresh()
    compiled = _compile(name, plain, reading.config, reading.catalogue, scope, extra=outside)
    (found,) = reading.rows(compiled, source)
    if not found[-1]:
        return []
    values = iter(found[:-1])
    label = query.top.rest if query.top and column.type == "string" else None
    return [tuple(next(values) if item.is_aggregate else label for item in query.select)]


def _previous_rows(name: str, query: form.TableQuery, source: Source, reading: _Reading) -> Rows:
    unlimited = query.model_copy(
        update={"top": None, "sort": (), "limit": form.MAX_LIMIT, "offset": 0}
    )
    scope = reading.scope.previous()
    compiled = _compile(name, unlimited, reading.config, reading.catalogue, scope)
    return reading.rows(compiled, source)


def _top_filters(reading: _Reading) -> tuple[Sentence, ...]:
    if reading.config.where is None:
        return ()
    source = reading.catalogue.source(reading.config.source)
    return tuple(describe_condition(reading.config.where, source, reading.scope))


def _states(reading: _Reading) -> list[tuple[SourceState, Period | None]]:
    """Each source once, in the order of the tables, with the period it was asked about."""
    seen: dict[str, tuple[Source, Period | None]] = {}
    for name, query in reading.config.datasets.items():
        source = _source_of(query, reading.config, reading.catalogue, f"datasets.{name}")
        if source.name in seen:
            continue
        scope = reading.scope.fresh()
        _compile(name, query, reading.config, reading.catalogue, scope)
        seen[source.name] = (source, scope.periods[0] if scope.periods else None)
    return [(_state(source, period, reading), period) for source, period in seen.values()]


def _state(source: Source, period: Period | None, reading: _Reading) -> SourceState:
    mean, lowest = None, None
    if source.dataset is not None:
        mean, lowest = quality_of(source, period, reading.connections)
    newest = newest_moment(source, reading.connections[source.database])
    return SourceState(source.name, source.label, newest, mean, lowest)
