"""Keeps the audit trail append-only by triggers of the database itself.

They hold for every statement on rows, also those of an operator's client; who may drop the table or
its triggers is not held back. A server with a binary log lets an account without SUPER make triggers
only with `log_bin_trust_function_creators`; without that the trail still works and `is_protected` is
False. Each migration tries again.
"""

import logging

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from iop_pipelines.schema.tables import audit_events
from iop_pipelines.schema.transactions import server_code

_log = logging.getLogger(__name__)
_TABLE = audit_events.name
_SAYS = "audit_events is append-only"
# ER_TABLEACCESS_DENIED_ERROR, ER_BINLOG_CREATE_ROUTINE_NEED_SUPER
_MAY_NOT = (1142, 1419)

_SQLITE = {
    f"trg_{_TABLE}__no_update": f"BEFORE UPDATE ON {_TABLE} BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END",
    f"trg_{_TABLE}__no_delete": f"BEFORE DELETE ON {_TABLE} BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END",
    # REPLACE deletes the former row without asking the trigger above.
    f"trg_{_TABLE}__no_replace": f"BEFORE INSERT ON {_TABLE} "  # noqa: S608  (constants above)
    f"WHEN EXISTS (SELECT 1 FROM {_TABLE} WHERE id = NEW.id) "
    f"BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END",
}
_SERVER = {
    f"trg_{_TABLE}__no_{verb.lower()}": f"BEFORE {verb} ON {_TABLE} FOR EACH ROW "
    f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{_SAYS}'"
    for verb in ("UPDATE", "DELETE")
}


def protect(connection: sa.Connection) -> bool:
    """Makes the triggers that are missing; False where the server does not let this account."""
    if not sa.inspect(connection).has_table(_TABLE):
        return False
    for name in _missing(connection):
        try:
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {_triggers(connection)[name]}")
        except DBAPIError as error:
            if server_code(error) not in _MAY_NOT:
                raise
            _log.warning("the audit trail is not protected by the database: %s", error.orig)
            return False
    return True


def is_protected(connection: sa.Connection) -> bool:
    return sa.inspect(connection).has_table(_TABLE) and not _missing(connection)


def _triggers(connection: sa.Connection) -> dict[str, str]:
    return _SQLITE if connection.dialect.name == "sqlite" else _SERVER


def _missing(connection: sa.Connection) -> list[str]:
    present = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.dialect.name == "sqlite"
        else "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
    )
    names = set(connection.scalars(sa.text(present)))
    return [name for name in _triggers(connection) if name not in names]
