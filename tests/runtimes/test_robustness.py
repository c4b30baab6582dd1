"""Inputs as they come, side by side in one panel: what each runtime says of each, and that none harms another."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
import pytest

from iop_pipelines.runtimes.base import RuntimeOutput
from iop_pipelines.runtimes.catalogue import RUNTIMES

N = 90
WEEK = np.array([10.0, 12.0, 11.0, 13.0, 20.0, 5.0, 4.0])
GIVEN = {
    "rules": {
        "rules": [{"name": "high", "measure": "y", "when": {"field": "y", "op": "gt", "value": 40}}]
    },
    "forecast_ensemble": {"h": 3},
    "prophet": {"h": 3, "paths": 50},
    "onnx": {"checksum": "0" * 64, "lags": 7, "missing": "last"},
    "remote": {"url": "https://models.example", "model": "weekly", "lags": 7},
}
# The last day's answer: "." nothing found, "!" found, "?" a row of which nothing can be said, "-" left out.
# A forecast's is the range that the next day lies in, or "-". The first day is a Monday, so the last is a Saturday and
# the next a Sunday, of which 4 is expected.
TABLE = """
input         rules  residual  pyod  trend  shift  ensemble     onnx  remote  prophet
constant      .      .         .     .      .      7..7         .     .       7..7
zeros         .      .         .     .      .      0..0         .     .
negative      .      .         .     .      .      -7..-1       .     .
three         .      -         -     -      -      -            -     -       -
one           .      -         -     -      -      -            -     -
missing       ?      -         -     -      -      -            -     -       -
fifth         .      .         .     .      .      1..7         .     .
rare          .      .         .     .      .      0..1         .     .
rare_one      .      .         .     .      .      0..1         .     .
zeros_60      !      !         !     .      .      0..9         .     .
huge          !      .         .     .      .      1e15..7e15   .     .       1e15..7e15
tiny          .      .         .     .      .      1e-12..7e-12 .     .       1e-12..7e-12
inf           .      .         .     .      .      1..7         .     .       1..7
inf_last      ?      ?         -     ?      ?      1..7         ?     ?
e300          ?      -         -     -      -      -            -     -
e300_last     ?      ?         -     ?      ?      1..7         ?     ?
spike         !      !         !     .      .      1..9         !     !       1..9
fall          .      !         !     .      .      -5..7        !     !
step          .      .         .     .      !      8..38        .     .
trend         !      .         .     !      .      45..53       .     .       45..53
gap           .      .         .     .      .      1..7         .     .
ended         ?      ?         -     -      ?      -            ?     ?
young         .      .         .     .      .      1..7         .     .
two_values    .      .         .     .      .      0..1         .     .
"""
COLUMNS = {
    "rules": "rules",
    "residual": "seasonal_residual",
    "pyod": "pyod",
    "trend": "mann_kendall",
    "shift": "change_points",
    "ensemble": "forecast_ensemble",
    "onnx": "onnx",
    "remote": "remote",
    "prophet": "prophet",
}


def weeks(seed: int) -> np.ndarray:
    return np.resize(WEEK, N) + np.random.default_rng(seed).normal(0, 1, N)


def with_last(y: np.ndarray, value: float) -> np.ndarray:
    return np.append(y[:-1], value)


def without(y: np.ndarray, where: slice | np.ndarray) -> np.ndarray:
    y = y.copy()
    y[where] = np.nan
    return y


def make_inputs() -> Mapping[str, np.ndarray]:
    random = np.random.default_rng(5)
    nothing = np.full(N, np.nan)
    rare = random.poisson(0.05, N).astype(float)
    three = nothing.copy()
    three[-3:] = 5
    infinite = weeks(5)
    infinite[40] = np.inf
    return {
        "constant": np.full(N, 7.0),
        "zeros": np.zeros(N),
        "negative": -weeks(4),
        "three": three,
        "one": with_last(nothing, 3.0),
        "missing": nothing,
        "fifth": without(weeks(1), random.random(N) < np.linspace(0.4, 0.0, N)),
        "rare": with_last(rare, 0),
        "rare_one": with_last(rare, 1),
        "zeros_60": with_last(np.zeros(N), 60),
        "huge": weeks(2) * 1e15,
        "tiny": weeks(3) * 1e-12,
        "inf": infinite,
        "inf_last": with_last(weeks(6), np.inf),
        "e300": weeks(7) * 1e300,
        "e300_last": with_last(weeks(13), -1.7e308),
        "spike": with_last(weeks(8), 65),
        "fall": with_last(weeks(14), -55),
        "step": weeks(9) + np.where(np.arange(N) < N - 9, 0, 30),
        "trend": weeks(10) + np.arange(N) * 0.5,
        "gap": without(weeks(11), slice(30, 70)),
        "ended": without(weeks(12), slice(-30, None)),
        "young": without(weeks(15), slice(None, 58)),
        "two_values": (np.arange(N) % 2).astype(float),
    }


def answers() -> dict[str, dict[str, str]]:
    header, *lines = (line.split() for line in TABLE.strip().splitlines())
    return {name: dict(zip(header[1:], cells, strict=False)) for name, *cells in lines}


def test_the_table_has_a_row_for_each_input_and_a_column_for_each_runtime() -> None:
    assert list(answers()) == list(make_inputs())
    assert set(COLUMNS.values()) == set(RUNTIMES)


@cache
def outcome(column: str, run, panel_of) -> RuntimeOutput:
    """Of all inputs of a column in one panel; it is the same for every test."""
    wanted = {name for name, cells in answers().items() if column in cells}
    series = {name: y for name, y in make_inputs().items() if name in wanted}
    runtime = COLUMNS[column]
    return run(runtime, panel_of(series), GIVEN.get(runtime, {}), first=N - 1)


@pytest.mark.parametrize("column", COLUMNS)
def test_each_input_has_its_answer_among_all_others(column: str, run, panel_of) -> None:
    frame = outcome(column, run, panel_of).frame
    expected = {name: cells[column] for name, cells in answers().items() if column in cells}
    found = {
        name: said(frame[frame["unique_id"] == name], answer) for name, answer in expected.items()
    }
    assert found == expected


def said(rows: pd.DataFrame, answer: str) -> str:
    """What a runtime said of a series; the answer itself where a forecast lies in its range."""
    if not len(rows):
        return "-"
    row = rows.iloc[0]
    if ".." in answer:
        low, high = map(float, answer.split(".."))
        is_inside = low - 1e-9 * abs(low) <= row["yhat"] <= high + 1e-9 * abs(high)
        is_range = (
            row["lo"] <= row["yhat"] <= row["hi"] and np.isfinite([row["lo"], row["hi"]]).all()
        )
        return answer if is_inside and is_range else f"{row['lo']} {row['yhat']} {row['hi']}"
    if np.isnan(row["y"]) or np.isnan(row["score"]):
        return "!" if row["is_finding"] else "?"
    return "!" if row["is_finding"] else "."


@pytest.mark.parametrize("column", [name for name in COLUMNS if name != "prophet"])
def test_a_series_has_the_answer_that_it_has_alone(column: str, run, panel_of) -> None:
    """A forecast's range is as wide as those of its panel's usual errors."""
    runtime = COLUMNS[column]
    among = outcome(column, run, panel_of).frame
    alone = run(
        runtime, panel_of({"spike": make_inputs()["spike"]}), GIVEN.get(runtime, {}), first=N - 1
    ).frame
    told = ["y", "yhat", "score", "is_finding"]
    pd.testing.assert_frame_equal(
        among[among["unique_id"] == "spike"].reset_index(drop=True)[told], alone[told]
    )


@pytest.mark.parametrize("column", ["rules", "residual", "trend", "ensemble"])
def test_rows_in_disorder_are_read_as_those_in_order_and_that_is_told(
    column: str, run, panel_of
) -> None:
    runtime, params = COLUMNS[column], GIVEN.get(COLUMNS[column], {})
    panel = panel_of({"a": weeks(1), "b": weeks(2), "c": weeks(3)})
    # Seconds of a clock, and neither the first nor the last moment of the window.
    moved = panel["ds"] + pd.to_timedelta((panel.index % 3 == 1) * 2, unit="s")
    fine = panel.tail(60).assign(
        unique_id="minutes", ds=panel["ds"].max() + pd.to_timedelta(range(60), unit="min")
    )
    faulty = pd.concat([panel.assign(ds=moved), panel[panel["unique_id"] == "a"], fine]).sample(
        frac=1, random_state=1
    )
    good = run(runtime, panel, params, first=N - 1)
    found = run(runtime, faulty.reset_index(drop=True), params, first=N - 1)
    pd.testing.assert_frame_equal(found.frame, good.frame)
    assert found.findings == good.findings
    assert good.metrics["rows_repaired"] == good.metrics["series_irregular"] == 0
    # Of a all rows, which are there twice; of b and c those that were moved.
    assert found.metrics["rows_repaired"] == 2 * N + 2 * N // 3
    assert found.metrics["series_irregular"] == 1
