"""How much of what an execution was to judge it did judge; of the rest too little was known before.

What it was to judge is the panel as it was read: rows that were moved to their period are judged there, and series
that were left out are no part of it.
"""

import numpy as np
import pandas as pd

from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.ledger.coverage import Coverage
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import runtime_spec
from iop_pipelines.runtimes.panels import read_regular

_PERIOD = ["unique_id", "ds"]


def coverage_of(config: ModelConfig, given: RuntimeInput, output: RuntimeOutput) -> Coverage:
    """Of the periods in the window that have a known value of a measure that is read; of what is said of a series as a
    whole, of the series."""
    kinds = runtime_spec(config.runtime).kinds
    if kinds is not None and all(kind.category is not Category.ANOMALY for kind in kinds):
        names = ("series", "series_skipped", "series_irregular")
        return Coverage("series", *(int(output.metrics[name]) for name in names))
    panel = read_regular(given).given.panel
    wanted = _to_judge(panel, given)
    is_out = ~given.panel["unique_id"].isin(panel["unique_id"])
    left_out = _to_judge(given.panel[is_out], given)
    frame = output.frame
    judged = frame.loc[np.isfinite(frame["score"].astype(float)), _PERIOD].drop_duplicates()
    learning = len(wanted) - len(wanted.merge(judged, on=_PERIOD))
    return Coverage("points", len(wanted), learning, len(left_out))


def _to_judge(panel: pd.DataFrame, given: RuntimeInput) -> pd.DataFrame:
    ds = panel["ds"]
    is_within = (ds >= pd.Timestamp(given.window_start)) & (ds < pd.Timestamp(given.window_end))
    return panel[is_within].dropna(subset=list(given.measures), how="all")
