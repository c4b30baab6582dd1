"""Events: the inbox, the messages that were refused, the outbox, and leases."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# DATETIME(6) keeps fractions of a second; TEXT on MySQL ends at 64 kB.
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
TABLES = ("event_inbox", "refused_messages", "event_outbox", "leases")


def upgrade() -> None:
    _create_table(
        "event_inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", _exact(64), nullable=False),
        sa.Column("event_type", _exact(64), nullable=False),
        sa.Column("source_id", _exact(128), nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("payload", LONG_TEXT, nullable=False),
        sa.Column("status", _exact(16), nullable=False, server_default="waiting"),
        sa.Column("looks", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("handled_at", MOMENT),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_inbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_event_inbox__event_id")),
        indexes={"ix_event_inbox__status_due": ["status", "due_at"]},
    )
    _create_table(
        "refused_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_digest", _exact(64), nullable=False),
        sa.Column("routing_key", _exact(255), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_messages")),
        sa.UniqueConstraint("body_digest", name=op.f("uq_refused_messages__body_digest")),
    )
    _create_table(
        "event_outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", _exact(64), nullable=False),
        sa.Column("event_type", _exact(64), nullable=False),
        sa.Column("source_id", _exact(128), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("payload", LONG_TEXT, nullable=False),
        sa.Column("published_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_outbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_event_outbox__event_id")),
        indexes={"ix_event_outbox__published": ["published_at", "id"]},
    )
    _create_table(
        "leases",
        sa.Column("name", _exact(64), nullable=False),
        sa.Column("holder", _exact(128), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table, if_exists=True)


def _exact(length: int) -> sa.String:
    kind = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(kind, "mysql", "mariadb")


def _create_table(
    name: str,
    *parts: sa.schema.SchemaItem,
    indexes: Mapping[str, Sequence[str]] | None = None,
) -> None:
    inspector = sa.inspect(op.get_bind())
    if not inspector.has_table(name):
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
    for index, columns in (indexes or {}).items():
        if index not in present:
            op.create_index(op.f(index), name, columns)
