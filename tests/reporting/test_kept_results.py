"""The kept result, and that every file says what it says."""

import csv
import gzip
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from fastparquet import ParquetFile
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from iop_pipelines.domain.vocabulary import FileFormat
from iop_pipelines.errors import Conflict
from iop_pipelines.query.config import parse_config
from iop_pipelines.query.result import Column, FrozenResult, Table
from iop_pipelines.reporting.frozen import Frozen, freeze, held, thaw
from iop_pipelines.reporting.heading import Heading
from iop_pipelines.reporting.render import PACKED_FROM_BYTES, render

HEADING = Heading("Executive summary", "Last month.", "monthly 1 06:00")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
VALUES = {
    "string": TEXT,
    "integer": st.integers(-(2**70), 2**70),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "decimal(4)": st.decimals(-(10**14), 10**14, places=4),
    "boolean": st.booleans(),
    "date": st.dates(),
    "datetime": st.datetimes(datetime(1000, 1, 1)),
}
COLUMNS = tuple(
    Column(kind.partition("(")[0], kind.capitalize(), kind)  # type: ignore[arg-type]
    for kind in VALUES
)
ROWS = st.lists(st.tuples(*(st.none() | each for each in VALUES.values())), max_size=5)


def frozen_bytes(frozen: Frozen) -> bytes:
    out = io.BytesIO()
    freeze(frozen, out)
    return out.getvalue()


def made(frozen: Frozen, form: FileFormat) -> bytes:
    out = io.BytesIO()
    render(frozen, form, out)
    return out.getvalue()


def kept_of(result: FrozenResult, config, *tables: Table) -> Frozen:
    return Frozen(HEADING, config, replace(result, tables=tables or result.tables))


@settings(max_examples=8, deadline=None)
@given(first=ROWS, second=ROWS)
def test_a_kept_result_is_what_was_read_value_by_value(module_result, module_config, first, second):
    tables = [
        Table(name, name.title(), "dataset:x", COLUMNS, tuple(rows))
        for name, rows in (("one", first), ("two", second))
    ]
    frozen = kept_of(module_result, module_config, *tables)
    content = frozen_bytes(frozen)
    again = thaw(io.BytesIO(content))
    whole = held(again.result)
    assert (again.heading, again.config, whole) == (HEADING, module_config, frozen.result)
    assert [list(map(type, row)) for row in whole.tables[0].rows] == [
        list(map(type, row)) for row in first
    ]
    assert [table.row_count for table in again.result.tables] == [len(first), len(second)]
    assert [table.large_columns() for table in again.result.tables] == [
        table.large_columns() for table in tables
    ]
    assert list(again.config.datasets) == list(module_config.datasets)
    # As often as asked, and then the same bytes.
    assert frozen_bytes(again) == content


def test_the_kept_file_says_of_each_row_whose_table_it_is_of(module_result, module_config):
    """To any program that reads Parquet."""
    rows = {"one": 3, "two": 2}
    tables = [
        Table(
            name, name, "dataset:x", (Column("n", "N", "integer"),), tuple((at,) for at in range(n))
        )
        for name, n in rows.items()
    ]
    content = io.BytesIO(frozen_bytes(kept_of(module_result, module_config, *tables)))
    read = ParquetFile(content).to_pandas()
    assert read["table"].tolist() == ["one"] * 3 + ["two"] * 2
    assert read["one.n"].dropna().tolist() == [0, 1, 2]
    assert read["two.n"].dropna().tolist() == [0, 1]


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(
        st.floats(allow_nan=False, allow_infinity=False)
        | st.floats(-1e6, 1e6).map(lambda each: round(each, 2))
        | st.integers(-(2**53), 2**53).map(float),
        min_size=1,
        max_size=8,
    ),
    locale=st.sampled_from(["en-NG", "fr-FR"]),
)
def test_each_double_of_a_csv_is_the_same_double_when_it_is_read(module_result, values, locale):
    """Whether its column is written at once or number by number."""
    columns = (Column("text", "Text", "string"), Column("number", "Number", "number"))
    table = Table("one", "One", "dataset:x", columns, tuple(("a", each) for each in values))
    config = parse_config(
        {
            "version": 2,
            "source": "dataset:x",
            "datasets": {"one": {"select": [{"field": "text"}, {"field": "number"}]}},
            "outputs": {"csv": {"locale": locale}},
        }
    )
    content = made(kept_of(module_result, config, table), FileFormat.CSV).decode("utf-8-sig")
    separator, decimal = (",", ".") if locale == "en-NG" else (";", ",")
    texts = [line.partition(separator)[2] for line in content.splitlines()[1:]]
    assert [float(text.replace(decimal, ".")) for text in texts] == values
    assert not [text for text in texts if text.endswith(f"{decimal}0") or text == "-0"]
    assert [text for text in texts if "e" in text] == [
        text
        for text, each in zip(texts, values, strict=True)
        if each and (abs(each) >= 1e21 or abs(each) < 1e-6)
    ]


def test_what_a_later_release_keeps_besides_is_left_out(module_result):
    """Beside it, or after it was taken back."""
    kept = json.loads(module_result.to_json())
    for part in (kept, kept["tables"][0], kept["tables"][1]["columns"][0], kept["sources"][0]):
        part["later"] = {"told": 1}
    assert FrozenResult.from_json(json.dumps(kept)) == module_result


def test_a_kept_result_that_was_changed_makes_no_file(module_result, module_config):
    content = frozen_bytes(kept_of(module_result, module_config))
    with pytest.raises(Conflict, match="not what it was"):
        thaw(io.BytesIO(content), "0" * 64)


# Each kind of value at its borders, as a reader of each file must get it: JSON, CSV, and a workbook's cell.
BORDERS: list[tuple[Any, ...]] = [
    ("string", "0000008314", "0000008314", "0000008314", "0000008314"),
    ("string", "SEP2", "SEP2", "SEP2", "SEP2"),
    ("string", "1E5", "1E5", "1E5", "1E5"),
    ("string", "https://example.org", *["https://example.org"] * 3),
    ("string", "Ọ̀ṣun; „ẹ“", *["Ọ̀ṣun; „ẹ“"] * 3),
    ("string", "two\nlines", *["two\nlines"] * 3),
    ("string", "=1+1", "=1+1", "'=1+1", "=1+1"),
    ("integer", 0, 0, "0", 0.0),
    # Excel shows and keeps 15 digits: a card's 4111111111111111 would end in 0 there.
    ("integer", 2**53, *[str(2**53)] * 3),
    ("integer", 4111111111111111, 4111111111111111, *["4111111111111111"] * 2),
    ("integer", -1000000000000001, -1000000000000001, *["-1000000000000001"] * 2),
    ("integer", 999999999999999, 999999999999999, "999999999999999", 999999999999999.0),
    ("integer", 4111111111111110, 4111111111111110, "4111111111111110", 4111111111111110.0),
    ("integer", 2**53 + 1, *[str(2**53 + 1)] * 3),
    ("integer", 2**63 - 1, *[str(2**63 - 1)] * 3),
    ("integer", -(2**63), *[str(-(2**63))] * 3),
    ("number", -1.5, -1.5, "-1.5", -1.5),
    ("number", 0.1 + 0.2, 0.1 + 0.2, "0.30000000000000004", 0.3),
    (
        "decimal(2)",
        Decimal("1234567890123.45"),
        "1234567890123.45",
        "1234567890123.45",
        1234567890123.45,
    ),
    ("decimal(2)", Decimal("12345678901234.56"), *["12345678901234.56"] * 3),
    ("decimal(4)", Decimal("12345678901234.5678"), *["12345678901234.5678"] * 3),
    ("boolean", True, True, "true", True),
    ("date", date(2024, 2, 29), "2024-02-29", "2024-02-29", date(2024, 2, 29)),
    ("date", date(1900, 2, 28), "1900-02-28", "1900-02-28", "1900-02-28"),
    ("date", date(1000, 1, 1), "1000-01-01", "1000-01-01", "1000-01-01"),
    (
        "datetime",
        datetime(2026, 3, 29, 2, 30, 5),
        *["2026-03-29T02:30:05"] * 2,
        datetime(2026, 3, 29, 2, 30, 5),
    ),
    ("string", None, None, "", ""),
]


@pytest.fixture(scope="module")
def bordered(module_result, module_config) -> Frozen:
    """One row whose columns are the borders, then ten more rows of nothing."""
    columns = tuple(
        Column(f"c{n}", f"Column {n}", kind)  # type: ignore[arg-type]
        for n, (kind, *_) in enumerate(BORDERS)
    )
    rows = (tuple(value for _, value, *_ in BORDERS), (None,) * len(BORDERS))
    table = Table("detail", "Borders", "dataset:x", columns, rows, 100)
    tables = (table, *module_result.tables[1:])
    return thaw(io.BytesIO(frozen_bytes(kept_of(module_result, module_config, *tables))))


@pytest.fixture(scope="module")
def read_back(bordered) -> dict[str, list[Any]]:
    """The first row of each file."""
    in_json = json.loads(made(bordered, FileFormat.JSON))
    text = made(bordered, FileFormat.CSV).decode("utf-8-sig")
    book = CalamineWorkbook.from_filelike(io.BytesIO(made(bordered, FileFormat.XLSX)))
    return {
        "json": in_json["rows"][0],
        "csv": list(csv.reader(io.StringIO(text, newline="")))[1],
        "xlsx": book.get_sheet_by_name("Borders").to_python()[1],
    }


@pytest.mark.parametrize("place", range(len(BORDERS)), ids=lambda n: str(BORDERS[n][1])[:20])
def test_every_file_has_the_cell_of_the_kept_result(read_back, place):
    _, _, in_json, in_csv, in_xlsx = BORDERS[place]
    assert read_back["json"][place] == in_json
    assert read_back["csv"][place] == in_csv
    found = read_back["xlsx"][place]
    assert (found, type(found)) == (in_xlsx, type(in_xlsx))


def test_a_workbook_has_a_sheet_a_table_with_a_frozen_head_and_what_was_asked_first(bordered):
    content = made(bordered, FileFormat.XLSX)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Filters used", "Borders", "In figures", "Open recommendations"]
    about = {row[0]: row[1] for row in book.get_sheet_by_index(0).to_python() if row[0]}
    assert "Origin is one of EWR, JFK, LGA" in str(book.get_sheet_by_index(0).to_python())
    assert about["As of"] == "2013-02-01 06:00 (America/New_York)"
    assert about["Borders"] == "2 rows"
    figures = book.get_sheet_by_name("In figures").to_python()
    assert figures == [["Flights", "Flights, before", "Change (%)"], [27004.0, 28135.0, -4.0199]]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = parts.read("xl/worksheets/sheet2.xml").decode()
    assert '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' in sheet
    assert '<autoFilter ref="A1:AA3"/>' in sheet
    # Neighbours of one width are one entry.
    found = re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', sheet)
    assert [int(last) for _, last, _ in found][-1] == len(BORDERS)
    assert all(10 <= float(width) <= 63 for *_, width in found)


def test_a_text_that_no_cell_holds_is_said_to_be_cut(frozen_with, configured):
    rows = tuple((date(2013, 1, 1), "x" * length, 1, 1.0) for length in (32_767, 32_768, 40_000))
    out = io.BytesIO()
    cut = render(kept_of(frozen_with(rows), configured()), FileFormat.XLSX, out)
    assert [each.english for each in cut.said] == ["2 texts are cut at 32,767 characters"]
    few = render(kept_of(frozen_with(rows[:1]), configured()), FileFormat.XLSX, io.BytesIO())
    assert few.said == []


@pytest.mark.parametrize("form", [FileFormat.CSV, FileFormat.JSON, FileFormat.XLSX])
def test_a_file_whose_table_was_not_kept_is_refused_and_names_it(frozen_with, configured, form):
    result = frozen_with(())
    lacking = kept_of(result, configured(), *result.tables[1:])
    with pytest.raises(Conflict, match="the kept result has no detail, which a file as"):
        render(lacking, form, io.BytesIO())


def test_sheet_names_that_excel_refuses_are_made_others(module_result, module_config):
    titles = ["A/B: [1]?", "history", "x" * 40, "X" * 40, "'quoted'", "***"]
    config = parse_config(
        {
            "version": 2,
            "source": "dataset:flights",
            "datasets": {f"t{n}": {"select": [{"field": "date"}]} for n in range(len(titles))},
            "outputs": {"xlsx": {"language": "fr"}},
        }
    )
    tables = [
        Table(
            f"t{n}",
            title,
            "dataset:x",
            COLUMNS[:1],
            (("a",),),
            100,
            is_truncated=n == 1,
            total=9 if n == 1 else None,
        )
        for n, title in enumerate(titles)
    ]
    content = made(kept_of(module_result, config, *tables), FileFormat.XLSX)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == [
        *(
            "Filtres utilisés",
            "A B   1",
            "history_",
            "x" * 31,
            "X" * 27 + " (2)",
            "quoted",
            "Table",
        ),
    ]
    about = {str(row[0]): row[1] for row in book.get_sheet_by_index(0).to_python()}
    assert about["history"] == "1 sur 9 lignes"


@pytest.mark.parametrize(
    ("locale", "heads", "line"),
    [
        ("en-US", "names", "date,origin,flights,delay"),
        ("fr-FR", "names", "date;origin;flights;delay"),
        ("fr-FR", "labels", "Day;Origin;Flights;Delay (min)"),
        ("pt-BR", "labels", "Day;Origin;Flights;Delay (min)"),
    ],
)
def test_a_csv_is_written_as_spreadsheets_of_its_locale_read_it(
    frozen_with, configured, locale, heads, line
):
    rows = ((date(2013, 1, 1), "a,b; c", -1234, -1.5),)
    config = configured(csv={"locale": locale, "heads": heads})
    text = made(kept_of(frozen_with(rows), config), FileFormat.CSV).decode("utf-8-sig")
    comma = locale != "en-US"
    delimiter, decimal = (";", ",") if comma else (",", ".")
    first, second = text.splitlines()
    assert first == line
    assert list(csv.reader([second], delimiter=delimiter)) == [
        ["2013-01-01", "a,b; c", "-1234", f"-1{decimal}5"]
    ]


def test_a_csv_beyond_its_limit_is_packed_and_holds_every_row(frozen_with, configured):
    long = "x" * 5_000
    rows = tuple((date(2013, 1, 1), f"{n}{long}", n, 1.0) for n in range(2_001))
    out = io.BytesIO()
    many = render(kept_of(frozen_with(rows), configured()), FileFormat.CSV, out)
    assert many.extension == "csv.gz"
    plain = gzip.decompress(out.getvalue())
    assert len(plain) > PACKED_FROM_BYTES > 20 * len(out.getvalue())
    assert plain.count(b"\r\n") == 2_002
    few = made(kept_of(frozen_with(rows[:10]), configured()), FileFormat.CSV)
    assert few.count(b"\r\n") == 11
