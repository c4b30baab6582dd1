"""From a request to a handler and back: who asks, may they, what did they send, what comes out.

Both faces of the API run their calls here, so that a role or an error cannot differ between them.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import anyio.to_thread
from starlette.requests import Request

from iop_pipelines.api import wire
from iop_pipelines.api.context import ANYBODY, Context, Role, Services, User
from iop_pipelines.api.registry import ApiError, Procedure

log = logging.getLogger(__name__)

Authenticate = Callable[[Request], Awaitable[User | None]]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent one HTTP request: `user`, or why nobody is signed in."""

    user: User | ApiError
    request_id: str
    address: str


def request_id_of(request: Request) -> str:
    """What the edge of the app gave it, or a new one where there is no edge."""
    return request.scope.get("state", {}).get("request_id") or secrets.token_hex(8)


def tell_of_call(request: Request, path: str, refusal: ApiError | None) -> None:
    """For the count at the edge of the app, which sees requests and not what is in a batch."""
    calls: list[tuple[str, str]] | None = request.scope.get("state", {}).get("calls")
    if calls is not None:
        calls.append((path, refusal.code if refusal else "OK"))


async def caller_of(request: Request, authenticate: Authenticate) -> Caller:
    request_id = request_id_of(request)
    address = request.client.host if request.client else ""
    try:
        user = await authenticate(request)
    # A boundary: a failing sign-in refuses the calls, in their own shape.
    except Exception as error:
        return Caller(refusal_of(error, "authenticate", request_id), request_id, address)
    return Caller(user or ApiError("UNAUTHORIZED", "sign in first"), request_id, address)


def admit(procedure: Procedure, caller: Caller, services: Services) -> Context:
    """Before the input is looked at: an anonymous caller learns nothing from its errors."""
    if isinstance(caller.user, ApiError):
        raise caller.user
    if procedure.role is Role.ADMIN and caller.user.role is not Role.ADMIN:
        raise ApiError("FORBIDDEN", f"{procedure.path} is for admins")
    return Context(caller.user, services, caller.request_id, caller.address, procedure.path)


async def run(procedure: Procedure, context: Context, text: bytes | None) -> bytes:
    """JSON of the output. One hop to a thread for all of it: validation, handler, serialisation.

    text: JSON of the input; None where the caller sent none.
    """
    if not procedure.is_personal:
        context = replace(context, user=ANYBODY)

    def work():
        if procedure.input is None:
            return procedure.dump(procedure.handler(context))
        return procedure.dump(procedure.handler(context, wire.read_input(procedure.input, text)))

    if not procedure.is_personal:
        return await context.services.reads.read((procedure.path, text), work)
    return await anyio.to_thread.run_sync(work)


def refusal_of(error: Exception, path: str, request_id: str) -> ApiError:
    """A fault of ours is logged with its cause; the caller gets the id to ask with."""
    refusal = wire.refusal(error)
    if not wire.is_fault(refusal):
        return refusal
    fields = {"procedure": path, "requestId": request_id}
    log.error("%s failed", path, exc_info=error, extra={"fields": fields})
    return ApiError(refusal.code, str(refusal), {**refusal.data, "requestId": request_id})


async def read_body(request: Request) -> bytes:
    """At most `MAX_INPUT_BYTES`; what is declared larger is not read at all."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > wire.MAX_INPUT_BYTES:
        raise wire.too_large()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > wire.MAX_INPUT_BYTES:
            raise wire.too_large()
    return bytes(body)
