"""The one interface behind which every kind of model runs.

A runtime sees history and the window to score and must not let a point inform its own expectation:
what it fits lies strictly before the point it scores.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.runtimes.outside import NOWHERE, Outside
from iop_pipelines.runtimes.together import WHOLE, Together

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from iop_pipelines.calendars.days import Calendar

OUTPUT_COLUMNS = (
    "unique_id",
    "ds",
    "measure",
    "y",
    "yhat",
    "lo",
    "hi",
    "score",
    "is_finding",
)


T = TypeVar("T")


@dataclass(frozen=True)
class RuntimeInput:
    """What a model is run on.

    Attributes:
        panel: long frame `unique_id` (str), `ds` (datetime64, naive, dataset-local), then one
            float64 column a measure, the first of them y. Sorted by unique_id, ds; one row for
            each pair; periods without rows are absent, unknown values are NaN.
        measures: the measure columns in order; units: measure -> unit.
        freq: the step of the dataset, a `ModelFrequency`, or None for events without
            a step, whose order alone counts.
        window_start, window_end: the half-open range [start, end) of ds to score.
        params: the model's own `config.params`, as registered.
        calendar: of the dataset; what it explains is off the panel before a runtime sees it that is not `is_raw`.
        outside: what a model that was made elsewhere may reach.
        together: asked for what all series of the panel decide, of which the given one may be a part.
        tick: to be called now and then, as by `each`; a model that is silent for too long is ended.
    """

    panel: "pd.DataFrame"
    measures: tuple[str, ...]
    units: Mapping[str, str]
    freq: str | None
    window_start: datetime
    window_end: datetime
    params: Mapping[str, Any]
    tick: Tick = nobody
    calendar: "Calendar | None" = None
    outside: Outside = NOWHERE
    together: Together = WHOLE

    def each(self, parts: Iterable[T]) -> Iterator[T]:
        """The parts of the work, one after the other; tells that it goes on."""
        for part in parts:
            self.tick()
            yield part


@dataclass(frozen=True)
class Chances:
    """Of the rows of an output, in their order; (n,) each, float64, NaN where nothing was judged.

    Attributes:
        chance: how seldom chance gives a row as strange; 1 for one that nobody asks for.
        budget: from how many alerts a week on, over all series, the row is told; inf for one that never is.
        is_info: bool, whether a row that is told is information and no more, however seldom chance gives it.
    """

    chance: "np.ndarray"
    budget: "np.ndarray"
    is_info: "np.ndarray"


@dataclass(frozen=True)
class RuntimeOutput:
    """`frame` has exactly OUTPUT_COLUMNS, one row for each scored (unique_id, ds, measure); a forecast's rows lie
    at or after window_end. `metrics` are JSON-ready numbers for the ledger and the UI. `chances` are of what is told
    by a budget of alerts."""

    frame: "pd.DataFrame"
    findings: tuple[Finding, ...]
    metrics: Mapping[str, float | int | str]
    chances: Chances | None = None


class Runtime(Protocol):
    def run(self, given: RuntimeInput) -> RuntimeOutput:
        """Raises SeriesTooShort if no series at all has enough history."""
        ...
