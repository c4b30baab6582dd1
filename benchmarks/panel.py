"""What an execution on a panel of many series costs: on its history, on a new day of it, on a day of many more series.

    make bench-panel [ARGS="--before CHECKOUT --series 10000 --wide 100000"]

Each build makes the same homes: SQLite with the prepared rows of `--series` series by 1,000 days and of one day more,
and of `--wide` series by `--wide-days` and one more. An execution of `seasonal_residual` is timed in a process of its
own that has everything loaded, with its checks: on all days, on the new one, whose model looks back on all, and on the
new one of the wide panel. All days are judged once more by two workers of Dask on this machine, which says what that
takes more: of the execution's process, of the scheduler and of the workers. Memory is the most that the process had
beside what it had before, on one thread; CPU is user and system time; storage is what the tables of outputs grew by,
with their files. Linux only.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DAYS, WIDE_DAYS = 1000, 60
FIRST_DAY = datetime(2022, 1, 1)
MOST_MB, MOST_OF_BEFORE, MOST_OF_BATCH = 500.0, 1 / 5, 1 / 30
MOST_WIDE_S, MOST_WIDE_MB, MOST_BYTES = 60.0, 1000.0, 1 / 8
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_FIELDS = {
    "day": {"type": "date", "label": "Day", "nullable": False},
    "shop": {"type": "string", "label": "Shop", "nullable": False},
    "sold": {"type": "number", "label": "Sold", "unit": "pieces"},
}
_CAST = {"day": {"to": "date", "required": True}, "shop": {"to": "string", "required": True}}
_DECLARATION = {
    "version": 1,
    "description": "What each shop sold, a row a day and shop.",
    "time": "day",
    "freq": "D",
    "time_zone": "UTC",
    "key": ["day", "shop"],
    "fields": _FIELDS,
    "steps": [{"kind": "cast", "columns": {**_CAST, "sold": {"to": "number"}}}],
    "measures": {"sold": {"kind": "sum", "field": "sold", "unit": "pieces", "label": "Sold"}},
}
_ROW = {"day": {"type": "string", "format": "date"}, "shop": {"type": "string"}}
_OUTPUT = {"unique_id": {"type": "string"}, "y": {"type": ["number", "null"]}}


@dataclass(frozen=True)
class Spent:
    """Of one execution. mb: above what the process had before; output_bytes: what was written of it."""

    cpu_s: float
    wall_s: float
    mb: float
    rows: int
    findings: int
    output_bytes: int


def make_home(home: Path, series: int, days: int) -> list[int]:
    """A database of the build that this process has imported; ids of executions on the first days and on the last."""
    from iop_pipelines.domain.datasets import DatasetDeclaration
    from iop_pipelines.ledger.requests import request_execution
    from iop_pipelines.registry.models import load_spec, promote, register
    from iop_pipelines.schema.engine import begin_write, engine_for
    from iop_pipelines.schema.tables import dataset_versions, metadata, model_executions
    from iop_pipelines.transform.table import ensure_table
    from iop_pipelines.transform.versions import register_dataset

    home.mkdir()
    engine = engine_for(f"sqlite:///{home / 'iop.db'}")
    metadata.create_all(engine)
    named = {"name": "shop_daily", "source": "shop_daily", **_DECLARATION}
    declaration = DatasetDeclaration.model_validate(named)
    stored = register_dataset(engine, declaration)
    ends = (0, days, days + 1)
    with begin_write(engine) as connection:
        for number in (1, 2):
            window = [FIRST_DAY + timedelta(days=ends[number + each]) for each in (-1, 0)]
            values = {"dataset_id": stored.id, "data_version": f"{number:064x}"}
            run = {"drm_run_id": number, "declaration_version": 1, "status": "prepared"}
            spans = {"window_start": window[0], "window_end": window[1], "phase": "done"}
            connection.execute(dataset_versions.insert(), [{**values, **run, **spans}])
    table = ensure_table(engine, declaration)
    for day in range(0, days + 1, 50):
        with begin_write(engine) as connection:
            rows = list(_rows(day, min(day + 50, days), series, 1))
            rows += _rows(days, days + 1, series, 2) if day + 50 > days else []
            connection.execute(table.insert(), rows)
    model_id = register(engine, load_spec(_model(days)))
    promote(engine, model_id)
    asked = [
        request_execution(engine, model_id, f"dataset:shop_daily@{number:064x}", FIRST_DAY)
        for number in (1, 2)
    ]
    with begin_write(engine) as connection:
        connection.execute(model_executions.update().values(phase="started"))
    return asked


def _model(days: int) -> dict[str, Any]:
    input_schema = {"type": "object", "required": ["day", "shop"], "properties": _ROW}
    return {
        "name": "sold-far-off",
        "version": "v1.0.0",
        "type": "statistical",
        "description": "Days on which a shop sold far more or less than usual.",
        "input_schema": input_schema,
        "output_schema": {"type": "object", "required": ["unique_id"], "properties": _OUTPUT},
        "config": {
            "runtime": "seasonal_residual",
            "dataset": "shop_daily",
            "input": {"measures": ["sold"], "series": ["shop"], "history": days},
            "trigger": {"on": "request"},
        },
    }


def _rows(first: int, end: int, series: int, version: int) -> Iterator[dict[str, Any]]:
    """A weekly pattern with noise; every 487th day of a shop is far too high."""
    import numpy as np

    for day in range(first, end):
        noise = np.random.default_rng(day).normal(0, 4, series)
        shops = np.arange(series)
        values = 100 + shops % 50 + 20 * np.sin(2 * np.pi * day / 7) + noise
        values = np.round(np.where((day + 31 * shops) % 487 == 0, 2.5 * values, values), 2)
        moment = (FIRST_DAY + timedelta(days=day)).date()
        for shop, sold in enumerate(values.tolist()):
            yield {"iop_from": version, "day": moment, "shop": f"s{shop:06}", "sold": sold}


def measure(home: Path, execution_id: int, warm: Path, scheduler: str = "") -> Spent:
    """By the build that this process has imported. warm: a small home, on which everything is loaded; scheduler: of
    Dask, whose workers judge the parts."""
    _execute(warm, 1)
    _execute(warm, 2)
    database = home / "iop.db"
    before, bytes_before = _memory_kb("VmRSS"), _output_bytes(database, home)
    Path("/proc/self/clear_refs").write_text("5")
    began, cpu = time.monotonic(), _cpu_s()
    rows, findings = _execute(home, execution_id, scheduler)
    cpu, wall = _cpu_s() - cpu, time.monotonic() - began
    most = (_memory_kb("VmHWM") - before) / 1024
    grown = _output_bytes(database, home) - bytes_before
    return Spent(cpu, wall, most, rows, findings, grown)


def _execute(home: Path, execution_id: int, scheduler: str = "") -> tuple[int, int]:
    from iop_pipelines.schema.engine import engine_for

    if find_spec("iop_pipelines.execution"):
        execution = import_module("iop_pipelines.execution.execute")
        load = import_module("iop_pipelines.execution.work").load
    else:
        execution = import_module("iop_pipelines.orchestration.execute")
        load = execution.load
    engine = engine_for(f"sqlite:///{home / 'iop.db'}")
    work = load(engine, execution_id, 1)
    execution.require_success(work, "input", execution.check_input(engine, work))
    given: dict[str, Any] = {"bounds": _by_dask(scheduler)} if scheduler else {}
    done = execution.execute(engine, engine, work, **given, **_store_of(home))
    return done.rows, len(done.findings)


def _by_dask(scheduler: str) -> Any:
    from iop_pipelines.execution.cluster import Address
    from iop_pipelines.execution.large import Bounds

    return Bounds(cluster=Address(scheduler))


@contextmanager
def two_workers(folder: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Of Dask on this machine: the scheduler's address, and the CPU of all three when they have ended."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"tcp://127.0.0.1:{port}"
    dask, spent = str(Path(sys.executable).with_name("dask")), {}
    quiet = ("--no-dashboard", "--local-directory", str(folder))
    commands = [("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")]
    commands += [("worker", url, "--nthreads", "1", *quiet)] * 2
    started = []
    try:
        for command in commands:
            environment = os.environ | {"PYTHONPATH": str(ROOT)}
            log = subprocess.DEVNULL
            started.append(
                subprocess.Popen([dask, *command], env=environment, stdout=log, stderr=log)
            )
        yield url, spent
    finally:
        for each in reversed(started):
            each.terminate()
        used = [os.wait4(each.pid, 0)[2] for each in reversed(started)]
        spent["cpu_s"] = sum(each.ru_utime + each.ru_stime for each in used)


def _store_of(home: Path) -> dict[str, Any]:
    """Of a build that puts outputs in files; one before it is given nowhere to put any."""
    if not find_spec("iop_pipelines.query.output_files"):
        return {}
    outside = import_module("iop_pipelines.runtimes.outside").Outside
    return {"outside": outside(storage_url=f"file://{home / 'files'}")}


def _cpu_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _memory_kb(what: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:"))


def _output_bytes(database: Path, home: Path) -> int:
    """Pages of `model_outputs` and its indexes, and files beside the database."""
    import sqlite3

    query = """SELECT COALESCE(SUM(pgsize), 0) FROM dbstat WHERE name IN
        (SELECT name FROM sqlite_master WHERE tbl_name = 'model_outputs')"""
    connection = sqlite3.connect(database)
    try:
        (pages,) = connection.execute(query).fetchone()
    finally:
        connection.close()
    files = sum(each.stat().st_size for each in home.rglob("*") if each.is_file())
    beside = sum(each.stat().st_size for each in home.glob("iop.db*"))
    return pages + files - beside


def in_process(root: Path, what: str, *given: object) -> Any:
    """Of the build at `root`, whose packages a process of its own imports."""
    environment = os.environ | dict.fromkeys(ONE_THREAD, "1") | {"PYTHONPATH": str(root)}
    command = [sys.executable, str(Path(__file__)), "--do", what]
    done = subprocess.run(
        [*command, *map(str, given)],
        env=environment,
        cwd=root,
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(done.stdout)


def measured(root: Path, folder: Path, given: argparse.Namespace) -> Mapping[str, Spent]:
    sizes = {"warm": (10, 100), "deep": (given.series, DAYS), "wide": (given.wide, given.wide_days)}
    for name, (series, days) in sizes.items():
        in_process(root, "make", folder / name, series, days)
    spent = {
        name: Spent(**in_process(root, "measure", folder / home, number, folder / "warm"))
        for name, home, number in (
            ("history", "deep", 1),
            ("day", "deep", 2),
            ("wide", "wide", 2),
        )
    }
    if root == ROOT:
        with two_workers(folder) as (url, beside):
            again = in_process(root, "measure", folder / "deep", 1, folder / "warm", url)
        spent["dask"] = Spent(**again | {"cpu_s": again["cpu_s"] + beside["cpu_s"]})
    for each in folder.rglob("iop.db*"):
        each.unlink()
    return spent


class Report:
    """Prints lines, and remembers whether a limit was missed."""

    def __init__(self) -> None:
        self.is_kept = True

    def spent(self, build: str, what: str, one: Spent) -> None:
        print(
            f"{build:<7}{what:<9}{one.cpu_s:8.1f} CPU s{one.wall_s:8.1f} s{one.mb:8.0f} MB"
            f"{one.rows:12,} rows{one.findings:7,} findings{one.output_bytes / 1e6:9.1f} MB written",
            flush=True,
        )

    def overhead(self, what: str, alone: Spent, shared: Spent) -> None:
        self.is_kept &= (alone.rows, alone.findings) == (shared.rows, shared.findings)
        print(
            f"  {what} by two workers of Dask: {shared.cpu_s - alone.cpu_s:.1f} CPU s more"
            f" ({shared.cpu_s / alone.cpu_s - 1:.0%}), {shared.wall_s:.1f} s for {alone.wall_s:.1f}",
            flush=True,
        )

    def limit(self, what: str, value: float, limit: float) -> None:
        self.is_kept &= value <= limit
        told = "kept" if value <= limit else "MISSED"
        print(f"  {what:<52}{value:10.3f}, at most {limit:.3f}: {told}", flush=True)


def report(given: argparse.Namespace) -> bool:
    said = Report()
    with tempfile.TemporaryDirectory(prefix="iop-bench-", dir=given.folder) as folder:
        builds = {"before": Path(given.before).resolve()} if given.before else {}
        found = {}
        for name, root in (builds | {"ours": ROOT}).items():
            place = Path(folder) / name
            place.mkdir()
            found[name] = measured(root, place, given)
            for what, one in found[name].items():
                said.spent(name, what, one)
    ours = found["ours"]
    said.overhead("history", ours["history"], ours["dask"])
    said.limit("history: MB above the idle process", ours["history"].mb, MOST_MB)
    said.limit(
        "a new day: CPU, of the history", ours["day"].cpu_s / ours["history"].cpu_s, MOST_OF_BATCH
    )
    said.limit("a day of the wide panel: CPU s", ours["wide"].cpu_s, MOST_WIDE_S)
    said.limit("a day of the wide panel: MB", ours["wide"].mb, MOST_WIDE_MB)
    if before := found.get("before"):
        history, then = ours["history"], before["history"]
        said.limit("history: CPU, of the build before", history.cpu_s / then.cpu_s, MOST_OF_BEFORE)
        a_row = [each.output_bytes / max(each.rows, 1) for each in (history, then)]
        said.limit("storage of a row, of the build before", a_row[0] / a_row[1], MOST_BYTES)
    return said.is_kept


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--before", help="a checkout that is measured beside, with these packages")
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--wide", type=int, default=100_000, help="series of the wide panel")
    parser.add_argument("--wide-days", type=int, default=WIDE_DAYS)
    parser.add_argument("--folder", help="for the homes; some gigabytes")
    parser.add_argument("--do", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.do:
        rest = given.rest
        if given.do == "make":
            answer: Any = make_home(Path(rest[0]), int(rest[1]), int(rest[2]))
        else:
            answer = asdict(measure(Path(rest[0]), int(rest[1]), Path(rest[2]), *rest[3:]))
        print(json.dumps(answer))
    elif not report(given):
        sys.exit(1)


if __name__ == "__main__":
    main()
