"""What was so when an anomaly was found: other series that did it at the same time, and rows that no model saw."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.recommendations.first_look import until_of
from iop_pipelines.schema.tables import dataset_versions

# The first and the last period of an anomaly.
_Span = tuple[datetime, datetime]
# Of series that are told beside another.
_MOST_RELATED = 5


def relate(groups: Mapping[str, list[Finding]]) -> None:
    """Notes on the first finding of each series' anomalies which other series have one at the same time.

    Of many those are named that began first.
    """
    firsts = [group[0] for group in groups.values() if group[0].category is Category.ANOMALY]
    together = _together({each.unique_id: _span_of(each) for each in firsts})
    for group in groups.values():
        main = group[0]
        if main.category is not Category.ANOMALY:
            continue
        count, names = together[_span_of(main)]
        others = [each for each in names if each != main.unique_id][:_MOST_RELATED]
        if others:
            related = {"series": sorted(others), "count": count - 1}
            group[0] = replace(main, evidence={**main.evidence, "related": related})


def _span_of(found: Finding) -> _Span:
    return found.since, max(until_of(found), found.since)


def _together(spans: Mapping[str, _Span]) -> dict[_Span, tuple[int, list[str]]]:
    """Of each span, both ends in it, how many series touch it and the first of them, the span's own among them.

    Each is looked at a few times however many touch, for on a bad day all of thousands do.
    """
    ordered = sorted((since, name, until) for name, (since, until) in spans.items())
    starts, ends = [each[0] for each in ordered], sorted(until for _, until in spans.values())
    going: list[tuple[datetime, str, datetime]] = []
    place, found = 0, dict[_Span, tuple[int, list[str]]]()
    for since, until in sorted(set(spans.values())):
        while starts[place] < since:
            heappush(going, ordered[place])
            place += 1
        first: list[tuple[datetime, str, datetime]] = []
        while going and len(first) <= _MOST_RELATED:
            # What has ended before this one has ended before all that follow.
            if (oldest := heappop(going))[2] >= since:
                first.append(oldest)
        for each in first:
            heappush(going, each)
        begun = bisect_right(starts, until)
        touching = [*first, *ordered[place : min(begun, place + _MOST_RELATED + 1)]]
        names = [name for _, name, _ in touching[: _MOST_RELATED + 1]]
        found[since, until] = begun - bisect_left(ends, since), names
    return found


def note_refused(
    connection: sa.Connection, execution: sa.Row[Any], groups: Mapping[str, list[Finding]]
) -> None:
    """On findings about the window of the data version: how many of its rows could not be used."""
    versions = dataset_versions.c
    query = sa.select(
        versions.rows_in, versions.rows_rejected, versions.window_start, versions.window_end
    ).where(versions.id == execution.dataset_version_id)
    version = connection.execute(query).first()
    if version is None or not version.rows_rejected or not version.rows_in:
        return
    refused = {"rows": version.rows_rejected, "of": version.rows_in}
    for group in groups.values():
        for place, each in enumerate(group):
            is_in = version.window_start <= each.ds < version.window_end
            if is_in and each.category is Category.ANOMALY:
                group[place] = replace(each, evidence={**each.evidence, "refused": refused})
