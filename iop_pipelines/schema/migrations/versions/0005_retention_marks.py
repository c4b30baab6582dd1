"""What retention has taken away is told by the rows that stay."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Not the plain type: dagster, once imported, makes that a TIMESTAMP(6) on MySQL.
TIMESTAMP = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")

COLUMNS = {
    "model_executions": ("history_purged_at",),
    "generated_reports": ("history_purged_at", "file_removed_at"),
}


def upgrade() -> None:
    for table, names in COLUMNS.items():
        for name in names:
            if name not in _columns(table):
                op.add_column(table, sa.Column(name, TIMESTAMP, nullable=True))


def downgrade() -> None:
    for table, names in COLUMNS.items():
        for name in names:
            if name in _columns(table):
                # Not op.drop_column, which would copy the whole table on SQLite.
                op.execute(sa.text(f"ALTER TABLE {table} DROP COLUMN {name}"))


def _columns(table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
