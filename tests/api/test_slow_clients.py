"""Clients that send slowly or not at all, by real sockets: ended in time, while who is only slow to read stays."""

import asyncio
import json
import logging
import select
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from iop_pipelines.api.lifecycle import Lifecycle
from iop_pipelines.api.slow_clients import Patience
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.schema.engine import engine_for
from product import product_of
from served_app import running, wait_until

WAIT_S = 1.0
LONGER_S = 1.7
# The machine may be busy: what must end ends within this, and never before WAIT_S.
SOON_S = 15
PATIENCE = Patience(wait_s=WAIT_S, body_bytes_s=1_000, head_bytes=20_000)
LARGE = 30_000_000


async def _echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _late(request: Request) -> Response:
    """Reads what was sent only after longer than a client may be silent."""
    await asyncio.sleep(LONGER_S)
    return await _echo(request)


async def _stream(request: Request) -> Response:
    async def ticks() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"
        await asyncio.sleep(LONGER_S)
        yield b"data: 2\n\n"

    return StreamingResponse(ticks(), media_type="text/event-stream")


async def _large(request: Request) -> Response:
    return Response(b"x" * LARGE)


async def _socket(websocket: WebSocket) -> None:
    await websocket.accept()
    while (said := await websocket.receive_text()) != "end":
        await websocket.send_text(said)
    await websocket.close()


@asynccontextmanager
async def _started(app: Starlette) -> AsyncIterator[None]:
    app.state.lifecycle.set_started()
    yield


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    routes = [
        Route("/echo", _echo, methods=["POST"]),
        Route("/late", _late, methods=["GET", "POST"]),
        Route("/stream", _stream),
        Route("/large", _large),
        Route("/api/health", lambda _: PlainTextResponse("ok")),
        WebSocketRoute("/socket", _socket),
    ]
    app = Starlette(routes=routes, lifespan=_started)
    app.state.lifecycle = Lifecycle()
    with running(app, PATIENCE) as url:
        yield int(url.rpartition(":")[2])


@pytest.fixture
def caller(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=SOON_S) as connection:
        yield connection


def head(path: str, *lines: str, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "host: x", *lines, "", ""]).encode()


def all_of(caller: socket.socket) -> bytes:
    """What comes until the server closes; one that resets says no more either."""
    got = b""
    while True:
        try:
            piece = caller.recv(65_536)
        except ConnectionError:
            return got
        if not piece:
            return got
        got += piece


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def told_by(answer: bytes) -> str:
    return json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"]


def dribble(caller: socket.socket, piece: bytes, every_s: float) -> bytes:
    """Sends a piece now and then until the server says something or closes; what it said."""
    deadline = time.monotonic() + SOON_S
    while time.monotonic() < deadline:
        if select.select([caller], [], [], every_s)[0]:
            return all_of(caller)
        caller.sendall(piece)
    pytest.fail(f"the server was still reading after {SOON_S} s")


def statuses_of(path: str, caplog: pytest.LogCaptureFixture) -> list[int]:
    lines = [each.__dict__["fields"] for each in caplog.records if each.name == "iop.access"]
    return [line["status"] for line in lines if line["path"] == path]


def stays_open_for(caller: socket.socket, seconds: float) -> bool:
    return not select.select([caller], [], [], seconds)[0]


def answers_with(caller: socket.socket, end: bytes) -> bool:
    """Head and body may come in packets of their own."""
    told = b""
    while not told.endswith(end) and (more := caller.recv(65_536)):
        told += more
    return told.endswith(end)


def test_a_connection_without_a_byte_is_closed_and_told_nothing(caller: socket.socket) -> None:
    began = time.monotonic()
    assert all_of(caller) == b""
    assert time.monotonic() - began >= WAIT_S * 0.9


@pytest.mark.parametrize("sent", [b"G", b"GET / HTTP/1.1\r\nhost:", head("/echo")[:-2], b"\r\n"])
def test_a_head_that_does_not_come_is_408(caller: socket.socket, sent: bytes) -> None:
    began = time.monotonic()
    caller.sendall(sent)
    answer = all_of(caller)
    assert status_of(answer) == 408
    assert told_by(answer) == "the request's head did not come within 1 s"
    assert b"connection: close" in answer
    assert b"x-content-type-options: nosniff" in answer
    assert time.monotonic() - began >= WAIT_S * 0.9


def test_a_head_that_comes_byte_by_byte_is_408_too(caller: socket.socket) -> None:
    caller.sendall(b"GET / HTTP/1.1\r\nx: ")
    assert status_of(dribble(caller, b"y", 0.1)) == 408


def test_a_second_request_of_a_connection_has_the_same_bound(caller: socket.socket) -> None:
    caller.sendall(head("/echo", "content-length: 2") + b"ab")
    assert answers_with(caller, b"2")
    assert stays_open_for(caller, LONGER_S)
    caller.sendall(b"GET /")
    assert status_of(all_of(caller)) == 408


def test_a_head_without_an_end_is_431(caller: socket.socket) -> None:
    caller.sendall(b"GET / HTTP/1.1\r\nx: " + b"y" * PATIENCE.head_bytes)
    assert status_of(all_of(caller)) == 431


def test_an_address_that_is_too_long_for_the_parser_is_431_too(caller: socket.socket) -> None:
    """In one packet the head has its end, and nothing is owed any more."""
    caller.sendall(head("/api/health?q=" + "y" * 65_536, method="GET"))
    answer = all_of(caller)
    assert status_of(answer) == 431
    assert "65535 bytes" in told_by(answer) or "20000 bytes" in told_by(answer)


def test_the_end_of_a_body_is_not_counted_as_the_head_behind_it(caller: socket.socket) -> None:
    """Body and beginning of a head, in one packet, have more bytes than a head can have."""
    body = b"a" * 15_000
    caller.sendall(head("/echo", f"content-length: {len(body) + 1}") + b"a")
    assert stays_open_for(caller, WAIT_S / 5)
    caller.sendall(body + b"GET /api/health HTTP/1.1\r\nx: " + b"y" * 10_000)
    answer = caller.recv(65_536)
    assert (status_of(answer), answer.endswith(str(len(body) + 1).encode())) == (200, True)
    caller.sendall(b"\r\nhost: x\r\n\r\n")
    assert status_of(caller.recv(65_536)) == 200


def test_a_head_behind_a_body_has_the_same_bound(caller: socket.socket) -> None:
    caller.sendall(head("/echo", "content-length: 1") + b"aGET / HTTP/1.1\r\nx: ")
    assert status_of(caller.recv(65_536)) == 200
    caller.sendall(b"y" * PATIENCE.head_bytes * 2)
    assert status_of(all_of(caller)) == 431


@pytest.mark.parametrize("framing", ["content-length: 100", "transfer-encoding: chunked"])
@pytest.mark.parametrize("sent", [b"", b"5\r\nabcde\r\n"])
def test_a_body_that_does_not_come_is_408(caller: socket.socket, framing: str, sent: bytes) -> None:
    began = time.monotonic()
    caller.sendall(head("/echo", framing) + sent)
    answer = all_of(caller)
    assert status_of(answer) == 408
    assert "the body did not come" in told_by(answer)
    assert time.monotonic() - began >= WAIT_S * 0.9


@pytest.mark.parametrize(
    ("framing", "piece"),
    [("content-length: 1000000", b"a"), ("transfer-encoding: chunked", b"1\r\na\r\n")],
)
def test_a_body_that_comes_byte_by_byte_does_not_live_for_ever(
    caller: socket.socket, framing: str, piece: bytes
) -> None:
    """Each piece is in time, but a hundred bytes in ten seconds are none that a person waits for."""
    caller.sendall(head("/echo", framing))
    assert status_of(dribble(caller, piece, 0.1)) == 408


def test_extensions_of_a_chunk_are_no_body(caller: socket.socket) -> None:
    caller.sendall(head("/echo", "transfer-encoding: chunked") + b"5;")
    assert status_of(dribble(caller, b"x", 0.1)) == 408


def test_a_body_that_comes_steadily_may_take_longer(caller: socket.socket) -> None:
    caller.sendall(head("/echo", "content-length: 16000"))
    for _ in range(8):
        assert stays_open_for(caller, LONGER_S / 6)
        caller.sendall(b"a" * 2_000)
    assert answers_with(caller, b"16000")


def test_a_body_that_is_still_owed_after_the_answer_closes_the_connection(
    caller: socket.socket,
) -> None:
    caller.sendall(head("/large", "content-length: 1000", method="PUT"))
    assert caller.recv(65_536).startswith(b"HTTP/1.1 405")
    assert dribble(caller, b"a", 0.1) == b""


def test_who_waits_to_be_read_is_not_slow(caller: socket.socket) -> None:
    """More than is taken before it is asked for: the socket is told to wait."""
    caller.sendall(head("/late", "content-length: 400000") + b"a" * 200_000)
    assert stays_open_for(caller, LONGER_S / 2)
    caller.sendall(b"a" * 200_000)
    assert answers_with(caller, b"400000")


def test_who_waits_for_100_continue_is_not_slow(caller: socket.socket) -> None:
    caller.sendall(head("/late", "content-length: 3", "expect: 100-continue"))
    assert caller.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    caller.sendall(b"abc")
    assert answers_with(caller, b"3")


def test_100_continue_begins_the_wait(caller: socket.socket) -> None:
    caller.sendall(head("/late", "content-length: 3", "expect: 100-continue"))
    assert caller.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert status_of(all_of(caller)) == 408


def test_half_a_request_behind_another_waits_for_its_answer(caller: socket.socket) -> None:
    caller.sendall(head("/late", method="GET") + b"GET / HT")
    answer = all_of(caller)
    assert status_of(answer) == 200
    assert answer.endswith(b"0")


def test_a_stream_goes_on(caller: socket.socket) -> None:
    caller.sendall(head("/stream", "connection: close", method="GET"))
    assert all_of(caller).count(b"data: ") == 2


def test_an_answer_may_be_taken_slowly(caller: socket.socket) -> None:
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    caller.sendall(head("/large", "connection: close", method="GET"))
    began, got = time.monotonic(), 0
    while time.monotonic() - began < LONGER_S:
        got += len(caller.recv(1_000))
        select.select([], [], [], 0.05)
    assert got < LARGE / 10
    assert got + len(all_of(caller)) > LARGE


def test_a_websocket_may_be_silent(port: int) -> None:
    with connect(f"ws://127.0.0.1:{port}/socket") as websocket:
        with pytest.raises(TimeoutError):
            websocket.recv(timeout=LONGER_S)
        websocket.send("still here")
        assert websocket.recv(timeout=SOON_S) == "still here"
        websocket.send("end")


@pytest.mark.parametrize(
    "path",
    [
        "/api/trpc/dashboards.save",
        "/api/v1/dashboards/save",
        "/api/auth/sign-in",
        "/api/auth/password",
    ],
)
def test_a_body_that_does_not_come_is_a_line_in_the_log_and_no_traceback(
    tmp_path: Path, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    product = product_of(tmp_path)
    caplog.set_level(logging.INFO)
    with running(product.app, PATIENCE) as url:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=SOON_S) as caller:
            token = f"authorization: Bearer {product.token(Role.ADMIN)}"
            json_type = "content-type: application/json"
            caller.sendall(head(path, token, json_type, "content-length: 9") + b"{")
            assert status_of(all_of(caller)) == 408
        wait_until(lambda: statuses_of(path, caplog), SOON_S)
    assert statuses_of(path, caplog) == [408]
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []
    assert [each for each in caplog.records if each.exc_info] == []
    engine_for(product.settings.database_url).dispose()
