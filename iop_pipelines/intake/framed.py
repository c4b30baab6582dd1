"""A table with its head, and what in it only sums up the rest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.intake.cells import Cells
from iop_pipelines.intake.tables import LeftLine, Line

_TOTAL_WORDS = (
    r"(?:grand |sub-?\s?|zwischen|sous-)?(?:totals?|totaux|totale|totaal|sum(?:me|ma)?|suma|"
    r"gesamt(?:summe|ergebnis)?|insgesamt|somme|overall)"
)
_TOTAL = re.compile(
    rf"(?:{_TOTAL_WORDS}(?: g[eé]n[eé]ral)?|average|mean|durchschnitt|mittelwert|moyenne)\s*[:.]?",
    re.IGNORECASE,
)
_TOTAL_OF = re.compile(rf"{_TOTAL_WORDS}\b(?P<name>.*)", re.IGNORECASE)
_OF_TOTAL = re.compile(
    rf"(?P<name>.+?)[ :-]+(?:{_TOTAL_WORDS}|(?:gesamt|teil)?ergebnis)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Framed:
    """A table with its head.

    Attributes:
        labels: as they are in the head, made different from each other; columns: a column each, equally long.
        numbers: of the rows' lines.
        title: what stands above the head.
        left_out: what is no row; refused: rows of another width.
        is_headless: the labels are ours.
        notes: what was done to the table, for people.
        units: by label, of a line of units.
        is_folded: columns of periods became rows.
        eras: header -> how its years were counted, of columns in which they are now ours.
    """

    labels: tuple[str, ...]
    columns: tuple[Cells, ...]
    numbers: npt.NDArray[np.int64]
    title: tuple[str, ...]
    left_out: list[LeftLine]
    refused: list[LeftLine]
    is_headless: bool = False
    notes: tuple[Sentence, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    is_folded: bool = False
    eras: Mapping[str, str] = field(default_factory=dict[str, str])

    def __len__(self) -> int:
        return len(self.numbers)

    def line(self, row: int) -> Line:
        return Line(int(self.numbers[row]), tuple(column[row] for column in self.columns))

    def without(self, rows: npt.NDArray[np.int64], reason: Sentence) -> "Framed":
        """Less some rows, which are left out for a reason."""
        kept = np.setdiff1d(np.arange(len(self)), rows, assume_unique=True)
        lines = map(self.line, rows.tolist())
        left = [LeftLine(line.number, line.text, reason) for line in lines]
        return replace(
            self,
            columns=tuple(column.taken(kept) for column in self.columns),
            numbers=self.numbers[kept],
            left_out=[*self.left_out, *left],
        )


def is_total(cell: str) -> bool:
    return _TOTAL.fullmatch(cell) is not None


def begins_as_total(cell: str) -> bool:
    return is_total(cell) or _TOTAL_OF.fullmatch(cell) is not None


def is_sum_of(cell: str) -> bool:
    """Total EWR and EWR Total, which a series may be called as well."""
    return begins_as_total(cell) or _OF_TOTAL.fullmatch(cell) is not None


def summed_name(cell: str) -> str:
    """What is summed up: EWR of Total EWR, of EWR Total and of Total (EWR)."""
    found = _TOTAL_OF.fullmatch(cell) or _OF_TOTAL.fullmatch(cell)
    return found["name"].strip(" :-()") if found else ""
