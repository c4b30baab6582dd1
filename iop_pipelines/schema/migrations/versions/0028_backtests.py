"""What model versions would have told of the history, found out before they tell anything."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0028"
down_revision = "0025"
branch_labels = None
depends_on = None

# Not the plain type: dagster, once imported, makes that a TIMESTAMP(6) on MySQL.
TIMESTAMP = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")
# DATETIME(6) keeps fractions of a second.
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")

# Parents before children; dropped in the opposite order.
TABLES = ("model_backtests", "model_backtest_lines")


def upgrade() -> None:
    _create_table(
        "model_backtests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("status", _exact(16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("window_start", MOMENT),
        sa.Column("window_end", MOMENT),
        sa.Column("alerts_per_week", sa.Double()),
        sa.Column("is_cancel_asked", sa.Boolean(), nullable=False, server_default=sa.text("0")),
        sa.Column("progress", sa.Double(), nullable=False, server_default="0"),
        sa.Column("content", sa.JSON(none_as_null=True)),
        sa.Column("dataset_version_id", sa.Integer()),
        sa.Column("error_msg", sa.Text()),
        sa.Column("said", sa.JSON(none_as_null=True)),
        sa.Column("asked_by", sa.Integer()),
        sa.Column("asked_at", TIMESTAMP, nullable=False),
        sa.Column("started_at", TIMESTAMP),
        sa.Column("seen_at", TIMESTAMP),
        sa.Column("ended_at", TIMESTAMP),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_backtests")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["analytical_models.id"], name=op.f("fk_model_backtests__model_id")
        ),
        indexes={
            "ix_model_backtests__model_id": ["model_id"],
            "ix_model_backtests__status": ["status"],
        },
    )
    _create_table(
        "model_backtest_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("backtest_id", sa.Integer(), nullable=False),
        sa.Column("unique_id", sa.String(255), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_backtest_lines")),
        sa.ForeignKeyConstraint(
            ["backtest_id"],
            ["model_backtests.id"],
            name=op.f("fk_model_backtest_lines__backtest_id"),
        ),
        indexes={"ix_model_backtest_lines__backtest_id": ["backtest_id"]},
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table, if_exists=True)


def _exact(length: int) -> sa.String:
    kind = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(kind, "mysql", "mariadb")


def _create_table(
    name: str, *parts: sa.schema.SchemaItem, indexes: Mapping[str, Sequence[str]]
) -> None:
    # A server may die between two statements: run again, this completes what is there.
    if not sa.inspect(op.get_bind()).has_table(name):
        # SQLAlchemy reads the options of the dialect that the URL names, and only those.
        op.create_table(
            name,
            *parts,
            mysql_engine="InnoDB",
            mysql_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
            mariadb_engine="InnoDB",
            mariadb_charset="utf8mb4",
            mariadb_collate="utf8mb4_bin",
        )
    present = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(name)}
    for index, columns in indexes.items():
        if index not in present:
            op.create_index(op.f(index), name, columns)
