"""Texts of stored recommendations made anew, after a language or words came to be that they were not told in.

A batch is one transaction, and what says already what it would say stays untouched: a pass that was ended half-way
is run again, and finds the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from iop_pipelines.domain.vocabulary import ReviewStatus
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.recommendations.text import columns_of
from iop_pipelines.schema.tables import recommendation_events, recommendations
from iop_pipelines.schema.transactions import write

BATCH = 200
_TEXTS = ("title", "description", "translations", "explanation")


@dataclass(frozen=True)
class Unreadable:
    """One whose evidence is not what this release reads; it keeps the texts that it has."""

    id: int
    reason: str


@dataclass(frozen=True)
class Retold:
    """How far a pass has come: `read` rows of models of ours, of which `changed` had other texts."""

    read: int = 0
    changed: int = 0
    unreadable: tuple[Unreadable, ...] = ()


def retell(
    engine: sa.Engine,
    *,
    is_dry: bool = False,
    noted: Callable[[Retold], None] = lambda retold: None,
) -> Retold:
    """Makes the texts of every recommendation that a model of ours made, oldest first.

    is_dry: only counts. noted: called after each batch.
    """
    done, after = Retold(), 0
    while True:
        batch = write(engine, _batch, after, is_dry)
        if batch is None:
            return done
        part, after = batch
        done = Retold(
            done.read + part.read, done.changed + part.changed, done.unreadable + part.unreadable
        )
        noted(done)


def _batch(connection: sa.Connection, after: int, is_dry: bool) -> tuple[Retold, int] | None:
    """The next rows above the id `after`, and the last id of them; None where there are no more."""
    columns = recommendations.c
    query = (
        sa.select(
            *(columns[name] for name in _TEXTS),
            *(
                columns.id,
                columns.category,
                columns.metadata,
                columns.occurrences,
                columns.live_key,
            ),
        )
        .where(columns.id > after, columns.fingerprint.is_not(None))
        .order_by(columns.id)
        .limit(BATCH)
    )
    rows = connection.execute(query if is_dry else query.with_for_update()).all()
    if not rows:
        return None
    outdated = _noted_when_closed(connection, rows)
    changed, unreadable = 0, list[Unreadable]()
    for row in rows:
        try:
            texts = _texts(row, is_outdated=row.id in outdated)
        except ValidationError as error:
            unreadable.append(Unreadable(row.id, f"its evidence is not readable: {error}"))
            continue
        if all(getattr(row, name) == text for name, text in texts.items()):
            continue
        changed += 1
        if not is_dry:
            connection.execute(
                sa.update(recommendations).where(columns.id == row.id).values(**texts)
            )
    return Retold(len(rows), changed, tuple(unreadable)), int(rows[-1].id)


def _texts(row: sa.Row[Any], *, is_outdated: bool) -> dict[str, Any]:
    evidence, count = Evidence.model_validate(row.metadata).as_told(row.occurrences)
    texts = columns_of(row.category, evidence, count)
    if not is_outdated:
        return texts
    # What somebody decided on stays as it was read; only what is missing is told, by what is known now.
    kept = {"title": row.title, "description": row.description}
    return texts | kept | {"translations": texts["translations"] | (row.translations or {})}


def _noted_when_closed(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> set[int]:
    """Those whose last finding was noted when they were closed, by releases that did not keep what their texts
    stand on."""
    former = [row.id for row in rows if row.live_key is None and not _has_told(row.metadata)]
    if not former:
        return set()
    events = recommendation_events.c
    of_former = events.recommendation_id.in_(former)
    updates = connection.execute(
        sa.select(events.recommendation_id, sa.func.max(events.id))
        .where(of_former, events.kind == "updated")
        .group_by(events.recommendation_id)
    )
    last = {int(recommendation_id): int(event_id) for recommendation_id, event_id in updates}
    turns = connection.execute(
        sa.select(events.recommendation_id, events.id, events.kind, events.status_after)
        .where(of_former, events.kind.in_(("status", "resolved")))
        .order_by(events.id)
    )
    resolved, decided = set[int](), set[int]()
    for turn in turns:
        mark = int(turn.recommendation_id)
        if turn.id > last.get(mark, 0):
            continue
        if turn.kind == "resolved":
            # It takes no updates any more, whatever is decided about it.
            resolved.add(mark)
        elif turn.status_after == ReviewStatus.OPEN:
            decided.discard(mark)
        else:
            decided.add(mark)
    return resolved | decided


def _has_told(metadata: Mapping[str, Any] | None) -> bool:
    return metadata is not None and metadata.get("told") is not None
