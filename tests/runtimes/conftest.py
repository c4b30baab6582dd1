"""Runs a runtime on a small panel, and checks what must hold of every output."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.runtimes.base import OUTPUT_COLUMNS, RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import LIMIT_CROSSING, RUNTIMES, check_params
from iop_pipelines.runtimes.lookup import run_runtime

WEEK = np.array([10.0, 12.0, 11.0, 13.0, 20.0, 5.0, 4.0])
START = datetime(2024, 1, 1)

FORECASTERS = {name for name, spec in RUNTIMES.items() if LIMIT_CROSSING in (spec.kinds or ())}
Run = Callable[..., RuntimeOutput]
MakePanel = Callable[..., pd.DataFrame]


def day(n: int) -> datetime:
    return START + timedelta(days=n)


def noisy_weeks(n: int = 90, seed: int = 0, sigma: float = 1.0) -> np.ndarray:
    return np.resize(WEEK, n) + np.random.default_rng(seed).normal(0, sigma, n)


def make_panel(series: Mapping[str, np.ndarray], measure: str = "y") -> pd.DataFrame:
    """Days from START on; NaN stays a row that holds nothing."""
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "unique_id": name,
                    "ds": pd.date_range(START, periods=len(y)),
                    measure: y.astype(float),
                }
            )
            for name, y in sorted(series.items())
        ],
        ignore_index=True,
    )


def run_on(
    runtime: str,
    panel: pd.DataFrame,
    params: Mapping[str, Any],
    *,
    first: int,
    last: int | None = None,
    freq: str | None = "D",
    tick: Tick = nobody,
) -> RuntimeOutput:
    """Scores days `first` to `last`, both included, and checks the contract of the output."""
    measures = tuple(name for name in panel.columns if name not in ("unique_id", "ds"))
    given = RuntimeInput(
        panel=panel,
        measures=measures,
        units=dict.fromkeys(measures, "min"),
        freq=freq,
        window_start=day(first),
        window_end=day((first if last is None else last) + 1),
        params=params,
        tick=tick,
    )
    untouched = panel.copy()
    check_params(runtime, params)
    output = run_runtime(runtime, given)
    pd.testing.assert_frame_equal(panel, untouched)
    check_output(output, given, is_forecast=runtime in FORECASTERS)
    return output


def check_output(output: RuntimeOutput, given: RuntimeInput, *, is_forecast: bool) -> None:
    frame = output.frame
    assert tuple(frame.columns) == OUTPUT_COLUMNS
    assert not frame.duplicated(["unique_id", "ds", "measure"]).any()
    assert frame["is_finding"].dtype == bool
    assert str(frame["ds"].dtype) == "datetime64[ns]"
    if is_forecast:
        assert (frame["ds"] >= given.window_end).all()
    else:
        assert frame["ds"].between(given.window_start, given.window_end, inclusive="left").all()
    json.dumps(dict(output.metrics), allow_nan=False)
    for finding in output.findings:
        json.dumps(finding.evidence, allow_nan=False)
        assert len(finding.evidence["points"]) <= 60
        assert set(finding.evidence["points"][0]) == {"ds", "y", "yhat", "lo", "hi"}
        assert finding.since <= finding.ds
        assert finding.unit == "min"
        assert finding.confidence is not None
        assert 0 <= finding.confidence <= 1
        row = frame[
            (frame["unique_id"] == finding.unique_id)
            & (frame["ds"] == finding.ds)
            & (frame["measure"] == finding.measure)
        ]
        assert row["is_finding"].tolist() == [True]


@pytest.fixture
def run() -> Run:
    return run_on


@pytest.fixture
def panel_of() -> MakePanel:
    return make_panel


@pytest.fixture
def weeks() -> Callable[..., np.ndarray]:
    return noisy_weeks


@pytest.fixture
def on_day() -> Callable[[int], datetime]:
    return day
