"""An instance without processes: ticks are called, and what they launch is executed in this process."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

from database_servers import DATABASES
from filled_homes import Filled, FilledHome
from iop_pipelines.demo.load import load
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import ModelStatus
from iop_pipelines.drm.standin import START, Replay
from iop_pipelines.ledger.cursors import SeenIds
from iop_pipelines.ledger.deleting import delete_dataset
from iop_pipelines.ledger.ended_runs import read_ended_runs
from iop_pipelines.ledger.work import EXECUTION, REPORT
from iop_pipelines.orchestration import ticks
from iop_pipelines.platform import Platform
from iop_pipelines.registry.models import list_models, set_status
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.migrate import upgrade
from iop_pipelines.settings import Settings
from migrated_database import MigratedDatabase

AIRPORTS = "airport_daily"
CURSORS = "kept-cursors.json"


@dataclass
class Bench:
    """`tick` is one round of all sensors with their runs; cursors are kept as Dagster keeps them."""

    platform: Platform
    instance: dg.DagsterInstance
    replay: Replay
    runs_cursor: str | None = None
    scores_cursor: str | None = None
    results: list[dg.ExecuteInProcessResult] = field(default_factory=list)

    def tick(self) -> None:
        ticked = ticks.drm_pipeline_runs(self.platform, self.instance, self.runs_cursor)
        self.runs_cursor = ticked.cursor
        self.execute(ticked.requests)
        ticked = ticks.drm_quality_scores(self.platform, self.instance, self.scores_cursor)
        self.scores_cursor = ticked.cursor
        self.execute(ticked.requests)
        while requests := ticks.launch(self.platform, EXECUTION):
            self.execute(requests)
        self.execute(ticks.launch(self.platform, REPORT))

    def execute(self, requests: list[dg.RunRequest]) -> None:
        from iop_pipelines.definitions import defs

        for request in requests:
            job = defs.resolve_job_def(str(request.job_name))
            result = job.execute_in_process(
                run_config=request.run_config,
                instance=self.instance,
                raise_on_error=False,
                tags={**request.tags, "dagster/run_key": request.run_key or ""},
            )
            self.results.append(result)

    def keep_models(self, *names: str) -> None:
        """For tests that are not about what models find: the others retire, and what only they read goes."""
        engine = self.platform.engine
        read = set()
        for stored in list_models(engine):
            if stored.spec.name in names:
                read.add(stored.spec.config.dataset)
            else:
                set_status(engine, stored.id, ModelStatus.DEPRECATED)
        if AIRPORTS not in read:
            delete_dataset(engine, self.instance, AIRPORTS, utc_now(), with_models=True)

    def ingest_until(self, day: date) -> None:
        """DRM ingests up to and with that day of data."""
        while self.replay.next_day <= day:
            self.replay.ingest_next_days(1)

    def pass_over(self, day: date) -> None:
        """January is prepared, and what DRM ingests after it up to and with that day never: as if seen before."""
        self.tick()
        self.ingest_until(day)
        ended = read_ended_runs(self.platform.drm, SeenIds.parse(self.runs_cursor), limit=1000)
        self.runs_cursor = str(ended.after([run.id for run in ended.runs]))

    def keep_in(self, home: Path) -> None:
        """What is in memory: Dagster's history, and the cursors."""
        (home / CURSORS).write_text(json.dumps([self.runs_cursor, self.scores_cursor]))
        for name, memory in self._histories():
            with closing(sqlite3.connect(home / name)) as file:
                memory.backup(file)

    def take_up(self, home: Path) -> None:
        """What `keep_in` left in the home, if it did."""
        if not (home / CURSORS).exists():
            return
        self.runs_cursor, self.scores_cursor = json.loads((home / CURSORS).read_text())
        for name, memory in self._histories():
            with closing(sqlite3.connect(home / name)) as file:
                file.backup(memory)

    def _histories(self) -> list[tuple[str, sqlite3.Connection]]:
        """Of an instance in memory, the connection that each storage holds: there is no public way to them."""
        storages: dict[str, Any] = {
            "runs.db": self.instance.run_storage,
            "events.db": self.instance.event_log_storage,
        }
        return [
            (f"kept-{name}", storage._held_conn.connection.dbapi_connection)
            for name, storage in storages.items()
        ]

    def rows(self, query: sa.Select) -> list[sa.Row]:
        with self.platform.engine.connect() as connection:
            return list(connection.execute(query))


BenchOf = Callable[..., Bench]


def _load_january(settings: Settings) -> None:
    upgrade(settings.database_url)
    platform = Platform(settings)
    load(platform.engine, platform.drm_engine, START)
    Replay(platform.drm_engine).load_history()
    platform.engine.dispose()
    platform.drm_engine.dispose()


def _load_january_into(home: Path, server: dict[str, str]) -> None:
    _load_january(Settings.from_env({"IOP_HOME": str(home), "IOP_CLOCK": "drm", **server}))


def _make_bench(settings: Settings, instance: dg.DagsterInstance) -> Bench:
    _load_january(settings)
    return _bench_on(instance)


def _bench_on(instance: dg.DagsterInstance) -> Bench:
    # The jobs make their own Platform, from the environment like any worker.
    platform = Platform(Settings.from_env())
    return Bench(platform, instance, Replay(platform.drm_engine))


@pytest.fixture(scope="session")
def make_bench() -> Callable[[Settings, dg.DagsterInstance], Bench]:
    """For settings that the environment names; January is ingested, nothing of it is seen yet."""
    return _make_bench


@pytest.fixture(params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    """Of database, for IOP's: each in turn."""
    return request.param


@pytest.fixture
def bench(bench_of: BenchOf) -> Bench:
    """Dagster's instance in memory, IOP's database of every kind; January is ingested, nothing of it is seen yet."""
    return bench_of()


@pytest.fixture
def bench_of(
    kind: str,
    tmp_path: Path,
    migrated_on: Callable[[str], AbstractContextManager[str]],
    migrated_databases: dict[str, MigratedDatabase],
    filled_home: FilledHome,
) -> Iterator[BenchOf]:
    """As `bench`, and `bench_of("seen", begin)` gives what `begin` made of it, once in a run. Called once a test."""
    january = filled_home("january", kind, _load_january_into)

    @contextmanager
    def opened(filled: Filled, home: Path) -> Iterator[Bench]:
        shutil.copytree(filled.home, home, dirs_exist_ok=True)
        with ExitStack() as stack:
            environment = stack.enter_context(pytest.MonkeyPatch.context())
            environment.setenv("IOP_HOME", str(home))
            environment.setenv("IOP_CLOCK", "drm")
            if kind != "sqlite":
                environment.setenv("DATABASE_URL", stack.enter_context(migrated_on(kind)))
                migrated_databases[kind].fill_from(filled.url)
            yield stack.enter_context(_in_memory(home))

    with ExitStack() as stack:

        def bench_of(name: str = "", begin: Callable[[Bench], None] | None = None) -> Bench:
            if begin is None:
                return stack.enter_context(opened(january, tmp_path))

            def fill(home: Path, server: dict[str, str]) -> None:
                with opened(january, home) as bench:
                    begin(bench)
                    bench.keep_in(home)
                    if server:
                        migrated_databases[kind].copy_into(server["DATABASE_URL"])

            return stack.enter_context(opened(filled_home(name, kind, fill), tmp_path))

        yield bench_of


@contextmanager
def _in_memory(home: Path) -> Iterator[Bench]:
    settings = Settings.from_env()
    with dg.DagsterInstance.ephemeral(tempdir=str(home / "dagster")) as instance:
        bench = _bench_on(instance)
        bench.take_up(home)
        yield bench
    engine_for(settings.database_url).dispose()
    engine_for(settings.drm_database_url).dispose()
