"""The tags of stamped rows, as bytes: a row a TR, a cell a TD that names its heads, in the table of its first page.

A document of a hundred thousand rows has a million of them: none is an object of Python. WeasyPrint tags each page of
a table as a table of its own; here it is one, whose heads on further pages are decoration.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from iop_pipelines.errors import Unforeseen
from iop_pipelines.reporting.stamped.file import PdfFile

_REFERENCE = re.compile(rb"(\d+) 0 R")
_MARK = re.compile(rb"/\w+ <</MCID (\d+)>> BDC")


@dataclass(frozen=True)
class TableTags:
    """Objects of WeasyPrint: `body` is to have the rows; `heads` are the names of the columns' heads."""

    body: Any
    heads: tuple[bytes, ...]


def number_of(reference: Any) -> int:
    """Of `12 0 R`."""
    found = _REFERENCE.fullmatch(reference if isinstance(reference, bytes) else b"")
    if found is None:
        raise Unforeseen("pdf.unforeseen", what="a_tag_is_not_where_it_is_looked_for")
    return int(found[1])


def table_of(objects: Sequence[Any], cell: Any) -> Any:
    """The Table of a cell's element."""
    element = cell
    for _ in range(4):
        if element.get("S") == "/Table":
            return element
        element = objects[number_of(element["P"])]
    raise Unforeseen("pdf.unforeseen", what="a_cell_has_no_table")


def table_tags(objects: Sequence[Any], cell: Any) -> TableTags:
    body = objects[number_of(objects[number_of(cell["P"])]["P"])]
    table = table_of(objects, cell)
    heads = tuple(
        element["ID"].data for element in _within(objects, table) if element.get("S") == "/TH"
    )
    return TableTags(body, heads)


def _within(objects: Sequence[Any], element: Any) -> list[Any]:
    """The element and all below it, in their order."""
    found = [element]
    for kid in element["K"]:
        if isinstance(kid, bytes):
            found += _within(objects, objects[number_of(kid)])
    return found


def drop(objects: Sequence[Any], element: Any, dropped: set[int]) -> set[int]:
    """Takes an element out of the tree; the marks that its content has. dropped: numbers of objects; it grows."""
    parent = objects[number_of(element["P"])]
    parent["K"].remove(element.reference)
    marks: set[int] = set()
    for each in _within(objects, element):
        dropped.add(each.number)
        marks |= {kid for kid in each["K"] if isinstance(kid, int)}
    return marks


def unmarked(stream: Any, marks: set[int] | None) -> None:
    """Makes content with these marks, or any, decoration."""
    for at, part in enumerate(stream.stream):
        found = _MARK.fullmatch(part) if isinstance(part, bytes) else None
        if found and (marks is None or int(found[1]) in marks):
            stream.stream[at] = b"/Artifact BMC"


def head_attributes(file: PdfFile, heads: Sequence[bytes]) -> int:
    """Writes what the cells of each column say; the number of the first."""
    first = file.reserve(len(heads))
    file.pack(first, [b"<</O/Table/Headers[%b]>>" % head for head in heads])
    return first


def write_rows(
    file: PdfFile,
    shape: tuple[int, int],
    *,
    body: int,
    page: int,
    attributes: int,
    first_mark: int,
) -> tuple[list[int], list[int]]:
    """Writes the tags of a page's rows; the numbers of its TRs, and of its TDs in the order of their marks.

    shape: (rows, columns). body, page and attributes: numbers of objects.
    """
    rows, columns = shape
    first = file.reserve(rows * (columns + 1))
    objects: list[bytes] = []
    mark = first_mark
    for number in range(first, first + rows * (columns + 1), columns + 1):
        kids = b" ".join(b"%d 0 R" % each for each in range(number + 1, number + columns + 1))
        objects.append(b"<</S/TR/P %d 0 R/K[%b]>>" % (body, kids))
        objects += [
            b"<</S/TD/P %d 0 R/K %d/Pg %d 0 R/A %d 0 R>>"
            % (number, mark + at, page, attributes + at)
            for at in range(columns)
        ]
        mark += columns
    file.pack(first, objects)
    trs = list(range(first, first + rows * (columns + 1), columns + 1))
    return trs, [tr + at for tr in trs for at in range(1, columns + 1)]


def references(numbers: Sequence[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)
