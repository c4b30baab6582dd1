"""Forecasts: on known signals, bounded, repeatable, quiet, and nothing left behind."""

import logging
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.analytics.forecasting.paths import (
    Bounds,
    Forecast,
    bootstrap_blocks,
    crossing_probability,
    crossing_probability_within,
    median_first_crossing,
)
from iop_pipelines.analytics.forecasting.prophet import forecast, holidays_of
from iop_pipelines.errors import InvalidInput, NotFitted

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
    bounded = forecast(DS.to_numpy(), y, AHEAD, bounds=Bounds(0, 3))
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
        forecast(
            DS.to_numpy(),
            weekly(),
            AHEAD,
            holidays=holidays_of("NG", DS[0].to_datetime64(), AHEAD[-1].to_datetime64()),
        )
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
    ahead = with_paths(np.array([[1.0, 5, 5, 1], [5, 1, 1, 1]]))
    assert crossing_probability(ahead, 3, above=True).tolist() == [0.5, 0.25]
    assert crossing_probability(ahead, 3, above=False).tolist() == [0.5, 0.75]
    assert crossing_probability_within(ahead, 3, above=True) == 0.75
    # On the limit is not beyond it.
    assert crossing_probability(ahead, 5, above=True).tolist() == [0, 0]


def test_few_paths_are_no_certainty() -> None:
    few = with_paths(np.array([[1.0, 1, 1], [5, 5, 5]]), surest=0.05)
    assert crossing_probability(few, 3, above=True).tolist() == [0.05, 0.95]
    assert crossing_probability_within(few, 3, above=True) == 0.95
    assert crossing_probability_within(few, 9, above=True) == 0.05


def with_paths(samples: np.ndarray, surest: float = 0.0) -> Forecast:
    middle = np.median(samples, axis=1)
    return Forecast(AHEAD[: len(samples)], middle, middle, middle, samples, surest)


@pytest.mark.parametrize("country", ["NG", "KE", "MA", "DZ", "TN", "SO", "SA"])
def test_a_holiday_is_the_same_one_before_and_after_its_date_is_sure(country: str) -> None:
    days = holidays_of(country, np.datetime64("2024-06-01"), np.datetime64("2027-06-01"))
    assert days is not None
    names = set(days["holiday"])
    assert not [name for name in names if "estimated" in name.lower()]
    assert all(name.isascii() or "’" in name for name in names)
    years = days[days["holiday"].str.startswith("Eid al-Fitr")]["ds"].dt.year
    assert set(years) == {2024, 2025, 2026, 2027}


def test_the_language_of_holidays_is_not_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LANG", "LANGUAGE", "LC_ALL"):
        monkeypatch.setenv(name, "fr_FR.UTF-8")
    days = holidays_of("MA", np.datetime64("2025-01-01"), np.datetime64("2025-12-31"))
    assert days is not None
    assert "Throne Day" in set(days["holiday"])


def test_what_was_learned_of_eid_holds_for_the_next_one() -> None:
    """Nigeria's shops halve on Eid al-Fitr; 2027's is only estimated."""
    ds = pd.date_range("2023-01-01", "2027-03-01")
    days = holidays_of("NG", ds[0].to_datetime64(), np.datetime64("2027-12-31"))
    assert days is not None
    eid = days[days["holiday"] == "Eid al-Fitr"]["ds"]
    y = np.where(ds.isin(eid), 50.0, 100.0) + np.random.default_rng(0).normal(0, 1, len(ds))
    ahead = pd.date_range("2027-03-02", periods=40)
    found = forecast(ds.to_numpy(), y, ahead, holidays=days, yearly=False, paths=50)
    next_one = [day for day in eid if day in ahead]
    assert len(next_one) == 1
    assert found.yhat[ahead.get_loc(next_one[0])] == pytest.approx(50, abs=6)
    assert found.yhat[0] == pytest.approx(100, abs=6)


def test_a_country_without_a_calendar_is_named() -> None:
    with pytest.raises(InvalidInput, match="no public holidays of 'ZZ'"):
        holidays_of("ZZ", DS[0].to_datetime64(), DS[-1].to_datetime64())


def test_a_fit_has_an_end() -> None:
    with pytest.raises(NotFitted, match="within 1e-06 s"):
        forecast(DS.to_numpy(), weekly(), AHEAD, fit_seconds=1e-6)


def test_a_country_of_three_letters_is_that_of_two() -> None:
    two, three = (
        holidays_of(code, np.datetime64("2026-01-01"), np.datetime64("2026-12-31"))
        for code in ("NG", "NGA")
    )
    assert two is not None
    assert three is not None
    pd.testing.assert_frame_equal(two, three)


@pytest.mark.parametrize(
    ("step", "count", "ahead"),
    [("D", 730, 90), ("W", 104, 26), ("MS", 24, 12), ("QS", 8, 4)],
)
def test_two_years_have_the_season_of_a_year(step: str, count: int, ahead: int) -> None:
    at = pd.date_range("2025-01-01", periods=count + ahead, freq=step)
    year = 100 + 20 * np.sin(2 * np.pi * at.dayofyear.to_numpy() / 365.25)
    y = year[:count] + np.random.default_rng(0).normal(0, 1, count)
    told = forecast(at[:count].to_numpy(), y, at[count:], paths=50)
    assert np.abs(told.yhat - year[count:]).mean() < 6


def test_what_is_shorter_than_two_years_has_no_season_of_a_year() -> None:
    at = pd.date_range("2025-01-01", periods=600 + 90)
    year = 100 + 20 * np.sin(2 * np.pi * at.dayofyear.to_numpy() / 365.25)
    told = forecast(at[:600].to_numpy(), year[:600], at[600:], paths=50)
    assert np.abs(told.yhat - year[600:]).mean() > 10
