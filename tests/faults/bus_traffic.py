"""The bus in a fault run: DRM announces on it what it has done, and somebody listens to what IOP tells.

DRM sends some events twice, sends them out of order and late, and until the broker has confirmed each;
now and then a message that is no event comes along.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import amqp.exceptions
import kombu
import sqlalchemy as sa
from kombu.exceptions import KombuError
from sqlalchemy.exc import DBAPIError

from iop_pipelines.drm.tables import TERMINAL, pipeline_runs, quality_scores
from iop_pipelines.events.broker import ANALYTICS, DATA, connect, declare_incoming
from iop_pipelines.events.words import ANALYTICS_EXCHANGE, EventType
from iop_pipelines.schema.engine import Record

HEARD = "fault-run.analytics"
# AttributeError is what py-amqp raises now and then of a connection that was lost beneath it.
_AWAY = (OSError, amqp.exceptions.AMQPError, KombuError, AttributeError)


class Announcer:
    """DRM's side; `announced` are the ids of events that the broker has confirmed."""

    def __init__(self, url: str, drm_engine: sa.Engine, seed: int) -> None:
        self._url = url
        self._engine = drm_engine
        self._chance = random.Random(f"{seed}/events")
        self._made: set[str] = set()
        self._waiting: list[dict[str, Any]] = []
        self.announced: set[str] = set()
        self.sent = 0
        self.poison = 0

    def declare(self) -> None:
        """The queue of IOP's that DRM's events are kept in, and one that hears all that IOP tells."""
        with _channel(self._url) as channel:
            declare_incoming(channel)
            ANALYTICS(channel).declare()
            channel.queue_declare(HEARD, durable=True, auto_delete=False)
            channel.queue_bind(HEARD, ANALYTICS_EXCHANGE, "#")

    def step(self) -> bool:
        """Sends what is new, shuffled, some of it twice and some of it only with the next step."""
        with suppress(DBAPIError):
            self._waiting += [each for each in self._news() if each["event_id"] not in self._made]
            self._made |= {each["event_id"] for each in self._waiting}
        self._chance.shuffle(self._waiting)
        kept = self._waiting[: len(self._waiting) // 4]
        self._send(self._waiting[len(kept) :], kept)
        return True

    def finish(self) -> bool:
        """Whether all is announced; sends what is left."""
        self._waiting += [each for each in self._news() if each["event_id"] not in self._made]
        self._made |= {each["event_id"] for each in self._waiting}
        self._send(self._waiting, [])
        return not self._waiting

    def _send(self, events: list[dict[str, Any]], kept: list[dict[str, Any]]) -> None:
        unsent = list(events)
        with suppress(*_AWAY), _channel(self._url) as channel:
            producer = kombu.Producer(channel, exchange=DATA)
            if events and self._chance.random() < 0.2:
                producer.publish(b"no event", routing_key=EventType.DATA_INGESTED.value)
                self.poison += 1
            while unsent:
                self._publish(producer, unsent[-1])
                self.announced.add(unsent[-1]["event_id"])
                if self._chance.random() < 0.3:
                    self._publish(producer, unsent[-1])
                unsent.pop()
        self._waiting = [*kept, *unsent]

    def _publish(self, producer: kombu.Producer, event: dict[str, Any]) -> None:
        producer.publish(
            json.dumps(event).encode(),
            routing_key=event["event_type"],
            content_type="application/json",
            content_encoding="utf-8",
        )
        self.sent += 1

    def _news(self) -> Iterator[dict[str, Any]]:
        with self._engine.connect() as connection:
            ended = sa.select(pipeline_runs).where(pipeline_runs.c.status.in_(TERMINAL))
            runs = connection.execute(ended).all()
            scores = connection.execute(sa.select(quality_scores)).all()
        for run in runs:
            yield _completed(run)
            if run.status == "success":
                yield _ingested(run)
        for score in scores:
            yield _scored(score)


def heard(url: str) -> list[dict[str, Any]]:
    """All that IOP has told since the last call."""
    events = []
    with _channel(url) as channel:
        while (message := channel.basic_get(HEARD, no_ack=True)) is not None:
            events.append(json.loads(message.body))
    return events


def times_told(events: list[dict[str, Any]]) -> Counter[tuple[str, int]]:
    """(type, id of the row) -> how many different events told of its end; one delivered again is one."""
    once = {event["event_id"]: event for event in events}
    ids = {EventType.MODEL_EXECUTED: "execution_id", EventType.REPORT_GENERATED: "report_id"}
    return Counter(
        (event["event_type"], event[ids[EventType(event["event_type"])]])
        for event in once.values()
        if event["event_type"] in ids
    )


@contextmanager
def _channel(url: str) -> Iterator[Any]:
    with connect(url) as connection:
        yield connection.channel()


def _event(event_type: EventType, number: int, at: datetime, source: str) -> dict[str, Any]:
    return {
        "event_id": f"{event_type.value}-{number}",
        "event_type": event_type.value,
        "timestamp": f"{at.isoformat()}Z",
        "source_id": source,
    }


def _completed(run: Record) -> dict[str, Any]:
    source = f"drm/pipeline/{run.pipeline}"
    return {
        **_event(EventType.RUN_COMPLETED, run.id, run.finished_at, source),
        "pipeline": run.pipeline,
        "dataset": run.dataset,
        "run_id": run.id,
        "status": run.status.value,
        "error_msg": run.error_msg,
    }


def _ingested(run: Record) -> dict[str, Any]:
    source = f"drm/dataset/{run.dataset}"
    return {
        **_event(EventType.DATA_INGESTED, run.id, run.finished_at, source),
        "dataset": run.dataset,
        "run_id": run.id,
        "rows_ingested": run.rows_ingested,
        "content_checksum": run.content_checksum,
    }


def _scored(score: Record) -> dict[str, Any]:
    source = f"drm/dataset/{score.dataset}"
    return {
        **_event(EventType.QUALITY_SCORED, score.id, score.scored_at, source),
        "dataset": score.dataset,
        "run_id": score.run_id,
        "score_id": score.id,
        "score": score.score,
    }
