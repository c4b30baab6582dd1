"""A request is a row before it is a run: what is asked for is written in one transaction, then launched.

Nothing here talks to Dagster, so a request is safe while Dagster is down. What asks twice with the
same trigger key gets the row that is there.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import ExecutionStatus, ModelStatus, Phase, TemplateStatus
from iop_pipelines.drm.source import DrmRun, QualityScore, SharedDatabase
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.inputs import A_MOMENT, InputRef, window_of
from iop_pipelines.ledger.traces import asked_by
from iop_pipelines.registry.models import (
    StoredModel,
    active_models_of,
    model,
    require_complete,
)
from iop_pipelines.schema.engine import Record
from iop_pipelines.schema.tables import (
    dataset_versions,
    datasets,
    generated_reports,
    model_executions,
    report_templates,
)
from iop_pipelines.schema.transactions import write, writes
from iop_pipelines.schema.witness import Witness, unwitnessed
from iop_pipelines.tracing import spans
from iop_pipelines.tracing.spans import carried
from iop_pipelines.transform.versions import (
    PIPELINE_RUNS,
    StoredDataset,
    dataset,
    datasets_of_source,
    ensure_version,
)

# The code of executions whose data version failed.
NOT_PREPARED = "execution.not_prepared"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass
class Requested:
    """What one finished DRM run led to; ids of the rows written."""

    versions: list[int] = field(default_factory=list[int])
    queued: list[int] = field(default_factory=list[int])
    held: list[int] = field(default_factory=list[int])
    unchanged: list[str] = field(default_factory=list[str])


_EXECUTION = [
    model_executions.c[name] for name in ("id", "model_id", "input_ref", "trigger", "phase")
]
_REPORT = [
    generated_reports.c[name] for name in ("id", "template_id", "format", "trigger", "phase")
]


def trigger_key_of(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def request_for_drm_run(
    engine: sa.Engine, drm: SharedDatabase, run: DrmRun, now: datetime
) -> Requested:
    """Rows for all that one ended DRM run sets going: data versions to prepare and executions.

    A run that failed delivers no data; only models of DRM's own runs look at it. A run that
    delivered for a window what that window holds already sets nothing going. Asked again for the
    same run, what is missing is added and nothing else.
    """
    stored = [dataset(engine, PIPELINE_RUNS)]
    if run.is_success:
        stored += datasets_of_source(engine, run.dataset)
    delivery = _Delivery(run, drm.latest_score(run.dataset, run.id), now)
    models = {each.id: active_models_of(engine, each.declaration.name) for each in stored}

    def work(connection: sa.Connection) -> Requested:
        requested = Requested()
        for each in stored:
            if _holds_already(connection, each, run):
                requested.unchanged.append(each.declaration.name)
                continue
            version_id = ensure_version(connection, each, run)
            requested.versions.append(version_id)
            _request_models(connection, version_id, models[each.id], delivery, requested)
        return requested

    # What comes of a delivery is in the trace of whoever asked for that.
    with spans.span("drm_run", asked_by(engine, run), is_quiet=True) as made:
        made.say(drm_run_id=run.id, dataset=run.dataset)
        return write(engine, work)


def requested_runs(engine: sa.Engine, run_ids: Sequence[int]) -> set[int]:
    """Those of DRM's runs whose rows are there: each ended run has a version of `pipeline_runs`."""
    query = (
        sa.select(dataset_versions.c.drm_run_id)
        .join(datasets, datasets.c.id == dataset_versions.c.dataset_id)
        .where(datasets.c.name == PIPELINE_RUNS, dataset_versions.c.drm_run_id.in_(run_ids))
    )
    with engine.connect() as connection:
        return set(connection.scalars(query))


@dataclass(frozen=True)
class _Delivery:
    """An ended DRM run and its score, as they are known now."""

    run: DrmRun
    score: QualityScore | None
    now: datetime

    def is_good_enough(self, stored: StoredModel) -> bool:
        threshold = stored.spec.config.quality_threshold
        return threshold is None or (self.score is not None and self.score.score >= threshold)


def request_delivered(
    engine: sa.Engine, drm: SharedDatabase, stored: StoredDataset, now: datetime
) -> Requested:
    """Data versions, and executions, for all that DRM delivered of the dataset's source before it was declared.

    Runs that have a version, and those that deliver what their window held already, are passed over; so it may
    be called again.
    """
    requested = Requested()
    models, last = active_models_of(engine, stored.declaration.name), 0
    while runs := drm.successful_runs(stored.declaration.source, last):
        for run in sorted(runs, key=lambda each: (each.finished_at or each.started_at, each.id)):
            delivery = _Delivery(run, drm.latest_score(run.dataset, run.id), now)
            write(engine, _request_late, stored, delivery, models, requested)
        last = max(run.id for run in runs)
    return requested


def _request_late(
    connection: sa.Connection,
    stored: StoredDataset,
    delivery: _Delivery,
    models: Sequence[StoredModel],
    requested: Requested,
) -> None:
    """As one sensor's look at one run, but for this dataset alone."""
    run = delivery.run
    there = sa.select(dataset_versions.c.id).where(
        dataset_versions.c.dataset_id == stored.id, dataset_versions.c.drm_run_id == run.id
    )
    if connection.scalar(there) is not None:
        return
    if _holds_already(connection, stored, run):
        requested.unchanged.append(stored.declaration.name)
        return
    version_id = ensure_version(connection, stored, run)
    requested.versions.append(version_id)
    _request_models(connection, version_id, models, delivery, requested)


def _holds_already(connection: sa.Connection, stored: StoredDataset, run: DrmRun) -> bool:
    if stored.is_system:
        return False
    newest = connection.execute(
        sa.select(dataset_versions.c.content_checksum, dataset_versions.c.drm_run_id)
        .where(
            dataset_versions.c.dataset_id == stored.id,
            dataset_versions.c.window_start == run.window_start,
            dataset_versions.c.window_end == run.window_end,
            dataset_versions.c.drm_run_id < run.id,
            dataset_versions.c.status != "failed",
        )
        .order_by(dataset_versions.c.drm_run_id.desc())
        .limit(1)
    ).first()
    return newest is not None and newest.content_checksum == run.content_checksum


def _request_models(
    connection: sa.Connection,
    version_id: int,
    models: Sequence[StoredModel],
    delivery: _Delivery,
    requested: Requested,
) -> None:
    query = sa.select(dataset_versions).where(dataset_versions.c.id == version_id)
    version = connection.execute(query).one()
    window_end: datetime = version.window_end
    last_period = WEEKDAYS[(window_end - A_MOMENT).weekday()]
    for each in models:
        config = each.spec.config
        weekdays = config.trigger.weekdays or WEEKDAYS
        if config.trigger.on != "dataset_update" or last_period not in weekdays:
            continue
        may_run = delivery.is_good_enough(each)
        since = _history_before(connection, each.id, version)
        execution_id = _insert_execution(
            connection,
            trigger_key_of(each.id, version.data_version, "dataset_update"),
            delivery.now,
            model_id=each.id,
            phase=Phase.QUEUED if may_run else Phase.HELD,
            input_ref=str(InputRef(config.dataset, version.data_version, since)),
            trigger=f"drm_run:{delivery.run.id}",
            data_version=version.data_version,
            dataset_version_id=version_id,
        )
        if execution_id is not None:
            (requested.queued if may_run else requested.held).append(execution_id)


def _history_before(connection: sa.Connection, model_id: int, version: Record) -> datetime | None:
    """Where a model's first run begins: with the history that is there, so that it has more to show than a dot.

    None for any later run, and where the version is the beginning of the history itself.
    """
    has_run = sa.select(model_executions.c.id).where(model_executions.c.model_id == model_id)
    if connection.scalar(has_run.limit(1)) is not None:
        return None
    versions = dataset_versions.c
    first: datetime | None = connection.scalar(
        sa.select(sa.func.min(versions.window_start)).where(
            versions.dataset_id == version.dataset_id,
            versions.id < version.id,
            versions.status != "failed",
        )
    )
    return first if first is not None and first < version.window_start else None


def request_execution(
    engine: sa.Engine,
    model_id: int,
    input_ref: str,
    now: datetime,
    *,
    trigger: str = "request",
    idempotency_key: str | None = None,
    witness: Witness = unwitnessed,
) -> int:
    """Accepts one execution of a draft or active model and returns its row's id.

    Raises NotFound for a model, dataset or data version that is not there, Conflict for a
    deprecated model, InvalidInput for an input_ref of another form or of a dataset that the model
    does not read.
    """
    stored_model = model(engine, model_id)
    if stored_model.status == ModelStatus.DEPRECATED:
        raise Conflict(
            "model.deprecated", name=stored_model.spec.name, version=stored_model.spec.version
        )
    require_complete(stored_model)
    ref = InputRef.parse(input_ref)
    if ref.dataset != stored_model.spec.config.dataset:
        raise InvalidInput(
            "model.reads_other",
            "inputRef",
            name=stored_model.spec.name,
            dataset=stored_model.spec.config.dataset,
            wanted=ref.dataset,
        )
    stored = dataset(engine, ref.dataset)

    def work(connection: sa.Connection) -> int:
        version = _resolve_version(connection, stored, ref)
        window_of(ref, version.window_start, version.window_end)
        key = trigger_key_of(model_id, "key", idempotency_key) if idempotency_key else None
        execution_id = _insert_execution(
            connection,
            key,
            now,
            model_id=model_id,
            input_ref=str(ref.at(version.data_version)),
            trigger=trigger,
            data_version=version.data_version,
            dataset_version_id=version.id,
        )
        return _told(witness, connection, _EXECUTION, execution_id, key)

    return write(engine, work)


def _resolve_version(connection: sa.Connection, stored: StoredDataset, ref: InputRef) -> Record:
    query = sa.select(dataset_versions).where(
        dataset_versions.c.dataset_id == stored.id, dataset_versions.c.status != "failed"
    )
    if ref.data_version:
        query = query.where(dataset_versions.c.data_version == ref.data_version)
    row = connection.execute(query.order_by(dataset_versions.c.id.desc()).limit(1)).first()
    if row is None:
        if ref.data_version is None:
            raise NotFound("dataset.without_version", name=ref.dataset)
        raise NotFound("dataset.no_such_version", name=ref.dataset, version=ref.data_version)
    return row


@dataclass(frozen=True)
class Waiting:
    """Why a report is held: since and until when (naive UTC of the business clock), and what each source lacks."""

    since: datetime
    until: datetime
    lacks: Sequence[Mapping[str, Any]]

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "waiting_since": self.since,
            "waiting_until": self.until,
            "waiting_for": [dict(each) for each in self.lacks],
        }


@writes
def request_report(
    connection: sa.Connection,
    template_id: int,
    now: datetime,
    *,
    trigger: str = "request",
    slot: datetime | None = None,
    waiting: "Waiting | None" = None,
    run_after: datetime | None = None,
    idempotency_key: str | None = None,
    witness: Witness = unwitnessed,
) -> int:
    """Accepts one report and returns its row's id; one slot of a template is accepted once.

    waiting: held until what it lacks is there; run_after: of the wall clock, not before which it is made.

    Raises NotFound for a template that is not there, Conflict for a slot of a paused one.
    """
    template = connection.execute(
        # Shared: who deletes it meanwhile waits, and sees this report.
        sa.select(report_templates)
        .where(report_templates.c.id == template_id)
        .with_for_update(read=True)
    ).first()
    if template is None or template.deleted_at is not None:
        raise NotFound("template.does_not_exist", id=template_id)
    if slot is not None and template.status == TemplateStatus.PAUSED:
        raise Conflict("template.paused", name=template.name)
    key = None
    if slot is not None:
        key = trigger_key_of(template_id, "slot", slot.isoformat())
    elif idempotency_key is not None:
        key = trigger_key_of(template_id, "key", idempotency_key)
    report_id = _insert_once(
        connection,
        generated_reports,
        key,
        template_id=template_id,
        format=template.format,
        slot=slot,
        trigger=trigger,
        requested_at=now,
        generated_at=now,
        run_after=run_after,
        **({} if waiting is None else {"phase": Phase.HELD, **waiting.columns}),
    )
    return _told(witness, connection, _REPORT, report_id, key)


@dataclass(frozen=True)
class Held:
    """An execution that waits for the quality of its data; `superseded_by` is a DRM run that delivered it again."""

    execution_id: int
    model_id: int
    source: str
    drm_run_id: int
    superseded_by: int | None


def held_executions(engine: sa.Engine) -> list[Held]:
    """All that are held, oldest first."""
    newer = dataset_versions.alias()
    superseded_by = (
        sa.select(sa.func.max(newer.c.drm_run_id))
        .where(
            newer.c.dataset_id == dataset_versions.c.dataset_id,
            newer.c.id > dataset_versions.c.id,
            newer.c.window_start <= dataset_versions.c.window_start,
            newer.c.window_end >= dataset_versions.c.window_end,
        )
        .scalar_subquery()
    )
    query = (
        sa.select(
            model_executions.c.id,
            model_executions.c.model_id,
            datasets.c.source,
            dataset_versions.c.drm_run_id,
            superseded_by.label("superseded_by"),
        )
        .join(dataset_versions, dataset_versions.c.id == model_executions.c.dataset_version_id)
        .join(datasets, datasets.c.id == dataset_versions.c.dataset_id)
        .where(model_executions.c.phase == Phase.HELD)
        .order_by(model_executions.c.id)
    )
    with engine.connect() as connection:
        return [Held(*row) for row in connection.execute(query)]


@writes
def request_again(connection: sa.Connection, version_id: int, now: datetime) -> list[int]:
    """New executions for those that failed because this version could not be prepared; once for each."""
    failed = sa.select(model_executions).where(
        model_executions.c.dataset_version_id == version_id,
        model_executions.c.said["code"].as_string() == NOT_PREPARED,
    )
    again: list[int] = []
    for row in connection.execute(failed).all():
        execution_id = _insert_execution(
            connection,
            trigger_key_of(row.model_id, "again", row.id),
            now,
            model_id=row.model_id,
            input_ref=row.input_ref,
            trigger=row.trigger,
            data_version=row.data_version,
            dataset_version_id=version_id,
        )
        if execution_id is not None:
            again.append(execution_id)
    return again


@writes
def release(connection: sa.Connection, execution_ids: Sequence[int]) -> int:
    """Queues held executions whose data has been found good."""
    return connection.execute(
        model_executions.update()
        .where(model_executions.c.id.in_(execution_ids), model_executions.c.phase == Phase.HELD)
        .values(phase=Phase.QUEUED)
    ).rowcount


def _insert_execution(
    connection: sa.Connection,
    trigger_key: str | None,
    now: datetime,
    *,
    phase: Phase = Phase.QUEUED,
    **values: object,
) -> int | None:
    execution_id = _insert_once(
        connection,
        model_executions,
        trigger_key,
        status=ExecutionStatus.RUNNING,
        phase=phase,
        requested_at=now,
        started_at=now,
        **values,
    )
    if execution_id is not None:
        counters.count(connection, counters.RUNNING)
    return execution_id


def _insert_once(
    connection: sa.Connection, table: sa.Table, trigger_key: str | None, **values: object
) -> int | None:
    """The new row's id, or None where the trigger key has a row; the write lock or unique index decides."""
    if trigger_key is not None and _id_of(connection, table, trigger_key) is not None:
        return None
    entry = table.insert().values(trigger_key=trigger_key, traceparent=carried(), **values)
    return connection.execute(entry).lastrowid


def _told(
    witness: Witness,
    connection: sa.Connection,
    columns: Sequence[sa.Column[Any]],
    new_id: int | None,
    trigger_key: str | None,
) -> int:
    """Tells of the new row, or of the one that was asked for before, and gives its id."""
    table = columns[0].table
    is_it = table.c.trigger_key == trigger_key if new_id is None else table.c.id == new_id
    row = dict(connection.execute(sa.select(*columns).where(is_it)).mappings().one())
    witness(connection, row if new_id is None else None, row)
    return row["id"]


def _id_of(connection: sa.Connection, table: sa.Table, trigger_key: str | None) -> int | None:
    return connection.scalar(sa.select(table.c.id).where(table.c.trigger_key == trigger_key))
