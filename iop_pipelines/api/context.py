"""What a procedure is given besides its input: who asks, by which request, and the platform."""

from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from iop_pipelines.audit import trail
from iop_pipelines.audit.trail import Actor
from iop_pipelines.identity.user import User
from iop_pipelines.platform import Platform
from iop_pipelines.schema.witness import Witness


class _Anybody:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(
            f"this query gives one answer to all who ask: declare it is_personal to use user.{name}"
        )


# Who asks a query that is not personal: the role was looked at before, and nothing else may matter.
ANYBODY = cast(User, _Anybody())


@dataclass(frozen=True, slots=True)
class Context:
    """One a call. `user` is who asks, or `ANYBODY` in queries that answer all alike."""

    user: User
    platform: Platform
    request_id: str
    address: str
    procedure: str


def actor_of(context: Context) -> Actor:
    return context.user.acting(context.request_id, context.address)


def witness_of(context: Context) -> Witness:
    """Writes one row under the name of the procedure that is called, in the transaction of its change."""

    def witness(connection: sa.Connection, before: object, after: object) -> None:
        trail.record(connection, actor_of(context), context.procedure, before, after)

    return witness
