"""What a chart shows: the rows of a table as series, capped to what a reader can tell apart."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from iop_pipelines.errors import InvalidInput
from iop_pipelines.query.config import Chart
from iop_pipelines.query.result import Column, Table, Value
from iop_pipelines.reporting.charts.axes import X, position
from iop_pipelines.reporting.formats import decimals_of, format_number, format_value

Kind = Literal["bar", "line", "pie", "scatter"]
Point = tuple[X, float | None, str]

MAX_LINE_POINTS = 500
MAX_SCATTER_POINTS = 2_000
MAX_BARS = 30
# More stand under each other, as a list, with a line each.
MOST_UPRIGHT = 14
MAX_SLICES = 7
# As many as have a colour and a dash of their own.
MAX_SERIES = 8


@dataclass(frozen=True)
class Series:
    """Points (x, y, label) in order; y None leaves a gap."""

    name: str
    points: tuple[Point, ...]


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

    @property
    def xs(self) -> list[X]:
        return [x for one in self.series for x, _, _ in one.points]

    @property
    def values(self) -> list[float]:
        """Every known y."""
        return [y for one in self.series for _, y, _ in one.points if y is not None]

    def describe(self) -> str:
        """What a reader who does not see the chart should know: kind, size and range."""
        values = self.values
        if not values:
            return f"An empty {self.kind} chart."
        low, high = (format_number(edge, self.decimals) for edge in (min(values), max(values)))
        parts = f"{len(values)} values" + (
            f" in {len(self.series)} series" if self.series[1:] else ""
        )
        return f"A {self.kind} chart of {self.y_label}: {parts}, from {low} to {high}."


def chart_data(spec: Chart, table: Table) -> ChartData:
    """Rows of a table as the series of a chart, capped to what a reader can tell apart.

    Raises:
        InvalidInput: y, or x of a scatter, is not a number.
    """
    y = table.column(spec.y)
    x = table.column(spec.x)
    if not y.is_number:
        raise InvalidInput("chart.y_not_number", "charts.y", y=spec.y, kind=y.type)
    if spec.type == "scatter" and not x.is_number:
        raise InvalidInput("chart.x_not_number", "charts.x", x=spec.x, kind=x.type)
    series = tuple(_series(spec, table, x))
    notes = [spec.note] if spec.note else []
    if table.is_truncated:
        said = table.rows_said(len(table.rows))
        notes.append(f"Drawn from the first {said.english if said else table.limit}.")
    if len(series) > MAX_SERIES:
        notes.append(f"{MAX_SERIES} of {len(series)} series are shown.")
        series = series[:MAX_SERIES]
    data = ChartData(
        kind=spec.type,
        title=spec.title or f"{y.label} by {x.label.lower()}",
        series=series,
        x_label=_axis_label(x),
        y_label=_axis_label(y),
        decimals=decimals_of(y, table.values(spec.y)),
        notes=tuple(notes),
    )
    return _capped(data)


def _axis_label(column: Column) -> str:
    if column.unit and column.unit.lower() not in column.label.lower():
        return f"{column.label} ({column.unit})"
    return column.label


def _series(spec: Chart, table: Table, x: Column) -> Iterable[Series]:
    groups: dict[str, list[Point]] = {}
    for row in table.records():
        name = str(row[spec.series]) if spec.series else ""
        label = "" if spec.label is None or row[spec.label] is None else str(row[spec.label])
        groups.setdefault(name, []).append((_x(row[spec.x], x, spec.type), _y(row[spec.y]), label))
    for name, points in groups.items():
        yield Series(name, tuple(points))


def _y(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float | Decimal) else None


def _x(value: Value, column: Column, kind: Kind) -> X:
    if kind == "scatter":
        return float(value) if isinstance(value, int | float | Decimal) else math.nan
    if kind == "line" and (isinstance(value, date) or (column.is_number and value is not None)):
        return float(value) if isinstance(value, int | float | Decimal) else value  # type: ignore[return-value]
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


def _in_order(points: Sequence[Point]) -> list[Point]:
    if all(isinstance(point[0], str) for point in points):
        return list(points)
    known = [point for point in points if not isinstance(point[0], str)]
    return sorted(known, key=lambda point: position(point[0]))


def _largest_triangles(points: tuple[Point, ...], most: int = MAX_LINE_POINTS) -> tuple[Point, ...]:
    """Steinarsson's largest-triangle-three-buckets (2013); gaps are dropped before."""
    known = [point for point in points if point[1] is not None]
    if len(known) <= most:
        return tuple(known)
    at = [
        (float(i) if isinstance(x, str) else position(x), float(y or 0))
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
                p for p in one.points if p[1] is not None and not math.isnan(position(p[0]))
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
