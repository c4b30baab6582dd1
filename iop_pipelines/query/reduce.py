"""Fewer points of a long line, with nothing lost that an eye would see.

The method is M4 (Jugel, Jerzak, Hackenbroich, Markl: "M4: A Visualization-Oriented Time Series Data
Aggregation", PVLDB 7(10), 2014): of each stretch the first, last, lowest and highest point. Stretches
hold equally many points here, not equally much time, so that it also serves lines over anything else.
They end where the line has a gap, whose neighbours stay, so that it is as wide as it is; of more gaps than
there is room for, the longest. The strongest mark of a stretch is kept too.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

# Points that one stretch may leave: first, last, lowest and highest; beside them the strongest mark.
_KEPT_OF_EACH = 4


def reduce_line(
    values: Sequence[float | None], size: int, marks: Mapping[int, float] | None = None
) -> list[int]:
    """Positions to keep, in order: at most `size`, and all of them if there are no more.

    Args:
        values: of the line, in the order in which it is drawn; None is a gap.
        size: at least 7.
        marks: position → strength of points that stand out whatever their value.
    """
    count, marks = len(values), marks or {}
    if count <= size:
        return list(range(count))
    most = _KEPT_OF_EACH + bool(marks)
    ends = {at for at in (0, count - 1) if values[at] is None}
    room = size - len(ends)
    gaps = _longest_gaps(values, (room - most) // (most + 1))
    runs = _runs_between(values, gaps)
    left, total = room - len(gaps) - most * len(runs), sum(map(len, runs))
    kept = {*ends, *(_of_gap(gap, marks) for gap in gaps)}
    for run in runs:
        stretches = 1 + left * len(run) // (most * total)
        kept |= _of_run(values, run, stretches, most, marks)
    return sorted(kept)


def _longest_gaps(values: Sequence[float | None], most: int) -> list[range]:
    """At most so many of those between points, in their order."""
    gaps: list[range] = []
    for is_gap, found in groupby(range(len(values)), key=lambda at: values[at] is None):
        first, *others = found
        end = (others[-1] if others else first) + 1
        if is_gap and first > 0 and end < len(values):
            gaps.append(range(first, end))
    return sorted(sorted(gaps, key=len, reverse=True)[:most], key=lambda gap: gap.start)


def _runs_between(values: Sequence[float | None], gaps: Sequence[range]) -> list[list[int]]:
    """Where there are points, by what lies between two of the gaps."""
    begins = [0, *(gap.stop for gap in gaps)]
    ends = [*(gap.start for gap in gaps), len(values)]
    found = (
        [at for at in range(begin, end) if values[at] is not None]
        for begin, end in zip(begins, ends, strict=True)
    )
    return [run for run in found if run]


def _of_gap(gap: range, marks: Mapping[int, float]) -> int:
    return max(gap, key=lambda at: marks.get(at, 0.0))


def _of_run(
    values: Sequence[float | None],
    run: Sequence[int],
    stretches: int,
    most: int,
    marks: Mapping[int, float],
) -> set[int]:
    if len(run) <= most * stretches:
        return {*run}
    kept: set[int] = set()
    for number in range(stretches):
        first, end = number * len(run) // stretches, (number + 1) * len(run) // stretches
        kept |= _of_stretch(values, run[first:end], marks)
    return kept


def _of_stretch(
    values: Sequence[float | None], positions: Sequence[int], marks: Mapping[int, float]
) -> set[int]:
    known = [(value, at) for at in positions if (value := values[at]) is not None]
    kept = {positions[0], positions[-1], min(known)[1], max(known)[1]}
    if marked := [at for at in positions if at in marks]:
        kept.add(max(marked, key=lambda at: marks[at]))
    return kept
