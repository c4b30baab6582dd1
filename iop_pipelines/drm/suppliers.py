"""What the stand-in's suppliers send: real rows of New York's airports in 2013, and how a delivery can be spoilt.

Rows are dictionaries of text or None. Everything is deterministic: where chance is wanted, it is the
hash of the row's place.
"""

import csv
import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

Row = dict[str, str | None]

DATA_FOLDER = Path(__file__).resolve().parent.parent / "demo" / "data"
TIME_ZONE = "America/New_York"
_ZONE = ZoneInfo(TIME_ZONE)
ONE_DAY = timedelta(days=1)

FLIGHTS = "flights_daily"
AIRPORTS = "airport_hourly"


def _whole(minimum: int = 0) -> dict[str, object]:
    return {"type": "integer", "minimum": minimum}


def _number(minimum: float, maximum: float, unit: str) -> dict[str, object]:
    return {
        "type": ["number", "null"],
        "minimum": minimum,
        "maximum": maximum,
        "description": unit,
    }


_AIRPORT = {"type": "string", "enum": ["EWR", "JFK", "LGA"]}

ROW_SCHEMAS: dict[str, dict[str, object]] = {
    FLIGHTS: {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "date": {"type": "string", "format": "date"},
            "origin": _AIRPORT,
            "airline": {"type": "string"},
            "destination": {"type": "string", "pattern": "^[A-Z]{3}$|^OTHER$"},
            "flights": _whole(1),
            "cancelled": _whole(),
            "late15": _whole(),
            "dep_delay_mean": _number(-120, 3000, "min"),
            "arr_delay_mean": _number(-120, 3000, "min"),
            "air_minutes": _number(0, 100_000, "min"),
            "miles": _whole(),
        },
        "required": ["date", "origin", "airline", "destination", "flights", "cancelled", "late15"],
    },
    AIRPORTS: {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "observed_at": {"type": "string", "format": "date-time"},
            "origin": _AIRPORT,
            "flights": _whole(1),
            "cancelled": _whole(),
            "dep_delay_mean": _number(-120, 3000, "min"),
            "temp": _number(-60, 140, "°F"),
            "wind_speed": _number(0, 200, "mph"),
            "precip": _number(0, 20, "inches"),
            "visib": _number(0, 10, "miles"),
        },
        "required": ["observed_at", "origin", "temp", "wind_speed", "precip", "visib"],
    },
}
KEYS = {FLIGHTS: ("date", "origin", "airline", "destination"), AIRPORTS: ("observed_at", "origin")}


def true_rows(dataset: str, start: date, end: date) -> list[Row]:
    """The rows of local days [start, end) as they should be delivered, copies."""
    days = _by_day(dataset)
    span = (start + ONE_DAY * i for i in range((end - start).days))
    return [dict(row) for day in span for row in days.get(day, ())]


@lru_cache(maxsize=2)
def _by_day(dataset: str) -> dict[date, list[Row]]:
    name = {FLIGHTS: "nyc_flights_daily", AIRPORTS: "nyc_flights_hourly"}[dataset]
    days: dict[date, list[Row]] = defaultdict(list)
    with gzip.open(DATA_FOLDER / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file):
            row: Row = {column: value or None for column, value in record.items()}
            moment = row.pop("timestamp", None) or row["date"] or ""
            if dataset == AIRPORTS:
                row["observed_at"] = _as_utc(moment)
            days[date.fromisoformat(moment[:10])].append(row)
    return dict(days)


@cache
def _as_utc(local: str) -> str:
    """Airports report in UTC: `2013-02-08 05:00:00` in New York becomes `2013-02-08T10:00:00Z`."""
    moment = datetime.fromisoformat(local).replace(tzinfo=_ZONE)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fraction(*parts: object) -> float:
    """A number in [0, 1) that depends on `parts` alone."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def checksum(rows: Iterable[Row]) -> tuple[str, int]:
    """SHA-256 of the rows in order, column order aside, and their size in bytes as JSON lines."""
    digest, size = hashlib.sha256(), 0
    for row in rows:
        line = json.dumps(row, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        digest.update(line)
        size += len(line)
    return digest.hexdigest(), size


def as_is(rows: list[Row]) -> list[Row]:
    return rows


def garbled(rows: list[Row]) -> list[Row]:
    """A supplier's broken export: of every ten rows one lacks its origin, one has negative flights, one has text
    where a number belongs."""
    for i, row in enumerate(rows):
        if i % 10 == 2:
            row["origin"] = None
        elif i % 10 == 5:
            row["flights"] = f"-{row['flights']}"
        elif i % 10 == 8:
            row["flights"], row["cancelled"] = "#REF!", "n/a"
    return rows


def stammering(rows: list[Row]) -> list[Row]:
    """Six rows come twice; of two more a first, wrong figure comes before the right one."""
    first = [dict(row, flights=str(int(row["flights"] or 0) + 3)) for row in rows[20:22]]
    return first + rows + [dict(row) for row in rows[:6]]


def premature(rows: list[Row]) -> list[Row]:
    """Sent before the day's books were closed: no cancellation is in yet, and United's delays are too small; a
    restatement corrects both."""
    for row in rows:
        row["cancelled"] = "0"
        if row["airline"] == "United Air Lines Inc." and row["dep_delay_mean"]:
            row["dep_delay_mean"] = f"{float(row['dep_delay_mean']) / 2:.2f}"
    return rows


Spoil = Callable[[list[Row]], list[Row]]


def delivery(dataset: str, start: date, end: date, spoil: Spoil = as_is) -> Sequence[Row]:
    """What one run delivers for local days [start, end)."""
    return spoil(true_rows(dataset, start, end))
