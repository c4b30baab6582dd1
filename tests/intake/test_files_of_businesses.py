"""Files as banks, shops, offices and their programs hand them out: each figure at its moment and in its series.

All figures are made here by a rule of their own, and what must come out is told from that rule, not from the file.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.datasets import deliveries_of, read_sources, understand_all
from iop_pipelines.intake.declare import declare
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.reading import Reading, reading_of
from iop_pipelines.intake.rows import read_rows
from iop_pipelines.intake.sources import SourceSpec
from iop_pipelines.intake.understand import Given, Understood, understand
from iop_pipelines.transform.steps import Cast, parse_steps

DAYS = [date(2025, 11, 3) + timedelta(days=n) for n in range(75)]
HOURS = [datetime(2026, 1, 5) + timedelta(hours=n) for n in range(200)]
MONTHS = [date(2023 + n // 12, n % 12 + 1, 1) for n in range(36)]
YEARS = [date(1990 + n, 1, 1) for n in range(30)]
Figures = Mapping[tuple[str, ...], float]


def count(n: int) -> int:
    return (n * 37) % 101 + 20


def amount(n: int) -> float:
    """With cents, some of it in thousands, some below zero."""
    return ((n * 791_951) % 600_000 - 150_000) / 100


def english(number: float, places: int = 2) -> str:
    return f"{number:,.{places}f}"


def german(number: float, places: int = 2) -> str:
    return english(number, places).translate({ord(","): ".", ord("."): ","})


def lines(head: str, *rest: str, end: str = "\n") -> str:
    return end.join([head, *rest]) + end


@dataclass(frozen=True)
class File:
    """`fields`: the names of moment, series and figure; `figures`: what stands there by moment and series.

    measures: the names of all that is watched, where it is not the figure alone.
    notes: codes of sentences that must be told.
    """

    content: str | bytes
    fields: tuple[str, ...]
    figures: Figures
    freq: str = "D"
    name: str = "a.csv"
    codec: str = "utf-8"
    left: int = 0
    measures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def data(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.encode(self.codec)


def by_day(value: Callable[[int], float] = count) -> Figures:
    return {(day.isoformat(),): value(n) for n, day in enumerate(DAYS)}


def by(moments: list[Any], value: Callable[[int], float] = count) -> Figures:
    return {(str(moment),): value(n) for n, moment in enumerate(moments)}


def daily(line: Callable[[date, int], str], head: str) -> str:
    return lines(head, *(line(day, n) for n, day in enumerate(DAYS)))


PLACES = ("North", "South", "West")


def at(n: int, place: int) -> int:
    return (n * 37 + place * 53) % 211 + 10 * place


def by_place(places: tuple[str, ...] = PLACES) -> Figures:
    return {
        (day.isoformat(), name): at(n, k)
        for n, day in enumerate(DAYS)
        for k, name in enumerate(places)
    }


def zipped(members: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@cache
def dialects() -> dict[str, File]:
    """What stands between fields, and how figures are written."""
    rows = [(d, p, at(n, k)) for n, d in enumerate(DAYS) for k, p in enumerate(PLACES)]
    aligned = [f"{'day':<12}{'place':<8}{'visits':>8}"]
    aligned += [f"{d!s:<12}{p:<8}{v:>8}" for d, p, v in rows]
    names = {"North": "North End", "South": "South Side", "West": "West"}
    worded = [f"{'day':<12}{'place':<14}{'visits':>8}"]
    worded += [f"{d!s:<12}{names[p]:<14}{v:>8}" for d, p, v in rows]
    timed = [f"{'date':<11}{'time':<7}{'load':>8}"]
    timed += [f"{m:%Y-%m-%d} {m:%H:%M}  {count(n):>8}" for n, m in enumerate(HOURS)]
    ruled = [aligned[0], f"{'-' * 10:<12}{'-' * 6:<8}{'-' * 8:>8}", *aligned[1:]]
    gaps = [f"{'day':<12}{'load':>8}{'temp':>8}"]
    gaps += [
        f"{d!s:<12}{count(n):>8}{'' if n % 9 == 4 else f'{n % 30}.5':>8}"
        for n, d in enumerate(DAYS)
    ]
    buoy = ["#YY  MM DD hh mm WSPD  WTMP", "#yr  mo dy hr mn m/s   degC"]
    buoy += [
        f"{m:%Y %m %d %H %M} {n % 20 / 2:>4.1f} {'  MM' if n % 11 == 3 else f'{count(n) / 10:>5.1f}'}"
        for n, m in enumerate(HOURS)
    ]
    single = ["day place visits", *(f"{d} {p} {v}" for d, p, v in rows)]
    grouped = lines(
        "day,visitors", *(f'{d},"{english(n * 1000 + 321_101, 0)}"' for n, d in enumerate(DAYS))
    )
    mixed = lines(
        "day,visitors",
        *(
            f'{d},"{english(n * n * 29 + 87, 0)}"' if n * n * 29 > 900 else f"{d},{n * n * 29 + 87}"
            for n, d in enumerate(DAYS)
        ),
    )
    return {
        "aligned by blanks": File("\n".join(aligned), ("day", "place", "visits"), by_place()),
        "aligned by blanks, names of two words": File(
            "\n".join(worded), ("day", "place", "visits"), by_place(tuple(names[p] for p in PLACES))
        ),
        "aligned by blanks, ruled": File("\n".join(ruled), ("day", "place", "visits"), by_place()),
        "aligned by blanks, day and time": File(
            "\n".join(timed), ("date_time", "load"), by(HOURS), "h"
        ),
        "aligned by blanks with gaps": File(
            "\n".join(gaps), ("day", "load"), by_day(), measures=("load", "temp")
        ),
        "aligned by blanks with gaps, the other figure": File(
            "\n".join(gaps),
            ("day", "temp"),
            {(str(d),): n % 30 + 0.5 for n, d in enumerate(DAYS) if n % 9 != 4},
            measures=("load", "temp"),
        ),
        "one blank between": File("\n".join(single), ("day", "place", "visits"), by_place()),
        "a buoy": File(
            "\n".join(buoy),
            ("yy_mm_dd_hh_mm", "wtmp"),
            {(str(m),): count(n) / 10 for n, m in enumerate(HOURS) if n % 11 != 3},
            "h",
            measures=("wspd", "wtmp"),
        ),
        "carets": File(
            "\n".join(["day^place^visits", *(f"{d}^{p}^{v}" for d, p, v in rows)]),
            ("day", "place", "visits"),
            by_place(),
        ),
        "tildes": File(
            "\n".join(["day~place~visits", *(f"{d}~{p}~{v}" for d, p, v in rows)]),
            ("day", "place", "visits"),
            by_place(),
        ),
        "thousands in quotes": File(
            grouped,
            ("day", "visitors"),
            by_day(lambda n: n * 1000 + 321_101),
            notes=("intake.note_thousands",),
        ),
        "thousands in quotes where they are": File(
            mixed, ("day", "visitors"), by_day(lambda n: n * n * 29 + 87)
        ),
        "1.2k and 3.4M": File(
            daily(lambda d, n: f"{d},{['850', '1.2k', '3.4M', '12k'][n % 4]}", "day,followers"),
            ("day", "followers"),
            by_day(lambda n: (850, 1200, 3_400_000, 12_000)[n % 4]),
            notes=("intake.note_scales",),
        ),
        "$1.2K": File(
            daily(lambda d, n: f"{d},${count(n) / 10:.1f}K", "day,revenue"),
            ("day", "revenue"),
            by_day(lambda n: count(n) * 100),
        ),
        "1,2 Mio. €": File(
            daily(lambda d, n: f"{d:%d.%m.%Y};{german(count(n) / 10, 1)} Mio. €", "Tag;Umsatz"),
            ("tag", "umsatz"),
            by_day(lambda n: count(n) * 100_000),
        ),
        "3,4 Tsd.": File(
            daily(lambda d, n: f"{d:%d.%m.%Y};{german(count(n) / 10, 1)} Tsd.", "Tag;Umsatz"),
            ("tag", "umsatz"),
            by_day(lambda n: count(n) * 100),
        ),
    }


@cache
def years() -> dict[str, File]:
    """Days without a year, where it is known all the same."""
    one = [date(2025, 1, 1) + timedelta(days=n) for n in range(200)]
    figures = by(one)
    short = lines("day,visits", *(f"{d:%d-%b},{count(n)}" for n, d in enumerate(one)))
    words = lines("day,visits", *(f"{d:%b} {d.day},{count(n)}" for n, d in enumerate(one)))
    return {
        "13-Jan with the year in the name": File(
            short, ("day", "visits"), figures, name="sales 2025.csv"
        ),
        "Jan 13 with the year in the name": File(
            words, ("day", "visits"), figures, name="sales_2025.csv"
        ),
        "13-Jan below a title": File("Visits of 2025\n" + short, ("day", "visits"), figures),
        "13-Jan beside its year": File(
            lines("year,day,visits", *(f"2025,{d:%d-%b},{count(n)}" for n, d in enumerate(one))),
            ("day", "visits"),
            figures,
        ),
        "13.01. with the year in the name": File(
            lines("Tag;Besuche", *(f"{d:%d.%m.};{count(n)}" for n, d in enumerate(one))),
            ("tag", "besuche"),
            figures,
            name="Besuche_2025.csv",
        ),
    }


@cache
def totals() -> dict[str, File]:
    """Rows that only add up others."""
    rows, euros = [], []
    for n, d in enumerate(DAYS):
        own = [(p, at(n, k)) for k, p in enumerate(PLACES)]
        rows += [f"{d},{p},{v}" for p, v in own] + [f"{d},All regions,{sum(v for _, v in own)}"]
        euros += [f"{d},{p},{v / 3:.2f}" for p, v in own] + [
            f"{d},Everywhere,{sum(v for _, v in own) / 3:.2f}"
        ]
    third = {key: round(v / 3, 2) for key, v in by_place().items()}
    return {
        "All regions": File(
            lines("day,region,visits", *rows),
            ("day", "region", "visits"),
            by_place(),
            left=75,
            notes=("intake.note_sum_of_series",),
        ),
        "sums to the cent": File(
            lines("day,region,sales", *euros),
            ("day", "region", "sales"),
            third,
            left=75,
            notes=("intake.note_sum_of_series",),
        ),
    }


@cache
def banks() -> dict[str, File]:
    sparkasse = daily(
        lambda d, n: (
            f'"DE12500105170648489890";"{d:%d.%m.%y}";"{d:%d.%m.%y}";"LASTSCHRIFT";"Rechnung {n}";"Firma";"{german(amount(n)).replace(".", "")}";"EUR";"Umsatz gebucht"'
        ),
        '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Beguenstigter/Zahlungspflichtiger";"Betrag";"Waehrung";"Info"',
    )
    dkb = (
        '"Girokonto";"DE12500105170648489890"\n""\n"Kontostand vom 31.01.2026:";"1.234,56 €"\n""\n'
        + daily(
            lambda d, n: (
                f'"{d:%d.%m.%y}";"{d:%d.%m.%y}";"Gebucht";"Firma";"Laden {n}";"Miete";"Ausgang";"{german(amount(n))} €"'
            ),
            '"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"Betrag (€)"',
        )
    )
    ing = (
        "Umsatzanzeige;Datei erstellt am: 01.02.2026 10:11\n\nIBAN;DE12 5001 0517\nKontoname;Girokonto\nSaldo;1.234,56;EUR\n\n"
        + daily(
            lambda d, n: (
                f"{d:%d.%m.%Y};{d:%d.%m.%Y};Laden;Lastschrift;Rechnung {n};{german(amount(n + 7))};EUR;{german(amount(n))};EUR"
            ),
            "Buchung;Wertstellungsdatum;Auftraggeber/Empfänger;Buchungstext;Verwendungszweck;Saldo;Währung;Betrag;Währung",
        )
    )
    chase = daily(
        lambda d, n: (
            f'{"DEBIT" if amount(n) < 0 else "CREDIT"},{d:%m/%d/%Y},"SHOP {n}",{amount(n):.2f},ACH,{amount(n + 7):.2f},,'
        ),
        "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #",
    )
    quoted = "\n".join(
        [
            "Date,Description,Paid out,Paid in",
            *(
                f'"{d:%d %b %Y}","Shop {n}","{"" if amount(n) > 0 else "£" + english(-amount(n))}","{"£" + english(amount(n)) if amount(n) > 0 else ""}"'
                for n, d in enumerate(DAYS)
            ),
        ]
    )
    french = (
        "Code de la banque : 30002;;;\nDate de début de téléchargement : 03/11/2025;;;\nDate de fin : 16/01/2026;;;\n"
        + daily(
            lambda d, n: (
                f"{d:%d/%m/%Y};{n + 1000};VIREMENT {n};{german(amount(n)).replace('.', ' ') if amount(n) < 0 else ''};{german(amount(n)).replace('.', ' ') if amount(n) > 0 else ''}"
            ),
            "Date;Numéro d'opération;Libellé;Débit;Crédit",
        )
    )
    stripe = daily(
        lambda d, n: (
            f"po_{n:04}x,{d} 12:30,{d + timedelta(days=2)} 00:00,eur,{english(amount(n)).replace(',', '')},{abs(amount(n)) / 50:.2f}"
        ),
        "id,Created (UTC),Arrival Date (UTC),Currency,Amount,Fee",
    )
    positive = {k: v for k, v in by_day(amount).items() if v > 0}
    return {
        "Sparkasse": File(sparkasse, ("buchungstag", "betrag"), by_day(amount)),
        "DKB": File(dkb, ("buchungsdatum", "betrag"), by_day(amount)),
        "ING": File(
            ing,
            ("buchung", "betrag"),
            by_day(amount),
            measures=("betrag", "saldo"),
            codec="latin-1",
        ),
        "Chase": File(
            chase, ("posting_date", "amount"), by_day(amount), measures=("amount", "balance")
        ),
        "paid out and paid in": File(
            quoted, ("date", "paid_in"), positive, measures=("paid_in", "paid_out")
        ),
        "French": File(
            french, ("date", "credit"), positive, measures=("credit", "debit"), codec="latin-1"
        ),
        "Stripe": File(
            stripe,
            ("created", "amount"),
            {(f"{d} 12:30:00",): amount(n) for n, d in enumerate(DAYS)},
            measures=("amount", "fee"),
        ),
    }


@cache
def programs() -> dict[str, File]:
    ga = (
        "# ----------------------------------------\n# Report snapshot\n# Account: shop\n# Start date: 20251103\n# End date: 20260116\n# ----------------------------------------\n"
        + daily(lambda d, n: f"{d:%Y%m%d},{count(n)},{count(n + 3)}", "Date,Active users,New users")
    )
    ads = (
        'Campaign report\n"3 November 2025 - 16 January 2026"\n'
        + daily(
            lambda d, n: (
                f'{d},Brand,EUR,"{english(abs(amount(n)))}",{count(n)},{count(n) / 7:.2f}%'
            ),
            "Day,Campaign,Currency code,Cost,Clicks,CTR",
        )
        + 'Total: Account, --,EUR,"123,456.00",9999,3.21%\n'
    )
    aws = "Service,EC2($),S3($)\nService total,1234.5,77.25\n" + "".join(
        f"{d},{abs(amount(n)):.2f},{count(n) / 4:.2f}\n" for n, d in enumerate(DAYS)
    )
    tube = "Date,Views,Watch time (hours)\nTotal,99999,1234.5\n" + "".join(
        f"{d},{count(n)},{count(n) / 8:.4f}\n" for n, d in enumerate(DAYS)
    )
    square = daily(
        lambda d, n: (
            f'{d:%m/%d/%y},{n % 12 + 8:02}:15:00,Eastern Time (US & Canada),"${english(abs(amount(n)))}",$0.00,"${english(abs(amount(n)))}",{count(n)}'
        ),
        "Date,Time,Time Zone,Gross Sales,Discounts,Net Sales,Items",
    )
    forms = daily(lambda d, n: f"{d:%Y/%m/%d} 9:12:33 AM GMT+1,{count(n)}", "Timestamp,How many?")
    bird = daily(lambda d, n: f"{d:%a %b %d} 10:22:00 +0000 {d:%Y},{count(n)}", "created_at,likes")
    java = daily(lambda d, n: f"{d}T08:30:00+01:00[Europe/Berlin],{count(n)}", "when,n")
    db2 = daily(lambda d, n: f"{d}-10.22.33.123456,{count(n)}", "when,n")
    oracle = daily(
        lambda d, n: f"{d:%d-%b-%y} 10.22.33.000000 AM,{count(n)}".upper(), "when,n"
    ).replace("WHEN", "when")
    mssql = daily(lambda d, n: f"{d:%b} {d.day:>2} {d.year} 10:22AM,{count(n)}", "when,n")
    net = "\n".join(
        json.dumps(
            {
                "when": f"/Date({int((datetime(d.year, d.month, d.day, 10) - datetime(1970, 1, 1)).total_seconds() * 1000)})/",
                "n": count(n),
            }
        )
        for n, d in enumerate(DAYS)
    )
    mongo = "\n".join(
        json.dumps({"ts": {"$date": f"{d}T10:00:00Z"}, "n": {"$numberLong": str(count(n))}})
        for n, d in enumerate(DAYS)
    )
    influx = (
        "#group,false,false,true,true,false,false,true,true\n#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string\n#default,_result,,,,,,,\n,result,table,_start,_stop,_time,_value,_field,_measurement\n"
        + "".join(
            f",,0,2026-01-01T00:00:00Z,2026-01-31T00:00:00Z,{m:%Y-%m-%dT%H:%M:%SZ},{count(n) / 4},usage,cpu\n"
            for n, m in enumerate(HOURS)
        )
    )
    paypal = daily(
        lambda d, n: (
            f'"{d:%d/%m/%Y}","{n % 12 + 8:02}:15:00","CET","Shop","Express Checkout","EUR","{german(amount(n))}","-0,35"'
        ),
        '"Date","Time","TimeZone","Name","Type","Currency","Gross","Fee"',
    )
    fb = daily(
        lambda d, n: f"{d},{d},Campaign A,{count(n)},{count(n) / 3:.2f}",
        "Reporting starts,Reporting ends,Campaign name,Reach,Amount spent (EUR)",
    )
    hass = "entity_id,state,last_changed\n" + "".join(
        f"sensor.power,{count(n)}.5,{m:%Y-%m-%dT%H:%M:%S}.000Z\n" for n, m in enumerate(HOURS)
    )
    grafana = '"Time","server-1","server-2"\n' + "".join(
        f"{m},{count(n)} %,{count(n + 5)} %\n" for n, m in enumerate(HOURS)
    )
    entsoe = '"MTU (CET/CEST)","Area","Day-ahead Price (EUR/MWh)"\n' + "".join(
        f'"{m:%d/%m/%Y %H:%M:%S} - {m + timedelta(hours=1):%d/%m/%Y %H:%M:%S}","BZN|DE-LU","{amount(n):.2f}"\n'
        for n, m in enumerate(HOURS)
    )
    smard = "\ufeffDatum von;Datum bis;Netzlast [MWh] Originalauflösungen\n" + "".join(
        f"{m:%d.%m.%Y %H:%M};{m + timedelta(hours=1):%d.%m.%Y %H:%M};{german(count(n) * 1000 + 0.25)}\n"
        for n, m in enumerate(HOURS)
    )
    quarter = {(str(m),): count(n) / 4 for n, m in enumerate(HOURS)}
    return {
        "Google Analytics": File(
            ga, ("date", "active_users"), by_day(), measures=("active_users", "new_users")
        ),
        "Google Ads": File(
            ads, ("day", "clicks"), by_day(), measures=("cost", "clicks", "ctr"), left=1
        ),
        "a cloud's costs": File(
            aws,
            ("service", "s3"),
            by_day(lambda n: round(count(n) / 4, 2)),
            measures=("ec2", "s3"),
            left=1,
        ),
        "a video platform": File(
            tube, ("date", "views"), by_day(), measures=("views", "watch_time"), left=1
        ),
        "a till": File(
            square,
            ("date_time", "items"),
            {(f"{d} {n % 12 + 8:02}:15:00",): count(n) for n, d in enumerate(DAYS)},
            measures=("gross_sales", "discounts", "net_sales", "items"),
        ),
        "answers of a form": File(
            forms,
            ("timestamp", "how_many"),
            {(f"{d} 08:12:33",): count(n) for n, d in enumerate(DAYS)},
        ),
        "a bird's days": File(
            bird,
            ("created_at", "likes"),
            {(f"{d} 10:22:00",): count(n) for n, d in enumerate(DAYS)},
        ),
        "Java's zones": File(
            java, ("when", "n"), {(f"{d} 07:30:00",): count(n) for n, d in enumerate(DAYS)}
        ),
        "DB2": File(
            db2, ("when", "n"), {(f"{d} 10:22:33.123456",): count(n) for n, d in enumerate(DAYS)}
        ),
        "Oracle": File(
            oracle, ("when", "n"), {(f"{d} 10:22:33",): count(n) for n, d in enumerate(DAYS)}
        ),
        "SQL Server": File(
            mssql, ("when", "n"), {(f"{d} 10:22:00",): count(n) for n, d in enumerate(DAYS)}
        ),
        ".NET's JSON": File(
            net,
            ("when", "n"),
            {(f"{d} 10:00:00",): count(n) for n, d in enumerate(DAYS)},
            name="a.json",
        ),
        "Mongo's JSON": File(
            mongo,
            ("ts_date", "n_numberlong"),
            {(f"{d} 10:00:00",): count(n) for n, d in enumerate(DAYS)},
            name="a.json",
        ),
        "Influx": File(influx, ("time", "value"), quarter, "h", measures=("table", "value")),
        "PayPal": File(
            paypal,
            ("date_time", "gross"),
            {(f"{d} {n % 12 + 8:02}:15:00",): amount(n) for n, d in enumerate(DAYS)},
            measures=("gross", "fee"),
        ),
        "advertisements": File(
            fb, ("reporting_starts", "reach"), by_day(), measures=("reach", "amount_spent")
        ),
        "a home's sensors": File(
            hass,
            ("last_changed", "state"),
            {(str(m),): count(n) + 0.5 for n, m in enumerate(HOURS)},
            "h",
        ),
        "a chart's figures": File(
            grafana, ("time", "server_1"), by(HOURS), "h", measures=("server_1", "server_2")
        ),
        "a power exchange": File(entsoe, ("mtu", "day_ahead_price"), by(HOURS, amount), "h"),
        "a network's load": File(
            smard,
            ("datum_von", "netzlast_mwh_originalauflosungen"),
            by(HOURS, lambda n: count(n) * 1000 + 0.25),
            "h",
        ),
    }


@cache
def offices() -> dict[str, File]:
    bank_wide = (
        "Country Name,Country Code,Indicator Name,Indicator Code,"
        + ",".join(str(y.year) for y in YEARS)
        + "\n"
        + "".join(
            f'{name},{code},"GDP (current US$)",NY.GDP.MKTP.CD,'
            + ",".join(f"{at(n, k)}.5" for n in range(30))
            + "\n"
            for k, (name, code) in enumerate((("Ghana", "GHA"), ("Kenya", "KEN"), ("Togo", "TGO")))
        )
    )
    who = "IndicatorCode,Indicator,Location,Period,Dim1,FactValueNumeric,Value\n" + "".join(
        f'WHS,"Life expectancy",{name},{y.year},{sex},{at(n, 3 * k + j)}.25,"{at(n, 3 * k + j)}.25 [1.0-2.0]"\n'
        for k, name in enumerate(("Ghana", "Kenya"))
        for n, y in enumerate(YEARS)
        for j, sex in enumerate(("Both sexes", "Female", "Male"))
    )
    insee = (
        '"Libellé";"idBank";"Dernière mise à jour";"Période";'
        + ";".join(f'"{m:%Y-%m}"' for m in MONTHS)
        + "\n"
        + "".join(
            f'"Indice {name}";"00176{k}234";"13/01/2026";"";'
            + ";".join(f'"{german(at(n, k) + 0.5, 1)}"' for n in range(36))
            + "\n"
            for k, name in enumerate(("ensemble", "tabac"))
        )
    )
    ghcn = daily(
        lambda d, n: (
            f'"USW00094728","NY CITY CENTRAL PARK, NY US","{d}","{n % 7 / 10:.2f}","{count(n) - 60}"'
        ),
        '"STATION","NAME","DATE","PRCP","TMAX"',
    )
    sdmx = "DATAFLOW,LAST UPDATE,freq,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n" + "".join(
        f"ESTAT:X(1.0),26/01/26 11:00:00,M,I15,{geo},{m:%Y-%m},{at(n, k)}.5,\n"
        for k, geo in enumerate(("DE", "FR"))
        for n, m in enumerate(MONTHS)
    )
    ledger = "\n".join(
        ["Datum;Beleg;Text;Einnahmen;Ausgaben;Bestand", "01.11.2025;;Übertrag;;;500,00"]
        + [
            f"{d:%d.%m.%Y};{n};Kasse;{german(count(n))};;{german(count(n) + 500)}"
            for n, d in enumerate(DAYS)
        ]
    )
    meter = lines(
        "Zählpunkt;Datum;Uhrzeit;Wirkarbeit (kWh);Status",
        *(
            f"DE0001;{m:%d.%m.%Y};{m:%H:%M};{german(count(n) / 40, 3)};W"
            for n, m in enumerate(HOURS)
        ),
    )
    return {
        "the World Bank's columns": File(
            bank_wide,
            ("period", "country_name", "value"),
            {
                (str(y), name): at(n, k) + 0.5
                for k, name in enumerate(("Ghana", "Kenya", "Togo"))
                for n, y in enumerate(YEARS)
            },
            "YS",
        ),
        "WHO": File(
            who,
            ("period", "location", "dim1", "factvaluenumeric"),
            {
                (str(y), name, sex): at(n, 3 * k + j) + 0.25
                for k, name in enumerate(("Ghana", "Kenya"))
                for n, y in enumerate(YEARS)
                for j, sex in enumerate(("Both sexes", "Female", "Male"))
            },
            "YS",
        ),
        "INSEE": File(
            insee,
            ("period", "libelle", "value"),
            {
                (str(m), f"Indice {name}"): at(n, k) + 0.5
                for k, name in enumerate(("ensemble", "tabac"))
                for n, m in enumerate(MONTHS)
            },
            "MS",
        ),
        "a weather station": File(
            ghcn, ("date", "tmax"), by_day(lambda n: count(n) - 60), measures=("prcp", "tmax")
        ),
        "SDMX": File(
            sdmx,
            ("time_period", "geo", "obs_value"),
            {
                (str(m), geo): at(n, k) + 0.5
                for k, geo in enumerate(("DE", "FR"))
                for n, m in enumerate(MONTHS)
            },
            "MS",
        ),
        "a cash book": File(
            ledger, ("datum", "einnahmen"), by_day(), measures=("einnahmen", "bestand")
        ),
        "meter readings": File(
            meter, ("datum_uhrzeit", "wirkarbeit"), by(HOURS, lambda n: count(n) / 40), "h"
        ),
    }


def looked_at(folder: Path, file: File, given: Given | None = None) -> Understood:
    path = folder / file.name
    path.write_bytes(file.data)
    return understand(read_file(path), given or Given(), "UTC", refuse_to_guess)


def figures_of(found: Understood, fields: tuple[str, ...]) -> Figures:
    *keys, figure = fields
    return {
        tuple(str(row[key]) for key in keys): float(row[figure] or "nan")
        for row in found.rows
        if row[figure] is not None
    }


FILES: Mapping[str, File] = {
    **dialects(),
    **years(),
    **totals(),
    **banks(),
    **programs(),
    **offices(),
}


@pytest.mark.parametrize("name", FILES)
def test_every_figure_is_at_its_moment_and_in_its_series_and_nothing_is_asked(
    name: str, tmp_path: Path
) -> None:
    file = FILES[name]
    *keys, figure = file.fields
    found = looked_at(tmp_path, file)
    assert figures_of(found, file.fields) == pytest.approx(file.figures, abs=1e-6)
    assert found.moment == keys[0]
    assert set(found.series.series) == set(keys[1:])
    assert {each.column.name for each in found.measures} == set(file.measures or [figure])
    assert (len(found.refused), len(found.left_out)) == (0, file.left)
    assert found.step.freq == file.freq
    assert set(file.notes) <= {note.code for note in found.notes}


def test_debit_and_credit_without_a_sign_are_two_series(tmp_path: Path) -> None:
    content = daily(
        lambda d, n: f"{d:%d.%m.%Y};{german(abs(amount(n)))};{'S' if amount(n) < 0 else 'H'}",
        "Datum;Umsatz;Soll/Haben-Kennzeichen",
    )
    found = looked_at(tmp_path, File(content, (), {}))
    assert found.series.series == ("soll_haben_kennzeichen",)
    assert figures_of(found, ("datum", "soll_haben_kennzeichen", "umsatz")) == {
        (str(d), "S" if amount(n) < 0 else "H"): abs(amount(n)) for n, d in enumerate(DAYS)
    }


def test_several_currencies_are_never_put_together(tmp_path: Path) -> None:
    money = ("EUR", "USD", "GBP")
    content = daily(lambda d, n: f"{d},{money[n % 3]},{count(n)}.25", "Date,Currency,Amount")
    found = looked_at(tmp_path, File(content, (), {}))
    assert (found.series.series, found.series.count) == (("currency",), 3)
    many = lines(
        "Date,Shop,Currency,Amount",
        *(f"{d},{k},{money[k % 3]},{count(n)}" for n, d in enumerate(DAYS) for k in (1, 2, 2, 3)),
    )
    assert looked_at(tmp_path, File(many, (), {})).series.series == ("currency",)


def test_how_long_something_took_is_no_time_of_day(tmp_path: Path) -> None:
    content = daily(lambda d, n: f"{d},{count(n)},00:{n % 60:02}:{n % 50:02}", "day,visits,avg")
    found = looked_at(tmp_path, File(content, (), {}))
    assert figures_of(found, ("day", "visits")) == by_day()


@pytest.mark.parametrize("said", ["{:%H.%M} Uhr", "{:%H}h{:%M}"])
def test_times_of_day_are_read_with_their_word(said: str, tmp_path: Path) -> None:
    rows = [f"{m:%d.%m.%Y};{said.format(m, m)};{count(n)}" for n, m in enumerate(HOURS)]
    found = looked_at(tmp_path, File(lines("Tag;Uhrzeit;kW", *rows), (), {}))
    assert figures_of(found, ("tag_uhrzeit", "kw")) == by(HOURS)


def refusal_of(folder: Path, content: str | bytes, name: str = "a.csv") -> str:
    with pytest.raises(InvalidInput) as raised:
        looked_at(folder, File(content, (), {}, name=name))
    return raised.value.sentence.code


OPEN = {
    "a comma that may be both, in a country of decimal commas": (
        daily(lambda d, n: f'{d:%d.%m.%Y},"{n % 7 + 1},{100 + n}"', "Tag,Preis"),
        "a.csv",
        "intake.open_question",
    ),
    "days without a year": (
        daily(lambda d, n: f"{d:%d-%b},{count(n)}", "day,n"),
        "a.csv",
        "intake.no_year",
    ),
    "days over a new year": (
        daily(lambda d, n: f"{d:%d-%b},{count(n)}", "day,n"),
        "sales 2025.csv",
        "intake.over_new_year",
    ),
    "days after the day of the export": (
        daily(
            lambda d, n: f"{d.replace(month=9 + n // 30, day=n % 30 + 1):%d-%b},{count(n)}", "day,n"
        ),
        "export 2026-01-31.csv",
        "intake.over_new_year",
    ),
    "January 10, or January of 2010": (
        lines("day,n", *(f"Jan {n},{count(n)}" for n in range(10, 32))),
        "sales 2025.csv",
        "intake.day_or_year",
    ),
    "two years in the name": (
        lines("day,n", *(f"{n}-Jan,{count(n)}" for n in range(1, 32))),
        "sales 2024-2025.csv",
        "intake.no_year",
    ),
    # Which month a fiscal year begins with, no file says.
    "quarters of fiscal years": (
        lines("quarter,n", *(f"Q{n % 4 + 1} FY{2015 + n // 4},{count(n)}" for n in range(40))),
        "a.csv",
        "intake.fiscal_periods",
    ),
    "posting periods": (
        lines("period;n", *(f"{m.month:03}.{m.year};{count(n)}" for n, m in enumerate(MONTHS))),
        "a.csv",
        "intake.fiscal_periods",
    ),
    # Kelvin, or thousands.
    "K behind every figure": (
        daily(lambda d, n: f"{d},{280 + n % 9}K", "day,sky"),
        "a.csv",
        "intake.no_measure",
    ),
    # Tenors of a bond, or millions.
    "M behind every figure": (
        daily(lambda d, n: f"{d},{n % 12 + 1}M", "day,tenor"),
        "a.csv",
        "intake.no_measure",
    ),
    "prose": (
        "Dear all,\nplease find the figures below.\nThey were made by hand.\nBest wishes\n",
        "a.txt",
        "intake.ragged",
    ),
    "a moment and nothing else": (
        lines("day", *(f"{d}" for d in DAYS)),
        "a.txt",
        "intake.one_column",
    ),
}


@pytest.mark.parametrize("kind", OPEN)
def test_what_nothing_decides_is_asked_or_refused_with_the_way_out(
    kind: str, tmp_path: Path
) -> None:
    content, name, code = OPEN[kind]
    assert refusal_of(tmp_path, content, name) == code


def test_a_balance_is_no_total_of_the_two_series_it_is_made_of(tmp_path: Path) -> None:
    rows = [
        f"{d},{name},{value}"
        for n, d in enumerate(DAYS)
        for name, value in (
            ("assets", at(n, 0) + at(n, 1)),
            ("debt", at(n, 0)),
            ("equity", at(n, 1)),
        )
    ]
    found = looked_at(tmp_path, File(lines("day,account,balance", *rows), (), {}))
    assert (len(found.rows), found.left_out, found.sums) == (len(rows), [], {})


def test_a_sum_that_is_off_by_more_than_its_rounding_is_a_series(tmp_path: Path) -> None:
    rows: list[str] = []
    for n, d in enumerate(DAYS):
        own = [at(n, k) for k in range(3)]
        rows += [f"{d},{p},{v}" for p, v in zip(PLACES, own, strict=True)]
        rows.append(f"{d},All regions,{sum(own) + (n == 50)}")
    found = looked_at(tmp_path, File(lines("day,region,visits", *rows), (), {}))
    assert (len(found.rows), found.sums) == (len(rows), {})


def month(number: int, head: str = "day,visits") -> str:
    return lines(head, *(f"2026-{number:02}-{d:02},{100 * number + d}" for d in range(1, 29)))


def test_a_zip_file_of_one_shape_is_one_dataset_and_each_member_a_delivery(tmp_path: Path) -> None:
    members = {f"{n}.csv": month(n) for n in (1, 2, 3)}
    content = zipped({**members, "README.txt": "Made by hand.", "__MACOSX/._1.csv": "x"})
    found = looked_at(tmp_path, File(content, (), {}, name="visits.zip"))
    assert found.name == "visits"
    assert figures_of(found, ("day", "visits")) == {
        (f"2026-{m:02}-{d:02}",): 100 * m + d for m in (1, 2, 3) for d in range(1, 29)
    }
    assert [str(each.first.date()) for each in deliveries_of(found)] == [
        "2026-01-01",
        "2026-02-01",
        "2026-03-01",
    ]
    assert [note.values["member"] for note in found.notes if note.code == "intake.note_member"] == [
        "README.txt"
    ]


def test_a_member_of_another_shape_is_named_and_left_out(tmp_path: Path) -> None:
    content = zipped({"1.csv": month(1), "2.csv": month(2), "staff.csv": month(3, "day,heads")})
    found = looked_at(tmp_path, File(content, (), {}, name="visits.zip"))
    assert len(found.rows) == 56
    (note,) = [note for note in found.notes if note.code == "intake.note_member"]
    assert (note.values["member"], str(note.values["why"]).split(":")[0]) == (
        "staff.csv",
        str(Sentence("intake.other_shape")),
    )


def test_a_zip_file_of_different_tables_is_refused_with_their_names(tmp_path: Path) -> None:
    content = zipped({"1.csv": month(1), "staff.csv": month(3, "day,heads")})
    path = tmp_path / "visits.zip"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"2 shapes.*1\.csv; staff\.csv.*unpack it"):
        read_file(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [("4.csv", month(4, "day,count")), ("4.txt", month(4, "day,count")), ("4.csv", "day,visits\n")],
    ids=["a renamed column", "under another kind of name", "no rows"],
)
def test_a_later_zip_file_is_not_delivered_without_one_that_looks_like_its_parts(
    name: str, content: str, tmp_path: Path
) -> None:
    reading = reading_of(looked_at(tmp_path, File(month(1), (), {})))
    prose = "The visits of a quarter.\nThey are counted at the door, every day, by hand.\n"
    whole = {f"{n}.csv": month(n) for n in (1, 2, 3)} | {"README.txt": prose, "cover.pdf": "%PDF-1"}
    path = tmp_path / "visits.zip"
    path.write_bytes(zipped(whole))
    assert len(read_rows(read_file(path), reading, "visits", "UTC").rows) == 3 * 28

    path.write_bytes(zipped({**whole, name: content}))
    with pytest.raises(
        InvalidInput, match=rf"^1 file of visits .*{name}: .*take it out of the zip"
    ):
        read_rows(read_file(path), reading, "visits", "UTC")


@pytest.mark.parametrize("is_of_many", [False, True], ids=["a file", "a source"])
def test_what_the_first_zip_file_held_besides_a_later_one_may_hold(
    is_of_many: bool, tmp_path: Path
) -> None:
    path = tmp_path / "visits.zip"
    path.write_bytes(zipped({"1.csv": month(1), "2.csv": month(2), "s.csv": month(2, "day,staff")}))
    found = understand(read_file(path), Given(), "UTC", refuse_to_guess)
    if is_of_many:
        given = read_sources([SourceSpec(str(path))], refuse_to_guess)
        (found,) = understand_all(given, Given(), "UTC", refuse_to_guess).understood
    reading = Reading.model_validate(reading_of(found).model_dump(mode="json"))
    later = {"3.csv": month(3), "4.csv": month(4), "staff.csv": month(4, "Staff,Day")}
    path.write_bytes(zipped(later))
    assert len(read_rows(read_file(path), reading, "visits", "UTC").rows) == 2 * 28
    path.write_bytes(zipped({**later, "5.csv": month(5, "day,guests")}))
    with pytest.raises(InvalidInput, match=r"5\.csv"):
        read_rows(read_file(path), reading, "visits", "UTC")


CASES = ("day,t,T", "Day,t,T", "DAY,T,t")


@pytest.mark.parametrize("head", CASES)
def test_heads_that_differ_by_case_and_order_are_one(head: str, tmp_path: Path) -> None:
    def of(number: int, head: str) -> str:
        said = [
            {"day": f"2026-{number:02}-{d:02}", "t": f"{d}.5", "T": f"{number * 100 + d}.5"}
            for d in range(1, 29)
        ]
        names = [name.lower() if name.lower() == "day" else name for name in head.split(",")]
        return lines(head, *(",".join(row[name] for name in names) for row in said))

    small = {(f"2026-{m:02}-{d:02}",): d + 0.5 for m in (1, 2) for d in range(1, 29)}
    large = {key: value + 100 * int(key[0][5:7]) for key, value in small.items()}
    folder = tmp_path / "in"
    folder.mkdir()
    members = {"1.csv": of(1, CASES[0]), "2.csv": of(2, head)}
    for name, content in members.items():
        (folder / name).write_text(content)
    packed = looked_at(tmp_path, File(zipped(members), (), {}, name="t.zip"))
    given = read_sources([SourceSpec(str(folder))], refuse_to_guess)
    (loose,) = understand_all(given, Given(), "UTC", refuse_to_guess).understood
    for found in (packed, loose):
        assert (figures_of(found, ("day", "t")), figures_of(found, ("day", "t_2"))) == (
            small,
            large,
        )
    again = read_rows(read_file(tmp_path / "t.zip"), reading_of(packed), "t", "UTC")
    assert list(again.rows) == list(packed.rows)


LATER = {
    name: FILES[name] for name in ("1.2k and 3.4M", "13-Jan below a title", "All regions", "a buoy")
}


@pytest.mark.parametrize("name", LATER)
def test_what_comes_later_is_read_as_the_first_file_was(name: str, tmp_path: Path) -> None:
    file = LATER[name]
    found = looked_at(tmp_path, file)
    reading = Reading.model_validate(reading_of(found).model_dump(mode="json"))
    again = read_rows(read_file(tmp_path / file.name), reading, found.name, "UTC")
    assert list(again.rows) == list(found.rows)


def test_a_declaration_reads_numbers_in_the_spelling_of_the_file(tmp_path: Path) -> None:
    content = daily(
        lambda d, n: f'{d},"${english(abs(amount(n)))}",{count(n) / 10:.1f}k,{count(n)}%',
        "day,sales,views,share",
    )
    found = looked_at(tmp_path, File(content, (), {}))
    declared = declare(found, "UTC", datetime(2026, 2, 1)).dataset
    (cast, *_) = parse_steps(DatasetDeclaration.model_validate(declared))
    assert isinstance(cast, Cast)
    for name, spelt in (("sales", "$1,234.50"), ("views", "1.5k"), ("share", "12%")):
        spec = cast.columns[name]
        assert spec.number_form is not None
        landed = found.rows[0][name]
        assert landed is not None
        assert (spec.number_form.read(spelt), spec.number_form.read(landed)) == (
            {"sales": Decimal("1234.50"), "views": Decimal(1500), "share": Decimal(12)}[name],
            Decimal(landed),
        )
