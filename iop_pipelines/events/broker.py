"""The broker: connections that notice a silent server, and the exchanges and queues that IOP uses.

Nothing here logs a URL with its password; `Connection.as_uri()` leaves it out.
"""

import threading
from typing import Any, Final

import amqp.exceptions
import kombu
import kombu.exceptions
from kombu.transport.base import Message
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from iop_pipelines.errors import Contended, Unavailable
from iop_pipelines.events.words import (
    ANALYTICS_EXCHANGE,
    DATA_EXCHANGE,
    DEAD_LETTER_EXCHANGE,
    DEAD_LETTER_QUEUE,
    INCOMING,
    MAX_DELIVERIES,
    QUEUE,
)

__all__ = ["AWAY", "BROKER_AWAY", "DATABASE_AWAY", "Message", "Pause", "connect", "data_queue"]

CONNECT_TIMEOUT_S: Final = 5
# A server that says nothing for twice as long is gone.
HEARTBEAT_S: Final = 20

# AttributeError is what py-amqp raises now and then of a connection that was lost beneath it.
BROKER_AWAY = (
    OSError,
    amqp.exceptions.AMQPError,
    kombu.exceptions.KombuError,
    AttributeError,
    Unavailable,
)
DATABASE_AWAY = (DBAPIError, PoolTimeout, Contended)
AWAY = (*BROKER_AWAY, *DATABASE_AWAY)

DATA = kombu.Exchange(DATA_EXCHANGE, type="topic", durable=True)
ANALYTICS = kombu.Exchange(ANALYTICS_EXCHANGE, type="topic", durable=True)
DEAD_LETTERS = kombu.Queue(
    DEAD_LETTER_QUEUE,
    kombu.Exchange(DEAD_LETTER_EXCHANGE, type="direct", durable=True),
    routing_key=QUEUE,
    durable=True,
    queue_arguments={"x-queue-type": "quorum"},
)


def data_queue() -> kombu.Queue:
    """Of a message that was delivered `MAX_DELIVERIES` times and never taken the broker makes a dead letter."""
    return kombu.Queue(
        QUEUE,
        DATA,
        bindings=[kombu.binding(DATA, routing_key=each.value) for each in INCOMING],
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": MAX_DELIVERIES - 1,
            "x-dead-letter-exchange": DEAD_LETTER_EXCHANGE,
            "x-dead-letter-routing-key": QUEUE,
        },
    )


def connect(url: str, *, heartbeat_s: int = HEARTBEAT_S) -> kombu.Connection:
    """A connection that is open; each publish on it waits until the broker has the message."""
    connection = kombu.Connection(
        url,
        connect_timeout=CONNECT_TIMEOUT_S,
        heartbeat=heartbeat_s,
        transport_options={"confirm_publish": True},
    )
    connection.connect()
    return connection


def declare_incoming(channel: Any) -> kombu.Queue:
    """Makes what is missing; what is there with other arguments is an error of the channel."""
    DEAD_LETTERS(channel).declare()
    queue = data_queue()(channel)
    queue.declare()
    return queue


class Pause:
    """How long to wait before the next try: doubles to half a minute, starts anew after a success."""

    FIRST_S: Final = 0.5
    LONGEST_S: Final = 30.0

    def __init__(self, stopped: threading.Event) -> None:
        self._stopped = stopped
        self._next_s = self.FIRST_S

    def wait(self) -> None:
        """Ends early when the process is told to stop."""
        self._stopped.wait(self._next_s)
        self._next_s = min(self._next_s * 2, self.LONGEST_S)

    def reset(self) -> None:
        self._next_s = self.FIRST_S
