"""What versions were worth since they tell: by hand, when data are restated, and when they become worse."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import dagster as dg
import numpy as np
import pytest
import sqlalchemy as sa
from selling_shops import SALES, START, model_of
from sqlalchemy import event

from iop_pipelines.backtest import live
from iop_pipelines.backtest.live import look_at_delivered, score, score_made
from iop_pipelines.demo.load import folder
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.vocabulary import ModelStatus, Phase
from iop_pipelines.ledger.deleting import delete_model
from iop_pipelines.ledger.performance import (
    Day,
    Durations,
    Period,
    Worth,
    keep_days,
    performance_of,
    rank,
)
from iop_pipelines.platform import Platform
from iop_pipelines.recommendations.performance import advise_of_forecasts, fall_of
from iop_pipelines.registry.models import (
    StoredModel,
    load_spec,
    model,
    promote,
    register,
    set_status,
)
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    dataset_versions,
    model_executions,
    model_outputs,
    model_performance,
    recommendations,
)
from iop_pipelines.transform.table import prepared_table
from iop_pipelines.transform.versions import (
    PIPELINE_RUNS,
    StoredDataset,
    register_dataset,
    register_system_datasets,
)

TABLE = prepared_table(DatasetDeclaration.model_validate(SALES))
# Two weeks, of which each day of the second is 7 more: what repeating the week misses by.
TWO_WEEKS = [10.0, 20, 30, 40, 50, 60, 70, 17, 27, 37, 47, 57, 67, 77]


def day(offset: int) -> datetime:
    return START + timedelta(days=offset)


@dataclass
class Shop:
    """One shop, and a version that forecasts what it sells; each delivery is a data version."""

    platform: Platform
    stored: StoredDataset
    model: StoredModel
    versions: list[int] = field(default_factory=list[int])

    @property
    def engine(self) -> sa.Engine:
        return self.platform.engine

    def deliver(self, first: int, values: Sequence[float]) -> tuple[datetime, datetime]:
        """What was there of these days is restated; the window."""
        window = (day(first), day(first + len(values)))
        with begin_write(self.engine) as connection:
            made = dataset_versions.insert().values(
                dataset_id=self.stored.id,
                data_version=f"{len(self.versions):032d}",
                drm_run_id=len(self.versions) + 1,
                declaration_version=1,
                window_start=window[0],
                window_end=window[1],
                status="prepared",
                phase=Phase.DONE,
            )
            version_id = connection.execute(made).inserted_primary_key[0]
            within = (TABLE.c.day >= window[0].date(), TABLE.c.day < window[1].date())
            former = TABLE.update().where(*within, TABLE.c.iop_to.is_(None))
            connection.execute(former.values(iop_to=version_id))
            rows = [
                {"iop_from": version_id, "day": day(first + k).date(), "shop": "A", "amount": each}
                for k, each in enumerate(values)
            ]
            connection.execute(TABLE.insert(), rows)
        self.versions.append(version_id)
        return window

    def forecast(self, first: int, yhat: Sequence[float], half: float, **values: Any) -> int:
        """By an execution on the newest data version, unless told otherwise."""
        columns = {
            "model_id": self.model.id,
            "dataset_version_id": self.versions[-1],
            "status": "success",
            "phase": Phase.DONE,
            "trigger": "drm_run:1",
            "input_ref": "dataset:sales",
        }
        with begin_write(self.engine) as connection:
            made = model_executions.insert().values(**columns | values)
            execution_id = connection.execute(made).inserted_primary_key[0]
            rows = [
                {
                    "execution_id": execution_id,
                    "model_id": self.model.id,
                    "unique_id": "A",
                    "ds": day(first + k),
                    "measure": "revenue",
                    "yhat": each,
                    "lo": each - half,
                    "hi": each + half,
                    "is_finding": False,
                }
                for k, each in enumerate(yhat)
            ]
            connection.execute(model_outputs.insert(), rows)
        return execution_id

    def worth(self) -> Worth:
        found = performance_of(self.engine, self.model)
        assert found is not None
        return found.worth

    def keep(self, ratios: Sequence[float], held: Sequence[int] | None = None) -> None:
        """Days of whole weeks: what the forecasts missed by over repeating, and how many of 100 values ranges held."""
        inside = held or [80] * len(ratios)
        days = [
            Day(day(7 * week), 100, 100, inside[week], 100, 100 * each, 100.0)
            for week, each in enumerate(ratios)
        ]
        with begin_write(self.engine) as connection:
            keep_days(connection, self.model.id, {each.day: 100 for each in days}, days)

    def look(self) -> None:
        advise_of_forecasts(self.engine, self.stored, [model(self.engine, self.model.id)])

    def told(self) -> list[sa.Row[Any]]:
        with self.engine.connect() as connection:
            query = sa.select(recommendations).order_by(recommendations.c.id)
            return list(connection.execute(query))


@pytest.fixture
def shop(empty_platform: Platform) -> Shop:
    engine = empty_platform.engine
    stored = register_dataset(engine, DatasetDeclaration.model_validate(SALES))
    made = model_of(empty_platform, runtime="forecast_ensemble", h=3)
    promote(engine, made.id)
    return Shop(empty_platform, stored, model(engine, made.id))


def test_forecasts_are_scored_as_what_was_forecast_comes(shop: Shop) -> None:
    """Repeating misses by 7 in the past. Missed by 4, 3 and 20 where repeating misses by 7, 0 and 23; two of the three
    are within 5."""
    shop.deliver(0, TWO_WEEKS)
    shop.forecast(14, [20, 30, 40], 5, duration_ms=900)
    first = shop.deliver(14, [24.0])
    look_at_delivered(shop.engine, shop.stored, first)
    worth = shop.worth()
    assert (worth.points, worth.mase, worth.naive_mase) == (1, pytest.approx(4 / 7), 1.0)
    look_at_delivered(shop.engine, shop.stored, shop.deliver(15, [27.0, 60.0]))
    worth = shop.worth()
    assert (worth.points, worth.banded, worth.inside, worth.scaled) == (3, 3, 2, 3)
    assert worth.mase == pytest.approx(27 / 21)
    assert worth.naive_mase == pytest.approx(30 / 21)
    assert worth.skill == pytest.approx(0.1)
    assert worth.coverage == pytest.approx(200 / 3)
    found = performance_of(shop.engine, shop.model)
    assert found is not None
    assert (found.level, found.durations and found.durations.p95_ms) == (80.0, 900)
    # 19 January is a Monday; the version has not been run on data after it, so that it had no alerts to tell.
    assert [(each.start, each.alerts) for each in found.periods] == [(day(14), None)]


def test_what_is_restated_is_scored_anew_and_what_was_known_counts_for_nothing(shop: Shop) -> None:
    """The second day is 31 and no longer 27: missed by 1, where repeating misses by 4. Who forecasts it from data that
    have it already, forecasts nothing; of two executions on the same data the later counts."""
    shop.deliver(0, TWO_WEEKS)
    shop.forecast(14, [99, 99, 99], 5)
    shop.forecast(14, [20, 30, 40], 5)
    look_at_delivered(shop.engine, shop.stored, shop.deliver(14, [24.0, 27.0, 60.0]))
    again = shop.deliver(15, [31.0])
    shop.forecast(15, [31.0], 5)
    for _ in range(2):
        look_at_delivered(shop.engine, shop.stored, again)
        worth = shop.worth()
        assert (worth.points, worth.inside) == (3, 2)
        assert worth.mase == pytest.approx(25 / 21)
        assert worth.skill == pytest.approx(1 - 25 / 34)


def test_a_base_that_is_restated_is_repeated_as_it_is_now(shop: Shop) -> None:
    """The Monday before becomes 24, which repeating would have said. Steps in the past are 14 once and 7 six times, so
    that the mean is 8."""
    shop.deliver(0, TWO_WEEKS)
    shop.forecast(14, [20], 5)
    look_at_delivered(shop.engine, shop.stored, shop.deliver(14, [24.0]))
    look_at_delivered(shop.engine, shop.stored, shop.deliver(7, [24.0]))
    worth = shop.worth()
    assert (worth.mase, worth.naive_mase) == (pytest.approx(4 / 8), 0.0)


def test_what_was_counted_outlives_its_forecasts(shop: Shop) -> None:
    """The retention takes the forecasts of the first execution: neither the next delivery nor one that restates all of
    it counts its days as never forecast, nor one of which a part of the forecasts is gone by that part."""
    shop.deliver(0, TWO_WEEKS)
    first = shop.forecast(14, [20, 30, 40], 5)
    look_at_delivered(shop.engine, shop.stored, shop.deliver(14, [24.0]))
    shop.forecast(15, [20, 30], 5)
    look_at_delivered(shop.engine, shop.stored, shop.deliver(15, [27.0, 60.0]))
    before = shop.worth()
    assert before.points == 5
    with begin_write(shop.engine) as connection:
        gone = model_outputs.c.execution_id == first
        connection.execute(model_outputs.delete().where(gone))
    look_at_delivered(shop.engine, shop.stored, shop.deliver(17, [30.0]))
    assert shop.worth() == before
    look_at_delivered(shop.engine, shop.stored, shop.deliver(14, [90.0, 90.0, 90.0]))
    assert shop.worth() == before
    with begin_write(shop.engine) as connection:
        connection.execute(model_outputs.delete())
    look_at_delivered(shop.engine, shop.stored, shop.deliver(18, [30.0]))
    assert shop.worth() == before


def test_a_version_that_was_replaced_long_ago_is_looked_at_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last of its forecasts never came, so that nothing newer is known of it. What is caught up with is read in
    parts of so many days, or forecasts."""
    shop.deliver(0, TWO_WEEKS)
    shop.forecast(14, [20, 30, 40], 5)
    look_at_delivered(shop.engine, shop.stored, shop.deliver(14, [24.0, 27.0]))
    set_status(shop.engine, shop.model.id, ModelStatus.DEPRECATED)
    shop.deliver(17, [30.0] * 500)
    window = shop.deliver(517, [30.0])
    asked: list[str] = []
    event.listen(shop.engine, "before_cursor_execute", lambda *given: asked.append(str(given[2])))
    look_at_delivered(shop.engine, shop.stored, window)
    assert sum("FROM model_outputs" in each for each in asked) == 1
    asked.clear()
    monkeypatch.setattr(live, "_MOST_ROWS", 1)
    assert score(shop.engine, shop.stored, shop.model, (day(14), day(17)))
    assert sum("INSERT INTO model_performance" in each for each in asked) == 2
    assert shop.worth().points == 2


def test_a_day_is_worth_the_same_whatever_days_it_is_looked_at_with(shop: Shop) -> None:
    """The past of a forecast is the look-back of the model before it, two weeks here, in which steps grow."""
    made = model_of(shop.platform, "v2.0.0", runtime="forecast_ensemble", h=3, history=14)
    shop.model = made
    shop.deliver(0, [float(k * k) for k in range(20)])
    for first in range(20, 40):
        shop.forecast(first, [300.0, 400.0, 500.0], 50)
        shop.deliver(first, [float(first * first)])

    def known() -> list[Any]:
        columns = model_performance.c
        query = sa.select(columns.day, columns.error, columns.naive).order_by(columns.day)
        with shop.engine.connect() as connection:
            return [list(row) for row in connection.execute(query)]

    assert score(shop.engine, shop.stored, made, (day(20), day(40)))
    together = known()
    for first in range(20, 40):
        assert score(shop.engine, shop.stored, made, (day(first), day(first + 1)))
    assert [row[0] for row in known()] == [day(each) for each in range(20, 40)]
    for alone, beside in zip(known(), together, strict=True):
        assert alone[1:] == pytest.approx(beside[1:], rel=1e-9)
    # A week apart k² differs by 14k - 49: on average over the seven steps before the 21st day by 175.
    assert together[0][1:] == pytest.approx([100 / 175, (400 - 169) / 175])


def test_an_execution_that_ran_late_is_scored_when_it_has_run(shop: Shop) -> None:
    shop.deliver(0, TWO_WEEKS)
    shop.deliver(14, [24.0])
    assert not score_made(shop.engine, shop.stored, shop.model, day(15))
    shop.forecast(14, [20, 30, 40], 5, dataset_version_id=shop.versions[0])
    assert score_made(shop.engine, shop.stored, shop.model, day(14))
    assert shop.worth().points == 1
    # What a look left out, the next one makes good.
    shop.forecast(15, [31.0], 5)
    shop.deliver(15, [30.0])
    look_at_delivered(shop.engine, shop.stored, shop.deliver(16, [40.0]))
    assert shop.worth().points == 4


def test_a_missing_value_and_a_series_that_does_not_vary_have_no_error(shop: Shop) -> None:
    shop.deliver(0, [5.0] * 14)
    shop.forecast(14, [5, 5], 1)
    look_at_delivered(shop.engine, shop.stored, shop.deliver(14, [5.0]))
    worth = shop.worth()
    assert (worth.points, worth.scaled, worth.mase, worth.coverage) == (1, 0, None, 100.0)


def test_a_detector_has_its_alerts_against_its_budget_and_no_forecasts(
    platform: Platform, shops: StoredModel
) -> None:
    assert performance_of(platform.engine, shops) is None
    window = (START, START + timedelta(days=200))
    with platform.engine.connect() as connection:
        version = connection.scalar(sa.select(dataset_versions.c.id))
    with begin_write(platform.engine) as connection:
        connection.execute(dataset_versions.update().values(window_end=START + timedelta(days=172)))
        later = dataset_versions.insert().values(
            dataset_id=1,
            data_version="1" * 32,
            drm_run_id=2,
            declaration_version=1,
            window_start=START + timedelta(days=172),
            window_end=window[1],
            status="prepared",
        )
        second = connection.execute(later).inserted_primary_key[0]
        for place, (of, took) in enumerate([(version, 100), (second, 300), (second, 200)]):
            values = {"model_id": shops.id, "status": "success", "dataset_version_id": of}
            connection.execute(model_executions.insert().values(**values, duration_ms=took))
            for severity in ("warning", "info"):
                values = {
                    "title": "t",
                    "category": "anomaly",
                    "severity": severity,
                    "dataset": "sales",
                    "model_id": shops.id,
                    "first_ds": START + timedelta(days=165 + 7 * place),
                }
                connection.execute(recommendations.insert().values(**values))
    found = performance_of(platform.engine, shops)
    assert found is not None
    assert (found.level, found.worth.points, found.durations) == (
        None,
        0,
        Durations(3, 200, 300),
    )
    # 28 days of live data: of the three that were told the first was in the past.
    assert (found.alerts.count, found.alerts.weeks, found.alerts.budget) == (2, 4.0, 2.0)
    assert found.alerts.per_week == 0.5
    assert [each.alerts for each in found.periods] == [1, 1, 0, 0, 0]


def test_a_model_of_events_without_a_step_has_alerts_by_the_week(shop: Shop) -> None:
    """DRM's runs have no step: a model of them ran on data up to Monday, then up to the Thursday after the next one,
    and told of something on the first Wednesday."""
    of_runs = register_system_datasets(shop.engine)
    runs = load_spec(folder("models") / "pipeline-health.yaml")
    health = register(shop.engine, runs)
    assert performance_of(shop.engine, model(shop.engine, health)) is None
    with begin_write(shop.engine) as connection:
        for place, end in enumerate((day(0), day(10))):
            version = dataset_versions.insert().values(
                dataset_id=of_runs.id,
                data_version=f"{place + 1:032d}",
                drm_run_id=place + 1,
                declaration_version=1,
                window_start=end - timedelta(days=1),
                window_end=end,
                status="prepared",
                phase=Phase.DONE,
            )
            on = connection.execute(version).inserted_primary_key[0]
            values = {"model_id": health, "status": "success", "dataset_version_id": on}
            connection.execute(model_executions.insert().values(**values, duration_ms=40))
        told = {"title": "t", "category": "optimisation", "severity": "warning"}
        about = {"dataset": PIPELINE_RUNS, "model_id": health, "first_ds": day(2)}
        connection.execute(recommendations.insert().values(**told, **about))
    found = performance_of(shop.engine, model(shop.engine, health))
    assert found is not None
    assert (found.level, found.worth.points, found.durations) == (None, 0, Durations(2, 40, 40))
    assert (found.alerts.count, found.alerts.weeks) == (1, pytest.approx(10 / 7))
    assert [(each.start, each.alerts) for each in found.periods] == [(day(0), 1), (day(7), 0)]


@pytest.mark.parametrize(
    ("count", "per_cent", "place"),
    [(1, 95, 1), (2, 50, 1), (20, 95, 19), (21, 95, 20), (200, 50, 100)],
)
def test_a_rank_is_the_nearest(count: int, per_cent: int, place: int) -> None:
    assert rank(range(1, count + 1), per_cent) == place


def weeks(ratios: Sequence[float], held: Sequence[float]) -> list[Period]:
    return [
        Period(
            day(7 * k), day(7 * k + 7), Worth(1000, 1000, round(inside), 1000, 1000 * ratio, 1000.0)
        )
        for k, (ratio, inside) in enumerate(zip(ratios, held, strict=True))
    ]


def test_weeks_that_differ_by_chance_are_no_fall() -> None:
    """A year and a half of 300 versions, looked at each week: errors that vary by a fifth and go on from week to week,
    ranges that hold 70 to 90 of 100. A rule that was written apart from this one found a fall in 8."""
    random, held = np.random.default_rng(5), np.random.default_rng(7)
    falls = 0
    for _ in range(300):
        noise = random.normal(0, 0.2, 78)
        for k in range(1, 78):
            noise[k] += 0.4 * noise[k - 1]
        every = weeks(np.exp(noise).tolist(), (1000 * held.uniform(0.7, 0.9, 78)).tolist())
        falls += any(fall_of(every[:end], 80.0) for end in range(1, 79))
    assert falls == 8


@pytest.mark.parametrize("what", ["error", "coverage"])
def test_what_becomes_worse_for_good_is_a_fall(what: str) -> None:
    noise = np.random.default_rng(6).normal(0, 0.1, 30)
    ratios, held = np.exp(noise), np.full(30, 800.0) + 100 * noise
    if what == "error":
        ratios[26:] *= 1.6
    else:
        held[26:] -= 250
    every = weeks(ratios.tolist(), held.tolist())
    assert all(fall_of(every[:end], 80.0) is None for end in range(30))
    fall = fall_of(every, 80.0)
    assert fall is not None
    assert (fall.since, fall.weeks, fall.is_coverage) == (day(7 * 26), 26, what == "coverage")
    # Where repeating the season became as much harder, no model became worse.
    harder = weeks(np.exp(noise).tolist(), [800.0] * 30)
    assert fall_of(harder, 80.0) is None


def test_a_fall_is_told_once_and_ends_by_itself(shop: Shop) -> None:
    before = [0.8, 0.9] * 8
    shop.deliver(0, [5.0] * 7 * 24)
    shop.keep([*before, 1.2, 1.2, 1.2, 0.9])
    shop.look()
    assert shop.told() == []
    shop.keep([*before, 1.2, 1.2, 1.2, 1.4])
    shop.look()
    shop.look()
    (told,) = shop.told()
    assert (told.category, told.resolved_at, told.first_ds) == ("optimisation", None, day(7 * 16))
    assert "shops v1.0.0" in told.title
    assert "miss by 1.25 times" in told.description
    assert "16 weeks or periods before, it was 0.85" in told.description
    french = told.translations["fr"]["description"]
    assert "vaut 1,25 fois celle" in french
    shop.keep([*before, 1.2, 1.2, 1.2, 1.4, 0.9])
    shop.look()
    assert shop.told()[0].resolved_at is None
    shop.keep([*before, 1.2, 1.2, 1.2, 1.4, 0.9, 0.8])
    shop.look()
    (told,) = shop.told()
    assert told.resolved_at is not None


def test_a_fall_of_a_version_that_is_replaced_ends_though_nothing_is_scored(shop: Shop) -> None:
    shop.deliver(0, [5.0] * 7 * 24)
    shop.keep([0.8] * 16 + [1.2] * 4)
    shop.look()
    assert len(shop.told()) == 1
    set_status(shop.engine, shop.model.id, ModelStatus.DEPRECATED)
    look_at_delivered(shop.engine, shop.stored, shop.deliver(7 * 24, [5.0]))
    assert shop.told()[0].resolved_at is not None


def test_a_version_replaced_while_it_was_executed_tells_nothing(shop: Shop) -> None:
    shop.deliver(0, [5.0] * 7 * 24)
    shop.keep([0.8] * 16 + [1.2] * 4)
    as_it_began = model(shop.engine, shop.model.id)
    set_status(shop.engine, shop.model.id, ModelStatus.DEPRECATED)
    advise_of_forecasts(shop.engine, shop.stored, [as_it_began])
    assert shop.told() == []


def test_a_fall_ends_with_the_version_that_is_deleted_and_with_no_other(shop: Shop) -> None:
    shop.deliver(0, [5.0] * 7 * 24)
    shop.keep([0.8] * 16 + [1.2] * 4)
    shop.look()
    other = model_of(shop.platform, "v2.0.0", runtime="forecast_ensemble", h=3)
    with dg.DagsterInstance.ephemeral() as instance:
        delete_model(shop.engine, instance, [other], day(0))
        assert shop.told()[0].resolved_at is None
        set_status(shop.engine, shop.model.id, ModelStatus.DEPRECATED)
        delete_model(shop.engine, instance, [model(shop.engine, shop.model.id)], day(0))
    (told,) = shop.told()
    assert (told.live_key, told.resolved_at is None) == (None, False)


def test_what_a_version_was_worth_goes_with_it(shop: Shop) -> None:
    shop.keep([1.0])
    set_status(shop.engine, shop.model.id, ModelStatus.DEPRECATED)
    with dg.DagsterInstance.ephemeral() as instance:
        delete_model(shop.engine, instance, [model(shop.engine, shop.model.id)], day(0))
    with shop.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(model_performance)) == 0


def test_nothing_is_scored_of_data_that_never_came(shop: Shop) -> None:
    assert not score(shop.engine, shop.stored, shop.model, (day(0), day(9)))
