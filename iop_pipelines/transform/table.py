"""The physical table of a dataset's prepared rows; no pandas here, queries import this.

A row is true for the data versions v with `iop_from <= v` and (`iop_to` is NULL or `iop_to > v`);
both are ids of `dataset_versions`. Current rows are those whose `iop_to` is NULL.
"""

import hashlib
from collections.abc import Collection
from decimal import Context, Decimal, Inexact
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, ProgrammingError

from iop_pipelines.domain.datasets import DatasetDeclaration, FieldType, scale_of
from iop_pipelines.errors import Conflict, InvalidDeclaration
from iop_pipelines.schema.tables import Double, Moment, exact, new_table
from iop_pipelines.schema.transactions import write

STRING_LENGTH = 255
FOLD = "iop_fold"
_EXACT = Context(traps=[Inexact])
_MAX_NAME = 64  # of a table, on MySQL


def table_name(dataset: str) -> str:
    """`prepared_<dataset>`, cut and marked with a hash where MySQL's 64 characters do not hold it."""
    name = f"prepared_{dataset}"
    if len(name) <= _MAX_NAME:
        return name
    return f"{name[:52]}_{hashlib.sha256(dataset.encode()).hexdigest()[:8]}"


def prepared_table(declaration: DatasetDeclaration) -> sa.Table:
    """Columns iop_id, iop_from, iop_to, for moments iop_fold, then the declared fields, all nullable."""
    fields = tuple((name, spec.type) for name, spec in declaration.fields.items())
    return _table(declaration.name, fields, declaration.time, declaration.has_repeated_hours)


@lru_cache(maxsize=256)
def _table(
    dataset: str, fields: tuple[tuple[str, FieldType], ...], time: str, has_fold: bool
) -> sa.Table:
    for name, _ in fields:
        if name.startswith("iop_"):
            raise InvalidDeclaration("field.reserved", f"fields.{name}")
    name = table_name(dataset)
    short = name.removeprefix("prepared_")[:40]
    return new_table(
        sa.MetaData(),
        name,
        sa.Column(
            "iop_id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("iop_from", sa.Integer, nullable=False),
        sa.Column("iop_to", sa.Integer),
        *([_fold()] if has_fold else []),
        *(sa.Column(field, column_type(kind)) for field, kind in fields),
        sa.Index(f"ix_{short}__iop_from", "iop_from"),
        sa.Index(f"ix_{short}__iop_to_time", "iop_to", time),
        sa.Index(f"ix_{short}__time", time),
    )


def _fold() -> sa.Column[int]:
    """1 in the second of two hours that clocks show alike."""
    return sa.Column(FOLD, sa.SmallInteger, nullable=False, server_default="0")


class ScaledInteger(sa.types.TypeDecorator[Decimal]):
    """A decimal as a whole number of its last place: exact in every sum, on every database."""

    impl = sa.BigInteger
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def process_bind_param(self, value: Any, dialect: Any) -> int | None:
        """Raises decimal.Inexact for a value that has more decimals."""
        if value is None:
            return None
        return int(_EXACT.to_integral_exact(Decimal(value).scaleb(self.scale)))

    def process_result_value(self, value: Any, dialect: Any) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.scale)


def column_type(kind: FieldType) -> sa.types.TypeEngine:
    if (scale := scale_of(kind)) is not None:
        return ScaledInteger(scale)
    return {
        "string": exact(STRING_LENGTH),
        "integer": sa.BigInteger(),
        "number": Double,
        "boolean": sa.Boolean(),
        "date": sa.Date(),
        "datetime": Moment,
    }[kind]


def ensure_table(engine: sa.Engine, declaration: DatasetDeclaration) -> sa.Table:
    """Makes the table, or adds the columns that a newer declaration has; never drops one.

    Raises:
        Conflict: a column is there with another type than the declaration's.
    """
    table = prepared_table(declaration)
    known = _ensured(engine)
    if table in known:
        return table
    if not sa.inspect(engine).has_table(table.name):
        _create(engine, table)
    _add_columns(engine, table)
    known.add(table)
    return table


def fit_table(
    engine: sa.Engine, declaration: DatasetDeclaration, changed: Collection[str] = ()
) -> sa.Table:
    """As `ensure_table`, but a column of another type is made anew, empty: for data that is prepared again.

    changed: fields whose columns hold something else now, though a database sees no difference: decimals.

    Done again after a death between two statements, it goes on where it was.
    """
    table = prepared_table(declaration)
    _ensured(engine).discard(table)
    inspector = sa.inspect(engine)
    if not inspector.has_table(table.name):
        return ensure_table(engine, declaration)
    held = {column["name"] for column in inspector.get_columns(table.name)}
    misfits = {name for name, _, _ in _misfits(inspector, table)} | (held & set(changed))
    wanted = {str(index.name): [column.name for column in index.columns] for index in table.indexes}
    quote = engine.dialect.identifier_preparer.quote
    where = f" ON {quote(table.name)}" if engine.dialect.name != "sqlite" else ""
    for index in inspector.get_indexes(table.name):
        name, columns = str(index["name"]), index["column_names"]
        if misfits & set(columns) or wanted.get(name, columns) != columns:
            write(engine, sa.Connection.exec_driver_sql, f"DROP INDEX {quote(name)}{where}")
    for name in sorted(misfits):
        drop = f"ALTER TABLE {quote(table.name)} DROP COLUMN {quote(name)}"
        write(engine, sa.Connection.exec_driver_sql, drop)
    ensure_table(engine, declaration)
    there = {index["name"] for index in sa.inspect(engine).get_indexes(table.name)}
    for index in table.indexes:
        if index.name not in there:
            index.create(engine)
    return table


def drop_table(engine: sa.Engine, declaration: DatasetDeclaration) -> None:
    """Takes the table away, if it is there."""
    table = prepared_table(declaration)
    _ensured(engine).clear()
    table.drop(engine, checkfirst=True)


def check_table(engine: sa.Engine, declaration: DatasetDeclaration) -> None:
    """Changes nothing; raises what `ensure_table` would."""
    table = prepared_table(declaration)
    inspector = sa.inspect(engine)
    if inspector.has_table(table.name):
        _missing(inspector, table)


# Tables already made through an engine in this process: inspecting costs ten statements.
_ENSURED: WeakKeyDictionary[sa.Engine, set[sa.Table]] = WeakKeyDictionary()


def _ensured(engine: sa.Engine) -> set[sa.Table]:
    return _ENSURED.setdefault(engine, set())


def _create(engine: sa.Engine, table: sa.Table) -> None:
    try:
        table.create(engine, checkfirst=True)
    except (OperationalError, ProgrammingError):
        # Another process made it between the look and the statement.
        if not sa.inspect(engine).has_table(table.name):
            raise


def _add_columns(engine: sa.Engine, table: sa.Table) -> None:
    for column in _missing(sa.inspect(engine), table):
        spec = sa.schema.CreateColumn(column).compile(dialect=engine.dialect)
        quoted = engine.dialect.identifier_preparer.quote(table.name)
        statement = f"ALTER TABLE {quoted} ADD COLUMN {spec}"
        write(engine, sa.Connection.exec_driver_sql, statement)


def _missing(inspector: sa.Inspector, table: sa.Table) -> list[sa.Column]:
    """Columns to add; raises Conflict for one that is there with another type."""
    for name, held, wanted in _misfits(inspector, table):
        raise Conflict("column.other_type", table=table.name, column=name, held=held, wanted=wanted)
    there = {column["name"] for column in inspector.get_columns(table.name)}
    return [column for column in table.columns if column.name not in there]


def _misfits(inspector: sa.Inspector, table: sa.Table) -> list[tuple[str, str, str]]:
    """Columns of another type: name, the family that is there, the one that is wanted."""
    there = {column["name"]: column["type"] for column in inspector.get_columns(table.name)}
    families = [
        (column.name, _family(there[column.name]), _family(column.type))
        for column in table.columns
        if column.name in there
    ]
    return [each for each in families if each[1] != each[2]]


def _family(kind: sa.types.TypeEngine) -> str:
    """Boolean and integer are one family: MySQL keeps both as integers, and decimals of any scale too."""
    if isinstance(kind, ScaledInteger):
        return "whole"
    for family, types in {
        "whole": (sa.Boolean, sa.Integer),
        "text": (sa.String,),
        "moment": (sa.DateTime,),
        "date": (sa.Date,),
        "number": (sa.Float, sa.Numeric),
    }.items():
        if isinstance(kind, types):
            return family
    return str(kind)
