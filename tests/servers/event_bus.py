"""A broker and a database, with the parts that move events between them run as threads of the test."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import kombu
import sqlalchemy as sa

from event_broker import EventBroker
from iop_pipelines.events.broker import ANALYTICS, DATA
from iop_pipelines.events.consumer import Consumer
from iop_pipelines.events.relay import Relay
from iop_pipelines.events.words import ANALYTICS_EXCHANGE, DEAD_LETTER_QUEUE, QUEUE
from iop_pipelines.schema.tables import event_inbox, event_outbox, refused_messages

HEARD = "test.analytics"
# On a machine that does much else.
_PATIENCE_S = 240
_AT_ONCE = 1_000


def eventually(
    condition: Callable[[], bool], what: str, told: Callable[[], object] | None = None
) -> None:
    """`told` says how far it had come where it did not come true."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() >= deadline:
            seen = f": {told()}" if told else ""
            raise AssertionError(f"{what}: not within {_PATIENCE_S} s{seen}")
        time.sleep(0.05)


def run_event(number: int, event_id: str | None = None, **own: Any) -> dict[str, Any]:
    return {
        "event_id": event_id or f"run-{number}",
        "event_type": "pipeline.run.completed",
        "timestamp": "2013-02-02T05:16:30Z",
        "source_id": "drm/pipeline/ingest_flights_daily",
        "pipeline": "ingest_flights_daily",
        "dataset": "flights_daily",
        "run_id": number,
        "status": "success",
        **own,
    }


@dataclass
class Bus:
    """A broker without messages of ours, a database, and what runs between them while the test does."""

    broker: EventBroker
    engine: sa.Engine
    _running: list[tuple[threading.Event, threading.Thread]] = field(default_factory=list)

    @contextmanager
    def channel(self, confirm: bool = True) -> Iterator[Any]:
        options = {"confirm_publish": confirm}
        with kombu.Connection(self.broker.url, transport_options=options) as connection:
            yield connection.channel()

    def clear(self) -> None:
        with self.channel() as channel:
            for queue in (QUEUE, DEAD_LETTER_QUEUE, HEARD):
                channel.queue_delete(queue)

    def announce(self, *events: dict[str, Any] | bytes) -> None:
        """As DRM does, until the broker has confirmed each.

        A queue that has not recovered yet refuses what is published; and of what is not confirmed the broker
        drops what it still has in hand when the connection is closed.
        """
        waiting = list(events)

        def is_taken() -> bool:
            waiting[:] = self._unconfirmed(waiting[:_AT_ONCE]) + waiting[_AT_ONCE:]
            return not waiting

        eventually(is_taken, "the broker takes the events", lambda: f"{len(waiting)} are left")

    def _unconfirmed(self, events: list[dict[str, Any] | bytes]) -> list[dict[str, Any] | bytes]:
        """Publishes them one upon the other, then waits for what the broker says of each; what it refused."""
        waiting = dict(enumerate(events, start=1))
        refused: list[dict[str, Any] | bytes] = []

        def settle(tag: int, is_multiple: bool, into: list[dict[str, Any] | bytes]) -> None:
            tags = [each for each in waiting if each <= tag] if is_multiple else [tag]
            into += [waiting.pop(each) for each in tags]

        with self.channel(confirm=False) as channel:
            channel.confirm_select()
            channel.events["basic_ack"].add(lambda tag, multiple: settle(tag, multiple, []))
            channel.events["basic_nack"].add(lambda tag, multiple: settle(tag, multiple, refused))
            producer = kombu.Producer(channel, exchange=DATA)
            for event in events:
                _publish(producer, event)
            while waiting:
                channel.connection.drain_events(timeout=_PATIENCE_S)
        return refused

    def listen(self) -> None:
        """A queue of somebody who wants all that IOP tells."""
        with self.channel() as channel:
            ANALYTICS(channel).declare()
            channel.queue_declare(HEARD, durable=True, auto_delete=False)
            channel.queue_bind(HEARD, ANALYTICS_EXCHANGE, "#")

    def heard(self) -> list[dict[str, Any]]:
        """All that has arrived since the last call, in order."""
        events = []
        with self.channel() as channel:
            while (message := channel.basic_get(HEARD, no_ack=True)) is not None:
                events.append(json.loads(message.body))
        return events

    def depth(self, queue: str) -> int:
        with self.channel() as channel:
            return channel.queue_declare(queue, passive=True).message_count

    def consume(self) -> Callable[[], None]:
        """Starts a consumer; what is returned ends it as SIGTERM does."""
        return self._run(
            Consumer(self.broker.url, self.engine, "test", stopped := threading.Event()), stopped
        )

    def relay(self) -> Callable[[], None]:
        return self._run(
            Relay(self.broker.url, self.engine, "test", stopped := threading.Event()), stopped
        )

    def inbox(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(
                connection.scalars(sa.select(event_inbox.c.event_id).order_by(event_inbox.c.id))
            )

    def progress(self) -> str:
        """Where events are, for a test that waited for them in vain."""
        places = {"in the inbox": self.count(), "refused": len(self.refused())}
        places |= {f"in {queue}": self.depth(queue) for queue in (QUEUE, DEAD_LETTER_QUEUE)}
        return ", ".join(f"{number} {place}" for place, number in places.items())

    def count(self) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(event_inbox)) or 0

    def refused(self) -> list[sa.Row]:
        with self.engine.connect() as connection:
            return list(connection.execute(sa.select(refused_messages)))

    def unpublished(self) -> int:
        query = sa.select(sa.func.count()).where(event_outbox.c.published_at.is_(None))
        with self.engine.connect() as connection:
            return connection.scalar(query) or 0

    def end(self) -> None:
        for stopped, thread in self._running:
            stopped.set()
            thread.join(30)
            assert not thread.is_alive()
        self._running.clear()

    def _run(self, part: Consumer | Relay, stopped: threading.Event) -> Callable[[], None]:
        thread = threading.Thread(target=part.run)
        thread.start()
        self._running.append((stopped, thread))

        def stop() -> None:
            stopped.set()
            thread.join(30)
            assert not thread.is_alive()

        return stop


def _publish(producer: kombu.Producer, event: dict[str, Any] | bytes) -> None:
    is_raw = isinstance(event, bytes)
    producer.publish(
        event if is_raw else json.dumps(event).encode(),
        routing_key="data.ingested" if is_raw else str(event["event_type"]),
        content_type="application/json",
        content_encoding="utf-8",
    )
