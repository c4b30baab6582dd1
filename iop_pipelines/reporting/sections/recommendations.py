"""Recommendations, each with its severity, its text and what it is about."""

from collections.abc import Mapping

from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import FrozenResult, Table, Value
from iop_pipelines.reporting.formats import format_value
from iop_pipelines.reporting.sections import Drawn


def draw(config: QueryConfig, result: FrozenResult, skipped: int = 0) -> Drawn | None:
    """Of a table with `title`, and what it has of severity, description, category, series and times."""
    name = config.outputs.pdf.recommendations
    if name is None:
        return None
    table = result.table(name)
    entries = [_entry(record, table) for record in table.records()]
    count = f"{len(entries)} shown, more are open" if table.is_truncated else f"{len(entries)} open"
    return Drawn({"title": table.title, "count": count, "entries": entries})


def _entry(record: Mapping[str, Value], table: Table) -> dict[str, str]:
    severity = str(record.get("severity") or "info")
    styles = {"critical": "critical", "warning": "warning-level"}
    about = []
    for name in ("category", "dataset", "unique_id", "first_ds", "last_ds", "occurrences", "model"):
        value = record.get(name)
        if value is None:
            continue
        column = table.column(name)
        about.append(f"{column.label}: {format_value(value, column, 0)}")
    return {
        "severity": severity,
        "style": styles.get(severity, "info"),
        "title": str(record.get("title") or ""),
        "description": str(record.get("description") or ""),
        "about": "  ·  ".join(about),
    }
