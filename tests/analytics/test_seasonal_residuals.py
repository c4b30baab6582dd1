"""The expectation of a point: from its past only, whatever level, spikes and gaps that past has."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iop_pipelines.analytics import seasonal
from iop_pipelines.analytics.seasonal import MAX_SCORE, Baseline, score_rows

WEEKLY = Baseline(7, 4, 8, 8, 21, 14)
WEEK = np.array([10.0, 12.0, 11.0, 13.0, 20.0, 5.0, 4.0])


def noisy_weeks(n: int = 120, sigma: float = 1.0, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, sigma, n)
    return (np.resize(WEEK, n) + noise)[:, None]


def test_a_season_without_noise_is_expected_exactly() -> None:
    y = np.resize(WEEK, 100)[:, None]
    scores = score_rows(y, WEEKLY, threshold=5)
    np.testing.assert_allclose(scores.yhat[50:], y[50:])
    assert not scores.is_anomaly.any()


def test_a_spike_is_found_with_its_distance_and_its_neighbours_are_not() -> None:
    y = noisy_weeks()
    y[100] += 15
    scores = score_rows(y, WEEKLY, threshold=5)
    assert np.flatnonzero(scores.is_anomaly[:, 0]).tolist() == [100]
    assert 8 < scores.score[100, 0] < 25


def test_sigma_estimates_the_standard_deviation_of_normal_noise() -> None:
    scores = score_rows(noisy_weeks(600, sigma=2.0), WEEKLY, threshold=5)
    # One-step errors are wider than the noise by the error of a level of 28 and a median of 8 points.
    assert np.nanmedian(scores.sigma) == pytest.approx(
        2.0 * np.sqrt(1 + 1.5 / 8 + 1.5 / 28), rel=0.15
    )


@given(st.integers(30, 110), st.floats(-1e3, 1e3), st.integers(0, 5))
@settings(max_examples=30, deadline=None)
def test_what_follows_never_changes_the_score_of_a_point(t: int, later: float, seed: int) -> None:
    y = noisy_weeks(seed=seed)
    changed = y.copy()
    changed[t + 1 :] = later
    whole, other = (score_rows(each, WEEKLY, threshold=5) for each in (y, changed))
    cut = score_rows(y[: t + 1], WEEKLY, threshold=5)
    for name in ("yhat", "sigma", "score", "is_anomaly"):
        np.testing.assert_array_equal(getattr(whole, name)[: t + 1], getattr(other, name)[: t + 1])
        np.testing.assert_array_equal(getattr(whole, name)[: t + 1], getattr(cut, name))


def test_a_point_is_no_part_of_its_own_expectation() -> None:
    y = noisy_weeks()
    changed = y.copy()
    changed[80] = 1e6
    before, after = (score_rows(each, WEEKLY, threshold=5) for each in (y, changed))
    assert before.yhat[80] == after.yhat[80]
    assert before.sigma[80] == after.sigma[80]


@given(st.integers(-1000, 1000))
@settings(max_examples=20, deadline=None)
def test_adding_a_constant_moves_the_expectation_and_nothing_else(constant: int) -> None:
    # Eighths are exact in binary, so that sums are exact too.
    y = np.round(noisy_weeks() * 8) / 8
    plain = score_rows(y, WEEKLY, threshold=4)
    moved = score_rows(y + constant, WEEKLY, threshold=4)
    np.testing.assert_allclose(moved.yhat, plain.yhat + constant)
    np.testing.assert_allclose(moved.score, plain.score)


def test_gaps_stay_unknown_and_are_not_taken_for_zero() -> None:
    y = noisy_weeks()
    y[90:93] = np.nan
    scores = score_rows(y, WEEKLY, threshold=5)
    assert np.isnan(scores.score[90:93]).all()
    assert not scores.is_anomaly[90:93].any()
    # With zeros in the gap the expectation a week later would have dropped.
    assert scores.yhat[97:100, 0] == pytest.approx(np.resize(WEEK, 120)[97:100], abs=2.5)


def test_an_earlier_anomaly_does_not_widen_the_band() -> None:
    y = noisy_weeks()
    stormy = y.copy()
    stormy[[70, 77, 84]] += 100
    calm, after = (score_rows(each, WEEKLY, threshold=5) for each in (y, stormy))
    assert after.sigma[91, 0] < 1.5 * calm.sigma[91, 0]
    assert after.yhat[91, 0] == pytest.approx(calm.yhat[91, 0], abs=1.5)


def test_what_lasts_longer_than_the_mask_becomes_the_new_normal() -> None:
    y = noisy_weeks(200)
    y[100:] += 30
    scores = score_rows(y, WEEKLY, threshold=5)
    assert scores.is_anomaly[100:110].all()
    assert not scores.is_anomaly[170:].any()


@pytest.mark.parametrize(
    ("direction", "found"), [("above", [60]), ("below", [80]), ("both", [60, 80])]
)
def test_direction_says_which_side_matters(direction: str, found: list[int]) -> None:
    y = noisy_weeks()
    y[60] += 20
    y[80] -= 20
    scores = score_rows(y, WEEKLY, threshold=5, direction=direction)  # type: ignore[arg-type]
    assert np.flatnonzero(scores.is_anomaly[:, 0]).tolist() == found


def test_a_distance_without_practical_effect_is_no_anomaly() -> None:
    y = noisy_weeks(sigma=0.01)
    y[100] += 1
    assert score_rows(y, WEEKLY, threshold=5).is_anomaly[100, 0]
    assert not score_rows(y, WEEKLY, threshold=5, min_effect=2).is_anomaly[100, 0]


def test_any_step_off_a_history_that_never_varied_has_the_largest_score() -> None:
    y = np.full((60, 1), 3.0)
    y[50] = 4
    scores = score_rows(y, WEEKLY, threshold=5)
    assert scores.score[50, 0] == MAX_SCORE
    assert scores.score[49, 0] == 0
    assert scores.is_anomaly[:, 0].sum() == 1


def test_a_series_is_scored_alike_alone_and_among_others() -> None:
    y = np.hstack([noisy_weeks(seed=seed) for seed in range(4)])
    together = score_rows(y, WEEKLY, threshold=5)
    alone = score_rows(y[:, [2]], WEEKLY, threshold=5)
    np.testing.assert_array_equal(together.score[:, 2], alone.score[:, 0])


def test_coverage_is_the_share_of_earlier_points_inside_their_bands_and_never_certain() -> None:
    scores = score_rows(noisy_weeks(400), WEEKLY, threshold=2)
    assert 0.9 < scores.coverage[-1, 0] < 0.98
    assert score_rows(noisy_weeks(400), WEEKLY, threshold=50).coverage[-1, 0] < 1


def test_many_series_are_scored_in_blocks_as_each_by_itself_and_every_block_is_told(monkeypatch):
    y = np.hstack([noisy_weeks(200, sigma=1 + place) for place in range(7)])
    # As many as hold 3 of the 7 series.
    monkeypatch.setattr(seasonal, "_CELLS_AT_ONCE", 3 * 200 + 199)
    told = []
    together = score_rows(y, WEEKLY, threshold=4, tick=lambda: told.append(None))
    assert len(told) == 3
    for place in range(7):
        alone = score_rows(y[:, [place]], WEEKLY, threshold=4)
        for name in ("yhat", "sigma", "score", "is_anomaly", "coverage"):
            np.testing.assert_array_equal(
                getattr(together, name)[:, [place]], getattr(alone, name), err_msg=name
            )


def test_series_longer_than_a_block_and_no_series_at_all_are_scored_too(monkeypatch):
    monkeypatch.setattr(seasonal, "_CELLS_AT_ONCE", 10)
    scores = score_rows(np.hstack([noisy_weeks(60), noisy_weeks(60)]), WEEKLY, threshold=4)
    assert scores.yhat.shape == (60, 2)
    assert score_rows(np.empty((60, 0)), WEEKLY, threshold=4).coverage.shape == (60, 0)
