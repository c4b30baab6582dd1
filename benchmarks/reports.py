"""CPU, memory and bytes of reports, beside the libraries alone on the same rows.

A PDF is beside one call of WeasyPrint with tags on the same HTML; both have imported all before, as the kept renderer
has. Ours counts both processes: what makes the page, and the renderer, whose memory is its own. A CSV, from the
database to the file, with the result that is kept of it, is beside a bare fetch of the same rows through the same
engine; a workbook, from the kept result, is beside XlsxWriter alone on the same rows. Memory is the peak; of CSV and
XLSX, above the process that has loaded its code and waits.

Each is a process of its own; medians of three count, but of WeasyPrint on 10,000 rows, which takes a minute and a half
and 2 GB, one run does. Exits 1 where a limit is missed.

    make bench-reports
    make bench-reports ARGS=--quick      # a tenth of the rows, once; only to look
"""

import argparse
import gc
import io
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

ROWS_PDF, ROWS_LONG, ROWS_CSV, ROWS_XLSX, ROWS_SMALL = 10_000, 100_000, 1_000_000, 100_000, 50
SAMPLES = 3
TOWNS = ("Lagos", "Nairobi", "Accra", "Kano", "Dakar", "Abidjan", "Kumasi", "Mombasa")
NOW = datetime(2026, 11, 1, 9)
FIRST = date(2026, 1, 1)
_FIELDS: dict[str, tuple[str, str]] = {
    "day": ("date", "Day"),
    "customer": ("string", "Customer"),
    "town": ("string", "Town"),
    "account": ("string", "Account"),
    "orders": ("integer", "Orders"),
    "revenue": ("number", "Revenue"),
    "share": ("number", "Share"),
    "delay": ("number", "Delay"),
}


def row(at: int) -> tuple[Any, ...]:
    """Of 8 columns, most of them different in each row."""
    mixed = at * 2_654_435_761 % 4_294_967_296
    return (
        FIRST + timedelta(days=at % 365),
        f"Customer {mixed % 100_003:06} Ltd",
        TOWNS[mixed % 8],
        f"{mixed:010}",
        mixed % 5_003,
        mixed % 99_999_989 / 100,
        mixed % 1_009 / 10,
        mixed % 6_007 / 20 - 20,
    )


def _table(count: int) -> Any:
    from iop_pipelines.query.result import Column, Table

    units = {"revenue": ("NGN", 2), "share": ("%", 1), "delay": ("min", 1)}
    columns = tuple(
        Column(name, label, kind, *units.get(name, ()))  # type: ignore[arg-type]
        for name, (kind, label) in _FIELDS.items()
    )
    rows = tuple(row(at) for at in range(count))
    return Table("detail", "Orders", "dataset:orders", columns, rows, total=count)


def _config(count: int, charts: bool = False, limit: int | None = None) -> Any:
    from iop_pipelines.query.config import parse_config

    select: dict[str, Any] = {"select": [{"field": name} for name in _FIELDS]}
    return parse_config(
        {
            "version": 2,
            "source": "dataset:orders",
            "datasets": {"detail": {**select, **({"limit": limit} if limit else {})}},
            "charts": [
                {"type": "line", "data": "detail", "x": "day", "y": "orders"},
                {"type": "scatter", "data": "detail", "x": "orders", "y": "delay"},
            ]
            if charts
            else [],
            "outputs": {
                "pdf": {"tables": ["detail"], "orientation": "landscape", "max_rows": count}
            },
        }
    )


def _result(count: int) -> Any:
    from iop_pipelines.query.result import FrozenResult, SourceState

    source = SourceState("dataset:orders", "Orders", NOW, 96.0, 90.0)
    return FrozenResult((_table(count),), {}, (), NOW, "Africa/Lagos", (source,))


def _heading() -> Any:
    from iop_pipelines.reporting.heading import Heading

    return Heading("Orders of the year", "All of them.")


def pdf_ours(count: int, _folder: Path, charts: bool = False) -> dict[str, float]:
    """What makes the page and, by what it tells of itself, the renderer; both are warm."""
    from iop_pipelines.reporting import renderer
    from iop_pipelines.reporting.document import render_pdf

    config, result = _config(count, charts), _result(count)
    few = replace(result, tables=(replace(result.tables[0], rows=result.tables[0].rows[:3]),))
    render_pdf(_heading(), config, few)
    told: list[renderer.Answer] = []
    asked = renderer.ask

    def ask(job: bytes, timeout_s: float) -> renderer.Answer:
        told.append(asked(job, timeout_s))
        return told[-1]

    from iop_pipelines.reporting import pdf

    pdf.ask = ask
    before = time.process_time()
    printed = render_pdf(_heading(), config, result)
    own = time.process_time() - before
    if printed.rows != count or printed.faults:
        raise SystemExit(f"{printed.rows} rows of {count}, {printed.faults}: no comparison")
    return {
        "cpu_s": own + sum(each.cpu_s for each in told),
        "mb": max(each.peak_bytes for each in told) / 2**20,
        "bytes": len(printed.content),
        "pages": _pages(printed.content),
    }


def pdf_plain(count: int, _folder: Path, charts: bool = False) -> dict[str, float]:
    """One call of WeasyPrint on the same HTML."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    from iop_pipelines.reporting.document import TEMPLATES, render_html
    from iop_pipelines.reporting.pdf_child import own_assets
    from iop_pipelines.reporting.stamped.body import filled

    page = render_html(_heading(), _config(count, charts), _result(count))
    html = filled(page.html, page.bodies)
    del page
    gc.collect()
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    # Warm: its own style sheets are read once a process.
    weasyprint.HTML(string="<p>x").write_pdf(pdf_tags=True)
    before = time.process_time()
    fetcher, fonts = own_assets(), FontConfiguration()
    style = weasyprint.CSS(string=css, url_fetcher=fetcher, font_config=fonts)
    content = weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(
        stylesheets=[style], font_config=fonts, pdf_tags=True
    )
    if content is None:
        raise SystemExit("WeasyPrint wrote nothing")
    return {
        "cpu_s": time.process_time() - before,
        "mb": _memory("VmHWM"),
        "bytes": len(content),
        "pages": _pages(content),
    }


def _pages(content: bytes) -> int:
    from iop_pipelines.reporting.pages import page_count

    return page_count(content)


def _filled(folder: Path, count: int) -> Any:
    """A database with a prepared dataset of so many rows; made once."""
    from iop_pipelines.domain.datasets import DatasetDeclaration
    from iop_pipelines.drm.tables import drm_metadata
    from iop_pipelines.schema.engine import engine_for
    from iop_pipelines.schema.tables import metadata
    from iop_pipelines.transform.table import prepared_table
    from iop_pipelines.transform.versions import register_dataset

    path = folder / f"rows-{count}.db"
    is_new = not path.exists()
    engine = engine_for(f"sqlite:///{path}")
    if not is_new:
        return engine
    metadata.create_all(engine)
    drm_metadata.create_all(engine)
    declaration = DatasetDeclaration.model_validate(
        {
            "name": "orders",
            "source": "orders",
            "time": "day",
            "freq": "D",
            "key": ["day", "account"],
            "fields": {
                name: {"type": kind, "label": label, "nullable": name not in ("day", "account")}
                for name, (kind, label) in _FIELDS.items()
            },
            "steps": [
                {"kind": "cast", "columns": {name: {"to": of[0]} for name, of in _FIELDS.items()}}
            ],
        }
    )
    register_dataset(engine, declaration)
    table = prepared_table(declaration)
    with engine.begin() as connection:
        for first in range(0, count, 5_000):
            numbers = range(first, min(first + 5_000, count))
            values = [dict(zip(_FIELDS, row(at), strict=True)) for at in numbers]
            connection.execute(table.insert(), [{**each, "iop_from": 1} for each in values])
    return engine


def csv_bare(count: int, folder: Path) -> dict[str, float]:
    import sqlalchemy as sa

    engine = _filled(folder, count)
    names = ", ".join(_FIELDS)
    statement = sa.text(f"SELECT {names} FROM prepared_orders WHERE iop_to IS NULL")  # noqa: S608

    def fetch() -> int:
        with engine.connect() as connection:
            result = connection.execution_options(stream_results=True).execute(statement)
            return sum(len(part) for part in result.partitions(5_000))

    return _above_idle(fetch, count)


def csv_ours(count: int, folder: Path) -> dict[str, float]:
    """As `generate` makes one, to the files that are stored: the CSV, and the result that is kept."""
    from iop_pipelines.domain.vocabulary import FileFormat
    from iop_pipelines.query.run import open_query
    from iop_pipelines.reporting.frozen import Frozen, freeze, thaw
    from iop_pipelines.reporting.render import render

    engine, config = _filled(folder, count), _config(5)

    def make(config: Any = config) -> int:
        asked: dict[str, Any] = {"engine": engine, "drm_engine": engine, "now": NOW}
        with tempfile.TemporaryFile() as kept, tempfile.TemporaryFile() as out:
            with open_query(config, ["detail"], **asked) as result:
                freeze(Frozen(_heading(), config, result), kept)
            return render(thaw(kept), FileFormat.CSV, out).row_count

    return _above_idle(make, count, lambda: make(_config(5, limit=5)))


def xlsx_alone(count: int, folder: Path) -> dict[str, float]:
    """Typed cells, as ours are."""
    import xlsxwriter

    rows = [row(at) for at in range(count)]

    def make() -> int:
        options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
        with xlsxwriter.Workbook(io.BytesIO(), options) as book:
            sheet = book.add_worksheet()
            day, number = (book.add_format({"num_format": f}) for f in ("yyyy-mm-dd", "#,##0.00"))
            for at, values in enumerate(rows):
                sheet.write_datetime(at, 0, datetime(*values[0].timetuple()[:3]), day)
                for place in (1, 2, 3):
                    sheet.write_string(at, place, values[place])
                for place in (4, 5, 6, 7):
                    sheet.write_number(at, place, values[place], number)
        return count

    return _above_idle(make, count)


def xlsx_ours(count: int, folder: Path) -> dict[str, float]:
    """From the kept result, as a download makes it."""
    from iop_pipelines.reporting.frozen import Frozen, freeze, thaw
    from iop_pipelines.reporting.xlsx import write_xlsx

    config = _config(5)
    kept = tempfile.TemporaryFile()  # noqa: SIM115
    freeze(Frozen(_heading(), config, _result(count)), kept)
    gc.collect()

    def make() -> int:
        with tempfile.TemporaryFile() as out:
            return write_xlsx(thaw(kept), out).rows

    return _above_idle(make, count)


def _above_idle(
    make: Callable[[], int], count: int, warm: Callable[[], object] | None = None
) -> dict[str, float]:
    """warm: loads all code, with a few rows."""
    if warm is not None:
        warm()
    gc.collect()
    idle = _memory("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    before = time.process_time()
    made = make()
    cpu = time.process_time() - before
    if made != count:
        raise SystemExit(f"{made} rows of {count}: no comparison")
    return {"cpu_s": cpu, "mb": _memory("VmHWM") - idle}


def _memory(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def with_charts(way: Callable[..., dict[str, float]]) -> Callable[[int, Path], dict[str, float]]:
    return lambda count, folder: way(count, folder, charts=True)


WAYS: dict[str, Callable[[int, Path], dict[str, float]]] = {
    "pdf ours": pdf_ours,
    "pdf plain": pdf_plain,
    "small ours": with_charts(pdf_ours),
    "small plain": with_charts(pdf_plain),
    "csv ours": csv_ours,
    "csv bare": csv_bare,
    "xlsx ours": xlsx_ours,
    "xlsx alone": xlsx_alone,
}


def median(way: str, count: int, folder: Path, samples: int) -> dict[str, float]:
    """Each in a process of its own."""
    command = [
        sys.executable,
        __file__,
        "--way",
        way,
        "--rows",
        str(count),
        "--folder",
        str(folder),
    ]
    found: list[dict[str, float]] = []
    for _ in range(samples):
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return {name: statistics.median(each[name] for each in found) for name in found[0]}


@dataclass
class Report:
    """Prints each figure beside its limit; `is_good` while none is missed."""

    is_good: bool = True

    def at_most(self, what: str, figure: float, unit: str, limit: float, beside: str = "") -> None:
        is_kept = figure <= limit
        self.is_good &= is_kept
        mark = "" if is_kept else "MISSED"
        print(f"{what:44} {figure:9.4g} {unit:3} limit {limit:<6.4g} {mark:6} {beside}", flush=True)


def compare_pdf(report: Report, folder: Path, tenth: int, samples: int) -> None:
    count, long = ROWS_PDF // tenth, ROWS_LONG // tenth
    ours = median("pdf ours", count, folder, samples)
    plain = median("pdf plain", count, folder, 1)
    if ours["pages"] != plain["pages"]:
        raise SystemExit(f"{ours['pages']} pages, WeasyPrint {plain['pages']}: no comparison")
    said = f"{ours['cpu_s']:.2f} s, WeasyPrint {plain['cpu_s']:.1f} s"
    what = f"PDF {count:,} × 8"
    report.at_most(f"{what}: CPU of WeasyPrint", ours["cpu_s"] / plain["cpu_s"], "×", 1 / 40, said)
    report.at_most(f"{what}: peak", ours["mb"], "MB", 150, f"WeasyPrint {plain['mb']:.0f} MB")
    said = f"{ours['bytes'] / 1e6:.2f} MB, WeasyPrint {plain['bytes'] / 1e6:.2f} MB"
    report.at_most(f"{what}: bytes of WeasyPrint", ours["bytes"] / plain["bytes"], "×", 0.6, said)
    ours = median("pdf ours", long, folder, samples)
    said = f"{ours['cpu_s']:.1f} s of CPU, {ours['bytes'] / 1e6:.1f} MB, {ours['pages']:.0f} pages"
    report.at_most(f"PDF {long:,} × 8: peak", ours["mb"], "MB", 300, said)
    ours, plain = (median(f"small {of}", ROWS_SMALL, folder, samples) for of in ("ours", "plain"))
    said = f"{ours['cpu_s']:.2f} s, WeasyPrint {plain['cpu_s']:.2f} s"
    what = f"PDF of {ROWS_SMALL} rows and 2 charts"
    report.at_most(f"{what}: CPU", ours["cpu_s"] / plain["cpu_s"], "×", 1.0, said)
    report.at_most(f"{what}: size", ours["bytes"] / 1000, "kB", 60)


def compare_rows(report: Report, folder: Path, tenth: int, samples: int) -> None:
    count = ROWS_CSV // tenth
    _filled(folder, count).dispose()
    ours, bare = (median(f"csv {of}", count, folder, samples) for of in ("ours", "bare"))
    said = f"{ours['cpu_s']:.2f} s, a bare fetch {bare['cpu_s']:.2f} s"
    # Of the bare rate at least so much: of its time at most the inverse.
    report.at_most(
        f"CSV {count:,} × 8: CPU of a bare fetch", ours["cpu_s"] / bare["cpu_s"], "×", 2.5, said
    )
    report.at_most(f"CSV {count:,} × 8: above idle", ours["mb"], "MB", 32)
    count = ROWS_XLSX // tenth
    ours, alone = (median(f"xlsx {of}", count, folder, samples) for of in ("ours", "alone"))
    said = f"{ours['cpu_s']:.2f} s, XlsxWriter {alone['cpu_s']:.2f} s"
    report.at_most(
        f"XLSX {count:,} × 8: CPU of XlsxWriter", ours["cpu_s"] / alone["cpu_s"], "×", 1.2, said
    )
    report.at_most(f"XLSX {count:,} × 8: above idle", ours["mb"], "MB", 100)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, once")
    given = parser.parse_args()
    if given.way:
        print(json.dumps(WAYS[given.way](given.rows, given.folder)))
        return 0
    tenth, samples = (10, 1) if given.quick else (1, SAMPLES)
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        compare_rows(report, Path(folder), tenth, samples)
        compare_pdf(report, Path(folder), tenth, samples)
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
