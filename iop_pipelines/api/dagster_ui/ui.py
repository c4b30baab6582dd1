"""Dagster's UI at `/dagster`, on the same port and behind the same sign-in.

Anonymous callers get nothing, viewers read, admins operate. The guard is pure ASGI, since it must see
WebSockets; what it lets through is in `requests`.

Private names of Dagster are used here; dagster is pinned to the patch, and `tests/api` holds the contract.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from datetime import UTC
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import dagster as dg
from dagster import __version__ as dagster_version
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_representation.external import RemoteSensor
from dagster._core.scheduler.instigation import SensorInstigatorData
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._daemon.controller import get_daemon_statuses
from dagster_webserver.webserver import DagsterWebserver
from graphql import GraphQLSchema
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from iop_pipelines.api.dagster_ui.audit import USER_KEY, MutationTrail
from iop_pipelines.api.dagster_ui.requests import (
    MAX_GRAPHQL_BYTES,
    PREFIX,
    REPORTS,
    Refused,
    body_of,
    check_document,
    check_graphql_request,
    check_origin,
    check_read,
    check_report,
    first_part,
    query_of,
    query_of_message,
    replayed,
    run_of,
)
from iop_pipelines.api.dagster_ui.throttle import Throttle
from iop_pipelines.api.lifecycle import Lifecycle, this_task
from iop_pipelines.api.registry import ApiError
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import IopError, Unavailable
from iop_pipelines.identity.user import User

log = logging.getLogger(__name__)

# Of one person, all tabs together. A page asks some ten queries at once and a few a second while it is open.
GRAPHQL_BURST = 300
GRAPHQL_PER_S = 20.0
LIVE_POLL_MS = 2000
RETRY_S = 5.0
# With the time for which a session is remembered, sign-out and a new role end a WebSocket within a second.
RECHECK_S = 0.2
STATEMENT_TIMEOUT_MS = 15_000
POOL_RECYCLE_S = 3600
POOL_OVERFLOW = 20

ROLE_KEY = "iop.dagster_role"
# Of a fault of Dagster's, in the log.
_MAX_SAID_BYTES = 4_000
CLOSE_POLICY = 1008
CLOSE_RESTART = 1012

# What a database or code server that is away raises: waiting may help.
OUTAGES = (OSError, SQLAlchemyError, dg.DagsterError, IopError)

Authenticated = Callable[[HTTPConnection], Awaitable[User | None]]


class RoleContext(WorkspaceProcessContext):
    """A request is read-only unless the guard has found an admin; Dagster's permissions follow from it."""

    def create_request_context(self, source: object | None = None) -> WorkspaceRequestContext:
        is_admin = isinstance(source, HTTPConnection) and source.scope.get(ROLE_KEY) is Role.ADMIN
        return WorkspaceRequestContext(
            instance=self._instance,
            current_workspace=self.get_current_workspace(),
            process_context=self,
            version=self.version,
            source=cast(object, source),
            read_only=not is_admin,
        )


class DagsterUi:
    """Loads in a thread of its own, since it takes seconds, and again if the database was not there yet."""

    def __init__(
        self, open_instance: Callable[[ExitStack], dg.DagsterInstance], workspace: Path
    ) -> None:
        self._open_instance = open_instance
        self._workspace = workspace
        self._stopped = threading.Event()
        self._attempted = threading.Event()
        self._thread = threading.Thread(target=self._load, name="dagster-ui", daemon=True)
        # Set before the start by the app that it is a part of.
        self.trail: MutationTrail | None = None
        self.app: ASGIApp | None = None
        self.schema: GraphQLSchema | None = None
        self._instance: dg.DagsterInstance | None = None
        self._context: RoleContext | None = None
        # In seconds since 1970, when a sensor was first seen to be switched on.
        self._first_seen: dict[str, float] = {}
        self._problem = "Dagster's UI is starting"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    @property
    def is_settled(self) -> bool:
        return self._attempted.is_set()

    def look(self) -> str | None:
        return None if self.app is not None else self._problem

    def has_run(self, run_id: str) -> bool:
        return self._instance is not None and self._instance.has_run(run_id)

    def look_at_daemon(self) -> str | None:
        """By the heartbeats in Dagster's own storage."""
        if self._instance is None:
            return "Dagster's storage was not opened"
        wanted = self._instance.get_required_daemon_types()
        statuses = get_daemon_statuses(self._instance, wanted, ignore_errors=True)
        silent = sorted(name for name, status in statuses.items() if status.healthy is False)
        return f"no heartbeat of {', '.join(silent)}" if silent else None

    def sensor_ticks(self) -> dict[str, float]:
        """When each sensor that is switched on was last evaluated, in seconds since 1970.

        Of one that never was: when this process first saw it switched on, so that its silence has an age too.
        """
        if self._instance is None:
            return {}
        now = utc_now().replace(tzinfo=UTC).timestamp()
        stored = {
            state.selector_id: state
            for state in self._instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
        }
        # One that was never evaluated may be in the code alone, one whose code cannot be loaded in the storage alone.
        known = {sensor.selector_id: sensor for sensor in self._sensors()}
        if self._is_all_loaded():
            # What a release dropped Dagster keeps as running; nobody expects it any more.
            stored = {each: state for each, state in stored.items() if each in known}
        declared = {
            each: sensor.get_current_instigator_state(stored.get(each))
            for each, sensor in known.items()
        }
        ticks: dict[str, float] = {}
        for state in {**stored, **declared}.values():
            if not state.is_running:
                continue
            data = state.instigator_data
            at = data.last_tick_timestamp if isinstance(data, SensorInstigatorData) else None
            ticks[state.instigator_name] = at or self._first_seen.get(state.instigator_name, now)
        self._first_seen = {name: self._first_seen.get(name, now) for name in ticks}
        return ticks

    def _is_all_loaded(self) -> bool:
        """Whether the code says what sensors there are: no part of it is away or cannot be loaded."""
        if self._context is None:
            return False
        entries = self._context.get_current_workspace().code_location_entries.values()
        return bool(entries) and all(entry.code_location is not None for entry in entries)

    def _sensors(self) -> list[RemoteSensor]:
        if self._context is None:
            return []
        entries = self._context.get_current_workspace().code_location_entries.values()
        return [
            sensor
            for entry in entries
            if entry.code_location is not None
            for repository in entry.code_location.get_repositories().values()
            for sensor in repository.get_sensors()
        ]

    def _load(self) -> None:
        with ExitStack() as stack:
            while not self._stopped.is_set():
                try:
                    self._open(stack)
                    break
                except OUTAGES:
                    log.exception("Dagster's UI did not load; the next try is in %s s", RETRY_S)
                    self._problem = "Dagster's UI did not load yet"
                # A mistake that time does not mend, such as a name of Dagster's that is gone: the
                # API serves without its UI, which /api/ready says until the process is replaced.
                except Exception:
                    log.critical("Dagster's UI cannot load", exc_info=True)
                    self._problem = "Dagster's UI cannot load; the log says why"
                    self._attempted.set()
                    return
                stack.close()
                self._attempted.set()
                self._stopped.wait(RETRY_S)
            self._attempted.set()
            self._stopped.wait()
            self.app = None

    def _open(self, stack: ExitStack) -> None:
        instance = self._open_instance(stack)
        # Without it each query opens a connection of its own.
        instance.optimize_for_webserver(STATEMENT_TIMEOUT_MS, POOL_RECYCLE_S, POOL_OVERFLOW)
        context = stack.enter_context(
            RoleContext(
                instance,
                WorkspaceFileTarget([str(self._workspace)]),
                version=dagster_version,
            )
        )
        server: DagsterWebserver[Any, Any] = DagsterWebserver(context, PREFIX, LIVE_POLL_MS)
        self._context = context
        self._instance = instance
        self.schema = server._graphene_schema.graphql_schema  # pyright: ignore[reportPrivateUsage]
        if self.trail is not None:
            self.trail.follow(self.schema)
        self.app = cast(ASGIApp, server.create_asgi_app())  # pyright: ignore[reportUnknownMemberType]


class DagsterGuard:
    """The only way to Dagster's app; `sign_in` is the page that an anonymous reader is sent to."""

    def __init__(
        self,
        ui: DagsterUi,
        authenticated: Authenticated,
        lifecycle: Lifecycle,
        sign_in: str,
        public_url: str | None = None,
    ) -> None:
        self._ui = ui
        self._authenticated = authenticated
        self._lifecycle = lifecycle
        self._sign_in = sign_in
        self._public_url = public_url
        self._throttle = Throttle(GRAPHQL_BURST, GRAPHQL_PER_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Dagster's app has the prefix inside: it is given the path as it came, whatever mounted the guard.
        scope = {**scope, "root_path": ""}
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        try:
            user = await self._user(connection)
            if user is None:
                raise Refused(401, "signin.needed")
            app = self._ui.app
            if app is None:
                raise Refused(503, "dagster.not_there", state=self._ui.look())
            scope[ROLE_KEY], scope[USER_KEY] = user.role, user
            receive = await self._admit(connection, user, receive)
            is_report = scope["method"] == "POST" and first_part(scope["path"]) in REPORTS
            told = await run_in_threadpool(self._ask_report, scope) if is_report else None
        except Refused as refused:
            await self._refuse(connection, refused, receive, send)
            return
        await app(scope, receive, _hardened(_Faults(scope, send, told).send))

    def _ask_report(self, scope: Scope) -> Callable[[int], None] | None:
        """Notes that it was asked; what is given notes, by the status, how it ended."""
        trail = self._ui.trail
        if trail is None:
            return None
        kind, _, key = scope["path"].removeprefix(PREFIX).lstrip("/").partition("/")
        target = {
            "asset": key[:1_000],
            "query": scope["query_string"].decode("latin-1")[:1_000],
        }
        try:
            asked = trail.ask(scope, kind, target)
        except Unavailable as error:
            raise Refused(503, error.told) from error

        def told(status: int) -> None:
            outcome = "done" if status == 200 else "refused" if status < 500 else "failed"
            trail.end(scope, kind, asked, target, lambda: {"outcome": outcome})

        return told

    async def _admit(self, connection: HTTPConnection, user: User, receive: Receive) -> Receive:
        """Raises Refused, or gives the body again to who is to read it."""
        method, first = connection.scope["method"], first_part(connection.scope["path"])
        check_read(user, connection)
        if first == "graphql":
            if method != "POST":
                raise Refused(405, "graphql.by_post")
            check_origin(connection, self._public_url)
            check_graphql_request(connection)
            self._check_rate(user)
            body = await body_of(receive)
            await self._check_document(user, query_of(body))
            return replayed(body, receive)
        if method in ("GET", "HEAD"):
            if first == "download_debug":
                await run_in_threadpool(self._check_run, run_of(connection.scope["path"]))
            return receive
        if method == "POST" and first in REPORTS:
            if user.role is not Role.ADMIN:
                raise Refused(403, "dagster.reported_by_admins")
            check_origin(connection, self._public_url)
            body = await body_of(receive)
            check_report(connection, body)
            return replayed(body, receive)
        raise Refused(405, "request.method_not_answered", method=method)

    def _check_run(self, run_id: str) -> None:
        if not self._ui.has_run(run_id):
            raise Refused(404, "dagster.no_run", id=run_id)

    def _check_rate(self, user: User) -> None:
        """Size bounds what one query costs; this bounds how many there are."""
        wait_s = self._throttle.take(user.id)
        if wait_s is not None:
            raise Refused(
                429,
                "graphql.too_many",
                wait_s,
                count=round(GRAPHQL_PER_S),
                wait_s=wait_s,
            )

    async def _check_document(self, user: User, query: str) -> None:
        # Thousands of tokens take tens of milliseconds, which other requests need not wait for.
        await run_in_threadpool(check_document, query, user, self._ui.schema)

    async def _refuse(
        self, connection: HTTPConnection, refused: Refused, receive: Receive, send: Send
    ) -> None:
        scope = connection.scope
        is_page = scope["method"] == "GET" and "text/html" in connection.headers.get("accept", "")
        if refused.status == 401 and is_page:
            target = quote(scope["path"], safe="/")
            response: Any = RedirectResponse(f"{self._sign_in}?next={target}", 303)
        else:
            content = {"error": {"message": str(refused), "requestId": _request_id(scope)}}
            headers = {"allow": "GET, HEAD, POST"} if refused.status == 405 else {}
            if refused.retry_after_s is not None:
                headers["retry-after"] = str(refused.retry_after_s)
            response = JSONResponse(content, refused.status, headers=headers)
        response.headers["cache-control"] = "no-store"
        await response(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        app = self._ui.app
        user = None
        try:
            user = await self._user(connection)
            check_origin(connection, self._public_url)
            is_admitted = first_part(scope["path"]) == "graphql"
        except Refused:
            is_admitted = False
        if user is None or app is None or not is_admitted:
            # Before it is accepted, a close is answered as 403.
            await send({"type": "websocket.close", "code": CLOSE_POLICY})
            return
        scope[ROLE_KEY], scope[USER_KEY] = user.role, user
        await self._serve_websocket(app, connection, user, receive, send)

    async def _serve_websocket(
        self, app: ASGIApp, connection: HTTPConnection, user: User, receive: Receive, send: Send
    ) -> None:
        """Ends when the app does, the user signed out or has another role, or the process drains."""
        checked = self._checked(user, receive)
        serving = asyncio.ensure_future(app(connection.scope, checked, send))
        watching = asyncio.ensure_future(self._until_changed(connection, user))
        me = this_task()
        self._lifecycle.add_endless(me)
        code = CLOSE_POLICY
        try:
            await asyncio.wait({serving, watching}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            code = CLOSE_RESTART
        finally:
            self._lifecycle.discard_endless(me)
            watching.cancel()
        if serving.done():
            if isinstance(serving.exception(), Refused):
                await _close(send, CLOSE_POLICY)
            else:
                serving.result()
            return
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        await _close(send, code)

    async def _until_changed(self, connection: HTTPConnection, user: User) -> None:
        # Nothing tells of a sign-out on another replica; it is asked for.
        with suppress(Refused):
            while await self._user(connection) == user:  # noqa: ASYNC110
                await asyncio.sleep(RECHECK_S)

    async def _user(self, connection: HTTPConnection) -> User | None:
        try:
            return await self._authenticated(connection)
        except ApiError as error:
            raise Refused(403, error.told) from error
        except Unavailable as error:
            raise Refused(503, error.told) from error

    def _checked(self, user: User, receive: Receive) -> Receive:
        async def checked() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                text: str = message.get("text") or ""
                if message.get("bytes") or len(text) > MAX_GRAPHQL_BYTES:
                    raise Refused(413, "graphql.message_too_large")
                query = query_of_message(text)
                if query is not None:
                    self._check_rate(user)
                    await self._check_document(user, query)
            return message

        return checked


class _Faults:
    """What Dagster's server did not expect leaves in our shape; what it says of it goes to the log alone.

    told: learns the status in a thread, before the caller does.
    """

    def __init__(self, scope: Scope, send: Send, told: Callable[[int], None] | None) -> None:
        self._told = told
        self._scope = scope
        self._send = send
        # Of the answer, once there is one; 500 and more is kept back until all of it is there.
        self._status = 0
        self._said = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            if self._told is not None:
                await run_in_threadpool(self._told, self._status)
        if self._status < 500:
            await self._send(message)
        elif message["type"] == "http.response.body":
            self._said = (self._said + message.get("body", b""))[:_MAX_SAID_BYTES]
            if not message.get("more_body", False):
                await self._answer()

    async def _answer(self) -> None:
        path: str = self._scope["path"]
        said = self._said.decode("utf-8", "replace")
        log.error(
            "Dagster answered %s", self._status, extra={"fields": {"path": path, "said": said}}
        )
        told = "something went wrong; the log has it under this request id"
        content: dict[str, Any] = {
            "error": {"message": told, "requestId": _request_id(self._scope)}
        }
        if first_part(path) == "graphql":
            content["errors"] = [{"message": told}]
        headers = {"cache-control": "no-store"}
        response = JSONResponse(content, self._status, headers=headers)
        await response(self._scope, _nothing, self._send)


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _request_id(scope: Scope) -> str | None:
    return scope.get("state", {}).get("request_id")


async def _close(send: Send, code: int) -> None:
    # The other side may have closed it first.
    with suppress(RuntimeError, OSError):
        await send({"type": "websocket.close", "code": code})


def _hardened(send: Send) -> Send:
    """Dagster's policy has a nonce and, for browsers of 2015, a way around it; that way is closed."""

    async def hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [_harden(pair) for pair in message.get("headers", ())]
        await send(message)

    return hardened


def _harden(pair: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    name, value = pair
    if name.lower() != b"content-security-policy":
        return pair
    policy = value.decode().replace(
        "'unsafe-inline' https: http: 'strict-dynamic'", "'strict-dynamic'"
    )
    return name, f"{policy.rstrip('; ')}; frame-ancestors 'none'; form-action 'self'".encode()
