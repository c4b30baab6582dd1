"""Leases: what one process at a time may do, or is known to be doing, until a moment that it moves on.

A process that dies or sleeps lets its lease run out, and another takes it. One that wakes up later may do
a last thing twice: what is done under a lease must bear that.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from iop_pipelines.schema.tables import leases
from iop_pipelines.schema.transactions import writes

RELAY = "events/relay"
CONSUMER = "events/consumer"


def take(engine: sa.Engine, name: str, holder: str, now: datetime, length: timedelta) -> bool:
    """Takes the lease or moves its end on; False while another holds it."""
    is_free = sa.or_(leases.c.holder == holder, leases.c.until < now)
    return _write(engine, name, holder, now + length, is_free)


def show(engine: sa.Engine, name: str, holder: str, now: datetime, length: timedelta) -> None:
    """Says that somebody does this now; many may."""
    _write(engine, name, holder, now + length, sa.true())


@writes
def give_up(connection: sa.Connection, name: str, holder: str) -> None:
    held = sa.and_(leases.c.name == name, leases.c.holder == holder)
    connection.execute(leases.delete().where(held))


def is_held(engine: sa.Engine, name: str, now: datetime) -> bool:
    with engine.connect() as connection:
        until = connection.scalar(sa.select(leases.c.until).where(leases.c.name == name))
    return until is not None and until >= now


@writes
def _write(
    connection: sa.Connection,
    name: str,
    holder: str,
    until: datetime,
    condition: sa.ColumnElement[bool],
) -> bool:
    row = connection.execute(
        sa.select(leases.c.name).where(leases.c.name == name).with_for_update()
    ).first()
    if row is None:
        connection.execute(leases.insert().values(name=name, holder=holder, until=until))
        return True
    found = sa.select(leases.c.name).where(leases.c.name == name, condition)
    if connection.scalar(found) is None:
        return False
    connection.execute(
        leases.update().where(leases.c.name == name).values(holder=holder, until=until)
    )
    return True
