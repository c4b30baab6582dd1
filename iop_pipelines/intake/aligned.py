"""Text whose fields have only blanks between them: one or more, always two, or as many as keep columns aligned.

A field that is missing moves those after it where blanks are counted, so they are counted only where every line has
as many fields; else a column of blanks through all lines parts two fields, and nothing does where there is none.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from iop_pipelines.intake.cells import BLOCK
from iop_pipelines.intake.tables import Lines

# Lines of titles above a table, and of notes below it.
_EDGE = 12
_FEWEST_LINES = 4
_WIDEST = 2_000
# Of lines at both ends, those that fill one column only.
_MOST_ALONE = 0.2
_TWO = re.compile(r"\s{2,}")
_DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?")
_Numbered = tuple[int, str]
_Flags = npt.NDArray[np.bool_]
_Split = Callable[[str], list[str]]


def read_aligned(lines: Callable[[], Iterator[_Numbered]]) -> tuple[Lines, str] | None:
    """Its lines, and how they are parted, in words; None where blanks part nothing.

    lines: gives the numbers and texts of all lines that are not blank, from the first, as often as it is called.
    """
    seen = _look_at(lines())
    if seen is None:
        return None
    for split, said in ((_by_blanks, "blanks"), (_by_two_blanks, "two blanks or more")):
        if (parted := _counted(seen, split)) is not None:
            return _read(lines(), parted), f"{said} between fields"
    spans = _aligned(seen)
    return None if spans is None else (_read(lines(), spans), "columns aligned by blanks")


@dataclass(slots=True)
class _Seen:
    """`first`, `last`: lines at both ends; `occupied`: columns in which some line between them has a letter.

    counts: how many fields those between have, by the way in which they are parted.
    """

    first: list[_Numbered] = field(default_factory=list[_Numbered])
    last: list[_Numbered] = field(default_factory=list[_Numbered])
    occupied: _Flags = field(default_factory=lambda: np.zeros(_WIDEST, bool))
    counts: dict[_Split, set[int]] = field(default_factory=lambda: {s: set() for s in _SPLITS})

    @property
    def ends(self) -> list[_Numbered]:
        return [*self.first, *self.last]


@dataclass(frozen=True, slots=True)
class _Parted:
    """`cells`: of a line of the table; lines before `begin` and after `end` are titles and notes, a cell each."""

    cells: Callable[[str], list[str]]
    begin: int
    end: int


def _look_at(lines: Iterator[_Numbered]) -> _Seen | None:
    """None where there are too few lines, or one is too long to be a row."""
    seen = _Seen(first=list(islice(lines, _EDGE)))
    late: deque[_Numbered] = deque(maxlen=_EDGE)
    while block := list(islice(lines, BLOCK)):
        whole = [*late, *block]
        late = deque(whole[-_EDGE:], maxlen=_EDGE)
        if not _add(seen, [text for _, text in whole[:-_EDGE]]):
            return None
    seen.last = list(late)
    ends = [text for _, text in seen.ends]
    is_wide = any(len(text) > _WIDEST for text in ends)
    return None if is_wide or len(ends) < _FEWEST_LINES else seen


def _add(seen: _Seen, texts: Sequence[str]) -> bool:
    if not texts:
        return True
    longest = max(map(len, texts))
    if longest > _WIDEST:
        return False
    seen.occupied[:longest] |= _letters(texts, longest).any(axis=0)
    for split, counts in seen.counts.items():
        if len(counts) < 2:
            counts |= {len(split(text)) for text in texts}
    return True


def _letters(texts: Sequence[str], width: int) -> _Flags:
    """(lines, width): where they have something else than a blank."""
    codes = np.array(texts, f"U{max(width, 1)}").view(np.uint32).reshape(len(texts), -1)
    return (codes != ord(" ")) & (codes != 0)


def _by_blanks(text: str) -> list[str]:
    """What is between quotation marks is one field."""
    if '"' not in text:
        return text.split()
    return [cell for cell in next(csv.reader([text.strip()], delimiter=" ")) if cell]


def _by_two_blanks(text: str) -> list[str]:
    return _TWO.split(text.strip())


_SPLITS: tuple[_Split, ...] = (_by_blanks, _by_two_blanks)


def _counted(seen: _Seen, split: _Split) -> _Parted | None:
    """Where all lines of the table have as many fields, its head perhaps one fewer."""
    sizes = [len(split(text)) for _, text in seen.ends]
    between = seen.counts[split]
    size = next(iter(between)) if between else sizes[len(sizes) // 2]
    if len(between) > 1 or size < 2:
        return None
    fitting = [place for place, each in enumerate(sizes) if each == size]
    begin, end = fitting[0], fitting[-1]
    if sizes[begin : end + 1].count(size) != end + 1 - begin or end + 1 - begin < _FEWEST_LINES - 1:
        return None
    rows = [split(text) for _, text in seen.ends[begin : end + 1]]
    if begin and (named := _under_other_names(rows, seen.ends[begin - 1][1], split)) is not None:
        return _Parted(named, seen.ends[begin - 1][0], seen.ends[end][0])
    # Names of several words are not parted from each other like this.
    if begin and _has_only_values(rows[0]):
        return None
    return _Parted(split, seen.ends[begin][0], seen.ends[end][0])


def _has_only_values(row: Sequence[str]) -> bool:
    return all(any(map(str.isdigit, cell)) for cell in row)


def _under_other_names(rows: Sequence[list[str]], head: str, split: _Split) -> _Split | None:
    """A head with a mark of a comment before its names, or one that names day and time together, or no row's number."""
    size, names = len(rows[0]), split(head)
    if len(names) == size + 1 and names[0] == "#":
        return lambda text: cells[1:] if (cells := split(text))[0] == "#" else cells
    if len(names) != size - 1:
        return None
    if all(_DAY.fullmatch(row[0]) and _CLOCK.fullmatch(row[1]) for row in rows):
        return lambda text: _day_and_time(split(text), size)
    firsts = [row[0] for row in rows[:5]]
    is_number = all(map(str.isdecimal, firsts)) and firsts == [
        str(n) for n in range(int(firsts[0]), int(firsts[0]) + len(firsts))
    ]
    return split if is_number else None


def _day_and_time(cells: list[str], size: int) -> list[str]:
    return [f"{cells[0]} {cells[1]}", *cells[2:]] if len(cells) == size else cells


def _aligned(seen: _Seen) -> _Parted | None:
    """Where columns of blanks go through all lines but titles and notes; what has a name is a column."""
    width = max(len(text) for _, text in seen.ends)
    width = max(width, int(np.flatnonzero(seen.occupied).max(initial=0)) + 1)
    first = _letters([text for _, text in seen.first], width)
    last = _letters([text for _, text in seen.last], width) if seen.last else first[:0]
    best: tuple[int, int, int, list[tuple[int, int]]] | None = None
    for above in range(max(len(first) - 2, 1)):
        for below in range(len(last) + 1):
            kept = np.vstack([first[above:], last[: len(last) - below]])
            spans = _spans(seen.occupied[:width] | kept.any(axis=0))
            spans = _named_spans(kept, spans)
            if best is None or len(spans) > best[0]:
                best = len(spans), above, below, spans
    if best is None or best[0] < 2:
        return None
    _, above, below, spans = best
    kept = np.vstack([first[above:], last[: len(last) - below]])
    filled = sum(kept[:, begin:end].any(axis=1).astype(int) for begin, end in spans)
    # Two lines of prose have a blank in common soon.
    if np.mean(np.asarray(filled) < 2) > _MOST_ALONE:
        return None
    edges = [0, *(begin for begin, _ in spans[1:]), _WIDEST]
    end = seen.ends[len(seen.ends) - 1 - below][0]

    def cells(text: str) -> list[str]:
        return [text[a:b].strip() for a, b in pairwise(edges)]

    return _Parted(cells, seen.first[above][0], end)


def _spans(occupied: _Flags) -> list[tuple[int, int]]:
    """Columns of letters, from and to."""
    edges = np.diff(np.concatenate([[0], occupied.astype(np.int8), [0]]))
    return list(
        zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True)
    )


def _named_spans(kept: _Flags, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Less those that only a blank within a field parts: a name without figures below, figures without a name."""
    if not spans:
        return []
    filled = np.array([kept[:, a:b].any(axis=1) for a, b in spans])
    head = int(filled[:, :_EDGE].sum(axis=0).argmax())
    has_name: list[bool] = filled[:, head].tolist()
    has_rows: list[bool] = [bool(each[head + 1 :].any()) for each in filled]
    joined: list[list[int]] = []
    for place, (begin, end) in enumerate(spans):
        before = place - 1
        is_one = bool(joined) and (
            (not has_rows[before] and not has_name[place])
            or (not has_name[before] and not has_rows[place])
            or (not has_name[place] and begin - spans[before][1] == 1)
        )
        if is_one:
            joined[-1][1] = end
        else:
            joined.append([begin, end])
    return [(begin, end) for begin, end in joined]


def _read(lines: Iterator[_Numbered], parted: _Parted) -> Lines:
    found = Lines()
    while block := list(islice(lines, BLOCK)):
        rows = [
            parted.cells(text) if parted.begin <= number <= parted.end else [text.strip()]
            for number, text in block
        ]
        found.extend(rows, [number for number, _ in block])
    return found


def numbered_lines(path: Path, codec: str, skipped: int = 0) -> Iterator[_Numbered]:
    """Numbers and texts of a file's lines that are not blank; tabs as the blanks that they are shown as.

    skipped: lines that are not read, though counted.
    """
    with path.open(encoding=codec, errors="strict", newline=None) as file:
        for number, text in enumerate(file, start=1):
            if number > skipped and not text.isspace():
                yield number, text.expandtabs().rstrip()
