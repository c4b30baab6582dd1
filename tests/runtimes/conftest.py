"""Runs a runtime on a small panel, and checks what must hold of every output."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.runtimes.base import OUTPUT_COLUMNS, RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import LIMIT_CROSSING, RUNTIMES, check_params
from iop_pipelines.runtimes.lookup import run_runtime
from iop_pipelines.runtimes.model_files import store_file
from iop_pipelines.runtimes.outside import NOWHERE, Outside
from model_server import TOKEN, ModelServer, running_model_server

WEEK = np.array([10.0, 12.0, 11.0, 13.0, 20.0, 5.0, 4.0])
START = datetime(2024, 1, 1)

FORECASTERS = {name for name, spec in RUNTIMES.items() if LIMIT_CROSSING in (spec.kinds or ())}
# Tables of all runtimes have what stands for their file and server, which are made when a test runs one.
FOREIGN = ("onnx", "remote")
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
    outside: Outside = NOWHERE,
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
        outside=outside,
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


@dataclass(frozen=True)
class Elsewhere:
    """What models that were made elsewhere may reach, the server itself, and the checksum of the file of `weekly`."""

    outside: Outside
    server: ModelServer
    checksum: str

    def params(self, runtime: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """With the real file or server in place of what stands for it."""
        real = {"onnx": {"checksum": self.checksum}, "remote": {"url": self.server.url}}
        stands_for = {"onnx": "0" * 64, "remote": "https://models.example"}[runtime]
        is_given = stands_for not in params.values()
        return dict(params) if is_given else {**params, **real[runtime]}


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory) -> Iterator[Elsewhere]:
    # It takes a moment to load, and most tests of this room need none.
    from onnx_files import weekly_model

    folder = tmp_path_factory.mktemp("elsewhere")
    file = folder / "weekly.onnx"
    file.write_bytes(weekly_model().SerializeToString())
    with running_model_server() as server:
        outside = Outside(
            storage_url=f"file://{folder}/store",
            servers=(server.url,),
            tokens={"IOP_MODEL_TOKEN_GOOD": TOKEN, "IOP_MODEL_TOKEN_BAD": "guessed"},
            most_bytes=1_000_000,
        )
        yield Elsewhere(outside, server, store_file(outside, file, "weekly.onnx").checksum)


@pytest.fixture
def run(request) -> Run:
    def run_anywhere(runtime: str, panel: pd.DataFrame, params: Mapping[str, Any], **more: Any):
        if runtime in FOREIGN:
            place = request.getfixturevalue("elsewhere")
            params = place.params(runtime, params)
            more = {"outside": place.outside, **more}
        return run_on(runtime, panel, params, **more)

    return run_anywhere


@pytest.fixture
def panel_of() -> MakePanel:
    return make_panel


@pytest.fixture
def weeks() -> Callable[..., np.ndarray]:
    return noisy_weeks


@pytest.fixture
def on_day() -> Callable[[int], datetime]:
    return day
