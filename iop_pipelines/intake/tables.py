"""A file's table as text: lines with their numbers, before anything is known of what they mean."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import overload

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.intake.cells import BLOCK, Cells


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is the line of the file, or the row of the sheet, from 1; `cells` have no blanks around them."""

    number: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> int:
        return sum(bool(cell) for cell in self.cells)

    @property
    def text(self) -> str:
        """As it is shown to people."""
        return " | ".join(cell for cell in self.cells if cell)


class Lines(Sequence[Line]):
    """Lines kept column by column; those that end earlier than others are empty there.

    Attributes:
        numbers: of each line; sizes: how many cells each has, widths: without the empty ones at its end.
    """

    __slots__ = ("_blocks", "columns", "numbers", "sizes", "widths")

    def __init__(self, lines: Iterable[Line] = ()) -> None:
        self.columns: list[Cells] = []
        self._blocks: list[int] = []
        self.numbers = array("I")
        self.sizes = array("I")
        self.widths = array("I")
        every = iter(lines)
        while block := list(islice(every, BLOCK)):
            self.extend([line.cells for line in block], [line.number for line in block])

    def extend(self, rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> None:
        """Rows without any text are left out, and blanks around cells."""
        sizes = list(map(len, rows))
        is_even = len(set(sizes)) == 1
        columns = zip(*rows, strict=True) if is_even else zip_longest(*rows, fillvalue="")
        together = list(map(_stripped, columns))
        if not together:
            return
        if "" in together[0]:
            kept = [place for place, cells in enumerate(zip(*together, strict=True)) if any(cells)]
            if len(kept) < len(rows):
                self.extend([rows[place] for place in kept], [numbers[place] for place in kept])
                return
        self.numbers.extend(numbers)
        self.sizes.extend(sizes)
        is_full = is_even and "" not in together[-1]
        self.widths.extend(sizes if is_full else map(_width, rows))
        # All columns are in blocks of the same lengths.
        late = together[len(self.columns) :]
        self.columns += [Cells([""] * length for length in self._blocks) for _ in late]
        for place, column in enumerate(self.columns):
            column.extend(together[place] if place < len(together) else [""] * len(rows))
        self._blocks.append(len(rows))

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Line]:
        return map(self._line, range(len(self)))

    @overload
    def __getitem__(self, place: int) -> Line: ...
    @overload
    def __getitem__(self, place: slice) -> list[Line]: ...
    def __getitem__(self, place: int | slice) -> Line | list[Line]:
        if isinstance(place, slice):
            return [self._line(each) for each in range(*place.indices(len(self)))]
        return self._line(range(len(self))[place])

    def _line(self, place: int) -> Line:
        cells = tuple(column[place] for column in self.columns[: self.sizes[place]])
        return Line(self.numbers[place], cells)


def _stripped(cells: tuple[str, ...]) -> Sequence[str]:
    """Most columns have no blank at all, which is seen at once."""
    has_blank = (
        len(",".join(cells).split(None, 1)) > 1 or not cells[0].strip() or not cells[-1].strip()
    )
    return list(map(str.strip, cells)) if has_blank else cells


def _width(cells: Sequence[str]) -> int:
    last = len(cells)
    while last and not cells[last - 1].strip():
        last -= 1
    return last


@dataclass(frozen=True, slots=True)
class Other:
    """A file of a zip file that is none of the table's parts, and why.

    is_kin: it looks as if it should be one: its name ends as one of theirs, or it has a column of theirs.
    head: what its columns are called, in lower case and in order; empty of one that is no table.
    """

    name: str
    why: Sentence
    is_kin: bool
    head: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawTable:
    """What a file holds.

    Attributes:
        name: the file's, without its suffixes.
        form: its kind in words, for people.
        lines: without empty ones.
        delimiter: what stands between two fields of a text file; None where cells had types.
        checksum: SHA-256 of the file.
        encoding: codec of a text file.
        parts: of a zip file of several files, those of one shape, of which `lines` are the first's; else empty.
        others: its files that are none of them.
    """

    name: str
    form: str
    lines: Lines
    delimiter: str | None
    checksum: str
    size: int
    encoding: str | None = None
    parts: tuple["RawTable", ...] = ()
    others: tuple[Other, ...] = ()

    @property
    def each(self) -> tuple["RawTable", ...]:
        """Its parts, or itself."""
        return self.parts or (self,)


@dataclass(frozen=True, slots=True)
class LeftLine:
    """A line that is no row of the table, or one that cannot be read, and why."""

    number: int
    text: str
    reason: Sentence
