"""What is known of a document whose rows are stamped, before it is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from iop_pipelines.reporting.stamped.body import tbody
from iop_pipelines.reporting.stamped.measure import Measured
from iop_pipelines.reporting.stamped.stamp import Sheet
from iop_pipelines.reporting.stamped.text import Shaper

# As English says it, and report.css does.
NUMBER = "Page {number} of {count}"


@dataclass(frozen=True)
class Numbering:
    """Where a page says its number: from its right and its lower edge, to the end of the text and its baseline; and
    the words of it."""

    shaper: Shaper
    right: float
    bottom: float
    words: str = NUMBER


@dataclass(frozen=True)
class Middle:
    """A page amid a table: what draws its rows, packed, and how many rows they are."""

    content: bytes
    rows: int


@dataclass
class Stamped:
    """A body that is laid out: its first page and its last, and those between."""

    measured: Measured
    shapers: Sequence[Shaper]
    columns: int
    ends: list[Sheet] = field(default_factory=list[Sheet])
    middles: list[Middle] = field(default_factory=list[Middle])
    # Of the pages between, by their heights, that which the one drawn of them has.
    height: float = 0.0

    @property
    def frame(self) -> int | None:
        """The page of the last pass that is shown on all pages between."""
        return self.measured.page + 1 if self.middles else None

    @property
    def last(self) -> int:
        return self.measured.page + (2 if self.middles else 1)

    def room(self, at: int, count: int) -> str:
        """Blank rows, as high as its own."""
        heights = [self.ends[0].height, *([self.height] if self.middles else [])]
        heights.append(self.ends[1].height)
        cell = f'<td colspan="{count}" style="padding: 0; border-color: transparent"></td>'
        rows = (
            f'<tr style="height: {height:.6f}px{"; break-before: page" if number else ""}">{cell}</tr>'
            for number, height in enumerate(heights)
        )
        return tbody(at, "".join(rows))


def scaled(height: float) -> bytes:
    """Pixels from the top left corner, as in WeasyPrint's boxes."""
    return b".75 0 0 -.75 0 %.4f cm" % (height * 0.75)
