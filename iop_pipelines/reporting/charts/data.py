"""A chart's words: what `query.charts` says is to be drawn, with names, numbers and notes as a page has them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from iop_pipelines.domain.languages import Text
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.charts.making import chart_spec
from iop_pipelines.query.charts.scales import limits
from iop_pipelines.query.charts.spec import MAX_SERIES, Along, ChartSpec, Kind, Limits, Mark
from iop_pipelines.query.charts.spec import Series as Drawn
from iop_pipelines.query.config import Chart
from iop_pipelines.query.result import Column, Table, Value
from iop_pipelines.reporting.charts.axes import X
from iop_pipelines.reporting.formats import NO_VALUE, decimals_of, format_number, format_value
from iop_pipelines.reporting.voice import ENGLISH, Voice

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
    voice: Voice = ENGLISH

    def number(self, value: float) -> str:
        return format_number(value, self.decimals, voice=self.voice)

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
            return self.voice.tell(Sentence("chart.empty", kind=_KINDS[self.kind]))
        low, high = (self.number(edge) for edge in (min(values), max(values)))
        told = Sentence("chart.values", count=len(values), low=low, high=high)
        if self.series[1:]:
            told = Sentence(
                "chart.values_in_series",
                count=len(values),
                series=len(self.series),
                low=low,
                high=high,
            )
        return self.voice.tell(
            Sentence("chart.described", kind=_KINDS[self.kind], of=self.y_label, said=told)
        )


# As kinds of charts are called within a sentence.
_KINDS: Mapping[Kind, Text] = {
    "bar": Text("bar chart"),
    "line": Text("line chart"),
    "pie": Text("pie chart"),
    "scatter": Text("scatter chart"),
}


def chart_data(chart: Chart, table: Table, voice: Voice = ENGLISH) -> ChartData:
    """Raises InvalidInput: y, or x of a scatter, is not a number."""
    spec = chart_spec(chart, table)
    series = tuple(
        Series(_name_of(one, spec, voice), tuple(_points(one, spec, table, voice)), _place(one, at))
        for at, one in enumerate(spec.series)
    )
    notes = [f"{voice.alone(note)}." for note in spec.notes]
    return ChartData(
        kind=spec.kind,
        along=spec.along,
        title=spec.title or voice.tell(_title_of(spec, voice)),
        series=series,
        x_label=_axis_label(spec.x, voice),
        y_label=_axis_label(spec.y, voice),
        decimals=decimals_of(spec.y, table.values(spec.y.name)),
        notes=tuple([chart.note, *notes] if chart.note else notes),
        is_list=spec.is_list,
        y_axis=spec.y_axis,
        x_axis=spec.x_axis,
        whole=spec.whole,
        rest=_rest_of(spec, table),
        x=spec.x,
        voice=voice,
    )


def _title_of(spec: ChartSpec, voice: Voice) -> Sentence:
    return Sentence("chart.by", y=voice.label(spec.y), x=voice.label(spec.x).lower())


def _place(one: Drawn, at: int) -> int:
    """What stands for all others has the colour of no other."""
    return MAX_SERIES if one.others else at


def _axis_label(column: Column, voice: Voice) -> str:
    label = voice.label(column)
    if column.unit and column.unit.lower() not in label.lower():
        return f"{label} ({column.unit})"
    return label


def _name_of(one: Drawn, spec: ChartSpec, voice: Voice) -> str:
    if one.others:
        return others(one.others, voice)
    return "" if spec.series_by is None else format_value(one.name, spec.series_by, 0, voice)


def others(count: int, voice: Voice) -> str:
    return voice.alone(Sentence("chart.others", count=count)) if count > 1 else voice.say("Others")


def _points(one: Drawn, spec: ChartSpec, table: Table, voice: Voice) -> Iterator[Point]:
    at = None if spec.label is None else table.position(spec.label.name)
    for mark in one.marks:
        label = "" if at is None or mark.row is None else _text(table.rows[mark.row][at])
        yield _x(mark, spec, voice), mark.y, label


def _text(value: Value) -> str:
    return "" if value is None else str(value)


def _x(mark: Mark, spec: ChartSpec, voice: Voice) -> X:
    if spec.along == "category" or spec.kind == "bar":
        return others(mark.others, voice) if mark.others else format_value(mark.x, spec.x, 0, voice)
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
