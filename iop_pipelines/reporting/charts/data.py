"""A chart's words: what `query.charts` says is to be drawn, with names, numbers and notes as a page has them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from iop_pipelines.domain.languages import Text
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.charts.making import chart_spec
from iop_pipelines.query.charts.scales import limits
from iop_pipelines.query.charts.spec import MAX_SERIES, Along, ChartSpec, Kind, Limits, Mark
from iop_pipelines.query.charts.spec import Series as Drawn
from iop_pipelines.query.config import Chart
from iop_pipelines.query.result import Column, Table, Value
from iop_pipelines.reporting.charts.axes import Category, X
from iop_pipelines.reporting.formats import decimals_of, format_number, names_of
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
    """What is drawn. `notes` are said under the chart: what was left out, and why. `rest`: which point of the one
    series stands for all others."""

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
    points = _Points(spec, table, voice)
    names = _names(spec, voice)
    series = tuple(
        Series(names[at], tuple(points.of(one)), _place(one, at))
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
        rest=spec.rest,
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


def _names(spec: ChartSpec, voice: Voice) -> list[str]:
    """Of the series."""
    by = spec.series_by
    if by is None:
        return ["" if not one.others else others(one.others, voice) for one in spec.series]
    names = names_of([one.name for one in spec.series if not one.others], by, voice)
    return [others(one.others, voice) if one.others else names[one.name] for one in spec.series]


def others(count: int, voice: Voice) -> str:
    return voice.alone(Sentence("chart.others", count=count)) if count > 1 else voice.say("Others")


class _Points:
    """Marks as a page has them. Names stand by the values that they are of, whatever those are called."""

    def __init__(self, spec: ChartSpec, table: Table, voice: Voice) -> None:
        self._rows, self._voice = table.rows, voice
        self._label = None if spec.label is None else table.position(spec.label.name)
        self._is_named = spec.along == "category" or spec.kind == "bar"
        own = [mark.x for mark in spec.marks() if self._is_named and not mark.others]
        self._names = names_of(own, spec.x, voice)
        self._places: dict[tuple[Value, bool], int] = {}

    def of(self, one: Drawn) -> Iterator[Point]:
        for mark in one.marks:
            yield self._x(mark), mark.y, self._label_of(mark)

    def _label_of(self, mark: Mark) -> str:
        if self._label is None or mark.row is None:
            return ""
        value = self._rows[mark.row][self._label]
        return "" if value is None else str(value)

    def _x(self, mark: Mark) -> X:
        if not self._is_named and isinstance(mark.x, date | int | float | Decimal):
            return mark.x if isinstance(mark.x, date) else float(mark.x)
        at = self._places.setdefault((mark.x, mark.others > 0), len(self._places))
        is_all = mark.others > 0
        return Category(at, others(mark.others, self._voice) if is_all else self._names[mark.x])
