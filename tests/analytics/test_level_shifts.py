"""Lasting changes are found once, dated once, and spikes, seasons and slow noise are not taken for them."""

import numpy as np
import pytest

from iop_pipelines.analytics.shifts import anchored_shift, latest_shift, remove_season

WEEK = np.array([0.0, 1, 2, 3, 1, 0, -5])


def stepped(seed: int = 0, at: int = 60, n: int = 90, by: float = 4.0) -> np.ndarray:
    y = np.random.default_rng(seed).normal(size=n) + np.resize(WEEK, n)
    y[at:] += by
    return y


@pytest.mark.parametrize("seed", range(5))
def test_a_step_is_found_where_it_is_with_both_levels(seed: int) -> None:
    shift = latest_shift(stepped(seed), season_length=7)
    assert shift is not None
    assert abs(shift.at - 60) <= 1
    assert shift.after - shift.before == pytest.approx(4, abs=0.8)
    assert shift.p_value < 1e-6


def test_a_spike_however_large_is_not_a_change() -> None:
    y = stepped(by=0)
    y[[70, 71]] += 200
    assert latest_shift(y, season_length=7) is None


def test_a_gap_is_left_out_and_positions_still_count_it() -> None:
    y = stepped()
    y[40:55] = np.nan
    shift = latest_shift(y, season_length=7)
    assert shift is not None
    assert abs(shift.at - 60) <= 2


def test_noise_alone_seldom_looks_like_a_change() -> None:
    found = 0
    for seed in range(100):
        shift = latest_shift(np.random.default_rng(seed).normal(size=90), season_length=7)
        found += shift is not None and shift.p_value < 0.01
    assert found <= 2


def test_autocorrelated_noise_is_allowed_for() -> None:
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(100):
        y = rng.normal(size=90)
        for t in range(1, 90):
            y[t] += 0.5 * y[t - 1]
        shift = latest_shift(y)
        found += shift is not None and shift.p_value < 0.01
    assert found <= 10


@pytest.mark.parametrize("growth", [0.0, 0.005, 0.01, 0.02, 0.03])
def test_growth_is_no_step_and_a_fall_of_30_per_cent_under_it_is_one(growth: float) -> None:
    t = np.arange(90)
    steps = found = 0
    for seed in range(20):
        noise = 1 + np.random.default_rng(seed).normal(0, 0.02, 90)
        y = 100 * (1 + growth) ** t * (1 + 0.2 * np.sin(2 * np.pi * t / 12)) * noise
        told = latest_shift(y, season_length=12)
        steps += told is not None and abs(told.after / told.before - 1) >= 0.1
        fallen = np.where(t >= 70, 0.7 * y, y)
        shift = latest_shift(fallen, season_length=12)
        if shift is not None and shift.p_value < 0.01 and abs(shift.at - 70) <= 1:
            assert shift.after / shift.before == pytest.approx(0.7, abs=0.06)
            found += 1
    assert steps <= 1
    assert found >= 17


def test_a_line_is_no_step_whatever_its_slope_and_one_on_it_is() -> None:
    t = np.arange(90)
    for slope in (-0.5, 0.3, 3.0):
        for seed in range(5):
            y = slope * t + np.random.default_rng(seed).normal(size=90)
            assert latest_shift(y) is None
            shift = latest_shift(np.where(t >= 65, y + 8, y))
            assert shift is not None
            assert abs(shift.at - 65) <= 1
            assert shift.after - shift.before == pytest.approx(8, abs=1.5)


def test_what_wanders_is_seldom_said_to_step() -> None:
    found = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        y = np.zeros(90)
        for t in range(1, 90):
            y[t] = 0.9 * y[t - 1] + random.normal()
        shift = latest_shift(y)
        found += shift is not None and shift.p_value < 0.01
    # Three times as often where only the scatter from point to point is asked.
    assert found <= 15


@pytest.mark.parametrize(("times", "plus"), [(1000.0, 0.0), (1e-6, 0.0), (1.0, -500.0)])
def test_the_unit_of_a_measure_changes_nothing_about_its_steps(times: float, plus: float) -> None:
    for seed in range(5):
        y = stepped(seed)
        one, other = (latest_shift(each, season_length=7) for each in (y, times * y + plus))
        assert one is not None
        assert other is not None
        assert other.at == one.at
        assert other.z == pytest.approx(one.z, rel=1e-6)
        assert other.after - other.before == pytest.approx(times * (one.after - one.before))


@pytest.mark.parametrize("seed", range(5))
def test_the_same_change_keeps_its_date_on_the_days_that_follow(seed: int) -> None:
    y = stepped(seed, n=80)
    dates = [
        shift.at
        for end in range(60, 75)
        if (shift := anchored_shift(y[:end], 60, recent=14, season_length=7, min_size=5))
    ]
    assert len(dates) >= 3
    assert len(set(dates)) == 1
    assert abs(dates[0] - 60) <= 2


def test_an_old_change_is_not_told_again() -> None:
    assert anchored_shift(stepped(), 90, recent=14, season_length=7) is None


def test_a_series_that_never_varies_or_is_too_short_has_no_change() -> None:
    assert latest_shift(np.full(50, 3.0)) is None
    assert latest_shift(np.array([1.0] * 5 + [9.0] * 5), min_size=7) is None


def test_removing_the_season_leaves_the_step() -> None:
    flat = remove_season(np.resize(WEEK, 84) + np.repeat([0.0, 9.0], 42), 7)
    assert np.ptp(flat[10:35]) == pytest.approx(0, abs=1e-9)
    assert np.median(flat[50:]) - np.median(flat[:35]) == pytest.approx(9)
