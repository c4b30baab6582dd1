"""A file's table as text: lines with their numbers, before anything is known of what they mean."""

from dataclasses import dataclass

from iop_pipelines.domain.sentences import Sentence


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


@dataclass(frozen=True, slots=True)
class RawTable:
    """What a file holds.

    Attributes:
        name: the file's, without its suffixes.
        form: its kind in words, for people.
        lines: without empty ones.
        delimiter: what stands between two fields of a text file; None where cells had types.
        checksum: SHA-256 of the file.
    """

    name: str
    form: str
    lines: list[Line]
    delimiter: str | None
    checksum: str
    size: int


@dataclass(frozen=True, slots=True)
class LeftLine:
    """A line that is no row of the table, or one that cannot be read, and why."""

    number: int
    text: str
    reason: Sentence
