"""Dagster's UI at `/dagster`, on the same port and behind the same sign-in.

Anonymous callers get nothing, viewers read, admins operate. The guard is pure ASGI, since it must see
WebSockets, and it is an allow-list: Dagster's own server executes mutations that come by GET, as
`?query=` or as `application/graphql`, and answers some reads that no viewer should have.

Private names of Dagster are used here; dagster is pinned to the patch, and `tests/api` holds the contract.
"""

import asyncio
import json
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import dagster as dg
from dagster import __version__ as dagster_version
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster._daemon.controller import get_daemon_statuses
from dagster_shared.error import DagsterError
from dagster_webserver.webserver import DagsterWebserver
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    visit,
)
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from iop_pipelines.api.context import Role, User
from iop_pipelines.api.lifecycle import Lifecycle, this_task
from iop_pipelines.api.registry import ApiError
from iop_pipelines.api.throttle import Throttle
from iop_pipelines.errors import IopError, Unavailable

log = logging.getLogger(__name__)

PREFIX = "/dagster"
MAX_GRAPHQL_BYTES = 100_000
# Five thousand aliases cost Dagster two seconds; its own UI's largest query has about 2,500 tokens.
MAX_GRAPHQL_TOKENS = 8_000
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

# First parts of paths under the prefix that viewers may not read: whole runs with their config, and files.
ADMIN_READS = frozenset({"download_debug", "notebook", "dagit"})
REPORTS = frozenset(
    {"report_asset_materialization", "report_asset_check", "report_asset_observation"}
)
# Paths of the server, its configuration and its interpreter.
HIDDEN_FIELDS = frozenset({("Instance", "info"), ("Instance", "executablePath")})
ROLE_KEY = "iop.dagster_role"
CLOSE_POLICY = 1008
CLOSE_RESTART = 1012

# What a database or code server that is away raises: waiting may help.
OUTAGES = (OSError, SQLAlchemyError, DagsterError, IopError)

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
        self.app: ASGIApp | None = None
        self.schema: GraphQLSchema | None = None
        self._instance: dg.DagsterInstance | None = None
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

    def look_at_daemon(self) -> str | None:
        """By the heartbeats in Dagster's own storage."""
        if self._instance is None:
            return "Dagster's storage was not opened"
        wanted = self._instance.get_required_daemon_types()
        statuses = get_daemon_statuses(self._instance, wanted, ignore_errors=True)
        silent = sorted(name for name, status in statuses.items() if status.healthy is False)
        return f"no heartbeat of {', '.join(silent)}" if silent else None

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
        self._instance = instance
        self.schema = server._graphene_schema.graphql_schema  # pyright: ignore[reportPrivateUsage]
        self.app = cast(ASGIApp, server.create_asgi_app())  # pyright: ignore[reportUnknownMemberType]


class Refused(Exception):
    """retry_after_s: when asking again may help, where that is known."""

    def __init__(self, status: int, message: str, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s


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
                raise Refused(401, "sign in first")
            app = self._ui.app
            if app is None:
                raise Refused(503, f"{self._ui.look()}; try again in a moment")
            scope[ROLE_KEY] = user.role
            receive = await self._admit(connection, user, receive)
        except Refused as refused:
            await self._refuse(connection, refused, receive, send)
            return
        await app(scope, receive, _hardened(send))

    async def _admit(self, connection: HTTPConnection, user: User, receive: Receive) -> Receive:
        """Raises Refused, or gives the body again to who is to read it."""
        method, first = connection.scope["method"], first_part(connection.scope["path"])
        check_read(user, first)
        if first == "graphql":
            if method != "POST":
                raise Refused(405, "GraphQL is answered to POST only")
            check_origin(connection, self._public_url)
            check_graphql_request(connection)
            self._check_rate(user)
            body = await _body(receive)
            await self._check_document(user, _query_of(body))
            return _replayed(body, receive)
        if method in ("GET", "HEAD"):
            return receive
        if method == "POST" and first in REPORTS:
            if user.role is not Role.ADMIN:
                raise Refused(403, "only an admin reports asset events")
            check_origin(connection, self._public_url)
            return _replayed(await _body(receive), receive)
        raise Refused(405, f"{method} is not answered here")

    def _check_rate(self, user: User) -> None:
        """Size bounds what one query costs; this bounds how many there are."""
        wait_s = self._throttle.take(user.id)
        if wait_s is not None:
            raise Refused(
                429,
                f"more than {GRAPHQL_PER_S:.0f} queries a second for too long; "
                f"try again in {wait_s} s, or ask for more in one query",
                wait_s,
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
            content = {"error": {"message": str(refused)}}
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
        scope[ROLE_KEY] = user.role
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
            raise Refused(403, str(error)) from error
        except Unavailable as error:
            raise Refused(503, str(error)) from error

    def _checked(self, user: User, receive: Receive) -> Receive:
        async def checked() -> Message:
            message = await receive()
            if message["type"] == "websocket.receive":
                text: str = message.get("text") or ""
                if message.get("bytes") or len(text) > MAX_GRAPHQL_BYTES:
                    raise Refused(413, "a message is text of at most 100 kB")
                query = _query_of_message(text)
                if query is not None:
                    self._check_rate(user)
                    await self._check_document(user, query)
            return message

        return checked


def first_part(path: str) -> str:
    """The first part of a path after the prefix; doubled slashes do not hide it."""
    parts = [part for part in path.removeprefix(PREFIX).split("/") if part]
    return parts[0] if parts else ""


def check_read(user: User, first: str) -> None:
    if first in ADMIN_READS and user.role is not Role.ADMIN:
        raise Refused(403, f"only an admin may read {first}")


def check_origin(connection: HTTPConnection, public_url: str | None) -> None:
    """A browser names where a request comes from; a program that sends a cookie without it is refused too."""
    headers = connection.headers
    origin = headers.get("origin")
    if origin is not None:
        scheme = "https" if connection.scope["scheme"] in ("https", "wss") else "http"
        if origin not in (f"{scheme}://{headers.get('host', '')}", public_url):
            raise Refused(403, "the request comes from another origin")
        return
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise Refused(403, "the request comes from another site")
    if site is None and "cookie" in headers:
        raise Refused(403, "a request with a cookie names its origin")


def check_graphql_request(connection: HTTPConnection) -> None:
    headers = connection.headers
    # Dagster looks for the words anywhere in the header; only the media type itself counts here.
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "GraphQL is posted as application/json")
    if "query" in connection.query_params:
        raise Refused(400, "GraphQL is posted in the body, not in the address")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_GRAPHQL_BYTES:
        raise Refused(413, f"the body is larger than {MAX_GRAPHQL_BYTES} bytes")


def check_document(query: str, user: User, schema: GraphQLSchema | None) -> None:
    """Bounds what a query may cost, and refuses viewers any mutation and what names the server's inside."""
    try:
        document = parse(query, no_location=True, max_lexical_tokens=MAX_GRAPHQL_TOKENS)
    except GraphQLError as error:
        raise Refused(400, error.message) from error
    if user.role is Role.ADMIN:
        return
    for definition in document.definitions:
        if (
            isinstance(definition, OperationDefinitionNode)
            and definition.operation is OperationType.MUTATION
        ):
            raise Refused(403, "a viewer reads; this changes something")
    if schema is not None and (hidden := hidden_field(document, schema)):
        raise Refused(403, f"only an admin may read {hidden}")


def hidden_field(document: DocumentNode, schema: GraphQLSchema) -> str | None:
    """The first field that viewers may not read, found by its type: aliases and fragments do not hide it."""
    info = TypeInfo(schema)
    finder = _Finder(info)
    visit(document, TypeInfoVisitor(info, finder))
    return finder.found


class _Finder(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self.found: str | None = None

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self._info.get_parent_type()
        if parent is not None and (parent.name, node.name.value) in HIDDEN_FIELDS:
            self.found = f"{parent.name}.{node.name.value}"


def _query_of(body: bytes) -> str:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "the body is no JSON") from error
    if not isinstance(content, dict):
        raise Refused(400, "one operation a request: the body is a JSON object")
    query = cast(dict[str, Any], content).get("query")
    if not isinstance(query, str):
        raise Refused(400, "the body has no query")
    return query


def _query_of_message(text: str) -> str | None:
    """None for a message that starts nothing; the protocol is subscriptions-transport-ws."""
    try:
        message: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "the message is no JSON") from error
    if not isinstance(message, dict):
        raise Refused(400, "a message is a JSON object")
    known = cast(dict[str, Any], message)
    if known.get("type") != "start":
        return None
    payload = known.get("payload")
    query = cast(dict[str, Any], payload).get("query") if isinstance(payload, dict) else None
    if not isinstance(query, str):
        raise Refused(400, "the message has no query")
    return query


async def _body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "the caller went away")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > MAX_GRAPHQL_BYTES:
            raise Refused(413, f"the body is larger than {MAX_GRAPHQL_BYTES} bytes")
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def _replayed(body: bytes, receive: Receive) -> Receive:
    is_given = False

    async def replay() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


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
