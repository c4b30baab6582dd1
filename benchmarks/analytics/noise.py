"""Series in which nothing happens: whatever is found in them is false."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.random import Generator
from scipy.signal import lfilter

from benchmarks.analytics.builds import Panel

SERIES = 200
DAYS = 260


def _autoregressive(random: Generator, shape: tuple[int, int]) -> np.ndarray:
    # What comes before the first 100 rows is forgotten.
    noise = random.normal(size=(shape[0] + 100, shape[1]))
    return np.asarray(lfilter([1.0], [1.0, -0.9], noise, axis=0))[100:]


KINDS: Mapping[str, Callable[[Generator, tuple[int, int]], np.ndarray]] = {
    "normal": lambda random, shape: random.normal(100, 10, shape),
    "t3": lambda random, shape: random.standard_t(3, shape),
    "lognormal": lambda random, shape: random.lognormal(3, 0.5, shape),
    "Poisson .05": lambda random, shape: random.poisson(0.05, shape).astype(float),
    "Poisson .15": lambda random, shape: random.poisson(0.15, shape).astype(float),
    "Poisson 5": lambda random, shape: random.poisson(5, shape).astype(float),
    "AR .9": _autoregressive,
    "random walk": lambda random, shape: random.normal(size=shape).cumsum(axis=0),
}


def make_noise(series: int = SERIES, days: int = DAYS, seed: int = 1) -> dict[str, Panel]:
    """A panel of daily series for each kind; the same seed gives the same."""
    ds = np.datetime64("2024-01-01", "ns") + np.arange(days) * np.timedelta64(1, "D")
    return {
        name: Panel(ds, make(np.random.default_rng([seed, place]), (days, series)))
        for place, (name, make) in enumerate(KINDS.items())
    }
