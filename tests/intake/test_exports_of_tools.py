"""Files as programs write them and people leave them: read without a question, and every figure is there.

The figures are New York's flights of 2013 by day, month and hour of an airport; what their sum must be is computed from
them here.
"""

import csv
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import xlsxwriter

from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.understand import Given, Understood, understand

DATA = Path(__file__).parents[2] / "iop_pipelines" / "demo" / "data" / "nyc_flights_daily.csv.gz"
PLACES: tuple[str, ...] = ("EWR", "JFK", "LGA")
WORDS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


@cache
def days() -> Mapping[tuple[date, str], int]:
    sums: dict[tuple[date, str], int] = defaultdict(int)
    with gzip.open(DATA, "rt") as lines:
        for row in csv.DictReader(lines):
            sums[date.fromisoformat(row["date"]), row["origin"]] += int(row["flights"])
    return dict(sorted(sums.items()))


@cache
def months() -> Mapping[tuple[date, str], int]:
    sums: dict[tuple[date, str], int] = defaultdict(int)
    for (day, place), flights in days().items():
        sums[day.replace(day=1), place] += flights
    return dict(sums)


@cache
def quarters() -> Mapping[tuple[int, str], int]:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for (month, place), flights in months().items():
        sums[(month.month + 2) // 3, place] += flights
    return dict(sums)


ALL = "all"
FIRST = [date(2013, 1, 1) + timedelta(days=n) for n in range(365)]
MONTHS = [date(2013, month, 1) for month in range(1, 13)]


def total(place: str = ALL) -> int:
    return sum(n for (_, who), n in days().items() if place in (ALL, who))


def grouped(number: float, thousands: str, decimal: str, places: int) -> str:
    return f"{number:,.{places}f}".translate({ord(","): thousands, ord("."): decimal})


def by_day(line: Callable[[date, str, int], str], head: str, end: str = "\n") -> str:
    return end.join([head, *(line(day, who, n) for (day, who), n in days().items())])


def workbook(write: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        write(book)
    return out.getvalue()


def one(day: date, place: str = "JFK") -> int:
    return days()[day, place]


def wide_with_years_above_months() -> str:
    head = [";".join(["", "2013", *[""] * 11]), ";".join(["Ort", *(f"{m:%b}" for m in MONTHS)])]
    rows = [";".join([w, *(grouped(months()[m, w], ".", ",", 1) for m in MONTHS)]) for w in PLACES]
    return "\n".join([*head, *rows])


def two_measures_below_each_month() -> str:
    head = ["," + ",".join(f"{m:%b %Y}," for m in MONTHS)]
    head += ["Place," + ",".join("Flights,Share" for _ in MONTHS)]
    rows = [
        f"{w}," + ",".join(f"{months()[m, w]},{n / 8}" for n, m in enumerate(MONTHS))
        for w in PLACES
    ]
    return "\n".join([*head, *rows])


def places_above_measures() -> str:
    head = ["Day,EWR,,JFK,", ",Flights,Index,Flights,Index"]
    rows = [f"{d},{one(d, 'EWR')},{n % 50}.5,{one(d)},{n % 40}.25" for n, d in enumerate(FIRST)]
    return "\n".join([*head, *rows])


def units_below_the_head() -> str:
    rows = [f"{d};{one(d)};{n % 30 - 5},5;{n % 90},25" for n, d in enumerate(FIRST)]
    return "\n".join(["day;load;temp;price", ";kWh;°C;EUR/MWh", *rows])


def printed_pages() -> str:
    lines = ["Flugliste 2013;;;", "Erstellt am: 05.01.2014;;;", "", "Datum;Ort;Anzahl;Bemerkung"]
    for count, ((day, who), n) in enumerate(days().items(), start=1):
        lines.append(f"{day:%d.%m.%Y};{who};{n};{'storniert' if count % 50 == 0 else ''}")
        if count % 200 == 0:
            lines += ["Zwischensumme;;77;", "Datum;Ort;Anzahl;Bemerkung"]
    return "\r\n".join([*lines, f"Gesamtsumme;;{total()};", "Ende der Liste"])


def quarter_hours(line: Callable[[datetime, int], str], head: str) -> str:
    start = datetime(2013, 1, 1)
    return "\n".join([head, *(line(start + timedelta(minutes=15 * n), n) for n in range(2_000))])


def merged_workbook(book: xlsxwriter.Workbook) -> None:
    sheet, form = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
    sheet.merge_range(0, 0, 1, 0, "Date")
    sheet.merge_range(0, 1, 0, 2, "North")
    sheet.merge_range(0, 3, 0, 4, "South")
    sheet.write_row(1, 1, ["Visits", "Sales", "Visits", "Sales"])
    for row, day in enumerate(FIRST, start=2):
        sheet.write_datetime(row, 0, datetime(day.year, day.month, day.day), form)
        sheet.write_row(row, 1, [one(day, "EWR"), 1.5 * row, one(day), 2.5 * row])


def offset_workbook(book: xlsxwriter.Workbook) -> None:
    """Begins in the second column and the fourth row, a column a month, totals to the right and below."""
    sheet, form = book.add_worksheet(), book.add_format({"num_format": "mmm yy"})
    sheet.merge_range(1, 1, 1, 6, "Flights by place")
    sheet.write(3, 1, "Place")
    for column, month in enumerate(MONTHS, start=2):
        sheet.write_datetime(3, column, datetime(month.year, month.month, 1), form)
        sheet.write_number(7, column, 5)
        for row, who in enumerate(PLACES, start=4):
            sheet.write_number(row, column, months()[month, who])
    sheet.write(3, 14, "Total")
    sheet.write(7, 1, "Total")
    for row, who in enumerate(PLACES, start=4):
        sheet.write(row, 1, who)
        sheet.write_number(row, 14, 7)


@dataclass(frozen=True)
class Export:
    """`figure`: the column of the figures, `sum`: what they add up to; `unit` where one is to be found."""

    content: str | bytes
    figure: str
    sum: float
    freq: str = "D"
    series: tuple[str, ...] = ()
    codec: str = "utf-8"
    name: str = "a.csv"
    unit: str | None = None
    left: int = 0

    @property
    def data(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.encode(self.codec)


@cache
def exports() -> Mapping[str, Export]:
    serial = date(1899, 12, 30)
    jfk = total("JFK")
    own = ("place",)
    kwh = sum(n % 50 + 0.25 for n in range(2_000))
    month_rows = [
        f"{WORDS[m.month - 1]} {m.year};{w};{grouped(n, chr(0x202F), ',', 2)} €"
        for (m, w), n in months().items()
    ]
    quarter_rows = [f"{q}. Quartal 2013;{w};{n}" for (q, w), n in quarters().items()]
    short_rows = [f"{q}Q13,{w},{n}" for (q, w), n in quarters().items()]
    half_rows = [f"H{1 + (q > 2)} {2010 + q},{w},{n}" for (q, w), n in quarters().items()]
    ends = [
        f"{(m + timedelta(days=31)).replace(day=1) - timedelta(days=1):%d.%m.%Y};{w};{n}"
        for (m, w), n in months().items()
    ]
    cyrillic: dict[str, str] = dict(zip(PLACES, ("Москва", "Казань", "Тверь"), strict=True))
    polish: dict[str, str] = dict(zip(PLACES, ("Łódź", "Śląskie", "Świętokrzyskie"), strict=True))
    german: dict[str, str] = dict(zip(PLACES, ("Königsallee", "Größe", "Mühlgäßchen"), strict=True))
    return {
        "years above months": Export(wide_with_years_above_months(), "value", total(), "MS", ("ort",)),
        "two measures below each month": Export(two_measures_below_each_month(), "flights", total(), "MS", own),
        "places above measures": Export(places_above_measures(), "jfk_flights", jfk),
        "units below the head": Export(units_below_the_head(), "load", jfk, unit="kWh"),
        "printed pages": Export(printed_pages(), "anzahl", total(), series=("ort",), codec="cp1252", left=12),
        "half-years": Export("\n".join(["Period,Place,Flights", *half_rows]), "flights", total(), "2QS", own),
        "month ends": Export("\n".join(["Stichtag;Place;Flüge", *ends]), "fluge", total(), "MS", own, "latin-1"),
        "French months": Export("\n".join(["Mois;Place;Ventes (€)", *month_rows]), "ventes", total(), "MS", own, unit="€"),
        "quarters in words": Export("\n".join(["Quartal;Place;Flüge", *quarter_rows]), "fluge", total(), "QS", own),
        "short quarters": Export("\n".join(["Quarter,Place,Flights", *short_rows]), "flights", total(), "QS", own),
        "gaps": Export("\n".join(["day,a,b", *(f"{d},{one(d) if n % 7 else ''},{one(d, 'LGA') if n % 9 else 'n/a'}" for n, d in enumerate(FIRST))]), "a", sum(one(d) for n, d in enumerate(FIRST) if n % 7)),
        "American with AM and PM": Export(quarter_hours(lambda m, n: f'"{m:%m/%d/%Y %I:%M:%S %p}","{1000 + n:,}"', '"Date/Time","Count"'), "count", sum(range(1_000, 3_000)), "15min"),
        "a day and an hour": Export("\n".join(["Date,Hour,Count", *(f"{datetime(2013, 1, 1) + timedelta(hours=n):%Y-%m-%d},{n % 24},{n}" for n in range(480))]), "count", sum(range(480)), "h"),
        "from and to": Export(quarter_hours(lambda m, n: f"{m:%d.%m.%Y %H:%M};{m + timedelta(minutes=15):%d.%m.%Y %H:%M};{n % 50},25", "Von;Bis;kWh"), "kwh", kwh, "15min"),
        "a day, from and to": Export(quarter_hours(lambda m, n: f"{m:%d.%m.%Y;%H:%M};{m + timedelta(minutes=15):%H:%M};{n % 50},25", "Datum;Von;Bis;Verbrauch kWh"), "verbrauch_kwh", kwh, "15min", unit="kWh"),
        "a log": Export("\n".join(json.dumps({"ts": 1583749000000 + 5000 * n, "sensor": {"id": "a"}, "load": n / 4}) for n in range(5_000)), "load", sum(n / 4 for n in range(5_000)), "1min", name="log.ndjson"),
        "an accountant's": Export(by_day(lambda d, w, n: f'{d:%d-%b-%Y},{w},"{f"(${n:,}.00)" if n % 5 == 0 else f"${n:,}.00"}"', "Date,Place,Amount"), "amount", sum(-n if n % 5 == 0 else n for n in days().values()), series=own, unit="$"),
        "minus behind": Export("\n".join(["Buchungsdatum;Betrag", *(f"{d:%d.%m.%Y};{grouped(one(d), '.', ',', 2)}{'-' if n % 4 == 0 else ''}" for n, d in enumerate(FIRST))]), "betrag", sum(-one(d) if n % 4 == 0 else one(d) for n, d in enumerate(FIRST))),
        "days without signs": Export(by_day(lambda d, w, n: f"{d:%Y%m%d};{w};{grouped(n, '.', ',', 2)}", "BUDAT;WERKS;MENGE"), "menge", total(), series=("werks",)),
        "days as Excel counts": Export(by_day(lambda d, w, n: f"{(d - serial).days},{w},{n}", "Date,Place,Flights"), "flights", total(), series=own),
        "codes of a letter and digits": Export(by_day(lambda d, w, n: f"{d},{['G01', 'GB2', 'kg3'][PLACES.index(w)]},{n}", "day,gate,flights"), "flights", total(), series=("gate",)),
        "units in cells": Export("\n".join(["day,energy,temp", *(f"{d},{one(d)} kWh,{n % 30}.5 °C" for n, d in enumerate(FIRST))]), "energy", jfk, unit="kWh"),
        "days of the week": Export("\n".join(["Datum;Umsatz", *(f"{['Mo', 'Di', 'Mi', 'Do', 'Fr', 'Sa', 'So'][d.weekday()]}, {d:%d.%m.%Y};{one(d)}" for d in FIRST)]), "umsatz", jfk),
        "pandas' index": Export("\n".join([",date,place,sales", *(f"{n},{d},{w},{k}" for n, ((d, w), k) in enumerate(days().items()))]), "sales", total(), series=own),
        "comments above": Export("# export\n# of flights\n" + by_day(lambda d, w, n: f"{d},{w},{n}", "day,place,flights"), "flights", total(), series=own),
        "names and values above": Export("Report;Flights\nPrinted;2014-01-05\nUser;Anna\n\n" + by_day(lambda d, w, n: f"{d};{w};{n}", "Day;Place;Flights"), "flights", total(), series=own),
        "an old Mac's lines": Export(by_day(lambda d, w, n: f"{d};{w};{n}", "Day;Place;Flights", "\r"), "flights", total(), series=own),
        "an end to each line": Export(by_day(lambda d, w, n: f"{d};{w};{n};", "Day;Place;Flights;"), "flights", total(), series=own),
        "DOS": Export(by_day(lambda d, w, n: f"{d:%d.%m.%Y};{german[w]};{n}", "Datum;Straße;Zählung"), "zahlung", total(), series=("strasse",), codec="cp850"),
        "Polish": Export(by_day(lambda d, w, n: f"{d};{polish[w]};{n}", "Data;Województwo;Sprzedaż"), "sprzedaz", total(), series=("wojewodztwo",), codec="cp1250"),
        "Russian": Export(by_day(lambda d, w, n: f"{d:%d.%m.%Y};{cyrillic[w]};{n}", "Дата;Регион;Продажи"), "column_3", total(), series=("column_2",), codec="cp1251"),
        "Chinese": Export("\n".join(["日期,销量", *(f"{d.year}年{d.month}月{d.day}日,{one(d)}" for d in FIRST)]), "column_2", jfk, codec="gb18030"),
        "JSON by column": Export(json.dumps({"latitude": 1.5, "daily": {"time": [str(d) for d in FIRST], "count": [one(d) for d in FIRST]}}), "count", jfk, name="a.json"),
        "JSON of pandas": Export(json.dumps({"date": {str(n): str(d) for n, d in enumerate(FIRST)}, "count": {str(n): one(d) for n, d in enumerate(FIRST)}}), "count", jfk, name="a.json"),
        "JSON of lists": Export(json.dumps({"columns": ["date", "count"], "data": [[str(d), one(d)] for d in FIRST]}), "count", jfk, name="a.json"),
        "years as columns of a world bank": Export('"Data Source","Indicators",\n\n"Last Updated","2020-01-01",\n\n"Place","Code",' + ",".join(f'"{1990 + n}"' for n in range(12)) + ",\n" + "\n".join(f'"{w}","{w[:2]}",' + ",".join(f'"{months()[m, w]}"' for m in MONTHS) + "," for w in PLACES), "value", total(), "YS", own),
        "an hour of the day a column": Export("Date," + ",".join(f"{h}:00" for h in range(24)) + "\n" + "\n".join(f"{d}," + ",".join(str(24 * n + h) for h in range(24)) for n, d in enumerate(FIRST)), "value", sum(range(24 * 365)), "h"),
        "a weather service's hours": Export("STATION;MESS_DATUM;TT;eor\n" + "\n".join(f"   433;{datetime(2010, 1, 1) + timedelta(hours=n):%Y%m%d%H};  {n % 30}.5;eor" for n in range(900)), "tt", sum(n % 30 + 0.5 for n in range(900)), "h"),
        "spans in one cell": Export(quarter_hours(lambda m, n: f'"{m:%d.%m.%Y %H:%M} - {m + timedelta(minutes=15):%d.%m.%Y %H:%M}","{n % 50}.25"', '"MTU (CET/CEST)","Price [EUR/MWh]"'), "price", kwh, "15min", unit="EUR/MWh"),
        "weeks in words": Export("Week,Flights\n" + "\n".join(f'"Week {n}, 2013",{n * n}' for n in range(1, 53)), "flights", sum(n * n for n in range(1, 53)), "W"),
        "colons for what is missing": Export("\n".join(["day\tflights", *(f"{d}\t{one(d) if n % 9 else ': '}" for n, d in enumerate(FIRST))]), "flights", sum(one(d) for n, d in enumerate(FIRST) if n % 9)),
        "a workbook with merged heads": Export(workbook(merged_workbook), "south_visits", jfk, name="a.xlsx"),
        "a workbook with a margin": Export(workbook(offset_workbook), "value", total(), "MS", own, name="a.xlsx", left=1),
    }  # fmt: skip


NAMES = tuple(exports())


def looked_at(folder: Path, export: Export) -> Understood:
    path = folder / export.name
    path.write_bytes(export.data)
    return understand(read_file(path), Given(), "UTC", refuse_to_guess)


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_of_every_export_is_read_and_nothing_is_asked(
    name: str, tmp_path: Path
) -> None:
    export = exports()[name]
    found = looked_at(tmp_path, export)
    assert (found.step.freq, found.series.series) == (export.freq, export.series)
    read = sum(float(row[export.figure] or 0) for row in found.rows)
    assert read == pytest.approx(export.sum, abs=1e-6)
    (measure,) = (each for each in found.measures if each.column.name == export.figure)
    assert export.unit in (None, measure.column.unit)
    assert (found.refused, len(found.left_out)) == ([], export.left)


@pytest.mark.parametrize(
    ("name", "place"), [("DOS", "Königsallee"), ("Polish", "Łódź"), ("Russian", "Москва")]
)
def test_letters_of_other_code_pages_are_what_they_were(
    name: str, place: str, tmp_path: Path
) -> None:
    found = looked_at(tmp_path, exports()[name])
    assert place in {row[found.series.series[0]] for row in found.rows}


def test_figures_in_another_unit_than_the_others_are_refused(tmp_path: Path) -> None:
    rows = [f"{d},{'$' if n % 12 == 5 else '€'}{one(d)}" for n, d in enumerate(FIRST)]
    found = looked_at(tmp_path, Export("\n".join(["date,amount", *rows]), "amount", 0))
    assert len(found.refused) == len(range(5, 365, 12))
    assert "is no number" in str(found.refused[0].reason)
