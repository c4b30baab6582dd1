"""What a backtest costs, and how far its estimates are off where labels say what is true.

    make bench-backtest [ARGS="--data FOLDER [--files N]"]

The first figure is CPU seconds of two years of 50 daily series, delivered day by day, with the anomalies that are put
in. With the folder of data that `make bench-analytics` takes, each file of the Numenta Anomaly Benchmark is backtested
by days, and each run of SKAB by sixty rows; the share of labelled spans that is told stands beside the share of what
was put in, the share of things that lie in a span beside the estimate of precision. The first 15 % are no part of it.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

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
    parser.add_argument("--data", type=Path, help="folder with anomaly/nab.csv.gz and skab.csv.gz")
    parser.add_argument(
        "--files", type=int, default=43, help="of each benchmark, the first so many"
    )
    given = parser.parse_args()
    cpu = _cost()
    print(f"two years of 50 daily series: {cpu:.2f} s of CPU, at most {MOST_CPU_S:g}")
    if given.data is not None:
        folder = given.data / "anomaly"
        _print_estimates("NAB", "files", _nab(folder, given.files))
        _print_estimates("SKAB", "runs", islice(_skab(folder), given.files))
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


@dataclass(frozen=True)
class _Labelled:
    """A history with what is true of it: panel of `unique_id`, `ds`, `y`; spans: first and last moment of each anomaly.

    size: rows of a series in a delivery; history: those that the model looks back on.
    """

    name: str
    panel: pd.DataFrame
    freq: ModelFrequency
    minutes: int
    size: int
    history: int
    spans: list[tuple[pd.Timestamp, pd.Timestamp]]


@dataclass(frozen=True)
class _Judged:
    """found: spans that are told; inside: things in a span; put, told: anomalies put in, and told."""

    found: int
    spans: int
    inside: int
    things: int
    put: int
    told: int
    precision: float | None


def _print_estimates(name: str, what: str, histories: Iterable[_Labelled]) -> None:
    rows = [row for row in map(_judged, histories) if row is not None]
    found, spans, inside, things, put, told = (
        sum(getattr(row, each) for row in rows)
        for each in ("found", "spans", "inside", "things", "put", "told")
    )
    known = [(row.precision, row.things) for row in rows if row.precision is not None]
    estimated = sum(share * count for share, count in known) / sum(count for _, count in known)
    print(f"{len(rows)} {what} of {name}, {spans} labelled spans, {things} things told")
    print(f"recall: {found / spans:.2f} by labels, {told / put:.2f} by what was put in")
    print(f"precision: {inside / things:.2f} by labels, {estimated:.2f} estimated")


def _nab(folder: Path, files: int) -> Iterator[_Labelled]:
    """Those of steps that datasets have, by days."""
    labels = json.loads((folder / "nab_labels.json").read_text())
    everything = pd.read_csv(folder / "nab.csv.gz", parse_dates=["timestamp"])
    for name, part in list(everything.groupby("series", sort=False))[:files]:
        ds = part["timestamp"]
        minutes = round(float(np.median(np.diff(ds.to_numpy()) / np.timedelta64(1, "m"))))
        if minutes not in _STEPS:
            continue
        freq, day = _STEPS[minutes]
        panel = pd.DataFrame(
            {"unique_id": "all", "ds": ds.astype("datetime64[ns]"), "y": part["value"]}
        )
        panel = panel.groupby(["unique_id", "ds"], as_index=False).mean()
        spans = [
            (pd.Timestamp(first), pd.Timestamp(last))
            for first, last in labels[str(name)]["windows"]
        ]
        yield _Labelled(str(name), panel, freq, minutes, day, 7 * day, spans)


def _skab(folder: Path) -> Iterator[_Labelled]:
    """Runs of a pump's test stand (https://github.com/waico/SKAB), its sensors as series of one model.

    A row is a second. No dataset has that step, and no season is in it, so each is given a day of its own: a dataset's
    step with the least to learn; the rows and their order stay.
    """
    everything = pd.read_csv(folder / "skab.csv.gz")
    sensors = everything.columns.difference(["series", "datetime", "anomaly", "changepoint"])
    for name, part in everything.groupby("series", sort=True):
        ds = pd.date_range(START, periods=len(part), freq="D").as_unit("ns")
        panel = pd.concat(
            [
                pd.DataFrame({"unique_id": sensor, "ds": ds, "y": part[sensor].to_numpy(float)})
                for sensor in sensors
            ],
            ignore_index=True,
        )
        is_anomaly = part["anomaly"].to_numpy() > 0
        edges = np.flatnonzero(np.diff(np.concatenate(([False], is_anomaly, [False]))))
        spans = [(ds[a], ds[b - 1]) for a, b in edges.reshape(-1, 2).tolist()]
        yield _Labelled(str(name), panel, "D", 1440, 60, len(part), spans)


def _judged(given: _Labelled) -> _Judged | None:
    """None where it can't be backtested, and why on stderr."""
    start, end = (
        each.to_pydatetime() for each in (given.panel["ds"].min(), given.panel["ds"].max())
    )
    step = timedelta(minutes=given.minutes)
    subject = _subject(given.panel, given.freq, given.history)
    try:
        content = backtest(subject, Plan((start, end + step), start, given.size)).content
    except IopError as error:
        print(f"{given.name}: {error}", file=sys.stderr)
        return None
    (shown,) = [each for each in content["lists"] if each["budget"] == content["budget"]]
    judged = start + (end - start) * _PROBATION
    spans = [span for span in given.spans if span[1] >= judged]
    told = [(pd.Timestamp(each["since"]), pd.Timestamp(each["until"])) for each in shown["things"]]
    told = [each for each in told if each[1] >= judged]
    put = shown["injected"] or {"count": 0, "told": 0}
    return _Judged(
        found=sum(any(a <= last and first <= b for a, b in told) for first, last in spans),
        spans=len(spans),
        inside=sum(any(a <= last and first <= b for first, last in spans) for a, b in told),
        things=len(told),
        put=put["count"],
        told=put["told"],
        precision=shown["precision"],
    )


if __name__ == "__main__":
    raise SystemExit(main())
