"""From a request to a handler and back: who asks, may they, what did they send, what comes out.

Both faces of the API run their calls here, so that a role or an error cannot differ between them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import anyio.to_thread
from starlette.requests import ClientDisconnect, Request

from iop_pipelines.api import wire
from iop_pipelines.api.answers import Answers
from iop_pipelines.api.context import ANYBODY, Context
from iop_pipelines.api.readers.heavy import Ask
from iop_pipelines.api.readers.pool import Readers
from iop_pipelines.api.registry import ApiError, Heavy, Keeping, Procedure
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.identity.user import User
from iop_pipelines.platform import Platform
from iop_pipelines.tracing.context import new_trace

log = logging.getLogger(__name__)

Authenticate = Callable[[Request], Awaitable[User | None]]
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent one HTTP request: `user`, or why nobody is signed in."""

    user: User | ApiError
    request_id: str
    address: str


def request_id_of(request: Request) -> str:
    """What the edge of the app gave it, or a new one where there is no edge."""
    return request.scope.get("state", {}).get("request_id") or new_trace().trace_id


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
    return Caller(user or ApiError("UNAUTHORIZED", "signin.needed"), request_id, address)


def admit(procedure: Procedure, caller: Caller, platform: Platform) -> Context:
    """Before the input is looked at: an anonymous caller learns nothing from its errors."""
    if isinstance(caller.user, ApiError):
        raise caller.user
    if procedure.role is Role.ADMIN and caller.user.role is not Role.ADMIN:
        raise ApiError("FORBIDDEN", "procedure.for_admins", procedure=procedure.path)
    return Context(caller.user, platform, caller.request_id, caller.address, procedure.path)


async def run(
    answers: Answers, procedure: Procedure, context: Context, text: bytes | None
) -> bytes:
    """JSON of the output. One hop to a thread for all of it: validation, handler, serialisation.

    text: JSON of the input; None where the caller sent none.
    """
    if procedure.heavy is not None and await _is_heavy(procedure, procedure.heavy, context, text):
        return await _read_heavy(answers, procedure, procedure.heavy, context, text)
    if not procedure.is_personal:
        context = replace(context, user=ANYBODY)

    def work():
        if procedure.input is None:
            return procedure.dump(procedure.handler(context))
        return procedure.dump(procedure.handler(context, wire.read_input(procedure.input, text)))

    if not procedure.is_personal:
        return await answers.reads.read((procedure.path, text), work)
    return await anyio.to_thread.run_sync(work)


async def _is_heavy(
    procedure: Procedure, heavy: Heavy, context: Context, text: bytes | None
) -> bool:
    when, shape = heavy.when, procedure.input
    if when is None or shape is None:
        return True
    anybody = replace(context, user=ANYBODY)
    return await anyio.to_thread.run_sync(lambda: when(anybody, wire.read_input(shape, text)))


async def _read_heavy(
    answers: Answers, procedure: Procedure, heavy: Heavy, context: Context, text: bytes | None
) -> bytes:
    """By a reader. What is wrong with the input, and what is kept already, is known without one."""
    anybody = replace(context, user=ANYBODY)

    def asked() -> tuple[bytes | None, Keeping | None]:
        given = () if procedure.input is None else (wire.read_input(procedure.input, text),)
        meant = text
        if heavy.asked is not None:
            given = (heavy.asked(context, *given),)
            meant = given[0].model_dump_json(by_alias=True).encode()
        return meant, heavy.keeping(anybody, *given) if heavy.keeping else None

    meant, kept_by = await anyio.to_thread.run_sync(asked)
    ask = Ask("procedure", procedure.path, context.request_id, {}, meant)
    readers = answers.file_readers if heavy.is_of_files else answers.readers
    return await read_heavy(answers, readers, context.user.id, ask, kept_by)


async def read_heavy(
    answers: Answers, readers: Readers, account: int, ask: Ask, keeping: Keeping | None
) -> bytes:
    """In the account's turn; what is kept, or computed for somebody else already, is shared."""
    if keeping is None:
        return await readers.wait(readers.begin(account, ask))
    found = answers.kept.get(
        (ask.kind, ask.path, *keeping.question),
        keeping.life_s,
        lambda: readers.begin(account, ask),
        lambda reading: readers.join(account, reading),
    )
    return found if isinstance(found, bytes) else await readers.wait(found)


async def unless_gone(request: Request, work: Coroutine[Any, Any, Answer]) -> Answer:
    """What `work` gives; it is cancelled when the client hangs up. To be called once the body was read.

    Raises:
        ClientDisconnect: the client hung up first.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        watching.cancel()
        working.cancel()


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def retry_after(error: ApiError | None) -> dict[str, str]:
    """The header that goes with a refusal that waiting helps."""
    wait_s = error.data.get("retryAfter") if error is not None else None
    return {} if wait_s is None else {"retry-after": str(wait_s)}


def refusal_of(error: Exception, path: str, request_id: str) -> ApiError:
    """A fault of ours is logged with its cause; the caller gets the id to ask with."""
    refusal = wire.refusal(error)
    if not wire.is_fault(refusal):
        return refusal
    fields = {"procedure": path, "traceId": request_id}
    log.error("%s failed", path, exc_info=error, extra={"fields": fields})
    return ApiError(refusal.code, refusal.sentence, {**refusal.data, "requestId": request_id})


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
