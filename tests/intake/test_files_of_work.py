"""Files as people have them at work: money on a phone, clinics, meters, stations, shops, books and monitors.

The figures are `v`, a plain sum, or a fraction of it; what must come out is made beside the text, and nothing is asked.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from iop_pipelines.errors import InvalidInput
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.reading import reading_of
from iop_pipelines.intake.rows import read_rows
from iop_pipelines.intake.understand import Given, Understood, understand

DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(75)]
HOURS = [datetime(2026, 1, 5) + timedelta(hours=n) for n in range(24 * 8)]
QUARTER_HOURS = [datetime(2026, 1, 5) + timedelta(minutes=15 * n) for n in range(96 * 4)]
HALF_HOURS = [datetime(2026, 1, 5) + timedelta(minutes=30 * n) for n in range(48 * 5)]
MONTHS = [date(2022 + n // 12, n % 12 + 1, 1) for n in range(48)]
WEEKS = [date(2025, 1, 6) + timedelta(days=7 * n) for n in range(50)]
YEARS = list(range(1990, 2026))
T0 = datetime(1970, 1, 1)
Figures = Mapping[tuple[str, ...], float]


def v(n: int, other: int = 0) -> int:
    return (n * 37 + other * 53) % 211 + 10


def text(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def end_of(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def german(number: float, places: int = 2) -> str:
    return f"{number:,.{places}f}".translate({ord(","): ".", ord("."): ","})


def each(moments: list, by: float = 1) -> Figures:
    return {(str(moment),): v(n) / by for n, moment in enumerate(moments)}


def of(names: list[str], moments: list, by: float = 1) -> Figures:
    return {
        (str(m), name): v(n, k) / by for k, name in enumerate(names) for n, m in enumerate(moments)
    }


@dataclass(frozen=True)
class File:
    """`fields`: moment, series, the figure that `figures` has; `measures`: all columns that are one, if they are told;
    `left`: lines that are no rows."""

    content: str | bytes
    fields: tuple[str, ...]
    figures: Figures
    freq: str = "D"
    name: str = "a.csv"
    codec: str = "utf-8"
    left: int = 0
    measures: tuple[str, ...] = ()

    @property
    def data(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.encode(self.codec)


def money() -> dict[str, File]:
    at = [datetime(2026, 1, 1, 9 + n % 9, n % 60, 7) + timedelta(days=n) for n in range(75)]
    return {
        "M-Pesa": File(
            text(
                "M-PESA FULL STATEMENT",
                "Customer Name:,JANE WANJIKU",
                "Mobile Number:,0722000000",
                "Date of Statement:,20th Mar 2026",
                "",
                "Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance",
                *(
                    f"SA{n:05}KQ,{m:%Y-%m-%d %H:%M:%S},{'Pay Bill' if n % 3 else 'Funds received'},Completed,"
                    f'{"" if n % 3 else f"{v(n)}.00"},{f"-{v(n)}.00" if n % 3 else ""},"{1000 + n:,}.00"'
                    for n, m in enumerate(at)
                ),
            ),
            ("completion_time", "paid_in"),
            {(str(m),): v(n) for n, m in enumerate(at) if n % 3 == 0},
        ),
        "money on a phone, in French": File(
            text(
                "Date;Heure;Référence;Type;Montant (XOF);Frais (XOF)",
                *(
                    f"{m:%d/%m/%Y};{m:%H:%M:%S};CI26{n:04}.B1;{'Dépôt' if n % 2 else 'Retrait'};{v(n) * 500:,};{n % 3 * 25}".replace(
                        ",", "\u202f"
                    )
                    for n, m in enumerate(at)
                ),
            ),
            ("date_heure", "montant"),
            {(str(m),): v(n) * 500 for n, m in enumerate(at)},
        ),
        "quotes of a market": File(
            text(
                '"Date","Price","Open","High","Low","Vol.","Change %"',
                *(
                    f'"{d:%m/%d/%Y}","{v(n) * 10:,}.50","{v(n)}.00","{v(n)}.00","{v(n)}.00","{v(n)}.25M","{n % 7 - 3}.10%"'
                    for n, d in reversed([*enumerate(DAYS)])
                ),
            ),
            ("date", "price"),
            {(str(d),): v(n) * 10 + 0.5 for n, d in enumerate(DAYS)},
        ),
        "a central bank's portal": File(
            text(
                '"DATE","TIME PERIOD","HICP - Overall index, Annual rate of change (ICP.M.U2.N.000000.4.ANR)"',
                *(f'"{end_of(m)}","{m:%Y%b}","{v(n) / 10}"' for n, m in enumerate(MONTHS)),
            ),
            ("date", "hicp_overall_index_annual_rate_of_change"),
            each([end_of(m) for m in MONTHS], 10),
            "MS",
        ),
        "FRED": File(
            text(
                "observation_date,UNRATE",
                *(f"{m},{'.' if n == 7 else v(n) / 10}" for n, m in enumerate(MONTHS)),
            ),
            ("observation_date", "unrate"),
            {k: f for n, (k, f) in enumerate(each(MONTHS, 10).items()) if n != 7},
            "MS",
        ),
        "an Indian ledger": File(
            text(
                "Date,Particulars,Vch Type,Vch No.,Debit,Credit",
                *(
                    f'{d.day}-{d:%b-%y},Cash,Receipt,{n + 1},"1,{v(n):02},{n:03}.00",'
                    for n, d in enumerate(DAYS)
                ),
            ),
            ("date", "debit"),
            {(str(d),): float(f"1{v(n):02}{n:03}") for n, d in enumerate(DAYS)},
        ),
        "profit by month": File(
            text(
                "Profit and Loss,,,,,,,,,,,,,",
                "Umbrella Ltd,,,,,,,,,,,,,",
                "For the year ended 31 December 2025,,,,,,,,,,,,,",
                "",
                "Account," + ",".join(f"{date(2025, m, 1):%b %Y}" for m in range(1, 13)) + ",Total",
                *(
                    f"{name},"
                    + ",".join(f'"{1000 + v(m, k):,}.00"' for m in range(12))
                    + f',"{sum(1000 + v(m, k) for m in range(12)):,}.00"'
                    for k, name in enumerate(("Sales", "Services", "Interest"))
                ),
            ),
            ("period", "account", "value"),
            {
                (str(date(2025, m + 1, 1)), name): 1000 + v(m, k)
                for k, name in enumerate(("Sales", "Services", "Interest"))
                for m in range(12)
            },
            "MS",
        ),
        "a shop's orders": File(
            text(
                "Name,Email,Financial Status,Created at,Currency,Subtotal,Shipping,Total",
                *(
                    f"#{1000 + n},a{n}@example.com,paid,{m:%Y-%m-%d %H:%M:%S} +0100,EUR,{v(n)}.00,5.00,{v(n) + 5}.00"
                    for n, m in enumerate(at)
                ),
            ),
            ("created_at", "total"),
            {(str(m - timedelta(hours=1)),): v(n) + 5 for n, m in enumerate(at)},
        ),
        "a till by day, in dollars": File(
            text(
                "Sales Summary,,,",
                "Date Range: Jan 1 - Mar 16 2026,,,",
                "Sales Date,Gross Sales,Returns,Net Sales",
                *(
                    f'"{d:%b} {d.day}, {d.year}","${1000 + v(n):,}.00",($5.00),"${995 + v(n):,}.00"'
                    for n, d in enumerate(DAYS)
                ),
            ),
            ("sales_date", "net_sales"),
            {(str(d),): 995 + v(n) for n, d in enumerate(DAYS)},
        ),
    }


def health() -> dict[str, File]:
    places = ["Bo", "Kenema", "Makeni"]
    week = [w.isocalendar() for w in WEEKS]
    first = date(2020, 1, 22)
    days = [first + timedelta(days=n) for n in range(60)]
    return {
        "DHIS2, a table": File(
            text(
                "Data,Period,Organisation unit,Value",
                *(
                    f"Malaria cases,{m:%Y%m},{p},{v(n, k)}.0"
                    for k, p in enumerate(places)
                    for n, m in enumerate(MONTHS)
                ),
            ),
            ("period", "organisation_unit", "value"),
            of(places, MONTHS),
            "MS",
        ),
        "DHIS2, a pivot": File(
            text(
                "organisationunitid,organisationunitname,organisationunitcode,organisationunitdescription,"
                + ",".join(f"{m:%B %Y}" for m in MONTHS),
                *(
                    f"ImspTQ{k},{p},OU_{k},," + ",".join(str(v(n, k)) for n in range(48))
                    for k, p in enumerate(places)
                ),
            ),
            ("period", "organisationunitname", "value"),
            of(places, MONTHS),
            "MS",
        ),
        "DHIS2, weeks": File(
            text(
                "periodid,periodname,dataname,Cases",
                *(
                    f"{y}W{w},Week {w} {d},Measles,{v(n)}"
                    for n, ((y, w, _), d) in enumerate(zip(week, WEEKS, strict=True))
                ),
            ),
            ("periodid", "cases"),
            each(WEEKS),
            "W",
        ),
        "influenza by week": File(
            text(
                "COUNTRY_CODE,ISO_YEAR,ISO_WEEK,ISO_WEEKSTARTDATE,SPEC_PROCESSED_NB,INF_ALL",
                *(
                    f"GHA,{y},{w},{d},{v(n) + 50},{v(n)}"
                    for n, ((y, w, _), d) in enumerate(zip(week, WEEKS, strict=True))
                ),
            ),
            ("iso_weekstartdate", "inf_all"),
            each(WEEKS),
            "W",
        ),
        "cases by day, newest first": File(
            text(
                "dateRep,day,month,year,cases,deaths,countriesAndTerritories,geoId,popData2019",
                *(
                    f"{d:%d/%m/%Y},{d.day},{d.month},{d.year},{v(n, k)},{n % 5},{p},{p[:2].upper()},{9000 + k}"
                    for k, p in enumerate(places)
                    for n, d in reversed([*enumerate(DAYS)])
                ),
            ),
            ("daterep", "countriesandterritories", "cases"),
            of(places, DAYS),
        ),
        "days across, month first": File(
            text(
                "Province/State,Country/Region,Lat,Long,"
                + ",".join(f"{d.month}/{d.day}/{d:%y}" for d in days),
                *(
                    f",{p},8.{k},-11.{k}," + ",".join(str(v(n, k)) for n in range(60))
                    for k, p in enumerate(places)
                ),
            ),
            ("period", "country_region", "value"),
            of(places, days),
        ),
        "a watch": File(
            json.dumps(
                [
                    {"dateTime": f"{d:%m/%d/%y} 00:00:00", "value": str(v(n))}
                    for n, d in enumerate(DAYS)
                ]
            ),
            ("datetime", "value"),
            each(DAYS),
            name="steps.json",
        ),
        "steps with lines for none": File(
            text(
                "Date,Actual,Goal",
                *(
                    f"{d:%m/%d/%Y},{'--' if n == 9 else 1000 + v(n)},10000"
                    for n, d in enumerate(DAYS)
                ),
            ),
            ("date", "actual"),
            {(str(d),): 1000 + v(n) for n, d in enumerate(DAYS) if n != 9},
        ),
    }


def meters() -> dict[str, File]:
    return {
        "Enedis": File(
            text(
                "Identifiant PRL;Type de donnees;Date de debut;Date de fin;Grandeur physique;Unite;Pas en minutes",
                "2512345;Courbe de charge;05/01/2026;10/01/2026;Energie active;W;30",
                "Horodate;Valeur",
                *(f"{m:%Y-%m-%dT%H:%M:%S}+01:00;{v(n)}" for n, m in enumerate(HALF_HOURS)),
            ),
            ("horodate", "valeur"),
            {(str(m - timedelta(hours=1)),): v(n) for n, m in enumerate(HALF_HOURS)},
            "30min",
        ),
        "Datadis": File(
            text(
                "cups;fecha;hora;consumo_kWh;metodoObtencion",
                *(
                    f"ES0021;{m:%Y/%m/%d};{m.hour + 1:02}:00;{v(n) / 100:.2f};Real".replace(
                        ".", ","
                    )
                    for n, m in enumerate(HOURS)
                ),
            ),
            ("fecha_hora", "consumo_kwh"),
            each(HOURS, 100),
            "h",
        ),
        "a supplier's half-hours": File(
            text(
                "Consumption (kwh), Estimated Cost Inc. Tax (p), Standing Charge Inc. Tax (p), Start, End",
                *(
                    f"{v(n) / 100}, {v(n) / 4}, 0.9, {m:%Y-%m-%dT%H:%M:%S}+00:00, {m + timedelta(minutes=30):%Y-%m-%dT%H:%M:%S}+00:00"
                    for n, m in enumerate(HALF_HOURS)
                ),
            ),
            ("start", "consumption"),
            each(HALF_HOURS, 100),
            "30min",
        ),
        "a Nordic market": File(
            text(
                "Elspot prices",
                "",
                "\tHours\tSE1\tSE2",
                *(
                    f"{m:%d-%m-%Y}\t{m.hour:02}\u00a0-\u00a0{(m.hour + 1) % 24:02}\t{german(v(n))}\t{german(v(n, 1))}"
                    for n, m in enumerate(
                        HOURS + [HOURS[-1] + timedelta(hours=k + 1) for k in range(24 * 6)]
                    )
                ),
            ),
            ("column_1_hours", "se1"),
            each(HOURS + [HOURS[-1] + timedelta(hours=k + 1) for k in range(24 * 6)]),
            "h",
            name="a.tsv",
        ),
        "an inverter": File(
            text(
                "Time,System Production (W)",
                *(
                    f"{m:%m/%d/%Y %H:%M},{v(n)}"
                    for n, m in enumerate(
                        [datetime(2026, 1, 10) + timedelta(minutes=15 * k) for k in range(96 * 5)]
                    )
                ),
            ),
            ("time", "system_production"),
            each([datetime(2026, 1, 10) + timedelta(minutes=15 * k) for k in range(96 * 5)]),
            "15min",
        ),
        "an operator's GMT intervals": File(
            text(
                "INTERVALSTARTTIME_GMT,INTERVALENDTIME_GMT,LOAD_TYPE,OPR_DT,OPR_HR,TAC_AREA_NAME,MW",
                *(
                    f"{m:%Y-%m-%dT%H:%M:%S}-00:00,{m + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}-00:00,0,{m - timedelta(hours=8):%Y-%m-%d},{(m - timedelta(hours=8)).hour + 1},CA,{v(n)}"
                    for n, m in enumerate(HOURS)
                ),
            ),
            ("intervalstarttime_gmt", "mw"),
            each(HOURS),
            "h",
        ),
        "a home's history": File(
            text(
                "entity_id,state,last_changed",
                *(
                    f"sensor.kitchen,{'unavailable' if n % 40 == 7 else v(n) / 10},{m:%Y-%m-%dT%H:%M:%S}.000Z"
                    for n, m in enumerate(HOURS)
                ),
            ),
            ("last_changed", "state"),
            {k: f for n, (k, f) in enumerate(each(HOURS, 10).items()) if n % 40 != 7},
            "h",
        ),
        "a network of things": File(
            text(
                *(
                    json.dumps(
                        {
                            "end_device_ids": {"device_id": "eui-1"},
                            "received_at": f"{m:%Y-%m-%dT%H:%M:%S}.123456789Z",
                            "uplink_message": {
                                "f_cnt": n,
                                "decoded_payload": {"temperature": v(n) / 10},
                            },
                        }
                    )
                    for n, m in enumerate(HOURS)
                )
            ),
            ("received_at", "uplink_message_decoded_payload_temperatu"),
            {(f"{m}.123456",): v(n) / 10 for n, m in enumerate(HOURS)},
            "h",
            name="a.ndjson",
        ),
    }


def weather() -> dict[str, File]:
    davis = [datetime(2026, 1, 5) + timedelta(minutes=30 * n) for n in range(48 * 20)]
    return {
        "a satellite's days": File(
            text(
                "-BEGIN HEADER-",
                "NASA/POWER Daily 2.0.0",
                "Dates (month/day/year): 01/01/2026 through 03/16/2026",
                "Location: Latitude  0.5 Longitude 34.5",
                "The value for missing source data is: -999",
                "Parameter(s):",
                "T2M     MERRA-2 Temperature at 2 Meters (C)",
                "-END HEADER-",
                "YEAR,DOY,T2M,PRECTOTCORR",
                *(
                    f"{d.year},{d.timetuple().tm_yday},{-999 if n > 70 else v(n) / 10},{n % 4}.25"
                    for n, d in enumerate(DAYS)
                ),
            ),
            ("year_doy", "t2m"),
            {(str(d),): v(n) / 10 for n, d in enumerate(DAYS) if n <= 70},
        ),
        "an open service, under a table of its place": File(
            text(
                "latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation",
                "52.52,13.41,38.0,0,GMT,GMT",
                "",
                "time,temperature_2m (°C),rain (mm)",
                *(f"{m:%Y-%m-%dT%H:%M},{v(n) / 10},{n % 3}.00" for n, m in enumerate(HOURS)),
            ),
            ("time", "temperature_2m"),
            each(HOURS, 10),
            "h",
        ),
        "months of a station, aligned": File(
            text(
                "Armagh",
                "Location 287800E 345800N, Lat 54.352 Lon -6.649, 62 metres amsl",
                "Estimated data is marked with a * after the value.",
                "Missing data (more than 2 days missing in month) is  marked by  ---.",
                "   yyyy  mm   tmax    tmin      af    rain     sun",
                "              degC    degC    days      mm   hours",
                *(
                    f"   {m.year}  {m.month:2}   {v(n) / 10:4.1f}{'*' if n == 5 else ' '}   {n % 9:4.1f}    {'---' if n == 7 else n % 9:>4}   {n % 90:5.1f}    {n % 70:5.1f}"
                    for n, m in enumerate(MONTHS)
                ),
            ),
            ("yyyy_mm", "tmax"),
            each(MONTHS, 10),
            "MS",
            name="armaghdata.txt",
        ),
        "Canada's hours": File(
            text(
                '"Longitude (x)","Latitude (y)","Station Name","Climate ID","Date/Time (LST)","Year","Month","Day","Time (LST)","Temp (°C)","Temp Flag"',
                *(
                    f'"-79.63","43.68","TORONTO","6158731","{m:%Y-%m-%d %H:%M}","{m.year}","{m:%m}","{m:%d}","{m:%H:%M}","{v(n) / 10}",""'
                    for n, m in enumerate(HOURS)
                ),
            ),
            ("date_time", "temp"),
            each(HOURS, 10),
            "h",
        ),
        "Australia's rain": File(
            text(
                "Product code,Bureau of Meteorology station number,Year,Month,Day,Rainfall amount (millimetres),Period over which rainfall was measured (days),Quality",
                *(
                    f"IDCJAC0009,066062,{d.year},{d.month:02},{d.day:02},{v(n) / 10},1,Y"
                    for n, d in enumerate(DAYS)
                ),
            ),
            ("year_month_day", "rainfall_amount"),
            each(DAYS, 10),
        ),
        "a console's half-hours": File(
            text(
                "\t\tTemp\tHi\tOut",
                "Date\tTime\tOut\tTemp\tHum",
                *(
                    f"{m.day:02}/{m.month:02}/{m:%y}\t{m.hour % 12 or 12}:{m:%M}{'a' if m.hour < 12 else 'p'}\t{v(n) / 10}\t{v(n) / 10 + 1}\t{n % 60 + 20}"
                    for n, m in enumerate(davis)
                ),
            ),
            ("date_time", "temp_out"),
            each(davis, 10),
            "30min",
            name="download.txt",
        ),
        "the Netherlands' days": File(
            text(
                "# DEZE GEGEVENS MOGEN VRIJ WORDEN GEBRUIKT MITS BRONVERMELDING",
                "# STN      LON(east)   LAT(north)  ALT(m)  NAME",
                "# 260         5.180       52.100     1.90  De Bilt",
                "# TG       : Etmaalgemiddelde temperatuur (in 0.1 graden Celsius)",
                "# STN,YYYYMMDD,   TG,   RH",
                *(f"  260,{d:%Y%m%d},{v(n):5},{n % 9 + 1:5}" for n, d in enumerate(DAYS)),
            ),
            ("yyyymmdd", "tg"),
            each(DAYS),
            name="etmgeg.txt",
        ),
    }


def programs() -> dict[str, File]:
    names = ["web", "api"]
    return {
        "a cloud's metric": File(
            text(
                '"Full label","CPUUtilization"',
                '"Id","m1"',
                '"Label","CPUUtilization"',
                '"Metric","AWS/EC2 CPUUtilization"',
                '"Period","3600"',
                *(f'"{m:%Y/%m/%d %H:%M:%S}","{v(n) / 8}"' for n, m in enumerate(HOURS)),
            ),
            ("full_label", "cpuutilization"),
            each(HOURS, 8),
            "h",
            left=1,
        ),
        "a monitor's panel": File(
            text(
                '"Time","web","api"',
                *(
                    f'"{m:%Y-%m-%d %H:%M:%S}","{v(n) / 8} %","{v(n, 1) / 8} %"'
                    for n, m in enumerate(HOURS)
                ),
            ),
            ("time", "web"),
            each(HOURS, 8),
            "h",
        ),
        "a monitor's rows": File(
            text(
                "sep=;",
                '"Series";"Time";"Value"',
                *(
                    f'"{s}";"{m:%Y-%m-%dT%H:%M:%S}+01:00";"{v(n, k)}"'
                    for k, s in enumerate(names)
                    for n, m in enumerate(HOURS)
                ),
            ),
            ("time", "series", "value"),
            {
                (str(m - timedelta(hours=1)), s): v(n, k)
                for k, s in enumerate(names)
                for n, m in enumerate(HOURS)
            },
            "h",
        ),
        "an agency of food": File(
            text(
                '"Domain Code","Domain","Area Code (M49)","Area","Element Code","Element","Item Code (CPC)","Item","Year Code","Year","Unit","Value","Flag","Flag Description"',
                *(
                    f'"QCL","Crops","{k + 4:03}","{a}","5510","Production","0112","Maize","{y}","{y}","t","{v(n, k)}","A","Official figure"'
                    for k, a in enumerate(("Benin", "Ghana"))
                    for n, y in enumerate(YEARS)
                ),
            ),
            ("year_code", "area", "value"),
            {
                (f"{y}-01-01", a): v(n, k)
                for k, a in enumerate(("Benin", "Ghana"))
                for n, y in enumerate(YEARS)
            },
            "YS",
        ),
        "our world": File(
            text(
                "Entity,Code,Year,Life expectancy",
                *(
                    f"{a},{a[:3].upper()},{y},{v(n, k) / 4}"
                    for k, a in enumerate(("Benin", "Ghana"))
                    for n, y in enumerate(YEARS)
                ),
            ),
            ("year", "entity", "life_expectancy"),
            {
                (f"{y}-01-01", a): v(n, k) / 4
                for k, a in enumerate(("Benin", "Ghana"))
                for n, y in enumerate(YEARS)
            },
            "YS",
        ),
        "a fund's months across": File(
            text(
                "Country,Indicator,Attribute," + ",".join(f"{m.year}M{m.month}" for m in MONTHS),
                *(
                    f"{a},Prices,Value," + ",".join(str(v(n, k) / 4) for n in range(48))
                    for k, a in enumerate(("Benin", "Ghana"))
                ),
            ),
            ("period", "country", "value"),
            of(["Benin", "Ghana"], MONTHS, 4),
            "MS",
        ),
        "a pivot of a sheet": File(
            text(
                "Sum of Qty;Column Labels;;",
                "Row Labels;EWR;JFK;Grand Total",
                *(f"{d:%d.%m.%Y};{v(n)};{v(n, 1)};{v(n) + v(n, 1)}" for n, d in enumerate(DAYS)),
                f"Grand Total;{sum(v(n) for n in range(75))};{sum(v(n, 1) for n in range(75))};{sum(v(n) + v(n, 1) for n in range(75))}",
            ),
            ("row_labels", "ewr"),
            each(DAYS),
            left=1,
        ),
        "tickets": File(
            text(
                "Ticket created - Date,Ticket group,Tickets,Full resolution time (hrs)",
                *(
                    f'"{d:%d %B %Y}",{s},{v(n, k)},{n % 9}.5'
                    for k, s in enumerate(names)
                    for n, d in enumerate(DAYS)
                ),
            ),
            ("ticket_created_date", "ticket_group", "tickets"),
            of(names, DAYS),
        ),
        "advertisements by day": File(
            text(
                "Reporting starts,Reporting ends,Campaign name,Impressions,Amount spent (EUR)",
                *(
                    f"{d},{d},{s},{v(n, k) * 9},{v(n, k) / 4}"
                    for k, s in enumerate(names)
                    for n, d in enumerate(DAYS)
                ),
            ),
            ("reporting_starts", "campaign_name", "amount_spent"),
            of(names, DAYS, 4),
        ),
        "sport": File(
            text(
                "Activity ID,Activity Date,Activity Type,Elapsed Time,Distance",
                *(
                    f'{900 + n},"{d:%b} {d.day}, {d.year}, 7:0{n % 10}:12 AM",Run,{1800 + n},{v(n) / 10}'
                    for n, d in enumerate(DAYS)
                ),
            ),
            ("activity_date", "distance"),
            {(f"{d} 07:0{n % 10}:12",): v(n) / 10 for n, d in enumerate(DAYS)},
        ),
        "issues": File(
            text(
                "Key,Created,Story Points",
                *(f"AB-{n},{d:%d/%b/%y} 3:0{n % 10} PM,{v(n)}" for n, d in enumerate(DAYS)),
            ),
            ("created", "story_points"),
            {(f"{d} 15:0{n % 10}:00",): v(n) for n, d in enumerate(DAYS)},
        ),
        "trade": File(
            text(
                "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterISO,flowCode,cmdCode,primaryValue,netWgt",
                *(
                    f"C,M,{m:%Y%m}01,{m.year},{m.month},{m:%Y%m},{a},X,TOTAL,{v(n, k) * 1000}.5,{v(n)}"
                    for k, a in enumerate(("BEN", "GHA"))
                    for n, m in enumerate(MONTHS)
                ),
            ),
            ("period", "reporteriso", "primaryvalue"),
            {
                (str(m), a): v(n, k) * 1000 + 0.5
                for k, a in enumerate(("BEN", "GHA"))
                for n, m in enumerate(MONTHS)
            },
            "MS",
            measures=("primaryvalue", "netwgt"),
        ),
        "Ethernet counters with a zone behind": File(
            text(
                "timestamp|host|rx_mb",
                *(
                    f"{m:%Y-%m-%d %H:%M:%S} UTC|{s}|{v(n, k)}"
                    for n, m in enumerate(HOURS)
                    for k, s in enumerate(names)
                ),
            ),
            ("timestamp", "host", "rx_mb"),
            of(names, HOURS),
            "h",
        ),
    }


def publishers() -> dict[str, File]:
    quarters = [date(2015 + n // 4, n % 4 * 3 + 1, 1) for n in range(40)]
    goods = ["All-items", "Food"]
    glucose = [datetime(2026, 1, 10) + timedelta(minutes=15 * n) for n in range(800)]
    each_day = [1767225600000 + 86_400_000 * n for n in range(75)]
    return {
        "months by their code, with the year's mean": File(
            text(
                "Series ID,Year,Period,Value",
                *(
                    f"CES,{m.year},M{m.month:02},{v(n)}"
                    + (f"\nCES,{m.year},M13,100" if m.month == 12 else "")
                    for n, m in enumerate(MONTHS)
                ),
            ),
            ("year_period", "value"),
            each(MONTHS),
            "MS",
            left=4,
        ),
        "quarters by their code": File(
            text(
                "Series ID,Year,Period,Value",
                *(f"CIU,{q.year},Q0{q.month // 3 + 1},{v(n)}" for n, q in enumerate(quarters)),
            ),
            ("year_period", "value"),
            each(quarters),
            "QS",
        ),
        "two measurements in turn": File(
            text(
                "Glucose Data,Generated on,30-01-2026 10:11 UTC,Generated by,Anna",
                "Device,Device Timestamp,Record Type,Historic Glucose mg/dL,Scan Glucose mg/dL,Notes,Ketone mmol/L",
                *(
                    f"FreeStyle,{m:%d-%m-%Y %H:%M},{n % 2},{'' if n % 2 else v(n)},{v(n) if n % 2 else ''},,"
                    for n, m in enumerate(glucose)
                ),
            ),
            ("device_timestamp", "historic_glucose_mg_dl"),
            {(str(m),): v(n) for n, m in enumerate(glucose) if not n % 2},
            "15min",
        ),
        "the World Bank's JSON": File(
            json.dumps(
                [
                    {"page": 1, "pages": 1},
                    [
                        {
                            "indicator": {"id": "SP", "value": "People"},
                            "country": {"id": "GH", "value": "Ghana"},
                            "date": str(y),
                            "value": v(n),
                            "unit": "",
                        }
                        for n, y in enumerate(YEARS)
                    ],
                ]
            ),
            ("date", "value"),
            {(f"{y}-01-01",): v(n) for n, y in enumerate(YEARS)},
            "YS",
            name="a.json",
        ),
        "lists of pairs, a figure each": File(
            json.dumps(
                {
                    "prices": [[at, v(n)] for n, at in enumerate(each_day)],
                    "market_caps": [[at, v(n) * 2] for n, at in enumerate(each_day)],
                }
            ),
            ("time", "prices"),
            each(DAYS),
            name="a.json",
            measures=("prices", "market_caps"),
        ),
        "quarters in Portuguese": File(
            text(
                "Trimestre;PIB",
                *(f"{q.month // 3 + 1}º trimestre {q.year};{v(n)}" for n, q in enumerate(quarters)),
            ),
            ("trimestre", "pib"),
            each(quarters),
            "QS",
        ),
        "a share of the year beside the month": File(
            text(
                "Year,Month,Decimal Date,Average,Trend",
                *(
                    f"{m.year},{m.month},{m.year + (m.month - 0.5) / 12:.4f},{300 + v(n) / 10},{300 + n / 8}"
                    for n, m in enumerate(MONTHS)
                ),
            ),
            ("year_month", "average"),
            {k: 300 + f for k, f in each(MONTHS, 10).items()},
            "MS",
            measures=("average", "trend"),
        ),
        "coordinates of a series": File(
            text(
                '"REF_DATE","GEO","DGUID","Products","UOM","VECTOR","COORDINATE","VALUE","STATUS"',
                *(
                    f'"{m:%Y-%m}","Canada","2016A","{p}","2002=100","v4169{k}","2.{k + 2}","{v(n, k) / 2}",""'
                    for k, p in enumerate(goods)
                    for n, m in enumerate(MONTHS)
                ),
            ),
            ("ref_date", "products", "value"),
            of(goods, MONTHS, 2),
            "MS",
            measures=("value",),
        ),
        "how long calls took, an agent a row": File(
            text(
                "Date,Agent,Calls,Talk time,Service",
                *(
                    f"{d:%d.%m.%Y},{a},{v(n, k)},{n % 9:02}:{n % 60:02}:00,{n % 7:02}:{n % 50:02}:10"
                    for n, d in enumerate(DAYS)
                    for k, a in enumerate(("Anna", "Bob"))
                ),
            ),
            ("date", "agent", "calls"),
            of(["Anna", "Bob"], DAYS),
            measures=("calls",),
        ),
        "from a day to another, in words": File(
            text(
                "Week,Users",
                *(
                    f'"{w:%b} {w.day} - {w + timedelta(days=6):%b} {(w + timedelta(days=6)).day}, {(w + timedelta(days=6)).year}",{v(n)}'
                    for n, w in enumerate(WEEKS)
                ),
            ),
            ("week", "users"),
            each(WEEKS),
            "W",
        ),
        "quarters of the North": File(
            text(
                "Kvartal,Value",
                *(f"{q.year}K{q.month // 3 + 1},{v(n)}" for n, q in enumerate(quarters)),
            ),
            ("kvartal", "value"),
            each(quarters),
            "QS",
        ),
        "numbered half-hours across": File(
            text(
                "MPAN,Date," + ",".join(f"HH{k + 1}" for k in range(48)),
                *(
                    f"1200,{d:%d/%m/%Y}," + ",".join(f"{v(48 * n + k) / 10}" for k in range(48))
                    for n, d in enumerate(DAYS[:20])
                ),
            ),
            ("date_time", "value"),
            each([datetime(2026, 1, 1) + timedelta(minutes=30 * n) for n in range(48 * 20)], 10),
            "30min",
        ),
        "invoices": File(
            text(
                "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
                *(
                    f"{536365 + n},85{n % 7}A,{v(n)},{d.month}/{d.day}/{d.year} {8 + n % 9}:26,{v(n) / 50:.2f},{17850 + n % 9},United Kingdom"
                    for n, d in enumerate(DAYS)
                ),
            ),
            ("invoicedate", "quantity"),
            {(f"{d} {8 + n % 9:02}:26:00",): v(n) for n, d in enumerate(DAYS)},
            measures=("quantity", "unitprice"),
        ),
        "how long machines stood, by shift": File(
            text(
                "Datum;Schicht;Anlage;Stück;Ausfall",
                *(
                    f"{d:%d.%m.%Y};{s};M{m};{v(n, 2 * m + k)};00:{n % 60:02}"
                    for n, d in enumerate(DAYS)
                    for k, s in enumerate(("Früh", "Spät"))
                    for m in (1, 2)
                ),
            ),
            ("datum", "schicht", "anlage", "stuck"),
            {
                (str(d), s, f"M{m}"): v(n, 2 * m + k)
                for n, d in enumerate(DAYS)
                for k, s in enumerate(("Früh", "Spät"))
                for m in (1, 2)
            },
        ),
        "days of the month by their head": File(
            text(
                "YEAR,MONTH,DAY_OF_MONTH,DAY_OF_WEEK,OP_CARRIER,FLIGHTS",
                *(
                    f"{d.year},{d.month},{d.day},{d.isoweekday()},AA,{v(n)}"
                    for n, d in enumerate(DAYS)
                ),
            ),
            ("year_month_day_of_month", "flights"),
            each(DAYS),
        ),
        "parts of a date with what it is of": File(
            text(
                "hotel,arrival_year,arrival_month,arrival_day_of_month,adr",
                *(f"City,{d.year},{d:%B},{d.day},{v(n) / 2}" for n, d in enumerate(DAYS)),
            ),
            ("arrival_year_arrival_month_arrival_day_o", "adr"),
            each(DAYS, 2),
        ),
        "a bank of a reserve": File(
            text(
                "F1 INTEREST RATES,,",
                "Title,Cash Rate,Bill",
                "Description,Cash rate target,Bank bills",
                "Frequency,Daily,Daily",
                "Type,Indicative,Indicative",
                "Units,Per cent,Per cent",
                ",,",
                ",,",
                "Source,RBA,AFMA",
                "Publication date,04-Jan-2026,04-Jan-2026",
                "Series ID,FIRMMCRT,FIRMMBAB30",
                *(f"{d:%d-%b-%Y},{v(n) / 100},{v(n, 1) / 100}" for n, d in enumerate(DAYS)),
            ),
            ("title", "cash_rate"),
            each(DAYS, 100),
            left=7,
        ),
    }


def clocks() -> dict[str, File]:
    """When things are: parts of a date with what it is of, and times beside a day that has a row a name."""
    quarters = [date(2016 + n // 4, n % 4 * 3 + 1, 1) for n in range(40)]
    sixths = [datetime(2026, 1, 1, 6) + timedelta(hours=6 * n) for n in range(300)]
    thirds = [datetime(2026, 1, 1, 8) + timedelta(hours=8 * n) for n in range(225)]
    places = ["North", "South"]
    seen = {
        (p, d): datetime(
            d.year, d.month, d.day, 7 + (n + 3 * k * (n % 3)) % 5, n * n * (1 + k * (n % 3)) % 60
        )
        for k, p in enumerate(places)
        for n, d in enumerate(DAYS)
    }
    ships = [
        datetime(d.year, d.month, d.day, 5 + 6 * k + n * k % 5, n * n * (k + 1) % 60)
        for n, d in enumerate(DAYS)
        for k in range(3)
    ]
    made = [
        datetime(d.year, d.month, d.day, 6 + 8 * k + n % 3, n * n * (k + 1) % 60)
        for n, d in enumerate(DAYS)
        for k in range(2)
    ]

    def day_before(m: datetime) -> datetime:
        return m - timedelta(days=m.hour == 0)

    return {
        "years and quarters with what they are of": File(
            text(
                "order_year,order_quarter,orders",
                *(f"{q.year},{q.month // 3 + 1},{v(n)}" for n, q in enumerate(quarters)),
            ),
            ("order_year_order_quarter", "orders"),
            each(quarters),
            "QS",
        ),
        "years and weeks with what they are of": File(
            text(
                "Order Year,Order Week,Orders",
                *(f"{w.isocalendar()[0]},{w.isocalendar()[1]},{v(n)}" for n, w in enumerate(WEEKS)),
            ),
            ("order_year_order_week", "orders"),
            each(WEEKS),
            "W",
        ),
        "days of the year with what they are of": File(
            text(
                "obs_year,obs_day_of_year,rain",
                *(f"{d.year},{d.timetuple().tm_yday},{v(n) / 10}" for n, d in enumerate(DAYS)),
            ),
            ("obs_year_obs_day_of_year", "rain"),
            each(DAYS, 10),
        ),
        "the calendar's months beside fiscal ones": File(
            text(
                "Fiscal Year,Fiscal Month,Year,Month,Turnover",
                *(
                    f"{m.year + (m.month > 9)},{(m.month + 2) % 12 + 1},{m.year},{m.month},{v(n)}"
                    for n, m in enumerate(MONTHS)
                ),
            ),
            ("year_month", "turnover"),
            each(MONTHS),
            "MS",
        ),
        "dates beside years of birth": File(
            text(
                "Date,birth_year,birth_month,birth_day,Weight",
                *(
                    f"{d:%Y%m%d},{1950 + n % 40},{n % 12 + 1},{n % 28 + 1},{v(n) / 4}"
                    for n, d in enumerate(DAYS)
                ),
            ),
            ("date", "weight"),
            each(DAYS, 4),
        ),
        "each sixth hour, up to 24:00": File(
            text(
                "Date,Time,Level",
                *(
                    f"{day_before(m):%Y-%m-%d},{m.hour or 24:02}:00,{v(n) / 10}"
                    for n, m in enumerate(sixths)
                ),
            ),
            ("date_time", "level"),
            each(sixths, 10),
            "h",
        ),
        "each eighth hour, up to 24": File(
            text(
                "Date,Hour,Level",
                *(
                    f"{day_before(m):%Y-%m-%d},{m.hour or 24},{v(n) / 10}"
                    for n, m in enumerate(thirds)
                ),
            ),
            ("date_hour", "level"),
            each(thirds, 10),
            "h",
        ),
        "when it was observed, at two stations": File(
            text(
                "Date,Obs time,Station,Observer,Temp",
                *(
                    f"{d},{seen[p, d]:%H:%M},{p},{'Anna' if (n + k) % 3 else 'Bob'},{v(n, k) / 10}"
                    for n, d in enumerate(DAYS)
                    for k, p in enumerate(places)
                ),
            ),
            ("date_obs_time", "station", "temp"),
            {
                (str(seen[p, d]), p): v(n, k) / 10
                for n, d in enumerate(DAYS)
                for k, p in enumerate(places)
            },
        ),
        "when ships arrived": File(
            text(
                "Date,Arrival,Ship,Cargo",
                *(
                    f"{m:%d.%m.%Y},{m:%H:%M},{'ABC'[(n + n // 3) % 3]},{v(n)}"
                    for n, m in enumerate(ships)
                ),
            ),
            ("date_arrival", "cargo"),
            each(ships),
        ),
        "times in order, newest first, whatever they are called": File(
            text(
                "Date,Stamped,Shift,Made",
                *(
                    f"{m:%Y-%m-%d},{m:%H:%M},{'Early' if m.hour < 12 else 'Late'},{v(n)}"
                    for n, m in reversed([*enumerate(made)])
                ),
            ),
            ("date_stamped", "made"),
            each(made),
        ),
        "how late ships were, and how long cranes stood": File(
            text(
                "Date,Port,Arrival delay,Crane stop,Cargo",
                *(
                    f"{d},{p},00:{(n * 7 + k * 31) % 60:02},00:{(n * 13 + k * 17) % 60:02},{v(n, k)}"
                    for n, d in enumerate(DAYS)
                    for k, p in enumerate(places)
                ),
            ),
            ("date", "port", "cargo"),
            of(places, DAYS),
            measures=("cargo",),
        ),
    }


def words(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def unquoted_dates() -> dict[str, File]:
    """Each with a comma that nobody put between quotation marks."""
    ends = [end_of(m) for m in MONTHS]
    later = [h + timedelta(days=9) for h in HOURS]
    return {
        "a date of its own comma": File(
            text("Date,Value", *(f"{words(d)},{v(n)}" for n, d in enumerate(DAYS))),
            ("date", "value"),
            each(DAYS),
        ),
        "the same day of each year": File(
            text("Date,Value", *(f"March 31, {y},{v(n)}" for n, y in enumerate(YEARS))),
            ("date", "value"),
            {(f"{y}-03-31",): v(n) for n, y in enumerate(YEARS)},
            "YS",
        ),
        "ends of months, and a name": File(
            text(
                "Place,Date,Value",
                *(
                    f"{s},{words(m)},{v(n, k)}"
                    for n, m in enumerate(ends)
                    for k, s in enumerate("ab")
                ),
            ),
            ("date", "place", "value"),
            of(["a", "b"], ends),
            "MS",
        ),
        "a date of its own comma without a head": File(
            text(*(f"{words(d)},{v(n)}" for n, d in enumerate(DAYS))),
            ("column_1", "column_2"),
            each(DAYS),
        ),
        "a head that ends in a comma too": File(
            text("Date,Value,", *(f"{words(d)},{v(n)}" for n, d in enumerate(DAYS))),
            ("date", "value"),
            each(DAYS),
        ),
        "a day's name before it": File(
            text("Date,Value", *(f"{d:%A}, {words(d)},{v(n)}" for n, d in enumerate(DAYS))),
            ("date", "value"),
            each(DAYS),
        ),
        "a clock behind it": File(
            text(
                "Date,Value",
                *(
                    f"{h.month}/{h.day}/{h.year}, {h:%I:%M:%S %p},{v(n)}"
                    for n, h in enumerate(later)
                ),
            ),
            ("date", "value"),
            each(later),
            "h",
        ),
        "the year in a column of its own": File(
            text(
                "Date;Year;Value", *(f"{d:%B} {d.day};{d.year};{v(n)}" for n, d in enumerate(DAYS))
            ),
            ("date", "value"),
            each(DAYS),
        ),
    }


def heads() -> dict[str, File]:
    """Below or above what is said of the whole file, and names that have a word of time in them."""
    later = [m + timedelta(days=9) for m in QUARTER_HOURS]
    rates = [(n, d) for n, d in enumerate(DAYS) if d.weekday() < 5]
    rate = {(str(d),): 1 + v(n) / 1000 for n, d in rates}
    return {
        "a report's line as wide as the table": File(
            text(
                "Glucose Data,Generated on,30-01-2026 10:11 UTC,Generated by,Anna",
                "Device,Serial Number,Device Timestamp,Record Type,Historic Glucose mmol/L",
                *(f"FreeStyle,AB-1,{m:%d-%m-%Y %H:%M},0,{v(n) / 10}" for n, m in enumerate(later)),
            ),
            ("device_timestamp", "historic_glucose_mmol_l"),
            each(later, 10),
            "15min",
        ),
        "a report's day over two columns": File(
            text("Report,2026-03-20", "Date,Value", *(f"{d},{v(n)}" for n, d in enumerate(DAYS))),
            ("date", "value"),
            each(DAYS),
        ),
        "without its season": File(
            text(
                "year,month,decimal date,average,de-season,orders per day,price index",
                *(
                    f"{m.year},{m.month},{m.year + (m.month - 0.5) / 12:.4f},{300 + v(n) / 10},{v(n) / 4},{n % 9},{v(n)}.5"
                    for n, m in enumerate(MONTHS)
                ),
            ),
            ("year_month", "de_season"),
            each(MONTHS, 4),
            "MS",
            measures=("average", "de_season", "orders_per_day", "price_index"),
        ),
        "a central bank's series": File(
            text(
                '"";BBEX3.D.USD;BBEX3.D.USD_FLAGS',
                '"";"Euro-Referenzkurs der EZB / 1 EUR = ... USD";',
                '"Einheit";"USD (US-Dollar)";',
                '"Dimension";"eins";',
                '"Stand vom";"2026-03-20 17:00:00 Uhr";',
                *(
                    f"{d};{german(1 + v(n) / 1000, 4)};"
                    if d.weekday() < 5
                    else f"{d};.;Kein Wert vorhanden"
                    for n, d in enumerate(DAYS)
                ),
            ),
            ("column_1", "bbex3_d_usd"),
            rate,
            left=4,
        ),
        "an office's series under its number": File(
            text(
                '"Libellé";"Indice des prix";"Codes"',
                '"idBank";"001759970";""',
                '"Dernière mise à jour";"15/01/2026 08:45";""',
                '"Période";"";""',
                *(
                    f'"{m:%Y-%m}";"{german(v(n) / 4)}";"A"'
                    for n, m in reversed([*enumerate(MONTHS)])
                ),
            ),
            ("libelle", "indice_des_prix"),
            each(MONTHS, 4),
            "MS",
            left=3,
        ),
        "months with how many rows they group": File(
            text(
                "Order Date,Total",
                *(f"{m:%B %Y} ({n % 9 + 3}),{v(n)}" for n, m in enumerate(MONTHS)),
            ),
            ("order_date", "total"),
            each(MONTHS),
            "MS",
        ),
        "months behind a report's name": File(
            text(
                "Period,Org Code,Attendances",
                *(
                    f"MSitAE-{m:%B}-{m.year},{o},{v(n, k)}".replace(f"{m:%B}", f"{m:%B}".upper())
                    for n, m in enumerate(MONTHS)
                    for k, o in enumerate(("RQM", "RRV"))
                ),
            ),
            ("period", "org_code", "attendances"),
            of(["RQM", "RRV"], MONTHS),
            "MS",
        ),
    }


FILES: Mapping[str, File] = {
    **money(),
    **health(),
    **meters(),
    **weather(),
    **programs(),
    **publishers(),
    **clocks(),
    **unquoted_dates(),
    **heads(),
}
# Content, code of the reason, and the cell that it shows.
IN_TWO_WAYS: Mapping[str, tuple[str, str, str]] = {
    "a figure and the mark of its quality": (
        text(
            '"STATION","DATE","SOURCE","LATITUDE","ELEVATION","TMP","SLP"',
            *(
                f'"0123","{h:%Y-%m-%dT%H:%M:%S}","4","51.5","{25 + n % 2}.3","{n - 10:+05},1","{9990 + n:05},1"'
                for n, h in enumerate(HOURS)
            ),
        ),
        "intake.marked_number",
        "-0010,1",
    ),
    "decimals by a comma between fields by commas": (
        text("date,value", *(f"{d},{v(n)},{n % 10}" for n, d in enumerate(DAYS))),
        "intake.parted_number",
        "10,0",
    ),
    "thousands by a comma, and a name behind": (
        text("date,value,place", *(f"{d},{n % 9 + 1},{v(n) + 100},a" for n, d in enumerate(DAYS))),
        "intake.parted_number",
        "1,110",
    ),
    "days without their year": (
        text("Date,Value", *(f"March {d},{v(d)}" for d in range(8, 32))),
        "intake.no_year",
        "March 8",
    ),
}


def looked_at(folder: Path, file: File) -> Understood:
    path = folder / file.name
    path.write_bytes(file.data)
    return understand(read_file(path), Given(), "UTC", refuse_to_guess)


@pytest.mark.parametrize("name", FILES)
def test_every_figure_is_at_its_moment_and_in_its_series_and_nothing_is_asked(
    name: str, tmp_path: Path
) -> None:
    file = FILES[name]
    *keys, figure = file.fields
    found = looked_at(tmp_path, file)
    (column,) = (each for each in found.rows.columns if each.name == figure)
    rows = [row for row in found.rows if row[figure] not in (None, *column.nulls)]
    read = {tuple(str(row[key]) for key in keys): float(row[figure] or "nan") for row in rows}
    assert len(read) == len(rows)
    assert read == pytest.approx(file.figures, abs=1e-6)
    assert (found.moment, found.step.freq) == (keys[0], file.freq)
    assert set(keys[1:]) <= set(found.series.series)
    told = {each.column.name for each in found.measures}
    assert told == set(file.measures) if file.measures else figure in told
    assert (len(found.refused), len(found.left_out)) == (0, file.left)


@pytest.mark.parametrize("name", FILES)
def test_what_comes_later_is_read_as_the_first_file_was(name: str, tmp_path: Path) -> None:
    file = FILES[name]
    found = looked_at(tmp_path, file)
    later = read_rows(found.table, reading_of(found), found.name, "UTC")
    assert list(later.rows) == list(found.rows)


PARTS = {
    "Month": [str(m.month) for m in MONTHS],
    "Quarter": [f"Q{m.month % 4 + 1}" for m in MONTHS],
    "Week": [str(m.month * 4) for m in MONTHS],
}


@pytest.mark.parametrize(
    ("year", "part", "code"),
    [
        ("Fiscal Year", "Fiscal Month", "intake.fiscal_parts"),
        ("fiscal_year", "fiscal_quarter", "intake.fiscal_parts"),
        ("Fiscal Year", "Month", "intake.fiscal_parts"),
        ("FY Year", "FY Month", "intake.fiscal_parts"),
        ("Academic Year", "Academic Week", "intake.fiscal_parts"),
        ("crop_year", "crop_month", "intake.fiscal_parts"),
        ("birth_year", "birth_month", "intake.no_time"),
        ("Model Year", "Model Quarter", "intake.no_time"),
    ],
)
def test_years_that_are_not_the_calendar_s_or_not_the_row_s_are_refused_with_their_parts(
    year: str, part: str, code: str, tmp_path: Path
) -> None:
    cells = next(cells for head, cells in PARTS.items() if head.casefold() in part.casefold())
    rows = (
        f"{m.year},{cell},{v(n)}" for n, (m, cell) in enumerate(zip(MONTHS, cells, strict=True))
    )
    with pytest.raises(InvalidInput) as raised:
        looked_at(tmp_path, File(text(f"{year},{part},n", *rows), (), {}))
    assert raised.value.sentence.code == code
    if code == "intake.fiscal_parts":
        assert (repr(year) in str(raised.value), repr(part) in str(raised.value)) == (True, True)


@pytest.mark.parametrize("name", IN_TWO_WAYS)
def test_what_may_be_read_in_two_ways_is_refused_and_never_taken(name: str, tmp_path: Path) -> None:
    content, code, cell = IN_TWO_WAYS[name]
    with pytest.raises(InvalidInput) as refused:
        looked_at(tmp_path, File(content, (), {}))
    said = refused.value.sentence
    assert (said.code, said.values["cell"]) == (code, cell)


def test_a_comma_before_decimals_with_zeros_in_front_is_one_where_it_is_told(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text("day,level", *(f'{d},"{v(n):04},{n % 9}"' for n, d in enumerate(DAYS))))
    given = Given(decimal=",")
    found = understand(read_file(path), given, "UTC", refuse_to_guess)
    read = {str(row["day"]): float(row["level"] or "nan") for row in found.rows}
    assert read == pytest.approx({str(d): v(n) + n % 9 / 10 for n, d in enumerate(DAYS)})


def test_a_short_history_is_loaded_and_says_how_much_of_it_models_wait_for(tmp_path: Path) -> None:
    for count, told in ((4, [(4, 14)]), (13, [(13, 14)]), (14, [])):
        days = enumerate(DAYS[:count])
        found = looked_at(tmp_path, File(text("day,n", *(f"{d},{v(n)}" for n, d in days)), (), {}))
        notes = [each.values for each in found.notes if each.code == "intake.note_few_periods"]
        assert [(each["count"], each["needed"]) for each in notes] == told
