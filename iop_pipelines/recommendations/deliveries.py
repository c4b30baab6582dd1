"""Deliveries that could not be prepared become a recommendation a dataset, until all of them are filled or prepared."""

import sqlalchemy as sa

from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.models import Advice
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, Severity
from iop_pipelines.ledger.deliveries import Unprepared, unprepared
from iop_pipelines.recommendations.lifecycle import (
    DELIVERY_MODEL,
    AdviceSummary,
    Changes,
    Ground,
    evidence_of,
    fingerprint,
    latest_of,
    resolve,
    take,
)
from iop_pipelines.recommendations.phrases.facts import ALL_SERIES, REFUSED, UNPREPARED
from iop_pipelines.schema.tables import recommendations
from iop_pipelines.schema.transactions import write
from iop_pipelines.transform.versions import StoredDataset

# What such a recommendation's `source_ref` begins with.
SOURCE = "data_version:"
_MEASURE = "usable_rows"


def advise_of_deliveries(engine: sa.Engine, stored: StoredDataset) -> AdviceSummary:
    """Raises, updates or resolves the recommendation of a dataset by what of it waits now.

    Whatever order its versions ended in, and however often this is called, it comes to the same.
    """
    mark = fingerprint(Category.OPTIMISATION, stored.declaration.name, ALL_SERIES, DELIVERY_MODEL)
    is_live = sa.select(recommendations.c.id).where(recommendations.c.live_key == mark)
    with engine.connect() as connection:
        if not unprepared(connection, stored.id) and connection.scalar(is_live) is None:
            return Changes().summary(None)

    def work(connection: sa.Connection) -> AdviceSummary:
        changes = Changes()
        # The lock comes first: what is read after it no other call changes.
        latest = latest_of(connection, [mark]).get(mark)
        waiting = unprepared(connection, stored.id)
        for each in waiting:
            ground = _ground(each, stored)
            take(connection, ground, [_finding(each)], latest, changes)
            latest = latest_of(connection, [mark]).get(mark)
        if not waiting and latest is not None and latest.live_key is not None:
            evidence = evidence_of(latest)
            resolve(
                *(connection, latest, evidence, Sentence("delivery.all_prepared")),
                data_end=evidence.window_end,
                source_ref=latest.source_ref,
            )
            changes.resolved.append(latest.id)
        return changes.summary(None)

    return write(engine, work)


def _finding(failed: Unprepared) -> Finding:
    is_useless = not failed.is_refused or not failed.usable_pct
    return Finding(
        category=Category.OPTIMISATION,
        kind=REFUSED if failed.is_refused else UNPREPARED,
        severity=Severity.CRITICAL if is_useless else Severity.WARNING,
        unique_id=ALL_SERIES,
        measure=_MEASURE,
        unit="%",
        ds=failed.window_start,
        since=failed.window_start,
        value=(failed.usable_pct or 0.0) if failed.is_refused else 0.0,
        expected=None,
        lo=None,
        hi=None,
        score=100.0 - (failed.usable_pct or 0.0),
        confidence=None,
        evidence={
            "why": failed.error_msg,
            "said": failed.said,
            "data_version": failed.data_version,
            "drm_run": failed.drm_run_id,
        },
    )


def _ground(failed: Unprepared, stored: StoredDataset) -> Ground:
    return Ground(
        model=None,
        dataset=stored.declaration.name,
        freq=stored.declaration.model_freq,
        series_fields=(),
        labels={_MEASURE: "Usable rows"},
        data_version=failed.data_version,
        version_id=None,
        # DRM judges what it delivered, and says nothing of this.
        quality_score=None,
        window_start=failed.window_start,
        window_end=failed.window_end,
        # A version that was tried again and failed again is news.
        source_ref=f"{SOURCE}{failed.data_version}@{failed.failed_at or ''}",
        repeats=(),
        may_resolve=True,
        advice=Advice(cool_down=0),
        finder=DELIVERY_MODEL,
    )
