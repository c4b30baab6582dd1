"""Many rows at once, given column by column: one statement, and no mapping a row."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa


def insert_columns(
    connection: sa.Connection, table: sa.Table, columns: Mapping[str, Sequence[Any]]
) -> None:
    """columns: name -> values as the column's type takes them, as many of each; columns not named get their default."""
    dialect = connection.dialect
    compiled = table.insert().compile(dialect=dialect, column_keys=list(columns))
    order = list(columns) if compiled.positiontup is None else compiled.positiontup
    cells = [_bound(columns[name], table.c[name].type, dialect) for name in order]
    rows: list[Any] = list(zip(*cells, strict=True))
    if compiled.positiontup is None:
        # Parameters of this driver go by name.
        rows = [dict(zip(order, row, strict=True)) for row in rows]
    if rows:
        connection.exec_driver_sql(str(compiled), rows)


def _bound(
    values: Sequence[Any], kind: sa.types.TypeEngine[Any], dialect: sa.Dialect
) -> Sequence[Any]:
    """As the driver takes them; what many rows share is made once."""
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    # Floats are what they are; SQLAlchemy would turn decimals into them.
    if process is None or isinstance(kind, sa.Float):
        return values
    try:
        distinct = set(values)
    except TypeError:
        # Such as what becomes JSON.
        return list(map(process, values))
    made = {each: process(each) for each in distinct}
    return list(map(made.__getitem__, values))
