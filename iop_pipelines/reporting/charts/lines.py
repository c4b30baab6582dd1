"""Lines over time, over numbers, or over names in their order."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from iop_pipelines.reporting.charts import svg
from iop_pipelines.reporting.charts.axes import plot_area, position, with_zero, x_axis
from iop_pipelines.reporting.charts.data import ChartData, Point, Series


def draw_lines(data: ChartData, width: int, height: int) -> str:
    named, used = svg.draw_legend(data, width)
    box, y = plot_area(*with_zero(data.values), width, height, used)
    x = x_axis(data.xs, box)
    parts = [named, svg.draw_value_axis(box, y, data.y_label), svg.draw_x_axis(box, x)]
    for index, one in enumerate(data.series):
        at = [
            (x.place(when), None if value is None else y.place(value))
            for when, value, _ in _with_gaps(one)
        ]
        parts.append(
            f'<path d="{svg.polyline(at)}" fill="none" stroke="{svg.PALETTE[index]}" stroke-width="2" '
            f'stroke-linejoin="round" stroke-linecap="round"{svg.dashed(index)}/>'
        )
        parts += [svg.dot(px, py, svg.PALETTE[index], 2.4) for px, py in _lonely(at)]
    return "".join(parts)


def _with_gaps(one: Series) -> list[Point]:
    """A period that is not there breaks the line: nothing is known between its neighbours."""
    points = list(one.points)
    if len(points) < 3 or not all(isinstance(point[0], date) for point in points):
        return points
    at = [position(point[0]) for point in points]
    steps = [after - before for before, after in pairwise(at)]
    usual = sorted(steps)[len(steps) // 2]
    filled = points[:1]
    for before, point, step in zip(at, points[1:], steps, strict=False):
        if step > 1.6 * usual:
            filled.append((datetime(1970, 1, 1) + timedelta(seconds=before + step / 2), None, ""))
        filled.append(point)
    return filled


def _lonely(points: Sequence[tuple[float, float | None]]) -> Iterable[tuple[float, float]]:
    """Points without a neighbour, of which a path would show nothing."""
    for index, (x, y) in enumerate(points):
        before = points[index - 1][1] if index else None
        after = points[index + 1][1] if index + 1 < len(points) else None
        if y is not None and before is None and after is None:
            yield x, y
