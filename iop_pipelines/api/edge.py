"""What every request passes first: its id, its headers, its size, its line in the log and its count.

Pure ASGI and one wrapper for all of it: it runs for each request, and Starlette's BaseHTTPMiddleware
would neither see WebSockets nor let a stream through unbuffered.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, MutableMapping
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from iop_pipelines.api.lifecycle import Lifecycle, this_task
from iop_pipelines.api.metrics import Metrics, procedure_of
from iop_pipelines.api.registry import ApiError
from iop_pipelines.api.translations import translations_of
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.tracing import spans
from iop_pipelines.tracing.context import Trace, new_trace, read_header, read_request_id

log = logging.getLogger("iop.access")

MAX_BODY_BYTES = 1_048_576
# For the log and the count; it is never sent.
CLIENT_CLOSED = 499
# The wire answers for its own places, in the shape that tRPC's clients read; a file has a limit of its own.
_OWN_LIMIT = ("/api/trpc/", "/api/v1/", "/api/uploads")
# Whoever has the rest of such a path is signed in by it.
_ONE_TIME = re.compile(r"^(/api/auth/link/).*")
# Asked every few seconds, and nothing comes of it: no span tells of them.
_UNTOLD = frozenset({"/metrics", "/api/health", "/api/ready"})

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
SECURITY_HEADERS = tuple(
    (name.encode(), value.encode())
    for name, value in (
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()"),
    )
)
# A page decides what its scripts and styles may do; what only a page is asked for, they would carry for nothing.
_OF_PARTS = tuple(
    pair
    for pair in SECURITY_HEADERS
    if pair[0] in (b"x-content-type-options", b"cross-origin-resource-policy")
)
_IS_PART = re.compile(r"/assets/[\w.-]+\.(?:js|css)")
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class BodyTooLarge(ApiError):
    """A refusal like any other, for whoever reads the body and answers for itself."""

    def __init__(self) -> None:
        super().__init__("PAYLOAD_TOO_LARGE", "body.too_large", most=MAX_BODY_BYTES)


class Edge:
    """`known` tells a procedure's name from any other path, so that labels of metrics stay few."""

    def __init__(
        self, app: ASGIApp, lifecycle: Lifecycle, metrics: Metrics, known: Callable[[str], Any]
    ) -> None:
        self._app = app
        self._lifecycle = lifecycle
        self._metrics = metrics
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            parent, begun = _asked_by(scope)
            scope.setdefault("state", {})["request_id"] = (parent or begun).trace_id
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        procedure = procedure_of(scope["path"], self._known)
        parent, begun = _asked_by(scope)
        name = f"{scope['method']} {procedure}"
        is_quiet = procedure in _UNTOLD
        with spans.span(name, parent, kind="server", root=begun, is_quiet=is_quiet) as span:
            status = await self._counted(scope, receive, send, procedure, span.trace.trace_id)
            span.attributes["http.response.status_code"] = status
            span.is_error = status >= 500

    async def _counted(
        self, scope: Scope, receive: Receive, send: Send, procedure: str, request_id: str
    ) -> int:
        """The status that it was answered with."""
        began = time.perf_counter()
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        calls: list[tuple[str, str]] = []
        state["calls"] = calls
        answer = _Answer(scope, send, request_id, self._lifecycle)
        self._metrics.in_flight.inc()
        try:
            await self._answer(scope, receive, answer)
        finally:
            answer.close()
            self._metrics.in_flight.dec()
            # A client whose body did not come was answered below us, by slow_clients.py.
            status: int = state.get("ended_as", answer.status)
            self._metrics.count(procedure, status)
            for path, code in calls:
                self._metrics.count_call(path if self._known(path) else "unknown", code)
            seconds = time.perf_counter() - began
            if not answer.is_stream:
                self._metrics.time(procedure, seconds)
            _log(scope, status, seconds)
        return status

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            if scope["path"].startswith(_OWN_LIMIT):
                await self._app(scope, receive, answer.send)
                return
            if _declared_length(scope) > MAX_BODY_BYTES:
                raise BodyTooLarge
            await self._app(scope, _limited(receive), answer.send)
        except BodyTooLarge as error:
            await answer.refuse(413, error.sentence)
        # Nobody is there to be answered, and nothing of ours went wrong.
        except ClientDisconnect:
            answer.status = CLIENT_CLOSED
        except asyncio.CancelledError:
            if not answer.is_stream:
                raise
            # The drain ended it; the client comes back, to a replica that stays.
            await answer.finish()
        # The last boundary: what happened goes to the log, and nothing of it to the caller.
        except Exception:
            logging.getLogger(__name__).exception("the request failed")
            await answer.refuse(500, Sentence("platform.fault"))


class _Answer:
    """The response as it is sent: adds what every response has, and remembers how it went."""

    def __init__(self, scope: Scope, send: Send, request_id: str, lifecycle: Lifecycle) -> None:
        self._scope = scope
        self._send = send
        self._request_id = request_id
        self._lifecycle = lifecycle
        # The task of the request: Starlette sends streams from a task below it, whose end would end nothing.
        self._task = this_task()
        self._is_ended = False
        self.is_stream = False
        self.status = 500
        self._is_begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begin(message)
        elif message["type"] == "http.response.body" and not message.get("more_body", False):
            self._is_ended = True
        await self._send(message)

    async def refuse(self, status: int, said: Sentence) -> None:
        if self._is_begun:
            return
        error = {
            "message": said.english,
            "translations": translations_of(said, "message"),
            "requestId": self._request_id,
        }
        await JSONResponse({"error": error}, status)(self._scope, _nothing, self.send)

    async def finish(self) -> None:
        if not self._is_ended:
            await self.send({"type": "http.response.body", "body": b""})

    def _begin(self, message: MutableMapping[str, Any]) -> None:
        self._is_begun = True
        self.status = message["status"]
        headers = list(message.get("headers", ()))
        present = {name for name, _ in headers}
        is_part = message["status"] == 200 and _IS_PART.fullmatch(self._scope["path"])
        own = _OF_PARTS if is_part else SECURITY_HEADERS
        headers += [pair for pair in own if pair[0] not in present]
        if self._scope["scheme"] == "https":
            headers.append(STRICT_TRANSPORT)
        headers.append((b"x-request-id", self._request_id.encode()))
        message["headers"] = headers
        if any(n == b"content-type" and v.startswith(b"text/event-stream") for n, v in headers):
            self.is_stream = True
            self._lifecycle.add_endless(self._task)

    def close(self) -> None:
        if self.is_stream:
            self._lifecycle.discard_endless(self._task)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _asked_by(scope: Scope) -> tuple[Trace | None, Trace]:
    """The caller's span, or None; and what begins here where there is none, under the caller's own id if it is one.

    Two `traceparent` are none, as W3C says.
    """
    said: dict[bytes, list[str]] = {b"traceparent": [], b"x-request-id": []}
    for name, value in scope["headers"]:
        if name in said:
            said[name].append(value.decode("latin-1"))
    parents, ids = said.values()
    parent = read_header(parents[0]) if len(parents) == 1 else None
    return parent, new_trace(read_request_id(ids[0]) if ids else None)


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _limited(receive: Receive) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY_BYTES:
            raise BodyTooLarge
        return message

    return counted


def _log(scope: Scope, status: int, seconds: float) -> None:
    """Without the query string and without one-time links: both may carry what must stay secret."""
    client = scope.get("client")
    fields = {
        "method": scope["method"],
        "path": _ONE_TIME.sub(r"\1…", scope["path"]),
        "status": status,
        "ms": round(seconds * 1000, 1),
        "address": client[0] if client else None,
    }
    log.info("request", extra={"fields": fields})
