"""Forecasts by the median of several methods, and limits that will probably be crossed.

The method is `analytics.forecasting.ensemble`. A series whose last periods are unknown is forecast from its last known
one on; what lies before the horizon is not told.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from iop_pipelines.analytics.forecasting.batch import filled
from iop_pipelines.analytics.forecasting.ensemble import PanelForecast, forecast_panel
from iop_pipelines.analytics.forecasting.paths import Forecast, natural_bounds
from iop_pipelines.analytics.forecasting.seasons import season_lengths
from iop_pipelines.analytics.periods import future_periods
from iop_pipelines.analytics.series import Series
from iop_pipelines.domain.frequencies import STEPS, ModelFrequency
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import ForecastEnsembleParams
from iop_pipelines.runtimes.limits import Told, tell
from iop_pipelines.runtimes.params import parse_params
from iop_pipelines.runtimes.results import Quantity, chosen_quantity, make_output, read_series


class ForecastEnsemble:
    def run(self, given: RuntimeInput) -> RuntimeOutput:
        """Forecasts every series that has a row in the window.

        Raises:
            SeriesTooShort: none has min_history known values.
            InvalidInput: the panel has no freq, so there is no next period.
        """
        params = parse_params(ForecastEnsembleParams, given.params)
        if given.freq is None:
            raise InvalidInput("forecast.no_next_period", "freq")
        quantity = chosen_quantity(given, params.measure)
        series = read_series(given, [quantity.measure])
        read = [_read(one) for one in given.each(series)]
        # One that has said nothing for a whole horizon has no end to go on from.
        alive = [each for each in read if each.stale <= params.h]
        kept = [each for each in alive if each.known >= params.min_history]
        told = _told(kept, given, params, quantity) if kept else []
        needed = Sentence("history.known", count=params.min_history)
        if read and not alive:
            needed = Sentence("history.recent", count=params.h)
        return make_output(
            [each.rows for each in told],
            [each.finding for each in told if each.finding is not None],
            series=len(series),
            skipped=len(series) - len(kept),
            needed=needed,
            horizon=params.h,
            series_stale=len(read) - len(alive),
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """Attributes:
    known: how many of its values are; stale: how many periods are unknown at its end.
    """

    series: Series
    known: int
    stale: int


def _read(one: Series) -> _Read:
    places = np.flatnonzero(np.isfinite(one.values[:, 0]))
    stale = len(one.ds) - 1 - int(places[-1]) if len(places) else len(one.ds)
    return _Read(one, len(places), stale)


def _told(
    kept: list[_Read], given: RuntimeInput, params: ForecastEnsembleParams, quantity: Quantity
) -> list[Told]:
    step = STEPS[given.freq].modelled_as  # type: ignore[index]
    lengths = season_lengths(step) if params.season_lengths is None else params.season_lengths
    found = forecast_panel(
        [filled(each.series.values[:, 0], lengths[0] if lengths else 1) for each in kept],
        lengths,
        params.h + max(each.stale for each in kept),
        learns_across=params.mode == "best",
        tick=given.tick,
    )
    futures = _futures(found, kept, step, params, quantity)
    return [
        tell(each.series, ahead, params, quantity, freq=step)
        for each, ahead in given.each(zip(kept, futures, strict=True))
    ]


def _futures(
    found: PanelForecast,
    kept: list[_Read],
    step: ModelFrequency,
    params: ForecastEnsembleParams,
    quantity: Quantity,
) -> Iterator[Forecast]:
    half = found.spread.half_width(params.level)
    for place, each in enumerate(kept):
        bounds = natural_bounds(
            each.series.values[:, 0], quantity.unit, floor=params.floor, ceiling=params.ceiling
        )
        rows = slice(each.stale, each.stale + params.h)
        yhat, width = found.yhat[rows, place], half[rows, place]
        paths = found.spread.paths(found.yhat[:, place], place, params.paths)[rows]
        yield Forecast(
            future_periods(each.series.ds[-1], step, params.h),
            bounds.cut(yhat),
            bounds.cut(yhat - width),
            bounds.cut(yhat + width),
            bounds.cut(paths),
            # The paths are past errors, each both ways round: a rank among so few is no certainty.
            surest=1 / (paths.shape[1] / 2 + 1),
        )


RUNTIME = ForecastEnsemble()
