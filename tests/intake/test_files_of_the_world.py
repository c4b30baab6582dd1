"""Files as banks, loggers, statistics offices and people make them: each figure at its moment and in its series.

What must come out is computed here from New York's flights of 2013, with nothing of the product; a file that leaves two
readings open has to be asked of.
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
from typing import Any

import pandas as pd
import pytest
import xlsxwriter

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.declare import declare
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.understand import Given, Understood, understand
from iop_pipelines.transform.apply.texts import read_moments
from iop_pipelines.transform.steps import Cast, parse_steps

DATA = Path(__file__).parents[2] / "iop_pipelines" / "demo" / "data"
PLACES = ("EWR", "JFK", "LGA")
FIRST = [date(2013, 1, 1) + timedelta(days=n) for n in range(365)]
MONTHS = [date(2013, month, 1) for month in range(1, 13)]
FRENCH = [
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
]
GERMAN = ["Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]
# By moment and series.
Figures = Mapping[Any, float]


@cache
def days() -> Mapping[tuple[date, str], int]:
    sums: dict[tuple[date, str], int] = defaultdict(int)
    with gzip.open(DATA / "nyc_flights_daily.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            sums[date.fromisoformat(row["date"]), row["origin"]] += int(row["flights"])
    return dict(sorted(sums.items()))


@cache
def hours() -> Mapping[datetime, tuple[int, float]]:
    """Of one airport, with the gaps of its nights: flights, degrees Fahrenheit."""
    with gzip.open(DATA / "nyc_flights_hourly.csv.gz", "rt") as lines:
        return {
            datetime.fromisoformat(row["timestamp"]).replace(tzinfo=None): (
                int(row["flights"]),
                float(row["temp"] or 50),
            )
            for row in csv.DictReader(lines)
            if row["origin"] == "JFK"
        }


def summed(period: Callable[[date], date]) -> Mapping[tuple[date, str], int]:
    sums: dict[tuple[date, str], int] = defaultdict(int)
    for (day, place), n in days().items():
        sums[period(day), place] += n
    return dict(sorted(sums.items()))


@cache
def months() -> Mapping[tuple[date, str], int]:
    return summed(lambda day: day.replace(day=1))


@cache
def quarters() -> Mapping[tuple[date, str], int]:
    return summed(lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1))


@cache
def weeks() -> Mapping[tuple[date, str], int]:
    return summed(lambda day: day - timedelta(days=day.weekday()))


def one(day: date, place: str = "JFK") -> int:
    return days()[day, place]


def text(head: str, *lines: str, end: str = "\n") -> str:
    return end.join([head, *lines]) + end


def german(number: float, places: int = 2) -> str:
    return f"{number:,.{places}f}".translate({ord(","): ".", ord("."): ","})


def by(figures: Mapping[tuple[date, str], float]) -> Figures:
    return {(day.isoformat(), place): n for (day, place), n in figures.items()}


@cache
def jfk() -> Figures:
    return {(day.isoformat(),): one(day) for day in FIRST}


@cache
def of_hours(place: int = 0) -> Figures:
    return {(m.isoformat(" "),): each[place] for m, each in hours().items()}


def hourly(line: Callable[[datetime, int], str], head: str) -> str:
    return text(head, *(line(m, n) for m, (n, _) in hours().items()))


def daily(line: Callable[[date, str, int], str], head: str) -> str:
    return text(head, *(line(d, w, n) for (d, w), n in days().items()))


@dataclass(frozen=True)
class File:
    """`fields`: the names of moment, series and figure; `figures`: what stands there by moment and series.

    content: or what makes it, for names are asked for by each process and files by one; measures: the names of all
    that is watched, where it is not the figure alone.
    """

    content: str | bytes | Callable[[], str]
    fields: tuple[str, ...]
    figures: Figures
    freq: str = "D"
    name: str = "a.csv"
    codec: str = "utf-8"
    left: int = 0
    refused: int = 0
    measures: tuple[str, ...] = ()

    @property
    def data(self) -> bytes:
        content = self.content() if callable(self.content) else self.content
        return content if isinstance(content, bytes) else content.encode(self.codec)


def workbook(write: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        write(book)
    return out.getvalue()


P = ("day", "place", "flights")
H = ("when", "flights")
D = ("day", "flights")
T0 = datetime(1970, 1, 1)


def epoch(moment: datetime) -> int:
    return int((moment - T0).total_seconds())


@cache
def times() -> dict[str, File]:
    """Ways to say when."""

    def h(said: Callable[[datetime], str], head: str = "when,flights", field: str = "when") -> File:
        def content() -> str:
            return hourly(lambda m, n: f"{said(m)},{n}", head)

        return File(content, (field, "flights"), of_hours(), "h")

    def d(said: Callable[[date], str], sign: str = ",") -> File:
        return File(
            daily(
                lambda d, w, n: sign.join([said(d), w, str(n)]),
                sign.join(["day", "place", "flights"]),
            ),
            P,
            by(days()),
        )

    def m(said: Callable[[date], str], sign: str = ",") -> File:
        lines = [sign.join([said(a), w, str(n)]) for (a, w), n in months().items()]
        return File(text(sign.join(["day", "place", "flights"]), *lines), P, by(months()), "MS")

    def q(said: Callable[[date], str]) -> File:
        lines = [f"{said(a)},{w},{n}" for (a, w), n in quarters().items()]
        return File(text("day,place,flights", *lines), P, by(quarters()), "QS")

    def w(said: Callable[[date], str]) -> File:
        lines = [f"{said(a)},{p},{n}" for (a, p), n in weeks().items()]
        return File(text("day,place,flights", *lines), P, by(weeks()), "W")

    def half_past(a: datetime) -> datetime:
        return a + timedelta(minutes=30)

    new_york = {
        a: ("-04:00" if datetime(2013, 3, 10, 7) <= a < datetime(2013, 11, 3, 6) else "-05:00")
        for a in hours()
    }

    def local(a: datetime) -> datetime:
        return a + timedelta(hours=int(new_york[a][:3]))

    years = [(1990 + n, n * n + 1000) for n in range(20)]
    fiscal = {(f"{y}-01-01",): float(v) for y, v in years}
    return {
        "ISO weeks": w(lambda a: f"{a.isocalendar()[0]}-W{a.isocalendar()[1]:02}"),
        "ISO weeks without a sign": w(lambda a: f"{a.isocalendar()[0]}W{a.isocalendar()[1]:02}"),
        "German weeks": w(lambda a: f"KW {a.isocalendar()[1]:02}/{a.isocalendar()[0]}"),
        "days of ISO weeks": d(
            lambda a: f"{a.isocalendar()[0]}-W{a.isocalendar()[1]:02}-{a.isocalendar()[2]}"
        ),
        "days of the year": d(lambda a: f"{a:%Y-%j}"),
        "2013Q1": q(lambda a: f"{a.year}Q{(a.month + 2) // 3}"),
        "2013-Q1": q(lambda a: f"{a.year}-Q{(a.month + 2) // 3}"),
        "Q1 2013": q(lambda a: f"Q{(a.month + 2) // 3} {a.year}"),
        "2013:1 as quarters": q(lambda a: f"{a.year}:Q{(a.month + 2) // 3}"),
        "spans of months": q(lambda a: f"{a:%b}-{a.replace(month=a.month + 2):%b} {a.year}"),
        "FY2013": File(
            text("year,profit", *(f"FY{y},{v}" for y, v in years)), ("year", "profit"), fiscal, "YS"
        ),
        "FY 2013/14": File(
            text("year,profit", *(f"FY {y}/{(y + 1) % 100:02},{v}" for y, v in years)),
            ("year", "profit"),
            fiscal,
            "YS",
        ),
        "2013/14": File(
            text("season,profit", *(f"{y}/{(y + 1) % 100:02},{v}" for y, v in years)),
            ("season", "profit"),
            fiscal,
            "YS",
        ),
        "Jan-13": m(lambda a: f"{a:%b-%y}"),
        "Jan'13": m(lambda a: f"{a:%b}'{a:%y}"),
        "janv. 2013": m(lambda a: f"{FRENCH[a.month - 1]} {a.year}", ";"),
        "janv.-13": m(lambda a: f"{FRENCH[a.month - 1]}-{a:%y}", ";"),
        "Mrz 13": m(lambda a: f"{GERMAN[a.month - 1]} {a:%y}", ";"),
        "Mrz.13": m(lambda a: f"{GERMAN[a.month - 1]}.{a:%y}", ";"),
        "2013M01": m(lambda a: f"{a:%YM%m}"),
        "2013-01-00": m(lambda a: f"{a:%Y_%m}"),
        "201301": m(lambda a: f"{a:%Y%m}"),
        "2013/01": m(lambda a: f"{a:%Y/%m}"),
        "01/2013": m(lambda a: f"{a:%m/%Y}"),
        "January 2013": m(lambda a: f"{a:%B %Y}"),
        "2013 JAN": m(lambda a: f"{a:%Y} {a:%b}".upper()),
        "01.02.13 14:30": File(
            hourly(lambda a, n: f"{half_past(a):%d.%m.%y %H:%M};{n}", "when;flights"),
            H,
            {(half_past(a).isoformat(" "),): n for a, (n, _) in hours().items()},
            "h",
        ),
        "without zeros": h(lambda a: f"{a.month}/{a.day}/{a.year} {a.hour}:{a.minute:02}"),
        "short years, month first": d(lambda a: f"{a.month}/{a.day}/{a:%y}"),
        "AM without a space": h(lambda a: f"{a.month}/{a.day}/{a.year} {a:%I:%M:%S%p}"),
        "a.m.": h(
            lambda a: (
                f"{a:%d/%m/%Y} {int(a.strftime('%I'))}:{a:%M} {'a.m.' if a.hour < 12 else 'p.m.'}"
            )
        ),
        "months in words with AM": h(lambda a: f'"{a:%b} {a.day}, {a.year}, {a:%I:%M:%S %p}"'),
        "Excel's numbers": h(
            lambda a: f"{(a - datetime(1899, 12, 30)) / timedelta(days=1):.6f}",
            "date,flights",
            "date",
        ),
        "Excel's numbers with a comma": File(
            hourly(
                lambda a, n: (
                    f"{f'{(a - datetime(1899, 12, 30)) / timedelta(days=1):.6f}'.replace('.', ',')};{n}"
                ),
                "date;flights",
            ),
            ("date", "flights"),
            of_hours(),
            "h",
        ),
        "Unix seconds": h(lambda a: str(epoch(a)), "timestamp,flights", "timestamp"),
        "Unix seconds with a fraction": File(
            hourly(lambda a, n: f"{epoch(a)}.250,{n}", "timestamp,flights"),
            ("timestamp", "flights"),
            {(f"{a} .250000".replace(" .", "."),): n for a, (n, _) in hours().items()},
            "h",
        ),
        "Unix microseconds": h(
            lambda a: str(epoch(a) * 1_000_000), "timestamp,flights", "timestamp"
        ),
        "Unix nanoseconds": h(
            lambda a: str(epoch(a) * 1_000_000_000), "timestamp,flights", "timestamp"
        ),
        "Unix seconds in a column of another name": h(
            lambda a: str(epoch(a)), "clock,flights", "clock"
        ),
        "offsets over a change of the clock": h(
            lambda a: f"{local(a):%Y-%m-%dT%H:%M:%S}{new_york[a]}"
        ),
        "offsets without a colon": h(
            lambda a: f"{local(a):%Y-%m-%dT%H:%M:%S.000}{new_york[a].replace(':', '')}"
        ),
        "Postgres' offsets": h(lambda a: f"{local(a):%Y-%m-%d %H:%M:%S}{new_york[a][:3]}"),
        "names of zones": h(
            lambda a: f"{local(a):%Y-%m-%d %H:%M:%S} {'EDT' if new_york[a] == '-04:00' else 'EST'}"
        ),
        "UTC behind": h(lambda a: f"{a:%Y-%m-%d %H:%M:%S.000000} UTC"),
        "HTTP's": h(lambda a: f'"{a:%a, %d %b %Y %H:%M:%S} GMT"'),
        "C's": h(lambda a: f"{a:%a %b %d %H:%M:%S %Y}"),
        "Apache's": h(lambda a: f"{a:%d/%b/%Y:%H:%M:%S} +0000"),
        "ISO without signs": h(lambda a: f"{a:%Y%m%dT%H%M%SZ}"),
        "points in an ISO date": h(lambda a: f"{a:%Y.%m.%d %H:%M:%S}"),
        "lines between": h(lambda a: f"{a:%Y-%m-%d_%H-%M-%S}"),
        "SAS": h(lambda a: f"{a:%d%b%Y:%H:%M:%S}".upper()),
        "SAS' days": d(lambda a: f"{a:%d%b%Y}".upper()),
        "a comma before seconds' parts": h(lambda a: f'"{a:%Y-%m-%d %H:%M:%S},000"'),
        "names of the days": d(lambda a: f"{a:%a} {a.month}/{a.day}/{a.year}"),
        "names of the days behind": d(lambda a: f"{a:%m/%d/%Y} ({a:%a})"),
        "January 5th": d(
            lambda a: (
                f'"{a:%B} {a.day}{ ({1: "st", 2: "nd", 3: "rd"}.get(a.day % 10, "th") if a.day not in (11, 12, 13) else "th") }, {a.year}"'
            )
        ),
        "5 janvier": d(lambda a: f"{a.day} {FRENCH[a.month - 1]} {a.year}", ";"),
        "5. Jan. 2013": d(lambda a: f"{a.day}. {GERMAN[a.month - 1]}. {a.year}", ";"),
        "two digits, year last, strokes": d(lambda a: f"{a:%d-%m-%y}"),
    }


@cache
def columns() -> dict[str, File]:
    """Moments in several columns, and what stands beside them."""
    three = [f"{a.year},{a.month},{a.day},{w},{n}" for (a, w), n in days().items()]
    four = [
        f"{k},{a.year},{a.month},{a.day},{a.hour},{n},{t}"
        for k, (a, (n, t)) in enumerate(hours().items(), 1)
    ]
    week = [f"{a.isocalendar()[0]},{a.isocalendar()[1]},{w},{n}" for (a, w), n in weeks().items()]
    quarter = [f"{a.year},Q{(a.month + 2) // 3},{w},{n}" for (a, w), n in quarters().items()]
    plain_quarter = [f"{a.year},{(a.month + 2) // 3},{w},{n}" for (a, w), n in quarters().items()]
    words = [f"{w};{a.year};{a:%B};{n}" for (a, w), n in months().items()]
    doy = [f"{a.year} {a:%j} {w}".replace(" ", ",") + f",{n}" for (a, w), n in days().items()]
    bike = [
        f"{k},{a:%Y-%m-%d},{(a.month % 12) // 3 + 1},0,{a.month},{a.hour},0,{a.weekday()},{n}"
        for k, (a, (n, _)) in enumerate(hours().items(), 1)
    ]
    start = [f"{a:%Y-%m-%d},{a.hour * 100:04},{n}" for a, (n, _) in hours().items()]
    ends = [f"{a:%m/%d/%Y},{a.hour + 1},{n}" for a, (n, _) in hours().items()]
    rows = [f"{a},{w},{n}" for (a, w), n in days().items()]
    return {
        "three columns": File(
            text("year,month,day,place,flights", *three),
            ("year_month_day", "place", "flights"),
            by(days()),
        ),
        "four columns and a number": File(
            text("No,year,month,day,hour,flights,temp", *four),
            ("year_month_day_hour", "flights"),
            of_hours(),
            "h",
            measures=("flights", "temp"),
        ),
        "year and week": File(
            text("Year,Week,Place,Flights", *week),
            ("year_week", "place", "flights"),
            by(weeks()),
            "W",
        ),
        "year and quarter": File(
            text("Year,Quarter,Place,Flights", *quarter),
            ("year_quarter", "place", "flights"),
            by(quarters()),
            "QS",
        ),
        "year and number of the quarter": File(
            text("Year,Quarter,Place,Flights", *plain_quarter),
            ("year_quarter", "place", "flights"),
            by(quarters()),
            "QS",
        ),
        "year and month in words": File(
            text("Place;Year;Month;Flights", *words),
            ("year_month", "place", "flights"),
            by(months()),
            "MS",
        ),
        "year and day of the year": File(
            text("Year,DOY,Place,Flights", *doy), ("year_doy", "place", "flights"), by(days())
        ),
        "bikes": File(
            text("instant,dteday,season,yr,mnth,hr,holiday,weekday,cnt", *bike),
            ("dteday_hr", "cnt"),
            of_hours(),
            "h",
            measures=(),
        ),
        "hours of four digits": File(
            text("Date,Time,Flights", *start), ("date_time", "flights"), of_hours(), "h"
        ),
        "hour ending": File(
            text("Date,Hour Ending,Flights", *ends),
            ("date_hour_ending", "flights"),
            of_hours(),
            "h",
        ),
        "newest first": File(text("day,place,flights", *reversed(rows)), P, by(days())),
        "in no order": File(
            text("day,place,flights", *sorted(rows, key=lambda r: hash(r[::-1]) % 1000)),
            P,
            by(days()),
        ),
        "an index without a name": File(
            text(",day,place,flights", *(f"{k},{r}" for k, r in enumerate(rows))), P, by(days())
        ),
        "R's index": File(
            text('"day","place","flights"', *(f'"{k}",{r}' for k, r in enumerate(rows, 1))),
            P,
            by(days()),
        ),
        "an index in no order": File(
            text(
                "Unnamed: 0,day,place,flights",
                *(f"{k * 7919 % len(rows)},{r}" for k, r in enumerate(rows)),
            ),
            P,
            by(days()),
        ),
    }


@cache
def numbers() -> dict[str, File]:
    """Ways to write figures."""

    def amounts(said: Callable[[float], str], sign: str = ";", places: int = 2) -> File:
        lines = [f"{a:%d.%m.%Y}{sign}{said(value(a))}" for a in FIRST]
        return File(
            text(f"day{sign}amount", *lines),
            ("day", "amount"),
            {(a.isoformat(),): round(value(a), places) for a in FIRST},
        )

    def value(a: date) -> float:
        return (one(a) * 1234.56 - 150_000) * (-1 if a.day % 5 == 0 else 1)

    def words(value: float, minus: str, plus: str = "{}") -> str:
        return (minus if value < 0 else plus).format(german(abs(value)))

    def indian(value: float) -> str:
        whole, part = f"{abs(value):.2f}".split(".")
        head, tail = whole[:-3], whole[-3:]
        pairs = []
        while head:
            pairs.insert(0, head[-2:])
            head = head[:-2]
        return ("-" if value < 0 else "") + ",".join([*pairs, tail]) + "." + part

    nulls = [
        "-",
        "n/a",
        "..",
        "NULL",
        "#N/A",
        "NaN",
        "\\N",
        "(null)",
        "<NA>",
        "None",
        "nan",
        "",
        "missing",
        "x",
        "*",
        "k. A.",
        "#NUM!",
        "—",
        "n. v.",
        "N.A.",
    ]
    known = {(a.isoformat(),): float(one(a)) for k, a in enumerate(FIRST) if k % 4}
    sparse = text(
        "day,flights",
        *(f"{a},{one(a) if k % 4 else nulls[k // 4 % len(nulls)]}" for k, a in enumerate(FIRST)),
    )
    bad = text(
        "day,temp", *(f"{a},{-999 if k % 9 == 4 else one(a) / 8}" for k, a in enumerate(FIRST))
    )
    bad_figures = {(a.isoformat(),): one(a) / 8 for k, a in enumerate(FIRST) if k % 9 != 4}
    codes = text(
        "day;code;flights",
        *(
            f"{a};{['00123', '04711', '12345'][PLACES.index(w)]};{n}"
            for (a, w), n in days().items()
        ),
    )
    code_figures = {
        (a.isoformat(), ["00123", "04711", "12345"][PLACES.index(w)]): n
        for (a, w), n in days().items()
    }
    flags = text(
        "day\tvalue",
        *(
            f"{a}\t{one(a) if k % 3 else f'{one(a)} p' if k % 2 else f'{one(a)} e'}"
            for k, a in enumerate(FIRST)
        ),
    )
    one_a = {(a.isoformat(),): float(one(a)) for a in FIRST}
    halves = {(a.isoformat(),): one(a) / 8 for a in FIRST}
    return {
        "euros": amounts(lambda v: f"{german(v)} €"),
        "euros in front": amounts(lambda v: words(v, "-€ {}", "€ {}")),
        "EUR behind": amounts(lambda v: f"{german(v)} EUR"),
        "a minus behind": amounts(lambda v: words(v, "{}-")),
        "a minus behind the euros": amounts(lambda v: words(v, "{} €-", "{} €")),
        "brackets": amounts(lambda v: words(v, "({})")),
        "brackets around euros": amounts(lambda v: words(v, "({} €)", "{} €")),
        "brackets with a dollar": File(
            text(
                "day,amount",
                *(
                    f'{a},"{f"(${-value(a):,.2f})" if value(a) < 0 else f"${value(a):,.2f}"}"'
                    for a in FIRST
                ),
            ),
            ("day", "amount"),
            {(a.isoformat(),): round(value(a), 2) for a in FIRST},
        ),
        "a plus in front": amounts(lambda v: f"{'+' if v > 0 else ''}{german(v)}"),
        "blanks for thousands": amounts(lambda v: german(v).replace(".", "\u202f")),
        "a true minus": amounts(lambda v: german(v).replace("-", "\u2212")),
        "Swiss": amounts(lambda v: f"CHF {v:,.2f}".replace(",", "’")),
        "Indian": amounts(indian),
        "Soll and Haben": amounts(lambda v: words(v, "{} S", "{} H")),
        "Dr and Cr": amounts(lambda v: f"{abs(v):,.2f} {'Dr' if v < 0 else 'Cr'}"),
        "no digits behind": amounts(lambda v: f"{german(round(v), 0)},-", places=0),
        "apostrophes before text": amounts(lambda v: f"'{german(v)}"),
        "equals in front": File(
            text("day,flights", *(f'{a},"=""{one(a)}"""' for a in FIRST)), D, jfk()
        ),
        "percent with a comma": File(
            text("day;flights", *(f"{a};{german(one(a) / 4)} %" for a in FIRST)),
            D,
            {(a.isoformat(),): one(a) / 4 for a in FIRST},
        ),
        "percent": File(text("day,flights", *(f"{a},{one(a) / 8}%" for a in FIRST)), D, halves),
        "exponents": File(
            text("day,flights", *(f"{a},{one(a) / 8:.6E}" for a in FIRST)), D, halves
        ),
        "a point in front": File(
            text("day,flights", *(f"{a},{str(one(a) / 1000).lstrip('0')}" for a in FIRST)),
            D,
            {(a.isoformat(),): one(a) / 1000 for a in FIRST},
        ),
        "what is not known": File(sparse, D, known),
        "minus 999": File(bad, ("day", "temp"), bad_figures),
        "codes": File(codes, ("day", "code", "flights"), code_figures),
        "marks of a statistics office": File(flags, ("day", "value"), one_a),
        "thousands where figures are large": File(
            text(
                "day\tflights",
                *(f"{a:%d.%m.%Y}\t{german(one(a) * (1 + 20 * (a.day % 3)), 0)}" for a in FIRST),
            ),
            D,
            {(a.isoformat(),): one(a) * (1.0 + 20 * (a.day % 3)) for a in FIRST},
        ),
    }


@cache
def layouts() -> dict[str, File]:
    """Where in a file the table is, and what else is in it."""
    sub: list[str] = []
    for w in PLACES:
        for m in MONTHS:
            sub += [f"{a};{w};{one(a, w)}" for a in FIRST if a.month == m.month]
            sub.append(f"Total {m:%B};{w};{months()[m, w]}")
        sub.append(f"Total {w};;{sum(one(a, w) for a in FIRST)}")
    sub.append(f"Grand Total;;{sum(days().values())}")
    named: list[str] = []
    pivot: list[str] = []
    for w in PLACES:
        named += [f"{w};{a};{one(a, w)}" for a in FIRST]
        named.append(f"{w} Total;;{sum(one(a, w) for a in FIRST)}")
        pivot += [f"{w if not k else ''};{a};{one(a, w)}" for k, a in enumerate(FIRST)]
    with_sub: list[str] = []
    for w in PLACES:
        with_sub += [f"{w if not k else ''};{a};{one(a, w)}" for k, a in enumerate(FIRST)]
        with_sub.append(f"{w} Total;;{sum(one(a, w) for a in FIRST)}")
    by_day: list[str] = []
    for a in FIRST:
        by_day += [f"{a if not k else ''};{w};{one(a, w)}" for k, w in enumerate(PLACES)]
    sap: list[str] = ["Flugliste                 Dynamische Listenausgabe", "", "-" * 40]
    for k, ((a, w), n) in enumerate(days().items()):
        if k % 60 == 0:
            sap += ["-" * 40] if k else []
            sap += ["|BUDAT     |WERKS|       MENGE|ME |", "-" * 40]
        sap.append(f"|{a:%d.%m.%Y}|{w:5}|{german(n):>11}{'-' if k % 7 == 0 else ' '}|ST |")
    sap.append("-" * 40)
    sap_figures = {
        (a.isoformat(), w): -n if k % 7 == 0 else n for k, ((a, w), n) in enumerate(days().items())
    }
    pages: list[str] = []
    for k, ((a, w), n) in enumerate(days().items()):
        if k % 50 == 0:
            pages += [f"ACME Corp;;;\nFlights;;;Page {k // 50 + 1}\n", "Day;Place;Flights"]
        pages.append(f"{a};{w};{n}")
    toa = [
        '"TOA5","CR1000","CR1000","1234","CR1000.Std.32","CPU:prog.CR1","999","Hourly"',
        '"TIMESTAMP","RECORD","Flights_Tot","AirTF_Avg"',
        '"TS","RN","n","Deg F"',
        '"","","Tot","Avg"',
    ]
    toa += [f'"{a:%Y-%m-%d %H:%M:%S}",{k},{n},{t}' for k, (a, (n, t)) in enumerate(hours().items())]
    hobo = [
        '"Plot Title: roof"',
        '"#","Date Time, GMT-05:00","Temp, °F (LGR S/N: 1, SEN S/N: 1)","Coupler Attached"',
    ]
    hobo += [
        f"{k},{a:%m/%d/%y %I:%M:%S %p},{t}," for k, (a, (n, t)) in enumerate(hours().items(), 1)
    ]
    jhu = text(
        "Province/State,Country/Region,Lat,Long,"
        + ",".join(f"{a.month}/{a.day}/{a:%y}" for a in FIRST[:120]),
        *(
            f",{w},{40.5 + k},{-73.25 - k}," + ",".join(str(one(a, w)) for a in FIRST[:120])
            for k, w in enumerate(PLACES)
        ),
    )
    jhu_figures = {(a.isoformat(), w): n for (a, w), n in days().items() if a in FIRST[:120]}
    bank = text(
        '"Series Name","Series Code","Country Name","Country Code",'
        + ",".join(f'"{y} [YR{y}]"' for y in range(1990, 2002)),
        *(
            f'"{s}","{s[:2]}","{w}","{w[:2]}",'
            + ",".join(str(months()[m, w] * f) if m.month % 5 else ".." for m in MONTHS)
            for w in PLACES
            for f, s in ((1, "Flights"), (2, "Double"))
        ),
        "",
        '"Data from database: Indicators"',
        '"Last Updated: 01/05/2014"',
    )
    bank_figures = {
        (f"{1989 + m.month}-01-01", s, w): months()[m, w] * f
        for m in MONTHS
        if m.month % 5
        for w in PLACES
        for f, s in ((1, "Flights"), (2, "Double"))
    }
    fao = text(
        "Area,Item,Unit," + ",".join(f"Y{y},Y{y}F" for y in range(1990, 2002)),
        *(f"{w},Flights,n," + ",".join(f"{months()[m, w]},A" for m in MONTHS) for w in PLACES),
    )
    years = {(f"{1989 + m.month}-01-01", w): n for (m, w), n in months().items()}
    two_keys = text(
        "Region;Product;" + ";".join(f"{m:%d.%m.%Y}" for m in MONTHS),
        *(
            f"{w};{p};" + ";".join(german(months()[m, w] * f) for m in MONTHS)
            for w in PLACES
            for p, f in (("A", 1), ("B", 3))
        ),
    )
    two_figures = {
        (m.isoformat(), w, p): months()[m, w] * f
        for m in MONTHS
        for w in PLACES
        for p, f in (("A", 1), ("B", 3))
    }
    eurostat = text(
        "freq,unit,geo\\TIME_PERIOD\t" + "\t".join(f"{m:%Y-%m} " for m in MONTHS),
        *(
            f"M,NR,{w}\t"
            + "\t".join(
                f"{months()[m, w]} {'p' if m.month == 12 else ''}" if m.month != 3 else ": "
                for m in MONTHS
            )
            for w in PLACES
        ),
    )
    euro_figures = {
        (m.isoformat(), f"M,NR,{w}"): n for (m, w), n in months().items() if m.month != 3
    }
    transposed = text(
        "Measure," + ",".join(f"{m:%b-%y}" for m in MONTHS),
        "JFK flights," + ",".join(str(months()[m, "JFK"]) for m in MONTHS),
        "LGA flights," + ",".join(str(months()[m, "LGA"]) for m in MONTHS),
    )
    trans_figures = {
        (m.isoformat(), f"{w} flights"): months()[m, w] for m in MONTHS for w in ("JFK", "LGA")
    }
    matrix = text(
        "Year," + ",".join(f"{m:%b}" for m in MONTHS),
        *(
            f"{2001 + y}," + ",".join(str(months()[m, PLACES[y % 3]] + y) for m in MONTHS)
            for y in range(9)
        ),
    )
    matrix_figures = {
        (f"{2001 + y}-{m.month:02}-01",): months()[m, PLACES[y % 3]] + y
        for m in MONTHS
        for y in range(9)
    }
    matrix_total = text(
        "Year," + ",".join(f"{m:%b}" for m in MONTHS) + ",Annual",
        *(
            f"{2001 + y},"
            + ",".join(str(months()[m, PLACES[y % 3]] + y) for m in MONTHS)
            + ",99999"
            for y in range(9)
        ),
    )
    paragraphs = text(
        "day,place,comment,flights",
        *(
            f'{a},{w},"Line one,\nline ""two""\tend; {"x" * 400}",{n}'
            for (a, w), n in days().items()
        ),
    )
    tabs = text(
        "day\tplace\tcomment\tflights", *(f'{a}\t{w}\t"a\tb"\t{n}' for (a, w), n in days().items())
    )
    ragged = text(
        "day,place,flights,note",
        *(
            f"{a},{w},{n}" + (",checked" if k % 3 == 0 else "")
            for k, ((a, w), n) in enumerate(days().items())
        ),
    )
    trends = "Category: All categories\n\n" + text(
        "Week,flights: (United States)",
        *(f"{a},{n if n % 5 else '<1'}" for (a, w), n in weeks().items() if w == "JFK"),
    )
    trend_figures = {(a.isoformat(),): n for (a, w), n in weeks().items() if w == "JFK" and n % 5}
    analytics = (
        "# ----------------------------------------\n# All Web Site Data\n# 20130101-20131231\n# ----------------------------------------\n\n"
        + text(
            "Day Index,Sessions",
            *(f'{a.month}/{a.day}/{a:%y},"{one(a) * 11:,}"' for a in FIRST),
            f',"{sum(one(a) * 11 for a in FIRST):,}"',
        )
    )
    repeated = text(
        "day,place,flights",
        *(r for (a, w), n in days().items() for r in [f"{a},{w},{n}"] * (2 if a.day == 7 else 1)),
    )
    stock = text(
        "Date,Open,High,Low,Close,Adj Close,Volume",
        *(
            f"{a},{one(a)}.5,{one(a) + 3}.25,{one(a) - 4}.75,{one(a)}.25,{one(a)}.125,{one(a) * 1000}"
            for a in FIRST
            if a.weekday() < 5
        ),
    )
    stock_figures = {(a.isoformat(),): one(a) * 1000 for a in FIRST if a.weekday() < 5}
    return {
        "subtotals in the column of days": File(
            text("Day;Place;Flights", *sub), P, by(days()), left=40
        ),
        "subtotals named by their group": File(
            text("Place;Day;Flights", *named), P, by(days()), left=3
        ),
        "groups said once": File(text("Place;Day;Flights", *pivot), P, by(days())),
        "groups said once, with subtotals": File(
            text("Place;Day;Flights", *with_sub), P, by(days()), left=3
        ),
        "days said once": File(text("Day;Place;Flights", *by_day), P, by(days())),
        "SAP's list": File(
            "\n".join(sap),
            ("budat", "werks", "menge"),
            sap_figures,
            codec="cp1252",
            left=len(sap) - 3 - 1095 - 1,
        ),
        "pages with their titles": File("\n".join(pages), P, by(days()), left=63),
        "a logger's four lines": File(
            text(*toa),
            ("timestamp", "flights_tot"),
            of_hours(),
            "h",
            measures=("flights_tot", "airtf_avg"),
        ),
        "a logger with commas in its head": File(
            text(*hobo), ("date_time_gmt_05_00", "temp_f_lgr_s_n_1_sen_s_n_1"), of_hours(1), "h"
        ),
        "days as columns, month first": File(
            jhu, ("period", "country_region", "value"), jhu_figures
        ),
        "years in brackets": File(
            bank, ("period", "series_name", "country_name", "value"), bank_figures, "YS", left=2
        ),
        "years with marks beside": File(fao, ("period", "area", "value"), years, "YS"),
        "days as columns, two keys": File(
            two_keys, ("period", "region", "product", "value"), two_figures, "MS"
        ),
        "a statistics office's columns": File(
            eurostat,
            ("period", "freq_unit_geo_time_period", "value"),
            euro_figures,
            "MS",
            name="a.tsv",
        ),
        "figures as rows": File(transposed, ("period", "measure", "value"), trans_figures, "MS"),
        "years down, months across": File(matrix, ("year_month", "value"), matrix_figures, "MS"),
        "years down, months across, a sum": File(
            matrix_total, ("year_month", "value"), matrix_figures, "MS"
        ),
        "long comments": File(paragraphs, P, by(days())),
        "tabs in quotes": File(tabs, P, by(days())),
        "rows that end early": File(ragged, P, by(days())),
        "less than one": File(trends, ("week", "flights_united_states"), trend_figures, "W"),
        "web analytics": File(
            analytics,
            ("day_index", "sessions"),
            {(a.isoformat(),): one(a) * 11 for a in FIRST},
            left=1,
        ),
        "rows twice": File(repeated, P, by(days())),
        "a stock": File(
            stock,
            ("date", "volume"),
            stock_figures,
            "B",
            measures=("open", "high", "low", "close", "adj_close", "volume"),
        ),
    }


@cache
def sources() -> dict[str, File]:
    """Of known places and programs."""
    rows = [(a, w, n) for (a, w), n in days().items()]
    stores = {(a.isoformat(), str(k)): one(a) + k for a in FIRST for k in range(1, 4)}
    of_day = {f"{a}": one(a) for a in FIRST}
    hourly_sums = {
        (datetime(a.year, a.month, a.day, h).isoformat(" "),): 24 * k + h
        for k, a in enumerate(FIRST)
        for h in range(24)
    }
    wide_hours = [
        f"{a}," + ",".join(str(24 * k + h) for h in range(24)) for k, a in enumerate(FIRST)
    ]
    ends = {m: (m + timedelta(days=31)).replace(day=1) - timedelta(days=1) for m in MONTHS}
    squares = {(date.fromisocalendar(2013, k, 1).isoformat(),): k * k for k in range(1, 53)}
    by_quarter = [f"2013-{q},{n}" for q, n in enumerate((11, 22, 33, 44), 1)]
    quarter_figures = {(f"2013-{3 * q - 2:02}-01",): 11 * q for q in range(1, 5)}
    spans = [(q, MONTHS[3 * q : 3 * q + 3]) for q in range(4)]
    head = [x for q, some in spans for x in [*(f"{m:%b %Y}" for m in some), f"Q{q + 1} 2013"]]
    body = {
        w: [
            n
            for _, some in spans
            for n in [*(months()[m, w] for m in some), sum(months()[m, w] for m in some)]
        ]
        for w in PLACES
    }
    statement = [
        "Konto;DE1 / Girokonto;",
        "Von;01.01.2013;",
        "",
        "Buchungstag;Wertstellung;Betrag (EUR);",
    ]
    bordered = [
        "+------------+-------+---------+",
        "| day        | place | flights |",
        "+------------+-------+---------+",
        *(f"| {a} | {w}   | {n:7} |" for a, w, n in rows),
        "+------------+-------+---------+",
    ]
    terminal = [
        "    day     | place | flights ",
        "------------+-------+---------",
        *(f" {a} | {w}   | {n:7}" for a, w, n in rows),
        "(1095 rows)",
    ]
    marked = [
        "| day | place | flights |",
        "|---|---|---:|",
        *(f"| {a} | {w} | {n} |" for a, w, n in rows),
    ]
    with_total = [
        f"{m:%Y-%m},{w},{sum(months()[m, x] for x in PLACES) if w == 'Total' else months()[m, w]}"
        for m in MONTHS
        for w in (*PLACES, "Total")
    ]
    nested = json.dumps(
        {"data": {"items": [{"date": a, "metrics": {"n": n}} for a, n in of_day.items()]}}
    )
    weather = json.dumps(
        {
            "latitude": 52.5,
            "hourly_units": {"time": "iso8601"},
            "hourly": {
                "time": [f"{a:%Y-%m-%dT%H:%M}" for a in hours()],
                "t": [t for _, t in hours().values()],
            },
        }
    )
    return {
        "a bank's statement": File(
            text(*statement, *(f"{a:%d.%m.%Y};{a:%d.%m.%Y};{german(-one(a))};" for a in FIRST)),
            ("buchungstag", "betrag"),
            {(a.isoformat(),): -one(a) for a in FIRST},
        ),
        "days without zeros up to the twelfth": File(
            text(
                "day,n",
                *(
                    f"{a:%d/%m/%Y},{one(a)}"
                    if a.day > 12
                    else f"{a.day}/{a.month}/{a.year},{one(a)}"
                    for a in FIRST
                ),
            ),
            ("day", "n"),
            jfk(),
        ),
        "quarters among months": File(
            text(
                "Place," + ",".join(head) + ",2013",
                *(f"{w}," + ",".join(map(str, n)) + ",999" for w, n in body.items()),
            ),
            ("period", "place", "value"),
            by(months()),
            "MS",
        ),
        "years with a total and a mean": File(
            text("Place,2001,2002,2003,Total,Average", *(f"{w},1,2,3,6,2" for w in PLACES)),
            ("period", "place", "value"),
            {(f"{2000 + k}-01-01", w): k for k in range(1, 4) for w in PLACES},
            "YS",
        ),
        "a series that is the total": File(
            text("month,region,sales", *with_total),
            ("month", "region", "sales"),
            by(months()),
            "MS",
            left=12,
        ),
        "stations by number": File(
            text(
                "station_id,lat,lon,date,temp",
                *(f"{k},{40 + k}.5,-73.{k},{a},{one(a) + k}" for a in FIRST for k in range(1, 4)),
            ),
            ("date", "station_id", "temp"),
            stores,
        ),
        "shops and their days": File(
            text(
                "Store,DayOfWeek,Date,Sales,StateHoliday",
                *(
                    f"{k},{a.isoweekday()},{a},{one(a) + k},0"
                    for a in reversed(FIRST)
                    for k in range(1, 4)
                ),
            ),
            ("date", "store", "sales"),
            stores,
            measures=("dayofweek", "sales", "stateholiday"),
        ),
        "the day's name and the month beside": File(
            text("date,weekday,month,sales", *(f"{a},{a:%A},{a:%B},{one(a)}" for a in FIRST)),
            ("date", "sales"),
            jfk(),
        ),
        "ends of months in words": File(
            text(
                "period ending,place,flights",
                *(f'"{ends[m]:%B %d, %Y}",{w},{n}' for (m, w), n in months().items()),
            ),
            ("period_ending", "place", "flights"),
            {(ends[m].isoformat(), w): n for (m, w), n in months().items()},
            "MS",
        ),
        "weeks that end on Sunday": File(
            text("W/E,Sales", *(f"{a:%d/%m/%Y},{one(a)}" for a in FIRST if a.weekday() == 6)),
            ("w_e", "sales"),
            {(a.isoformat(),): one(a) for a in FIRST if a.weekday() == 6},
            "W",
        ),
        "weeks by their head": File(
            text("week,n", *(f"2013-{k:02},{k * k}" for k in range(1, 53))),
            ("week", "n"),
            squares,
            "W",
        ),
        "a few weeks by their head": File(
            text("week,n", *(f"2013-{k:02},{k * k}" for k in range(1, 11))),
            ("week", "n"),
            {key: n for key, n in squares.items() if n <= 100},
            "W",
        ),
        "weeks without a sign by their head": File(
            text("week,n", *(f"2013{k:02},{k * k}" for k in range(1, 53))),
            ("week", "n"),
            squares,
            "W",
        ),
        "quarters by their head": File(
            text("quarter,n", *by_quarter), ("quarter", "n"), quarter_figures, "QS"
        ),
        "spans of hours beside the day": File(
            text(
                "Date;Time;MW",
                *(
                    f"{a:%d.%m.%Y};{a:%H:%M}-{a + timedelta(hours=1):%H:%M};{n}"
                    for a, (n, _) in hours().items()
                ),
            ),
            ("date_time", "mw"),
            of_hours(),
            "h",
        ),
        "hours as columns by their ends": File(
            text("Date," + ",".join(f"HE{h:02}" for h in range(1, 25)), *wide_hours),
            ("date_hour_ending", "value"),
            hourly_sums,
            "h",
        ),
        "numbered hours as columns": File(
            text("Date," + ",".join(str(h) for h in range(24)), *wide_hours),
            ("date_hour", "value"),
            hourly_sums,
            "h",
        ),
        "a meter": File(
            text(
                "Date;Time;Power;Voltage",
                *(
                    f"{a.day}/{a.month}/{a.year};{a:%H:%M:%S};{n}.216;{'?' if n % 7 == 0 else '234.84'}"
                    for a, (n, _) in hours().items()
                ),
            ),
            ("date_time", "power"),
            {key: n + 0.216 for key, n in of_hours().items()},
            "h",
            measures=("power", "voltage"),
        ),
        "a meter with points in its times": File(
            text(
                "Date;Time;CO(GT);;",
                *(
                    f"{a:%d/%m/%Y};{a:%H.%M.%S};{str(n / 8).replace('.', ',')};;"
                    for a, (n, _) in hours().items()
                ),
                ";;;;",
                ";;;;",
            ),
            ("date_time", "co"),
            {key: n / 8 for key, n in of_hours().items()},
            "h",
        ),
        "blanks around": File(
            text("day , place , flights", *(f"{a} , {w} , {n} " for a, w, n in rows)), P, by(days())
        ),
        "empty lines between": File(
            "\n\n".join(["day,place,flights", *(f"{a},{w},{n}" for a, w, n in rows)]), P, by(days())
        ),
        "MySQL's box": File("\n".join(bordered), P, by(days()), left=2),
        "psql's table": File("\n".join(terminal), P, by(days()), left=2),
        "a table of Markdown": File("\n".join(marked), P, by(days())),
        "objects in a list in an object": File(nested, ("date", "metrics_n"), jfk(), name="a.json"),
        "a weather service": File(weather, ("time", "t"), of_hours(1), "h", name="a.json"),
    }


def opendocument() -> bytes:
    """As LibreOffice keeps it: a title over merged cells, typed cells, repeated ones by their count, a total below."""

    def cell(kind: str, value: str, shown: str) -> str:
        name = {"date": "date-value", "float": "value"}.get(kind)
        typed = f' office:{name}="{value}"' if name else ""
        return f'<table:table-cell office:value-type="{kind}"{typed}><text:p>{shown}</text:p></table:table-cell>'

    def row(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    def words(*texts: str) -> list[str]:
        return [cell("string", each, each) for each in texts]

    blank = '<table:table-cell table:number-columns-repeated="1000"/>'
    body = [
        row(
            *words("Flights of New York"),
            '<table:covered-table-cell table:number-columns-repeated="2"/>',
            blank,
        )
    ]
    body += [
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>',
        row(*words("Day", "Place", "Flights")),
    ]
    body += [
        row(
            cell("date", f"{a}", f"{a:%d.%m.%Y}"),
            *words(w),
            cell("float", str(n), german(n, 0)),
            blank,
        )
        for (a, w), n in days().items()
    ]
    body += [row(*words("Total"), "<table:table-cell/>", cell("float", "1", "1"))]
    spaces = " ".join(
        f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"'
        for each in ("office", "table", "text")
    )
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3"><office:body><office:spreadsheet><table:table table:name="Data">{"".join(body)}</table:table></office:spreadsheet></office:body></office:document-content>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return out.getvalue()


def containers(folder: Path) -> dict[str, File]:
    """Other forms than text."""

    def titled(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("Read me").write_column(
            0, 0, ["About", "These are flights", "of New York"]
        )
        sheet = book.add_worksheet("Data")
        sheet.merge_range(0, 0, 0, 2, "Flights 2013", None)
        sheet.merge_range(1, 0, 1, 2, "in thousands of nothing", None)
        sheet.write_row(3, 0, ["Day", "Place", "Flights"])
        for k, ((a, w), n) in enumerate(days().items(), 4):
            sheet.write_row(k, 0, [f"{a:%d/%m/%Y}", w, n])
        book.add_worksheet("Pivot").write_row(0, 0, ["EWR", 1])

    def hours_sheet(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        day, clock = (
            book.add_format({"num_format": "yyyy-mm-dd"}),
            book.add_format({"num_format": "hh:mm"}),
        )
        sheet.write_row(0, 0, ["Date", "Time", "Flights", "Share"])
        for k, (a, (n, _)) in enumerate(hours().items(), 1):
            sheet.write_datetime(k, 0, datetime(a.year, a.month, a.day), day)
            sheet.write_number(k, 1, (60 * a.hour + a.minute) / 1440, clock)
            sheet.write_row(k, 2, [n, n / 8])

    def groups(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Place", "Month", "Flights"])
        for k, w in enumerate(PLACES):
            sheet.merge_range(1 + 12 * k, 0, 12 + 12 * k, 0, w)
            for j, m in enumerate(MONTHS):
                sheet.write_row(1 + 12 * k + j, 1, [f"{m:%b %Y}", months()[m, w]])

    stamps = pd.DatetimeIndex([*hours()], tz="UTC")
    flights = [n for n, _ in hours().values()]
    pd.DataFrame({"when": stamps, "flights": flights}).to_parquet(
        folder / "zoned.parquet", engine="fastparquet"
    )
    pd.DataFrame(
        {"flights": flights}, index=stamps.tz_convert("America/New_York").rename("when")
    ).to_parquet(folder / "index.parquet", engine="fastparquet")
    nested = "\n".join(
        json.dumps(
            {
                "time": f"{a:%Y-%m-%dT%H:%M:%SZ}",
                "tags": ["a", "b"],
                "device": {"id": "x1", "site": {"name": "JFK"}},
                "values": {"flights": n, "temp": t},
            }
        )
        for a, (n, t) in hours().items()
    )
    pairs = json.dumps(
        {"status": "ok", "data": {"result": [[epoch(a), str(n)] for a, (n, _) in hours().items()]}}
    )
    arrays = json.dumps(
        [["day", "place", "flights"], *([a.isoformat(), w, n] for (a, w), n in days().items())]
    )
    bare = json.dumps([[a.isoformat(), w, n] for (a, w), n in days().items()])
    millis = json.dumps([[epoch(a) * 1000, n] for a, (n, _) in hours().items()])
    keyed = json.dumps({a.isoformat(): {"flights": one(a), "lga": one(a, "LGA")} for a in FIRST})
    simple = json.dumps({a.isoformat(): one(a) for a in FIRST})
    return {
        "titles over a workbook": File(workbook(titled), P, by(days()), name="a.xlsx"),
        "a workbook's dates and times": File(
            workbook(hours_sheet),
            ("date_time", "flights"),
            of_hours(),
            "h",
            name="a.xlsx",
            measures=("flights", "share"),
        ),
        "a workbook with merged groups": File(
            workbook(groups), ("month", "place", "flights"), by(months()), "MS", name="a.xlsx"
        ),
        "Parquet with a zone": File(
            (folder / "zoned.parquet").read_bytes(), H, of_hours(), "h", name="a.parquet"
        ),
        "Parquet with a zone as index": File(
            (folder / "index.parquet").read_bytes(), H, of_hours(), "h", name="a.parquet"
        ),
        "NDJSON within NDJSON": File(
            nested,
            ("time", "values_flights"),
            of_hours(),
            "h",
            name="a.ndjson",
            measures=("values_flights", "values_temp"),
        ),
        "pairs of a monitor": File(pairs, ("column_1", "column_2"), of_hours(), "h", name="a.json"),
        "JSON's lists": File(arrays, P, by(days()), name="a.json"),
        "JSON's lists without a head": File(
            bare, ("column_1", "column_2", "column_3"), by(days()), name="a.json"
        ),
        "JSON's pairs": File(millis, ("column_1", "column_2"), of_hours(), "h", name="a.json"),
        "JSON by day": File(
            keyed, ("key", "flights"), jfk(), name="a.json", measures=("flights", "lga")
        ),
        "JSON's figures by day": File(simple, ("key", "value"), jfk(), name="a.json"),
        "an old workbook": File(
            (Path(__file__).parent / "data" / "flights.xls").read_bytes(), D, jfk(), name="a.xls"
        ),
        "an OpenDocument sheet": File(opendocument(), P, by(days()), name="a.ods", left=1),
        "UTF-16 without a mark": File(
            daily(lambda d, w, n: f"{d:%d.%m.%Y};{w};{n}", "day;place;flights"),
            P,
            by(days()),
            codec="utf-16-le",
        ),
        "DOS letters": File(
            daily(
                lambda d, w, n: (
                    f"{d:%d.%m.%Y};{ {'EWR': 'Köln', 'JFK': 'Nürnberg', 'LGA': 'Fürth'}[w] };{n}"
                ),
                "day;place;flights",
            ),
            P,
            {
                (a.isoformat(), {"EWR": "Köln", "JFK": "Nürnberg", "LGA": "Fürth"}[w]): n
                for (a, w), n in days().items()
            },
            codec="cp850",
        ),
    }


def looked_at(folder: Path, file: File, given: Given | None = None) -> Understood:
    path = folder / file.name
    path.write_bytes(file.data)
    return understand(read_file(path), given or Given(), "UTC", refuse_to_guess)


def figures_of(found: Understood, fields: tuple[str, ...]) -> Figures:
    *keys, figure = fields
    nulls = {None, *next(each.nulls for each in found.rows.columns if each.name == figure)}
    pairs = {
        tuple(str(row[key]) for key in keys): float(row[figure] or "nan")
        for row in found.rows
        if row[figure] not in nulls
    }
    return pairs


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, File]:
    return {
        **times(),
        **columns(),
        **numbers(),
        **layouts(),
        **sources(),
        **containers(tmp_path_factory.mktemp("made")),
    }


def names_of(*groups: Mapping[str, File]) -> list[str]:
    return [name for group in groups for name in group]


CONTAINERS = (
    "titles over a workbook",
    "a workbook's dates and times",
    "a workbook with merged groups",
    "Parquet with a zone",
    "Parquet with a zone as index",
    "NDJSON within NDJSON",
    "pairs of a monitor",
    "JSON's lists",
    "JSON's lists without a head",
    "JSON's pairs",
    "JSON by day",
    "JSON's figures by day",
    "UTF-16 without a mark",
    "DOS letters",
    "an old workbook",
    "an OpenDocument sheet",
)


@pytest.mark.parametrize(
    "name", [*names_of(times(), columns(), numbers(), layouts(), sources()), *CONTAINERS]
)
def test_every_figure_is_at_its_moment_and_in_its_series_and_nothing_is_asked(
    name: str, files: Mapping[str, File], tmp_path: Path
) -> None:
    file = files[name]
    *keys, figure = file.fields
    found = looked_at(tmp_path, file)
    assert figures_of(found, file.fields) == pytest.approx(file.figures, abs=1e-6)
    assert (found.step.freq, found.moment) == (file.freq, keys[0])
    assert set(found.series.series) == set(keys[1:])
    assert {each.column.name for each in found.measures} == set(file.measures or [figure])
    assert (len(found.refused), len(found.left_out)) == (file.refused, file.left)


def test_every_container_is_tried(files: Mapping[str, File], tmp_path: Path) -> None:
    assert set(containers(tmp_path)) == set(CONTAINERS)


def asked_of(content: str, codec: str, folder: Path) -> str:
    file = File(content, D, {}, codec=codec)
    with pytest.raises(InvalidInput) as raised:
        looked_at(folder, file)
    assert raised.value.sentence.code == "intake.open_question"
    return str(raised.value)


def test_thousands_of_a_tab_file_are_asked_for_where_nothing_tells_them_from_decimals(
    tmp_path: Path,
) -> None:
    content = text("day\tflights", *(f"{a:%d.%m.%Y}\t{german(one(a) * 1000, 0)}" for a in FIRST))
    assert "--decimal" in asked_of(content, "utf-8", tmp_path)


def test_letters_of_an_old_mac_are_asked_for_and_its_reading_is_a_choice(tmp_path: Path) -> None:
    named = {"EWR": "Köln", "JFK": "Nürnberg", "LGA": "Fürth"}
    content = daily(lambda d, w, n: f"{d:%d.%m.%Y};{named[w]};{n}", "day;place;flights")
    assert "--encoding mac_roman (Mac Roman: Köln" in asked_of(content, "mac_roman", tmp_path)


def test_a_bank_s_minus_999_is_declared_as_not_known(tmp_path: Path) -> None:
    found = looked_at(tmp_path, numbers()["minus 999"])
    declared = declare(found, "UTC", datetime(2026, 1, 1)).dataset
    assert declared["steps"][0]["columns"]["temp"]["null_values"] == ["-999"]
    assert "'temp' stands for what is not known" in " ".join(map(str, found.notes))


def test_minutes_in_a_column_of_their_own_are_a_part_of_the_moment(tmp_path: Path) -> None:
    moments = [datetime(2013, 1, 1) + timedelta(minutes=15 * n) for n in range(2_000)]
    lines = [f"{m:%Y-%m-%d},{m.hour},{m.minute},{n}" for n, m in enumerate(moments)]
    found = looked_at(tmp_path, File(text("day,hour,minute,load", *lines), D, {}))
    assert found.time_found.moments.tolist() == moments
    assert (found.step.seconds, found.series.series) == (900, ())


def test_seconds_in_a_column_of_their_own_are_refused_and_never_a_series(tmp_path: Path) -> None:
    lines = [
        f"2013-01-{1 + n // 1440:02},{n // 60 % 24},{n % 60},{second},{n}"
        for n in range(2_000)
        for second in (0, 30)
    ]
    with pytest.raises(InvalidInput, match="'second' looks like a part of the moment"):
        looked_at(tmp_path, File(text("day,hour,minute,second,load", *lines), D, {}))


def test_a_remark_here_and_there_is_no_name_of_a_group(tmp_path: Path) -> None:
    lines = [
        f"{a},{w},{n},{f'remark {k}' if k % 3 == 0 else ''}"
        for k, ((a, w), n) in enumerate(days().items())
    ]
    found = looked_at(tmp_path, File(text("day,place,flights,note", *lines), P, {}))
    assert found.rows[1]["note"] is None
    assert found.series.series == ("place",)


DECLARED = {
    "01.02.13 14:30": ["iso", "%d.%m.%y %H:%M"],
    "without zeros": ["iso", "%m/%d/%Y %H:%M"],
    "short years, month first": ["iso", "%m/%d/%y"],
    "AM without a space": ["iso", "%m/%d/%Y %I:%M:%S%p"],
    "Apache's": ["iso", "%d/%b/%Y:%H:%M:%S %z"],
    "janv. 2013": ["iso", "%b. %Y", "%b %Y"],
    "2013Q1": ["iso", "%YQ%q"],
    "Unix nanoseconds": ["iso", "epoch_ns"],
    "names of the days": ["iso", "%a %m/%d/%Y"],
}


@pytest.mark.parametrize("name", DECLARED)
def test_a_declaration_reads_what_others_deliver_in_the_spelling_of_the_file(
    name: str, tmp_path: Path
) -> None:
    file = times()[name]
    found = looked_at(tmp_path, file)
    content = declare(found, "UTC", datetime(2026, 1, 1)).dataset
    spelling = content["steps"][0]["columns"][file.fields[0]]
    assert sorted(spelling["formats"]) == sorted(DECLARED[name])
    (cast, *_) = parse_steps(DatasetDeclaration.model_validate(content))
    assert isinstance(cast, Cast)
    landed = [row[found.moment] for row in found.rows]
    written: list[str | None] = list(found.time_found.parts[0])
    spec = cast.columns[found.moment]
    both = [
        pd.Series(read_moments(cells, spec.to, spec.moment_formats, spec.zone)[0])
        for cells in (landed, written)
    ]
    assert both[0].notna().all()
    assert both[0].tolist() == both[1].tolist()


def test_a_log_of_two_hours_is_taken_for_it_may_grow_and_says_what_models_wait_for(
    tmp_path: Path,
) -> None:
    start = datetime(2013, 1, 1, 5)
    lines = [f"{start + timedelta(seconds=30 * n)},{n}" for n in range(200)]
    found = looked_at(tmp_path, File(text("at,load", *lines), D, {}))
    assert (found.step.seconds, found.step.freq, found.periods) == (30, "1min", 100)
    assert "three days" in " ".join(map(str, found.notes))
    with pytest.raises(InvalidInput, match="2 rows that can be read"):
        looked_at(tmp_path, File(text("at,load", *lines[:2]), D, {}))


def test_days_that_a_program_took_for_months_are_refused(tmp_path: Path) -> None:
    lines = [f"{a:%d/%m/%Y},1" if a.day > 12 else f"{a:%m/%d/%Y},1" for a in FIRST]
    with pytest.raises(InvalidInput, match="the other way round than others, as its order shows"):
        looked_at(tmp_path, File(text("day,n", *lines), D, {}))


def test_a_second_table_below_the_first_is_refused_with_its_line(tmp_path: Path) -> None:
    first = text("day,place,flights", *(f"{a},JFK,{one(a)}" for a in FIRST))
    second = text("day,delay,reason", *(f"{a},{one(a)},7" for a in FIRST))
    with pytest.raises(InvalidInput, match="another table from line 368 on"):
        looked_at(tmp_path, File(f"{first}\n{second}", D, {}))
