"""How much of a delivery could be used, when its preparing failed, and who took it all the same; deleted models.

Versions that failed before have no moment: they count from this migration on, so that they are told of once.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TIMESTAMP = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")
COLUMNS = {
    "usable_pct": sa.Double(),
    "failed_at": _TIMESTAMP,
    "accepted_at": _TIMESTAMP,
}
MODELS = "analytical_models"
INDEX = "ix_dataset_versions__status"


def upgrade() -> None:
    # Servers cannot take DDL back: after a death between two columns this goes on where it was.
    there = _columns("dataset_versions")
    for name, kind in COLUMNS.items():
        if name not in there:
            op.add_column("dataset_versions", sa.Column(name, kind, nullable=True))
    if "deleted_at" not in _columns(MODELS):
        op.add_column(MODELS, sa.Column("deleted_at", _TIMESTAMP, nullable=True))
    if INDEX not in _indexes():
        op.create_index(INDEX, "dataset_versions", ["status", "dataset_id"])
    versions = sa.table(
        "dataset_versions",
        sa.column("status", sa.String),
        sa.column("failed_at", _TIMESTAMP),
    )
    is_old = sa.and_(versions.c.status == "failed", versions.c.failed_at.is_(None))
    op.execute(versions.update().where(is_old).values(failed_at=sa.func.current_timestamp()))


def downgrade() -> None:
    if INDEX in _indexes():
        op.drop_index(INDEX, "dataset_versions")
    if "deleted_at" in _columns(MODELS):
        with op.batch_alter_table(MODELS) as batch:
            batch.drop_column("deleted_at")
    there = _columns("dataset_versions")
    with op.batch_alter_table("dataset_versions") as batch:
        for name in COLUMNS:
            if name in there:
                batch.drop_column(name)


def _columns(table: str) -> set[str]:
    return {each["name"] for each in sa.inspect(op.get_bind()).get_columns(table)}


def _indexes() -> set[str | None]:
    return {each["name"] for each in sa.inspect(op.get_bind()).get_indexes("dataset_versions")}
