"""`ChartSpec`: all that is drawn of a chart but its size, its words and its colours.

It is made once, on the server, from a table of a frozen result; whoever draws it adds nothing, leaves nothing out and
puts nothing together. Values stay values: how a day or a number is written is up to who draws.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.result import Column, Value

# Of a category or a series, as JSON has it.
Plain = str | int | float | bool | None
Kind = Literal["bar", "line", "pie", "scatter"]
Along = Literal["time", "number", "category"]

MAX_LINE_POINTS = 500
MAX_LINE_CHART_POINTS = 6_000
MAX_MARKS = 2_000
# As many as have a colour, a dash, a sign and a pattern of their own.
MAX_SERIES = 12
MAX_SLICES = 8
MAX_BARS = 30
# More stand under each other, as a list, with a line each.
MOST_UPRIGHT = 14
# Periods stand in a row, however many; more are a line.
MOST_PERIODS = 62


def plain(value: Value) -> Plain:
    """Days and moments as ISO text, as they stand in rows and are asked for."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.isoformat() if isinstance(value, date) else float(value)


@dataclass(frozen=True)
class Mark:
    """One bar, point or slice. y None is a gap: nothing is known there. `row` is its row of the table; a gap and what
    stands for several rows have none. `others`: of how many categories it is the sum, 0 of one that is itself."""

    x: Value
    y: float | None
    row: int | None = None
    others: int = 0


@dataclass(frozen=True)
class Series:
    """Marks in the order in which they are drawn. `others`: of how many series it is the sum, 0 of one that is one."""

    name: Value
    marks: tuple[Mark, ...]
    others: int = 0


@dataclass(frozen=True)
class Limits:
    """Of an axis of numbers: its ticks, of which the first and last are its ends. `is_cut`: zero is not on it."""

    ticks: tuple[float, ...]
    is_cut: bool = False

    @property
    def low(self) -> float:
        return self.ticks[0]

    @property
    def high(self) -> float:
        return self.ticks[-1]


@dataclass(frozen=True)
class ChartSpec:
    """
    Attributes:
        kind: of what is drawn, which is not always what was asked for; `notes` say why.
        along: what its x are; bars and slices stand by category, over time in its order.
        is_list: bars lie under each other, each with its name before it.
        rest: of a pie, and of bars of one series: which mark stands for all others, and has a grey of its own.
        whole: what the shares of a pie are of.
        y_axis, x_axis: None for a pie, and for an x that is no number.
        unshown: names of series that are in no series of their own.
        notes: what a reader must know of it.
    """

    kind: Kind
    title: str | None
    x: Column
    y: Column
    series_by: Column | None
    label: Column | None
    along: Along
    series: tuple[Series, ...]
    is_list: bool = False
    rest: int | None = None
    whole: float | None = None
    y_axis: Limits | None = None
    x_axis: Limits | None = None
    unshown: tuple[Value, ...] = ()
    notes: tuple[Sentence, ...] = ()

    def marks(self) -> Iterator[Mark]:
        for one in self.series:
            yield from one.marks

    @property
    def values(self) -> list[float]:
        """Every known y."""
        return [mark.y for mark in self.marks() if mark.y is not None]
