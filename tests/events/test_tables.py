"""Inbox, outbox and leases on every database, without a broker."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from iop_pipelines.events import inbox, leases, outbox
from iop_pipelines.events.words import EventType
from iop_pipelines.schema.engine import begin_write

NOW = datetime(2026, 3, 1, 12)
A_MINUTE = timedelta(minutes=1)


def _arrived(event_id: str) -> inbox.Arrived:
    return inbox.Arrived(event_id, EventType.DATA_INGESTED, "drm/dataset/x", NOW, '{"run_id": 1}')


def test_an_event_is_written_once_waits_and_ends(engine: sa.Engine) -> None:
    assert inbox.receive(engine, [_arrived("a"), _arrived("b"), _arrived("a")], NOW) == 2
    # Names are exact.
    assert inbox.receive(engine, [_arrived("A"), _arrived("b")], NOW) == 1

    first, second, third = inbox.due(engine, NOW, 10)
    inbox.finish(engine, [first], NOW)
    assert inbox.look_again(engine, {second: "not there yet"}, NOW) == 0
    assert [event.id for event in inbox.due(engine, NOW, 10)] == [third.id]
    assert inbox.look_again(engine, {second: "not there"}, NOW + inbox.PATIENCE) == 1
    assert inbox.counts(engine) == {"waiting": 1, "failed": 1, "refused": 0}

    later = NOW + inbox.KEPT + inbox.PATIENCE + A_MINUTE
    assert inbox.purge(engine, later) == 2
    assert inbox.counts(engine) == {"waiting": 1, "failed": 0, "refused": 0}


def test_a_message_refused_again_is_one_row_that_counts(engine: sa.Engine) -> None:
    message = inbox.Refused("d" * 64, "data.ingested", 3, "no JSON")
    inbox.refuse(engine, [message, message], NOW)
    inbox.refuse(engine, [message], NOW + A_MINUTE)
    (row,) = inbox.listed(engine, "refused", 10)
    assert (row["deliveries"], row["last_at"]) == (3, NOW + A_MINUTE)


def test_a_lease_is_one_processes_until_it_runs_out(engine: sa.Engine) -> None:
    assert leases.take(engine, leases.RELAY, "one", NOW, A_MINUTE)
    assert not leases.take(engine, leases.RELAY, "two", NOW, A_MINUTE)
    assert leases.take(engine, leases.RELAY, "one", NOW + A_MINUTE, A_MINUTE)
    assert leases.take(engine, leases.RELAY, "two", NOW + 3 * A_MINUTE, A_MINUTE)
    leases.give_up(engine, leases.RELAY, "one")
    assert leases.is_held(engine, leases.RELAY, NOW + 3 * A_MINUTE)


def test_without_a_broker_what_nobody_publishes_is_dropped_in_time(engine: sa.Engine) -> None:
    with begin_write(engine) as connection:
        outbox.tell(connection, EventType.REPORT_GENERATED, "iop/template/1", {})
        outbox.tell(connection, EventType.REPORT_GENERATED, "iop/template/1", {})
    first, _ = outbox.unpublished(engine, 10)
    outbox.mark_published(engine, [first.id], NOW)
    count, oldest = outbox.backlog(engine)
    assert count == 1
    assert oldest is not None
    later = oldest + outbox.KEPT + A_MINUTE
    assert outbox.purge(engine, oldest, with_unpublished=True) == 0
    assert outbox.purge(engine, later, with_unpublished=False) == 1
    assert outbox.purge(engine, later, with_unpublished=True) == 1
    assert outbox.backlog(engine) == (0, None)
