"""Lag windows for PyOD: what a detector sees, what it learns from, and that it never sees the future."""

import numpy as np
import pytest

from iop_pipelines.analytics.outliers import lag_windows, make_detector, score_outliers

DETECTORS = ["ecod", "copod", "hbos", "iforest", "knn"]


def distances(n: int = 60, s: int = 1, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, s))


def calm(z: np.ndarray) -> np.ndarray:
    return np.zeros(z.shape, dtype=bool)


def test_the_point_enters_as_it_is_and_its_lags_clipped() -> None:
    z = np.array([[1.0], [-9.0], [2.0], [0.5]])
    features = lag_windows([z], [calm(z)], lags=2)
    np.testing.assert_array_equal(
        features.x[:, 0], [[1, 0, 0], [-9, 1, 0], [2, -3, 1], [0.5, 2, -3]]
    )


def test_unknown_or_anomalous_lags_count_as_expected_and_such_rows_are_not_learned() -> None:
    z = np.array([[1.0], [np.nan], [8.0], [0.5]])
    odd = np.array([[False], [False], [True], [False]])
    features = lag_windows([z], [odd], lags=2)
    assert np.isnan(features.x[1, 0]).all()
    np.testing.assert_array_equal(features.x[3, 0], [0.5, 0, 0])
    assert features.is_normal[:, 0].tolist() == [True, False, False, True]


@pytest.mark.parametrize("detector", DETECTORS)
def test_every_detector_finds_a_far_point_and_repeats_itself(detector: str) -> None:
    z = distances(120)
    z[110] = 12.0
    runs = [
        score_outliers(
            lag_windows([z], [calm(z)], lags=0),
            100,
            detector=detector,  # type: ignore[arg-type]
            refit_every=20,
        )
        for _ in range(2)
    ]
    assert runs[0].p[110, 0] == np.nanmin(runs[0].p) < 3e-3
    assert runs[0].score[110, 0] == np.nanmax(runs[0].score)
    assert runs[0].rank[110, 0] == pytest.approx(100 / 101)
    np.testing.assert_array_equal(runs[0].score, runs[1].score)


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("scope", ["series", "panel"])
def test_what_is_scored_beside_or_after_a_point_does_not_change_it(
    detector: str, scope: str
) -> None:
    z = distances(60, 3)
    changed = z.copy()
    changed[52:] = 40.0
    first, second = (
        score_outliers(
            lag_windows([each], [calm(each)], lags=1),
            50,
            detector=detector,  # type: ignore[arg-type]
            scope=scope,  # type: ignore[arg-type]
        )
        for each in (z, changed)
    )
    np.testing.assert_array_equal(first.score[:52], second.score[:52])
    np.testing.assert_array_equal(first.p[:52], second.p[:52])


def test_a_series_with_too_little_to_learn_from_is_not_scored() -> None:
    z = distances(60, 2)
    z[:53, 1] = np.nan
    found = score_outliers(lag_windows([z], [calm(z)], lags=0), 50, detector="knn")
    assert np.isfinite(found.score[50:, 0]).all()
    assert np.isnan(found.score[:, 1]).all()


def test_a_window_without_a_past_is_scored_once_there_is_enough_of_it() -> None:
    """History that was loaded at once: the first rows teach, the later ones are scored."""
    z = distances(40)
    found = score_outliers(lag_windows([z], [calm(z)], lags=0), 0, detector="knn")
    assert np.isnan(found.score[:8]).all()
    assert np.isfinite(found.score[8:]).all()


def test_each_fit_learns_from_what_the_one_before_scored() -> None:
    z = distances(60)
    features = lag_windows([z], [calm(z)], lags=1)
    found = score_outliers(features, 20, detector="knn", refit_every=5)
    # At least so many rows by one fit, and with a longer past a third of it.
    start = 20
    while start < 60:
        end = min(start + max(5, start // 3), 60)
        alone = score_outliers(features, start, detector="knn", refit_every=5)
        rows = slice(start, end)
        np.testing.assert_array_equal(found.score[rows], alone.score[rows])
        np.testing.assert_array_equal(found.p[rows], alone.p[rows])
        start = end


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_far_point_off_a_past_without_any_variation_is_found(detector: str) -> None:
    z = np.zeros((60, 1))
    z[55] = 60.0
    features = lag_windows([z], [np.abs(z) > 6], lags=0)
    found = score_outliers(features, 20, detector=detector)  # type: ignore[arg-type]
    assert np.flatnonzero(found.p < 3e-3).tolist() == [55]


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_far_point_does_not_hide_the_next_one(detector: str) -> None:
    """Nothing learns from it, and of rows as far there is one more than none."""
    z = distances(120)
    z[[60, 110]] = 60.0
    features = lag_windows([z], [np.abs(z) > 6], lags=0)
    found = score_outliers(features, 100, detector=detector)  # type: ignore[arg-type]
    assert np.flatnonzero(found.p < 3e-3).tolist() == [110]


@pytest.mark.parametrize("detector", ["knn", "hbos", "iforest"])
def test_of_noise_no_more_have_a_chance_than_its_size_says(detector: str) -> None:
    """Of 2,400 points 48 lie under a chance of 2 in 100, and 24 of one in 100; a chance never promises less."""
    z = np.random.default_rng(2).normal(size=(900, 4))
    features = lag_windows([z], [np.abs(z) > 6], lags=3 if detector == "knn" else 0)
    found = score_outliers(features, 300, detector=detector, refit_every=300)  # type: ignore[arg-type]
    assert (found.p[300:] <= 0.02).sum() <= 48 + 14
    assert (found.p[300:] <= 0.01).sum() <= 24 + 10
    # And the share of less unusual ones is what it says.
    assert 0.03 < (found.rank[300:] > 0.95).mean() < 0.07


def test_a_fit_learns_from_the_last_thousand_points_and_scores_more_with_a_longer_past() -> None:
    z = np.random.default_rng(0).normal(size=(4400, 1))
    features = lag_windows([z], [calm(z)], lags=1)
    whole = score_outliers(features, 3000, detector="knn")
    recent = lag_windows([z[1995:]], [calm(z[1995:])], lags=1)
    part = score_outliers(recent, 1005, detector="knn", refit_every=1000)
    np.testing.assert_array_equal(part.score[1005:2005], whole.score[3000:4000])


def test_distances_are_those_of_the_library() -> None:
    """Of one fit on 200 rows, many of them alike."""
    z = np.round(np.random.default_rng(4).normal(size=(300, 1)), 1)
    features = lag_windows([z], [calm(z)], lags=1)
    found = score_outliers(features, 200, detector="knn", refit_every=100)
    x = features.x[:, 0]
    library = make_detector("knn", 1, 200).fit(x[:200])
    score = library.decision_function(x[200:])  # type: ignore[attr-defined]
    np.testing.assert_array_equal(found.score[200:, 0], score)
    usual = np.sort(library.decision_scores_)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(found.rank[200:, 0], np.searchsorted(usual, score) / 201)


def test_a_detector_that_nobody_allowed_cannot_be_made() -> None:
    with pytest.raises(KeyError):
        make_detector("auto_encoder", 1, 10)  # type: ignore[arg-type]
