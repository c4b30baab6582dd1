"""Prophet forecasts with sampled paths, quiet and leaving no file behind.

Importing this module takes prophet's and cmdstanpy's progress lines out of the log; their warnings stay.
Prophet samples from numpy's global generator, so drawing is done under a lock and the generator is given
back as it was found.
"""

import logging
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Before the import, at which both libraries speak; prophet's own level after it, at which prophet sets it.
logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)
logging.getLogger("cmdstanpy").addHandler(logging.NullHandler())
logging.getLogger("cmdstanpy").setLevel(logging.WARNING)

from prophet import Prophet  # noqa: E402  (see above)

logging.getLogger("prophet").setLevel(logging.WARNING)

_drawing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Forecast:
    """Attributes:
    ds: (h,) the periods ahead.
    yhat, lo, hi: (h,) median and central interval of the samples, in the unit of y.
    samples: (h, number of paths) float64.
    """

    ds: pd.DatetimeIndex
    yhat: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    samples: np.ndarray


def forecast(
    ds: np.ndarray,
    y: np.ndarray,
    future: pd.DatetimeIndex,
    *,
    level: float = 80.0,
    holidays_country: str | None = None,
    weekly: bool | None = None,
    yearly: bool | None = None,
    daily: bool | None = None,
    multiplicative: bool = False,
    changepoint_prior_scale: float = 0.05,
    floor: float | None = None,
    ceiling: float | None = None,
    paths: int = 400,
    seed: int = 1,
) -> Forecast:
    """Fits one series and draws `paths` futures.

    Args:
        ds, y: (n,) history, oldest first; NaN in y is unknown and left out, never filled.
        future: the periods to forecast, all after ds.
        level: coverage of the interval in per cent.
        weekly, yearly, daily: seasonalities; None lets Prophet decide from the length of history.
        floor, ceiling: every sample is moved inside, for measures that cannot go beyond.

    Source: Taylor & Letham, Forecasting at Scale (2018), by the library prophet.
    """
    model = Prophet(
        weekly_seasonality="auto" if weekly is None else weekly,
        yearly_seasonality="auto" if yearly is None else yearly,
        daily_seasonality="auto" if daily is None else daily,
        seasonality_mode="multiplicative" if multiplicative else "additive",
        changepoint_prior_scale=changepoint_prior_scale,
        interval_width=level / 100,
        uncertainty_samples=paths,
    )
    if holidays_country is not None:
        model.add_country_holidays(holidays_country)
    known = np.isfinite(y)
    history = pd.DataFrame({"ds": ds[known], "y": y[known]})
    with tempfile.TemporaryDirectory(prefix="iop-prophet-") as folder:
        # Left to itself Prophet takes Newton's method under 100 points: 4 times slower, 7 s on a
        # straight line, and no closer. It still falls back to it where L-BFGS fails.
        model.fit(history, algorithm="LBFGS", seed=seed, output_dir=folder)
    samples = np.clip(_draw(model, future, seed), floor, ceiling)
    lo, yhat, hi = np.quantile(samples, _central(level), axis=1)
    return Forecast(future, yhat, lo, hi, samples)


def crossing_probability(samples: np.ndarray, limit: float, *, above: bool) -> np.ndarray:
    """(h,) share of the paths beyond the limit in each period."""
    return np.mean(samples > limit if above else samples < limit, axis=1)


def crossing_probability_within(samples: np.ndarray, limit: float, *, above: bool) -> float:
    """Share of the paths that are beyond the limit in any period of the horizon."""
    return float(np.mean(np.any(samples > limit if above else samples < limit, axis=0)))


def _central(level: float) -> Sequence[float]:
    tail = (1 - level / 100) / 2
    return (tail, 0.5, 1 - tail)


def _draw(model: Prophet, future: pd.DatetimeIndex, seed: int) -> np.ndarray:
    with _drawing:
        before = np.random.get_state()
        np.random.seed(seed)
        try:
            return np.asarray(model.predictive_samples(pd.DataFrame({"ds": future}))["yhat"])
        finally:
            np.random.set_state(before)
