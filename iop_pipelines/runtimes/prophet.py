"""Forecasts by Prophet, and limits that will probably be crossed; the method is `analytics.forecasting.prophet`."""

import numpy as np

from iop_pipelines.analytics.forecasting.paths import Forecast, natural_bounds
from iop_pipelines.analytics.forecasting.prophet import forecast, holidays_of
from iop_pipelines.analytics.periods import future_periods, step_of
from iop_pipelines.analytics.series import Series, default_season_length
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput, NotFitted
from iop_pipelines.runtimes.base import RuntimeInput, RuntimeOutput
from iop_pipelines.runtimes.catalogue import ProphetParams
from iop_pipelines.runtimes.limits import tell
from iop_pipelines.runtimes.params import parse_params
from iop_pipelines.runtimes.results import Quantity, chosen_quantity, make_output, read_series

# Two seasons of the longest steps are more than anybody has of them.
_MOST_NEEDED = 28


class ProphetForecast:
    def run(self, given: RuntimeInput) -> RuntimeOutput:
        """Forecasts every series that has a row in the window.

        Raises:
            SeriesTooShort: none has min_history known values.
            InvalidInput: the panel has no freq, so there is no next period.
            NotFitted: no series could be fitted.
        """
        params = parse_params(ProphetParams, given.params)
        if given.freq is None:
            raise InvalidInput("forecast.no_next_period", "freq")
        quantity = chosen_quantity(given, params.measure)
        step = step_of(given.freq).modelled_as
        needed = params.min_history or _needed(given.freq)
        series = read_series(given, [quantity.measure])
        told, skipped, unfitted = [], 0, 0
        for one in given.each(series):
            if np.isfinite(one.values[:, 0]).sum() < needed:
                skipped += 1
                continue
            try:
                ahead = _forecast(one, given.freq, params, quantity)
            except NotFitted:
                unfitted += 1
                continue
            told.append(tell(one, ahead, params, quantity, freq=step))
        if unfitted and not told:
            raise NotFitted("forecast.not_fitted", seconds=params.fit_seconds)
        return make_output(
            [each.rows for each in told],
            [each.finding for each in told if each.finding is not None],
            series=len(series),
            skipped=skipped,
            needed=Sentence("history.known", count=needed),
            horizon=params.h,
            series_not_fitted=unfitted,
        )


def _needed(freq: str) -> int:
    return max(14, min(2 * default_season_length(freq), _MOST_NEEDED))


def _forecast(one: Series, freq: str, params: ProphetParams, quantity: Quantity) -> Forecast:
    y = one.values[:, 0]
    future = future_periods(one.ds[-1], freq, params.h)
    bounds = natural_bounds(y, quantity.unit, floor=params.floor, ceiling=params.ceiling)
    days = None
    if params.holidays_country is not None:
        days = holidays_of(params.holidays_country, one.ds[0], future[-1].to_datetime64())
    return forecast(
        one.ds,
        y,
        future,
        level=params.level,
        holidays=days,
        weekly=params.weekly,
        yearly=params.yearly,
        daily=params.daily,
        multiplicative=params.multiplicative,
        changepoint_prior_scale=params.changepoint_prior_scale,
        bounds=bounds,
        paths=params.paths,
        seed=params.seed,
        fit_seconds=params.fit_seconds,
    )


RUNTIME = ProphetForecast()
