"""What a backtest costs, and how far its estimates are off where labels say what is true.

    make bench-backtest [ARGS="--data FOLDER [--files N]"]

The first figure is CPU seconds of two years of 50 daily series, delivered day by day, with the anomalies that are put
in. With the folder of data that `make bench-analytics` takes, each file of the Numenta Anomaly Benchmark is backtested
by days, and the share of its labelled windows that is told stands beside the share of what was put in, the share of
things that lie in a window beside the estimate of precision. First 15 % of a file are no part of either, as there.
"""

import argparse
import json
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.backtest.measured import Plan, backtest
from iop_pipelines.backtest.replay import Subject
from iop_pipelines.domain.frequencies import ModelFrequency
from iop_pipelines.domain.models import ModelConfig
from iop_pipelines.errors import IopError

MOST_CPU_S = 5.0
START = datetime(2024, 1, 1)
WEEK = np.array([50.0, 60, 55, 65, 100, 25, 20])
_STEPS: dict[int, tuple[ModelFrequency, int]] = {5: ("5min", 288), 60: ("h", 24)}
_PROBATION = 0.15


def main() -> int:
    parser = argparse.ArgumentParser(
        description="What a backtest costs, and how far its estimates are off."
    )
    parser.add_argument("--data", type=Path, help="folder with anomaly/nab.csv.gz")
    parser.add_argument("--files", type=int, default=43, help="of the benchmark, the first so many")
    given = parser.parse_args()
    cpu = _cost()
    print(f"two years of 50 daily series: {cpu:.2f} s of CPU, at most {MOST_CPU_S:g}")
    if given.data is not None:
        _print_estimates(given.data / "anomaly", given.files)
    return 0 if cpu <= MOST_CPU_S else 1


def _cost() -> float:
    random = np.random.default_rng(1)
    ds = pd.date_range(START, periods=730)
    parts = [
        pd.DataFrame({"unique_id": f"s{k:02}", "ds": ds, "y": np.resize(WEEK, 730) + noise})
        for k, noise in enumerate(random.normal(0, 3, (50, 730)))
    ]
    subject = _subject(pd.concat(parts, ignore_index=True), "D", history=400)
    began = time.process_time()
    backtest(subject, Plan((START, START + timedelta(days=730)), START, 1))
    return time.process_time() - began


def _subject(panel: pd.DataFrame, freq: ModelFrequency, history: int) -> Subject:
    read = {"measures": ["y"], "series": ["name"], "history": history}
    content = {"runtime": "seasonal_residual", "dataset": "d", "input": read}
    return Subject(ModelConfig.model_validate(content), {"y": ""}, freq, None, panel)


def _print_estimates(folder: Path, files: int) -> None:
    labels = json.loads((folder / "nab_labels.json").read_text())
    everything = pd.read_csv(folder / "nab.csv.gz", parse_dates=["timestamp"])
    rows = []
    for name, part in list(everything.groupby("series", sort=False))[:files]:
        rows.append(_estimated(str(name), part, labels[str(name)]["windows"]))
    rows = [row for row in rows if row is not None]
    found, windows, inside, things, put, told = (sum(row[k] for row in rows) for k in range(6))
    known = [row[6] * row[3] for row in rows if row[6] is not None]
    count = sum(row[3] for row in rows if row[6] is not None)
    print(f"{len(rows)} files of NAB, {windows} windows, {things} things told")
    print(f"recall: {found / windows:.2f} by labels, {told / put:.2f} by what was put in")
    print(f"precision: {inside / things:.2f} by labels, {sum(known) / count:.2f} estimated")


def _estimated(name: str, part: pd.DataFrame, windows: list[list[str]]) -> Any:
    """(windows told, windows, things in a window, things, put in, of these told, precision); None of another step."""
    ds = part["timestamp"]
    minutes = round(float(np.median(np.diff(ds.to_numpy()) / np.timedelta64(1, "m"))))
    if minutes not in _STEPS:
        return None
    freq, day = _STEPS[minutes]
    panel = pd.DataFrame(
        {"unique_id": "all", "ds": ds.astype("datetime64[ns]"), "y": part["value"]}
    )
    panel = panel.groupby(["unique_id", "ds"], as_index=False).mean()
    start, end = panel["ds"].iloc[0].to_pydatetime(), panel["ds"].iloc[-1].to_pydatetime()
    subject = _subject(panel, freq, history=7 * day)
    plan = Plan((start, end + timedelta(minutes=minutes)), start, day)
    try:
        content = backtest(subject, plan).content
    except IopError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return None
    (shown,) = [each for each in content["lists"] if each["budget"] == content["budget"]]
    judged = start + (end - start) * _PROBATION
    spans = [tuple(map(pd.Timestamp, window)) for window in windows]
    spans = [span for span in spans if span[1] >= judged]
    told = [(pd.Timestamp(each["since"]), pd.Timestamp(each["until"])) for each in shown["things"]]
    told = [each for each in told if each[1] >= judged]
    found = sum(any(a <= last and first <= b for a, b in told) for first, last in spans)
    inside = sum(any(a <= last and first <= b for first, last in spans) for a, b in told)
    put = shown["injected"] or {"count": 0, "told": 0}
    return found, len(spans), inside, len(told), put["count"], put["told"], shown["precision"]


if __name__ == "__main__":
    raise SystemExit(main())
