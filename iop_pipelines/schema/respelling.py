"""For migrations that say what is stored in other words: in place, and all of it or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

PAGE = 500
_NOTES = sa.table("cursors", sa.column("name"), sa.column("value"))


@contextmanager
def transaction() -> Iterator[None]:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":  # the whole migration is one
        yield
        return
    connection.exec_driver_sql("START TRANSACTION")
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


def respell_rows(name: str, column: str, respell: Callable[[Any], Any]) -> None:
    """Row by row; the moment of a row's last change stays."""
    connection = op.get_bind()
    is_dated = any(
        each["name"] == "updated_at" for each in sa.inspect(connection).get_columns(name)
    )
    id_, held, updated_at = sa.column("id"), sa.column(column, sa.JSON()), sa.column("updated_at")
    table = sa.table(name, id_, held, updated_at)
    columns = (id_, held, updated_at if is_dated else sa.null())
    page = sa.select(*columns).select_from(table).order_by(id_).limit(PAGE)
    last = 0
    while rows := connection.execute(page.where(id_ > last)).all():
        for row_id, before, changed_at in rows:
            last = row_id
            if (after := respell(before)) == before:
                continue
            change = sa.update(table).where(id_ == row_id)
            connection.execute(change.values({column: after}))
            if is_dated:
                # A second statement: the first one's own default would win over the same moment.
                connection.execute(change.values(updated_at=changed_at))


def note(name: str) -> bool:
    """Keeps, in the transaction of what was respelt, that it was; whether it was not noted before."""
    connection = op.get_bind()
    found = connection.scalar(sa.select(_NOTES.c.name).where(_NOTES.c.name == name))
    if found is None:
        connection.execute(sa.insert(_NOTES).values(name=name, value="done"))
    return found is None


def forget(name: str) -> None:
    op.get_bind().execute(sa.delete(_NOTES).where(_NOTES.c.name == name))
