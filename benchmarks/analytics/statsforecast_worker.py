"""Runs models of the library statsforecast on series from a file, by an interpreter that has it.

    python statsforecast_worker.py REQUEST.npz ANSWER.npz

It imports nothing of the product. The request is that of `forecast_worker`, each panel with its season `m`; the answer
too, of AutoETS as `AutoETS_…` and of the median of SeasonalNaive, DOT, MFLES and MSTL as `median_…`.
"""

import json
import sys
import time
import warnings

import numpy as np

# The interpreter that runs this has it; the product does not.
from statsforecast.models import (  # pyright: ignore[reportMissingImports]
    MFLES,
    MSTL,
    AutoETS,
    DynamicOptimizedTheta,
    SeasonalNaive,
)

LEVEL = 80


def main() -> None:
    warnings.simplefilter("ignore")
    request = np.load(sys.argv[1])
    meta = json.loads(str(request["meta"]))
    answer, told = {}, []
    for number, panel in enumerate(meta["panels"]):
        y, m, h = request[f"y_{number}"], panel["m"], panel["h"]
        shape = (h, y.shape[1])
        found = {
            f"{name}_{part}": np.full(shape, np.nan)
            for name in ("AutoETS", "median")
            for part in ("yhat", "lo", "hi")
        }
        seconds = {"AutoETS": 0.0, "median": 0.0}
        for place in range(y.shape[1]):
            column = y[:, place]
            past = column[~np.isnan(column)]
            start = time.process_time()
            ahead = AutoETS(season_length=m).forecast(y=past, h=h, level=[LEVEL])
            seconds["AutoETS"] += time.process_time() - start
            found["AutoETS_yhat"][:, place] = ahead["mean"]
            found["AutoETS_lo"][:, place] = ahead[f"lo-{LEVEL}"]
            found["AutoETS_hi"][:, place] = ahead[f"hi-{LEVEL}"]
            start = time.process_time()
            found["median_yhat"][:, place] = _median(past, m, h)
            seconds["median"] += time.process_time() - start
        told.append({"cpu_s": seconds})
        answer |= {f"{name}_{number}": matrix for name, matrix in found.items()}
    np.savez(sys.argv[2], meta=json.dumps({"panels": told}), **answer)


def _median(past: np.ndarray, m: int, h: int) -> np.ndarray:
    """A season is one that the history holds twice; hours have a day and a week, and no theta."""
    seasons = [each for each in ((24, 168) if m == 24 else (m,)) if 1 < each <= len(past) // 2]
    models = [SeasonalNaive(season_length=m), MFLES(season_length=seasons or 1)]
    if m != 24:
        models.append(DynamicOptimizedTheta(season_length=m))
    if seasons:
        models.append(MSTL(season_length=seasons))
    return np.median([model.forecast(y=past, h=h)["mean"] for model in models], axis=0)


if __name__ == "__main__":
    main()
