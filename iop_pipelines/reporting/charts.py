"""Bar, line, pie and scatter charts as small standalone SVG, for pages, previews and metadata alike.

No drawing library: a chart is a few kilobytes, and takes less than a millisecond. Colours are those
of Okabe and Ito (2008), told apart with any colour vision; lines differ by dash as well, so that
they survive a black-and-white printer.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import escape
from itertools import pairwise
from typing import Literal

from iop_pipelines.errors import InvalidInput
from iop_pipelines.query.config import Chart
from iop_pipelines.query.result import Column, Table, Value
from iop_pipelines.reporting.axes import (
    Scale,
    as_seconds,
    nice_ticks,
    shorten,
    thin,
    tick_label,
    time_ticks,
)
from iop_pipelines.reporting.formats import decimals_of, format_number, format_value, printable

Kind = Literal["bar", "line", "pie", "scatter"]
X = str | float | date | datetime

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195", "#666666")
INK, MUTED, GRID, ALERT = "#1D2733", "#5B6775", "#DFE4EA", "#B3261E"
FONT = "Inter, 'DejaVu Sans', 'Liberation Sans', Helvetica, Arial, sans-serif"
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "5 5", "1 4", "12 4", "4 2 1 2")
FONT_SIZE = 11
_CHAR = 6.1  # mean width of a character at FONT_SIZE
MAX_LINE_POINTS = 500
MAX_SCATTER_POINTS = 2_000
MAX_BARS = 40
MAX_SLICES = 7
MAX_SERIES = len(PALETTE)


@dataclass(frozen=True)
class Series:
    """Points (x, y, label) in order; y None leaves a gap."""

    name: str
    points: tuple[tuple[X, float | None, str], ...]


@dataclass(frozen=True)
class ChartData:
    """What is drawn. `notes` are said under the chart: what was left out, and why."""

    kind: Kind
    title: str
    series: tuple[Series, ...]
    x_label: str = ""
    y_label: str = ""
    decimals: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Box:
    """The plot area in SVG units."""

    left: float
    top: float
    right: float
    bottom: float


# From a table --------------------------------------------------------------------------------


def chart_data(spec: Chart, table: Table) -> ChartData:
    """Rows of a table as the series of a chart, capped to what a reader can tell apart.

    Raises:
        InvalidInput: y, or x of a scatter, is not a number.
    """
    y = table.column(spec.y)
    x = table.column(spec.x)
    if not y.is_number:
        raise InvalidInput(f"y is {spec.y!r}, a {y.type}; it must be a number", "charts.y")
    if spec.type == "scatter" and not x.is_number:
        raise InvalidInput(f"x is {spec.x!r}, a {x.type}; it must be a number", "charts.x")
    series = tuple(_series(spec, table, x))
    notes = [spec.note] if spec.note else []
    if table.is_truncated:
        notes.append(f"Drawn from the first {table.limit:,} rows.")
    if len(series) > MAX_SERIES:
        notes.append(f"{MAX_SERIES} of {len(series)} series are shown.")
        series = series[:MAX_SERIES]
    data = ChartData(
        kind=spec.type,
        title=spec.title or f"{y.label} by {x.label.lower()}",
        series=series,
        x_label=axis_label(x),
        y_label=axis_label(y),
        decimals=decimals_of(y, table.values(spec.y)),
        notes=tuple(notes),
    )
    return _capped(data)


def axis_label(column: Column) -> str:
    if column.unit and column.unit.lower() not in column.label.lower():
        return f"{column.label} ({column.unit})"
    return column.label


def _series(spec: Chart, table: Table, x: Column) -> Iterable[Series]:
    groups: dict[str, list[tuple[X, float | None, str]]] = {}
    for row in table.records():
        name = str(row[spec.series]) if spec.series else ""
        label = "" if spec.label is None or row[spec.label] is None else str(row[spec.label])
        groups.setdefault(name, []).append((_x(row[spec.x], x, spec.type), _y(row[spec.y]), label))
    for name, points in groups.items():
        yield Series(name, tuple(points))


def _y(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _x(value: Value, column: Column, kind: Kind) -> X:
    if kind == "scatter":
        return float(value) if isinstance(value, int | float) else math.nan
    if kind == "line" and (isinstance(value, date) or (column.is_number and value is not None)):
        return float(value) if isinstance(value, int | float) else value  # type: ignore[return-value]
    return format_value(value, column, 0)


def _capped(data: ChartData) -> ChartData:
    if data.kind == "line":
        return _cap_line(data)
    if data.kind == "scatter":
        return _cap_scatter(data)
    if data.kind == "pie":
        return _cap_pie(data)
    longest = max((len(one.points) for one in data.series), default=0)
    if longest <= MAX_BARS:
        return data
    cut = tuple(replace(one, points=one.points[:MAX_BARS]) for one in data.series)
    return replace(
        data, series=cut, notes=(*data.notes, f"The first {MAX_BARS} of {longest} bars.")
    )


def _cap_line(data: ChartData) -> ChartData:
    ordered = tuple(replace(one, points=tuple(_in_order(one.points))) for one in data.series)
    longest = max((len(one.points) for one in ordered), default=0)
    if longest <= MAX_LINE_POINTS:
        return replace(data, series=ordered)
    thinned = tuple(replace(one, points=_largest_triangles(one.points)) for one in ordered)
    note = f"{longest:,} points drawn as {MAX_LINE_POINTS} that keep the shape."
    return replace(data, series=thinned, notes=(*data.notes, note))


def _in_order(points: Sequence[tuple[X, float | None, str]]) -> list[tuple[X, float | None, str]]:
    if all(isinstance(point[0], str) for point in points):
        return list(points)
    known = [point for point in points if not isinstance(point[0], str)]
    return sorted(known, key=lambda point: _position(point[0]))


def _position(x: X) -> float:
    return as_seconds(x) if isinstance(x, date) else float(x)


def _largest_triangles(
    points: tuple[tuple[X, float | None, str], ...], most: int = MAX_LINE_POINTS
) -> tuple[tuple[X, float | None, str], ...]:
    """Steinarsson's largest-triangle-three-buckets (2013); gaps are dropped before."""
    known = [point for point in points if point[1] is not None]
    if len(known) <= most:
        return tuple(known)
    at = [
        (float(i) if isinstance(x, str) else _position(x), float(y or 0))
        for i, (x, y, _) in enumerate(known)
    ]
    size = (len(known) - 2) / (most - 2)
    chosen = [0]
    for bucket in range(most - 2):
        first, last = int(bucket * size) + 1, int((bucket + 1) * size) + 1
        following = at[last : min(int((bucket + 2) * size) + 1, len(at))] or [at[-1]]
        mean_x = sum(x for x, _ in following) / len(following)
        mean_y = sum(y for _, y in following) / len(following)
        x0, y0 = at[chosen[-1]]

        def area(i: int, x0: float = x0, y0: float = y0, mx: float = mean_x, my: float = mean_y):
            return abs((x0 - mx) * (at[i][1] - y0) - (x0 - at[i][0]) * (my - y0))

        chosen.append(max(range(first, last), key=area))
    chosen.append(len(known) - 1)
    return tuple(known[i] for i in chosen)


def _cap_scatter(data: ChartData) -> ChartData:
    known = tuple(
        replace(
            one,
            points=tuple(
                p for p in one.points if p[1] is not None and not math.isnan(_position(p[0]))
            ),
        )
        for one in data.series
    )
    total = sum(len(one.points) for one in known)
    if total <= MAX_SCATTER_POINTS:
        return replace(data, series=known)
    step = math.ceil(total / MAX_SCATTER_POINTS)
    thinned = tuple(replace(one, points=one.points[::step]) for one in known)
    note = f"Every {step}th of {total:,} points is drawn."
    return replace(data, series=thinned, notes=(*data.notes, note))


def _cap_pie(data: ChartData) -> ChartData:
    """In the table's order; beyond MAX_SLICES the smallest become one. What is not positive has
    no slice."""
    points = [point for one in data.series for point in one.points]
    slices = [(str(x), y, label) for x, y, label in points if y is not None and y > 0]
    notes = data.notes
    if len(slices) < len(points):
        left_out = len(points) - len(slices)
        notes = (*notes, f"{left_out} without a positive value are not drawn.")
    if len(slices) > MAX_SLICES:
        slices.sort(key=lambda point: -point[1])
        rest = slices[MAX_SLICES - 1 :]
        name = f"{len(rest)} others"
        slices = [*slices[: MAX_SLICES - 1], (name, sum(y for _, y, _ in rest), "")]
    return replace(data, series=(Series("", tuple(slices)),), notes=notes)


# Drawing -------------------------------------------------------------------------------------


def draw(data: ChartData, width: int = 680, height: int = 280, *, has_title: bool = False) -> str:
    """One `<svg>` with its own title and description for screen readers."""
    if not any(point[1] is not None for one in data.series for point in one.points):
        body = _text(width / 2, height / 2, "No data in this period", anchor="middle", fill=MUTED)
    else:
        painters: dict[Kind, Callable[[ChartData, int, int, float], str]] = {
            "bar": _bar,
            "line": _line,
            "pie": _pie,
            "scatter": _scatter,
        }
        body = painters[data.kind](data, width, height, 24.0 if has_title else 0.0)
    if has_title:
        body = _text(0, 14, data.title, size=13, weight="600") + body
    return svg(body, width, height, data.title, describe(data))


def svg(body: str, width: int, height: int, title: str, description: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="{FONT}" font-size="{FONT_SIZE}" fill="{INK}">'
        f"<title>{clean(title)}</title><desc>{clean(description)}</desc>{body}</svg>"
    )


def describe(data: ChartData) -> str:
    """What a reader who does not see the chart should know: kind, size and range."""
    values = [point[1] for one in data.series for point in one.points if point[1] is not None]
    if not values:
        return f"An empty {data.kind} chart."
    low, high = (format_number(edge, data.decimals) for edge in (min(values), max(values)))
    parts = f"{len(values)} values" + (f" in {len(data.series)} series" if data.series[1:] else "")
    return f"A {data.kind} chart of {data.y_label}: {parts}, from {low} to {high}."


def clean(text: str) -> str:
    return escape(printable(text), quote=True)


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    fill: str = "",
    size: float = 0,
    weight: str = "",
    turned: bool = False,
) -> str:
    extra = "".join(
        f' {name}="{value}"'
        for name, value in (
            ("text-anchor", anchor if anchor != "start" else ""),
            ("fill", fill),
            ("font-size", f"{size:g}" if size else ""),
            ("font-weight", weight),
            ("transform", f"rotate(-90 {x:.1f} {y:.1f})" if turned else ""),
        )
        if value
    )
    return f'<text x="{x:.1f}" y="{y:.1f}"{extra}>{clean(text)}</text>'


def _h_line(x1: float, x2: float, y: float, stroke: str = GRID) -> str:
    return f'<path d="M{x1:.1f} {y:.1f}H{x2:.1f}" stroke="{stroke}" stroke-width="1" fill="none"/>'


def _v_line(x: float, y1: float, y2: float, stroke: str = GRID) -> str:
    return f'<path d="M{x:.1f} {y1:.1f}V{y2:.1f}" stroke="{stroke}" stroke-width="1" fill="none"/>'


def _legend(data: ChartData, width: float, top: float) -> tuple[str, float]:
    """(SVG, height used); nothing for one series without a name."""
    names = [one.name for one in data.series]
    if len(names) < 2:
        return "", 0.0
    parts, x, y = [], 0.0, top + 10
    for index, name in enumerate(names):
        shown = shorten(name, 28)
        wide = 26 + len(shown) * _CHAR + 12
        if x and x + wide > width:
            x, y = 0.0, y + 17
        parts.append(_legend_mark(data.kind, index, x, y))
        parts.append(_text(x + 26, y, shown))
        x += wide
    return "".join(parts), y - top + 8


def _legend_mark(kind: Kind, index: int, x: float, y: float) -> str:
    """What the series looks like in its chart: a line with its dash, a dot, or a bar."""
    colour = PALETTE[index]
    if kind == "line":
        dash = f' stroke-dasharray="{_DASHES[index]}"' if _DASHES[index] else ""
        return f'<path d="M{x:.1f} {y - 4:.1f}h20" stroke="{colour}" stroke-width="2.2"{dash}/>'
    if kind == "scatter":
        return _dot(x + 13, y - 4, colour, 4.5)
    return f'<rect x="{x + 9:.1f}" y="{y - 9:.1f}" width="11" height="11" rx="2" fill="{colour}"/>'


def _y_axis(box: Box, ticks: Sequence[float], scale: Scale, label: str) -> str:
    parts = []
    for tick in ticks:
        y = scale(tick)
        parts.append(_h_line(box.left, box.right, y, GRID if tick else "#9AA5B1"))
        parts.append(_text(box.left - 7, y + 4, tick_label(tick, ticks), anchor="end", fill=MUTED))
    parts.append(_text(0, box.top - 14, label, fill=MUTED))
    return "".join(parts)


def _plot_box(width: int, height: int, top: float, ticks: Sequence[float]) -> Box:
    left = max(len(tick_label(tick, ticks)) for tick in ticks) * _CHAR + 12
    return Box(left, top + 27, width - 10.0, height - 24.0)


# Bars ----------------------------------------------------------------------------------------


def _bar(data: ChartData, width: int, height: int, top: float) -> str:
    categories = list(dict.fromkeys(str(x) for one in data.series for x, _, _ in one.points))
    legend, used = _legend(data, width, top)
    room = (width - 60) / max(len(categories), 1)
    is_wide = thin([shorten(name, 18) for name in categories], room, _CHAR) > 1
    paint = _bars_across if is_wide else _bars_up
    return legend + paint(data, categories, width, height, top + used)


def _bar_values(data: ChartData) -> list[float]:
    return [point[1] for one in data.series for point in one.points if point[1] is not None]


def _bars_up(data: ChartData, names: list[str], width: int, height: int, top: float) -> str:
    values = _bar_values(data)
    ticks = nice_ticks(min(0.0, *values), max(0.0, *values))
    box = _plot_box(width, height, top, ticks)
    y = Scale(ticks[0], ticks[-1], box.bottom, box.top)
    slot = (box.right - box.left) / len(names)
    thick = min(slot * 0.72, 64.0 * len(data.series)) / len(data.series)
    parts = [_y_axis(box, ticks, y, data.y_label)]
    for index, one in enumerate(data.series):
        for x, value, _ in one.points:
            if value is None:
                continue
            centre = box.left + slot * (names.index(str(x)) + 0.5)
            left = centre - thick * len(data.series) / 2 + thick * index
            edge, base = sorted((y(value), y(0)))
            parts.append(
                f'<rect x="{left:.1f}" y="{edge:.1f}" width="{max(thick - 1, 1):.1f}" '
                f'height="{max(base - edge, 0.5):.1f}" fill="{PALETTE[index]}"/>'
            )
            shown = format_number(value, data.decimals)
            if len(data.series) == 1 and len(shown) * _CHAR < slot:
                at = edge - 4 if value >= 0 else base + 12
                parts.append(_text(centre, at, shown, anchor="middle", weight="600"))
    for position, name in enumerate(names):
        centre = box.left + slot * (position + 0.5)
        parts.append(_text(centre, box.bottom + 16, shorten(name, 18), anchor="middle"))
    return "".join(parts)


def _bars_across(data: ChartData, names: list[str], width: int, height: int, top: float) -> str:
    """Long names stand to the left of their bars, the value at the end of each."""
    values = _bar_values(data)
    low, high = min(0.0, *values), max(0.0, *values)
    left = max(len(shorten(name, 26)) for name in names) * _CHAR + 10
    widest = max(len(format_number(value, data.decimals)) for value in values) * _CHAR + 8
    room_below = widest if low < 0 else 0
    x = Scale(low, high, left + room_below, width - widest)
    first, last = top + 20, height - 6.0
    slot = (last - first) / len(names)
    thick = min(slot * 0.74, 20.0 * len(data.series)) / len(data.series)
    parts = [_text(0, top + 8, data.y_label, fill=MUTED), _v_line(x(0), first, last, "#9AA5B1")]
    for position, name in enumerate(names):
        middle = first + slot * (position + 0.5)
        parts.append(_text(left - 7, middle + 4, shorten(name, 26), anchor="end"))
        for index, one in enumerate(data.series):
            for value in (point[1] for point in one.points if str(point[0]) == name):
                if value is None:
                    continue
                start, end = sorted((x(value), x(0)))
                bar_top = middle - thick * len(data.series) / 2 + thick * index
                parts.append(
                    f'<rect x="{start:.1f}" y="{bar_top:.1f}" width="{max(end - start, 0.5):.1f}" '
                    f'height="{max(thick - 1, 1):.1f}" fill="{PALETTE[index]}"/>'
                )
                at, anchor = (end + 5, "start") if value >= 0 else (start - 5, "end")
                shown = format_number(value, data.decimals)
                if thick >= 8:
                    parts.append(_text(at, bar_top + thick / 2 + 3.5, shown, anchor=anchor))
    return "".join(parts)


# Lines ---------------------------------------------------------------------------------------


def _line(data: ChartData, width: int, height: int, top: float) -> str:
    legend, used = _legend(data, width, top)
    values = _bar_values(data)
    ticks = nice_ticks(*_breathing(values))
    box = _plot_box(width, height, top + used, ticks)
    y = Scale(ticks[0], ticks[-1], box.bottom, box.top)
    position, x_axis = _x_axis(data, box)
    parts = [legend, _y_axis(box, ticks, y, data.y_label), x_axis]
    for index, one in enumerate(data.series):
        at = [(position(x), None if value is None else y(value)) for x, value, _ in _with_gaps(one)]
        dash = f' stroke-dasharray="{_DASHES[index]}"' if _DASHES[index] else ""
        parts.append(
            f'<path d="{polyline(at)}" fill="none" stroke="{PALETTE[index]}" stroke-width="2" '
            f'stroke-linejoin="round" stroke-linecap="round"{dash}/>'
        )
        parts += [_dot(px, py, PALETTE[index], 2.4) for px, py in _lonely(at)]
    return "".join(parts)


def _with_gaps(one: Series) -> list[tuple[X, float | None, str]]:
    """A period that is not there breaks the line: nothing is known between its neighbours."""
    points = list(one.points)
    if len(points) < 3 or not all(isinstance(point[0], date) for point in points):
        return points
    at = [_position(point[0]) for point in points]
    steps = sorted(_differences(at))
    usual = steps[len(steps) // 2]
    filled = points[:1]
    for before, point, step in zip(at, points[1:], _differences(at), strict=False):
        if step > 1.6 * usual:
            filled.append((datetime(1970, 1, 1) + timedelta(seconds=before + step / 2), None, ""))
        filled.append(point)
    return filled


def _differences(at: Sequence[float]) -> list[float]:
    return [after - before for before, after in pairwise(at)]


def _breathing(values: Sequence[float]) -> tuple[float, float]:
    """Zero is on the axis when it is near: a line must not look steeper than it is."""
    low, high = min(values), max(values)
    if 0 <= low <= high * 0.6:
        low = 0.0
    return low, high


def _x_axis(data: ChartData, box: Box) -> tuple[Callable[[X], float], str]:
    """(position of an x, its axis): a time axis, numbers, or names in their order."""
    xs = [x for one in data.series for x, _, _ in one.points]
    if all(isinstance(x, date) for x in xs):
        seconds = [_position(x) for x in xs]
        scale = Scale(min(seconds), max(seconds), box.left + 4, box.right - 4)
        wanted = int((box.right - box.left) / 72)
        has_hours = any(isinstance(x, datetime) for x in xs)
        ticks = time_ticks(min(seconds), max(seconds), wanted, has_hours=has_hours)
        return lambda x: scale(_position(x)), _x_labels([(scale(s), t) for s, t in ticks], box)
    if all(isinstance(x, float) for x in xs):
        return _number_axis([float(x) for x in xs if isinstance(x, float)], box, "")
    names = list(dict.fromkeys(str(x) for x in xs))
    scale = Scale(0, max(len(names) - 1, 1), box.left + 14, box.right - 14)
    step = thin(names, (box.right - box.left) / len(names), _CHAR)
    labels = [(scale(i), shorten(name, 18)) for i, name in enumerate(names) if i % step == 0]
    return lambda x: scale(names.index(str(x))), _x_labels(labels, box)


def _number_axis(xs: list[float], box: Box, label: str) -> tuple[Callable[[X], float], str]:
    ticks = nice_ticks(*_breathing(xs), wanted=7)
    scale = Scale(ticks[0], ticks[-1], box.left + 4, box.right - 10)
    marks = "".join(_v_line(scale(tick), box.top, box.bottom) for tick in ticks)
    labels = _x_labels([(scale(tick), tick_label(tick, ticks)) for tick in ticks], box)
    named = _text(box.right, box.bottom + 31, label, anchor="end", fill=MUTED) if label else ""
    return lambda x: scale(float(x)), marks + labels + named  # type: ignore[arg-type]


def _x_labels(labels: Iterable[tuple[float, str]], box: Box) -> str:
    return "".join(
        f'<path d="M{x:.1f} {box.bottom:.1f}v4" stroke="#9AA5B1"/>'
        + _text(x, box.bottom + 16, label, anchor="middle", fill=MUTED)
        for x, label in labels
    )


def polyline(points: Iterable[tuple[float, float | None]]) -> str:
    """A path that lifts the pen where there is no value."""
    parts, is_down = [], False
    for x, y in points:
        if y is not None:
            parts.append(f"{'L' if is_down else 'M'}{x:.1f} {y:.1f}")
        is_down = y is not None
    return "".join(parts)


def _lonely(points: list[tuple[float, float | None]]) -> Iterable[tuple[float, float]]:
    """Points without a neighbour, of which a path would show nothing."""
    for index, (x, y) in enumerate(points):
        before = points[index - 1][1] if index else None
        after = points[index + 1][1] if index + 1 < len(points) else None
        if y is not None and before is None and after is None:
            yield x, y


def _dot(x: float, y: float, fill: str, radius: float, opacity: float = 1.0) -> str:
    faint = f' fill-opacity="{opacity:g}"' if opacity < 1 else ""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}"{faint}/>'


# Pie -----------------------------------------------------------------------------------------


def _pie(data: ChartData, width: int, height: int, top: float) -> str:
    """A ring, from twelve o'clock; shares stand in the legend, largest first."""
    slices = [(str(x), float(y or 0)) for x, y, _ in data.series[0].points]
    is_narrow = width < 460
    rows = 18.0 * len(slices) + 6
    outer = (height - top - (rows if is_narrow else 0) - 12) / 2
    cx = width / 2 if is_narrow else outer + 8
    cy, inner = top + 6 + outer, outer * 0.6
    total = sum(value for _, value in slices)
    parts, turn = [], 0.0
    for index, (_, value) in enumerate(slices):
        parts.append(_slice(cx, cy, outer, inner, turn, value / total, PALETTE[index]))
        turn += value / total
    shown = format_number(total, data.decimals)
    size = min(17.0, 2.6 * inner / max(len(shown), 1))
    parts.append(_text(cx, cy + size * 0.35, shown, anchor="middle", size=size, weight="600"))
    left, right = (
        (0.0, float(width)) if is_narrow else (cx + outer + 34, min(width, cx + outer + 364))
    )
    first = height - rows + 14 if is_narrow else cy - len(slices) * 9 + 12
    return "".join(parts) + _pie_legend(slices, total, data.decimals, left, right, first)


def _pie_legend(
    slices: list[tuple[str, float]],
    total: float,
    decimals: int,
    left: float,
    right: float,
    y: float,
) -> str:
    parts = []
    for index, (name, value) in enumerate(slices):
        parts.append(
            f'<rect x="{left:.1f}" y="{y - 9:.1f}" width="11" height="11" rx="2" '
            f'fill="{PALETTE[index]}"/>'
        )
        parts.append(_text(left + 18, y, shorten(name, 26)))
        parts.append(_text(right - 52, y, format_number(value, decimals), anchor="end"))
        share = f"{format_number(100 * value / total, 1)} %"
        parts.append(_text(right, y, share, anchor="end", fill=MUTED))
        y += 18
    return "".join(parts)


def _slice(
    cx: float, cy: float, outer: float, inner: float, turn: float, share: float, fill: str
) -> str:
    if share > 0.9999:
        ring, hole = _circle(cx, cy, outer), _circle(cx, cy, inner)
        return f'<path d="{ring}{hole}" fill="{fill}" fill-rule="evenodd"/>'
    start, end = 2 * math.pi * turn - math.pi / 2, 2 * math.pi * (turn + share) - math.pi / 2
    is_large = int(share > 0.5)

    def at(radius: float, angle: float) -> str:
        return f"{cx + radius * math.cos(angle):.2f} {cy + radius * math.sin(angle):.2f}"

    return (
        f'<path d="M{at(outer, start)}A{outer:.2f} {outer:.2f} 0 {is_large} 1 {at(outer, end)}'
        f"L{at(inner, end)}A{inner:.2f} {inner:.2f} 0 {is_large} 0 {at(inner, start)}Z"
        f'" fill="{fill}" stroke="#fff" stroke-width="1.5"/>'
    )


def _circle(cx: float, cy: float, radius: float) -> str:
    half = f"a{radius:.2f} {radius:.2f} 0 1 1"
    return f"M{cx - radius:.2f} {cy:.2f}{half} {2 * radius:.2f} 0{half} {-2 * radius:.2f} 0Z"


# Scatter -------------------------------------------------------------------------------------


def _scatter(data: ChartData, width: int, height: int, top: float) -> str:
    legend, used = _legend(data, width, top)
    ticks = nice_ticks(*_breathing(_bar_values(data)))
    box = _plot_box(width, height - 15, top + used, ticks)
    y = Scale(ticks[0], ticks[-1], box.bottom, box.top)
    xs = [_position(x) for one in data.series for x, _, _ in one.points]
    position, x_axis = _number_axis(xs, box, data.x_label)
    parts = [legend, _y_axis(box, ticks, y, data.y_label), x_axis]
    placed: list[tuple[float, float, str]] = []
    for index, one in enumerate(data.series):
        for x, value, label in one.points:
            px, py = position(x), y(value or 0)
            parts.append(_dot(px, py, PALETTE[index], 3.6, 0.72))
            placed.append((px, py, label))
    return "".join(parts) + _point_labels(placed, box)


def _point_labels(points: list[tuple[float, float, str]], box: Box, most: int = 6) -> str:
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
        size = len(shown) * _CHAR
        start = x - 7 - size if x + 7 + size > box.right else x + 7
        obstacles = [*taken, *((px - 4, px + 4, py) for px, py, _ in points if (px, py) != (x, y))]
        if all(
            abs(y - oy) > 11 or start > end or start + size < left for left, end, oy in obstacles
        ):
            parts.append(_text(start, y + 4, shown))
            taken.append((start, start + size, y))
        if len(parts) == most:
            break
    return "".join(parts)
