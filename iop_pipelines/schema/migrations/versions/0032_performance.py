"""What forecasts of model versions were worth, by the day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0032"
down_revision = "0029"
branch_labels = None
depends_on = None

# DATETIME(6) keeps fractions of a second.
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    # A server may die between two statements: run again, this completes what is there.
    if sa.inspect(op.get_bind()).has_table("model_performance"):
        return
    # SQLAlchemy reads the options of the dialect that the URL names, and only those.
    op.create_table(
        "model_performance",
        sa.Column("model_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("day", MOMENT, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("banded", sa.Integer(), nullable=False),
        sa.Column("inside", sa.Integer(), nullable=False),
        sa.Column("scaled", sa.Integer(), nullable=False),
        sa.Column("error", sa.Double(), nullable=False),
        sa.Column("naive", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("model_id", "day", name=op.f("pk_model_performance")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["analytical_models.id"], name=op.f("fk_model_performance__model_id")
        ),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mariadb_engine="InnoDB",
        mariadb_charset="utf8mb4",
        mariadb_collate="utf8mb4_bin",
    )


def downgrade() -> None:
    op.drop_table("model_performance", if_exists=True)
