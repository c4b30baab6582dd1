"""A folder that `iop up` watches: a file that is dropped into it slowly ends in prepared rows and executions."""

import csv
import gzip
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from iop_pipelines.cli.main import main
from iop_pipelines.domain.models import InputSpec
from iop_pipelines.intake import seen, watched
from iop_pipelines.orchestration.supervisor import free_port
from iop_pipelines.platform import Platform
from iop_pipelines.query.panel import read_panel
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import dataset_versions, model_executions
from iop_pipelines.settings import Settings
from iop_pipelines.transform.versions import dataset, latest_version
from served_app import answers, wait_until

DATA = Path(__file__).parents[2] / "iop_pipelines" / "demo" / "data" / "nyc_flights_daily.csv.gz"
# Beside the rest of the suite a look of the sensor takes its time.
IN_TIME_S = 270
LAST_MONTH = "2013-12"


def cancelled() -> dict[tuple[str, str], int]:
    """(day, airport) -> cancelled flights, from the data itself."""
    sums: dict[tuple[str, str], int] = {}
    with gzip.open(DATA, "rt") as lines:
        for row in csv.DictReader(lines):
            key = row["date"], row["origin"]
            sums[key] = sums.get(key, 0) + int(row["cancelled"])
    return dict(sorted(sums.items()))


def as_file(months: str | None) -> str:
    """Of the year without its last month, or of that alone; day first, as this file alone does not tell."""
    rows = [
        f"{'/'.join(reversed(day.split('-')))};{who};{n}"
        for (day, who), n in cancelled().items()
        if day.startswith(LAST_MONTH) == (months == LAST_MONTH)
    ]
    return "\n".join(["Day;Airport;Cancelled", *rows]) + "\n"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Of an instance that watches the folder `in` beside it."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "year.csv").write_text(as_file(None))
    home = tmp_path / "home"
    arguments = ["intake", "add", str(tmp_path / "in"), "--name", "cancelled", "--json"]
    done = CliRunner().invoke(main, [*arguments, "--home", str(home)])
    assert done.exit_code == 0, done.output
    yield home
    settings = Settings.from_env({"IOP_HOME": str(home)})
    engine_for(settings.database_url).dispose()
    engine_for(settings.drm_database_url).dispose()


@pytest.mark.timeout(900)
def test_a_file_that_is_dropped_slowly_ends_in_rows_and_executions(home: Path) -> None:
    platform = Platform(Settings.from_env({"IOP_HOME": str(home)}))
    port = free_port()
    iop = Path(sys.executable).with_name("iop")
    up = subprocess.Popen(
        [str(iop), "up", "--home", str(home), "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}", "/api/ready", 200), IN_TIME_S)
        wait_until(lambda: executed(platform, 1), IN_TIME_S, every_s=0.5)
        assert platform.drm.recent_runs()[0].rows_ingested == 334 * 3

        drop_slowly(platform, home.parent / "in" / "december.csv", as_file(LAST_MONTH))

        wait_until(lambda: executed(platform, 2), IN_TIME_S, every_s=0.5)
        up.send_signal(signal.SIGTERM)
        up.wait(60)
    finally:
        up.kill()
        up.communicate()
    assert [run.rows_ingested for run in platform.drm.recent_runs()] == [31 * 3, 334 * 3]
    assert panel(platform) == {key: float(n) for key, n in cancelled().items()}


def drop_slowly(platform: Platform, path: Path, text: str) -> None:
    """Half of it, then the other half after the sensor has looked three times."""
    half = len(text) // 2
    with path.open("w") as file:
        file.write(text[:half])
        file.flush()
        looks = {looked_at(platform)}

        def has_looked() -> bool:
            looks.add(looked_at(platform))
            return len(looks) > 3

        wait_until(has_looked, IN_TIME_S, every_s=0.2)
        assert standing(platform)["december.csv"] == "waiting"
        file.write(text[half:])


def source_of(platform: Platform) -> watched.WatchedSource:
    return watched.watched_source(platform.engine, "cancelled")


def looked_at(platform: Platform) -> datetime | None:
    return source_of(platform).looked_at


def standing(platform: Platform) -> dict[str, str]:
    found = seen.standing(platform.engine, source_of(platform))
    return {each.name: each.status for each in found}


def executed(platform: Platform, count: int) -> bool:
    """Whether so many data versions are prepared, and each was given to a model that is done with it."""
    stored = dataset(platform.engine, "cancelled")
    versions, runs = dataset_versions.c, model_executions.c
    query = (
        sa.select(versions.id, sa.func.count(runs.id))
        .outerjoin(
            model_executions,
            sa.and_(runs.dataset_version_id == versions.id, runs.status == "success"),
        )
        .where(versions.dataset_id == stored.id, versions.status == "prepared")
        .group_by(versions.id)
    )
    with platform.engine.connect() as connection:
        done = {row[0]: row[1] for row in connection.execute(query)}
    return len(done) == count and all(done.values())


def panel(platform: Platform) -> dict[tuple[str, str], float]:
    stored = dataset(platform.engine, "cancelled")
    version = latest_version(platform.engine, stored.id)
    assert version is not None
    spec = InputSpec(measures=("cancelled",), series=("airport",))
    window = (datetime(2013, 1, 1), datetime(2014, 1, 1))
    frame = read_panel(platform.engine, stored, spec, version.id, window)
    rows = zip(frame["unique_id"], frame["ds"], frame["cancelled"], strict=True)
    return {(f"{moment:%Y-%m-%d}", who): value for who, moment, value in rows if value == value}
