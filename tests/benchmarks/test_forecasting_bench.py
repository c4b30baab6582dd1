"""The bench of forecasting: the M4 competition's measures on values known otherwise, and its tables."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.analytics import forecasting, m4

SEASON = np.array([0.5, 1.0, 1.5, 1.0])


def test_smape_and_mase_are_their_formulas() -> None:
    actual, ahead = np.array([10.0, 20.0, 0.0]), np.array([8.0, 25.0, 0.0])
    assert m4.smape(actual, ahead) == pytest.approx((400 / 18 + 1000 / 45 + 0) / 3)
    past = np.array([1.0, 5.0, 4.0, 7.0, 10.0])
    # Two apart: 3, 2 and 6.
    assert m4.mase(past, actual, ahead, 2) == pytest.approx((7 / 3) / (11 / 3))
    assert np.isnan(m4.mase(np.ones(9), actual, ahead, 1))


def test_naive2_puts_the_season_back_where_there_is_one() -> None:
    y = 40 * np.resize(SEASON, 30)
    np.testing.assert_allclose(m4.naive2(y, 4, 6), 40 * np.resize(np.roll(SEASON, -2), 6))
    noise = 40 + np.random.default_rng(0).normal(0, 1, 30)
    assert not m4.is_seasonal(noise, 4)
    np.testing.assert_array_equal(m4.naive2(noise, 4, 3), np.full(3, noise[-1]))
    np.testing.assert_array_equal(m4.naive2(y, 1, 2), np.full(2, y[-1]))


def test_naive2_is_1_beside_itself_and_what_is_not_served_counts_for_neither() -> None:
    rng = np.random.default_rng(1)
    past = [40 * np.resize(SEASON, 30) + rng.normal(0, 2, 30) for _ in range(4)]
    future = np.array([40 * np.resize(np.roll(SEASON, -2), 6) for _ in range(4)]).T
    same = np.array([m4.naive2(y, 4, 6) for y in past]).T
    assert m4.owa(past, future, same, 4) == pytest.approx(1)
    half = same.copy()
    half[:, 1] = np.nan
    assert m4.owa(past, future, half, 4) == pytest.approx(1)
    assert m4.owa(past, future, future, 4) == 0
    assert np.isnan(m4.owa(past, future, np.full(same.shape, np.nan), 4))


def test_the_tables_are_printed_of_a_folder_of_series(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(forecasting.STATSFORECAST, raising=False)
    rng = np.random.default_rng(2)
    rows = [
        {"dataset": name, "unique_id": f"{name}{n}", "freq": freq, "season_length": m}
        | {"horizon": 4, "split": "test" if t >= 40 else "train", "ds": "", "y": y}
        for name, freq, m in (("months", "ME", 12), ("years", "YE", 1))
        for n in range(forecasting.SAMPLE)
        for t, y in enumerate(50 + 0.5 * np.arange(44) + rng.normal(0, 1, 44))
    ]
    path = tmp_path / "forecast" / "forecast_sample.csv.gz"
    path.parent.mkdir()
    pd.DataFrame(rows).to_csv(path, index=False)
    forecasting.report(tmp_path, None)
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("OWA, 12 series") for line in lines)
    fast = next(line for line in lines if line.startswith("ours, fast"))
    # months, years, mean, served %: a line under little noise is forecast better than by its last value.
    figures = [float(each) for each in fast.split()[2:]]
    assert figures[3] == 100
    assert figures[2] < 0.8
    assert any("names no interpreter" in line for line in lines)
