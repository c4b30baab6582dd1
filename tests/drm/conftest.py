"""DRM's databases, made by the stand-in.

`drm_engine`, for tests of the stand-in itself, is on disk: what IOP reads of it is asked of `february` on
every database, and `test_the_replay_works_on_every_database` writes on each.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from database_servers import DATABASES
from iop_pipelines.drm import standin
from iop_pipelines.schema.engine import engine_for


@pytest.fixture
def drm_engine(tmp_path: Path) -> Iterator[sa.Engine]:
    url = f"sqlite:///{tmp_path / 'drm.db'}"
    standin.create(engine_for(url))
    yield engine_for(url)
    engine_for(url).dispose()


@pytest.fixture(scope="module", params=DATABASES)
def february(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[sa.Engine]:
    """January and the 28 days after it, on every database: this is what IOP reads. Read only."""
    if request.param == "sqlite":
        yield from _february(f"sqlite:///{tmp_path_factory.mktemp('february') / 'drm.db'}")
    else:
        server = request.getfixturevalue(f"{request.param}_server")
        url = server.create_database()
        yield from _february(url)
        server.drop_database(url)


def _february(url: str) -> Iterator[sa.Engine]:
    engine = engine_for(url)
    standin.create(engine)
    standin.Replay(engine).ingest_next_days(28)
    yield engine
    engine.dispose()
