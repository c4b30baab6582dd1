"""Publishes the outbox, oldest first: each event at least once, under the same id.

One relay at a time, by a lease, so that what one source tells arrives in its order. The first event that
the broker does not take stops all behind it, and the outbox grows where everybody can see it.
"""

import logging
import threading
from datetime import timedelta
from typing import Any, Final

import kombu
import sqlalchemy as sa

from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.errors import Unavailable
from iop_pipelines.events import leases, outbox
from iop_pipelines.events.broker import ANALYTICS, AWAY, Pause, connect
from iop_pipelines.events.words import ANALYTICS_EXCHANGE
from iop_pipelines.tracing.context import read_header

log = logging.getLogger(__name__)

BATCH: Final = 100
POLL_S: Final = 1.0
CONFIRM_TIMEOUT_S: Final = 10
# Longer than a batch takes, shorter than anybody minds waiting for the next relay.
LEASE = timedelta(seconds=60)


class Relay:
    """`run` returns only when `stopped` is set."""

    def __init__(self, url: str, engine: sa.Engine, holder: str, stopped: threading.Event) -> None:
        self._url = url
        self._engine = engine
        self._holder = holder
        self._stopped = stopped
        self._connection: kombu.Connection | None = None
        self._open_producer: kombu.Producer | None = None
        self._returned: list[str] = []

    def run(self) -> None:
        pause = Pause(self._stopped)
        while not self._stopped.is_set():
            try:
                published = self.publish_some()
                pause.reset()
                if not published:
                    self._stopped.wait(POLL_S)
            except AWAY as error:
                log.warning("events are not published: %s: %s", type(error).__name__, error)
                self._disconnect()
                pause.wait()
        self._disconnect()

    def publish_some(self) -> int:
        """Publishes a batch; returns how many events, 0 where there are none or another relay is at it."""
        events = outbox.unpublished(self._engine, BATCH)
        if not events:
            return 0
        if not leases.take(self._engine, leases.RELAY, self._holder, wall_clock(), LEASE):
            return 0
        # What another relay published between the two looks is not to be told again.
        events = outbox.unpublished(self._engine, BATCH)
        producer = self._producer()
        done: list[int] = []
        try:
            for event in events:
                if self._stopped.is_set():
                    break
                self._publish(producer, event)
                done.append(event.id)
        finally:
            outbox.mark_published(self._engine, done, wall_clock())
        return len(done)

    def _publish(self, producer: kombu.Producer, event: outbox.Unpublished) -> None:
        """Returns once the broker has stored the event in a queue at least; raises if it has not."""
        self._returned.clear()
        producer.publish(
            event.payload.encode("ascii"),
            routing_key=event.event_type.value,
            content_type="application/json",
            # Named, so that kombu sends bytes as they are.
            content_encoding="utf-8",
            delivery_mode=2,
            mandatory=True,
            confirm_timeout=CONFIRM_TIMEOUT_S,
            message_id=event.event_id,
            type=event.event_type.value,
            headers={"traceparent": event.traceparent} if event.traceparent else None,
        )
        if self._returned:
            raise Unavailable(
                "event.no_queue",
                exchange=ANALYTICS_EXCHANGE,
                event_type=event.event_type.value,
                said=self._returned[0],
            )
        fields: dict[str, object] = {"eventId": event.event_id, "eventType": event.event_type.value}
        if (trace := read_header(event.traceparent)) is not None:
            fields["traceId"] = trace.trace_id
        log.info("event published", extra={"fields": fields})

    def _producer(self) -> kombu.Producer:
        if self._open_producer is None:
            # Nobody reads between two batches, so there are no heartbeats to read.
            self._connection = connect(self._url, heartbeat_s=0)
            log.info("publishing to %s", self._connection.as_uri())
            self._open_producer = kombu.Producer(
                self._connection.channel(), exchange=ANALYTICS, on_return=self._note_return
            )
        return self._open_producer

    def _note_return(self, error: Exception, *_: Any) -> None:
        self._returned.append(str(error))

    def _disconnect(self) -> None:
        connection, self._connection, self._open_producer = self._connection, None, None
        if connection is not None:
            # Without a farewell, which a silent server would never answer.
            connection.collect()
