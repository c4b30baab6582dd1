"""Long tables, whose rows are written beside WeasyPrint, against the same page laid out by WeasyPrint alone."""

import io
import logging
import re
import subprocess
import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest
from pypdf import PdfReader

from iop_pipelines.query.result import Column, Table
from iop_pipelines.reporting import pdf
from iop_pipelines.reporting.document import TEMPLATES, Page, render_html
from iop_pipelines.reporting.formats import printable
from iop_pipelines.reporting.heading import Heading
from iop_pipelines.reporting.pdf import Laid, html_to_pdf
from iop_pipelines.reporting.stamped import body as bodies
from iop_pipelines.reporting.stamped.body import Body, filled
from iop_pipelines.reporting.stamped.file import PdfFile
from iop_pipelines.reporting.stamped.text import collapsed

# Fewer than the product takes apart, which WeasyPrint has to lay out too; each is of three pages or more.
LEAST_ROWS, ROWS, MORE_ROWS = 80, 130, 90
# Of 255, over all pixels of a page.
MAX_DIFFERENCE = 0.05
# Points.
NEAR = 0.01
# 72 dots an inch, which is what is looked at.
SCALE = 1
CSS = (TEMPLATES / "report.css").read_text(encoding="utf-8")
HEAD = ["Day", "Note", "Town", "Revenue", "NGN", "Change"]
# Of fifty rows; what is not named here is some words, which need one line or several.
NOTES = {
    3: "Ọ̀ṣun Ǹjẹ́ Àkúrẹ́",
    7: "سوق المدينة 12",
    9: "አዲስ አበባ",
    11: "Москва и область",
    13: "supercalifragilistic" * 6,
    15: "a  b\n c\td ",
    17: "",
    19: "Λόγος",
    21: "in Москва",
    23: "fi ffi 1x2 -> => 10:30 <b>&amp; ½ € AVATAR",
    25: "ירושלים",
}
UNKNOWN = "no letter \U0010fffd"
WORDS = [
    "goods",
    "came",
    "late,",
    "the bridge",
    "was",
    "closed",
    "— see",
    "note",
    "(12/7),",
    "call",
    "+254-700-000",
    "or",
]
WORDS += ["re-route", "via", "Ọ̀ṣun"]


def note(at: int) -> str:
    if at == 65:
        return UNKNOWN
    words = [WORDS[(at * 7 + n * 5) % len(WORDS)] for n in range(at * 11 % 15 + 1)]
    return NOTES.get(at % 50, " ".join(words))


def table_of(name: str, rows: int) -> Table:
    columns = (
        Column("day", "Day", "string"),
        Column("note", "Note", "string"),
        Column("town", "Town", "string"),
        Column("revenue", "Revenue", "number", "NGN", 2),
        Column("change", "Change", "integer"),
    )
    towns = ("Lagos", "Nairobi", "Àbá")
    cells = tuple(
        (
            f"2026-01-{at % 31 + 1:02}",
            note(at),
            towns[at % 3],
            (at * 7919 % 2003 - 1000) * 1.25,
            None if at % 9 == 0 else at * 37 % 9001 - 4500,
        )
        for at in range(rows)
    )
    return Table(name, f"Orders of {name}", "dataset:x", columns, cells)


@dataclass(frozen=True)
class Both:
    page: Page
    stamped: Laid
    plain: Laid


@pytest.fixture(scope="module")
def both(pdf_libraries, module_result, module_config) -> Both:
    """Two long tables; the second begins where the first ends."""
    shown = module_config.outputs.pdf.model_copy(
        update={"tables": ("detail", "totals"), "tiles": None, "recommendations": None}
    )
    outputs = module_config.outputs.model_copy(update={"pdf": shown})
    config = module_config.model_copy(update={"outputs": outputs, "charts": ()})
    tables = (table_of("detail", ROWS), table_of("totals", MORE_ROWS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bodies, "LEAST_ROWS", LEAST_ROWS)
        heading = Heading("Long tables", "Of all kinds of rows.")
        page = render_html(heading, config, replace(module_result, tables=tables))
    assert [len(body.rows) for body in page.bodies] == [ROWS, MORE_ROWS]
    messages: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())
    logging.getLogger(pdf.__name__).addHandler(handler)
    stamped = html_to_pdf(page.html, CSS, page.bodies)
    logging.getLogger(pdf.__name__).removeHandler(handler)
    assert not [each for each in messages if "every row" in each]
    return Both(page, stamped, html_to_pdf(filled(page.html, page.bodies), CSS))


def words_of(content: bytes) -> list[tuple[str, tuple[float, ...]]]:
    """Each word of a file and its box, page by page."""
    told = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=content, capture_output=True, check=True
    )
    assert not told.stderr
    found = re.finditer(
        r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>|<page',
        told.stdout.decode(),
    )
    page = 0
    words: list[tuple[str, tuple[float, ...]]] = []
    for each in found:
        if each[5] is None:
            page += 1
        else:
            words.append((each[5], (page, *map(float, each.groups()[:4]))))
    return words


@pytest.mark.pdf
def test_every_word_stands_where_weasyprint_puts_it(both):
    ours, theirs = words_of(both.stamped.content), words_of(both.plain.content)
    assert [word for word, _ in ours] == [word for word, _ in theirs]
    assert len(ours) > 2_000
    assert np.abs(np.array([box for _, box in ours]) - [box for _, box in theirs]).max() <= NEAR


@pytest.mark.pdf
def test_pages_are_equal_to_the_eye(both):
    ours, theirs = (pictures_of(each.content) for each in (both.stamped, both.plain))
    assert len(ours) == len(theirs) > 6
    for one, other in zip(ours, theirs, strict=True):
        assert one.shape == other.shape
        assert np.abs(one - other).mean() <= MAX_DIFFERENCE
    # What is compared is not blank.
    assert all(page.std() > 10 for page in ours[1:-1])


def pictures_of(content: bytes) -> list[Any]:
    with pdfium.PdfDocument(content) as document:
        return [page.render(scale=SCALE).to_numpy().astype(float) for page in document]


@pytest.mark.pdf
def test_what_is_wrong_with_a_page_is_told_alike(both):
    assert both.stamped.missing == both.plain.missing
    assert "\U0010fffd" in both.stamped.missing
    assert both.stamped.outside == both.plain.outside == ()
    assert both.stamped.over == both.plain.over == ()


@pytest.fixture(scope="module")
def reader(both) -> PdfReader:
    return PdfReader(io.BytesIO(both.stamped.content))


def kids_of(element: Any) -> list[Any]:
    found = element["/K"]
    found = found if isinstance(found, list) else [found]
    return [each.get_object() for each in found]


def within(element: Any, kind: str) -> list[Any]:
    """Elements of that kind below it, in their order."""
    found: list[Any] = []
    for kid in kids_of(element):
        if isinstance(kid, dict):
            assert kid["/P"].get_object() == element
            found += [kid] if kid["/S"] == kind else within(kid, kind)
    return found


def shown_by_marks(page: Any) -> dict[int, list[bytes]]:
    """The texts of each piece of content, as the codes of their glyphs."""
    found: dict[int, list[bytes]] = {}
    open_: list[int | None] = []
    for operands, operator in page.get_contents().operations:
        if operator in (b"BDC", b"BMC"):
            open_.append(operands[1]["/MCID"] if operator == b"BDC" else None)
        elif operator == b"EMC":
            open_.pop()
        elif operator in (b"Tj", b"TJ") and open_[-1] is not None:
            found.setdefault(open_[-1], []).append(operands[0])
    assert not open_
    return found


@pytest.mark.pdf
def test_a_long_table_is_one_table_of_rows_of_cells_that_name_their_heads(both, reader):
    (document,) = kids_of(reader.trailer["/Root"]["/StructTreeRoot"])
    tables = within(document, "/Table")
    for table, body in zip(tables, both.page.bodies, strict=False):
        heads = [head["/ID"] for head in within(table, "/TH")]
        (rows,) = within(table, "/TBody")
        assert len(kids_of(rows)) == len(body.rows)
        for row in kids_of(rows):
            assert row["/S"] == "/TR"
            cells = kids_of(row)
            assert [cell["/S"] for cell in cells] == ["/TD"] * 5
            assert [list(cell["/A"]["/Headers"]) for cell in cells] == [[head] for head in heads]
    # The third is of the sources.
    assert len(tables) == 3


@pytest.mark.pdf
def test_each_cell_is_the_content_that_its_page_says_it_is(both, reader):
    root = reader.trailer["/Root"]["/StructTreeRoot"]
    numbers = root["/ParentTree"]["/Nums"]
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    assert sorted(parents) == sorted(page["/StructParents"] for page in reader.pages)
    shown = {page.indirect_reference.idnum: shown_by_marks(page) for page in reader.pages}
    (document,) = kids_of(root)
    seen = 0
    for table, body in zip(within(document, "/Table"), both.page.bodies, strict=False):
        cells = [cell for row in kids_of(within(table, "/TBody")[0]) for cell in kids_of(row)]
        for cell, text in zip(cells, (text for row in body.rows for text in row), strict=True):
            page = cell["/Pg"].get_object()
            (mark,) = kids_of(cell)
            assert parents[page["/StructParents"]].get_object()[mark].get_object() == cell
            texts = shown[cell.raw_get("/Pg").idnum].get(mark, [])
            assert bool(texts) == bool(text.strip())
            seen += 1
    assert seen == 5 * (ROWS + MORE_ROWS)


@pytest.mark.pdf
def test_each_page_of_a_long_table_has_the_heads_and_its_number(both):
    with pdfium.PdfDocument(both.stamped.content) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    long = [text for text in texts if re.search(r"2026-01-\d\d", text)]
    assert len(long) >= 6
    for text in long:
        assert re.search(r"Day\s*Note\s*Town\s*Revenue\s*NGN\s*Change", text)
    for number, text in enumerate(texts, start=1):
        assert f"Page {number} of {len(texts)}" in " ".join(text.split())


@pytest.mark.pdf
@pytest.mark.usefixtures("pdf_libraries")
@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("td.n { color: red }", "differ in font, size or colour"),
        ("tr { height: 60px }", "a height of their own"),
        ("td { vertical-align: middle }", "at the top of their row"),
        ("td { border-right: 1px solid }", "lines between them"),
        ("td:nth-child(2) { padding-top: 9px }", "on one height"),
        ("td { text-align: center }", "stands elsewhere"),
    ],
)
def test_a_style_that_was_not_foreseen_is_left_to_weasyprint(html, why, both, caplog):
    (body, *_) = both.page.bodies
    few = Body(body.numbers, [row for row in body.rows if "Lagos" in row and "12/7" in row[1]])
    page = both.page.html.split("</section>")[0] + "</section></body></html>"
    with caplog.at_level(logging.WARNING):
        laid = html_to_pdf(page, CSS + html, (few,))
    assert why.replace(" ", "_") in caplog.text
    assert laid.content == html_to_pdf(filled(page, (few,)), CSS + html).content


def test_white_space_is_as_html_has_it():
    assert collapsed(" a  b\n\tc\r\nd\xa0 e ") == "a b c d\xa0 e"
    assert collapsed("a b") == "a b"
    assert collapsed(" \n ") == ""


def test_what_no_page_can_hold_is_left_out():
    kept = "a\tb\n\xa0ß\u200b𐍈"
    assert printable(kept) == kept
    odd = "\x00\x08\x0b\r\x1f\x7f\x9f\ud800\udfff\u202a\u202e\u2066\u2069\ufdd0\ufdef\ufffe\uffff"
    assert printable(f"x{odd}\U0001fffe\U0010ffffy") == "xy"


def test_a_file_of_packed_objects_is_read_back():
    out = io.BytesIO()
    file = PdfFile(out)
    first = file.reserve(3)
    file.stream(first + 2, b"", b"0 0 9 9 re f")
    page = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 9 9]/Contents %d 0 R>>" % (
        first + 1,
        first + 2,
    )
    many = file.reserve(500)
    file.pack(many, [page, *(b"(%d)" % n for n in range(499))])
    file.pack(first, [b"<</Type/Catalog/Pages %d 0 R>>" % (first + 1)])
    file.pack(first + 1, [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % many])
    file.end(b"/Root %d 0 R" % first)
    reader = PdfReader(out)
    assert reader.pages[0].get_contents().get_data() == b"0 0 9 9 re f"
    assert reader.get_object(many + 499) == "498"
    assert zlib.crc32(out.getvalue())
