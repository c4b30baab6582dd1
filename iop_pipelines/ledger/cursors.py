"""Positions that outlive a process: of readers that Dagster keeps no cursor for, and of readers by id."""

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from iop_pipelines.schema.tables import cursors
from iop_pipelines.schema.transactions import writes

# On a server a row with a lower id may become visible after one with a higher: this many of the
# newest ids stay among those looked for.
OVERLAP = 100


def read_cursor(engine: sa.Engine, name: str) -> str | None:
    with engine.connect() as connection:
        return connection.scalar(sa.select(cursors.c.value).where(cursors.c.name == name))


@writes
def write_cursor(connection: sa.Connection, name: str, value: str) -> None:
    changed = connection.execute(cursors.update().where(cursors.c.name == name).values(value=value))
    if changed.rowcount == 0:
        connection.execute(cursors.insert().values(name=name, value=value))


def remapped(value: str, number: Callable[[int], int]) -> str:
    """A cursor of positions by name, as the mirror keeps it, where events have got other numbers."""
    positions: dict[str, int] = json.loads(value)
    return json.dumps({name: number(at) for name, at in positions.items()}, sort_keys=True)


@dataclass(frozen=True)
class SeenIds:
    """Which ids a reader has handled: all up to `low`, and above it those in `seen`."""

    low: int = 0
    seen: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str | None) -> "SeenIds":
        if not text:
            return cls()
        content = json.loads(text)
        return cls(content["low"], frozenset(content["seen"]))

    def __str__(self) -> str:
        return json.dumps({"low": self.low, "seen": sorted(self.seen)})

    def unseen(self, ids: Iterable[int]) -> list[int]:
        return [each for each in ids if each > self.low and each not in self.seen]

    def after(self, handled: Collection[int], open_id: int | None = None) -> "SeenIds":
        """With `handled` too. `open_id`, read before them, is the lowest id that was not to be handled yet."""
        seen = self.seen | set(handled)
        bound = max(seen, default=self.low) - OVERLAP
        if open_id is not None:
            bound = min(bound, open_id - 1)
        low = max(self.low, bound)
        return SeenIds(low, frozenset(each for each in seen if each > low))
