"""The median of members, guarded by what they did before, with intervals from their past errors.

What a series is forecast as depends on its own past alone; with `learns_across` also on the panel's. The width of its
interval depends on the panel's past errors, whose quantile is pooled. Nothing is drawn at random.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from iop_pipelines.analytics.forecasting.backtest import (
    Judged,
    Origins,
    alike,
    judge,
    origins_of,
    trusted,
)
from iop_pipelines.analytics.forecasting.batch import Batch, batch_of
from iop_pipelines.analytics.forecasting.combination import forecast_members
from iop_pipelines.analytics.forecasting.conformal import Spread, spread_of
from iop_pipelines.analytics.forecasting.ridge import forecast_ridge
from iop_pipelines.domain.liveness import Tick, nobody

# Periods that are read at most: the last ones, and four of the longest season.
_MAX_PERIODS = 700
_MAX_CYCLES = 4
# Columns that are worked on together: more do not fit a processor's cache.
_COLUMNS = 256


@dataclass(frozen=True, slots=True)
class PanelForecast:
    """
    Attributes:
        yhat: (h, s).
        spread: what is known of the errors.
        judged: which members each series was forecast by.
    """

    yhat: np.ndarray
    spread: Spread
    judged: Judged


def forecast_panel(
    columns: Sequence[np.ndarray],
    lengths: Sequence[int],
    h: int,
    *,
    learns_across: bool = False,
    tick: Tick = nobody,
) -> PanelForecast:
    """Forecasts the h periods after each column's end.

    Args:
        columns: (n_i,) float64 each, oldest first, without NaN, at least one value.
        lengths: candidates of seasons in periods, shortest first.
        learns_across: a linear model of the whole panel is a member too.
    """
    most = max(_MAX_PERIODS, _MAX_CYCLES * max(lengths, default=1))
    columns = [column[-most:] for column in columns]
    present = batch_of(columns)
    origins = origins_of(columns, lengths, h, together=learns_across)
    ahead = _members(present, lengths, h, tick)
    if learns_across:
        ahead = np.concatenate([ahead, forecast_ridge(present, lengths, h)[None]])
    judged, errors = trusted(len(ahead), len(columns)), None
    if origins is not None:
        before = _members(origins.batch, lengths, h, tick)
        if learns_across:
            before = np.concatenate([before, ridge_before(origins, lengths, h, tick)[None]])
        judged = judge(before, origins, len(columns))
        errors = origins.future - judged.median(before, origins.series)
        # Members are trusted for all that they did; how far off they are now, some of it tells.
        kept = alike(origins, present, lengths)
        errors, origins = errors[:, kept], origins.take(kept)
    m = lengths[0] if lengths else 1
    return PanelForecast(
        judged.median(ahead, np.arange(len(columns))),
        spread_of(errors, origins, present, m, h),
        judged,
    )


def _members(batch: Batch, lengths: Sequence[int], h: int, tick: Tick) -> np.ndarray:
    """(members, h, columns), some columns at a time, alike ones together."""
    parts = []
    order = np.argsort(batch.start, kind="stable")
    for chosen in _chunks(order):
        tick()
        some = batch.take(chosen)
        parts.append(forecast_members(some.last(int(some.count.max())), lengths, h))
    together = np.concatenate(parts, axis=2)
    back = np.empty(together.shape)
    back[:, :, order] = together
    return back


def _chunks(order: np.ndarray) -> Iterator[np.ndarray]:
    for first in range(0, len(order), _COLUMNS):
        yield order[first : first + _COLUMNS]


def ridge_before(origins: Origins, lengths: Sequence[int], h: int, tick: Tick) -> np.ndarray:
    """(h, o): the panel knows only what it knew then, of the series that end together."""
    ahead = np.empty(origins.future.shape)
    for held in np.unique(origins.held):
        tick()
        part = np.flatnonzero(origins.held == held)
        ahead[:, part] = forecast_ridge(origins.batch.take(part), lengths, h)
    return ahead
