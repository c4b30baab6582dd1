"""From a table of a frozen result to what is drawn of it: the rules by which a chart tells the truth."""

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.query.charts.periods import periods_between, with_gaps
from iop_pipelines.query.charts.scales import limits
from iop_pipelines.query.charts.spec import (
    MAX_BARS,
    MAX_SERIES,
    MAX_SLICES,
    MOST_PERIODS,
    MOST_UPRIGHT,
    Along,
    ChartSpec,
    Kind,
    Mark,
    Series,
    plain,
)
from iop_pipelines.query.charts.thinning import thin_crowd, thin_lines
from iop_pipelines.query.config import Chart
from iop_pipelines.query.result import Column, Table, Value


def chart_spec(chart: Chart, table: Table, wanted: Collection[Value] = ()) -> ChartSpec:
    """What is drawn of a table, with all that a reader must know of it.

    wanted: series that are to have a mark of their own, whatever others are larger.

    Raises:
        InvalidInput: y, or x of a scatter, is not a number.
    """
    x, y = table.column(chart.x), table.column(chart.y)
    if not y.is_number:
        raise InvalidInput("chart.y_not_number", "charts.y", y=chart.y, kind=y.type)
    if chart.type == "scatter" and not x.is_number:
        raise InvalidInput("chart.x_not_number", "charts.x", x=chart.x, kind=x.type)
    drawn = _Drawn(chart, table, x, y, chart.type)
    drawn.notes += [*_of_the_table(table), *_without_a_place(drawn)]
    return _MAKERS[drawn.kind](drawn, wanted)


def _of_the_table(table: Table) -> list[Sentence]:
    """A chart of a part says so."""
    if table.is_truncated:
        said = table.rows_said(len(table.rows))
        shown = said or Sentence("report.rows", count=len(table.rows))
        return [Sentence("chart.of_the_first", rows=shown)]
    if table.total is not None and table.total > len(table.rows):
        return [Sentence("chart.top", shown=len(table.rows), total=table.total)]
    return []


def _without_a_place(drawn: "_Drawn") -> list[Sentence]:
    """Rows that stand nowhere along time or numbers; among names nothing is a name too."""
    if drawn.along == "category":
        return []
    x, y = (drawn.table.position(name) for name in (drawn.chart.x, drawn.chart.y))
    count = sum(row[x] is None and row[y] is not None for row in drawn.table.rows)
    return [Sentence("chart.no_place", count=count)] if count else []


@dataclass
class _Drawn:
    """A chart in the making; `kind` may become another, and `notes` then say why."""

    chart: Chart
    table: Table
    x: Column
    y: Column
    kind: Kind
    notes: list[Sentence] = field(default_factory=list)

    @property
    def along(self) -> Along:
        if self.x.type in ("date", "datetime") and self.kind != "pie":
            return "time"
        is_amount = self.x.is_number and self.kind in ("line", "scatter")
        return "number" if is_amount else "category"

    @property
    def adds_up(self) -> bool:
        """Whether a sum of its values means something: not of means, shares and highest ones."""
        return self.y.adds_up is True

    def series(self, wanted: Collection[Value]) -> tuple[list[Series], tuple[Value, ...]]:
        """As they come in the table, at most MAX_SERIES, and the names of those that are not drawn by themselves."""
        groups: dict[Value, list[Mark]] = {}
        at = self.table.position
        name = at(self.chart.series) if self.chart.series else None
        x, y = at(self.chart.x), at(self.chart.y)
        for position, row in enumerate(self.table.rows):
            mark = Mark(row[x], _number(row[y]), position)
            groups.setdefault(row[name] if name is not None else None, []).append(mark)
        found = [Series(name, tuple(marks)) for name, marks in groups.items()]
        return self._at_most(found, wanted)

    def _at_most(
        self, found: list[Series], wanted: Collection[Value]
    ) -> tuple[list[Series], tuple[Value, ...]]:
        if len(found) <= MAX_SERIES:
            return found, ()
        has_rest = self.adds_up and self.kind != "scatter"
        shown = MAX_SERIES - 1 if has_rest else MAX_SERIES
        ranked = sorted(
            found, key=lambda one: (plain(one.name) not in wanted, -_size(one, self.adds_up))
        )
        names = {one.name for one in ranked[:shown]}
        kept = [one for one in found if one.name in names]
        rest = [one for one in found if one.name not in names]
        if has_rest:
            kept.append(_sum_of(rest))
            said = Sentence("chart.series_and_rest", shown=shown, total=len(found))
        else:
            said = Sentence("chart.series_of", shown=shown, total=len(found))
        self.notes.append(said)
        return kept, tuple(one.name for one in rest)

    def spec(self, series: Sequence[Series], **more: Any) -> ChartSpec:
        values = [mark.y for one in series for mark in one.marks if mark.y is not None]
        if values and self.kind != "pie":
            more["y_axis"] = limits(values, self.y.unit, from_zero=self.kind == "bar")
            if more["y_axis"].is_cut:
                self.notes.append(Sentence("chart.axis_is_cut"))
        if values and self.along == "number":
            places = [float(cast(Any, mark.x)) for one in series for mark in one.marks]
            more["x_axis"] = limits(places, self.x.unit, from_zero=False, wanted=7)
        by, label = self.chart.series, self.chart.label
        return ChartSpec(
            kind=self.kind,
            title=self.chart.title,
            x=self.x,
            y=self.y,
            series_by=self.table.column(by) if by else None,
            label=self.table.column(label) if label else None,
            along=self.along,
            series=tuple(series),
            notes=tuple(self.notes),
            **more,
        )


def _size(one: Series, adds_up: bool) -> float:
    """By which the largest series are chosen: of what adds up its sum, else its mean."""
    values = [abs(mark.y) for mark in one.marks if mark.y is not None]
    if not values:
        return -1.0
    return math.fsum(values) if adds_up else math.fsum(values) / len(values)


def _sum_of(series: Sequence[Series]) -> Series:
    sums: defaultdict[Value, list[float]] = defaultdict(list)
    for one in series:
        for mark in one.marks:
            if mark.y is not None:
                sums[mark.x].append(mark.y)
    marks = tuple(Mark(x, math.fsum(values)) for x, values in sums.items())
    return Series(None, marks, others=len(series))


def _line(drawn: _Drawn, wanted: Collection[Value]) -> ChartSpec:
    series, unshown = drawn.series(wanted)
    ordered = [_along(drawn, one) for one in series]
    if drawn.along == "time":
        ordered = [replace(one, marks=with_gaps(one.marks, drawn.x)) for one in ordered]
    thinned = thin_lines(ordered)
    _say_thinned(drawn, ordered, thinned)
    return drawn.spec(thinned, unshown=unshown)


def _along(drawn: _Drawn, one: Series) -> Series:
    """In the order of its axis; names keep that of the table. Rows of one place are added up where they can be."""
    marks = _joined(one.marks) if drawn.adds_up else one.marks
    if drawn.along == "category":
        return replace(one, marks=tuple(marks))
    known = [mark for mark in marks if mark.x is not None]
    return replace(one, marks=tuple(sorted(known, key=lambda mark: cast(Any, mark.x))))


def _joined(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """One mark a place: the sum of its rows."""
    places: dict[Value, Mark] = {}
    for mark in marks:
        before = places.get(mark.x)
        if before is None:
            places[mark.x] = mark
        else:
            known = [y for y in (before.y, mark.y) if y is not None]
            places[mark.x] = Mark(mark.x, math.fsum(known) if known else None)
    return tuple(places.values())


def _say_thinned(drawn: _Drawn, before: Sequence[Series], after: Sequence[Series]) -> None:
    total, shown = (
        sum(mark.y is not None for s in each for mark in s.marks) for each in (before, after)
    )
    if shown < total:
        drawn.notes.append(Sentence("chart.thinned", total=total, shown=shown))


def _scatter(drawn: _Drawn, wanted: Collection[Value]) -> ChartSpec:
    series, unshown = drawn.series(wanted)
    known = [
        replace(
            one, marks=tuple(m for m in one.marks if m.y is not None and _number(m.x) is not None)
        )
        for one in series
    ]
    thinned = thin_crowd(known)
    _say_thinned(drawn, known, thinned)
    return drawn.spec(thinned, unshown=unshown)


def _bars(drawn: _Drawn, wanted: Collection[Value]) -> ChartSpec:
    places = _periods(drawn) if drawn.along == "time" else ()
    if places is None:
        drawn.kind = "line"
        drawn.notes.append(Sentence("chart.bars_as_line", most=MOST_PERIODS))
        return _line(drawn, wanted)
    series, unshown = drawn.series(wanted)
    joined = [replace(one, marks=_one_a_name(drawn, one.marks)) for one in series]
    if drawn.along == "time":
        full = [replace(one, marks=_at_each(places, one.marks)) for one in joined]
        return drawn.spec(full, unshown=unshown, rest=_rest_of(drawn, full))
    names = list(dict.fromkeys(mark.x for one in joined for mark in one.marks))
    if len(names) > MAX_BARS:
        joined = _most_bars(drawn, joined, names)
    is_list, rest = len(names) > MOST_UPRIGHT, _rest_of(drawn, joined)
    return drawn.spec(joined, unshown=unshown, is_list=is_list, rest=rest)


def _rest_of(drawn: _Drawn, series: Sequence[Series]) -> int | None:
    """Where among the bars of one series those of all others are; of several none is known by its colour."""
    if len(series) != 1:
        return None
    found = (at for at, each in enumerate(series[0].marks) if _is_rest(each, drawn.table))
    return next(found, None)


def _is_rest(mark: Mark, table: Table) -> bool:
    """What others were added up to, or the row for what a top list left out."""
    return mark.others > 0 or (table.has_rest and mark.row == len(table.rows) - 1)


def _one_a_name(drawn: _Drawn, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    if drawn.adds_up:
        return _joined(marks)
    first: dict[Value, Mark] = {}
    for mark in marks:
        first.setdefault(mark.x, mark)
    said = Sentence("chart.first_of_several")
    if len(first) < len(marks) and said not in drawn.notes:
        drawn.notes.append(said)
    return tuple(first.values())


def _periods(drawn: _Drawn) -> Sequence[Value] | None:
    """From the first to the last, those without a row among them; None where they are too many."""
    values = {*drawn.table.values(drawn.chart.x)}
    known = sorted(value for value in values if isinstance(value, date))
    if len(known) > MOST_PERIODS:
        return None
    if not known or drawn.x.step is None:
        return known
    found = periods_between(known[0], known[-1], drawn.x, MOST_PERIODS)
    return None if found is None else sorted({*found, *known})


def _at_each(places: Sequence[Value], marks: Sequence[Mark]) -> tuple[Mark, ...]:
    there = {mark.x: mark for mark in marks}
    return tuple(there.get(at) or Mark(at, None) for at in places)


def _most_bars(drawn: _Drawn, series: Sequence[Series], names: Sequence[Value]) -> list[Series]:
    """The first in the table's order; the others are one bar where they add up, and all of them are there."""
    has_rest = drawn.adds_up and not drawn.table.is_truncated
    shown = MAX_BARS - 1 if has_rest else MAX_BARS
    kept = {*names[:shown]}
    code = "chart.bars_and_rest" if has_rest else "chart.bars_of"
    drawn.notes.append(Sentence(code, shown=shown, total=len(names)))
    return [_cut(one, kept, len(names) - shown if has_rest else 0) for one in series]


def _cut(one: Series, kept: Collection[Value], others: int) -> Series:
    marks = [mark for mark in one.marks if mark.x in kept]
    if others:
        left = [mark.y for mark in one.marks if mark.x not in kept and mark.y is not None]
        marks.append(Mark(None, math.fsum(left), others=others))
    return replace(one, marks=tuple(marks))


def _pie(drawn: _Drawn, wanted: Collection[Value]) -> ChartSpec:
    """Shares are of the whole, or it is no pie."""
    marks = _joined(_all_marks(drawn))
    if (why := _no_parts(drawn, marks)) is not None:
        drawn.kind = "bar"
        drawn.notes.append(why)
        return _bars(drawn, wanted)
    sliced = [mark for mark in marks if mark.y]
    if len(sliced) < len(marks):
        drawn.notes.append(Sentence("chart.no_slice", count=len(marks) - len(sliced)))
    rest = [mark for mark in sliced if _is_rest(mark, drawn.table)]
    slices = sorted((m for m in sliced if m not in rest), key=lambda mark: -(mark.y or 0))
    whole, left_out = _whole(drawn, sliced)
    if len(slices) + bool(rest or left_out) > MAX_SLICES:
        slices, small = slices[: MAX_SLICES - 1], slices[MAX_SLICES - 1 :]
    else:
        small = []
    others = _others(drawn, rest, small, left_out)
    place = len(slices) if others else None
    return drawn.spec([Series(None, (*slices, *others))], whole=whole, rest=place)


def _all_marks(drawn: _Drawn) -> list[Mark]:
    """Of whatever series: a slice is all that has its name."""
    x, y = (drawn.table.position(name) for name in (drawn.chart.x, drawn.chart.y))
    return [
        Mark(row[x], _number(row[y]), position) for position, row in enumerate(drawn.table.rows)
    ]


def _no_parts(drawn: _Drawn, marks: Sequence[Mark]) -> Sentence | None:
    if drawn.y.adds_up is False:
        return Sentence("chart.no_parts")
    if any(mark.y is not None and mark.y < 0 for mark in marks):
        return Sentence("chart.negative_parts")
    return None


def _whole(drawn: _Drawn, sliced: Sequence[Mark]) -> tuple[float, float]:
    """What the shares are of, and how much of it has no row in the table."""
    shown = math.fsum(mark.y or 0 for mark in sliced)
    if drawn.table.whole is None:
        return shown, 0.0
    whole = _number(drawn.table.whole[drawn.table.position(drawn.chart.y)])
    if whole is None or whole <= shown:
        return shown, 0.0
    return whole, whole - shown


def _others(
    drawn: _Drawn, rest: Sequence[Mark], small: Sequence[Mark], left_out: float
) -> list[Mark]:
    """One slice, the last: what the table calls the rest, what is too small to be told apart, what it left out."""
    if rest and not (small or left_out):
        return [*rest]
    value = math.fsum([left_out, *(mark.y or 0 for mark in (*rest, *small))])
    if not value:
        return []
    if rest:
        return [Mark(rest[0].x, value)]
    beyond = max((drawn.table.total or 0) - len(drawn.table.rows), 0) if left_out else 0
    return [Mark(None, value, others=len(small) + beyond or 1)]


def _number(value: Value) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return float(value) if math.isfinite(value) else None


_MAKERS = {"line": _line, "bar": _bars, "pie": _pie, "scatter": _scatter}
