"""One collation for all text, by bytes; it was the default of the server that had made the table.

There is no way back, and none is needed: earlier releases read the same bytes, and what the collation was
before is not known any more.
"""

import sqlalchemy as sa
from alembic import op

from iop_pipelines.schema.collations import unify

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = (
    *("analytical_models", "model_executions", "report_templates", "generated_reports"),
    *("recommendations", "recommendation_events", "review_requests", "model_events", "datasets"),
    *("dataset_versions", "rejected_rows", "input_validations", "model_outputs", "findings"),
    *("workers", "cursors", "ledger_repairs", "dashboards", "panels", "stat_changes"),
    *("event_inbox", "refused_messages", "event_outbox", "leases", "users", "sessions"),
    *("sign_in_links", "sign_in_attempts", "audit_events", "user_settings", "notification_marks"),
    "iop_alembic_version",
)


def upgrade() -> None:
    connection = op.get_bind()
    prepared = [
        name for name in sa.inspect(connection).get_table_names() if name.startswith("prepared_")
    ]
    unify(connection, [*TABLES, *prepared], "utf8mb4_bin")


def downgrade() -> None:
    pass
