"""A crowd of points, of which those farthest from its middle are named."""

import math

from iop_pipelines.reporting.charts import svg
from iop_pipelines.reporting.charts.axes import CHAR, Box, plot_area, shorten, x_axis
from iop_pipelines.reporting.charts.data import ChartData

_MOST_LABELS = 6


def draw_scatter(data: ChartData, width: int, height: int) -> str:
    named, used = svg.draw_legend(data, width)
    box, y = plot_area(data.axis, width, height, used, data.voice)
    x = x_axis(data.xs, box, data.x_axis, data.x, data.voice)
    parts = [named, svg.draw_value_axis(box, y, data), svg.draw_x_axis(box, x, data.x_label)]
    placed: list[tuple[float, float, str]] = []
    for one in data.series:
        for at, value, label in one.points:
            px, py = x.place(at), y.place(value or 0.0)
            parts.append(svg.sign(px, py, one.place, 0.9, opacity=0.72))
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
