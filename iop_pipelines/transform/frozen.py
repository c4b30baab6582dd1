"""Values that stopped changing, by how long they ever were the same in their own past. Pure.

A value that never repeats is frozen after a few periods, one that often does after many, a price that stands for months
never. Zeros of what is never negative are no value that froze: nothing happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from iop_pipelines.transform.silence import LEAST_PERIODS

# How seldom a run as long may come by chance, at each period.
_SELDOM = 1e-5
# What repeats oftener than it changes stands still by nature: a fleet of 16 planes, a price.
_OFTEN = 0.5
_TIMES = 2
_LEAST_RUN = 3


@dataclass(frozen=True)
class Run:
    """The same value up to the last period.

    Attributes:
        first: place of its first period; periods: how many known values are the same.
        longest: how many were the same at most before.
    """

    value: float
    first: int
    periods: int
    longest: int


def frozen_run(values: Sequence[float | None]) -> Run | None:
    """None while it may be chance.

    values: of a series by the periods of its dataset, oldest first, None where there is none.

    With a share q of earlier values that repeated the one before, a run of n comes with a chance of q^(n - 1). The
    share is that of one more repetition than there were, so that no past is proof that nothing repeats; and since what
    repeats comes in lumps, a run has to be longer than twice any before, too.
    """
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    runs = [list(each) for _, each in groupby(known, key=lambda pair: pair[1])]
    if not runs:
        return None
    run, past = runs[-1], known[: -len(runs[-1])]
    if len(past) < LEAST_PERIODS or len(run) < _LEAST_RUN:
        return None
    value, longest = run[0][1], max(len(each) for each in runs[:-1])
    if value == 0 and all(each >= 0 for _, each in past):
        return None
    repeated = sum(one == other for (_, one), (_, other) in pairwise(past))
    share = (repeated + 1) / (len(past) + 1)
    is_usual = share > _OFTEN or len(run) <= _TIMES * longest
    if is_usual or share ** (len(run) - 1) > _SELDOM:
        return None
    return Run(value, run[0][0], len(run), longest)
