"""Does one backtest that was asked for, by a worker or a command: what it reads, how it ends, and how it is ended."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import sqlalchemy as sa

from iop_pipelines.backtest.measured import Plan, Watch, backtest
from iop_pipelines.backtest.replay import Subject
from iop_pipelines.backtest.windows import Window, usual_periods
from iop_pipelines.calendars.days import calendar_of
from iop_pipelines.domain.datasets import modelled_step
from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.drm.deliveries import expected
from iop_pipelines.errors import Conflict, InvalidInput, IopError
from iop_pipelines.execution.execute import units_of
from iop_pipelines.ledger import backtests
from iop_pipelines.ledger.backtests import Asked, Result, StoredBacktest
from iop_pipelines.ledger.history import history_of
from iop_pipelines.platform import Platform
from iop_pipelines.query.panel import read_panel
from iop_pipelines.registry import models as registry
from iop_pipelines.registry.models import StoredModel
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.transform.versions import (
    StoredDataset,
    StoredVersion,
    dataset,
    latest_version,
)

# Some gigabytes and minutes of work.
MOST_ROWS = 3_000_000
_LOOK_S = 1.0


class _Ended(Exception):
    """It is not to go on."""


@dataclass(frozen=True)
class _Read:
    """What a model is replayed on."""

    subject: Subject
    plan: Plan
    version: StoredVersion


def do(
    platform: Platform,
    backtest_id: int,
    attempt: int,
    *,
    tick: Tick = nobody,
    told: Callable[[float], None] = lambda _: None,
) -> StoredBacktest:
    """Does it, once however often this runs; how it ended.

    Raises what may pass: the row stays open then, and another run takes it up.

    Args:
        tick: called now and then; told: with how far it is, 0 to 1.
    """
    engine = platform.engine
    found = backtests.begin(engine, backtest_id, attempt, utc_now())
    if found is None:
        return backtests.backtest_of(engine, backtest_id)
    watch = _Watching(engine, found, tick, told)
    try:
        backtests.finish(engine, found, _result(platform, found, watch), utc_now())
    except _Ended:
        backtests.end_cancelled(engine, found, utc_now())
    except IopError as error:
        if error.retryable:
            raise
        backtests.fail(engine, found, error.told, utc_now())
    except KeyboardInterrupt:
        backtests.end_cancelled(engine, found, utc_now())
        raise
    return backtests.backtest_of(engine, backtest_id)


class _Watching:
    """Notes progress and asks whether to go on, once a second at most."""

    def __init__(
        self,
        engine: sa.Engine,
        given: StoredBacktest,
        tick: Tick,
        told: Callable[[float], None],
    ) -> None:
        self._engine, self._given, self._tick, self._told = engine, given, tick, told
        self._progress = 0.0
        self._looked_at = time.monotonic()

    def tick(self) -> None:
        self._tick()
        if time.monotonic() - self._looked_at < _LOOK_S:
            return
        self._looked_at = time.monotonic()
        if not backtests.goes_on(self._engine, self._given, self._progress, utc_now()):
            raise _Ended

    def progress(self, share: float) -> None:
        self._progress = share
        self._told(share)
        self.tick()


def _result(platform: Platform, found: StoredBacktest, watch: _Watching) -> Result:
    model = registry.model(platform.engine, found.model_id)
    watch.tick()
    read = _read(platform, model, found.asked)
    watch.tick()
    rival = _rival_of(platform, model)
    subject, reason = None, None
    if rival is not None:
        subject, reason = _subject_of(platform, rival, read, found.asked)
        watch.tick()
    made = backtest(read.subject, read.plan, Watch(watch.tick, watch.progress), subject)
    content, said = dict(made.content), None
    if rival is not None:
        version, reason = rival.spec.version, reason or made.reason
        if reason is None:
            content["rival"] |= {"id": rival.id, "version": version}
        else:
            said = Sentence("backtest.rival_failed", version=version, reason=reason.told)
    return Result(content, made.lines, read.version.id, said)


def _rival_of(platform: Platform, model: StoredModel) -> StoredModel | None:
    """The active version of the name, where it is another one and reads the same dataset."""
    others = registry.active_models_of(platform.engine, model.spec.config.dataset)
    is_rival = (
        each for each in others if each.spec.name == model.spec.name and each.id != model.id
    )
    return next(is_rival, None)


def _subject_of(
    platform: Platform, rival: StoredModel, read: _Read, asked: Asked
) -> tuple[Subject | None, IopError | None]:
    """What the rival is replayed on, or why it cannot be."""
    span = replace(asked, window_start=read.plan.span[0], window_end=read.plan.span[1])
    try:
        return _read(platform, rival, span).subject, None
    except IopError as error:
        if error.retryable:
            raise
        return None, error


def _read(platform: Platform, model: StoredModel, asked: Asked) -> _Read:
    """Raises Conflict or InvalidInput where there is nothing to replay."""
    engine, config = platform.engine, model.spec.config
    registry.require_complete(model)
    on = dataset(engine, config.dataset)
    if on.is_system:
        raise Conflict("backtest.of_the_system", name=config.dataset)
    step = modelled_step(on.declaration)
    version = latest_version(engine, on.id)
    with engine.connect() as connection:
        history = history_of(connection, config.dataset)
    if version is None or history is None:
        raise Conflict("backtest.no_history", name=config.dataset)
    span = _span(asked, (history.window_start, history.window_end))
    panel = read_panel(engine, on, config.input, version.id, span)
    if not len(panel) or panel["ds"].max() < span[0]:
        raise InvalidInput(_of_days("backtest.nothing_there", span), "from")
    if len(panel) > MOST_ROWS:
        raise InvalidInput("backtest.too_large", "from", rows=len(panel), most=MOST_ROWS)
    subject = Subject(
        config=config,
        units=units_of(on, config),
        freq=step.modelled_as,
        calendar=calendar_of(on.declaration.calendar),
        panel=panel,
        outside=Outside.of(platform.settings),
    )
    plan = Plan(
        span=span,
        data_start=history.window_start,
        periods=_periods(platform, on),
        budget=asked.alerts_per_week,
    )
    return _Read(subject, plan, version)


def _span(asked: Asked, history: Window) -> Window:
    """Raises InvalidInput where what is asked for holds nothing of the history."""
    start = max(asked.window_start or history[0], history[0])
    end = min(asked.window_end or history[1], history[1])
    if start >= end:
        raise InvalidInput(_of_days("backtest.outside", history), "from")
    return start, end


def _of_days(code: str, span: Window) -> Sentence:
    """With the first and the last day."""
    last = span[1] - timedelta(microseconds=1)
    return Sentence(code, start=span[0].date(), end=last.date())


def _periods(platform: Platform, on: StoredDataset) -> int:
    """In a delivery of the dataset, by its rhythm, or by days where it has none."""
    declared = on.declaration
    calendar = calendar_of(declared.calendar)
    rhythm = declared.deliveries.step if declared.deliveries else None
    if rhythm is None:
        found = expected(platform.drm, declared.source, declared.time_zone, calendar)
        rhythm = found.rhythm if found else None
    return usual_periods(modelled_step(declared), rhythm)
