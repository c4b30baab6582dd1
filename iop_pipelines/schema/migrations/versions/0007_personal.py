"""Versions of dashboards, settings and read marks of each person, decisions that are sent once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Not the plain type: dagster, once imported, makes that a TIMESTAMP(6) on MySQL.
TIMESTAMP = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")
NOW = sa.text("CURRENT_TIMESTAMP")

TABLES = ("review_requests", "user_settings", "notification_marks")


def upgrade() -> None:
    if "version" not in _columns("dashboards"):
        version = sa.Column("version", sa.Integer(), nullable=False, server_default="1")
        op.add_column("dashboards", version)
    _create_table(
        "review_requests",
        sa.Column("request_key", _exact(64), nullable=False),
        sa.Column("event_id", sa.Integer()),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.PrimaryKeyConstraint("request_key", name=op.f("pk_review_requests")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["recommendation_events.id"],
            name=op.f("fk_review_requests__event_id"),
        ),
    )
    _create_table(
        "user_settings",
        sa.Column("user_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("updated_at", TIMESTAMP, server_default=_now_on_update()),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_settings")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_settings__user_id")),
    )
    _create_table(
        "notification_marks",
        sa.Column("user_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("kind", _exact(16), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("read_at", TIMESTAMP, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind", "item_id", name=op.f("pk_notification_marks")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_notification_marks__user_id")
        ),
    )
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER IF NOT EXISTS trg_user_settings__updated_at "
            "AFTER UPDATE ON user_settings WHEN NEW.updated_at IS OLD.updated_at BEGIN "
            "UPDATE user_settings SET updated_at = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid; END"
        )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table, if_exists=True)
    # Not by a copy of the table, which would lose SQLite's triggers.
    op.execute(sa.text("ALTER TABLE dashboards DROP COLUMN version"))


def _columns(table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}


def _exact(length: int) -> sa.String:
    kind = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(kind, "mysql", "mariadb")


def _now_on_update() -> sa.TextClause:
    is_sqlite = op.get_context().dialect.name == "sqlite"
    return NOW if is_sqlite else sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")


def _create_table(name: str, *parts: sa.schema.SchemaItem) -> None:
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
