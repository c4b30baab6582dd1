"""How often the models of a dataset find something of late is asked of an index."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0035"
branch_labels = None
depends_on = None

TABLE = "findings"
NAME = "ix_findings__model_since"
# A server has an index of each foreign key, of its name, and drops it once another index does for it.
OF_KEY = "fk_findings__model_id"


def upgrade() -> None:
    # A server may die between two statements: run again, this completes what is there.
    if NAME not in _indexes():
        op.create_index(op.f(NAME), TABLE, ["model_id", "since"])


def downgrade() -> None:
    there = _indexes()
    if op.get_bind().dialect.name != "sqlite" and OF_KEY not in there:
        op.create_index(op.f(OF_KEY), TABLE, ["model_id"])
    if NAME in there:
        op.drop_index(op.f(NAME), TABLE)


def _indexes() -> set[str | None]:
    return {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(TABLE)}
