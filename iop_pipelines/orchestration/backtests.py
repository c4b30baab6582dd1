"""Backtests that were asked for: one Dagster run each, and another where that ended without having done it.

Imported by the code location, so nothing heavy.
"""

from datetime import datetime, timedelta

import dagster as dg
from dagster._core.storage.tags import RUN_KEY_TAG

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import BacktestStatus
from iop_pipelines.ledger import backtests
from iop_pipelines.orchestration import traced
from iop_pipelines.orchestration.progress import PROGRESS
from iop_pipelines.orchestration.ticks import Ticked
from iop_pipelines.platform import Platform
from iop_pipelines.registry.models import model
from iop_pipelines.tracing.context import distinct

JOB = "backtest_models"
# Nothing was heard for so long of one whose run has ended: a command would have been heard.
_QUIET = timedelta(minutes=1)


class BacktestConfig(dg.Config):
    """The row, and the attempt that this run is: a later one makes it void."""

    backtest_id: int
    attempt: int


def launch_backtests(platform: Platform, instance: dg.DagsterInstance, now: datetime) -> Ticked:
    """Asked again for the same attempt, Dagster knows its run key and launches nothing.

    One that a command does has no run: it is taken up when nothing has been heard of it for a while.
    """
    requests: list[dg.RunRequest] = []
    for each in backtests.waiting(platform.engine):
        # Two that look at once may have launched one each, of which one does the work.
        runs = instance.get_run_records(dg.RunsFilter(tags={RUN_KEY_TAG: each.run_key}), limit=10)
        is_queued = each.status is BacktestStatus.QUEUED
        is_over = bool(runs) and all(run.dagster_run.is_finished for run in runs)
        # Where a command took it before its run did, that run ended having done nothing.
        if each.is_lost(now) or (is_over and (is_queued or each.is_lost(now, _QUIET))):
            has_begun = not is_queued or any(run.start_time is not None for run in runs)
            backtests.try_again(platform.engine, each, now, has_begun=has_begun)
        elif not runs and is_queued:
            requests.append(_request(each))
    return Ticked(requests, None, "no backtest is to be made")


def _request(given: backtests.StoredBacktest) -> dg.RunRequest:
    config = {"backtest_id": given.id, "attempt": given.attempt}
    return dg.RunRequest(
        run_key=given.run_key,
        job_name=JOB,
        run_config={
            "ops": {"backtest": {"config": config}},
            "loggers": {"console": {"config": {"log_level": "WARNING"}}},
        },
        tags={**traced.launched(JOB, distinct([given.traceparent]), given.run_key)},
    )


@traced.of_run
def backtest(context: dg.OpExecutionContext, platform: Platform, config: BacktestConfig) -> None:
    from iop_pipelines.backtest.work import do

    given = backtests.backtest_of(platform.engine, config.backtest_id)
    label = model(platform.engine, given.model_id).label
    PROGRESS.step(Sentence("doing.backtesting", label=label))
    ended = do(platform, given.id, config.attempt, tick=PROGRESS.tick)
    context.log.info(f"backtest {given.id} of {label}: {ended.status.value}")
    if ended.status is BacktestStatus.FAILED:
        raise dg.Failure(description=ended.error_msg, allow_retries=False)
