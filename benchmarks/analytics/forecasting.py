"""The tables of forecasting: nine sets of other people's series, by the M4 competition's measure.

Of a sample only: Prophet's own defaults, the build before, and the library statsforecast, whose interpreter is named by
`IOP_BENCH_STATSFORECAST`. Timestamps of the series are nominal, so nobody knows their holidays.
"""

import json
import logging
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.analytics import m4
from benchmarks.analytics.builds import ONE_THREAD, Build, this_build
from benchmarks.analytics.data import existing
from benchmarks.analytics.table import Row, print_table
from iop_pipelines.analytics.forecasting.batch import batch_of
from iop_pipelines.analytics.forecasting.combination import forecast_members
from iop_pipelines.analytics.forecasting.seasons import season_lengths
from iop_pipelines.domain.frequencies import STEPS, ModelFrequency

STATSFORECAST = "IOP_BENCH_STATSFORECAST"
# Series of each set that the slow peers are run on, evenly chosen.
SAMPLE = 6
LEVEL = 80.0
_HERE = Path(__file__).parent
_STEP_OF: Mapping[str, ModelFrequency] = {"h": "h", "D": "D", "W": "W"} | {
    alias: step
    for step, aliases in (("MS", "ME MS M"), ("QS", "QE QS Q"), ("YS", "YE YS Y"))
    for alias in aliases.split()
}  # type: ignore[assignment]


@dataclass(frozen=True)
class Set:
    """Series of one source.

    Attributes:
        m: the season that M4's measures use; h: periods ahead.
        past: (n_i,) each; future: (h, s).
    """

    name: str
    freq: ModelFrequency
    m: int
    h: int
    past: Sequence[np.ndarray]
    future: np.ndarray

    def take(self, count: int) -> "Set":
        places = [len(self.past) * place // count for place in range(count)]
        past = [self.past[place] for place in places]
        return Set(self.name, self.freq, self.m, self.h, past, self.future[:, places])

    def moments(self) -> np.ndarray:
        """(n,) of the longest series, all of which end together."""
        step = STEPS[self.freq]
        moment, found = step.floor(pd.Timestamp(2024, 12, 30).to_pydatetime()), []
        for _ in range(max(len(y) for y in self.past)):
            found.append(moment)
            moment = step.shift(moment, -1)
        return np.array(found[::-1], dtype="datetime64[ns]")

    def matrix(self) -> np.ndarray:
        longest = max(len(y) for y in self.past)
        return np.array([np.r_[np.full(longest - len(y), np.nan), y] for y in self.past]).T


@dataclass(frozen=True)
class Answer:
    """Of one method, a set each: (h, s) with NaN for what is not served; lo and hi None without an interval."""

    name: str
    yhat: Sequence[np.ndarray]
    lo: Sequence[np.ndarray] | None = None
    hi: Sequence[np.ndarray] | None = None
    cpu_s: Sequence[float] = ()


def read_sets(folder: Path) -> list[Set]:
    rows = pd.read_csv(existing(folder, "forecast", "forecast_sample.csv.gz"))
    sets = []
    for name, part in rows.groupby("dataset", sort=True):
        first = part.iloc[0]
        split = {
            kind: [each["y"].to_numpy(float) for _, each in rows_.groupby("unique_id", sort=True)]
            for kind, rows_ in part.groupby("split")
        }
        sets.append(
            Set(
                str(name),
                _STEP_OF[first["freq"].split("-")[0]],
                int(first["season_length"]),
                int(first["horizon"]),
                split["train"],
                np.array(split["test"]).T,
            )
        )
    return sets


def report(folder: Path, before: Build | None) -> None:
    sets = read_sets(folder)
    ours = [
        _runtime(this_build(), sets, "forecast_ensemble", {"mode": mode}, times=2)
        for mode in ("fast", "best")
    ]
    named = [
        _named(each, f"ours, {mode}") for each, mode in zip(ours, ("fast", "best"), strict=True)
    ]
    count = sum(len(each.past) for each in sets)
    print_table(
        f"OWA, {count} series", [_owa(each, sets) for each in [*named, _seasonal_naive(sets)]]
    )
    print_table(f"{LEVEL:g} % intervals: % covered", [_coverage(each, sets) for each in named])
    print_table("CPU, ms a monthly series, one thread", [_cost(named, sets)])
    sample = [each.take(SAMPLE) for each in sets]
    places = [_places(each) for each in sets]
    rows = [_sampled(each, places) for each in named] + [_seasonal_naive(sample), _prophet(sample)]
    rows += _statsforecast(sample)
    if before:
        rows.append(_runtime(before, sample, "prophet", {}, times=1))
    print_table(f"OWA, {SAMPLE} series of each set", [_owa(each, sample) for each in rows])
    print_table(
        f"{LEVEL:g} % intervals on them: % covered",
        [_coverage(each, sample) for each in rows if each.lo is not None],
    )


def _places(each: Set) -> list[int]:
    return [len(each.past) * place // SAMPLE for place in range(SAMPLE)]


def _named(answer: Answer, name: str) -> Answer:
    return Answer(name, answer.yhat, answer.lo, answer.hi, answer.cpu_s)


def _sampled(answer: Answer, places: Sequence[Sequence[int]]) -> Answer:
    """As forecast beside all the others."""
    parts = (answer.yhat, answer.lo or (), answer.hi or ())
    yhat, lo, hi = ([m[:, p] for m, p in zip(part, places, strict=True)] for part in parts)
    return Answer(answer.name, yhat, lo, hi)


def _owa(answer: Answer, sets: Sequence[Set]) -> Row:
    found = {
        each.name: m4.owa(each.past, each.future, yhat, each.m)
        for each, yhat in zip(sets, answer.yhat, strict=True)
    }
    served = [np.isfinite(yhat).all(axis=0) for yhat in answer.yhat]
    mean = float(np.nanmean(list(found.values())))
    return Row(
        answer.name, found | {"mean": mean, "served %": 100 * float(np.concatenate(served).mean())}
    )


def _coverage(answer: Answer, sets: Sequence[Set]) -> Row:
    found = {}
    for each, lo, hi in zip(sets, answer.lo or (), answer.hi or (), strict=True):
        known = np.isfinite(lo)
        inside = (each.future >= lo) & (each.future <= hi)
        found[each.name] = 100 * float(inside[known].mean()) if known.any() else float("nan")
    figures = list(found.values())
    return Row(
        answer.name,
        found | {"mean": float(np.nanmean(figures)), "worst": float(np.nanmin(figures))},
    )


def _cost(ours: Sequence[Answer], sets: Sequence[Set]) -> Row:
    """Warm, but for the import and the first point forecast of a process, which is what is cold."""
    monthly = [place for place, each in enumerate(sets) if each.freq == "MS"]
    count = sum(len(sets[place].past) for place in monthly)
    cold, warm = (_point_forecast([sets[place] for place in monthly]) for _ in range(2))
    figures = {"point": 1e3 * warm / count, "point, first": 1e3 * cold / count}
    for answer in ours:
        spent = sum(answer.cpu_s[place] for place in monthly)
        figures[f"intervals, {answer.name.split()[-1]}"] = 1e3 * spent / count
    return Row("ours", figures)


def _point_forecast(sets: Sequence[Set]) -> float:
    start = time.process_time()
    for each in sets:
        lengths = season_lengths(each.freq)
        np.median(forecast_members(batch_of(each.past), lengths, each.h), axis=0)
    return time.process_time() - start


def _seasonal_naive(sets: Sequence[Set]) -> Answer:
    def last(y: np.ndarray, m: int, h: int) -> np.ndarray:
        season = y[-m:] if len(y) >= m else y[-1:]
        return season[np.arange(h) % len(season)]

    return Answer(
        "SeasonalNaive",
        [np.array([last(y, max(each.m, 1), each.h) for y in each.past]).T for each in sets],
    )


def _prophet(sets: Sequence[Set]) -> Answer:
    """With nothing said but the width of its interval."""
    from prophet import Prophet

    # It sets its own level when it is first used.
    logging.getLogger("cmdstanpy").disabled = True
    logging.getLogger("prophet").disabled = True

    found: dict[str, list[np.ndarray]] = {"yhat": [], "yhat_lower": [], "yhat_upper": []}
    for each in sets:
        moments = pd.DatetimeIndex(each.moments())
        step, ahead = STEPS[each.freq], []
        for number in range(1, each.h + 1):
            ahead.append(step.shift(moments[-1].to_pydatetime(), number))
        columns: dict[str, list[np.ndarray]] = {name: [] for name in found}
        for y in each.past:
            np.random.seed(1)
            model = Prophet(interval_width=LEVEL / 100)
            model.fit(pd.DataFrame({"ds": moments[-len(y) :], "y": y}), seed=1)
            said = model.predict(pd.DataFrame({"ds": ahead}))
            for name, column in columns.items():
                column.append(said[name].to_numpy())
        for name, column in columns.items():
            found[name].append(np.array(column).T)
    return Answer("Prophet's defaults", found["yhat"], found["yhat_lower"], found["yhat_upper"])


def _runtime(
    build: Build, sets: Sequence[Set], runtime: str, params: Mapping[str, Any], *, times: int
) -> Answer:
    """The runtime of a build, a set at a time, in a process of its own."""
    meta = {"runtime": runtime, "params": dict(params), "times": times}
    environment = {"PYTHONPATH": str(build.root)}
    read, told = _worker(build.python, "forecast_worker.py", sets, meta, environment)
    for each, said in zip(sets, told["panels"], strict=True):
        if said["failed"]:
            print(f"{build.name}: {each.name}: {said['failed']}")
    parts = {
        name: [read[f"{name}_{place}"] for place in range(len(sets))]
        for name in ("yhat", "lo", "hi")
    }
    seconds = [said["cpu_s"][-1] if said["cpu_s"] else float("nan") for said in told["panels"]]
    name = f"{build.name}, {runtime}"
    return Answer(name, parts["yhat"], parts["lo"], parts["hi"], seconds)


def _statsforecast(sets: Sequence[Set]) -> list[Answer]:
    python = os.environ.get(STATSFORECAST)
    if not python:
        print(f"\nWithout statsforecast: {STATSFORECAST} names no interpreter that has it.")
        return []
    read, _ = _worker(Path(python), "statsforecast_worker.py", sets, {}, {})
    found = []
    for key, name in (("AutoETS", "AutoETS"), ("median", "its median of 4")):
        parts = [
            [read[f"{key}_{part}_{n}"] for n in range(len(sets))] for part in ("yhat", "lo", "hi")
        ]
        has_interval = key == "AutoETS"
        found.append(Answer(name, parts[0], *(parts[1:] if has_interval else ())))
    return found


def _worker(
    python: Path,
    worker: str,
    sets: Sequence[Set],
    meta: Mapping[str, Any],
    environment: Mapping[str, str],
) -> tuple[Any, Any]:
    with tempfile.TemporaryDirectory() as folder:
        request, answer = Path(folder, "request.npz"), Path(folder, "answer.npz")
        panels = [{"freq": each.freq, "h": each.h, "m": each.m} for each in sets]
        arrays: dict[str, Any] = {}
        for number, each in enumerate(sets):
            arrays |= {f"ds_{number}": each.moments(), f"y_{number}": each.matrix()}
        np.savez(request, meta=json.dumps({**meta, "panels": panels}), **arrays)
        subprocess.run(
            [python, _HERE / worker, request, answer],
            check=True,
            env=os.environ | dict.fromkeys(ONE_THREAD, "1") | dict(environment),
        )
        with np.load(answer) as read:
            kept = {name: read[name] for name in read.files}
    return kept, json.loads(str(kept["meta"]))
