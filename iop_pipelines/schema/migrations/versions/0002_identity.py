"""Accounts, sessions, sign-in links, failed sign-ins, and the audit trail.

The triggers that make the trail append-only are schema/append_only.py's: a server may refuse them to
this account for now, and they are tried again at each migration.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Not the plain type: dagster, once imported, makes that a TIMESTAMP(6) on MySQL.
TIMESTAMP = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
NOW = sa.text("CURRENT_TIMESTAMP")

# Parents before children; dropped in the opposite order.
TABLES = ("users", "sessions", "sign_in_links", "sign_in_attempts", "audit_events")


def upgrade() -> None:
    _create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", _exact(255), nullable=False),
        sa.Column(
            "role",
            sa.Enum("viewer", "admin", name="user_role", create_constraint=True),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("is_disabled", sa.Boolean(), nullable=False, server_default=sa.text("0")),
        sa.Column("oidc_issuer", _exact(255)),
        sa.Column("oidc_subject", _exact(255)),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.Column("updated_at", TIMESTAMP, server_default=_now_on_update()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users__name")),
        sa.UniqueConstraint(
            "oidc_issuer", "oidc_subject", name=op.f("uq_users__oidc_issuer_oidc_subject")
        ),
    )
    _create_table(
        "sessions",
        sa.Column("id", _exact(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("origin", _exact(64), nullable=False),
        sa.Column("address", _exact(64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions__user_id")),
        indexes={
            "ix_sessions__expires_at": ["expires_at"],
            "ix_sessions__user_id": ["user_id"],
        },
    )
    _create_table(
        "sign_in_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", _exact(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_links")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_links__user_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_links__token_hash")),
        indexes={
            "ix_sign_in_links__expires_at": ["expires_at"],
            "ix_sign_in_links__user_id": ["user_id"],
        },
    )
    _create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", _exact(255), nullable=False),
        sa.Column("address", _exact(64), nullable=False),
        sa.Column("attempted_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
        indexes={
            "ix_sign_in_attempts__account": ["account", "attempted_at"],
            "ix_sign_in_attempts__address": ["address", "attempted_at"],
            "ix_sign_in_attempts__attempted_at": ["attempted_at"],
        },
    )
    _create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Integer()),
        sa.Column("user_name", _exact(255), nullable=False),
        sa.Column("procedure", _exact(128), nullable=False),
        sa.Column("value_before", sa.JSON()),
        sa.Column("value_after", sa.JSON()),
        sa.Column("request_id", _exact(64), nullable=False),
        sa.Column("address", _exact(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
        indexes={
            "ix_audit_events__occurred_at": ["occurred_at"],
            "ix_audit_events__procedure": ["procedure"],
            "ix_audit_events__request_id": ["request_id"],
            "ix_audit_events__user_id": ["user_id"],
        },
    )
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER IF NOT EXISTS trg_users__updated_at AFTER UPDATE ON users "
            "WHEN NEW.updated_at IS OLD.updated_at "
            "BEGIN UPDATE users SET updated_at = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid; END"
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table, if_exists=True)


def _exact(length: int) -> sa.String:
    kind = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(kind, "mysql", "mariadb")


def _now_on_update() -> sa.TextClause:
    is_sqlite = op.get_context().dialect.name == "sqlite"
    return NOW if is_sqlite else sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")


def _create_table(
    name: str, *parts: sa.schema.SchemaItem, indexes: Mapping[str, Sequence[str]] | None = None
) -> None:
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
    for index, columns in (indexes or {}).items():
        if index not in present:
            op.create_index(op.f(index), name, columns)
