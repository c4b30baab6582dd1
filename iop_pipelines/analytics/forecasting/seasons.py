"""Which seasons a step can have, whether a series has one, and its indices."""

from collections.abc import Sequence

import numpy as np

from iop_pipelines.analytics.forecasting.batch import Batch, total, windows
from iop_pipelines.domain.frequencies import SEASONS, ModelFrequency

# One-sided 95 %, as in the M4 competition's own Naive2.
_CRITICAL = 1.645
# A season as short as this is taken wherever two of it are known; a longer one has to show itself.
_SHORT = 24


def season_lengths(freq: ModelFrequency) -> tuple[int, ...]:
    """The candidates of a step, in periods, shortest first; none for years."""
    return tuple(SEASONS[freq].values())


def shows_season(batch: Batch, m: int) -> np.ndarray:
    """(s,) bool: whether a column is forecast with a season of m periods."""
    return batch.count >= 2 * m if m <= _SHORT else has_season(batch, m)


def seasons_shown(batch: Batch, lengths: Sequence[int]) -> np.ndarray:
    """(lengths, s) bool: which of the candidates each column is forecast with."""
    shown = [shows_season(batch, m) for m in lengths]
    return np.array(shown, dtype=bool).reshape(-1, batch.y.shape[1])


def has_season(batch: Batch, m: int) -> np.ndarray:
    """(s,) bool: whether the autocorrelation at a season is beyond chance; false for less than three seasons.

    Source: the test of the M4 competition (Makridakis, Spiliotis & Assimakopoulos 2020), by Bartlett's formula, but of
    what a season's moving average leaves, and one-sided. Of a series as it is all lags of growth are large, so that a
    plain season beside it goes unseen or, in a longer one, mere growth and every second random walk have one.
    """
    n, s = batch.y.shape
    if m < 2 or n < 3 * m:
        return np.zeros(s, dtype=bool)
    rest = batch.y - _moving_average(batch, m)
    is_inside = ~np.isnan(rest)
    count = is_inside.sum(axis=0)
    rest = np.where(is_inside, rest, 0.0)
    centred = np.where(is_inside, rest - total(rest) / np.maximum(count, 1), 0.0)
    # By its spectrum: a season of a day of minutes has 1,440 lags.
    size = 1 << int(n + m).bit_length()
    power = np.abs(np.fft.rfft(centred, size, axis=0)) ** 2
    products = np.fft.irfft(power, size, axis=0)[: m + 1]
    lags = products[1:] / np.maximum(products[0], 1e-300)
    noise = 1 + 2 * (lags[:-1] ** 2).sum(axis=0)
    is_varied = products[0] > 1e-12 * np.maximum(total(batch.y * batch.y), 1e-300)
    is_beyond = lags[-1] > _CRITICAL * np.sqrt(noise / np.maximum(count, 1))
    return is_beyond & is_varied & (batch.count >= 3 * m)


def by_phase(values: np.ndarray, m: int) -> np.ndarray:
    """(cycles, m, s): the last row is the last cycle; NaN where the first is not whole."""
    n, s = values.shape
    cycles = -(-n // m)
    whole = np.full((cycles * m, s), np.nan)
    whole[cycles * m - n :] = values
    return whole.reshape(cycles, m, s)


def repeated(season: np.ndarray, n: int) -> np.ndarray:
    """(n, s) of a (m, s) season, so that its last phase stands last."""
    return season[(np.arange(n) - n) % len(season)]


def carried_on(season: np.ndarray, h: int) -> np.ndarray:
    """(h, s) of a (m, s) season whose last phase is the last observation's."""
    return season[np.arange(h) % len(season)]


def phase_means(values: np.ndarray, m: int) -> np.ndarray:
    """(m, s) mean of each phase; NaN is unknown, and a phase without any value is NaN."""
    folded = by_phase(values, m)
    known = ~np.isnan(folded)
    count = known.sum(axis=0)
    summed = total(np.where(known, folded, 0.0))
    return np.where(count > 0, summed / np.maximum(count, 1), np.nan)


def classical_indices(batch: Batch, m: int, is_ratio: np.ndarray) -> np.ndarray:
    """(m, s) seasonal factors (where is_ratio, mean 1) or deviations (mean 0), by classical decomposition.

    is_ratio: (s,) bool, for columns above 0 only. A phase that no whole season is around has no effect.
    """
    trend = _moving_average(batch, m)
    is_inside = ~np.isnan(trend) & (trend > 0)
    ratio = np.where(is_inside, batch.y / np.where(is_inside, trend, 1.0), np.nan)
    raw = phase_means(np.where(is_ratio, ratio, batch.y - trend), m)
    raw = np.where(np.isnan(raw), np.where(is_ratio, 1.0, 0.0), raw)
    mean = total(raw) / m
    factors = np.maximum(raw / np.where(is_ratio, mean, 1.0), 0.01)
    return np.where(is_ratio, factors, raw - mean)


def _moving_average(batch: Batch, m: int) -> np.ndarray:
    """(n, s) centred over a season (2 × m where m is even); NaN where the window is not whole."""
    n, s = batch.y.shape
    half = m // 2
    mean = np.full((n, s), np.nan)
    if n < 2 * half + 1:
        return mean
    middle = np.arange(half, n - half)
    if m % 2:
        inner = windows(batch.y, middle - half, middle + half + 1) / m
    else:
        early = windows(batch.y, middle - half, middle + half)
        inner = (early + windows(batch.y, middle - half + 1, middle + half + 1)) / (2 * m)
    mean[half : n - half] = inner
    return np.where(np.arange(n)[:, None] >= batch.start + half, mean, np.nan)
