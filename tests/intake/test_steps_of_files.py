"""The step of a file is the step of its dataset and models, whatever there is; models judge and forecast it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from math import sin, tau
from typing import Any

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.frequencies import STEPS, ModelFrequency
from iop_pipelines.intake.declare import declare
from iop_pipelines.intake.files import lines_of
from iop_pipelines.intake.moments import MOMENTS
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.reading import reading_of
from iop_pipelines.intake.rows import read_rows
from iop_pipelines.intake.step import Step
from iop_pipelines.intake.tables import RawTable
from iop_pipelines.intake.understand import Given, Understood, understand
from iop_pipelines.registry.look_back import short_history
from iop_pipelines.registry.models import load_spec
from iop_pipelines.runtimes.base import RuntimeInput
from iop_pipelines.runtimes.lookup import run_runtime
from iop_pipelines.transform.prepare import prepare
from iop_pipelines.transform.steps import parse_steps

START = datetime(2020, 1, 1)
# Step -> how pandas counts it, how many of them.
RANGES: Mapping[ModelFrequency, tuple[str, int]] = {
    "1min": ("1min", 1440 * 4),
    "5min": ("5min", 288 * 5),
    "10min": ("10min", 144 * 6),
    "15min": ("15min", 96 * 7),
    "30min": ("30min", 48 * 8),
    "h": ("h", 24 * 15),
    "D": ("D", 120),
    "B": ("B", 120),
    "W": ("W-MON", 260),
    "MS": ("MS", 60),
    "QS": ("QS", 40),
    "2QS": ("2QS", 30),
    "YS": ("YS", 30),
}


def moments(freq: ModelFrequency) -> list[datetime]:
    alias, count = RANGES[freq]
    return [each.to_pydatetime() for each in pd.date_range(START, periods=count, freq=alias)]


def level(n: int) -> float:
    return 100 + 10 * sin(tau * n / 12) + n % 5


def looked_at(freq: ModelFrequency) -> Understood:
    rows: list[list[Any]] = [["when", "load"]]
    rows += [[each, level(n)] for n, each in enumerate(moments(freq))]
    table = RawTable("load", "a table", lines_of(rows), None, "", 0)
    return understand(table, Given(), "UTC", refuse_to_guess)


@pytest.mark.parametrize("freq", RANGES)
def test_the_step_of_a_file_is_declared_and_its_models_fit_it(freq: ModelFrequency) -> None:
    found = looked_at(freq)
    declared = declare(found, "UTC", datetime(2026, 1, 1))
    dataset = DatasetDeclaration.model_validate(declared.dataset)
    assert (dataset.freq, found.step.every) == (freq, 1)
    assert len(parse_steps(dataset)) == 2
    specs = [load_spec(each) for each in declared.models.values()]
    told = {spec.config.runtime for spec in specs}
    has_trend = STEPS[freq].minutes is None
    assert told >= {"seasonal_residual", "forecast_ensemble"}
    assert ("mann_kendall" in told) == has_trend
    assert all(spec.config.input.history >= 60 for spec in specs)
    assert [said for spec in specs if (said := short_history(spec, dataset))] == []
    bucket = declared.dashboard["panels"][1]["query_config"]["datasets"]["main"]["select"][0]
    assert bucket["bucket"] == STEPS[freq].bucket


@pytest.mark.parametrize("freq", RANGES)
def test_models_of_every_step_find_what_is_strange_and_forecast_what_follows(
    freq: ModelFrequency,
) -> None:
    found = looked_at(freq)
    when = moments(freq)
    values = np.array([level(n) for n in range(len(when))])
    values[-1] += 200
    for content in declare(found, "UTC", datetime(2026, 1, 1)).models.values():
        spec = load_spec(content)
        panel = pd.DataFrame({"unique_id": "all", "ds": when, "load": values})
        given = RuntimeInput(
            panel=panel,
            measures=("load",),
            units={},
            freq=freq,
            window_start=when[-1],
            window_end=STEPS[freq].shift(when[-1], 1),
            params=dict(spec.config.params),
        )
        output = run_runtime(spec.config.runtime, given)
        if spec.config.runtime == "seasonal_residual":
            assert [str(finding.kind) for finding in output.findings] == ["residual"]
        assert len(output.frame) >= 1
        assert output.frame["yhat"].notna().all()


def table_of(rows: list[tuple[datetime, float]]) -> RawTable:
    return RawTable("load", "a table", lines_of([["when", "load"], *rows]), None, "", 0)


@pytest.mark.parametrize("freq", RANGES)
def test_a_later_row_within_a_period_is_refused_and_replaces_none(freq: ModelFrequency) -> None:
    given = looked_at(freq)
    reading = reading_of(given)
    assert reading.time.moment == reading.time.period
    known = [each for each in moments(freq) if freq != "B" or each.weekday() == 4][-9:]
    last = known[-1]
    within = last + (STEPS[freq].shift(last, 1) - last) / (3 if freq == "B" else 2)
    later = [(each, 10_000.0) for each in known] + [(within, 50.0)]

    found = read_rows(table_of(later), reading, given.name, "UTC")
    (refused,) = found.refused
    assert (refused.number, refused.reason.code) == (11, "intake.within_period")
    assert (found.first, found.last) == (known[0], last)

    declared = declare(given, "UTC", datetime(2026, 1, 1)).dataset
    window = (found.first, STEPS[freq].shift(found.last, 1))
    done = prepare(DatasetDeclaration.model_validate(declared), pd.DataFrame(found.rows), window)
    assert dict(zip(done.frame["when"], done.frame["load"], strict=True)) == dict(later[:-1])
    (kept,) = done.rejects["row"]
    assert (kept["load"], kept["source_line"]) == ("50", "11")
    told = refused.reason.values
    assert kept["when"] == f"{told['cell']} ≠ {told['period']}"
    assert done.rows_refused == 1


def test_a_saturday_alone_does_not_restate_the_friday_before() -> None:
    reading = reading_of(looked_at("B"))
    saturday, monday = datetime(2024, 2, 3), datetime(2024, 2, 5)
    week = [(monday + timedelta(days=n), 7.0) for n in range(5)]
    found = read_rows(table_of([(saturday, 50.0), *week]), reading, "load", "UTC")
    assert (found.first.date(), found.last.date()) == (date(2024, 2, 5), date(2024, 2, 9))


@pytest.mark.parametrize("freq", RANGES)
def test_a_rise_is_followed_at_every_step_where_a_window_is_declared(freq: ModelFrequency) -> None:
    when = moments(freq)[:30]
    values = [100 + 3 * n + n * 7 % 5 for n in range(len(when))]
    given = RuntimeInput(
        panel=pd.DataFrame({"unique_id": "all", "ds": when, "load": np.array(values, float)}),
        measures=("load",),
        units={},
        freq=freq,
        window_start=when[-1],
        window_end=STEPS[freq].shift(when[-1], 1),
        params={"window": 28},
    )
    (finding,) = run_runtime("mann_kendall", given).findings
    assert str(finding.kind) == "trend"


@pytest.mark.parametrize("freq", RANGES)
def test_periods_of_many_moments_are_those_of_each(freq: ModelFrequency) -> None:
    step = Step(freq, 1, "", 1.0)
    some = [START + timedelta(hours=7, minutes=31 * n * n) for n in range(400)]
    many = step.periods_of(np.array(some, MOMENTS)).tolist()
    assert many == [step.period_of(each) for each in some]


@pytest.mark.parametrize(
    ("seconds", "freq"),
    [
        (1, "1min"),
        (30, "1min"),
        (60, "1min"),
        (120, "10min"),
        (300, "5min"),
        (420, "h"),
        (1200, "h"),
    ],
)
def test_a_step_between_two_is_put_together_by_the_next_that_holds_it_whole(
    seconds: int, freq: ModelFrequency
) -> None:
    rows: list[list[Any]] = [["when", "load"]]
    rows += [[START + timedelta(seconds=seconds * n), n % 7] for n in range(2_000)]
    table = RawTable("load", "a table", lines_of(rows), None, "", 0)
    assert understand(table, Given(), "UTC", refuse_to_guess).step.freq == freq
