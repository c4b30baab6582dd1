"""Report templates: what is asked, in which format, and when."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Protocol

import sqlalchemy as sa
from pydantic import AfterValidator, Field

from iop_pipelines.domain.names import GivenName
from iop_pipelines.domain.nearest import closest
from iop_pipelines.domain.policies import Policy
from iop_pipelines.domain.vocabulary import PauseCause, Phase, ReportFormat, TemplateStatus
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.query.config import in_version_2
from iop_pipelines.registry.keys import key
from iop_pipelines.schema.tables import generated_reports, users
from iop_pipelines.schema.tables import report_templates as templates
from iop_pipelines.schema.transactions import write, writes
from iop_pipelines.schema.witness import Witness, unwitnessed
from iop_pipelines.validation.files import parse_declaration, read_declaration

MAX_LISTED = 1000
# A number of fewer digits is an id.
_ID_DIGITS = 10


class ParsedSchedule(Protocol):
    """What registration asks of a schedule."""

    def is_over(self, now: datetime) -> bool:
        """Whether nothing is due at or after `now` (naive UTC)."""
        ...


CheckSchedule = Callable[[str], ParsedSchedule]
"""Raises InvalidInput for words that are no schedule; `reporting.schedule.parse_schedule` is one."""


class TemplateSpec(Policy):
    """A template as its file declares it; `schedule` in the words of `docs/reports.md`, None for on request."""

    name: GivenName
    description: str = ""
    query_config: Annotated[dict[str, Any], AfterValidator(in_version_2)]
    format: ReportFormat = ReportFormat.JSON
    schedule: Annotated[str, Field(min_length=1, max_length=128)] | None = None


@dataclass(frozen=True)
class StoredTemplate:
    """A registered template; slots of its schedule before `schedule_since` (UTC) are not made up. `pause_cause` is None
    for one that a person paused, or nobody."""

    id: int
    spec: TemplateSpec
    status: TemplateStatus
    schedule_since: datetime | None
    created_by: int | None = None
    pause_cause: PauseCause | None = None

    @property
    def partition_key(self) -> str:
        return key(self.id, self.spec.name)

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def schedule(self) -> str | None:
        return self.spec.schedule

    @property
    def format(self) -> ReportFormat:
        return self.spec.format

    @property
    def query_config(self) -> dict[str, Any]:
        return self.spec.query_config


def load_template(source: Path | str | dict[str, Any]) -> TemplateSpec:
    """A template from a JSON or YAML file or a mapping; raises InvalidDeclaration naming the field."""
    content = source if isinstance(source, dict) else read_declaration(source)
    return parse_declaration(TemplateSpec, content)


def register_template(
    engine: sa.Engine,
    spec: TemplateSpec,
    *,
    check_schedule: CheckSchedule,
    now: datetime,
    created_by: int | None = None,
    witness: Witness = unwitnessed,
) -> int:
    """Store `spec` and return its id; the same content again is the same id.

    Args:
        now: naive UTC of the business clock, from when on its schedule counts.

    Raises:
        InvalidQuery: the query names what is not there.
        InvalidInput: `check_schedule` refuses the words, or they name a moment before `now`.
        Conflict: the name is taken by other content.
    """
    schedule = _check(engine, spec, check_schedule, now)

    def store(connection: sa.Connection) -> int:
        stored = _find(connection, spec.name)
        if stored is not None:
            _check_same(stored, spec)
            witness(connection, _content(stored), _content(stored))
            return stored.id
        _check_is_ahead(spec, schedule, now)
        template_id = _insert(connection, spec, created_by, now)
        witness(connection, None, _content(_locked(connection, template_id)))
        return template_id

    return write(engine, store)


def update_template(
    engine: sa.Engine,
    template_id: int,
    spec: TemplateSpec,
    *,
    check_schedule: CheckSchedule,
    now: datetime,
    witness: Witness = unwitnessed,
) -> StoredTemplate:
    """Replace a template; a changed schedule counts from `now` on. Reports made before keep their files.

    Raises as `register_template`, and NotFound.
    """
    schedule = _check(engine, spec, check_schedule, now)

    def replace(connection: sa.Connection) -> StoredTemplate:
        stored = _locked(connection, template_id)
        other = _find(connection, spec.name)
        if other is not None and other.id != template_id:
            raise Conflict("template.exists", name=spec.name)
        values = _values(spec)
        if spec.schedule != stored.schedule:
            _check_is_ahead(spec, schedule, now)
            values["schedule_since"] = now
        connection.execute(
            sa.update(templates).where(templates.c.id == template_id).values(**values)
        )
        changed = _locked(connection, template_id)
        witness(connection, _content(stored), _content(changed))
        return changed

    return write(engine, replace)


@writes
def set_template_status(
    connection: sa.Connection,
    template_id: int,
    status: TemplateStatus,
    now: datetime,
    witness: Witness = unwitnessed,
) -> StoredTemplate:
    """Pause or resume; slots that fell due while it was paused are not made up.

    Raises NotFound, and Conflict where the account of its author is disabled: who resumes it takes it over.
    """
    stored = _locked(connection, template_id)
    if status is TemplateStatus.ACTIVE and is_orphaned(connection, stored.created_by):
        raise Conflict("template.needs_author", name=stored.name)
    if stored.status is not status:
        values: dict[str, Any] = {"status": status, **NOT_PAUSED}
        if status is TemplateStatus.ACTIVE:
            values["schedule_since"] = now
        connection.execute(
            sa.update(templates).where(templates.c.id == template_id).values(**values)
        )
    changed = _locked(connection, template_id)
    witness(connection, _standing(stored), _standing(changed))
    return changed


# Of the columns that say what the platform paused a template for.
NOT_PAUSED: dict[str, Any] = {"paused_at": None, "pause_cause": None, "said": None}


def is_orphaned(connection: sa.Connection, created_by: int | None) -> bool:
    """Whether there is an author whose account is disabled."""
    return bool(connection.scalar(sa.select(users.c.is_disabled).where(users.c.id == created_by)))


@writes
def take_over(
    connection: sa.Connection,
    template_id: int,
    user_id: int,
    now: datetime,
    witness: Witness = unwitnessed,
) -> StoredTemplate:
    """Makes that person its author; one that was paused for the former's sake is followed again, from `now` on."""
    stored = _locked(connection, template_id)
    values: dict[str, Any] = {"created_by": user_id}
    if stored.pause_cause is PauseCause.AUTHOR:
        values |= {"status": TemplateStatus.ACTIVE, "schedule_since": now, **NOT_PAUSED}
    connection.execute(sa.update(templates).where(templates.c.id == template_id).values(**values))
    changed = _locked(connection, template_id)
    witness(connection, _owned(stored), _owned(changed))
    return changed


@writes
def delete_template(
    connection: sa.Connection, template_id: int, now: datetime, witness: Witness = unwitnessed
) -> None:
    """Unlists a template and sets its name free; the reports made of it and their files stay.

    Raises NotFound, and Conflict while a report of it is asked for or made.
    """
    stored = _locked(connection, template_id)
    working = sa.select(generated_reports.c.id).where(
        generated_reports.c.template_id == template_id,
        generated_reports.c.phase != Phase.DONE,
    )
    if (report_id := connection.scalar(working.limit(1))) is not None:
        raise Conflict("report.being_made", id=report_id, name=stored.name)
    free = f"{stored.name[:200]} (deleted, {template_id})"
    connection.execute(
        sa.update(templates)
        .where(templates.c.id == template_id)
        .values(name=free, status=TemplateStatus.PAUSED, deleted_at=now)
    )
    witness(connection, _content(stored), None)


def template(engine: sa.Engine, template_id: int) -> StoredTemplate:
    """Raises NotFound."""
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(templates).where(templates.c.id == template_id)
        ).one_or_none()
    if row is None:
        raise NotFound("template.not_found", id=template_id)
    return _stored(row)


def template_named(engine: sa.Engine, name: str) -> StoredTemplate:
    """What `name` means: an id, else the template of that name. Raises NotFound."""
    query = sa.select(templates).where(templates.c.deleted_at.is_(None))
    with engine.connect() as connection:
        if name.isdecimal() and len(name) < _ID_DIGITS:
            row = connection.execute(query.where(templates.c.id == int(name))).one_or_none()
            if row is not None:
                return _stored(row)
        row = connection.execute(query.where(templates.c.name == name)).one_or_none()
        if row is not None:
            return _stored(row)
        known = connection.scalars(
            sa.select(templates.c.name).where(templates.c.deleted_at.is_(None))
        ).all()
    raise NotFound("template.not_named", name=closest(name, known))


def list_templates(
    engine: sa.Engine,
    *,
    status: TemplateStatus | None = None,
    limit: int = MAX_LISTED,
    cursor: int | None = None,
) -> list[StoredTemplate]:
    """Newest id first; `cursor` is the last id seen, `limit` at most 1000."""
    query = sa.select(templates).where(templates.c.deleted_at.is_(None))
    query = query.order_by(templates.c.id.desc()).limit(min(limit, MAX_LISTED))
    if status is not None:
        query = query.where(templates.c.status == status)
    if cursor is not None:
        query = query.where(templates.c.id < cursor)
    with engine.connect() as connection:
        return [_stored(row) for row in connection.execute(query)]


def scheduled_templates(engine: sa.Engine) -> Iterator[StoredTemplate]:
    """Every active template with a schedule, oldest first, however many there are."""
    last = 0
    while True:
        query = (
            sa.select(templates)
            .where(
                templates.c.id > last,
                templates.c.status == TemplateStatus.ACTIVE,
                templates.c.schedule.is_not(None),
            )
            .order_by(templates.c.id)
            .limit(MAX_LISTED)
        )
        with engine.connect() as connection:
            page = [_stored(row) for row in connection.execute(query)]
        yield from page
        if len(page) < MAX_LISTED:
            return
        last = page[-1].id


def _check(
    engine: sa.Engine, spec: TemplateSpec, check_schedule: CheckSchedule, now: datetime
) -> ParsedSchedule | None:
    from iop_pipelines.query.run import check_query

    check_query(spec.query_config, engine, now=now)
    return None if spec.schedule is None else check_schedule(spec.schedule)


def _check_is_ahead(spec: TemplateSpec, schedule: ParsedSchedule | None, now: datetime) -> None:
    """Of a new schedule only: one that was registered in time stays what it is."""
    if schedule is not None and schedule.is_over(now):
        raise InvalidInput(
            "schedule.past", "schedule", text=spec.schedule, now=f"{now:%Y-%m-%dT%H:%M}"
        )


def _values(spec: TemplateSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "description": spec.description,
        "query_config": spec.query_config,
        "format": spec.format,
        "schedule": spec.schedule,
        **{name: getattr(spec, name) for name in Policy.model_fields},
    }


def _standing(stored: StoredTemplate) -> dict[str, Any]:
    return {"id": stored.id, "name": stored.name, "status": stored.status}


def _owned(stored: StoredTemplate) -> dict[str, Any]:
    return {**_standing(stored), "created_by": stored.created_by}


def _content(stored: StoredTemplate) -> dict[str, Any]:
    return {**_standing(stored), **_values(stored.spec)}


def _insert(
    connection: sa.Connection, spec: TemplateSpec, created_by: int | None, now: datetime
) -> int:
    result = connection.execute(
        sa.insert(templates).values(
            **_values(spec),
            status=TemplateStatus.ACTIVE,
            created_by=created_by,
            schedule_since=now,
        )
    )
    return result.inserted_primary_key[0]  # pyright: ignore[reportOptionalSubscript]


def _stored(row: Any) -> StoredTemplate:
    spec = TemplateSpec(
        name=row.name,
        description=row.description or "",
        query_config=row.query_config,
        format=row.format,
        schedule=row.schedule,
        **{name: getattr(row, name) for name in Policy.model_fields},
    )
    cause = PauseCause(row.pause_cause) if row.pause_cause else None
    return StoredTemplate(row.id, spec, row.status, row.schedule_since, row.created_by, cause)


def _find(connection: sa.Connection, name: str) -> StoredTemplate | None:
    row = connection.execute(sa.select(templates).where(templates.c.name == name)).one_or_none()
    return _stored(row) if row else None


def _locked(connection: sa.Connection, template_id: int) -> StoredTemplate:
    row = connection.execute(
        sa.select(templates).where(templates.c.id == template_id).with_for_update()
    ).one_or_none()
    if row is None or row.deleted_at is not None:
        raise NotFound("template.not_found", id=template_id)
    return _stored(row)


def _check_same(stored: StoredTemplate, spec: TemplateSpec) -> None:
    if stored.spec != spec:
        raise Conflict("template.exists_differently", name=spec.name, id=stored.id)
