"""Axes of numbers: round ticks, zero where it belongs, and nothing above 100 where nothing can be."""

import math
from collections.abc import Sequence

from iop_pipelines.query.charts.spec import Limits

_STEPS = (1, 2, 5, 10)
# Shares and scores.
_OF_100 = frozenset({"%", "/100"})
# All divide 100.
_STEPS_TO_100 = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0)
_SPACES = 4
# A line whose lowest value is at most so much of its highest shows zero: it must not look steeper than it is.
_NEAR_ZERO = 0.6
# Of the size of its numbers, and by itself: a range that is smaller is none.
_CLOSEST, _LEAST = 1e-12, 1e-300


def limits(
    values: Sequence[float], unit: str | None, *, from_zero: bool, wanted: int = 5
) -> Limits:
    """from_zero: of bars, whose length is what is read; other marks are read by their place."""
    low, high = min(values), max(values)
    if from_zero or low == high or 0 <= low <= high * _NEAR_ZERO:
        low = min(low, 0.0)
    if from_zero or low == high or (high <= 0 and low * _NEAR_ZERO <= high):
        high = max(high, 0.0)
    ticks = nice_ticks(low, high, wanted)
    if unit in _OF_100 and low >= 0 and high <= 100 < ticks[-1]:
        ticks = _up_to_100(low)
    return Limits(tuple(ticks), is_cut=ticks[0] > 0 or ticks[-1] < 0)


def _up_to_100(low: float) -> list[float]:
    least = min(low, 98.0)
    step = next((each for each in _STEPS_TO_100 if each * _SPACES >= 100 - least), 100.0)
    count = max(1, math.ceil((100 - least) / step))
    return [round(100 - (count - at) * step, 1) for at in range(count + 1)]


def nice_ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten that enclose low..high, about `wanted` of them."""
    if math.isinf(high - low):
        return [low, high]
    if high <= low:
        margin = abs(low) / 2 or 1.0
        low, high = low - margin, high + margin
    largest = max(abs(low), abs(high))
    if high - low < max(largest * _CLOSEST, _LEAST):
        # Closer together than numbers of that size can be told apart.
        margin = largest * _CLOSEST * 1000 if largest > _LEAST else 1.0
        low, high = low - margin, high + margin
    step = _nice_step((high - low) / max(wanted - 1, 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    digits = 1 - math.floor(math.log10(step))
    return [round(index * step, digits) for index in range(first, last + 1)]


def _nice_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return power * next(step for step in _STEPS if rough <= step * power * 1.0001)
