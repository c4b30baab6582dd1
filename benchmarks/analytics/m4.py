"""The M4 competition's measures: sMAPE, MASE, and both beside Naive2 (OWA).

Source: Makridakis, Spiliotis & Assimakopoulos, The M4 Competition (2020). Written apart from the product, whose
seasonal test and decomposition are its own.
"""

from collections.abc import Sequence

import numpy as np

CRITICAL = 1.645


def naive2(y: np.ndarray, m: int, h: int) -> np.ndarray:
    """(h,) the last value of the seasonally adjusted series, its season put back where the 90 % test sees one.

    A series with a value that is not above 0 has no factors and is taken as it is.
    """
    factors = np.ones(max(m, 1))
    if m > 1 and y.min() > 0 and is_seasonal(y, m):
        factors = seasonal_factors(y, m)
    n = len(y)
    last = y[-1] / factors[(n - 1) % len(factors)]
    return last * factors[(n + np.arange(h)) % len(factors)]


def is_seasonal(y: np.ndarray, m: int) -> bool:
    if len(y) < 3 * m:
        return False
    centred = y - y.mean()
    power = np.sum(centred**2)
    if power == 0:
        return False
    lags = [np.sum(centred[lag:] * centred[:-lag]) / power for lag in range(1, m + 1)]
    limit = CRITICAL * np.sqrt((1 + 2 * np.sum(np.square(lags[:-1]))) / len(y))
    return bool(abs(lags[-1]) > limit)


def seasonal_factors(y: np.ndarray, m: int) -> np.ndarray:
    """(m,) by classical multiplicative decomposition; the first is that of y[0]."""
    weights = np.r_[0.5, np.ones(m - 1), 0.5] / m if m % 2 == 0 else np.ones(m) / m
    trend = np.convolve(y, weights, mode="valid")
    first = (len(y) - len(trend)) // 2
    ratio = y[first : first + len(trend)] / trend
    phases = (first + np.arange(len(trend))) % m
    factors = np.array([ratio[phases == phase].mean() for phase in range(m)])
    return factors / factors.mean()


def smape(actual: np.ndarray, ahead: np.ndarray) -> float:
    size = np.abs(actual) + np.abs(ahead)
    return float(
        np.mean(np.where(size > 0, 200 * np.abs(actual - ahead) / np.where(size > 0, size, 1), 0))
    )


def mase(past: np.ndarray, actual: np.ndarray, ahead: np.ndarray, m: int) -> float:
    """NaN where the past repeats itself without any difference."""
    lag = max(m, 1)
    scale = np.mean(np.abs(past[lag:] - past[:-lag])) if len(past) > lag else 0.0
    return float(np.mean(np.abs(actual - ahead)) / scale) if scale > 0 else float("nan")


def owa(past: Sequence[np.ndarray], actual: np.ndarray, ahead: np.ndarray, m: int) -> float:
    """Of a set of series; actual, ahead: (h, s). Columns of NaN are left out, in Naive2 too."""
    served = [place for place in range(len(past)) if np.isfinite(ahead[:, place]).all()]
    if not served:
        return float("nan")
    ours, theirs = [], []
    for place in served:
        y, truth = past[place], actual[:, place]
        reference = naive2(y, m, len(truth))
        for into, given in ((ours, ahead[:, place]), (theirs, reference)):
            into.append((smape(truth, given), mase(y, truth, given, m)))
    mine, other = (np.nanmean(np.array(each), axis=0) for each in (ours, theirs))
    return float(np.mean(mine / other))
