"""The table of the band: how well it ranks what was labelled, by VUS-PR, the volume under the surface of precision."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.analytics.builds import Build
from benchmarks.analytics.data import existing, read_nab
from benchmarks.analytics.table import Row, print_table
from benchmarks.analytics.vus import vus_pr
from iop_pipelines.analytics.band import band_of

_SEED = 1


@dataclass(frozen=True)
class Series:
    """values: (n, m), a column each for what was measured; label: (n,) bool."""

    values: np.ndarray
    label: np.ndarray


def report(folder: Path, before: Build | None) -> None:
    """The build before has no band: it is not asked."""
    del before
    sets = {"NAB": read_labelled_nab(folder), "SKAB": read_skab(folder)}
    random = np.random.default_rng(_SEED)
    rows = [
        _row("band", sets, score_of),
        _row("distance from the median", sets, _far),
        _row("random", sets, lambda values: random.random(len(values))),
    ]
    counts = ", ".join(f"{name} {len(each)} series" for name, each in sets.items())
    print_table(f"VUS-PR of the band, {counts}", rows)


def score_of(values: np.ndarray) -> np.ndarray:
    """The mean of the scores of what was measured; what does not vary says nothing."""
    return np.mean([band_of(column).score for column in values.T if np.ptp(column) > 0], axis=0)


def _far(values: np.ndarray) -> np.ndarray:
    off = np.abs(values - np.median(values, axis=0))
    return (off / np.maximum(np.quantile(off, 0.99, axis=0), 1e-300)).mean(axis=1)


def _row(
    name: str, sets: dict[str, list[Series]], score: Callable[[np.ndarray], np.ndarray]
) -> Row:
    figures: dict[str, float] = {}
    for of, series in sets.items():
        start = time.process_time()
        scores = [score(each.values) for each in series]
        seconds = time.process_time() - start
        points = sum(each.values.size for each in series)
        figures[of] = _mean_volume(scores, series)
        figures[f"{of} CPU s/100k"] = 1e5 * seconds / points
    return Row(name, figures)


def _mean_volume(scores: Sequence[np.ndarray], series: Sequence[Series]) -> float:
    found = [vus_pr(score, each.label) for score, each in zip(scores, series, strict=True)]
    return float(np.mean(found))


def read_labelled_nab(folder: Path) -> list[Series]:
    """Files without an anomaly have no precision and are left out."""
    found = []
    for file in read_nab(folder):
        label = np.zeros(len(file.y), dtype=bool)
        for first, last in file.windows:
            label[first : last + 1] = True
        if label.any():
            found.append(Series(file.y[:, None], label))
    return found


def read_skab(folder: Path) -> list[Series]:
    """Runs of a pump's test stand, eight sensors each; https://github.com/waico/SKAB."""
    rows = pd.read_csv(existing(folder, "anomaly", "skab.csv.gz"))
    sensors = rows.columns.difference(["series", "datetime", "anomaly", "changepoint"])
    return [
        Series(part[sensors].to_numpy(float), part["anomaly"].to_numpy() > 0)
        for _, part in rows.groupby("series", sort=True)
    ]
