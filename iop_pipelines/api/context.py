"""What a procedure is given besides its input: who asks, and the platform's databases and clock."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, cast

import sqlalchemy as sa

from iop_pipelines.api.kept import Kept
from iop_pipelines.api.readers.pool import Readers, Reading
from iop_pipelines.api.reads import Reads
from iop_pipelines.audit import trail
from iop_pipelines.audit.trail import Actor
from iop_pipelines.drm import clock
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.identity.user import User
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.witness import Witness
from iop_pipelines.settings import Settings


class _Anybody:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(
            f"this query gives one answer to all who ask: declare it is_personal to use user.{name}"
        )


# Who asks a query that is not personal: the role was looked at before, and nothing else may matter.
ANYBODY = cast(User, _Anybody())


@dataclass(frozen=True)
class Services:
    """One a process; engines connect on first use."""

    settings: Settings
    # By the procedure and the JSON of its input.
    reads: Reads[tuple[str, bytes | None], bytes] = field(
        default_factory=Reads[tuple[str, bytes | None], bytes], compare=False
    )
    kept: Kept[Reading] = field(default_factory=Kept[Reading], compare=False)
    # Others than those of every instance, for tests.
    own_readers: Readers | None = field(default=None, compare=False)

    @cached_property
    def readers(self) -> Readers:
        """Who computes what is heavy; their processes begin with the first that is asked."""
        return self.own_readers or Readers(self.settings)

    @property
    def engine(self) -> sa.Engine:
        return engine_for(self.settings.database_url)

    @property
    def drm_engine(self) -> sa.Engine:
        return engine_for(self.settings.drm_database_url)

    @property
    def drm(self) -> SharedDatabase:
        return SharedDatabase(self.drm_engine)

    def now(self) -> datetime:
        """Business time, naive UTC: the wall clock's, or a replay's."""
        return clock.now(self.settings)


@dataclass(frozen=True, slots=True)
class Context:
    """One a call. `user` is who asks, or `ANYBODY` in queries that answer all alike."""

    user: User
    services: Services
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
