"""What the reconciler has repaired, kept longer than the ticks that did it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Not the plain type: dagster, once imported, makes that a TIMESTAMP(6) on MySQL.
TIMESTAMP = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")


def upgrade() -> None:
    if sa.inspect(op.get_bind()).has_table("ledger_repairs"):
        return
    op.create_table(
        "ledger_repairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("repaired_at", TIMESTAMP, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_repairs")),
        sa.Index("ix_ledger_repairs__repaired_at", "repaired_at"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mariadb_engine="InnoDB",
        mariadb_charset="utf8mb4",
        mariadb_collate="utf8mb4_bin",
    )


def downgrade() -> None:
    op.drop_table("ledger_repairs", if_exists=True)
