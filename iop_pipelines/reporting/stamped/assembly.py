"""The file: what WeasyPrint drew of a document, the rows beside it, and the numbers of its pages."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from iop_pipelines.errors import Unforeseen
from iop_pipelines.reporting.stamped import stamp, tags
from iop_pipelines.reporting.stamped.file import PdfFile
from iop_pipelines.reporting.stamped.laid import Numbering, Stamped, scaled
from iop_pipelines.reporting.stamped.measure import groups, rgb
from iop_pipelines.reporting.stamped.stamp import Sheet
from iop_pipelines.reporting.stamped.tags import number_of, references


def write(
    document: Any,
    bodies: Sequence[Stamped],
    numbering: Numbering,
    states: Mapping[str, Any],
    out: BinaryIO,
) -> None:
    """states: of transparency, which drawings of single rows need."""

    def finish(_document: Any, pdf: Any) -> None:
        _Assembly(document, pdf, bodies, numbering, out).write(states)
        # WeasyPrint would write them once more.
        del pdf.objects[1:]

    document.write_pdf(pdf_tags=True, finisher=finish)


class _Assembly:
    def __init__(
        self,
        document: Any,
        pdf: Any,
        bodies: Sequence[Stamped],
        numbering: Numbering,
        out: BinaryIO,
    ) -> None:
        self._document, self._pdf, self._bodies = document, pdf, bodies
        self._numbering = numbering
        self._objects: list[Any] = pdf.objects
        self._pages = [int(number) for number in pdf.pages["Kids"][::3]]
        self._dropped: set[int] = set()
        self._file = PdfFile(out)
        self._file.reserve(len(self._objects) - 1)
        root = self._objects[number_of(pdf.catalog["StructTreeRoot"])]
        self._parents_of = self._objects[number_of(root["ParentTree"])]
        numbers = self._parents_of["Nums"]
        self._parents: dict[int, Any] = dict(zip(numbers[::2], numbers[1::2], strict=True))
        self._next_key = max(self._parents) + 1
        self._tables = [self._table(at, body) for at, body in enumerate(bodies)]
        self._trs: list[list[int]] = [[] for _ in bodies]
        self._attributes = [tags.head_attributes(self._file, table.heads) for table in self._tables]

    def write(self, states: Mapping[str, Any]) -> None:
        resources = self._objects[number_of(self._page(0)["Resources"])]
        resources["ExtGState"].update(states)
        for at, body in enumerate(self._bodies):
            self._keep_one_table(at, body, resources)
        order = list(self._all_pages())
        for number, sheet in enumerate(order, start=1):
            said = self._numbering.words.format(number=number, count=len(order))
            self._write_page(sheet, said)
        kids = references([each.number for each in order])
        self._pdf.pages.update({"Kids": b"[%b]" % kids, "Count": len(order)})
        for table, trs in zip(self._tables, self._trs, strict=True):
            table.body["K"] = b"[%b]" % references(trs)
        self._parents_of["Nums"] = b"[%b]" % b" ".join(
            b"%d [%b]" % (key, b" ".join(value))
            if isinstance(value, list)
            else b"%d %b" % (key, value)
            for key, value in sorted(self._parents.items())
        )
        self._write_objects()

    def _page(self, at: int) -> Any:
        return self._objects[self._pages[at]]

    def _stream(self, at: int) -> Any:
        return self._objects[number_of(self._page(at)["Contents"])]

    def _cell(self, at: int, page: int) -> Any:
        """The element of the blank row that stands for the rows of a page."""
        for number, _, group in groups(self._document, at):
            if number == page:
                return group.children[0].children[0].mark
        raise Unforeseen("pdf.unforeseen", what="a_page_has_no_blank_row")

    def _table(self, at: int, body: Stamped) -> tags.TableTags:
        found = tags.table_tags(self._objects, self._cell(at, body.measured.page))
        if len(found.heads) != body.columns:
            raise Unforeseen("pdf.unforeseen", what="a_table_has_not_a_head_for_each_column")
        return found

    def _keep_one_table(self, at: int, body: Stamped, resources: Any) -> None:
        """Of its pages: the first has the tags, whose blank row goes; heads of others are decoration."""
        objects = self._objects
        first = objects[number_of(self._cell(at, body.measured.page)["P"])]
        tags.drop(objects, first, self._dropped)
        last = tags.table_of(objects, self._cell(at, body.last))
        marks = tags.drop(objects, last, self._dropped)
        tags.unmarked(self._stream(body.last), marks)
        self._parents[body.last] = [
            b"null" if mark in marks else each for mark, each in enumerate(self._parents[body.last])
        ]
        if body.frame is not None:
            self._make_form(at, body.frame, resources)

    def _make_form(self, at: int, frame: int, resources: Any) -> None:
        page, stream = self._page(frame), self._stream(frame)
        tags.unmarked(stream, None)
        stream.extra.update(
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": page["MediaBox"],
                "Resources": page["Resources"],
            }
        )
        resources["XObject"][f"iop{at}"] = stream.reference
        for element in [each for each in self._objects if _is_on(each, page)]:
            parent = self._objects[number_of(element["P"])]
            self._dropped.add(element.number)
            # What WeasyPrint drew at the edges of a page is in no element.
            if not _is_on(parent, page) and element.reference in parent["K"]:
                parent["K"].remove(element.reference)
        self._dropped.add(page.number)
        del self._parents[frame]

    def _all_pages(self) -> Iterator["_Page"]:
        """In their order; what they hold is written as they come."""
        sheets: dict[int, list[tuple[int, Sheet]]] = defaultdict(list)
        frames: dict[int, int] = {}
        for at, body in enumerate(self._bodies):
            sheets[body.measured.page].append((at, body.ends[0]))
            sheets[body.last].append((at, body.ends[1]))
            if body.frame is not None:
                frames[body.frame] = at
        for number in range(len(self._pages)):
            page = self._page(number)
            if number in frames:
                yield from self._middles(frames[number], page)
            elif number in sheets:
                contents = self._around(number, sheets[number])
                yield _Page(page.number, page, contents)
            else:
                yield _Page(page.number, page, self._enclosed(page))

    def _enclosed(self, page: Any) -> list[int]:
        """What WeasyPrint drew turns the page over, and leaves it so."""
        first = self._file.reserve(2)
        self._file.stream(first, b"", b"q", is_packed=False)
        self._file.stream(first + 1, b"", b"Q", is_packed=False)
        return [first, number_of(page["Contents"]), first + 1]

    def _around(self, number: int, sheets: Sequence[tuple[int, Sheet]]) -> list[int]:
        """Contents of a page of WeasyPrint's that has rows: their shades, all else, the rows."""
        begin = scaled(self._document.pages[number].height)
        below, above = [b"q " + begin], [b"Q q " + begin]
        marks: list[bytes] = self._parents[number]
        for at, sheet in sheets:
            body = self._bodies[at]
            below.append(stamp.under(sheet, body.measured))
            above.append(stamp.over(sheet, body.measured, body.shapers[0], len(marks)))
            tds = self._rows(at, self._pages[number], len(sheet.cells), len(marks))
            marks += [b"%d 0 R" % each for each in tds]
        first = self._file.reserve(2)
        self._file.stream(first, b"", b"\n".join([*below, b"Q q"]))
        self._file.stream(first + 1, b"", b"\n".join([*above, b"Q"]))
        return [first, number_of(self._page(number)["Contents"]), first + 1]

    def _middles(self, at: int, frame: Any) -> Iterator["_Page"]:
        file, body = self._file, self._bodies[at]
        for middle in body.middles:
            first = file.reserve(3)
            tds = self._rows(at, first, middle.rows, 0)
            file.stream(first + 1, b"/Filter/FlateDecode", middle.content, is_packed=False)
            file.pack(first + 2, [b"[%b]" % references(tds)])
            self._parents[self._next_key] = b"%d 0 R" % (first + 2)
            yield _Page(first, {**frame, "StructParents": self._next_key}, [first + 1])
            self._next_key += 1

    def _rows(self, at: int, page: int, rows: int, first_mark: int) -> list[int]:
        shape = (rows, self._bodies[at].columns)
        body = self._tables[at].body.number
        trs, tds = tags.write_rows(
            self._file,
            shape,
            body=body,
            page=page,
            attributes=self._attributes[at],
            first_mark=first_mark,
        )
        self._trs[at] += trs
        return tds

    def _write_page(self, page: "_Page", said: str) -> None:
        """With its number, which is decoration as all at its edges is."""
        wide, high = page.about["MediaBox"][2:]
        told, shaper = self._numbering, self._numbering.shaper
        shaped = shaper.shape(said)
        drawn = b"q %b /Artifact BMC BT %b rg %b 1 0 0 -1 %.4f %.4f Tm %b ET EMC Q" % (
            scaled(high / 0.75),
            rgb(shaper.style["color"]),
            shaper.chosen,
            wide / 0.75 - told.right - shaped.width,
            high / 0.75 - told.bottom,
            shaped.drawn,
        )
        dictionary = type(self._pdf.pages)
        number = self._file.reserve()
        self._file.stream(number, b"", drawn, is_packed=False)
        contents = b"[%b]" % references([*page.contents, number])
        self._file.pack(page.number, [dictionary({**page.about, "Contents": contents}).data])
        self._dropped.add(page.number)

    def _write_objects(self) -> None:
        """All that WeasyPrint made and nobody dropped."""
        for number, each in enumerate(self._objects[1:], start=1):
            if number in self._dropped:
                continue
            if each.compressible:
                self._file.pack(number, [each.data])
            else:
                self._file.plain(number, each.data)
        info = self._file.reserve()
        self._file.pack(info, [self._pdf.info.data])
        self._file.end(b"/Root %b/Info %d 0 R" % (self._pdf.catalog.reference, info))


@dataclass(frozen=True)
class _Page:
    """about: its dictionary, less what it shows: the numbers of streams that follow each other."""

    number: int
    about: Mapping[str, Any]
    contents: Sequence[int]


def _is_on(element: Any, page: Any) -> bool:
    """Whether it is the tag of something on that page."""
    return isinstance(element, dict) and "S" in element and element.get("Pg") == page.reference
