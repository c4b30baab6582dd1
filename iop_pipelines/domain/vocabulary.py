"""The closed sets of words that tables, API and reports share; their order is the database's enum order."""

from enum import StrEnum
from typing import Literal

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class ModelType(StrEnum):
    RULE_BASED = "rule_based"
    STATISTICAL = "statistical"
    ML = "ml"


class ModelStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    DEPRECATED = "deprecated"


class ExecutionStatus(StrEnum):
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


class Phase(StrEnum):
    """Where an accepted request stands; `status` keeps the three words of the contract.

    held: waits for a data quality score, a report for deliveries. queued: may be launched. claimed: a Dagster run
    was requested for this attempt. started: a worker computes it. done: terminal.
    """

    HELD = "held"
    QUEUED = "queued"
    CLAIMED = "claimed"
    STARTED = "started"
    DONE = "done"


class ReportFormat(StrEnum):
    JSON = "json"
    CSV = "csv"
    PDF = "pdf"


class FileFormat(StrEnum):
    """What a report's result can be had as; a template's own `format` is one of ReportFormat."""

    JSON = "json"
    CSV = "csv"
    PDF = "pdf"
    XLSX = "xlsx"


class TemplateStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class Reissue(StrEnum):
    """What is done when data that a report showed is delivered once more.

    offer: who owns the template is told, and may have it issued again. send: it is. never: nothing.
    """

    OFFER = "offer"
    SEND = "send"
    NEVER = "never"


class Empty(StrEnum):
    """Whom a report is sent to in which nothing stands: everybody, nobody, or who owns the template."""

    SEND = "send"
    SKIP = "skip"
    TELL_OWNER = "tell_owner"


class Misfire(StrEnum):
    """Which slots are made up that came while nobody looked: the latest of them, all, or none."""

    LATEST = "latest"
    ALL = "all"
    SKIP = "skip"


class PauseCause(StrEnum):
    """Why the platform paused a template: its author's account is disabled, or its reports failed in a row."""

    AUTHOR = "author"
    FAILURES = "failures"


class Audience(StrEnum):
    """Who is told of a report, where that is not everybody."""

    OWNER = "owner"
    NOBODY = "nobody"


class ReportStatus(StrEnum):
    PENDING = "pending"
    GENERATING = "generating"
    READY = "ready"
    FAILED = "failed"


class Category(StrEnum):
    ANOMALY = "anomaly"
    TREND = "trend"
    OPTIMISATION = "optimisation"
    FORECAST = "forecast"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class ReviewStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


class Role(StrEnum):
    """`viewer` reads; `admin` reads and changes."""

    VIEWER = "viewer"
    ADMIN = "admin"


class PanelType(StrEnum):
    """How a panel shows its table; `metric` shows one row as figures."""

    BAR = "bar"
    LINE = "line"
    PIE = "pie"
    SCATTER = "scatter"
    TABLE = "table"
    METRIC = "metric"


class BacktestStatus(StrEnum):
    """queued, running: a worker has it or will. cancelled: somebody ended it, and nothing of it is kept."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class UploadStatus(StrEnum):
    """arriving: its bytes come. ready: looked at as often as one likes. queued, loading: a worker has it or will.

    discarded: its file is being removed, and then the row.
    """

    ARRIVING = "arriving"
    READY = "ready"
    QUEUED = "queued"
    LOADING = "loading"
    LOADED = "loaded"
    FAILED = "failed"
    DISCARDED = "discarded"
