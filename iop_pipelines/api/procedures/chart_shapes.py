"""What is drawn of a panel, on the wire: `query.charts` by the positions of the rows that are sent."""

from collections.abc import Mapping, Sequence
from typing import Literal

from typing_extensions import TypedDict

from iop_pipelines.api.registry import Shape
from iop_pipelines.domain.frequencies import Bucket
from iop_pipelines.domain.languages import TRANSLATED, Language
from iop_pipelines.query.charts import spec as drawn


class OwnMark(Shape):
    """A mark that is no row: a gap has no `y`; `others` is how many categories it is the sum of, 0 of none."""

    x: drawn.Plain
    y: float | None
    others: int


class ChartSeries(Shape):
    """`rows` are positions among the answer's rows, in the order in which they are drawn; where one is null stands the
    next of `own`. `others`: of how many series it is the sum, 0 of one."""

    name: drawn.Plain
    others: int
    rows: list[int | None]
    own: list[OwnMark]


class AxisLimits(Shape):
    """The first and the last tick are the ends. `isCut`: zero is not on it."""

    ticks: list[float]
    is_cut: bool


class SaidOfChart(TypedDict):
    """What `notes` are in another language."""

    notes: list[str]


class ChartSpec(Shape):
    """All that is drawn, and what must be said of it: `kind` may be another than was asked for. `step` is how far apart
    moments are.

    `isList`: bars lie under each other. `whole` is what shares are of; `unshown` are the series without a mark of their
    own, of which `series` of the input can ask for. `rest`: which mark of the one series stands for all others.
    `isOwnTime`: x is the time by which a period narrows what is read.
    """

    kind: Literal["bar", "line", "pie", "scatter"]
    along: Literal["time", "number", "category"]
    step: Bucket | None
    series: list[ChartSeries]
    is_list: bool
    is_own_time: bool
    rest: int | None
    whole: float | None
    y_axis: AxisLimits | None
    x_axis: AxisLimits | None
    unshown: list[drawn.Plain]
    notes: list[str]
    translations: dict[Language, SaidOfChart]


def chart_shown(spec: drawn.ChartSpec, kept: Sequence[int], *, is_own_time: bool) -> ChartSpec:
    """kept: positions of the table's rows that the answer has, in its order."""
    at = {row: position for position, row in enumerate(kept)}
    return ChartSpec(
        kind=spec.kind,
        along=spec.along,
        step=spec.x.step,
        series=[_series(one, at) for one in spec.series],
        is_list=spec.is_list,
        is_own_time=is_own_time,
        rest=spec.rest,
        whole=spec.whole,
        y_axis=_limits(spec.y_axis),
        x_axis=_limits(spec.x_axis),
        unshown=[drawn.plain(name) for name in spec.unshown],
        notes=[each.alone(Language.EN) for each in spec.notes],
        translations={
            language: SaidOfChart(notes=[each.alone(language) for each in spec.notes])
            for language in TRANSLATED
        },
    )


def _series(one: drawn.Series, at: Mapping[int, int]) -> ChartSeries:
    return ChartSeries(
        name=drawn.plain(one.name),
        others=one.others,
        rows=[None if mark.row is None else at[mark.row] for mark in one.marks],
        own=[
            OwnMark(x=drawn.plain(mark.x), y=mark.y, others=mark.others)
            for mark in one.marks
            if mark.row is None
        ],
    )


def _limits(limits: drawn.Limits | None) -> AxisLimits | None:
    return None if limits is None else AxisLimits(ticks=[*limits.ticks], is_cut=limits.is_cut)
