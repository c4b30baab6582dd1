"""A migrated database, and a bus between it and a broker."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from database_servers import DATABASES
from event_broker import EventBroker
from event_bus import Bus
from iop_pipelines.schema.engine import engine_for


@pytest.fixture(params=DATABASES)
def engine(
    request: pytest.FixtureRequest, migrated_on: Callable[[str], AbstractContextManager[str]]
) -> Iterator[sa.Engine]:
    with migrated_on(request.param) as url:
        yield engine_for(url)


@pytest.fixture
def bus(event_broker: EventBroker, engine: sa.Engine) -> Iterator[Bus]:
    bus = Bus(event_broker, engine)
    bus.clear()
    yield bus
    bus.end()
