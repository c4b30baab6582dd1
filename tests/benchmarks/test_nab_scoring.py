"""The benchmark's scoring: what must be 0 and 100, and what was published of a real detector."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.analytics import nab
from benchmarks.analytics.nab import LOW_FN, LOW_FP, PROFILES, STANDARD, Profile, Scored

WINDOWS = [(300, 339), (600, 659)]


def a_file(rows: int = 1000, windows=WINDOWS, **scores: float) -> Scored:
    score = np.zeros(rows)
    for name, value in scores.items():
        score[int(name.removeprefix("at"))] = value
    return Scored(score, windows)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_window_found_at_its_first_row_and_nothing_beside_is_100(profile: Profile) -> None:
    files = [a_file(at300=1.0, at600=2.0), a_file(windows=[(200, 250)], at200=5.0)]
    score, threshold = nab.best_score(files, profile)
    assert score == pytest.approx(100)
    assert threshold == 1.0


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_silence_is_0(profile: Profile) -> None:
    silent = [np.zeros(1000, dtype=bool)]
    assert nab.score_of_alerts([a_file()], silent, profile) == 0
    # All scores alike: a threshold that tells one tells all, which is worse than none.
    assert nab.best_score([a_file()], profile)[0] == 0


def test_a_published_detection_has_its_published_worth() -> None:
    """NAB's results/knncad/realTraffic/knncad_speed_7578.csv: in the window of 29 rows from 2015-09-11 15:34 to
    17:54, found first at 17:09, the 20th, the row's worth stands there as 0.7067829063330667."""
    weight, window = nab.row_weights(1127, [(293, 321)])
    assert window[293 + 19] == 0
    assert weight[293 + 19] == pytest.approx(0.7067829063330667, abs=1e-15)


@pytest.mark.parametrize(("profile", "cost"), [(STANDARD, 0.11), (LOW_FP, 0.22), (LOW_FN, 0.11)])
def test_a_published_false_alarm_before_the_first_window_has_its_published_cost(
    profile: Profile, cost: float
) -> None:
    """The same file, 13:49 of that day, 17 rows before the window: -0.11, under low FP -0.22."""
    alarm = np.zeros(1127, dtype=bool)
    alarm[293 - 17] = True
    gained = nab.score_of_alerts([Scored(np.zeros(1127), [(293, 321)])], [alarm], profile)
    assert gained == pytest.approx(-100 * cost / (profile.found + profile.missed))


@pytest.mark.parametrize(
    ("rows", "expected"), [(1000, 150), (4032, 604), (4999, 749), (5000, 750), (22695, 750)]
)
def test_a_file_has_15_per_cent_of_probation_and_750_rows_at_most(rows: int, expected: int) -> None:
    assert nab.probation(rows) == expected


def test_what_is_told_in_probation_counts_neither_way() -> None:
    alarms = np.zeros(1000, dtype=bool)
    alarms[:150] = True
    assert nab.score_of_alerts([a_file()], [alarms], STANDARD) == 0
    assert nab.in_windows([a_file()], [alarms]) == (0, 0)


def test_a_window_counts_once_and_by_its_earliest_detection() -> None:
    once, twice = np.zeros((2, 1000), dtype=bool)
    once[310] = True
    twice[[310, 320, 330]] = True
    of_once, of_twice = (
        nab.score_of_alerts([a_file()], [each], STANDARD) for each in (once, twice)
    )
    assert of_once == of_twice
    assert nab.in_windows([a_file()], [twice]) == (3, 3)


def test_an_alarm_costs_more_the_farther_behind_a_window_until_three_lengths() -> None:
    weight, _ = nab.row_weights(1000, [(300, 339)])
    after = weight[340:600]
    assert (np.diff(after) <= 0).all()
    # At the distance of one length (39 steps) the sigmoid is 2 / (1 + e^5) - 1.
    assert weight[339 + 39] == pytest.approx(2 / (1 + np.exp(5)) - 1)
    assert weight[339 + 3 * 39 + 1] == -1
    assert weight[0] == -1


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_the_best_threshold_is_no_worse_than_any_other(seed: int) -> None:
    """Against plain counting at each threshold: one pass over windows and rows."""
    random = np.random.default_rng(seed)
    score = np.round(random.normal(size=300), 1)
    files = [Scored(score, [(80, 95), (200, 230)])]
    for profile in PROFILES:
        by_hand = [0.0]
        for threshold in np.unique(score[nab.probation(300) :]):
            by_hand.append(_counted(files[0], score >= threshold, profile))
        best, at = nab.best_score(files, profile)
        assert best == pytest.approx(max(by_hand))
        if best > 0:
            assert best == pytest.approx(nab.score_of_alerts(files, [score >= at], profile))


def _counted(file: Scored, flags: np.ndarray, profile: Profile) -> float:
    total, last_end, length = 0.0, None, 1
    found: dict[int, float] = {}
    for row in range(file.rows):
        inside = [n for n, (a, b) in enumerate(file.windows) if a <= row <= b]
        if flags[row] and row >= nab.probation(file.rows):
            if inside:
                first, last = file.windows[inside[0]]
                place = -(last - row + 1) / (last - first + 1)
                worth = (2 / (1 + np.exp(5 * place)) - 1) / (2 / (1 + np.exp(-5)) - 1)
                found.setdefault(inside[0], worth)
            else:
                past = np.inf if last_end is None else (row - last_end) / (length - 1)
                total += profile.false_alarm * (-1 if past > 3 else 2 / (1 + np.exp(5 * past)) - 1)
        if inside and row == file.windows[inside[0]][1]:
            first, last_end = file.windows[inside[0]]
            length = last_end - first + 1
    for number in range(len(file.windows)):
        total += profile.found * found[number] if number in found else -profile.missed
    silence = -profile.missed * len(file.windows)
    perfect = profile.found * len(file.windows)
    return 100 * (total - silence) / (perfect - silence)
