"""Rows that are more than plain text of one font: WeasyPrint lays them out, some hundred at once, in the same columns.

What it drew of each cell is kept, and where its row began, so that it can be drawn where the row belongs.
"""

import gc
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from iop_pipelines.errors import Unforeseen
from iop_pipelines.reporting.stamped.body import Body, place_of, rows_html
from iop_pipelines.reporting.stamped.measure import (
    Measured,
    groups,
    texts_of,
)
from iop_pipelines.reporting.stamped.stamp import Row

_ROWS_AT_ONCE = 200
_BODY = re.compile(r"<body[^>]*>")


@dataclass(frozen=True)
class Drawing:
    """lay_out: makes a document of a page. fonts and states: what the drawings need; they grow."""

    lay_out: Callable[[str], Any]
    fonts: dict[Any, Any]
    states: dict[str, Any]


def odd_rows(
    page: str, at: int, body: Body, rows: Sequence[int], *, measured: Measured, drawing: Drawing
) -> Iterator[tuple[int, Row, Any]]:
    """(number, row, document) of each of `rows`."""
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[first : first + _ROWS_AT_ONCE]
        document = drawing.lay_out(_alone(page, at, [body.rows[row] for row in some], body))
        boxes = [row for _, _, group in groups(document, at) for row in group.children]
        # The first stands beneath the head, where the border is another one.
        for number, box in zip(some, boxes[1:], strict=True):
            yield number, _row(box, measured, drawing), document
        del document, boxes
        # The renderer does not collect by itself, and boxes hold each other.
        gc.collect()


def _alone(page: str, at: int, rows: Sequence[Sequence[str]], body: Body) -> str:
    """The page with nothing but the table, of these rows, behind one that is dropped."""
    place = page.index(place_of(at))
    opening = page.rindex("<section", 0, place)
    table = page.rindex("<table", 0, place)
    section = page[opening : page.index(">", opening) + 1]
    found = _BODY.search(page)
    if found is None:
        raise Unforeseen("pdf.unforeseen", what="the_page_has_no_body")
    own = rows_html([["–"] * len(body.numbers), *rows], body.numbers)
    filled = page[table:place] + f'<tbody id="body-{at}">{own}</tbody></table></section>'
    return page[: found.end()] + section + filled + "</body></html>"


def _row(box: Any, measured: Measured, drawing: Drawing) -> Row:
    if len(box.children) != len(measured.cells):
        raise Unforeseen("pdf.unforeseen", what="a_row_has_not_as_many_cells_as_the_table")
    drawn = [_drawn(cell, drawing) for cell in box.children]
    top, kept = box.position_y, measured.rest.baseline

    def draw(y: float, baseline: float) -> list[bytes]:
        shift = (baseline - kept) - top
        return [b"q 1 0 0 1 0 %.3f cm %b Q" % (shift, each) if each else b"" for each in drawn]

    return Row(box.height - measured.rest.around, draw, is_text=False)


def _drawn(cell: Any, drawing: Drawing) -> bytes:
    from weasyprint.draw.text import draw_text

    stream, resources = unbound_stream(drawing.fonts, drawing.states)
    for text in texts_of(cell):
        draw_text(stream, text, 0, "clip", "none")
    if resources["XObject"] or resources["Pattern"]:
        raise Unforeseen("pdf.unforeseen", what="a_text_has_pictures_among_its_letters")
    return b"\n".join(part if isinstance(part, bytes) else bytes(part) for part in stream.stream)


def learn_widths(document: Any, pages: int, fonts: dict[Any, Any]) -> None:
    """Tells the fonts how wide the glyphs of the first pages are.

    WeasyPrint rounds a width at the size in which it draws a glyph for the first time; so must what is written beside
    it, which else would drift by a thousandth of a letter.
    """
    stream, _ = unbound_stream(fonts, {})
    for page in document.pages[:pages]:
        page.paint(stream)


def unbound_stream(fonts: dict[Any, Any], states: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """A stream that is of no file, and what it makes use of."""
    from weasyprint.pdf.stream import Stream

    names = ("XObject", "Pattern", "Shading")
    resources: dict[str, Any] = {"ExtGState": states, "ColorSpace": None, **{n: {} for n in names}}
    stream = Stream(fonts, (0, 0, 0, 0), resources, {}, None, {}, None, compress=False)
    return stream, resources
