"""models.backtest and its kin: what a version would have told of the history, asked for, followed and read."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from iop_pipelines.api.context import Context, witness_of
from iop_pipelines.api.procedures.shapes import Done, Id, LocalMoment, Told
from iop_pipelines.api.registry import Kind, Registry, Shape
from iop_pipelines.domain.languages import TRANSLATED, Language
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import read
from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.errors import NotFound
from iop_pipelines.ledger import backtests
from iop_pipelines.ledger.backtests import Asked, StoredBacktest
from iop_pipelines.registry import models as registered
from iop_pipelines.transform.versions import dataset, latest_version

Status = Literal["queued", "running", "done", "failed", "cancelled"]
Budget = Annotated[float, Field(gt=0, le=10_000)]


class NewBacktest(Shape):
    """`windowStart` and `windowEnd` are in the dataset's local time, half-open; left out, all of the history.
    `alertsPerWeek` left out is the model's own."""

    model_id: Id
    window_start: LocalMoment | None = None
    window_end: LocalMoment | None = None
    alerts_per_week: Budget | None = None


class OfModel(Shape):
    model_id: Id


class OfBacktest(Shape):
    backtest_id: Id


class Line(Shape):
    backtest_id: Id
    series: Annotated[str, Field(max_length=255)]


class Backtest(Shape):
    """`progress`: 0 to 1. `message` is why it failed, or why the active version is not beside one that is done, with
    its `translations`. `isStale`: data have come, or come again, since it was done."""

    id: int
    model_id: int
    status: Status
    progress: float
    alerts_per_week: float | None
    message: str | None
    translations: dict[Language, Told] | None
    asked_at: datetime
    ended_at: datetime | None
    is_stale: bool


class Deliveries(Shape):
    """How many there would have been, of so many periods each, how many of them were replayed, and how often the model
    could not be run."""

    count: int
    replayed: int
    periods: int
    failed: int


class Judged(Shape):
    """Of points, or of series where each is judged as a whole: those there were, those before which too little was
    known, and those that were not read."""

    unit: Literal["points", "series"]
    total: int
    learning: int
    left_out: int


class Week(Shape):
    start: LocalMoment
    count: int


class Recall(Shape):
    """Of `count` anomalies that were put in, how many were told, and after how many periods in the middle. `kind` is
    null for all that a model can see."""

    kind: Literal["spike", "dip", "shift", "freeze", "missing"] | None
    count: int
    told: int
    delay: float | None


class Thing(Shape):
    """What one recommendation would have been about. `opened` is the end of the delivery that opens it; `budget`: told
    from so many alerts a week on, 0 where that is always; `chance`: how seldom chance gives it, null where the method
    knows none."""

    series: str
    measure: str
    kind: str
    severity: Severity
    ds: LocalMoment
    since: LocalMoment
    until: LocalMoment
    opened: LocalMoment
    value: float | None
    expected: float | None
    lo: float | None
    hi: float | None
    score: float
    chance: float | None
    budget: float
    periods: int


class BacktestList(Shape):
    """What is told with `budget` alerts a week; of more than 300 things the strongest, `count` has all. `perWeek` is
    null where too few deliveries were replayed to say. `precision`: the share that chance does not explain."""

    budget: float
    count: int
    per_week: float | None
    worst_week: Week
    precision: float | None
    injected: Recall | None
    by_kind: list[Recall]
    things: list[Thing]


class Skill(Shape):
    """Of forecasts from `origins` moments: `skill` is 1 less their error (`mase`) over that of repeating the last
    season (`naiveMase`); `coverage` per cent of the values lay within the range, which is meant to hold `level`."""

    origins: int
    points: int
    mase: float | None
    naive_mase: float | None
    skill: float | None
    coverage: float | None
    level: float


class Rival(Shape):
    """The active version of the name, on the same weeks and with its own budget: how many things it tells, how many of
    this version's it tells too, and how many only one of both does."""

    id: int
    version: str
    budget: float | None
    count: int
    per_week: float | None
    both: int
    only_this: int
    only_rival: int
    injected: Recall | None
    precision: float | None
    forecast: Skill | None


class BacktestContent(Shape):
    """`budget` is the one that was asked for, else the model's own; null for what tells without one, which has one
    list. There is a list for each stop of a slider."""

    window_start: LocalMoment
    window_end: LocalMoment
    freq: str
    deliveries: Deliveries
    weeks: float
    coverage: Judged
    budget: float | None
    lists: list[BacktestList]
    forecast: Skill | None
    rival: Rival | None
    cpu_seconds: float


class BacktestResult(Shape):
    """`content` is null until it is done. `series`: of which there is a line, that of which most is told first."""

    backtest: Backtest
    content: BacktestContent | None
    series: list[str]


class BacktestLine(Shape):
    """What was measured of a series, and expected where the method expects something; else these are empty."""

    measure: str
    ds: list[LocalMoment]
    y: list[float | None]
    yhat: list[float | None]
    lo: list[float | None]
    hi: list[float | None]


def declare(registry: Registry) -> None:
    procedure = registry.procedure

    @procedure(
        "models.backtest",
        Kind.MUTATION,
        "Replay a version on the history that is there, by a worker. Asked again while it is open, it is the same.",
    )
    def backtest(ctx: Context, given: NewBacktest) -> Backtest:
        stored = registered.model(ctx.platform.engine, given.model_id)
        registered.require_complete(stored)
        asked = Asked(given.window_start, given.window_end, given.alerts_per_week)
        made = backtests.ask(
            *(ctx.platform.engine, given.model_id, asked, utc_now()),
            by=ctx.user.id,
            witness=witness_of(ctx),
        )
        return _backtest(made, None)

    @procedure("models.backtests", Kind.QUERY, "Backtests of one version, newest first.")
    def list_(ctx: Context, given: OfModel) -> list[Backtest]:
        newest = _newest(ctx, given.model_id)
        found = backtests.backtests_of(ctx.platform.engine, given.model_id)
        return [_backtest(each, newest) for each in found]

    @procedure(
        "models.backtestResult",
        Kind.QUERY,
        "What a version would have told, by alerts a week, and how much of what was put in.",
    )
    def result(ctx: Context, given: OfBacktest) -> BacktestResult:
        found = backtests.backtest_of(ctx.platform.engine, given.backtest_id)
        content = None
        if found.content is not None:
            content = BacktestContent.model_validate(found.content)
        return BacktestResult(
            backtest=_backtest(found, _newest(ctx, found.model_id)),
            content=content,
            series=backtests.series_of(ctx.platform.engine, found.id),
        )

    @procedure("models.backtestLine", Kind.QUERY, "One of the series that a backtest tells of.")
    def line(ctx: Context, given: Line) -> BacktestLine:
        found = backtests.line_of(ctx.platform.engine, given.backtest_id, given.series)
        return BacktestLine.model_validate(found)

    @procedure("models.cancelBacktest", Kind.MUTATION, "End a backtest; nothing of it is kept.")
    def cancel(ctx: Context, given: OfBacktest) -> Done:
        backtests.cancel(ctx.platform.engine, given.backtest_id, utc_now(), witness_of(ctx))
        return Done()


def _newest(ctx: Context, model_id: int) -> int | None:
    """The newest data version that a model would be replayed on; None where there is none."""
    model = registered.model(ctx.platform.engine, model_id)
    if model.lacks:
        return None
    try:
        on = dataset(ctx.platform.engine, model.spec.config.dataset)
    except NotFound:
        # It was deleted, and its models, which run no more, were not.
        return None
    version = latest_version(ctx.platform.engine, on.id)
    return version and version.id


def _backtest(given: StoredBacktest, newest: int | None) -> Backtest:
    said, read_version = read(given.said), given.dataset_version_id
    translations: dict[Language, Any] | None = None
    if said is not None:
        translations = {each: Told(message=said.alone(each)) for each in TRANSLATED}
    return Backtest(
        id=given.id,
        model_id=given.model_id,
        status=given.status.value,
        progress=given.progress,
        alerts_per_week=given.alerts_per_week,
        message=given.error_msg,
        translations=translations,
        asked_at=given.asked_at,
        ended_at=given.ended_at,
        is_stale=None not in (newest, read_version) and newest != read_version,
    )
