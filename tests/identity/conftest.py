"""The sign-in routes served by a real server on the loopback, and people who come to them."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
import sqlalchemy as sa
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from database_servers import DATABASES
from iop_pipelines.api import accounts
from iop_pipelines.api.audit import Actor
from iop_pipelines.api.auth import auth_routes, authenticator
from iop_pipelines.api.context import Role, Services
from iop_pipelines.api.registry import ApiError
from iop_pipelines.api.sessions import sessions_of
from iop_pipelines.schema import migrate
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings

OPERATOR = Actor(None, "test")
PASSWORDS = {"ada": "a-long-walk-in-Lagos", "vic": "rain-on-a-tin-roof"}


@dataclass
class Site:
    """`url` names the server by its loopback address, so that cookies are kept without https."""

    services: Services
    url: str
    people: dict[str, accounts.Account] = field(default_factory=dict)

    @property
    def engine(self) -> sa.Engine:
        return self.services.engine

    def sign_in(
        self, name: str, password: str | None = None, **headers: str
    ) -> tuple[requests.Session, requests.Response]:
        browser = requests.Session()
        given = {"name": name, "password": password or PASSWORDS[name]}
        return browser, browser.post(f"{self.url}/api/auth/sign-in", json=given, headers=headers)

    def token(self, name: str) -> str:
        return sessions_of(self.services).start(self.people[name], "token").token

    def me(self, token: str) -> int:
        headers = {"authorization": f"Bearer {token}"}
        return requests.get(f"{self.url}/api/auth/me", headers=headers).status_code


@pytest.fixture
def make_site(tmp_path: Path):
    """Gives a function: settings of the environment → a served site with ada (admin) and vic (viewer)."""
    with _stack() as stack:

        def make(database_url: str | None = None, **env: str) -> Site:
            url = {"DATABASE_URL": database_url} if database_url else {}
            if database_url and not database_url.startswith("sqlite"):
                # Only an embedded instance makes its own.
                env.setdefault("IOP_SECRET_KEY", "Vd8sP0q_kR3xN7ytW1zLm5Jc9Ha2Ueb4")
            settings = Settings.from_env({"IOP_HOME": str(tmp_path / "home"), **url, **env})
            migrate.upgrade(settings.database_url)
            services = Services(settings)
            site = Site(services, stack.serve(_app(services)))
            stack.databases.append(settings.database_url)
            for name, role in (("ada", Role.ADMIN), ("vic", Role.VIEWER)):
                site.people[name] = accounts.add_user(
                    site.engine, name, role, OPERATOR, PASSWORDS[name]
                )
            return site

        yield make


@pytest.fixture(params=DATABASES)
def site(
    request: pytest.FixtureRequest,
    make_site,
    migrated_on: Callable[[str], AbstractContextManager[str]],
) -> Iterator[Site]:
    with migrated_on(request.param) as url:
        yield make_site(url)


@dataclass
class Stack:
    servers: list[SimpleNamespace] = field(default_factory=list)
    databases: list[str] = field(default_factory=list)

    def serve(self, app: Starlette) -> str:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
        thread.start()
        self.servers.append(SimpleNamespace(server=server, thread=thread, socket=listening))
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def _stack() -> Iterator[Stack]:
    stack = Stack()
    yield stack
    for each in stack.servers:
        each.server.should_exit = True
        each.thread.join()
        each.socket.close()
    for url in stack.databases:
        engine_for(url).dispose()


def _app(services: Services) -> Starlette:
    authenticate = authenticator(services)

    async def change(request: Request) -> Response:
        """Stands for any procedure: what an authenticated call is told, in one line."""
        try:
            user = await authenticate(request)
        except ApiError as error:
            return JSONResponse({"code": error.code}, 403)
        if user is None:
            return JSONResponse({"code": "UNAUTHORIZED"}, 401)
        return JSONResponse({"name": user.name, "role": user.role})

    change_route = Route("/change", change, methods=["GET", "POST"])
    return Starlette(routes=[*auth_routes(services), change_route])
