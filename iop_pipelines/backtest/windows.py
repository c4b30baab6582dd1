"""Which deliveries a backtest replays, and how many of them one reading of the history can serve.

A delivery is judged by what a model reads before it. Two deliveries that would be read from the same moment on can be
judged by one reading, for nothing that is said of a row depends on what follows it. Where the look-back has left the
beginning of the data, deliveries within an eighth of it share a reading, so that none sees less than it would and none
an eighth more; where it is shorter than the method looks back, each has a reading of its own, so that what would not
be scored is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from iop_pipelines.domain.frequencies import TimeStep

# Deliveries within this share of the look-back are read together.
_SHARE = 8
# A backtest of more deliveries than this replays longer ones.
MOST_DELIVERIES = 20_000
_DAY = timedelta(days=1)

Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a model reads.

    Attributes:
        history: periods before a window that it is given; needed: that its method looks back on.
        data_start: nothing is before it.
        joins: whether what is said of a row depends on the rows before it alone, so that one reading may serve several
            deliveries.
        most: deliveries that are replayed at most, of the others every so many; None for all.
    """

    history: int
    needed: int
    data_start: datetime
    joins: bool
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """Deliveries that one run of the model replays: [start, end), with what is read from `first` on.

    number: of its first delivery among those that are replayed.
    """

    number: int
    first: datetime
    start: datetime
    end: datetime


def usual_periods(step: TimeStep, rhythm: timedelta | None) -> int:
    """Periods in a delivery: as many as come in the rhythm of the dataset, or else in a day, and one at least."""
    start = datetime(2024, 1, 1)
    period = step.shift(start, 1) - start
    return max(1, round((rhythm or _DAY) / period))


def windows_of(step: TimeStep, span: Window, periods: int) -> tuple[Window, ...]:
    """Deliveries of so many periods each, the last of what is left; longer ones where they would be too many."""
    start, end = span
    made: list[Window] = []
    moment = start
    while moment < end:
        after = step.shift(moment, periods)
        made.append((moment, min(after, end)))
        moment = after
        if len(made) > MOST_DELIVERIES:
            return windows_of(step, span, 2 * periods)
    return tuple(made)


def chosen(windows: Sequence[Window], most: int | None) -> tuple[Window, ...]:
    """As many as may be, evenly, the last among them."""
    if most is None or len(windows) <= most:
        return tuple(windows)
    last = len(windows) - 1
    return tuple(windows[round(last * k / (most - 1))] for k in range(most))


def stages_of(windows: Sequence[Window], step: TimeStep, reading: Reading) -> tuple[Stage, ...]:
    """What is run to replay these deliveries, in order."""
    made: list[Stage] = []
    for number, (start, end) in enumerate(windows):
        first = max(step.shift(start, -reading.history), reading.data_start)
        before = made[-1] if made else None
        if before is not None and reading.joins and _is_served(before, start, first, step, reading):
            made[-1] = Stage(before.number, before.first, before.start, end)
        else:
            made.append(Stage(number, first, start, end))
    return tuple(made)


def _is_served(
    stage: Stage, start: datetime, first: datetime, step: TimeStep, reading: Reading
) -> bool:
    if stage.first == first:
        return True
    is_long = reading.history >= reading.needed
    return is_long and start <= step.shift(stage.start, reading.history // _SHARE)
