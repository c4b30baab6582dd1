"""Severity follows the last finding, with the gravest beside it; what was superseded has not failed.

Until now severity only rose: where `peak_severity` is NULL, it is the gravest there was.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = {
    "recommendations": (
        "peak_severity",
        sa.Enum("info", "warning", "critical", name="peak_severity"),
    ),
    "model_executions": ("superseded_by", sa.Integer()),
}
# How such an end was told before it had a column.
REASON = "held for its data quality until DRM run "


def upgrade() -> None:
    connection = op.get_bind()
    for table, (name, kind) in COLUMNS.items():
        present = {column["name"] for column in sa.inspect(connection).get_columns(table)}
        if name not in present:
            op.add_column(table, sa.Column(name, kind))
    executions = sa.table(
        "model_executions", *(sa.column(name) for name in ("id", "error_msg", "superseded_by"))
    )
    of = executions.c
    held = sa.select(of.id, of.error_msg).where(of.error_msg.like(f"{REASON}%"))
    for row in connection.execute(held).all():
        if run := re.match(rf"{REASON}(\d+) delivered", row.error_msg):
            connection.execute(
                sa.update(executions).where(of.id == row.id).values(superseded_by=int(run[1]))
            )


def downgrade() -> None:
    for table, (name, _) in COLUMNS.items():
        op.drop_column(table, name)
