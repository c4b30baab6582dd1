"""One JSON object a line on stderr, each with the id of the trace that it is of, and no secret in it."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Final

from iop_pipelines.tracing.context import current

# Of our own: what a part says of its work, and what the modules say.
OWN: Final = ("iop", "iop_pipelines")

# What can carry a secret into a message: the user part of a URL, a signed token, an authorization header.
_SECRETS = (
    (re.compile(r"(://)[^/\s@]+@"), r"\1…@"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "…"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 …"),
    (
        re.compile(
            r"(?i)\b(password|passwd|secret|token|api_key)(['\"]?\s*[=:]\s*['\"]?)[^\s'\",&}]+"
        ),
        r"\1\2…",
    ),
)


class JsonFormatter(logging.Formatter):
    """`extra={"fields": {...}}` of a record becomes members of its line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        trace = current()
        if trace is not None:
            line["traceId"] = trace.trace_id
        for name, value in getattr(record, "fields", {}).items():
            line[name] = without_secrets(value) if isinstance(value, str) else value
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def without_secrets(text: str) -> str:
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def _handler() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    return handler


def configure(level: int = logging.INFO) -> None:
    """For a process that serves; the library itself never touches the root logger."""
    handler = _handler()
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "dagster"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # It tells at each look which dialect it found.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # Our own access line has the request's id and not its query string.
    logging.getLogger("uvicorn.access").disabled = True


def configure_own() -> None:
    """For a process that is Dagster's, whose own lines are its own: ours go to stderr, where nobody has them yet."""
    for name in OWN:
        logger = logging.getLogger(name)
        if not logger.hasHandlers():
            logger.addHandler(_handler())
            logger.setLevel(logging.INFO)
            logger.propagate = False
