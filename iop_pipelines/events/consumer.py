"""Takes DRM's events from the broker into the inbox; an event is acknowledged once its row is committed.

A database that is away is waited for with the messages in hand: sending them back would count as a
delivery, and after four of those the broker would take good events for poison. What is no event is sent
back each time it comes, until the broker puts it among the dead letters.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

import kombu
import sqlalchemy as sa
from sqlalchemy.exc import DataError

from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.errors import InvalidEvent
from iop_pipelines.events import inbox, leases
from iop_pipelines.events.broker import (
    AWAY,
    DATABASE_AWAY,
    Message,
    Pause,
    connect,
    declare_incoming,
)
from iop_pipelines.events.contract import read_event
from iop_pipelines.schema.tables import event_inbox

log = logging.getLogger(__name__)

# As many as one transaction takes; what a killed consumer held is delivered again.
BATCH: Final = 200
POLL_S: Final = 1.0
# How long to wait for another message before those in hand are written.
GATHER_S: Final = 0.05
SHOWN_EVERY_S: Final = 5.0
PRESENCE = timedelta(seconds=30)


class Consumer:
    """`run` returns only when `stopped` is set, after what was in hand is written and acknowledged."""

    def __init__(self, url: str, engine: sa.Engine, holder: str, stopped: threading.Event) -> None:
        self._url = url
        self._engine = engine
        self._holder = holder
        self._stopped = stopped
        self._pause = Pause(stopped)
        self._in_hand: list[Message] = []
        self._shown_at = 0.0

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._require_inbox()
                self._consume_until_stopped()
            except AWAY as error:
                log.warning("events are not consumed: %s: %s", type(error).__name__, error)
                self._pause.wait()

    def _require_inbox(self) -> None:
        """No message is asked for that could not be written down."""
        with self._engine.connect() as connection:
            connection.execute(sa.select(event_inbox.c.id).limit(1))

    def _consume_until_stopped(self) -> None:
        connection = connect(self._url)
        log.info("consuming from %s", connection.as_uri())
        try:
            self._consume(connection)
            connection.close()
        finally:
            # Without a farewell, which a silent server would never answer.
            connection.collect()

    def _consume(self, connection: kombu.Connection) -> None:
        self._in_hand.clear()
        channel = connection.channel()
        consumer = kombu.Consumer(
            channel,
            queues=[declare_incoming(channel)],
            on_message=self._in_hand.append,
            prefetch_count=BATCH,
            auto_declare=False,
        )
        with consumer:
            while not self._stopped.is_set():
                self._gather(connection)
                self._write_down(connection)
                self._show()
                connection.heartbeat_check()
                self._pause.reset()

    def _gather(self, connection: kombu.Connection) -> None:
        """Waits for a message, then takes those that come with it."""
        patience_s = POLL_S
        while len(self._in_hand) < BATCH:
            try:
                connection.drain_events(timeout=patience_s)
            except TimeoutError:
                return
            patience_s = GATHER_S

    def _write_down(self, connection: kombu.Connection) -> None:
        """Acknowledges nothing that is not committed, whatever stops it half way."""
        if not self._in_hand:
            return
        messages, self._in_hand[:] = list(self._in_hand), []
        good: list[tuple[Message, inbox.Arrived]] = []
        bad: list[tuple[Message, inbox.Refused]] = []
        for message in messages:
            try:
                good.append((message, _arrived(message)))
            except InvalidEvent as error:
                bad.append((message, _refused(message, str(error))))
        bad += self._receive(connection, good)
        refused = [each for _, each in bad]
        if refused:
            self._until_written(
                connection, lambda: inbox.refuse(self._engine, refused, wall_clock())
            )
        for message, each in bad:
            log.warning("message %s refused: %s", each.body_digest[:12], each.reason)
            message.requeue()

    def _receive(
        self, connection: kombu.Connection, good: Sequence[tuple[Message, inbox.Arrived]]
    ) -> list[tuple[Message, inbox.Refused]]:
        """Writes and acknowledges; returns what the database would not take whatever is tried."""
        events = [event for _, event in good]
        try:
            self._until_written(
                connection, lambda: inbox.receive(self._engine, events, wall_clock())
            )
        except DataError as error:
            if len(good) > 1:
                return [each for one in good for each in self._receive(connection, [one])]
            return [(message, _refused(message, f"{error.orig}")) for message, _ in good]
        for message, _ in good:
            message.ack()
        return []

    def _until_written(self, connection: kombu.Connection, write: Callable[[], object]) -> None:
        """Tries until the database takes it; meanwhile the broker hears that this consumer lives."""
        pause = Pause(self._stopped)
        while True:
            try:
                write()
                return
            except DataError:
                raise
            except DATABASE_AWAY as error:
                if self._stopped.is_set():
                    raise
                log.warning("the inbox cannot be written: %s", type(error).__name__)
                pause.wait()
                connection.heartbeat_check()

    def _show(self) -> None:
        if time.monotonic() - self._shown_at >= SHOWN_EVERY_S:
            leases.show(self._engine, leases.CONSUMER, self._holder, wall_clock(), PRESENCE)
            self._shown_at = time.monotonic()


def _arrived(message: Message) -> inbox.Arrived:
    event = read_event(_body(message))
    return inbox.Arrived(
        event.event_id, event.event_type, event.source_id, event.timestamp, event.payload
    )


def _refused(message: Message, reason: str) -> inbox.Refused:
    body = _body(message)
    key = message.delivery_info.get("routing_key") or ""
    return inbox.Refused(hashlib.sha256(body).hexdigest(), key, len(body), reason)


def _body(message: Message) -> bytes:
    """py-amqp reads the body as text where the sender names an encoding that fits it."""
    body = message.body or b""
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else bytes(body)
