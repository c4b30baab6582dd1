"""Recommendations stand in the order of the inbox, which one index has: the gravest first, then the latest."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLE = "recommendations"
INDEXES = {
    "ix_recommendations__place": ["place", "id"],
    "ix_recommendations__status_place": ["status", "place", "id"],
    "ix_recommendations__dataset_place": ["dataset", "place", "id"],
}
SEVERITIES = ("info", "warning", "critical")
DEGREE = 10**12
BATCH = 1_000
TRIGGER = "trg_recommendations__updated_at"


def upgrade() -> None:
    present = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(TABLE)}
    if "place" not in present:
        op.add_column(
            TABLE, sa.Column("place", sa.BigInteger(), nullable=False, server_default="0")
        )
    indexes = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(TABLE)}
    for name, columns in INDEXES.items():
        if name not in indexes:
            op.create_index(op.f(name), TABLE, columns)
    _give_places()


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(op.f(name), TABLE)
    op.drop_column(TABLE, "place")


def _give_places() -> None:
    """To rows that have none yet; done again after a death half way, it goes on."""
    connection = op.get_bind()
    table = sa.table(
        TABLE,
        *(sa.column(name) for name in ("id", "severity", "category", "place", "updated_at")),
        sa.column("last_ds", sa.DateTime()),
        sa.column("created_at", sa.DateTime()),
        sa.column("resolved_at", sa.DateTime()),
    )
    of = table.c
    columns = (of.id, of.severity, of.category, of.last_ds, of.created_at, of.resolved_at)
    query = sa.select(*columns).where(of.place == 0).order_by(of.id).limit(BATCH)
    # A server would set `updated_at` itself, and nothing has happened.
    change = (
        sa.update(table)
        .where(of.id == sa.bindparam("row_id"))
        .values(place=sa.bindparam("given"), updated_at=of.updated_at)
    )
    # SQLite's stand-in for ON UPDATE takes a value that stays the same for one that was not set.
    trigger = _trigger(connection)
    if trigger:
        op.execute(f"DROP TRIGGER {TRIGGER}")
    while rows := connection.execute(query).all():
        connection.execute(change, [{"row_id": row.id, "given": _place(row)} for row in rows])
    if trigger:
        op.execute(trigger)


def _trigger(connection: sa.Connection) -> str | None:
    if connection.dialect.name != "sqlite":
        return None
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name")
    return connection.scalar(query, {"name": TRIGGER})


def _place(row: Any) -> int:
    until: datetime | None = row.last_ds
    if until and row.created_at and row.category == "forecast":
        # Its period lies ahead.
        until = min(until, row.created_at)
    severity = row.severity or "info"
    degree = SEVERITIES.index(severity) + 1 + (0 if row.resolved_at else len(SEVERITIES))
    seconds = int((until - datetime.min).total_seconds()) if until else 0
    return degree * DEGREE + seconds
