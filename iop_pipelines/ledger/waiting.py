"""Reports that wait for deliveries: rows of the phase `held`, so that a wait outlives every process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.errors import Conflict, NotFound
from iop_pipelines.schema.tables import generated_reports, report_templates
from iop_pipelines.schema.transactions import writes
from iop_pipelines.schema.witness import Witness, unwitnessed


@dataclass(frozen=True)
class WaitingReport:
    report_id: int
    template: str
    query_config: Mapping[str, Any]
    schedule: str | None
    slot: datetime
    until: datetime


def waiting_reports(engine: sa.Engine) -> list[WaitingReport]:
    """All that are held, oldest first."""
    reports, templates = generated_reports.c, report_templates.c
    query = (
        sa.select(reports.id, templates.name, templates.query_config, templates.schedule)
        .add_columns(reports.slot, reports.waiting_until)
        .join_from(generated_reports, report_templates, templates.id == reports.template_id)
        .where(reports.phase == Phase.HELD)
        .order_by(reports.id)
    )
    with engine.connect() as connection:
        return [WaitingReport(*row) for row in connection.execute(query)]


@writes
def note_lacks(
    connection: sa.Connection, report_id: int, lacks: Sequence[Mapping[str, Any]]
) -> None:
    """What a report still waits for."""
    held = _held(report_id).values(waiting_for=[dict(each) for each in lacks])
    connection.execute(held)


@writes
def issue(connection: sa.Connection, report_ids: Sequence[int]) -> int:
    """Ends the wait of these: they are made with what there is."""
    reports = generated_reports.c
    ends = (
        generated_reports.update()
        .where(reports.id.in_(report_ids), reports.phase == Phase.HELD)
        .values(phase=Phase.QUEUED)
    )
    return connection.execute(ends).rowcount


@writes
def issue_now(
    connection: sa.Connection, report_id: int, now: datetime, witness: Witness = unwitnessed
) -> None:
    """Ends one wait by hand: it waited until now, and is made at once, however much later than its slot it was to be.

    now: naive UTC of the business clock, as all waits are. Raises NotFound, and Conflict for a report that does not
    wait.
    """
    reports = generated_reports.c
    query = sa.select(reports.id, reports.phase).where(reports.id == report_id)
    before = connection.execute(query.with_for_update()).mappings().one_or_none()
    if before is None:
        raise NotFound("report.not_found", id=report_id)
    if before["phase"] is not Phase.HELD:
        raise Conflict("report.not_waiting", id=report_id)
    ended = {"phase": Phase.QUEUED, "waiting_until": now, "run_after": None}
    connection.execute(_held(report_id).values(**ended))
    witness(connection, dict(before), {**before, "phase": Phase.QUEUED})


def _held(report_id: int) -> sa.Update:
    reports = generated_reports.c
    return generated_reports.update().where(reports.id == report_id, reports.phase == Phase.HELD)
