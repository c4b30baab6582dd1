"""How far the data of a source goes, and how good it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.frequencies import TimeStep
from iop_pipelines.domain.periods import Period, floor, local_now, to_zone
from iop_pipelines.domain.resolved import Scope, Side
from iop_pipelines.drm.tables import drm_metadata
from iop_pipelines.query.result import normalise
from iop_pipelines.query.sources import Database, Source
from iop_pipelines.schema import tables as iop

# Steps that rows nobody delivered may be behind.
_LATE = 3


def newest_moment(source: Source, connection: sa.Connection) -> datetime | None:
    if source.time is None:
        return None
    newest = sa.select(sa.func.max(source.fields[source.time].column)).select_from(source.rows)
    value = connection.execute(newest.where(*source.scope)).scalar_one()
    return None if value is None else _as_moment(value)


def span_of(source: Source, connection: sa.Connection) -> tuple[datetime, datetime] | None:
    """The oldest and the newest moment; None where there are no rows, or they have no time."""
    if source.time is None:
        return None
    column = source.fields[source.time].column
    ends = sa.select(sa.func.min(column), sa.func.max(column)).select_from(source.rows)
    oldest, newest = connection.execute(ends.where(*source.scope)).one()
    return None if newest is None else (_as_moment(oldest), _as_moment(newest))


def known_part(
    source: Source, connection: sa.Connection, now: datetime | None
) -> Callable[[Side, str | None, Period], Period]:
    """What there is of a period: of one that still runs until now, of a dataset with a step until its data ends."""
    data = None if now is None else end_of_data(source, connection)

    def part(side: Side, name: str | None, period: Period) -> Period:
        if now is None:
            return period
        here, until = local_now(now, period.zone), period.end
        if period.start < here < period.end:
            until = here if side.kind == "datetime" else floor(here, "day") + timedelta(days=1)
        if name == source.time and data is not None:
            zone = side.zone or period.zone
            end = data.by(to_zone(min(here, period.end), period.zone, zone))
            if end is not None:
                # Of a day that was delivered in part nothing is compared.
                end = to_zone(end, zone, period.zone) if side.zone else floor(end, "day")
                until = min(until, end) if end > period.start else until
        return period.until(until)

    return part


@dataclass(frozen=True)
class DataEnd:
    """Where the data ends, in the dataset's time; `step` where only its newest row says so, and no delivery."""

    moment: datetime
    step: TimeStep | None = None

    def by(self, moment: datetime) -> datetime | None:
        """The end of data that was to come until a moment; None where rows are few rather than late."""
        is_late = self.step is None or self.step.shift(self.moment, _LATE) > moment
        return self.moment if is_late else None


def end_of_data(source: Source, connection: sa.Connection) -> DataEnd | None:
    """Where the last delivery ends, or of rows that nobody delivered the newest; None where neither says anything."""
    dataset, step = source.dataset, source.dataset.step if source.dataset else None
    if dataset is None or step is None:
        return None
    versions, datasets = iop.dataset_versions, iop.datasets
    delivered = connection.scalar(
        sa.select(sa.func.max(versions.c.window_end))
        .join_from(versions, datasets, datasets.c.id == versions.c.dataset_id)
        .where(datasets.c.name == dataset.name, versions.c.status == "prepared")
    )
    if delivered is not None:
        return DataEnd(_as_moment(delivered))
    newest = newest_moment(source, connection)
    return None if newest is None else DataEnd(step.shift(step.floor(newest), 1), step)


def is_covered(span: tuple[datetime, datetime] | None, source: Source, scope: Scope) -> bool:
    """Whether a source knows anything of the period that is asked about: what it lacks then was not there."""
    period = scope.period_of(source.time)
    if source.time is None or period is None:
        return True
    if span is None:
        return False
    start, end = period.in_zone(source.fields[source.time].zone or period.zone)
    return start <= span[1] and span[0] < end


def _as_moment(value: Any) -> datetime:
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def quality_of(
    source: Source, period: Period | None, connections: Mapping[Database, sa.Connection]
) -> tuple[float | None, float | None]:
    """Mean and lowest of the latest score of each DRM run whose data the period touches."""
    runs = connections["iop"].execute(_runs_used(source, period)).scalars().all()
    if not runs:
        return None, None
    scores = drm_metadata.tables["drm_quality_scores"]
    last = (
        sa.select(sa.func.max(scores.c.id).label("id"))
        .where(scores.c.run_id.in_(runs))
        .group_by(scores.c.run_id)
        .subquery()
    )
    found = connections["drm"].execute(
        sa.select(sa.func.avg(scores.c.score), sa.func.min(scores.c.score)).where(
            scores.c.id.in_(sa.select(last.c.id))
        )
    )
    mean, lowest = found.one()
    return normalise(mean, "number"), normalise(lowest, "number")  # type: ignore[return-value]


def _runs_used(source: Source, period: Period | None) -> sa.Select[Any]:
    """DRM's latest run of each window, as `transform.store` has it: a restated day counts once."""
    versions, datasets = iop.dataset_versions, iop.datasets
    mine = [
        datasets.c.name == source.dataset.name,  # type: ignore[union-attr]
        versions.c.status == "prepared",
    ]
    if period is not None:
        start, end = period.in_zone(source.dataset.time_zone)  # type: ignore[union-attr]
        mine += [versions.c.window_start < end, versions.c.window_end > start]
    return (
        sa.select(sa.func.max(versions.c.drm_run_id))
        .join_from(versions, datasets, datasets.c.id == versions.c.dataset_id)
        .where(*mine)
        .group_by(versions.c.window_start, versions.c.window_end)
    )
