"""Months, their quarters and their years one below the other in one column, as offices of statistics publish series:
a longer one is left out where those that it puts together are there.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from iop_pipelines.domain.months import MONTHS
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.cells import Cells
from iop_pipelines.intake.framed import Framed
from iop_pipelines.intake.moments import form_of
from iop_pipelines.intake.numerals import is_null, parts_of

_WORD = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
# The finest first.
_GRAINS = (
    re.compile(
        rf"{_YEAR}[- ]?(?P<w>{_WORD})\.?|{_YEAR}[-/.M ](?P<m>0?[1-9]|1[0-2])|"
        rf"(?P<v>{_WORD})\.?[- ]{_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(rf"{_YEAR}[- ]?Q(?P<q>[1-4])|Q(?P<r>[1-4])[- ]?{_YEAR}", re.IGNORECASE),
    re.compile(rf"{_YEAR}"),
)
_YEAR_IN = re.compile(rf"{_YEAR}")
_FEWEST = 6
_MOST_DISTINCT = 5_000
# The other cells are names above the table, or notes below it.
_MOST = 0.8
_SAMPLE = 2_000
_TIME_HEAD = re.compile(
    r"(?:^|[^a-z])(?:time|date|datum|zeit(?:raum)?|fecha|data|period[eo]?s?|p[eé]riode|monat|month|mois|mes|year|jahr)"
    r"(?:$|[^a-z])",
    re.IGNORECASE,
)
# How long its period is, which a row may say in a column of its own.
_LENGTHS = (
    re.compile(
        r"m|p1m|month(?:ly|s)?|monat(?:lich|e)?|mois|mensuel(?:le)?|mensual|mensile", re.IGNORECASE
    ),
    re.compile(
        r"q|p3m|quarter(?:ly|s)?|quartal(?:e|sweise)?|vierteljahr|trimestr(?:e|iel|ielle|al|ale)",
        re.IGNORECASE,
    ),
    re.compile(
        r"a|y|p1y|ann?ual(?:ly)?|annuel(?:le)?|annuale|ann[eé]e|year(?:ly|s)?|jahre?|jährlich",
        re.IGNORECASE,
    ),
)
# Months of each.
_MONTHS_OF = (1, 3, 12)
_FEW = 10


def without_sums_of_periods(framed: Framed, known: Sequence[str] = ()) -> Framed:
    """As it is where no column that says when holds periods of several lengths.

    known: the header of the one that says when, where it was declared; then few periods do.
    """
    for place, cells in enumerate(framed.columns):
        grains = _several_lengths(cells, 1 if known else _FEWEST)
        if grains and _says_when(framed, place, known):
            return _only(framed, place, grains)
    return framed


def require_one_length(framed: Framed) -> None:
    """Raises InvalidInput naming a column of periods of several lengths, of which the longer put no others together."""
    for label, cells in zip(framed.labels, framed.columns, strict=True):
        if grains := _several_lengths(cells, _FEWEST):
            finest = min(grain for grain in grains.values() if grain is not None)
            shown = next(cell for cell, grain in grains.items() if grain not in (None, finest))
            raise InvalidInput("intake.several_lengths", column=label, cell=shown)


def _several_lengths(cells: Cells, fewest: int) -> dict[str, int | None]:
    """Which of the grains each different cell is; empty where nearly all are no periods of several.

    fewest: periods of the finest.
    """
    distinct = cells.distinct
    if distinct is None or len(distinct) > _MOST_DISTINCT or not _is_likely(distinct):
        return {}
    grains = {cell: _grain_of(cell) for cell in distinct}
    counts = [sum(grain == each for grain in grains.values()) for each in range(len(_GRAINS))]
    there = [count for count in counts if count]
    is_several = len(there) > 1 and there[0] >= fewest and sum(counts) >= _MOST * len(distinct)
    return grains if is_several else {}


def _is_likely(distinct: list[str]) -> bool:
    """Whether years stand beside longer texts."""
    is_year = [_GRAINS[-1].fullmatch(cell) is not None for cell in distinct]
    is_mixed = any(is_year) and not all(is_year)
    return is_mixed or any(map(_GRAINS[1].fullmatch, distinct))


def _grain_of(cell: str) -> int | None:
    return next((n for n, pattern in enumerate(_GRAINS) if pattern.fullmatch(cell)), None)


def _says_when(framed: Framed, place: int, known: Sequence[str]) -> bool:
    """Models of cars are called 2008 and 2012-1 as well, beside the days on which they were sold."""
    if known:
        return [framed.labels[place].casefold()] == [each.casefold() for each in known]
    others = (cells for other, cells in enumerate(framed.columns) if other != place)
    return _TIME_HEAD.search(framed.labels[place]) is not None or not any(map(_are_moments, others))


def _are_moments(cells: Cells) -> bool:
    sample = [cell for cell in cells.sample(_SAMPLE) if not is_null(cell)]
    return len(set(sample)) > 1 and form_of(sample, "UTC", takes_weak=False) is not None


def _span_of(cell: str, grain: int) -> tuple[int, int]:
    """The first month of a period, counted from the year 0, and how many it has."""
    match = _GRAINS[grain].fullmatch(cell)
    parts = {name: text for name, text in (match.groupdict() if match else {}).items() if text}
    year = next(int(found[0]) for found in _YEAR_IN.finditer(cell))
    word = parts.get("w") or parts.get("v")
    month = MONTHS[word.lower()] if word else int(parts.get("m", 1))
    quarter = int(parts.get("q") or parts.get("r") or 1)
    return 12 * year + 3 * (quarter - 1) + month - 1, _MONTHS_OF[grain]


def _whose(framed: Framed, place: int, grains: dict[str, int | None]) -> list[tuple[str, ...]]:
    """What the other columns call each row: those of few names, and of few numbers where names do not suffice."""
    periods = framed.columns[place]
    others = [cells for other, cells in enumerate(framed.columns) if other != place]
    few = [
        cells for cells in others if _are_few(cells) and not _are_lengths(cells, periods, grains)
    ]
    names = [cells for cells in few if not any(map(parts_of, cells.distinct or ()))]
    is_told = len(set(zip(periods, *names, strict=True))) == len(framed)
    used = names if is_told else few
    return list(zip(*used, strict=True)) if used else [()] * len(framed)


def _are_few(cells: Cells) -> bool:
    """Whether they may name series; marks of single rows leave others empty."""
    names = cells.distinct
    return names is not None and "" not in names and len(names) <= max(_FEW, len(cells) // 3)


def _are_lengths(cells: Cells, periods: Cells, grains: dict[str, int | None]) -> bool:
    return all(
        pattern.fullmatch(name) is not None
        for name, period in zip(cells, periods, strict=True)
        if (grain := grains.get(period)) is not None
        for pattern in [_LENGTHS[grain]]
    )


def _is_put_together(
    whose: tuple[str, ...],
    span: tuple[int, int],
    there: set[tuple[tuple[str, ...], tuple[int, int] | None]],
) -> bool:
    begin, size = span
    return any(
        all((whose, (begin + after, part)) in there for after in range(0, size, part))
        for part in _MONTHS_OF
        if part < size
    )


def _only(framed: Framed, place: int, grains: dict[str, int | None]) -> Framed:
    spans = {cell: _span_of(cell, grain) for cell, grain in grains.items() if grain is not None}
    whose, periods = _whose(framed, place, grains), framed.columns[place]
    rows = [(who, spans.get(cell)) for who, cell in zip(whose, periods, strict=True)]
    there = set(rows)
    is_sum = np.array(
        [span is not None and _is_put_together(who, span, there) for who, span in rows]
    )
    if not is_sum.any():
        return framed
    smaller = framed.without(np.flatnonzero(is_sum), Sentence("intake.total"))
    note = Sentence("intake.note_stacked", column=framed.labels[place], count=int(is_sum.sum()))
    return replace(smaller, notes=(*smaller.notes, note))
