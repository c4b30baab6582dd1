"""Rules on the panel that they are made for, DRM's pipeline runs, and on periods."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.errors import InvalidDeclaration

USUAL = {"field": "duration_s", "agg": "median", "previous": 20}
PIPELINE_RULES: dict[str, Any] = {
    "rules": [
        {
            "name": "slow_pipeline",
            "category": "optimisation",
            "measure": "duration_s",
            "when": {
                "field": "duration_s",
                "op": "gt",
                "value": {"multiply": [3, USUAL]},
            },
            "expected": USUAL,
            "message": "Runs take more than three times as long as usual.",
        },
        {
            "name": "failing_pipeline",
            "category": "optimisation",
            "severity": "critical",
            "measure": "is_failed",
            "when": {"field": "is_failed", "op": "eq", "value": 1},
        },
        {
            "name": "wasteful_pipeline",
            "category": "optimisation",
            "severity": "info",
            "measure": "is_repeat",
            "when": {"field": "is_repeat", "op": "eq", "value": 1},
        },
    ]
}


def pipeline_runs() -> pd.DataFrame:
    """25 runs of one pipeline at uneven times: the 23rd and 24th are slow, the last failed."""
    n = 25
    duration = np.full(n, 60.0)
    duration[[22, 23]] = [200, 240]
    return pd.DataFrame(
        {
            "unique_id": "flights_daily",
            "ds": pd.date_range("2024-01-01", periods=n) + pd.to_timedelta(np.arange(n) ** 2, "s"),
            "duration_s": duration,
            "is_failed": np.r_[np.zeros(n - 1), 1.0],
            "is_repeat": np.zeros(n),
        }
    )


def test_slow_and_failing_pipelines_are_found_among_events_without_a_step(run, on_day) -> None:
    output = run("rules", pipeline_runs(), PIPELINE_RULES, first=23, last=24, freq=None)
    failing, slow = sorted(output.findings, key=lambda finding: finding.kind)
    assert (slow.kind, slow.category, slow.value, slow.expected) == (
        "slow_pipeline",
        Category.OPTIMISATION,
        240.0,
        60.0,
    )
    assert slow.score == pytest.approx(3.0)
    # The stretch began the run before the window.
    assert slow.since.date() == on_day(22).date()
    assert slow.ds.date() == on_day(23).date()
    assert slow.evidence["message"] == "Runs take more than three times as long as usual."
    assert (failing.kind, failing.severity, failing.value) == (
        "failing_pipeline",
        Severity.CRITICAL,
        1.0,
    )
    assert output.metrics["rules"] == 3


def test_a_stretch_that_ended_before_the_window_is_no_finding(run) -> None:
    output = run("rules", pipeline_runs(), PIPELINE_RULES, first=24, freq=None)
    assert [finding.kind for finding in output.findings] == ["failing_pipeline"]


def test_there_is_one_row_for_each_measure_that_a_rule_is_about(run) -> None:
    frame = run("rules", pipeline_runs(), PIPELINE_RULES, first=23, freq=None).frame
    assert frame["measure"].tolist() == ["duration_s", "is_failed", "is_repeat"]
    assert frame["score"].tolist() == [1.0, 0.0, 0.0]
    assert frame["yhat"].iloc[0] == 60
    assert frame["yhat"].iloc[1:].isna().all()


def test_the_same_weekday_last_week_is_seven_periods_back_over_a_gap(run, panel_of) -> None:
    y = np.resize([1.0, 2, 3, 4, 5, 6, 7], 30)
    y[25] = np.nan
    y[29] = 20
    doubled = {
        "rules": [
            {
                "name": "doubled",
                "measure": "y",
                "when": {
                    "field": "y",
                    "op": "ge",
                    "value": {"multiply": [2, {"field": "y", "lag": 7}]},
                },
                "expected": {"field": "y", "lag": 7},
            }
        ]
    }
    panel = panel_of({"a": y})
    absent = panel[panel["y"].notna()].reset_index(drop=True)
    [finding] = run("rules", absent, doubled, first=21, last=29).findings
    assert (finding.value, finding.expected) == (20, 2)


def test_what_is_unknown_does_not_fire_and_is_counted(run, panel_of) -> None:
    rule = {
        "name": "rising",
        "measure": "y",
        "when": {"field": "y", "op": "gt", "value": {"field": "y", "lag": 1}},
    }
    output = run("rules", panel_of({"a": np.array([1.0])}), {"rules": [rule]}, first=0)
    assert output.findings == ()
    assert output.metrics["unknown"] == 1


def test_a_condition_on_numbers_alone_holds_for_every_period(run, panel_of) -> None:
    rule = {"name": "always", "measure": "y", "when": {"left": 1, "op": "lt", "value": 2}}
    output = run("rules", panel_of({"a": np.arange(3.0)}), {"rules": [rule]}, first=2)
    assert [finding.value for finding in output.findings] == [2]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            {"when": {"field": "y", "op": "~", "value": 1}},
            r"config\.params\.rules\.0\.when\.op: is '~'",
        ),
        (
            {"when": {"not": {"left": {"field": "y", "lag": -1}, "op": "gt", "value": 1}}},
            r"config\.params\.rules\.0\.when\.not\.left\.lag: is -1",
        ),
        (
            {
                "when": {
                    "left": {"field": "y", "agg": "mode", "previous": 3},
                    "op": "gt",
                    "value": 1,
                }
            },
            r"rules\.0\.when\.left\.agg: is 'mode'; it can be mean, median",
        ),
        ({"when": "__import__('os')"}, r"config\.params\.rules\.0\.when: is "),
        (
            {"category": "forecast", "when": {"left": 1, "op": "lt", "value": 2}},
            r"rules\.0\.category",
        ),
        ({"when": {"left": 1, "op": "lt", "value": 2}, "name": "Not a name"}, r"rules\.0\.name"),
        (
            {"when": {"field": "other", "op": "lt", "value": 2}},
            r"config\.params\.rules\.0: 'other' is not a measure of the input; there are y",
        ),
    ],
)
def test_a_wrong_rule_is_refused_where_it_is_wrong(
    rule: dict[str, Any], message: str, run, panel_of
) -> None:
    with pytest.raises(InvalidDeclaration, match=message):
        run(
            "rules",
            panel_of({"a": np.arange(3.0)}),
            {"rules": [{"name": "r", "measure": "y", **rule}]},
            first=2,
        )


def test_two_rules_of_one_name_and_endless_nesting_are_refused(run, panel_of) -> None:
    rule = {"name": "r", "measure": "y", "when": {"left": 1, "op": "lt", "value": 2}}
    nested: Any = rule["when"]
    for _ in range(500):
        nested = {"not": nested}
    panel = panel_of({"a": np.arange(3.0)})
    with pytest.raises(InvalidDeclaration, match="two rules are called 'r'"):
        run("rules", panel, {"rules": [rule, rule]}, first=2)
    with pytest.raises(InvalidDeclaration, match="nested deeper than 90"):
        run("rules", panel, {"rules": [{**rule, "when": nested}]}, first=2)
