"""A backtest is asked for once, ends once and whole, can be ended, and goes with what is newer and with its model."""

from datetime import datetime, timedelta
from typing import Any

import dagster as dg
import pandas as pd
import pytest
import sqlalchemy as sa
from selling_shops import DAYS, START, config, model_of

from iop_pipelines.backtest import work
from iop_pipelines.backtest.work import do
from iop_pipelines.domain.vocabulary import BacktestStatus
from iop_pipelines.errors import Conflict, NotFound
from iop_pipelines.ledger import backtests
from iop_pipelines.ledger.backtests import KEPT, LONGEST_SILENCE, Asked, StoredBacktest
from iop_pipelines.ledger.deleting import delete_model
from iop_pipelines.ledger.promotion import lacks_backtest
from iop_pipelines.platform import Platform
from iop_pipelines.registry.models import StoredModel, model, promote
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    analytical_models,
    model_backtest_lines,
    model_backtests,
)

NOW = datetime(2026, 11, 1, 12)


def made(platform: Platform, model: StoredModel, *asked: Any) -> StoredBacktest:
    row = backtests.ask(platform.engine, model.id, Asked(*asked), NOW)
    return do(platform, row.id, row.attempt)


def count(platform: Platform, table: sa.Table) -> int:
    with platform.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_what_is_done_has_its_list_and_the_lines_of_its_series(
    platform: Platform, shops: StoredModel
) -> None:
    done = made(platform, shops)
    assert (done.status, done.progress, done.error_msg) == (BacktestStatus.DONE, 1.0, None)
    content = done.content
    assert content is not None
    assert (content["windowStart"], content["budget"]) == (START.isoformat(), 2.0)
    assert content["deliveries"] == {"count": DAYS, "replayed": DAYS, "periods": 1, "failed": 0}
    (shown,) = [each for each in content["lists"] if each["budget"] == 2.0]
    assert [each["series"] for each in shown["things"]] == ["Shop 1", "Shop 2"]
    assert set(backtests.series_of(platform.engine, done.id)) >= {"Shop 1", "Shop 2"}
    line = backtests.line_of(platform.engine, done.id, "Shop 1")
    assert {len(line[name]) for name in ("ds", "y", "yhat", "lo", "hi")} == {DAYS}
    with pytest.raises(NotFound, match="no line is kept of the series 'Shop 9'"):
        backtests.line_of(platform.engine, done.id, "Shop 9")


def test_asked_twice_it_is_one_and_asked_otherwise_it_is_refused(
    platform: Platform, shops: StoredModel
) -> None:
    first = backtests.ask(platform.engine, shops.id, Asked(), NOW)
    assert backtests.ask(platform.engine, shops.id, Asked(), NOW).id == first.id
    with pytest.raises(Conflict, match="running with other settings"):
        backtests.ask(platform.engine, shops.id, Asked(alerts_per_week=9.0), NOW)
    with pytest.raises(NotFound):
        backtests.ask(platform.engine, 10_000, Asked(), NOW)


def test_a_budget_of_its_own_is_the_one_that_is_shown(
    platform: Platform, shops: StoredModel
) -> None:
    done = made(platform, shops, None, None, 7.0)
    assert done.content is not None
    assert done.content["budget"] == 7.0
    assert 7.0 in [each["budget"] for each in done.content["lists"]]


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (300, 310, "has none of the history, which is from 5 January 2026 to 23 July 2026"),
        (0, 10, "nothing could be judged: the model reads 400 periods"),
    ],
)
def test_a_period_without_anything_to_judge_fails_with_a_sentence_and_keeps_nothing(
    platform: Platform, shops: StoredModel, start: int, end: int, said: str
) -> None:
    days = [START + timedelta(days=each) for each in (start, end)]
    failed = made(platform, shops, *days)
    assert failed.status is BacktestStatus.FAILED
    assert failed.content is None
    assert count(platform, model_backtest_lines) == 0
    assert said in str(failed.error_msg)


def test_one_that_waits_is_cancelled_at_once_and_not_begun(
    platform: Platform, shops: StoredModel
) -> None:
    row = backtests.ask(platform.engine, shops.id, Asked(), NOW)
    assert backtests.cancel(platform.engine, row.id, NOW).status is BacktestStatus.CANCELLED
    assert do(platform, row.id, row.attempt).status is BacktestStatus.CANCELLED
    assert backtests.ask(platform.engine, shops.id, Asked(), NOW).id != row.id


def test_one_that_runs_ends_at_its_next_look_and_leaves_nothing(
    platform: Platform, shops: StoredModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iop_pipelines.backtest.work._LOOK_S", 0.0)
    row = backtests.ask(platform.engine, shops.id, Asked(), NOW)
    ticks: list[float] = []

    def cancel_at_once(share: float) -> None:
        if not ticks:
            backtests.cancel(platform.engine, row.id, NOW)
        ticks.append(share)

    ended = do(platform, row.id, row.attempt, told=cancel_at_once)
    assert (ended.status, ended.content, len(ticks)) == (BacktestStatus.CANCELLED, None, 1)
    assert count(platform, model_backtest_lines) == 0


def test_who_woke_late_changes_nothing(platform: Platform, shops: StoredModel) -> None:
    row = backtests.ask(platform.engine, shops.id, Asked(), NOW)
    held = backtests.begin(platform.engine, row.id, 1, NOW)
    assert held is not None
    assert backtests.begin(platform.engine, row.id, 1, NOW) is None
    running = backtests.backtest_of(platform.engine, row.id)
    assert not running.is_lost(NOW + LONGEST_SILENCE)
    assert running.is_lost(NOW + LONGEST_SILENCE + timedelta(seconds=1))
    backtests.try_again(platform.engine, running, NOW)
    assert not backtests.goes_on(platform.engine, held, 0.5, NOW)
    again = do(platform, row.id, 2)
    assert again.status is BacktestStatus.DONE
    late = backtests.Result({}, {}, 1)
    assert not backtests.finish(platform.engine, held, late, NOW)
    assert backtests.backtest_of(platform.engine, row.id).content == again.content


def test_what_its_worker_leaves_twice_has_failed(platform: Platform, shops: StoredModel) -> None:
    row = backtests.ask(platform.engine, shops.id, Asked(), NOW)
    for attempt in (1, 2):
        backtests.begin(platform.engine, row.id, attempt, NOW)
        backtests.try_again(platform.engine, backtests.backtest_of(platform.engine, row.id), NOW)
    ended = backtests.backtest_of(platform.engine, row.id)
    assert ended.status is BacktestStatus.FAILED
    assert ended.error_msg == "2 attempts ended without a result; look at the log of the worker"


def test_it_is_heard_of_before_and_after_it_reads(
    platform: Platform, shops: StoredModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    read = work.read_panel

    def reading(*args: Any) -> pd.DataFrame:
        heard.append("read")
        return read(*args)

    monkeypatch.setattr(work, "read_panel", reading)
    row = backtests.ask(platform.engine, shops.id, Asked(), NOW)
    do(platform, row.id, row.attempt, tick=lambda: heard.append("tick"))
    assert heard[:3] == ["tick", "read", "tick"]


def test_the_newest_few_are_kept_and_a_deleted_model_takes_all_with_it(
    platform: Platform, shops: StoredModel
) -> None:
    for _ in range(KEPT + 1):
        row = backtests.ask(platform.engine, shops.id, Asked(), NOW)
        held = backtests.begin(platform.engine, row.id, 1, NOW)
        assert held is not None
        result = backtests.Result({"of": row.id}, {"Shop 1": {"y": []}}, 1)
        assert backtests.finish(platform.engine, held, result, NOW)
    listed = backtests.backtests_of(platform.engine, shops.id)
    assert [each.content for each in listed] == [None] * len(listed), "lists leave it out"
    kept = [backtests.backtest_of(platform.engine, each.id) for each in listed]
    assert [each.content for each in kept] == [{"of": each.id} for each in kept]
    assert len(kept) == KEPT == count(platform, model_backtest_lines)
    with dg.DagsterInstance.ephemeral() as instance:
        delete_model(platform.engine, instance, [shops], NOW)
    assert count(platform, model_backtests) == count(platform, model_backtest_lines) == 0


def test_a_draft_is_compared_with_the_version_that_is_active(platform: Platform) -> None:
    active = model_of(platform, "v1.0.0", min_effect=1000.0)
    promote(platform.engine, active.id)
    done = made(platform, model_of(platform, "v1.1.0"))
    assert done.content is not None
    rival = done.content["rival"]
    assert (rival["id"], rival["version"]) == (active.id, "v1.0.0")
    assert (rival["count"], rival["onlyThis"]) == (0, 2)


def stored_as(platform: Platform, model: StoredModel, history: int = 400, **params: Any) -> None:
    """As an earlier release registered it, whatever is refused by now."""
    content = config(history=history).model_dump(mode="json") | {"params": params}
    of = analytical_models
    with begin_write(platform.engine) as connection:
        connection.execute(of.update().where(of.c.id == model.id).values(config=content))


def test_an_active_version_with_params_of_an_earlier_release_is_compared(
    platform: Platform,
) -> None:
    active = model_of(platform, "v1.0.0")
    promote(platform.engine, active.id)
    stored_as(platform, active, threshold=3.5)
    done = made(platform, model_of(platform, "v1.1.0"))
    assert done.content is not None
    assert (done.content["rival"]["version"], done.content["rival"]["onlyThis"]) == ("v1.0.0", 0)
    assert done.error_msg is None


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ({"history": 20}, "nothing could be judged: the model reads 20 periods"),
        ({"measure": "profit"}, "profit"),
        ({"min_effect": "much"}, "min_effect"),
    ],
)
def test_an_active_version_that_cannot_be_replayed_keeps_no_other_from_its_backtest(
    platform: Platform, stored: dict[str, Any], said: str
) -> None:
    active = model_of(platform, "v1.0.0")
    promote(platform.engine, active.id)
    stored_as(platform, active, **stored)
    draft = model_of(platform, "v1.1.0")
    done = made(platform, draft)
    assert (done.status, done.content is not None) == (BacktestStatus.DONE, True)
    assert done.content["rival"] is None  # type: ignore[index]
    assert str(done.error_msg).startswith("the active version v1.0.0 could not be replayed")
    assert said in str(done.error_msg)
    assert not lacks_backtest(platform.engine, draft)


def test_a_draft_with_params_of_an_earlier_release_needs_a_backtest_like_any_other(
    platform: Platform, shops: StoredModel
) -> None:
    stored_as(platform, shops, threshold=3.5)
    assert lacks_backtest(platform.engine, model(platform.engine, shops.id))
    assert made(platform, shops).status is BacktestStatus.DONE
