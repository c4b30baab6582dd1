"""The members that forecast, each of a kind of its own, and what each makes of a batch.

Their median needs no weights, which a short past cannot tell, and one member that runs away does not move it: a choice
of the best member by series loses to it (Petropoulos & Svetunkov 2020, A simple combination of univariate models).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from iop_pipelines.analytics.forecasting.batch import Batch, total
from iop_pipelines.analytics.forecasting.boosting import forecast_boosting
from iop_pipelines.analytics.forecasting.decomposition import split_seasons
from iop_pipelines.analytics.forecasting.seasons import (
    carried_on,
    classical_indices,
    has_season,
    repeated,
    seasons_shown,
)
from iop_pipelines.analytics.forecasting.smoothing import forecast_smoothing
from iop_pipelines.analytics.forecasting.theta import forecast_theta

# The first is what the others are measured by.
NAIVE = "seasonal_naive"
_OF_ONE_SEASON = (NAIVE, "mstl", "boosting", "theta")
# Theta takes one season off: of hours and minutes, which have two, it forecasts the other one as noise.
_OF_TWO_SEASONS = (NAIVE, "mstl", "boosting")
# Far beyond any forecast on the ratio scale; exp of more is no number.
_MAX_LOG = 700.0


def members_for(lengths: Sequence[int]) -> tuple[str, ...]:
    """The names of those that forecast a step with these seasons."""
    return _OF_ONE_SEASON if len(lengths) < 2 else _OF_TWO_SEASONS


def forecast_members(batch: Batch, lengths: Sequence[int], h: int) -> np.ndarray:
    """(members, h, s), in the order of `members_for`; a season that a column does not show is not given to it.

    lengths: candidates in periods, shortest first.
    """
    names = members_for(lengths)
    ahead = np.empty((len(names), h, batch.y.shape[1]))
    for part, seasons in _by_seasons(batch, lengths):
        columns = batch.take(part)
        for place, name in enumerate(names):
            ahead[place][:, part] = _MEMBERS[name](columns, seasons, h)
    return ahead


def _by_seasons(
    batch: Batch, lengths: Sequence[int]
) -> Iterator[tuple[np.ndarray, tuple[int, ...]]]:
    """Columns that show the same of the candidates."""
    shown = seasons_shown(batch, lengths)
    for pattern in sorted({tuple(column) for column in shown.T.tolist()}):
        part = np.flatnonzero((shown == np.array(pattern, dtype=bool)[:, None]).all(axis=0))
        yield part, tuple(m for m, is_shown in zip(lengths, pattern, strict=True) if is_shown)


def _naive(batch: Batch, seasons: Sequence[int], h: int) -> np.ndarray:
    """The last season again, of the longest there is; without any the last value."""
    return carried_on(batch.y[-seasons[-1] if seasons else -1 :], h)


def _theta(batch: Batch, seasons: Sequence[int], h: int) -> np.ndarray:
    """Of what the season leaves, taken off as factors where all values are above 0."""
    if not seasons:
        return forecast_theta(batch, h)
    m = seasons[0]
    is_ratio = _is_positive(batch)
    nothing = np.where(is_ratio, 1.0, 0.0)
    indices = np.where(has_season(batch, m), classical_indices(batch, m, is_ratio), nothing)
    past, future = repeated(indices, len(batch.y)), carried_on(indices, h)
    rest = np.where(is_ratio, batch.y / np.where(is_ratio, past, 1.0), batch.y - past)
    ahead = forecast_theta(batch.replaced(rest), h)
    return np.where(is_ratio, ahead * future, ahead + future)


def _mstl(batch: Batch, seasons: Sequence[int], h: int) -> np.ndarray:
    """Each column on the scale, plain or of logarithms, on which its steps without the seasons are likelier."""
    is_positive = _is_positive(batch)
    logs = batch.replaced(np.log(np.where(batch.is_known & is_positive, batch.y, 1.0)))
    left, cycles = split_seasons(batch, seasons)
    left_of_logs, cycles_of_logs = split_seasons(logs, seasons)
    # The density of y is that of its logarithm over y.
    cost_of_logs = _surprise(left_of_logs) + 2 * total(logs.y) / batch.count
    is_ratio = is_positive & (cost_of_logs < _surprise(left))
    rest = Batch(np.where(is_ratio, left_of_logs.y, left.y), batch.start)
    ahead = forecast_smoothing(rest, h)
    for plain, of_logs in zip(cycles, cycles_of_logs, strict=True):
        ahead = ahead + carried_on(np.where(is_ratio, of_logs, plain), h)
    return np.where(is_ratio, np.exp(np.clip(ahead, -_MAX_LOG, _MAX_LOG)), ahead)


def _is_positive(batch: Batch) -> np.ndarray:
    return np.all(~batch.is_known | (batch.y > 0), axis=0)


def _surprise(batch: Batch) -> np.ndarray:
    """(s,) twice the negative log-likelihood of normal steps, a step, but for what is the same for all."""
    steps = np.where(batch.is_known[:-1], batch.y[1:] - batch.y[:-1], 0.0)
    squares = np.concatenate([np.zeros((1, steps.shape[1])), steps * steps])
    return np.log(np.maximum(total(squares) / np.maximum(batch.count - 1, 1), 1e-300))


_MEMBERS: Mapping[str, Callable[[Batch, Sequence[int], int], np.ndarray]] = {
    NAIVE: _naive,
    "mstl": _mstl,
    "boosting": forecast_boosting,
    "theta": _theta,
}
