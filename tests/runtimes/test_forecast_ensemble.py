"""The forecast ensemble as a runtime: its horizon and limits, every step, and what it makes of bad input."""

from collections.abc import Callable
from datetime import datetime
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.domain.frequencies import STEPS, Frequency
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.errors import InvalidDeclaration, InvalidInput, SeriesTooShort
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import check_params
from iop_pipelines.runtimes.lookup import run_runtime

NAME = "forecast_ensemble"
WEEK = np.array([10.0, 12.0, 11.0, 13.0, 20.0, 5.0, 4.0])


def rising(n: int = 90) -> np.ndarray:
    return 20 + 0.5 * np.arange(n) + np.random.default_rng(0).normal(0, 1, n)


def test_a_limit_ahead_is_found_with_its_day_and_probability(run, panel_of, on_day) -> None:
    params = {"h": 14, "limit": {"value": 68.0}, "direction": "above"}
    output = run(NAME, panel_of({"a": rising()}), params, first=89)
    [finding] = output.findings
    assert (finding.category, finding.kind) == (Category.FORECAST, "limit_crossing")
    # 20 + 0.5 t reaches 68 at t = 96.
    assert abs((finding.since - on_day(96)).days) <= 3
    assert finding.severity == Severity.CRITICAL
    # Twenty-four past errors, both ways round, are no certainty.
    assert 0.9 <= finding.confidence < 1
    assert output.frame["ds"].tolist() == [on_day(n) for n in range(90, 104)]
    assert (output.frame["lo"] < output.frame["yhat"]).all()
    assert (output.frame["yhat"] < output.frame["hi"]).all()


def _ordinary() -> np.ndarray:
    return np.random.default_rng(5).normal(100, 10, 98)


def _with_peaks() -> np.ndarray:
    """As often beyond its quantile, and then by far."""
    y = _ordinary()
    y[6::7] *= 2
    return y


@pytest.mark.parametrize(
    ("y", "limit", "severity"),
    [
        # Every fortnight has a day beyond the ninth tenth of all days, by little: nobody does anything about that.
        (_ordinary(), {"quantile": 0.9}, Severity.INFO),
        # A limit that somebody named is one, however often it is crossed.
        (_ordinary(), {"value": 109.16}, Severity.WARNING),
        (_with_peaks(), {"quantile": 0.85}, Severity.CRITICAL),
        # What rises was never there before.
        (rising(98), {"quantile": 0.95}, Severity.CRITICAL),
        # Of what is below 0 at times nobody knows what a fifth of a limit is.
        (_ordinary() - 100, {"quantile": 0.9}, Severity.WARNING),
    ],
)
def test_a_limit_is_as_grave_as_what_can_be_done_about_it(
    run, panel_of, y: np.ndarray, limit: dict, severity: Severity
) -> None:
    params = {"h": 14, "limit": limit}
    [finding] = run(NAME, panel_of({"a": y}), params, first=97).findings
    assert finding.severity == severity


def test_a_crossing_says_what_it_comes_to(run, panel_of) -> None:
    """A straight line: 20 + t/2 at t = 98 … 111 is 72.25 on average, and was 65.25 a fortnight before; the limit of 68
    lies 7.5 below its end, and none of the six whole fortnights before crossed it but the last, from t = 97 on."""
    y = 20 + 0.5 * np.arange(98)
    params = {"h": 14, "limit": {"value": 68.2}, "direction": "above"}
    [finding] = run(NAME, panel_of({"a": y}), params, first=97).findings
    told = finding.evidence
    assert (told["stretches"], told["stretches_crossed"]) == (7, 1)
    assert told["change"]["periods"] == 14
    assert told["change"]["before"] == pytest.approx(65.25)
    assert told["change"]["ahead"] == pytest.approx(72.25, abs=0.75)
    assert told["excess"] == pytest.approx(7.3, abs=1.0)
    assert told["effect"] > 0


def test_a_limit_far_off_is_no_finding_and_without_one_there_is_no_probability(
    run, panel_of
) -> None:
    far = run(NAME, panel_of({"a": rising()}), {"limit": {"value": 500}}, first=89)
    assert far.findings == ()
    assert far.frame["score"].between(0, 0.1).all()
    plain = run(NAME, panel_of({"a": rising()}), {"h": 3}, first=89)
    assert plain.frame["score"].isna().all()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"mode": "slow"}, r"mode: is 'slow'; it can be fast, best"),
        ({"h": 0}, r"h: is 0; it must be at least 1"),
        ({"floor": 3, "ceiling": 3}, r"floor 3 is not below ceiling 3"),
        ({"season_lengths": [168, 24]}, r"the seasons 168, 24 must rise, each given once"),
        ({"season_lengths": [7, 7]}, r"the seasons 7, 7 must rise"),
        ({"season_lengths": [1]}, r"season_lengths.*is 1; it must be at least 2"),
        ({"level": 100}, r"level: is 100; .*less than 100"),
    ],
)
def test_what_it_cannot_be_told_is_refused_with_its_range(params, message: str) -> None:
    with pytest.raises(InvalidDeclaration, match=message):
        check_params(NAME, params)


def test_events_without_a_step_cannot_be_forecast(run, panel_of) -> None:
    with pytest.raises(InvalidInput, match="no next period"):
        run(NAME, panel_of({"a": rising()}), {}, first=89, freq=None)


def moments(freq: Frequency, count: int) -> list[datetime]:
    """The periods of a step, from the first one of 2020 on, by the table of steps."""
    step, moment = STEPS[freq], STEPS[freq].ceil(datetime(2020, 1, 1))
    found = []
    for _ in range(count):
        found.append(moment)
        moment = step.shift(moment, 1)
    return found


def run_at(freq: Frequency, y: np.ndarray, params) -> RuntimeOutput:
    at = moments(freq, len(y) + 1)
    panel = pd.DataFrame({"unique_id": "a", "ds": pd.DatetimeIndex(at[:-1]), "y": y})
    given = RuntimeInput(panel, ("y",), {}, STEPS[freq].modelled_as, at[-2], at[-1], params)
    return run_runtime(NAME, given)


@pytest.mark.parametrize("freq", get_args(Frequency))
@pytest.mark.parametrize("mode", ["fast", "best"])
def test_every_step_is_forecast_period_by_period(freq: Frequency, mode: str) -> None:
    y = 50 + 0.3 * np.arange(40) + np.random.default_rng(1).normal(0, 1, 40)
    frame = run_at(freq, y, {"h": 5, "mode": mode}).frame
    assert frame["ds"].tolist() == [pd.Timestamp(each) for each in moments(freq, 45)[40:]]
    assert frame["yhat"].between(55, 70).all()
    assert (frame["hi"] > frame["lo"]).all()


def test_a_day_and_a_week_of_hours_are_carried_on() -> None:
    n = 24 * 7 * 5
    hours = 10 * np.sin(2 * np.pi * np.arange(n + 48) / 24)
    weekend = np.where(np.arange(n + 48) // 24 % 7 >= 5, -15.0, 0.0)
    truth = 100 + hours + weekend
    y = truth[:n] + np.random.default_rng(2).normal(0, 1, n)
    ahead = run_at("h", y, {"h": 48}).frame["yhat"].to_numpy()
    assert np.abs(ahead - truth[n:]).mean() < 1.5


# What comes in, and what is right of it.
Case = tuple[Callable[[], np.ndarray], Callable[[pd.DataFrame], bool]]


def _near(value: float, by: float) -> Callable[[pd.DataFrame], bool]:
    return lambda frame: bool((frame["yhat"] - value).abs().max() <= by)


def _holes() -> np.ndarray:
    y = np.resize(WEEK, 90).copy()
    y[np.random.default_rng(3).choice(88, 18, replace=False)] = np.nan
    return y


def _with(y: np.ndarray, at: int | slice, value: float) -> np.ndarray:
    changed = y.astype(float).copy()
    changed[at] = value
    return changed


def _is_week(frame: pd.DataFrame) -> bool:
    expected = np.resize(np.roll(WEEK, -90 % 7), len(frame))
    return bool(np.abs(frame["yhat"].to_numpy() - expected).max() < 0.6)


CASES: dict[str, Case] = {
    "constant": (lambda: np.full(90, 7.3), _near(7.3, 1e-9)),
    "all zero": (lambda: np.zeros(90), _near(0, 0)),
    "a plain season": (lambda: np.resize(WEEK, 90), _is_week),
    "a fifth unknown": (_holes, _is_week),
    "infinite values are unknown": (lambda: _with(np.resize(WEEK, 90), 40, np.inf), _is_week),
    "a straight line": (
        lambda: np.arange(90.0),
        lambda f: bool(np.abs(f["yhat"] - np.arange(90, 97)).max() < 5),
    ),
    "one spike": (lambda: _with(np.resize(WEEK, 90), 45, 1e4), lambda f: f["yhat"].max() < 60),
    "rare counts": (
        lambda: np.random.default_rng(4).poisson(0.1, 90).astype(float),
        lambda f: bool((f["lo"] >= 0).all() and f["yhat"].max() <= 1),
    ),
    "a step twenty days ago": (
        lambda: (
            np.r_[np.full(70, 100.0), np.full(20, 140.0)]
            + np.random.default_rng(5).normal(0, 1, 90)
        ),
        _near(140, 8),
    ),
    "huge": (lambda: 1e15 * np.resize(WEEK, 90), lambda f: bool((f["yhat"] > 1e15).all())),
    "tiny": (
        lambda: 1e-12 * np.resize(WEEK, 90),
        lambda f: bool(f["yhat"].between(1e-12, 3e-11).all()),
    ),
    "negative": (lambda: -np.resize(WEEK, 90), lambda f: bool((f["yhat"] < 0).all())),
    "alternating": (
        lambda: np.resize([1.0, -1.0], 90),
        lambda f: bool(f["yhat"].abs().max() <= 1.5),
    ),
    "the last value unknown": (
        lambda: _with(np.resize(WEEK, 90), 89, np.nan),
        _is_week,
    ),
    "six values": (lambda: np.r_[np.full(84, np.nan), 4.0, 5, 4, 5, 4, 5], _near(4.5, 1.5)),
    "a level of 1e9 with a season of 1": (
        lambda: 1e9 + np.resize([0.0, 1, 2, 1, 0, -1, -3], 90),
        _near(1e9, 4),
    ),
}


@pytest.mark.parametrize("mode", ["fast", "best"])
@pytest.mark.parametrize("case", CASES)
def test_what_a_series_is_like_has_its_right_answer(run, panel_of, case: str, mode: str) -> None:
    make, is_right = CASES[case]
    neighbour = np.resize(WEEK, 90) + np.random.default_rng(6).normal(0, 1, 90)
    panel = panel_of({"case": make(), "other": neighbour})
    frame = run(NAME, panel, {"h": 7, "mode": mode}, first=89).frame
    of_case = frame[frame["unique_id"] == "case"].reset_index(drop=True)
    assert len(of_case) == 7
    assert np.isfinite(of_case[["yhat", "lo", "hi"]].to_numpy()).all()
    assert (of_case["lo"] <= of_case["yhat"]).all()
    assert (of_case["yhat"] <= of_case["hi"]).all()
    assert is_right(of_case)


@pytest.mark.parametrize("y", [np.arange(3.0), np.full(90, np.nan)])
def test_what_is_too_short_is_told_with_what_it_needs(run, panel_of, y: np.ndarray) -> None:
    with pytest.raises(SeriesTooShort, match=r"known"):
        run(NAME, panel_of({"a": y}), {}, first=len(y) - 1)


def test_a_series_that_ended_is_left_out_and_counted(run, panel_of) -> None:
    ended = _with(np.resize(WEEK, 90), slice(60, 90), np.nan)
    output = run(NAME, panel_of({"ended": ended, "goes on": rising()}), {"h": 7}, first=89)
    assert set(output.frame["unique_id"]) == {"goes on"}
    assert (output.metrics["series_skipped"], output.metrics["series_stale"]) == (1, 1)
    with pytest.raises(SeriesTooShort, match="a known value in the last 7 periods is needed"):
        run(NAME, panel_of({"ended": ended}), {"h": 7}, first=89)


def test_a_share_in_per_cent_stays_below_a_hundred(panel_of, on_day) -> None:
    y = np.minimum(97 + np.random.default_rng(7).normal(0, 2, 90), 100)
    given = RuntimeInput(panel_of({"a": y}), ("y",), {"y": "%"}, "D", on_day(89), on_day(90), {})
    frame = run_runtime(NAME, given).frame
    assert frame["hi"].max() <= 100


def test_two_runs_are_the_same_to_the_bit(run, panel_of, weeks) -> None:
    panel = panel_of({"a": weeks(), "b": weeks(seed=1)})
    params = {"h": 7, "mode": "best", "limit": {"quantile": 0.9}}
    one, two = (run(NAME, panel, params, first=89) for _ in range(2))
    pd.testing.assert_frame_equal(one.frame, two.frame, check_exact=True)
    assert one.findings == two.findings
