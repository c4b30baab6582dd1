"""Texts of a column, kept small: a number for each of few different ones, else packed side by side.

A million figures as strings of their own take 60 MB a column, packed 8.
"""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, count
from typing import Any, TypeAlias, overload

import numpy as np
import numpy.typing as npt

# Rows that are read, written and looked at in one go.
BLOCK = 16_384
_MAX_DISTINCT = 20_000
_MAX_DISTINCT_SHARE = 0.1
_BETWEEN = "\x1f"
Rows = npt.NDArray[np.int64]
_Piece: TypeAlias = "array[int] | bytes | tuple[str, ...]"


def _numbering() -> defaultdict[str, int]:
    """Gives what is looked up for the first time the next number."""
    return defaultdict(count().__next__)


class Cells(Sequence[str]):
    """A column of texts; grows at its end, in blocks."""

    __slots__ = ("_counts", "_distinct", "_ends", "_numbers", "_opened", "_pieces", "_texts")

    def __init__(self, blocks: Iterable[Sequence[str]] = ()) -> None:
        self._numbers: defaultdict[str, int] | None = _numbering()
        # Numbers of texts, or the texts in one; a tuple where a text has what stands between them.
        self._pieces: list[_Piece] = []
        self._ends: list[int] = []
        self._opened: tuple[int, list[str]] | None = None
        self._texts: list[str] | None = None
        self._counts: dict[str, int] | None = None
        self._distinct: list[str] | None = None
        for block in blocks:
            self.extend(block)

    def extend(self, texts: Sequence[str]) -> None:
        if not texts:
            return
        numbers = self._numbers
        if numbers is not None and len(numbers) > max(
            _MAX_DISTINCT, _MAX_DISTINCT_SHARE * len(self)
        ):
            self._pieces = [_packed(piece) for piece in self.pieces()]
            self._numbers = numbers = self._texts = None
        self._pieces.append(
            _packed(texts) if numbers is None else array("I", map(numbers.__getitem__, texts))
        )
        self._ends.append(len(self) + len(texts))
        self._opened = self._counts = self._distinct = None

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.pieces())

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if place < 0:
            place += len(self)
        if not 0 <= place < len(self):
            raise IndexError(place)
        at = bisect_right(self._ends, place)
        if self._opened is None or self._opened[0] != at:
            self._opened = at, self._open(at)
        return self._opened[1][place - (self._ends[at - 1] if at else 0)]

    def pieces(self) -> Iterator[list[str]]:
        """All texts in order, a block at a time."""
        return map(self._open, range(len(self._pieces)))

    def _open(self, at: int) -> list[str]:
        piece = self._pieces[at]
        if isinstance(piece, array):
            if self._texts is None or len(self._texts) < len(self._numbers or ()):
                self._texts = list(self._numbers or ())
            return list(map(self._texts.__getitem__, piece))
        return _unpacked(piece) if isinstance(piece, bytes) else list(piece)

    @property
    def distinct(self) -> list[str] | None:
        """The different texts, in the order of their first row; None where they are too many to be listed."""
        if self._distinct is None and (counts := self.counts) is not None:
            self._distinct = list(counts)
        return self._distinct

    @property
    def codes(self) -> npt.NDArray[np.int64]:
        """For each row the number of its text, equal where the texts are."""
        pieces = self._pieces
        if self._numbers is None:
            numbers = _numbering()
            pieces = [array("I", map(numbers.__getitem__, piece)) for piece in self.pieces()]
        parts = [np.frombuffer(piece, np.uint32) for piece in pieces if isinstance(piece, array)]
        return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, np.int64)

    @property
    def counts(self) -> dict[str, int] | None:
        """How often each different text is there; None where they are too many to be listed."""
        if self._numbers is None:
            return None
        if self._counts is None:
            counts = np.bincount(self.codes, minlength=len(self._numbers)).tolist()
            # Those of rows that were left out are numbered too.
            self._counts = {text: n for text, n in zip(self._numbers, counts, strict=True) if n}
        return self._counts

    def sample(self, most: int) -> list[str]:
        """Different texts from all over the column, about as many as that."""
        distinct = self.distinct
        if distinct is not None:
            return distinct[:: max(1, len(distinct) // most)]
        each = max(1, most // len(self._pieces))
        return list(
            dict.fromkeys(
                text for piece in self.pieces() for text in piece[:: max(1, len(piece) // each)]
            )
        )

    def mapped(self, read: Callable[[str], Any], dtype: str) -> npt.NDArray[Any]:
        """What `read` makes of each text, asked once for each of few different ones."""
        if self._numbers is None:
            parts = [np.array(list(map(read, piece)), dtype) for piece in self.pieces()]
            return np.concatenate(parts) if parts else np.zeros(0, dtype)
        return np.array(list(map(read, self._numbers)), dtype)[self.codes]

    def made(self, make: Callable[[Sequence[str]], list[str | None]]) -> Iterator[list[str | None]]:
        """What becomes of all texts, of few different ones at once, a block at a time."""
        distinct = self.distinct
        if distinct is None:
            yield from map(make, self.pieces())
            return
        known = dict(zip(distinct, make(distinct), strict=True))
        by_number = list(map(known.get, self._numbers or ()))
        for piece in self._pieces:
            if isinstance(piece, array):
                yield list(map(by_number.__getitem__, piece))

    def taken(self, rows: Rows) -> "Cells":
        """Those of some rows, which are in rising order."""
        found = Cells()
        found._numbers = self._numbers
        begin, size = 0, 0
        for at, part in enumerate(np.split(rows, np.searchsorted(rows, self._ends))[:-1]):
            if len(part):
                found._pieces.append(self._part(at, part - begin, self._ends[at] - begin))
                found._ends.append(size := size + len(part))
            begin = self._ends[at]
        return found

    def _part(self, at: int, rows: Rows, size: int) -> _Piece:
        piece = self._pieces[at]
        if len(rows) == size:
            return piece
        if isinstance(piece, array):
            taken = np.frombuffer(piece, np.uint32)[rows]
            return array("I", taken.astype(np.uint32).tobytes())
        texts = self._open(at)
        return _packed([texts[row] for row in rows.tolist()])


def joined(parts: Sequence[Cells]) -> Cells:
    """One below the other."""
    if len(parts) == 1:
        return parts[0]
    return Cells(block for part in parts for block in part.pieces())


def _packed(texts: Sequence[str]) -> bytes | tuple[str, ...]:
    together = _BETWEEN.join(texts)
    if together.count(_BETWEEN) != len(texts) - 1:
        return tuple(texts)
    return together.encode("utf-8", "surrogatepass")


def _unpacked(piece: bytes) -> list[str]:
    return piece.decode("utf-8", "surrogatepass").split(_BETWEEN)
