"""One reading of a query: its connections, its moment, and the rows that its statements give."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from iop_pipelines.domain.conditions import AnyCondition
from iop_pipelines.domain.liveness import Tick
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.errors import InvalidQuery
from iop_pipelines.query import config as form
from iop_pipelines.query.catalogue import Catalogue
from iop_pipelines.query.compile import Compiled, compile_table
from iop_pipelines.query.ledgers import MODEL_OUTPUTS, model_outputs_in
from iop_pipelines.query.output_rows import outputs_with
from iop_pipelines.query.output_wanted import wanted_by
from iop_pipelines.query.result import MOST_EXACT, Cells, Column, Row, Value, normalised
from iop_pipelines.query.sources import Database, Source
from iop_pipelines.schema.engine import snapshot
from iop_pipelines.schema.tables import model_outputs

ROWS_A_BATCH = 10_000


@dataclass(frozen=True)
class Counted:
    """How many rows a statement has, and at which positions an integer is beyond what a double tells apart."""

    total: int
    large: frozenset[int]


@dataclass(frozen=True)
class Reading:
    """What one run holds on to: a connection for each database, and one moment.

    `is_counted`: whether a table that is cut is counted whole. `read_at`: of a report, when it is read.
    `beside`: sources of tables that have rows of files in them.
    """

    connections: Mapping[Database, sa.Connection]
    catalogue: Catalogue
    config: form.QueryConfig
    scope: Scope
    tick: Tick
    is_counted: bool = True
    read_at: datetime | None = None
    beside: dict[str, Source] = field(default_factory=dict[str, Source])

    def source_of(self, name: str) -> Source:
        """Of model outputs with what lies in files, where the table reaches so far; it is read once."""
        source = source_of(name, self.config, self.catalogue)
        if source.name != MODEL_OUTPUTS:
            return source
        if name not in self.beside:
            self.beside[name] = self._with_files(name, source)
        return self.beside[name]

    def _with_files(self, name: str, source: Source) -> Source:
        query, connection = self.config.datasets[name], self.connections["iop"]
        wanted = wanted_by(
            connection,
            source,
            _conditions(query, self.config, f"datasets.{name}"),
            self.scope.fresh(),
            is_of_any_time=any(item.compare for item in query.select),
        )
        if wanted is None:
            return source
        outputs = outputs_with(connection, wanted)
        return source if outputs is model_outputs else model_outputs_in(outputs)

    def compile(
        self,
        name: str,
        query: form.TableQuery,
        scope: Scope,
        *,
        extra: sa.ColumnElement[Any] | None = None,
    ) -> Compiled:
        return compile_in(name, query, self.config, self.source_of(name), scope, extra=extra)

    def rows(self, compiled: Compiled, source: Source) -> list[Row]:
        batches = self.batches_of_cells(compiled, source)
        return [row for cells in batches for row in zip(*cells, strict=True)]

    def batches_of_cells(
        self, compiled: Compiled, source: Source, *, is_streamed: bool = False
    ) -> Iterator[Cells]:
        """is_streamed: the server keeps the rows until they are read; nothing else can be asked meanwhile."""
        self.tick()
        connection = self.connections[source.database]
        asked = compiled.statement.selected_columns
        bare = [sa.type_coerce(each, sa.types.NullType()).label(each.key) for each in asked]
        statement = compiled.statement.with_only_columns(*bare)
        made = [_made(each.type, connection.dialect) for each in asked]
        with _overflow_told():
            result = connection.execute(statement.execution_options(stream_results=is_streamed))
            for part in result.partitions(ROWS_A_BATCH):
                self.tick()
                read = zip(zip(*part, strict=True), made, compiled.columns, strict=True)
                yield [normalised(of(values), column) for values, of, column in read]

    def count(self, compiled: Compiled, source: Source) -> Counted:
        """Of all rows, whatever limit and offset leave of them."""
        self.tick()
        with _overflow_told():
            found = self.connections[source.database].execute(compiled.counted).one()
        integers = [at for at, each in enumerate(compiled.columns) if each.type == "integer"]
        edges = zip(integers, found[1::2], found[2::2], strict=True)
        large = {
            at
            for at, low, high in edges
            if low is not None and max(-int(low), int(high)) > MOST_EXACT
        }
        return Counted(int(found[0]), frozenset(large))


def _made(
    type_: sa.types.TypeEngine[Any], dialect: sa.Dialect
) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """What SQLAlchemy makes of values as the driver returned them, of many at once: it goes cell by cell, which costs
    as much as reading them. Days are few, of whatever many rows, and each is made once."""
    process = type_.dialect_impl(dialect).result_processor(dialect, None)
    if process is None:
        return tuple
    if not isinstance(type_, sa.Date):
        return lambda values: list(map(process, values))

    def days(values: Sequence[Any]) -> Sequence[Any]:
        made = {value: process(value) for value in {*values}}
        return [made[value] for value in values]

    return days


@contextmanager
def _overflow_told() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        # SQLite stops there; MySQL and MariaDB add up to more digits.
        if "integer overflow" in str(error.orig):
            raise InvalidQuery("sum.too_large") from error
        raise


@contextmanager
def connected(
    engine: sa.Engine, drm_engine: sa.Engine
) -> Iterator[Mapping[Database, sa.Connection]]:
    """Every statement of a query sees the same moment, so that its tables add up."""
    with ExitStack() as stack:
        iop_connection = stack.enter_context(snapshot(engine))
        same = drm_engine is engine
        drm = iop_connection if same else stack.enter_context(snapshot(drm_engine))
        yield {"iop": iop_connection, "drm": drm}


def source_of(name: str, config: form.QueryConfig, catalogue: Catalogue) -> Source:
    """In the language of the config, whose readers are told what IOP wrote."""
    own = config.datasets[name].source
    path = "source" if own is None else f"datasets.{name}.source"
    return catalogue.source(own or config.source, path).within(config.language)


def compile_in(
    name: str,
    query: form.TableQuery,
    config: form.QueryConfig,
    source: Source,
    scope: Scope,
    *,
    extra: sa.ColumnElement[Any] | None = None,
) -> Compiled:
    path = f"datasets.{name}"
    conditions = _conditions(query, config, path)
    compiled = compile_table(query, source, conditions, scope, path, extra=extra)
    if any(item.compare for item in query.select) and not scope.periods:
        raise InvalidQuery("compare.needs_period", f"{path}.select")
    return compiled


def _conditions(
    query: form.TableQuery, config: form.QueryConfig, path: str
) -> list[tuple[AnyCondition, str]]:
    """The config's own `where` speaks about its own source; another source has other fields."""
    conditions: list[tuple[AnyCondition, str]] = []
    if config.where is not None and query.source in (None, config.source):
        conditions.append((config.where, "where"))
    if query.where is not None:
        conditions.append((query.where, f"{path}.where"))
    return conditions


def rounded(row: Row, columns: Sequence[Column]) -> Row:
    """To the decimals that were asked for, in every format alike; adding 0.0 turns -0.0 to 0.0."""
    return tuple(
        _round(value, column.decimals)
        if isinstance(value, float | Decimal) and column.decimals is not None
        else value
        for value, column in zip(row, columns, strict=True)
    )


def rounded_cells(cells: Cells, columns: Sequence[Column]) -> Cells:
    """As `rounded`, of many rows."""
    return [
        values
        if column.decimals is None
        else [
            _round(value, column.decimals) if isinstance(value, float | Decimal) else value
            for value in values
        ]
        for values, column in zip(cells, columns, strict=True)
    ]


def _round(value: float | Decimal, decimals: int) -> Value:
    return round(value, decimals) if isinstance(value, Decimal) else round(value, decimals) + 0.0
