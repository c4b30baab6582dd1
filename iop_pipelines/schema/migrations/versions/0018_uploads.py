"""Files that people bring through the app, until they are loaded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# Not the plain type: dagster, once imported, makes that a TIMESTAMP(6) on MySQL.
TIMESTAMP = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")
INDEXED = ("status", "uploaded_by", "uploaded_at")


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())
    if not inspector.has_table("uploads"):
        _create_table()
    present = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes("uploads")}
    for column in INDEXED:
        name = f"ix_uploads__{column}"
        if name not in present:
            op.create_index(op.f(name), "uploads", [column])


def downgrade() -> None:
    op.drop_table("uploads", if_exists=True)


def _create_table() -> None:
    # SQLAlchemy reads the options of the dialect that the URL names, and only those.
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("status", _exact(16), nullable=False),
        sa.Column("storage_url", sa.String(1024), nullable=False),
        sa.Column("size_bytes", sa.BigInteger()),
        sa.Column("checksum", _exact(64)),
        sa.Column("answers", sa.JSON(none_as_null=True)),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("dataset", _exact(64)),
        sa.Column("drm_run_id", sa.Integer()),
        sa.Column("row_count", sa.Integer()),
        sa.Column("refused_count", sa.Integer()),
        sa.Column("error_msg", sa.Text()),
        sa.Column("said", sa.JSON(none_as_null=True)),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", TIMESTAMP, nullable=False),
        sa.Column("asked_at", TIMESTAMP),
        sa.Column("ended_at", TIMESTAMP),
        sa.Column("file_removed_at", TIMESTAMP),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.ForeignKeyConstraint(
            ["uploaded_by"], ["users.id"], name=op.f("fk_uploads__uploaded_by")
        ),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mariadb_engine="InnoDB",
        mariadb_charset="utf8mb4",
        mariadb_collate="utf8mb4_bin",
    )


def _exact(length: int) -> sa.String:
    kind = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(kind, "mysql", "mariadb")
