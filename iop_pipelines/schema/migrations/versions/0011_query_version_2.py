"""Queries of templates and panels in the words of version 2, and the conditions of models' inputs.

In place: they mean what they meant, so no version is raised and nothing is computed again. On servers, where a
migration is no transaction, this one is; what was respelt already stays as it is, should the process die before
Alembic has noted that it was.
"""

from collections.abc import Callable
from typing import Any

from iop_pipelines.domain.version1 import (
    condition_as_version_1,
    condition_of_version_1,
    config_as_version_1,
    config_of_version_1,
)
from iop_pipelines.schema.respelling import forget, note, respell_rows, transaction

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

QUERIES = ("report_templates", "panels")
# Conditions of models have no version, and `not` is a word of both: the way back is noted beside what it changed.
_TAKEN_BACK = "migration 0011 taken back"


def upgrade() -> None:
    with transaction():
        forget(_TAKEN_BACK)
        for table in QUERIES:
            respell_rows(
                table, "query_config", lambda config: _of_version(1, config_of_version_1, config)
            )
        respell_rows(
            "analytical_models", "config", lambda config: _where(config, _condition_of_version_1)
        )


def downgrade() -> None:
    with transaction():
        for table in QUERIES:
            respell_rows(
                table, "query_config", lambda config: _of_version(2, config_as_version_1, config)
            )
        if note(_TAKEN_BACK):
            respell_rows(
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
