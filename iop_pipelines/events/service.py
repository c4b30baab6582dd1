"""The process that talks to the broker: `python -m iop_pipelines.events.service`, and in `iop up` with a broker.

The consumer in the main thread, the relay in another; SIGTERM ends both after what they have in hand.
"""

import logging
import os
import signal
import socket
import threading

from iop_pipelines.errors import MisconfiguredInstance
from iop_pipelines.events import leases
from iop_pipelines.events.broker import DATABASE_AWAY
from iop_pipelines.events.consumer import Consumer
from iop_pipelines.events.relay import Relay
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings
from iop_pipelines.tracing import logs

# Shorter than the broker's patience with a consumer that is silent while it waits for the database.
IO_TIMEOUT_S = 10
_RELAY_ENDS_S = 15

log = logging.getLogger(__name__)


def serve(settings: Settings, stopped: threading.Event) -> None:
    """Consumes and publishes until `stopped`. Raises MisconfiguredInstance without a broker."""
    url = settings.event_broker_url
    if url is None:
        raise MisconfiguredInstance("broker.no_url")
    engine = engine_for(settings.database_url, IO_TIMEOUT_S)
    holder = f"{socket.gethostname()[:40]}/{os.getpid()}"
    relay = Relay(url, engine, holder, stopped)
    thread = threading.Thread(target=relay.run, name="relay", daemon=True)
    thread.start()
    Consumer(url, engine, holder, stopped).run()
    thread.join(_RELAY_ENDS_S)
    try:
        for name in (leases.RELAY, leases.CONSUMER):
            leases.give_up(engine, name, holder)
    except DATABASE_AWAY as error:
        log.warning("the leases run out by themselves: %s", type(error).__name__)


def main() -> None:
    logs.configure()
    # Of the driver only what went wrong.
    logging.getLogger("amqp").setLevel(logging.WARNING)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    serve(Settings.from_env(), stopped)
    log.info("stopped")


if __name__ == "__main__":
    main()
