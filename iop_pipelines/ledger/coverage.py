"""How much of what an execution was to judge it did judge, as its metrics keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Coverage:
    """
    Attributes:
        unit: points are periods of series; series are counted where each is judged as a whole.
        learning: those of which too little was known before.
    """

    unit: Literal["points", "series"]
    total: int
    learning: int

    @property
    def scored(self) -> int:
        return self.total - self.learning

    def as_metrics(self) -> Mapping[str, int]:
        return {f"{self.unit}_to_score": self.total, f"{self.unit}_learning": self.learning}


_UNITS: tuple[Literal["points", "series"], ...] = ("points", "series")


def coverage_in(metrics: Mapping[str, Any] | None) -> Coverage | None:
    """None of what has not ended well, and of what an earlier release ran."""
    for unit in _UNITS:
        names = (f"{unit}_to_score", f"{unit}_learning")
        if metrics and all(name in metrics for name in names):
            return Coverage(unit, *(int(metrics[name]) for name in names))
    return None
