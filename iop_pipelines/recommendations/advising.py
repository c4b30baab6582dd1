"""Findings of executions become recommendations.

An execution is advised once: what it changes and `model_executions.advised_at` are one transaction.

What counts is the window that was scored, not the data version's: an execution of older data is neither a
recurrence nor a recovery, one of the same data counts once, and one that was asked for by hand resolves nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.findings import Finding
from iop_pipelines.domain.frequencies import ModelFrequency
from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.models import Advice, ModelConfig
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Category, ExecutionStatus
from iop_pipelines.errors import NotFound
from iop_pipelines.ledger.inputs import InputRef, window_of
from iop_pipelines.ledger.locks import ensure_lock, take_lock
from iop_pipelines.query.output_files import file_of
from iop_pipelines.recommendations.circumstances import note_refused, relate
from iop_pipelines.recommendations.evidence import (
    SEVERITIES,
    Evidence,
    ModelRef,
    silent_until,
)
from iop_pipelines.recommendations.first_look import (
    History,
    as_of_now,
    until_of,
    worth_telling,
)
from iop_pipelines.recommendations.gathering import Look, gather_causes
from iop_pipelines.recommendations.lifecycle import (
    AdviceSummary,
    Changes,
    Ground,
    evidence_of,
    latest_of,
    resolve,
    take,
)
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    findings,
    model_executions,
    model_outputs,
    recommendations,
)
from iop_pipelines.schema.transactions import write

_MAX_PENDING = 1000
# What DRM set going; anything else was asked for by hand.
_BY_EVENT = "drm_run:"


@dataclass(frozen=True)
class AdviceFailure:
    execution_id: int
    reason: str


@dataclass(frozen=True)
class PendingAdvice:
    """What came of the executions that were owed advice; those that failed stay owed."""

    summaries: tuple[AdviceSummary, ...] = ()
    failures: tuple[AdviceFailure, ...] = ()


def advise(engine: sa.Engine, execution_id: int) -> AdviceSummary:
    """Turns one successful execution into recommendations; nothing for one that is advised already.

    Raises NotFound for an execution that is not there.
    """
    lock = _lock_of(engine, execution_id)
    ensure_lock(engine, lock)
    return write(engine, _advise, execution_id, lock)


def advise_pending(
    engine: sa.Engine, finished_before: datetime | None = None, tick: Tick = nobody
) -> PendingAdvice:
    """Advises the successful executions that were not yet, in the order of their data.

    One that cannot be advised stops none of the others; a lost connection stops all.

    finished_before: naive UTC; leaves alone what a worker may be about to advise itself.
    tick: called before each execution.
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
        tick()
        try:
            summaries.append(advise(engine, execution_id))
        except Exception as error:
            # The boundary of one execution: whatever is wrong with its rows is its own matter.
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            failures.append(AdviceFailure(execution_id, f"{type(error).__name__}: {error}"))
    return PendingAdvice(tuple(summaries), tuple(failures))


def _lock_of(engine: sa.Engine, execution_id: int) -> str:
    """One look at a dataset at a time: two would each find a cause of what they tell, which nobody joins."""
    query = sa.select(analytical_models.c.dataset).join_from(model_executions, analytical_models)
    with engine.connect() as connection:
        dataset = connection.scalar(query.where(model_executions.c.id == execution_id))
    return f"causes/{dataset or ''}"


def _advise(connection: sa.Connection, execution_id: int, lock: str) -> AdviceSummary:
    take_lock(connection, lock)
    row = connection.execute(
        sa.select(model_executions).where(model_executions.c.id == execution_id).with_for_update()
    ).first()
    if row is None:
        raise NotFound("execution.not_found", id=execution_id)
    if row.status is not ExecutionStatus.SUCCESS or row.advised_at is not None:
        return AdviceSummary(execution_id)
    changes = Changes()
    ground = _ground_of(connection, row)
    history = _history_of(connection, execution_id, ground)
    groups = _grouped(connection, execution_id, ground, history)
    relate(groups)
    note_refused(connection, row, groups)
    stored = latest_of(connection, list(groups))
    for mark, group in groups.items():
        take(connection, ground, group, stored.get(mark), changes)
    _settle(connection, ground, execution_id, set(groups), changes)
    told = [each for group in groups.values() for each in group]
    gather_causes(connection, Look(ground, told, history, changes))
    connection.execute(
        sa.update(model_executions)
        .where(model_executions.c.id == execution_id)
        .values(advised_at=sa.func.current_timestamp())
    )
    return changes.summary(execution_id)


def _ground_of(connection: sa.Connection, execution: sa.Row[Any]) -> Ground:
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
    freq, data_start = _freq_of(declaration), _data_start(connection, version)
    newest_start = _newest_start(connection, version, end)
    return Ground(
        model=ModelRef(id=stored.id, name=stored.name, version=stored.version),
        dataset=config.dataset,
        freq=freq,
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
        data_start=data_start,
        present_since=_present_since(newest_start, (start, end), data_start, freq),
    )


def _freq_of(declaration: DatasetDeclaration | None) -> ModelFrequency | None:
    return declaration.model_freq if declaration else None


def _present_since(
    newest_start: datetime | None,
    window: tuple[datetime, datetime],
    data_start: datetime | None,
    freq: ModelFrequency | None,
) -> datetime | None:
    """Where the past ends in a window that begins with the data; None of any other, all of which is news.

    The newest data are the present, from where the delivery began that brought them; of what was delivered at once, as
    long an end of it as a model would be silent for.
    """
    start, end = window
    if newest_start is None or data_start is None or start > data_start:
        return None
    if newest_start > data_start:
        return newest_start
    return end - (silent_until(data_start, end, freq) - end)


def _data_start(connection: sa.Connection, version: sa.Row[Any] | None) -> datetime | None:
    """Where the data of the dataset begin, of which the version is one; what was refused brought none."""
    if version is None:
        return None
    versions = dataset_versions.c
    return connection.scalar(
        sa.select(sa.func.min(versions.window_start)).where(
            versions.dataset_id == version.dataset_id, versions.status != "failed"
        )
    )


def _newest_start(
    connection: sa.Connection, version: sa.Row[Any] | None, end: datetime
) -> datetime | None:
    """Where the delivery begins that brought the newest data before `end`, as of the version.

    That need not be the version itself: it may have restated an older window.
    """
    if version is None:
        return None
    versions = dataset_versions.c
    return connection.scalar(
        sa.select(versions.window_start)
        .where(
            versions.dataset_id == version.dataset_id,
            versions.status != "failed",
            versions.id <= version.id,
            versions.window_start < end,
        )
        .order_by(versions.window_end.desc(), versions.id.desc())
        .limit(1)
    )


def _scored_window(
    connection: sa.Connection, execution: sa.Row[Any], version: sa.Row[Any] | None
) -> tuple[datetime, datetime]:
    """The data version's window as the input_ref bounds it; without a data version, the output's periods."""
    if version is None:
        first, last = _ends_of_output(connection, execution.id)
        started = cast(datetime, execution.started_at)
        return first or started, last or started
    if execution.input_ref is None:
        return version.window_start, version.window_end
    ref = InputRef.parse(execution.input_ref)
    return window_of(ref, version.window_start, version.window_end)


def _ends_of_output(
    connection: sa.Connection, execution_id: int
) -> tuple[datetime | None, datetime | None]:
    if (file := file_of(connection, execution_id)) is not None:
        return file.first_ds, file.last_ds
    outputs = model_outputs.c
    query = sa.select(sa.func.min(outputs.ds), sa.func.max(outputs.ds))
    first, last = connection.execute(query.where(outputs.execution_id == execution_id)).one()
    return first, last


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
    connection: sa.Connection, execution_id: int, ground: Ground, history: History | None
) -> dict[str, list[Finding]]:
    """Findings by fingerprint, the strongest of each first."""
    query = sa.select(findings).where(findings.c.execution_id == execution_id)
    groups: dict[str, list[Finding]] = {}
    for row in connection.execute(query.order_by(findings.c.id)):
        found = _finding(row)
        groups.setdefault(ground.mark_of(found), []).append(found)
    if history is not None:
        groups = _first_seen(groups, history)
    for group in groups.values():
        group.sort(key=lambda each: (SEVERITIES.index(each.severity), each.score), reverse=True)
    return groups


def _history_of(connection: sa.Connection, execution_id: int, ground: Ground) -> History | None:
    if ground.present_since is None:
        return None
    tests = _tests_of(connection, execution_id)
    return History(tests, ground.present_since, ground.window_end, ground.freq)


def _tests_of(connection: sa.Connection, execution_id: int) -> int:
    if (file := file_of(connection, execution_id)) is not None:
        return file.scored_rows
    outputs = model_outputs.c
    query = sa.select(sa.func.count(outputs.score)).where(outputs.execution_id == execution_id)
    return connection.scalar(query) or 0


def _first_seen(
    groups: Mapping[str, Sequence[Finding]], history: History
) -> dict[str, list[Finding]]:
    """What a first look tells of each, as it is now."""
    told = {
        id(each)
        for each in worth_telling([one for group in groups.values() for one in group], history)
    }
    seen: dict[str, list[Finding]] = {}
    for mark, group in groups.items():
        if kept := [each for each in group if id(each) in told]:
            last = max(map(until_of, kept))
            seen[mark] = [as_of_now(each, last, history) for each in kept]
    return seen


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


def _settle(
    connection: sa.Connection,
    ground: Ground,
    execution_id: int,
    found: set[str],
    changes: Changes,
) -> None:
    """Resolves what this model found before in series that it scored again without finding it."""
    if ground.model is None or not ground.may_resolve:
        return
    # Of a large panel too: the last row of each line is there.
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
    connection: sa.Connection, row: sa.Row[Any], ground: Ground, changes: Changes
) -> None:
    evidence = evidence_of(row)
    if ground.source_ref in evidence.clean:
        return
    is_restated = _is_restated(evidence, row.category, ground)
    is_forecast = row.category is Category.FORECAST
    if is_restated and (
        is_forecast or all(_covers(ground, each.ds) for each in evidence.occurrences)
    ):
        reason = Sentence("finding.no_longer_shown")
    elif not is_restated and ground.window_end <= evidence.window_end:
        # Older data, or the same again, say nothing about whether it lasts.
        return
    else:
        evidence = evidence.model_copy(update={"clean": [*evidence.clean, ground.source_ref]})
        if len(evidence.clean) < evidence.clean_needed(row.category):
            connection.execute(
                sa.update(recommendations)
                .where(recommendations.c.id == row.id)
                .values(metadata=evidence.to_json())
            )
            return
        reason = Sentence("finding.not_found_again", count=len(evidence.clean))
    resolve(
        *(connection, row, evidence, reason),
        data_end=ground.window_end,
        source_ref=ground.source_ref,
    )
    changes.resolved.append(row.id)


def _is_restated(evidence: Evidence, category: Category, ground: Ground) -> bool:
    """Whether a later data version delivers again the period of the last finding."""
    if ground.version_id is None or evidence.data_version == ground.data_version:
        return False
    if evidence.version_id is not None and ground.version_id < evidence.version_id:
        return False
    if category is Category.FORECAST:
        return ground.window_start < evidence.window_end == ground.window_end
    return _covers(ground, evidence.latest.ds)


def _covers(ground: Ground, ds: datetime) -> bool:
    return ground.window_start <= ds < ground.window_end
