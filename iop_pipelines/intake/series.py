"""Which columns tell series apart: the fewest that make each moment come once a series."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np
import numpy.typing as npt
import pandas as pd

from iop_pipelines.intake.columns import Column
from iop_pipelines.intake.moments import Moments

UNIQUE_SHARE = 0.99
MAX_WATCHED = 60
# Heads of what stands for a name: organisationunitid, Area Code, plant no.
_CODE = re.compile(r"id$|code|(?:^|_)(?:nr|no|num|number|uid|key)(?:_|$)")
_PROBED = 2_000
# A name of a series comes again and again: in fewer rows than this each it is looked whether others do without it.
_MANY_OF_A_ROW = 20


@dataclass(frozen=True, slots=True)
class SeriesFound:
    """Names of columns, in their order in the file.

    Attributes:
        series: with the moment they make a row unique, or, of events, only group them.
        watched: those of them that models look at one by one; fewer where `count` is too many, but never less than
            `apart`.
        repeats: rows of a moment and series that is there already.
        is_unique: false for events, many a moment.
        apart: those whose values never add up, such as currencies.
    """

    series: tuple[str, ...]
    count: int
    watched: tuple[str, ...]
    watched_count: int
    repeats: int
    is_unique: bool
    apart: tuple[str, ...] = ()

    @property
    def is_watched(self) -> bool:
        """False where even what never adds up makes too many series."""
        return self.watched_count <= MAX_WATCHED


Codes = npt.NDArray[np.int64]


def find_series(moments: Moments, candidates: Mapping[str, Codes]) -> SeriesFound:
    """moments: (n,) without NaT; candidates: column -> (n,) numbers, equal where its cells are."""
    n = len(moments)
    when, _ = pd.factorize(moments)
    chosen, seen = _chosen(when, candidates, n)
    is_unique = seen >= UNIQUE_SHARE * n
    if not is_unique:
        chosen = _grouping(candidates)
    elif chosen:
        chosen, seen = _fewest_series(when, candidates, chosen, seen)
    chosen = [name for name in candidates if name in chosen]
    watched = _watched(candidates, chosen)
    return SeriesFound(
        tuple(chosen),
        _combinations(candidates, chosen),
        tuple(watched),
        _combinations(candidates, watched),
        n - seen,
        is_unique,
    )


def _chosen(when: Codes, candidates: Mapping[str, Codes], n: int) -> tuple[list[str], int]:
    """Columns that tell rows of a moment apart, the one that does most of it first; and how many rows they tell."""
    chosen: list[str] = []
    seen = _distinct(when, candidates, chosen)
    while seen < UNIQUE_SHARE * n:
        rest = [name for name in candidates if name not in chosen]
        gains = {name: _distinct(when, candidates, [*chosen, name]) for name in rest}
        best = max(gains, key=lambda name: gains[name], default=None)
        if best is None or gains[best] <= seen:
            break
        chosen.append(best)
        seen = gains[best]
    if seen >= UNIQUE_SHARE * n:
        chosen = _without_needless(when, candidates, chosen, seen)
    return chosen, seen


def _fewest_series(
    when: Codes, candidates: Mapping[str, Codes], chosen: list[str], seen: int
) -> tuple[list[str], int]:
    """A text that differs in nearly every row tells all of them apart by chance: others do as well, for less series."""
    known = dict(candidates)
    while len(known) > 1:
        widest = max(chosen, key=lambda name: _combinations(candidates, [name]))
        if _combinations(candidates, [widest]) * _MANY_OF_A_ROW <= len(when):
            break
        known.pop(widest)
        others, told = _chosen(when, known, len(when))
        is_enough = told >= UNIQUE_SHARE * len(when)
        if not is_enough or _combinations(candidates, others) >= _combinations(candidates, chosen):
            break
        chosen, seen = others, told
    return chosen, seen


def by_name(
    candidates: Mapping[str, Codes], found: SeriesFound, texts: Sequence[str]
) -> SeriesFound:
    """With names in place of their codes, where each code has one: people know places by these.

    texts: the columns of words.
    """
    renamed = {each: _named(candidates, each, texts) for each in found.series}
    if all(each == name for each, name in renamed.items()):
        return found
    series = {*renamed.values()}
    return replace(
        found,
        series=tuple(name for name in candidates if name in series),
        watched=tuple(
            name for name in candidates if name in {renamed[each] for each in found.watched}
        ),
    )


def _named(candidates: Mapping[str, Codes], code: str, texts: Sequence[str]) -> str:
    """The column that says the same as a column of codes in words, by the most alike head; itself if there is none."""
    if not _CODE.search(code):
        return code
    count = _combinations(candidates, [code])
    others = [
        name
        for name in texts
        if name in candidates
        and not _CODE.search(name)
        and count == _combinations(candidates, [name]) == _combinations(candidates, [code, name])
    ]
    return max(others, key=lambda name: _alike(name, code), default=code)


def is_of_series(column: Column, names: Sequence[Codes]) -> bool:
    """Whether figures differ from series to series and never within one, as coordinates of places do.

    names: of each row what the columns of series say.
    """
    distinct = column.cells.distinct
    if not names or distinct is None or len(distinct) < 2:
        return False
    codes = column.cells.codes
    # Of most columns the first rows say it.
    for rows in (slice(_PROBED), slice(None)):
        own = together([each[rows] for each in names])
        if together([own, codes[rows]]).max(initial=0) > own.max(initial=0):
            return False
    return True


def _alike(first: str, second: str) -> int:
    """How many letters both begin with."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
    )


def told_apart(
    moments: Moments, candidates: Mapping[str, Codes], found: SeriesFound, names: Sequence[str]
) -> SeriesFound:
    """With columns whose values never belong together, whatever else tells rows apart."""
    if not names:
        return found
    chosen = [name for name in candidates if name in (*found.series, *names)]
    when, _ = pd.factorize(moments)
    watched = _watched(candidates, chosen, names)
    return SeriesFound(
        tuple(chosen),
        _combinations(candidates, chosen),
        tuple(watched),
        _combinations(candidates, watched),
        len(moments) - _distinct(when, candidates, chosen) if found.is_unique else found.repeats,
        found.is_unique,
        tuple(name for name in candidates if name in names),
    )


def together(parts: Sequence[Codes]) -> Codes:
    """One number a row, equal where all parts are."""
    first, *rest = parts
    codes, _ = pd.factorize(first)
    for part in rest:
        # Both below the number of rows, so that they fit into one number.
        codes, _ = pd.factorize(codes.astype(np.int64) * (int(part.max(initial=0)) + 1) + part)
    return codes.astype(np.int64)


def _distinct(when: Codes, candidates: Mapping[str, Codes], names: Sequence[str]) -> int:
    return int(together([when, *(candidates[name] for name in names)]).max(initial=-1)) + 1


def _without_needless(
    when: Codes, candidates: Mapping[str, Codes], chosen: list[str], seen: int
) -> list[str]:
    """A name beside its code adds nothing; the one that was found first goes last."""
    for name in list(chosen):
        fewer = [each for each in chosen if each != name]
        if _distinct(when, candidates, fewer) == seen:
            chosen = fewer
    return chosen


def _grouping(candidates: Mapping[str, Codes]) -> list[str]:
    sizes = {name: _combinations(candidates, [name]) for name in candidates}
    few = [name for name, size in sizes.items() if 2 <= size <= MAX_WATCHED]
    return [min(few, key=lambda name: sizes[name])] if few else []


def _combinations(candidates: Mapping[str, Codes], names: Sequence[str]) -> int:
    return int(together([candidates[name] for name in names]).max(initial=-1)) + 1 if names else 1


def _watched(
    candidates: Mapping[str, Codes], chosen: Sequence[str], apart: Sequence[str] = ()
) -> Sequence[str]:
    """All of them, or those that never add up with the one other column that has most values and still few enough."""
    if _combinations(candidates, chosen) <= MAX_WATCHED:
        return chosen
    others = [name for name in chosen if name not in apart]
    sizes = {name: _combinations(candidates, [name]) for name in others}
    fitting = {
        name: size
        for name, size in sizes.items()
        if size >= 2 and _combinations(candidates, [*apart, name]) <= MAX_WATCHED
    }
    widest = [max(fitting, key=lambda name: fitting[name])] if fitting else []
    return [name for name in chosen if name in (*apart, *widest)]
