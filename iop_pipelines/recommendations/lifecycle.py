"""The life of a recommendation: one open at a time for each (category, dataset, series, model).

Each change is an event of its own, so that a call that is repeated finds nothing left to do. Accepted and
dismissed recommendations stay so: recurrence within the cool-down is noted on them, and after it, or when it
is graver than before, opens a new one that points back.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

import sqlalchemy as sa

from iop_pipelines.domain.datasets import words_of
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.frequencies import ModelFrequency
from iop_pipelines.domain.models import Advice
from iop_pipelines.domain.sentences import Sentence, kept
from iop_pipelines.domain.vocabulary import Category, ReviewStatus
from iop_pipelines.events.outgoing import tell_insight
from iop_pipelines.ledger import counters
from iop_pipelines.recommendations.evidence import (
    SEVERITIES,
    Evidence,
    ModelRef,
    Occurrence,
    Seen,
    seen,
)
from iop_pipelines.recommendations.text import columns_of
from iop_pipelines.schema.tables import (
    recommendation_events,
    recommendations,
)

_CHUNK = 500
# Of what no model found: DRM's scores, deliveries that were not prepared, what does not come, what comes in part,
# is new, or no longer changes, and forecasts that became worse.
QUALITY_MODEL = "data-quality"
DELIVERY_MODEL = "data-preparation"
SILENCE_MODEL = "data-silence"
FILL_MODEL = "data-fill"
NEW_MODEL = "data-new"
FROZEN_MODEL = "data-frozen"
PERFORMANCE_MODEL = "model-performance"


@dataclass(frozen=True)
class AdviceSummary:
    """Ids of the recommendations that one execution changed, and the titles of those it opened."""

    execution_id: int | None
    opened: tuple[int, ...] = ()
    updated: tuple[int, ...] = ()
    resolved: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()

    @property
    def changed(self) -> int:
        return len(self.opened) + len(self.updated) + len(self.resolved)


@dataclass
class Changes:
    opened: list[int] = field(default_factory=list[int])
    updated: list[int] = field(default_factory=list[int])
    resolved: list[int] = field(default_factory=list[int])
    titles: list[str] = field(default_factory=list[str])

    def summary(self, execution_id: int | None) -> AdviceSummary:
        return AdviceSummary(
            execution_id,
            tuple(self.opened),
            tuple(self.updated),
            tuple(self.resolved),
            tuple(self.titles),
        )


@dataclass(frozen=True)
class Ground:
    """What findings stand on, the same for all of one execution or one quality score.

    Attributes:
        version_id: orders the data versions of the dataset; None for a quality score.
        window_start, window_end: what was scored, half-open, dataset-local.
        data_start: the first moment of the dataset's data; None where only the window is known.
        present_since: where the past ends in a window that is the history; None where all of it is the present.
        repeats: executions of any version of the model on the same data version.
    """

    model: ModelRef | None
    dataset: str
    freq: ModelFrequency | None
    series_fields: tuple[str, ...]
    labels: dict[str, str]
    data_version: str | None
    version_id: int | None
    quality_score: float | None
    window_start: datetime
    window_end: datetime
    source_ref: str
    repeats: tuple[str, ...]
    may_resolve: bool
    advice: Advice
    # What found it, where that is no model.
    finder: str = QUALITY_MODEL
    data_start: datetime | None = None
    present_since: datetime | None = None

    @property
    def model_name(self) -> str:
        return self.model.name if self.model else self.finder

    def mark_of(self, found: Finding) -> str:
        return fingerprint(found.category, self.dataset, found.unique_id, self.model_name)


def fingerprint(category: Category, dataset: str, series: str, model: str) -> str:
    """SHA-256 of what makes two findings the same recommendation."""
    text = json.dumps([category.value, dataset, series, model], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def latest_of(connection: sa.Connection, marks: Sequence[str]) -> dict[str, sa.Row[Any]]:
    """The newest recommendation of each fingerprint, locked; the live one where there is one."""
    latest: dict[str, sa.Row[Any]] = {}
    for start in range(0, len(marks), _CHUNK):
        query = (
            sa.select(recommendations)
            .where(recommendations.c.fingerprint.in_(marks[start : start + _CHUNK]))
            .order_by(recommendations.c.id)
            .with_for_update()
        )
        for row in connection.execute(query):
            known = latest.get(row.fingerprint)
            if known is None or known.live_key is None:
                latest[row.fingerprint] = row
    return latest


def take(
    connection: sa.Connection,
    ground: Ground,
    group: Sequence[Finding],
    stored: sa.Row[Any] | None,
    changes: Changes,
) -> None:
    """Opens a recommendation for the findings of one fingerprint, or updates the one there is."""
    if stored is None:
        _open(connection, ground, group, None, changes)
    elif _is_older(stored, ground) or _is_known(connection, stored.id, ground, group[0].ds):
        return
    elif stored.live_key is not None or _stays_closed(stored, ground, group):
        _update(connection, stored, group, _new_evidence(ground, group))
        changes.updated.append(stored.id)
    else:
        _open(connection, ground, group, stored.id, changes)


def _is_older(stored: sa.Row[Any], ground: Ground) -> bool:
    """Whether the scored window ended before the last finding; what was before is no recurrence."""
    if ground.model is None:
        # A delivery of a window long past is as bad now as it would have been then.
        return False
    if stored.category is Category.FORECAST:
        # Its period lies ahead of the data that it was made from.
        return ground.window_end < evidence_of(stored).window_end
    return stored.last_ds is not None and ground.window_end <= stored.last_ds


def _stays_closed(stored: sa.Row[Any], ground: Ground, group: Sequence[Finding]) -> bool:
    """Within the cool-down, the same finding opens nothing unless it is graver than the closed one."""
    evidence, strongest = evidence_of(stored), group[0]
    gravest = evidence.peak.severity
    is_graver = SEVERITIES.index(strongest.severity) > SEVERITIES.index(gravest)
    # Kinds of anomaly are degrees of one thing; a slow and a failing pipeline are two.
    is_another = strongest.category is Category.OPTIMISATION and strongest.kind not in (
        evidence.peak.kind,
        evidence.latest.kind,
    )
    until = evidence.cool_until
    is_cooling = until is not None and ground.window_end <= until
    return is_cooling and not is_graver and not is_another


def _new_evidence(ground: Ground, group: Sequence[Finding]) -> Evidence:
    strongest = group[0]
    main, *others = (seen(each, _label(ground, each), ground.source_ref) for each in group)
    return Evidence(
        model=ground.model,
        dataset=ground.dataset,
        series=strongest.unique_id,
        series_fields=list(ground.series_fields),
        freq=ground.freq,
        data_version=ground.data_version,
        quality_score=ground.quality_score,
        measure=strongest.measure,
        unit=strongest.unit,
        confidence=strongest.confidence,
        band={"expected": strongest.expected, "lo": strongest.lo, "hi": strongest.hi},
        points=strongest.evidence.get("points", []),
        peak=main,
        latest=main,
        also=others,
        occurrences=[_occurrence(main)],
        window_end=ground.window_end,
        data_start=ground.data_start,
        version_id=ground.version_id,
        cool_down=ground.advice.cool_down,
        recovery_after=ground.advice.recovery_after,
        action=ground.advice.action,
        owner=ground.advice.owner,
    )


def _label(ground: Ground, found: Finding) -> str:
    return ground.labels.get(found.measure) or words_of(found.measure)


def _occurrence(main: Seen) -> Occurrence:
    return Occurrence(
        ds=main.ds,
        measure=main.measure,
        value=main.value,
        severity=main.severity,
        source_ref=main.source_ref,
    )


def _open(
    connection: sa.Connection,
    ground: Ground,
    group: Sequence[Finding],
    previous_id: int | None,
    changes: Changes,
) -> None:
    strongest, evidence = group[0], _new_evidence(ground, group)
    mark = ground.mark_of(strongest)
    text = columns_of(strongest.category, evidence, 1)
    result = connection.execute(
        sa.insert(recommendations).values(
            **text,
            category=strongest.category,
            severity=strongest.severity,
            peak_severity=evidence.gravest,
            place=evidence.place(strongest.category),
            status=ReviewStatus.OPEN,
            source_ref=evidence.latest.source_ref,
            metadata=evidence.to_json(),
            fingerprint=mark,
            live_key=mark,
            dataset=evidence.dataset,
            unique_id=evidence.series,
            model_id=evidence.model.id if evidence.model else None,
            occurrences=1,
            first_ds=min(each.since for each in group),
            last_ds=max(each.ds for each in group),
            previous_id=previous_id,
        )
    )
    key = result.inserted_primary_key
    if key is None:
        raise RuntimeError("the database returned no id for an insert")
    counters.count(connection, counters.open_measure(strongest.severity, strongest.category))
    details: dict[str, Any] = {"ds": evidence.latest.ds.isoformat()}
    if previous_id:
        details["previous_id"] = previous_id
    _tell(connection, int(key[0]), "opened", evidence.latest.source_ref, details=details)
    changes.opened.append(int(key[0]))
    changes.titles.append(text["title"])


def _update(
    connection: sa.Connection, stored: sa.Row[Any], group: Sequence[Finding], new: Evidence
) -> None:
    """Counts the occurrence; severity is that of the last finding, the gravest is kept beside it.

    Of one that is closed, title, text and severity stay as reviewed.
    """
    before, count = evidence_of(stored), stored.occurrences + 1
    is_live = stored.live_key is not None
    evidence = (
        before.updated(new, stored.category) if is_live else before.noted(new, stored.occurrences)
    )
    values: dict[str, Any] = {
        "metadata": evidence.to_json(),
        "occurrences": count,
        "source_ref": evidence.latest.source_ref,
        "last_ds": max(stored.last_ds, *(each.ds for each in group)),
    }
    if is_live:
        values |= {
            **columns_of(stored.category, evidence, count),
            "severity": evidence.latest.severity,
            "peak_severity": evidence.gravest,
            "place": evidence.place(stored.category),
            "first_ds": min(stored.first_ds, *(each.since for each in group)),
            "model_id": evidence.model.id if evidence.model else None,
        }
    connection.execute(
        sa.update(recommendations).where(recommendations.c.id == stored.id).values(**values)
    )
    severity = values.get("severity", stored.severity)
    if severity is not stored.severity and stored.status is ReviewStatus.OPEN:
        counters.count(connection, counters.open_measure(stored.severity, stored.category), -1)
        counters.count(connection, counters.open_measure(severity, stored.category))
    _tell(
        connection,
        stored.id,
        "updated",
        new.latest.source_ref,
        details={
            "ds": new.latest.ds.isoformat(),
            "severity": new.latest.severity.value,
            "occurrences": count,
        },
    )


def resolve(
    connection: sa.Connection,
    row: sa.Row[Any],
    evidence: Evidence,
    reason: Sentence,
    *,
    data_end: datetime,
    source_ref: str,
) -> None:
    """Sets `resolved_at` and starts the cool-down; the review status stays."""
    closed = evidence.model_copy(update={"closed_ds": data_end})
    connection.execute(
        sa.update(recommendations)
        .where(recommendations.c.id == row.id)
        .values(
            resolved_at=sa.func.current_timestamp(),
            live_key=None,
            cause_id=None,
            metadata=closed.to_json(),
            place=closed.place(row.category, is_gone=True),
        )
    )
    if row.status is ReviewStatus.OPEN:
        counters.count(connection, counters.gone_measure(row.severity, row.category))
    _tell(connection, row.id, "resolved", source_ref, reason=reason)


def go_on(connection: sa.Connection, row: sa.Row[Any], evidence: Evidence, until: datetime) -> None:
    """What was told once is still so: it moves up the inbox, and nothing is told."""
    if evidence.lasts_to is not None and until <= evidence.lasts_to:
        return
    lasting = evidence.model_copy(update={"lasts_to": until})
    connection.execute(
        sa.update(recommendations)
        .where(recommendations.c.id == row.id)
        .values(metadata=lasting.to_json(), place=lasting.place(row.category))
    )


def evidence_of(row: sa.Row[Any]) -> Evidence:
    return Evidence.model_validate(row.metadata)


def _is_known(
    connection: sa.Connection, recommendation_id: int, ground: Ground, ds: datetime
) -> bool:
    """Whether this execution or score, or one of the same data about the same period, has been counted."""
    events = recommendation_events.c
    query = sa.select(events.source_ref, events.details).where(
        events.recommendation_id == recommendation_id,
        events.source_ref.in_({ground.source_ref, *ground.repeats}),
        events.kind.in_(("opened", "updated")),
    )
    for source_ref, stored in connection.execute(query):
        details = cast(dict[str, Any], stored or {})
        if source_ref == ground.source_ref or details.get("ds") == ds.isoformat():
            return True
    return False


def _tell(
    connection: sa.Connection,
    recommendation_id: int,
    kind: Literal["opened", "updated", "resolved"],
    source_ref: str,
    *,
    reason: Sentence | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    connection.execute(
        sa.insert(recommendation_events).values(
            recommendation_id=recommendation_id,
            kind=kind,
            source_ref=source_ref,
            **kept(reason, "reason"),
            details=details,
        )
    )
    tell_insight(connection, recommendation_id, kind)
