"""What may be asked of Dagster's server: its reads, its one kind of GraphQL request, its reports of events.

An allow-list, since Dagster's own server executes mutations that come by GET, as `?query=` or as
`application/graphql`, answers some reads that no viewer should have, and ends in a traceback for what
its own pages never send.
"""

import json
import re
from typing import Any, cast

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
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive

from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import IopError
from iop_pipelines.identity.user import User

PREFIX = "/dagster"
MAX_GRAPHQL_BYTES = 100_000
# Five thousand aliases cost Dagster two seconds; its own UI's largest query has about 2,500 tokens.
MAX_GRAPHQL_TOKENS = 8_000
# First parts of paths under the prefix that viewers may not read: whole runs with their config, and files.
ADMIN_READS = frozenset({"download_debug", "notebook", "dagit"})
REPORTS = frozenset(
    {"report_asset_materialization", "report_asset_check", "report_asset_observation"}
)
# Paths of the server, its configuration and its interpreter.
HIDDEN_FIELDS = frozenset({("Instance", "info"), ("Instance", "executablePath")})

# As Dagster names a run, a step, a sensor, a tick; the last part of a log's path is the stream.
_LOG_PART = re.compile(r"[^/\x00-\x1f\x7f]{1,255}")
_LOG_STREAMS = ("out", "err")
_MAX_LOG_PARTS = 20
_RUN_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class Refused(IopError):
    """retry_after_s: when asking again may help, where that is known."""

    def __init__(
        self,
        status: int,
        said: str | Sentence,
        /,
        retry_after_s: int | None = None,
        **values: object,
    ) -> None:
        super().__init__(said, **values)
        self.status = status
        self.retry_after_s = retry_after_s


def first_part(path: str) -> str:
    """The first part of a path after the prefix; doubled slashes do not hide it."""
    parts = [part for part in path.removeprefix(PREFIX).split("/") if part]
    return parts[0] if parts else ""


def check_read(user: User, connection: HTTPConnection) -> None:
    """Raises Refused for what the user may not read, and for addresses that Dagster's server chokes on."""
    path: str = connection.scope["path"]
    first = first_part(path)
    if first in ADMIN_READS and user.role is not Role.ADMIN:
        raise Refused(403, "dagster.read_by_admins", name=first)
    if first == "logs":
        _check_log_path(path.removeprefix(PREFIX))
    if first == "download_debug":
        run_of(path)
    if first in ("notebook", "dagit"):
        for name in ("repoLocName", "path"):
            if name not in connection.query_params:
                raise Refused(400, "dagster.address_needs", name=name)


def run_of(path: str) -> str:
    """The run whose file is asked for. Raises Refused for what is no id."""
    run_id = path.removeprefix(PREFIX).lstrip("/").partition("/")[2]
    if not _RUN_ID.fullmatch(run_id):
        raise Refused(400, "dagster.not_a_run_id", text=_shown(run_id))
    return run_id


def _check_log_path(path: str) -> None:
    parts = path.lstrip("/").split("/")[1:]
    *key, stream = parts or [""]
    is_known = (
        stream in _LOG_STREAMS
        and 0 < len(key) <= _MAX_LOG_PARTS
        and all(_LOG_PART.fullmatch(part) and part not in (".", "..") for part in key)
    )
    if not is_known:
        raise Refused(400, "dagster.no_log", path=_shown(path))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 100 else f"{text[:100]}…")


def check_origin(connection: HTTPConnection, public_url: str | None) -> None:
    """A browser names where a request comes from; a program that sends a cookie without it is refused too."""
    headers = connection.headers
    origin = headers.get("origin")
    if origin is not None:
        scheme = "https" if connection.scope["scheme"] in ("https", "wss") else "http"
        if not origin or origin not in (f"{scheme}://{headers.get('host', '')}", public_url):
            raise Refused(403, "request.other_origin")
        return
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise Refused(403, "request.other_site")
    if site is None and "cookie" in headers:
        raise Refused(403, "request.no_origin")


def check_graphql_request(connection: HTTPConnection) -> None:
    headers = connection.headers
    # Dagster looks for the words anywhere in the header; only the media type itself counts here.
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "graphql.not_json")
    if "query" in connection.query_params:
        raise Refused(400, "graphql.not_in_body")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_GRAPHQL_BYTES:
        raise Refused(413, "body.too_large", most=MAX_GRAPHQL_BYTES)


def check_document(query: str, user: User, schema: GraphQLSchema | None) -> None:
    """Bounds what a query may cost, and refuses viewers any mutation and what names the server's inside."""
    try:
        document = parse(query, no_location=True, max_lexical_tokens=MAX_GRAPHQL_TOKENS)
    except GraphQLError as error:
        raise Refused(400, "graphql.not_valid", said=error.message) from error
    if user.role is Role.ADMIN:
        return
    for definition in document.definitions:
        if (
            isinstance(definition, OperationDefinitionNode)
            and definition.operation is OperationType.MUTATION
        ):
            raise Refused(403, "dagster.viewer_reads")
    if schema is not None and (hidden := hidden_field(document, schema)):
        raise Refused(403, "dagster.read_by_admins", name=hidden)


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


def query_of(body: bytes) -> str:
    """Raises Refused also for variables and names that break Dagster's server."""
    return _query(
        _json_object(body, Sentence("graphql.body"), "graphql.one_operation"),
        Sentence("graphql.body"),
    )


def query_of_message(text: str) -> str | None:
    """None for a message that starts nothing; the protocol is subscriptions-transport-ws."""
    message = _json_object(text, Sentence("graphql.message"))
    if message.get("type") != "start":
        return None
    payload = message.get("payload")
    given = cast(dict[str, Any], payload) if isinstance(payload, dict) else {}
    return _query(given, Sentence("graphql.message"))


def _json_object(
    text: bytes | str, what: Sentence, code: str = "graphql.no_object"
) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "graphql.no_json", what=what) from error
    if not isinstance(content, dict):
        raise Refused(400, Sentence(code, what=what))
    return cast(dict[str, Any], content)


def _query(given: dict[str, Any], what: Sentence) -> str:
    query = given.get("query")
    if not isinstance(query, str):
        raise Refused(400, "graphql.no_query", what=what)
    for name, type_, wanted in (
        ("variables", dict, "graphql.must_be_object"),
        ("operationName", str, "graphql.must_be_text"),
        ("extensions", dict, "graphql.must_be_object"),
    ):
        if not isinstance(given.get(name), type_ | None):
            raise Refused(400, Sentence(wanted, name=name))
    return query


def check_report(connection: HTTPConnection, body: bytes) -> None:
    """Raises Refused for a body that Dagster's server would not read, or would break on."""
    kind = connection.headers.get("content-type")
    if kind == "application/json":
        _json_object(body, Sentence("graphql.body"))
    elif kind is not None:
        raise Refused(415, "dagster.event_not_json")


async def body_of(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "caller.gone")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > MAX_GRAPHQL_BYTES:
            raise Refused(413, "body.too_large", most=MAX_GRAPHQL_BYTES)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def replayed(body: bytes, receive: Receive) -> Receive:
    is_given = False

    async def replay() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
