"""Inbox, outbox and leases on every database, without a broker."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from iop_pipelines.events import inbox, leases, outbox
from iop_pipelines.events.words import EventType
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.migrate import upgrade

NOW = datetime(2026, 3, 1, 12)
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def anywhere(database_url: str) -> sa.Engine:
    upgrade(database_url)
    return engine_for(database_url)


def _arrived(event_id: str) -> inbox.Arrived:
    return inbox.Arrived(event_id, EventType.DATA_INGESTED, "drm/dataset/x", NOW, '{"run_id": 1}')


def test_an_event_is_written_once_waits_and_ends(anywhere: sa.Engine) -> None:
    assert inbox.receive(anywhere, [_arrived("a"), _arrived("b"), _arrived("a")], NOW) == 2
    # Names are exact.
    assert inbox.receive(anywhere, [_arrived("A"), _arrived("b")], NOW) == 1

    first, second, third = inbox.due(anywhere, NOW, 10)
    inbox.finish(anywhere, [first], NOW)
    assert inbox.look_again(anywhere, {second: "not there yet"}, NOW) == 0
    assert [event.id for event in inbox.due(anywhere, NOW, 10)] == [third.id]
    assert inbox.look_again(anywhere, {second: "not there"}, NOW + inbox.PATIENCE) == 1
    assert inbox.counts(anywhere) == {"waiting": 1, "failed": 1, "refused": 0}

    later = NOW + inbox.KEPT + inbox.PATIENCE + A_MINUTE
    assert inbox.purge(anywhere, later) == 2
    assert inbox.counts(anywhere) == {"waiting": 1, "failed": 0, "refused": 0}


def test_a_message_refused_again_is_one_row_that_counts(anywhere: sa.Engine) -> None:
    message = inbox.Refused("d" * 64, "data.ingested", 3, "no JSON")
    inbox.refuse(anywhere, [message, message], NOW)
    inbox.refuse(anywhere, [message], NOW + A_MINUTE)
    (row,) = inbox.listed(anywhere, "refused", 10)
    assert (row["deliveries"], row["last_at"]) == (3, NOW + A_MINUTE)


def test_a_lease_is_one_processes_until_it_runs_out(anywhere: sa.Engine) -> None:
    assert leases.take(anywhere, leases.RELAY, "one", NOW, A_MINUTE)
    assert not leases.take(anywhere, leases.RELAY, "two", NOW, A_MINUTE)
    assert leases.take(anywhere, leases.RELAY, "one", NOW + A_MINUTE, A_MINUTE)
    assert leases.take(anywhere, leases.RELAY, "two", NOW + 3 * A_MINUTE, A_MINUTE)
    leases.give_up(anywhere, leases.RELAY, "one")
    assert leases.is_held(anywhere, leases.RELAY, NOW + 3 * A_MINUTE)


def test_without_a_broker_what_nobody_publishes_is_dropped_in_time(anywhere: sa.Engine) -> None:
    with begin_write(anywhere) as connection:
        outbox.tell(connection, EventType.REPORT_GENERATED, "iop/template/1", {})
        outbox.tell(connection, EventType.REPORT_GENERATED, "iop/template/1", {})
    first, _ = outbox.unpublished(anywhere, 10)
    outbox.mark_published(anywhere, [first.id], NOW)
    count, oldest = outbox.backlog(anywhere)
    assert count == 1
    assert oldest is not None
    later = oldest + outbox.KEPT + A_MINUTE
    assert outbox.purge(anywhere, oldest, with_unpublished=True) == 0
    assert outbox.purge(anywhere, later, with_unpublished=False) == 1
    assert outbox.purge(anywhere, later, with_unpublished=True) == 1
    assert outbox.backlog(anywhere) == (0, None)
