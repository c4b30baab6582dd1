"""Lines over time, over numbers, or over names in their order."""

from collections.abc import Iterable, Sequence

from iop_pipelines.reporting.charts import svg
from iop_pipelines.reporting.charts.axes import plot_area, x_axis
from iop_pipelines.reporting.charts.data import ChartData

# Up to here each point of a line has its sign.
_FEW = 40


def draw_lines(data: ChartData, width: int, height: int) -> str:
    named, used = svg.draw_legend(data, width)
    box, y = plot_area(data.axis, width, height, used, data.voice)
    x = x_axis(data.xs, box, data.x_axis, data.x, data.voice)
    parts = [named, svg.draw_value_axis(box, y, data), svg.draw_x_axis(box, x, data.x_label)]
    for one in data.series:
        colour = svg.PALETTE[one.place]
        at = [
            (x.place(when), None if value is None else y.place(value))
            for when, value, _ in one.points
        ]
        parts.append(
            f'<path d="{svg.polyline(at)}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-linejoin="round" stroke-linecap="round"{svg.dashed(one.place)}/>'
        )
        marked = _lonely(at) if len(at) > _FEW else _known(at)
        parts += [svg.sign(px, py, one.place, 0.6) for px, py in marked]
    return "".join(parts)


def _known(points: Sequence[tuple[float, float | None]]) -> Iterable[tuple[float, float]]:
    return ((x, y) for x, y in points if y is not None)


def _lonely(points: Sequence[tuple[float, float | None]]) -> Iterable[tuple[float, float]]:
    """Points without a neighbour, of which a path would show nothing."""
    for index, (x, y) in enumerate(points):
        before = points[index - 1][1] if index else None
        after = points[index + 1][1] if index + 1 < len(points) else None
        if y is not None and before is None and after is None:
            yield x, y
