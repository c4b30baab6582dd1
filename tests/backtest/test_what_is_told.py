"""Lists, recall and skill by hand: what opens something new, what is noticed, and how good forecasts are."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from selling_shops import START, panel_of

from iop_pipelines.analytics.series import Series
from iop_pipelines.backtest.forecasts import skill_of
from iop_pipelines.backtest.injected import LENGTHS, Injected, Seen, copies_of, recall_of
from iop_pipelines.backtest.told import Candidate, Inbox, told, worst_week
from iop_pipelines.backtest.windows import Stage
from iop_pipelines.domain.vocabulary import Severity


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def found(number: int, budget: float = 1.0, series: str = "A", *, grave: bool = False) -> Candidate:
    severity = Severity.CRITICAL if grave else Severity.WARNING
    of = (series, "y", "residual", severity, day(number), number)
    return Candidate(*of, 9.0, 1.0, 0.0, 2.0, 3.0, 0.001, budget)


def inbox(cool_down: int | None = 3) -> Inbox:
    """Of days; two without a finding resolve, and three days of silence follow."""
    return Inbox([day(n + 1) for n in range(100)], START, "D", 2, cool_down)


def opened(candidates: list[Candidate], budget: float = 1.0, **of: int | None) -> list[int]:
    return [(each.opened - START).days - 1 for each in told(candidates, budget, inbox(**of))]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([10, 11, 12], [10]),
        # One day without it does not resolve.
        ([10, 12], [10]),
        # Resolved by the twelfth, and silent until the fifteenth has ended.
        ([10, 13, 15], [10]),
        ([10, 16], [10, 16]),
        ([10, 13, 16, 17, 22], [10, 16]),
        ([10, 13, 16, 17, 23], [10, 16, 23]),
    ],
)
def test_one_thing_is_open_at_a_time_and_silence_follows(
    days: list[int], expected: list[int]
) -> None:
    assert opened([found(each) for each in days]) == expected


def test_what_is_graver_than_ever_speaks_at_once() -> None:
    assert opened([found(10), found(13, grave=True), found(14)]) == [10, 13]
    assert opened([found(10, grave=True), found(13, grave=True)]) == [10]


def test_series_are_apart_and_a_budget_takes_those_that_need_no_more() -> None:
    candidates = [found(10), found(11, 5.0, "B"), found(40, 0.2)]
    counts = [len(told(candidates, each, inbox())) for each in (0.1, 0.2, 1.0, 5.0)]
    assert counts == [0, 1, 2, 3]


def test_without_a_number_of_periods_silence_is_the_time_of_the_inbox() -> None:
    """A 50th of 53 days is one, a period at least, and seven periods at most."""
    assert opened([found(50), found(54)], cool_down=None) == [50, 54]
    assert opened([found(50), found(53)], cool_down=None) == [50]


def test_the_worst_week_is_counted_from_the_first_day() -> None:
    things = told([found(each, series=str(each)) for each in (0, 6, 7, 8, 13)], 1.0, inbox())
    assert worst_week(things, START) == (day(7), 3)
    assert worst_week([], START) == (START, 0)


def test_recall_counts_what_is_told_by_the_budget_and_leaves_out_what_is_missing() -> None:
    def seen(kind: str, *told_: tuple[int, float]) -> Seen:
        return Seen(Injected("A", kind, day(0), day(0), 4.0), told_)  # type: ignore[arg-type]

    group = [
        seen("spike", (0, 2.0)),
        seen("shift", (1, 4.0), (3, 0.5)),
        seen("missing"),
        seen("dip"),
    ]
    whole, *kinds = recall_of(group, 1.0)
    assert (whole.kind, whole.count, whole.told, whole.delay) == (None, 3, 1, 3.0)
    by_kind = {each.kind: each.told for each in kinds}
    assert by_kind == {"spike": 0, "dip": 0, "shift": 1, "missing": 0}
    whole, *_ = recall_of(group, 4.0)
    assert (whole.told, whole.delay) == (2, 0.5)


def test_what_is_put_in_is_as_large_as_said_the_same_each_time_and_in_a_copy_alone() -> None:
    """Errors of 1 and -1 in turn have a deviation of 1.4826."""
    panel = panel_of(np.full((200, 2), 100.0))
    y = panel["revenue"] + np.tile([1.0, -1.0], 200)
    panel = panel.assign(revenue=y)
    rows = panel.rename(columns={"revenue": "y"})
    rows = rows.assign(measure="revenue", yhat=100.0, budget=np.inf)
    before = panel.copy()
    one, two = (next(copies_of(panel, "revenue", rows, most=1)) for _ in range(2))
    pd.testing.assert_frame_equal(panel, before)
    pd.testing.assert_frame_equal(one.panel, two.panel)
    assert one.injected == two.injected
    assert len(one.injected) == 6
    change = one.panel["revenue"] - before["revenue"]
    for each in one.injected:
        at = (panel["unique_id"] == each.series) & panel["ds"].between(each.start, each.end)
        if each.kind in ("spike", "shift"):
            # Counts stay counts.
            np.testing.assert_allclose(np.abs(change[at]), each.size * 1.4826, atol=0.5)
        change[at] = 0
    assert (change == 0).all()


def test_of_several_measures_the_one_that_is_changed_says_how_much_how_long_and_where() -> None:
    """Errors of 0.01 and -0.01 beside others of 10,000; the middle third is not free for the other's sake."""
    panel = panel_of(np.full((200, 2), 0.5), "rate")
    panel = panel.assign(rate=0.5 + np.tile([0.01, -0.01], 200), revenue=np.tile([3e4, 1e4], 200))
    budget = np.where(np.tile(np.arange(200) == 100, 2), 1.0, np.inf)
    of_rate = panel.assign(measure="rate", y=panel["rate"], yhat=0.5, budget=np.inf)
    of_revenue = panel.assign(measure="revenue", y=panel["revenue"], yhat=2e4, budget=budget)
    rows = pd.concat([of_rate, of_revenue]).sort_values(["unique_id", "ds", "measure"])
    rows = rows.reset_index(drop=True)
    copies = list(copies_of(panel, "rate", rows, most=3))
    for copy in copies:
        pd.testing.assert_series_equal(copy.panel["revenue"], panel["revenue"])
        change = (copy.panel["rate"] - panel["rate"]).abs()
        for each in copy.injected:
            at = (panel["unique_id"] == each.series) & panel["ds"].between(each.start, each.end)
            assert at.sum() == LENGTHS[each.kind]
            assert not panel["ds"][at].between(day(90), day(110)).any()
            if each.kind in ("spike", "shift"):
                np.testing.assert_allclose(change[at], each.size * 0.014826, rtol=1e-5)
    assert {each.kind for copy in copies for each in copy.injected} >= {"spike", "shift"}


def test_skill_is_against_the_last_season_and_coverage_counts_what_the_range_held() -> None:
    """Repeating misses by 2 in the past, and by 2 and 4 ahead; the forecast by 1."""
    y = np.array([0.0, 2, 0, 2, 0, 2, 4, 6])
    ds = pd.date_range(START, periods=8).to_numpy(dtype="datetime64[ns]")
    is_there = np.ones(8, dtype=bool)
    series = Series("A", ds, y[:, None], is_there, is_there)
    forecast = pd.DataFrame(
        {"unique_id": "A", "ds": ds[6:], "yhat": [3.0, 7.0], "lo": [2, 6.5], "hi": [5, 9]}
    ).assign(stage=0)
    stage = Stage(0, START, day(5), day(6))
    skill = skill_of([series], forecast, [stage], 1, 80.0)
    # The last value, 2, is repeated: off by 2 and by 4.
    assert (skill.origins, skill.points, skill.coverage) == (1, 2, 50.0)
    assert (skill.mase, skill.naive_mase) == (0.5, 1.5)
    assert skill.skill == pytest.approx(2 / 3)
