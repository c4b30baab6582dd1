"""What ops, assets, sensors and schedules share: the two databases, the settings and the clock."""

from datetime import datetime

import dagster as dg
import sqlalchemy as sa
from pydantic import PrivateAttr

from iop_pipelines.drm import clock
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings


class Platform(dg.ConfigurableResource):
    """IOP's instance, as the environment of the process describes it; connects on first use."""

    _settings: Settings | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, settings: Settings) -> "Platform":
        """An instance that the environment does not describe, for commands and tests."""
        platform = cls()
        platform._settings = settings
        return platform

    @property
    def settings(self) -> Settings:
        return self._settings or Settings.from_env()

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
        """Business time, naive UTC: the wall clock's, or a replay's. Ledger times are never it."""
        return clock.now(self.settings)
