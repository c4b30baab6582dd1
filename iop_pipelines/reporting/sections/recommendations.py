"""Recommendations, each with its severity, its text and what it is about."""

from collections.abc import Mapping

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.query.config import QueryConfig
from iop_pipelines.query.result import FrozenResult, Table, Value
from iop_pipelines.reporting.formats import format_value
from iop_pipelines.reporting.sections import Drawn, Frame
from iop_pipelines.reporting.voice import Voice


def draw(config: QueryConfig, result: FrozenResult, frame: Frame) -> Drawn | None:
    """Of a table with `title`, and what it has of severity, description, category, series and times."""
    name = config.outputs.pdf.recommendations
    if name is None:
        return None
    table, voice = result.table(name), frame.voice
    entries = [_entry(record, table, voice) for record in table.records()]
    code = "page.shown_of_more_open" if table.is_truncated else "page.open"
    count = voice.tell(Sentence(code, count=len(entries)))
    return Drawn({"title": table.title, "count": count, "entries": entries})


def _entry(record: Mapping[str, Value], table: Table, voice: Voice) -> dict[str, str]:
    severity = str(record.get("severity") or "info")
    styles = {"critical": "critical", "warning": "warning-level"}
    about = []
    for name in ("category", "dataset", "unique_id", "first_ds", "last_ds", "occurrences", "model"):
        value = record.get(name)
        if value is None:
            continue
        column = table.column(name)
        said = format_value(value, column, 0, voice)
        about.append(voice.tell(Sentence("page.named", label=voice.label(column), value=said)))
    word = voice.word(severity, table.column("severity")) if "severity" in record else severity
    return {
        "severity": word,
        "style": styles.get(severity, "info"),
        "title": str(record.get("title") or ""),
        "description": str(record.get("description") or ""),
        "about": "  ·  ".join(about),
    }
