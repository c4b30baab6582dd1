"""The sign-in routes served by a real server on the loopback, and people who come to them."""

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from database_servers import DATABASES
from iop_pipelines.api.auth import auth_routes, authenticator
from iop_pipelines.api.registry import ApiError
from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.identity import accounts
from iop_pipelines.identity.sessions import sessions_of
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.settings import Settings

OPERATOR = Actor(None, "test")
PASSWORDS = {"ada": "a-long-walk-in-Lagos", "vic": "rain-on-a-tin-roof"}


@dataclass
class Site:
    """`url` names the server by its loopback address, so that cookies are kept without https."""

    platform: Platform
    url: str
    people: dict[str, accounts.Account] = field(default_factory=dict)

    @property
    def engine(self) -> sa.Engine:
        return self.platform.engine

    def sign_in(
        self, name: str, password: str | None = None, **headers: str
    ) -> tuple[requests.Session, requests.Response]:
        browser = requests.Session()
        given = {"name": name, "password": password or PASSWORDS[name]}
        return browser, browser.post(f"{self.url}/api/auth/sign-in", json=given, headers=headers)

    def token(self, name: str) -> str:
        return sessions_of(self.platform.settings).start(self.people[name], "token").token

    def me(self, token: str) -> int:
        headers = {"authorization": f"Bearer {token}"}
        return requests.get(f"{self.url}/api/auth/me", headers=headers).status_code


@dataclass
class Server:
    """One for all tests, since a start and a stop take half a second; which app it serves is each site's own."""

    url: str
    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(f"http://127.0.0.1:{listening.getsockname()[1]}", Starlette())
    running = uvicorn.Server(uvicorn.Config(server, log_config=None, lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(running.serve([listening])))
    thread.start()
    yield server
    running.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture
def make_site(
    tmp_path: Path, server: Server, migrated_on: Callable[[str], AbstractContextManager[str]]
):
    """Gives a function: settings of the environment → a served site with ada (admin) and vic (viewer).

    It is called once a test.
    """
    home = tmp_path / "home"
    urls: list[str] = []

    def make(database_url: str | None = None, **env: str) -> Site:
        url = {"DATABASE_URL": database_url} if database_url else {}
        if database_url and not database_url.startswith("sqlite"):
            # Only an embedded instance makes its own.
            env.setdefault("IOP_SECRET_KEY", "Vd8sP0q_kR3xN7ytW1zLm5Jc9Ha2Ueb4")
        settings = Settings.from_env({"IOP_HOME": str(home), **url, **env})
        if not database_url:
            home.mkdir()
            with migrated_on("sqlite") as migrated:
                shutil.copy(migrated.removeprefix("sqlite:///"), home / "iop.db")
        platform = Platform(settings)
        site = Site(platform, server.url)
        urls.append(settings.database_url)
        with begin_write(site.engine) as connection:
            for name, role in (("ada", Role.ADMIN), ("vic", Role.VIEWER)):
                hashed = _hashed(PASSWORDS[name])
                site.people[name] = accounts.insert_user(connection, name, role, OPERATOR, hashed)
        server.app = _app(platform)
        return site

    yield make
    server.app = Starlette()
    for url in urls:
        engine_for(url).dispose()


# Made to be slow; what is stored is the same for each site.
_hashed = cache(accounts._hashed)


@pytest.fixture(params=DATABASES)
def site(
    request: pytest.FixtureRequest,
    make_site,
    migrated_on: Callable[[str], AbstractContextManager[str]],
) -> Iterator[Site]:
    with migrated_on(request.param) as url:
        yield make_site(url)


def _app(platform: Platform) -> Starlette:
    authenticate = authenticator(platform)

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
    return Starlette(routes=[*auth_routes(platform), change_route])
