"""Recommendations of one cause know it, so that the inbox tells it once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLE = "recommendations"
INDEX = "ix_recommendations__cause"
CAUSES = "recommendation_causes"
COLLATION = "utf8mb4_bin"
# DATETIME(6) keeps fractions of a second.
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
TIMESTAMP = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")


def upgrade() -> None:
    # A server may die between two statements: run again, this completes what is there.
    there = sa.inspect(op.get_bind())
    if not there.has_table(CAUSES):
        _create_causes()
    if "ix_recommendation_causes__dataset" not in _indexes(CAUSES):
        op.create_index(op.f("ix_recommendation_causes__dataset"), CAUSES, ["dataset"])
    if "cause_id" not in {column["name"] for column in there.get_columns(TABLE)}:
        op.add_column(TABLE, sa.Column("cause_id", sa.Integer(), nullable=True))
    if INDEX not in _indexes(TABLE):
        op.create_index(op.f(INDEX), TABLE, ["cause_id", "place", "id"])


def downgrade() -> None:
    there = sa.inspect(op.get_bind())
    if INDEX in _indexes(TABLE):
        op.drop_index(op.f(INDEX), TABLE)
    if "cause_id" in {column["name"] for column in there.get_columns(TABLE)}:
        op.drop_column(TABLE, "cause_id")
    op.drop_table(CAUSES, if_exists=True)


def _indexes(table: str) -> set[str | None]:
    return {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}


def _exact(length: int) -> sa.String:
    kind = mysql.VARCHAR(length, charset="utf8mb4", collation=COLLATION)
    return sa.String(length).with_variant(kind, "mysql", "mariadb")


def _create_causes() -> None:
    # SQLAlchemy reads the options of the dialect that the URL names, and only those.
    op.create_table(
        CAUSES,
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("dataset", _exact(64), nullable=False),
        sa.Column("direction", _exact(16), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column(
            "created_at", TIMESTAMP, server_default=sa.text("CURRENT_TIMESTAMP"), nullable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_causes")),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate=COLLATION,
        mariadb_engine="InnoDB",
        mariadb_charset="utf8mb4",
        mariadb_collate=COLLATION,
    )
