"""What every part of an instance has in common: its settings, its two databases, DRM and the clock."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.drm import absent, clock
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.settings import Settings


@dataclass(frozen=True)
class Platform:
    """One instance; engines connect on first use."""

    settings: Settings

    @property
    def engine(self) -> sa.Engine:
        return engine_for(self.settings.database_url)

    @property
    def drm_engine(self) -> sa.Engine:
        """Of whoever writes there; its tables may not be made yet."""
        return engine_for(self.settings.drm_database_url)

    @property
    def drm_reading(self) -> sa.Engine:
        """Of readers: before its tables are made, a DRM without anything."""
        return absent.reading(self.drm_engine)

    @property
    def drm(self) -> SharedDatabase:
        return SharedDatabase(self.drm_reading)

    def now(self) -> datetime:
        """Business time, naive UTC: the wall clock's, or a replay's. Ledger times are never it."""
        return clock.now(self.settings)
