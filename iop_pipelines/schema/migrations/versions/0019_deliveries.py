"""Sources that are watched for deliveries, and what was seen in them."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Not the plain type: dagster, once imported, makes that a TIMESTAMP(6) on MySQL.
TIMESTAMP = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")
# DATETIME(6) keeps fractions of a second.
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
NOW = sa.text("CURRENT_TIMESTAMP")

# Parents before children; dropped in the opposite order.
TABLES = ("intake_sources", "deliveries")


def upgrade() -> None:
    _create_table(
        "intake_sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset", _exact(64), nullable=False),
        sa.Column("token", _exact(32), nullable=False),
        sa.Column("declaration", sa.JSON(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False, server_default=sa.text("0")),
        sa.Column("looked_at", MOMENT),
        sa.Column("error_msg", sa.Text()),
        sa.Column("said", sa.JSON(none_as_null=True)),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_sources")),
        sa.UniqueConstraint("dataset", name=op.f("uq_intake_sources__dataset")),
        indexes={},
    )
    _create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("item_key", _exact(64), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("fingerprint", _exact(255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger()),
        sa.Column("position", sa.Text()),
        sa.Column("status", _exact(16), nullable=False, server_default="waiting"),
        sa.Column(
            "phase",
            sa.Enum(
                *("held", "queued", "claimed", "started", "done"),
                name="delivery_phase",
                create_constraint=True,
            ),
            nullable=False,
            server_default="queued",
        ),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("starts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("run_after", TIMESTAMP),
        sa.Column("run_key", _exact(64)),
        sa.Column("claimed_at", TIMESTAMP),
        sa.Column("dagster_run_id", _exact(64)),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("gone_at", MOMENT),
        sa.Column("started_at", TIMESTAMP),
        sa.Column("finished_at", TIMESTAMP),
        sa.Column("drm_run_id", sa.Integer()),
        sa.Column("rows_delivered", sa.Integer()),
        sa.Column("error_msg", sa.Text()),
        sa.Column("said", sa.JSON(none_as_null=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["intake_sources.id"], name=op.f("fk_deliveries__source_id")
        ),
        indexes={
            "ix_deliveries__dagster_run_id": ["dagster_run_id"],
            "ix_deliveries__run_key": ["run_key"],
            "ix_deliveries__source_id": ["source_id"],
            "ix_deliveries__source_item": ["source_id", "item_key"],
            "ix_deliveries__status_finished": ["status", "finished_at"],
        },
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
