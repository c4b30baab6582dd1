"""Pieces of SVG that charts are made of: the document, text, lines, dots, axes and the legend.

Neighbouring colours are told apart with any colour vision (`tests/reporting/test_colours.py`); lines differ by dash,
points by sign and bars by pattern as well, so that they survive a black-and-white printer.
"""

from collections.abc import Iterable
from html import escape

from iop_pipelines.query.charts.spec import Kind
from iop_pipelines.reporting.charts.axes import CHAR, Axis, Box, shorten
from iop_pipelines.reporting.charts.data import ChartData
from iop_pipelines.reporting.formats import printable

# The last is of what stands for all others.
PALETTE = (
    *(
        "#0f6a5f",
        "#91500c",
        "#9783c8",
        "#430088",
        "#829711",
        "#594887",
        "#5f8861",
        "#701002",
        "#8f4ed2",
    ),
    *("#541d31", "#85648e", "#9b233e", "#8a939c"),
)
REST = len(PALETTE) - 1
DASHES = (
    *("", "7 3", "2 3", "10 3 2 3", "5 5", "1 4", "14 4", "6 2 2 2 2 2", "3 6", "12 3 4 3", "8 8"),
    *("2 2 6 2", "1 2"),
)
# Drawn around 0, 0.
SIGNS = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "M-3.6-3.6h7.2v7.2h-7.2z",
    "M0-5L4.6 3.4H-4.6z",
    "M0-5L5 0L0 5L-5 0z",
    "M-1.5-5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z",
    "M0 5L4.6-3.4H-4.6z",
    "M-5 0L3.4-4.6V4.6z",
    "M5 0L-3.4-4.6V4.6z",
    "M-4.6-1.6h9.2v3.2h-9.2z",
    "M-1.6-4.6h3.2v9.2h-3.2z",
    "M-4.6-2.6L-2.6-4.6L0-2L2.6-4.6L4.6-2.6L2 0L4.6 2.6L2.6 4.6L0 2L-2.6 4.6L-4.6 2.6L-2 0z",
    "M0-5L1.5-1.5L5 0L1.5 1.5L0 5L-1.5 1.5L-5 0L-1.5-1.5z",
    "M-4 0a4 4 0 0 1 8 0z",
)
# Directions of a bar's stripes, and how far apart they are.
PATTERNS = (
    *(("", 0.0), ("/", 6.0), ("-", 5.0), ("\\", 6.0), ("|", 5.0), ("-|", 6.0), ("/\\", 8.0)),
    *(("/", 3.5), ("-", 3.0), ("\\", 3.5), ("|", 3.0), ("-|", 4.0), ("/\\", 5.0)),
)
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


def bar(left: float, top: float, width: float, height: float, place: int) -> str:
    filled = rectangle(left, top, width, height, PALETTE[place])
    return filled + _striped(left, top, width, height, place)


def _striped(left: float, top: float, width: float, height: float, place: int) -> str:
    """Lines of the paper's colour, each from edge to edge."""
    directions, gap = PATTERNS[place]
    lines: list[str] = []
    right, bottom = left + width, top + height
    for direction in directions:
        if direction == "-":
            lines += [f"M{left:.1f} {y:.1f}H{right:.1f}" for y in _every(gap, top, bottom)]
        elif direction == "|":
            lines += [f"M{x:.1f} {top:.1f}V{bottom:.1f}" for x in _every(gap, left, right)]
        else:
            for shift in _every(gap * 1.4, 0.0, width + height):
                # Where a slanting line enters and leaves the bar.
                start, end = max(0.0, shift - height), min(width, shift)
                x1, x2 = (
                    (left + start, left + end) if direction == "/" else (right - start, right - end)
                )
                lines.append(
                    f"M{x1:.1f} {top + shift - start:.1f}L{x2:.1f} {top + shift - end:.1f}"
                )
    return (
        f'<path d="{"".join(lines)}" stroke="#fff" stroke-width="1" fill="none"/>' if lines else ""
    )


def _every(gap: float, start: float, end: float) -> Iterable[float]:
    count = int((end - start) / gap)
    return (start + gap * (n + 0.5) for n in range(count))


def sign(x: float, y: float, place: int, size: float, *, opacity: float = 1.0) -> str:
    faint = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
    return (
        f'<path d="{SIGNS[place]}" transform="translate({x:.1f} {y:.1f}) scale({size:g})" '
        f'fill="{PALETTE[place]}"{faint}/>'
    )


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


def draw_value_axis(box: Box, axis: Axis, data: ChartData) -> str:
    zero = axis.place(0.0)
    parts = [
        horizontal(box.left, box.right, y, ZERO if y == zero else GRID)
        + text(box.left - 7, y + 4, said, anchor="end", fill=MUTED)
        for y, said in axis.ticks
    ]
    cut = _cut_mark(box) if data.axis.is_cut else ""
    return "".join(parts) + cut + text(0, box.top - 14, data.y_label, fill=MUTED)


def _cut_mark(box: Box) -> str:
    """Two strokes through the foot of an axis that does not begin at zero."""
    x, y = box.left, box.bottom + 5
    strokes = f"M{x - 5:.1f} {y:.1f}l10 -5M{x - 5:.1f} {y + 4:.1f}l10 -5"
    return f'<path class="cut" d="{strokes}" stroke="{INK}" stroke-width="1.2" fill="none"/>'


def draw_x_axis(box: Box, axis: Axis, name: str) -> str:
    """Numbers have lines through the plot, moments and names a mark below it."""
    grid = [vertical(x, box.top, box.bottom, GRID) for x, _ in axis.ticks if axis.is_number]
    labels = [
        f'<path d="M{x:.1f} {box.bottom:.1f}v4" stroke="{ZERO}"/>'
        + text(x, box.bottom + 16, said, anchor="middle", fill=MUTED)
        for x, said in axis.ticks
    ]
    return "".join(grid + labels) + axis_name(box, name)


def axis_name(box: Box, name: str) -> str:
    return text(box.right, box.bottom + 31, name, anchor="end", fill=MUTED)


def draw_legend(data: ChartData, width: float) -> tuple[str, float]:
    """(SVG, height used); nothing for one series without a name."""
    names = [one.name for one in data.series]
    if len(names) < 2:
        return "", 0.0
    parts, x, y = [], 0.0, 10.0
    for one, name in zip(data.series, names, strict=True):
        shown = shorten(name, 28)
        wide = 26 + len(shown) * CHAR + 12
        if x and x + wide > width:
            x, y = 0.0, y + 17
        parts.append(_mark(data.kind, one.place, x, y) + text(x + 26, y, shown))
        x += wide
    return "".join(parts), y + 8


def _mark(kind: Kind, place: int, x: float, y: float) -> str:
    """What the series looks like in its chart: a line with its dash and sign, a sign, or a bar."""
    if kind == "line":
        line = f'<path d="M{x:.1f} {y - 4:.1f}h20" stroke="{PALETTE[place]}" stroke-width="2.2"'
        return f"{line}{dashed(place)}/>" + sign(x + 10, y - 4, place, 0.6)
    if kind == "scatter":
        return sign(x + 13, y - 4, place, 1)
    return swatch(x + 4, y, place, 18)


def swatch(left: float, baseline: float, place: int, width: float = 11) -> str:
    return bar(left, baseline - 9, width, 11, place)
