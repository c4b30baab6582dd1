"""How many days of a period have been delivered and prepared, of those that could have been: 27 of 29.

Of a dataset of weeks, months, quarters or years as many of those: one is known when all of its days are.

Only of datasets that are delivered in a rhythm (`drm.deliveries`): what was loaded at once lacks nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from iop_pipelines.domain.frequencies import TimeStep
from iop_pipelines.domain.periods import Period, Unit, floor, local_now
from iop_pipelines.drm.deliveries import LOOKED_AT, expected_after
from iop_pipelines.drm.source import DrmRun
from iop_pipelines.drm.tables import RunStatus, pipeline_runs
from iop_pipelines.query.sources import Database, Source
from iop_pipelines.schema import tables as iop

_A_DAY = timedelta(days=1)
# Before the period, so many days tell on which weekdays anything comes.
_LOOKED_BACK = 42 * _A_DAY
_LEAST = 14


@dataclass(frozen=True)
class Days:
    """`known` days of `all` that have passed of a period; `missing` are the others, and `due` is when the next delivery
    was to come, naive UTC. Of longer steps, `unit`, the first day of each."""

    known: int
    all: int
    missing: tuple[date, ...] = ()
    due: datetime | None = None
    unit: Unit = "day"


def days_of(
    source: Source,
    period: Period | None,
    now: datetime | None,
    connections: Mapping[Database, sa.Connection],
) -> Days | None:
    """None where no delivery is expected, the period is of hours, or none of its days has passed.

    now: naive UTC.
    """
    dataset = source.dataset
    if dataset is None or period is None or now is None or not period.is_whole_days:
        return None
    step = dataset.step
    if step is None:
        return None
    runs = _newest_runs(dataset.source, connections["drm"])
    following = expected_after(runs, dataset.time_zone, None, dataset.deliveries)
    if following is None:
        return None
    today = floor(local_now(now, dataset.time_zone), "day")
    if step.unit in ("week", "month", "quarter", "year"):
        return _steps_of(source, step, period, today, connections["iop"], due=following.due)
    end = min(period.end, today)
    if end <= period.start:
        return None
    covered = _covered(source, period.start - _LOOKED_BACK, end, connections["iop"])
    weekdays = _weekdays(covered, period.start.date())
    days = [day for day in _days(period.start, end) if day.weekday() in weekdays]
    missing = tuple(day for day in days if day not in covered)
    return Days(len(days) - len(missing), len(days), missing, following.due) if days else None


def _steps_of(
    source: Source,
    step: TimeStep,
    period: Period,
    today: datetime,
    connection: sa.Connection,
    *,
    due: datetime,
) -> Days | None:
    """Those that begin in the period and are over: rows are of the period by the first day of their step."""
    steps: list[tuple[datetime, datetime]] = []
    start = step.ceil(period.start)
    while start < period.end and (end := step.shift(start, 1)) <= today:
        steps.append((start, end))
        start = end
    if not steps:
        return None
    covered = _covered(source, steps[0][0], steps[-1][1], connection)
    missing = tuple(
        first.date()
        for first, last in steps
        if not all(day in covered for day in _days(first, last))
    )
    return Days(len(steps) - len(missing), len(steps), missing, due, step.unit)


def _weekdays(covered: set[date], start: date) -> set[int]:
    """On which anything comes; all of them where too little is known."""
    before = {day for day in covered if day < start}
    is_known = bool(before) and (max(before) - min(before)).days >= _LEAST
    return {day.weekday() for day in covered} if is_known else set(range(7))


def _days(start: datetime, end: datetime) -> list[date]:
    first = floor(start, "day")
    return [(first + n * _A_DAY).date() for n in range((end - first).days)]


def _newest_runs(dataset: str, connection: sa.Connection) -> list[DrmRun]:
    runs = pipeline_runs.c
    query = (
        sa.select(pipeline_runs)
        .where(runs.dataset == dataset, runs.status == RunStatus.SUCCESS)
        .order_by(runs.finished_at.desc(), runs.id.desc())
        .limit(LOOKED_AT)
    )
    return [DrmRun(**row) for row in connection.execute(query).mappings()]


def _covered(
    source: Source, start: datetime, end: datetime, connection: sa.Connection
) -> set[date]:
    """Days of which all was prepared, by whichever deliveries."""
    versions, datasets = iop.dataset_versions, iop.datasets
    query = (
        sa.select(versions.c.window_start, versions.c.window_end)
        .join_from(versions, datasets, datasets.c.id == versions.c.dataset_id)
        .where(
            datasets.c.name == (source.dataset.name if source.dataset else None),
            versions.c.status == "prepared",
            versions.c.window_start < end,
            versions.c.window_end > start,
        )
        .distinct()
    )
    seconds: dict[date, set[tuple[datetime, datetime]]] = {}
    for first, last in connection.execute(query):
        day = floor(max(first, start), "day")
        while day < min(last, end):
            part = (max(first, day), min(last, day + _A_DAY))
            seconds.setdefault(day.date(), set()).add(part)
            day += _A_DAY
    return {day for day, parts in seconds.items() if _is_whole(parts)}


def _is_whole(parts: set[tuple[datetime, datetime]]) -> bool:
    """Whether parts of one day make the day."""
    reached: datetime | None = None
    for first, last in sorted(parts):
        if reached is None:
            if first.time() != datetime.min.time():
                return False
            reached = last
        elif first > reached:
            return False
        reached = max(reached, last)
    return reached is not None and reached.time() == datetime.min.time()
