"""Which deliveries a report's figures are of, so that it is known later whether any of them came again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from iop_pipelines.domain.liveness import nobody
from iop_pipelines.domain.periods import Earlier, Period, floor, local_now
from iop_pipelines.schema import tables as iop

if TYPE_CHECKING:
    # Sensors read what was kept, and load nothing that compiles.
    from iop_pipelines.query.reading import Reading
    from iop_pipelines.query.sources import Source

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class SourceRead:
    """What a report read of one dataset. All moments are in the dataset's own time.

    A delivery changes what the report shows where its window begins before `reached`, or was over by `passed`: what
    comes after both is the next delivery, of which the report said nothing.

    Attributes:
        spans: what was asked for, earlier periods of comparisons each by itself; None for all of it.
        reached: the end of the last prepared data version among them; None where there was none.
        passed: the beginning of the day that ran; None where no period was asked for, so that nothing was missing.
        versions: how many prepared data versions are of that; newest: the highest of their ids.
    """

    dataset: str
    label: str
    spans: tuple[Span, ...] | None
    reached: datetime | None = None
    passed: datetime | None = None
    versions: int = 0
    newest: int = 0

    def as_json(self) -> dict[str, Any]:
        ends = {"reached": self.reached, "passed": self.passed}
        told = {name: each and each.isoformat() for name, each in ends.items()}
        spans = self.spans and [[end.isoformat() for end in span] for span in self.spans]
        return {**vars(self), **told, "spans": spans}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "SourceRead | None":
        """None of a row that does not say how far its data reached: nothing can be told of it."""
        if "reached" not in said:
            return None
        ends = {
            name: said[name] and datetime.fromisoformat(said[name])
            for name in ("reached", "passed")
        }
        spans = said["spans"] and tuple(
            (datetime.fromisoformat(start), datetime.fromisoformat(end))
            for start, end in said["spans"]
        )
        return cls(**{**said, **ends, "spans": spans})


def sources_read(
    config: Any, *, engine: sa.Engine, drm_engine: sa.Engine, now: datetime, time_zone: str
) -> list[SourceRead]:
    """Of each dataset that a config reads, as of now. Asked before its rows are: what comes between is told as new."""
    from iop_pipelines.query.run import reading_of

    asked: dict[str, Any] = {"engine": engine, "drm_engine": drm_engine, "now": now}
    with reading_of(config, **asked, time_zone=time_zone, params=None, tick=nobody) as reading:
        spans: dict[str, tuple[Source, list[Span | None]]] = {}
        for name in reading.config.datasets:
            source = reading.source_of(name)
            if source.dataset is not None:
                spans.setdefault(source.name, (source, []))[1].extend(_asked(name, source, reading))
        return [_read(source, asked, reading) for source, asked in spans.values()]


def _asked(name: str, source: "Source", reading: "Reading") -> list[Span | None]:
    """The periods of the dataset's own time; those of another field say nothing of which deliveries are read."""
    query, scope = reading.config.datasets[name], reading.scope.fresh()
    reading.compile(name, query, scope)
    asked = zip(scope.fields, scope.periods, strict=True)
    periods = [period for field, period in asked if field == source.time]
    if not periods or source.dataset is None:
        return [None]
    zone = source.dataset.time_zone
    hows: set[Earlier] = {each.compare for each in query.select if each.compare}
    return [each.in_zone(zone) for period in periods for each in _with_earlier(period, hows)]


def _with_earlier(period: Period, hows: set[Earlier]) -> list[Period]:
    return [period, *(period.earlier(how) for how in sorted(hows))]


def _read(source: "Source", asked: list[Span | None], reading: "Reading") -> SourceRead:
    known = tuple(span for span in dict.fromkeys(asked) if span is not None)
    spans = known if None not in asked else None
    dataset, now, passed = source.dataset, reading.scope.now, None
    if spans is not None and dataset is not None and now is not None:
        passed = floor(local_now(now, dataset.time_zone), "day")
    read = SourceRead(dataset.name if dataset else "", source.label, spans, passed=passed)
    connection = reading.connections["iop"]
    end = iop.dataset_versions.c.window_end
    last = _asked_for(read, end).order_by(end.desc()).limit(1)
    read = replace(read, reached=connection.scalar(last))
    versions, newest = versions_of(connection, read)
    return replace(read, versions=versions, newest=newest)


def versions_of(connection: sa.Connection, read: SourceRead) -> tuple[int, int]:
    """How many prepared data versions are of what was read, and the highest of their ids."""
    count, newest = connection.execute(
        versions_shown(read, sa.func.count(), sa.func.max(iop.dataset_versions.c.id))
    ).one()
    return count, newest or 0


def versions_shown(read: SourceRead, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    """Prepared data versions of what a report shows, or should have shown."""
    window_start, window_end = (
        iop.dataset_versions.c.window_start,
        iop.dataset_versions.c.window_end,
    )
    is_shown = [window_start < read.reached] if read.reached is not None else []
    is_shown += [window_end <= read.passed] if read.passed is not None else []
    return _asked_for(read, *columns).where(sa.or_(sa.false(), *is_shown))


def _asked_for(read: SourceRead, *columns: Any) -> sa.Select[*tuple[Any, ...]]:
    versions, datasets = iop.dataset_versions, iop.datasets
    query = (
        sa.select(*columns)
        .select_from(versions)
        .join(datasets, datasets.c.id == versions.c.dataset_id)
        .where(datasets.c.name == read.dataset, versions.c.status == "prepared")
    )
    return query if read.spans is None else query.where(sa.or_(*_touching(read.spans)))


def _touching(spans: Sequence[Span]) -> list[sa.ColumnElement[bool]]:
    versions = iop.dataset_versions.c
    return [
        sa.and_(versions.window_start < end, versions.window_end > start) for start, end in spans
    ]
