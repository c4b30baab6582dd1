"""Rows as they land in DRM's table, made a block of columns at a time: text or None, ISO moments, plain numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import pandas as pd

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.intake.cells import Rows
from iop_pipelines.intake.columns import Column
from iop_pipelines.intake.moments import Moments
from iop_pipelines.intake.names import LINE
from iop_pipelines.intake.step import Step
from iop_pipelines.intake.tables import LeftLine
from iop_pipelines.intake.times import TimeFound

Block = Mapping[str, list[str | None]]
Row = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class LandedRows(Sequence[Row]):
    """`names`: of all columns, in order.

    Attributes:
        moment, period: names of the field of the moment and of its period, which may be one.
        strange: lines of another width; they land with their text in the place of the moment.
        is_by_period: a row is known by its period, so one whose moment lies within it lands with what is wrong in
            the place of the moment: under the period's name it would replace the row that is there.
    """

    names: tuple[str, ...]
    moment: str
    period: str
    time: TimeFound
    step: Step
    columns: Sequence[Column]
    numbers: Rows
    strange: Sequence[LeftLine] = ()
    is_by_period: bool = False

    def __len__(self) -> int:
        return len(self.numbers) + len(self.strange)

    def __iter__(self) -> Iterator[Row]:
        for block in self.blocks():
            for cells in zip(*block.values(), strict=True):
                yield dict(zip(block, cells, strict=True))

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        if place >= len(self.numbers):
            block = self._strange([self.strange[place - len(self.numbers)]])
        else:
            block = self._block(
                slice(place, place + 1), [each.landed([each.cells[place]]) for each in self.columns]
            )
        return {name: cells[0] for name, cells in block.items()}

    def blocks(self) -> Iterator[Block]:
        """All rows in order: name -> cells, as many of each."""
        begin = 0
        columns = zip(*(each.blocks() for each in self.columns), strict=True)
        for cells in columns:
            end = begin + len(cells[0])
            yield self._block(slice(begin, end), cells)
            begin = end
        if self.strange:
            yield self._strange(self.strange)

    def _block(self, rows: slice, columns: Sequence[list[str | None]]) -> Block:
        moments = self.time.moments[rows]
        periods = self.step.periods_of(moments)
        block: dict[str, list[str | None]] = {
            self.period: texts_of(periods, has_time=self.step.is_within_day)
        }
        if self.moment != self.period:
            block[self.moment] = texts_of(moments)
        for place in np.flatnonzero(np.isnat(moments)).tolist():
            raw = self.time.cell(rows.start + place) or None
            block[self.moment][place] = block[self.period][place] = raw
        if self.is_by_period:
            for place, why in within_periods(self.time, self.step, rows).items():
                # No date, and in no language: it is kept among what was refused.
                block[self.period][place - rows.start] = "{cell} ≠ {period}".format(**why.values)
        block |= {column.name: cells for column, cells in zip(self.columns, columns, strict=True)}
        block[LINE] = list(map(str, self.numbers[rows].tolist()))
        return {name: block[name] for name in self.names}

    def _strange(self, lines: Sequence[LeftLine]) -> Block:
        texts: list[str | None] = [line.text for line in lines]
        nothing: list[str | None] = [None] * len(lines)
        said = {self.moment: texts, self.period: texts, LINE: [str(line.number) for line in lines]}
        return {name: said.get(name, nothing) for name in self.names}


def within_periods(
    time: TimeFound, step: Step, rows: slice = slice(0, None)
) -> dict[int, Sentence]:
    """Row -> what is wrong with its moment, of those that are not the first moment of their period."""
    moments = time.moments[rows]
    periods = step.periods_of(moments)
    within = np.flatnonzero((periods != moments) & ~np.isnat(moments))
    begins = texts_of(periods[within], has_time=step.is_within_day)
    return {
        row: Sentence("intake.within_period", column=time.label, cell=time.cell(row), period=begin)
        for row, begin in zip((within + rows.start).tolist(), begins, strict=True)
    }


def texts_of(moments: Moments, *, has_time: bool = False) -> list[str | None]:
    """ISO, as days where it is midnight unless `has_time`; None for NaT."""
    # Rows share moments, and each is written once; in no order, which would cost as much again.
    places, distinct = pd.factorize(moments, use_na_sentinel=False)
    is_there = ~np.isnat(distinct)
    days = np.datetime_as_string(distinct, unit="D").tolist()
    full = np.datetime_as_string(distinct, unit="us").tolist()
    is_day = (distinct == distinct.astype("datetime64[D]")).tolist()
    texts: list[str | None] = [
        None
        if not there
        else day
        if midnight and not has_time
        else f"{day} {said[11:19] if said.endswith('.000000') else said[11:]}"
        for day, said, midnight, there in zip(days, full, is_day, is_there.tolist(), strict=True)
    ]
    return list(map(texts.__getitem__, places.tolist()))
