"""An instance without processes: ticks are called, and what they launch is executed in this process."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from database_servers import DATABASES
from filled_homes import FilledHome
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

    def rows(self, query: sa.Select) -> list[sa.Row]:
        with self.platform.engine.connect() as connection:
            return list(connection.execute(query))


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
def bench(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    migrated_on: Callable[[str], AbstractContextManager[str]],
    migrated_databases: dict[str, MigratedDatabase],
    filled_home: FilledHome,
) -> Iterator[Bench]:
    """Dagster's instance in memory, IOP's database of every kind."""
    kind = request.param
    january = filled_home("january", kind, _load_january_into)
    shutil.copytree(january.home, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("IOP_HOME", str(tmp_path))
    monkeypatch.setenv("IOP_CLOCK", "drm")
    with ExitStack() as stack:
        if kind != "sqlite":
            monkeypatch.setenv("DATABASE_URL", stack.enter_context(migrated_on(kind)))
            migrated_databases[kind].fill_from(january.url)
        yield from _in_memory(tmp_path)


def _in_memory(tmp_path: Path) -> Iterator[Bench]:
    settings = Settings.from_env()
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path / "dagster")) as instance:
        yield _bench_on(instance)
    engine_for(settings.database_url).dispose()
    engine_for(settings.drm_database_url).dispose()
