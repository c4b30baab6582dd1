"""What a report was made from is kept beside its file, with what else was made from it."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


_TABLE = "generated_reports"


def upgrade() -> None:
    # Servers cannot take DDL back: after a death behind it this is done.
    if not _is_there():
        op.add_column(_TABLE, sa.Column("files", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    if _is_there():
        with op.batch_alter_table(_TABLE) as batch:
            batch.drop_column("files")


def _is_there() -> bool:
    return "files" in {each["name"] for each in sa.inspect(op.get_bind()).get_columns(_TABLE)}
