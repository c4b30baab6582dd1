"""Fewer marks than a page can show or a phone can draw, with what stands out kept."""

from collections.abc import Callable, Sequence
from typing import Any

from iop_pipelines.query.charts.spec import (
    MAX_LINE_CHART_POINTS,
    MAX_LINE_POINTS,
    MAX_MARKS,
    Mark,
    Series,
)
from iop_pipelines.query.reduce import reduce_line

# Cells along each side of the grid that a crowd of points is thinned out by, from the finest.
_GRIDS = (200, 120, 80, 60, 50, 42, 36, 30, 24, 18, 12, 8)


def thin_lines(series: Sequence[Series]) -> tuple[Series, ...]:
    """Of each stretch of a line the first, last, lowest and highest point stay, and its gaps (`query.reduce`)."""
    most = min(MAX_LINE_POINTS, MAX_LINE_CHART_POINTS // max(len(series), 1))
    return tuple(_thin_line(one, most) for one in series)


def _thin_line(one: Series, most: int) -> Series:
    if len(one.marks) <= most:
        return one
    kept = reduce_line([mark.y for mark in one.marks], most)
    return Series(one.name, tuple(one.marks[at] for at in kept), one.others)


def thin_crowd(series: Sequence[Series]) -> tuple[Series, ...]:
    """One point of each cell of a grid, as fine as the bound allows, so that whoever stands alone stays; and of each
    series those with the lowest and highest x and y."""
    thinned = tuple(series)
    everything = [mark for one in series for mark in one.marks]
    if len(everything) <= MAX_MARKS:
        return thinned
    across = _span([_x(mark) for mark in everything])
    upwards = _span([_y(mark) for mark in everything])
    for cells in _GRIDS:
        thinned = tuple(_one_a_cell(one, across, upwards, cells) for one in series)
        if sum(len(one.marks) for one in thinned) <= MAX_MARKS:
            break
    return thinned


# Where a range begins, and how long it is.
_Span = tuple[float, float]


def _one_a_cell(one: Series, across: _Span, upwards: _Span, cells: int) -> Series:
    if not one.marks:
        return one
    taken: dict[tuple[int, int], int] = {}
    for at, mark in enumerate(one.marks):
        cell = _cell(_x(mark), across, cells), _cell(_y(mark), upwards, cells)
        taken.setdefault(cell, at)
    extremes = {_extreme(one.marks, choose, of) for choose in (min, max) for of in (_x, _y)}
    kept = sorted({*taken.values(), *extremes})
    return Series(one.name, tuple(one.marks[at] for at in kept), one.others)


def _extreme(marks: Sequence[Mark], choose: Callable[..., int], of: Callable[[Mark], float]) -> int:
    return choose(range(len(marks)), key=lambda at: of(marks[at]))


def _span(values: Sequence[float]) -> _Span:
    return min(values), (max(values) - min(values)) or 1.0


def _cell(value: float, span: _Span, cells: int) -> int:
    return int((value - span[0]) / span[1] * cells)


def _x(mark: Mark) -> float:
    value: Any = mark.x
    return float(value)


def _y(mark: Mark) -> float:
    return mark.y or 0.0
