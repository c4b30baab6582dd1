"""Series that never were before: told once, and ended when they are known, or gone again."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Severity
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.recommendations.lifecycle import NEW_MODEL, Changes
from iop_pipelines.recommendations.phrases.facts import NEW
from iop_pipelines.recommendations.watching import (
    ONE_BY_ONE,
    Watch,
    finding,
    in_words,
    names_of,
    period,
)
from iop_pipelines.transform.silence import New, Watched
from iop_pipelines.transform.versions import StoredDataset

_MEASURE = "series"
_LABELS = {_MEASURE: "Series"}


def tell_new_series(
    connection: sa.Connection,
    stored: StoredDataset,
    watched: Watched,
    known_after: int,
    changes: Changes,
) -> None:
    """known_after: the periods after which a series is no longer new."""
    by_start: dict[datetime, list[New]] = {}
    for each in watched.new:
        by_start.setdefault(each.since, []).append(each)
    found: list[Finding] = []
    for since, new in by_start.items():
        if len(new) > ONE_BY_ONE:
            found.append(_together(watched.fields, since, new, known_after))
        else:
            found += [_told([each.series], since, each.series, known_after) for each in new]
    watch = Watch(stored, NEW_MODEL, _LABELS, watched.fields)
    watch.tell(connection, found, changes)
    still = {each.series for each in watched.new}

    def over(evidence: Evidence) -> Sentence | None:
        if still & {*names_of(evidence)}:
            return None
        is_there = watched.present & {*names_of(evidence)}
        return Sentence("series.known" if is_there else "series.gone")

    watch.end(connection, over, watched.end, changes, last=watched.end)


def _together(
    fields: Sequence[str], since: datetime, new: Sequence[New], known_after: int
) -> Finding:
    return _told([each.series for each in new], since, ", ".join(fields), known_after)


def _told(names: Sequence[str], since: datetime, series: str, known_after: int) -> Finding:
    said = Sentence(
        "series.new",
        count=len(names),
        names=in_words(names),
        since=period(since),
        periods=known_after,
    )
    return finding(
        kind=NEW,
        series=series,
        since=since,
        said=said,
        measure=_MEASURE,
        severity=Severity.INFO,
        more={"series": list(names)},
    )
