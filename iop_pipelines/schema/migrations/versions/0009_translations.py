"""Recommendations in the languages besides English.

Rows from before have none until their finding is seen again; they are shown in English.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    present = {
        column["name"] for column in sa.inspect(op.get_bind()).get_columns("recommendations")
    }
    if "translations" not in present:
        op.add_column("recommendations", sa.Column("translations", sa.JSON))


def downgrade() -> None:
    op.drop_column("recommendations", "translations")
