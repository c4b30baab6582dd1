"""Which of two hours a prepared row is in, where clocks show an hour twice.

Rows that are there already were one hour's: the second one was taken for a repetition and refused.
"""

import hashlib
import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_FOLD = "iop_fold"


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    for table in _tables():
        if table in there and not _has_it(table):
            column = sa.Column(_FOLD, sa.SmallInteger, nullable=False, server_default="0")
            op.add_column(table, column)


def downgrade() -> None:
    for table in sa.inspect(op.get_bind()).get_table_names():
        if table.startswith("prepared_") and _has_it(table):
            with op.batch_alter_table(table) as batch:
                batch.drop_column(_FOLD)


def _tables() -> Iterator[str]:
    """Of datasets whose time is a moment and not a day."""
    datasets = sa.table("datasets", sa.column("name"), sa.column("declaration"))
    for name, content in op.get_bind().execute(sa.select(datasets)).all():
        declaration = json.loads(content) if isinstance(content, str | bytes) else content
        field = declaration.get("fields", {}).get(declaration.get("time"), {})
        if field.get("type") == "datetime":
            yield _table_of(name)


def _table_of(dataset: str) -> str:
    name = f"prepared_{dataset}"
    if len(name) <= 64:
        return name
    return f"{name[:52]}_{hashlib.sha256(dataset.encode()).hexdigest()[:8]}"


def _has_it(table: str) -> bool:
    return _FOLD in {each["name"] for each in sa.inspect(op.get_bind()).get_columns(table)}
