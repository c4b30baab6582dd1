"""What was so when an anomaly was found: other series that did it at the same time, and rows that no model saw."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.vocabulary import Category
from iop_pipelines.recommendations.first_look import until_of
from iop_pipelines.schema.tables import dataset_versions

# Of series that are told beside another, and of days of a stretch that are looked at for them.
_MOST_RELATED, _MOST_DAYS = 5, 60


def relate(groups: Mapping[str, list[Finding]]) -> None:
    """Notes on the first finding of each series' anomalies which other series have one at the same time."""
    firsts = [group[0] for group in groups.values() if group[0].category is Category.ANOMALY]
    by_day: dict[date, list[Finding]] = {}
    for each in firsts:
        for day in _days(each):
            by_day.setdefault(day, []).append(each)
    for group in groups.values():
        main = group[0]
        if main.category is not Category.ANOMALY:
            continue
        together = {
            each.unique_id
            for day in _days(main)
            for each in by_day[day]
            if each.unique_id != main.unique_id
            and each.since <= until_of(main)
            and main.since <= until_of(each)
        }
        if together:
            related = {"series": sorted(together)[:_MOST_RELATED], "count": len(together)}
            group[0] = replace(main, evidence={**main.evidence, "related": related})


def _days(found: Finding) -> list[date]:
    """Of a stretch; of a long one the first sixty."""
    count = min((until_of(found).date() - found.since.date()).days + 1, _MOST_DAYS)
    return [found.since.date() + timedelta(days=each) for each in range(count)]


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
