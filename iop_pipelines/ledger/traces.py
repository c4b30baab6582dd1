"""What came of one request, by the id of its trace: what it changed, what it asked for, and what was told of that."""

import re
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import UploadStatus
from iop_pipelines.drm.source import DrmRun
from iop_pipelines.errors import InvalidInput
from iop_pipelines.ledger.work import KINDS
from iop_pipelines.schema.tables import (
    audit_events,
    deliveries,
    event_outbox,
    intake_sources,
    model_backtests,
    uploads,
)
from iop_pipelines.tracing.context import Trace, read_header, read_request_id

# As `intake.watched` names DRM's run of a delivery.
_DELIVERY_KEY = re.compile(r"intake/([^/]+)/([0-9]{1,18})")
# As `intake.deliver` names it for a file that was given by hand.
_FILE_KEY = re.compile(r"(.+)/[0-9]+/[0-9a-f]{32}")
# A moment is kept to the second by some databases.
_A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Traced:
    """A row of the trace. `what` is its kind, `run_id` the Dagster run that does it, or did."""

    what: str
    id: int
    state: str
    run_id: str | None = None


def trace(engine: sa.Engine, given: str) -> list[Traced]:
    """In the order in which one leads to the other. Raises InvalidInput for what is no id of a trace."""
    trace_id = read_request_id(given)
    if trace_id is None:
        raise InvalidInput("trace.no_id", "id", given=given[:64])
    with engine.connect() as connection:
        changed = sa.select(audit_events.c.id, audit_events.c.procedure).where(
            audit_events.c.request_id == trace_id
        )
        found = [
            Traced("change", row.id, row.procedure)
            for row in connection.execute(changed.order_by(audit_events.c.id))
        ]
        for name, table in (("upload", uploads), ("backtest", model_backtests)):
            query = sa.select(table.c.id, table.c.status).where(_is_of(table, trace_id))
            found += [Traced(name, *row) for row in connection.execute(query.order_by(table.c.id))]
        for kind in KINDS:
            table = kind.table
            query = sa.select(
                table.c.id, table.c.status, table.c.phase, table.c.dagster_run_id
            ).where(_is_of(table, trace_id))
            found += [
                Traced(kind.name, row.id, f"{row.phase}, {row.status}", row.dagster_run_id)
                for row in connection.execute(query.order_by(table.c.id))
            ]
        told = event_outbox.c
        query = sa.select(told.id, told.event_type, told.published_at).where(
            _is_of(event_outbox, trace_id)
        )
        found += [
            Traced(
                "event",
                row.id,
                f"{row.event_type}, {'published' if row.published_at else 'waiting'}",
            )
            for row in connection.execute(query.order_by(told.id))
        ]
    return found


def asked_by(engine: sa.Engine, run: DrmRun) -> Trace | None:
    """Who asked for a run of DRM that an intake made: the delivery that it is, or the upload that was loaded then.

    None for a run of anybody else: DRM hands over no trace.
    """
    if delivered := _DELIVERY_KEY.fullmatch(run.run_key or ""):
        token, delivery_id = delivered.groups()
        query = (
            sa.select(deliveries.c.traceparent)
            .join(intake_sources, intake_sources.c.id == deliveries.c.source_id)
            .where(deliveries.c.id == int(delivery_id), intake_sources.c.token == token)
        )
    elif run.finished_at is None or not _is_of_a_file(run):
        return None
    else:
        its = uploads.c
        query = (
            sa.select(its.traceparent)
            .where(
                its.dataset == run.dataset,
                its.status.in_((UploadStatus.LOADING, UploadStatus.LOADED)),
                its.asked_at <= run.finished_at + _A_SECOND,
                sa.or_(its.ended_at.is_(None), its.ended_at >= run.finished_at - _A_SECOND),
            )
            .order_by(its.asked_at.desc())
            .limit(1)
        )
    with engine.connect() as connection:
        return read_header(connection.scalar(query))


def _is_of_a_file(run: DrmRun) -> bool:
    """One of a file that was given by hand, as no orchestrator of DRM's names its own."""
    found = _FILE_KEY.fullmatch(run.run_key or "")
    return found is not None and found[1] == run.dataset


def _is_of(table: sa.Table, trace_id: str) -> sa.ColumnElement[bool]:
    """By a range, which every database looks up in an index: what follows a hyphen is a full stop."""
    begins = f"00-{trace_id}"
    return table.c.traceparent.between(f"{begins}-", f"{begins}.")
