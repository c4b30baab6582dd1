"""Analytical models: registered as draft, promoted to active, retired as deprecated.

A version is immutable once it has been active; what changes is which version is. Every change of
status is a row of `model_events`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.models import InputSpec, ModelConfig, ModelSpec
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.sentences import Sentence, kept
from iop_pipelines.domain.vocabulary import ModelStatus
from iop_pipelines.errors import Conflict, Contended, InvalidDeclaration, NotFound
from iop_pipelines.registry.checks import check_model, check_reads, check_schema, declaration_of
from iop_pipelines.registry.defaults import Draft, lacking
from iop_pipelines.registry.keys import model_key
from iop_pipelines.registry.look_back import short_history, with_history
from iop_pipelines.registry.schemas import schemas_of
from iop_pipelines.runtimes.catalogue import RUNTIMES
from iop_pipelines.schema.tables import analytical_models as models
from iop_pipelines.schema.tables import model_events
from iop_pipelines.schema.transactions import writes
from iop_pipelines.schema.witness import Witness, unwitnessed
from iop_pipelines.validation.files import parse_declaration, read_declaration

MAX_LISTED = 1000
# A number of fewer digits is an id.
_ID_DIGITS = 10

# Of a draft that has none: it reads nothing.
_NO_CONFIG = ModelConfig.model_construct(
    runtime="", dataset="", input=InputSpec.model_construct(measures=())
)

# What a status may become by `set_status`; a deprecated version comes back by promotion.
TRANSITIONS: dict[ModelStatus, tuple[ModelStatus, ...]] = {
    ModelStatus.DRAFT: (ModelStatus.ACTIVE, ModelStatus.DEPRECATED),
    ModelStatus.ACTIVE: (ModelStatus.DEPRECATED,),
    ModelStatus.DEPRECATED: (ModelStatus.ACTIVE,),
}


@dataclass(frozen=True)
class StoredModel:
    """A registered version; `partition_key` is its Dagster partition.

    lacks: what a draft that was registered without a configuration needs before it can run; its
        `spec.config` names no dataset then.
    """

    id: int
    spec: ModelSpec
    status: ModelStatus
    created_by: int | None = None
    lacks: tuple[Sentence, ...] = ()

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
    return _register(engine, _complete(engine, spec), created_by, witness)


def register_incomplete(
    engine: sa.Engine,
    draft: Draft,
    created_by: int | None = None,
    witness: Witness = unwitnessed,
) -> int:
    """Stores a draft without a configuration, which cannot run; registered again with one, it is complete.

    Raises:
        InvalidDeclaration: a schema that is given is none.
        Conflict: this name and version exist with other content.
    """
    for side in ("input_schema", "output_schema"):
        if schema := getattr(draft, side):
            check_schema(schema, side)
    return _register_draft(engine, draft, created_by, witness)


def with_schemas(engine: sa.Engine, spec: ModelSpec) -> ModelSpec:
    """Where schemas are left out, with those of the version that is there, or else of the dataset's fields."""
    sides: list[str] = [
        side for side in ("input_schema", "output_schema") if side not in spec.model_fields_set
    ]
    if not sides:
        return spec
    with engine.connect() as connection:
        stored = _find(connection, spec.name, spec.version)
    if stored is not None and not stored.lacks:
        return spec.model_copy(update={side: getattr(stored.spec, side) for side in sides})
    declaration = declaration_of(engine, spec.config.dataset)
    check_reads(spec, declaration)
    input_schema, output_schema = schemas_of(declaration, spec.config)
    made: dict[str, Any] = {"input_schema": input_schema, "output_schema": output_schema}
    return spec.model_copy(update={side: made[side] for side in sides})


def _complete(engine: sa.Engine, spec: ModelSpec) -> ModelSpec:
    """With all that a model may leave out; raises as `register`."""
    spec = with_schemas(engine, spec)
    check_model(engine, spec)
    with engine.connect() as connection:
        stored = _find(connection, spec.name, spec.version)
    if stored is not None and not stored.lacks and _values(stored.spec) == _values(spec):
        # As an earlier release stored it.
        return spec
    return with_history(spec, declaration_of(engine, spec.config.dataset))


def warnings_of(engine: sa.Engine, spec: ModelSpec) -> tuple[Sentence, ...]:
    """What to tell of a model that can run, but not as well as it could; nothing of one whose dataset is gone."""
    try:
        short = short_history(spec, declaration_of(engine, spec.config.dataset))
    except InvalidDeclaration:
        return ()
    return () if short is None else (short,)


def check_new(engine: sa.Engine, spec: ModelSpec) -> tuple[Sentence, ...]:
    """The warnings of a model that may be registered; raises what `register` would raise, and stores nothing."""
    spec = _complete(engine, spec)
    with engine.connect() as connection:
        stored = _find(connection, spec.name, spec.version)
    if stored is not None and not stored.lacks:
        _check_same(stored, spec)
    return warnings_of(engine, spec)


@writes
def _register(
    connection: sa.Connection, spec: ModelSpec, created_by: int | None, witness: Witness
) -> int:
    stored = _find(connection, spec.name, spec.version)
    if stored is not None and stored.lacks:
        # It was never complete, so nothing can have run by it.
        before = _content(_locked(connection, stored.id))
        connection.execute(models.update().where(models.c.id == stored.id).values(**_values(spec)))
        witness(connection, before, _content(_locked(connection, stored.id)))
        return stored.id
    if stored is not None:
        _check_same(stored, spec)
        witness(connection, _content(stored), _content(stored))
        return stored.id
    model_id = _insert(connection, spec, created_by)
    witness(connection, None, _content(_locked(connection, model_id)))
    return model_id


@writes
def _register_draft(
    connection: sa.Connection, draft: Draft, created_by: int | None, witness: Witness
) -> int:
    stored = _find(connection, draft.name, draft.version)
    values = draft.model_dump()
    if stored is not None:
        there = _values(stored.spec)
        changed = sorted(name for name, value in values.items() if there[name] != value)
        if changed or not stored.lacks:
            label = stored.label
            raise Conflict(
                "model.exists_differently", label=label, id=stored.id, changed=changed or ["config"]
            )
        witness(connection, _content(stored), _content(stored))
        return stored.id
    result = connection.execute(
        # Not JSON's null: the column says that there is none.
        sa.insert(models).values(
            **values, config=sa.null(), status=ModelStatus.DRAFT, created_by=created_by
        )
    )
    model_id = result.inserted_primary_key[0]  # pyright: ignore[reportOptionalSubscript]
    _record(
        *(connection, model_id, None, ModelStatus.DRAFT),
        actor=created_by,
        reason=Sentence("model.registered"),
    )
    witness(connection, None, _content(_locked(connection, model_id)))
    return model_id


def require_complete(stored: StoredModel) -> None:
    """Raises Conflict with all that a draft lacks."""
    if stored.lacks:
        raise Conflict(
            "model.lacks",
            {"lacks": [str(each) for each in stored.lacks]},
            label=stored.label,
            lacks=stored.lacks,
        )


@writes
def set_status(
    connection: sa.Connection,
    model_id: int,
    status: ModelStatus,
    actor: int | None = None,
    reason: str | Sentence | None = None,
    *,
    witness: Witness = unwitnessed,
) -> StoredModel:
    """Move one version and no other; the status that it has already changes nothing.

    Raises Conflict for a way that TRANSITIONS does not have: nothing goes back to draft.
    """
    stored = _held(connection, model_id)
    if status is ModelStatus.ACTIVE:
        require_complete(stored)
    moved = _move(connection, stored, status, actor, reason)
    said = reason.english if isinstance(reason, Sentence) else reason
    witness(connection, _standing(stored), {**_standing(moved), "reason": said})
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
    require_complete(chosen)
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


def models_of(connection: sa.Connection, dataset: str) -> list[StoredModel]:
    """Every version that reads `dataset`, whatever its status, by id; not those that were deleted."""
    query = sa.select(models).where(models.c.dataset == dataset, models.c.deleted_at.is_(None))
    return [_stored(row) for row in connection.execute(query.order_by(models.c.id))]


def named(engine: sa.Engine, name: str) -> list[StoredModel]:
    """What `name` means, newest first: an id, NAME@VERSION, or all versions of NAME.

    Raises NotFound.
    """
    query = sa.select(models).where(models.c.deleted_at.is_(None)).order_by(models.c.id.desc())
    alone, _, version = name.partition("@")
    by_name = query.where(models.c.name == alone)
    ways = [query.where(models.c.name == name), by_name.where(models.c.version == version)]
    if name.isdecimal() and len(name) < _ID_DIGITS:
        ways.insert(0, query.where(models.c.id == int(name)))
    with engine.connect() as connection:
        for way in ways:
            if found := [_stored(row) for row in connection.execute(way)]:
                return found
        known = connection.scalars(
            sa.select(models.c.name).where(models.c.deleted_at.is_(None)).distinct()
        ).all()
    raise NotFound("model.not_named", name=closest(name, known))


def one_named(engine: sa.Engine, name: str) -> StoredModel:
    """Of the versions of a name the active one, else the newest."""
    found = named(engine, name)
    return next((each for each in found if each.status is ModelStatus.ACTIVE), found[0])


def delete_models(connection: sa.Connection, model_ids: Sequence[int], now: datetime) -> None:
    """Retires versions, unlists them and sets their name free; their rows stay for what they executed."""
    for model_id in model_ids:
        stored = _locked(connection, model_id)
        if stored.status is not ModelStatus.DEPRECATED:
            why = Sentence("model.was_deleted")
            _move(connection, stored, ModelStatus.DEPRECATED, None, why)
        free = f"{stored.spec.name[:200]} (deleted, {model_id})"
        connection.execute(
            models.update().where(models.c.id == model_id).values(name=free, deleted_at=now)
        )


def list_models(
    engine: sa.Engine,
    *,
    status: ModelStatus | None = None,
    name: str | None = None,
    limit: int = 50,
    cursor: int | None = None,
) -> list[StoredModel]:
    """Newest id first; `cursor` is the last id seen, `limit` at most 1000."""
    query = sa.select(models).where(models.c.deleted_at.is_(None))
    query = query.order_by(models.c.id.desc()).limit(min(limit, MAX_LISTED))
    if status is not None:
        query = query.where(models.c.status == status)
    if name is not None:
        query = query.where(models.c.name == name)
    if cursor is not None:
        query = query.where(models.c.id < cursor)
    with engine.connect() as connection:
        return [_stored(row) for row in connection.execute(query)]


def count_models(engine: sa.Engine, status: ModelStatus | None = None) -> int:
    """How many versions `list_models` has without a limit."""
    query = sa.select(sa.func.count()).select_from(models).where(models.c.deleted_at.is_(None))
    if status is not None:
        query = query.where(models.c.status == status)
    with engine.connect() as connection:
        return connection.scalar(query) or 0


def _values(spec: ModelSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "version": spec.version,
        "type": spec.type,
        "description": spec.description,
        "input_schema": spec.input_schema,
        "output_schema": spec.output_schema,
        "config": spec.config.model_dump(mode="json"),
        "dataset": spec.config.dataset or None,
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
        config=ModelConfig.model_validate(row.config) if row.config else _NO_CONFIG,
    )
    lacks = () if row.config else lacking(row.type, row.input_schema)
    return StoredModel(row.id, spec, row.status, row.created_by, lacks)


def _find(connection: sa.Connection, name: str, version: str) -> StoredModel | None:
    row = connection.execute(
        sa.select(models).where(models.c.name == name, models.c.version == version)
    ).one_or_none()
    return _stored(row) if row else None


def _locked(connection: sa.Connection, model_id: int) -> StoredModel:
    row = connection.execute(
        sa.select(models).where(models.c.id == model_id).with_for_update()
    ).one_or_none()
    if row is None or row.deleted_at is not None:
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
