"""The demo's registry on a database of any kind with ten days prepared, called as the wire calls it."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from database_servers import DATABASES, named
from filled_homes import FilledHome
from iop_pipelines.api.answers import Answers
from iop_pipelines.api.calls import run
from iop_pipelines.api.context import Context
from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.registry import Registry
from iop_pipelines.api.schemas import json_schemas
from iop_pipelines.api.wire import read_input
from iop_pipelines.demo.load import load
from iop_pipelines.domain.vocabulary import Phase, Role
from iop_pipelines.drm.standin import START, Replay
from iop_pipelines.identity.user import User
from iop_pipelines.ledger.requests import request_for_drm_run
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.migrate import upgrade
from iop_pipelines.schema.tables import dataset_versions, datasets, model_executions, users
from iop_pipelines.settings import Settings
from iop_pipelines.transform.prepare_version import prepare_version
from migrated_database import MigratedDatabase

DAYS = 10


@cache
def _validators() -> dict[str, Draft202012Validator]:
    """Of what each procedure says that it answers."""
    schemas, definitions = json_schemas(build_registry(), "#/$defs/{model}")
    return {
        path: Draft202012Validator({**schema, "$defs": definitions})
        for (path, mode), schema in schemas.items()
        if mode == "serialization"
    }


def check_answer(path: str, answer: Any) -> None:
    """Every answer that a test gets is what the types of the web app say of it."""
    wrong = best_match(_validators()[path].iter_errors(answer))
    assert wrong is None, f"{path}: {wrong.json_path}: {wrong.message[:300]}"


@dataclass(frozen=True)
class Api:
    """`call` goes the way of a request: JSON in, the declared input, the handler, JSON out."""

    registry: Registry
    context: Context
    answers: Answers

    @property
    def engine(self) -> sa.Engine:
        return self.context.platform.engine

    def call(self, path: str, /, **given: Any) -> Any:
        procedure = self.registry.get(path)
        assert procedure is not None, path
        arguments = (
            [read_input(procedure.input, json.dumps(given).encode())] if procedure.input else []
        )
        context = replace(self.context, procedure=path)
        answer = json.loads(procedure.dump(procedure.handler(context, *arguments)))
        check_answer(path, answer)
        return answer

    def read(self, path: str, /, **given: Any) -> Any:
        """A query as the endpoints run it: by a reader, and shared, where the procedure is so declared."""
        procedure = self.registry.get(path)
        assert procedure is not None, path
        text = json.dumps(given).encode()
        return json.loads(asyncio.run(run(self.answers, procedure, self.context, text)))

    def watch(self, path: str, **given: Any) -> AsyncIterator[tuple[str, Any]]:
        procedure = self.registry.get(path)
        assert procedure is not None
        assert procedure.input is not None
        return procedure.handler(
            self.context, read_input(procedure.input, json.dumps(given).encode())
        )

    def start(self, execution_id: int) -> int:
        """Begins an execution as a worker does; the attempt it is."""
        rows = model_executions.update().where(model_executions.c.id == execution_id)
        self.write(rows.values(phase=Phase.STARTED))
        query = sa.select(model_executions.c.attempt).where(model_executions.c.id == execution_id)
        return self.rows(query)[0].attempt

    def rows(self, query: sa.Select) -> list[sa.Row]:
        with self.engine.connect() as connection:
            return list(connection.execute(query))

    def write(self, statement: Any, values: Any = None) -> None:
        with begin_write(self.engine) as connection:
            connection.execute(statement, values)

    def insert(self, table: sa.Table, **values: Any) -> int:
        with begin_write(self.engine) as connection:
            return connection.execute(table.insert().values(**values)).inserted_primary_key[0]


def api_of(settings: Settings) -> Api:
    user = User(id=1, name="ada", role=Role.ADMIN)
    platform = Platform(settings)
    context = Context(user, platform, "request-1", "127.0.0.1", "")
    return Api(build_registry(), context, Answers(platform))


def _settings(home: Path, **env: str) -> Settings:
    return Settings.from_env({"IOP_HOME": str(home), "IOP_CLOCK": "drm", **env})


def _load_demo(settings: Settings) -> None:
    upgrade(settings.database_url)
    platform = Platform(settings)
    load(platform.engine, platform.drm_engine, START)
    replay = Replay(platform.drm_engine)
    replay.load_history()
    replay.ingest_next_days(DAYS)
    for finished in platform.drm.finished_runs(limit=1000):
        if finished.window_start.date() >= date(2013, 2, 1):
            request_for_drm_run(platform.engine, platform.drm, finished, datetime(2026, 1, 1))
    with platform.engine.connect() as connection:
        query = (
            sa.select(dataset_versions.c.id)
            .join(datasets, datasets.c.id == dataset_versions.c.dataset_id)
            .where(datasets.c.name == "flights_daily", dataset_versions.c.status == "pending")
        )
        waiting = list(connection.scalars(query.order_by(dataset_versions.c.id)))
    for version_id in waiting:
        prepare_version(platform.engine, platform.drm, version_id)
    with begin_write(platform.engine) as connection:
        connection.execute(users.insert().values(id=1, name="ada", role=Role.ADMIN))
    platform.engine.dispose()
    platform.drm_engine.dispose()


@pytest.fixture(params=DATABASES)
def api(
    request: pytest.FixtureRequest,
    migrated_on: Callable[[str], AbstractContextManager[str]],
    migrated_databases: dict[str, MigratedDatabase],
    filled_home: FilledHome,
    tmp_path: Path,
) -> Iterator[Api]:
    """The demo with ten days prepared; on a server one database is IOP's and DRM's."""
    kind = request.param
    home = tmp_path / "home"
    demo = filled_home("demo", kind, lambda home, server: _load_demo(_settings(home, **server)))
    shutil.copytree(demo.home, home)
    with migrated_on(kind) as url:
        if kind == "sqlite":
            settings = _settings(home)
        else:
            migrated_databases[kind].fill_from(demo.url)
            settings = _settings(home, **named(url))
        api = api_of(settings)
        yield api
        api.answers.readers.close()
        engine_for(settings.database_url).dispose()
        engine_for(settings.drm_database_url).dispose()
