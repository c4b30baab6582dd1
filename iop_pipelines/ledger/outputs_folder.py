"""The folder that this instance alone stores outputs in: another may have the same store."""

import secrets

import sqlalchemy as sa

from iop_pipelines.ledger.cursors import read_cursor
from iop_pipelines.query.output_files import FOLDER
from iop_pipelines.schema.tables import cursors
from iop_pipelines.schema.transactions import write

NAME = "outputs/folder"


def outputs_folder(engine: sa.Engine) -> str:
    """Below the store; it is named once, and moves with the instance."""
    return kept_folder(engine) or f"{FOLDER}/{write(engine, _name)}"


def kept_folder(engine: sa.Engine) -> str | None:
    """None where nothing was stored yet."""
    name = read_cursor(engine, NAME)
    return name and f"{FOLDER}/{name}"


def _name(connection: sa.Connection) -> str:
    """Of two at once one runs again, and finds the other's."""
    named = connection.scalar(sa.select(cursors.c.value).where(cursors.c.name == NAME))
    if named is None:
        named = secrets.token_hex(8)
        connection.execute(cursors.insert().values(name=NAME, value=named))
    return named
