"""The trace that this thread or task works for, as W3C's Trace Context writes it (https://www.w3.org/TR/trace-context/).

The id of a trace is the id of the request that began it. Ids are made here, whether or not anybody records spans: a row
that is written names the span that asked for it, and whoever takes the row up goes on from there.
"""

import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

# Of the version 00; a later one may say more behind it.
HEADER_LENGTH: Final = 55
_HEADER = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_TRACE_ID = re.compile(r"[0-9a-f]{32}")
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16
_SAMPLED: Final = 1


@dataclass(frozen=True, slots=True)
class Trace:
    """A span by its ids. `is_sampled`: whether those who record spans are to record what comes of it."""

    trace_id: str
    span_id: str
    is_sampled: bool = True

    @property
    def header(self) -> str:
        """As `traceparent` has it, and rows."""
        return f"00-{self.trace_id}-{self.span_id}-{_SAMPLED if self.is_sampled else 0:02x}"

    def child(self) -> "Trace":
        return Trace(self.trace_id, new_span_id(), self.is_sampled)


def new_span_id() -> str:
    # By chance it is all zeros once in 2^64.
    return secrets.token_hex(8)


def new_trace(trace_id: str | None = None) -> Trace:
    return Trace(trace_id or secrets.token_hex(16), new_span_id())


def read_header(text: str | None) -> Trace | None:
    """A `traceparent`; None for what is none, which W3C says is to be ignored."""
    found = _HEADER.fullmatch(text.strip(" \t")) if text is not None else None
    if found is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    # A later version begins as this one does, and may go on.
    if version == "ff" or (version == "00" and more is not None):
        return None
    if trace_id == _NO_TRACE or span_id == _NO_SPAN:
        return None
    return Trace(trace_id, span_id, bool(int(flags, 16) & _SAMPLED))


def read_request_id(text: str | None) -> str | None:
    """The id of a trace that an `X-Request-Id` is: 32 hexadecimal digits, as nginx has them, or a UUID, as Envoy."""
    if text is None:
        return None
    plain = text.strip().lower()
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", plain):
        plain = plain.replace("-", "")
    return plain if _TRACE_ID.fullmatch(plain) and plain != _NO_TRACE else None


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current() -> Trace | None:
    """What is worked for here and now."""
    return _current.get()


@contextmanager
def within(trace: Trace) -> Iterator[None]:
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)


def distinct(headers: Iterable[str | None]) -> list[Trace]:
    """The spans that rows name, each once, in their order."""
    return list(dict.fromkeys(trace for each in headers if (trace := read_header(each))))
