"""CSV and JSON files, read back."""

import csv
import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from iop_pipelines.domain.languages import Language
from iop_pipelines.query.result import Column
from iop_pipelines.reporting.rows import guard_formula, is_note, plain_number, write_csv, write_json


def render_csv(config, result) -> tuple[bytes, int]:
    out = io.BytesIO()
    count = write_csv(config, result, out)
    return out.getvalue(), count


def render_json(name, config, result) -> tuple[bytes, int]:
    out = io.BytesIO()
    count = write_json(name, config, result, out)
    return out.getvalue(), count


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_csv_reads_back_as_it_was(frozen, configured):
    content, rows = render_csv(configured(), frozen)
    header, *body = read_csv(content)
    assert header == ["date", "origin", "flights", "delay"]
    assert rows == len(body) == 120
    for cells, row in zip(body, frozen.table("detail").rows, strict=True):
        assert date.fromisoformat(cells[0]) == row[0]
        assert int(cells[2]) == row[2]
        assert (float(cells[3]) if cells[3] else None) == row[3]


def test_the_spreadsheet_profile_has_a_bom_and_a_guard_and_raw_has_neither(frozen_with, configured):
    rows = ((date(2013, 1, 1), '=HYPERLINK("http://x")', -5, -1.5),)
    guarded, _ = render_csv(configured(), frozen_with(rows))
    raw, _ = render_csv(configured(csv={"profile": "raw"}), frozen_with(rows))
    assert guarded.startswith(b"\xef\xbb\xbf")
    assert guarded.endswith(b"\r\n")
    assert read_csv(guarded)[1] == ["2013-01-01", '\'=HYPERLINK("http://x")', "-5", "-1.5"]
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert read_csv(raw)[1][1] == '=HYPERLINK("http://x")'


def test_changes_of_two_measures_are_told_apart_in_the_head(frozen, configured):
    shown = frozen.table("detail")
    columns = tuple(
        Column(name, label, "number", unit)
        for name, label, unit in (
            ("flights", "Flights", "flights"),
            ("flights_change", "Change", "%"),
            ("delay", "Delay", "min"),
            ("delay_change", "Change", "%"),
        )
    )
    table = replace(shown, columns=columns, rows=((1.0, 2.0, 3.0, 4.0),))
    content, _ = render_csv(configured(csv={"heads": "labels"}), replace(frozen, tables=(table,)))
    assert read_csv(content)[0] == [
        "Flights",
        "Flights – Change (%)",
        "Delay (min)",
        "Delay – Change (%)",
    ]


def test_quotes_commas_and_line_breaks_survive(frozen_with, configured):
    text = 'one, "two"\nthree ẹ ọ ₦'
    content, _ = render_csv(configured(), frozen_with(((None, text, None, None),)))
    assert read_csv(content)[1] == ["", text, "", ""]


# Each alone among many plain cells, since a column of them is looked at as one.
TEXTS = [
    "",
    "=1",
    " \t@x",
    "a\n=1",
    "a\r\n-b",
    'say "no"',
    "a,b",
    "a;b",
    "-5.20",
    "+254 700",
    "\uff1dx",
    None,
    " ",
    "é",
]
NUMBERS = [
    0.0,
    -0.0,
    12.0,
    -7.0,
    1e15,
    1e16,
    1e21,
    1e22,
    0.1,
    1e-6,
    1e-7,
    123456789.125,
    -1e-5,
    5e-324,
    None,
]


@pytest.mark.parametrize("asked", [{}, {"profile": "raw"}, {"locale": "fr-FR"}], ids=str)
def test_columns_written_at_once_are_as_cells_written_one_by_one(frozen_with, configured, asked):
    plain: list[tuple[Any, ...]] = [
        (date(2013, 1, n % 28 + 1), f"E{n}", n, n / 8) for n in range(9)
    ]
    cases = [(None, text, None, None) for text in TEXTS]
    cases += [(date(2014, 5, 6), "x", 2**63 - 1, number) for number in NUMBERS]
    is_raw, comma = "profile" in asked, "," if "locale" in asked else "."
    for case in cases:
        rows = (*plain, case, *plain)
        out = io.StringIO(newline="")
        ends = "\n" if is_raw else "\r\n"
        writer = csv.writer(out, delimiter=";" if comma == "," else ",", lineterminator=ends)
        writer.writerow(["date", "origin", "flights", "delay"])
        for day, text, count, number in rows:
            said = text if is_raw or text is None else guard_formula(text)
            told = None if number is None else plain_number(number).replace(".", comma)
            writer.writerow([None if day is None else day.isoformat(), said, count, told])
        content, _ = render_csv(configured(csv=asked), frozen_with(rows))
        assert content.decode("utf-8" if is_raw else "utf-8-sig") == out.getvalue()


@pytest.mark.parametrize("text", ["", "x", "a,b", None])
def test_a_csv_of_one_column_has_a_line_for_each_row(frozen, configured, text):
    (detail, *others) = frozen.tables
    one = replace(detail, columns=detail.columns[1:2], rows=(("y",), (text,), ("z",)))
    content, _ = render_csv(configured(), replace(frozen, tables=(one, *others)))
    assert read_csv(content) == [["origin"], ["y"], [text or ""], ["z"]]


@pytest.mark.parametrize(
    ("text", "is_guarded"),
    [
        ("=1+1", True),
        ("  =1+1", True),
        ("+SUM(A1)", True),
        ("-2+3+cmd|' /C calc'!A0", True),
        ("@import", True),
        ("\tx", True),
        ("\uff1d1+1", True),
        ("+254700000000", False),
        ("+254 700 000 000", False),
        ("-5.20", False),
        ("EWR", False),
        ("a=b", False),
        ("", False),
    ],
)
def test_only_what_a_spreadsheet_would_run_is_guarded(text, is_guarded):
    assert guard_formula(text) == (f"'{text}" if is_guarded else text)


@pytest.mark.parametrize(
    ("value", "text"),
    [(1200000.0, "1200000"), (0.1, "0.1"), (0.00001, "0.00001"), (-3.0, "-3"), (1e21, "1e+21")],
)
def test_numbers_stay_plain(value, text):
    assert plain_number(value) == text
    assert float(text) == value


def test_a_json_file_has_meta_columns_and_rows(frozen, configured):
    content, rows = render_json("Daily", configured(), frozen)
    read = json.loads(content)
    assert list(read) == ["meta", "columns", "rows"]
    assert rows == len(read["rows"]) == read["meta"]["rowCount"] == 120
    assert read["columns"][3] == {
        "name": "delay",
        "label": "Delay",
        "type": "number",
        "unit": "min",
    }
    assert read["rows"][0] == ["2013-01-01", "EWR", 1000, None]
    assert read["meta"]["asOf"] == "2013-02-01T11:00:00Z"
    assert read["meta"]["qualityScore"] == 96.84
    assert read["meta"]["filters"] == ["Day: January 2013", "Origin is one of EWR, JFK, LGA"]
    assert read["meta"]["isTruncated"] is False


def test_further_tables_stand_beside_the_first(frozen, configured):
    config = configured(json={"datasets": ["totals", "detail"]})
    content, rows = render_json("Daily", config, frozen)
    read = json.loads(content)
    assert rows == 1
    assert read["rows"] == [[27004, 28135, -4.0199]]
    assert len(read["tables"]["detail"]["rows"]) == 120


def test_a_truncated_table_says_so(frozen_with, configured):
    content, _ = render_json("Daily", configured(), frozen_with((), is_truncated=True))
    read = json.loads(content)
    assert read["meta"]["isTruncated"] is True
    assert (read["meta"]["rowCount"], read["meta"]["rowTotal"]) == (0, 270)
    assert read["rows"] == []


def test_a_line_on_the_number_of_rows_stands_before_the_head_on_request_alone(
    frozen_with, configured
):
    result = frozen_with(((date(2013, 1, 1), "EWR", 1, 1.0),), is_truncated=True)
    asked, _ = render_csv(configured(csv={"profile": "raw", "note": True}), result)
    plain, _ = render_csv(configured(csv={"profile": "raw"}), result)
    first, rest = asked.split(b"\n", 1)
    assert (first, rest) == (b"# 1 of 271 rows", plain)
    assert b"271" not in plain


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({"language": Language.FR}, "# 1 sur 1\u202f271 lignes"),
        ({"locale": "de-DE"}, "# 1 of 1.271 rows"),
        ({"language": Language.FR, "locale": "pt-PT"}, "# 1 sur 1271 lignes"),
    ],
)
def test_the_line_on_the_number_of_rows_speaks_as_its_report_does(
    frozen_with, configured, config, line
):
    result = frozen_with(((date(2013, 1, 1), "EWR", 1, 1.0),), is_truncated=True)
    (table, *others) = result.tables
    result = replace(result, tables=(replace(table, total=1_271), *others))
    asked = configured(csv={"profile": "raw", "note": True}).model_copy(update=config)
    content, _ = render_csv(asked, result)
    first, head, *_ = content.decode().splitlines()
    assert first == line
    assert is_note(f"{first}\n")
    assert not is_note(f"{head}\n")


def test_a_sum_beyond_what_a_double_holds_is_text_where_no_row_is_so_large(frozen_with, configured):
    rows = ((date(2013, 1, 1), "EWR", 7, 1.0),)
    result = frozen_with(rows)
    for named in ("totals", "subtotals"):
        sum_ = (None, None, 2**53 + 1, 1.0)
        more = {"totals": sum_, "subtotals": ((None, "EWR", 7, 1.0),)}
        more = more if named == "totals" else {"totals": rows[0], "subtotals": (sum_,)}
        tables = (replace(result.tables[0], **more), *result.tables[1:])
        content, _ = render_json("Daily", configured(), replace(result, tables=tables))
        read = json.loads(content, parse_int=float)
        assert read["columns"][2]["encoding"] == "string"
        told = read["totals"] if named == "totals" else read["subtotals"][0]
        assert (told[2], read["rows"][0][2]) == ("9007199254740993", "7")


def test_an_integer_beyond_what_a_double_holds_is_text_and_its_column_says_so(
    frozen_with, configured
):
    large = (2**63 - 1, 2**53, 7)
    rows = tuple((date(2013, 1, 1), "EWR", number, 1.0) for number in large)
    content, _ = render_json("Daily", configured(), frozen_with(rows))
    read = json.loads(content, parse_int=float)
    assert read["columns"][2]["encoding"] == "string"
    assert "encoding" not in read["columns"][3]
    assert [row[2] for row in read["rows"]] == [str(number) for number in large]
    _, cells = read_csv(render_csv(configured(), frozen_with(rows[:1]))[0])
    assert cells[2] == "9223372036854775807"
