"""Which columns tell series apart: the fewest that make each moment come once a series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

UNIQUE_SHARE = 0.99
MAX_WATCHED = 60


@dataclass(frozen=True, slots=True)
class SeriesFound:
    """Names of columns, in their order in the file.

    Attributes:
        series: with the moment they make a row unique, or, of events, only group them.
        watched: those of them that models look at one by one; fewer where `count` is too many.
        repeats: rows of a moment and series that is there already.
        is_unique: false for events, many a moment.
    """

    series: tuple[str, ...]
    count: int
    watched: tuple[str, ...]
    watched_count: int
    repeats: int
    is_unique: bool


def find_series(
    moments: Sequence[datetime], candidates: Mapping[str, Sequence[str]]
) -> SeriesFound:
    """candidates: column -> its cells, as many as there are moments."""
    n = len(moments)
    chosen: list[str] = []
    seen = _distinct(moments, candidates, chosen)
    while seen < UNIQUE_SHARE * n:
        rest = [name for name in candidates if name not in chosen]
        gains = {name: _distinct(moments, candidates, [*chosen, name]) for name in rest}
        best = max(gains, key=lambda name: gains[name], default=None)
        if best is None or gains[best] <= seen:
            break
        chosen.append(best)
        seen = gains[best]
    is_unique = seen >= UNIQUE_SHARE * n
    chosen = (
        _without_needless(moments, candidates, chosen, seen) if is_unique else _grouping(candidates)
    )
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


def _distinct(
    moments: Sequence[datetime], candidates: Mapping[str, Sequence[str]], names: Sequence[str]
) -> int:
    return len(set(zip(moments, *(candidates[name] for name in names), strict=True)))


def _without_needless(
    moments: Sequence[datetime],
    candidates: Mapping[str, Sequence[str]],
    chosen: list[str],
    seen: int,
) -> list[str]:
    """A name beside its code adds nothing; the one that was found first goes last."""
    for name in list(chosen):
        fewer = [each for each in chosen if each != name]
        if _distinct(moments, candidates, fewer) == seen:
            chosen = fewer
    return chosen


def _grouping(candidates: Mapping[str, Sequence[str]]) -> list[str]:
    sizes = {name: len(set(cells)) for name, cells in candidates.items()}
    few = [name for name, size in sizes.items() if 2 <= size <= MAX_WATCHED]
    return [min(few, key=lambda name: sizes[name])] if few else []


def _combinations(candidates: Mapping[str, Sequence[str]], names: Sequence[str]) -> int:
    return len(set(zip(*(candidates[name] for name in names), strict=True))) if names else 1


def _watched(candidates: Mapping[str, Sequence[str]], chosen: Sequence[str]) -> Sequence[str]:
    """All of them, or the one column with most values that are few enough."""
    if _combinations(candidates, chosen) <= MAX_WATCHED:
        return chosen
    sizes = {name: len(set(candidates[name])) for name in chosen}
    fitting = {name: size for name, size in sizes.items() if 2 <= size <= MAX_WATCHED}
    return [max(fitting, key=lambda name: fitting[name])] if fitting else []
