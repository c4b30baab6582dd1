"""Findings become recommendations: one open at a time for each (category, dataset, series, model).

An execution is advised once: what it changes and `model_executions.advised_at` are one transaction,
and each change is an event of its own, so a call that is repeated finds nothing left to do. Accepted
and dismissed recommendations stay so: recurrence within the cool-down is noted on them, and after it,
or when it is graver than before, opens a new one that points back.

What counts is the window that was scored, not the data version's: an execution of older data is neither a
recurrence nor a recovery, one of the same data counts once, and one that was asked for by hand resolves nothing.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.models import Advice, ModelConfig
from iop_pipelines.domain.vocabulary import Category, ExecutionStatus, ReviewStatus, Severity
from iop_pipelines.drm.source import DrmRun, QualityScore
from iop_pipelines.errors import NotFound
from iop_pipelines.events.outgoing import tell_insight
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.inputs import InputRef, window_of
from iop_pipelines.recommendations.evidence import (
    SEVERITIES,
    Evidence,
    Frequency,
    ModelRef,
    Occurrence,
    Seen,
    seen,
)
from iop_pipelines.recommendations.phrases.amounts import capitalise, say_name
from iop_pipelines.recommendations.phrases.facts import ALL_SERIES, QUALITY
from iop_pipelines.recommendations.text import columns_of
from iop_pipelines.registry.models import StoredModel
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    findings,
    model_executions,
    model_outputs,
    recommendation_events,
    recommendations,
)

QUALITY_MODEL = "data-quality"
_QUALITY_SCORE = "quality_score:"
# MySQL ends one of two transactions that wait for each other; the other's work is then visible.
_ATTEMPTS = 3
_CHUNK = 500
_MAX_PENDING = 1000
# What DRM set going; anything else was asked for by hand.
_BY_EVENT = "drm_run:"


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


@dataclass(frozen=True)
class AdviceFailure:
    execution_id: int
    reason: str


@dataclass(frozen=True)
class PendingAdvice:
    """What came of the executions that were owed advice; those that failed stay owed."""

    summaries: tuple[AdviceSummary, ...] = ()
    failures: tuple[AdviceFailure, ...] = ()


@dataclass
class _Changes:
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
class _Ground:
    """What findings stand on, the same for all of one execution or one quality score.

    Attributes:
        version_id: orders the data versions of the dataset; None for a quality score.
        window_start, window_end: what was scored, half-open, dataset-local.
        repeats: executions of any version of the model on the same data version.
    """

    model: ModelRef | None
    dataset: str
    freq: Frequency | None
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


def fingerprint(category: Category, dataset: str, series: str, model: str) -> str:
    """SHA-256 of what makes two findings the same recommendation."""
    text = json.dumps([category.value, dataset, series, model], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def advise(engine: sa.Engine, execution_id: int) -> AdviceSummary:
    """Turns one successful execution into recommendations; nothing for one that is advised already.

    Raises NotFound for an execution that is not there.
    """
    return _in_one_transaction(engine, lambda connection: _advise(connection, execution_id))


def advise_pending(engine: sa.Engine, finished_before: datetime | None = None) -> PendingAdvice:
    """Advises the successful executions that were not yet, in the order of their data.

    One that cannot be advised stops none of the others; a lost connection stops all.

    finished_before: naive UTC; leaves alone what a worker may be about to advise itself.
    """
    executions = model_executions.c
    query = (
        sa.select(executions.id)
        .where(executions.status == ExecutionStatus.SUCCESS, executions.advised_at.is_(None))
        .order_by(executions.dataset_version_id, executions.id)
        .limit(_MAX_PENDING)
    )
    if finished_before is not None:
        query = query.where(executions.finished_at < finished_before)
    with engine.connect() as connection:
        pending = connection.scalars(query).all()
    summaries: list[AdviceSummary] = []
    failures: list[AdviceFailure] = []
    for execution_id in pending:
        try:
            summaries.append(advise(engine, execution_id))
        except Exception as error:
            # The boundary of one execution: whatever is wrong with its rows is its own matter.
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            failures.append(AdviceFailure(execution_id, f"{type(error).__name__}: {error}"))
    return PendingAdvice(tuple(summaries), tuple(failures))


def hold_back(
    engine: sa.Engine,
    dataset: str,
    score: QualityScore,
    models: Sequence[StoredModel],
    run: DrmRun,
) -> AdviceSummary:
    """Recommends to mend a delivery of DRM's `dataset` whose quality keeps `models` from running.

    The same score seen again changes nothing.
    """
    found = _quality_finding(score, models, run)
    ground = _quality_ground(dataset, score, run)

    def work(connection: sa.Connection) -> AdviceSummary:
        changes = _Changes()
        mark = fingerprint(found.category, dataset, ALL_SERIES, QUALITY_MODEL)
        stored = _latest_of(connection, [mark]).get(mark)
        _take(connection, ground, mark, [found], stored, changes)
        return changes.summary(None)

    return _in_one_transaction(engine, work)


def recovered(engine: sa.Engine, dataset: str, score: QualityScore, run: DrmRun) -> AdviceSummary:
    """Resolves what `hold_back` raised, once a later score reaches what the models asked for.

    Scores may be read late: one that DRM gave before the score that raised it resolves nothing.
    """

    def work(connection: sa.Connection) -> AdviceSummary:
        changes = _Changes()
        mark = fingerprint(Category.OPTIMISATION, dataset, ALL_SERIES, QUALITY_MODEL)
        query = sa.select(recommendations).where(
            recommendations.c.fingerprint == mark, recommendations.c.resolved_at.is_(None)
        )
        for row in connection.execute(query.with_for_update()).all():
            evidence = _evidence(row)
            is_later = score.id > _last_quality_score(connection, row.id)
            if is_later and score.score >= (evidence.latest.lo or 0):
                reason = f"run {run.id} scored {score.score:g}"
                source_ref = f"{_QUALITY_SCORE}{score.id}"
                _resolve(connection, row, evidence, run.window_end, source_ref, reason)
                changes.resolved.append(row.id)
        return changes.summary(None)

    return _in_one_transaction(engine, work)


def _last_quality_score(connection: sa.Connection, recommendation_id: int) -> int:
    """Id of the DRM score that last opened or updated the recommendation."""
    events = recommendation_events.c
    source_ref = connection.scalar(
        sa.select(events.source_ref)
        .where(
            events.recommendation_id == recommendation_id,
            events.source_ref.startswith(_QUALITY_SCORE),
        )
        .order_by(events.id.desc())
        .limit(1)
    )
    return int((source_ref or f"{_QUALITY_SCORE}0").removeprefix(_QUALITY_SCORE))


def counts_by_status(engine: sa.Engine) -> dict[str, int]:
    """Recommendations by review status; every status is there."""
    column = recommendations.c.status
    with engine.connect() as connection:
        rows = connection.execute(sa.select(column, sa.func.count()).group_by(column)).all()
    found = {ReviewStatus(status): int(count) for status, count in rows}
    return {status.value: found.get(status, 0) for status in ReviewStatus}


# One execution ------------------------------------------------------------------------------


def _advise(connection: sa.Connection, execution_id: int) -> AdviceSummary:
    row = connection.execute(
        sa.select(model_executions).where(model_executions.c.id == execution_id).with_for_update()
    ).first()
    if row is None:
        raise NotFound(f"there is no execution with id {execution_id}")
    if row.status is not ExecutionStatus.SUCCESS or row.advised_at is not None:
        return AdviceSummary(execution_id)
    changes = _Changes()
    ground = _ground_of(connection, row)
    groups = _grouped(connection, execution_id, ground)
    stored = _latest_of(connection, list(groups))
    for mark, group in groups.items():
        _take(connection, ground, mark, group, stored.get(mark), changes)
    _settle(connection, ground, execution_id, set(groups), changes)
    connection.execute(
        sa.update(model_executions)
        .where(model_executions.c.id == execution_id)
        .values(advised_at=sa.func.current_timestamp())
    )
    return changes.summary(execution_id)


def _ground_of(connection: sa.Connection, execution: sa.Row[Any]) -> _Ground:
    models = analytical_models.c
    model = connection.execute(sa.select(analytical_models).where(models.id == execution.model_id))
    stored = model.one()
    config = ModelConfig.model_validate(stored.config)
    version = connection.execute(
        sa.select(dataset_versions).where(dataset_versions.c.id == execution.dataset_version_id)
    ).first()
    content = connection.scalar(
        sa.select(datasets.c.declaration).where(datasets.c.name == config.dataset)
    )
    declaration = DatasetDeclaration.model_validate(content) if content else None
    start, end = _scored_window(connection, execution, version)
    return _Ground(
        model=ModelRef(id=stored.id, name=stored.name, version=stored.version),
        dataset=config.dataset,
        freq=declaration.freq if declaration else None,
        series_fields=config.input.series,
        labels=(
            {name: declaration.measure_label(name) for name in declaration.measures}
            if declaration
            else {}
        ),
        data_version=version.data_version if version else execution.data_version,
        version_id=execution.dataset_version_id,
        quality_score=version.quality_score if version else None,
        window_start=start,
        window_end=end,
        source_ref=f"execution:{execution.id}",
        repeats=_repeats(connection, execution, stored.name),
        may_resolve=execution.trigger.startswith(_BY_EVENT),
        advice=config.advice or Advice(),
    )


def _scored_window(
    connection: sa.Connection, execution: sa.Row[Any], version: sa.Row[Any] | None
) -> tuple[datetime, datetime]:
    """The data version's window as the input_ref bounds it; without a data version, the output's periods."""
    if version is None:
        outputs = model_outputs.c
        query = sa.select(sa.func.min(outputs.ds), sa.func.max(outputs.ds))
        first, last = connection.execute(query.where(outputs.execution_id == execution.id)).one()
        started = cast(datetime, execution.started_at)
        return first or started, last or started
    if execution.input_ref is None:
        return version.window_start, version.window_end
    ref = InputRef.parse(execution.input_ref)
    return window_of(ref, version.window_start, version.window_end)


def _repeats(connection: sa.Connection, execution: sa.Row[Any], model_name: str) -> tuple[str, ...]:
    executions = model_executions.c
    if execution.dataset_version_id is None:
        return ()
    query = (
        sa.select(executions.id)
        .join_from(model_executions, analytical_models)
        .where(
            analytical_models.c.name == model_name,
            executions.dataset_version_id == execution.dataset_version_id,
        )
    )
    return tuple(f"execution:{each}" for each in connection.scalars(query))


def _grouped(
    connection: sa.Connection, execution_id: int, ground: _Ground
) -> dict[str, list[Finding]]:
    """Findings by fingerprint, the strongest of each first."""
    query = sa.select(findings).where(findings.c.execution_id == execution_id)
    groups: dict[str, list[Finding]] = {}
    for row in connection.execute(query.order_by(findings.c.id)):
        found = _finding(row)
        model = ground.model.name if ground.model else QUALITY_MODEL
        mark = fingerprint(found.category, ground.dataset, found.unique_id, model)
        groups.setdefault(mark, []).append(found)
    for group in groups.values():
        group.sort(key=lambda each: (SEVERITIES.index(each.severity), each.score), reverse=True)
    return groups


def _finding(row: sa.Row[Any]) -> Finding:
    return Finding(
        category=row.category,
        kind=row.kind,
        severity=row.severity,
        unique_id=row.unique_id,
        measure=row.measure,
        unit=row.unit,
        ds=row.ds,
        since=row.since,
        value=row.value,
        expected=row.expected,
        lo=row.lo,
        hi=row.hi,
        score=row.score,
        confidence=row.confidence,
        evidence=json.loads(row.evidence),
    )


# One recommendation -------------------------------------------------------------------------


def _latest_of(connection: sa.Connection, marks: Sequence[str]) -> dict[str, sa.Row[Any]]:
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


def _take(
    connection: sa.Connection,
    ground: _Ground,
    mark: str,
    group: Sequence[Finding],
    stored: sa.Row[Any] | None,
    changes: _Changes,
) -> None:
    """Opens a recommendation for the findings of one fingerprint, or updates the one there is."""
    evidence = _new_evidence(ground, group)
    if stored is None:
        _open(connection, mark, group, evidence, None, changes)
    elif _is_older(stored, ground) or _is_known(connection, stored.id, ground, group[0].ds):
        return
    elif stored.live_key is not None or _stays_closed(stored, ground, group):
        _update(connection, stored, group, evidence)
        changes.updated.append(stored.id)
    else:
        _open(connection, mark, group, evidence, stored.id, changes)


def _is_older(stored: sa.Row[Any], ground: _Ground) -> bool:
    """Whether the scored window ended before the last finding; what was before is no recurrence."""
    if ground.model is None:
        # A delivery of a window long past is as bad now as it would have been then.
        return False
    if stored.category is Category.FORECAST:
        # Its period lies ahead of the data that it was made from.
        return ground.window_end < _evidence(stored).window_end
    return stored.last_ds is not None and ground.window_end <= stored.last_ds


def _stays_closed(stored: sa.Row[Any], ground: _Ground, group: Sequence[Finding]) -> bool:
    """Within the cool-down, the same finding opens nothing unless it is graver than the closed one."""
    evidence, strongest = _evidence(stored), group[0]
    is_graver = SEVERITIES.index(strongest.severity) > SEVERITIES.index(stored.severity)
    # Kinds of anomaly are degrees of one thing; a slow and a failing pipeline are two.
    is_another = strongest.category is Category.OPTIMISATION and strongest.kind not in (
        evidence.peak.kind,
        evidence.latest.kind,
    )
    until = evidence.cool_until
    is_cooling = until is not None and ground.window_end <= until
    return is_cooling and not is_graver and not is_another


def _new_evidence(ground: _Ground, group: Sequence[Finding]) -> Evidence:
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
        version_id=ground.version_id,
        cool_down=ground.advice.cool_down,
        recovery_after=ground.advice.recovery_after,
        action=ground.advice.action,
        owner=ground.advice.owner,
    )


def _label(ground: _Ground, found: Finding) -> str:
    return ground.labels.get(found.measure) or capitalise(say_name(found.measure))


def _occurrence(main: Seen) -> Occurrence:
    return Occurrence(
        ds=main.ds, value=main.value, severity=main.severity, source_ref=main.source_ref
    )


def _open(
    connection: sa.Connection,
    mark: str,
    group: Sequence[Finding],
    evidence: Evidence,
    previous_id: int | None,
    changes: _Changes,
) -> None:
    strongest = group[0]
    text = columns_of(strongest.category, evidence, 1)
    result = connection.execute(
        sa.insert(recommendations).values(
            **text,
            category=strongest.category,
            severity=strongest.severity,
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
    """Counts the occurrence; of one that is closed, title, text and severity stay as reviewed."""
    evidence = _evidence(stored).updated(new)
    count = stored.occurrences + 1
    values: dict[str, Any] = {
        "metadata": evidence.to_json(),
        "occurrences": count,
        "source_ref": evidence.latest.source_ref,
        "last_ds": max(stored.last_ds, *(each.ds for each in group)),
    }
    if stored.live_key is not None:
        values |= {
            **columns_of(stored.category, evidence, count),
            "severity": max(stored.severity, evidence.peak.severity, key=SEVERITIES.index),
            "first_ds": min(stored.first_ds, *(each.since for each in group)),
            "model_id": evidence.model.id if evidence.model else None,
        }
    connection.execute(
        sa.update(recommendations).where(recommendations.c.id == stored.id).values(**values)
    )
    graver = values.get("severity", stored.severity)
    if graver is not stored.severity and stored.status is ReviewStatus.OPEN:
        counters.count(connection, counters.open_measure(stored.severity, stored.category), -1)
        counters.count(connection, counters.open_measure(graver, stored.category))
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


# Recovery -----------------------------------------------------------------------------------


def _settle(
    connection: sa.Connection,
    ground: _Ground,
    execution_id: int,
    found: set[str],
    changes: _Changes,
) -> None:
    """Resolves what this model found before in series that it scored again without finding it."""
    if ground.model is None or not ground.may_resolve:
        return
    scored = set(
        connection.scalars(
            sa.select(model_outputs.c.unique_id)
            .where(model_outputs.c.execution_id == execution_id)
            .distinct()
        )
    )
    versions = sa.select(analytical_models.c.id).where(
        analytical_models.c.name == ground.model.name
    )
    query = (
        sa.select(recommendations)
        .where(
            recommendations.c.model_id.in_(versions),
            recommendations.c.dataset == ground.dataset,
            recommendations.c.resolved_at.is_(None),
        )
        .order_by(recommendations.c.id)
        .with_for_update()
    )
    for row in connection.execute(query).all():
        if row.fingerprint not in found and row.unique_id in scored:
            _count_clean(connection, row, ground, changes)


def _count_clean(
    connection: sa.Connection, row: sa.Row[Any], ground: _Ground, changes: _Changes
) -> None:
    evidence = _evidence(row)
    if ground.source_ref in evidence.clean:
        return
    is_restated = _is_restated(evidence, row.category, ground)
    is_forecast = row.category is Category.FORECAST
    if is_restated and (
        is_forecast or all(_covers(ground, each.ds) for each in evidence.occurrences)
    ):
        reason = "the restated data no longer show it"
        _resolve(connection, row, evidence, ground.window_end, ground.source_ref, reason)
        changes.resolved.append(row.id)
        return
    if not is_restated and ground.window_end <= evidence.window_end:
        # Older data, or the same again, say nothing about whether it lasts.
        return
    evidence = evidence.model_copy(update={"clean": [*evidence.clean, ground.source_ref]})
    needed = evidence.clean_needed(row.category)
    if len(evidence.clean) >= needed:
        reason = f"not found in {len(evidence.clean)} later execution(s)"
        _resolve(connection, row, evidence, ground.window_end, ground.source_ref, reason)
        changes.resolved.append(row.id)
    else:
        connection.execute(
            sa.update(recommendations)
            .where(recommendations.c.id == row.id)
            .values(metadata=evidence.to_json())
        )


def _is_restated(evidence: Evidence, category: Category, ground: _Ground) -> bool:
    """Whether a later data version delivers again the period of the last finding."""
    if ground.version_id is None or evidence.data_version == ground.data_version:
        return False
    if evidence.version_id is not None and ground.version_id < evidence.version_id:
        return False
    if category is Category.FORECAST:
        return ground.window_start < evidence.window_end == ground.window_end
    return _covers(ground, evidence.latest.ds)


def _covers(ground: _Ground, ds: datetime) -> bool:
    return ground.window_start <= ds < ground.window_end


def _resolve(
    connection: sa.Connection,
    row: sa.Row[Any],
    evidence: Evidence,
    data_end: datetime,
    source_ref: str,
    reason: str,
) -> None:
    """Sets `resolved_at` and starts the cool-down; the review status stays."""
    closed = evidence.model_copy(update={"closed_ds": data_end})
    connection.execute(
        sa.update(recommendations)
        .where(recommendations.c.id == row.id)
        .values(resolved_at=sa.func.current_timestamp(), live_key=None, metadata=closed.to_json())
    )
    _tell(connection, row.id, "resolved", source_ref, reason=reason)


# Data quality -------------------------------------------------------------------------------


def _quality_finding(score: QualityScore, models: Sequence[StoredModel], run: DrmRun) -> Finding:
    threshold = max((each.spec.config.quality_threshold or 0 for each in models), default=0.0)
    components = ("completeness", "validity", "uniqueness", "timeliness")
    return Finding(
        category=Category.OPTIMISATION,
        kind=QUALITY,
        # Beyond half of what is asked for, the delivery is hardly of use to anyone.
        severity=Severity.CRITICAL if score.score < threshold / 2 else Severity.WARNING,
        unique_id=ALL_SERIES,
        measure="quality_score",
        unit="points",
        ds=run.window_start,
        since=run.window_start,
        value=score.score,
        expected=None,
        lo=threshold,
        hi=100.0,
        score=threshold - score.score,
        confidence=None,
        evidence={
            "components": {name: getattr(score, name) for name in components},
            "models": [each.label for each in models],
            "drm_run": run.id,
            "pipeline": run.pipeline,
        },
    )


def _quality_ground(dataset: str, score: QualityScore, run: DrmRun) -> _Ground:
    return _Ground(
        model=None,
        dataset=dataset,
        freq="D",
        series_fields=(),
        labels={"quality_score": "Quality score"},
        data_version=None,
        version_id=None,
        quality_score=score.score,
        window_start=run.window_start,
        window_end=run.window_end,
        source_ref=f"{_QUALITY_SCORE}{score.id}",
        repeats=(),
        may_resolve=True,
        # A delivery that is bad again is news each time: its window waits for someone.
        advice=Advice(cool_down=0),
    )


# Rows ---------------------------------------------------------------------------------------


def _evidence(row: sa.Row[Any]) -> Evidence:
    return Evidence.model_validate(row.metadata)


def _is_known(
    connection: sa.Connection, recommendation_id: int, ground: _Ground, ds: datetime
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
    reason: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    connection.execute(
        sa.insert(recommendation_events).values(
            recommendation_id=recommendation_id,
            kind=kind,
            source_ref=source_ref,
            reason=reason,
            details=details,
        )
    )
    tell_insight(connection, recommendation_id, kind)


def _in_one_transaction(
    engine: sa.Engine, work: Callable[[sa.Connection], AdviceSummary]
) -> AdviceSummary:
    """Runs `work`, again if another transaction got in its way; it must do nothing but SQL."""
    for _ in range(_ATTEMPTS - 1):
        try:
            with begin_write(engine) as connection:
                return work(connection)
        except (IntegrityError, OperationalError):
            continue
    with begin_write(engine) as connection:
        return work(connection)
