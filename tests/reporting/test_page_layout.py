"""Pages that are hard to lay out, read back: every text in its place, and what cannot be drawn said."""

import math
import re
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
import yaml

from iop_pipelines.query.config import Chart
from iop_pipelines.query.result import Column, FrozenResult, Table
from iop_pipelines.reporting import pdf
from iop_pipelines.reporting.charts.labels import without_labels
from iop_pipelines.reporting.charts.svg import text
from iop_pipelines.reporting.document import Printed, render_pdf
from iop_pipelines.reporting.fit import PAGES, SIZES, lay_out
from iop_pipelines.reporting.heading import Heading
from iop_pipelines.reporting.scripts import package_of

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "pages.yaml").read_text("utf-8"))
KEYS, NUMBERS, ROWS = (CASES["wide"][name] for name in ("keys", "numbers", "rows"))
NAME = "Müller & Söhne Großhandelsgesellschaft"
A4, A4_TURNED, A3 = (595, 842), (842, 595), (1191, 842)


def wide_table(numbers: int, rows: int) -> Table:
    columns = (
        Column("account", "Account", "string"),
        Column("customer", "Customer", "string"),
        *(Column(f"m{n}", f"Measure {n}", "integer", "EUR") for n in range(numbers)),
    )
    return Table(
        "detail",
        "Wide",
        "dataset:x",
        columns,
        tuple(
            (f"000000{n:04}", NAME, *(10 ** (at % 9) * (n + 1) for at in range(numbers)))
            for n in range(rows)
        ),
    )


@pytest.fixture(scope="module")
def hard(module_result, module_config) -> tuple[FrozenResult, object]:
    scripts = tuple((each["script"], each["words"]) for each in CASES["scripts"])
    words = [each["words"] for each in CASES["scripts"] if "by" in each]
    named = (Column("s", "Script", "string"), Column("w", "Words", "string"))
    counted = (Column("c", "Category", "string"), Column("v", "Value", "integer"))
    bars = tuple(
        (f"{words[n % len(words)][-14:]} {n}", n * 37 % 101) for n in range(CASES["categories"])
    )
    tables = (
        wide_table(NUMBERS, ROWS),
        Table("totals", "Twelve scripts", "dataset:x", named, scripts),
        Table("advice", "Bars", "dataset:x", counted, bars),
    )
    outputs = module_config.outputs
    shown = outputs.pdf.model_copy(
        update={"tables": ("detail", "totals"), "tiles": None, "recommendations": None}
    )
    config = module_config.model_copy(
        update={
            "outputs": outputs.model_copy(update={"pdf": shown}),
            "charts": (Chart(type="bar", data="advice", x="c", y="v"),),
        }
    )
    return replace(module_result, tables=tables), config


@pytest.fixture(scope="module")
def printed(pdf_libraries, hard) -> Printed:
    result, config = hard
    return render_pdf(Heading("Cases of Ọ̀ṣun", "At their borders."), config, result)


@pytest.fixture(scope="module")
def pages(printed):
    with pdfium.PdfDocument(printed.content) as document:
        yield list(document)


@pytest.fixture(scope="module")
def texts(pages) -> list[str]:
    return [unicodedata.normalize("NFC", page.get_textpage().get_text_bounded()) for page in pages]


@pytest.mark.pdf
def test_a_table_wider_than_any_page_stands_in_parts_with_its_keys_on_each(pages, texts):
    sizes = [tuple(round(side) for side in page.get_size()) for page in pages]
    wide = [text for size, text in zip(sizes, texts, strict=True) if size == A3]
    assert set(sizes) == {A4, A3}
    # What comes after the wide table is on the report's own paper again.
    assert sizes[0] == sizes[-1] == A4
    whole = " ".join(wide)
    parts = int(re.search(r"Part 1 of (\d)", whole)[1])
    for row in range(ROWS):
        assert whole.count(f"000000{row:04}") == parts
        for at in range(9):
            assert f"{10**at * (row + 1):,}" in whole
    assert set(re.findall(r"Measure\s+(\d+)", whole)) == {str(n) for n in range(NUMBERS)}


@pytest.mark.pdf
def test_no_letter_stands_outside_its_page(pages):
    for page in pages:
        wide, high = page.get_size()
        letters = page.get_textpage()
        for at in range(letters.count_chars()):
            left, bottom, right, top = letters.get_charbox(at, loose=False)
            assert -0.5 <= left <= right <= wide + 0.5
            assert -0.5 <= bottom <= top <= high + 0.5


def letters_in(line: str) -> Counter[str]:
    """Marks among them."""
    return Counter(
        char
        for char in unicodedata.normalize("NFKD", line)
        if char.isalpha() or unicodedata.combining(char)
    )


@pytest.mark.pdf
@pytest.mark.parametrize("case", CASES["scripts"], ids=lambda case: case["script"])
def test_words_of_a_script_are_read_on_the_page_or_it_is_said_what_is_missing(texts, printed, case):
    whole = " ".join(texts)
    if "by" in case:
        # What reads the file parts marks from letters by blanks, and turns a ligature of two letters.
        wanted = letters_in(case["words"])
        lines = [letters_in(line) for text in texts for line in text.splitlines()]
        assert any(not wanted - line for line in lines)
        return
    missing = {char for char in case["words"] if not char.isspace()}
    assert {package_of(char) for char in missing} == {case["package"]}
    if case["words"] not in whole:
        (fault,) = printed.faults
        assert case["package"] in fault.english
        assert fault.english.split(":")[0] in " ".join(texts[0].split())


@pytest.mark.pdf
def test_many_bars_stand_under_each_other_and_the_rest_is_said(texts):
    page = next(text for text in texts if "of 40 bars" in text)
    assert "30 of 40 bars." in page
    for number in range(5, 30, 6):
        assert re.search(rf"\b{number}\b", page)


@pytest.mark.pdf
@pytest.mark.usefixtures("pdf_libraries")
def test_the_renderer_finds_text_outside_its_cell_over_another_and_without_a_glyph():
    found = pdf.html_to_pdf(
        '<table style="table-layout: fixed; width: 100px"><tr>'
        '<td style="white-space: nowrap">123,456,789,012</td><td>12</td></tr></table>'
        '<div style="position: relative; height: 40px; font: 12px sans-serif">'
        '<span style="position: absolute; left: 0; top: 0">first</span>'
        '<span style="position: absolute; left: 5px; top: 2px">second</span>'
        '<span style="position: absolute; left: 300px; top: 2px">alone \U000e01ef\U0010fffd</span></div>',
        "",
    )
    assert found.outside == ("123,456,789,012",)
    assert "second" in found.over
    assert "alone" not in found.over
    assert "\U0010fffd" in found.missing


def cells_of(table: Table) -> list[list[str]]:
    return [
        [str(value) if isinstance(value, str) else f"{value:,}" for value in row]
        for row in table.rows
    ]


@pytest.mark.parametrize(
    ("numbers", "page", "size"),
    [
        *((2, "portrait", 8.0), (8, "portrait", 7.0), (9, "wide", 8.0)),
        *((14, "wide", 6.2), (16, "a3", 8.0), (23, "a3", 6.2)),
    ],
)
def test_smaller_letters_then_a_turned_page_then_a_larger_one(numbers, page, size):
    table = wide_table(numbers, 3)
    layout = lay_out(table.columns, cells_of(table), "portrait")
    (part,) = layout.parts
    assert (layout.page, layout.size, len(part.columns)) == (page, size, numbers + KEYS)
    assert math.isclose(sum(part.widths), 100)


def test_a_split_table_has_every_column_once_and_its_keys_in_each_part():
    table = wide_table(NUMBERS, 3)
    layout = lay_out(table.columns, cells_of(table), "portrait")
    assert layout.page == "a3"
    assert len(layout.parts) > 1
    assert all(part.columns[:KEYS] == (0, 1) for part in layout.parts)
    rest = [at for part in layout.parts for at in part.columns[KEYS:]]
    assert rest == list(range(KEYS, KEYS + NUMBERS))


def test_a_step_that_did_not_hold_is_passed_over():
    table = wide_table(2, 3)
    tried = [lay_out(table.columns, cells_of(table), "portrait", skipped) for skipped in range(9)]
    steps = [(page, size) for page in PAGES for size in SIZES]
    assert [(layout.page, layout.size) for layout in tried] == steps
    assert len(lay_out(table.columns, cells_of(table), "portrait", 99).parts) == 1


def test_labels_of_a_chart_become_text_of_the_page_where_they_stood():
    drawn = "<svg>" + "".join(
        (
            text(10, 20, "first & last"),
            text(100, 40, "end", anchor="end", fill="#5B6775"),
            text(200, 60, "ירושלים", anchor="middle", size=20, weight="600"),
        )
    )
    svg, (start, end, middle) = without_labels(drawn, 300, 2.0)
    assert svg == "<svg>"
    assert (start.words, start.style) == (
        "first &amp; last",
        f"top:{(20 - 0.864 * 11) * 2:.1f}px;left:20.0px;font-size:22.0px",
    )
    assert "right:400.0px" in end.style
    assert "color:#5B6775" in end.style
    assert "left:100.0px;width:600.0px;text-align:center" in middle.style
    assert "font-size:40.0px;font-weight:600" in middle.style
