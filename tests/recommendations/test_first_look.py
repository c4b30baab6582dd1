"""What a first look at a history tells: what goes on, and what is over and no work of chance."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.recommendations.first_look import History, as_of_now, worth_telling

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
    # 480 hours are 20 days, of which each is told once at most.
    assert worth_telling(by_chance, replace(HISTORY, tests=480, freq="h")) == by_chance
    assert worth_telling(by_chance, replace(HISTORY, tests=480)) == []


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
