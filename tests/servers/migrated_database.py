"""A database that is migrated once for many tests: copied where it is a file, emptied where it is a server's."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from iop_pipelines.orchestration.instance import dagster_mysql_url
from iop_pipelines.orchestration.mysql_storage import BoundedMySQLStorage
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.migrate import upgrade
from iop_pipelines.transform import table as prepared
from written_tables import written_tables

# What migrations themselves write, ours and Dagster's.
KEPT = {"iop_alembic_version", "alembic_version", "secondary_indexes", "instance_info"}


@dataclass(frozen=True)
class MigratedDatabase:
    url: str
    tables: frozenset[str]
    # By URL, the tables of others that it was filled from, which do not change.
    _sources: dict[str, dict[str, bool]] = field(default_factory=dict)

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

    def fill_from(self, other_url: str) -> None:
        """Copies all rows of another database of the same server, and the tables that only that one has.

        The other is asked once what it has: nobody may write to it afterwards.
        """
        theirs = sa.make_url(other_url).database
        engine = engine_for(self.url)
        with engine.connect() as connection:
            connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 0")
            if other_url not in self._sources:
                self._sources[other_url] = _tables(connection, theirs)
            for table, has_rows in self._sources[other_url].items():
                if table not in self.tables:
                    connection.exec_driver_sql(f"CREATE TABLE `{table}` LIKE {theirs}.`{table}`")
                if has_rows and table not in KEPT:
                    copied = f"INSERT INTO `{table}` SELECT * FROM {theirs}.`{table}`"
                    connection.exec_driver_sql(copied)
            connection.commit()
        engine.dispose()

    def copy_into(self, other_url: str) -> None:
        """What there is now, into an empty database of the same server, for `fill_from`."""
        ours = sa.make_url(self.url).database
        engine = engine_for(other_url)
        with engine.connect() as connection:
            for table, has_rows in _tables(connection, ours).items():
                if table not in KEPT and (has_rows or table not in self.tables):
                    connection.exec_driver_sql(f"CREATE TABLE `{table}` LIKE {ours}.`{table}`")
                    copied = f"INSERT INTO `{table}` SELECT * FROM {ours}.`{table}`"
                    connection.exec_driver_sql(copied)
            connection.commit()
        engine.dispose()

    def empty(self) -> None:
        """Rows go, numbering begins at 1, and tables that a test made are dropped."""
        engine = engine_for(self.url)
        with engine.connect() as connection:
            connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS = 0")
            written = written_tables.take(connection)
            if written is None:
                found = _tables(connection)
                written = {name for name, used in found.items() if used or name not in self.tables}
            for table in written - KEPT:
                is_ours = table in self.tables
                statement = (
                    f"TRUNCATE TABLE `{table}`" if is_ours else f"DROP TABLE IF EXISTS `{table}`"
                )
                connection.exec_driver_sql(statement)
            # What emptying itself did is nothing to empty.
            written_tables.forget(connection)
        # A process remembers the tables of datasets that it made.
        prepared._ENSURED.pop(engine, None)
        engine.dispose()


def _tables(connection: sa.Connection, database: str | None = None) -> dict[str, bool]:
    """Tables, and whether each was ever written to: in two questions, not two for each."""
    schema = database or connection.engine.url.database
    if connection.engine.url.get_backend_name() == "mysql":
        # MySQL would tell numbers of a day ago.
        connection.exec_driver_sql("SET SESSION information_schema_stats_expiry = 0")
    found = connection.execute(
        sa.text(
            "SELECT table_name, auto_increment FROM information_schema.tables "
            "WHERE table_schema = :schema AND table_type = 'BASE TABLE'"
        ),
        {"schema": schema},
    ).all()
    # Where all rows have been deleted the next one would not have the number 1.
    used = {name for name, number in found if number is not None and number > 1}
    unnumbered = [name for name, _ in found if name not in used]
    asked = " UNION ALL ".join(
        f"SELECT '{name}' FROM DUAL WHERE EXISTS (SELECT 1 FROM `{schema}`.`{name}`)"
        for name in unnumbered
    )
    if asked:
        used |= set(connection.scalars(sa.text(asked)))
    return {name: name in used for name, _ in found}
