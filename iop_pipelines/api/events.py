"""Subscriptions: server-sent events as tRPC's `httpSubscriptionLink` reads them.

An error event with a code of the 5xx makes the client come again; any other ends its subscription.
A stream that ends without `return` is resumed by the client after the id it saw last.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import anyio
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from iop_pipelines.api import wire
from iop_pipelines.api.calls import Authenticate, admit, caller_of, refusal_of
from iop_pipelines.api.context import Context
from iop_pipelines.api.registry import ApiError, Procedure, Shape

# A sign-out or a changed role ends a stream within this time.
CHECK_EVERY_S = 0.2
# Proxies close what is silent, commonly after 60 s.
PING_EVERY_S = 10.0
RECONNECT_AFTER_MS = 30_000

_HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"vary", b"trpc-accept, accept"),
]

Write = Callable[[bytes], Awaitable[None]]


class _ReaderGone(Exception):
    pass


@dataclass(frozen=True)
class RefusedStream:
    error: ApiError
    path: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        write = await _begun(send)
        await write(wire.failed_event(self.error, self.path))
        await _end(send)


@dataclass(frozen=True)
class EventStream:
    """Runs one subscription's generator until it ends, fails, or its reader leaves or is signed out."""

    procedure: Procedure
    context: Context
    given: Shape
    request: Request
    authenticate: Authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        source = self.procedure.handler(self.context, self.given)
        write = await _begun(send)
        try:
            await self._pump(source, write)
        except _ReaderGone:
            return
        # A boundary: what fails becomes the last event.
        except Exception as error:
            refusal = refusal_of(error, self.procedure.path, self.context.request_id)
            await write(wire.failed_event(refusal, self.procedure.path))
        await _end(send)

    async def _pump(self, source: AsyncGenerator[tuple[str, Any], None], write: Write) -> None:
        upcoming = _next_of(source)
        written = checked = time.monotonic()
        try:
            while True:
                await asyncio.wait({upcoming}, timeout=CHECK_EVERY_S)
                now = time.monotonic()
                if now - checked >= CHECK_EVERY_S:
                    if await self.request.is_disconnected():
                        return
                    await self._check_still_admitted()
                    checked = now
                if upcoming.done():
                    try:
                        event_id, data = upcoming.result()
                    except StopAsyncIteration:
                        await write(wire.event(name="return"))
                        return
                    await write(wire.event(self.procedure.dump(data), event_id=event_id))
                    upcoming, written = _next_of(source), now
                elif now - written >= PING_EVERY_S:
                    await write(wire.event(name="ping"))
                    written = now
        finally:
            # Also where the server drains and cancels this task: the generator closes what it holds.
            with anyio.CancelScope(shield=True):
                upcoming.cancel()
                await asyncio.gather(upcoming, return_exceptions=True)
                await source.aclose()

    async def _check_still_admitted(self) -> None:
        caller = await caller_of(self.request, self.authenticate)
        admit(self.procedure, caller, self.context.platform)


def _next_of(source: AsyncGenerator[tuple[str, Any], None]) -> "asyncio.Future[tuple[str, Any]]":
    return asyncio.ensure_future(anext(source))


async def _begun(send: Send) -> Write:
    async def write(data: bytes) -> None:
        try:
            await send({"type": "http.response.body", "body": data, "more_body": True})
        except OSError as error:
            raise _ReaderGone from error

    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await write(
        wire.event(wire.dump({"reconnectAfterInactivityMs": RECONNECT_AFTER_MS}), "connected")
    )
    return write


async def _end(send: Send) -> None:
    await send({"type": "http.response.body", "body": b""})
