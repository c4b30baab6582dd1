"""The compute inside an execution: `seasonal_residual` on the panel of the benchmark, without a database or Dagster."""

import time
from datetime import timedelta
from pathlib import Path

import pandas as pd
from execution_scene import DAYS, FIRST_DAY, SERIES, sold

from iop_pipelines.runtimes.base import RuntimeInput
from iop_pipelines.runtimes.lookup import run_runtime

TIMES = 20


def write_panel(path: Path) -> None:
    """50 series of 200 days, as `read_panel` gives them."""
    rows = [
        (f"s{shop:02}", FIRST_DAY + timedelta(days=day), sold(shop, day))
        for shop in range(SERIES)
        for day in range(DAYS)
    ]
    pd.DataFrame(rows, columns=["unique_id", "ds", "sold"]).to_csv(path, index=False)


def _given(path: str) -> RuntimeInput:
    last = FIRST_DAY + timedelta(days=DAYS - 1)
    return RuntimeInput(
        panel=pd.read_csv(path, parse_dates=["ds"]),
        measures=("sold",),
        units={"sold": "pieces"},
        freq="D",
        window_start=last,
        window_end=last + timedelta(days=1),
        params={},
    )


def run_once(path: str) -> int:
    """How many rows the model said something of."""
    return len(run_runtime("seasonal_residual", _given(path)).frame)


def compute_ms(path: str) -> float:
    """CPU of one run in a process that has everything loaded, over several."""
    given = _given(path)
    run_runtime("seasonal_residual", given)
    began = time.process_time()
    for _ in range(TIMES):
        run_runtime("seasonal_residual", given)
    return (time.process_time() - began) / TIMES * 1000
