"""The scoring of the Numenta Anomaly Benchmark, from its definition.

A detection inside a labelled window earns by how early it is, once a window: a sigmoid of its place, from 1 at the
window's first row to about 0 at its last. One outside costs, from 0 just behind a window to 1 at three windows'
length past it and before the first. A window without a detection costs. The first rows of a file are its probation
and count neither way. One threshold for all files is chosen, per profile, to make the total largest; the total is
then put on a scale where 0 is silence and 100 every window found at its first row with nothing beside.

Lavin & Ahmad, Evaluating Real-time Anomaly Detection Algorithms: the Numenta Anomaly Benchmark (2015).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PROBATION_SHARE = 0.15
# Of a file longer than this, the probation is that of 5,000 rows.
PROBATION_ROWS = 5000


@dataclass(frozen=True)
class Profile:
    """What a detection earns and costs; a false alarm at full weight costs `false_alarm`."""

    name: str
    found: float
    false_alarm: float
    missed: float


STANDARD = Profile("standard", 1.0, 0.11, 1.0)
LOW_FP = Profile("low FP", 1.0, 0.22, 1.0)
LOW_FN = Profile("low FN", 1.0, 0.11, 2.0)
PROFILES = (STANDARD, LOW_FP, LOW_FN)


@dataclass(frozen=True)
class Scored:
    """The rows of one file behind its probation.

    Attributes:
        score: (n,) float64, larger is stranger; NaN counts as least strange.
        windows: [first, last] rows, both inside, by the file's own row numbers.
        rows: of the whole file.
    """

    score: np.ndarray
    windows: Sequence[tuple[int, int]]

    @property
    def rows(self) -> int:
        return len(self.score)


def probation(rows: int) -> int:
    """How many of a file's first rows are not judged."""
    return int(min(np.floor(PROBATION_SHARE * rows), PROBATION_SHARE * PROBATION_ROWS))


def position_weight(position: np.ndarray) -> np.ndarray:
    """(n,) from 1 down to -1 of places in units of a window's length, where 0 is the window's end."""
    past = 2.0 / (1.0 + np.exp(5.0 * np.clip(position, -50.0, 50.0))) - 1.0
    return np.where(position > 3.0, -1.0, past)


def row_weights(rows: int, windows: Sequence[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """What a detection at each row is worth, for a profile of ones.

    Returns:
        weight: (rows,) earned inside a window, in (0, 1], and lost outside, in [-1, 0].
        window: (rows,) int, the number of the window that the row lies in; -1 outside.
    """
    row = np.arange(rows, dtype=float)
    weight, window = np.full(rows, -1.0), np.full(rows, -1)
    best = float(position_weight(np.array([-1.0]))[0])
    ordered = sorted(windows)
    for number, (first, last) in enumerate(ordered):
        end = ordered[number + 1][0] if number + 1 < len(ordered) else rows
        width = last - first + 1
        inside, after = slice(first, last + 1), slice(last + 1, end)
        weight[inside] = position_weight((row[inside] - last - 1) / width) / best
        window[inside] = number
        weight[after] = position_weight((row[after] - last) / max(width - 1, 1))
    return weight, window


def best_score(files: Sequence[Scored], profile: Profile) -> tuple[float, float]:
    """The normalised total at the threshold that is best for it, and that threshold.

    Rows score equal are detections together. The threshold may lie above every score: silence, 0.
    """
    gains, scores = _gains(files, profile)
    if not len(gains):
        return 0.0, np.inf
    order = np.argsort(-scores, kind="stable")
    total = np.cumsum(gains[order])
    ranked = scores[order]
    last_of_tie = np.r_[ranked[1:] != ranked[:-1], True]
    at = int(np.argmax(np.where(last_of_tie, total, -np.inf)))
    if total[at] <= 0:
        return 0.0, np.inf
    return _normalised(float(total[at]), files, profile), float(ranked[at])


def score_of_alerts(
    files: Sequence[Scored], alerts: Sequence[np.ndarray], profile: Profile
) -> float:
    """The normalised total of given detections: `alerts` are (n,) bool, a file each; silence is 0."""
    told = [
        Scored(np.where(flags, 1.0, np.nan), file.windows)
        for file, flags in zip(files, alerts, strict=True)
    ]
    gains, _ = _gains(told, profile)
    return _normalised(float(gains.sum()), files, profile)


def in_windows(files: Sequence[Scored], alerts: Sequence[np.ndarray]) -> tuple[int, int]:
    """Alerts behind the probation: how many in all, and how many inside a labelled window."""
    total = inside = 0
    for file, flags in zip(files, alerts, strict=True):
        _, window = row_weights(file.rows, file.windows)
        told = flags.copy()
        told[: probation(file.rows)] = False
        total += int(told.sum())
        inside += int((told & (window >= 0)).sum())
    return total, inside


def _gains(files: Sequence[Scored], profile: Profile) -> tuple[np.ndarray, np.ndarray]:
    """What each row adds to the total when rows become detections in the order of their scores."""
    gains, scores = [np.empty(0)], [np.empty(0)]
    for file in files:
        weight, window = row_weights(file.rows, file.windows)
        judged = np.flatnonzero(
            (np.arange(file.rows) >= probation(file.rows)) & np.isfinite(file.score)
        )
        order = judged[np.argsort(-file.score[judged], kind="stable")]
        gain = weight[order] * profile.false_alarm
        for number in range(len(file.windows)):
            at = np.flatnonzero(window[order] == number)
            if len(at):
                earned = np.maximum.accumulate(weight[order][at] * profile.found)
                # The first detection also takes back what the miss would have cost.
                gain[at] = np.diff(earned, prepend=-profile.missed)
        gains.append(gain)
        scores.append(file.score[order])
    return np.concatenate(gains), np.concatenate(scores)


def _normalised(gained: float, files: Sequence[Scored], profile: Profile) -> float:
    windows = sum(len(file.windows) for file in files)
    return 100.0 * gained / (windows * (profile.found + profile.missed))
