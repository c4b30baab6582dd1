"""Prophet as a runtime: the horizon, the limit, and how probable its crossing is."""

import numpy as np
import pytest

from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.errors import InvalidInput


def rising(n: int = 90) -> np.ndarray:
    return 20 + 0.5 * np.arange(n) + np.random.default_rng(0).normal(0, 1, n)


def test_a_limit_ahead_is_found_with_the_day_and_the_horizon(run, panel_of, on_day) -> None:
    params = {"h": 14, "limit": {"value": 68.0}, "direction": "above", "probability_at_least": 0.5}
    output = run("prophet", panel_of({"a": rising()}), params, first=89)
    [finding] = output.findings
    assert (finding.category, finding.kind) == (Category.FORECAST, "limit_crossing")
    # 20 + 0.5 t reaches 68 at t = 96, and from then on is above it, more so each day.
    assert abs((finding.since - on_day(96)).days) <= 2
    assert finding.evidence["first_crossing"] == finding.since.isoformat()
    assert finding.ds > on_day(98)
    assert finding.value == pytest.approx(20 + 0.5 * (finding.ds - on_day(0)).days, abs=1)
    assert finding.confidence == finding.score == finding.evidence["probability_within_horizon"]
    assert finding.confidence == 1
    assert finding.severity == Severity.CRITICAL
    assert finding.evidence["limit"] == 68
    assert finding.evidence["periods_ahead"] == (finding.ds - on_day(89)).days
    points = finding.evidence["points"]
    assert [point["ds"] for point in points][-1] == on_day(103).isoformat()
    assert points[-1]["y"] is None
    assert points[0]["yhat"] is None


def test_many_days_of_little_chance_are_together_a_warning(run, panel_of) -> None:
    """Four storms in ninety days, in pairs: no day ahead is likely, one of fourteen is."""
    y = 10 + np.random.default_rng(0).normal(0, 1, 90)
    y[[20, 21, 50, 51]] += 30
    params = {"h": 14, "limit": {"value": 25.0}, "weekly": False, "probability_at_least": 0.25}
    output = run("prophet", panel_of({"a": y}), params, first=89)
    [finding] = output.findings
    assert output.frame["score"].max() < 0.25
    assert finding.evidence["probability_on_day"] == output.frame["score"].max()
    # Independent days would make it 1 - (86 / 90)^14 = 0.47; storms of two days make it fewer.
    assert 0.25 < finding.confidence < 0.45
    assert (
        run("prophet", panel_of({"a": y}), {**params, "limit": {"value": 60}}, first=89).findings
        == ()
    )


def test_the_frame_holds_the_horizon_with_a_probability_for_each_day(run, panel_of, on_day) -> None:
    params = {"h": 5, "limit": {"value": 68.0}}
    frame = run("prophet", panel_of({"a": rising()}), params, first=89).frame
    assert frame["ds"].tolist() == [on_day(n) for n in range(90, 95)]
    assert frame["y"].isna().all()
    assert (frame["lo"] < frame["yhat"]).all()
    assert (frame["yhat"] < frame["hi"]).all()
    assert frame["score"].between(0, 1).all()


def test_a_limit_that_is_surely_crossed_is_critical_and_one_far_off_is_none(run, panel_of) -> None:
    panel = panel_of({"a": rising()})
    [sure] = run("prophet", panel, {"h": 3, "limit": {"value": 50}}, first=89).findings
    assert (sure.severity, sure.confidence) == (Severity.CRITICAL, 1.0)
    assert run("prophet", panel, {"h": 3, "limit": {"value": 500}}, first=89).findings == ()
    assert (
        run(
            "prophet", panel, {"h": 3, "limit": {"value": 50}, "direction": "below"}, first=89
        ).findings
        == ()
    )


def test_a_limit_can_be_a_quantile_of_the_series_own_history(run, panel_of) -> None:
    y = rising()
    params = {"h": 3, "limit": {"quantile": 0.5}, "direction": "above"}
    [finding] = run("prophet", panel_of({"a": y}), params, first=89).findings
    assert finding.evidence["limit"] == pytest.approx(np.median(y), rel=1e-5)
    assert finding.evidence["limit_quantile"] == 0.5


def test_without_a_limit_it_only_forecasts(run, panel_of) -> None:
    output = run("prophet", panel_of({"a": rising()}), {"h": 3}, first=89)
    assert len(output.frame) == 3
    assert output.frame["score"].isna().all()
    assert output.findings == ()


def test_a_count_is_never_forecast_below_its_floor(run, panel_of) -> None:
    falling = np.maximum(30 - 0.5 * np.arange(90), 0)
    frame = run("prophet", panel_of({"a": falling}), {"h": 7, "floor": 0}, first=89).frame
    assert frame["lo"].min() == 0


def test_events_without_a_step_cannot_be_forecast(run, panel_of) -> None:
    with pytest.raises(InvalidInput, match="no next period"):
        run("prophet", panel_of({"a": rising()}), {}, first=89, freq=None)
