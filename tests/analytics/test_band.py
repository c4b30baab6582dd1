"""The band of a whole series: it knows both sides, keeps its unit, and is not bent by what it is to show."""

import numpy as np
import pytest

from iop_pipelines.analytics.band import band_of

ROWS = np.arange(600)


def waves(noise: float = 0.1, seed: int = 0) -> np.ndarray:
    return np.sin(2 * np.pi * ROWS / 24) + np.random.default_rng(seed).normal(0, noise, len(ROWS))


def test_the_band_is_the_wave_without_its_noise() -> None:
    found = band_of(waves())
    error = found.yhat - np.sin(2 * np.pi * ROWS / 24)
    # A mean over windows leaves less than half of the noise.
    assert np.sqrt(np.mean(error**2)) < 0.05
    assert found.hi - found.yhat == pytest.approx(np.full(600, 2.576 * 0.1), rel=0.25)


@pytest.mark.parametrize("kind", ["normal", "waves", "walk"])
def test_about_99_of_100_ordinary_periods_keep_to_it(kind: str) -> None:
    y = {
        "normal": np.random.default_rng(1).normal(50, 5, 600),
        "waves": waves(seed=1),
        "walk": np.random.default_rng(1).normal(size=600).cumsum(),
    }[kind]
    found = band_of(y)
    assert 0.97 <= ((y >= found.lo) & (y <= found.hi)).mean() <= 1.0


def test_a_far_value_and_an_outage_lie_outside_and_bend_nothing() -> None:
    plain, y = band_of(waves()), waves()
    y[300] += 5
    y[400:406] -= 2
    found = band_of(y)
    outside = np.flatnonzero((y < found.lo) | (y > found.hi))
    assert {300, *range(400, 406)} <= set(outside.tolist())
    assert np.abs(found.yhat - plain.yhat).max() < 0.35
    # The windows about them are the strangest.
    assert np.abs(int(np.argmax(found.score)) - 350) < 90


@pytest.mark.parametrize(("factor", "offset"), [(1e-9, 0.0), (1e9, 0.0), (-3.0, 0.0), (2.0, 1e4)])
def test_another_unit_moves_the_band_and_not_the_score(factor: float, offset: float) -> None:
    # Below 0 too, where no range ends at 0.
    plain, moved = band_of(waves()), band_of(factor * waves() + offset)
    np.testing.assert_allclose(moved.yhat, factor * plain.yhat + offset, rtol=1e-6)
    np.testing.assert_allclose(moved.score, plain.score, rtol=1e-6)
    low, high = (plain.lo, plain.hi) if factor > 0 else (plain.hi, plain.lo)
    np.testing.assert_allclose(moved.lo, factor * low + offset, rtol=1e-6)
    np.testing.assert_allclose(moved.hi, factor * high + offset, rtol=1e-6)


def test_what_was_never_negative_has_no_range_below_0() -> None:
    y = np.random.default_rng(2).poisson(0.5, 300).astype(float)
    found = band_of(y)
    assert found.lo.min() == 0
    assert found.yhat.min() >= 0


def test_what_is_unknown_is_not_judged_and_hides_little() -> None:
    y = waves()
    y[100:110] = np.nan
    found = band_of(y)
    assert np.isnan(found.yhat[100:110]).all()
    assert np.isnan(found.score[100:110]).all()
    rest = np.delete(ROWS, np.arange(100, 110))
    assert np.isfinite(found.score[rest]).all()
    assert np.abs(found.yhat[rest] - np.sin(2 * np.pi * rest / 24)).max() < 0.4


def test_a_series_that_does_not_vary_is_its_own_band() -> None:
    found = band_of(np.full(200, 7.25))
    for part in (found.yhat, found.lo, found.hi):
        np.testing.assert_array_equal(part, np.full(200, 7.25))
    assert not found.score.any()


@pytest.mark.parametrize("known", [0, 1, 29])
def test_of_a_few_values_nothing_is_said(known: int) -> None:
    y = np.append(np.full(60 - known, np.nan), np.arange(known, dtype=float))
    assert np.isnan(band_of(y).yhat).all()
    assert np.isnan(band_of(y).score).all()


def test_thirty_values_have_a_band() -> None:
    assert np.isfinite(band_of(waves()[:30]).yhat).all()


def test_a_long_series_has_the_same_band_whichever_blocks_it_is_computed_in(monkeypatch) -> None:
    whole = band_of(waves())
    monkeypatch.setattr("iop_pipelines.analytics.band._WINDOWS_AT_ONCE", 101)
    part = band_of(waves())
    for name in ("yhat", "lo", "hi", "score"):
        np.testing.assert_allclose(getattr(part, name), getattr(whole, name), rtol=1e-9, atol=1e-12)
