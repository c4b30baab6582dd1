"""Queries of templates and panels in the words of version 2, and the conditions of models' inputs.

In place: they mean what they meant, so no version is raised and nothing is computed again. On servers, where a
migration is no transaction, this one is; what was respelt already stays as it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

from iop_pipelines.domain.version1 import (
    condition_as_version_1,
    condition_of_version_1,
    config_as_version_1,
    config_of_version_1,
)

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

QUERIES = ("report_templates", "panels")
PAGE = 500


def upgrade() -> None:
    with _transaction():
        for table in QUERIES:
            _respell(
                table, "query_config", lambda config: _of_version(1, config_of_version_1, config)
            )
        _respell(
            "analytical_models", "config", lambda config: _where(config, _condition_of_version_1)
        )


def downgrade() -> None:
    with _transaction():
        for table in QUERIES:
            _respell(
                table, "query_config", lambda config: _of_version(2, config_as_version_1, config)
            )
        _respell(
            "analytical_models", "config", lambda config: _where(config, condition_as_version_1)
        )


def _of_version(version: int, respell: Callable[[Any], Any], config: Any) -> Any:
    is_of_it = isinstance(config, dict) and config.get("version") == version
    return respell(config) if is_of_it else config


def _where(config: Any, respell: Callable[[Any], Any]) -> Any:
    read = config.get("input") if isinstance(config, dict) else None
    if not isinstance(read, dict) or read.get("where") is None:
        return config
    return {**config, "input": {**read, "where": respell(read["where"])}}


def _condition_of_version_1(tree: Any) -> Any:
    """Without a version to tell what was respelt already, a last day becomes the midnight that it was."""
    return condition_of_version_1(tree, days_as_midnights=True)


@contextmanager
def _transaction() -> Iterator[None]:
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


def _respell(name: str, column: str, respell: Callable[[Any], Any]) -> None:
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
