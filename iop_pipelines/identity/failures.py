"""Sign-ins that failed, in the audit trail: by whom they were tried, from where, and never with what.

Attempts at an account that is there are as many as the limits of sign-in let through. A name that nobody has
may be a password typed into the wrong field, so it is not kept; and since anybody can make up any number of
them, the trail takes some in a window and then says that there are more.
"""

from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.audit import trail
from iop_pipelines.audit.trail import Actor
from iop_pipelines.errors import NotFound
from iop_pipelines.identity import accounts
from iop_pipelines.identity.limits import WINDOW
from iop_pipelines.schema.tables import audit_events
from iop_pipelines.schema.transactions import write

FAILED = "auth.signInFailed"
# Of nobody's account, within the window of the limits.
MAX_OF_NOBODY = 50


def tell_failure(
    engine: sa.Engine, by: Actor, origin: str, now: datetime, name: str | None = None
) -> None:
    """origin: how it was tried: password, link or oidc."""
    known = _account_of(engine, name) if name is not None else None

    def work(connection: sa.Connection) -> None:
        if known is not None:
            who = Actor(known.id, known.name, by.request_id, by.address)
            trail.record(connection, who, FAILED, None, {"by": origin})
            return
        written = _of_nobody(connection, now)
        if written < MAX_OF_NOBODY:
            trail.record(connection, by, FAILED, None, {"by": origin})
        elif written == MAX_OF_NOBODY:
            told = {"more": "further failures at no account of ours are not told for a while"}
            trail.record(connection, by, FAILED, None, told)

    write(engine, work)


def _account_of(engine: sa.Engine, name: str) -> accounts.Account | None:
    try:
        return accounts.account(engine, name)
    except NotFound:
        return None


def _of_nobody(connection: sa.Connection, now: datetime) -> int:
    column = audit_events.c
    return connection.execute(
        sa.select(sa.func.count()).where(
            column.procedure == FAILED,
            column.user_id.is_(None),
            column.occurred_at >= now - WINDOW,
        )
    ).scalar_one()
