"""A crowd of points, of which those farthest from its middle are named."""

import math

from iop_pipelines.reporting.charts import svg
from iop_pipelines.reporting.charts.axes import (
    CHAR,
    Box,
    number_axis,
    plot_area,
    shorten,
    with_zero,
)
from iop_pipelines.reporting.charts.data import ChartData

_MOST_LABELS = 6


def draw_scatter(data: ChartData, width: int, height: int) -> str:
    named, used = svg.draw_legend(data, width)
    box, y = plot_area(*with_zero(data.values), width, height - 15, used)
    x = number_axis(data.xs, box)
    below = svg.text(box.right, box.bottom + 31, data.x_label, anchor="end", fill=svg.MUTED)
    parts = [
        named,
        svg.draw_value_axis(box, y, data.y_label),
        svg.draw_x_axis(box, x),
        below if data.x_label else "",
    ]
    placed: list[tuple[float, float, str]] = []
    for index, one in enumerate(data.series):
        for at, value, label in one.points:
            px, py = x.place(at), y.place(value or 0.0)
            parts.append(svg.dot(px, py, svg.PALETTE[index], 3.6, 0.72))
            placed.append((px, py, label))
    return "".join(parts) + _labels(placed, box)


def _labels(points: list[tuple[float, float, str]], box: Box) -> str:
    """Names of the points farthest from the middle of the crowd, where they cover nothing."""
    named = [point for point in points if point[2]]
    if not named:
        return ""
    middle_x = sorted(p[0] for p in points)[len(points) // 2]
    middle_y = sorted(p[1] for p in points)[len(points) // 2]
    wide, high = box.right - box.left, box.bottom - box.top

    def distance(point: tuple[float, float, str]) -> float:
        return math.hypot((point[0] - middle_x) / wide, (point[1] - middle_y) / high)

    named = sorted((p for p in named if distance(p) > 0.3), key=distance, reverse=True)
    parts: list[str] = []
    taken: list[tuple[float, float, float]] = []
    for point in named:
        x, y, label = point
        shown = shorten(label, 24)
        size = len(shown) * CHAR
        start = x - 7 - size if x + 7 + size > box.right else x + 7
        obstacles = [*taken, *((px - 4, px + 4, py) for px, py, _ in points if (px, py) != (x, y))]
        if all(
            abs(y - oy) > 11 or start > end or start + size < left for left, end, oy in obstacles
        ):
            parts.append(svg.text(start, y + 4, shown))
            taken.append((start, start + size, y))
        if len(parts) == _MOST_LABELS:
            break
    return "".join(parts)
