"""The OpenAPI 3.1 document of the plain face, and its routes."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from iop_pipelines.api import wire
from iop_pipelines.api.answers import Answers
from iop_pipelines.api.auth import COOKIE
from iop_pipelines.api.calls import Authenticate
from iop_pipelines.api.docs import STYLE, docs_page
from iop_pipelines.api.plain import METHOD, PREFIX, PlainEndpoint, path_of
from iop_pipelines.api.registry import Kind, Procedure, Registry
from iop_pipelines.api.schemas import (
    Schema,
    Schemas,
    choices_of,
    json_schemas,
    resolved,
)

_COMPONENTS = "#/components/schemas/"
_SAID: Schema = {
    "type": "object",
    "description": "What the message says, for programs: `model.not_found`, and its `id`.",
    "required": ["code", "values"],
    "properties": {"code": {"type": "string"}, "values": {"type": "object"}},
}
_TRANSLATIONS: Schema = {
    "type": "object",
    "description": "Of the message, by language besides English.",
    "required": ["fr"],
    "properties": {
        "fr": {
            "type": "object",
            "required": ["message"],
            "properties": {"message": {"type": "string"}},
        }
    },
}


def openapi_routes(
    registry: Registry, answers: Answers, authenticate: Authenticate
) -> list[BaseRoute]:
    described, page = _described(registry)

    async def openapi(request: Request) -> Response:
        return Response(described, media_type="application/json")

    async def docs(request: Request) -> Response:
        return HTMLResponse(page)

    async def stylesheet(request: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    endpoint = PlainEndpoint(registry, answers, authenticate)
    return [
        Route(f"{PREFIX}/openapi.json", openapi),
        Route(f"{PREFIX}/docs", docs),
        Route(f"{PREFIX}/docs.css", stylesheet),
        Route(PREFIX, endpoint),
        Route(f"{PREFIX}/{{path:path}}", endpoint),
    ]


@cache
def _described(registry: Registry) -> tuple[bytes, str]:
    """The document and the page for people, made once for all apps of a process."""
    return wire.dump(document(registry)), docs_page(registry)


def document(registry: Registry) -> dict[str, Any]:
    """OpenAPI 3.1 of all queries and mutations."""
    procedures = [each for each in registry if each.kind in METHOD]
    schemas, definitions = json_schemas(procedures, _COMPONENTS + "{model}")
    definitions["Error"] = _ERROR
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Intelligence & Optimization Platform",
            "version": "1",
            "description": "The procedures of /api/trpc as plain HTTP. Moments are ISO 8601 in UTC.",
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"session": []}],
        "paths": {
            path_of(each): {METHOD[each.kind].lower(): _operation(each, schemas, definitions)}
            for each in procedures
        },
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "Set by signing in.",
                },
            },
        },
    }


def _operation(
    procedure: Procedure, schemas: Schemas, definitions: Mapping[str, Schema]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": procedure.path.replace(".", "_"),
        "summary": procedure.summary,
        "tags": [procedure.path.partition(".")[0]],
        "x-role": procedure.role.value,
        "responses": {
            "200": {
                "description": "The output.",
                "content": _content(schemas[procedure.path, "serialization"]),
            },
            "default": {
                "description": "A refusal.",
                "content": _content({"$ref": f"{_COMPONENTS}Error"}),
            },
        },
    }
    if procedure.kind is Kind.MUTATION:
        # Always: its content-type is what keeps a foreign page's form from being a call.
        given = schemas.get((procedure.path, "validation"), _NOTHING)
        operation["requestBody"] = {"required": True, "content": _content(given)}
    elif procedure.input is not None:
        shape = resolved(schemas[procedure.path, "validation"], definitions)
        operation["parameters"] = _query_parameters(shape, definitions)
    return operation


def _content(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _query_parameters(shape: Schema, definitions: Mapping[str, Schema]) -> list[dict[str, Any]]:
    required = shape.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required}
        | _as_parameter(member, resolved(member, definitions))
        for name, member in shape.get("properties", {}).items()
    ]


def _as_parameter(member: Schema, schema: Schema) -> dict[str, Any]:
    """Lists and objects travel as JSON; null by leaving the parameter out."""
    choices = choices_of(schema)
    scalar = {"string", "integer", "number", "boolean"}
    if not all(each.get("type") in scalar or "const" in each for each in choices):
        return {"content": _content(member)}
    plain = {key: value for key, value in schema.items() if key != "anyOf"}
    if "default" in plain and plain["default"] is None:
        del plain["default"]
    if "anyOf" in schema:
        plain |= choices[0] if len(choices) == 1 else {"anyOf": choices}
    return {"schema": plain}


_NOTHING: Schema = {"type": "object", "additionalProperties": False}

_ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "code", "data"],
            "properties": {
                "message": {"type": "string"},
                "code": {"type": "integer", "description": "tRPC's number of the code."},
                "data": {
                    "type": "object",
                    "required": ["code", "httpStatus", "path", "refusal", "translations"],
                    "properties": {
                        "code": {"type": "string", "enum": list(wire.CODES)},
                        "httpStatus": {"type": "integer"},
                        "path": {"type": "string"},
                        "requestId": {"type": "string"},
                        "zodError": {"type": "object"},
                        "issues": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["path", "message", "code", "values", "translations"],
                                "properties": {
                                    "path": {
                                        "type": "array",
                                        "items": {"type": ["string", "integer"]},
                                    },
                                    "message": {"type": "string"},
                                    **_SAID["properties"],
                                    "translations": _TRANSLATIONS,
                                },
                            },
                        },
                        "refusal": _SAID,
                        "translations": _TRANSLATIONS,
                    },
                },
            },
        }
    },
}
