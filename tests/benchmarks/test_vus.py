"""VUS-PR by its definition: on cases counted by hand, and on scores that know everything or nothing."""

import numpy as np
import pytest

from benchmarks.analytics.vus import range_auc_pr, soften, vus_pr


def flags(n: int, *stretches: tuple[int, int]) -> np.ndarray:
    label = np.zeros(n, dtype=bool)
    for first, end in stretches:
        label[first:end] = True
    return label


def test_a_label_falls_off_before_and_behind_an_anomaly() -> None:
    """sqrt(1 - d / 4) at distances of 1 and 2 before, and of 1 behind."""
    soft = soften(flags(9, (4, 6)), 4)
    np.testing.assert_allclose(soft, [0, 0, 0.5**0.5, 0.75**0.5, 1, 1, 0.75**0.5, 0, 0])


def test_a_label_between_two_anomalies_has_of_both_and_is_never_over_one() -> None:
    soft = soften(flags(8, (1, 2), (4, 5)), 4)
    assert soft[2] == 1
    assert soft[3] == pytest.approx(0.75**0.5)
    assert soft.max() == 1


def test_without_a_buffer_a_score_that_knows_all_has_an_area_of_one() -> None:
    label = flags(400, (100, 130), (300, 310))
    assert range_auc_pr(label.astype(float), label, 0) == pytest.approx(1.0)


def test_with_a_buffer_it_has_nearly_one() -> None:
    label = flags(2000, (300, 700), (1200, 1500))
    assert 0.95 < vus_pr(label.astype(float), label, 40) <= 1


def test_two_thresholds_are_counted_by_hand() -> None:
    """Five rows, scores 2 on one row of the anomaly and one other, else 1. At 2: precision 1/2, recall 1/2; at 1:
    precision 2/5, recall 1. By trapezoids: 1/2 (1 + 1/2) / 2 + 1/2 (1/2 + 2/5) / 2 = .375 + .225."""
    label = flags(5, (1, 3))
    score = np.array([1.0, 2.0, 1.0, 1.0, 2.0])
    assert range_auc_pr(score, label, 0) == pytest.approx(0.6)


def test_an_anomaly_in_which_nothing_is_found_halves_the_recall_of_two() -> None:
    """At 2: precision 1, recall 2/4, and one anomaly of two: 1/4. At 1: 4/8 and 1."""
    label = flags(8, (1, 3), (5, 7))
    score = np.where(flags(8, (1, 3)), 2.0, 1.0)
    assert range_auc_pr(score, label, 0) == pytest.approx(1 / 4 + 3 / 4 * (1 + 1 / 2) / 2)


def test_a_score_that_knows_nothing_has_about_the_share_of_what_is_labelled() -> None:
    label = flags(4000, (500, 800), (2500, 2800))
    found = np.mean(
        [vus_pr(np.random.default_rng(seed).random(4000), label, 10) for seed in range(5)]
    )
    assert found == pytest.approx(0.15, abs=0.02)


def test_a_score_that_is_a_little_late_loses_less_with_a_buffer() -> None:
    label = flags(1000, (500, 520))
    late = np.roll(label, 8).astype(float)
    assert range_auc_pr(late, label, 30) > range_auc_pr(late, label, 0) + 0.1


def test_an_order_is_all_that_counts_of_a_score() -> None:
    label = flags(500, (200, 260))
    score = np.random.default_rng(3).normal(size=500) + label
    assert vus_pr(np.exp(score), label, 20) == pytest.approx(vus_pr(score, label, 20))
