"""How a table is laid out so that nothing in it is cut: what a person would try, one after the other.

Smaller letters, the page turned, a larger page, and then the table in parts, each with the columns by which a row is
known. Widths are those of the report's own font; letters of others are taken as wide. The renderer proves afterwards
that it fits, and asks for the next step where it does not.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from iop_pipelines.query.result import Column
from iop_pipelines.reporting.brand import PAPERS
from iop_pipelines.reporting.voice import ENGLISH, Voice

FONTS = Path(__file__).parent / "fonts"
_MM = 72 / 25.4
# Name of the page in the style sheet, and the width between its margins in points.
PAGES = PAPERS["A4"].widths
SIZES = (8.0, 7.0, 6.2)
_PADDING = 4 * _MM + 1
# Of words and of texts; longer ones may break.
_LONGEST_WORD, _LONGEST_TEXT = 24, 34
_HEAD_SIZE = 7.4 / 8.0
_SAMPLE = 500
_MOST_KEYS = 2
_WIDE_EM, _OTHER_EM = 1.02, 0.72
# The measure and the layout round differently.
_SLACK = 1.02


@dataclass(frozen=True)
class Part:
    """Columns that stand beside each other: their positions, and their widths in percent."""

    columns: tuple[int, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class Layout:
    """`page` is one of the paper's; `size` in points; several parts where one page is not wide enough."""

    page: str
    size: float
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class _Need:
    """Of a column, in points at a size of one: what it must have, and what it would like."""

    least: float
    liked: float


def lay_out(
    columns: Sequence[Column],
    cells: Sequence[Sequence[str]],
    page: str,
    skipped: int = 0,
    voice: Voice = ENGLISH,
    *,
    pages: Mapping[str, float] = PAGES,
) -> Layout:
    """The first step that fits, after so many were tried in vain.

    page: that of the report; pages: the widths of all. cells: (rows, columns) as they are printed.
    """
    needs = [
        _need(column, voice.label(column), [row[at] for row in cells])
        for at, column in enumerate(columns)
    ]
    everything = tuple(range(len(columns)))
    fitting = (
        Layout(name, size, (_part(everything, needs, pages[name], size),))
        for name, size in _steps(page, pages)
        if _width(everything, needs, size) <= pages[name]
    )
    for at, layout in enumerate(fitting):
        if at == skipped:
            return layout
    return _split(columns, needs, pages)


def _steps(page: str, pages: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    names = list(pages)
    for name in names[names.index(page) :]:
        yield from ((name, size) for size in SIZES)


def _split(columns: Sequence[Column], needs: Sequence[_Need], pages: Mapping[str, float]) -> Layout:
    """On the largest page, with the first columns of each row repeated."""
    page, size = "a3", SIZES[1]
    wide = pages[page]
    keys = tuple(_keys(columns))
    while len(keys) > 1 and _width(keys, needs, size) > wide / 2:
        keys = keys[:-1]
    parts: list[tuple[int, ...]] = []
    own: tuple[int, ...] = ()
    for at in range(len(keys), len(columns)):
        if own and _width((*keys, *own, at), needs, size) > wide:
            parts.append((*keys, *own))
            own = ()
        own = (*own, at)
    parts.append((*keys, *own))
    return Layout(page, size, tuple(_part(each, needs, wide, size) for each in parts))


def _keys(columns: Sequence[Column]) -> Iterator[int]:
    """The columns before the first number, at most two; the first, if it is one."""
    for at, column in enumerate(columns[:_MOST_KEYS]):
        if column.is_number and at:
            return
        yield at


def _part(own: tuple[int, ...], needs: Sequence[_Need], wide: float, size: float) -> Part:
    """What is left is shared by how much more each would like."""
    least = [needs[at].least * size + _PADDING for at in own]
    more = [max(needs[at].liked - needs[at].least, 0) * size + 1 for at in own]
    left = max(wide - sum(least), 0.0)
    widths = [a + left * b / sum(more) for a, b in zip(least, more, strict=True)]
    return Part(own, tuple(100 * width / sum(widths) for width in widths))


def _width(own: Sequence[int], needs: Sequence[_Need], size: float) -> float:
    return sum(needs[at].least * size + _PADDING for at in own)


def _need(column: Column, label: str, cells: Sequence[str]) -> _Need:
    head = max((_measure(word, 600) for word in label.split()), default=0.0) * _HEAD_SIZE
    # The longest in letters is nearly always the widest; measuring a few of them is enough.
    longest = sorted({*cells}, key=len, reverse=True)[:_SAMPLE]
    if column.is_number:
        least = max((_measure(cell, 400) for cell in longest[:40]), default=0.0)
        return _Need(max(least, head) * _SLACK, max(least, head) * _SLACK)
    words = {word[:_LONGEST_WORD] for cell in longest for word in cell.split()}
    least = max((_measure(each, 400) for each in sorted(words, key=len)[-40:]), default=0.0)
    liked = max((_measure(cell[:_LONGEST_TEXT], 400) for cell in longest[:40]), default=0.0)
    return _Need(max(least, head) * _SLACK, max(liked, head) * _SLACK)


def _measure(text: str, weight: int) -> float:
    """Width in em."""
    widths = _advances(weight)
    return sum(widths.get(ord(char), _unknown(char)) for char in text)


def _unknown(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    return _WIDE_EM if unicodedata.east_asian_width(char) in "WF" else _OTHER_EM


@lru_cache(maxsize=2)
def _advances(weight: int) -> dict[int, float]:
    from fontTools.ttLib import TTFont

    with TTFont(FONTS / f"inter-{weight}.woff2", lazy=True) as font:
        # Its tables have no types.
        head: Any = font["head"]
        metrics, names = font["hmtx"], font.getBestCmap() or {}
        units = head.unitsPerEm
        found = {code: metrics[name][0] / units for code, name in names.items()}
    # Figures stand under each other: all are as wide as the widest.
    widest = max(found[ord(digit)] for digit in "0123456789")
    return found | {ord(digit): widest for digit in "0123456789"}
