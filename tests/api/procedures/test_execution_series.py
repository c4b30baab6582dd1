"""executions.list and executions.series: which model ran, and what it gave out as one line."""

import math
import random
from datetime import datetime, timedelta

import pytest

from iop_pipelines.api.procedures import executions
from iop_pipelines.domain.frequencies import STEPS
from iop_pipelines.errors import NotFound
from iop_pipelines.schema.tables import model_executions, model_outputs

START = datetime(2010, 1, 1)


@pytest.fixture
def execution(api):
    """(model, execution id): a long line with one finding, a short one, a forecast."""
    model = next(m for m in api.call("models.list") if m["dataset"] == "flights_daily")
    execution_id = api.insert(
        model_executions, model_id=model["id"], status="success", phase="done"
    )
    base = {"execution_id": execution_id, "model_id": model["id"], "measure": "flights"}

    def point(unique_id, day, y, **more):
        given = {"yhat": 10.0, "lo": 8.0, "hi": 12.0, "score": 0.5, "is_finding": False, **more}
        return {**base, "unique_id": unique_id, "ds": START + timedelta(days=day), "y": y, **given}

    rows = [point("EWR", day, 10.0) for day in range(1200)]
    rows[700] |= {"y": 11.0, "score": 4.0, "is_finding": True}
    rows += [point("JFK", day, 9.0) for day in range(3)]
    rows += [point("LGA", day, None) for day in range(5)]
    api.write(model_outputs.insert(), rows)
    return model, execution_id


def test_a_listed_execution_names_its_model(api, execution):
    model, execution_id = execution
    listed = api.call("executions.list", modelId=model["id"])[0]
    assert listed["id"] == execution_id
    assert (listed["modelName"], listed["modelVersion"]) == (model["name"], model["version"])
    assert (listed["modelType"], listed["dataset"]) == (model["type"], "flights_daily")
    assert api.call("models.history", modelId=model["id"])[0] == listed
    detail = api.call("executions.get", id=execution_id)
    assert {name: detail[name] for name in listed} == listed


def test_the_line_with_the_most_findings_is_shown_reduced_with_its_finding(api, execution):
    shown = api.call("executions.series", id=execution[1])
    assert shown["series"][0] == shown["chosen"]
    assert shown["chosen"] == {
        "uniqueId": "EWR",
        "measure": "flights",
        "label": "Flights scheduled",
        "translations": None,
        "points": 1200,
        "findings": 1,
    }
    assert shown["seriesTotal"] == 3
    assert shown["reduced"] == {"shown": len(shown["points"]), "total": 1200}
    assert len(shown["points"]) <= 500
    assert [point["y"] for point in shown["points"] if point["isFinding"]] == [11.0]
    assert (shown["unit"], shown["timeZone"], shown["freq"]) == ("flights", "America/New_York", "D")
    assert not shown["points"][0]["ds"].endswith("Z")
    few = api.call("executions.series", id=execution[1], maxPoints=30)
    assert len(few["points"]) <= 30
    assert any(point["isFinding"] for point in few["points"])


def test_a_forecast_has_its_interval_and_no_actual(api, execution):
    shown = api.call("executions.series", id=execution[1], uniqueId="LGA")
    assert shown["reduced"] is None
    assert {(p["y"], p["yhat"], p["lo"], p["hi"]) for p in shown["points"]} == {
        (None, 10.0, 8.0, 12.0)
    }


def test_a_line_that_is_not_there_is_not_found_and_no_output_is_no_error(api, execution):
    with pytest.raises(NotFound, match="'XYZ'"):
        api.call("executions.series", id=execution[1], uniqueId="XYZ")
    with pytest.raises(NotFound):
        api.call("executions.series", id=10**6)
    bare = api.insert(model_executions, model_id=execution[0]["id"], status="success", phase="done")
    shown = api.call("executions.series", id=bare)
    assert (shown["series"], shown["chosen"], shown["points"]) == ([], None, [])


def test_the_findings_of_a_line_are_counted(api):
    model = next(m for m in api.call("models.list") if m["dataset"] == "flights_daily")
    execution_id = api.insert(
        model_executions, model_id=model["id"], status="success", phase="done"
    )
    row = {"execution_id": execution_id, "model_id": model["id"], "measure": "flights", "ds": START}
    flags = (("a", False), ("b", True), ("b", False))
    rows = [{**row, "unique_id": name, "y": 1.0, "is_finding": flag} for name, flag in flags]
    api.write(model_outputs.insert(), rows)
    shown = api.call("executions.series", id=execution_id)
    assert [(each["uniqueId"], each["points"], each["findings"]) for each in shown["series"]] == [
        ("b", 2, 1),
        ("a", 1, 0),
    ]


def test_in_hindsight_a_line_is_all_that_the_version_scored_with_the_band_of_both_sides(api):
    """A wave over two executions with one far value; a period that was scored twice counts once, as it was last."""
    model = next(m for m in api.call("models.list") if m["dataset"] == "flights_daily")
    first, second = (
        api.insert(model_executions, model_id=model["id"], status="success", phase="done")
        for _ in range(2)
    )
    row = {"model_id": model["id"], "measure": "flights", "unique_id": "wave", "is_finding": False}

    def point(execution_id, day, y):
        causal = {"yhat": 0.0, "lo": -1.0, "hi": 1.0, "score": 9.0}
        return {
            **row,
            **causal,
            "execution_id": execution_id,
            "ds": START + timedelta(days=day),
            "y": y,
        }

    noise = random.Random(1)
    wave = [100 + 10 * math.sin(2 * math.pi * day / 7) + noise.gauss(0, 1) for day in range(140)]
    wave[50] += 30
    rows = [point(first, day, 500.0 if day == 99 else wave[day]) for day in range(100)]
    rows += [point(second, day, wave[day]) for day in range(99, 140)]
    rows += [point(second, day, None) for day in range(140, 145)]
    api.write(model_outputs.insert(), rows)
    shown = api.call("executions.hindsight", id=second)
    assert (shown["chosen"]["uniqueId"], shown["freq"]) == ("wave", "D")
    assert [each["y"] for each in shown["points"]] == pytest.approx(wave)
    outside = [
        day for day, each in enumerate(shown["points"]) if not each["lo"] <= each["y"] <= each["hi"]
    ]
    assert 50 in outside
    assert len(outside) <= 4
    assert shown["points"][50]["yhat"] == pytest.approx(wave[50] - 30, abs=4)
    assert len(api.call("executions.series", id=second)["points"]) == 46


@pytest.fixture
def scored_on(api):
    """Days on which the series of one version were scored, an execution for each stretch; the executions' ids."""
    model = next(m for m in api.call("models.list") if m["dataset"] == "flights_daily")

    def score(*stretches, series=("wave",)):
        made = []
        for days in stretches:
            made.append(
                api.insert(model_executions, model_id=model["id"], status="success", phase="done")
            )
            row = {"execution_id": made[-1], "model_id": model["id"], "measure": "flights"}
            rows = [
                {
                    **row,
                    "unique_id": name,
                    "ds": START + timedelta(days=day),
                    "y": float(day),
                    "is_finding": False,
                }
                for name in series
                for day in days
            ]
            api.write(model_outputs.insert(), rows)
        return made

    return score


def days_in_hindsight(api, execution_id, **given):
    shown = api.call("executions.hindsight", id=execution_id, **given)
    return [int(each["y"]) for each in shown["points"]]


def test_in_hindsight_the_last_periods_are_looked_back_on_by_the_calendar(
    api, scored_on, monkeypatch
):
    monkeypatch.setattr(executions, "MAX_HINDSIGHT", 60)
    scored_on(range(20))
    (newest,) = scored_on(range(100, 140))
    assert days_in_hindsight(api, newest) == list(range(100, 140)), "days 80 to 139"


def test_in_hindsight_an_execution_that_lies_far_back_is_looked_back_on_from_its_end(
    api, scored_on, monkeypatch
):
    monkeypatch.setattr(executions, "MAX_HINDSIGHT", 60)
    _, second, near, newest = scored_on(range(10), range(10, 20), range(85, 95), range(130, 140))
    assert days_in_hindsight(api, second) == list(range(20))
    last = [*range(85, 95), *range(130, 140)]
    assert days_in_hindsight(api, near) == days_in_hindsight(api, newest) == last


def test_in_hindsight_many_series_are_looked_back_on_less_far(api, scored_on, monkeypatch):
    monkeypatch.setattr(executions, "MOST_PASSED", 80)
    monkeypatch.setattr(executions, "LEAST_HINDSIGHT", 10)
    (alone,) = scored_on(range(100))
    assert days_in_hindsight(api, alone) == list(range(20, 100))
    (four,) = scored_on(range(100, 200), series=("a", "b", "c", "d"))
    assert days_in_hindsight(api, four, uniqueId="c") == list(range(180, 200))
    (twenty,) = scored_on(range(200, 300), series=[f"of {number}" for number in range(20)])
    assert days_in_hindsight(api, twenty, uniqueId="of 7") == list(range(290, 300))


@pytest.mark.parametrize("step", STEPS.values(), ids=lambda step: step.name)
def test_of_every_step_so_many_periods_back_is_a_moment_that_databases_know(step):
    end = step.floor(datetime(2026, 6, 15))
    first = executions.periods_before(end, step, executions.MAX_HINDSIGHT)
    assert datetime(1000, 1, 1) <= first < end
    if first > datetime(1000, 1, 1):
        assert step.shift(first, executions.MAX_HINDSIGHT) == end
