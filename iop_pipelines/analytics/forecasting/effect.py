"""What a limit that will probably be crossed comes to: how far, how soon, how new that is, and after what."""

from dataclasses import dataclass

import numpy as np

from iop_pipelines.analytics.forecasting.paths import Forecast

# Of the periods that a mean is of, so many must be known.
_LEAST_KNOWN = 0.5


@dataclass(frozen=True, slots=True)
class Change:
    """The mean of what is forecast beside that of as many periods `periods` before; both in the unit of y."""

    ahead: float
    before: float
    periods: int


@dataclass(frozen=True, slots=True)
class Effect:
    """
    Attributes:
        excess: how far beyond the limit the worst period lies, the median of the paths that cross it; in the unit of y.
        weight: how far beyond the limit a period is to be expected, in shares of the series' size, the next period
            counting in full and the last of the horizon hardly: it grows with how far, how probable and how soon.
        stretches: of the past as long as the horizon, one after the other up to the end, those with a known value;
            crossed: those of them that were beyond the limit.
        change: None where too little is known of what was before.
    """

    excess: float
    weight: float
    stretches: int
    crossed: int
    change: Change | None


def effect_of(
    past: np.ndarray, ahead: Forecast, limit: float, *, above: bool, cycles: tuple[int, ...]
) -> Effect:
    """
    Args:
        past: (n,) float64, equally spaced, up to the period before the first of the forecast; NaN is unknown.
        cycles: periods after which like comes again, what is to be compared with first: a year, a week.
    """
    h = len(ahead.yhat)
    beyond = np.maximum(ahead.samples - limit if above else limit - ahead.samples, 0.0)
    worst = beyond.max(axis=0)
    crossing = worst[worst > 0]
    nearness = np.arange(h, 0, -1) / h
    expected = float(nearness @ beyond.mean(axis=1) / nearness.sum())
    stretches, crossed = _stretches(past, limit, h, above=above)
    return Effect(
        excess=float(np.median(crossing)) if len(crossing) else 0.0,
        weight=expected / _size(past, limit),
        stretches=stretches,
        crossed=crossed,
        change=_change(past, ahead.yhat, cycles),
    )


def _size(past: np.ndarray, limit: float) -> float:
    """Of the limit, or of the values if they are larger: a limit of next to nothing is no measure."""
    known = np.abs(past[np.isfinite(past)])
    size = max(abs(limit), float(known.mean()) if len(known) else 0.0)
    return size if size > 0 else 1.0


def _stretches(past: np.ndarray, limit: float, h: int, *, above: bool) -> tuple[int, int]:
    whole = past[len(past) % h :].reshape(-1, h)
    known = np.isfinite(whole)
    with np.errstate(invalid="ignore"):
        is_beyond = whole > limit if above else whole < limit
    return int(known.any(axis=1).sum()), int(is_beyond.any(axis=1).sum())


def _change(past: np.ndarray, yhat: np.ndarray, cycles: tuple[int, ...]) -> Change | None:
    h = len(yhat)
    for cycle in cycles:
        # Of what is shorter than the horizon so many that all of it is past.
        periods = cycle * -(-h // cycle)
        if periods > len(past):
            continue
        before = past[len(past) - periods :][:h]
        known = np.isfinite(before)
        if known.mean() >= _LEAST_KNOWN:
            return Change(float(yhat.mean()), float(before[known].mean()), periods)
    return None
