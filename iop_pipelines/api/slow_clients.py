"""Ends connections whose request does not come; uvicorn's own protocol waits for a head or a body for ever.

Only what the client owes counts: not the time in which we have told the socket to wait, nor that before
`100 Continue`, nor how slowly an answer is taken. Between requests uvicorn's keep-alive holds, and a WebSocket
has its pings.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from iop_pipelines.api.edge import SECURITY_HEADERS

log = logging.getLogger(__name__)

TIMED_OUT = 408
HEAD_TOO_LONG = 431
# In bytes: httptools counts in sixteen bits.
_LONGEST_URL = 65_536


@dataclass(frozen=True, slots=True)
class Patience:
    """wait_s: for a connection's first byte, for a whole head, and for each next piece of a body.
    body_bytes_s: what a body must come at on the whole, after `wait_s`: a byte now and then is no life.
    head_bytes: read before the head ends; a head that is longer is 431.
    """

    wait_s: float = 20.0
    body_bytes_s: int = 1_000
    head_bytes: int = 65_536


class _Owed(Enum):
    """What the client is to send next."""

    NOTHING = auto()
    FIRST_BYTE = auto()
    HEAD = auto()
    BODY = auto()


class _Flow(FlowControl):
    """Says when reading goes on."""

    def __init__(self, transport: asyncio.Transport, resumed: Callable[[], None]) -> None:
        super().__init__(transport)
        self._resumed = resumed

    def resume_reading(self) -> None:
        self._resumed()
        super().resume_reading()


class PatientProtocol(HttpToolsProtocol):
    """Of one connection. One timer, which looks when it rings how long there still is: none is set for each packet."""

    patience = Patience()
    _owed = _Owed.NOTHING
    # Moments of the loop's clock, in seconds.
    _since = 0.0
    _last = 0.0
    _held_at: float | None = None
    _taken = 0
    # The scope of the last request that came whole: uvicorn makes one when a head begins.
    _whole: object = None
    _is_handed_over = False
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self.flow = _Flow(transport, self._go_on)
        self._expect(_Owed.FIRST_BYTE)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._is_handed_over = True
        self._forget()
        super().handle_websocket_upgrade()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._whole = self.scope

    def data_received(self, data: bytes) -> None:
        """Looks once a packet at what is owed after it; most bring a whole request, and no clock is read for them."""
        before = self.scope
        super().data_received(data)
        is_new = self.scope is not before
        if self._whole is self.scope and (is_new or self._owed is _Owed.BODY):
            self._owed = _Owed.NOTHING
        elif not self._is_handed_over and not self.transport.is_closing():
            self._wait_on(len(data), is_new)

    def _wait_on(self, size: int, is_new: bool) -> None:
        """After a packet of `size` bytes that left a request unfinished; `is_new`: that request began in it."""
        was, owed = self._owed, self._owed_now()
        if is_new or owed is not was:
            self._expect(owed)
            # A head that began behind what was owed before, such as the end of a large body, has few of the bytes.
            is_behind = owed is _Owed.HEAD and was in (_Owed.HEAD, _Owed.BODY)
            self._taken = 0 if is_behind else size
        else:
            self._taken += size
            self._last = self.loop.time()
        if owed is _Owed.BODY:
            self._hold(self.cycle.waiting_for_100_continue or self.flow.read_paused)
        elif self._taken > self.patience.head_bytes:
            told = f"the request's head is longer than {self.patience.head_bytes} bytes"
            self._refuse(HEAD_TOO_LONG, told)

    def send_400_response(self, msg: str) -> None:
        """An address that came whole may be longer than the parser takes, which says only that it is not valid."""
        if len(self.url) < _LONGEST_URL:
            super().send_400_response(msg)
            return
        self._owed = _Owed.HEAD
        self._refuse(
            HEAD_TOO_LONG, f"the request's address is longer than {_LONGEST_URL - 1} bytes"
        )

    def _owed_now(self) -> _Owed:
        """A head that has ended has a cycle of its scope. Bytes that begin none yet are the start of one."""
        has_head = self.cycle is not None and self.cycle.scope is self.scope  # pyright: ignore[reportUnnecessaryComparison]
        return _Owed.BODY if has_head and self._whole is not self.scope else _Owed.HEAD

    def _expect(self, owed: _Owed) -> None:
        self._owed = owed
        self._since = self._last = self.loop.time()
        self._taken = 0
        # One that is set rings no later than this would: what was expected before began before.
        if self._timer is None:
            self._timer = self.loop.call_at(self._deadline(), self._look)

    def _deadline(self) -> float:
        wait_s = self.patience.wait_s
        if self._owed is not _Owed.BODY:
            return self._since + wait_s
        on_the_whole = self._since + wait_s + self._taken / self.patience.body_bytes_s
        return min(self._last + wait_s, on_the_whole)

    def _hold(self, is_held: bool) -> None:
        if is_held and self._held_at is None:
            self._held_at = self.loop.time()

    def _go_on(self) -> None:
        if self._held_at is not None:
            now = self.loop.time()
            self._since += now - self._held_at
            self._last, self._held_at = now, None

    def _look(self) -> None:
        self._timer = None
        if self._owed is _Owed.NOTHING or self.transport.is_closing():
            return
        now = self.loop.time()
        deadline = now + self.patience.wait_s if self._held_at is not None else self._deadline()
        if deadline > now:
            self._timer = self.loop.call_at(deadline, self._look)
        else:
            self._give_up()

    def _give_up(self) -> None:
        # Browsers open connections that they may need, and nobody waits for an answer there.
        if self._owed is _Owed.FIRST_BYTE:
            self.transport.close()
            return
        address = self.client[0] if self.client else None
        fields = {"awaited": self._owed.name.lower(), "address": address}
        log.info("the request did not come", extra={"fields": fields})
        wait_s, least = self.patience.wait_s, self.patience.body_bytes_s
        if self._owed is _Owed.HEAD:
            self._refuse(TIMED_OUT, f"the request's head did not come within {wait_s:g} s")
        elif self.cycle.response_complete:
            self.transport.close()
        else:
            told = (
                f"the body did not come: no piece in {wait_s:g} s, or under {least} bytes a second"
            )
            self._refuse(TIMED_OUT, told)

    def _refuse(self, status: int, text: str) -> None:
        """Answers and closes; where an answer is under way, that ends first and nothing is put into it."""
        cycle = self.cycle
        # Uvicorn has None there before the first request.
        if cycle and not cycle.response_complete:
            if self._owed is _Owed.HEAD or cycle.response_started:
                cycle.keep_alive = False
                if status == HEAD_TOO_LONG:
                    self.flow.pause_reading()
                return
            # As where the client has gone: who reads the body is told so, and what is answered then is dropped.
            cycle.scope.setdefault("state", {})["ended_as"] = status
            cycle.disconnected = True
            cycle.message_event.set()
        body = json.dumps({"error": {"message": text}}).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *SECURITY_HEADERS,
        ]
        lines = [b"%s: %s\r\n" % pair for pair in headers]
        self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", body]))
        self.transport.close()

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def protocol_with(patience: Patience) -> type[PatientProtocol]:
    """Uvicorn takes a class and makes one of it for each connection."""
    return type("PatientProtocol", (PatientProtocol,), {"patience": patience})
