"""DRM's events as the stand-in sends them: of each run that ended and each score, now and then twice and out of order.

Not part of the platform: for demos and tests with a broker. An event's id comes from what it tells of, so
announcing again sends the same events.
"""

import json
import random
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import kombu
import sqlalchemy as sa

from iop_pipelines.drm.tables import TERMINAL, RunStatus, pipeline_runs, quality_scores
from iop_pipelines.events.broker import DATA, connect
from iop_pipelines.events.words import EventType

_NAMESPACE = uuid.UUID("5f6d2f0e-0c1b-4b7e-9a63-6f6a3f1f3c10")
# Of a hundred events so many come twice, and so many change places with one shortly after.
_TWICE_PCT = 15
_MOVED_PCT = 20
_MOVED_BY = 8


def announcements(
    engine: sa.Engine, after_run: int = 0, after_score: int = 0
) -> list[dict[str, Any]]:
    """What DRM has to tell of runs and scores above these ids, in the order in which it happened."""
    runs, scores = pipeline_runs, quality_scores
    ended = sa.select(runs).where(runs.c.id > after_run, runs.c.status.in_(TERMINAL))
    scored = sa.select(scores).where(scores.c.id > after_score)
    found: list[tuple[datetime, dict[str, Any]]] = []
    with engine.connect() as connection:
        for run in connection.execute(ended):
            found += [(run.finished_at, event) for event in _of_run(run)]
        for score in connection.execute(scored):
            found.append((score.scored_at, _of_score(score)))
    return [event for _, event in sorted(found, key=lambda each: each[0])]


def stir(events: Sequence[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """The same events as a broker on a bad day delivers them: some twice, some late; the same for a seed."""
    dice = random.Random(seed)  # noqa: S311  no secret hangs on it
    places: list[tuple[float, dict[str, Any]]] = []
    for place, event in enumerate(events):
        moved = dice.uniform(0, _MOVED_BY) if dice.random() * 100 < _MOVED_PCT else 0
        places.append((place + moved, event))
        if dice.random() * 100 < _TWICE_PCT:
            places.append((place + dice.uniform(0, 2 * _MOVED_BY), event))
    return [event for _, event in sorted(places, key=lambda each: each[0])]


def announce(url: str, events: Iterable[dict[str, Any]]) -> int:
    """Publishes to `ana.data.events`, each confirmed; returns how many. Raises what the broker raises."""
    count = 0
    connection = connect(url, heartbeat_s=0)
    try:
        producer = kombu.Producer(connection.channel(), exchange=DATA)
        for event in events:
            producer.publish(
                json.dumps(event).encode("ascii"),
                routing_key=event["event_type"],
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=2,
                message_id=event["event_id"],
            )
            count += 1
    finally:
        connection.collect()
    return count


def _of_run(run: sa.Row[Any]) -> list[dict[str, Any]]:
    at = _utc(run.finished_at)
    completed = {
        "event_id": _id(EventType.RUN_COMPLETED, run.id),
        "event_type": EventType.RUN_COMPLETED.value,
        "timestamp": at,
        "source_id": f"drm/pipeline/{run.pipeline}",
        "pipeline": run.pipeline,
        "dataset": run.dataset,
        "run_id": run.id,
        "status": run.status.value,
        "started_at": _utc(run.started_at),
        "finished_at": at,
        "error_msg": run.error_msg,
    }
    if run.status is not RunStatus.SUCCESS:
        return [completed]
    ingested = {
        "event_id": _id(EventType.DATA_INGESTED, run.id),
        "event_type": EventType.DATA_INGESTED.value,
        "timestamp": at,
        "source_id": f"drm/dataset/{run.dataset}",
        "dataset": run.dataset,
        "run_id": run.id,
        "pipeline": run.pipeline,
        "window_start": run.window_start.isoformat(),
        "window_end": run.window_end.isoformat(),
        "rows_ingested": run.rows_ingested,
        "content_checksum": run.content_checksum,
    }
    return [ingested, completed]


def _of_score(score: sa.Row[Any]) -> dict[str, Any]:
    parts = ("score", "completeness", "validity", "uniqueness", "timeliness")
    return {
        "event_id": _id(EventType.QUALITY_SCORED, score.id),
        "event_type": EventType.QUALITY_SCORED.value,
        "timestamp": _utc(score.scored_at),
        "source_id": f"drm/dataset/{score.dataset}",
        "dataset": score.dataset,
        "run_id": score.run_id,
        "score_id": score.id,
        **{name: getattr(score, name) for name in parts},
    }


def _id(event_type: EventType, number: int) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{event_type.value}/{number}"))


def _utc(moment: datetime) -> str:
    return f"{moment.isoformat()}Z"
