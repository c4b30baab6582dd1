"""Panels taken apart: gaps stay unknown, the future is not seen, order and grid are checked."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.analytics.periods import future_periods
from iop_pipelines.analytics.series import split_panel, stack, unstack
from iop_pipelines.errors import InvalidFrame, InvalidInput


def panel(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["unique_id", "ds", "y"])
    return frame.assign(ds=pd.to_datetime(frame["ds"], format="ISO8601"))


def split(frame: pd.DataFrame, freq: str | None = "D", start: str = "2024-01-03") -> list:
    return split_panel(frame, ["y"], freq, datetime.fromisoformat(start), datetime(2024, 2, 1))


def test_a_period_without_a_row_is_unknown_and_never_zero() -> None:
    [series] = split(panel([("a", "2024-01-01", 1.0), ("a", "2024-01-04", 4.0)]))
    np.testing.assert_array_equal(series.values[:, 0], [1.0, np.nan, np.nan, 4.0])
    assert series.is_present.tolist() == [True, False, False, True]
    assert series.is_scored.tolist() == [False, False, False, True]


def test_a_row_that_holds_nothing_is_scored_but_an_absent_one_is_not() -> None:
    [series] = split(panel([("a", "2024-01-02", 1.0), ("a", "2024-01-03", np.nan)]))
    assert series.scored.tolist() == [1]
    assert np.isnan(series.values[1, 0])


def test_every_series_ends_with_the_last_period_of_the_panel() -> None:
    first, second = split(
        panel([("a", "2024-01-01", 1.0), ("b", "2024-01-02", 2.0), ("b", "2024-01-03", 3.0)])
    )
    assert first.ds[-1] == second.ds[-1] == np.datetime64("2024-01-03")
    assert np.isnan(first.values[-1, 0])
    assert not first.is_scored.any()


def test_rows_from_the_end_of_the_window_on_are_not_seen() -> None:
    [series] = split_panel(
        panel([("a", "2024-01-01", 1.0), ("a", "2024-01-02", 2.0), ("a", "2024-01-03", 3.0)]),
        ["y"],
        "D",
        datetime(2024, 1, 2),
        datetime(2024, 1, 3),
    )
    assert series.values[:, 0].tolist() == [1.0, 2.0]


def test_months_and_weeks_are_equally_spaced_periods() -> None:
    [months] = split(panel([("a", "2023-11-01", 1.0), ("a", "2024-01-01", 3.0)]), "MS")
    assert months.ds.astype("datetime64[D]").astype(str).tolist() == [
        "2023-11-01",
        "2023-12-01",
        "2024-01-01",
    ]
    # Weeks begin where the data say, here on Mondays.
    [weeks] = split(panel([("a", "2024-01-01", 1.0), ("a", "2024-01-15", 3.0)]), "W")
    assert weeks.ds.astype("datetime64[D]").astype(str).tolist()[1] == "2024-01-08"
    assert future_periods(months.ds[-1], "MS", 2)[-1] == pd.Timestamp("2024-03-01")


def test_events_without_a_step_keep_their_order_and_nothing_is_put_between() -> None:
    [series] = split(panel([("a", "2024-01-01 03:07", 1.0), ("a", "2024-01-09 11:00", 2.0)]), None)
    assert series.values[:, 0].tolist() == [1.0, 2.0]
    assert series.is_scored.tolist() == [False, True]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("a", "2024-01-01", 1.0), ("a", "2024-01-02 06:00", 2.0)], "not a whole number"),
        ([("a", "2024-01-01", 1.0), ("a", "2024-01-01", 2.0)], "twice or out of order"),
        ([("a", "2024-01-02", 1.0), ("a", "2024-01-01", 2.0)], "twice or out of order"),
        (
            [("a", "2024-01-01", 1.0), ("b", "2024-01-01", 2.0), ("a", "2024-01-02", 1.0)],
            "not sorted",
        ),
    ],
)
def test_a_panel_that_breaks_its_promise_is_refused(
    rows: list[tuple[str, str, float]], message: str
) -> None:
    with pytest.raises(InvalidFrame, match=message):
        split(panel(rows))


def test_an_unknown_freq_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(InvalidInput, match="h, D, W, MS"):
        split(panel([("a", "2024-01-01", 1.0)]), "Q")


def test_stacking_aligns_at_the_end_and_can_be_undone() -> None:
    columns = [np.array([1.0, 2.0, 3.0]), np.array([9.0])]
    matrix = stack(columns)
    np.testing.assert_array_equal(matrix[:, 1], [np.nan, np.nan, 9.0])
    for column, again in zip(columns, unstack(matrix, [3, 1]), strict=True):
        np.testing.assert_array_equal(column, again)
