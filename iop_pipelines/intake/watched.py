"""Sources that are watched, as rows: what a tick needs of them, and no library that understands tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.sentences import Sentence, read
from iop_pipelines.errors import NotFound
from iop_pipelines.intake.sources import SourceSpec
from iop_pipelines.ledger.deleting import forget_source
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import intake_sources
from iop_pipelines.schema.transactions import write

# Made once: workers ask twice a second, and to make it takes longer than to ask it.
_ALL = sa.select(intake_sources).order_by(
    intake_sources.c.looked_at.is_not(None), intake_sources.c.looked_at, intake_sources.c.id
)


@dataclass(frozen=True, slots=True)
class WatchedSource:
    """`content` is its declaration, which `intake_file` reads; `problem`: why the last look could not be."""

    id: int
    token: str
    dataset: str
    content: Mapping[str, Any]
    is_paused: bool
    looked_at: datetime | None
    problem: Sentence | None

    @property
    def spec(self) -> SourceSpec:
        return SourceSpec.from_mapping(self.content["source"])

    @property
    def every_s(self) -> int:
        return self.content["every_s"]

    @property
    def settle_s(self) -> int:
        return self.content["settle_s"]

    def run_key(self, delivery_id: int) -> str:
        """Of DRM's run: unique, so what a delivery holds lands once however often it is tried."""
        return f"intake/{self.token}/{delivery_id}"


def watched_sources(engine: sa.Engine) -> list[WatchedSource]:
    """Who was looked at longest ago comes first."""
    with engine.connect() as connection:
        return [_stored(row) for row in connection.execute(_ALL)]


def watched_source(engine: sa.Engine, dataset: str) -> WatchedSource:
    found = {each.dataset: each for each in watched_sources(engine)}
    if dataset not in found:
        raise NotFound("intake.not_watched", name=closest(dataset, sorted(found)))
    return found[dataset]


def pause(engine: sa.Engine, dataset: str, *, is_paused: bool) -> None:
    """A source that is paused is not looked at; what was queued before is delivered."""
    source = watched_source(engine, dataset)
    change = intake_sources.update().where(intake_sources.c.id == source.id)
    write(engine, sa.Connection.execute, change.values(is_paused=is_paused))


def remove(engine: sa.Engine, dataset: str) -> None:
    """Forgets the source and what was seen in it; what was delivered stays.

    Raises Conflict while one of its items is being delivered.
    """
    source = watched_source(engine, dataset)

    write(engine, forget_source, source.id, dataset)


def _stored(row: Record) -> WatchedSource:
    return WatchedSource(
        id=row.id,
        token=row.token,
        dataset=row.dataset,
        content=row.declaration,
        is_paused=bool(row.is_paused),
        looked_at=row.looked_at,
        problem=read(row.said),
    )
