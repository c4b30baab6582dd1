"""A registry of a few procedures for the tests of the wire, and a server of it.

`python small_api.py` serves on a free port of loopback and prints it; tokens are the roles' names.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Literal

import uvicorn
from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request

from iop_pipelines.api.answers import Answers
from iop_pipelines.api.context import Context
from iop_pipelines.api.openapi import openapi_routes
from iop_pipelines.api.registry import ApiError, Kind, Registry, Shape
from iop_pipelines.api.trpc import trpc_routes
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import (
    Conflict,
    Contended,
    InvalidInput,
    NotFound,
    SeriesTooShort,
    Unavailable,
)
from iop_pipelines.identity.user import User
from iop_pipelines.platform import Platform
from iop_pipelines.settings import Settings

registry = Registry()
USERS = {"viewer": User(1, "vera", Role.VIEWER), "admin": User(2, "ada", Role.ADMIN)}
FAILURES: dict[str, Exception] = {
    "notFound": NotFound("model.not_found", id=7),
    "conflict": Conflict("model.deprecated", name="m", version="v7"),
    "contended": Contended("write.in_the_way"),
    "tooShort": SeriesTooShort("trend.too_few_points", least=14, count=2),
    "field": InvalidInput("replay.too_few_days", "config.params.window_size", days=0),
    "form": InvalidInput("input_ref.from_not_before_to", since=2, until=1),
    "unavailable": Unavailable("provider.silent", issuer="mysql://iop:hunter2@db", error="gone"),
    "limited": ApiError("TOO_MANY_REQUESTS", "reader.too_busy", {"retryAfter": 7}, limit_s=7),
    "unexpected": RuntimeError("secret inside"),
}


class ListInput(Shape):
    limit: int = Field(default=50, ge=1, le=1000)
    kind: Literal["rule", "ml"] | None = None
    since: datetime | None = None
    tags: list[str] = []


class Model(Shape):
    model_id: int
    name: str
    created_at: datetime
    score: float | None = None
    config: dict[str, Any]


class CreateInput(Shape):
    name: str = Field(min_length=1, max_length=20)
    kind: Literal["rule", "ml"]
    config: dict[str, Any] = {}


class Created(Shape):
    success: Literal[True] = True
    model_id: int


class TicksInput(Shape):
    until: int = Field(3, ge=0, le=1_000_000)
    pause_s: float = 0
    fail_at: int | None = None
    # The connection breaks after this number, once: a resumed stream goes on.
    cut_at: int | None = None
    last_event_id: str | None = None


class Tick(Shape):
    number: int
    resumed_after: str | None


class SlowInput(Shape):
    seconds: float = Field(ge=0, le=5)


class FailInput(Shape):
    how: str


class Echo(Shape):
    value: Any = None


@registry.procedure("models.list", Kind.QUERY, "Models, newest first.", is_personal=True)
def list_models(ctx: Context, given: ListInput) -> list[Model]:
    created_at = given.since or datetime(2026, 1, 2, 3, 4, 5)
    return [
        Model(
            model_id=number,
            name=f"{ctx.user.name} {given.kind or 'any'}",
            created_at=created_at,
            score=float("nan"),
            config={"window": number, "bad": float("inf")},
        )
        for number in range(min(given.limit, 3), 0, -1)
    ]


@registry.procedure("models.create", Kind.MUTATION, "Creates a draft.")
def create_model(ctx: Context, given: CreateInput) -> Created:
    return Created(model_id=len(given.name))


@registry.procedure("models.touch", Kind.MUTATION, "Changes nothing that anyone is told of.")
def touch(ctx: Context) -> None:
    return None


@registry.procedure("dashboard.stats", Kind.QUERY, "Counts.")
def stats(ctx: Context) -> dict[str, int]:
    return {"models": 3}


@registry.procedure("wire.echo", Kind.QUERY, "Gives back what it was given.")
def echo(ctx: Context, given: Echo) -> Echo:
    return given


@registry.procedure("wire.fail", Kind.QUERY, "Fails as asked.")
def fail(ctx: Context, given: FailInput) -> None:
    raise FAILURES[given.how]


@registry.procedure("wire.slow", Kind.QUERY, "Takes its time.")
def slow(ctx: Context, given: SlowInput) -> None:
    time.sleep(given.seconds)


open_streams: set[int] = set()


@registry.procedure("wire.open", Kind.QUERY, "How many subscriptions are open.")
def count_open(ctx: Context) -> int:
    return len(open_streams)


@registry.procedure("wire.ticks", Kind.SUBSCRIPTION, "Numbers, one after the other.")
async def ticks(ctx: Context, given: TicksInput) -> AsyncIterator[tuple[str, Tick]]:
    number = int(given.last_event_id or 0)
    this = object()
    open_streams.add(id(this))
    try:
        while number < given.until:
            number += 1
            if number == given.fail_at:
                raise Conflict("template.exists", name="no further")
            yield f"{number}", Tick(number=number, resumed_after=given.last_event_id)
            if number == given.cut_at and given.last_event_id is None:
                raise asyncio.CancelledError
            await asyncio.sleep(given.pause_s)
    finally:
        open_streams.discard(id(this))


revoked: set[str] = set()


@registry.procedure("session.end", Kind.MUTATION, "Signs the caller out.", role=Role.VIEWER)
def end_session(ctx: Context) -> None:
    revoked.add(ctx.user.role)


async def authenticate(request: Request) -> User | None:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    token = token or request.cookies.get("iop_session", "")
    if token == "broken":
        raise RuntimeError("secret inside")
    return None if token in revoked else USERS.get(token)


def app() -> Starlette:
    answers = Answers(Platform(Settings.from_env({"IOP_HOME": "/nonexistent"})))
    return Starlette(
        routes=[
            *trpc_routes(registry, answers, authenticate),
            *openapi_routes(registry, answers, authenticate),
        ]
    )


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(app(), log_level="warning", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
