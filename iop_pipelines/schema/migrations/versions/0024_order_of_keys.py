"""Documents keep the order of their keys on MySQL, in one more key, which the release before does not know.

What was stored there before keeps the order that it has, by the length of its keys: the one it was given is gone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_ORDER = '$."#order"'
_DOCUMENTS = {
    "analytical_models": ("input_schema", "output_schema", "config"),
    "model_executions": ("metrics",),
    "report_templates": ("query_config",),
    "recommendations": ("translations", "explanation"),
    "recommendation_events": ("details",),
    "datasets": ("declaration",),
    "dataset_versions": ("reject_reasons",),
    "rejected_rows": ("row",),
    "intake_sources": ("declaration",),
    "panels": ("query_config",),
    "uploads": ("answers",),
    "user_settings": ("settings",),
}


def upgrade() -> None:
    """The columns stay what they are."""


def downgrade() -> None:
    """The audit trail is never changed, and shows that key then. Done again after a death half way, it goes on."""
    dated = {
        "report_templates",
        "analytical_models",
        "recommendations",
        "datasets",
        "user_settings",
    }
    for name, columns in _DOCUMENTS.items():
        table = sa.table(name, *map(sa.column, (*columns, "updated_at")))
        for column in columns:
            document = table.c[column]
            change = sa.update(table).where(sa.func.json_extract(document, _ORDER).is_not(None))
            change = change.values({column: sa.func.json_remove(document, _ORDER)})
            # A server would set it itself, and nothing has happened.
            op.execute(change.values(updated_at=table.c.updated_at) if name in dated else change)
