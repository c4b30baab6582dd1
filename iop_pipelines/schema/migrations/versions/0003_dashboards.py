"""Dashboards and their panels, what dashboard.stats is summed up from, snoozing, deleted templates."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Not the plain type: dagster, once imported, makes that a TIMESTAMP(6) on MySQL.
TIMESTAMP = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")
NOW = sa.text("CURRENT_TIMESTAMP")

# Parents before children; dropped in the opposite order.
TABLES = ("dashboards", "panels", "stat_changes")
COLUMNS = {"recommendations": "snoozed_until", "report_templates": "deleted_at"}
INDEXES = {
    "analytical_models": {"ix_analytical_models__status": ["status"]},
    "model_executions": {
        "ix_model_executions__status_finished": ["status", "finished_at", "duration_ms"]
    },
    "generated_reports": {"ix_generated_reports__status_finished": ["status", "finished_at"]},
}


def upgrade() -> None:
    for table, column in COLUMNS.items():
        if column not in _columns(table):
            op.add_column(table, sa.Column(column, TIMESTAMP, nullable=True))
    for table, indexes in INDEXES.items():
        _create_indexes(table, indexes)
    _create_table(
        "dashboards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", _exact(255), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("created_by", sa.Integer()),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.Column("updated_at", TIMESTAMP, server_default=_now_on_update()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dashboards")),
        sa.UniqueConstraint("name", name=op.f("uq_dashboards__name")),
    )
    _create_table(
        "panels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dashboard_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                *("bar", "line", "pie", "scatter", "table", "metric"),
                name="panel_type",
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("query_config", sa.JSON(), nullable=False),
        sa.Column("refresh_s", sa.Integer(), nullable=False, server_default="60"),
        sa.Column("width", sa.Integer(), nullable=False, server_default="6"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panels")),
        sa.ForeignKeyConstraint(
            ["dashboard_id"], ["dashboards.id"], name=op.f("fk_panels__dashboard_id")
        ),
        indexes={"ix_panels__dashboard_id": ["dashboard_id"]},
    )
    _create_table(
        "stat_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure", _exact(64), nullable=False),
        sa.Column("hour", _exact(13), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stat_changes")),
    )
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER IF NOT EXISTS trg_dashboards__updated_at AFTER UPDATE ON dashboards "
            "WHEN NEW.updated_at IS OLD.updated_at "
            "BEGIN UPDATE dashboards SET updated_at = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid; END"
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table, if_exists=True)
    for table, indexes in INDEXES.items():
        for index in indexes:
            op.drop_index(op.f(index), table)
    for table, column in COLUMNS.items():
        # Not by a copy of the table, which would lose SQLite's triggers.
        op.execute(sa.text(f"ALTER TABLE {table} DROP COLUMN {column}"))


def _columns(table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}


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
    _create_indexes(name, indexes or {})


def _create_indexes(table: str, indexes: Mapping[str, Sequence[str]]) -> None:
    present = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}
    for index, columns in indexes.items():
        if index not in present:
            op.create_index(op.f(index), table, columns)
