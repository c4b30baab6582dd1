"""What an event must look like: JSON Schemas, a size limit, and reading a message by them.

Loads jsonschema, so what Dagster's code location imports does not import this. What DRM adds to its events
is let through and kept; what IOP sends is closed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NoReturn

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from iop_pipelines.domain.vocabulary import (
    Category,
    ExecutionStatus,
    ReportFormat,
    ReportStatus,
    ReviewStatus,
    Severity,
)
from iop_pipelines.errors import InvalidEvent
from iop_pipelines.events.words import INCOMING, MAX_EVENT_BYTES, OUTGOING, EventType

Schema = Mapping[str, Any]

# What an INT column of every database holds.
_ID: Schema = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
_COUNT: Schema = {"type": ["integer", "null"], "minimum": 0}
_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 128}
_TEXT: Schema = {"type": ["string", "null"]}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 100}
# RFC 3339 with a zone; whether the day exists is looked at when it is read.
_MOMENT: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$",
}
_MOMENT_OR_NONE: Schema = {**_MOMENT, "type": ["string", "null"]}
# A window's bounds are in the dataset's own time, without a zone.
_LOCAL: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?$",
}
_LOCAL_OR_NONE: Schema = {**_LOCAL, "type": ["string", "null"]}

_COMMON: Schema = {
    "event_id": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"},
    "timestamp": _MOMENT,
    "source_id": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$"},
}


def _words(members: Sequence[str]) -> Schema:
    return {"enum": [str(member) for member in members]}


# Type -> its own fields: those it must have, those it may have.
_OWN: Mapping[EventType, tuple[Schema, Schema]] = {
    EventType.DATA_INGESTED: (
        {"dataset": _NAME, "run_id": _ID},
        {
            "pipeline": _NAME,
            "window_start": _LOCAL,
            "window_end": _LOCAL,
            "rows_ingested": _COUNT,
            "content_checksum": _TEXT,
        },
    ),
    EventType.RUN_COMPLETED: (
        {
            "pipeline": _NAME,
            "dataset": _NAME,
            "run_id": _ID,
            "status": _words(["success", "failed"]),
        },
        {"started_at": _MOMENT, "finished_at": _MOMENT, "error_msg": _TEXT},
    ),
    EventType.QUALITY_SCORED: (
        {"dataset": _NAME, "run_id": _ID, "score": _SHARE},
        {
            "score_id": _ID,
            "completeness": _SHARE,
            "validity": _SHARE,
            "uniqueness": _SHARE,
            "timeliness": _SHARE,
        },
    ),
    EventType.MODEL_EXECUTED: (
        {
            "execution_id": _ID,
            "model_id": _ID,
            "model": {**_NAME, "maxLength": 255},
            "version": _NAME,
            "status": _words([ExecutionStatus.SUCCESS, ExecutionStatus.FAILED]),
            "trigger": _NAME,
            "input_ref": _TEXT,
            "output_ref": _TEXT,
            "data_version": _TEXT,
            "duration_ms": _COUNT,
            "finished_at": _MOMENT_OR_NONE,
            "error": _TEXT,
        },
        {"superseded_by": _ID},
    ),
    EventType.INSIGHT_GENERATED: (
        {
            "recommendation_id": _ID,
            "change": _words(["opened", "updated", "resolved", "reviewed"]),
            "title": _TEXT,
            "category": _words(list(Category)),
            "severity": _words(list(Severity)),
            "status": _words(list(ReviewStatus)),
            "dataset": _TEXT,
            "series": _TEXT,
            "model_id": {**_ID, "type": ["integer", "null"]},
            "source_ref": _TEXT,
            "occurrences": _ID,
            "first_ds": _LOCAL_OR_NONE,
            "last_ds": _LOCAL_OR_NONE,
            "resolved_at": _MOMENT_OR_NONE,
        },
        {},
    ),
    EventType.REPORT_GENERATED: (
        {
            "report_id": _ID,
            "template_id": _ID,
            "template": {**_NAME, "maxLength": 255},
            "status": _words([ReportStatus.READY, ReportStatus.FAILED]),
            "format": _words(list(ReportFormat)),
            "trigger": _NAME,
            "slot": _MOMENT_OR_NONE,
            "row_count": _COUNT,
            "row_total": _COUNT,
            "size_bytes": _COUNT,
            "checksum": _TEXT,
            "finished_at": _MOMENT_OR_NONE,
            "error": _TEXT,
        },
        {},
    ),
}


@dataclass(frozen=True, slots=True)
class Event:
    """`timestamp` is naive UTC; `content` is the whole event, its common fields among them."""

    event_id: str
    event_type: EventType
    source_id: str
    timestamp: datetime
    content: Mapping[str, Any]

    @property
    def payload(self) -> str:
        """ASCII, whatever is in it: every database and every broker takes it."""
        return json.dumps(self.content, allow_nan=False)


def schema_of(event_type: EventType) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a type."""
    required, optional = _OWN[event_type]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": event_type.value,
        "type": "object",
        "properties": {
            **_COMMON,
            "event_type": {"const": event_type.value},
            **required,
            **optional,
        },
        "required": [*_COMMON, "event_type", *required],
        "additionalProperties": event_type in INCOMING,
    }


def read_event(body: bytes, known: Sequence[EventType] = INCOMING) -> Event:
    """One message as the event that it is.

    Raises:
        InvalidEvent: it is too large, no JSON, of no known type, or breaks its type's schema.
    """
    if len(body) > MAX_EVENT_BYTES:
        raise InvalidEvent("event.too_large", count=len(body), most=MAX_EVENT_BYTES)
    content = _parse(body)
    if not isinstance(content, dict):
        raise InvalidEvent("event.not_an_object", type=type(content).__name__)
    event_type = content.get("event_type")
    if event_type not in [each.value for each in known]:
        raise InvalidEvent(
            "event.unknown_type",
            "event_type",
            event_type=_short(event_type),
            known=known,
        )
    check(content)
    return Event(
        content["event_id"],
        EventType(event_type),
        content["source_id"],
        _read_moment(content["timestamp"]),
        content,
    )


def check(content: Mapping[str, Any]) -> None:
    """Raises InvalidEvent, naming the field, for content that breaks the schema of its type."""
    error = best_match(_validator(EventType(content["event_type"])).iter_errors(content))
    if error is not None:
        path = ".".join(str(part) for part in error.absolute_path)
        raise InvalidEvent("event.breaks_schema", path or None, said=_short(error.message))


@cache
def _validator(event_type: EventType) -> Draft202012Validator:
    return Draft202012Validator(schema_of(event_type))


def _parse(body: bytes) -> Any:
    try:
        content = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        # What can be read can still be nothing that can be written: half of a surrogate pair, 1e999.
        json.dumps(content, allow_nan=False, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise InvalidEvent("event.not_json", error=_short(error)) from error
    return content


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _read_moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise InvalidEvent("event.no_such_moment", "timestamp", text=text) from error


def _short(value: object) -> str:
    text = value if isinstance(value, str) else f"{value}"
    printable = text.encode("ascii", "backslashreplace").decode()
    return printable if len(printable) <= 200 else f"{printable[:200]}…"


SCHEMAS: Mapping[EventType, dict[str, Any]] = {
    each: schema_of(each) for each in (*INCOMING, *OUTGOING)
}
