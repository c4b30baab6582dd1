"""Who is signed in: tokens from the cookie or a bearer header, and the routes that give and end them.

A cookie is sent by browsers on their own, so what it lets change is checked for its origin; a bearer
header is never sent by itself, and decides alone where it is there.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast
from urllib.parse import urlsplit

import anyio.to_thread
from pydantic import Field
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from iop_pipelines.api import wire
from iop_pipelines.api.calls import read_body, refusal_of, request_id_of
from iop_pipelines.api.problems import problem_page
from iop_pipelines.api.reads import Reads
from iop_pipelines.api.registry import ApiError, Shape
from iop_pipelines.audit.trail import Actor
from iop_pipelines.identity import accounts, oidc
from iop_pipelines.identity.links import LINK_PATH
from iop_pipelines.identity.sessions import COOKIE_LIFE, Issued, sessions_of
from iop_pipelines.identity.sign_in import SignIn
from iop_pipelines.identity.user import User
from iop_pipelines.platform import Platform
from iop_pipelines.settings import Settings

COOKIE = "iop_session"
# `<user id>.<session id>`, for pages to read: whose session the browser has. It signs nobody in.
MARK_COOKIE = "iop_signed_in"
OIDC_CALLBACK = "/api/auth/oidc/callback"
_OIDC_PATH = "/api/auth/oidc"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_NO_STORE = {"cache-control": "no-store"}
_FOLLOWED = (f"{LINK_PATH}/", f"{_OIDC_PATH}/")

Authenticate = Callable[[HTTPConnection], Awaitable[User | None]]
Handler = Callable[[Request], Awaitable[Response]]


class NameAndPassword(Shape):
    name: str = Field(min_length=1, max_length=255)
    password: str = Field(min_length=1, max_length=accounts.MAX_PASSWORD_LENGTH, repr=False)


class NewPassword(Shape):
    current: str = Field(min_length=1, max_length=accounts.MAX_PASSWORD_LENGTH, repr=False)
    new: str = Field(min_length=1, max_length=accounts.MAX_PASSWORD_LENGTH, repr=False)


@dataclass(frozen=True, slots=True)
class Presented:
    token: str
    is_cookie: bool


def authenticator(platform: Platform) -> Authenticate:
    """Gives who is signed in, for HTTP and WebSocket requests alike; None for nobody.

    Raises MisconfiguredInstance at once for a signing key that cannot be used. What it gives raises
    ApiError FORBIDDEN for a cookie from another origin on a request that may change something, and
    Unavailable where the database does not answer.
    """
    sessions = sessions_of(platform.settings)
    reads: Reads[str, User | None] = Reads()

    async def authenticate(connection: HTTPConnection) -> User | None:
        presented = presented_in(connection.headers)
        if presented is None:
            return None
        token = presented.token
        is_known, user = sessions.remembered(token)
        if not is_known:
            user = await reads.read(token, partial(sessions.user_of, token))
        elif sessions.is_due(token):
            reads.read_ahead(token, partial(sessions.renew, token))
        if user is not None and presented.is_cookie and _may_change(connection):
            check_origin(connection.headers, platform.settings)
        return user

    return authenticate


def authenticate(headers: Mapping[str, str], platform: Platform) -> User | None:
    """As `authenticator`, in a thread; the caller checks the origin itself."""
    presented = presented_in(headers)
    return sessions_of(platform.settings).user_of(presented.token) if presented else None


def presented_in(headers: Mapping[str, str]) -> Presented | None:
    scheme, _, credentials = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return Presented(credentials.strip(), is_cookie=False)
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and value:
            return Presented(value, is_cookie=True)
    return None


def check_origin(headers: Mapping[str, str], settings: Settings) -> None:
    """Refuses what a page of another site sent.

    Browsers name the origin of every request that is not a plain GET. One that names neither
    `Origin` nor `Sec-Fetch-Site` comes from no browser of these years, and so not from a page.
    """
    origin = headers.get("origin")
    if origin is None:
        is_own = headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    else:
        host = headers.get("host", "").lower()
        is_public = bool(origin) and origin.lower() == (settings.public_url or "").lower()
        is_own = is_public or (bool(host) and urlsplit(origin).netloc.lower() == host)
    if not is_own:
        raise ApiError("FORBIDDEN", "request.other_origin")


def auth_routes(platform: Platform) -> list[Route]:
    """Raises MisconfiguredInstance at once for a signing key or a provider that cannot be used."""
    routes = AuthRoutes(platform)
    return [
        Route("/api/auth/options", _guarded(routes.options), methods=["GET"]),
        Route("/api/auth/me", _guarded(routes.me), methods=["GET"]),
        Route("/api/auth/sign-in", _guarded(routes.sign_in), methods=["POST"]),
        Route("/api/auth/sign-out", _guarded(routes.sign_out), methods=["POST"]),
        Route("/api/auth/password", _guarded(routes.password), methods=["POST"]),
        Route(LINK_PATH + "/{token}", _guarded(routes.link), methods=["GET"]),
        Route(_OIDC_PATH + "/start", _guarded(routes.oidc_start), methods=["GET"]),
        Route(OIDC_CALLBACK, _guarded(routes.oidc_callback), methods=["GET"]),
    ]


class AuthRoutes:
    def __init__(self, platform: Platform) -> None:
        self._settings = platform.settings
        self._ways = SignIn(platform.settings)
        self._authenticate = authenticator(platform)

    async def options(self, request: Request) -> Response:
        """What a sign-in page can offer."""
        return _json({"password": True, "oidc": self._ways.has_provider})

    async def me(self, request: Request) -> Response:
        user = await self._authenticate(request)
        if user is None:
            raise ApiError("UNAUTHORIZED", "signin.needed")
        return _json(_shown(user))

    async def sign_in(self, request: Request) -> Response:
        # Also without a cookie: nobody is to be signed in unawares, as somebody else.
        check_origin(request.headers, self._settings)
        wire.check_content_type(request.headers)
        given = cast(NameAndPassword, wire.read_input(NameAndPassword, await read_body(request)))
        issued = await anyio.to_thread.run_sync(
            self._ways.by_password, given.name, given.password, _actor(request)
        )
        response = _json(_issued(issued))
        self._set_cookie(request, response, issued)
        return response

    async def sign_out(self, request: Request) -> Response:
        presented = presented_in(request.headers)
        if presented is not None:
            if presented.is_cookie:
                check_origin(request.headers, self._settings)
            await anyio.to_thread.run_sync(self._ways.sign_out, presented.token, _actor(request))
        response = _json({"success": True})
        for name in (MARK_COOKIE, COOKIE):
            response.delete_cookie(
                name,
                path="/",
                secure=is_secure(request, self._settings),
                httponly=name == COOKIE,
                samesite="lax",
            )
        return response

    async def password(self, request: Request) -> Response:
        """One's own; this session goes on, the others of the account end."""
        presented, user = presented_in(request.headers), await self._authenticate(request)
        if presented is None or user is None:
            raise ApiError("UNAUTHORIZED", "signin.needed")
        wire.check_content_type(request.headers)
        given = cast(NewPassword, wire.read_input(NewPassword, await read_body(request)))
        await anyio.to_thread.run_sync(
            self._ways.change_password,
            *(user, presented.token, given.current, given.new, _actor(request)),
        )
        return _json({"success": True})

    async def link(self, request: Request) -> Response:
        """Looking at a link ahead of its use, as mail scanners and browsers do, does not use it up."""
        is_looking = request.method == "HEAD" or "sec-purpose" in request.headers
        if is_looking:
            return Response(status_code=204, headers=_NO_STORE)
        token: str = request.path_params["token"]
        issued = await anyio.to_thread.run_sync(self._ways.by_link, token, _actor(request))
        response = _redirect(request.query_params.get("next", "/"))
        self._set_cookie(request, response, issued)
        return response

    async def oidc_start(self, request: Request) -> Response:
        provider = self._ways.provider
        next_path = local_path(request.query_params.get("next", "/"))
        if request.method == "HEAD":
            return Response(status_code=204, headers=_NO_STORE)
        started = await anyio.to_thread.run_sync(
            provider.start, self._redirect_uri(request), next_path
        )
        response = RedirectResponse(started.url, 303, headers=_NO_STORE)
        response.set_cookie(
            oidc.COOKIE,
            started.cookie,
            max_age=oidc.STATE_LIFE_S,
            path=_OIDC_PATH,
            secure=is_secure(request, self._settings),
            httponly=True,
            samesite="lax",
        )
        return response

    async def oidc_callback(self, request: Request) -> Response:
        issued, next_path = await anyio.to_thread.run_sync(
            self._ways.by_provider,
            self._redirect_uri(request),
            request.cookies.get(oidc.COOKIE),
            dict(request.query_params),
            _actor(request),
        )
        response = _redirect(next_path)
        self._set_cookie(request, response, issued)
        response.delete_cookie(oidc.COOKIE, path=_OIDC_PATH, httponly=True, samesite="lax")
        return response

    def _redirect_uri(self, request: Request) -> str:
        base = self._settings.public_url or str(request.base_url).rstrip("/")
        return base + OIDC_CALLBACK

    def _set_cookie(self, request: Request, response: Response, issued: Issued) -> None:
        mark = f"{issued.user.id}.{self._ways.sessions.id_of(issued.token)}"
        for name, value in ((MARK_COOKIE, mark), (COOKIE, issued.token)):
            response.set_cookie(
                name,
                value,
                max_age=int(COOKIE_LIFE.total_seconds()),
                path="/",
                secure=is_secure(request, self._settings),
                httponly=name == COOKIE,
                samesite="lax",
            )


def is_secure(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether cookies are `Secure`: always, except for plain http to this very machine.

    There nothing leaves the machine, there is no certificate to be had, and not every client takes
    a secure cookie from it.
    """
    if (settings.public_url or "").startswith("https:") or connection.url.scheme != "http":
        return True
    return not _is_loopback(connection.url.hostname or "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _may_change(connection: HTTPConnection) -> bool:
    """A WebSocket can send anything once it is open, so its opening counts as a change."""
    return connection.scope["type"] == "websocket" or connection.scope["method"] not in _READING


def _guarded(handler: Handler) -> Handler:
    """Refusals in the shape that the rest of the API has."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(request)
        # The boundary: whatever it was, the caller gets an answer and the log the cause.
        except Exception as error:
            refusal = refusal_of(error, request.url.path, request_id_of(request))
            headers = dict(_NO_STORE)
            if "retryAfter" in refusal.data:
                headers["retry-after"] = str(refusal.data["retryAfter"])
            status = wire.status_of([refusal])
            if _is_for_people(request):
                return HTMLResponse(_problem(refusal, request), status, headers)
            body = {"error": wire.error_shape(refusal, None)}
            return JSONResponse(body, status, headers)

    return endpoint


def _is_for_people(request: Request) -> bool:
    """Where a browser shows the answer to its person: a link that was followed."""
    is_shown = "text/html" in request.headers.get("accept", "")
    return is_shown and request.url.path.startswith(_FOLLOWED)


def _problem(refusal: ApiError, request: Request) -> str:
    accepted = request.headers.get("accept-language", "")
    return problem_page(refusal.code, refusal.sentence, request_id_of(request), accepted)


def _actor(request: Request) -> Actor:
    """Nobody yet: the request and where it came from."""
    address = request.client.host if request.client else ""
    return Actor(None, "", request_id_of(request), address)


def _shown(user: User) -> dict[str, object]:
    return {"id": user.id, "name": user.name, "role": user.role.value}


def local_path(target: str) -> str:
    """A path of this site, else `/`: what comes after sign-in must not lead elsewhere."""
    is_local = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_local and target.isprintable() else "/"


def _issued(issued: Issued) -> dict[str, object]:
    ends = issued.expires_at.replace(microsecond=0).isoformat() + "Z"
    return {"user": _shown(issued.user), "expiresAt": ends}


def _json(value: object) -> JSONResponse:
    return JSONResponse(value, headers=_NO_STORE)


def _redirect(target: str) -> RedirectResponse:
    headers = {**_NO_STORE, "referrer-policy": "no-referrer"}
    return RedirectResponse(local_path(target), 303, headers=headers)
