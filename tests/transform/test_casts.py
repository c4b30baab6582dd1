"""Every way to declare how a column is read, beside what the text says to a person; and what cannot be declared."""

import re
from datetime import datetime
from typing import Any, get_args

import pandas as pd
import pytest

from iop_pipelines.domain.datasets import DatasetDeclaration, FieldType, PlainType
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.transform.cast_columns import CastColumn
from iop_pipelines.transform.check import check_declaration
from iop_pipelines.transform.formats import DIRECTIVES, NAMES
from iop_pipelines.transform.prepare import Prepared, prepare

WINDOW = (datetime(1900, 1, 1), datetime(2200, 1, 1))
NBSP, NARROW, MINUS = "\u00a0", "\u202f", "\u2212"


def declare(column: dict[str, Any], *before: dict[str, Any], **more: Any) -> DatasetDeclaration:
    """`x`, read as `column` says, beside the number of the row."""
    content = {
        "name": "read",
        "source": "read",
        "time": "day",
        "freq": None,
        "key": ["row"],
        "fields": {
            "row": {"type": "integer", "nullable": False},
            "day": {"type": "date"},
            "x": {"type": column["to"]},
        },
        "steps": [
            *before,
            {
                "kind": "cast",
                "columns": {"row": {"to": "integer"}, "day": {"to": "date"}, "x": column},
            },
        ],
    }
    return DatasetDeclaration.model_validate(content | more)


def prepared(declaration: DatasetDeclaration, rows: list[dict[str, str | None]]) -> Prepared:
    check_declaration(declaration)
    given = [{"row": str(at), "day": "2024-01-05", **row} for at, row in enumerate(rows)]
    return prepare(declaration, pd.DataFrame(given, dtype=object), WINDOW)


def read(column: dict[str, Any], *texts: str | None) -> list[Any]:
    """What each text becomes; "rejected" of a row that is."""
    result = prepared(declare(column), [{"x": text} for text in texts])
    found: list[Any] = ["rejected"] * len(texts)
    for row, value in zip(result.frame["row"], result.frame["x"], strict=True):
        found[row] = None if pd.isna(value) else value
    return found


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]


DATE, MOMENT = {"to": "date"}, {"to": "datetime"}
# (column, text, what a calendar says)
MOMENTS: list[tuple[dict[str, Any], str, datetime | str]] = [
    (DATE | {"formats": ["%d/%m/%Y"]}, "01/02/2024", at(2024, 2, 1)),
    (DATE | {"formats": ["%m/%d/%Y"]}, "01/02/2024", at(2024, 1, 2)),
    (DATE | {"formats": ["%d/%m/%Y"]}, "13/02/2024", at(2024, 2, 13)),
    (DATE | {"formats": ["%d/%m/%Y"]}, "02/13/2024", "rejected"),
    (DATE | {"formats": ["%d.%m.%y"]}, "1.2.68", at(2068, 2, 1)),
    (DATE | {"formats": ["%d.%m.%y"]}, "1.2.69", at(1969, 2, 1)),
    (DATE | {"formats": ["%d.%m.%Y"]}, "31.02.2024", "rejected"),
    (DATE | {"formats": ["%d.%m.%Y"]}, "29.02.2024", at(2024, 2, 29)),
    (DATE | {"formats": ["%d.%m.%Y"]}, "29.02.2023", "rejected"),
    (DATE | {"formats": ["%d %b %Y"]}, "5 Mär 2024", at(2024, 3, 5)),
    (DATE | {"formats": ["%d %B %Y"]}, "5  août 2024", at(2024, 8, 5)),
    (DATE | {"formats": ["%d-%b-%y"]}, "05-DEC-23", at(2023, 12, 5)),
    (DATE | {"formats": ["%a, %d %b %Y"]}, "Tue, 06 Feb 2024", at(2024, 2, 6)),
    (DATE | {"formats": ["%A %d %B %Y"]}, "mardi 6 février 2024", at(2024, 2, 6)),
    (DATE | {"formats": ["%Y%m%d"]}, "20240205", at(2024, 2, 5)),
    (DATE | {"formats": ["%Y-%m"]}, "2024-02", at(2024, 2, 1)),
    (DATE | {"formats": ["%Y"]}, "2024", at(2024, 1, 1)),
    (DATE | {"formats": ["%YQ%q"]}, "2024Q3", at(2024, 7, 1)),
    (DATE | {"formats": ["Q%q/%Y"]}, "q1/2024", at(2024, 1, 1)),
    (DATE | {"formats": ["%YQ%q"]}, "2024Q5", "rejected"),
    (DATE | {"formats": ["%G-W%V"]}, "2020-W53", at(2020, 12, 28)),
    (DATE | {"formats": ["%G-W%V"]}, "2021-W53", "rejected"),
    (DATE | {"formats": ["%G-W%V-%u"]}, "2021-W01-7", at(2021, 1, 10)),
    (DATE | {"formats": ["%Y-%j"]}, "2024-366", at(2024, 12, 31)),
    (DATE | {"formats": ["%Y-%j"]}, "2023-366", "rejected"),
    (DATE | {"formats": ["%d.%m.%Y %H:%M"]}, "05.01.2024 00:00", at(2024, 1, 5)),
    (DATE | {"formats": ["%d.%m.%Y %H:%M"]}, "05.01.2024 00:01", "rejected"),
    (DATE | {"formats": ["%d%%%m%%%Y"]}, "05%01%2024", at(2024, 1, 5)),
    (DATE | {"formats": ["%d.%m.%Y"]}, "\u0660\u0665.01.2024", "rejected"),
    (DATE | {"formats": ["%d.%m.%Y", "%Y-%m-%d", "%b %Y"]}, "Jan 2024", at(2024, 1, 1)),
    (DATE | {"formats": ["%d.%m.%Y", "iso"]}, "2024-02-01", at(2024, 2, 1)),
    (DATE, "2024-02-01", at(2024, 2, 1)),
    (DATE, "01.02.2024", "rejected"),
    (DATE, "2024-02-01 00:00", "rejected"),
    (MOMENT | {"formats": ["%d/%m/%Y %I:%M %p"]}, "05/01/2024 12:05 AM", at(2024, 1, 5, 0, 5)),
    (MOMENT | {"formats": ["%d/%m/%Y %I:%M %p"]}, "05/01/2024 12:05 p.m.", at(2024, 1, 5, 12, 5)),
    (MOMENT | {"formats": ["%d/%m/%Y %I:%M %p"]}, "05/01/2024 13:05 PM", "rejected"),
    (MOMENT | {"formats": ["%d/%m/%Y %I:%M %p"]}, "05/01/2024 0:05 AM", "rejected"),
    (MOMENT | {"formats": ["%d.%m.%Y %H:%M:%S"]}, "05.01.2024 9:05:07", at(2024, 1, 5, 9, 5, 7)),
    (
        MOMENT | {"formats": ["%d.%m.%Y %H:%M:%S,%f"]},
        "05.01.2024 09:05:07,25",
        at(2024, 1, 5, 9, 5, 7, 250_000),
    ),
    (MOMENT | {"formats": ["%d.%m.%Y %H:%M"]}, "31.12.2023 24:00", at(2024, 1, 1)),
    (MOMENT | {"formats": ["%d.%m.%Y %H:%M"]}, "31.12.2023 24:01", "rejected"),
    (MOMENT | {"formats": ["%d.%m.%Y %H:%M"]}, "31.12.2023 25:00", "rejected"),
    (MOMENT | {"formats": ["%d.%m.%Y"]}, "31.12.2023", at(2023, 12, 31)),
    (
        MOMENT | {"formats": ["%Y-%m-%d %H:%M%z"], "zone": "Africa/Lagos"},
        "2024-01-05 23:30Z",
        at(2024, 1, 6, 0, 30),
    ),
    (
        MOMENT | {"formats": ["%Y-%m-%d %H:%M %z"], "zone": "Asia/Kathmandu"},
        "2024-01-05 23:30 -0500",
        at(2024, 1, 6, 10, 15),
    ),
    # 1704412800 s after 1970 is 5 January 2024, 00:00 UTC.
    (MOMENT | {"formats": ["epoch_s"]}, "1704412800", at(2024, 1, 5)),
    (MOMENT | {"formats": ["epoch_s"]}, "1704412800.5", at(2024, 1, 5, 0, 0, 0, 500_000)),
    (MOMENT | {"formats": ["epoch_s"]}, "-86400", at(1969, 12, 31)),
    (
        MOMENT | {"formats": ["epoch_ms"], "zone": "Europe/Berlin"},
        "1704412800250",
        at(2024, 1, 5, 1, 0, 0, 250_000),
    ),
    (MOMENT | {"formats": ["epoch_us"]}, "1704412800000001", at(2024, 1, 5, 0, 0, 0, 1)),
    (MOMENT | {"formats": ["epoch_ns"]}, "1704412800000001999", at(2024, 1, 5, 0, 0, 0, 1)),
    (MOMENT | {"formats": ["epoch_s"]}, "2024-01-05", "rejected"),
    (MOMENT, "2024-01-05T09:30", at(2024, 1, 5, 9, 30)),
    (MOMENT | {"formats": ["iso"]}, "2024-01-05 09:30+01:00", at(2024, 1, 5, 8, 30)),
]


@pytest.mark.parametrize(("column", "text", "right"), MOMENTS)
def test_a_moment_is_what_its_format_says(
    column: dict[str, Any], text: str, right: datetime | str
) -> None:
    assert read(column, text) == [right]


def test_every_directive_and_name_of_a_format_is_tried() -> None:
    declared = " ".join(" ".join(column.get("formats", ())) for column, _, _ in MOMENTS)
    assert [each for each in (*DIRECTIVES, *NAMES) if each not in declared] == []


@pytest.mark.parametrize("month", range(1, 13))
def test_months_in_words_are_of_eight_languages(month: int) -> None:
    # From the calendars of Unicode's CLDR, by hand: English, German, French, Spanish, Portuguese, Italian, Dutch.
    words = (
        "January Januar janvier enero janeiro gennaio januari",
        "February Februar février febrero fevereiro febbraio februari",
        "March März mars marzo março marzo maart",
        "April April avril abril abril aprile april",
        "May Mai mai mayo maio maggio mei",
        "June Juni juin junio junho giugno juni",
        "July Juli juillet julio julho luglio juli",
        "August August août agosto agosto agosto augustus",
        "September September septembre septiembre setembro settembre september",
        "October Oktober octobre octubre outubro ottobre oktober",
        "November November novembre noviembre novembro novembre november",
        "December Dezember décembre diciembre dezembro dicembre december",
    )[month - 1].split()
    texts = [written for word in words for written in (f"3 {word} 2024", f"3 {word.upper()} 2024")]
    assert read(DATE | {"formats": ["%d %B %Y"]}, *texts) == [at(2024, month, 3)] * len(texts)


NUMBER, WHOLE = {"to": "number"}, {"to": "integer"}
EUROPE = {"decimal": ",", "thousands": "."}
# (column, text, the number in Python's own spelling)
NUMERALS: list[tuple[dict[str, Any], str, float | str]] = [
    (NUMBER, "1234.5", 1234.5),
    (NUMBER, "1,234.5", "rejected"),
    (NUMBER | EUROPE, "1.234,5", 1234.5),
    (NUMBER | EUROPE, "1234,5", 1234.5),
    (NUMBER | EUROPE, "-1.234.567,25", -1234567.25),
    # The trap: what looks like a decimal point is none, and no group of three either.
    (NUMBER | EUROPE, "1.5", "rejected"),
    (NUMBER | EUROPE, "1.2345", "rejected"),
    (NUMBER | EUROPE, "1.234", 1234.0),
    (NUMBER | EUROPE, "1,234", 1.234),
    (NUMBER | {"decimal": ","}, "1.234,5", "rejected"),
    (NUMBER | {"decimal": ","}, "3,25e2", 325.0),
    (NUMBER | {"thousands": ","}, "1,234,567.5", 1234567.5),
    (NUMBER | {"thousands": ","}, "12,34,567", 1234567.0),
    (NUMBER | {"thousands": ","}, "1,23", "rejected"),
    (NUMBER | {"thousands": " ", "decimal": ","}, "1 234,5", 1234.5),
    (NUMBER | {"thousands": " ", "decimal": ","}, f"1{NBSP}234{NARROW}567,5", 1234567.5),
    (NUMBER | {"thousands": "'"}, "1'234.5", 1234.5),
    (NUMBER | {"thousands": "'"}, "1’234.5", 1234.5),
    (NUMBER | {"thousands": "_"}, "1_234", 1234.0),
    (NUMBER | {"thousands": ","}, f"{MINUS}1,234", -1234.0),
    (NUMBER | {"percent": "points"}, "12.5 %", 12.5),
    (NUMBER | {"percent": "points"}, "12.5", 12.5),
    (NUMBER | {"percent": "share"}, "12.5%", 0.125),
    (NUMBER | {"percent": "share"}, "7.1%", 0.071),
    (NUMBER | {"percent": "share"}, "0.125", "rejected"),
    (NUMBER | {"decimal": "."}, "12.5 %", "rejected"),
    (NUMBER | {"currency": ["€", "EUR"]}, "€ 12.50", 12.5),
    (NUMBER | {"currency": ["€", "EUR"]}, "12.50 EUR", 12.5),
    (NUMBER | {"currency": ["€", "EUR"]}, "-€12.50", -12.5),
    (NUMBER | {"currency": ["€", "EUR"]}, "€-12.50", -12.5),
    (NUMBER | {"currency": ["€", "EUR"]}, "12.50", 12.5),
    # Another currency is another amount.
    (NUMBER | {"currency": ["€", "EUR"]}, "$12.50", "rejected"),
    (NUMBER | {"currency": ["€", "EUR"]}, "€12.50 EUR", "rejected"),
    (NUMBER | {"currency": ["₦"], "thousands": ","}, "₦1,234", 1234.0),
    (NUMBER | {"units": {"k": 1000, "M": 1_000_000}}, "1.2k", 1200.0),
    (NUMBER | {"units": {"k": 1000, "M": 1_000_000}}, "-3.5 M", -3_500_000.0),
    (NUMBER | {"units": {"k": 1000, "M": 1_000_000}}, "950", 950.0),
    (NUMBER | {"units": {"k": 1000, "M": 1_000_000}}, "1.2m", "rejected"),
    (NUMBER | {"units": {"h": 60, "min": 1}}, "1.5h", 90.0),
    (NUMBER | {"units": {"ms": 0.001}}, "3 ms", 0.003),
    (NUMBER | {"units": {"k": 1000}, "currency": ["$"]}, "$1.2k", 1200.0),
    (NUMBER | {"negative": ["parentheses"]}, "(12.5)", -12.5),
    (NUMBER | {"negative": ["parentheses"], "currency": ["$"]}, "($12.5)", -12.5),
    (NUMBER | {"negative": ["parentheses"]}, "(12.5", "rejected"),
    (NUMBER | {"negative": ["parentheses"]}, "(-12.5)", "rejected"),
    (NUMBER | {"negative": ["trailing"]}, "12.5-", -12.5),
    (NUMBER | {"negative": ["trailing"]}, "-12.5-", "rejected"),
    (NUMBER | {"negative": ["parentheses"]}, "12.5-", "rejected"),
    (NUMBER | EUROPE, "", None),  # type: ignore[list-item]
    (NUMBER | EUROPE | {"null_values": ["k.A."]}, "k.A.", None),  # type: ignore[list-item]
    (NUMBER | EUROPE, "1e400", "rejected"),
    (NUMBER | EUROPE, "9" * 70, "rejected"),
    (WHOLE | EUROPE, "1.234", 1234),
    (WHOLE | EUROPE, "1.234,00", 1234),
    (WHOLE | EUROPE, "1.234,50", "rejected"),
    (WHOLE | {"units": {"k": 1000}}, "1.2k", 1200),
    (WHOLE | {"units": {"k": 1000}}, "1.2345k", "rejected"),
    (WHOLE | {"thousands": ","}, "9,007,199,254,740,993", 9007199254740993),
    (WHOLE | {"thousands": ","}, "1,000,000,000,000,000,000", "rejected"),
    (WHOLE | {"percent": "points"}, "12%", 12),
]


@pytest.mark.parametrize(("column", "text", "right"), NUMERALS)
def test_a_number_is_what_its_signs_say(
    column: dict[str, Any], text: str, right: float | str
) -> None:
    assert read(column, text) == [right]


def _by_column() -> list[tuple[dict[str, Any], dict[str | None, Any]]]:
    """What each text of the tables above becomes, by the column that reads it."""
    found: dict[str, tuple[dict[str, Any], dict[str | None, Any]]] = {}
    for column, text, right in (*MOMENTS, *NUMERALS):
        found.setdefault(repr(column), (column, {None: None, "": None, "  ": None}))[1][text] = (
            right
        )
    return list(found.values())


@pytest.mark.parametrize(("column", "right"), _by_column())
def test_texts_that_many_rows_share_are_read_as_each_is_alone(
    column: dict[str, Any], right: dict[str | None, Any]
) -> None:
    texts = [text for n in range(60) for text in (list(right) if n % 3 else list(right)[::-1])]
    assert read(column, *texts) == [right[text] for text in texts]


def _many(kind: str) -> dict[str | None, int | float]:
    """3,000 different ones, as computers write them."""
    if kind == "integer":
        return {
            f"{'-+'[n % 2] if n % 3 else ''}{n}": -n if n % 3 and not n % 2 else n
            for n in range(3000)
        }
    return {f"{n}.{n % 8 * 125:03}": n + n % 8 / 8 for n in range(3000)}


# What stands among many plain numbers: as an integer, as a number.
AMONG_THEM: list[tuple[str | None, int | str | None, float | str | None]] = [
    ("0", 0, 0.0),
    ("007", 7, 7.0),
    ("+5000", 5000, 5000.0),
    ("-5000", -5000, -5000.0),
    (" 7000 ", 7000, 7000.0),
    ("9" * 18, 10**18 - 1, 1e18),
    ("9" * 19, "rejected", 1e19),
    ("5000.", "rejected", 5000.0),
    (".5", "rejected", 0.5),
    ("5e3", "rejected", 5000.0),
    ("1e999", "rejected", "rejected"),
    ("nan", "rejected", "rejected"),
    ("inf", "rejected", "rejected"),
    ("1_000", "rejected", "rejected"),
    ("0x10", "rejected", "rejected"),
    ("\u0661\u0662", "rejected", "rejected"),
    ("1\n2", "rejected", "rejected"),
    ("1,5", "rejected", "rejected"),
    ("-", "rejected", "rejected"),
    ("", None, None),
    ("   ", None, None),
    (None, None, None),
]


@pytest.mark.parametrize("kind", ["integer", "number"])
@pytest.mark.parametrize(("text", "whole", "number"), AMONG_THEM)
@pytest.mark.parametrize("place", [0, 1500, 3000])
def test_many_different_numbers_are_read_as_each_is_alone(
    kind: str, text: str | None, whole: Any, number: Any, place: int
) -> None:
    rows: list[tuple[str | None, Any]] = list(_many(kind).items())
    rows.insert(place, (text, whole if kind == "integer" else number))
    texts, right = zip(*rows, strict=True)
    assert read({"to": kind}, *texts) == list(right)


@pytest.mark.parametrize("kind", ["integer", "number"])
@pytest.mark.parametrize("null", ["-999", "2999", "n/a"])
def test_a_number_that_means_not_known_is_none_among_many(kind: str, null: str) -> None:
    rows: dict[str | None, Any] = {**_many(kind), null: None}
    assert read({"to": kind, "null_values": [null]}, *rows) == list(rows.values())


@pytest.mark.parametrize("kind", ["integer", "number"])
def test_limits_hold_for_each_of_many(kind: str) -> None:
    rows = _many(kind)
    right = [value if -10 <= value <= 2000 else "rejected" for value in rows.values()]
    assert read({"to": kind, "minimum": -10, "maximum": 2000}, *rows) == right


TRUTH = {"to": "boolean", "true_words": ["Ja", "x"], "false_words": ["nein", "-"]}


@pytest.mark.parametrize(
    ("column", "text", "right"),
    [
        (TRUTH, "JA", True),
        (TRUTH, "X", True),
        (TRUTH, "-", False),
        (TRUTH, "yes", "rejected"),
        (TRUTH, "", None),
        (TRUTH, None, None),
        (TRUTH | {"false_words": ["", "nein"]}, "", False),
        (TRUTH | {"false_words": ["", "nein"]}, None, False),
        (TRUTH | {"false_words": [""], "null_values": ["?"]}, "?", None),
        ({"to": "boolean"}, "Yes", True),
        ({"to": "boolean"}, "ja", "rejected"),
    ],
)
def test_truth_is_said_in_the_words_that_are_declared(
    column: dict[str, Any], text: str | None, right: bool | str | None
) -> None:
    assert read(column, text) == [right]


JOINED = {"to": "datetime", "join": ["Date", "Time"], "formats": ["%d.%m.%Y %H:%M"]}


@pytest.mark.parametrize(
    ("column", "row", "right"),
    [
        (JOINED, {"Date": "05.01.2024", "Time": "17:30"}, at(2024, 1, 5, 17, 30)),
        (JOINED, {"Date": None, "Time": ""}, None),
        # Half of a moment is none.
        (JOINED, {"Date": "05.01.2024", "Time": None}, "rejected"),
        (
            JOINED | {"formats": ["%d.%m.%Y %H:%M", "%d.%m.%Y"]},
            {"Date": "05.01.2024", "Time": None},
            at(2024, 1, 5),
        ),
        (
            {"to": "date", "join": ["Y", "M", "D"], "separator": "-", "formats": ["%Y-%b-%d"]},
            {"Y": "2024", "M": "Mai", "D": "3"},
            at(2024, 5, 3),
        ),
        (
            {"to": "string", "join": ["Land", "Ort"], "separator": " / "},
            {"Land": "NG", "Ort": "Lagos"},
            "NG / Lagos",
        ),
    ],
)
def test_columns_are_joined_before_they_are_read(
    column: dict[str, Any], row: dict[str, str | None], right: Any
) -> None:
    result = prepared(declare(column), [row])
    found = [None if pd.isna(value) else value for value in result.frame["x"]]
    assert (found or ["rejected"]) == [right]


TYPES: tuple[FieldType, ...] = (*get_args(PlainType), "decimal(0)", "decimal(9)")
NUMBERS = {"integer", "number", "decimal(0)", "decimal(9)"}
KEYS = {
    "formats": ({"formats": ["%Y-%m-%d"]}, {"date", "datetime"}),
    "zone": ({"zone": "UTC"}, {"datetime"}),
    "decimal": ({"decimal": ","}, NUMBERS),
    "thousands": ({"thousands": ","}, NUMBERS),
    "percent": ({"percent": "points"}, NUMBERS),
    "currency": ({"currency": ["€"]}, NUMBERS),
    "units": ({"units": {"k": 1000}}, NUMBERS),
    "negative": ({"negative": ["trailing"]}, NUMBERS),
    "minimum": ({"minimum": 0}, NUMBERS),
    "maximum": ({"maximum": 0}, NUMBERS),
    "true_words": ({"true_words": ["j"], "false_words": ["n"]}, {"boolean"}),
    "false_words": ({"true_words": ["j"], "false_words": ["n"]}, {"boolean"}),
    "join": ({"join": ["a", "b"]}, {"string", "date", "datetime"}),
    "separator": ({"join": ["a", "b"], "separator": ""}, {"string", "date", "datetime"}),
}


def test_every_key_of_a_cast_is_for_some_types_or_for_all() -> None:
    for_all = {"to", "source", "required", "null_values", "one_of"}
    assert set(CastColumn.model_fields) == set(KEYS) | for_all


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("type_", TYPES)
def test_a_key_beside_a_type_that_it_says_nothing_of_is_refused(key: str, type_: FieldType) -> None:
    column, takes = KEYS[key]
    declaration = declare({"to": type_, **column})
    if type_ in takes:
        check_declaration(declaration)
        return
    with pytest.raises(
        InvalidDeclaration, match=rf"steps\.0\.columns\.x\.{key}: .*{re.escape(type_)}"
    ):
        check_declaration(declaration)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    (DATE | {"formats": ["%d/%m/%Y", "%m/%d/%Y"]}, "formats.1", "02/01/2003"),
    (DATE | {"formats": ["%d-%m-%y", "iso", "%y-%m-%d"]}, "formats.2", "%d-%m-%y"),
    (DATE | {"formats": ["%d.%m.%Y %H:%M %z"]}, "formats.0", "datetime"),
    (DATE | {"formats": ["epoch_s"]}, "formats.0", "datetime"),
    (MOMENT | {"formats": ["epoch_s", "epoch_ms"]}, "formats.1", "epoch_s"),
    (MOMENT | {"formats": ["%Y-%m-%d %H:%M", "%Y-%d-%m %H:%M"]}, "formats.1", "2003-01-02"),
    (NUMBER | {"decimal": ",", "thousands": ","}, "thousands", "','"),
    (NUMBER | {"thousands": "."}, "thousands", "'.'"),
    (NUMBER | {"units": {"k": 0}}, "units.k", "above 0"),
    (NUMBER | {"units": {"k": -1000}}, "units.k", "above 0"),
    (NUMBER | {"units": {"k": 1000}, "currency": ["k"]}, "units.k", "currency"),
    (WHOLE | {"percent": "share"}, "percent", "points"),
    ({"to": "boolean", "true_words": ["j"]}, "true_words", "false_words"),
    ({"to": "boolean", "false_words": ["n"]}, "false_words", "true_words"),
    ({"to": "boolean", "true_words": ["J"], "false_words": ["j"]}, "true_words.0", "'J'"),
    (
        {"to": "boolean", "true_words": ["j"], "false_words": ["n"], "null_values": ["N"]},
        "false_words.0",
        "'n'",
    ),
    (DATE | {"source": "a", "join": ["a", "b"]}, "join", "source"),
    (DATE | {"join": ["a"]}, "join", "source: a"),
    (DATE | {"separator": "-"}, "separator", "join"),
    # What of a key alone is wrong.
    (DATE | {"formats": ["dd.mm.yyyy"]}, "formats.0", "%d.%m.%Y"),
    (DATE | {"formats": ["epoch"]}, "formats.0", "epoch_s"),
    (DATE | {"formats": ["%d.%m.%Q"]}, "formats.0", "%Q"),
    (DATE | {"formats": ["%d.%m.%Y %"]}, "formats.0", "'%'"),
    (DATE | {"formats": ["%d.%m"]}, "formats.0", "%Y, %y or %G"),
    (DATE | {"formats": ["%d %Y"]}, "formats.0", "%m"),
    (DATE | {"formats": ["%d.%m.%Y %d"]}, "formats.0", "%d twice"),
    (DATE | {"formats": ["%d.%m.%b.%Y"]}, "formats.0", "%m and %b"),
    (MOMENT | {"formats": ["%d.%m.%Y %I:%M"]}, "formats.0", "%p"),
    (MOMENT | {"formats": ["%d.%m.%Y %H:%M %p"]}, "formats.0", "%I"),
    (MOMENT | {"formats": ["%Y-%V"]}, "formats.0", "%G"),
    (NUMBER | {"decimal": "'"}, "decimal", "can be"),
    (NUMBER | {"percent": True}, "percent", "points"),
    (NUMBER | {"currency": ["1€"]}, "currency.0", "none of them a digit"),
    (NUMBER | {"units": {"1k": 1000}}, "units.1k", "none of them a digit"),
    (NUMBER | {"units": {"k": "lots"}}, "units.k", "number"),
]


@pytest.mark.parametrize(("column", "where", "said"), WRONG)
def test_what_cannot_stand_together_is_refused_with_its_place(
    column: dict[str, Any], where: str, said: str
) -> None:
    with pytest.raises(InvalidDeclaration) as refused:
        check_declaration(declare(column))
    assert refused.value.field is not None
    assert refused.value.field.startswith(f"steps.0.columns.x.{where}")
    assert said in str(refused.value)


def test_formats_of_one_order_may_stand_beside_each_other() -> None:
    formats = ["%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "iso", "%d %b %Y", "%Y%m%d"]
    texts = ["01/02/2024", "01/02/24", "1.2.2024", "2024-02-01", "1 feb 2024", "20240201"]
    assert read(DATE | {"formats": formats}, *texts) == [at(2024, 2, 1)] * 6


HEADERS = ["Umsatz (€)", "DATUM", "id", "Größe, m²", "Q1.2024", "  Rand", "select"]


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize("is_step", [True, False])
def test_a_column_of_any_header_is_renamed_and_keeps_it_as_label(
    header: str, is_step: bool
) -> None:
    rename = [{"kind": "rename", "columns": {"x": header}}]
    declaration = declare(NUMBER, *rename) if is_step else declare(NUMBER | {"source": header})
    result = prepared(declaration, [{header: "1.5"}])
    assert result.frame["x"].tolist() == [1.5]
    plain = {"id": "X", "select": "X"}
    assert declaration.label_of("x") == plain.get(header, header)
    assert declaration.label_of("row") == "Row"


def test_a_label_of_its_own_comes_before_the_header() -> None:
    fields = {"row": {"type": "integer"}, "day": {"type": "date"}}
    own = {"x": {"type": "number", "label": "Sales"}}
    declaration = declare(NUMBER | {"source": "Umsatz (€)"}, fields=fields | own)
    assert declaration.label_of("x") == "Sales"


WIDE = {"Region": ["N", "S"], "Jan 2024": ["1", "2"], "Feb 2024": ["3", None]}


@pytest.mark.parametrize(
    "chosen", [{"columns": ["Jan 2024", "Feb 2024"]}, {"keep": ["Region"]}], ids=["columns", "keep"]
)
def test_a_column_a_month_becomes_a_row_a_month(chosen: dict[str, Any]) -> None:
    unpivot = {"kind": "unpivot", "names_into": "month", "values_into": "amount", **chosen}
    declaration = DatasetDeclaration.model_validate(
        {
            "name": "wide",
            "source": "wide",
            "time": "month",
            "freq": "MS",
            "key": ["month", "region"],
            "fields": {
                "month": {"type": "date"},
                "region": {"type": "string"},
                "amount": {"type": "number"},
            },
            "steps": [
                unpivot,
                {
                    "kind": "cast",
                    "columns": {
                        "month": {"to": "date", "formats": ["%b %Y"]},
                        "region": {"to": "string", "source": "Region"},
                        "amount": {"to": "number"},
                    },
                },
            ],
        }
    )
    check_declaration(declaration)
    result = prepare(declaration, pd.DataFrame(WIDE, dtype=object), WINDOW)
    rows = [
        (month.date().isoformat(), region, None if pd.isna(amount) else amount)
        for month, region, amount in result.frame.itertuples(index=False)
    ]
    assert rows == [
        ("2024-01-01", "N", 1.0),
        ("2024-01-01", "S", 2.0),
        ("2024-02-01", "N", 3.0),
        ("2024-02-01", "S", None),
    ]
    assert declaration.label_of("region") == "Region"


@pytest.mark.parametrize(
    ("step", "where", "said"),
    [
        ({"kind": "unpivot", "names_into": "a", "values_into": "b"}, "0.kind", "columns"),
        (
            {"kind": "unpivot", "names_into": "a", "values_into": "a", "keep": ["x"]},
            "0.values_into",
            "'a'",
        ),
        (
            {"kind": "unpivot", "names_into": "x", "values_into": "b", "keep": ["x"]},
            "0.names_into",
            "'x'",
        ),
        ({"kind": "rename", "columns": {"a": "H", "b": "H"}}, "0.columns.b", "'H'"),
        # The cast reads by the new name.
        ({"kind": "rename", "columns": {"a": "x"}}, "1.columns.x", "'x'"),
        # What does not stay cannot be read.
        (
            {"kind": "unpivot", "names_into": "a", "values_into": "b", "keep": ["row", "day"]},
            "1.columns.x",
            "'x'",
        ),
    ],
)
def test_what_comes_before_the_cast_is_checked_with_it(
    step: dict[str, Any], where: str, said: str
) -> None:
    with pytest.raises(InvalidDeclaration) as refused:
        check_declaration(declare(NUMBER, step))
    assert refused.value.field == f"steps.{where}"
    assert said in str(refused.value)
