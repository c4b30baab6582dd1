"""How much of what an execution was to judge it did judge, as its metrics keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Coverage:
    """
    Attributes:
        unit: points are periods of series; series are counted where each is judged as a whole.
        total: what was to be judged.
        learning: those of which too little was known before.
        left_out: beside the total, rows or series that were not read, since their step is another.
    """

    unit: Literal["points", "series"]
    total: int
    learning: int
    left_out: int = 0

    @property
    def scored(self) -> int:
        return self.total - self.learning

    def as_metrics(self) -> Mapping[str, int]:
        return {
            f"{self.unit}_to_score": self.total,
            f"{self.unit}_learning": self.learning,
            _LEFT_OUT[self.unit]: self.left_out,
        }


# Of series every runtime's metrics say it.
_LEFT_OUT = {"points": "points_left_out", "series": "series_irregular"}
_UNITS: tuple[Literal["points", "series"], ...] = ("points", "series")


def coverage_in(metrics: Mapping[str, Any] | None) -> Coverage | None:
    """None of what has not ended well, and of what an earlier release ran."""
    for unit in _UNITS:
        names = (f"{unit}_to_score", f"{unit}_learning")
        if metrics and all(name in metrics for name in names):
            total, learning = (int(metrics[name]) for name in names)
            return Coverage(unit, total, learning, int(metrics.get(_LEFT_OUT[unit], 0)))
    return None
