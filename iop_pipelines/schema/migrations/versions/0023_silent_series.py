"""What was told of silent series is named by its finder, as all that is watched is: only so does it end.

The release before wrote `silence:Store 3@2026-11-02T00:00:00` where `data-silence:` stands now. What it told of
deliveries that are missing is about all series, and found by other means.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_FORMER = "silence:"
_PRESENT = "data-silence:"
_ALL_SERIES = "all"
_TOLD = sa.table(
    "recommendations",
    sa.column("source_ref", sa.String(512)),
    sa.column("unique_id", sa.String(255)),
    sa.column("updated_at"),
)


def upgrade() -> None:
    _respell(_FORMER, _PRESENT)


def downgrade() -> None:
    _respell(_PRESENT, _FORMER)


def _respell(old: str, new: str) -> None:
    told = _TOLD.c
    rest = sa.func.substr(told.source_ref, len(old) + 1, type_=sa.String(512))
    op.execute(
        sa.update(_TOLD)
        .where(told.source_ref.startswith(old), told.unique_id != _ALL_SERIES)
        # A server would set `updated_at` itself, and nothing has happened.
        .values(source_ref=sa.literal(new, sa.String(512)) + rest, updated_at=told.updated_at)
    )
