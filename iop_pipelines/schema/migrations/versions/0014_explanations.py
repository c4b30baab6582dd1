"""Texts of recommendations in their parts, in every language.

Rows from before have none until their finding is seen again or `iop recommendation retell` makes them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    present = {
        column["name"] for column in sa.inspect(op.get_bind()).get_columns("recommendations")
    }
    if "explanation" not in present:
        op.add_column("recommendations", sa.Column("explanation", sa.JSON))


def downgrade() -> None:
    op.drop_column("recommendations", "explanation")
