"""A chart's words: what `query.charts` says is to be drawn, with names, numbers and notes as a page has them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from iop_pipelines.domain.languages import SOURCE
from iop_pipelines.query.charts.making import chart_spec
from iop_pipelines.query.charts.scales import limits
from iop_pipelines.query.charts.spec import Along, ChartSpec, Kind, Limits, Mark
from iop_pipelines.query.charts.spec import Series as Drawn
from iop_pipelines.query.config import Chart
from iop_pipelines.query.result import Column, Table, Value
from iop_pipelines.reporting.charts.axes import X
from iop_pipelines.reporting.formats import NO_VALUE, decimals_of, format_number, format_value

Point = tuple[X, float | None, str]


@dataclass(frozen=True)
class Series:
    """Points (x, y, label) in order; y None leaves a gap. `place`: of its colour and signs."""

    name: str
    points: tuple[Point, ...]
    place: int = 0


@dataclass(frozen=True)
class ChartData:
    """What is drawn. `notes` are said under the chart: what was left out, and why. `rest`: where among the points of a
    pie or of bars those are that stand for all others; `step`: from one moment to the next."""

    kind: Kind
    along: Along
    title: str
    series: tuple[Series, ...]
    x_label: str
    y_label: str
    decimals: int
    notes: tuple[str, ...]
    is_list: bool
    y_axis: Limits | None
    x_axis: Limits | None
    whole: float | None
    rest: int | None
    x: Column

    @property
    def xs(self) -> list[X]:
        return [x for one in self.series for x, _, _ in one.points]

    @property
    def axis(self) -> Limits:
        """Of the values, of which there are some."""
        return self.y_axis or limits(self.values, None, from_zero=True)

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


def chart_data(chart: Chart, table: Table) -> ChartData:
    """Raises InvalidInput: y, or x of a scatter, is not a number."""
    spec = chart_spec(chart, table)
    series = tuple(
        Series(_name_of(one, spec), tuple(_points(one, spec, table)), place)
        for place, one in enumerate(spec.series)
    )
    notes = [spec_note.alone(SOURCE) + "." for spec_note in spec.notes]
    return ChartData(
        kind=spec.kind,
        along=spec.along,
        title=spec.title or f"{spec.y.label} by {spec.x.label.lower()}",
        series=series,
        x_label=_axis_label(spec.x),
        y_label=_axis_label(spec.y),
        decimals=decimals_of(spec.y, table.values(spec.y.name)),
        notes=tuple([chart.note, *notes] if chart.note else notes),
        is_list=spec.is_list,
        y_axis=spec.y_axis,
        x_axis=spec.x_axis,
        whole=spec.whole,
        rest=_rest_of(spec, table),
        x=spec.x,
    )


def _axis_label(column: Column) -> str:
    if column.unit and column.unit.lower() not in column.label.lower():
        return f"{column.label} ({column.unit})"
    return column.label


def _name_of(one: Drawn, spec: ChartSpec) -> str:
    if one.others:
        return others(one.others)
    return "" if spec.series_by is None else format_value(one.name, spec.series_by, 0)


def others(count: int) -> str:
    return f"{count} others" if count > 1 else "Others"


def _points(one: Drawn, spec: ChartSpec, table: Table) -> Iterator[Point]:
    at = None if spec.label is None else table.position(spec.label.name)
    for mark in one.marks:
        label = "" if at is None or mark.row is None else _text(table.rows[mark.row][at])
        yield _x(mark, spec), mark.y, label


def _text(value: Value) -> str:
    return "" if value is None else str(value)


def _x(mark: Mark, spec: ChartSpec) -> X:
    if spec.along == "category" or spec.kind == "bar":
        return others(mark.others) if mark.others else format_value(mark.x, spec.x, 0)
    if isinstance(mark.x, date):
        return mark.x
    return NO_VALUE if mark.x is None else float(mark.x)


def _rest_of(spec: ChartSpec, table: Table) -> int | None:
    """Always the last, and of its own grey."""
    marks = spec.series[0].marks if spec.series else ()
    if not marks or spec.kind not in ("pie", "bar"):
        return None
    last = marks[-1]
    is_tables_own = table.has_rest and last.x == table.rows[-1][table.position(spec.x.name)]
    return len(marks) - 1 if last.others or is_tables_own else None
