"""A DRM database on disk, made by the stand-in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from iop_pipelines.drm import standin
from iop_pipelines.schema.engine import engine_for


@pytest.fixture
def drm_engine(tmp_path: Path) -> Iterator[sa.Engine]:
    url = f"sqlite:///{tmp_path / 'drm.db'}"
    standin.create(engine_for(url))
    yield engine_for(url)
    engine_for(url).dispose()


@pytest.fixture(scope="module")
def february(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """January and the 28 days after it. Read only."""
    url = f"sqlite:///{tmp_path_factory.mktemp('february') / 'drm.db'}"
    engine = engine_for(url)
    standin.create(engine)
    standin.Replay(engine).ingest_next_days(28)
    yield engine
    engine.dispose()
