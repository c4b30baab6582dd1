"""IOP's events on a real RabbitMQ: at least once, in order, nothing of what was rolled back."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from event_bus import Bus, eventually
from iop_pipelines.events import leases, outbox
from iop_pipelines.events.words import EventType
from iop_pipelines.schema.engine import begin_write

pytestmark = pytest.mark.rabbitmq


def _tell(engine: sa.Engine, *numbers: int) -> None:
    for number in numbers:
        with begin_write(engine) as connection:
            outbox.tell(
                connection, EventType.REPORT_GENERATED, "iop/template/1", {"report_id": number}
            )


def _numbers(events: list[dict]) -> list[int]:
    return [event["report_id"] for event in events]


def test_what_was_told_arrives_in_its_order_and_is_told_once(bus: Bus) -> None:
    bus.listen()
    _tell(bus.engine, *range(1, 151))
    bus.relay()
    eventually(lambda: bus.unpublished() == 0, "the outbox is empty")
    assert _numbers(bus.heard()) == list(range(1, 151))


def test_a_transaction_that_is_rolled_back_tells_nothing(bus: Bus) -> None:
    bus.listen()
    with suppress(ZeroDivisionError), begin_write(bus.engine) as connection:
        outbox.tell(connection, EventType.REPORT_GENERATED, "iop/template/1", {"report_id": 1})
        raise ZeroDivisionError
    _tell(bus.engine, 2)
    bus.relay()
    eventually(lambda: bus.unpublished() == 0, "the outbox is empty")
    assert _numbers(bus.heard()) == [2]


def test_while_the_broker_is_away_the_outbox_grows_and_then_it_drains(bus: Bus) -> None:
    bus.listen()
    bus.relay()
    _tell(bus.engine, 1)
    eventually(lambda: bus.unpublished() == 0, "the first event")

    bus.broker.kill()
    _tell(bus.engine, 2, 3)
    assert outbox.backlog(bus.engine)[0] == 2
    bus.broker.start()

    eventually(lambda: bus.unpublished() == 0, "the outbox is empty")
    heard = bus.heard()
    assert _numbers(heard)[-2:] == [2, 3]
    assert set(_numbers(heard)) == {1, 2, 3}


def test_an_event_that_nobody_wants_stays_in_the_outbox_until_somebody_does(bus: Bus) -> None:
    _tell(bus.engine, 1)
    stop = bus.relay()
    eventually(lambda: leases.is_held(bus.engine, leases.RELAY, _now()), "a first try")
    stop()
    assert bus.unpublished() == 1

    bus.listen()
    bus.relay()
    eventually(lambda: bus.unpublished() == 0, "the outbox is empty")
    assert _numbers(bus.heard()) == [1]


def test_an_event_published_again_keeps_its_id(bus: Bus) -> None:
    bus.listen()
    _tell(bus.engine, 1)
    bus.relay()
    eventually(lambda: bus.unpublished() == 0, "the outbox is empty")
    with begin_write(bus.engine) as connection:
        # As after a crash between the broker's confirmation and the mark.
        connection.execute(sa.text("UPDATE event_outbox SET published_at = NULL"))
    eventually(lambda: bus.unpublished() == 0, "the outbox is empty again")
    first, second = bus.heard()
    assert first == second


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
