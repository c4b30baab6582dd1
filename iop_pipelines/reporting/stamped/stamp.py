"""Rows written where WeasyPrint would have put them: broken into lines, and filled into pages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from iop_pipelines.errors import Unforeseen
from iop_pipelines.reporting.stamped.body import Body
from iop_pipelines.reporting.stamped.measure import Cell, Measured, rgb
from iop_pipelines.reporting.stamped.text import UNITS, Shaper

# WeasyPrint's own tolerance of a page's end.
_END = 1 + 1e-9
_MOST_NAMED = 20


@dataclass(frozen=True)
class Row:
    """height: of its lines, without what is around them. cells: what draws each, of a row whose top is at a height that
    is given, with its first baseline."""

    lines: float
    draw: Callable[[float, float], list[bytes]]
    is_text: bool = True


@dataclass
class Sheet:
    """The rows of one page: what draws the cells of each, and where each ends. `first` is the number of the first."""

    first: int
    top: float
    cells: list[list[bytes]] = field(default_factory=list[list[bytes]])
    is_text: list[bool] = field(default_factory=list[bool])
    bottoms: list[float] = field(default_factory=list[float])

    @property
    def height(self) -> float:
        return self.bottoms[-1] - self.top


@dataclass(frozen=True)
class Writer:
    """Of the rows of one body. outside: texts that are wider than their cells; it grows."""

    body: Body
    measured: Measured
    shapers: Sequence[Shaper]
    odd: Mapping[int, Row]
    outside: list[str]

    def sheets(self) -> Iterator[Sheet]:
        """Pages filled as WeasyPrint fills them: a row that would pass the end begins the next."""
        found, kind = self.measured, self.measured.first
        sheet, y = Sheet(0, found.first_y), found.first_y
        for at, cells in enumerate(self.body.rows):
            row = self.odd.get(at) or self._row(cells)
            bottom = y + row.lines + kind.around
            if bottom > found.bottom * _END:
                if not sheet.cells:
                    raise Unforeseen(
                        "pdf.unforeseen", what="a_row_is_higher_than_what_is_left_of_its_page"
                    )
                yield sheet
                sheet, y, kind = Sheet(at, found.next_y), found.next_y, found.next
                bottom = y + row.lines + kind.around
                if bottom > found.bottom * _END:
                    raise Unforeseen("pdf.unforeseen", what="a_row_is_higher_than_a_page")
            sheet.cells.append(row.draw(y, y + kind.baseline))
            sheet.is_text.append(row.is_text)
            sheet.bottoms.append(bottom)
            y, kind = bottom, found.rest
        yield sheet

    def _row(self, texts: Sequence[str]) -> Row:
        line_height = self.measured.line_height
        cells: list[list[tuple[float, bytes]]] = []
        for text, cell, shaper in zip(texts, self.measured.cells, self.shapers, strict=True):
            cells.append(self.lines(text, cell, shaper))
        most = max(map(len, cells))

        def draw(top: float, baseline: float) -> list[bytes]:
            return [
                b" ".join(
                    b"1 0 0 -1 %.4f %.4f Tm %b" % (x, baseline + at * line_height, drawn)
                    for at, (x, drawn) in enumerate(lines)
                )
                for lines in cells
            ]

        return Row(most * line_height, draw)

    def lines(self, text: str, cell: Cell, shaper: Shaper) -> list[tuple[float, bytes]]:
        """(x, drawn) of each line. text: with its white space collapsed."""
        if not text:
            return []
        shaped = shaper.shape(text)
        if cell.is_number:
            if shaped.width > cell.width + 1 and len(self.outside) < _MOST_NAMED:
                self.outside.append(text)
            return [(cell.left + cell.width - shaped.width, shaped.drawn)]
        if shaped.width * UNITS <= int(cell.width * UNITS):
            return [(cell.left, shaped.drawn)]
        lines = broken(text, shaper.style, cell.width)
        return [(cell.left, shaper.shape(line).drawn) for line in lines]


def broken(text: str, style: Any, width: float) -> list[str]:
    """The lines that WeasyPrint breaks it into."""
    from weasyprint.text.line_break import split_first_line

    lines: list[str] = []
    left: str | None = text
    while left:
        _, length, resume_at, *_ = split_first_line(left, style, None, width, 0)
        raw = left.encode()
        lines.append(raw[:length].decode().rstrip(" "))
        if resume_at == 0:
            raise Unforeseen("pdf.unforeseen", what="a_text_has_no_place_for_even_one_letter")
        left = None if resume_at is None else raw[resume_at:].decode().lstrip(" ")
    return lines


def under(sheet: Sheet, measured: Measured) -> bytes:
    """The shades of its rows, which lie below all else."""
    tops = [sheet.top, *sheet.bottoms]
    wide = measured.right - measured.left
    shaded = [
        b"%.4f %.4f %.4f %.4f re" % (measured.left, top, wide, bottom - top)
        for at, (top, bottom) in enumerate(
            zip(tops, sheet.bottoms, strict=False), start=sheet.first
        )
        if at % 2
    ]
    # As artifacts, which no one is read.
    return (
        b"/Artifact BMC %b rg %b f EMC" % (measured.line.shade, b" ".join(shaded))
        if shaded
        else b""
    )


def over(sheet: Sheet, measured: Measured, shaper: Shaper, first_mark: int) -> bytes:
    """Its lines and texts; each cell is content of that number and the next ones."""
    line = measured.line
    lines = b" ".join(
        b"%.4f %.4f m %.4f %.4f l" % (measured.left, y, measured.right, y) for y in sheet.bottoms
    )
    parts = [b"/Artifact BMC %b RG %.4f w %b S EMC" % (line.stroke, line.width, lines)]
    parts.append(b"%b rg %b" % (rgb(shaper.style["color"]), shaper.chosen))
    mark = first_mark
    for cells, is_text in zip(sheet.cells, sheet.is_text, strict=True):
        row = b"\n".join(
            b"/TD<</MCID %d>>BDC %b EMC" % (number, drawn)
            for number, drawn in enumerate(cells, mark)
        )
        parts.append(b"BT %b ET" % row if is_text else row)
        mark += len(cells)
    return b"\n".join(parts)
