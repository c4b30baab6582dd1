"""One JSON object a line on stderr, each with the id of the request that caused it, and no secret in it."""

import contextvars
import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

request_id_var: contextvars.ContextVar[str | None] = contextvars.ContextVar(
    "request_id", default=None
)

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
        request_id = request_id_var.get()
        if request_id is not None:
            line["requestId"] = request_id
        line.update(getattr(record, "fields", {}))
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def without_secrets(text: str) -> str:
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def configure(level: int = logging.INFO) -> None:
    """For a process that serves; the library itself never touches the root logger."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "dagster"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # It tells at each look which dialect it found.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # Our own access line has the request's id and not its query string.
    logging.getLogger("uvicorn.access").disabled = True
