"""Analytical models: registered as draft, promoted to active, retired as deprecated.

A version is immutable once it has been active; what changes is which version is. Every change of
status is a row of `model_events`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.models import ModelConfig, ModelSpec
from iop_pipelines.domain.sentences import Sentence, kept
from iop_pipelines.domain.vocabulary import ModelStatus
from iop_pipelines.errors import Conflict, Contended, NotFound
from iop_pipelines.registry.checks import check_model
from iop_pipelines.registry.keys import model_key
from iop_pipelines.runtimes.catalogue import RUNTIMES
from iop_pipelines.schema.tables import analytical_models as models
from iop_pipelines.schema.tables import model_events
from iop_pipelines.schema.transactions import writes
from iop_pipelines.schema.witness import Witness, unwitnessed
from iop_pipelines.validation.files import parse_declaration, read_declaration

MAX_LISTED = 1000

# What a status may become by `set_status`; a deprecated version comes back by promotion.
TRANSITIONS: dict[ModelStatus, tuple[ModelStatus, ...]] = {
    ModelStatus.DRAFT: (ModelStatus.ACTIVE, ModelStatus.DEPRECATED),
    ModelStatus.ACTIVE: (ModelStatus.DEPRECATED,),
    ModelStatus.DEPRECATED: (ModelStatus.ACTIVE,),
}


@dataclass(frozen=True)
class StoredModel:
    """A registered version; `partition_key` is its Dagster partition."""

    id: int
    spec: ModelSpec
    status: ModelStatus
    created_by: int | None = None

    @property
    def partition_key(self) -> str:
        return model_key(self.id, self.spec.name, self.spec.version)

    @property
    def label(self) -> str:
        """`delay-trend v1.0.0`, for messages."""
        return f"{self.spec.name} {self.spec.version}"


def load_spec(source: Path | str | dict[str, Any]) -> ModelSpec:
    """A model from a JSON or YAML file, or from such a mapping.

    Raises InvalidDeclaration naming the field's path; whether the dataset, its measures and the
    runtime's parameters exist is asked by `register`.
    """
    content = source if isinstance(source, dict) else read_declaration(source)
    return parse_declaration(ModelSpec, content, {"runtimes": RUNTIMES})


def register(
    engine: sa.Engine,
    spec: ModelSpec,
    created_by: int | None = None,
    witness: Witness = unwitnessed,
) -> int:
    """Store `spec` as a draft and return its id; the same content again is the same id.

    Raises:
        InvalidDeclaration: a schema, a parameter, or a name that its dataset does not have.
        Conflict: this name and version exist with other content.
    """
    check_model(engine, spec)
    return _register(engine, spec, created_by, witness)


def check_new(engine: sa.Engine, spec: ModelSpec) -> None:
    """Raises what `register` would raise, and stores nothing."""
    check_model(engine, spec)
    with engine.connect() as connection:
        stored = _find(connection, spec.name, spec.version)
    if stored is not None:
        _check_same(stored, spec)


@writes
def _register(
    connection: sa.Connection, spec: ModelSpec, created_by: int | None, witness: Witness
) -> int:
    stored = _find(connection, spec.name, spec.version)
    if stored is not None:
        _check_same(stored, spec)
        witness(connection, _content(stored), _content(stored))
        return stored.id
    model_id = _insert(connection, spec, created_by)
    witness(connection, None, _content(_locked(connection, model_id)))
    return model_id


@writes
def set_status(
    connection: sa.Connection,
    model_id: int,
    status: ModelStatus,
    actor: int | None = None,
    reason: str | None = None,
    *,
    witness: Witness = unwitnessed,
) -> StoredModel:
    """Move one version and no other; the status that it has already changes nothing.

    Raises Conflict for a way that TRANSITIONS does not have: nothing goes back to draft.
    """
    stored = _held(connection, model_id)
    moved = _move(connection, stored, status, actor, reason)
    witness(connection, _standing(stored), {**_standing(moved), "reason": reason})
    return moved


@writes
def promote(
    connection: sa.Connection,
    model_id: int,
    actor: int | None = None,
    reason: str | Sentence | None = None,
    witness: Witness = unwitnessed,
) -> StoredModel:
    """Make this the one active version of its name; the former is deprecated in the same transaction."""
    chosen = _held(connection, model_id)
    present = _active_versions(connection, chosen.spec.name)
    others = [each for each in present if each.id != model_id]
    why = reason or Sentence("model.replaced", version=chosen.spec.version)
    replaced = [_move(connection, each, ModelStatus.DEPRECATED, actor, why) for each in others]
    promoted = _move(connection, chosen, ModelStatus.ACTIVE, actor, reason)
    _tell_of_switch(witness, connection, [*others, chosen], [*replaced, promoted], reason)
    return promoted


@writes
def rollback(
    connection: sa.Connection,
    name: str,
    actor: int | None = None,
    reason: str | None = None,
    witness: Witness = unwitnessed,
) -> StoredModel:
    """Promote the version that was active before the present one.

    Raises NotFound if none of that name was active and is deprecated now.
    """
    _hold_name(connection, name)
    present = _active_versions(connection, name)
    # The present one and what it replaced were recorded in one transaction, the former first:
    # so the last event that retired another version names the one to go back to.
    former_id = connection.scalar(
        sa.select(model_events.c.model_id)
        .join(models, models.c.id == model_events.c.model_id)
        .where(
            models.c.name == name,
            models.c.status == ModelStatus.DEPRECATED,
            model_events.c.status_before == ModelStatus.ACTIVE,
            model_events.c.status_after == ModelStatus.DEPRECATED,
        )
        .order_by(model_events.c.id.desc())
        .limit(1)
    )
    if former_id is None:
        raise NotFound("model.no_earlier_version", name=name)
    former = _locked(connection, former_id)
    why = reason or Sentence("model.rolled_back")
    retired = [_move(connection, each, ModelStatus.DEPRECATED, actor, why) for each in present]
    restored = _move(connection, former, ModelStatus.ACTIVE, actor, why)
    _tell_of_switch(witness, connection, [*present, former], [*retired, restored], reason)
    return restored


def model(engine: sa.Engine, model_id: int) -> StoredModel:
    """Raises NotFound."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(models).where(models.c.id == model_id)).one_or_none()
    if row is None:
        raise NotFound("model.not_found", id=model_id)
    return _stored(row)


def active_models_of(engine: sa.Engine, dataset: str) -> list[StoredModel]:
    """Every active version that reads `dataset`, by id, whatever its trigger."""
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(models)
            .where(models.c.dataset == dataset, models.c.status == ModelStatus.ACTIVE)
            .order_by(models.c.id)
        ).all()
    return [_stored(row) for row in rows]


def list_models(
    engine: sa.Engine,
    *,
    status: ModelStatus | None = None,
    name: str | None = None,
    limit: int = 50,
    cursor: int | None = None,
) -> list[StoredModel]:
    """Newest id first; `cursor` is the last id seen, `limit` at most 1000."""
    query = sa.select(models).order_by(models.c.id.desc()).limit(min(limit, MAX_LISTED))
    if status is not None:
        query = query.where(models.c.status == status)
    if name is not None:
        query = query.where(models.c.name == name)
    if cursor is not None:
        query = query.where(models.c.id < cursor)
    with engine.connect() as connection:
        return [_stored(row) for row in connection.execute(query)]


def _values(spec: ModelSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "version": spec.version,
        "type": spec.type,
        "description": spec.description,
        "input_schema": spec.input_schema,
        "output_schema": spec.output_schema,
        "config": spec.config.model_dump(mode="json"),
        "dataset": spec.config.dataset,
    }


def _standing(stored: StoredModel) -> dict[str, Any]:
    spec = stored.spec
    return {"id": stored.id, "name": spec.name, "version": spec.version, "status": stored.status}


def _content(stored: StoredModel) -> dict[str, Any]:
    return {**_standing(stored), **_values(stored.spec)}


def _tell_of_switch(
    witness: Witness,
    connection: sa.Connection,
    before: Sequence[StoredModel],
    after: Sequence[StoredModel],
    reason: str | Sentence | None,
) -> None:
    was, is_now = ([_standing(each) for each in stored] for stored in (before, after))
    said = reason.english if isinstance(reason, Sentence) else reason
    witness(connection, {"versions": was}, {"versions": is_now, "reason": said})


def _stored(row: Any) -> StoredModel:
    # Built from parts that were checked when they were stored, so a later, stricter rule cannot
    # make an old row unreadable: construct the outer model and validate only the configuration.
    spec = ModelSpec.model_construct(
        name=row.name,
        version=row.version,
        type=row.type,
        description=row.description or "",
        input_schema=row.input_schema,
        output_schema=row.output_schema,
        config=ModelConfig.model_validate(row.config),
    )
    return StoredModel(id=row.id, spec=spec, status=row.status, created_by=row.created_by)


def _find(connection: sa.Connection, name: str, version: str) -> StoredModel | None:
    row = connection.execute(
        sa.select(models).where(models.c.name == name, models.c.version == version)
    ).one_or_none()
    return _stored(row) if row else None


def _locked(connection: sa.Connection, model_id: int) -> StoredModel:
    row = connection.execute(
        sa.select(models).where(models.c.id == model_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("model.not_found", id=model_id)
    return _stored(row)


def _held(connection: sa.Connection, model_id: int) -> StoredModel:
    """This version; it and all others of its name stay as they are until the transaction ends."""
    name = connection.scalar(sa.select(models.c.name).where(models.c.id == model_id))
    if name is None:
        raise NotFound("model.not_found", id=model_id)
    _hold_name(connection, name)
    stored = _locked(connection, model_id)
    if stored.spec.name != name:
        raise Contended("model.renamed", name=name)
    return stored


def _hold_name(connection: sa.Connection, name: str) -> None:
    """Who changes one version locks all of its name first, and in one order, that of the index.

    Which is active is about all of them: two that each locked their own version first and the other's after
    it would wait for each other.
    """
    connection.execute(sa.select(models.c.id).where(models.c.name == name).with_for_update()).all()


def _active_versions(connection: sa.Connection, name: str) -> list[StoredModel]:
    rows = connection.execute(
        sa.select(models)
        .where(models.c.name == name, models.c.status == ModelStatus.ACTIVE)
        .order_by(models.c.id)
        .with_for_update()
    ).all()
    return [_stored(row) for row in rows]


def _check_same(stored: StoredModel, spec: ModelSpec) -> None:
    if _values(stored.spec) != _values(spec):
        changed = sorted(
            field for field, value in _values(spec).items() if _values(stored.spec)[field] != value
        )
        raise Conflict(
            "model.exists_differently", label=stored.label, id=stored.id, changed=changed
        )


def _insert(connection: sa.Connection, spec: ModelSpec, created_by: int | None) -> int:
    result = connection.execute(
        sa.insert(models).values(**_values(spec), status=ModelStatus.DRAFT, created_by=created_by)
    )
    model_id = result.inserted_primary_key[0]  # pyright: ignore[reportOptionalSubscript]
    draft = ModelStatus.DRAFT
    _record(
        connection, model_id, None, draft, actor=created_by, reason=Sentence("model.registered")
    )
    return model_id


def _move(
    connection: sa.Connection,
    stored: StoredModel,
    status: ModelStatus,
    actor: int | None,
    reason: str | Sentence | None,
) -> StoredModel:
    if stored.status is status:
        return stored
    if status not in TRANSITIONS[stored.status]:
        raise Conflict(
            "model.wrong_transition",
            label=stored.label,
            status=stored.status,
            allowed=TRANSITIONS[stored.status],
        )
    connection.execute(sa.update(models).where(models.c.id == stored.id).values(status=status))
    _record(connection, stored.id, stored.status, status, actor=actor, reason=reason)
    return StoredModel(stored.id, stored.spec, status, stored.created_by)


def _record(
    connection: sa.Connection,
    model_id: int,
    before: ModelStatus | None,
    after: ModelStatus,
    *,
    actor: int | None,
    reason: str | Sentence | None,
) -> None:
    connection.execute(
        sa.insert(model_events).values(
            model_id=model_id,
            status_before=before,
            status_after=after,
            actor=actor,
            **(kept(reason, "reason") if isinstance(reason, Sentence) else {"reason": reason}),
        )
    )
