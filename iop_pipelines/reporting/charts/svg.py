"""Pieces of SVG that charts are made of: the document, text, lines, dots, axes and the legend.

Colours are those of Okabe and Ito (2008), told apart with any colour vision; lines differ by dash as
well, so that they survive a black-and-white printer.
"""

from collections.abc import Iterable
from html import escape

from iop_pipelines.reporting.charts.axes import CHAR, Axis, Box, shorten
from iop_pipelines.reporting.charts.data import ChartData, Kind
from iop_pipelines.reporting.formats import printable

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195", "#666666")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "5 5", "1 4", "12 4", "4 2 1 2")
INK, MUTED, GRID, ZERO, ALERT = "#1D2733", "#5B6775", "#DFE4EA", "#9AA5B1", "#B3261E"
_FONT = "Inter, 'DejaVu Sans', 'Liberation Sans', Helvetica, Arial, sans-serif"
_FONT_SIZE = 11


def document(body: str, width: int, height: int, *, title: str, description: str) -> str:
    """One `<svg>` with its own title and description for screen readers."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="{_FONT}" font-size="{_FONT_SIZE}" fill="{INK}">'
        f"<title>{clean(title)}</title><desc>{clean(description)}</desc>{body}</svg>"
    )


def clean(words: str) -> str:
    return escape(printable(words), quote=True)


def text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    fill: str = "",
    size: float = 0,
    weight: str = "",
) -> str:
    extra = "".join(
        f' {name}="{value}"'
        for name, value in (
            ("text-anchor", anchor if anchor != "start" else ""),
            ("fill", fill),
            ("font-size", f"{size:g}" if size else ""),
            ("font-weight", weight),
        )
        if value
    )
    return f'<text x="{x:.1f}" y="{y:.1f}"{extra}>{clean(words)}</text>'


def horizontal(x1: float, x2: float, y: float, stroke: str) -> str:
    return f'<path d="M{x1:.1f} {y:.1f}H{x2:.1f}" stroke="{stroke}" stroke-width="1" fill="none"/>'


def vertical(x: float, y1: float, y2: float, stroke: str) -> str:
    return f'<path d="M{x:.1f} {y1:.1f}V{y2:.1f}" stroke="{stroke}" stroke-width="1" fill="none"/>'


def rectangle(left: float, top: float, width: float, height: float, fill: str) -> str:
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{fill}"/>'
    )


def dot(x: float, y: float, fill: str, radius: float, opacity: float = 1.0) -> str:
    faint = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}"{faint}/>'


def dashed(index: int) -> str:
    """The attribute that a line of this series has."""
    return f' stroke-dasharray="{DASHES[index]}"' if DASHES[index] else ""


def polyline(points: Iterable[tuple[float, float | None]]) -> str:
    """A path that lifts the pen where there is no value."""
    parts, is_down = [], False
    for x, y in points:
        if y is not None:
            parts.append(f"{'L' if is_down else 'M'}{x:.1f} {y:.1f}")
        is_down = y is not None
    return "".join(parts)


def draw_value_axis(box: Box, axis: Axis, label: str) -> str:
    zero = axis.place(0.0)
    parts = [
        horizontal(box.left, box.right, y, ZERO if y == zero else GRID)
        + text(box.left - 7, y + 4, said, anchor="end", fill=MUTED)
        for y, said in axis.ticks
    ]
    return "".join(parts) + text(0, box.top - 14, label, fill=MUTED)


def draw_x_axis(box: Box, axis: Axis) -> str:
    """Numbers have lines through the plot, moments and names a mark below it."""
    grid = [vertical(x, box.top, box.bottom, GRID) for x, _ in axis.ticks if axis.is_number]
    labels = [
        f'<path d="M{x:.1f} {box.bottom:.1f}v4" stroke="{ZERO}"/>'
        + text(x, box.bottom + 16, said, anchor="middle", fill=MUTED)
        for x, said in axis.ticks
    ]
    return "".join(grid + labels)


def draw_legend(data: ChartData, width: float) -> tuple[str, float]:
    """(SVG, height used); nothing for one series without a name."""
    names = [one.name for one in data.series]
    if len(names) < 2:
        return "", 0.0
    parts, x, y = [], 0.0, 10.0
    for index, name in enumerate(names):
        shown = shorten(name, 28)
        wide = 26 + len(shown) * CHAR + 12
        if x and x + wide > width:
            x, y = 0.0, y + 17
        parts.append(_mark(data.kind, index, x, y) + text(x + 26, y, shown))
        x += wide
    return "".join(parts), y + 8


def _mark(kind: Kind, index: int, x: float, y: float) -> str:
    """What the series looks like in its chart: a line with its dash, a dot, or a bar."""
    colour = PALETTE[index]
    if kind == "line":
        line = f'<path d="M{x:.1f} {y - 4:.1f}h20" stroke="{colour}" stroke-width="2.2"'
        return f"{line}{dashed(index)}/>"
    if kind == "scatter":
        return dot(x + 13, y - 4, colour, 4.5)
    return swatch(x + 9, y, colour)


def swatch(left: float, baseline: float, fill: str) -> str:
    return (
        f'<rect x="{left:.1f}" y="{baseline - 9:.1f}" width="11" height="11" rx="2" fill="{fill}"/>'
    )
