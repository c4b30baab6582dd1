"""How much of what an execution was to judge it did judge; of the rest too little was known before."""

import numpy as np
import pandas as pd

from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.ledger.coverage import Coverage
from iop_pipelines.runtimes.base import RuntimeOutput
from iop_pipelines.runtimes.catalogue import runtime_spec
from iop_pipelines.transform.store import Window

_PERIOD = ["unique_id", "ds"]


def coverage_of(
    config: ModelConfig, window: Window, panel: pd.DataFrame, output: RuntimeOutput
) -> Coverage:
    """Of the periods in the window that have a known value of a measure that is read; of what is said of a series as a
    whole, of the series."""
    kinds = runtime_spec(config.runtime).kinds
    if kinds is not None and all(kind.category is not Category.ANOMALY for kind in kinds):
        counts = (int(output.metrics[name]) for name in ("series", "series_skipped"))
        return Coverage("series", *counts)
    measures = list(config.input.measures)
    wanted = _in_window(panel, window).dropna(subset=measures, how="all")
    frame = output.frame
    judged = frame.loc[np.isfinite(frame["score"].astype(float)), _PERIOD].drop_duplicates()
    return Coverage("points", len(wanted), len(wanted) - len(wanted.merge(judged, on=_PERIOD)))


def _in_window(panel: pd.DataFrame, window: Window) -> pd.DataFrame:
    ds, (start, end) = panel["ds"], window
    return panel[(ds >= pd.Timestamp(start)) & (ds < pd.Timestamp(end))]
