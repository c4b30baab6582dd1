"""The five tables of the contract, and those that carry the work between them.

A server without transactional DDL may die between two statements: what is already there is left as
it is, so running the revision again completes it.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Not the plain type: dagster, once imported, makes that a TIMESTAMP(6) on MySQL.
TIMESTAMP = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")
MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
NOW = sa.text("CURRENT_TIMESTAMP")

# Parents before children; dropped in the opposite order.
TABLES = (
    "analytical_models",
    "cursors",
    "datasets",
    "report_templates",
    "workers",
    "dataset_versions",
    "generated_reports",
    "model_events",
    "recommendations",
    "input_validations",
    "model_executions",
    "recommendation_events",
    "rejected_rows",
    "findings",
    "model_outputs",
)
WITH_UPDATED_AT = (
    "analytical_models",
    "cursors",
    "datasets",
    "report_templates",
    "recommendations",
)


def upgrade() -> None:
    _create_table(
        "analytical_models",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", _exact(255), nullable=False),
        sa.Column("version", _exact(64), nullable=False, server_default="v1.0.0"),
        sa.Column("type", _enum("model_type", "rule_based", "statistical", "ml"), nullable=False),
        sa.Column(
            "status", _enum("model_status", "draft", "active", "deprecated"), server_default="draft"
        ),
        sa.Column("input_schema", sa.JSON()),
        sa.Column("output_schema", sa.JSON()),
        sa.Column("config", sa.JSON()),
        sa.Column("created_by", sa.Integer()),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.Column("updated_at", TIMESTAMP, server_default=_now_on_update()),
        sa.Column("description", sa.Text()),
        sa.Column("dataset", _exact(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analytical_models")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_analytical_models__name_version")),
        indexes={"ix_analytical_models__dataset": ["dataset"]},
    )
    _create_table(
        "cursors",
        sa.Column("name", _exact(128), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", TIMESTAMP, server_default=_now_on_update()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
    )
    _create_table(
        "datasets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", _exact(64), nullable=False),
        sa.Column("source", _exact(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("declaration", sa.JSON(), nullable=False),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.Column("updated_at", TIMESTAMP, server_default=_now_on_update()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datasets")),
        sa.UniqueConstraint("name", name=op.f("uq_datasets__name")),
        indexes={"ix_datasets__source": ["source"]},
    )
    _create_table(
        "report_templates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", _exact(255), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("query_config", sa.JSON(), nullable=False),
        sa.Column("format", _enum("report_format", "json", "csv", "pdf"), server_default="json"),
        sa.Column("schedule", sa.String(128)),
        sa.Column("status", _enum("template_status", "active", "paused"), server_default="active"),
        sa.Column("created_by", sa.Integer()),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.Column("updated_at", TIMESTAMP, server_default=_now_on_update()),
        sa.Column("schedule_since", TIMESTAMP),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_templates")),
        sa.UniqueConstraint("name", name=op.f("uq_report_templates__name")),
    )
    _create_table(
        "workers",
        sa.Column("id", _exact(64), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", TIMESTAMP, nullable=False),
        sa.Column("heartbeat_at", TIMESTAMP, nullable=False),
        sa.Column("run_id", _exact(64)),
        sa.Column("idle_since", TIMESTAMP),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    _create_table(
        "dataset_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("data_version", _exact(64), nullable=False),
        sa.Column("drm_run_id", sa.Integer(), nullable=False),
        sa.Column("content_checksum", _exact(64)),
        sa.Column("declaration_version", sa.Integer(), nullable=False),
        sa.Column("window_start", MOMENT, nullable=False),
        sa.Column("window_end", MOMENT, nullable=False),
        sa.Column("status", _exact(64), nullable=False, server_default="pending"),
        sa.Column(
            "phase",
            _enum("version_phase", "held", "queued", "claimed", "started", "done"),
            nullable=False,
            server_default="queued",
        ),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("starts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("run_after", TIMESTAMP),
        sa.Column("run_key", _exact(64)),
        sa.Column("claimed_at", TIMESTAMP),
        sa.Column("dagster_run_id", _exact(64)),
        sa.Column("quality_score", sa.Double()),
        sa.Column("rows_in", sa.Integer()),
        sa.Column("rows_out", sa.Integer()),
        sa.Column("rows_rejected", sa.Integer()),
        sa.Column("reject_reasons", sa.JSON()),
        sa.Column("error_msg", sa.Text()),
        sa.Column("prepared_at", TIMESTAMP),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_versions")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["datasets.id"], name=op.f("fk_dataset_versions__dataset_id")
        ),
        sa.UniqueConstraint(
            "dataset_id", "data_version", name=op.f("uq_dataset_versions__dataset_id_data_version")
        ),
        indexes={
            "ix_dataset_versions__dagster_run_id": ["dagster_run_id"],
            "ix_dataset_versions__dataset_id": ["dataset_id"],
            "ix_dataset_versions__run_key": ["run_key"],
        },
    )
    _create_table(
        "generated_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            _enum("report_status", "pending", "generating", "ready", "failed"),
            server_default="pending",
        ),
        sa.Column("storage_url", sa.String(1024)),
        sa.Column("row_count", sa.Integer()),
        sa.Column("size_bytes", sa.BigInteger()),
        sa.Column("generated_at", TIMESTAMP, server_default=NOW),
        sa.Column(
            "phase",
            _enum("report_phase", "held", "queued", "claimed", "started", "done"),
            nullable=False,
            server_default="queued",
        ),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("starts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("run_after", TIMESTAMP),
        sa.Column("run_key", _exact(64)),
        sa.Column("claimed_at", TIMESTAMP),
        sa.Column("dagster_run_id", _exact(64)),
        sa.Column("slot", TIMESTAMP),
        sa.Column("trigger_key", _exact(64)),
        sa.Column("trigger", sa.String(128), nullable=False, server_default="request"),
        sa.Column("format", _enum("generated_format", "json", "csv", "pdf")),
        sa.Column("requested_at", TIMESTAMP, server_default=NOW),
        sa.Column("started_at", TIMESTAMP),
        sa.Column("finished_at", TIMESTAMP),
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("error_msg", sa.Text()),
        sa.Column("checksum", _exact(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generated_reports")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["report_templates.id"], name=op.f("fk_generated_reports__template_id")
        ),
        sa.UniqueConstraint(
            "template_id", "slot", name=op.f("uq_generated_reports__template_id_slot")
        ),
        sa.UniqueConstraint("trigger_key", name=op.f("uq_generated_reports__trigger_key")),
        indexes={
            "ix_generated_reports__dagster_run_id": ["dagster_run_id"],
            "ix_generated_reports__run_key": ["run_key"],
            "ix_generated_reports__status_phase": ["status", "phase"],
            "ix_generated_reports__template_id": ["template_id"],
        },
    )
    _create_table(
        "model_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("status_before", sa.String(16)),
        sa.Column("status_after", sa.String(16), nullable=False),
        sa.Column("actor", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_events")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["analytical_models.id"], name=op.f("fk_model_events__model_id")
        ),
        indexes={"ix_model_events__model_id": ["model_id"]},
    )
    _create_table(
        "recommendations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column(
            "category",
            _enum("recommendation_category", "anomaly", "trend", "optimisation", "forecast"),
            nullable=False,
        ),
        sa.Column(
            "severity", _enum("severity", "info", "warning", "critical"), server_default="info"
        ),
        sa.Column(
            "status", _enum("review_status", "open", "accepted", "dismissed"), server_default="open"
        ),
        sa.Column("source_ref", sa.String(512)),
        sa.Column("metadata", sa.JSON()),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.Column("updated_at", TIMESTAMP, server_default=_now_on_update()),
        sa.Column("fingerprint", _exact(64)),
        sa.Column("live_key", _exact(64)),
        sa.Column("dataset", _exact(64)),
        sa.Column("unique_id", _exact(255)),
        sa.Column("model_id", sa.Integer()),
        sa.Column("occurrences", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("first_ds", MOMENT),
        sa.Column("last_ds", MOMENT),
        sa.Column("resolved_at", TIMESTAMP),
        sa.Column("previous_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations")),
        sa.ForeignKeyConstraint(
            ["model_id"], ["analytical_models.id"], name=op.f("fk_recommendations__model_id")
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["recommendations.id"], name=op.f("fk_recommendations__previous_id")
        ),
        sa.UniqueConstraint("live_key", name=op.f("uq_recommendations__live_key")),
        indexes={
            "ix_recommendations__fingerprint": ["fingerprint"],
            "ix_recommendations__status": ["status", "id"],
        },
    )
    _create_table(
        "input_validations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_version_id", sa.Integer(), nullable=False),
        sa.Column("schema_hash", _exact(64), nullable=False),
        sa.Column("is_success", sa.Boolean(), nullable=False),
        sa.Column("outcomes", LONG_TEXT, nullable=False),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_input_validations")),
        sa.ForeignKeyConstraint(
            ["dataset_version_id"],
            ["dataset_versions.id"],
            name=op.f("fk_input_validations__dataset_version_id"),
        ),
        sa.UniqueConstraint(
            "dataset_version_id",
            "schema_hash",
            name=op.f("uq_input_validations__dataset_version_id_schema_hash"),
        ),
    )
    _create_table(
        "model_executions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            _enum("execution_status", "running", "success", "failed"),
            server_default="running",
        ),
        sa.Column("input_ref", sa.String(512)),
        sa.Column("output_ref", sa.String(512)),
        sa.Column("duration_ms", sa.Integer()),
        sa.Column("error_msg", sa.Text()),
        sa.Column("started_at", TIMESTAMP, server_default=NOW),
        sa.Column("finished_at", TIMESTAMP),
        sa.Column(
            "phase",
            _enum("execution_phase", "held", "queued", "claimed", "started", "done"),
            nullable=False,
            server_default="queued",
        ),
        sa.Column("attempt", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("starts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("run_after", TIMESTAMP),
        sa.Column("run_key", _exact(64)),
        sa.Column("claimed_at", TIMESTAMP),
        sa.Column("dagster_run_id", _exact(64)),
        sa.Column("trigger_key", _exact(64)),
        sa.Column("trigger", sa.String(128), nullable=False, server_default="request"),
        sa.Column("data_version", _exact(64)),
        sa.Column("dataset_version_id", sa.Integer()),
        sa.Column("requested_at", TIMESTAMP, server_default=NOW),
        sa.Column("metrics", sa.JSON()),
        sa.Column("advised_at", TIMESTAMP),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_executions")),
        sa.ForeignKeyConstraint(
            ["dataset_version_id"],
            ["dataset_versions.id"],
            name=op.f("fk_model_executions__dataset_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["analytical_models.id"], name=op.f("fk_model_executions__model_id")
        ),
        sa.UniqueConstraint("trigger_key", name=op.f("uq_model_executions__trigger_key")),
        indexes={
            "ix_model_executions__dagster_run_id": ["dagster_run_id"],
            "ix_model_executions__data_version": ["data_version"],
            "ix_model_executions__dataset_version_id": ["dataset_version_id"],
            "ix_model_executions__model_id": ["model_id"],
            "ix_model_executions__run_key": ["run_key"],
            "ix_model_executions__status_phase": ["status", "phase"],
        },
    )
    _create_table(
        "recommendation_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recommendation_id", sa.Integer(), nullable=False),
        sa.Column("kind", _exact(64), nullable=False),
        sa.Column("status_before", sa.String(16)),
        sa.Column("status_after", sa.String(16)),
        sa.Column("actor", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.Column("source_ref", _exact(255)),
        sa.Column("details", sa.JSON()),
        sa.Column("created_at", TIMESTAMP, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_events")),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations.id"],
            name=op.f("fk_recommendation_events__recommendation_id"),
        ),
        indexes={"ix_recommendation_events__recommendation_id": ["recommendation_id"]},
    )
    _create_table(
        "rejected_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_version_id", sa.Integer(), nullable=False),
        sa.Column("step", _exact(64), nullable=False),
        sa.Column("reason", sa.String(255), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_rows")),
        sa.ForeignKeyConstraint(
            ["dataset_version_id"],
            ["dataset_versions.id"],
            name=op.f("fk_rejected_rows__dataset_version_id"),
        ),
        indexes={"ix_rejected_rows__dataset_version_id": ["dataset_version_id"]},
    )
    _create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("execution_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column(
            "category",
            _enum("finding_category", "anomaly", "trend", "optimisation", "forecast"),
            nullable=False,
        ),
        sa.Column("kind", _exact(64), nullable=False),
        sa.Column(
            "severity", _enum("finding_severity", "info", "warning", "critical"), nullable=False
        ),
        sa.Column("unique_id", _exact(255), nullable=False),
        sa.Column("measure", _exact(64), nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("ds", MOMENT, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("value", sa.Double()),
        sa.Column("expected", sa.Double()),
        sa.Column("lo", sa.Double()),
        sa.Column("hi", sa.Double()),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("confidence", sa.Double()),
        sa.Column("evidence", LONG_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sa.ForeignKeyConstraint(
            ["execution_id"], ["model_executions.id"], name=op.f("fk_findings__execution_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["analytical_models.id"], name=op.f("fk_findings__model_id")
        ),
        indexes={"ix_findings__execution_id": ["execution_id"]},
    )
    _create_table(
        "model_outputs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("execution_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("unique_id", _exact(255), nullable=False),
        sa.Column("ds", MOMENT, nullable=False),
        sa.Column("measure", _exact(64), nullable=False),
        sa.Column("y", sa.Double()),
        sa.Column("yhat", sa.Double()),
        sa.Column("lo", sa.Double()),
        sa.Column("hi", sa.Double()),
        sa.Column("score", sa.Double()),
        sa.Column("is_finding", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_outputs")),
        sa.ForeignKeyConstraint(
            ["execution_id"], ["model_executions.id"], name=op.f("fk_model_outputs__execution_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["analytical_models.id"], name=op.f("fk_model_outputs__model_id")
        ),
        indexes={
            "ix_model_outputs__execution_id": ["execution_id"],
            "ix_model_outputs__model_ds": ["model_id", "ds"],
        },
    )
    if op.get_context().dialect.name == "sqlite":
        for table in WITH_UPDATED_AT:
            op.execute(_updated_at_trigger(table))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table, if_exists=True)


def _exact(length: int) -> sa.String:
    kind = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.String(length).with_variant(kind, "mysql", "mariadb")


def _enum(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, create_constraint=True)


def _now_on_update() -> sa.TextClause:
    is_sqlite = op.get_context().dialect.name == "sqlite"
    return NOW if is_sqlite else sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")


def _create_table(
    name: str, *parts: sa.schema.SchemaItem, indexes: Mapping[str, Sequence[str]] | None = None
) -> None:
    if not sa.inspect(op.get_bind()).has_table(name):
        # SQLAlchemy reads the options of the dialect that the URL names, and only those.
        op.create_table(
            name,
            *parts,
            mysql_engine="InnoDB",
            mysql_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
            mariadb_engine="InnoDB",
            mariadb_charset="utf8mb4",
            mariadb_collate="utf8mb4_bin",
        )
    present = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(name)}
    for index, columns in (indexes or {}).items():
        if index not in present:
            op.create_index(op.f(index), name, columns)


def _updated_at_trigger(table: str) -> str:
    """SQLite's stand-in for ON UPDATE CURRENT_TIMESTAMP: a value set by hand is kept."""
    # A name cannot be a bound parameter; these are the constants above.
    now = f"UPDATE {table} SET updated_at = CURRENT_TIMESTAMP WHERE rowid = NEW.rowid"  # noqa: S608
    return (
        f"CREATE TRIGGER IF NOT EXISTS trg_{table}__updated_at AFTER UPDATE ON {table} "
        f"WHEN NEW.updated_at IS OLD.updated_at BEGIN {now}; END"
    )
