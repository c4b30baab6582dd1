"""The end of a whole call over HTTP: httpx bounds each read, and so never a server that sends a byte now and then."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any


class Deadline:
    """Of the calls of one client, one after the other. At the end of its time a call's connection is shut, wherever it
    stands; what reads from it then fails or finds an end, and `is_over` says why.

    `trace` belongs to each call, as the extension of that name: https://www.encode.io/httpcore/extensions/#trace
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._connection: socket.socket | None = None
        self.is_over = False

    @contextmanager
    def running(self) -> Iterator[None]:
        self.is_over = False
        timer = Timer(self._seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            # It may be at its end just now, and must not end the next call.
            timer.join()

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        if not name.endswith("connect_tcp.complete"):
            return
        self.close()
        # A descriptor of its own is the same connection beneath TLS, and never another's that was opened since.
        self._connection = info["return_value"].get_extra_info("socket").dup()
        if self.is_over:
            self._shut()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _end(self) -> None:
        self.is_over = True
        self._shut()

    def _shut(self) -> None:
        # The server may have closed it before.
        if self._connection is not None:
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
