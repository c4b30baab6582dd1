"""CPU and memory of an intake, from a file to prepared rows, against plain pandas on the same file.

A CSV of 1,000,000 rows and 8 columns goes the way of `iop start`: looked at, declared, delivered, prepared. Beside it
are `pandas.read_csv` and `to_sql` of the same file into the same kind of database, which understand, check and keep
nothing. Memory is the peak above the process that has loaded its code and waits. A daily file of 500 rows is timed by
the clock. Each is a process of its own; of several the best counts.

On 100,000 rows an intake is beside what is done without one: a script that fills the contract's tables, a declaration
written by hand, and preparing. That understands nothing, and its preparing is the intake's own: what makes this
faster makes both faster, so there is no limit on their ratio. The limit is on the build before there was an intake,
where `--before` names a checkout of it that has its `.venv`. How low it can be is said by the bare driver: the same
texts written into the same landing table, read back, made numbers, and written into the same prepared table by
`csv` and `sqlite3` alone, where nothing is understood, checked, declared or told apart.

The rows are New York's flights by the hour, which the demo brings, spread over 52 gates with figures of their own.

    make bench-intake
    make bench-intake ARGS="--before ../checkout-of-48a37e7"
"""

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

HOURLY = Path(__file__).parents[1] / "iop_pipelines" / "demo" / "data" / "nyc_flights_hourly.csv.gz"
ROWS, FEWER, DAILY = 1_000_000, 100_000, 500
GATES = 52
COLUMNS = ("timestamp", "origin", "gate", "flights", "cancelled", "delay", "temp", "wind_speed")
KINDS = {
    "timestamp": "datetime",
    "origin": "string",
    "gate": "string",
    "flights": "integer",
    "cancelled": "integer",
    "delay": "number",
    "temp": "number",
    "wind_speed": "number",
    "source_line": "integer",
}
KEY = ("timestamp", "origin", "gate")
_SCHEMA: dict[str, dict[str, Any]] = {
    "datetime": {"type": "string", "format": "date-time"},
    **{kind: {"type": [kind, "null"]} for kind in ("string", "integer", "number")},
}
NOW = datetime(2026, 11, 1, 12)
MAX_CPU_RATIO, MAX_MB, MAX_SHARE, MAX_DAILY_S = 3.0, 300.0, 1 / 3, 2.0
SAMPLES = 3


def rows() -> Iterator[list[str]]:
    """An hour of an airport and a gate each: a million, and a few more."""
    with gzip.open(HOURLY, "rt") as lines:
        for place, row in enumerate(csv.DictReader(lines)):
            moment = row["timestamp"][:16].replace("T", " ")
            delay, temp, wind = (
                float(row[name] or 0) for name in ("dep_delay_mean", "temp", "wind_speed")
            )
            for gate in range(GATES):
                yield [
                    *(moment, row["origin"], f"G{gate:02}"),
                    str(int(row["flights"]) + (gate * 7 + place) % 11),
                    str(int(row["cancelled"]) + (gate + place) % 3),
                    f"{delay + gate / 8 + place % 97 / 100:.3f}",
                    f"{temp + gate / 50:.2f}",
                    f"{wind + (gate * place) % 1000 / 1000:.3f}",
                ]


def write_file(path: Path, count: int) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(islice(rows(), count))


def an_instance(home: Path) -> Any:
    from iop_pipelines.platform import Platform
    from iop_pipelines.settings import Settings

    home.mkdir(exist_ok=True)
    platform = Platform(Settings.from_env({"IOP_HOME": str(home)}))
    _fill(platform.engine)
    return platform


@dataclass(frozen=True)
class Databases:
    """An instance as far as its databases; a build from before `Platform` has these too."""

    engine: Any
    drm_engine: Any
    drm: Any


def databases_of(home: Path) -> Databases:
    from iop_pipelines.drm.source import SharedDatabase
    from iop_pipelines.schema.engine import engine_for

    home.mkdir(exist_ok=True)
    engine, drm_engine = (engine_for(f"sqlite:///{home / name}.db") for name in ("iop", "drm"))
    _fill(engine)
    return Databases(engine, drm_engine, SharedDatabase(drm_engine))


def _fill(engine: Any) -> None:
    from iop_pipelines.schema.tables import metadata
    from iop_pipelines.transform.versions import register_system_datasets

    metadata.create_all(engine)
    register_system_datasets(engine)


def by_intake(platform: Any, path: Path, folder: Path) -> int:
    """From the file to prepared rows, as many as these are."""
    from iop_pipelines.intake.datasets import read_sources, understand_all
    from iop_pipelines.intake.load import load
    from iop_pipelines.intake.questions import refuse_to_guess
    from iop_pipelines.intake.sources import SourceSpec
    from iop_pipelines.intake.understand import Given

    found = read_sources([SourceSpec(str(path))], refuse_to_guess)
    (given,) = understand_all(found, Given("flights"), "UTC", refuse_to_guess).understood
    loaded = load(platform, given, folder, NOW)
    # As another process does, which holds nothing of the file.
    del found, given
    return _prepared(platform, loaded.delivered.run_id)


def by_hand(databases: Databases, path: Path, folder: Path) -> int:
    """The contract's tables filled by a script as its document shows it, and a declaration written by hand.

    Of IOP only what a build from before there was an intake has as well.
    """
    import sqlalchemy as sa

    from iop_pipelines.domain.datasets import DatasetDeclaration
    from iop_pipelines.drm import tables
    from iop_pipelines.drm.quality import score_rows
    from iop_pipelines.transform.versions import register_dataset

    properties = {name: _SCHEMA[kind] for name, kind in KINDS.items()}
    schema = {"type": "object", "required": ["timestamp"], "properties": properties}
    landing = tables.landing_table("drm_rows_flights", tuple(KINDS))
    tables.drm_metadata.create_all(databases.drm_engine)
    landing.create(databases.drm_engine)
    with databases.drm_engine.begin() as connection:
        entry = {"name": "flights", "time_zone": "UTC", "freq": "h", "row_schema": schema}
        dates = {"created_at": NOW, "updated_at": NOW}
        add = tables.datasets.insert()
        connection.execute(add.values(**entry, **dates, table_name=landing.name))
        run_id, rows = _landed(connection, landing, path)
        quality = score_rows(
            rows,
            schema,
            KEY,
            rows_expected=len(rows),
            finished_at=NOW,
            due_at=NOW + timedelta(hours=1),
        )
        score = {"dataset": "flights", "run_id": run_id, "scored_at": NOW, **asdict(quality)}
        connection.execute(sa.insert(tables.quality_scores).values(**score))
    register_dataset(databases.engine, DatasetDeclaration.model_validate(_declaration()))
    return _prepared(databases, run_id)


def _landed(connection: Any, landing: Any, path: Path) -> tuple[int, list[dict[str, Any]]]:
    from iop_pipelines.drm import tables

    moments = dict.fromkeys(("scheduled_for", "started_at", "finished_at"), NOW)
    window = {"window_start": datetime(2012, 1, 1), "window_end": datetime(2014, 1, 1)}
    about = {"pipeline": "flights", "dataset": "flights", "status": "success"}
    added = connection.execute(tables.pipeline_runs.insert().values(**moments, **window, **about))
    run_id = added.inserted_primary_key[0]
    with path.open() as file:
        rows = [
            {**row, "run_id": run_id, "source_line": str(line)}
            for line, row in enumerate(csv.DictReader(file), 2)
        ]
    for first in range(0, len(rows), 5_000):
        connection.execute(landing.insert(), rows[first : first + 5_000])
    return run_id, rows


def _declaration() -> dict[str, Any]:
    fields: dict[str, dict[str, Any]] = {
        name: {"type": kind, "label": name, "nullable": name not in KEY}
        for name, kind in KINDS.items()
    }
    casts = {name: {"to": kind, "required": name in KEY} for name, kind in KINDS.items()}
    return {
        "name": "flights",
        "source": "flights",
        "time": "timestamp",
        "freq": "h",
        "key": KEY,
        "fields": fields,
        "steps": [{"kind": "cast", "columns": casts}, {"kind": "deduplicate", "key": KEY}],
    }


def _prepared(platform: Any, run_id: int) -> int:
    from iop_pipelines.ledger.requests import request_for_drm_run
    from iop_pipelines.transform.prepare_version import prepare_version
    from iop_pipelines.transform.versions import dataset, latest_version

    request_for_drm_run(platform.engine, platform.drm, platform.drm.run(run_id), NOW)
    stored = dataset(platform.engine, "flights")
    version = latest_version(platform.engine, stored.id, is_prepared=False)
    if version is None:
        raise SystemExit("nothing waits to be prepared")
    return prepare_version(platform.engine, platform.drm, version.id).rows_out


def by_pandas(platform: Any, path: Path, folder: Path) -> int:
    import pandas as pd

    frame = pd.read_csv(path)
    frame.to_sql("plain", platform.engine, index=False, chunksize=5_000)
    return len(frame)


def by_bare_driver(databases: Databases, path: Path, folder: Path) -> int:
    """The least that leaves the same rows in the same tables by SQLite's driver."""
    from iop_pipelines.domain.collector import collector_paused
    from iop_pipelines.domain.datasets import DatasetDeclaration
    from iop_pipelines.drm import tables
    from iop_pipelines.transform.table import ensure_table

    landing = tables.landing_table("drm_rows_flights", tuple(KINDS))
    landing.create(databases.drm_engine)
    prepared = ensure_table(databases.engine, DatasetDeclaration.model_validate(_declaration()))
    names, texts = ", ".join(KINDS), sum(kind in ("string", "datetime") for kind in KINDS.values())
    read = [int if kind == "integer" else float for kind in list(KINDS.values())[texts:]]
    with collector_paused():
        with path.open(newline="") as file:
            rows = csv.reader(file)
            next(rows)
            own = [(1, *row, str(line)) for line, row in enumerate(rows, 2)]
        _write_bare(databases.drm_engine, f"{landing.name} (run_id, {names})", own)
        del own
        query = f"SELECT {names} FROM {landing.name} WHERE run_id = 1 ORDER BY id"  # noqa: S608 - names of this file
        with databases.drm_engine.connect() as connection:
            found = connection.connection.cursor().execute(query).fetchall()
        typed = [
            (
                *(1, f"{moment}:00.000000", origin, gate),
                *(make(cell) for make, cell in zip(read, cells, strict=True)),
            )
            for moment, origin, gate, *cells in found
        ]
        _write_bare(databases.engine, f"{prepared.name} (iop_from, {names})", typed)
    return len(typed)


def _write_bare(engine: Any, into: str, rows: list[tuple[Any, ...]]) -> None:
    """In one transaction, as many rows a statement as SQLite takes parameters."""
    width = len(rows[0])
    at_once = 9_990 // width
    values = f"({', '.join('?' * width)})"
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        for size, begin, end in (
            (at_once, 0, len(rows) - len(rows) % at_once),
            (len(rows) % at_once, len(rows) - len(rows) % at_once, len(rows)),
        ):
            cursor.executemany(
                f"INSERT INTO {into} VALUES {', '.join([values] * size)}",  # noqa: S608 - names of this file
                (
                    tuple(chain.from_iterable(rows[place : place + size]))
                    for place in range(begin, end, size or 1)
                ),
            )


WAYS: dict[str, tuple[Callable[[Path], Any], Callable[[Any, Path, Path], int]]] = {
    "intake": (an_instance, by_intake),
    "by hand": (databases_of, by_hand),
    "bare": (databases_of, by_bare_driver),
    "pandas": (an_instance, by_pandas),
}


def measure(way: str, path: Path) -> dict[str, float]:
    """In this process: seconds of CPU and of the clock, and megabytes at most above what it had before."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        small = home / "small.csv"
        write_file(small, DAILY)
        make, run = WAYS[way]
        run(make(home / "warm"), small, home / "warm")
        platform = make(home / "own")
        idle = _memory("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")
        cpu, wall = time.process_time(), time.perf_counter()
        count = run(platform, path, home / "own")
        return {
            "cpu_s": time.process_time() - cpu,
            "wall_s": time.perf_counter() - wall,
            "mb": _memory("VmHWM") - idle,
            "rows": count,
        }


def _memory(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def best(
    way: str, path: Path, count: int, samples: int, build: Path | None = None
) -> dict[str, float]:
    """Each in a process of its own. build: the checkout whose code is measured, this one if none is given."""
    python, environment = sys.executable, dict(os.environ)
    if build is not None:
        python, environment["PYTHONPATH"] = str(build / ".venv/bin/python"), str(build)
    command = [python, __file__, "--way", way, "--file", str(path)]
    found: list[dict[str, float]] = []
    for _ in range(samples):
        done = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True, env=environment
        )
        found.append(json.loads(done.stdout))
        if found[-1]["rows"] < count:
            raise SystemExit(f"{way} came to {found[-1]['rows']} rows of {count}: no comparison")
    return {name: min(each[name] for each in found) for name in found[0]}


def report(what: str, figure: float, unit: str, limit: float | None, beside: str = "") -> bool:
    said = "" if limit is None else f"limit {limit:.3g}"
    print(f"{what:46} {figure:8.2f} {unit:3} {said:11} {beside}", flush=True)
    return limit is None or figure <= limit


def compare(folder: Path, count: int, fewer: int, samples: int, before: Path | None) -> bool:
    big, small, daily = (folder / f"{name}.csv" for name in ("big", "small", "daily"))
    for path, size in ((big, count), (small, fewer), (daily, DAILY)):
        write_file(path, size)
    ours, plain = (best(way, big, count, samples) for way in ("intake", "pandas"))
    said = f"{ours['cpu_s']:.1f} s of CPU, pandas {plain['cpu_s']:.1f} s"
    ratio = ours["cpu_s"] / plain["cpu_s"]
    is_good = report(f"{count:,} rows: CPU of pandas", ratio, "×", MAX_CPU_RATIO, said)
    said = f"pandas {plain['mb']:.0f} MB"
    is_good &= report(f"{count:,} rows: memory above idle", ours["mb"], "MB", MAX_MB, said)
    ours = best("intake", small, fewer, samples)
    plain = best("by hand", small, fewer, samples)
    by_hand: list[tuple[str, dict[str, float], float | None]] = [("filling by hand", plain, None)]
    if before is not None:
        former = best("by hand", small, fewer, samples, before)
        by_hand.append(("filling by hand in the build before", former, MAX_SHARE))
    bare = best("bare", small, fewer, samples)
    said = f"bare: the same rows written by a bare driver, {bare['cpu_s']:.2f} s of CPU"
    report(f"{fewer:,} rows: CPU of a bare driver", ours["cpu_s"] / bare["cpu_s"], "×", None, said)
    if before is not None:
        share = bare["cpu_s"] / by_hand[-1][1]["cpu_s"]
        report(f"{fewer:,} rows: a bare driver's CPU of the build before", share, "×", None)
    for what, other, limit in by_hand:
        said = f"{ours['cpu_s']:.2f} s of CPU, by hand {other['cpu_s']:.2f} s"
        share = ours["cpu_s"] / other["cpu_s"]
        is_good &= report(f"{fewer:,} rows: CPU of {what}", share, "×", limit, said)
    ours = best("intake", daily, DAILY, samples)
    return is_good & report(
        f"{DAILY} rows: from file to prepared", ours["wall_s"], "s", MAX_DAILY_S
    )


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument(
        "--before", type=Path, help="a checkout of an earlier build, with its .venv"
    )
    given = parser.parse_args()
    if given.way:
        print(json.dumps(measure(given.way, given.file)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        fewer, before = min(FEWER, given.rows), given.before
        before = before.resolve() if before else None
        is_good = compare(Path(folder), given.rows, fewer, given.samples, before)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
