"""DRM's events on a real RabbitMQ: each in the inbox once, whatever is killed in between."""

import json
import os
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from event_bus import Bus, eventually, run_event
from iop_pipelines.drm import standin
from iop_pipelines.drm.announce import announce, announcements, stir
from iop_pipelines.events import consumer, inbox, leases
from iop_pipelines.events.words import DEAD_LETTER_QUEUE, MAX_DELIVERIES, MAX_EVENT_BYTES, QUEUE
from iop_pipelines.schema.engine import engine_for

pytestmark = pytest.mark.rabbitmq


@pytest.fixture
def listening(bus: Bus) -> Bus:
    """A bus whose queues are there, with nobody at them."""
    with bus.channel() as channel:
        consumer.declare_incoming(channel)
    return bus


def test_an_event_is_in_the_inbox_once_however_often_it_is_sent(listening: Bus) -> None:
    listening.announce(run_event(1), run_event(2), run_event(1), run_event(2), run_event(1))
    listening.consume()
    eventually(lambda: listening.depth(QUEUE) == 0, "all events are taken")
    listening.announce(run_event(1), run_event(3))
    eventually(lambda: listening.inbox() == ["run-1", "run-2", "run-3"], "the third event")


def test_what_is_no_event_is_a_dead_letter_after_four_deliveries_and_stops_nothing(
    listening: Bus,
) -> None:
    poison = {
        "no JSON": b"{",
        "has a number that is none": b'{"event_id": NaN}',
        "too large": b" " * (MAX_EVENT_BYTES + 1),
        "a list": b"[]",
        "half of a surrogate pair": json.dumps(run_event(9, error_msg="\ud800")).encode(),
        "no such type": json.dumps({**run_event(9), "event_type": "x.y"}).encode(),
        "no run": json.dumps({**run_event(9), "run_id": "seven"}).encode(),
        "a run that no database can count": json.dumps({**run_event(9), "run_id": 2**31}).encode(),
        "a day that is not there": json.dumps(
            {**run_event(9), "timestamp": "2013-02-30T00:00:00Z"}
        ).encode(),
        "deeper than it may be": b"[" * 20_000,
    }
    listening.announce(*poison.values())
    listening.announce(run_event(1))
    listening.consume()

    eventually(lambda: listening.depth(DEAD_LETTER_QUEUE) == len(poison), "dead letters")
    eventually(lambda: listening.inbox() == ["run-1"], "the good event")
    refused = listening.refused()
    assert len(refused) == len(poison)
    assert {row.deliveries for row in refused} == {MAX_DELIVERIES}
    assert all(row.reason for row in refused)
    assert any("run_id: 'seven'" in row.reason for row in refused)
    assert listening.depth(QUEUE) == 0


def test_a_burst_of_ten_thousand_events_is_taken_in_batches(
    listening: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions = []
    receive = inbox.receive
    monkeypatch.setattr(
        inbox, "receive", lambda *given: transactions.append(len(given[1])) or receive(*given)
    )
    listening.announce(*(run_event(number, f"e-{number}") for number in range(1, 10_001)))
    listening.consume()

    eventually(lambda: listening.count() == 10_000, "ten thousand events", listening.progress)
    assert len(transactions) < 1_000


def test_a_broker_that_is_killed_and_comes_back_loses_no_event(listening: Bus) -> None:
    listening.consume()
    listening.announce(run_event(1))
    eventually(lambda: listening.inbox() == ["run-1"], "the first event")

    listening.broker.restart()

    listening.announce(run_event(1), run_event(2))
    eventually(lambda: listening.inbox() == ["run-1", "run-2"], "the event after the restart")


def test_while_the_database_is_away_events_are_kept_and_not_taken_for_poison(
    listening: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = iter(range(6))
    receive = inbox.receive

    def away(*given: Any) -> int:
        if next(refusals, None) is not None:
            raise OperationalError("INSERT", {}, Exception("server has gone away"))
        return receive(*given)

    monkeypatch.setattr(inbox, "receive", away)
    monkeypatch.setattr(consumer.Pause, "LONGEST_S", 0.5)
    listening.announce(run_event(1))
    listening.consume()

    eventually(lambda: listening.inbox() == ["run-1"], "the event, once the database is back")
    eventually(lambda: listening.depth(QUEUE) == 0, "the event is acknowledged")
    assert next(refusals, None) is None
    assert listening.depth(DEAD_LETTER_QUEUE) == 0
    assert listening.refused() == []


def test_told_to_stop_a_consumer_writes_what_it_has_in_hand(listening: Bus) -> None:
    listening.announce(*(run_event(number) for number in range(1, 301)))
    stop = listening.consume()
    eventually(lambda: len(listening.inbox()) > 0, "the first events")
    stop()

    # What is not in the inbox is still in the queue.
    taken = set(listening.inbox())
    listening.consume()
    eventually(lambda: len(listening.inbox()) == 300, "the others")
    assert taken <= set(listening.inbox())
    assert listening.depth(DEAD_LETTER_QUEUE) == 0


def test_what_the_stand_in_announces_arrives_once_whatever_is_repeated_and_moved(
    listening: Bus, tmp_path
) -> None:
    drm = engine_for(f"sqlite:///{tmp_path / 'drm.db'}")
    standin.create(drm)
    standin.Replay(drm).ingest_next_days(14)
    events = announcements(drm)
    stirred = stir(events, seed=7)
    assert len(stirred) > len(events)
    assert [each for each in stirred if each in events] != events

    assert announce(listening.broker.url, stirred) == len(stirred)
    listening.consume()

    eventually(lambda: listening.depth(QUEUE) == 0, "all events are taken")
    eventually(lambda: len(listening.inbox()) == len(events), "all events are written")
    assert set(listening.inbox()) == {event["event_id"] for event in events}
    assert listening.refused() == []
    drm.dispose()


def test_the_process_takes_events_until_sigterm_and_writes_no_password(
    listening: Bus, tmp_path
) -> None:
    log = tmp_path / "events.log"
    environment = {
        **os.environ,
        "IOP_HOME": str(tmp_path),
        "DATABASE_URL": str(listening.engine.url),
        "IOP_EVENT_BROKER_URL": listening.broker.url,
    }
    command = [sys.executable, "-m", "iop_pipelines.events.service"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stderr=output)
    try:
        listening.announce(run_event(1))
        eventually(lambda: listening.inbox() == ["run-1"], "the event")
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
    assert not leases.is_held(listening.engine, leases.CONSUMER, datetime(2000, 1, 1))
    assert "consuming from amqp://…@127.0.0.1" in log.read_text()
