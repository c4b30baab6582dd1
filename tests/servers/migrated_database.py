"""A database that is migrated once for many tests: copied where it is a file, emptied where it is a server's."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from iop_pipelines.orchestration.instance import dagster_mysql_url
from iop_pipelines.orchestration.mysql_storage import BoundedMySQLStorage
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.migrate import upgrade

# What migrations themselves write, ours and Dagster's.
KEPT = {"iop_alembic_version", "alembic_version", "secondary_indexes", "instance_info"}


@dataclass(frozen=True)
class MigratedDatabase:
    url: str
    tables: frozenset[str]

    @classmethod
    def make(cls, url: str) -> "MigratedDatabase":
        upgrade(url)
        if not url.startswith("sqlite"):
            BoundedMySQLStorage(dagster_mysql_url(url)).bring_up_to_date()
        engine = engine_for(url)
        tables = frozenset(sa.inspect(engine).get_table_names())
        # Of a SQLite file the log is written back, so that the file alone is the database.
        engine.dispose()
        return cls(url, tables)

    def copy_to(self, path: Path) -> str:
        source = Path(sa.make_url(self.url).database or "")
        shutil.copyfile(source, path)
        return f"sqlite:///{path}"

    def empty(self) -> None:
        """Rows go, numbering begins at 1, and tables that a test made are dropped."""
        engine = engine_for(self.url)
        with engine.connect() as connection:
            connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 0")
            for table in sa.inspect(engine).get_table_names():
                if table not in self.tables:
                    connection.exec_driver_sql(f"DROP TABLE `{table}`")
                elif table not in KEPT and _was_used(connection, table):
                    connection.exec_driver_sql(f"TRUNCATE TABLE `{table}`")
        engine.dispose()


def _was_used(connection: sa.Connection, table: str) -> bool:
    """Also where its rows have been deleted: the next one would not have the number 1."""
    created = connection.exec_driver_sql(f"SHOW CREATE TABLE `{table}`").one()[1]
    if "AUTO_INCREMENT=" in created:
        return True
    return connection.exec_driver_sql(f"SELECT 1 FROM `{table}` LIMIT 1").first() is not None
