"""IOP's tables: the five of the contract, with columns added, and those that carry the work between them.

TIMESTAMP has whole seconds on MySQL, so order and cursors go by id. All TIMESTAMP values are naive
UTC; `ds` and window columns are DATETIME in the dataset's local time.
"""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from iop_pipelines.domain import vocabulary as words
from iop_pipelines.domain.places import place_of
from iop_pipelines.schema.document import Document
from iop_pipelines.tracing.context import HEADER_LENGTH

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s__%(column_0_N_name)s",
        "uq": "uq_%(table_name)s__%(column_0_N_name)s",
        "fk": "fk_%(table_name)s__%(column_0_N_name)s",
        "ck": "ck_%(table_name)s__%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)


# Of every text column of ours: by bytes, as SQLite compares, and there on every MySQL and MariaDB. A server's
# own default differs from version to version, and a comparison across two is an error (1267).
COLLATION = "utf8mb4_bin"


class CurrentTimestampOnUpdate(FunctionElement):
    """MySQL keeps the column current by itself; on SQLite the migration adds a trigger."""

    inherit_cache = True


@compiles(CurrentTimestampOnUpdate)
def _now_default(element: CurrentTimestampOnUpdate, compiler: object, **kw: object) -> str:
    return "CURRENT_TIMESTAMP"


@compiles(CurrentTimestampOnUpdate, "mysql", "mariadb")
def _now_mysql(element: CurrentTimestampOnUpdate, compiler: object, **kw: object) -> str:
    return "CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"


def exact(length: int) -> sa.String:
    """A string whose case and accents count, also in a table that somebody else made; café and cafe are two."""
    kind = mysql.VARCHAR(length, charset="utf8mb4", collation=COLLATION)
    return sa.String(length).with_variant(kind, "mysql", "mariadb")


# Importing dagster makes every plain TIMESTAMP a TIMESTAMP(6) on MySQL, for the whole process; a
# variant of MySQL's own type is left alone, and keeps whole seconds as the contract has them.
Timestamp = sa.TIMESTAMP().with_variant(mysql.TIMESTAMP(), "mysql", "mariadb")
# DATETIME(6) keeps the fractions that DRM delivers; TEXT on MySQL ends at 64 kB.
Moment = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
# What code alone reads, by its keys; all other JSON is a `Document`, whose keys keep their order.
Said = sa.JSON(none_as_null=True)
LongText = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
Double = sa.Double()


def _enum(words_: type[StrEnum], name: str, *, is_checked: bool = True) -> sa.Enum:
    """is_checked: False for a column that was added later, for which SQLite would copy the whole table."""
    return sa.Enum(
        words_,
        name=name,
        values_callable=lambda members: [member.value for member in members],
        create_constraint=is_checked,
        validate_strings=True,
    )


def _id() -> sa.Column:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def _created_at() -> sa.Column:
    return sa.Column("created_at", Timestamp, server_default=sa.text("CURRENT_TIMESTAMP"))


def _updated_at() -> sa.Column:
    return sa.Column(
        "updated_at",
        Timestamp,
        server_default=CurrentTimestampOnUpdate(),
        server_onupdate=sa.FetchedValue(),
    )


def _work_columns(phase_enum: str) -> list[sa.Column]:
    """What makes a row a piece of work that is launched, may die with its worker, and is tried again."""
    return [
        sa.Column("phase", _enum(words.Phase, phase_enum), nullable=False, server_default="queued"),
        # Raised whenever the item goes back to the queue: events of a former attempt count for nothing.
        sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
        # How often a worker has begun it; what kills its worker each time is given up.
        sa.Column("starts", sa.Integer, nullable=False, server_default="0"),
        # Not before this moment is it tried again.
        sa.Column("run_after", Timestamp),
        # Names the Dagster run of this attempt before that run exists; NULL while queued.
        sa.Column("run_key", exact(64), index=True),
        sa.Column("claimed_at", Timestamp),
        sa.Column("dagster_run_id", exact(64), index=True),
        # The span that asked for it (`tracing.context`), by whose id all that comes of it is found.
        _traceparent(index=True),
    ]


def _traceparent(*, index: bool = False) -> sa.Column:
    return sa.Column("traceparent", exact(HEADER_LENGTH), index=index)


def _place_given(context: DefaultExecutionContext) -> int:
    """Of a row that says none itself, by what it says."""
    given = context.get_current_parameters()
    return place_of(
        words.Severity(given.get("severity") or words.Severity.INFO),
        given.get("last_ds"),
        is_gone=given.get("resolved_at") is not None,
    )


def new_table(owner: sa.MetaData, name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    """A table that is InnoDB, utf8mb4 and compares by bytes, whatever the server's own defaults are."""
    # SQLAlchemy reads the options of the dialect that the URL names, and only those.
    return sa.Table(
        name,
        owner,
        *parts,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate=COLLATION,
        mariadb_engine="InnoDB",
        mariadb_charset="utf8mb4",
        mariadb_collate=COLLATION,
    )


def _table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    return new_table(metadata, name, *parts)


# The five of the contract.

analytical_models = _table(
    "analytical_models",
    _id(),
    sa.Column("name", exact(255), nullable=False),
    sa.Column("version", exact(64), nullable=False, server_default="v1.0.0"),
    sa.Column("type", _enum(words.ModelType, "model_type"), nullable=False),
    sa.Column("status", _enum(words.ModelStatus, "model_status"), server_default="draft"),
    sa.Column("input_schema", Document),
    sa.Column("output_schema", Document),
    sa.Column("config", Document),
    sa.Column("created_by", sa.Integer),
    _created_at(),
    _updated_at(),
    sa.Column("description", sa.Text),
    # The dataset that the trigger subscribes to; a copy of config.dataset that can be indexed.
    sa.Column("dataset", exact(64), index=True),
    # Unlisted since then, its name set free: what it executed stays.
    sa.Column("deleted_at", Timestamp),
    sa.UniqueConstraint("name", "version"),
    sa.Index("ix_analytical_models__status", "status"),
)

model_executions = _table(
    "model_executions",
    _id(),
    sa.Column("model_id", sa.ForeignKey("analytical_models.id"), nullable=False, index=True),
    sa.Column("status", _enum(words.ExecutionStatus, "execution_status"), server_default="running"),
    sa.Column("input_ref", sa.String(512)),
    sa.Column("output_ref", sa.String(512)),
    sa.Column("duration_ms", sa.Integer),
    sa.Column("error_msg", sa.Text),
    # What `error_msg` says, as code and values (`domain.sentences`); NULL where somebody wrote it, and before 0015.
    sa.Column("said", Said),
    sa.Column("started_at", Timestamp, server_default=sa.text("CURRENT_TIMESTAMP")),
    sa.Column("finished_at", Timestamp),
    *_work_columns("execution_phase"),
    # hash of (model version, data version, trigger): the same event asked twice is one row.
    sa.Column("trigger_key", exact(64), unique=True),
    # Who asked: `drm_run:17`, `request:…`, `ui:RUN_ID`.
    sa.Column("trigger", sa.String(128), nullable=False, server_default="request"),
    sa.Column("data_version", exact(64), index=True),
    sa.Column("dataset_version_id", sa.ForeignKey("dataset_versions.id"), index=True),
    sa.Column("requested_at", Timestamp, server_default=sa.text("CURRENT_TIMESTAMP")),
    sa.Column("metrics", Document),
    # When recommendations were made from this output; NULL on a success means still to do.
    sa.Column("advised_at", Timestamp),
    # When retention took this end out of Dagster's history; from then on the row alone tells it.
    sa.Column("history_purged_at", Timestamp),
    # The DRM run that delivered the window again while this waited for a quality score: it was never
    # begun, and though its status is one of three words, it has not failed.
    sa.Column("superseded_by", sa.Integer),
    sa.Index("ix_model_executions__status_phase", "status", "phase"),
    sa.Index("ix_model_executions__status_finished", "status", "finished_at", "duration_ms"),
)

report_templates = _table(
    "report_templates",
    _id(),
    sa.Column("name", exact(255), nullable=False, unique=True),
    sa.Column("description", sa.Text),
    sa.Column("query_config", Document, nullable=False),
    sa.Column("format", _enum(words.ReportFormat, "report_format"), server_default="json"),
    sa.Column("schedule", sa.String(128)),
    sa.Column("status", _enum(words.TemplateStatus, "template_status"), server_default="active"),
    sa.Column("created_by", sa.Integer),
    _created_at(),
    _updated_at(),
    # Slots before this moment were due before the template existed and are never made up.
    sa.Column("schedule_since", Timestamp),
    # A deleted template is kept for the reports made of it: paused, unlisted, its name set free.
    sa.Column("deleted_at", Timestamp),
    # `domain.policies`, whose defaults these are.
    sa.Column("wait", exact(16), quote=True),
    sa.Column("reissue", exact(16), nullable=False, server_default="offer"),
    sa.Column("empty", exact(16), nullable=False, server_default="send", quote=True),
    sa.Column("misfire", exact(16), nullable=False, server_default="latest"),
    sa.Column("jitter", exact(16)),
    sa.Column("pause_after", sa.Integer, nullable=False, server_default="5"),
    # When the platform paused it, for what (`words.PauseCause`), and why in words; all NULL where a person did.
    sa.Column("paused_at", Timestamp),
    sa.Column("pause_cause", exact(16)),
    sa.Column("said", Said),
    # The slots that were not made up the last time that any were not, in words.
    sa.Column("passed_over", Said),
)

generated_reports = _table(
    "generated_reports",
    _id(),
    sa.Column("template_id", sa.ForeignKey("report_templates.id"), nullable=False, index=True),
    sa.Column("status", _enum(words.ReportStatus, "report_status"), server_default="pending"),
    sa.Column("storage_url", sa.String(1024)),
    sa.Column("row_count", sa.Integer),
    # All rows of what was asked, those among them that a limit left out of the file; NULL before 0021.
    sa.Column("row_total", sa.BigInteger),
    # What whoever gets the file must know of it, as code and values; NULL where there is nothing.
    sa.Column("remark", Said),
    sa.Column("size_bytes", sa.BigInteger),
    sa.Column("generated_at", Timestamp, server_default=sa.text("CURRENT_TIMESTAMP")),
    *_work_columns("report_phase"),
    # The moment, in UTC, that the schedule named; NULL for a report asked for by hand.
    sa.Column("slot", Timestamp),
    sa.Column("trigger_key", exact(64), unique=True),
    sa.Column("trigger", sa.String(128), nullable=False, server_default="request"),
    sa.Column("format", _enum(words.ReportFormat, "generated_format")),
    sa.Column("requested_at", Timestamp, server_default=sa.text("CURRENT_TIMESTAMP")),
    sa.Column("started_at", Timestamp),
    sa.Column("finished_at", Timestamp),
    sa.Column("duration_ms", sa.Integer),
    sa.Column("error_msg", sa.Text),
    # What `error_msg` says, as code and values (`domain.sentences`); NULL where somebody wrote it, and before 0015.
    sa.Column("said", Said),
    sa.Column("checksum", exact(64)),
    sa.Column("history_purged_at", Timestamp),
    # When retention removed the files; `storage_url` stays, and says where one was.
    sa.Column("file_removed_at", Timestamp),
    # A list of `schema.report_row.FurtherFile`: the kept result first of all; NULL before 0022.
    sa.Column("files", sa.JSON(none_as_null=True)),
    # When its rows were read, by the business clock; periods count from `as_of`: the slot, else when it was asked for.
    sa.Column("read_at", Moment),
    sa.Column("as_of", Moment),
    # While its phase is held: since and until when it waits for deliveries, and what of each source is missing.
    sa.Column("waiting_since", Timestamp),
    sa.Column("waiting_until", Timestamp),
    sa.Column("waiting_for", sa.JSON(none_as_null=True)),
    # Who is told of it, `words.Audience`; NULL is everybody.
    sa.Column("audience", exact(16)),
    # What of each dataset was read, as `query.versions_read.SourceRead`, and what of that was delivered again since.
    sa.Column("sources_read", sa.JSON(none_as_null=True)),
    sa.Column("restated", Said),
    sa.Column("restated_at", Timestamp, index=True),
    # The report that this one takes the place of, the first of them all, and what changed since the last.
    sa.Column("reissue_of", sa.Integer, index=True),
    sa.Column("changes", sa.JSON(none_as_null=True)),
    # What of that, and of an empty or a late one, each of its files says.
    sa.Column("notes", sa.JSON(none_as_null=True)),
    sa.UniqueConstraint("template_id", "slot"),
    sa.Index("ix_generated_reports__status_phase", "status", "phase"),
    sa.Index("ix_generated_reports__status_finished", "status", "finished_at"),
    sa.Index("ix_generated_reports__finished_at", "finished_at"),
)

recommendations = _table(
    "recommendations",
    _id(),
    sa.Column("title", sa.String(255), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("category", _enum(words.Category, "recommendation_category"), nullable=False),
    # Of the last finding.
    sa.Column("severity", _enum(words.Severity, "severity"), server_default="info"),
    sa.Column("status", _enum(words.ReviewStatus, "review_status"), server_default="open"),
    sa.Column("source_ref", sa.String(512)),
    # Evidence with its points, read by code alone: their order would be said once a point.
    sa.Column("metadata", sa.JSON),
    _created_at(),
    _updated_at(),
    # hash of (category, dataset, series, model name); NULL for a row that no model of ours made.
    sa.Column("fingerprint", exact(64), index=True),
    # The fingerprint while this one still takes updates, else NULL: unique, so one at a time.
    sa.Column("live_key", exact(64), unique=True),
    sa.Column("dataset", exact(64)),
    sa.Column("unique_id", exact(255)),
    sa.Column("model_id", sa.ForeignKey("analytical_models.id")),
    sa.Column("occurrences", sa.Integer, nullable=False, server_default="1"),
    # Periods of data (dataset-local) of the first and last finding.
    sa.Column("first_ds", Moment),
    sa.Column("last_ds", Moment),
    sa.Column("resolved_at", Timestamp),
    sa.Column("previous_id", sa.ForeignKey("recommendations.id")),
    # Snoozed until then; NULL or past: it waits for a decision now.
    sa.Column("snoozed_until", Timestamp),
    # {language: {title, description}} of what a model of ours found; NULL in rows of others.
    sa.Column("translations", Document),
    # {language: {label, rationale, actions}}, English too: the same text in its parts.
    sa.Column("explanation", Document),
    # The gravest there was; NULL where it is `severity`.
    sa.Column("peak_severity", _enum(words.Severity, "peak_severity", is_checked=False)),
    # `domain.places`: the order of the inbox. 0 in rows that a release before 0029 writes beside this one.
    sa.Column("place", sa.BigInteger, nullable=False, default=_place_given, server_default="0"),
    # Of `recommendation_causes`; NULL of what stands alone, and of what is gone.
    sa.Column("cause_id", sa.Integer),
    sa.Index("ix_recommendations__cause", "cause_id", "place", "id"),
    sa.Index("ix_recommendations__status", "status", "id"),
    sa.Index("ix_recommendations__dataset", "dataset", "id"),
    sa.Index("ix_recommendations__place", "place", "id"),
    sa.Index("ix_recommendations__status_place", "status", "place", "id"),
    sa.Index("ix_recommendations__dataset_place", "dataset", "place", "id"),
    sa.Index("ix_recommendations__created_at", "created_at"),
    sa.Index("ix_recommendations__updated_at", "updated_at"),
)

# Added to them.

# What several recommendations have in common; the gravest of them leads.
recommendation_causes = _table(
    "recommendation_causes",
    _id(),
    sa.Column("dataset", exact(64), nullable=False, index=True),
    # lower or higher than expected
    sa.Column("direction", exact(16), nullable=False),
    # Where the first of them began, dataset-local, and of how many series they are.
    sa.Column("since", Moment, nullable=False),
    sa.Column("series", sa.Integer, nullable=False),
    _created_at(),
)

recommendation_events = _table(
    "recommendation_events",
    _id(),
    sa.Column("recommendation_id", sa.ForeignKey("recommendations.id"), nullable=False, index=True),
    # opened, updated, resolved, reopened, status, comment, snoozed
    sa.Column("kind", exact(64), nullable=False),
    sa.Column("status_before", sa.String(16)),
    sa.Column("status_after", sa.String(16)),
    sa.Column("actor", sa.Integer),
    sa.Column("reason", sa.Text),
    # What `reason` says, as code and values (`domain.sentences`); NULL where somebody wrote it, and before 0015.
    sa.Column("said", Said),
    # The execution that caused it; with `kind`, what makes advising idempotent.
    sa.Column("source_ref", exact(255)),
    sa.Column("details", Document),
    _created_at(),
)

# A decision that was sent with a key is taken once, however often it arrives.
review_requests = _table(
    "review_requests",
    # hash of (who, what is asked, recommendation, the caller's key)
    sa.Column("request_key", exact(64), primary_key=True),
    # What came of it; NULL where nothing was left to do.
    sa.Column("event_id", sa.ForeignKey("recommendation_events.id")),
    _created_at(),
)

model_events = _table(
    "model_events",
    _id(),
    sa.Column("model_id", sa.ForeignKey("analytical_models.id"), nullable=False, index=True),
    sa.Column("status_before", sa.String(16)),
    sa.Column("status_after", sa.String(16), nullable=False),
    sa.Column("actor", sa.Integer),
    sa.Column("reason", sa.Text),
    # What `reason` says, as code and values (`domain.sentences`); NULL where somebody wrote it, and before 0015.
    sa.Column("said", Said),
    _created_at(),
)

datasets = _table(
    "datasets",
    _id(),
    sa.Column("name", exact(64), nullable=False, unique=True),
    sa.Column("source", exact(64), nullable=False, index=True),
    # The latest declaration, and its version number.
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("declaration", Document, nullable=False),
    _created_at(),
    _updated_at(),
)

dataset_versions = _table(
    "dataset_versions",
    # `id` orders the versions of a dataset; prepared rows point to it.
    _id(),
    sa.Column("dataset_id", sa.ForeignKey("datasets.id"), nullable=False, index=True),
    # hash of (dataset, declaration version, DRM run id, content checksum)
    sa.Column("data_version", exact(64), nullable=False),
    sa.Column("drm_run_id", sa.Integer, nullable=False),
    sa.Column("content_checksum", exact(64)),
    sa.Column("declaration_version", sa.Integer, nullable=False),
    sa.Column("window_start", Moment, nullable=False),
    sa.Column("window_end", Moment, nullable=False),
    # pending until prepared; prepared or failed afterwards
    sa.Column("status", exact(64), nullable=False, server_default="pending"),
    *_work_columns("version_phase"),
    sa.Column("quality_score", Double),
    sa.Column("rows_in", sa.Integer),
    sa.Column("rows_out", sa.Integer),
    sa.Column("rows_rejected", sa.Integer),
    # Of what was delivered, the share that steps did not refuse, 0 to 100; NULL where nothing was delivered.
    sa.Column("usable_pct", Double),
    # reason -> count
    sa.Column("reject_reasons", Document),
    sa.Column("error_msg", sa.Text),
    # What `error_msg` says, as code and values (`domain.sentences`); NULL where somebody wrote it, and before 0015.
    sa.Column("said", Said),
    sa.Column("prepared_at", Timestamp),
    # When preparing it failed last; it counts while `status` says failed.
    sa.Column("failed_at", Timestamp),
    # When somebody took it however much of it is refused.
    sa.Column("accepted_at", Timestamp),
    _created_at(),
    sa.UniqueConstraint("dataset_id", "data_version"),
    sa.Index("ix_dataset_versions__dataset_run", "dataset_id", "drm_run_id"),
    # Few fail: what is shown on every page is found without reading all versions.
    sa.Index("ix_dataset_versions__status", "status", "dataset_id"),
)

rejected_rows = _table(
    "rejected_rows",
    _id(),
    sa.Column(
        "dataset_version_id", sa.ForeignKey("dataset_versions.id"), nullable=False, index=True
    ),
    sa.Column("step", exact(64), nullable=False),
    sa.Column("reason", sa.String(255), nullable=False),
    # What `reason` says, as code and values (`domain.sentences`); NULL where somebody wrote it, and before 0015.
    sa.Column("said", Said),
    sa.Column("row", Document, nullable=False),
)

input_validations = _table(
    "input_validations",
    _id(),
    sa.Column("dataset_version_id", sa.ForeignKey("dataset_versions.id"), nullable=False),
    sa.Column("schema_hash", exact(64), nullable=False),
    sa.Column("is_success", sa.Boolean, nullable=False),
    # the list of CheckOutcome as JSON
    sa.Column("outcomes", LongText, nullable=False),
    _created_at(),
    sa.UniqueConstraint("dataset_version_id", "schema_hash"),
)

model_outputs = _table(
    "model_outputs",
    _id(),
    sa.Column("execution_id", sa.ForeignKey("model_executions.id"), nullable=False, index=True),
    sa.Column("model_id", sa.ForeignKey("analytical_models.id"), nullable=False),
    sa.Column("unique_id", exact(255), nullable=False),
    sa.Column("ds", Moment, nullable=False),
    sa.Column("measure", exact(64), nullable=False),
    sa.Column("y", Double),
    sa.Column("yhat", Double),
    sa.Column("lo", Double),
    sa.Column("hi", Double),
    sa.Column("score", Double),
    sa.Column("is_finding", sa.Boolean, nullable=False),
    sa.Index("ix_model_outputs__model_ds", "model_id", "ds"),
)

# Where all rows are that a large panel's execution scored, where `model_outputs` keeps only some of them.
output_files = _table(
    "output_files",
    sa.Column("execution_id", sa.ForeignKey("model_executions.id"), primary_key=True),
    sa.Column("model_id", sa.ForeignKey("analytical_models.id"), nullable=False),
    sa.Column("url", sa.String(1024), nullable=False),
    # SHA-256, in hexadecimal.
    sa.Column("checksum", exact(64), nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("row_count", sa.Integer, nullable=False),
    # Of them, those that are in `model_outputs` too, and those that have a score.
    sa.Column("kept_rows", sa.Integer, nullable=False),
    sa.Column("scored_rows", sa.Integer, nullable=False),
    # Type of each column by its name, in their order.
    sa.Column("columns", Document, nullable=False),
    sa.Column("first_ds", Moment, nullable=False),
    sa.Column("last_ds", Moment, nullable=False),
    # `model_outputs` has every row from here on.
    sa.Column("complete_since", Moment, nullable=False),
    # [n, id] of the first of each run of ids in `model_outputs` without a gap; n: how many of its rows come before.
    sa.Column("kept_ids", Document, nullable=False),
    sa.Index("ix_output_files__model_id", "model_id"),
)

findings = _table(
    "findings",
    _id(),
    sa.Column("execution_id", sa.ForeignKey("model_executions.id"), nullable=False, index=True),
    sa.Column("model_id", sa.ForeignKey("analytical_models.id"), nullable=False),
    sa.Column("category", _enum(words.Category, "finding_category"), nullable=False),
    sa.Column("kind", exact(64), nullable=False),
    sa.Column("severity", _enum(words.Severity, "finding_severity"), nullable=False),
    sa.Column("unique_id", exact(255), nullable=False),
    sa.Column("measure", exact(64), nullable=False),
    sa.Column("unit", sa.String(32), nullable=False),
    sa.Column("ds", Moment, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("value", Double),
    sa.Column("expected", Double),
    sa.Column("lo", Double),
    sa.Column("hi", Double),
    sa.Column("score", Double, nullable=False),
    sa.Column("confidence", Double),
    sa.Column("evidence", LongText, nullable=False),
    sa.Index("ix_findings__model_since", "model_id", "since"),
)

workers = _table(
    "workers",
    sa.Column("id", exact(64), primary_key=True),
    sa.Column("host", sa.String(255), nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("started_at", Timestamp, nullable=False),
    sa.Column("heartbeat_at", Timestamp, nullable=False),
    # The Dagster run it works on, if any, and since when there has been none.
    sa.Column("run_id", exact(64)),
    sa.Column("idle_since", Timestamp),
)

# Cursors of what is not a Dagster sensor, and the slot a cadence was last asked for.
cursors = _table(
    "cursors",
    sa.Column("name", exact(128), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    _updated_at(),
)

# What the reconciler has repaired, in words.
ledger_repairs = _table(
    "ledger_repairs",
    _id(),
    sa.Column("repaired_at", Timestamp, nullable=False, index=True),
    sa.Column("what", sa.Text, nullable=False),
)

# Intake.

# What is watched for deliveries; one source fills one dataset.
intake_sources = _table(
    "intake_sources",
    _id(),
    sa.Column("dataset", exact(64), nullable=False, unique=True),
    # Part of the keys of its DRM runs: ids begin again in another database, these never do.
    sa.Column("token", exact(32), nullable=False),
    # Where it is and how it is read, as `intake.yaml` says it.
    sa.Column("declaration", Document, nullable=False),
    sa.Column("is_paused", sa.Boolean, nullable=False, server_default=sa.text("0")),
    sa.Column("looked_at", Moment),
    # Why it could not be looked at the last time; NULL where it could.
    sa.Column("error_msg", sa.Text),
    sa.Column("said", Said),
    _created_at(),
)

# One row for each state of an item that was seen: what is changed later is another row.
deliveries = _table(
    "deliveries",
    _id(),
    sa.Column("source_id", sa.ForeignKey("intake_sources.id"), nullable=False, index=True),
    # SHA-256 of the identity, which may be longer than an index takes.
    sa.Column("item_key", exact(64), nullable=False),
    sa.Column("identity", sa.Text, nullable=False),
    sa.Column("fingerprint", exact(255), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger),
    # How far a source that is read by stretches has come with this one; NULL for files.
    sa.Column("position", sa.Text),
    # waiting until it is whole, pending until it is delivered; delivered, unchanged, failed or gone afterwards
    sa.Column("status", exact(16), nullable=False, server_default="waiting"),
    *_work_columns("delivery_phase"),
    # Since when it has this fingerprint, and since when it is no longer there.
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("gone_at", Moment),
    sa.Column("started_at", Timestamp),
    sa.Column("finished_at", Timestamp),
    # DRM's run that it became, or that had its content before.
    sa.Column("drm_run_id", sa.Integer),
    sa.Column("rows_delivered", sa.Integer),
    sa.Column("error_msg", sa.Text),
    sa.Column("said", Said),
    sa.Index("ix_deliveries__source_item", "source_id", "item_key"),
    sa.Index("ix_deliveries__status_finished", "status", "finished_at"),
)

# Dashboards.

dashboards = _table(
    "dashboards",
    _id(),
    sa.Column("name", exact(255), nullable=False, unique=True),
    sa.Column("description", sa.Text),
    sa.Column("created_by", sa.Integer),
    _created_at(),
    _updated_at(),
    # Raised by every save: `updated_at` has whole seconds, and two may save within one.
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
)

panels = _table(
    "panels",
    _id(),
    sa.Column("dashboard_id", sa.ForeignKey("dashboards.id"), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("type", _enum(words.PanelType, "panel_type"), nullable=False),
    sa.Column("query_config", Document, nullable=False),
    # How often its reader asks again, in seconds.
    sa.Column("refresh_s", sa.Integer, nullable=False, server_default="60"),
    # Of the dashboard's twelve columns.
    sa.Column("width", sa.Integer, nullable=False, server_default="6"),
)

# What dashboard.stats is summed up from: every change adds a row, so that no two transactions wait
# for one counter; ledger/counters.py folds them.
stat_changes = _table(
    "stat_changes",
    _id(),
    sa.Column("measure", exact(64), nullable=False),
    # `2026-12-01 09` in UTC; empty where the measure is not by the hour.
    sa.Column("hour", exact(13), nullable=False),
    sa.Column("amount", sa.Integer, nullable=False),
)

# Events.

# Each event once, whatever the broker delivers; written before the message is acknowledged.
event_inbox = _table(
    "event_inbox",
    _id(),
    sa.Column("event_id", exact(64), nullable=False, unique=True),
    sa.Column("event_type", exact(64), nullable=False),
    sa.Column("source_id", exact(128), nullable=False),
    sa.Column("occurred_at", Moment, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    # The whole event as JSON.
    sa.Column("payload", LongText, nullable=False),
    # waiting, done or failed
    sa.Column("status", exact(16), nullable=False, server_default="waiting"),
    sa.Column("looks", sa.Integer, nullable=False, server_default="0"),
    # Not before this moment is it looked at again.
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("handled_at", Moment),
    # What it waits for, or why it failed.
    sa.Column("reason", sa.Text),
    sa.Index("ix_event_inbox__status_due", "status", "due_at"),
)

# Messages that are no events; the broker has each of them whole, in the queue of dead letters.
refused_messages = _table(
    "refused_messages",
    _id(),
    # SHA-256 of the body: a message delivered again, or sent again, is one row.
    sa.Column("body_digest", exact(64), nullable=False, unique=True),
    sa.Column("routing_key", exact(255), nullable=False),
    sa.Column("size_bytes", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("deliveries", sa.Integer, nullable=False),
    sa.Column("first_at", Moment, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
)

# What IOP tells others, written in the transaction that it tells of.
event_outbox = _table(
    "event_outbox",
    _id(),
    sa.Column("event_id", exact(64), nullable=False, unique=True),
    sa.Column("event_type", exact(64), nullable=False),
    sa.Column("source_id", exact(128), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("payload", LongText, nullable=False),
    sa.Column("published_at", Moment),
    _traceparent(),
    sa.Index("ix_event_outbox__published", "published_at", "id"),
)

# Who does what only one process may do, or is known to be doing, and until when that holds.
leases = _table(
    "leases",
    sa.Column("name", exact(64), primary_key=True),
    sa.Column("holder", exact(128), nullable=False),
    sa.Column("until", Moment, nullable=False),
)

# Identity.

users = _table(
    "users",
    _id(),
    sa.Column("name", exact(255), nullable=False, unique=True),
    sa.Column("role", _enum(words.Role, "user_role"), nullable=False),
    # argon2id in PHC form; NULL for an account that signs in by a link or a provider only.
    sa.Column("password_hash", sa.String(255)),
    sa.Column("is_disabled", sa.Boolean, nullable=False, server_default=sa.text("0")),
    # Whom an OpenID provider knows; both NULL for a local account.
    sa.Column("oidc_issuer", exact(255)),
    sa.Column("oidc_subject", exact(255)),
    _created_at(),
    _updated_at(),
    sa.UniqueConstraint("oidc_issuer", "oidc_subject"),
)

sessions = _table(
    "sessions",
    # `jti` of the token; every token has its row, so every one can be revoked.
    sa.Column("id", exact(64), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False, index=True),
    # password, link, oidc, token
    sa.Column("origin", exact(64), nullable=False),
    sa.Column("address", exact(64), nullable=False),
    sa.Column("expires_at", Moment, nullable=False, index=True),
    sa.Column("revoked_at", Moment),
    _created_at(),
)

sign_in_links = _table(
    "sign_in_links",
    _id(),
    # SHA-256 of what the link holds: the database alone opens no door.
    sa.Column("token_hash", exact(64), nullable=False, unique=True),
    sa.Column("user_id", sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("expires_at", Moment, nullable=False, index=True),
    sa.Column("used_at", Moment),
    _created_at(),
)

# Sign-ins that failed, or have not succeeded yet, within the last minutes.
sign_in_attempts = _table(
    "sign_in_attempts",
    _id(),
    sa.Column("account", exact(255), nullable=False),
    sa.Column("address", exact(64), nullable=False),
    sa.Column("attempted_at", Moment, nullable=False, index=True),
    sa.Index("ix_sign_in_attempts__account", "account", "attempted_at"),
    sa.Index("ix_sign_in_attempts__address", "address", "attempted_at"),
)

# What a person chose for themselves; a missing row or name is the default.
user_settings = _table(
    "user_settings",
    sa.Column("user_id", sa.ForeignKey("users.id"), primary_key=True, autoincrement=False),
    sa.Column("settings", Document, nullable=False),
    _updated_at(),
)

# What a person has read; notifications themselves are read from the rows they tell of.
notification_marks = _table(
    "notification_marks",
    sa.Column("user_id", sa.ForeignKey("users.id"), primary_key=True, autoincrement=False),
    # report, recommendation, execution, model, dataset (its data version)
    sa.Column("kind", exact(16), primary_key=True),
    sa.Column("item_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("read_at", Timestamp, nullable=False, index=True),
)

# Append-only: schema/append_only.py has the triggers.
audit_events = _table(
    "audit_events",
    _id(),
    sa.Column("occurred_at", Moment, nullable=False, index=True),
    # No foreign key: what happened stays true whatever becomes of the account.
    sa.Column("user_id", sa.Integer, index=True),
    sa.Column("user_name", exact(255), nullable=False),
    sa.Column("procedure", exact(128), nullable=False, index=True),
    sa.Column("value_before", Document(none_as_null=True)),
    sa.Column("value_after", Document(none_as_null=True)),
    sa.Column("request_id", exact(64), nullable=False, index=True),
    sa.Column("address", exact(64), nullable=False),
)

# Files of people, from their arrival to the delivery that was made of them (intake/uploads.py).
uploads = _table(
    "uploads",
    _id(),
    # As its sender calls it: shown, and never a part of a path.
    sa.Column("name", sa.String(255), nullable=False),
    # `words.UploadStatus`
    sa.Column("status", exact(16), nullable=False),
    sa.Column("storage_url", sa.String(1024), nullable=False),
    sa.Column("size_bytes", sa.BigInteger),
    # SHA-256 of its bytes.
    sa.Column("checksum", exact(64)),
    # What was said of it when it was asked to be loaded: the options of `iop start`, by name.
    sa.Column("answers", Document(none_as_null=True)),
    # Raised whenever the run that should load it ended without having done so.
    sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
    sa.Column("dataset", exact(64)),
    # The run in DRM's tables that holds its rows.
    sa.Column("drm_run_id", sa.Integer),
    sa.Column("row_count", sa.Integer),
    sa.Column("refused_count", sa.Integer),
    sa.Column("error_msg", sa.Text),
    sa.Column("said", Said),
    sa.Column("uploaded_by", sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("uploaded_at", Timestamp, nullable=False, index=True),
    sa.Column("asked_at", Timestamp),
    sa.Column("ended_at", Timestamp),
    sa.Column("file_removed_at", Timestamp),
    # The span that asked for it to be loaded.
    _traceparent(),
    sa.Index("ix_uploads__status", "status"),
)

# What model versions would have told of the history (backtest/stored.py); the newest few of each version are kept.
model_backtests = _table(
    "model_backtests",
    _id(),
    sa.Column("model_id", sa.ForeignKey("analytical_models.id"), nullable=False, index=True),
    # `words.BacktestStatus`
    sa.Column("status", exact(16), nullable=False),
    # Raised whenever the run that should do it ended without having done so.
    sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
    # What was asked for; NULL is all of the history, and the model's own budget.
    sa.Column("window_start", Moment),
    sa.Column("window_end", Moment),
    sa.Column("alerts_per_week", Double),
    sa.Column("is_cancel_asked", sa.Boolean, nullable=False, server_default=sa.text("0")),
    # 0 to 1.
    sa.Column("progress", Double, nullable=False, server_default="0"),
    sa.Column("content", sa.JSON(none_as_null=True)),
    # What the dataset held then: whose data are newer is told.
    sa.Column("dataset_version_id", sa.Integer),
    sa.Column("error_msg", sa.Text),
    sa.Column("said", Said),
    # NULL for a command on the machine itself.
    sa.Column("asked_by", sa.Integer),
    sa.Column("asked_at", Timestamp, nullable=False),
    sa.Column("started_at", Timestamp),
    # When it was last heard of.
    sa.Column("seen_at", Timestamp),
    sa.Column("ended_at", Timestamp),
    _traceparent(),
    sa.Index("ix_model_backtests__status", "status"),
)

# What was measured and expected of the series that a backtest tells of most.
model_backtest_lines = _table(
    "model_backtest_lines",
    _id(),
    sa.Column("backtest_id", sa.ForeignKey("model_backtests.id"), nullable=False, index=True),
    sa.Column("unique_id", sa.String(255), nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
)

# What a version's forecasts of a day were worth (`ledger.performance.Day`): sums, so that days make weeks, and a day
# that is delivered again is counted anew.
model_performance = _table(
    "model_performance",
    sa.Column("model_id", sa.ForeignKey("analytical_models.id"), primary_key=True),
    # Of the data, dataset-local; of a coarser step that of the period's first moment.
    sa.Column("day", Moment, primary_key=True),
    sa.Column("points", sa.Integer, nullable=False),
    sa.Column("banded", sa.Integer, nullable=False),
    sa.Column("inside", sa.Integer, nullable=False),
    sa.Column("scaled", sa.Integer, nullable=False),
    sa.Column("error", Double, nullable=False),
    sa.Column("naive", Double, nullable=False),
)
