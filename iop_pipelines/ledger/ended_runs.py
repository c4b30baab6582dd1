"""DRM's ended runs, each to be handled once: they end out of the order of their ids, also while they are read."""

from collections.abc import Collection
from dataclasses import dataclass

from iop_pipelines.drm.source import DrmRun, SharedDatabase
from iop_pipelines.ledger.cursors import SeenIds


@dataclass(frozen=True)
class EndedRuns:
    """A page of them, by id.

    Attributes:
        position: of the reader, before them.
        open_ids: runs that have not ended, or wait for the reader; the page has none of them.
    """

    position: SeenIds
    runs: tuple[DrmRun, ...]
    open_ids: tuple[int, ...]

    def after(self, handled: Collection[int]) -> SeenIds:
        """The reader's next position: the others are read again."""
        undone = [run.id for run in self.runs if run.id not in handled]
        return self.position.after(handled, min([*self.open_ids, *undone], default=None))


def read_ended_runs(
    drm: SharedDatabase,
    position: SeenIds,
    limit: int,
    *,
    up_to: int | None = None,
    put_off: Collection[int] = (),
) -> EndedRuns:
    """At most `limit` of those that the reader has not handled.

    up_to: leaves out those with a higher id.
    put_off: ids that the reader looks at again another time.
    """
    # Read first: a run that ends between the two reads stays above the position.
    running = drm.lowest_running(position.low)
    ended = drm.finished_runs(position.low, position.seen | set(put_off), limit)
    runs = tuple(run for run in ended if up_to is None or run.id <= up_to)
    return EndedRuns(position, runs, (*put_off, *([running] if running is not None else [])))
