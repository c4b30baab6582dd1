"""Locks by a name, which a transaction takes first of all and holds to its end."""

import sqlalchemy as sa

from iop_pipelines.schema.tables import cursors
from iop_pipelines.schema.transactions import write


def ensure_lock(engine: sa.Engine, name: str) -> None:
    """Makes the row that is locked, where there is none yet."""
    is_there = sa.select(cursors.c.name).where(cursors.c.name == _row(name))
    with engine.connect() as connection:
        if connection.scalar(is_there):
            return

    def make(connection: sa.Connection) -> None:
        if not connection.scalar(is_there):
            connection.execute(cursors.insert().values(name=_row(name), value=""))

    write(engine, make)


def take_lock(connection: sa.Connection, name: str) -> None:
    """Waits for whoever has it."""
    connection.execute(
        sa.select(cursors.c.name).where(cursors.c.name == _row(name)).with_for_update()
    )


def _row(name: str) -> str:
    return f"lock/{name}"
