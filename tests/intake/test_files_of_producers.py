"""Files as their producers write them: statistics offices, weather services, power markets, meters, loggers, tools of
companies, and days as other countries say them. Each figure at its moment, and nothing is asked.

The figures are `v`, a plain sum; what must come out is a list of moments and figures, made beside the text.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.deliver import Deliverable
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.reading import reading_of
from iop_pipelines.intake.rows import Rows, read_rows
from iop_pipelines.intake.understand import Given, Understood, understand

DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(60)]
WEEKDAYS = [day for day in DAYS if day.weekday() < 5]
HOURS = [datetime(2026, 1, 10) + timedelta(hours=n) for n in range(24 * 8)]
QUARTER_HOURS = [datetime(2026, 1, 5) + timedelta(minutes=15 * n) for n in range(96 * 4)]
MONTHS = [date(2021 + n // 12, n % 12 + 1, 1) for n in range(60)]
T0 = datetime(1970, 1, 1)
Pairs = list[tuple[str, float]]


def v(n: int, other: int = 0) -> int:
    return (n * 37 + other * 53) % 211 + 10


def said(moment: object) -> str:
    return str(moment).removesuffix(" 00:00:00")


def each(moments: list, by: float = 1, other: int = 0) -> Pairs:
    return [(said(moment), v(n, other) / by) for n, moment in enumerate(moments)]


def german(number: float, places: int = 2) -> str:
    return f"{number:,.{places}f}".translate({ord(","): ".", ord("."): ","})


def epoch(moment: datetime) -> int:
    return int((moment - T0).total_seconds())


def text(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def digits(plain: str, zero: int) -> str:
    return "".join(chr(zero + int(each)) if each.isdecimal() else each for each in plain)


@dataclass(frozen=True)
class File:
    """`figure`: the name of the column that has `pairs`, of all series together; `left`: lines that are no rows."""

    content: str | bytes
    figure: str
    pairs: Pairs
    freq: str
    series: int = 1
    name: str = "a.csv"
    codec: str = "utf-8"
    left: int = 0

    @property
    def data(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.encode(self.codec)


@cache
def offices() -> dict[str, File]:
    names = ["AT", "DE", "FR"]
    tsv = ["freq,unit,geo\\TIME_PERIOD\t" + "\t".join(f"{m:%Y-%m} " for m in MONTHS)]
    flags = {n: " p" if n > 55 else " e" if n % 13 == 0 else " " for n in range(60)}
    for k, geo in enumerate(names):
        cells = [": " if n % 17 == k else f"{v(n, k)}.5{flags[n]}" for n in range(60)]
        tsv.append(f"M,I15,{geo}\t" + "\t".join(cells))
    months = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September"]
    months += ["Oktober", "November", "Dezember"]
    genesis = [
        "Tabelle: 61111-0002;;;",
        "Verbraucherpreisindex: Deutschland, Monate;;;",
        "Deutschland;;;",
        ";;Verbraucherpreisindex;Veränderung",
        ";;2020=100;in (%)",
        *(
            f"{m.year};{months[m.month - 1]};{german(v(n) / 4)};{'...' if n > 57 else '1,5'}"
            for n, m in enumerate(MONTHS)
        ),
        "__________",
        "© Statistisches Bundesamt (Destatis), 2026 | Stand: 30.11.2026 / 10:12:13",
    ]
    flat = "Statistik_Code;Zeit_Code;Zeit_Label;Zeit;1_Auspraegung_Code;1_Auspraegung_Label;PREIS__Index"
    ons = [
        '"Title","CPI INDEX 00"',
        '"CDID","D7BT"',
        '"Unit","Index, base year = 100"',
        '"Release date","19-11-2026"',
        *(f'"{2021 + n}","100.5"' for n in range(5)),
        *(f'"{2021 + n // 4} Q{n % 4 + 1}","101.5"' for n in range(20)),
        *(f'"{m:%Y %b}","{v(n)}"'.upper() for n, m in enumerate(MONTHS)),
    ]
    nrfa = [
        "file,timestamp,2026-05-01T10:00:00",
        "database,id,nrfa-public-30",
        "station,name,Thames at Kingston",
        "dataType,units,m3/s",
        *(f"{d},{v(n)}," for n, d in enumerate(DAYS)),
    ]
    who = '"dataelement","period","orgunit","value","lastupdated"'
    weeks = [date(2024, 1, 1) + timedelta(days=7 * n) for n in range(60)]
    return {
        "Eurostat": File(
            text(*tsv),
            "value",
            [
                (str(m), v(n, k) + 0.5)
                for k in range(3)
                for n, m in enumerate(MONTHS)
                if n % 17 != k
            ],
            "MS",
            3,
            name="a.tsv",
        ),
        "a table of Destatis": File(
            text(*genesis), "verbraucherpreisindex", each(MONTHS, 4), "MS", codec="latin-1", left=2
        ),
        "a flat file of Destatis": File(
            text(
                flat,
                *(
                    f"61111;JAHR;Jahr;{m.year};MONAT{m.month:02};{months[m.month - 1]};{german(v(n) / 4)}"
                    for n, m in enumerate(MONTHS)
                ),
            ),
            "preis_index",
            each(MONTHS, 4),
            "MS",
            codec="cp1252",
        ),
        "years, quarters and months of one series": File(
            text(*ons), "cpi_index_00", each(MONTHS), "MS", left=26
        ),
        "quarters beside years under another head": File(
            text(
                "Jahr;Zeitraum;Wert",
                *(f"{m.year};Q{(m.month + 2) // 3};{v(n)}" for n, m in enumerate(MONTHS[::3])),
            ),
            "wert",
            each(MONTHS[::3]),
            "QS",
        ),
        "names and values above under the first one's head": File(
            text(*nrfa), "timestamp", each(DAYS), "D"
        ),
        "periods beside the day of the export": File(
            text(
                who,
                *(
                    f'"fb","{m:%Y%m}","{place}","{v(n, k)}","2026-02-03T00:00:00.000+0000"'
                    for k, place in enumerate(["Di", "Im"])
                    for n, m in enumerate(MONTHS)
                ),
            ),
            "value",
            [*each(MONTHS), *each(MONTHS, other=1)],
            "MS",
            2,
        ),
        "weeks without a zero": File(
            text(
                "Organisation unit,Period,Cases",
                *(
                    f"Bo,{w.isocalendar()[0]}W{w.isocalendar()[1]},{v(n)}"
                    for n, w in enumerate(weeks)
                ),
            ),
            "cases",
            each(weeks),
            "W",
        ),
        "an open agency's hours": File(
            text(
                "period,respondent,type,value,value-units",
                *(
                    f"{h:%Y-%m-%dT%H},CISO,D,{v(n)},megawatthours"
                    for n, h in reversed(list(enumerate(HOURS)))
                ),
            ),
            "value",
            each(HOURS),
            "h",
        ),
        "a bank's months and their ends": File(
            text(
                "Data Source in SDW: null,",
                "",
                ",EXR.M.USD",
                "Period\\Unit:,[US dollar ]",
                *(f"{m:%Y%b},{v(n) / 4}" for n, m in reversed(list(enumerate(MONTHS)))),
            ),
            "column_2",
            each(MONTHS, 4),
            "MS",
        ),
    }


@cache
def weather() -> dict[str, File]:
    isd = [
        f"{h:%Y %m %d %H} {v(n) - 60:5d} {10123 + n % 50:5d} {-9999 if n % 9 == 2 else 31:5d} {0:5d} {-9999:5d}"
        for n, h in enumerate(HOURS)
    ]
    dwd = [
        f"        433;{d:%Y%m%d};   10;{v(n) / 10:6.1f};{-999 if n % 20 == 4 else 3.5:6};   5.8;eor"
        for n, d in enumerate(DAYS)
    ]
    eca = [
        "EUROPEAN CLIMATE ASSESSMENT & DATASET (ECA&D), file created on: 05-11-2026",
        "FILE FORMAT (MISSING VALUE CODE = -9999):",
        "",
        "15-22 DATE : Date YYYYMMDD",
        "STAID, SOUID,    DATE,   TG, Q_TG",
        *(
            f"  2759,127488,{d:%Y%m%d},{-9999 if n % 9 == 7 else v(n):5d},{9 if n % 9 == 7 else 0:5d}"
            for n, d in enumerate(DAYS)
        ),
    ]
    co2 = [
        "# USE OF NOAA GML DATA",
        "#            decimal       monthly    de-season  #days  st.dev  unc. of",
        "#             date         average     alized",
        *(
            f"{m.year}   {m.month:2d}    {m.year + (m.month - 0.5) / 12:.4f}      {400 + v(n) / 4:6.2f}      "
            f"{400 + n / 5:6.2f}    {25 + n % 5}    {0.4 + n % 3 / 10:.2f}   0.15"
            for n, m in enumerate(MONTHS)
        ),
    ]
    spots = [
        f"{m.year};{m.month:02};{m.year + (m.month - 0.5) / 12:.3f};{v(n) / 2:6.1f};{n / 9:6.1f};1"
        for n, m in enumerate(MONTHS)
    ]
    gistemp = [
        "Land-Ocean: Global Means",
        f"Year,{','.join(f'{m:%b}' for m in MONTHS[:12])},J-D,DJF",
    ]
    for year in range(12):
        cells = ["***" if year == 11 and n > 8 else f"{v(year * 12 + n) / 4}" for n in range(12)]
        gistemp.append(f"{2010 + year},{','.join(cells)},{'***' if year == 11 else 0.5},0.3")
    uk = [
        "Heathrow",
        "Location 507800E 176700N, Lat 51.479 Lon -0.449, 25m amsl",
        "   yyyy  mm   tmax    tmin      af    rain     sun",
        "              degC    degC    days      mm   hours",
        *(
            f"   {m.year}  {m.month:2d}   {v(n) / 10:4.1f}{'*' if n % 20 == 3 else ' '}   {v(n, 1) / 20:4.1f}       "
            f"{n % 9:2d}   {v(n, 2) / 2:5.1f}    {' ---' if n == 5 else f'{v(n, 3) / 5:4.1f}#'}"
            for n, m in enumerate(MONTHS)
        ),
    ]
    usgs = [
        "# Data provided for site 01646500",
        "agency_cd\tsite_no\tdatetime\ttz_cd\tdischarge\tdischarge_cd",
        "5s\t15s\t20d\t6s\t14n\t10s",
        *(
            f"USGS\t01646500\t{q:%Y-%m-%d %H:%M}\tUTC\t{v(n)}\tP"
            for n, q in enumerate(QUARTER_HOURS)
        ),
    ]
    japan = [
        "ダウンロードした時刻 2026/11/30 10:00:00",
        "",
        ",東京,東京,東京",
        "年月日,平均気温(℃),平均気温(℃),平均気温(℃)",
        ",,品質情報,均質番号",
        *(f"{d.year}/{d.month}/{d.day},{v(n) / 10},8,1" for n, d in enumerate(DAYS)),
    ]
    missing = [
        f"{h:%d/%m/%Y};{h:%H.%M.%S};{'-200' if n % 5 == 0 else german(v(n) / 4)};{'-200' if n % 2 else 150};"
        f"{german(v(n, 1) / 4)};;"
        for n, h in enumerate(HOURS)
    ]
    return {
        "fields of a fixed width without a head": File(
            text(*isd), "column_5", [(m, n - 60) for m, n in each(HOURS)], "h", name="725030-2026"
        ),
        "a service's days with eor": File(
            text("STATIONS_ID;MESS_DATUM;QN_3;  FX;  FM; UPM;eor", *dwd),
            "fx",
            each(DAYS, 10),
            "D",
        ),
        "a preamble that names the columns": File(
            text(*eca), "tg", [p for n, p in enumerate(each(DAYS)) if n % 9 != 7], "D", name="a.txt"
        ),
        "a head in comments over year and month": File(
            text(*co2),
            "monthly",
            [(m, 400 + n / 4) for m, n in each(MONTHS)],
            "MS",
            name="co2.txt",
        ),
        "year and month first, without a head": File(
            text(*spots), "column_4", each(MONTHS, 2), "MS"
        ),
        "stars for what is not known": File(
            text(*gistemp),
            "value",
            [
                (f"{2010 + y}-{n + 1:02}-01", v(y * 12 + n) / 4)
                for y in range(12)
                for n in range(12)
                if (y, n) < (11, 9)
            ],
            "MS",
        ),
        "marks of an instrument": File(
            text(*uk),
            "sun",
            [p for n, p in enumerate(each(MONTHS, 5, 3)) if n != 5],
            "MS",
            name="heathrow.txt",
        ),
        "a line of types below the head": File(
            text(*usgs), "discharge", each(QUARTER_HOURS), "15min", name="a.rdb"
        ),
        "a head of three lines in Japanese": File(
            text(*japan), "column_2", each(DAYS, 10), "D", codec="cp932", left=1
        ),
        "-200 in several columns": File(
            text("Date;Time;CO(GT);NMHC(GT);T;;", *missing),
            "co",
            [p for n, p in enumerate(each(HOURS, 4)) if n % 5],
            "h",
        ),
    }


@cache
def power() -> dict[str, File]:
    nem12 = ["100,NEM12,202602011200,MDP1,Retailer", "200,6123456789,E1B1,1,E1,N1,M1,kWh,30,"]
    for n, d in enumerate(DAYS[:20]):
        values = ",".join(f"{v(n * 48 + i) / 4}" for i in range(48))
        nem12.append(f"300,{d:%Y%m%d},{values},A,,,20260201120000,")
    halves = [datetime(2026, 1, 1) + timedelta(minutes=30 * n) for n in range(48 * 20)]
    fives = [datetime(2026, 1, 5, 0, 5) + timedelta(minutes=5 * n) for n in range(300)]
    market = [
        "C,NEMP.WORLD,DISPATCHIS,AEMO,PUBLIC,2026/01/05,00:00:05,0001,DISPATCHIS,0001",
        "I,DISPATCH,CASE,1,SETTLEMENTDATE,RUNNO",
        'D,DISPATCH,CASE,1,"2026/01/05 00:05:00",1',
        "I,DISPATCH,PRICE,4,SETTLEMENTDATE,RUNNO,REGIONID,INTERVENTION,RRP",
        *(
            f'D,DISPATCH,PRICE,4,"{m:%Y/%m/%d %H:%M:%S}",1,{region},0,{v(n, k) / 4}'
            for n, m in enumerate(fives)
            for k, region in enumerate(["NSW1", "QLD1"])
        ),
        'C,"END OF REPORT",1203',
    ]
    button = [
        "Name,JANE DOE",
        'Address,"1 MAIN ST, SF CA"',
        "Service,Service 1",
        "",
        "TYPE,DATE,START TIME,END TIME,USAGE (kWh),COST,NOTES",
        *(
            f"Electric usage,{h:%Y-%m-%d},{h:%H:%M},{h + timedelta(minutes=59):%H:%M},{v(n) / 4},${v(n) / 8},"
            for n, h in enumerate(HOURS)
        ),
    ]
    eastern = [h - timedelta(hours=5) for h in HOURS]
    return {
        "NEM12": File(text(*nem12, "900"), "value", each(halves, 4), "30min"),
        "lines C, I and D": File(
            text(*market), "rrp", [*each(fives, 4), *each(fives, 4, 1)], "5min", 2
        ),
        "Green Button": File(text(*button), "usage", each(HOURS, 4), "h"),
        "hours that end, up to 24:00": File(
            text(
                "Hour Ending,COAST,EAST",
                *(
                    f'"{h:%m/%d/%Y} {h.hour + 1:02}:00","{1000 + v(n):,}.25","{v(n, 1)}.5"'
                    for n, h in enumerate(HOURS)
                ),
            ),
            "coast",
            [(m, 1000.25 + n) for m, n in each(HOURS)],
            "h",
        ),
        "hours from 1 to 24": File(
            text(
                "Date,Hour,MW",
                *(f"{h:%m/%d/%Y},{h.hour + 1},{v(n)}" for n, h in enumerate(HOURS)),
            ),
            "mw",
            each(HOURS),
            "h",
        ),
        "hours from 0100 to 2400": File(
            text(
                "DATE,HOUR,LOAD",
                *(f"{h:%Y%m%d},{h.hour + 1:02}00,{v(n)}" for n, h in enumerate(HOURS)),
            ),
            "load",
            each(HOURS),
            "h",
        ),
        "hours and minutes of four digits": File(
            text("Date,HrMn,Load", *(f"{h:%Y%m%d},{h:%H%M},{v(n)}" for n, h in enumerate(HOURS))),
            "load",
            each(HOURS),
            "h",
        ),
        "days and their times, from and to": File(
            text(
                "Datum von;Uhrzeit von;Datum bis;Uhrzeit bis;Wert (kWh)",
                *(
                    f"{q:%d.%m.%Y;%H:%M};{q + timedelta(minutes=15):%d.%m.%Y;%H:%M};{german(v(n) / 4)}"
                    for n, q in enumerate(QUARTER_HOURS)
                ),
            ),
            "wert",
            each(QUARTER_HOURS, 4),
            "15min",
        ),
        "hours with an h": File(
            text(
                "Jour;Heure;Valeur",
                *(f"{h:%d/%m/%Y};{h:%H}h;{german(v(n) / 4)}" for n, h in enumerate(HOURS)),
            ),
            "valeur",
            each(HOURS, 4),
            "h",
        ),
        "an exchange's hours without a head": File(
            text(
                "MARGINALPDBC;",
                *(
                    f"{h.year};{h.month:02};{h.day:02};{h.hour + 1};{v(n) / 4};"
                    for n, h in enumerate(HOURS)
                ),
                "*",
            ),
            "column_5",
            each(HOURS, 4),
            "h",
            left=1,
        ),
        "the same hours by two clocks": File(
            text(
                "begin_utc,begin_ept,zone,mw",
                *(
                    f"{h:%Y-%m-%d %H:%M},{e:%Y-%m-%d %H:%M},AE,{v(n)}"
                    for n, (h, e) in enumerate(zip(HOURS, eastern, strict=True))
                ),
            ),
            "mw",
            each(HOURS),
            "h",
        ),
        "Uhr behind the time": File(
            text(
                "Zeitpunkt;Parkhaus;Belegt",
                *(
                    f"{h:%d.%m.%Y %H:%M Uhr};{place};{v(n, k)}"
                    for n, h in enumerate(HOURS)
                    for k, place in enumerate(["Rathaus", "Bahnhof"])
                ),
            ),
            "belegt",
            [*each(HOURS), *each(HOURS, other=1)],
            "h",
            2,
        ),
    }


def klines(factor: int) -> str:
    return text(
        *(
            f"{epoch(h) * factor},{87000 + v(n)}.25,{v(n)}.5,{(epoch(h) + 3600) * factor - 1},{v(n) * 3},0"
            for n, h in enumerate(HOURS)
        )
    )


@cache
def tools() -> dict[str, File]:
    matrix = {
        "status": "success",
        "data": {
            "resultType": "matrix",
            "result": [
                {
                    "metric": {"__name__": "up", "instance": name},
                    "values": [[epoch(h), str(v(n, k))] for n, h in enumerate(HOURS)],
                }
                for k, name in enumerate(["a:9090", "b:9090"])
            ],
        },
    }
    metrics = {
        "MetricDataResults": [
            {
                "Id": name,
                "Label": name,
                "Timestamps": [f"{h:%Y-%m-%dT%H:%M:%S}+00:00" for h in HOURS],
                "Values": [v(n, k) for n in range(len(HOURS))],
            }
            for k, name in enumerate(["cpu", "disk"])
        ]
    }
    hits = [
        {"_index": "logs", "_id": f"x{n}", "_source": {"@timestamp": f"{h:%Y-%m-%dT%H:%M:%S}.000Z", "bytes": v(n)}}
        for n, h in enumerate(HOURS)
    ]  # fmt: skip
    log = [
        f'10.0.{n % 3}.7 - - [{h:%d/%b/%Y:%H:%M:%S} +0000] "GET /a/{n} HTTP/1.1" {200 if n % 9 else 404} {v(n)} '
        '"-" "Mozilla/5.0 (X11; Linux x86_64)"'
        for n, h in enumerate(HOURS)
    ]
    console = io.BytesIO()
    with zipfile.ZipFile(console, "w") as archive:
        days = (f"{d},{v(n)},{n % 9 + 0.5}%" for n, d in enumerate(DAYS))
        archive.writestr("Chart.csv", text("Date,Clicks,CTR", *days))
        archive.writestr("Queries.csv", text("Top queries,Clicks,CTR", "shoes,7,1%", "socks,3,1%"))
        archive.writestr("Devices.csv", text("Device,Clicks,CTR", "MOBILE,7,1%", "DESKTOP,3,1%"))
    calls = (
        f"{d:%d/%m/%Y},{9 + n % 9:02}:12,07700900123,00:0{n % 9}:1{n % 9},£{v(n) / 4}"
        for n, d in enumerate(DAYS)
    )
    hobo = [
        '"Plot Title: Stream 12"',
        '"#","Date Time","Temp, °C (LGR S/N: 20112233)","Stopped (LGR S/N: 20112233)"',
        *(
            f"{n + 1},{q:%m/%d/%y %I:%M:%S %p},{v(n) / 4},"
            for n, q in enumerate(
                datetime(2026, 1, 25) + timedelta(minutes=15 * n) for n in range(300)
            )
        ),
    ]
    return {
        "Prometheus": File(
            json.dumps(matrix), "value", [*each(HOURS), *each(HOURS, other=1)], "h", 2
        ),
        "lists of moments and values": File(
            json.dumps(metrics), "values", [*each(HOURS), *each(HOURS, other=1)], "h", 2
        ),
        "points of series": File(
            json.dumps(
                {
                    "series": [
                        {"name": name, "points": [{"t": str(h), "v": v(n, k)} for n, h in enumerate(HOURS)]}
                        for k, name in enumerate("AB")
                    ]
                }
            ),
            "v",
            [*each(HOURS), *each(HOURS, other=1)],
            "h",
            2,
        ),
        "days of vouchers": File(
            text(
                '"EXTF";700;21;"Buchungsstapel";13;20260201093000000;;"RE";1001;1;20260101;4;20260101;20260331',
                "Umsatz;WKZ;Konto;Belegdatum;Belegfeld 1",
                *(f"{german(v(n))};EUR;8400;{f'{d:%d%m}'.lstrip('0')};RE{n}" for n, d in enumerate(DAYS)),
            ),
            "umsatz",
            each(DAYS),
            "D",
        ),
        "calendar weeks in English": File(
            text("CW,n", *(f"CW{w:02}/2026,{v(w)}" for w in range(1, 40))),
            "n",
            [(str(date.fromisocalendar(2026, w, 1)), v(w)) for w in range(1, 40)],
            "W",
        ),
        "francs without Rappen": File(
            text(
                "Datum;Betrag",
                *(f"{d:%d.%m.%Y};CHF {1000 + v(n):,}.\u2014".replace(",", "'") for n, d in enumerate(DAYS)),
            ),
            "betrag",
            [(m, 1000 + n) for m, n in each(DAYS)],
            "D",
        ),
        "months of the year in the name": File(
            text(
                "Month,Shop,n",
                *(
                    f"{m:%B},{shop},{v(n, k)}"
                    for k, shop in enumerate("AB")
                    for n, m in enumerate(MONTHS[48:])
                ),
            ),
            "n",
            [*each(MONTHS[48:]), *each(MONTHS[48:], other=1)],
            "MS",
            2,
            name="sales 2025.csv",
        ),
        "weeks of the year in the title": File(
            text("Umsatz 2026;", "KW;Umsatz", *(f"{w};{v(w)}" for w in range(1, 53))),
            "umsatz",
            [(str(date.fromisocalendar(2026, w, 1)), v(w)) for w in range(1, 53)],
            "W",
        ),
        "quarters without a year among months": File(
            text(
                "SKU,Jan-25,Feb-25,Mar-25,Q1,Apr-25,May-25,Jun-25,Q2,H1",
                *(
                    f"S{k},{v(48, k)},{v(49, k)},{v(50, k)},7,{v(51, k)},{v(52, k)},{v(53, k)},8,9"
                    for k in range(4)
                ),
            ),
            "value",
            [(f"2025-{n + 1:02}-01", v(48 + n, k)) for n in range(6) for k in range(4)],
            "MS",
            4,
        ),
        "rows pasted into one column": File(
            text('"Date,Sales"', *(f'"{d},{v(n)}"' for n, d in enumerate(DAYS))), "sales", each(DAYS), "D"
        ),
        "a search engine's hits": File(
            json.dumps({"took": 5, "hits": {"total": {"value": 1}, "hits": hits}}),
            "source_bytes",
            each(HOURS),
            "h",
        ),
        "a web server's log": File(text(*log), "bytes", each(HOURS), "h", name="access.log"),
        "a report's tables, of which one is over time": File(
            console.getvalue(), "clicks", each(DAYS), "D", name="a.zip"
        ),
        "calls, one a day": File(
            text("Call Date,Call Time,Number,Duration,Cost", *calls),
            "cost",
            [
                (f"{d} {9 + n % 9:02}:12:00", v(n) / 4)
                for n, d in enumerate(DAYS)
            ],
            "D",
        ),
        "klines in milliseconds": File(
            klines(1_000), "column_2", [(m, 87000.25 + n) for m, n in each(HOURS)], "h"
        ),
        "klines in microseconds": File(
            klines(1_000_000), "column_2", [(m, 87000.25 + n) for m, n in each(HOURS)], "h"
        ),
        "a logger under its plot's title": File(
            text(*hobo),
            "temp_c_lgr_s_n_20112233",
            each([datetime(2026, 1, 25) + timedelta(minutes=15 * n) for n in range(300)], 4),
            "15min",
        ),
        "sizes": File(
            text("Date,Used", *(f"{d},{v(n) / 4} GiB" for n, d in enumerate(DAYS))),
            "used",
            each(DAYS, 4),
            "D",
        ),
    }  # fmt: skip


def by_day(head: str, say: str, moments: list, sign: str = ",") -> str:
    """say: a template of `d`, the moment, and `n`, its place."""
    lines = (f"{say.format(d=d, n=n)}{sign}{v(n)}" for n, d in enumerate(moments))
    return text(f"{head}{sign}sales", *lines)


@cache
def abroad() -> dict[str, File]:
    quarters = MONTHS[::3]
    turkish = (
        "Ocak.Şubat.Mart.Nisan.May\u0131s.Haziran.Temmuz.Ağustos.Eylül.Ekim.Kas\u0131m.Aral\u0131k"
    )
    polish = (
        "styczeń.luty.marzec.kwiecień.maj.czerwiec.lipiec.sierpień.wrzesień.październik.listopad."
        "grudzień"
    )
    russian = ["января", "февраля", "марта"]

    def days(lines: list[str], codec: str = "utf-8", head: str = "day,sales") -> File:
        return File(text(head, *lines), "sales", each(DAYS), "D", codec=codec)

    def noon(hour: datetime, before: str, after: str) -> str:
        return f"{before if hour.hour < 12 else after}{(hour.hour - 1) % 12 + 1}:{hour:%M:%S}"

    def dated(say: str, codec: str = "utf-8") -> File:
        return File(by_day("day", say, DAYS), "sales", each(DAYS), "D", codec=codec)

    def words(*names: str) -> File:
        lines = (f"{names[m.month - 1]} {m.year},{v(n)}" for n, m in enumerate(MONTHS))
        return File(text("month,sales", *lines), "sales", each(MONTHS), "MS")

    return {
        "Korean days": dated("{d.year}. {d.month}. {d.day}.", "cp949"),
        "Korean days in words": dated("{d.year}년 {d.month}월 {d.day}일"),
        "Korean halves of the day": File(
            text(
                "at,sales",
                *(
                    f"{h.year}. {h.month}. {h.day}. {noon(h, '오전 ', '오후 ')},{v(n)}"
                    for n, h in enumerate(HOURS)
                ),
            ),
            "sales",
            each(HOURS),
            "h",
        ),
        "Chinese halves of the day": File(
            text(
                "at,sales",
                *(
                    f"{h.year}年{h.month}月{h.day}日{noon(h, '上午', '下午')},{v(n)}"
                    for n, h in enumerate(HOURS)
                ),
            ),
            "sales",
            each(HOURS),
            "h",
            codec="gb18030",
        ),
        "Chinese quarters": File(
            text(
                "q,sales",
                *(f"{m.year}年第{(m.month + 2) // 3}季度,{v(n)}" for n, m in enumerate(quarters)),
            ),
            "sales",
            each(quarters),
            "QS",
        ),
        "reigns": days([f"令和{d.year - 2018}年{d.month}月{d.day}日,{v(n)}" for n, d in enumerate(DAYS)], "cp932"),
        "reigns in a letter": days([f"R{d.year - 2018}.{d.month}.{d.day},{v(n)}" for n, d in enumerate(DAYS)]),
        "a republic's years": days([f"{d.year - 1911}/{d:%m/%d},{v(n)}" for n, d in enumerate(DAYS)], "big5"),
        "the Buddha's years": days([f"{d.day}/{d.month}/{d.year + 543},{v(n)}" for n, d in enumerate(DAYS)]),
        "the Buddha's years first": days([f"{d.year + 543}-{d:%m-%d},{v(n)}" for n, d in enumerate(DAYS)]),
        "Arabic digits": days(
            [f"{digits(str(d), 0x660)};{digits(str(v(n)), 0x660)}" for n, d in enumerate(DAYS)], head="day;sales"
        ),
        "Devanagari": days([digits(f"{d:%d-%m-%Y},{v(n)}", 0x966) for n, d in enumerate(DAYS)]),
        "wide digits": days(
            [digits(f"{d.year}年{d.month}月{d.day}日,{v(n)}", 0xFF10) for n, d in enumerate(DAYS)]
        ),
        "Turkish months": words(*turkish.split(".")),
        "Polish months": words(*polish.split(".")),
        "Russian days": days(
            [f"{d.day} {russian[d.month - 1]} {d.year} \u0433.;{v(n)}" for n, d in enumerate(DAYS)],
            head="day;sales",
        ),
    }  # fmt: skip


FILES: Mapping[str, File] = {**offices(), **weather(), **power(), **tools(), **abroad()}


def looked_at(folder: Path, file: File) -> Understood:
    path = folder / file.name
    path.write_bytes(file.data)
    return understand(read_file(path), Given(), "UTC", refuse_to_guess)


def pairs_of(found: Deliverable, moment: str, figure: str, nulls: tuple[str, ...] = ()) -> Pairs:
    return sorted(
        (said(row[moment]), round(float(row[figure] or "nan"), 6))
        for row in found.rows
        if row[figure] not in {None, *nulls}
    )


@pytest.mark.parametrize("name", FILES)
def test_every_figure_is_at_its_moment_and_nothing_is_asked(name: str, tmp_path: Path) -> None:
    file = FILES[name]
    found = looked_at(tmp_path, file)
    (column,) = (each for each in found.rows.columns if each.name == file.figure)
    assert pairs_of(found, found.moment, file.figure, column.nulls) == sorted(
        (said(moment), round(figure, 6)) for moment, figure in file.pairs
    )
    assert file.figure in {each.column.name for each in found.measures}
    assert (found.step.freq, found.series.count) == (file.freq, file.series)
    assert (len(found.refused), len(found.left_out)) == (0, file.left)
    # Digits of other scripts are text to a database.
    assert all((row[file.figure] or "").isascii() for row in found.rows)


@pytest.mark.parametrize("name", FILES)
def test_what_comes_later_is_read_as_the_first_file_was(name: str, tmp_path: Path) -> None:
    file = FILES[name]
    first = looked_at(tmp_path, file)
    later = read_rows(first.table, reading_of(first), first.name, "UTC")
    assert list(later.rows) == list(first.rows)


def in_other_days(head: str, days: list[tuple[int, int, int]], say: str) -> str:
    return text(
        f"{head},cases",
        *(f"{say.format(y=y, m=m, d=d)},{v(n)}" for n, (y, m, d) in enumerate(days)),
    )


ETHIOPIAN = [(2017 + n // 365, n % 365 // 30 + 1, n % 365 % 30 + 1) for n in range(400)]
PERSIAN = [(1404, 10 + n // 30, n % 30 + 1) for n in range(60)]
REFUSED = {
    "months of thirty days": (
        in_other_days("day", ETHIOPIAN[:180], "{d}/{m}/{y}"),
        "intake.other_calendar",
    ),
    "a thirteenth month": (
        in_other_days("day", ETHIOPIAN, "{d:02}/{m:02}/{y}"),
        "intake.other_calendar",
    ),
    "a head that names the calendar": (
        in_other_days("Date (EC)", ETHIOPIAN[:25], "{y}-{m:02}-{d:02}"),
        "intake.other_calendar",
    ),
    "months in Amharic": (
        text("day,cases", *(f"Meskerem {n + 1} 2017,{v(n)}" for n in range(29))),
        "intake.other_calendar",
    ),
    "Persian years": (
        in_other_days("day", PERSIAN, "{y}/{m:02}/{d:02}"),
        "intake.other_calendar",
    ),
    "Persian digits": (
        digits(in_other_days("day", PERSIAN, "{y}/{m:02}/{d:02}"), 0x6F0),
        "intake.other_calendar",
    ),
    "months of fiscal years": (
        text(
            "Year,Period End,Beds",
            *(
                f"{2015 + n // 4}/{(2016 + n // 4) % 100},{('June', 'September', 'December', 'March')[n % 4]},{v(n)}"
                for n in range(40)
            ),
        ),
        "intake.fiscal_parts",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_another_calendar_is_refused_and_never_taken_for_ours(kind: str, tmp_path: Path) -> None:
    content, code = REFUSED[kind]
    with pytest.raises(InvalidInput) as raised:
        looked_at(tmp_path, File(content, "", [], ""))
    assert raised.value.sentence.code == code


AS_THEY_ARE = {
    "prices of gold": [f"{2400 + 3 * n}.{n % 90 + 10}" for n in range(60)],
    "prices with four decimals": [f"{n % 12 + 1}.{2450 + n}" for n in range(60)],
    "addresses": [f"1{n % 40:02}.{n % 12 + 1}.{n % 28 + 1}.{n}" for n in range(60)],
    "short addresses": [f"1{n % 40:02}.{n % 12 + 1}.{n % 28 + 1}" for n in range(60)],
    "releases": [f"R12.1.{n % 4 + 1}" for n in range(60)],
    "places": [f"{2500 + n}/{n % 9 + 1}" for n in range(60)],
}


@pytest.mark.parametrize("kind", AS_THEY_ARE)
def test_what_only_looks_like_years_of_an_era_stays_as_it_is(kind: str, tmp_path: Path) -> None:
    cells = AS_THEY_ARE[kind]
    lines = (f"{d};{cell};{v(n)}" for n, (d, cell) in enumerate(zip(DAYS, cells, strict=True)))
    found = looked_at(tmp_path, File(text("day;what;n", *lines), "n", [], ""))
    assert found.moment == "day"
    landed = [row["what"] for row in found.rows]
    assert landed == cells


def test_letters_of_a_bank_are_no_kinds_of_lines(tmp_path: Path) -> None:
    lines = [f"{'CDI'[n % 3]},{d},SHOP {n},x,{v(n)}.25" for n, d in enumerate(DAYS)]
    found = looked_at(tmp_path, File(text(*lines), "column_5", [], ""))
    assert [float(row["column_5"] or 0) for row in found.rows] == [v(n) + 0.25 for n in range(60)]


def test_a_day_that_is_none_among_others_makes_no_other_calendar(tmp_path: Path) -> None:
    lines = [f"{d:%d/%m/%Y},{v(n)}" for n, d in enumerate(DAYS) if d.day < 31]
    found = looked_at(tmp_path, File(text("day,n", *lines, "30/02/2026,7"), "n", [], ""))
    assert [line.reason.code for line in found.refused] == ["intake.not_moment"]


def test_one_column_s_round_number_below_zero_is_what_it_is(tmp_path: Path) -> None:
    lines = [f"{d},{-200 if n % 9 == 0 else v(n)},{v(n, 1)}" for n, d in enumerate(DAYS)]
    found = looked_at(tmp_path, File(text("day,balance,visits", *lines), "balance", [], ""))
    assert [each.nulls for each in found.rows.columns] == [(), ()]


def test_a_span_of_two_days_is_no_day_of_a_year(tmp_path: Path) -> None:
    weeks = [DAYS[n] for n in range(0, 60, 7)]
    lines = [f"{d:%b %d} - {d + timedelta(days=6):%b %d},{v(n)}" for n, d in enumerate(weeks)]
    with pytest.raises(InvalidInput) as raised:
        looked_at(tmp_path, File(text("week,n", *lines), "n", [], ""))
    assert raised.value.sentence.code == "intake.no_time"


@pytest.mark.parametrize(
    "months",
    [[*range(1, 13), *range(1, 13)], [10, 11, 12, 1, 2, 3]],
    ids=["twice", "over a new year"],
)
def test_months_that_may_be_of_two_years_are_not_of_the_one_in_the_name(
    months: list[int], tmp_path: Path
) -> None:
    lines = [f"{date(2025, m, 1):%B},{v(n)}" for n, m in enumerate(months)]
    with pytest.raises(InvalidInput) as raised:
        looked_at(tmp_path, File(text("month,n", *lines), "n", [], "", name="sales 2025.csv"))
    assert raised.value.sentence.code == "intake.no_time"


def test_shares_without_their_sign_among_others_are_refused(tmp_path: Path) -> None:
    def file(without: str) -> File:
        cells = [without if n % 9 == 5 else f"{v(n) / 10}%" for n in range(len(DAYS))]
        lines = (f"{d},{cell}" for d, cell in zip(DAYS, cells, strict=True))
        return File(text("day,rate", *lines), "rate", [], "")

    found = looked_at(tmp_path, file("0.05"))
    assert {line.reason.code for line in found.refused} == {"intake.not_number"}
    assert len(found.refused) == len(range(5, 60, 9))
    assert looked_at(tmp_path, file("0")).refused == []


def test_tables_beside_that_of_most_lines_are_told(tmp_path: Path) -> None:
    found = looked_at(tmp_path, power()["lines C, I and D"])
    assert "DISPATCH CASE 1" in " ".join(map(str, found.notes))


def later(first: Understood, folder: Path, *lines: str, name: str = "b.csv") -> Rows:
    """What comes later, read as the first file was."""
    (folder / name).write_text(text(*lines), encoding="utf-8")
    return read_rows(read_file(folder / name), reading_of(first), first.name, "UTC")


def landed(found: Deliverable, moment: str, *figures: str) -> list[tuple[str | None, ...]]:
    return [tuple(row[each] for each in (moment, *figures)) for row in found.rows]


OCTOBER = [(date(2024, 10, 20) + timedelta(days=n), hour) for n in range(10) for hour in range(24)]


@pytest.mark.parametrize(("say", "most"), [("{}", "25"), ("{:02}00", "2500")])
def test_the_25th_hour_of_a_market_s_day_moves_no_other(
    say: str, most: str, tmp_path: Path
) -> None:
    lines = [f"{d},{say.format(h + 1)},{v(n)}" for n, (d, h) in enumerate(OCTOBER)]
    lines.insert(24 * 8, f"2024-10-27,{most},5")
    found = looked_at(tmp_path, File(text("Date,Hour,Price", *lines), "price", [], ""))
    begins = [datetime(d.year, d.month, d.day, h) for d, h in OCTOBER]
    good = [row for row in pairs_of(found, found.moment, "price") if row[0] != f"2024-10-27 {most}"]
    assert sorted(good) == sorted((said(b), v(n)) for n, b in enumerate(begins))
    assert [(line.number, line.reason.code) for line in found.refused] == [
        (24 * 8 + 2, "intake.not_moment")
    ]


def test_hour_0_of_hours_numbered_from_1_is_refused(tmp_path: Path) -> None:
    lines = [f"{d},{h + 1},{v(n)}" for n, (d, h) in enumerate(OCTOBER)]
    first = looked_at(tmp_path, File(text("Date,Hour,Price", *lines), "price", [], ""))
    rows = [f"2024-02-01,{hour},5" for hour in range(6)]
    found = later(first, tmp_path, "Date,Hour,Price", *rows)
    assert [(line.number, line.reason.code) for line in found.refused] == [(2, "intake.not_moment")]
    known = [each for each, _ in landed(found, first.moment, "price")[1:]]
    assert known == [f"2024-02-01 {hour:02}:00:00" for hour in range(5)]


@pytest.mark.parametrize(
    ("head", "say"),
    [("Hour Ending,n", "{0:%Y-%m-%d %H:%M},{1}"), ("Date,HE,n", "{0:%Y-%m-%d},{0.hour},{1}")],
    ids=["with the day", "beside the day"],
)
def test_whether_hours_end_is_told_by_the_first_file_alone(
    head: str, say: str, tmp_path: Path
) -> None:
    lines = [say.format(h + timedelta(hours=1), v(n)) for n, h in enumerate(HOURS)]
    first = looked_at(tmp_path, File(text(head, *lines), "n", [], ""))
    assert pairs_of(first, first.moment, "n") == sorted(each(HOURS))
    midnight, one = datetime(2026, 3, 5), datetime(2026, 3, 5, 1)
    alone = later(first, tmp_path, head, say.format(midnight, 7))
    both = later(first, tmp_path, head, say.format(midnight, 7), say.format(one, 8))
    assert landed(alone, first.moment) == [("2026-03-04 23:00:00",)]
    assert landed(both, first.moment) == [("2026-03-04 23:00:00",), ("2026-03-05 00:00:00",)]
    # One that was told when nothing was known of ends.
    known = reading_of(first)
    silent = known.time.model_dump(exclude={"is_ending"})
    old = known.model_copy(update={"time": type(known.time)(**silent)})
    plain = read_rows(read_file(tmp_path / "b.csv"), old, first.name, "UTC")
    assert landed(plain, first.moment) == [("2026-03-05 00:00:00",), ("2026-03-05 01:00:00",)]


@pytest.mark.parametrize(
    ("head", "cells", "name"),
    [
        ("Month", [f"{date(2025, m, 1):%b}" for m in range(1, 13)], "export 20250115.csv"),
        ("Week", [str(w) for w in range(1, 53)], "kw export 2025-01-15.csv"),
        ("Week", [str(w) for w in range(1, 53)], "weeks made 21.12.2025.csv"),
    ],
)
def test_periods_after_the_day_of_the_export_are_not_of_its_year(
    head: str, cells: list[str], name: str, tmp_path: Path
) -> None:
    lines = [f"{cell},{v(n)}" for n, cell in enumerate(cells)]
    with pytest.raises(InvalidInput) as raised:
        looked_at(tmp_path, File(text(f"{head},n", *lines), "n", [], "", name=name))
    assert raised.value.sentence.code == "intake.no_time"


@pytest.mark.parametrize(
    ("head", "cells", "name", "days"),
    [
        (
            "Month",
            [f"{date(2025, m, 1):%b}" for m in range(1, 13)],
            "export 2025-12-01.csv",
            [date(2025, m, 1) for m in range(1, 13)],
        ),
        (
            "Week",
            [str(w) for w in range(1, 53)],
            "kw export 2025-12-31.csv",
            [date.fromisocalendar(2025, w, 1) for w in range(1, 53)],
        ),
    ],
)
def test_periods_up_to_the_day_of_the_export_are_of_its_year(
    head: str, cells: list[str], name: str, days: list[date], tmp_path: Path
) -> None:
    lines = [f"{cell},{v(n)}" for n, cell in enumerate(cells)]
    found = looked_at(tmp_path, File(text(f"{head},n", *lines), "n", [], "", name=name))
    assert pairs_of(found, found.moment, "n") == sorted(each(days))


@pytest.mark.parametrize("say", ["%Y-%m-%d", "%d/%m/%Y"])
@pytest.mark.parametrize("part", ["Month", "Week"])
def test_a_month_beside_the_whole_day_gets_no_year(part: str, say: str, tmp_path: Path) -> None:
    days = [date(2024, m, 15) for m in range(1, 13)]
    cells = [f"{d:%b}" if part == "Month" else str(d.isocalendar()[1]) for d in days]
    rows = zip(days, cells, strict=True)
    lines = [f"{d.strftime(say)},{cell},{v(n)}" for n, (d, cell) in enumerate(rows)]
    file = File(text(f"Date,{part},n", *lines), "n", [], "", name="report 2025.csv")
    found = looked_at(tmp_path, file)
    assert pairs_of(found, found.moment, "n") == sorted(each(days))
    assert [row[part.lower()] for row in found.rows] == cells


def stacked(who: str, *parts: list[str]) -> list[str]:
    cells = [cell for part in parts for cell in part]
    return [f"{cell},{who},{v(n)}" for n, cell in enumerate(cells)]


YEARS_3 = [str(year) for year in (2021, 2022, 2023)]
MONTHS_3 = [f"{m:%Y-%m}" for m in MONTHS[:36]]
QUARTERS_3 = [f"{m.year} Q{m.month // 3 + 1}" for m in MONTHS[:36:3]]


def test_years_of_another_series_are_not_put_together_by_the_months_of_one(tmp_path: Path) -> None:
    lines = [*stacked("A", MONTHS_3, QUARTERS_3, YEARS_3), *stacked("B", YEARS_3)]
    found = looked_at(tmp_path, File(text("Period,Country,Value", *lines), "value", [], ""))
    assert len(found.left_out) == len(QUARTERS_3) + len(YEARS_3)
    assert [line.text for line in found.refused] == [
        f"{year} | B | {v(n)}" for n, year in enumerate(YEARS_3)
    ]


def test_years_before_the_first_month_are_not_left_out(tmp_path: Path) -> None:
    years = [str(year) for year in range(2000, 2021)]
    with pytest.raises(InvalidInput) as raised:
        looked_at(
            tmp_path,
            File(text("Period,Country,Value", *stacked("A", years, MONTHS_3)), "value", [], ""),
        )
    assert raised.value.sentence.code == "intake.several_lengths"


def test_how_long_a_period_is_may_stand_beside_it(tmp_path: Path) -> None:
    lines = [
        f"{cell},{length},{who},{v(n, k)}"
        for k, who in enumerate(["Austria", "Malta"])
        for length, cells in (("A", YEARS_3), ("Q", QUARTERS_3), ("M", MONTHS_3))
        for n, cell in enumerate(cells)
    ]
    found = looked_at(tmp_path, File(text("TIME_PERIOD,FREQ,GEO,Value", *lines), "value", [], ""))
    assert (len(found.refused), len(found.left_out)) == (0, 2 * 15)
    assert pairs_of(found, found.moment, "value") == sorted(
        [*each(MONTHS[:36]), *each(MONTHS[:36], other=1)]
    )


def test_models_called_like_periods_stay(tmp_path: Path) -> None:
    models = ["2008", *[f"2008 Q{q}" for q in range(1, 5)], *[f"2012-{m}" for m in range(1, 8)]]
    lines = [f"{d},{model},{v(n, k)}" for n, d in enumerate(DAYS) for k, model in enumerate(models)]
    found = looked_at(tmp_path, File(text("Date,Model,n", *lines), "n", [], ""))
    assert (found.moment, len(found.rows), found.left_out) == ("date", len(lines), [])


def test_few_months_and_their_quarter_are_read_later_as_many_were(tmp_path: Path) -> None:
    lines = stacked("A", MONTHS_3, QUARTERS_3, YEARS_3)
    first = looked_at(tmp_path, File(text("Period,Country,Value", *lines), "value", [], ""))
    found = later(
        first,
        tmp_path,
        "Period,Country,Value",
        *stacked("A", ["2024-01", "2024-02", "2024-03", "2024 Q1"]),
    )
    assert landed(found, first.moment, "value") == [
        (f"2024-0{n + 1}-01", str(v(n))) for n in range(3)
    ]
    assert ([line.number for line in found.left_out], found.refused) == ([5], [])


TWO = [(who, n, f"2026-01-0{n + 1}") for who in "AB" for n in range(5)]
SAME_LABELS = {
    "of points": (
        [
            {"name": who, "t": "x", "points": [{"t": f"2026-01-0{n + 1}", "name": "p", "v": n} for n in range(5)]}
            for who in "AB"
        ],
        [{"points name": who, "points t": "x", "t": day, "name": "p", "v": str(n)} for who, n, day in TWO],
    ),
    "of pairs": (
        [
            {"value": who, "time": "x", "values": [[f"2026-01-0{n + 1}", n] for n in range(5)]}
            for who in "AB"
        ],
        [{"values value": who, "values time": "x", "time": day, "value": str(n)} for who, n, day in TWO],
    ),
    "twice": (
        [
            {"name": who, "points name": "y", "points": [{"name": f"2026-01-0{n + 1}", "v": n} for n in range(5)]}
            for who in "AB"
        ],
        [
            {"points points name": who, "points name": "y", "name": day, "v": str(n)}
            for who, n, day in TWO
        ],
    ),
    "by moment": (
        {day: {"key": f"k{n}", "v": n} for _, n, day in TWO[:5]},
        [{"outer key": day, "key": f"k{n}", "v": str(n)} for _, n, day in TWO[:5]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAME_LABELS)
def test_labels_that_meet_in_json_take_no_other_s_place(kind: str, tmp_path: Path) -> None:
    content, rows = SAME_LABELS[kind]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    head, *lines = read_file(path).lines
    assert [dict(zip(head.cells, line.cells, strict=True)) for line in lines] == rows


@pytest.mark.parametrize("heads", ["a (W),b (W)", "battery 1,battery 2", "east,west"])
def test_as_much_below_zero_in_columns_of_one_scale_is_what_it_is(
    heads: str, tmp_path: Path
) -> None:
    lines = [
        f"{h},{-2000 if h.hour < 5 else 300 + n % 50},{-2000 if h.hour < 6 else 301 + n % 49}"
        for n, h in enumerate(HOURS)
    ]
    found = looked_at(tmp_path, File(text(f"at,{heads}", *lines), "", [], ""))
    assert [each.nulls for each in found.rows.columns] == [(), ()]


@pytest.mark.parametrize("other", [200, 4])
def test_a_code_in_columns_of_other_scales_or_far_beyond_them_is_not_known(
    other: int, tmp_path: Path
) -> None:
    lines = [
        f"{h},{-2000 if n % 9 == 4 else n % 50},{-2000 if n % 7 == 3 else other + n % 40}"
        for n, h in enumerate(HOURS)
    ]
    found = looked_at(tmp_path, File(text("at,a,b", *lines), "", [], ""))
    assert [each.nulls for each in found.rows.columns] == [("-2000",), ("-2000",)]


@pytest.mark.parametrize("minutes", ["", "half", "0", "7", "99999999"])
def test_a_meter_of_unreadable_intervals_gives_its_own_to_no_other(
    minutes: str, tmp_path: Path
) -> None:
    def metered(meter: str, length: str, days: list[date]) -> list[str]:
        values = ",".join(["1.5"] * 48)
        return [
            f"200,{meter},E1,1,E1,N1,M1,kWh,{length},",
            *(f"300,{d:%Y%m%d},{values},A,,,20260201120000," for d in days),
        ]

    lines = [
        "100,NEM12,202602011200,MDP1,Retailer",
        *metered("6100000001", "30", DAYS[:9]),
        *metered("6100000002", minutes, DAYS[:2]),
        *metered("6100000003", "30", DAYS[:9]),
        "900",
    ]
    found = looked_at(tmp_path, File(text(*lines), "value", [], ""))
    assert [line.number for line in found.refused] == [13, 14]
    assert {line.reason.code for line in found.refused} == {"intake.not_moment"}
    counts = {
        who: sum(row["nmi"] == who for row in found.rows) for who in {r["nmi"] for r in found.rows}
    }
    assert counts.pop("6100000002", 2) == 2
    assert counts == {"6100000001": 9 * 48, "6100000003": 9 * 48}


@pytest.mark.parametrize(
    ("name", "row", "moment"),
    [
        ("the Buddha's years", "10/2/2567,7", "2024-02-10"),
        ("the Buddha's years first", "2567-02-10,7", "2024-02-10"),
        ("reigns", "令和8年4月5日,7", "2026-04-05"),
        ("reigns in a letter", "R8.4.5,7", "2026-04-05"),
        ("a republic's years", "115/04/05,7", "2026-04-05"),
    ],
)
def test_one_row_is_read_later_in_the_years_of_the_first_file(
    name: str, row: str, moment: str, tmp_path: Path
) -> None:
    first = looked_at(tmp_path, abroad()[name])
    found = later(first, tmp_path, "day,sales", row)
    assert landed(found, first.moment, "sales") == [(moment, "7")]
    assert found.refused == []


@pytest.mark.parametrize("count", [1, 5])
def test_few_rows_without_a_head_are_read_later_as_many_were(count: int, tmp_path: Path) -> None:
    first = looked_at(tmp_path, power()["an exchange's hours without a head"])
    rows = [f"2026;03;05;{hour + 1};{v(hour) / 4};" for hour in range(count)]
    found = later(first, tmp_path, "MARGINALPDBC;", *rows, "*")
    assert [moment for (moment,) in landed(found, first.moment)] == [
        f"2026-03-05 {hour:02}:00:00" for hour in range(count)
    ]
