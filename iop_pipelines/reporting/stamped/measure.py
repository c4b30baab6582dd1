"""What WeasyPrint made of the first rows of a table: where columns, lines and pages begin and end.

Three rows are asked: the first, one that begins the next page, and the one after it. All positions are in CSS pixels,
from the top left corner of the page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from iop_pipelines.errors import Unforeseen
from iop_pipelines.reporting.stamped.body import Body, rows_html
from iop_pipelines.reporting.stamped.text import is_usual

PROBES = 3


@dataclass(frozen=True)
class Cell:
    """A column's place for text: `left` and `width` of it, within the padding."""

    left: float
    width: float
    is_number: bool


@dataclass(frozen=True)
class Kind:
    """Of rows that stand alike: how high one is around its lines, and how far its first baseline is below its top."""

    around: float
    baseline: float


@dataclass(frozen=True)
class Line:
    """The line under a row, and what shades each second one; both as PDF says colours."""

    width: float
    stroke: bytes
    shade: bytes


@dataclass(frozen=True)
class Measured:
    """`page`: the position of the page that the table begins on. `first_y`: where its first row begins there; `next_y`
    on further pages, which end at `bottom`. `first` and `next` are of those rows, `rest` is of all others."""

    page: int
    page_size: tuple[float, float]
    first_y: float
    next_y: float
    bottom: float
    left: float
    right: float
    line_height: float
    first: Kind
    next: Kind
    rest: Kind
    line: Line
    cells: tuple[Cell, ...]
    text_box: Any
    # Of each column, since figures have features of their own.
    boxes: tuple[Any, ...]


def probe_rows(body: Body) -> list[list[str]]:
    """Two rows, with a dash for what may be no plain text; a cell without text has no font."""
    return [[cell if cell and is_usual(cell) else "–" for cell in row] for row in body.rows[:2]]


def probes(body: Body) -> str:
    first, second = probe_rows(body)
    begin = rows_html([[cell or "–" for cell in body.rows[0]]], body.numbers)
    turned = rows_html([first], body.numbers).replace("<tr", '<tr style="break-before: page"', 1)
    return begin + turned + rows_html([second], body.numbers, first=1)


def walk(box: Any) -> Iterator[Any]:
    yield box
    for child in getattr(box, "children", ()):
        # A child may be held with what else is known of it.
        yield from walk(child[1] if isinstance(child, tuple) else child)


def groups(document: Any, at: int) -> list[tuple[int, Any, Any]]:
    """(page, table, rows) of each page that has rows of that body."""
    from weasyprint.formatting_structure import boxes

    found: list[tuple[int, Any, Any]] = []
    for number, page in enumerate(document.pages):
        for table in walk(page._page_box):
            if isinstance(table, boxes.TableBox):
                found += [(number, table, group) for group in table.children if _is(group, at)]
    return found


def _is(group: Any, at: int) -> bool:
    return group.element is not None and group.element.get("id") == f"body-{at}"


def measure(document: Any, at: int, body: Body) -> Measured:
    """Of the probes of that body."""
    found = groups(document, at)
    if [len(group.children) for _, _, group in found] != [1, PROBES - 1]:
        raise Unforeseen("pdf.unforeseen", what="the_first_rows_are_not_on_two_pages")
    (page, _, first_group), (second_page, table, group) = found
    (first,) = first_group.children
    after_break, regular = group.children
    if second_page != page + 1 or len(regular.children) != len(body.numbers):
        raise Unforeseen(
            "pdf.unforeseen", what="the_first_rows_are_not_on_pages_that_follow_each_other"
        )
    box = document.pages[second_page]._page_box
    texts = [_only_line(cell) for cell in regular.children]
    (line_height,) = {round(line.height, 6) for line, _ in texts} if texts else (0.0,)
    rest = _kind(regular, line_height)
    return Measured(
        page=page,
        page_size=(document.pages[page].width, document.pages[page].height),
        first_y=first.position_y,
        next_y=after_break.position_y,
        bottom=box.content_box_y() + box.height,
        left=table.column_positions[0],
        right=table.column_positions[-1] + table.column_widths[-1],
        line_height=line_height,
        first=_moved(rest, _border(first) - _border(regular)),
        next=_moved(rest, _border(after_break) - _border(regular)),
        rest=rest,
        line=_line(table, regular),
        cells=tuple(
            Cell(cell.content_box_x(), cell.width, is_number)
            for cell, is_number in zip(regular.children, body.numbers, strict=True)
        ),
        text_box=texts[0][1],
        boxes=tuple(text for _, text in texts),
    )


def _border(row: Any) -> float:
    (top,) = {cell.border_top_width for cell in row.children}
    return top


def _kind(row: Any, line_height: float) -> Kind:
    if any(each.style["height"] != "auto" for each in (row, *row.children)):
        raise Unforeseen("pdf.unforeseen", what="rows_have_a_height_of_their_own")
    if any(cell.style["vertical_align"] != "top" for cell in row.children):
        raise Unforeseen("pdf.unforeseen", what="cells_do_not_begin_at_the_top_of_their_row")
    lines = max(len(lines_of(cell)) for cell in row.children)
    baselines = {round(baseline - row.position_y, 4) for baseline in map(_baseline, row.children)}
    if len(baselines) != 1:
        raise Unforeseen(
            "pdf.unforeseen", what="the_first_lines_of_a_row_do_not_stand_on_one_height"
        )
    return Kind(row.height - lines * line_height, baselines.pop())


def _moved(kind: Kind, by: float) -> Kind:
    return Kind(kind.around + by, kind.baseline + by)


def lines_of(cell: Any) -> list[Any]:
    from weasyprint.formatting_structure import boxes

    return [box for box in walk(cell) if isinstance(box, boxes.LineBox)]


def texts_of(box: Any) -> list[Any]:
    from weasyprint.formatting_structure import boxes

    return [each for each in walk(box) if isinstance(each, boxes.TextBox)]


def _only_line(cell: Any) -> tuple[Any, Any]:
    """The first line of a cell, and its text."""
    line = lines_of(cell)[0]
    (text,) = texts_of(line)
    return line, text


def _baseline(cell: Any) -> float:
    _, text = _only_line(cell)
    return text.position_y + text.baseline


def _line(table: Any, row: Any) -> Line:
    """Of the border between the row and the next, which collapse into one."""
    _, horizontal = table.collapsed_border_grid
    (found,) = {(style, width, rgb(color)) for _, (style, width, color) in horizontal[-1]}
    style, width, stroke = found
    if style != "solid":
        raise Unforeseen("pdf.unforeseen", what="a_line_between_rows_is_not_solid")
    vertical, _ = table.collapsed_border_grid
    if any(width for line in vertical for _, (_, width, _) in line):
        raise Unforeseen("pdf.unforeseen", what="columns_have_lines_between_them")
    return Line(width, stroke, rgb(row.background.color))


def rgb(color: Any) -> bytes:
    *channels, alpha = color.to("srgb")
    if alpha != 1:
        raise Unforeseen("pdf.unforeseen", what="a_colour_of_the_table_lets_something_through")
    return b" ".join(b"%.6g" % each for each in channels)
