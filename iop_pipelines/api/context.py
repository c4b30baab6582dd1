"""What a procedure is given besides its input: who asks, and the platform's databases and clock."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.drm import clock
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings

__all__ = ["Context", "Role", "Services", "User"]


@dataclass(frozen=True, slots=True)
class User:
    """Who is signed in, as the token and the account say now."""

    id: int
    name: str
    role: Role


@dataclass(frozen=True)
class Services:
    """One a process; engines connect on first use."""

    settings: Settings

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
    """One a call. `user` is set wherever a handler runs: every procedure needs a signed-in user."""

    user: User
    services: Services
    request_id: str
    address: str
