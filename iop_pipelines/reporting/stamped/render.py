"""The whole of a document with stamped tables: passes of WeasyPrint around them, and the file.

A pass lays out the page with the first rows of one table, and blank room of the right height for those before it. The
last has blank room for all, so that WeasyPrint itself puts what follows where it belongs. A page amid a table is drawn
once and shown on all of them. No pass prints a page's number: how many there are is known when all are written.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from iop_pipelines.errors import Unforeseen
from iop_pipelines.reporting import proof
from iop_pipelines.reporting.stamped import stamp
from iop_pipelines.reporting.stamped.assembly import write
from iop_pipelines.reporting.stamped.body import Body, place_of, tbody
from iop_pipelines.reporting.stamped.laid import NUMBER, Middle, Numbering, Stamped, scaled
from iop_pipelines.reporting.stamped.measure import (
    Measured,
    groups,
    lines_of,
    measure,
    probe_rows,
    probes,
    rgb,
    texts_of,
    walk,
)
from iop_pipelines.reporting.stamped.odd import Drawing, learn_widths, odd_rows
from iop_pipelines.reporting.stamped.stamp import Row, Sheet, Writer
from iop_pipelines.reporting.stamped.text import Shaper, collapsed

# CSS pixels: how far a box of WeasyPrint may stand from where it was foreseen.
_NEAR = 0.05
_NO_NUMBER = '@page { @bottom-right { content: "" } }'
_LEVEL = 6


@dataclass(frozen=True)
class Layout:
    """WeasyPrint with the report's style. render: a page as a document, with `further` style. number: what a page says
    of which it is."""

    render: Callable[..., Any]
    number: str = NUMBER
    fonts: dict[Any, Any] = field(default_factory=dict[Any, Any])
    states: dict[str, Any] = field(default_factory=dict[str, Any])


def render(
    page: str, bodies: Sequence[Body], layout: Layout, out: BinaryIO
) -> dict[str, list[str]]:
    """Writes the PDF; what is wrong with it, as `proof` says it: `outside` and `over`.

    Raises:
        Unforeseen: WeasyPrint has to lay out the whole; nothing of use was written.
    """
    told = [Body(each.numbers, [list(map(collapsed, row)) for row in each.rows]) for each in bodies]
    return _Report(page, told, layout).write(out)


@dataclass
class _Report:
    page: str
    bodies: Sequence[Body]
    layout: Layout
    found: dict[str, list[str]] = field(default_factory=lambda: {"outside": [], "over": []})
    done: list[Stamped] = field(default_factory=list[Stamped])

    def write(self, out: BinaryIO) -> dict[str, list[str]]:
        numbering: Numbering | None = None
        for at, body in enumerate(self.bodies):
            further = [tbody(n, probes(each)) for n, each in enumerate(self.bodies[at:], at)]
            document = self.layout.render(_with(self.page, [*self._rooms(), *further]))
            if numbering is None:
                pages = min((page for page, _, _ in groups(document, at)), default=0) + 1
                learn_widths(document, pages, self.layout.fonts)
                numbering = _numbering(document, self.layout)
            self.done.append(self._stamped(at, body, document))
        if numbering is None:
            raise Unforeseen("pdf.unforeseen", what="there_is_no_table")
        document = self.layout.render(_with(self.page, self._rooms()), further=(_NO_NUMBER,))
        for at, each in enumerate(self.done):
            _check_room(document, at, each)
        self._prove(document)
        document.fonts.update(self.layout.fonts)
        write(document, self.done, numbering, self.layout.states, out)
        return self.found

    def _rooms(self) -> list[str]:
        return [each.room(at, each.columns) for at, each in enumerate(self.done)]

    def _prove(self, document: Any) -> None:
        for name, texts in proof.faults(document).items():
            self.found[name] += texts

    def _stamped(self, at: int, body: Body, document: Any) -> Stamped:
        measured = measure(document, at, body)
        shapers = _shapers(measured, self.layout)
        _check_probes(document, at, body, measured, shapers)
        odd = self._odd(at, body, measured, shapers[0])
        stamped = Stamped(measured, shapers, len(body.numbers))
        sheets = Writer(body, measured, shapers, odd, self.found["outside"]).sheets()
        first, waiting = next(sheets), next(sheets, None)
        if waiting is None:
            raise Unforeseen("pdf.unforeseen", what="the_table_stands_on_one_page")
        for sheet in sheets:
            stamped.height = stamped.height or waiting.height
            stamped.middles.append(_middle(waiting, measured, shapers[0], at))
            waiting = sheet
        stamped.ends = [first, waiting]
        return stamped

    def _odd(self, at: int, body: Body, measured: Measured, shaper: Shaper) -> dict[int, Row]:
        rows = [n for n, row in enumerate(body.rows) if not all(map(shaper.is_plain, row))]
        drawing = Drawing(self.layout.render, self.layout.fonts, self.layout.states)
        odd: dict[int, Row] = {}
        proven: Any = None
        laid = odd_rows(self.page, at, body, rows, measured=measured, drawing=drawing)
        for number, row, document in laid:
            odd[number] = row
            if document is not proven:
                proven = document
                self._prove(document)
        return odd


def _with(page: str, shapes: Sequence[str]) -> str:
    for at, shape in enumerate(shapes):
        page = page.replace(place_of(at), shape, 1)
    return page


def _numbering(document: Any, layout: Layout) -> Numbering:
    page = document.pages[0]
    for box in walk(page._page_box):
        if getattr(box, "at_keyword", None) == "@bottom-right":
            (text,) = texts_of(box)
            right = page.width - text.position_x - text.width
            bottom = page.height - text.position_y - text.baseline
            return Numbering(Shaper(text, layout.fonts), right, bottom, layout.number)
    raise Unforeseen("pdf.unforeseen", what="no_page_says_its_number")


def _middle(sheet: Sheet, measured: Measured, shaper: Shaper, at: int) -> Middle:
    begin = scaled(measured.page_size[1])
    content = b"q %b\n%b Q\n/Artifact BMC /iop%d Do EMC\nq %b\n%b Q" % (
        begin,
        stamp.under(sheet, measured),
        at,
        begin,
        stamp.over(sheet, measured, shaper, 0),
    )
    return Middle(zlib.compress(content, _LEVEL), len(sheet.cells))


def _shapers(measured: Measured, layout: Layout) -> list[Shaper]:
    made: dict[bool, Shaper] = {}
    for cell, box in zip(measured.cells, measured.boxes, strict=True):
        if cell.is_number not in made:
            made[cell.is_number] = Shaper(box, layout.fonts)
    shapers = [made[cell.is_number] for cell in measured.cells]
    if len({(id(each.font), each.size, rgb(each.style["color"])) for each in shapers}) != 1:
        raise Unforeseen("pdf.unforeseen", what="the_columns_differ_in_font,_size_or_colour")
    return shapers


def _check_probes(
    document: Any,
    at: int,
    body: Body,
    measured: Measured,
    shapers: Sequence[Shaper],
) -> None:
    """What is written beside WeasyPrint stands where its own text does."""
    _, (_, _, group) = groups(document, at)
    writer = Writer(body, measured, shapers, {}, [])
    for texts, row in zip(probe_rows(body), group.children, strict=True):
        if not all(map(shapers[0].is_plain, texts)):
            raise Unforeseen("pdf.unforeseen", what="no_rows_of_plain_text")
        for text, cell, place, shaper in zip(
            texts, row.children, measured.cells, shapers, strict=True
        ):
            lines = writer.lines(text, place, shaper)
            boxes = [texts_of(line)[0] for line in lines_of(cell)]
            if len(lines) != len(boxes):
                raise Unforeseen("pdf.unforeseen", what="a_text_is_broken_into_other_lines")
            if any(
                abs(x - box.position_x) > _NEAR for (x, _), box in zip(lines, boxes, strict=True)
            ):
                raise Unforeseen("pdf.unforeseen", what="a_text_stands_elsewhere")


def _check_room(document: Any, at: int, stamped: Stamped) -> None:
    """The blank rows are on the pages, and at the heights, of the rows that they stand for."""
    sheets = [stamped.ends[0], stamped.ends[1]]
    pages = [stamped.measured.page, stamped.last]
    found = groups(document, at)
    if stamped.frame is not None:
        pages.insert(1, stamped.frame)
        found = [found[0], *found[2:]] if len(found) == 3 else []
    if [page for page, _, _ in found] != [pages[0], pages[-1]]:
        raise Unforeseen("pdf.unforeseen", what="blank_rows_are_on_other_pages")
    for sheet, (_, _, group) in zip(sheets, found, strict=True):
        (row,) = group.children
        if abs(row.position_y - sheet.top) > _NEAR or abs(row.height - sheet.height) > _NEAR:
            raise Unforeseen("pdf.unforeseen", what="blank_rows_are_of_another_height")
