"""From an understood table to an instance: files to edit, what they declare, and the rows."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from iop_pipelines.intake.datasets import deliveries_of
from iop_pipelines.intake.declare import declare
from iop_pipelines.intake.deliver import Delivered, deliver
from iop_pipelines.intake.folder import Kept, write_folder
from iop_pipelines.intake.registering import register_data, with_versions
from iop_pipelines.intake.understand import Understood
from iop_pipelines.ledger.requests import request_delivered
from iop_pipelines.platform import Platform
from iop_pipelines.transform.versions import dataset


@dataclass(frozen=True, slots=True)
class Loaded:
    """`models` are the names of those that now read the dataset; `deliveries` are in the order of their periods."""

    folder: Path
    files: tuple[Kept, ...]
    models: tuple[str, ...]
    deliveries: tuple[Delivered, ...]

    @property
    def delivered(self) -> Delivered:
        """All of them as one: the last run, the lowest score."""
        return Delivered(
            run_id=self.deliveries[-1].run_id,
            rows=sum(each.rows for each in self.deliveries),
            is_new=any(each.is_new for each in self.deliveries),
            is_restated=any(each.is_restated for each in self.deliveries),
            score=min(each.score for each in self.deliveries),
        )


def load(platform: Platform, given: Understood, folder: Path, now: datetime) -> Loaded:
    """Declares first, delivers then: a file that cannot be registered leaves no rows behind.

    now: naive UTC.
    """
    zone = platform.settings.time_zone
    declared = with_versions(platform.engine, declare(given, zone, now))
    files = write_folder(folder, declared)
    models = register_data(platform.engine, folder, now)
    deliveries = tuple(
        deliver(platform.drm_engine, each, zone, now) for each in deliveries_of(given)
    )
    if not all(each.is_new for each in deliveries):
        # A dataset that was deleted and is declared again has what was delivered before.
        request_delivered(platform.engine, platform.drm, dataset(platform.engine, given.name), now)
    return Loaded(folder, tuple(files), tuple(models), deliveries)
