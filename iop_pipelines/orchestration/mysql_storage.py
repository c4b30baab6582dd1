"""dagster-mysql's storage at READ COMMITTED, its pooled connections tried before use and waited for within a bound.

dagster-mysql asks for REPEATABLE READ, under which MariaDB from 11.6 ends a transaction that touches a row
which changed since its first read. Dagster opens a connection for each use, but the web server keeps some:
without a ping the first queries after a failover meet dead ones. Time-outs of the connections themselves are
in their URL.
"""

from dagster._core.storage.sql import create_engine
from dagster._serdes import ConfigurableClassData
from dagster_mysql import (
    DagsterMySQLStorage,
    MySQLEventLogStorage,
    MySQLRunStorage,
    MySQLScheduleStorage,
)
from sqlalchemy import Engine
from sqlalchemy.pool import NullPool

from iop_pipelines.schema.engine import CONNECT_TIMEOUT_S, ISOLATION


def _engine(url: str) -> Engine:
    return create_engine(url, isolation_level=ISOLATION, poolclass=NullPool)


def _web_engine(url: str, pool_recycle: int, max_overflow: int) -> Engine:
    return create_engine(
        url,
        isolation_level=ISOLATION,
        pool_size=1,
        pool_recycle=pool_recycle,
        max_overflow=max_overflow,
        pool_pre_ping=True,
        pool_timeout=CONNECT_TIMEOUT_S,
    )


class _RunStorage(MySQLRunStorage):
    def __init__(self, mysql_url: str) -> None:
        # The parent's engine makes the tables, and keeps no connection.
        super().__init__(mysql_url)
        self._engine = _engine(mysql_url)

    def optimize_for_webserver(
        self, statement_timeout: int, pool_recycle: int, max_overflow: int
    ) -> None:
        self._engine = _web_engine(self.mysql_url, pool_recycle, max_overflow)


class _EventLogStorage(MySQLEventLogStorage):
    def __init__(self, mysql_url: str) -> None:
        # The parent's engine makes the tables, and keeps no connection.
        super().__init__(mysql_url)
        self._engine = _engine(mysql_url)

    def optimize_for_webserver(
        self, statement_timeout: int, pool_recycle: int, max_overflow: int
    ) -> None:
        self._engine = _web_engine(self.mysql_url, pool_recycle, max_overflow)


class _ScheduleStorage(MySQLScheduleStorage):
    def __init__(self, mysql_url: str) -> None:
        # The parent's engine makes the tables, and keeps no connection.
        super().__init__(mysql_url)
        self._engine = _engine(mysql_url)

    def optimize_for_webserver(
        self, statement_timeout: int, pool_recycle: int, max_overflow: int
    ) -> None:
        self._engine = _web_engine(self.mysql_url, pool_recycle, max_overflow)


class BoundedMySQLStorage(DagsterMySQLStorage):
    def __init__(self, mysql_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        # The parent's would open each of its own three first, and each asks the server what is there.
        self.mysql_url = mysql_url
        self._inst_data = inst_data
        self._run_storage = _RunStorage(mysql_url)
        self._event_log_storage = _EventLogStorage(mysql_url)
        self._schedule_storage = _ScheduleStorage(mysql_url)
        super(DagsterMySQLStorage, self).__init__()

    def bring_up_to_date(self) -> None:
        """Runs Dagster's own migrations; making the storage has made its tables where there were none."""
        for part in (self._run_storage, self._event_log_storage, self._schedule_storage):
            current, newest = part.alembic_version()
            if current != newest:
                part.upgrade()
        self._run_storage.migrate()
        self._event_log_storage.reindex_assets()
        self._schedule_storage.migrate()
