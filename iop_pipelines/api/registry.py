"""Procedures are declared once; the tRPC endpoint, OpenAPI and the TypeScript types are made from here."""

import inspect
import typing
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, TypeAdapter
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, SchemaSerializer

from iop_pipelines.api.moments import on_the_wire
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import IopError

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Shape(BaseModel):
    """Base of inputs and outputs: camelCase on the wire, unknown keys refused, moments as naive UTC."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        # What leaves has all its keys, and the types of the clients say so.
        json_schema_serialization_defaults_required=True,
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler, /
    ) -> CoreSchema:
        return on_the_wire(handler(source))


class Kind(StrEnum):
    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"


class ApiError(IopError):
    """A refusal to a caller; `code` is one of tRPC's error codes, such as `NOT_FOUND`.

    data: further keys of the error's `data` on the wire, such as `retryAfter`.
    """

    def __init__(
        self,
        code: str,
        said: str | Sentence,
        /,
        data: Mapping[str, Any] | None = None,
        **values: object,
    ) -> None:
        super().__init__(said, **values)
        self.code = code
        self.data = dict(data or {})


@dataclass(frozen=True, slots=True)
class Keeping:
    """What an answer is kept by, besides its procedure, and for how long from the beginning of its making."""

    question: tuple[Hashable, ...]
    life_s: float


@dataclass(frozen=True, slots=True)
class Heavy:
    """Computed by a reader, in its caller's turn.

    when: called with (context, input) in the API's process; only of what it says so of. None: always.

    keeping: called with (context[, input]) in the API's process; None for what is computed each time.
    is_of_files: by the reader that takes files of people apart, which may need more memory and time.
    asked: called there before with (context, input), and told who asks: gives the input that means the same whoever
    asks, which is what the reader is sent and what an answer is kept by.
    """

    keeping: Callable[..., Keeping | None] | None = None
    is_of_files: bool = False
    asked: Callable[[Any, Any], Shape] | None = None
    when: Callable[[Any, Any], bool] | None = None


@dataclass(frozen=True)
class Procedure:
    """`input` is None where the procedure takes none; `handler` is called with (context[, input]).

    A subscription's `output` is that of one event, and its handler an async generator of
    (id, data): a client that was cut off resumes after the id it saw last. Queries that are not
    `is_personal` give one answer to all who ask the same, and are not told who asks.
    """

    path: str
    kind: Kind
    role: Role
    summary: str
    input: type[Shape] | None
    output: TypeAdapter[Any]
    output_type: Any
    handler: Callable[..., Any]
    is_personal: bool
    # What a handler gave, as JSON: by alias, moments with Z, NaN and infinities as null.
    dump: Callable[[Any], bytes]
    heavy: Heavy | None = None


class Registry:
    """Procedures by their dotted path, in the order of declaration."""

    def __init__(self) -> None:
        self._procedures: dict[str, Procedure] = {}

    def __iter__(self) -> Iterator[Procedure]:
        return iter(self._procedures.values())

    def get(self, path: str) -> Procedure | None:
        return self._procedures.get(path)

    def procedure(
        self,
        path: str,
        kind: Kind,
        summary: str,
        role: Role | None = None,
        *,
        is_personal: bool = False,
        heavy: Heavy | None = None,
    ) -> Callable[[Handler], Handler]:
        """Declares a handler; queries and subscriptions are for viewers, mutations for admins by default.

        is_personal: the answer of this query depends on who asks.
        heavy: it may take seconds of a processor, so it is computed apart from all others.
        """
        needed = role or (Role.ADMIN if kind is Kind.MUTATION else Role.VIEWER)

        if heavy is not None and (is_personal or kind is not Kind.QUERY):
            raise ValueError(f"{path!r} cannot be heavy: a reader is not told who asks")

        def declare(handler: Handler) -> Handler:
            if path in self._procedures:
                raise ValueError(f"procedure {path!r} is declared twice")
            hints = typing.get_type_hints(handler, include_extras=True)
            names = list(inspect.signature(handler).parameters)
            given = hints[names[1]] if len(names) > 1 else None
            output = hints["return"]
            if kind is Kind.SUBSCRIPTION:
                output = _event_of(output)
                _check_resumable(path, given)
            adapter: TypeAdapter[Any] = TypeAdapter(output)
            self._procedures[path] = Procedure(
                path,
                kind,
                needed,
                summary,
                given,
                adapter,
                output,
                handler,
                is_personal or kind is not Kind.QUERY,
                _dump_of(adapter),
                heavy,
            )
            return handler

        return declare


def _dump_of(adapter: TypeAdapter[Any]) -> Callable[[Any], bytes]:
    """The adapter's own serializer, except that moments outside a `Shape` get their Z too."""
    return partial(SchemaSerializer(on_the_wire(adapter.core_schema)).to_json, by_alias=True)


def _event_of(hint: Any) -> Any:
    """The D of a subscription's `AsyncIterator[tuple[str, D]]`."""
    match typing.get_args(hint):
        case (pair, *_) if typing.get_origin(pair) is tuple and len(typing.get_args(pair)) == 2:
            return typing.get_args(pair)[1]
        case _:
            raise TypeError(f"a subscription gives AsyncIterator[tuple[str, D]], not {hint}")


def _check_resumable(path: str, given: type[Shape] | None) -> None:
    """A client that was cut off sends the id it saw last as a member of the input."""
    if given is None or "last_event_id" not in given.model_fields:
        raise TypeError(f"the input of the subscription {path!r} needs last_event_id: str | None")
