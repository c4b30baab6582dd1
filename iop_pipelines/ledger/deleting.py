"""Taking datasets and models away: what would go, and then all of it or nothing.

What an execution found and advised stays, and so do its row and its end in Dagster's history: the ledger forgets
nothing. What was prepared goes, and what is asked for and not begun ends as failed, with that reason.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.sentences import Sentence, kept
from iop_pipelines.domain.vocabulary import ModelStatus, Phase, UploadStatus
from iop_pipelines.errors import Conflict, Unavailable
from iop_pipelines.ledger.backtests import forget_backtests
from iop_pipelines.ledger.closing import close_as_failed
from iop_pipelines.ledger.performance import forget_performance
from iop_pipelines.ledger.work import EXECUTION, IN_FLIGHT
from iop_pipelines.query.output_files import OutputFile, Wanted, files_of, remove
from iop_pipelines.recommendations.evidence import Evidence
from iop_pipelines.recommendations.lifecycle import PERFORMANCE_MODEL, evidence_of, resolve
from iop_pipelines.registry.models import StoredModel, delete_models, models_of
from iop_pipelines.schema.tables import (
    dashboards,
    dataset_versions,
    datasets,
    deliveries,
    input_validations,
    intake_sources,
    model_executions,
    model_outputs,
    notification_marks,
    output_files,
    panels,
    recommendations,
    rejected_rows,
    report_templates,
    uploads,
)
from iop_pipelines.schema.transactions import write
from iop_pipelines.schema.witness import Witness, unwitnessed
from iop_pipelines.transform.table import drop_table, prepared_table
from iop_pipelines.transform.versions import StoredDataset, dataset

_WAITING = (Phase.QUEUED, Phase.HELD)
_AT_ONCE = 500


@dataclass(frozen=True)
class DatasetPlan:
    """What would go with a dataset, and who asks it.

    models: of every status but those that were deleted. templates, panels: names of those whose query names it.
    sources: what is watched and delivers into it, and files of the app that wait to be loaded into it.
    """

    stored: StoredDataset
    rows: int
    versions: int
    rejected: int
    models: tuple[StoredModel, ...]
    templates: tuple[str, ...]
    panels: tuple[str, ...]
    sources: tuple[str, ...] = ()

    @property
    def users(self) -> tuple[StoredModel, ...]:
        """Models that may still run."""
        return tuple(each for each in self.models if each.status is not ModelStatus.DEPRECATED)


@dataclass(frozen=True)
class ModelPlan:
    """Versions that would be unlisted, and of their executions those that ended and those that are open.

    outputs: rows of their executions, which go; what they found stays in the recommendations.
    """

    models: tuple[StoredModel, ...]
    executions: int
    open: int
    outputs: int


def plan_dataset(engine: sa.Engine, name: str) -> DatasetPlan:
    """Changes nothing. Raises NotFound, and Conflict for DRM's own runs."""
    stored = dataset(engine, name)
    if stored.is_system:
        raise Conflict("dataset.of_the_system", name=name)
    table, versions = prepared_table(stored.declaration), dataset_versions.c
    has_table = sa.inspect(engine).has_table(table.name)
    of_it = sa.select(versions.id).where(versions.dataset_id == stored.id)
    with engine.connect() as connection:
        rejects = _count(connection, rejected_rows, rejected_rows.c.dataset_version_id.in_(of_it))
        return DatasetPlan(
            stored,
            rows=_count(connection, table) if has_table else 0,
            versions=_count(connection, dataset_versions, versions.dataset_id == stored.id),
            rejected=rejects,
            models=tuple(models_of(connection, name)),
            templates=_templates_that_ask(connection, name),
            panels=_panels_that_ask(connection, name),
            sources=_sources_of(connection, name),
        )


def delete_dataset(
    engine: sa.Engine,
    instance: dg.DagsterInstance,
    name: str,
    now: datetime,
    *,
    with_models: bool,
    witness: Witness = unwitnessed,
) -> DatasetPlan:
    """Takes away a dataset: its declaration, versions, prepared and rejected rows; DRM keeps what it delivered.

    What is watched for it is watched no more, and a file of the app that waits for it is not loaded: nothing makes it
    again but who asks for it.

    Raises:
        Conflict: models may still run on it and `with_models` is not said, or work on it is in flight.
    """
    plan = plan_dataset(engine, name)
    if plan.users and not with_models:
        raise Conflict("dataset.in_use", name=name, models=[each.label for each in plan.users])
    reason = Sentence("dataset.was_deleted", name=name)
    ids = [each.id for each in plan.models]
    _close_waiting(engine, instance, ids, reason, now)

    def work(connection: sa.Connection) -> None:
        connection.execute(
            sa.select(datasets.c.id).where(datasets.c.id == plan.stored.id).with_for_update()
        )
        _require_idle(connection, plan.stored.id, ids)
        _end_uploads(connection, name, reason, now)
        source_id = connection.scalar(_source_of(name).with_for_update())
        if source_id is not None:
            forget_source(connection, source_id, name)
        before = {
            "name": name,
            "rows": plan.rows,
            "versions": plan.versions,
            "declaration": plan.stored.declaration.model_dump(mode="json"),
        }
        if with_models:
            delete_models(connection, ids, now)
        forget_backtests(connection, ids)
        forget_performance(connection, ids)
        _resolve_all(connection, recommendations.c.dataset == name, reason)
        _delete_rows(connection, plan.stored)
        witness(connection, before, None)

    write(engine, work)
    drop_table(engine, plan.stored.declaration)
    return plan


def plan_models(engine: sa.Engine, models: Sequence[StoredModel]) -> ModelPlan:
    """Changes nothing."""
    executions = model_executions.c
    of_them = executions.model_id.in_([each.id for each in models])
    is_open = executions.phase != Phase.DONE
    with engine.connect() as connection:
        outputs = model_outputs.c.model_id.in_([each.id for each in models])
        return ModelPlan(
            tuple(models),
            _count(connection, model_executions, of_them, ~is_open),
            _count(connection, model_executions, of_them, is_open),
            _count(connection, model_outputs, outputs)
            + sum(each.rows_beside for each in _files_of(connection, models)),
        )


def delete_model(
    engine: sa.Engine,
    instance: dg.DagsterInstance,
    models: Sequence[StoredModel],
    now: datetime,
    witness: Witness = unwitnessed,
) -> ModelPlan:
    """Unlists versions, sets their name free and takes away what their executions wrote.

    Raises Conflict while one of them is at work.
    """
    plan = plan_models(engine, models)
    ids = [each.id for each in models]
    reason = Sentence("model.was_deleted")
    _close_waiting(engine, instance, ids, reason, now)

    def work(connection: sa.Connection) -> None:
        _require_idle(connection, None, ids)
        delete_models(connection, ids, now)
        _resolve_all(connection, recommendations.c.model_id.in_(ids), reason)
        _resolve_all(connection, _may_be_of_forecasts(models), reason, partial(_is_of, ids))
        for table in (model_outputs, output_files):
            connection.execute(table.delete().where(table.c.model_id.in_(ids)))
        forget_backtests(connection, ids)
        forget_performance(connection, ids)
        labels = [each.label for each in models]
        witness(connection, {"models": labels, "outputs": plan.outputs}, None)

    with engine.connect() as connection:
        files = _files_of(connection, models)
    write(engine, work)
    for file in files:
        # What a store that is away keeps is named by nothing any more, and goes with retention.
        with suppress(Unavailable):
            remove(file)
    return plan


def _files_of(connection: sa.Connection, models: Sequence[StoredModel]) -> list[OutputFile]:
    return files_of(connection, Wanted(models=[each.id for each in models]))


def _close_waiting(
    engine: sa.Engine,
    instance: dg.DagsterInstance,
    model_ids: Sequence[int],
    reason: Sentence,
    now: datetime,
) -> None:
    """Each request ends in one terminal row, also what nobody will begin any more."""
    executions = model_executions.c
    query = sa.select(executions.id, executions.phase).where(
        executions.model_id.in_(model_ids), executions.phase.in_(_WAITING)
    )
    with engine.connect() as connection:
        waiting = connection.execute(query).all()
    for row in waiting:
        close_as_failed(
            *(instance, engine, EXECUTION, row.id, Phase(row.phase)), reason=reason, now=now
        )


def _require_idle(
    connection: sa.Connection, dataset_id: int | None, model_ids: Sequence[int]
) -> None:
    """Raises Conflict while a worker has something of it, or something was asked for meanwhile."""
    executions, versions = model_executions.c, dataset_versions.c
    busy = _count(
        connection,
        model_executions,
        executions.model_id.in_(model_ids),
        executions.phase != Phase.DONE,
    )
    if dataset_id is not None:
        busy += _count(
            connection,
            dataset_versions,
            versions.dataset_id == dataset_id,
            versions.phase.in_(IN_FLIGHT),
        )
    if busy:
        raise Conflict("deleting.at_work", count=busy)


def forget_source(connection: sa.Connection, source_id: int, dataset: str) -> None:
    """Watches a source no more, and forgets what was seen in it.

    Raises Conflict while one of its items is being delivered.
    """
    is_it = intake_sources.c.id == source_id
    connection.execute(sa.select(intake_sources.c.id).where(is_it).with_for_update())
    is_its = deliveries.c.source_id == source_id
    at_work = sa.select(deliveries.c.name).where(is_its, deliveries.c.phase.in_(IN_FLIGHT))
    name = connection.scalar(at_work.limit(1))
    if name is not None:
        raise Conflict("intake.at_work", name=dataset, item=name)
    connection.execute(deliveries.delete().where(is_its))
    connection.execute(intake_sources.delete().where(is_it))


def _source_of(name: str) -> sa.Select[int]:
    return sa.select(intake_sources.c.id).where(intake_sources.c.dataset == name)


def _sources_of(connection: sa.Connection, name: str) -> tuple[str, ...]:
    source = sa.select(intake_sources.c.declaration).where(intake_sources.c.dataset == name)
    watched = [str(content["source"]["where"]) for content in connection.scalars(source)]
    files = sa.select(uploads.c.name).where(_is_on_its_way(name)).order_by(uploads.c.id)
    return (*watched, *connection.scalars(files))


def _is_on_its_way(name: str) -> sa.ColumnElement[bool]:
    at = uploads.c.status
    return sa.and_(uploads.c.dataset == name, at.in_((UploadStatus.QUEUED, UploadStatus.LOADING)))


def _end_uploads(connection: sa.Connection, name: str, reason: Sentence, now: datetime) -> None:
    """Raises Conflict for one that is being loaded."""
    query = sa.select(uploads).where(_is_on_its_way(name)).with_for_update()
    for row in connection.execute(query).all():
        if row.status == UploadStatus.LOADING:
            raise Conflict("intake.at_work", name=name, item=row.name)
        ended = {"status": UploadStatus.FAILED, "ended_at": now, **kept(reason, "error_msg")}
        connection.execute(uploads.update().where(uploads.c.id == row.id).values(**ended))


def _delete_rows(connection: sa.Connection, stored: StoredDataset) -> None:
    versions = dataset_versions.c
    ids = list(connection.scalars(sa.select(versions.id).where(versions.dataset_id == stored.id)))
    table = prepared_table(stored.declaration)
    if sa.inspect(connection).has_table(table.name):
        connection.execute(table.delete())
    marks = notification_marks.c
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        executions = model_executions.update().where(
            model_executions.c.dataset_version_id.in_(some)
        )
        connection.execute(executions.values(dataset_version_id=None))
        for owned in (rejected_rows, input_validations):
            connection.execute(owned.delete().where(owned.c.dataset_version_id.in_(some)))
        is_told = sa.and_(marks.kind == "dataset", marks.item_id.in_(some))
        connection.execute(notification_marks.delete().where(is_told))
        connection.execute(dataset_versions.delete().where(versions.id.in_(some)))
    connection.execute(datasets.delete().where(datasets.c.id == stored.id))


def _may_be_of_forecasts(models: Sequence[StoredModel]) -> sa.ColumnElement[bool]:
    """That forecasts became worse is told of a model and not by it; versions of a name share who tells it."""
    columns = recommendations.c
    told = [f"{PERFORMANCE_MODEL}/{each.spec.name}:" for each in models]
    return sa.and_(
        columns.dataset.in_({each.spec.config.dataset for each in models}),
        sa.or_(*(columns.source_ref.startswith(each, autoescape=True) for each in told)),
    )


def _is_of(model_ids: Sequence[int], evidence: Evidence) -> bool:
    return evidence.latest.details.get("model_id") in model_ids


def _resolve_all(
    connection: sa.Connection,
    condition: sa.ColumnElement[bool],
    reason: Sentence,
    is_meant: Callable[[Evidence], bool] = lambda _: True,
) -> None:
    """What nobody will look for again is no longer found."""
    live = sa.select(recommendations).where(condition, recommendations.c.live_key.is_not(None))
    for row in connection.execute(live.with_for_update()).all():
        evidence = evidence_of(row)
        if is_meant(evidence):
            resolve(
                *(connection, row, evidence, reason),
                data_end=evidence.window_end,
                source_ref=row.source_ref,
            )


def _templates_that_ask(connection: sa.Connection, name: str) -> tuple[str, ...]:
    templates = report_templates.c
    query = sa.select(templates.name, templates.query_config).where(templates.deleted_at.is_(None))
    return tuple(row.name for row in connection.execute(query) if _asks(row.query_config, name))


def _panels_that_ask(connection: sa.Connection, name: str) -> tuple[str, ...]:
    query = sa.select(dashboards.c.name, panels.c.title, panels.c.query_config).join(
        dashboards, dashboards.c.id == panels.c.dashboard_id
    )
    return tuple(
        f"{row.name}: {row.title}"
        for row in connection.execute(query)
        if _asks(row.query_config, name)
    )


def _asks(content: Any, name: str) -> bool:
    """Whether a query names the dataset as a source, however deep."""
    if isinstance(content, dict):
        return any(_asks(each, name) for each in cast(dict[str, Any], content).values())
    if isinstance(content, list):
        return any(_asks(each, name) for each in cast(list[Any], content))
    return content == f"dataset:{name}"


def _count(connection: sa.Connection, table: sa.Table, *conditions: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(table).where(*conditions)
    return connection.scalar(query) or 0
