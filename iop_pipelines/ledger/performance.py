"""What model versions were worth since they tell: sums by the day of the data, and what people read of them.

Forecasts are scored by `backtest.live`; what else there is to know, alerts and durations, stands in the recommendations
and executions of the version and is read from there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from iop_pipelines.domain.frequencies import STEPS, TimeStep
from iop_pipelines.domain.vocabulary import ExecutionStatus, Severity
from iop_pipelines.errors import NotFound
from iop_pipelines.registry.models import StoredModel
from iop_pipelines.runtimes.catalogue import (
    ForecastParams,
    params_of_today,
    runtime_spec,
)
from iop_pipelines.runtimes.params import parse_params
from iop_pipelines.schema.tables import dataset_versions, model_executions, recommendations
from iop_pipelines.schema.tables import model_performance as table
from iop_pipelines.transform.versions import dataset

WEEK = timedelta(days=7)
# So many periods are shown, and of so many executions durations are told.
MOST_PERIODS = 104
MOST_DURATIONS = 200
_COUNTS = ("points", "banded", "inside", "scaled")


@dataclass(frozen=True, slots=True)
class Day:
    """Sums over all forecasts of one day of the data, of every series and from every origin.

    Attributes:
        points: values that were forecast and came.
        banded: those with a range; inside: those within it.
        scaled: those whose series varies and had a season before the forecast; error, naive: of these the sum of what
            the forecast and what repeating the last season missed by, each over what repeating misses by in the
            series' past.
    """

    day: datetime
    points: int
    banded: int
    inside: int
    scaled: int
    error: float
    naive: float


@dataclass(frozen=True, slots=True)
class Worth:
    """Sums of days, as people read them; None where nothing is known. Coverage is in per cent."""

    points: int
    banded: int
    inside: int
    scaled: int
    error: float
    naive: float

    @classmethod
    def of(cls, parts: "Iterable[Day | Worth]") -> "Worth":
        each = list(parts)
        points, banded, inside, scaled = (
            sum(getattr(part, name) for part in each) for name in _COUNTS
        )
        error, naive = sum(part.error for part in each), sum(part.naive for part in each)
        return cls(points, banded, inside, scaled, error, naive)

    @property
    def mase(self) -> float | None:
        return self.error / self.scaled if self.scaled else None

    @property
    def naive_mase(self) -> float | None:
        return self.naive / self.scaled if self.scaled else None

    @property
    def ratio(self) -> float | None:
        """What the forecasts miss by over what repeating the last season does."""
        return self.error / self.naive if self.naive else None

    @property
    def skill(self) -> float | None:
        """1 for no error, 0 for that of repeating the last season, less for worse."""
        return None if self.ratio is None else 1 - self.ratio

    @property
    def coverage(self) -> float | None:
        return 100 * self.inside / self.banded if self.banded else None


@dataclass(frozen=True, slots=True)
class Period:
    """A week from Monday, or one period of a coarser step: [start, end). alerts: None of one that is not live yet."""

    start: datetime
    end: datetime
    worth: Worth
    alerts: int | None = None


@dataclass(frozen=True, slots=True)
class Alerts:
    """Recommendations that a version opened in so many weeks of the data; budget: what it may a week by chance, None
    of what knows none."""

    count: int
    weeks: float
    budget: float | None

    @property
    def per_week(self) -> float | None:
        return self.count / self.weeks if self.weeks >= 1 else None


@dataclass(frozen=True, slots=True)
class Durations:
    """Of the latest executions that ended well, in milliseconds."""

    count: int
    p50_ms: int
    p95_ms: int


@dataclass(frozen=True, slots=True)
class Performance:
    """level: of the range of forecasts in per cent, None of what forecasts nothing."""

    periods: tuple[Period, ...]
    worth: Worth
    level: float | None
    alerts: Alerts
    durations: Durations | None


def horizon_of(model: StoredModel) -> int | None:
    """Periods that a version forecasts; None of one that forecasts nothing."""
    params = _forecast_of(model)
    return None if params is None else params.h


def keep_days(
    connection: sa.Connection,
    model_id: int,
    forecasts: Mapping[datetime, int],
    days: Sequence[Day],
) -> None:
    """Instead of what was known of these days.

    Of whose forecasts the retention took some, or all, that stays which was counted when they were there.

    forecasts: how many there are by the day, judged or not.
    """
    if not forecasts:
        return
    is_its, at = table.c.model_id == model_id, table.c.day
    query = sa.select(at, table.c.points).where(is_its, at.between(min(forecasts), max(forecasts)))
    fewer = {
        day for day, points in connection.execute(query).all() if forecasts.get(day, 0) < points
    }
    replaced = [each for each in forecasts if each not in fewer]
    connection.execute(table.delete().where(is_its, at.in_(replaced)))
    rows = [
        {"model_id": model_id, **{name: getattr(each, name) for name in Day.__slots__}}
        for each in days
        if each.day not in fewer
    ]
    if rows:
        connection.execute(table.insert(), rows)


def newest_day(connection: sa.Connection, model_id: int) -> datetime | None:
    """The last of which anything is known."""
    return connection.scalar(
        sa.select(sa.func.max(table.c.day)).where(table.c.model_id == model_id)
    )


def forget_performance(connection: sa.Connection, model_ids: Sequence[int]) -> None:
    """Of these versions, with the versions themselves."""
    connection.execute(table.delete().where(table.c.model_id.in_(model_ids)))


def periods_of(
    connection: sa.Connection, model_id: int, step: TimeStep, most: int = MOST_PERIODS
) -> list[Period]:
    """The newest, oldest first; those of which nothing is known are not there."""
    names = [table.c[name] for name in Day.__slots__]
    query = sa.select(*names).where(table.c.model_id == model_id).order_by(table.c.day.desc())
    by_start: dict[datetime, list[Day]] = {}
    # One more than are asked for, since the first day may be within its week.
    for row in connection.execute(query.limit((most + 1) * 7)):
        day = Day(*row)
        by_start.setdefault(_start_of(day.day, step), []).append(day)
    starts = sorted(by_start)[-most:]
    return [Period(start, end_of(start, step), Worth.of(by_start[start])) for start in starts]


def end_of(start: datetime, step: TimeStep) -> datetime:
    return step.shift(start, 1) if _is_coarse(step) else start + WEEK


def _start_of(day: datetime, step: TimeStep) -> datetime:
    return day if _is_coarse(step) else day - timedelta(days=day.weekday())


def _is_coarse(step: TimeStep) -> bool:
    return step.months is not None


def performance_of(engine: sa.Engine, model: StoredModel) -> Performance | None:
    """None of a version that never ended an execution well, and of one that reads nothing any more."""
    if model.lacks:
        return None
    try:
        stored = dataset(engine, model.spec.config.dataset)
    except NotFound:
        return None
    # Of events without a step, such as DRM's runs, alerts are counted by the week like those of days.
    step = stored.declaration.step or STEPS["D"]
    with engine.connect() as connection:
        live = _live_of(connection, model.id)
        if live is None:
            return None
        periods = periods_of(connection, model.id, step)
        told = _told_of(connection, model, *live)
        durations = _durations_of(connection, model.id)
    return Performance(
        periods=_with_alerts(periods, told, live, step),
        worth=Worth.of(each.worth for each in periods),
        level=level_of(model),
        alerts=Alerts(len(told), (live[1] - live[0]) / WEEK, _budget_of(model)),
        durations=durations,
    )


def _live_of(connection: sa.Connection, model_id: int) -> tuple[datetime, datetime] | None:
    """From the end of the data that the version was first run on to the end of those that it was run on last."""
    executions, versions = model_executions.c, dataset_versions.c
    query = (
        sa.select(sa.func.min(versions.window_end), sa.func.max(versions.window_end))
        .join(model_executions, executions.dataset_version_id == versions.id)
        .where(executions.model_id == model_id, executions.status == ExecutionStatus.SUCCESS)
    )
    first, last = connection.execute(query).one()
    return None if first is None else (first, last)


def _told_of(
    connection: sa.Connection, model: StoredModel, start: datetime, end: datetime
) -> list[datetime]:
    """When that began which the version told of; what is no more than information is no alert."""
    columns = recommendations.c
    query = sa.select(columns.first_ds).where(
        columns.dataset == model.spec.config.dataset,
        columns.model_id == model.id,
        columns.first_ds >= start,
        columns.first_ds < end,
        sa.func.coalesce(columns.peak_severity, columns.severity) != Severity.INFO,
    )
    return list(connection.scalars(query.order_by(columns.first_ds)))


def _durations_of(connection: sa.Connection, model_id: int) -> Durations | None:
    executions = model_executions.c
    query = (
        sa.select(executions.duration_ms)
        .where(
            executions.model_id == model_id,
            executions.status == ExecutionStatus.SUCCESS,
            executions.duration_ms.is_not(None),
        )
        .order_by(executions.id.desc())
        .limit(MOST_DURATIONS)
    )
    took = sorted(connection.scalars(query))
    return Durations(len(took), rank(took, 50), rank(took, 95)) if took else None


def rank(ordered: Sequence[int], per_cent: int) -> int:
    """The smallest value that so many per cent of all are no larger than (nearest rank)."""
    return ordered[-(-len(ordered) * per_cent // 100) - 1]


def _with_alerts(
    periods: Sequence[Period],
    told: Sequence[datetime],
    live: tuple[datetime, datetime],
    step: TimeStep,
) -> tuple[Period, ...]:
    """Periods of what has no forecasts are those in which it was live."""
    by_start = {each.start: each for each in periods}
    start = _start_of(step.floor(live[0]).replace(hour=0, minute=0), step)
    counts: dict[datetime, int] = {}
    while start < live[1]:
        counts[start] = 0
        start = end_of(start, step)
    for moment in told:
        first = _start_of(step.floor(moment).replace(hour=0, minute=0), step)
        counts[first] = counts.get(first, 0) + 1
    starts = sorted({*by_start, *counts})[-MOST_PERIODS:]
    return tuple(
        Period(
            each,
            end_of(each, step),
            by_start[each].worth if each in by_start else Worth.of(()),
            counts.get(each),
        )
        for each in starts
    )


def level_of(model: StoredModel) -> float | None:
    """What the range of its forecasts is meant to hold, in per cent."""
    params = _forecast_of(model)
    return None if params is None else params.level


def _forecast_of(model: StoredModel) -> ForecastParams | None:
    if model.lacks:
        return None
    config = model.spec.config
    params = runtime_spec(config.runtime).params
    if not issubclass(params, ForecastParams):
        return None
    return parse_params(params, params_of_today(config.runtime, config.params))


def _budget_of(model: StoredModel) -> float | None:
    """Alerts a week that chance may give, of what keeps to such a budget."""
    config = model.spec.config
    field = runtime_spec(config.runtime).params.model_fields.get("alerts_per_week")
    if field is None:
        return None
    return float(config.params.get("alerts_per_week") or field.default)
