"""Answers of a kilobyte and more leave compressed, in the form that the client likes best of those known here.

What has no length of its own is a stream, whose parts must not wait for each other: it leaves as it is, and
so does what is compressed already, such as PDF, pictures and the dashboard's files.
"""

import gzip
import re
import zlib
from collections.abc import MutableMapping
from functools import lru_cache, partial
from typing import Any, Protocol, cast

import anyio.to_thread
import brotli  # pyright: ignore[reportMissingTypeStubs]
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MIN_BYTES = 1024
# In the order in which they are taken where a client likes several as much.
CODINGS = ("br", "gzip")
# Enough for JSON: the levels above cost twice as much for a few percent.
_BROTLI_QUALITY = 4
_GZIP_LEVEL = 5
# Below, compressing costs less than the way to a thread and back.
_AT_ONCE_BYTES = 16 * 1024
# The same answer goes to many in turn: models to each phone, the reference of the API.
_REMEMBERED = 32
_REMEMBERED_BYTES = 128 * 1024
# It has no types of its own.
_brotli: Any = brotli
_COMPRESSIBLE = re.compile(
    r"text/(?!event-stream)|application/(json|javascript|xml|[a-z0-9.-]+\+(json|xml))|image/svg\+xml"
)


class _Compressor(Protocol):
    def part(self, data: bytes) -> bytes: ...

    def end(self) -> bytes: ...


class _Gzip:
    def __init__(self) -> None:
        self._stream = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)

    def part(self, data: bytes) -> bytes:
        return self._stream.compress(data)

    def end(self) -> bytes:
        return self._stream.flush()


class _Brotli:
    def __init__(self) -> None:
        self._stream = _brotli.Compressor(quality=_BROTLI_QUALITY)

    def part(self, data: bytes) -> bytes:
        return cast(bytes, self._stream.process(data))

    def end(self) -> bytes:
        return cast(bytes, self._stream.finish())


@lru_cache(maxsize=128)
def coding_of(accepted: str, known: tuple[str, ...] = CODINGS) -> str | None:
    """What of `known` is to be sent to a client with this Accept-Encoding header; None: as it is.

    Raises nothing: what cannot be read is not accepted.
    """
    weights: dict[str, float] = {}
    for item in accepted.lower().split(","):
        name, _, parameter = item.strip().partition(";")
        weights[name.strip()] = _weight(parameter)
    liked = [(weights.get(name, weights.get("*", 0.0)), name) for name in known]
    best = max((weight for weight, _ in liked), default=0.0)
    return next((name for weight, name in liked if weight == best), None) if best > 0 else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    # RFC 9110: three digits after the point; anything else is no weight.
    return float(value) if re.fullmatch(r"\s*(0(\.\d{0,3})?|1(\.0{0,3})?)\s*", value) else 0.0


def compressed(data: bytes, coding: str) -> bytes:
    if coding == "gzip":
        return gzip.compress(data, _GZIP_LEVEL, mtime=0)
    return cast(bytes, _brotli.compress(data, quality=_BROTLI_QUALITY))


_remembered = lru_cache(maxsize=_REMEMBERED)(compressed)


class Compression:
    """Of every HTTP answer of an app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            send = _Answer(scope, send).send
        await self._app(scope, receive, send)


class _Answer:
    """One answer: its head waits for the first part of its body where that is to be compressed."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        # Empty: the answer leaves as it is.
        self._coding = ""
        self._head: Message | None = None
        self._stream: _Compressor | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._is_to_be_compressed(message):
            self._head = message
        elif message["type"] != "http.response.body" or not self._coding:
            await self._send(message)
        elif self._head is None:
            await self._send_part(message)
        else:
            head, self._head = self._head, None
            await self._begin(head, message)

    def _is_to_be_compressed(self, head: MutableMapping[str, Any]) -> bool:
        # Most answers are short: their length is looked for before anything else is made of them.
        length = next((value for name, value in head["headers"] if name == b"content-length"), b"")
        if not length.isdigit() or int(length) < MIN_BYTES:
            return False
        headers = MutableHeaders(raw=list(head["headers"]))
        if not _may_be_compressed(head["status"], headers):
            return False
        headers.add_vary_header("accept-encoding")
        head["headers"] = headers.raw
        accepted = (value for name, value in self._scope["headers"] if name == b"accept-encoding")
        self._coding = coding_of(b",".join(accepted).decode("latin-1")) or ""
        return self._coding != ""

    async def _begin(self, head: Message, body: Message) -> None:
        headers = MutableHeaders(raw=head["headers"])
        headers["content-encoding"] = self._coding
        # Another form has other bytes: as far as a strong tag is concerned it is another thing.
        if headers.get("etag", "").startswith('"'):
            headers["etag"] = f"W/{headers['etag']}"
        is_whole = not body.get("more_body", False) and self._scope["method"] != "HEAD"
        if is_whole:
            body = {**body, "body": await _whole(body.get("body", b""), self._coding)}
            headers["content-length"] = str(len(body["body"]))
        else:
            del headers["content-length"]
        await self._send(head)
        if is_whole:
            await self._send(body)
        else:
            self._stream = _Gzip() if self._coding == "gzip" else _Brotli()
            await self._send_part(body)

    async def _send_part(self, message: Message) -> None:
        if self._scope["method"] == "HEAD" or self._stream is None:
            await self._send({**message, "body": b""})
            return
        is_last = not message.get("more_body", False)
        part = partial(_part, self._stream, message.get("body", b""), is_last)
        await self._send({**message, "body": await anyio.to_thread.run_sync(part)})


def _may_be_compressed(status: int, headers: MutableHeaders) -> bool:
    return (
        status not in (204, 206, 304)
        and "content-encoding" not in headers
        and "no-transform" not in headers.get("cache-control", "")
        and _COMPRESSIBLE.match(headers.get("content-type", "").lower()) is not None
    )


async def _whole(data: bytes, coding: str) -> bytes:
    if len(data) <= _AT_ONCE_BYTES:
        return _remembered(data, coding)
    work = _remembered if len(data) <= _REMEMBERED_BYTES else compressed
    return await anyio.to_thread.run_sync(work, data, coding)


def _part(stream: _Compressor, data: bytes, is_last: bool) -> bytes:
    return stream.part(data) + (stream.end() if is_last else b"")
