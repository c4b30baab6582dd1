"""Seasonal residuals on the Numenta Anomaly Benchmark, beside a plain trailing rule of 3 sigmas.

    python benchmarks/detection.py /path/to/nab.csv.gz [--threshold 6] [--season 1]

The file has the columns series, timestamp, value, label (1 inside a labelled window). A window is found if any
point in it is flagged; a false alarm is an unbroken stretch of flags that touches no window. The first
min(15 %, 750) rows of a series are its probation and are not scored. All detectors see the past only. The
plain rule stands there twice, at 3 sigmas and at the threshold of ours: a higher threshold alone makes fewer
false alarms, and is no merit of a method.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from iop_pipelines.analytics.robust import stretches
from iop_pipelines.analytics.seasonal import Baseline, score_rows

PEER_WINDOW = 288


@dataclass(frozen=True)
class Tally:
    """Windows and stretches of flags, counted over all series; seconds of CPU."""

    windows: int = 0
    found: int = 0
    false_alarms: int = 0
    cpu_s: float = 0.0

    def plus(self, flags: np.ndarray, labels: np.ndarray, cpu_s: float) -> "Tally":
        windows = stretches(labels)
        return Tally(
            self.windows + len(windows),
            self.found + sum(bool(flags[a:b].any()) for a, b in windows),
            self.false_alarms + sum(not labels[a:b].any() for a, b in stretches(flags)),
            self.cpu_s + cpu_s,
        )

    @property
    def recall(self) -> float:
        return self.found / max(self.windows, 1)

    @property
    def precision(self) -> float:
        return self.found / max(self.found + self.false_alarms, 1)

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def flag_residuals(y: np.ndarray, threshold: float, season_length: int) -> np.ndarray:
    """The project's detector, with windows of about a day of five-minute points where there is no season."""
    cycles = PEER_WINDOW if season_length == 1 else 4
    baseline = Baseline(season_length, cycles, 8, 2 * cycles, max(3 * season_length, 100), 100)
    return score_rows(y[:, None], baseline, threshold=threshold).is_anomaly[:, 0]


def flag_plain(y: np.ndarray, threshold: float) -> np.ndarray:
    """|y - trailing mean| > threshold trailing standard deviations, over the same span."""
    before = pd.Series(y).shift(1).rolling(PEER_WINDOW, min_periods=100)
    return (np.abs(y - before.mean()) > threshold * before.std()).to_numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description="Detection on NAB")
    parser.add_argument("path")
    parser.add_argument("--threshold", type=float, default=6.0)
    parser.add_argument("--season", type=int, default=1)
    arguments = parser.parse_args()
    threshold, season = arguments.threshold, arguments.season
    detectors: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "seasonal_residual": lambda y: flag_residuals(y, threshold, season),
        "plain, 3": lambda y: flag_plain(y, 3.0),
        f"plain, {threshold:g}": lambda y: flag_plain(y, threshold),
    }
    tallies = dict.fromkeys(detectors, Tally())
    for _, series in pd.read_csv(arguments.path).groupby("series"):
        y = series["value"].to_numpy(float)
        labels = series["label"].to_numpy() == 1
        probation = min(int(0.15 * len(y)), 750)
        for name, detect in detectors.items():
            start = time.process_time()
            flags = detect(y)
            spent = time.process_time() - start
            tallies[name] = tallies[name].plus(flags[probation:], labels[probation:], spent)
    report(tallies)


def report(tallies: dict[str, Tally]) -> None:
    print(f"{'detector':20}{'recall':>8}{'precision':>11}{'F1':>7}{'false alarms':>14}{'CPU s':>8}")
    for name, tally in tallies.items():
        print(
            f"{name:20}{tally.recall:8.3f}{tally.precision:11.3f}{tally.f1:7.3f}"
            f"{tally.false_alarms:14d}{tally.cpu_s:8.2f}"
        )
    ours, *peers = tallies.values()
    for name, peer in zip(list(tallies)[1:], peers, strict=True):
        print(
            f"ratio to {name}: F1 {ours.f1 / peer.f1:.2f}, recall {ours.recall / peer.recall:.2f}, "
            f"false alarms {ours.false_alarms / max(peer.false_alarms, 1):.2f}"
        )


if __name__ == "__main__":
    main()
