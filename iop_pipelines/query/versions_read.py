"""Which deliveries a report's figures are of, so that it is known later whether any of them came again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from iop_pipelines.domain.liveness import nobody
from iop_pipelines.domain.periods import Earlier
from iop_pipelines.schema import tables as iop

if TYPE_CHECKING:
    # Sensors read what was kept, and load nothing that compiles.
    from iop_pipelines.query.reading import Reading
    from iop_pipelines.query.sources import Source


@dataclass(frozen=True)
class SourceRead:
    """
    Attributes:
        start, end: what of the dataset was asked for, earlier periods of comparisons with it, in its own time; None
            for all of it.
        versions: how many prepared data versions touch that; newest: the highest of their ids.
    """

    dataset: str
    label: str
    start: datetime | None
    end: datetime | None
    versions: int
    newest: int

    def as_json(self) -> dict[str, Any]:
        ends = {"start": self.start, "end": self.end}
        told = {name: each and each.isoformat() for name, each in ends.items()}
        return {**vars(self), **told}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "SourceRead":
        ends = {
            name: said[name] and datetime.fromisoformat(said[name]) for name in ("start", "end")
        }
        return cls(**{**said, **ends})


def sources_read(
    config: Any, *, engine: sa.Engine, drm_engine: sa.Engine, now: datetime, time_zone: str
) -> list[SourceRead]:
    """Of each dataset that a config reads, as of now. Asked before its rows are: what comes between is told as new."""
    from iop_pipelines.query.run import reading_of

    asked: dict[str, Any] = {"engine": engine, "drm_engine": drm_engine, "now": now}
    with reading_of(config, **asked, time_zone=time_zone, params=None, tick=nobody) as reading:
        spans: dict[str, tuple[Source, list[tuple[datetime, datetime] | None]]] = {}
        for name in reading.config.datasets:
            source = reading.source_of(name)
            if source.dataset is not None:
                spans.setdefault(source.name, (source, []))[1].extend(_asked(name, source, reading))
        return [_read(source, asked, reading) for source, asked in spans.values()]


def _asked(
    name: str, source: "Source", reading: "Reading"
) -> list[tuple[datetime, datetime] | None]:
    query, scope = reading.config.datasets[name], reading.scope.fresh()
    reading.compile(name, query, scope)
    if not scope.periods or source.dataset is None:
        return [None]
    period, zone = scope.periods[0], source.dataset.time_zone
    hows: set[Earlier] = {each.compare for each in query.select if each.compare}
    return [each.in_zone(zone) for each in (period, *(period.earlier(how) for how in hows))]


def _read(
    source: "Source", asked: list[tuple[datetime, datetime] | None], reading: "Reading"
) -> SourceRead:
    known = [span for span in asked if span is not None]
    is_whole = len(known) < len(asked)
    start = None if is_whole else min(span[0] for span in known)
    end = None if is_whole else max(span[1] for span in known)
    dataset = source.dataset.name if source.dataset else ""
    versions, newest = versions_of(reading.connections["iop"], dataset, start, end)
    return SourceRead(dataset, source.label, start, end, versions, newest)


def versions_of(
    connection: sa.Connection, dataset: str, start: datetime | None, end: datetime | None
) -> tuple[int, int]:
    """How many prepared data versions touch a span of a dataset, and the highest of their ids."""
    count, newest = connection.execute(
        touching(dataset, start, end, sa.func.count(), sa.func.max(iop.dataset_versions.c.id))
    ).one()
    return count, newest or 0


def touching(
    dataset: str, start: datetime | None, end: datetime | None, *columns: Any
) -> sa.Select[*tuple[Any, ...]]:
    versions, datasets = iop.dataset_versions, iop.datasets
    query = (
        sa.select(*columns)
        .select_from(versions)
        .join(datasets, datasets.c.id == versions.c.dataset_id)
        .where(datasets.c.name == dataset, versions.c.status == "prepared")
    )
    if start is not None and end is not None:
        query = query.where(versions.c.window_start < end, versions.c.window_end > start)
    return query
