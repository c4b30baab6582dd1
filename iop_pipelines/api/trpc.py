"""The endpoint `/api/trpc/{path}`: what an unchanged `@trpc/client` of version 11 speaks.

Whatever happens is answered in tRPC's shape: the client makes "unable to transform response" of anything else.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from iop_pipelines.api import wire
from iop_pipelines.api.answers import Answers
from iop_pipelines.api.calls import (
    Authenticate,
    Caller,
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
from iop_pipelines.api.context import Context
from iop_pipelines.api.events import EventStream, RefusedStream
from iop_pipelines.api.registry import ApiError, Kind, Procedure, Registry, Shape

PREFIX = "/api/trpc"
_HEADERS = {"vary": "trpc-accept, accept", "cache-control": "no-store"}


def trpc_routes(
    registry: Registry, answers: Answers, authenticate: Authenticate
) -> list[BaseRoute]:
    endpoint = TrpcEndpoint(registry, answers, authenticate)
    return [Route(PREFIX, endpoint), Route(f"{PREFIX}/{{path:path}}", endpoint)]


@dataclass(frozen=True, slots=True)
class Answer:
    """One call's: the envelope, and the error in it."""

    body: bytes
    error: ApiError | None = None


Work = Callable[[], Coroutine[Any, Any, Answer]]


@dataclass(frozen=True)
class TrpcEndpoint:
    """An ASGI app, not a function: Starlette would answer other methods of a function in plain text."""

    registry: Registry
    answers: Answers
    authenticate: Authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        # The edge notes how the request ended.
        except ClientDisconnect:
            raise
        # The last boundary: even what nobody thought of is answered in the client's shape.
        except Exception as error:
            refusal = refusal_of(error, PREFIX, request_id_of(request))
            response = _json(wire.refused(refusal, None), wire.CODES[refusal.code][1])
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> ASGIApp:
        if request.method == "HEAD":
            return Response(status_code=204)
        head = _head(request)
        try:
            plan = wire.plan(head, self.registry)
        except ApiError as error:
            return _json(wire.refused(error, None), wire.CODES[error.code][1])
        if not plan.is_batch and _wants_events(head, plan.calls[0]):
            return await self._subscribe(request, head, plan.calls[0])
        work = await self._work(request, head, plan)
        if plan.is_stream:
            return StreamingResponse(
                _lines(work, plan), media_type="application/json", headers=_HEADERS
            )
        answers = _all(work, plan)
        if any(call.procedure and call.procedure.heavy for call in plan.calls):
            return _response(await unless_gone(request, answers), plan)
        return _response(await answers, plan)

    async def _work(self, request: Request, head: wire.Head, plan: wire.Plan) -> list[Work]:
        """What each call is to do, in their order. The body is read only if a call gets that far."""
        caller = await caller_of(request, self.authenticate)
        admitted = [self._admit(call, head, plan, caller) for call in plan.calls]
        inputs: Sequence[bytes | ApiError | None] = [None] * len(plan.calls)
        if not all(isinstance(each, ApiError) for each in admitted):
            inputs = await _inputs(request, head, plan)
        return [
            partial(self._answered, request, call, each, text)
            for call, each, text in zip(plan.calls, admitted, inputs, strict=True)
        ]

    def _admit(
        self, call: wire.Call, head: wire.Head, plan: wire.Plan, caller: Caller
    ) -> tuple[Procedure, Context] | ApiError:
        try:
            procedure = wire.check_call(call, head.method, plan.is_batch)
            return procedure, admit(procedure, caller, self.answers.platform)
        except ApiError as error:
            return error

    async def _subscribe(self, request: Request, head: wire.Head, call: wire.Call) -> ASGIApp:
        """Errors too are events: of another status or type the browser tells its page nothing."""
        try:
            procedure = wire.check_call(call, head.method, is_batch=False)
            context = admit(
                procedure, await caller_of(request, self.authenticate), self.answers.platform
            )
            text = wire.inputs(_query_input(head), 1, is_batch=False)[0]
            text = wire.with_last_event_id(text, wire.last_event_id(head))
            given = wire.read_input(procedure.input or Shape, text)
        except ApiError as error:
            tell_of_call(request, call.path, error)
            return RefusedStream(error, call.path)
        tell_of_call(request, call.path, None)
        return EventStream(procedure, context, given, request, self.authenticate)

    async def _answered(
        self,
        request: Request,
        call: wire.Call,
        admitted: tuple[Procedure, Context] | ApiError,
        text: bytes | ApiError | None,
    ) -> Answer:
        answer = await self._answer(call, admitted, text)
        tell_of_call(request, call.path, answer.error)
        return answer

    async def _answer(
        self,
        call: wire.Call,
        admitted: tuple[Procedure, Context] | ApiError,
        text: bytes | ApiError | None,
    ) -> Answer:
        if isinstance(admitted, ApiError):
            return Answer(wire.refused(admitted, call.path), admitted)
        procedure, context = admitted
        try:
            if isinstance(text, ApiError) and procedure.input is not None:
                raise text
            data = await run(
                self.answers, procedure, context, None if isinstance(text, ApiError) else text
            )
        # A boundary: one call that fails never takes its neighbours with it.
        except Exception as error:
            refusal = refusal_of(error, call.path, context.request_id)
            return Answer(wire.refused(refusal, call.path), refusal)
        return Answer(wire.result(data, procedure))


def _head(request: Request) -> wire.Head:
    query: dict[str, str] = {}
    for key, value in request.query_params.multi_items():
        query.setdefault(key, value)  # the first of a name, as in URLSearchParams.get
    path = request.path_params.get("path", "")
    return wire.Head(request.method, path, query, request.headers)


def _wants_events(head: wire.Head, call: wire.Call) -> bool:
    if head.method != "GET":
        return False
    if call.procedure is None:
        return head.headers.get("accept", "").lower().startswith("text/event-stream")
    return call.procedure.kind is Kind.SUBSCRIPTION


def _query_input(head: wire.Head) -> bytes | None:
    text = head.query.get("input")
    return None if text is None else text.encode("utf-8", "replace")


async def _inputs(
    request: Request, head: wire.Head, plan: wire.Plan
) -> Sequence[bytes | ApiError | None]:
    count = len(plan.calls)
    try:
        text = _query_input(head) if head.method == "GET" else await read_body(request)
        return wire.inputs(text, count, plan.is_batch)
    except ApiError as error:
        return [error] * count


async def _all(work: Sequence[Work], plan: wire.Plan) -> list[Answer]:
    """Queries at the same time; mutations one after the other, as they were asked for."""
    if len(work) == 1 or _is_mutation(plan):
        return [await each() for each in work]
    return await asyncio.gather(*(each() for each in work))


async def _lines(work: Sequence[Work], plan: wire.Plan) -> AsyncIterator[bytes]:
    yield wire.stream_head(len(work))
    if _is_mutation(plan):
        for index, each in enumerate(work):
            yield wire.stream_line(index, (await each()).body)
        return

    async def numbered(index: int, each: Work):
        return index, await each()

    tasks = [asyncio.ensure_future(numbered(*pair)) for pair in enumerate(work)]
    try:
        for done in asyncio.as_completed(tasks):
            index, answer = await done
            yield wire.stream_line(index, answer.body)
    finally:
        for task in tasks:
            task.cancel()


def _is_mutation(plan: wire.Plan) -> bool:
    return any(call.procedure and call.procedure.kind is Kind.MUTATION for call in plan.calls)


def _response(answers: Sequence[Answer], plan: wire.Plan) -> Response:
    errors = [answer.error for answer in answers]
    bodies = b",".join(answer.body for answer in answers)
    status = wire.status_of(errors)
    response = _json(b"[" + bodies + b"]" if plan.is_batch else bodies, status)
    procedure = plan.calls[0].procedure
    response.headers.update(retry_after(errors[0] if status in (409, 429) else None))
    if status == 405 and procedure is not None:
        response.headers["allow"] = ", ".join(wire.METHODS[procedure.kind])
    return response


def _json(body: bytes, status: int) -> Response:
    return Response(body, status, media_type="application/json", headers=_HEADERS)
