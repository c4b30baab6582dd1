"""What the platform does to a template by itself: it pauses one whose author is gone, or whose reports fail.

Who pauses or resumes by hand does so in `templates`. A pause is told as a notification, anew each time.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.domain.policies import Due
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import PauseCause, Phase, ReportStatus, TemplateStatus
from iop_pipelines.registry.templates import NOT_PAUSED
from iop_pipelines.schema.tables import generated_reports, notification_marks, users
from iop_pipelines.schema.tables import report_templates as templates
from iop_pipelines.schema.transactions import writes


@writes
def follow_authors(connection: sa.Connection, now: datetime, at: datetime) -> tuple[int, int]:
    """Pauses scheduled templates of disabled accounts, and resumes those whose author's account works again.

    now: naive UTC of the business clock, from when on a schedule counts again; at: of the wall clock.

    Returns:
        How many were paused, and how many resumed.
    """
    query = (
        sa.select(templates.c.id, templates.c.status, templates.c.pause_cause, users.c.name)
        .add_columns(users.c.is_disabled)
        .join_from(templates, users, users.c.id == templates.c.created_by)
        .where(
            templates.c.deleted_at.is_(None),
            templates.c.schedule.is_not(None),
            sa.or_(users.c.is_disabled, templates.c.pause_cause == PauseCause.AUTHOR),
        )
        .order_by(templates.c.id)
    )
    paused = resumed = 0
    for row in connection.execute(query).all():
        if row.is_disabled and row.status is TemplateStatus.ACTIVE:
            said = Sentence("template.author_disabled", name=row.name)
            _pause(connection, row.id, PauseCause.AUTHOR, said, at)
            paused += 1
        elif not row.is_disabled and row.pause_cause == PauseCause.AUTHOR:
            values = {"status": TemplateStatus.ACTIVE, "schedule_since": now, **NOT_PAUSED}
            connection.execute(sa.update(templates).where(templates.c.id == row.id).values(values))
            resumed += 1
    return paused, resumed


@writes
def pause_if_failing(connection: sa.Connection, template_id: int, at: datetime) -> bool:
    """Pauses an active template once as many scheduled reports in a row have failed as it says.

    Counted are those of slots since it was registered, changed its schedule or was resumed. at: naive UTC of the wall
    clock.
    """
    query = sa.select(templates).where(templates.c.id == template_id).with_for_update()
    template = connection.execute(query).one_or_none()
    if template is None or template.status is not TemplateStatus.ACTIVE:
        return False
    reports = generated_reports.c
    ended = (
        sa.select(reports.status)
        .where(
            reports.template_id == template_id,
            reports.slot > (template.schedule_since or datetime.min),
            reports.phase == Phase.DONE,
        )
        .order_by(reports.slot.desc())
        .limit(template.pause_after)
    )
    statuses: Sequence[ReportStatus] = connection.scalars(ended).all()
    if len(statuses) < template.pause_after or set(statuses) != {ReportStatus.FAILED}:
        return False
    said = Sentence("template.failing", count=len(statuses))
    _pause(connection, template_id, PauseCause.FAILURES, said, at)
    return True


@writes
def note_passed_over(connection: sa.Connection, template_id: int, due: Due) -> None:
    """Says of a template which slots were not made up; nothing where all were."""
    if due.said is not None:
        change = sa.update(templates).where(templates.c.id == template_id)
        connection.execute(change.values(passed_over=due.said.as_json()))


def _pause(
    connection: sa.Connection, template_id: int, cause: PauseCause, said: Sentence, at: datetime
) -> None:
    connection.execute(
        sa.update(templates)
        .where(templates.c.id == template_id)
        .values(status=TemplateStatus.PAUSED, paused_at=at, pause_cause=cause, said=said.as_json())
    )
    # Who read of an earlier pause has not read of this one.
    marks = notification_marks.c
    connection.execute(
        notification_marks.delete().where(marks.kind == "template", marks.item_id == template_id)
    )
