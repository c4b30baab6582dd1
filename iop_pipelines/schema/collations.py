"""Gives tables one collation: what was made under another default cannot be compared with what is made under this.

A database that is moved to a newer server keeps the collations of its tables, and what is made there has the
newer server's: a comparison of the two is error 1267.
"""

from collections.abc import Collection

import sqlalchemy as sa


def unify(connection: sa.Connection, tables: Collection[str], collation: str) -> list[str]:
    """Converts those tables that have another collation, in a column or as their default; gives their names.

    A conversion writes the whole table anew; a default costs nothing. JSON of MySQL has no collation.
    """
    if connection.dialect.name == "sqlite" or not tables:
        return []
    names = {"collation": collation, "tables": list(tables)}
    in_columns = set(connection.scalars(_OTHER_COLUMNS, names))
    by_default = set(connection.scalars(_OTHER_DEFAULTS, names))
    quote = connection.dialect.identifier_preparer.quote
    for table in sorted(in_columns | by_default):
        verb = "CONVERT TO" if table in in_columns else "DEFAULT"
        connection.exec_driver_sql(
            f"ALTER TABLE {quote(table)} {verb} CHARACTER SET utf8mb4 COLLATE {collation}"
        )
    return sorted(in_columns | by_default)


def make_default(connection: sa.Connection, collation: str) -> None:
    """Of the database, for tables to come that name none."""
    # Not @@collation_database, which a session keeps.
    name, present = connection.execute(_DEFAULT).one()
    if present != collation:
        quoted = connection.dialect.identifier_preparer.quote(name)
        connection.exec_driver_sql(
            f"ALTER DATABASE {quoted} CHARACTER SET utf8mb4 COLLATE {collation}"
        )


def collation_of(connection: sa.Connection, table: str, column: str) -> str | None:
    """None where there is no such column, or it holds no text."""
    return connection.scalar(_COLLATION, {"table": table, "column": column})


# Named without capitals: MySQL gives back the names of these columns in them.
_OTHER_COLUMNS = sa.text(
    "SELECT DISTINCT table_name AS name FROM information_schema.columns "
    "WHERE table_schema = DATABASE() AND table_name IN :tables "
    "AND collation_name IS NOT NULL AND collation_name <> :collation"
).bindparams(sa.bindparam("tables", expanding=True))
_OTHER_DEFAULTS = sa.text(
    "SELECT table_name AS name FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_name IN :tables AND table_collation <> :collation"
).bindparams(sa.bindparam("tables", expanding=True))
_DEFAULT = sa.text(
    "SELECT schema_name, default_collation_name FROM information_schema.schemata "
    "WHERE schema_name = DATABASE()"
)
_COLLATION = sa.text(
    "SELECT collation_name FROM information_schema.columns WHERE table_schema = DATABASE() "
    "AND table_name = :table AND column_name = :column"
)
