"""Real figures, written as people write them, are read back as they are: no kind of file changes a value.

The figures are New York's flights of 2013; what must come out is computed from them here, with nothing of the product.
"""

import csv
import gzip
import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.questions import Question, refuse_to_guess
from iop_pipelines.intake.understand import Given, Understood, understand

DATA = Path(__file__).parents[2] / "iop_pipelines" / "demo" / "data"
# (moment, series) -> figure
Figures = Mapping[tuple[str, str], float]


@cache
def days() -> Mapping[tuple[date, str], tuple[int, int]]:
    """(day, airport) -> flights, miles."""
    sums: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])
    with gzip.open(DATA / "nyc_flights_daily.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            entry = sums[date.fromisoformat(row["date"]), row["origin"]]
            entry[0] += int(row["flights"])
            entry[1] += int(float(row["miles"]))
    return {key: (flights, miles) for key, (flights, miles) in sorted(sums.items())}


@cache
def hours() -> Mapping[datetime, int]:
    """Flights of one airport by the hour, with the gaps of its nights."""
    with gzip.open(DATA / "nyc_flights_hourly.csv.gz", "rt") as lines:
        return {
            datetime.fromisoformat(row["timestamp"]).replace(tzinfo=None): int(row["flights"])
            for row in csv.DictReader(lines)
            if row["origin"] == "JFK"
        }


@cache
def months() -> Mapping[tuple[date, str], int]:
    sums: dict[tuple[date, str], int] = defaultdict(int)
    for (day, airport), (flights, _) in days().items():
        sums[day.replace(day=1), airport] += flights
    return dict(sums)


def month_end(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def by_day(place: int) -> Figures:
    return {(day.isoformat(), who): figures[place] for (day, who), figures in days().items()}


def by_hour() -> Figures:
    return {(moment.isoformat(" "), ""): flights for moment, flights in hours().items()}


def by_month() -> Figures:
    return {(month.isoformat(), who): flights for (month, who), flights in months().items()}


def grouped(number: float, thousands: str, decimal: str, places: int = 0) -> str:
    return f"{number:,.{places}f}".translate({ord(","): thousands, ord("."): decimal})


def day_lines(line: Callable[[date, str, int, int], str]) -> str:
    return "".join(
        line(day, who, flights, miles) + "\n" for (day, who), (flights, miles) in days().items()
    )


def european() -> bytes:
    head = "Datum;Flughäfen;Flüge;Meilen\n"
    body = day_lines(lambda d, w, f, m: f"{d:%d.%m.%Y};{w};{f};{grouped(m, '.', ',', 2)}")
    return (head + body).encode("cp1252")


def american() -> bytes:
    body = "".join(f"{m:%m/%d/%Y %I:%M %p},{n}\n" for m, n in hours().items())
    return f"Departure,Flights\n{body}".encode()


def erp_dump() -> bytes:
    total = sum(flights for flights, _ in days().values())
    body = day_lines(lambda d, w, f, m: f"{d};{w};{f};{m}")
    text = f"Flights by day\nPrinted 2014-01-05\n\nDay;Airport;Flights;Miles\n{body}Total;;{total};\n* preliminary\n"
    return text.encode("utf-8-sig")


def epoch_milliseconds() -> bytes:
    lines = [
        f"{int((m - datetime(1970, 1, 1)).total_seconds() * 1000)},{n}\n"
        for m, n in hours().items()
    ]
    return ("ts,flights\n" + "".join(lines)).encode()


def month_ends() -> bytes:
    body = "".join(f"{month_end(m)},{w},{n}\n" for (m, w), n in months().items())
    return f"Month ending,Airport,Flights\n{body}".encode()


def french_latin() -> bytes:
    body = day_lines(lambda d, w, f, m: f"{d:%d/%m/%Y};{w};{grouped(m, chr(0xA0), ',', 2)} EUR")
    return f"Date;Aéroport;Chiffre d'affaires\n{body}".encode("latin-1")


def swiss() -> bytes:
    body = day_lines(lambda d, w, f, m: f"{d:%d.%m.%y};{w};{grouped(m, chr(39), '.', 2)}")
    return f"Datum;Ort;Meilen\n{body}".encode()


def excel_separator() -> bytes:
    body = day_lines(lambda d, w, f, m: f"{d};{w};{f}")
    return f"sep=;\nday;airport;flights\n{body}".encode()


def utf16_tabs() -> bytes:
    return ("Day\tAirport\tFlights\n" + day_lines(lambda d, w, f, m: f"{d}\t{w}\t{f}")).encode(
        "utf-16"
    )


def words_for_months() -> bytes:
    return (
        "Day,Airport,Flights\n" + day_lines(lambda d, w, f, m: f"{d:%d-%b-%y},{w},{f}")
    ).encode()


def accountant() -> bytes:
    """Figures below zero stand in brackets."""
    return ("Day,Airport,Flights\n" + day_lines(lambda d, w, f, m: f'{d},{w},"({f:,})"')).encode()


def offsets() -> bytes:
    lines = [f"{m - timedelta(hours=5):%Y-%m-%dT%H:%M:%S}-05:00,{n}\n" for m, n in hours().items()]
    return ("when,flights\n" + "".join(lines)).encode()


def date_and_time() -> bytes:
    body = "".join(f"{m:%d/%m/%Y},{m:%H:%M:%S},{n}\n" for m, n in hours().items())
    return f"Date,Time,Flights\n{body}".encode()


def year_and_month() -> bytes:
    body = "".join(f"{m.year},{m.month},{w},{n}\n" for (m, w), n in months().items())
    return f"Year,Month,Airport,Flights\n{body}".encode()


def wide() -> bytes:
    columns = sorted({month for month, _ in months()})
    airports = sorted({who for _, who in months()})
    rows = [["Airport", *(f"{m:%b %Y}" for m in columns), "Total"]]
    for who in [*airports, "Total"]:
        named = airports if who == "Total" else [who]
        sums = [sum(months()[m, each] for each in named) for m in columns]
        rows.append([who, *map(str, sums), str(sum(sums))])
    return "\n".join(",".join(row) for row in rows).encode()


def headless() -> bytes:
    return day_lines(lambda d, w, f, m: f"{d},{w},{f}").encode()


def workbook(options: dict[str, object] | None = None) -> bytes:
    """A title over the head, merged, dates as dates, a total below."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **(options or {})}) as book:
        book.add_worksheet("Notes").write(0, 0, "Printed by hand")
        sheet = book.add_worksheet("Flights")
        day_format = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.merge_range(0, 0, 0, 3, "Flights of New York")
        sheet.write_row(2, 0, ["Day", "Airport", "Flights", "Miles"])
        row = 3
        for (day, who), (flights, miles) in days().items():
            sheet.write_datetime(row, 0, datetime(day.year, day.month, day.day), day_format)
            sheet.write_row(row, 1, [who, flights, miles])
            row += 1
        sheet.write_row(row, 0, ["Total", "", sum(f for f, _ in days().values()), ""])
    return out.getvalue()


def ndjson() -> bytes:
    return day_lines(
        lambda d, w, f, m: json.dumps({"day": str(d), "airport": {"code": w}, "flights": f})
    ).encode()


def json_under_a_key() -> bytes:
    rows = [{"day": str(d), "airport": w, "flights": f} for (d, w), (f, _) in days().items()]
    return json.dumps({"meta": {"count": len(rows)}, "data": rows}).encode()


def parquet(folder: Path) -> bytes:
    rows = [(datetime(d.year, d.month, d.day), w, f) for (d, w), (f, _) in days().items()]
    frame = pd.DataFrame(rows, columns=["day", "airport", "flights"])
    frame.to_parquet(folder / "made.parquet", engine="fastparquet")
    return (folder / "made.parquet").read_bytes()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._x", b"\0")
        archive.writestr("flights.csv", excel_separator())
    return out.getvalue()


def weeks() -> tuple[bytes, Figures]:
    """Wednesdays stay Wednesdays."""
    found = {d: f for (d, w), (f, _) in days().items() if w == "JFK" and d.weekday() == 2}
    text = "week of,flights\n" + "".join(f"{d:%d %B %Y},{f}\n" for d, f in found.items())
    return text.encode(), {(d.isoformat(), ""): f for d, f in found.items()}


def quarters() -> tuple[bytes, Figures]:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for (month, who), flights in months().items():
        sums[(month.month - 1) // 3, who] += flights
    text = "Quarter,Airport,Flights\n" + "".join(
        f"Q{q + 1} 2013,{w},{n}\n" for (q, w), n in sums.items()
    )
    return text.encode(), {(f"2013-{3 * q + 1:02}-01", w): n for (q, w), n in sums.items()}


@dataclass(frozen=True)
class Kind:
    """`fields`: those of the moment, the series if any, and the figure; `left`: lines that are no rows."""

    file: str
    content: bytes
    figures: Figures
    freq: str
    fields: tuple[str, str, str]
    left: int = 0


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Kind]:
    flights, miles = by_day(0), by_day(1)
    negative = {key: -value for key, value in flights.items()}
    plain = ("day", "airport", "flights")
    week_text, week_figures = weeks()
    quarter_text, quarter_figures = quarters()
    made = parquet(tmp_path_factory.mktemp("parquet"))
    return {
        "european": Kind("a.csv", european(), miles, "D", ("datum", "flughafen", "meilen")),
        "american": Kind("a.csv", american(), by_hour(), "h", ("departure", "", "flights")),
        "ERP dump": Kind("a.csv", erp_dump(), miles, "D", ("day", "airport", "miles"), 2),
        "epoch": Kind("a.csv", epoch_milliseconds(), by_hour(), "h", ("ts", "", "flights")),
        "month ends": Kind(
            "a.csv", month_ends(), by_month(), "MS", ("month", "airport", "flights")
        ),
        "french": Kind(
            "a.csv", french_latin(), miles, "D", ("date", "aeroport", "chiffre_d_affaires")
        ),
        "swiss": Kind("a.csv", swiss(), miles, "D", ("datum", "ort", "meilen")),
        "sep=": Kind("a.csv", excel_separator(), flights, "D", plain),
        "UTF-16": Kind("a.txt", utf16_tabs(), flights, "D", plain),
        "months in words": Kind("a.csv", words_for_months(), flights, "D", plain),
        "in brackets": Kind("a.csv", accountant(), negative, "D", plain),
        "offsets": Kind("a.csv", offsets(), by_hour(), "h", ("when", "", "flights")),
        "date and time": Kind(
            "a.csv", date_and_time(), by_hour(), "h", ("date_time", "", "flights")
        ),
        "year and month": Kind(
            "a.csv", year_and_month(), by_month(), "MS", ("year_month", "airport", "flights")
        ),
        "wide": Kind("a.csv", wide(), by_month(), "MS", ("period", "airport", "value"), 1),
        "headless": Kind("a.csv", headless(), flights, "D", ("column_1", "column_2", "column_3")),
        "workbook": Kind("a.xlsx", workbook(), flights, "D", plain, 1),
        "workbook of 1904": Kind("a.xlsx", workbook({"date_1904": True}), flights, "D", plain, 1),
        "NDJSON": Kind("a.ndjson", ndjson(), flights, "D", ("day", "airport_code", "flights")),
        "JSON": Kind("a.json", json_under_a_key(), flights, "D", plain),
        "Parquet": Kind("a.parquet", made, flights, "D", plain),
        "zip": Kind("a.zip", zipped(), flights, "D", plain),
        "gzip": Kind(
            "a.csv.gz", gzip.compress(european()), miles, "D", ("datum", "flughafen", "meilen")
        ),
        "weeks": Kind("a.csv", week_text, week_figures, "W", ("week_of", "", "flights")),
        "quarters": Kind(
            "a.csv", quarter_text, quarter_figures, "QS", ("quarter", "airport", "flights")
        ),
    }


KINDS = (
    "european american ERP_dump epoch month_ends french swiss sep= UTF-16 months_in_words in_brackets offsets "
    "date_and_time year_and_month wide headless workbook workbook_of_1904 NDJSON JSON Parquet zip gzip weeks quarters"
)


def looked_at(folder: Path, name: str, content: bytes, given: Given | None = None) -> Understood:
    path = folder / name
    path.write_bytes(content)
    return understand(read_file(path), given or Given(), "UTC", refuse_to_guess)


def figures_of(found: Understood, fields: tuple[str, str, str]) -> dict[tuple[str, str], float]:
    moment, series, figure = fields
    pairs = [
        ((str(row[moment]), str(row[series]) if series else ""), float(row[figure] or "nan"))
        for row in found.rows
    ]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


@pytest.mark.parametrize("name", [each.replace("_", " ") for each in KINDS.split()])
def test_every_figure_of_every_kind_is_read_as_it_is_and_nothing_is_asked(
    name: str, kinds: Mapping[str, Kind], tmp_path: Path
) -> None:
    kind = kinds[name]
    found = looked_at(tmp_path, kind.file, kind.content)
    assert figures_of(found, kind.fields) == kind.figures
    assert (found.step.freq, found.refused, len(found.left_out)) == (kind.freq, [], kind.left)
    assert found.time == kind.fields[0]
    assert found.series.series == tuple(filter(None, (kind.fields[1],)))
    assert kind.fields[2] in [each.column.name for each in found.measures]


def test_every_kind_is_tried(kinds: Mapping[str, Kind]) -> None:
    assert set(kinds) == {each.replace("_", " ") for each in KINDS.split()}


def test_a_moment_finer_than_its_period_is_kept_beside_it(tmp_path: Path) -> None:
    lines = [f"{datetime(2026, 1, 1) + timedelta(minutes=20 * n)},{n}\n" for n in range(300)]
    found = looked_at(tmp_path, "a.csv", ("at,load\n" + "".join(lines)).encode())
    assert (found.moment, found.time, found.step.said, found.step.freq) == (
        "at",
        "hour",
        "20 minutes",
        "h",
    )
    row = found.rows[13]
    assert (row["at"], row["hour"], row["load"]) == (
        "2026-01-01 04:20:00",
        "2026-01-01 04:00:00",
        "13",
    )


AMBIGUOUS = [(day, month) for month in range(1, 13) for day in range(1, 13)]


def ambiguous(sign: str, year: str = "2026") -> bytes:
    """The first twelve days of each month: both readings give days of the calendar."""
    lines = [f"{d:02}{sign}{m:02}{sign}{year},{d * 100 + m}\n" for d, m in AMBIGUOUS]
    return ("date,value\n" + "".join(lines)).encode()


@pytest.mark.parametrize("sign", ["/", "-"])
@pytest.mark.parametrize("year", ["2026", "26"])
def test_day_and_month_are_asked_for_where_every_day_could_be_a_month(
    sign: str, year: str, tmp_path: Path
) -> None:
    asked: list[Question] = []
    path = tmp_path / "a.csv"
    path.write_bytes(ambiguous(sign, year))
    for order in ("day-first", "month-first"):

        def answer(question: Question, order: str = order) -> str:
            asked.append(question)
            return order

        found = understand(read_file(path), Given(), "UTC", answer)
        for row, (first, second) in zip(found.rows, AMBIGUOUS, strict=True):
            month, day = (second, first) if order == "day-first" else (first, second)
            assert row["date"] == date(2026, month, day).isoformat()
    assert [question.option for question in asked] == ["--dates", "--dates"]


def test_where_nobody_can_be_asked_an_open_question_is_an_error_with_its_options(
    tmp_path: Path,
) -> None:
    with pytest.raises(
        InvalidInput, match=r"day or month first\? .*--dates day-first .*--dates month-first"
    ):
        looked_at(tmp_path, "a.csv", ambiguous("/"))
    told = looked_at(tmp_path, "a.csv", ambiguous("/"), Given(dates="month-first"))
    assert told.rows[1]["date"] == "2026-02-01"


def test_points_between_are_read_day_first_without_a_question(tmp_path: Path) -> None:
    found = looked_at(tmp_path, "a.csv", ambiguous("."))
    assert found.rows[1]["date"] == "2026-01-02"
    assert "points between them" in found.time_found.why


def test_one_late_day_above_twelve_decides_the_whole_column(tmp_path: Path) -> None:
    """No half of the column is read the other way round."""
    content = ambiguous("/") + b"13/12/2026,5\n"
    found = looked_at(tmp_path, "a.csv", content)
    assert [row["date"] for row in found.rows[:2]] == ["2026-01-01", "2026-01-02"]
    other = looked_at(tmp_path, "a.csv", ambiguous("/") + b"12/13/2026,5\n")
    assert [row["date"] for row in other.rows[:2]] == ["2026-01-01", "2026-02-01"]


def test_days_above_twelve_on_both_sides_decide_nothing(tmp_path: Path) -> None:
    content = ambiguous("/") + b"13/12/2026,5\n12/14/2026,6\n"
    with pytest.raises(InvalidInput, match="day or month first"):
        looked_at(tmp_path, "a.csv", content)
    found = looked_at(tmp_path, "a.csv", content, Given(dates="day-first"))
    assert [line.number for line in found.refused] == [len(AMBIGUOUS) + 3]


def test_a_thousand_or_a_fraction_is_asked_for_where_semicolons_allow_both(tmp_path: Path) -> None:
    lines = "".join(f"2026-01-{n:02};1.{n:03}\n" for n in range(1, 29))
    content = f"day;amount\n{lines}".encode()
    with pytest.raises(InvalidInput, match=r"numbers such as 1\.001.*--decimal"):
        looked_at(tmp_path, "a.csv", content)
    point = looked_at(tmp_path, "a.csv", content, Given(decimal="."))
    comma = looked_at(tmp_path, "a.csv", content, Given(decimal=","))
    assert (point.rows[0]["amount"], comma.rows[0]["amount"]) == ("1.001", "1001")
    # Another column that shows its decimal comma decides for both.
    shown = f"day;amount;rate\n{lines}".replace("\n2026", ";0,5\n2026").replace(
        ";rate;0,5", ";rate"
    )
    decided = looked_at(tmp_path, "a.csv", (shown.rstrip() + ";0,5\n").encode())
    assert (decided.rows[0]["amount"], decided.rows[0]["rate"]) == ("1001", "0.5")


def test_two_columns_of_time_are_asked_for_and_the_month_beside_the_day_is_not(
    tmp_path: Path,
) -> None:
    start = datetime(2026, 1, 1)
    moments = [(start + timedelta(days=n), start + timedelta(days=n + n % 5)) for n in range(40)]
    rows = [f"{a:%Y-%m-%d},{b:%Y-%m-%d},{n}\n" for n, (a, b) in enumerate(moments)]
    content = ("ordered,shipped,items\n" + "".join(rows)).encode()
    with pytest.raises(
        InvalidInput, match=r"which column says when.*--time ordered.*--time shipped"
    ):
        looked_at(tmp_path, "a.csv", content)
    assert looked_at(tmp_path, "a.csv", content, Given(time="shipped")).time == "shipped"
    months_too = [f"{a:%Y-%m},{a:%Y-%m-%d},{n * n % 7}\n" for n, (a, _) in enumerate(moments)]
    found = looked_at(tmp_path, "a.csv", ("month,day,items\n" + "".join(months_too)).encode())
    assert (found.time, found.step.freq) == ("day", "D")


def test_rows_that_cannot_be_read_are_told_by_line_and_land_as_they_are(tmp_path: Path) -> None:
    lines = excel_separator().decode().splitlines()
    lines[5] = "31.31.2013;EWR;300"
    lines[7] = "2013-01-02;LGA;many"
    lines[9] = "2013-01-03;JFK;300;7"
    lines[11] = "2013-01-04"
    found = looked_at(tmp_path, "a.csv", "\n".join(lines).encode())
    assert [(line.number, str(line.reason)) for line in found.refused] == [
        (6, "day: '31.31.2013' is not year-month-day"),
        (8, "flights: 'many' is no number"),
        (10, "has 4 fields, the head has 3"),
        (12, "has 1 field, the head has 3"),
    ]
    landed = {row["source_line"]: row for row in found.rows}
    assert landed["6"]["day"] == "31.31.2013"
    assert landed["8"]["flights"] == "many"
    assert landed["10"]["day"] == "2013-01-03 | JFK | 300 | 7"
    assert len(found.rows) == len(days())


def test_a_file_of_which_more_than_a_fifth_cannot_be_read_is_refused_whole(tmp_path: Path) -> None:
    lines = excel_separator().decode().splitlines()
    for place in range(2, len(lines), 4):
        lines[place] += ";7"
    with pytest.raises(
        InvalidInput, match=r"274 of 1095 rows .* more than 20 % .*line 3: has 4 fields"
    ):
        looked_at(tmp_path, "a.csv", "\n".join(lines).encode())


NO_TABLES = {
    "empty": (b"", "is empty"),
    "a picture named .csv": (
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        "is a picture; what can be read is CSV",
    ),
    "one column": (b"a\n1\n2\n3\n", "one column: a table needs a time and a value"),
    "three rows": (
        b"day,n\n2026-01-01,1\n2026-01-02,2\n2026-01-03,4\n",
        "a has 3 rows that can be read: at least 4 are needed .*; add the rows of more periods",
    ),
    "two periods": (
        b"day,who,n\n2026-01-01,a,1\n2026-01-01,b,3\n2026-01-02,a,2\n2026-01-02,b,5\n",
        "has 2 different periods: at least 3",
    ),
    "no time": (b"who,n\na,1\nb,2\nc,3\n", "no column says when a row is true"),
    "no figures": (b"day,who\n2026-01-01,a\n2026-01-02,b\n2026-01-03,c\n", "no column of numbers"),
    "a broken zip": (b"PK\x03\x04" + bytes(50), "is a broken zip file"),
    "a broken gzip": (gzip.compress(b"day,n\n" * 99)[:-20], "is a broken gzip file"),
    "a sheet with a password": (b"\xd0\xcf\x11\xe0" + bytes(50), "without a password"),
    "500 columns": (
        (",".join(f"c{n}" for n in range(500)) + "\n" + ",".join(["1"] * 500) + "\n").encode() * 2,
        "has 500 columns, at most 200",
    ),
    "an open quotation mark": (
        b'day,n\n2026-01-01,"1\n' + b"2026-01-02,2\n" * 20_000,
        "quotation mark",
    ),
    "bytes": (bytes(range(256)) * 20, "holds bytes that are no text"),
}


@pytest.mark.parametrize("what", NO_TABLES)
def test_what_is_no_table_is_refused_with_the_fix(what: str, tmp_path: Path) -> None:
    content, said = NO_TABLES[what]
    with pytest.raises(InvalidInput, match=said):
        looked_at(tmp_path, "a.csv", content)
