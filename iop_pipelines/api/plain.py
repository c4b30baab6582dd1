"""The plain face of the procedures: `GET /api/v1/models/list`, `POST /api/v1/models/create`.

A query is a GET whose parameters are the input's members: text as it is, anything else as JSON. A mutation
is a POST with a JSON body. Answers are the bare output; refusals have the tRPC face's error shape. No
subscriptions: server-sent events in tRPC's form serve those.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from iop_pipelines.api import wire
from iop_pipelines.api.answers import Answers
from iop_pipelines.api.calls import (
    Authenticate,
    admit,
    caller_of,
    read_body,
    refusal_of,
    request_id_of,
    retry_after,
    run,
    tell_of_call,
    unless_gone,
)
from iop_pipelines.api.registry import ApiError, Kind, Procedure, Registry, Shape
from iop_pipelines.api.schemas import Schema, choices_of, resolved

PREFIX = "/api/v1"
METHOD = {Kind.QUERY: "GET", Kind.MUTATION: "POST"}
_HEADERS = {"cache-control": "no-store"}


def path_of(procedure: Procedure) -> str:
    return f"{PREFIX}/{procedure.path.replace('.', '/')}"


@dataclass(frozen=True)
class PlainEndpoint:
    """An ASGI app, so that every method of every path is answered in one shape."""

    registry: Registry
    answers: Answers
    authenticate: Authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path = request.path_params.get("path", "").strip("/").replace("/", ".")
        procedure = self.registry.get(path)
        try:
            body = await self._run(request, path, procedure)
            response = _json(body, 200)
            tell_of_call(request, path, None)
        # The edge notes how the request ended.
        except ClientDisconnect:
            raise
        # The boundary: every failure is answered in one shape.
        except Exception as error:
            refusal = refusal_of(error, path, request_id_of(request))
            response = _json(wire.refused(refusal, path), wire.CODES[refusal.code][1])
            response.headers.update(retry_after(refusal))
            tell_of_call(request, path, refusal)
            if response.status_code == 405 and procedure is not None:
                response.headers["allow"] = METHOD[procedure.kind]
        await response(scope, receive, send)

    async def _run(self, request: Request, path: str, procedure: Procedure | None) -> bytes:
        """The order of checks is that of the tRPC face."""
        if procedure is None or procedure.kind not in METHOD:
            raise ApiError("NOT_FOUND", "procedure.unknown", path=path[:200])
        if request.method != METHOD[procedure.kind]:
            raise ApiError(
                "METHOD_NOT_SUPPORTED",
                "procedure.takes_method",
                path=path,
                method=METHOD[procedure.kind],
            )
        if request.method == "POST":
            wire.check_content_type(request.headers)
        context = admit(
            procedure, await caller_of(request, self.authenticate), self.answers.platform
        )
        if request.method == "POST":
            text = wire.inputs(await read_body(request), 1, is_batch=False)[0]
            if procedure.input is None:
                wire.read_input(Shape, text)
        else:
            text = query_input(procedure.input, request.query_params.multi_items())
        answer = run(self.answers, procedure, context, text)
        return await (unless_gone(request, answer) if procedure.heavy else answer)


def _json(body: bytes, status: int) -> Response:
    return Response(body, status, media_type="application/json", headers=_HEADERS)


def query_input(shape: type[Shape] | None, given: Iterable[tuple[str, str]]) -> bytes | None:
    """JSON of an input from query parameters, so that one strict validation serves both faces."""
    known: Mapping[str, Schema] = _parameters(shape) if shape else {}
    values: dict[str, Any] = {}
    for name, text in given:
        if name in values:
            raise ApiError("BAD_REQUEST", "parameter.twice", name=name)
        if shape is None:
            raise ApiError("BAD_REQUEST", "parameter.not_taken", name=name)
        schema = known.get(name)
        values[name] = text if schema is None or _is_text(schema) else _json_or_text(text)
    return wire.dump(values) if values else None


def _json_or_text(text: str) -> Any:
    try:
        return wire.parse_json(text.encode("utf-8", "replace"))
    except ApiError:
        return text  # validation then says which type is wanted


@cache
def _parameters(shape: type[Shape]) -> Mapping[str, Schema]:
    """Name → JSON Schema of each member of an input."""
    schema = shape.model_json_schema(by_alias=True, mode="validation")
    definitions = schema.get("$defs", {})
    members = resolved(schema, definitions).get("properties", {})
    return {name: resolved(member, definitions) for name, member in members.items()}


def _is_text(schema: Schema) -> bool:
    """Takes a string and nothing else; a parameter that is left out is the only null it needs."""
    return all(
        each.get("type") == "string" or isinstance(each.get("const"), str)
        for each in choices_of(schema)
    )
