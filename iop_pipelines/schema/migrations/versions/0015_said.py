"""What the platform's own errors and reasons say, as a code with values, beside their English.

What was written before keeps its English alone, but for what is looked for by its code: by the words that 0014 and
earlier looked for.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = (
    *("model_executions", "generated_reports", "dataset_versions"),
    *("recommendation_events", "model_events", "rejected_rows"),
)
_NOT_PREPARED = "its data could not be prepared: "
_BROKEN = {"input of ": "input.broken", "output of ": "output.broken"}


def upgrade() -> None:
    # Servers cannot take DDL back: after a death between two tables this goes on where it was.
    for table in TABLES:
        if not _has_it(table):
            op.add_column(table, sa.Column("said", sa.JSON(none_as_null=True)))
    executions = sa.table(
        "model_executions",
        sa.column("id", sa.Integer),
        sa.column("error_msg", sa.Text),
        sa.column("said", sa.JSON),
    )
    connection = op.get_bind()
    for words in (_NOT_PREPARED, *_BROKEN):
        query = sa.select(executions.c.id, executions.c.error_msg).where(
            executions.c.error_msg.startswith(words, autoescape=True)
        )
        for row in connection.execute(query).all():
            is_row = executions.c.id == row.id
            connection.execute(
                executions.update().where(is_row).values(said=_said(words, row.error_msg))
            )


def downgrade() -> None:
    for table in filter(_has_it, TABLES):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("said")


def _has_it(table: str) -> bool:
    return "said" in {each["name"] for each in sa.inspect(op.get_bind()).get_columns(table)}


def _said(words: str, text: str) -> dict[str, Any]:
    rest = text.removeprefix(words)
    if words == _NOT_PREPARED:
        return {"code": "execution.not_prepared", "values": {"why": rest}}
    label, _, broken = rest.partition(": ")
    return {"code": _BROKEN[words], "values": {"label": label, "said": broken}}
