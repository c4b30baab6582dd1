"""A report says of how many rows its file has some, and what whoever gets it must know.

Of reports made before nobody counted: they keep saying nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TABLE = "generated_reports"


def upgrade() -> None:
    # Servers cannot take DDL back: after a death between two columns this goes on where it was.
    for column in (
        sa.Column("row_total", sa.BigInteger),
        sa.Column("remark", sa.JSON(none_as_null=True)),
    ):
        if not _has(column.name):
            op.add_column(_TABLE, column)


def downgrade() -> None:
    for name in filter(_has, ("row_total", "remark")):
        with op.batch_alter_table(_TABLE) as batch:
            batch.drop_column(name)


def _has(column: str) -> bool:
    return column in {each["name"] for each in sa.inspect(op.get_bind()).get_columns(_TABLE)}
