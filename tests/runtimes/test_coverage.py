"""What an execution could not judge yet is counted as learning, and never passes for done."""

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.execution.coverage import coverage_of
from iop_pipelines.ledger.coverage import coverage_in
from iop_pipelines.runtimes.base import RuntimeInput
from iop_pipelines.runtimes.lookup import run_runtime

START = pd.Timestamp("2026-03-02")


def covered(runtime, lengths, scored, freq="D", params=None, unknown=0, disorder=None):
    """Series that end together; the last `scored` periods are the window, `unknown` of it without a value.

    disorder: what makes of the panel one that is not in order.
    """
    end = START + pd.Timedelta(f"1{freq}") * max(lengths)
    draw = np.random.default_rng(5)
    parts = []
    for place, length in enumerate(lengths):
        ds = pd.date_range(end=end, periods=length + 1, freq=freq, inclusive="left")
        y = 100 + draw.normal(size=length)
        y[length - unknown :] = np.nan
        parts.append(pd.DataFrame({"unique_id": f"s{place}", "ds": ds, "people": y}))
    panel = pd.concat(parts, ignore_index=True)
    if disorder is not None:
        panel = disorder(panel)
    window = (end - pd.Timedelta(scored, freq), end)
    config = ModelConfig.model_validate(
        {
            "runtime": runtime,
            "dataset": "d",
            "input": {"measures": ["people"]},
            "params": params or {},
        }
    )
    given = RuntimeInput(panel, ("people",), {}, freq, *window, config.params)
    return coverage_of(config, given, run_runtime(runtime, given))


def with_a_clock_and_minutes(panel):
    """Every third row five seconds late, and a third series with a row a minute of the last hour, five unknown."""
    late = panel.assign(ds=panel["ds"] + pd.to_timedelta((panel.index % 3 == 1) * 5, unit="s"))
    minutes = pd.date_range(panel["ds"].max(), periods=60, freq="min")
    fine = pd.DataFrame({"unique_id": "fine", "ds": minutes, "people": [np.nan] * 5 + [1.0] * 55})
    return pd.concat([late, fine], ignore_index=True)


def test_a_week_of_hours_on_too_short_a_history_is_mostly_learning():
    found = covered("seasonal_residual", [568] * 4, 168, "h", {"season_length": 168})
    # Behind three seasons of 168 hours 64 of 568 are left.
    assert (found.unit, found.total, found.scored, found.learning) == ("points", 672, 256, 416)


def test_a_new_series_beside_old_ones_is_learning():
    found = covered("seasonal_residual", [200, 200, 10], 7)
    assert (found.total, found.scored, found.learning) == (21, 14, 7)


def test_a_period_without_a_value_is_not_one_to_judge():
    found = covered("seasonal_residual", [200], 7, unknown=2)
    assert (found.total, found.learning) == (5, 0)


def test_moved_rows_are_judged_in_their_period_and_what_is_left_out_is_not_learning():
    found = covered("seasonal_residual", [200, 200], 7, disorder=with_a_clock_and_minutes)
    assert (found.total, found.learning, found.left_out) == (14, 0, 55)


def test_a_trend_tells_the_series_that_it_left_out():
    found = covered("mann_kendall", [200, 200, 5], 1, disorder=with_a_clock_and_minutes)
    assert (found.total, found.learning, found.left_out) == (3, 1, 1)


def test_of_trends_and_forecasts_series_are_counted():
    for runtime in ("mann_kendall", "change_points", "forecast_ensemble"):
        found = covered(runtime, [200, 200, 5], 1)
        assert (found.unit, found.total, found.scored) == ("series", 3, 2), runtime


def test_what_is_kept_in_the_metrics_is_read_back():
    for runtime in ("seasonal_residual", "mann_kendall"):
        found = covered(runtime, [200, 10], 7, disorder=with_a_clock_and_minutes)
        assert found.left_out > 0
        assert coverage_in({"rows": 1, **found.as_metrics()}) == found


@pytest.mark.parametrize("metrics", [None, {}, {"series": 3, "series_skipped": 1}])
def test_nothing_is_made_up_of_what_an_earlier_release_kept(metrics):
    assert coverage_in(metrics) is None
