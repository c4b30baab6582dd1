"""What is asked of a reader, in plain data: the words that the API's process and its readers have in common.

A frame is two lengths, a head of JSON and a body of bytes. Nothing else crosses: no objects and no code, so
that neither side has to trust the other with more than an answer.
"""

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from iop_pipelines.api.registry import ApiError
from iop_pipelines.settings import Settings

_LENGTHS = struct.Struct(">II")
HEAD_BYTES = _LENGTHS.size
# Of a child of the API. The event loop has ten times the weight, and work that nobody waits for has no more.
NICE = 10
# More than a phone can show, and than a reader may take of the API's memory.
MAX_ANSWER_BYTES = 16 * 1024 * 1024
# What the children are told to build the procedures with, where a test does not name another.
REGISTRY = "iop_pipelines.api.procedures:build_registry"

Read = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Ask:
    """One reading. kind: `procedure`, whose input is the body, an `export` of a panel, whose
    input is too, or a `page` or `file` of a report."""

    kind: str
    path: str
    request_id: str
    given: Mapping[str, Any]
    body: bytes | None = None

    def to_frame(self) -> bytes:
        head = {
            "kind": self.kind,
            "path": self.path,
            "requestId": self.request_id,
            "given": dict(self.given),
            "hasBody": self.body is not None,
        }
        return frame(head, self.body or b"")


@dataclass(frozen=True)
class Bounds:
    """What a reading may take. `statement_s` ends at the database what the reader's own end would not."""

    limit_s: float = 30.0
    statement_s: int = 29
    memory_bytes: int = 256 * 1024 * 1024
    # Beyond, a reader that has answered gives its memory back by ending.
    full_bytes: int = 128 * 1024 * 1024


def ask_of(head: Mapping[str, Any], body: bytes) -> Ask:
    return Ask(
        head["kind"],
        head["path"],
        head["requestId"],
        head["given"],
        body if head["hasBody"] else None,
    )


def start_frame(settings: Settings, registry: str, bounds: Bounds) -> bytes:
    """The first that a reader is sent: by its input alone, since arguments and environments can be read by others."""
    plain = {**asdict(settings), "home": str(settings.home)}
    return frame({"settings": plain, "registry": registry, "bounds": asdict(bounds)})


def started_with(head: Mapping[str, Any]) -> tuple[Settings, str, Bounds]:
    plain: dict[str, Any] = head["settings"]
    home = Path(plain.pop("home"))
    settings = Settings(home=home, **plain)
    return settings, head["registry"], Bounds(**head["bounds"])


def too_slow(limit_s: float) -> ApiError:
    return ApiError(
        "UNPROCESSABLE_CONTENT",
        "answer.takes_too_long",
        limit_s=limit_s,
    )


def frame(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    text = json.dumps(head, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(text), len(body)) + text + body


def read_frame(read: Read) -> tuple[dict[str, Any], bytes]:
    """read: gives exactly so many bytes, or raises EOFError."""
    head, body = _LENGTHS.unpack(read(HEAD_BYTES))
    return json.loads(read(head)), read(body)
