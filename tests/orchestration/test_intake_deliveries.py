"""A watched folder: what comes, is changed, is half-written or broken, through the real sensor, jobs and databases."""

import gzip
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

from database_servers import DATABASES, named
from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.models import InputSpec
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.drm.tables import pipeline_runs, quality_scores
from iop_pipelines.errors import Conflict, NotFound
from iop_pipelines.intake import seen, watched
from iop_pipelines.intake.files import read_file
from iop_pipelines.intake.intake_file import declaration_of, register_source
from iop_pipelines.intake.load import load, watch
from iop_pipelines.intake.questions import refuse_to_guess
from iop_pipelines.intake.sources import SourceSpec, open_source
from iop_pipelines.intake.understand import Given, understand
from iop_pipelines.ledger.deleting import delete_dataset, plan_dataset
from iop_pipelines.ledger.reconcile import reconcile
from iop_pipelines.ledger.verify import verify
from iop_pipelines.notifications.listing import notifications
from iop_pipelines.orchestration import ticks
from iop_pipelines.platform import Platform
from iop_pipelines.query.panel import read_panel
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import dataset_versions, deliveries
from iop_pipelines.settings import Settings
from iop_pipelines.tracing.context import read_header
from iop_pipelines.transform.versions import dataset, latest_version, register_system_datasets
from killed_delivery import POINTS, KilledDeliveries, killed_deliveries
from sensors.intake import intake_deliveries

FIRST = date(2026, 1, 1)
HEAD = "Tag;Filiale;Umsatz (EUR)\n"


def sales(days: range, change: float = 0.0, head: str = HEAD) -> str:
    """Two shops, a row a day each, in numbers and dates that are read wrongly where they are guessed anew."""
    lines = [
        f"{FIRST + timedelta(days=n):%d/%m/%Y};{shop};{base + n + change:.3f}".replace(".", ",")
        for n in days
        for shop, base in (("A", 1000), ("B", 2000))
    ]
    return head + "\n".join(lines) + "\n"


@dataclass
class Folder:
    """An instance without processes whose dataset `sales` is filled from a folder that is watched.

    `tick` is one tick of the sensor with the runs that it asked for.
    """

    platform: Platform
    instance: dg.DagsterInstance
    path: Path
    results: list[dg.ExecuteInProcessResult] = field(default_factory=list)

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def requests(self) -> list[dg.RunRequest]:
        context = dg.build_sensor_context(
            instance=self.instance, resources={"platform": self.platform}
        )
        return list(intake_deliveries.evaluate_tick(context).run_requests or [])

    def tick(self) -> int:
        """How many runs there were."""
        requests = self.requests()
        self.execute(requests)
        return len(requests)

    def execute(self, requests: list[dg.RunRequest]) -> None:
        from iop_pipelines.definitions import defs

        for request in requests:
            result = defs.resolve_job_def(str(request.job_name)).execute_in_process(
                run_config=request.run_config,
                instance=self.instance,
                raise_on_error=False,
                tags={**request.tags, "dagster/run_key": request.run_key or ""},
            )
            self.results.append(result)

    def deliver(self) -> int:
        """As many ticks as it takes: one sees, one queues and launches, and so on while there is more."""
        self.tick()
        runs = 0
        for _ in range(10):
            count = self.tick()
            runs += count
            if not count:
                return runs
        raise AssertionError("it is delivered again and again")

    def prepare(self) -> dict[tuple[str, date], float]:
        """What models read, once all that was delivered is prepared."""
        ticked = ticks.drm_pipeline_runs(self.platform, self.instance, None)
        self.execute(ticked.requests)
        stored = dataset(self.platform.engine, "sales")
        version = latest_version(self.platform.engine, stored.id)
        window = (datetime(2026, 1, 1), datetime(2028, 1, 1))
        spec = InputSpec(measures=("umsatz",), series=("filiale",))
        frame = read_panel(self.platform.engine, stored, spec, version.id, window)
        rows = zip(frame["unique_id"], frame["ds"], frame["umsatz"], strict=True)
        return {(shop, moment.date()): value for shop, moment, value in rows if value == value}

    def runs(self) -> list[tuple[str, int | None]]:
        """DRM's runs: status and rows."""
        query = sa.select(pipeline_runs.c.status, pipeline_runs.c.rows_ingested)
        with self.platform.drm_engine.connect() as connection:
            found = connection.execute(query.order_by(pipeline_runs.c.id))
            return [(row.status.value, row.rows_ingested) for row in found]

    def scores(self) -> list[float]:
        query = sa.select(quality_scores.c.score).order_by(quality_scores.c.id)
        with self.platform.drm_engine.connect() as connection:
            return list(connection.scalars(query))

    def standing(self) -> dict[str, str]:
        source = watched.watched_source(self.platform.engine, "sales")
        return {each.name: each.status for each in seen.standing(self.platform.engine, source)}

    def reason(self, name: str) -> str:
        source = watched.watched_source(self.platform.engine, "sales")
        found = {each.name: each for each in seen.standing(self.platform.engine, source)}
        return str(found[name].reason)

    def redeclare(self, name: str = "sales", **values: object) -> None:
        declared = declaration_of(watched.watched_source(self.platform.engine, name))
        register_source(self.platform.engine, declared.model_copy(update=values))

    def change(self, **values: object) -> None:
        """As time would: of all rows of deliveries."""
        with begin_write(self.platform.engine) as connection:
            connection.execute(deliveries.update().values(**values))

    def trace_ids(self, table: sa.Table) -> dict[int, str]:
        """Of the rows of `sales`, by DRM's run."""
        is_its = sa.true()
        if "dataset_id" in table.c:
            is_its = table.c.dataset_id == dataset(self.platform.engine, "sales").id
        query = sa.select(table.c.drm_run_id, table.c.traceparent).where(is_its)
        return {run: read_header(header).trace_id for run, header in self.rows(query)}

    def rows(self, query: sa.Select) -> list[sa.Row]:
        with self.platform.engine.connect() as connection:
            return list(connection.execute(query))


def figures(days: range, change: float = 0.0) -> dict[tuple[str, date], float]:
    return {
        (shop, FIRST + timedelta(days=n)): base + n + change
        for n in days
        for shop, base in (("A", 1000), ("B", 2000))
    }


def _watch(settings: Settings, path: Path) -> Platform:
    platform = Platform(settings)
    register_system_datasets(platform.engine)
    path.mkdir()
    # What is watched begins with a file that tells day from month and decimals from thousands.
    example = path.parent / "example.csv"
    example.write_text(sales(range(60), 0.25))
    given = understand(read_file(example), Given(name="sales"), "UTC", refuse_to_guess)
    folder = path.parent / "declared"
    watch(platform, given, SourceSpec(str(path)), folder, utc_now())
    return platform


@pytest.fixture(params=DATABASES)
def folder(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    migrated_on: Callable[[str], AbstractContextManager[str]],
) -> Iterator[Folder]:
    kind = request.param
    monkeypatch.setenv("IOP_HOME", str(tmp_path))
    with ExitStack() as stack:
        url = stack.enter_context(migrated_on(kind))
        if kind != "sqlite":
            server = request.getfixturevalue(f"{kind}_server")
            drm_url = server.create_database()
            stack.callback(server.drop_database, drm_url)
            stack.callback(lambda: engine_for(drm_url).dispose())
            for name, value in (named(url) | {"IOP_DRM_DATABASE_URL": drm_url}).items():
                monkeypatch.setenv(name, value)
        settings = Settings.from_env()
        platform = _watch(settings, tmp_path / "in")
        with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path / "dagster")) as instance:
            found = Folder(platform, instance, tmp_path / "in")
            # No second has to pass between two looks.
            found.redeclare(every_s=1, settle_s=1)
            yield found
        engine_for(settings.drm_database_url).dispose()


def test_each_new_file_is_one_delivery_with_its_run_score_and_prepared_rows(folder: Folder) -> None:
    folder.put("january.csv", sales(range(30)))
    assert folder.tick() == 0, "seen once, it may still be written"
    assert folder.tick() == 1
    folder.put("february.csv", sales(range(30, 31)))
    assert folder.deliver() == 1
    assert folder.deliver() == 0

    assert folder.runs() == [("success", 60), ("success", 2)]
    assert folder.scores() == [100, 100]
    assert folder.standing() == {"january.csv": "delivered", "february.csv": "delivered"}
    # A file of one day is read as the first was: 31/01 and 01/02, decimal commas with three places.
    assert folder.prepare() == figures(range(31))
    assert [result.success for result in folder.results] == [True] * len(folder.results)
    assert verify(folder.instance, folder.platform.engine).drift == ()
    delivered, prepared = folder.trace_ids(deliveries), folder.trace_ids(dataset_versions)
    assert delivered == prepared
    assert len(set(delivered.values())) == 2, "a trace each"


def test_a_changed_file_restates_its_window_and_a_touched_one_delivers_nothing(
    folder: Folder,
) -> None:
    path = folder.put("a.csv", sales(range(30)))
    folder.put("b.csv", sales(range(30, 60)))
    folder.deliver()
    folder.prepare()
    os.utime(path, ns=(1, 1))
    assert folder.deliver() == 1
    assert folder.standing()["a.csv"] == "unchanged"
    assert len(folder.runs()) == 2

    folder.put("a.csv", sales(range(30), 0.5))
    folder.deliver()
    assert folder.runs() == [("success", 60)] * 3
    assert folder.prepare() == figures(range(30), 0.5) | figures(range(30, 60))


def test_a_file_that_is_still_written_waits_until_it_stays_as_it_is(folder: Folder) -> None:
    whole = sales(range(30))
    half = len(whole) // 2
    path = folder.path / "a.csv"
    with path.open("w") as file:
        file.write(whole[:half])
        file.flush()
        for _ in range(3):
            assert folder.tick() == 0, "a process has it open for writing"
        file.write(whole[half:])
    assert folder.tick() == 0, "it has just been changed"
    assert folder.tick() == 1
    assert folder.runs() == [("success", 60)]


def test_what_changes_between_two_looks_is_never_read(folder: Folder) -> None:
    for days in range(10, 13):
        folder.put("a.csv", sales(range(days)))
        assert folder.tick() == 0
    assert folder.tick() == 1
    assert folder.runs() == [("success", 24)]


def test_a_file_that_changes_while_it_is_read_is_not_delivered_by_half(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from iop_pipelines.intake import delivering

    real = delivering.read_rows

    def meanwhile(*args: Any) -> object:
        found = real(*args)
        folder.put("a.csv", sales(range(31)))
        return found

    folder.put("a.csv", sales(range(30)))
    with monkeypatch.context() as slow:
        slow.setattr(delivering, "read_rows", meanwhile)
        folder.tick()
        folder.tick()
    assert folder.runs() == []
    folder.change(run_after=None)
    folder.deliver()
    assert folder.runs() == [("success", 62)]


def test_a_cut_off_archive_is_waited_for_and_then_told_once(folder: Folder) -> None:
    packed = gzip.compress(sales(range(30)).encode())
    folder.put("a.csv.gz", packed[:-20])
    folder.deliver()
    assert folder.standing() == {"a.csv.gz": "waiting"}
    assert folder.runs() == []

    long_ago = utc_now() - timedelta(minutes=11)
    folder.change(run_after=None, seen_at=long_ago)
    folder.deliver()
    assert folder.standing() == {"a.csv.gz": "failed"}
    assert "gzip" in folder.reason("a.csv.gz")
    assert folder.runs() == [("failed", None)]
    assert folder.deliver() == 0

    folder.put("a.csv.gz", packed)
    folder.deliver()
    assert folder.runs() == [("failed", None), ("success", 60)]
    assert folder.standing() == {"a.csv.gz": "delivered"}


def test_what_cannot_be_read_fails_once_and_stops_no_neighbour(folder: Folder) -> None:
    folder.put("a.csv", "Tag;Filiale;Umsatz (EUR)\nx;A;y\nz;B;w\n")
    folder.put("b.csv", sales(range(30)))
    folder.put("c.csv", sales(range(30, 60)).replace("Umsatz (EUR)", "Revenue"))
    assert folder.deliver() == 1
    for _ in range(3):
        assert folder.deliver() == 0

    assert sorted(folder.runs(), key=str) == [("failed", None), ("failed", None), ("success", 60)]
    assert folder.standing() == {"a.csv": "failed", "b.csv": "delivered", "c.csv": "failed"}
    reason = folder.reason("c.csv")
    assert "lacks the columns Umsatz (EUR)" in reason
    assert "has the columns Revenue instead" in reason
    assert folder.scores() == [100], "a failed run has no score"
    listed = notifications(folder.platform.engine, 1, utc_now()).items
    told = [each for each in listed if each.kind != "model"]
    assert [(each.kind, each.event, each.title) for each in told] == [
        ("delivery", "failed", "sales")
    ] * 2
    assert {str(each.detail).split(" was ")[0] for each in told} == {"a.csv", "c.csv"}
    assert len(seen.failures(folder.platform.engine)["sales"]) == 2
    assert all("n’a pas été livré" in each.translations[Language.FR]["detail"] for each in told)
    assert folder.prepare() == figures(range(30))


def test_what_failed_is_delivered_again_by_command(folder: Folder) -> None:
    folder.put("a.csv", sales(range(30)).replace("Umsatz (EUR)", "Revenue"))
    folder.deliver()
    source = watched.watched_source(folder.platform.engine, "sales")
    reading = declaration_of(source).reading
    renamed = reading.columns["umsatz"].model_copy(update={"header": "Revenue"})
    folder.redeclare(
        reading=reading.model_copy(update={"columns": {**reading.columns, "umsatz": renamed}})
    )
    assert folder.deliver() == 0
    assert seen.retry(folder.platform.engine, source, utc_now()) == 1
    folder.deliver()
    assert folder.runs() == [("failed", None), ("success", 60)]


def test_a_column_that_came_later_widens_the_dataset(folder: Folder) -> None:
    folder.put("a.csv", sales(range(30)))
    folder.deliver()
    folder.prepare()
    lines = sales(range(30, 60)).splitlines()
    wider = [f"{lines[0]};Neue_Kunden", *(f"{line};{n % 13}" for n, line in enumerate(lines[1:]))]
    folder.put("b.csv", "\n".join(wider))
    folder.put("c.csv", sales(range(60, 70)))
    folder.deliver()

    declared = dataset(folder.platform.engine, "sales").declaration
    assert (declared.version, declared.fields["neue_kunden"].type) == (2, "integer")
    assert declared.measures["neue_kunden"].kind == "sum"
    assert declared.label_of("neue_kunden") == declared.measure_label("neue_kunden")
    assert declared.label_of("neue_kunden") == "Neue Kunden"
    # A file without it is as good as before.
    assert set(folder.standing().values()) == {"delivered"}
    assert folder.prepare() == figures(range(70))


def test_a_file_that_went_away_is_told_and_takes_nothing_with_it(folder: Folder) -> None:
    path = folder.put("a.csv", sales(range(30)))
    folder.put("b.csv", sales(range(30, 60)))
    folder.deliver()
    path.unlink()
    folder.tick()
    source = watched.watched_source(folder.platform.engine, "sales")
    gone = {each.name: each.is_gone for each in seen.standing(folder.platform.engine, source)}
    assert gone == {"a.csv": True, "b.csv": False}
    assert folder.prepare() == figures(range(60))
    assert len(folder.runs()) == 2


def test_a_folder_that_is_not_there_is_told_and_looked_at_again(folder: Folder) -> None:
    away = folder.path.with_name("away")
    folder.put("a.csv", sales(range(30)))
    folder.path.rename(away)
    folder.deliver()
    problem = watched.watched_source(folder.platform.engine, "sales").problem
    assert problem is not None
    assert str(folder.path) in str(problem)
    away.rename(folder.path)
    folder.deliver()
    assert watched.watched_source(folder.platform.engine, "sales").problem is None
    assert folder.runs() == [("success", 60)]


def test_a_paused_source_is_not_looked_at(folder: Folder) -> None:
    watched.pause(folder.platform.engine, "sales", is_paused=True)
    folder.put("a.csv", sales(range(30)))
    assert folder.deliver() == 0
    assert folder.standing() == {}
    watched.pause(folder.platform.engine, "sales", is_paused=False)
    folder.deliver()
    assert folder.runs() == [("success", 60)]


def test_many_files_are_delivered_in_order_some_a_run(folder: Folder) -> None:
    for n in range(25):
        folder.put(f"day-{n}.csv", sales(range(n, n + 1)))
    assert folder.deliver() == 2
    query = sa.select(deliveries.c.name).order_by(deliveries.c.drm_run_id)
    assert [row.name for row in folder.rows(query)] == [f"day-{n}.csv" for n in range(25)]
    assert folder.runs() == [("success", 2)] * 25


def test_two_looks_at_once_come_to_one_delivery(folder: Folder) -> None:
    for n in range(5):
        folder.put(f"{n}.csv", sales(range(n, n + 1)))
    source = watched.watched_source(folder.platform.engine, "sales")
    gate = threading.Barrier(2)

    def twice() -> None:
        for _ in range(2):
            gate.wait(30)
            seen.look_at(folder.platform.engine, source, utc_now())

    both = [threading.Thread(target=twice) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    folder.deliver()
    assert folder.runs() == [("success", 2)] * 5
    assert len(folder.rows(sa.select(deliveries.c.id))) == 5


def test_runs_that_were_asked_for_and_never_launched_are_made_good(folder: Folder) -> None:
    folder.put("a.csv", sales(range(30)))
    folder.tick()
    assert len(folder.requests()) == 1, "the daemon dies with these in its hands"
    assert folder.deliver() == 0
    reconcile(folder.instance, folder.platform.engine, utc_now() + timedelta(minutes=10))
    folder.deliver()
    assert folder.runs() == [("success", 60)]


@pytest.fixture(scope="module")
def killed() -> Iterator[KilledDeliveries]:
    with killed_deliveries() as killed:
        yield killed


@pytest.mark.parametrize("point", list(POINTS))
def test_a_worker_that_is_killed_at_any_point_loses_nothing_and_repeats_nothing(
    folder: Folder, killed: KilledDeliveries, point: str
) -> None:
    folder.put("a.csv", sales(range(30)))
    folder.put("b.csv", sales(range(30, 60)))
    folder.tick()
    (request,) = folder.requests()
    assert killed.run(point, request.run_config, os.environ) == -signal.SIGKILL

    reconcile(folder.instance, folder.platform.engine, utc_now() + timedelta(minutes=10))
    # What the file has become since plays no part in what was delivered before the end.
    folder.deliver()
    assert folder.runs() == [("success", 60), ("success", 60)]
    assert folder.scores() == [100, 100]
    assert folder.standing() == {"a.csv": "delivered", "b.csv": "delivered"}
    assert folder.prepare() == figures(range(60))
    versions = sa.select(dataset_versions.c.id).where(
        dataset_versions.c.dataset_id == dataset(folder.platform.engine, "sales").id
    )
    assert len(folder.rows(versions)) == 2


def test_a_delivery_that_landed_before_its_worker_was_given_up_has_not_failed(
    folder: Folder,
) -> None:
    folder.put("a.csv", sales(range(30)))
    folder.deliver()
    folder.change(status="failed", drm_run_id=None, error_msg="gave up")
    folder.tick()
    assert folder.standing() == {"a.csv": "delivered"}
    assert folder.runs() == [("success", 60)]


def test_what_was_loaded_by_hand_is_not_delivered_again(folder: Folder) -> None:
    path = folder.put("a.csv", sales(range(60), 0.25))
    given = understand(read_file(path), Given(name="sales"), "UTC", refuse_to_guess)
    load(folder.platform, given, folder.path.parent / "declared", utc_now())
    folder.deliver()
    assert folder.standing() == {"a.csv": "unchanged"}
    assert folder.runs() == [("success", 120)]


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def readings(days: range) -> str:
    rows = ", ".join(f"('{FIRST + timedelta(days=n)}', 'north', {n % 7}.5)" for n in days)
    return f"INSERT INTO readings VALUES {rows}"


def test_a_table_comes_by_stretches_and_none_is_left_out(folder: Folder) -> None:
    path = folder.path.parent / "own.db"
    execute(path, "CREATE TABLE readings (at TEXT, place TEXT, energy REAL)", readings(range(40)))
    spec = SourceSpec(f"sqlite:///{path}", table="readings", watermark="at")
    (item,) = open_source(spec).items()
    given = understand(open_source(spec).read(item), Given(name="readings"), "UTC", refuse_to_guess)
    watch(folder.platform, given, spec, folder.path.parent / "declared", utc_now())
    folder.redeclare("readings", every_s=1)
    engine = folder.platform.engine

    folder.deliver()
    assert folder.deliver() == 0
    execute(path, readings(range(40, 42)))
    folder.deliver()
    assert folder.runs() == [("success", 40), ("success", 2)]

    execute(path, "ALTER TABLE readings RENAME COLUMN energy TO power", readings(range(42, 43)))
    folder.deliver()
    execute(path, readings(range(43, 44)))
    assert folder.deliver() == 0, "what came after a stretch that failed would leave a hole"
    assert folder.runs()[2:] == [("failed", None)]
    execute(path, "ALTER TABLE readings RENAME COLUMN power TO energy")
    assert seen.retry(engine, watched.watched_source(engine, "readings"), utc_now()) == 1
    folder.deliver()
    assert folder.runs()[3:] == [("success", 1), ("success", 1)]


def test_a_source_that_is_removed_leaves_what_it_delivered(folder: Folder) -> None:
    folder.put("a.csv", sales(range(30)))
    folder.deliver()
    watched.remove(folder.platform.engine, "sales")
    assert folder.deliver() == 0
    assert folder.prepare() == figures(range(30))


def test_a_dataset_that_is_deleted_is_watched_no_more_and_does_not_come_back(
    folder: Folder,
) -> None:
    engine = folder.platform.engine
    folder.put("a.csv", sales(range(60)))
    assert folder.deliver() == 1
    folder.put("b.csv", sales(range(60, 70)))
    folder.tick()
    assert plan_dataset(engine, "sales").sources == (str(folder.path),)
    delete_dataset(engine, folder.instance, "sales", utc_now(), with_models=True)
    folder.put("c.csv", sales(range(70, 80)))
    assert folder.deliver() == 0
    assert watched.watched_sources(engine) == []
    assert folder.rows(sa.select(deliveries.c.id)) == []
    with pytest.raises(NotFound):
        dataset(engine, "sales")
    assert len(folder.runs()) == 1


def test_a_dataset_into_which_an_item_is_being_delivered_is_not_deleted(folder: Folder) -> None:
    folder.put("a.csv", sales(range(60)))
    folder.tick()
    folder.change(phase=Phase.STARTED)
    with pytest.raises(Conflict, match=r"a\.csv is being delivered to sales"):
        delete_dataset(
            *(folder.platform.engine, folder.instance, "sales", utc_now()), with_models=True
        )
    assert folder.standing().keys() == {"a.csv"}
