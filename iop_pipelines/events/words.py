"""The words of the bus: types of events, exchanges, queues. Light, since sensors import it."""

from enum import StrEnum
from typing import Final


class EventType(StrEnum):
    """A type is also the routing key that its events travel under."""

    DATA_INGESTED = "data.ingested"
    RUN_COMPLETED = "pipeline.run.completed"
    QUALITY_SCORED = "quality.scored"
    MODEL_EXECUTED = "model.executed"
    INSIGHT_GENERATED = "insight.generated"
    REPORT_GENERATED = "report.generated"


INCOMING = (EventType.DATA_INGESTED, EventType.RUN_COMPLETED, EventType.QUALITY_SCORED)
OUTGOING = (EventType.MODEL_EXECUTED, EventType.INSIGHT_GENERATED, EventType.REPORT_GENERATED)

MAX_EVENT_BYTES: Final = 64 * 1024

DATA_EXCHANGE = "ana.data.events"
ANALYTICS_EXCHANGE = "ana.analytics.events"
QUEUE = "iop.data.events"
DEAD_LETTER_EXCHANGE = "iop.data.events.dead"
DEAD_LETTER_QUEUE = "iop.data.events.dead"
# The first delivery and three more.
MAX_DELIVERIES = 4


class InboxStatus(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
