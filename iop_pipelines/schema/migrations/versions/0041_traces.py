"""What is asked for names the span that asked, by whose id all that comes of it is found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0041"
down_revision = "0037"
branch_labels = None
depends_on = None

NAME = "traceparent"
COLLATION = "utf8mb4_bin"
# Of these a person looks by it, among very many.
WORK = ("model_executions", "generated_reports", "dataset_versions", "deliveries")
TABLES = (*WORK, "uploads", "model_backtests", "event_outbox")


def upgrade() -> None:
    # A server may die between two statements: run again, this completes what is there.
    for table in TABLES:
        if NAME not in _columns(table):
            op.add_column(table, sa.Column(NAME, _exact(55), nullable=True))
    for table in WORK:
        if _index(table) not in _indexes(table):
            op.create_index(op.f(_index(table)), table, [NAME])


def downgrade() -> None:
    for table in WORK:
        if _index(table) in _indexes(table):
            op.drop_index(op.f(_index(table)), table)
    for table in TABLES:
        if NAME in _columns(table):
            op.drop_column(table, NAME)


def _index(table: str) -> str:
    return f"ix_{table}__{NAME}"


def _columns(table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}


def _indexes(table: str) -> set[str | None]:
    return {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}


def _exact(length: int) -> sa.String:
    kind = mysql.VARCHAR(length, charset="utf8mb4", collation=COLLATION)
    return sa.String(length).with_variant(kind, "mysql", "mariadb")
