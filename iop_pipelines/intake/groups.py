"""Names that are said once for a group of rows, as in merged cells and in pivot tables, said in each of them.

A column with gaps may as well be one of remarks, so a gap is filled only where another column begins anew with each
name, and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.intake.cells import BLOCK, Cells
from iop_pipelines.intake.framed import Framed, is_sum_of
from iop_pipelines.intake.head import is_value
from iop_pipelines.intake.moments import form_of, read_all

_MIN_GAPS = 0.2
_FEWEST_OF_A_NUMBER = 3
_SAMPLE = 500
_Flags = npt.NDArray[np.bool_]
_Order = npt.NDArray[np.int64]


def with_groups_said(framed: Framed) -> Framed:
    """As it is where no column names groups."""
    likely = {
        place: own
        for place in range(len(framed.columns))
        if (own := _names(framed, place)) is not None
    }
    if not likely:
        return framed
    others = [place for place in range(len(framed.columns)) if place not in likely]
    is_sum = _sums(framed)
    whole = [place for place in others if not (~_said(framed.columns[place]) & ~is_sum).any()]
    orders = [_order_of(framed.columns[place]) for place in whole]
    filled: dict[int, Cells] = {}
    inner: _Flags | None = None
    # The inner group first: its names are the most.
    for place, said in sorted(likely.items(), key=lambda item: -int(item[1].sum())):
        own = said & ~is_sum
        is_outer = inner is not None and not (own & ~inner).any()
        if is_outer or (
            any(_begins_with(own, order, is_sum) for order in orders)
            and not any(_is_known_by(own, order, is_sum) for order in orders)
        ):
            filled[place] = _filled(framed.columns[place], own, is_sum)
            inner = own if inner is None else inner
    if not filled:
        return framed
    columns = [filled.get(place, cells) for place, cells in enumerate(framed.columns)]
    notes = [Sentence("intake.note_groups", column=framed.labels[place]) for place in filled]
    return replace(framed, columns=tuple(columns), notes=(*framed.notes, *notes))


def _said(cells: Cells) -> _Flags:
    return cells.mapped(bool, "bool")


def _names(framed: Framed, place: int) -> _Flags | None:
    """Where a column says something, if it may be names of groups: no name twice in a row, for whoever repeats
    one does not leave it out."""
    cells = framed.columns[place]
    distinct = cells.distinct
    if distinct is None or not (cells.counts or {}).get("") or not cells[0]:
        return None
    said = _said(cells)
    if int((~said).sum()) < _MIN_GAPS * len(framed):
        return None
    names = cells.codes[said]
    if (names[1:] == names[:-1]).any() or not _may_be_names(distinct, cells, said):
        return None
    return said


def _may_be_names(distinct: Sequence[str], cells: Cells, said: _Flags) -> bool:
    """Figures that are there in some rows are none: numbers are names where they are whole, grow, or begin again with
    the first, and each has a few rows."""
    if not any(map(is_value, filter(None, distinct))):
        return True
    names = [cells[row] for row in np.flatnonzero(said).tolist()]
    if not all(map(str.isdecimal, names)) or len(cells) < _FEWEST_OF_A_NUMBER * len(names):
        # Days and moments are names as well.
        return form_of(names[:_SAMPLE], "UTC", takes_weak=False) is not None
    numbers = list(map(int, names))
    return all(b > a or b == numbers[0] for a, b in pairwise(numbers))


def _sums(framed: Framed) -> _Flags:
    """Rows that only sum up those above, which name no group."""
    found = np.zeros(len(framed), bool)
    for cells in framed.columns:
        if cells.distinct is not None:
            found |= cells.mapped(is_sum_of, "bool")
    return found


def _is_known_by(own: _Flags, order: _Order, is_sum: _Flags) -> bool:
    """Whether another column says the group in each of its rows already."""
    starts, values = own[~is_sum], order[~is_sum]
    changes = np.ones(len(values), bool)
    changes[1:] = values[1:] != values[:-1]
    return bool((changes == starts).all())


def _order_of(cells: Cells) -> _Order:
    """A number a row that grows with the column's moments, or with the places at which its texts first come."""
    found = form_of([text for text in cells.sample(_SAMPLE) if text], "UTC", takes_weak=False)
    if found is not None and not found.is_open:
        return read_all(cells, found.form, "UTC").astype(np.int64)
    codes = cells.codes
    _, first, places = np.unique(codes, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[places].astype(np.int64)


def _begins_with(own: _Flags, order: _Order, is_sum: _Flags) -> bool:
    """Whether the order goes back where a group begins, mostly, and grows within each."""
    kept = ~is_sum
    starts, values = own[kept], order[kept]
    goes_back = np.zeros(len(values), bool)
    goes_back[1:] = values[1:] <= values[:-1]
    inner = int(starts[1:].sum())
    return inner > 0 and not (goes_back & ~starts).any() and int(goes_back.sum()) * 2 >= inner


def _filled(cells: Cells, own: _Flags, is_sum: _Flags) -> Cells:
    rows = np.maximum.accumulate(np.where(own, np.arange(len(own)), 0))
    named = {row: cells[row] for row in np.flatnonzero(own).tolist()}
    texts = [cells[row] if is_sum[row] else named[begin] for row, begin in enumerate(rows.tolist())]
    return Cells(_blocks(texts))


def _blocks(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[begin : begin + BLOCK] for begin in range(0, len(texts), BLOCK)]
