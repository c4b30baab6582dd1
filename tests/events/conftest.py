"""A migrated database, and a bus between it and a broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from event_broker import EventBroker
from event_bus import Bus
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.migrate import upgrade


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    url = f"sqlite:///{tmp_path / 'iop.db'}"
    upgrade(url)
    yield engine_for(url)
    engine_for(url).dispose()


@pytest.fixture
def bus(event_broker: EventBroker, engine: sa.Engine) -> Iterator[Bus]:
    bus = Bus(event_broker, engine)
    bus.clear()
    yield bus
    bus.end()
