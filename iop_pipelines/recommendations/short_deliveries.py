"""Deliveries that bring far fewer rows than usual: told once, and ended by the first that is whole again."""

from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.calendars.days import calendar_of
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.drm.fill import LOOKED_THROUGH, Fill, fill_of
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.recommendations.lifecycle import FILL_MODEL, Changes
from iop_pipelines.recommendations.phrases.facts import ALL_SERIES, SHORT
from iop_pipelines.recommendations.watching import Watch, finding, period
from iop_pipelines.transform.versions import StoredDataset

_MEASURE = "delivered_rows"
_LABELS = {_MEASURE: "Delivered rows"}


def look_at_fill(drm: SharedDatabase, stored: StoredDataset) -> Fill | None:
    """Of the newest delivery; None where there is nothing to compare it with."""
    declared = stored.declaration
    runs = drm.newest_runs(declared.source, LOOKED_THROUGH)
    return fill_of(runs, calendar_of(declared.calendar))


def tell_short_delivery(
    connection: sa.Connection, stored: StoredDataset, fill: Fill, changes: Changes
) -> None:
    """Raises or resolves the recommendation about deliveries of a dataset that lack rows."""
    watch = Watch(stored, FILL_MODEL, _LABELS)
    if fill.is_short:
        watch.tell(connection, [_short(fill)], changes)

    def over(evidence: Evidence) -> Sentence | None:
        if not fill.is_whole:
            return None
        is_same = evidence.latest.ds == fill.run.window_start
        return Sentence("delivery.made_whole" if is_same else "delivery.whole_again")

    watch.end(connection, over, fill.run.window_end, changes)


def _short(fill: Fill) -> Finding:
    start: datetime = fill.run.window_start
    said = Sentence(
        "delivery.short",
        day=period(start),
        rows=fill.rows,
        usual=round(fill.usual),
        compared=fill.compared,
        least=round(fill.least),
    )
    return finding(
        kind=SHORT,
        series=ALL_SERIES,
        since=start,
        said=said,
        measure=_MEASURE,
        value=float(fill.rows),
        usual=float(round(fill.usual)),
        more={"drm_run": fill.run.id},
    )
