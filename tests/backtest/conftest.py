"""An instance with the shops' days prepared, and a model of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selling_shops import SALES, deliver, model_of, shop_days

from database_servers import named
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.platform import Platform
from iop_pipelines.registry.models import StoredModel
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings
from iop_pipelines.transform.versions import register_dataset


@pytest.fixture
def empty_platform(migrated_url: str, tmp_path: Path) -> Iterator[Platform]:
    """Nothing is registered, and nothing came."""
    drm = {"IOP_DRM_DATABASE_URL": f"sqlite:///{tmp_path / 'drm.db'}"}
    home = {"IOP_HOME": str(tmp_path / "home")}
    platform = Platform(Settings.from_env({**home, **named(migrated_url), **drm}))
    yield platform
    engine_for(platform.settings.drm_database_url).dispose()


@pytest.fixture
def platform(empty_platform: Platform) -> Platform:
    stored = register_dataset(empty_platform.engine, DatasetDeclaration.model_validate(SALES))
    deliver(empty_platform, stored.id, shop_days())
    return empty_platform


@pytest.fixture
def shops(platform: Platform) -> StoredModel:
    """A model of what the shops sell."""
    return model_of(platform)
