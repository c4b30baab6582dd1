"""What a query will read, before it is asked in earnest: counted, not estimated, as of now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.periods import Earlier
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.query import config as form
from iop_pipelines.query.freshness import known_part
from iop_pipelines.query.reading import Reading
from iop_pipelines.query.run import read_rows, reading_of
from iop_pipelines.query.sources import Source


@dataclass(frozen=True)
class Explained:
    """Of one table: `rows` of all `total` are in the result, and `reads` rows of the source are looked at for it."""

    name: str
    title: str
    source: str
    rows: int
    total: int
    reads: int


def explain(
    config: form.QueryConfig | Mapping[str, Any],
    names: Collection[str] | None = None,
    *,
    engine: sa.Engine,
    drm_engine: sa.Engine,
    now: datetime,
    time_zone: str = "UTC",
    tick: Tick = nobody,
) -> tuple[Explained, ...]:
    """Of these tables, or of all. Raises InvalidQuery as running it does."""
    with reading_of(
        config,
        engine=engine,
        drm_engine=drm_engine,
        now=now,
        time_zone=time_zone,
        params=None,
        tick=tick,
    ) as reading:
        tables = reading.config.datasets
        return tuple(_explained(name, tables[name], reading) for name in names or tables)


def _explained(name: str, query: form.TableQuery, reading: Reading) -> Explained:
    source = reading.source_of(name)
    rows, total = _rows(name, query, source, reading)
    reads = sum(
        _reads(name, query, source, reading, each) for each in _scopes(query, source, reading)
    )
    title = query.title or name.replace("_", " ").capitalize()
    return Explained(name, title, source.name, rows, total, reads)


def _rows(name: str, query: form.TableQuery, source: Source, reading: Reading) -> tuple[int, int]:
    """(those of the result, all). Groups of two periods and moments without rows are known once they are read."""
    if any(item.compare or item.fill for item in query.select):
        table = read_rows(name, query, reading)
        return table.row_count, table.all_rows
    compiled = reading.compile(name, query, reading.scope.fresh())
    total = reading.count(compiled, source).total
    left = max(total - query.offset, 0)
    most = query.top.n + bool(query.top.rest) if query.top else query.limit
    return left if most is None else min(left, most), total


def _scopes(query: form.TableQuery, source: Source, reading: Reading) -> list[Scope]:
    """Of this period, and of each that it is compared with."""
    hows: list[Earlier] = list(dict.fromkeys(item.compare for item in query.select if item.compare))
    if not hows:
        return [reading.scope.fresh()]
    known = known_part(source, reading.connections[source.database], reading.scope.now)
    now = replace(reading.scope.fresh(), known=known)
    return [now, *(now.earlier(how) for how in hows)]


def _reads(
    name: str, query: form.TableQuery, source: Source, reading: Reading, scope: Scope
) -> int:
    every = form.Select.model_validate({"agg": "count", "as": "rows_read"})
    plain = form.TableQuery(source=query.source, where=query.where, select=(every,))
    ((reads,),) = reading.rows(reading.compile(name, plain, scope), source)
    return int(str(reads))
