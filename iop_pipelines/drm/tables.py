"""Tables of the database that DRM shares; DRM owns and writes them, IOP only reads (`docs/drm-contract.md`).

Where there is no DRM, an intake writes them (`docs/intake.md`); a copy of DRM over HTTP does (`drm/follow.py`).

A run's row is inserted as `running` and updated when it ends, so runs can end out of id order. All
moments are naive UTC, but a run's window is in the dataset's local time, half-open [start, end).
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

import sqlalchemy as sa

from iop_pipelines.schema.tables import Double, Moment, exact, new_table
from iop_pipelines.schema.transactions import write


class RunStatus(StrEnum):
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


TERMINAL = (RunStatus.SUCCESS, RunStatus.FAILED)

drm_metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s__%(column_0_N_name)s",
        "uq": "uq_%(table_name)s__%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    return new_table(drm_metadata, name, *parts)


def _id() -> sa.Column:
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


datasets = _table(
    "drm_datasets",
    _id(),
    sa.Column("name", exact(64), nullable=False, unique=True),
    sa.Column("description", sa.Text),
    sa.Column("owner", sa.String(255)),
    # IANA zone of window_start, window_end and of local times in the rows.
    sa.Column("time_zone", exact(64), nullable=False),
    # pandas offset alias of one row's period: h, D, W, MS.
    sa.Column("freq", exact(8), nullable=False),
    # JSON Schema (draft 2020-12) of one row once its text is read as the types named there.
    sa.Column("row_schema", sa.JSON, nullable=False),
    sa.Column("table_name", exact(64), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
)

pipelines = _table(
    "drm_pipelines",
    _id(),
    sa.Column("name", exact(128), nullable=False, unique=True),
    sa.Column("dataset", exact(64), nullable=False, index=True),
    sa.Column("cadence", exact(32), nullable=False),
    # Minutes after scheduled_for by which a run must have ended.
    sa.Column("sla_minutes", sa.Integer, nullable=False),
    sa.Column("is_active", sa.Boolean, nullable=False),
)

pipeline_runs = _table(
    "drm_pipeline_runs",
    _id(),
    sa.Column("pipeline", exact(128), nullable=False),
    sa.Column("dataset", exact(64), nullable=False),
    sa.Column(
        "status",
        sa.Enum(
            RunStatus,
            name="drm_run_status",
            values_callable=lambda members: [member.value for member in members],
            create_constraint=False,
            validate_strings=True,
        ),
        nullable=False,
    ),
    sa.Column("scheduled_for", Moment, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("finished_at", Moment),
    sa.Column("window_start", Moment, nullable=False),
    sa.Column("window_end", Moment, nullable=False),
    sa.Column("rows_ingested", sa.Integer),
    sa.Column("bytes_ingested", sa.BigInteger),
    # SHA-256 of the delivered rows: equal checksums mean equal content.
    sa.Column("content_checksum", exact(64)),
    sa.Column("error_msg", sa.Text),
    # What DRM's orchestrator calls this attempt; unique, so an attempt is never recorded twice.
    sa.Column("run_key", exact(128), unique=True),
    sa.Index("ix_drm_pipeline_runs__status", "status", "id"),
    sa.Index("ix_drm_pipeline_runs__dataset", "dataset", "window_start"),
    sa.Index("ix_drm_pipeline_runs__finished_at", "finished_at"),
)

quality_scores = _table(
    "drm_quality_scores",
    _id(),
    sa.Column("dataset", exact(64), nullable=False),
    sa.Column("run_id", sa.Integer, nullable=False, index=True),
    # 0 to 100 each; the definition is in iop_pipelines.drm.quality.
    sa.Column("score", Double, nullable=False),
    sa.Column("completeness", Double, nullable=False),
    sa.Column("validity", Double, nullable=False),
    sa.Column("uniqueness", Double, nullable=False),
    sa.Column("timeliness", Double, nullable=False),
    # How many rows the supplier's manifest announced; what completeness was measured against.
    sa.Column("rows_expected", sa.Integer),
    sa.Column("scored_at", Moment, nullable=False),
)

# Not part of the contract: where a replay stands. `now` is the simulated moment.
clock = _table(
    "drm_clock",
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("now", Moment, nullable=False),
    # What readers take for now while it lags behind: they have caught up to this moment.
    sa.Column("released", Moment, nullable=False),
    # How many events of the plan are in these tables, and which plan that is.
    sa.Column("events_applied", sa.Integer, nullable=False, server_default="0"),
    sa.Column("plan_id", exact(64)),
)


_OWN = frozenset({"id", "run_id"})


@lru_cache(maxsize=256)
def landing_table(table_name: str, columns: tuple[str, ...]) -> sa.Table:
    """Rows of one dataset as they were delivered: text or NULL, one generation for each run."""
    return new_table(
        sa.MetaData(),
        table_name,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text) for name in landed_as(columns).values()),
        sa.Index(f"ix_{table_name[:48]}__run_id", "run_id"),
    )


def landed_as(columns: Iterable[str]) -> dict[str, str]:
    """Column of the data -> column of the landing table, whose `id` and `run_id` are its own, in any case."""
    names = list(columns)
    taken = {name.lower() for name in names}
    landed: dict[str, str] = {}
    for name in names:
        column = name
        while column.lower() in _OWN or (column != name and column.lower() in taken):
            column += "_"
        landed[name] = column
    return landed


def widen(engine: sa.Engine, landing: sa.Table) -> None:
    """Adds the columns that the table lacks: a dataset may get more of them."""
    there = {column["name"] for column in sa.inspect(engine).get_columns(landing.name)}
    quote = engine.dialect.identifier_preparer.quote
    for column in landing.columns:
        if column.name not in there:
            kind = column.type.compile(engine.dialect)
            statement = f"ALTER TABLE {quote(landing.name)} ADD COLUMN {quote(column.name)} {kind}"
            write(engine, sa.Connection.exec_driver_sql, statement)
