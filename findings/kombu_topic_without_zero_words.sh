#!/usr/bin/env bash
# kombu: on the virtual transports orders.# does not get the message "orders".
#
# Expected: in a topic exchange # stands for zero or more words.
#   https://www.rabbitmq.com/tutorials/tutorial-five-java
#   (kombu's own reference says one or more, of a class behind the transports:
#   https://docs.celeryq.dev/projects/kombu/en/4.6.1/reference/kombu.transport.virtual.exchange.html)
# Seen: memory, filesystem, Redis, SQS and the other virtual transports share one exchange in which
#   # with a dot beside it needs a word. "orders" reaches neither orders.# nor #.orders; no queue
#   matches, so the message is dropped, and publish reports no fault.
# Why it matters: tests on memory:// and production on RabbitMQ deliver different messages, in
#   either direction of a move.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check kombu==5.7.0 >"$work/log" 2>&1 \
  || { cat "$work/log"; exit 1; }
"$work/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import kombu

print("kombu", version("kombu"))


def received(binding, keys):
    """The keys, of those published, whose messages a queue bound by this pattern gets."""
    with kombu.Connection("memory://") as connection:
        channel = connection.channel()
        exchange = kombu.Exchange(f"exchange for {binding}", type="topic", channel=channel)
        queue = kombu.Queue(f"queue for {binding}", exchange, routing_key=binding, channel=channel)
        queue.declare()
        producer = kombu.Producer(channel, exchange)
        for key in keys:
            producer.publish(key, routing_key=key)
        got = []
        while (message := queue.get(no_ack=True)) is not None:
            got.append(message.payload)
        return got


keys = ["orders", "orders.paid", "orders.eu.paid"]
after, before = received("orders.#", keys), received("#.paid", ["paid", *keys])
print("published", keys, "-> orders.# gets", after)
print("published", ["paid", *keys], "-> #.paid gets", before)
print("expected: all three, and all that end in paid")
if after != keys[1:] or before != keys[1:]:
    sys.exit("changed: # stands for no word too")
PY
