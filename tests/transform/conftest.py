"""IOP's database of any kind, DRM's on disk, and a small declaration to bend."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.drm import standin
from iop_pipelines.schema.engine import engine_for

WINDOW = (datetime(2013, 2, 1), datetime(2013, 2, 3))


@pytest.fixture
def iop_engine(migrated_url: str) -> sa.Engine:
    return engine_for(migrated_url)


@pytest.fixture(scope="module")
def february(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """DRM after January and the 28 days after it. Read only."""
    url = f"sqlite:///{tmp_path_factory.mktemp('drm') / 'drm.db'}"
    engine = engine_for(url)
    standin.create(engine)
    standin.Replay(engine).ingest_next_days(28)
    yield engine
    engine.dispose()


@pytest.fixture
def sales() -> Callable[..., DatasetDeclaration]:
    """Declares `sales`, a row a day and shop; steps, fields and what else is given replace its own."""

    def declare(*more_steps: dict[str, Any], **changes: Any) -> DatasetDeclaration:
        cast = {
            "kind": "cast",
            "columns": {
                "day": {"to": "date", "required": True},
                "shop": {"to": "string", "required": True},
                "amount": {"to": "number"},
                "units": {"to": "integer"},
            },
        }
        content: dict[str, Any] = {
            "name": "sales",
            "source": "sales",
            "time": "day",
            "freq": "D",
            "time_zone": "Africa/Lagos",
            "key": ["day", "shop"],
            "fields": {
                "day": {"type": "date", "nullable": False},
                "shop": {"type": "string", "nullable": False},
                "amount": {"type": "number"},
                "units": {"type": "integer"},
            },
            "steps": [cast, *more_steps],
        }
        more_fields = changes.pop("more_fields", {})
        content |= changes
        content["fields"] = {**content["fields"], **more_fields}
        return DatasetDeclaration.model_validate(content)

    return declare


@pytest.fixture
def raw() -> Callable[..., pd.DataFrame]:
    """Delivered rows of `sales` from tuples (day, shop, amount, units)."""

    def frame(*rows: tuple[str | None, ...]) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=["day", "shop", "amount", "units"], dtype=object)

    return frame
