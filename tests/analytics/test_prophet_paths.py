"""Forecasts: on known signals, bounded, repeatable, quiet, and nothing left behind."""

import logging
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.analytics.forecast import (
    bootstrap_blocks,
    crossing_probability,
    crossing_probability_within,
    forecast,
    median_first_crossing,
)

DS = pd.date_range("2024-01-01", periods=120)
AHEAD = pd.date_range("2024-04-30", periods=14)
WEEK = np.array([0.0, 1, 2, 3, 4, 9, 8])


def weekly(sigma: float = 0.5) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, sigma, 120)
    return 20 + 0.1 * np.arange(120) + np.resize(WEEK, 120) + noise


@pytest.fixture(scope="module")
def signal_forecast():
    return forecast(DS.to_numpy(), weekly(), AHEAD, level=80)


def test_trend_and_week_are_carried_on(signal_forecast) -> None:
    truth = 20 + 0.1 * np.arange(120, 134) + np.resize(np.roll(WEEK, -120 % 7), 14)
    assert np.abs(signal_forecast.yhat - truth).max() < 1.5
    assert (signal_forecast.lo < signal_forecast.yhat).all()
    assert (signal_forecast.yhat < signal_forecast.hi).all()
    share = np.mean(signal_forecast.samples[0] < signal_forecast.hi[0])
    assert share == pytest.approx(0.9, abs=0.01)


def test_the_same_seed_gives_the_same_paths_and_leaves_numpy_as_it_was(signal_forecast) -> None:
    before = np.random.get_state(legacy=False)["state"]["key"].copy()
    again = forecast(DS.to_numpy(), weekly(), AHEAD, level=80)
    np.testing.assert_array_equal(again.samples, signal_forecast.samples)
    np.testing.assert_array_equal(np.random.get_state(legacy=False)["state"]["key"], before)


def test_a_constant_added_to_the_past_is_added_to_the_future(signal_forecast) -> None:
    moved = forecast(DS.to_numpy(), weekly() + 100, AHEAD, level=80)
    np.testing.assert_allclose(moved.yhat, signal_forecast.yhat + 100, atol=1.0)


def test_unknown_values_are_left_out_and_not_read_as_zero(signal_forecast) -> None:
    y = weekly()
    y[60:75] = np.nan
    gappy = forecast(DS.to_numpy(), y, AHEAD, level=80)
    assert np.abs(gappy.yhat - signal_forecast.yhat).max() < 1


def test_paths_stay_between_floor_and_ceiling() -> None:
    y = np.abs(np.random.default_rng(1).normal(0, 2, 120))
    bounded = forecast(DS.to_numpy(), y, AHEAD, floor=0, ceiling=3)
    assert bounded.samples.min() == 0
    assert bounded.samples.max() == 3
    assert bounded.lo.min() >= 0


def test_no_file_is_left_and_nothing_is_said(
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    import cmdstanpy

    # Nobody else writes there.
    monkeypatch.chdir(tmp_path)

    def files() -> set[str]:
        own = {name for name in os.listdir(tempfile.gettempdir()) if "prophet" in name}
        return own | set(os.listdir(cmdstanpy._TMPDIR)) | set(os.listdir(Path.cwd()))

    before = files()
    with caplog.at_level(logging.INFO):
        forecast(DS.to_numpy(), weekly(), AHEAD, holidays_country="NG")
    assert files() == before
    assert [
        record for record in caplog.records if record.name.startswith(("cmdstan", "prophet"))
    ] == []
    assert capfd.readouterr() == ("", "")


def test_blocks_keep_neighbours_together_and_every_residual_equally_likely() -> None:
    residuals = np.random.default_rng(0).normal(size=100)
    for place in range(1, 100):
        residuals[place] += 0.9 * residuals[place - 1]
    drawn = bootstrap_blocks(residuals, (14, 4000), seed=1)
    assert drawn.shape == (14, 4000)
    assert set(np.round(drawn.ravel(), 9)) <= set(np.round(residuals - residuals.mean(), 9))
    assert drawn.std() == pytest.approx(residuals.std(), rel=0.03)
    # Blocks of 5: four of five neighbours stay together.
    together = np.corrcoef(drawn[0], drawn[1])[0, 1]
    assert together == pytest.approx(np.corrcoef(residuals[:-1], residuals[1:])[0, 1], abs=0.1)
    assert abs(np.corrcoef(drawn[4], drawn[5])[0, 1]) < 0.1


def test_paths_hang_together_as_the_residuals_do() -> None:
    y = np.random.default_rng(2).normal(size=120)
    for place in range(1, 120):
        y[place] += 0.9 * y[place - 1]
    # A trend too stiff to follow the noise; at 1e-4 the fit takes 10 s, and the paths are as these.
    samples = forecast(DS.to_numpy(), y, AHEAD, weekly=False, changepoint_prior_scale=0.01).samples
    steps = samples - samples.mean(axis=1, keepdims=True)
    assert np.mean(steps[1:] * steps[:-1]) / np.mean(steps**2) > 0.4


def test_the_first_crossing_is_the_middle_of_those_that_cross() -> None:
    samples = np.array([[1.0, 1, 5, 1], [5, 1, 5, 1], [5, 1, 1, 5]])
    assert median_first_crossing(samples, 3, above=True) == 1
    assert median_first_crossing(samples, 9, above=True) == 0


def test_crossing_probabilities_count_paths() -> None:
    samples = np.array([[1.0, 5, 5, 1], [5, 1, 1, 1]])
    assert crossing_probability(samples, 3, above=True).tolist() == [0.5, 0.25]
    assert crossing_probability(samples, 3, above=False).tolist() == [0.5, 0.75]
    assert crossing_probability_within(samples, 3, above=True) == 0.75
    # On the limit is not beyond it.
    assert crossing_probability(samples, 5, above=True).tolist() == [0, 0]
