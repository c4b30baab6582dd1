"""Prophet forecasts with sampled paths, quiet and leaving no file behind.

Prophet's own noise is independent from day to day. Bad days come in a row, so a path's noise is here drawn from
the model's residuals in blocks: what is asked of a whole path, such as whether it crosses a limit anywhere,
depends on it.

Importing this module takes prophet's and cmdstanpy's progress lines out of the log; their warnings stay.
Prophet samples from numpy's global generator, so drawing is done under a lock and the generator is given
back as it was found.
"""

import logging
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
    samples: (h, number of paths) float64; a column is one joint future.
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

    Source: Taylor & Letham, Forecasting at Scale (2018), by the library prophet, whose trend
    paths these are; the noise on them is a circular block bootstrap of the centred residuals
    (Politis & Romano 1992), in blocks of n^(1/3) of them, gaps closed.
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
    paths_without_noise = _draw(model, future, seed)
    noise = bootstrap_blocks(_residuals(model), paths_without_noise.shape, seed)
    samples = np.clip(paths_without_noise + noise, floor, ceiling)
    lo, yhat, hi = np.quantile(samples, _central(level), axis=1)
    return Forecast(future, yhat, lo, hi, samples)


def bootstrap_blocks(residuals: np.ndarray, shape: tuple[int, int], seed: int) -> np.ndarray:
    """(h, paths) of residuals, each path put together from blocks of neighbours.

    residuals: (n,) float64, oldest first, no NaN; n >= 1. Each is equally likely everywhere, for
    the last is followed by the first.
    """
    h, paths = shape
    n = len(residuals)
    length = max(1, round(n ** (1 / 3)))
    starts = np.random.default_rng(seed).integers(0, n, size=(-(-h // length), 1, paths))
    places = (starts + np.arange(length)[None, :, None]) % n
    return (residuals - residuals.mean())[places].reshape(-1, paths)[:h]


def crossing_probability(samples: np.ndarray, limit: float, *, above: bool) -> np.ndarray:
    """(h,) share of the paths beyond the limit in each period."""
    return np.mean(samples > limit if above else samples < limit, axis=1)


def crossing_probability_within(samples: np.ndarray, limit: float, *, above: bool) -> float:
    """Share of the paths that are beyond the limit in any period of the horizon."""
    return float(np.mean(np.any(samples > limit if above else samples < limit, axis=0)))


def median_first_crossing(samples: np.ndarray, limit: float, *, above: bool) -> int:
    """The period by which half of the paths that cross at all have done so; 0 if none does."""
    beyond = samples > limit if above else samples < limit
    first = np.argmax(beyond, axis=0)[beyond.any(axis=0)]
    return int(np.quantile(first, 0.5, method="lower")) if len(first) else 0


def _central(level: float) -> Sequence[float]:
    tail = (1 - level / 100) / 2
    return (tail, 0.5, 1 - tail)


def _residuals(model: Prophet) -> np.ndarray:
    """(known points,) of the history about the fitted trend and seasons."""
    history: Any = model.history
    parts = model.predict_seasonal_components(history)
    trend = np.asarray(model.predict_trend(history))
    fitted = trend * (1 + parts["multiplicative_terms"].to_numpy())
    return history["y"].to_numpy() - fitted - parts["additive_terms"].to_numpy()


def _draw(model: Prophet, future: pd.DatetimeIndex, seed: int) -> np.ndarray:
    """(h, paths) of trend and seasons, without the independent noise that Prophet would add."""
    model.params = {**model.params, "sigma_obs": np.zeros_like(model.params["sigma_obs"])}
    with _drawing:
        before = np.random.get_state()
        np.random.seed(seed)
        try:
            return np.asarray(model.predictive_samples(pd.DataFrame({"ds": future}))["yhat"])
        finally:
            np.random.set_state(before)
