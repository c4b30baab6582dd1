"""Prophet forecasts with sampled paths, quiet and leaving no file behind.

Prophet's own noise is independent from day to day. Bad days come in a row, so a path's noise is here drawn from
the model's residuals in blocks: what is asked of a whole path, such as whether it crosses a limit anywhere,
depends on it.

Holidays are those of `calendars`, by their own names without what is said of one date, so that what was learned of
Eid al-Fitr holds for the next one.

Importing this module takes prophet's and cmdstanpy's progress lines out of the log; their warnings stay.
Prophet samples from numpy's global generator, so drawing is done under a lock and the generator is given
back as it was found.
"""

import logging
import tempfile
import threading
from typing import Any

import numpy as np
import pandas as pd

# Before the import, at which both libraries speak; prophet's own level after it, at which prophet sets it.
logging.getLogger("prophet.plot").setLevel(logging.CRITICAL)
logging.getLogger("cmdstanpy").addHandler(logging.NullHandler())
logging.getLogger("cmdstanpy").setLevel(logging.WARNING)

import holidays as library  # noqa: E402  (below what comes before prophet)
from prophet import Prophet  # noqa: E402  (see above)

from iop_pipelines.analytics.forecasting.paths import (  # noqa: E402
    Bounds,
    Forecast,
    bootstrap_blocks,
    central,
)
from iop_pipelines.calendars import countries as calendars  # noqa: E402
from iop_pipelines.domain.calendars import CountryDays  # noqa: E402
from iop_pipelines.domain.nearest import closest  # noqa: E402
from iop_pipelines.errors import InvalidInput, NotFitted  # noqa: E402

logging.getLogger("prophet").setLevel(logging.WARNING)
_ENDLESS = Bounds(None, None)

_drawing = threading.Lock()


def forecast(
    ds: np.ndarray,
    y: np.ndarray,
    future: pd.DatetimeIndex,
    *,
    level: float = 80.0,
    holidays: pd.DataFrame | None = None,
    weekly: bool | None = None,
    yearly: bool | None = None,
    daily: bool | None = None,
    multiplicative: bool = False,
    changepoint_prior_scale: float = 0.05,
    bounds: Bounds = _ENDLESS,
    paths: int = 400,
    seed: int = 1,
    fit_seconds: float = 60.0,
) -> Forecast:
    """Fits one series and draws `paths` futures.

    Args:
        ds, y: (n,) history, oldest first; NaN in y is unknown and left out, never filled.
        future: the periods to forecast, all after ds.
        level: coverage of the interval in per cent.
        weekly, yearly, daily: seasonalities; None: those that the history holds two of, its last period counted.
        holidays: as of `holidays_of`, for the history and the future.
        bounds: every sample is moved inside, for measures that cannot go beyond.

    Raises NotFitted if there is no fit, or none within `fit_seconds`.

    Source: Taylor & Letham, Forecasting at Scale (2018), by the library prophet, whose trend
    paths these are; the noise on them is a circular block bootstrap of the centred residuals
    (Politis & Romano 1992), in blocks of n^(1/3) of them, gaps closed.
    """
    known = np.isfinite(y)
    model = Prophet(
        weekly_seasonality=_order(ds[known], 7.0, 3, weekly),
        yearly_seasonality=_order(ds[known], 365.0, 10, yearly),
        daily_seasonality=_order(ds[known], 1.0, 4, daily),
        seasonality_mode="multiplicative" if multiplicative else "additive",
        changepoint_prior_scale=changepoint_prior_scale,
        interval_width=level / 100,
        uncertainty_samples=paths,
        holidays=holidays,
    )
    history = pd.DataFrame({"ds": ds[known], "y": y[known]})
    with tempfile.TemporaryDirectory(prefix="iop-prophet-") as folder:
        # Left to itself Prophet takes Newton's method under 100 points: 4 times slower, 7 s on a
        # straight line, and no closer. It still falls back to it where L-BFGS fails.
        try:
            model.fit(history, algorithm="LBFGS", seed=seed, output_dir=folder, timeout=fit_seconds)
        except (RuntimeError, TimeoutError) as error:
            raise NotFitted("forecast.not_fitted", seconds=fit_seconds) from error
    paths_without_noise = _draw(model, future, seed)
    noise = bootstrap_blocks(_residuals(model), paths_without_noise.shape, seed)
    samples = bounds.cut(paths_without_noise + noise)
    lo, yhat, hi = np.quantile(samples, central(level), axis=1)
    return Forecast(future, yhat, lo, hi, samples)


def _order(ds: np.ndarray, cycle: float, most: int, is_wanted: bool | None) -> int | bool:
    """Harmonics of a cycle of so many days, false for none.

    ds: (n,) of what is known, oldest first. Prophet's own rule measures from the first to the last moment, so that two
    years of days, weeks or months are less than two years to it and have no season; and it gives ten harmonics to
    twelve months, whose shapes no month tells apart and whose fit takes a hundred times as long.
    """
    if is_wanted is False or len(ds) < 2:
        return False
    steps = np.diff(ds) / np.timedelta64(1, "D")
    step = float(np.median(steps))
    covered = float(steps.sum()) + step
    # Months and quarters are not of one length: a hundredth of two cycles may be missing.
    holds_two = covered >= 0.99 * 2 * cycle and step < cycle
    if not (is_wanted or holds_two):
        return False
    return max(1, min(most, int((cycle / step - 1) // 2)))


def holidays_of(country: str, first: np.datetime64, last: np.datetime64) -> pd.DataFrame | None:
    """`ds` and `holiday` from the year of `first` to that of `last`; None where the country has none.

    country: ISO 3166-1, of two or three letters.

    Raises InvalidInput for a country that there is no calendar of.
    """
    known = library.list_supported_countries()
    if country not in known:
        raise InvalidInput("forecast.no_calendar", "holidays_country", name=closest(country, known))
    # Of a code of three letters the one of two.
    given = CountryDays(country=str(library.country_holidays(country).country))
    found = calendars.holidays_of(given, range(_year(first), _year(last) + 1))
    days = [(day, one.name) for day, ones in found.items() for one in ones]
    if not days:
        return None
    ds, names = zip(*days, strict=True)
    return pd.DataFrame({"ds": pd.to_datetime(list(ds)), "holiday": names})


def _year(moment: np.datetime64) -> int:
    return int(moment.astype("datetime64[Y]").astype(int)) + 1970


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
