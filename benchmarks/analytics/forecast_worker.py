"""Runs a forecasting runtime of whatever build its interpreter has on series from a file; a process of its own.

    python forecast_worker.py REQUEST.npz ANSWER.npz

It uses only what every build has. The request holds `meta`, JSON with the runtime, its params, and of each panel
its freq; and of each panel `ds_N` (n,) and `y_N` (n, s), NaN above a series' beginning. The answer holds of each panel
`yhat_N`, `lo_N` and `hi_N` (h, s), NaN for what is not served, and in `meta` seconds of CPU of a first and a second
run, and why a panel failed.
"""

import importlib
import json
import sys
import time

import numpy as np
import pandas as pd

from iop_pipelines.errors import IopError
from iop_pipelines.runtimes.base import RuntimeInput


def main() -> None:
    request = np.load(sys.argv[1])
    meta = json.loads(str(request["meta"]))
    start = time.process_time()
    runtime = importlib.import_module(f"iop_pipelines.runtimes.{meta['runtime']}").RUNTIME
    import_s = time.process_time() - start
    answer, told = {}, []
    for number, panel in enumerate(meta["panels"]):
        ds, y = request[f"ds_{number}"], request[f"y_{number}"]
        params = {**meta["params"], "h": panel["h"]}
        given = _given(ds, y, panel["freq"], params)
        shape = (panel["h"], y.shape[1])
        found = {name: np.full(shape, np.nan) for name in ("yhat", "lo", "hi")}
        seconds, failed = [], None
        for _ in range(meta["times"]):
            start = time.process_time()
            try:
                frame = runtime.run(given).frame
            except (IopError, KeyError) as error:
                # A build that does not know a step has no sentence for it.
                failed = f"{type(error).__name__}: {error}"
                break
            seconds.append(time.process_time() - start)
            for name, part in frame.groupby("unique_id", sort=True):
                for column, matrix in found.items():
                    matrix[:, int(str(name)[1:])] = part[column].to_numpy()
        told.append({"cpu_s": seconds, "failed": failed})
        answer |= {f"{name}_{number}": matrix for name, matrix in found.items()}
    meta = json.dumps({"panels": told, "import_s": import_s})
    np.savez(sys.argv[2], meta=meta, **answer)


def _given(ds: np.ndarray, y: np.ndarray, freq: str, params: dict) -> RuntimeInput:
    n, s = y.shape
    panel = pd.DataFrame(
        {
            "unique_id": np.repeat([f"s{place:05d}" for place in range(s)], n).astype(object),
            "ds": np.tile(ds, s),
            "y": y.T.ravel(),
        }
    )
    panel = panel[panel["y"].notna()].reset_index(drop=True)
    last = pd.Timestamp(ds[-1]).to_pydatetime()
    end = last + pd.Timedelta(seconds=1)
    return RuntimeInput(panel, ("y",), {}, freq, last, end, params)


if __name__ == "__main__":
    main()
