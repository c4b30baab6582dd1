"""What a query will read, before it is asked in earnest: counted, not estimated, as of now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.query import config as form
from iop_pipelines.query.reading import Reading
from iop_pipelines.query.run import reading_of


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
    compiled = reading.compile(name, query, reading.scope.fresh())
    total = reading.count(compiled, source).total
    left = max(total - query.offset, 0)
    most = query.top.n + bool(query.top.rest) if query.top else query.limit
    rows = left if most is None else min(left, most)
    every = form.Select.model_validate({"agg": "count", "as": "rows_read"})
    plain = form.TableQuery(source=query.source, where=query.where, select=(every,))
    ((reads,),) = reading.rows(reading.compile(name, plain, reading.scope.fresh()), source)
    title = query.title or name.replace("_", " ").capitalize()
    return Explained(name, title, source.name, rows, total, int(str(reads)))
