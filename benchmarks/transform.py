"""CPU of preparing a day's delivery and of reading a panel, against plain pandas on the same rows.

Preparing is beside `read_sql` of the delivered rows and `to_sql` of as many: what any tool pays that reads and
writes them, without a cast, a check or a reject. A panel of every series is beside `read_sql` of the prepared
rows and a `groupby` of the same sums. Each pair is interleaved, so that a busy moment of the machine hits
both; medians are compared.

    make bench-transform
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from iop_pipelines.domain.models import InputSpec
from iop_pipelines.drm import standin
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.query.panel import read_panel
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import metadata
from iop_pipelines.transform.declarations import demo_declarations
from iop_pipelines.transform.prepare_version import prepare_version
from iop_pipelines.transform.versions import StoredDataset, ensure_version, register_dataset

DATASET = "flights_daily"
DAYS = 28
SAMPLES = 15
PREPARE_LIMIT = 6.0
PANEL_LIMIT = 1.5
SERIES = ("origin", "airline", "destination")
MEASURES = ("flights", "cancelled")


def cpu(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def prepared(folder: Path) -> tuple[sa.Engine, sa.Engine, StoredDataset, list[int]]:
    """Both databases, and the ids of pending versions: January as one, then a day each."""
    engine, drm_engine = (engine_for(f"sqlite:///{folder / name}.db") for name in ("iop", "drm"))
    metadata.create_all(engine)
    standin.create(drm_engine)
    standin.Replay(drm_engine).ingest_next_days(DAYS)
    declaration = next(each for each in demo_declarations() if each.name == DATASET)
    stored = register_dataset(engine, declaration)
    runs = [run for run in SharedDatabase(drm_engine).finished_runs(limit=500) if run.is_success]
    with begin_write(engine) as connection:
        ids = [ensure_version(connection, stored, run) for run in runs if run.dataset == DATASET]
    return engine, drm_engine, stored, ids


def time_preparing(engine: sa.Engine, drm_engine: sa.Engine, ids: list[int]) -> tuple[float, float]:
    drm = SharedDatabase(drm_engine)
    ours, plain = [], []
    for version_id in ids:
        run_id = _run_of(engine, version_id)
        # A garbled day among them is refused otherwise.
        prepare = partial(prepare_version, engine, drm, version_id, max_refused_percent=100)
        ours.append(cpu(prepare))
        plain.append(cpu(lambda: _copy(drm_engine, engine, run_id)))  # noqa: B023
    return statistics.median(ours[1:]), statistics.median(plain[1:])


def _run_of(engine: sa.Engine, version_id: int) -> int:
    statement = sa.text("SELECT drm_run_id FROM dataset_versions WHERE id = :id")
    with engine.connect() as connection:
        return connection.execute(statement, {"id": version_id}).scalar_one()


def _copy(source: sa.Engine, target: sa.Engine, run_id: int) -> None:
    statement = sa.text(f"SELECT * FROM drm_rows_{DATASET} WHERE run_id = :run")  # noqa: S608
    frame = pd.read_sql(statement, source, params={"run": run_id})
    frame.to_sql("plain_copy", target, if_exists="append", index=False)


def time_reading(engine: sa.Engine, stored: StoredDataset, last: int) -> tuple[float, float, int]:
    given = InputSpec(measures=MEASURES, series=SERIES, history=60)
    end = datetime(2013, 2, 1) + timedelta(days=DAYS)
    window = (end - timedelta(days=1), end)
    statement = sa.text(f"SELECT * FROM prepared_{DATASET} WHERE iop_to IS NULL")  # noqa: S608

    def plain() -> pd.DataFrame:
        rows = pd.read_sql(statement, engine, parse_dates=["date"])
        return rows.groupby([*SERIES, "date"])[list(MEASURES)].sum().reset_index()

    def ours() -> pd.DataFrame:
        return read_panel(engine, stored, given, last, window)

    rows = len(ours())
    if rows != len(plain()):
        raise SystemExit(f"the panel has {rows} rows, pandas {len(plain())}: no comparison")
    pairs = [(cpu(ours), cpu(plain)) for _ in range(SAMPLES)]
    mine, theirs = (statistics.median(samples) for samples in zip(*pairs, strict=True))
    return mine, theirs, rows


def report(what: str, ours: float, plain: float, limit: float) -> bool:
    ratio = ours / plain
    print(f"{what:38} {1000 * ours:7.1f} ms   pandas {1000 * plain:7.1f} ms", end="   ")
    print(f"ratio {ratio:.2f}, limit {limit:g}")
    return ratio <= limit


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        engine, drm_engine, stored, ids = prepared(Path(folder))
        is_good = report("preparing a day", *time_preparing(engine, drm_engine, ids), PREPARE_LIMIT)
        ours, plain, rows = time_reading(engine, stored, max(ids))
        is_good &= report(f"reading a panel of {rows} rows", ours, plain, PANEL_LIMIT)
        engine.dispose()
        drm_engine.dispose()
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
