"""What of a run is a matter of all series of its panel, whether it has them all or is one of several with a part each.

A runtime asks here, and never knows which of the two it is. What it asks is about rows of matrices that are aligned at
their ends, or about lists: in them a series has no place of its own, so that parts answer as the whole does.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import SeriesTooShort

if TYPE_CHECKING:
    import numpy as np


class Together(Protocol):
    @property
    def last(self) -> int | None:
        """The number of the whole panel's last period; None where the run has all of it."""
        ...

    def kept(self, make: "Callable[[], tuple[np.ndarray, ...]]") -> "tuple[np.ndarray, ...]":
        """What `make` gives; a run that comes again after it was decided over all series does not compute it again."""
        ...

    def median(self, name: str, values: "np.ndarray") -> float:
        """Of the values of all series, for the metric of that name; 0 where there are none."""
        ...

    def budgets(self, p: "np.ndarray", weeks: "np.ndarray") -> "np.ndarray":
        """`analytics.seasonal.least_budgets` over all series. Asked at most once, and nothing may be told before."""
        ...

    def adjusted(self, p_values: list[float]) -> "np.ndarray":
        """`analytics.trend.adjust_p_values` over all series. Asked at most once, and nothing may be told before."""
        ...

    def count(self, own: int) -> int:
        """Of the tests of all series, where these are one's own; asked after `adjusted`."""
        ...

    def require_long_enough(self, series: int, skipped: int, needed: Sentence) -> None:
        """Raises SeriesTooShort if there are series and all of them were skipped, saying what is needed."""
        ...


class Whole:
    """The run has all series."""

    last: int | None = None

    def kept(self, make: "Callable[[], tuple[np.ndarray, ...]]") -> "tuple[np.ndarray, ...]":
        return make()

    def median(self, name: str, values: "np.ndarray") -> float:
        return median_of(values)

    def budgets(self, p: "np.ndarray", weeks: "np.ndarray") -> "np.ndarray":
        from iop_pipelines.analytics.seasonal import least_budgets

        return least_budgets(p, weeks)

    def adjusted(self, p_values: list[float]) -> "np.ndarray":
        from iop_pipelines.analytics.trend import adjust_p_values

        return adjust_p_values(p_values)

    def count(self, own: int) -> int:
        return own

    def require_long_enough(self, series: int, skipped: int, needed: Sentence) -> None:
        if series and skipped == series:
            raise SeriesTooShort("series.too_short", series=series, needed=needed)


def median_of(values: "np.ndarray") -> float:
    import numpy as np

    return round(float(np.median(values)), 3) if len(values) else 0.0


WHOLE = Whole()
