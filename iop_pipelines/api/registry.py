"""Procedures are declared once; the tRPC endpoint, OpenAPI and the TypeScript types are made from here."""

import inspect
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

from iop_pipelines.api.context import Role


Handler = TypeVar("Handler", bound=Callable[..., Any])


class Shape(BaseModel):
    """Base of inputs and outputs: camelCase on the wire, unknown keys refused."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class Kind(StrEnum):
    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"


class ApiError(Exception):
    """A refusal in tRPC's words; `code` is one of its error codes, such as `NOT_FOUND`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Procedure:
    """`input` is None where the procedure takes none; `handler` is called with (context[, input])."""

    path: str
    kind: Kind
    role: Role
    summary: str
    input: type[Shape] | None
    output: TypeAdapter[Any]
    output_type: Any
    handler: Callable[..., Any]


class Registry:
    """Procedures by their dotted path, in the order of declaration."""

    def __init__(self) -> None:
        self._procedures: dict[str, Procedure] = {}

    def __iter__(self) -> Iterator[Procedure]:
        return iter(self._procedures.values())

    def get(self, path: str) -> Procedure | None:
        return self._procedures.get(path)

    def procedure(
        self, path: str, kind: Kind, summary: str, role: Role | None = None
    ) -> Callable[[Handler], Handler]:
        """Declares a handler; queries and subscriptions are for viewers, mutations for admins by default."""
        needed = role or (Role.ADMIN if kind is Kind.MUTATION else Role.VIEWER)

        def declare(handler: Handler) -> Handler:
            if path in self._procedures:
                raise ValueError(f"procedure {path!r} is declared twice")
            hints = typing.get_type_hints(handler)
            names = list(inspect.signature(handler).parameters)
            given = hints[names[1]] if len(names) > 1 else None
            output = hints["return"]
            self._procedures[path] = Procedure(
                path, kind, needed, summary, given, TypeAdapter(output), output, handler
            )
            return handler

        return declare
