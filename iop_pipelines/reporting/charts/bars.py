"""Bars, upright, or lying where their names are long."""

from iop_pipelines.reporting.charts import svg
from iop_pipelines.reporting.charts.axes import CHAR, Scale, X, plot_area, shorten, thin
from iop_pipelines.reporting.charts.data import ChartData, Series


def draw_bars(data: ChartData, width: int, height: int) -> str:
    names = list(dict.fromkeys(data.xs))
    named, used = svg.draw_legend(data, width)
    room = (width - 60) / max(len(names), 1)
    is_long = data.along != "time" and thin([shorten(str(x), 18) for x in names], room) > 1
    paint = _across if data.is_list or is_long else _up
    return named + paint(data, names, width, height, used)


def _up(data: ChartData, names: list[X], width: int, height: int, top: float) -> str:
    box, axis = plot_area(data.axis, width, height, top, data.voice)
    slot = (box.right - box.left) / len(names)
    centres = {name: box.left + slot * (place + 0.5) for place, name in enumerate(names)}
    thick = min(slot * 0.72, 64.0 * len(data.series)) / len(data.series)
    parts = [svg.draw_value_axis(box, axis, data)]
    for index, one in enumerate(data.series):
        has_room = len(data.series) == 1 and _is_one_each(one)
        for x, value, _ in one.points:
            if value is None:
                continue
            centre = centres[x]
            left = centre - thick * len(data.series) / 2 + thick * index
            edge, base = sorted((axis.place(value), axis.place(0.0)))
            wide, high = max(thick - 1, 1), max(base - edge, 0.5)
            parts.append(svg.bar(left, edge, wide, high, _place(one, x, data)))
            shown = data.number(value)
            if has_room and len(shown) * CHAR < slot:
                at = edge - 4 if value >= 0 else base + 12
                parts.append(svg.text(centre, at, shown, anchor="middle", weight="600"))
    stride = thin([shorten(str(name), 18) for name in names], slot)
    for name in names[::stride]:
        shown = shorten(str(name), 18)
        parts.append(svg.text(centres[name], box.bottom + 16, shown, anchor="middle"))
    return "".join(parts) + svg.axis_name(box, data.x_label)


def _place(one: Series, x: X, data: ChartData) -> int:
    """What stands for all others has the colour of no other."""
    is_rest = data.rest is not None and x == one.points[data.rest][0]
    return svg.REST if is_rest else one.place


def _across(data: ChartData, names: list[X], width: int, height: int, top: float) -> str:
    """Long names stand to the left of their bars, the value at the end of each."""
    values = data.values
    low, high = data.axis.low, data.axis.high
    left = max(len(shorten(str(name), 26)) for name in names) * CHAR + 10
    widest = max(len(data.number(value)) for value in values) * CHAR + 8
    x = Scale(low, high, left + (widest if low < 0 else 0), width - widest)
    first, last = top + 20, height - 6.0
    slot = (last - first) / len(names)
    thick = min(slot * 0.74, 20.0 * len(data.series)) / len(data.series)
    parts = [
        svg.text(0, top + 8, data.y_label, fill=svg.MUTED),
        svg.vertical(x(0), first, last, svg.ZERO),
    ]
    for place, name in enumerate(names):
        middle = first + slot * (place + 0.5)
        parts.append(svg.text(left - 7, middle + 4, shorten(str(name), 26), anchor="end"))
        for index, one in enumerate(data.series):
            for value in (point[1] for point in one.points if point[0] == name):
                if value is None:
                    continue
                start, end = sorted((x(value), x(0)))
                upper = middle - thick * len(data.series) / 2 + thick * index
                wide, high = max(end - start, 0.5), max(thick - 1, 1)
                parts.append(svg.bar(start, upper, wide, high, _place(one, name, data)))
                if thick >= 8 and _is_one_each(one):
                    at, anchor = (end + 5, "start") if value >= 0 else (start - 5, "end")
                    shown = data.number(value)
                    parts.append(svg.text(at, upper + thick / 2 + 3.5, shown, anchor=anchor))
    return "".join(parts)


def _is_one_each(one: Series) -> bool:
    """Bars of one name stand over each other, and their values would too."""
    return len({x for x, _, _ in one.points}) == len(one.points)
