"""Bodies that are too large or never end, sent to a real server: refused by size, and quiet when the caller goes."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from iop_pipelines.schema.engine import engine_for
from product import product_of
from served_app import running, wait_until

TOO_MANY = 1_048_576 + 65_536
PATHS = [
    "/api/trpc/dashboards.save",
    "/api/trpc/no.such",
    "/api/v1/dashboards/save",
    "/api/auth/sign-in",
    "/api/auth/password",
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """The port, and an admin's token."""
    from iop_pipelines.domain.vocabulary import Role

    home: Path = tmp_path_factory.mktemp("home")
    product = product_of(home)
    with running(product.app) as url:
        yield int(url.rpartition(":")[2]), product.token(Role.ADMIN)
    engine_for(product.settings.database_url).dispose()


def _head(path: str, token: str) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "host: 127.0.0.1",
        "content-type: application/json",
        "transfer-encoding: chunked",
        f"authorization: Bearer {token}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _chunk(size: int) -> bytes:
    return f"{size:x}\r\n".encode() + b" " * size + b"\r\n"


def _statuses_of(path: str, caplog: pytest.LogCaptureFixture) -> list[int]:
    lines = [each.__dict__["fields"] for each in caplog.records if each.name == "iop.access"]
    return [line["status"] for line in lines if line["path"] == path]


@pytest.mark.parametrize("path", PATHS)
def test_a_chunked_body_over_the_limit_is_413(served: tuple[int, str], path: str) -> None:
    port, token = served
    with socket.create_connection(("127.0.0.1", port), timeout=20) as caller:
        caller.sendall(_head(path, token))
        try:
            for _ in range(TOO_MANY // 65_536):
                caller.sendall(_chunk(65_536))
            caller.sendall(b"0\r\n\r\n")
        except OSError:
            pass  # It was refused before all of it came.
        answer = caller.recv(65_536)
    status = answer.split(b" ", 2)[1]
    # A procedure that is not there is told so before its body is read.
    assert status == (b"404" if path.endswith("no.such") else b"413")


@pytest.mark.parametrize("path", PATHS)
def test_a_caller_that_hangs_up_leaves_no_traceback(
    served: tuple[int, str], path: str, caplog: pytest.LogCaptureFixture
) -> None:
    port, token = served
    caplog.set_level(logging.INFO)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as caller:
        caller.sendall(_head(path, token) + _chunk(10))
    wait_until(lambda: _statuses_of(path, caplog))
    # A procedure that is not there is told so before its body is read.
    assert _statuses_of(path, caplog) == [404 if path.endswith("no.such") else 499]
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []
    assert [each for each in caplog.records if each.exc_info] == []
