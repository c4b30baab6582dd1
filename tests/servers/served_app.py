"""An app of the API on a real uvicorn on loopback, with people whose session is their name."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import client
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from iop_pipelines.api.serve import server_of
from iop_pipelines.api.slow_clients import Patience
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.identity.user import User
from iop_pipelines.orchestration.supervisor import free_port

# A busy machine takes its time; what is there sooner is not waited for.
PATIENCE_S = 120.0


@dataclass
class Accounts:
    """A stand-in for sign-in: a session's cookie or bearer token is the name of its user."""

    users: dict[str, User] = field(
        default_factory=lambda: {
            "ada": User(1, "ada", Role.ADMIN),
            "vera": User(2, "vera", Role.VIEWER),
            "leaving": User(3, "leaving", Role.VIEWER),
        }
    )

    async def authenticate(self, connection: HTTPConnection) -> User | None:
        cookie = connection.cookies.get("session", "")
        bearer = connection.headers.get("authorization", "").removeprefix("Bearer ")
        return self.users.get(cookie) or self.users.get(bearer)


@contextmanager
def running(app: Starlette, patience: Patience | None = None) -> Iterator[str]:
    """The URL of the app while it is served."""
    port = free_port()
    server = server_of(app, port, delay_s=0, patience=patience)
    thread = threading.Thread(target=server.run)
    thread.start()
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(url))
        yield url
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive()


def answers(url: str, path: str = "/api/health", status: int | None = None) -> bool:
    """Not by httpx, which reads all certificates for each call: who waits asks twenty times a second."""
    connection = client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        connection.request("GET", path)
        got = connection.getresponse().status
    except (OSError, client.HTTPException):
        return False
    finally:
        connection.close()
    return status is None or got == status


def wait_until(condition, timeout_s: float = PATIENCE_S, every_s: float = 0.05) -> None:
    """`every_s`: the pause between two looks, longer where a look is work."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"it did not come true within {timeout_s} s"
        time.sleep(every_s)
