"""What a first look at a history tells: what goes on, and what is over and no work of chance."""

import math
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.analytics.seldom import chance_of_day
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.recommendations.first_look import History, as_of_now, worth_telling
from iop_pipelines.runtimes.base import RuntimeInput
from iop_pipelines.runtimes.lookup import run_runtime

END = datetime(2026, 12, 1)
HISTORY = History(tests=1_000, present=END - timedelta(days=2), end=END, freq="D")


def finding(days_ago: int, chance: float | None, **changes) -> Finding:
    values = {
        "category": Category.ANOMALY,
        "kind": "residual",
        "severity": Severity.WARNING,
        "unique_id": "S",
        "measure": "sales",
        "unit": "",
        "ds": END - timedelta(days=days_ago),
        "since": END - timedelta(days=days_ago),
        "value": 90.0,
        "expected": 100.0,
        "lo": 95.0,
        "hi": 105.0,
        "score": 3.0,
        "confidence": 0.9,
        "evidence": {} if chance is None else {"chance": chance},
    }
    return Finding(**values | changes)


def test_what_is_over_is_told_by_the_rule_of_benjamini_and_hochberg_over_all_that_was_judged():
    # Of 1,000 tests at .1 the k-th smallest may be k in 10,000; what is smaller than one that passes does too.
    passing = [finding(100, chance) for chance in (1e-5, 1.9e-4, 3.5e-4, 3.9e-4)]
    by_chance = [finding(50, 2e-3), finding(51, 6e-4)]
    lasting, of_a_rule = finding(1, 2.5e-3), finding(300, None)
    found = [by_chance[0], *passing, lasting, of_a_rule, by_chance[1]]
    assert worth_telling(found, HISTORY) == [*passing, lasting, of_a_rule]
    assert worth_telling(by_chance, replace(HISTORY, tests=20)) == by_chance
    assert worth_telling(by_chance, replace(HISTORY, tests=480)) == []


def test_of_what_is_shorter_than_a_day_a_days_chance_is_what_counts():
    """480 hours are 20 days: one may have .005, and the strangest of 24 hours has that if it has 2.1e-4."""
    hours = replace(HISTORY, tests=480, freq="h")
    seldom, oftener = finding(100, 2.0e-4), finding(90, 2.2e-4)
    assert hours.chance_of(seldom) == pytest.approx(1 - (1 - 2.0e-4) ** 24, rel=1e-9)
    assert worth_telling([seldom], hours) == [seldom]
    assert worth_telling([oftener], hours) == []
    minutes = replace(HISTORY, tests=1440 * 20, freq="1min")
    assert worth_telling([finding(90, 3.4e-6)], minutes)
    assert not worth_telling([finding(90, 3.6e-6)], minutes)
    together = replace(oftener, evidence={"chance": 2.2e-4, "chance_of_day": 1e-6})
    assert worth_telling([together], hours) == [together]
    # Of days it says nothing.
    assert HISTORY.chance_of(together) == 2.2e-4


def test_what_is_so_seldom_that_no_number_holds_it_is_a_test_like_any():
    """Of 1,000 tests the third smallest may be 3e-4: two that are 0 are before it, and a rule's is not."""
    surest = [finding(100, 0.0), finding(101, 0.0)]
    third = finding(50, 2.9e-4)
    assert worth_telling([*surest, third], HISTORY) == [*surest, third]
    of_rules = [finding(100, None), finding(101, None)]
    assert worth_telling([*of_rules, third], HISTORY) == of_rules


def test_of_hours_in_which_nothing_happened_nothing_is_told_and_a_night_that_was_is():
    """Errors with the tail of Student's t of 3 degrees, of which an alert budget tells a few dozen in 250 days."""
    rng = np.random.default_rng(9)
    ds = pd.date_range("2024-01-01", periods=6_000, freq="h")
    season = 100 + 20 * np.sin(2 * np.pi * np.arange(6_000) / 24)[:, None]
    y = season + 4 * rng.standard_t(3, (6_000, 3))

    def told(values):
        columns = [
            pd.DataFrame({"unique_id": str(at), "ds": ds, "v": each})
            for at, each in enumerate(values.T)
        ]
        panel = pd.concat(columns).astype({"ds": "datetime64[ns]"})
        end = ds[-1].to_pydatetime() + timedelta(hours=1)
        asked = RuntimeInput(panel, ("v",), {"v": ""}, "h", ds[0].to_pydatetime(), end, {})
        output = run_runtime("seasonal_residual", asked)
        tests = int(output.frame["score"].notna().sum())
        return output.findings, History(tests=tests, present=end, end=end, freq="h")

    found, history = told(y)
    by_row = [replace(each, evidence={"chance": each.evidence["chance"]}) for each in found]
    days = replace(history, tests=round(history.chances), freq="D")
    assert len(worth_telling(by_row, days)) >= 20, "as rows in place of days they were told"
    assert worth_telling(by_row, history) == []
    assert worth_telling(found, history) == []
    night = slice(5_012, 5_021)
    y[night, 1] += 45.0
    found, history = told(y)
    (of_night,) = worth_telling(found, history)
    assert (of_night.unique_id, of_night.since.date()) == ("1", ds[5_012].date())


def test_the_chance_of_a_day_is_that_of_its_most_seldom_rows_together():
    # One row: 2(1-(1-p)^24). Three of 24 at .001: 8 times what is left of a binomial after 0, 1 and 2.
    assert chance_of_day(np.array([1e-3]), 24) == pytest.approx(2 * (1 - 0.999**24), rel=1e-9)
    three = 1 - sum(math.comb(24, k) * 1e-3**k * 0.999 ** (24 - k) for k in range(3))
    assert chance_of_day(np.full(3, 1e-3), 24) == pytest.approx(8 * three, rel=1e-6)
    uniform = np.random.default_rng(2).uniform(size=(4_000, 24))
    chances = np.array([chance_of_day(day, 24) for day in uniform])
    # No more of 4,000 days than 40 at a hundredth, give or take three times 6.3.
    assert (chances <= 0.01).sum() <= 59
    assert (chances <= 0.01).sum() >= 5


def test_of_a_history_in_which_nothing_happened_hardly_anything_is_told():
    """Where nothing is true, one such history in ten tells something: 100 of 1,000, give or take three times 9.5."""
    rng = np.random.default_rng(7)
    told = sum(
        bool(
            worth_telling(
                [finding(100, p) for p in rng.uniform(size=1_000).tolist() if p <= 3e-3], HISTORY
            )
        )
        for _ in range(1_000)
    )
    assert 70 <= told <= 130


@pytest.mark.parametrize(
    ("changes", "now"),
    [
        ({"value": 20.0}, Severity.WARNING),
        ({"value": 160.0}, Severity.WARNING),
        ({"value": 90.0}, Severity.INFO),
        ({"value": 90.0, "severity": Severity.CRITICAL}, Severity.WARNING),
        ({"value": 20.0, "severity": Severity.INFO}, Severity.INFO),
        ({"value": -20.0, "expected": -100.0}, Severity.INFO),
        ({"value": None}, Severity.INFO),
    ],
)
def test_what_was_great_and_is_over_since_last_week_is_a_warning(changes, now):
    told = as_of_now(finding(9, 1e-6, **changes), END - timedelta(days=9), HISTORY)
    assert told.severity is now
    assert told.evidence["over"]["severity"] == changes.get("severity", Severity.WARNING)


def test_what_is_over_for_longer_than_a_month_is_information_and_what_goes_on_is_what_it_was():
    fall = finding(32, 1e-9, value=0.0, severity=Severity.CRITICAL)
    assert as_of_now(fall, fall.ds, HISTORY).severity is Severity.INFO
    months = replace(HISTORY, freq="MS", present=datetime(2026, 11, 1))
    october = replace(fall, ds=datetime(2026, 10, 1), since=datetime(2026, 10, 1))
    assert as_of_now(october, october.ds, months).severity is Severity.WARNING
    lasting = finding(2, 1e-3)
    assert as_of_now(lasting, lasting.ds, HISTORY) is lasting
