"""How much of what an execution was to judge it did judge; of the rest too little was known before.

What it was to judge is the panel as it was read: rows that were moved to their period are judged there, and series
that were left out are no part of it.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.ledger.coverage import Coverage
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import runtime_spec
from iop_pipelines.runtimes.panels import read_regular


def coverage_of(config: ModelConfig, given: RuntimeInput, output: RuntimeOutput) -> Coverage:
    """Of the periods in the window that have a known value of a measure that is read; of what is said of a series as a
    whole, of the series."""
    if _is_of_series(config):
        return _of_series(output.metrics)
    read = read_regular(given)
    points, left_out = points_of(read.given.panel, given, output.frame), 0
    if read.metrics["series_irregular"]:
        is_out = ~given.panel["unique_id"].isin(read.given.panel["unique_id"])
        left_out = rows_to_judge(given.panel[is_out], given)
    return joined_coverage(config, output.metrics, [points], left_out)


def joined_coverage(
    config: ModelConfig,
    metrics: Mapping[str, float | int | str],
    points: Iterable[tuple[int, int]],
    left_out: int,
) -> Coverage:
    """As coverage_of, where points_of and the rows of series that were left out are known of each part of a panel."""
    if _is_of_series(config):
        return _of_series(metrics)
    found = list(points)
    total, learning = (sum(each[place] for each in found) for place in (0, 1))
    return Coverage("points", total, learning, left_out)


def points_of(panel: pd.DataFrame, given: RuntimeInput, frame: pd.DataFrame) -> tuple[int, int]:
    """How many periods of a regular panel were to be judged, and of how many too little was known."""
    wanted = _periods(panel, _to_judge(panel, given))
    judged = set(_periods(frame, np.isfinite(frame["score"].astype(float).to_numpy())))
    return len(wanted), sum(each not in judged for each in wanted)


def rows_to_judge(panel: pd.DataFrame, given: RuntimeInput) -> int:
    return int(_to_judge(panel, given).sum())


def _is_of_series(config: ModelConfig) -> bool:
    kinds = runtime_spec(config.runtime).kinds
    return kinds is not None and all(kind.category is not Category.ANOMALY for kind in kinds)


def _of_series(metrics: Mapping[str, float | int | str]) -> Coverage:
    names = ("series", "series_skipped", "series_irregular")
    return Coverage("series", *(int(metrics[name]) for name in names))


def _to_judge(panel: pd.DataFrame, given: RuntimeInput) -> np.ndarray:
    """(n,) bool."""
    ds = panel["ds"]
    is_known = np.zeros(len(panel), dtype=bool)
    for name in given.measures:
        is_known |= panel[name].notna().to_numpy()
    is_begun = (ds >= pd.Timestamp(given.window_start)).to_numpy()
    return is_known & is_begun & (ds < pd.Timestamp(given.window_end)).to_numpy()


def _periods(rows: pd.DataFrame, is_meant: np.ndarray) -> list[tuple[object, int]]:
    """Series and moment of each row; of the few rows of a window, no tables are joined."""
    moments = rows["ds"].to_numpy(dtype="datetime64[ns]")[is_meant].astype(np.int64)
    return list(zip(rows["unique_id"].to_numpy()[is_meant].tolist(), moments.tolist(), strict=True))
