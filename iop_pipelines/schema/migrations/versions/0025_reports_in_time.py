"""Templates say how their reports wait, are made up for and are issued again; reports what they waited for and read.

Templates that are there get what a new one gets where it says nothing, and reports that were made before keep
saying nothing.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def _exact(length: int) -> sa.String:
    kind = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(kind, "mysql", "mariadb")


_TIMESTAMP = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")
_MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
_SAID = sa.JSON(none_as_null=True)
_ADDED = {
    "report_templates": (
        lambda: sa.Column("wait", _exact(16), quote=True),
        lambda: sa.Column("reissue", _exact(16), nullable=False, server_default="offer"),
        lambda: sa.Column("empty", _exact(16), quote=True, nullable=False, server_default="send"),
        lambda: sa.Column("misfire", _exact(16), nullable=False, server_default="latest"),
        lambda: sa.Column("jitter", _exact(16)),
        lambda: sa.Column("pause_after", sa.Integer, nullable=False, server_default="5"),
        lambda: sa.Column("paused_at", _TIMESTAMP),
        lambda: sa.Column("pause_cause", _exact(16)),
        lambda: sa.Column("said", _SAID),
        lambda: sa.Column("passed_over", _SAID),
    ),
    "generated_reports": (
        lambda: sa.Column("read_at", _MOMENT),
        lambda: sa.Column("as_of", _MOMENT),
        lambda: sa.Column("waiting_since", _TIMESTAMP),
        lambda: sa.Column("waiting_until", _TIMESTAMP),
        lambda: sa.Column("waiting_for", _SAID),
        lambda: sa.Column("audience", _exact(16)),
        lambda: sa.Column("sources_read", _SAID),
        lambda: sa.Column("restated", _SAID),
        lambda: sa.Column("restated_at", _TIMESTAMP),
        lambda: sa.Column("reissue_of", sa.Integer),
        lambda: sa.Column("changes", _SAID),
        lambda: sa.Column("notes", _SAID),
    ),
}
_INDEXED = ("reissue_of", "restated_at")


def upgrade() -> None:
    # Servers cannot take DDL back: after a death between two columns this goes on where it was.
    for table, columns in _ADDED.items():
        for column in (make() for make in columns):
            if not _has(table, column.name):
                op.add_column(table, column)
    for column in _INDEXED:
        if _index(column) not in _indexes():
            op.create_index(_index(column), "generated_reports", [column])


def downgrade() -> None:
    """A report that waits for data is issued with what there is; the release before knows no such phase of one."""
    reports = sa.table("generated_reports", sa.column("phase"))
    op.execute(sa.update(reports).where(reports.c.phase == "held").values(phase="queued"))
    for column in _INDEXED:
        if _index(column) in _indexes():
            op.drop_index(_index(column), "generated_reports")
    for table, columns in _ADDED.items():
        for name in (make().name for make in columns):
            if _has(table, name):
                # Not a batch, which would copy the table on SQLite and leave its trigger behind.
                op.drop_column(table, name)


def _index(column: str) -> str:
    return f"ix_generated_reports__{column}"


def _indexes() -> set[str | None]:
    return {each["name"] for each in sa.inspect(op.get_bind()).get_indexes("generated_reports")}


def _has(table: str, column: str) -> bool:
    return column in {each["name"] for each in sa.inspect(op.get_bind()).get_columns(table)}
