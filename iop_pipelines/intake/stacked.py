"""Months, their quarters and their years one below the other in one column, as offices of statistics publish series:
the finest stay, for the others put them together."""

import re
from dataclasses import replace

import numpy as np

from iop_pipelines.domain.months import MONTHS
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.intake.cells import Cells
from iop_pipelines.intake.framed import Framed

_WORD = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
# The finest first.
_GRAINS = (
    re.compile(
        rf"{_YEAR}[- ]?(?:{_WORD})\.?|{_YEAR}[-/.M ](?:0?[1-9]|1[0-2])|(?:{_WORD})\.?[- ]{_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(rf"{_YEAR}[- ]?Q[1-4]|Q[1-4][- ]?{_YEAR}", re.IGNORECASE),
    re.compile(rf"{_YEAR}"),
)
_FEWEST = 6
_MOST_DISTINCT = 5_000
# The other cells are names above the table, or notes below it.
_MOST = 0.8


def without_sums_of_periods(framed: Framed) -> Framed:
    """As it is where no column holds periods of several lengths."""
    for place, cells in enumerate(framed.columns):
        distinct = cells.distinct
        if distinct is None or len(distinct) > _MOST_DISTINCT or not _is_likely(distinct):
            continue
        grains = {cell: _grain_of(cell) for cell in distinct}
        counts = [sum(grain == each for grain in grains.values()) for each in range(len(_GRAINS))]
        there = [each for each, count in enumerate(counts) if count]
        if len(there) > 1 and sum(counts) >= _MOST * len(distinct) and counts[there[0]] >= _FEWEST:
            return _only(framed, place, cells, grains, there[0])
    return framed


def _is_likely(distinct: list[str]) -> bool:
    """Whether years stand beside longer texts."""
    is_year = [_GRAINS[-1].fullmatch(cell) is not None for cell in distinct]
    is_mixed = any(is_year) and not all(is_year)
    return is_mixed or any(map(_GRAINS[1].fullmatch, distinct))


def _grain_of(cell: str) -> int | None:
    return next((n for n, pattern in enumerate(_GRAINS) if pattern.fullmatch(cell)), None)


def _only(
    framed: Framed, place: int, cells: Cells, grains: dict[str, int | None], finest: int
) -> Framed:
    is_sum = cells.mapped(lambda cell: (grains.get(cell) or 0) > finest, "bool")
    smaller = framed.without(np.flatnonzero(is_sum), Sentence("intake.total"))
    note = Sentence("intake.note_stacked", column=framed.labels[place], count=int(is_sum.sum()))
    return replace(smaller, notes=(*smaller.notes, note))
