"""A replay says of each delivery what the model would have said then, whatever came later and however it is cut."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from selling_shops import DAY_OFF, START, WEEK, WEEK_OFF, panel_of, shop_days, subject

from iop_pipelines.backtest.measured import BUDGETS, Plan, Watch, backtest
from iop_pipelines.backtest.replay import Subject, candidates_of, replay
from iop_pipelines.backtest.windows import Reading, Stage, stages_of, usual_periods, windows_of
from iop_pipelines.domain.frequencies import STEPS
from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.errors import SeriesTooShort

DAY = STEPS["D"]
KEY = ["unique_id", "ds"]


def span(days: int, first: int = 0) -> tuple[datetime, datetime]:
    return START + timedelta(days=first), START + timedelta(days=days)


def each_by_itself(history: int, days: int, periods: int = 1) -> tuple[Stage, ...]:
    windows = windows_of(DAY, span(days), periods)
    return stages_of(windows, DAY, Reading(history, 0, START, joins=False))


def rows_of(given: Subject, stages: tuple[Stage, ...]) -> pd.DataFrame:
    return replay(given, stages).rows.sort_values(KEY, ignore_index=True)


def gappy(days: int) -> pd.DataFrame:
    """The third shop is there from day 50 on, and a fifth of its days is not."""
    y = shop_days(days)
    y[[60, 80, 81, 110], [0, 1, 1, 3]] += 70
    panel = panel_of(y)
    is_third = panel["unique_id"] == "Shop 3"
    is_gone = np.random.default_rng(1).random(len(panel)) < 0.2
    is_early = panel["ds"] < START + timedelta(days=50)
    return panel[~(is_third & (is_gone | is_early))].reset_index(drop=True)


@pytest.mark.parametrize("periods", [3, 7])
def test_one_reading_of_the_history_says_what_a_reading_for_each_delivery_says(
    periods: int,
) -> None:
    """While the look-back reaches the beginning of the data: scores, chances and budgets."""
    given = subject(gappy(130))
    windows = windows_of(DAY, span(130), periods)
    joined = stages_of(windows, DAY, Reading(400, 105, START, joins=True))
    assert len(joined) == 1
    one, many = rows_of(given, joined), rows_of(given, each_by_itself(400, 130, periods))
    judged = one[one["score"].notna()].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        judged.drop(columns="stage"),
        many[many["score"].notna()].reset_index(drop=True).drop(columns="stage"),
        rtol=1e-9,
    )
    assert (judged["budget"] < np.inf).sum() > 3


@pytest.mark.parametrize("budget", [0.2, 1.0, 10.0])
def test_the_list_of_a_budget_is_what_a_model_with_that_budget_tells(budget: float) -> None:
    panel = panel_of(shop_days(180, seed=5) + np.random.default_rng(2).standard_t(2, (180, 4)) * 9)
    windows = windows_of(DAY, span(180), 6)
    stages = stages_of(windows, DAY, Reading(400, 105, START, joins=True))
    replayed = replay(subject(panel), stages)
    candidates = candidates_of(replayed, stages, windows, "residual")
    listed = {(each.series, each.ds) for each in candidates if each.budget <= budget}

    as_told = rows_of(subject(panel, alerts_per_week=budget), each_by_itself(400, 180, 6))
    told = as_told[as_told["is_finding"]]
    assert listed == set(zip(told["unique_id"], told["ds"], strict=True))
    assert listed


def test_what_is_read_together_never_sees_less_than_a_delivery_would_and_hardly_more() -> None:
    windows = windows_of(DAY, span(200), 1)
    stages = stages_of(windows, DAY, Reading(80, 80, START, joins=True))
    numbers = [each.number for each in stages]
    for start, end in windows:
        (stage,) = [each for each in stages if each.start <= start and end <= each.end]
        would = max(start - timedelta(days=80), START)
        assert would - timedelta(days=80 // 8) <= stage.first <= would
    assert numbers[0] == 0
    assert stages[0].end == START + timedelta(days=81)
    assert len(stages) == 1 + -(-(200 - 81) // 11)


def test_a_look_back_that_is_too_short_leaves_deliveries_unscored() -> None:
    """Three weeks are learned before a day is judged: with 20 days before it, none is."""
    panel = panel_of(shop_days(50))
    plan = Plan(span(50), START, 1)
    with pytest.raises(SeriesTooShort, match="reads 20 periods before a delivery and needs"):
        backtest(subject(panel, history=20), plan)
    content = backtest(subject(panel, history=21), plan).content
    assert content["coverage"] == {"unit": "points", "total": 200, "learning": 84, "leftOut": 0}


def test_nothing_of_a_later_delivery_is_seen() -> None:
    y = shop_days(150)
    changed = y.copy()
    changed[140:] *= 9
    whole, other = (
        rows_of(subject(panel_of(each)), each_by_itself(60, 150, 10)) for each in (y, changed)
    )
    before = whole["ds"] < START + timedelta(days=140)
    pd.testing.assert_frame_equal(whole[before], other[before])


def test_a_delivery_has_as_many_periods_as_come_in_its_rhythm_or_in_a_day() -> None:
    cases = {
        ("h", None): 24,
        ("D", None): 1,
        ("MS", None): 1,
        ("D", timedelta(days=7)): 7,
        ("h", timedelta(hours=1)): 1,
        ("15min", timedelta(hours=1)): 4,
        ("W", timedelta(days=30.4)): 4,
    }
    for (freq, rhythm), periods in cases.items():
        assert usual_periods(STEPS[freq], rhythm) == periods


def test_the_last_delivery_has_what_is_left() -> None:
    windows = windows_of(DAY, span(10), 4)
    lengths = [(end - start).days for start, end in windows]
    assert lengths == [4, 4, 2]


def test_what_was_planted_is_what_is_told_and_from_which_budget_on() -> None:
    content = backtest(subject(panel_of(shop_days())), Plan(span(200), START, 1)).content
    lists = {each["budget"]: each for each in content["lists"]}
    assert sorted(lists) == sorted(BUDGETS)
    shown = lists[content["budget"]]
    day, week = START + timedelta(days=DAY_OFF), START + timedelta(days=WEEK_OFF)
    assert [(each["series"], each["since"]) for each in shown["things"]] == [
        ("Shop 1", day.isoformat()),
        ("Shop 2", week.isoformat()),
    ]
    assert shown["count"] == 2
    assert shown["perWeek"] == pytest.approx(2 / (200 / 7), rel=1e-3)
    assert shown["worstWeek"]["count"] == 1
    counts = [each["count"] for each in content["lists"]]
    assert counts == sorted(counts)
    assert all(
        each["budget"] <= shown["budget"] for each in shown["things"] if each["periods"] == 1
    )


def test_each_is_as_grave_as_the_finding_that_a_delivery_would_bring() -> None:
    """A little more than expected, as on other days, is information; what is far off is not."""
    y = np.resize(WEEK, 180)[:, None] + np.random.default_rng(4).normal(0, 0.5, (180, 4))
    y[[120, 130, 140, 150], [0, 1, 2, 3]] += [9, 40, 9, -30]
    given, windows = subject(panel_of(y)), windows_of(DAY, span(180), 1)
    stages = stages_of(windows, DAY, Reading(400, 105, START, joins=True))
    found = candidates_of(replay(given, stages), stages, windows, "residual")
    told = {(each.series, each.ds): each.severity for each in found if each.budget <= 2.0}
    findings = replay(given, each_by_itself(400, 180)).findings
    by_delivery = {(each.unique_id, each.ds): each.severity for _, each in findings}
    assert told == by_delivery
    severities = [told[f"Shop {n + 1}", START + timedelta(120 + 10 * n)] for n in range(4)]
    assert [each is Severity.INFO for each in severities] == [True, False, True, False]


def test_progress_runs_from_nothing_to_all() -> None:
    told: list[float] = []
    backtest(
        subject(panel_of(shop_days(100))), Plan(span(100), START, 1), Watch(progress=told.append)
    )
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= 1


def test_a_model_that_is_compared_is_replayed_on_the_same_weeks() -> None:
    panel = panel_of(shop_days())
    plan = Plan(span(200), START, 1)
    deaf = subject(panel, min_effect=1000.0)
    rival = backtest(subject(panel), plan, rival=deaf).content["rival"]
    counts = [rival[name] for name in ("count", "both", "onlyThis", "onlyRival")]
    assert counts == [0, 0, 2, 0]
    same = backtest(subject(panel), plan, rival=subject(panel)).content["rival"]
    assert [same[name] for name in ("count", "both", "onlyThis", "onlyRival")] == [2, 2, 0, 0]
