"""Series that only add up the others, such as All regions: told by the figures, and by the name where these are few.

A value of a column is a sum where at each of its moments some figure of it is that of all others together, within what
rounding each of them to its last digit can do. Of three series one may well be made of the two others and still be one,
as what a firm owns is; so there its name has to say it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from iop_pipelines.intake.cells import Rows
from iop_pipelines.intake.columns import Column
from iop_pipelines.intake.framed import is_sum_of
from iop_pipelines.intake.moments import Moments
from iop_pipelines.intake.series import Codes, together

# Different sums that are no chance; a name that says so needs fewer, and fewer others.
_SUMS, _NAMED_SUMS = 8, 3
_OTHERS, _NAMED_OTHERS = 3, 2
_MOST_VALUES = 200
_MOST_FIGURES = 12
# What is no sum at these moments is none.
_LOOKED_AT, _MOST_LOOKED_AT = 2_000, 24
_ALL = re.compile(
    r"(?:all|alle|tous|toutes|todos|todas|tutti|both|every|everywhere|world|welt|monde|mundo)\b.*",
    re.IGNORECASE,
)
_Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SumFound:
    """`value` of a column; `rows`: those that have it."""

    column: Column
    value: str
    rows: Rows


@dataclass(frozen=True, slots=True)
class _Values:
    """Of some rows: `own`: numbers of a column's values, which `names` has in order; `when`: equal where all columns
    of series beside it, and the moment, are."""

    names: list[str]
    own: Codes
    when: Codes


@dataclass(frozen=True, slots=True)
class _Figures:
    """Of some rows; slack: half of the last digit of each figure, 0 of whole numbers."""

    values: _Numbers
    slack: float


def sums_among(
    moments: Moments, series: Sequence[Column], figures: Sequence[Column], good: Rows
) -> list[SumFound]:
    """series: columns that tell series apart; good: rows, in rising order, of all of `moments`."""
    if not series or not figures:
        return []
    some = np.unique(moments[good[:_LOOKED_AT]])[:_MOST_LOOKED_AT]
    first = good[np.isin(moments[good], some)]
    at_first = [_figures_of(each, first) for each in figures[:_MOST_FIGURES]]
    found: list[SumFound] = []
    for column in series:
        others = [each for each in series if each is not column]
        values = _values_of(column, others, moments, first)
        if not _NAMED_OTHERS < len(values.names) <= _MOST_VALUES:
            continue
        known: set[str] = set()
        for figure, figures_there in zip(figures, at_first, strict=False):
            wanted = _sums_of(values, figures_there, is_part=True) - known
            if wanted and len(first) < len(good):
                every = _values_of(column, others, moments, good)
                wanted &= _sums_of(every, _figures_of(figure, good), is_part=False)
            elif wanted:
                wanted &= _sums_of(values, figures_there, is_part=False)
            for value in sorted(wanted):
                is_it = column.cells.mapped(value.__eq__, "bool")
                found.append(SumFound(column, value, np.flatnonzero(is_it)))
            known |= wanted
    return found


def _sums_of(values: _Values, figures: _Figures, *, is_part: bool) -> set[str]:
    """Values of a column that are sums by one figure; is_part: other rows are looked at later."""
    if len(values.names) > _MOST_VALUES:
        return set()
    known = ~np.isnan(figures.values)
    groups = int(values.when.max(initial=-1)) + 1
    whole = np.bincount(values.when[known], figures.values[known], groups)
    sizes = np.bincount(values.when[known], minlength=groups)
    found: set[str] = set()
    for at, value in enumerate(values.names):
        own = known & (values.own == at)
        mine, when = figures.values[own], values.when[own]
        if not len(mine):
            continue
        is_named = is_sum_of(value) or _ALL.fullmatch(value) is not None
        fewest, least = (_NAMED_OTHERS, _NAMED_SUMS) if is_named else (_OTHERS, _SUMS)
        slack = figures.slack * sizes[when] + 1e-9 * np.abs(whole[when])
        is_sum = bool((np.abs(2 * mine - whole[when]) <= slack).all())
        is_many = is_part or len(np.unique(mine)) >= least
        if is_sum and is_many and bool((sizes[when] > fewest).all()):
            found.add(value)
    return found


def _values_of(column: Column, others: Sequence[Column], moments: Moments, rows: Rows) -> _Values:
    cells = column.cells.taken(rows)
    said = [together([each.cells.codes[rows]]) for each in others]
    # Both number what is different in the order of its first row.
    return _Values(
        names=list(dict.fromkeys(cells)),
        own=together([column.cells.codes[rows]]),
        when=together([moments[rows].astype(np.int64), *said]),
    )


def _figures_of(figure: Column, rows: Rows) -> _Figures:
    landed = [each for block in figure.cells.taken(rows).pieces() for each in figure.landed(block)]
    digits = max((len(each.partition(".")[2]) for each in landed if each), default=0)
    return _Figures(
        values=np.array(list(map(_number, landed)), np.float64),
        slack=0.5 * 10.0**-digits if digits else 0.0,
    )


def _number(text: str | None) -> float:
    try:
        return float(text) if text is not None else np.nan
    except ValueError:
        return np.nan
