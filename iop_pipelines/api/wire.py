"""tRPC 11 on the wire, as functions without I/O: requests taken apart, answers and refusals put together.

Both faces of the API share its refusals. Malformed JSON is BAD_REQUEST, as in tRPC 11; PARSE_ERROR
is for connection parameters alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy.exc
from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import from_json
from starlette.requests import ClientDisconnect

from iop_pipelines import errors
from iop_pipelines.api.registry import ApiError, Kind, Procedure, Registry, Shape
from iop_pipelines.api.translations import translations_of
from iop_pipelines.domain.refusals import refusals_of
from iop_pipelines.domain.sentences import Sentence

MAX_INPUT_BYTES = 1_048_576
MAX_CALLS = 50
# One bad value in a long list may break every element; a person reads the first few.
MAX_ISSUES = 50
# Characters of a message, or of one part of a path, that repeats what the caller sent.
MAX_SAID = 2_000
# When to ask again for what others were in the way of; the platform itself tried for a while already.
CONTENDED_AFTER_S = 1

# Name → (number, HTTP status), from tRPC's rpc/codes.ts and http/getHTTPStatusCode.ts.
CODES: Mapping[str, tuple[int, int]] = {
    "PARSE_ERROR": (-32700, 400),
    "BAD_REQUEST": (-32600, 400),
    "UNAUTHORIZED": (-32001, 401),
    "PAYMENT_REQUIRED": (-32002, 402),
    "FORBIDDEN": (-32003, 403),
    "NOT_FOUND": (-32004, 404),
    "METHOD_NOT_SUPPORTED": (-32005, 405),
    "TIMEOUT": (-32008, 408),
    "CONFLICT": (-32009, 409),
    "PRECONDITION_FAILED": (-32012, 412),
    "PAYLOAD_TOO_LARGE": (-32013, 413),
    "UNSUPPORTED_MEDIA_TYPE": (-32015, 415),
    "UNPROCESSABLE_CONTENT": (-32022, 422),
    "PRECONDITION_REQUIRED": (-32028, 428),
    "TOO_MANY_REQUESTS": (-32029, 429),
    "CLIENT_CLOSED_REQUEST": (-32099, 499),
    "INTERNAL_SERVER_ERROR": (-32603, 500),
    "NOT_IMPLEMENTED": (-32603, 501),
    "BAD_GATEWAY": (-32603, 502),
    "SERVICE_UNAVAILABLE": (-32603, 503),
    "GATEWAY_TIMEOUT": (-32603, 504),
}

# Inputs that are JSON of the caller's, whose keys keep their own spelling.
_FREE_JSON = frozenset({"config", "queryConfig", "inputSchema", "outputSchema", "params", "path"})

# A query may come by POST: the client's `methodOverride`, for inputs too long for a URL.
METHODS: Mapping[Kind, tuple[str, ...]] = {
    Kind.QUERY: ("GET", "POST"),
    Kind.MUTATION: ("POST",),
    Kind.SUBSCRIPTION: ("GET",),
}


@dataclass(frozen=True, slots=True)
class Head:
    """What of an HTTP request is known before its body is read; `path` is decoded, without the prefix."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Call:
    path: str
    procedure: Procedure | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The calls that one HTTP request asks for, and how it wants the answers."""

    calls: tuple[Call, ...]
    is_batch: bool
    is_stream: bool


def plan(head: Head, registry: Registry) -> Plan:
    """Everything that fails a request as a whole; the client hands such an error to each of its calls."""
    if head.method != "GET":
        check_content_type(head.headers)
    is_batch = head.query.get("batch") == "1"
    is_stream = _wants_stream(head.headers)
    if is_stream and not is_batch:
        raise ApiError("BAD_REQUEST", "batch.needed")
    paths = head.path.strip("/").split(",") if is_batch else [head.path.strip("/")]
    if len(paths) > MAX_CALLS:
        raise ApiError("BAD_REQUEST", "batch.too_many_calls", most=MAX_CALLS, count=len(paths))
    calls = tuple(Call(path, registry.get(path)) for path in paths)
    kinds = sorted({call.procedure.kind.value for call in calls if call.procedure})
    if len(kinds) > 1:
        raise ApiError("BAD_REQUEST", "batch.mixed", kinds=kinds)
    _check_connection_params(head.query.get("connectionParams"))
    return Plan(calls, is_batch, is_stream)


def check_content_type(headers: Mapping[str, str]) -> None:
    """JSON only; browsers send no foreign form as that, so it guards against forged requests too."""
    given = headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != "application/json":
        raise ApiError("UNSUPPORTED_MEDIA_TYPE", "input.wrong_content_type", given=given)


def _wants_stream(headers: Mapping[str, str]) -> bool:
    return any(
        headers.get(name, "").strip().lower() == "application/jsonl"
        for name in ("trpc-accept", "accept")
    )


def _check_connection_params(text: str | None) -> None:
    """The platform uses none, and says so where they are malformed, as Node's server does."""
    if text is None:
        return
    try:
        params = from_json(text.encode("utf-8", "replace"))
    except ValueError as error:
        raise ApiError("PARSE_ERROR", "connection_params.not_json") from error
    if params is None:
        return
    values = cast(dict[str, Any], params).values() if isinstance(params, dict) else [None]
    if not all(isinstance(each, str) for each in values):
        raise ApiError("PARSE_ERROR", "connection_params.not_strings")


def check_call(call: Call, method: str, is_batch: bool) -> Procedure:
    """What fails one call before anyone asks who is calling."""
    procedure = call.procedure
    if procedure is None:
        raise ApiError("NOT_FOUND", "procedure.unknown", path=call.path[:200])
    if method not in METHODS[procedure.kind]:
        raise ApiError(
            "METHOD_NOT_SUPPORTED",
            "procedure.wrong_method",
            path=procedure.path,
            kind=procedure.kind.value,
            methods=METHODS[procedure.kind],
            method=method,
        )
    if is_batch and procedure.kind is Kind.SUBSCRIPTION:
        raise ApiError("BAD_REQUEST", "batch.subscription", path=procedure.path)
    return procedure


def inputs(text: bytes | None, count: int, is_batch: bool) -> list[bytes | None]:
    """JSON of each call's input; None is JavaScript's undefined, which is not null.

    text: the query's `input` or the body; in a batch an object with a key for each call that has an input.

    Raises:
        ApiError: PAYLOAD_TOO_LARGE or BAD_REQUEST, meant for every call.
    """
    if text is not None and len(text) > MAX_INPUT_BYTES:
        raise too_large()
    if not text:
        return [None] * count
    value = parse_json(text)
    if not is_batch:
        return [text]
    if isinstance(value, list):
        value = {str(index): each for index, each in enumerate(cast(list[Any], value))}
    if not isinstance(value, dict):
        raise ApiError("BAD_REQUEST", "batch.not_an_object")
    keys = [str(index) for index in range(count)]
    return [json.dumps(value[key]).encode() if key in value else None for key in keys]


def too_large() -> ApiError:
    return ApiError("PAYLOAD_TOO_LARGE", "input.too_large", most=MAX_INPUT_BYTES)


def parse_json(text: bytes) -> Any:
    """JSON as JavaScript reads it: no NaN, no lone surrogates, no number beyond a double, no deep nesting."""
    try:
        value = from_json(text, allow_inf_nan=False)
        # 1e999 is JSON, and infinity once read.
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise ApiError("BAD_REQUEST", "input.not_json", error=error) from error
    return value


def read_input(shape: type[Shape], text: bytes | None) -> Shape:
    """Strict, as a TypeScript client expects: "5" is no number. A missing input takes the defaults.

    Raises:
        ApiError: BAD_REQUEST with `zodError` and `issues`, names as the caller wrote them.
    """
    try:
        return shape.model_validate_json(text or b"{}", strict=True)
    except ValidationError as error:
        raise invalid_input(error, shape) from error


def with_last_event_id(text: bytes | None, last: str | None) -> bytes | None:
    """A subscription's input, told where to go on."""
    given: Any = parse_json(text) if text else {}
    if last is None or not isinstance(given, dict):
        return text
    return json.dumps({**given, "lastEventId": last}).encode()


def last_event_id(head: Head) -> str | None:
    found = (
        head.headers.get("last-event-id"),
        head.query.get("lastEventId"),
        head.query.get("Last-Event-Id"),
    )
    return next((each for each in found if each), None)


# Refusals


def refusal(error: Exception) -> ApiError:
    """The one place where errors become codes. What happened inside stays inside."""
    match error:
        case ApiError():
            return error
        case ClientDisconnect():
            return ApiError("CLIENT_CLOSED_REQUEST", "caller.gone")
        case errors.InvalidInput():
            return _invalid_field(error)
        case errors.NotFound():
            return ApiError("NOT_FOUND", error.sentence)
        case errors.Contended():
            waiting = {"retryable": True, "retryAfter": CONTENDED_AFTER_S}
            return ApiError("CONFLICT", error.sentence, waiting)
        case errors.Conflict():
            return ApiError("CONFLICT", error.sentence, _what_is_there(error.current))
        case errors.NotSignedIn():
            return ApiError("UNAUTHORIZED", error.sentence)
        case errors.NotAllowed():
            return ApiError("FORBIDDEN", error.sentence)
        case errors.TooManyAttempts():
            waiting = {"retryAfter": error.retry_after_s}
            return ApiError("TOO_MANY_REQUESTS", error.sentence, waiting)
        case errors.SeriesTooShort():
            return ApiError("UNPROCESSABLE_CONTENT", error.sentence)
        case errors.Unavailable() | sqlalchemy.exc.TimeoutError():
            return _unavailable()
        case sqlalchemy.exc.DBAPIError() if error.connection_invalidated:
            return _unavailable()
        case _:
            return ApiError("INTERNAL_SERVER_ERROR", "platform.fault")


def is_fault(error: ApiError) -> bool:
    """Ours, not the caller's: the log needs the cause, and the caller the request's id."""
    return CODES[error.code][1] >= 500


def _unavailable() -> ApiError:
    return ApiError("SERVICE_UNAVAILABLE", "platform.part_silent")


def _what_is_there(current: Mapping[str, Any] | None) -> dict[str, Any]:
    """Of a conflict, so that a client can show it instead of asking once more."""
    if current is None:
        return {}
    return {"current": {to_camel(name): _on_the_wire(value) for name, value in current.items()}}


def _on_the_wire(value: Any) -> Any:
    return f"{value.isoformat()}Z" if isinstance(value, datetime) else value


def _invalid_field(error: errors.InvalidInput) -> ApiError:
    if error.field is None:
        return _bad_request(error.sentence, [issue([], error.sentence)])
    found = error.issues or [(error.field, error.sentence)]
    issues = [issue(_path_of(field), said) for field, said in found[:MAX_ISSUES]]
    return _bad_request(error.sentence.at(".".join(_path_of(error.field))), issues)


def _path_of(field: str) -> list[str]:
    """Names as the caller wrote them: camelCase, but in JSON of their own as they stand there."""
    path: list[str] = []
    is_own = False
    for name in _cut(field).split("."):
        path.append(name if is_own or "_" not in name else to_camel(name))
        is_own = is_own or path[-1] in _FREE_JSON
    return path


def invalid_input(error: ValidationError, shape: type[Shape]) -> ApiError:
    found = refusals_of(error, shape, MAX_ISSUES)
    issues = [
        issue([_cut(part) if isinstance(part, str) else part for part in each.path], each.sentence)
        for each in found
    ]
    said = found[0].sentence.at(".".join(map(str, issues[0]["path"])))
    more = len(found) - 1 + max(0, error.error_count() - MAX_ISSUES)
    return _bad_request(Sentence("said.and_more", said=said, count=more) if more else said, issues)


def _cut(text: str) -> str:
    """What is wrong may be a key of 900 kB, and there may be many of them."""
    return text if len(text) <= MAX_SAID else f"{text[:MAX_SAID]}…"


def issue(path: Sequence[str | int], said: Sentence) -> dict[str, Any]:
    return {"path": list(path), **_told(said), **said.as_json()}


def _told(said: Sentence) -> dict[str, Any]:
    others = translations_of(said, "message")
    return {
        "message": _cut(str(said)),
        "translations": {
            language: {"message": _cut(words["message"])} for language, words in others.items()
        },
    }


def _bad_request(said: Sentence, issues: list[dict[str, Any]]) -> ApiError:
    """`zodError` as tRPC's documentation has it, so that forms written for zod work; by first key."""
    form: list[str] = []
    fields: dict[str, list[str]] = {}
    for each in issues:
        at = fields.setdefault(str(each["path"][0]), []) if each["path"] else form
        at.append(each["message"])
    data = {"zodError": {"formErrors": form, "fieldErrors": fields}, "issues": issues}
    return ApiError("BAD_REQUEST", said, data)


# Answers


def status_of(refusals: Sequence[ApiError | None]) -> int:
    """The status that all calls share, else 207."""
    statuses = {CODES[each.code][1] if each else 200 for each in refusals}
    return statuses.pop() if len(statuses) == 1 else 207


def result(data: bytes, procedure: Procedure) -> bytes:
    """data: JSON of the output; a procedure without one answers no `data`, which reads as undefined."""
    if procedure.output_type is type(None):
        return b'{"result":{}}'
    return b'{"result":{"data":' + data + b"}}"


def error_shape(error: ApiError, path: str | None) -> dict[str, Any]:
    """path: of the call, or None where the request failed as a whole."""
    number, status = CODES[error.code]
    data: dict[str, Any] = {"code": error.code, "httpStatus": status}
    if path is not None:
        data["path"] = path
    told = _told(error.sentence)
    data |= {"refusal": error.sentence.as_json(), "translations": told["translations"]}
    return {"message": told["message"], "code": number, "data": data | error.data}


def refused(error: ApiError, path: str | None) -> bytes:
    return dump({"error": error_shape(error, path)})


def dump(value: Any) -> bytes:
    """Small things of our own. ASCII: what a caller sent and we echo may hold lone surrogates."""
    return json.dumps(value, separators=(",", ":")).encode()


# httpBatchStreamLink: JSON Lines, a head that promises each call, then each call as it ends.


def stream_head(count: int) -> bytes:
    return dump({str(index): [[0], [None, 0, index]] for index in range(count)}) + b"\n"


def stream_line(index: int, answer: bytes) -> bytes:
    """The form that the client accepts for a call that is done at once: no nested promises."""
    return b"[%d,0,[[%s]]]\n" % (index, answer)


# httpSubscriptionLink: server-sent events.


def event(data: bytes = b"", name: str | None = None, event_id: str | None = None) -> bytes:
    """With an id the client hands {id, data} on, and asks to go on after it when it was cut off."""
    lines = [b"event: " + name.encode()] if name else []
    lines.append(b"data: " + data)
    if event_id is not None:
        if not event_id or any(bad in event_id for bad in "\r\n\0"):
            raise ValueError(f"an event's id is a non-empty line, not {event_id!r}")
        lines.append(b"id: " + event_id.encode())
    return b"\n".join(lines) + b"\n\n"


def failed_event(error: ApiError, path: str | None) -> bytes:
    return event(dump(error_shape(error, path)), "serialized-error")
