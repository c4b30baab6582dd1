"""Runs a detecting runtime of whatever build its interpreter has on series from a file; a process of its own.

    python runtime_worker.py REQUEST.npz ANSWER.npz

It uses only what every build has: a runtime's `run` on a `RuntimeInput`, and with a country its calendar. The request
holds `meta`, JSON with the runtime, its params, the freq and the country, and of each panel `ds_N` (n,), `y_N` (n, s).
The answer holds of each panel `score_N`, `is_finding_N` and `is_critical_N` (n, s), and in `meta` the findings and
seconds of CPU of each.
"""

import importlib
import json
import sys
import time
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.errors import IopError
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput


def main() -> None:
    request = np.load(sys.argv[1])
    meta = json.loads(str(request["meta"]))
    runtime = importlib.import_module(f"iop_pipelines.runtimes.{meta['runtime']}").RUNTIME
    answer, told = {}, []
    for number in range(meta["panels"]):
        ds, y = request[f"ds_{number}"], request[f"y_{number}"]
        given = _given(ds, y, meta)
        start = time.process_time()
        try:
            output = _run(runtime, given)
        except (IopError, KeyError) as error:
            told.append({"findings": 0, "cpu_s": time.process_time() - start, "failed": str(error)})
            for name in ("score", "is_finding", "is_critical"):
                answer[f"{name}_{number}"] = np.zeros(y.shape, dtype=float)
            continue
        told.append({"findings": len(output.findings), "cpu_s": time.process_time() - start})
        for name, matrix in _matrices(output, ds, y.shape[1]).items():
            answer[f"{name}_{number}"] = matrix
    np.savez(sys.argv[2], meta=json.dumps(told), **answer)


def _given(ds: np.ndarray, y: np.ndarray, meta: dict) -> RuntimeInput:
    n, s = y.shape
    panel = pd.DataFrame(
        {
            "unique_id": np.repeat([_name(place) for place in range(s)], n).astype(object),
            "ds": np.tile(ds, s),
            "y": y.T.ravel(),
        }
    )
    given = RuntimeInput(
        panel=panel,
        measures=("y",),
        units={},
        freq=meta["freq"],
        window_start=pd.Timestamp(ds[0]).to_pydatetime(),
        window_end=pd.Timestamp(ds[-1]).to_pydatetime() + pd.Timedelta(seconds=1),
        params=meta["params"],
    )
    return replace(given, calendar=_calendar(meta["country"])) if meta["country"] else given


def _calendar(country: str) -> Any:
    days = importlib.import_module("iop_pipelines.calendars.days")
    declared = importlib.import_module("iop_pipelines.domain.calendars").CalendarDeclaration
    calendar = days.calendar_of(declared.model_validate({"countries": [{"country": country}]}))
    # Its days are read once in a process, whatever is scored after.
    calendar.between(date(2000, 1, 1), date(2030, 1, 1))
    return calendar


def _run(runtime: Any, given: RuntimeInput) -> RuntimeOutput:
    if getattr(given, "calendar", None) is None:
        return runtime.run(given)
    return importlib.import_module("iop_pipelines.runtimes.calendar").run_by_calendar(
        runtime, given
    )


def _name(place: int) -> str:
    return f"s{place:05d}"


def _matrices(output: RuntimeOutput, ds: np.ndarray, series: int) -> dict[str, np.ndarray]:
    shape = (len(ds), series)
    score, is_finding, is_critical = np.full(shape, np.nan), np.zeros(shape), np.zeros(shape)
    frame = output.frame
    row = np.searchsorted(ds, frame["ds"].to_numpy(dtype="datetime64[ns]"))
    place = frame["unique_id"].str[1:].astype(int).to_numpy()
    score[row, place] = frame["score"].to_numpy()
    is_finding[row, place] = frame["is_finding"].to_numpy()
    for found in output.findings:
        if found.severity is Severity.CRITICAL:
            last = np.datetime64(found.evidence["until"], "ns")
            rows = slice(
                int(np.searchsorted(ds, np.datetime64(found.ds, "ns"))),
                int(np.searchsorted(ds, last, "right")),
            )
            is_critical[rows, int(found.unique_id[1:])] = 1
    return {"score": score, "is_finding": is_finding, "is_critical": is_critical}


if __name__ == "__main__":
    main()
