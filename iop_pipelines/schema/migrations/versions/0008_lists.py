"""Indexes for lists by dataset and moment, and for what a person has read."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_recommendations__dataset": ("recommendations", ["dataset", "id"]),
    "ix_recommendations__created_at": ("recommendations", ["created_at"]),
    "ix_generated_reports__finished_at": ("generated_reports", ["finished_at"]),
    "ix_dataset_versions__dataset_run": ("dataset_versions", ["dataset_id", "drm_run_id"]),
    "ix_notification_marks__read_at": ("notification_marks", ["read_at"]),
}


def upgrade() -> None:
    for name, (table, columns) in INDEXES.items():
        present = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}
        if name not in present:
            op.create_index(op.f(name), table, columns)


def downgrade() -> None:
    for name, (table, _) in INDEXES.items():
        op.drop_index(op.f(name), table)
