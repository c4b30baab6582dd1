"""What has changed in the inbox since a moment is asked of an index."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLE = "recommendations"
NAME = "ix_recommendations__updated_at"


def upgrade() -> None:
    # A server may die between two statements: run again, this completes what is there.
    if NAME not in {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(TABLE)}:
        op.create_index(op.f(NAME), TABLE, ["updated_at"])


def downgrade() -> None:
    op.drop_index(op.f(NAME), TABLE)
