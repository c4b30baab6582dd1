"""Where all rows are that a large panel's execution scored: a file, of which `model_outputs` keeps some."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

# DATETIME(6) keeps fractions of a second.
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
NAME = "output_files"
INDEX = "ix_output_files__model_id"


def upgrade() -> None:
    # A server may die between two statements: run again, this completes what is there.
    if not sa.inspect(op.get_bind()).has_table(NAME):
        # SQLAlchemy reads the options of the dialect that the URL names, and only those.
        op.create_table(
            NAME,
            sa.Column("execution_id", sa.Integer(), nullable=False, autoincrement=False),
            sa.Column("model_id", sa.Integer(), nullable=False),
            sa.Column("url", sa.String(1024), nullable=False),
            sa.Column("checksum", _exact(64), nullable=False),
            sa.Column("size_bytes", sa.BigInteger(), nullable=False),
            sa.Column("row_count", sa.Integer(), nullable=False),
            sa.Column("kept_rows", sa.Integer(), nullable=False),
            sa.Column("scored_rows", sa.Integer(), nullable=False),
            sa.Column("columns", sa.JSON(), nullable=False),
            sa.Column("first_ds", MOMENT, nullable=False),
            sa.Column("last_ds", MOMENT, nullable=False),
            sa.Column("complete_since", MOMENT, nullable=False),
            sa.Column("kept_ids", sa.JSON(), nullable=False),
            sa.PrimaryKeyConstraint("execution_id", name=op.f("pk_output_files")),
            sa.ForeignKeyConstraint(
                ["execution_id"],
                ["model_executions.id"],
                name=op.f("fk_output_files__execution_id"),
            ),
            sa.ForeignKeyConstraint(
                ["model_id"], ["analytical_models.id"], name=op.f("fk_output_files__model_id")
            ),
            mysql_engine="InnoDB",
            mysql_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
            mariadb_engine="InnoDB",
            mariadb_charset="utf8mb4",
            mariadb_collate="utf8mb4_bin",
        )
    present = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(NAME)}
    if INDEX not in present:
        op.create_index(op.f(INDEX), NAME, ["model_id"])


def downgrade() -> None:
    op.drop_table(NAME, if_exists=True)


def _exact(length: int) -> sa.String:
    kind = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(kind, "mysql", "mariadb")
