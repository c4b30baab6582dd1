"""Fewer points of a long line, with nothing lost that an eye would see.

The method is M4 (Jugel, Jerzak, Hackenbroich, Markl: "M4: A Visualization-Oriented Time Series Data
Aggregation", PVLDB 7(10), 2014): of each stretch the first, last, lowest and highest point. Stretches
hold equally many points here, not equally much time, so that it also serves lines over anything else.
A gap in a stretch and its strongest mark are kept too.
"""

from collections.abc import Mapping, Sequence

# Points that one stretch may leave: first, last, lowest and highest; beside them a gap, and the strongest mark.
_KEPT_OF_EACH = 4


def reduce_line(
    values: Sequence[float | None], size: int, marks: Mapping[int, float] | None = None
) -> list[int]:
    """Positions to keep, in order: at most `size`, and all of them if there are no more.

    Args:
        values: of the line, in the order in which it is drawn; None is a gap.
        size: at least 6.
        marks: position → strength of points that stand out whatever their value.
    """
    count = len(values)
    if count <= size:
        return list(range(count))
    most = _KEPT_OF_EACH + (None in values) + bool(marks)
    stretches = max(1, size // most)
    kept: list[int] = []
    for number in range(stretches):
        first, end = number * count // stretches, (number + 1) * count // stretches
        kept += sorted(_of_stretch(values, range(first, end), marks or {}))
    return kept


def _of_stretch(
    values: Sequence[float | None], positions: range, marks: Mapping[int, float]
) -> set[int]:
    known = [(value, at) for at in positions if (value := values[at]) is not None]
    kept = {positions[0], positions[-1]}
    if known:
        kept |= {min(known)[1], max(known)[1]}
    if (gap := next((at for at in positions if values[at] is None), None)) is not None:
        kept.add(gap)
    if marked := [at for at in positions if at in marks]:
        kept.add(max(marked, key=lambda at: marks[at]))
    return kept
