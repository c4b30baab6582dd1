"""From an understood table to an instance: files to edit, what they declare, and the rows."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from iop_pipelines.intake.datasets import deliveries_of, watched
from iop_pipelines.intake.declare import declare
from iop_pipelines.intake.deliver import Delivered, deliver, enter
from iop_pipelines.intake.folder import Kept, write_file, write_folder
from iop_pipelines.intake.intake_file import (
    EVERY_S,
    EVERY_S_AFAR,
    IntakeDeclaration,
    load_intake,
    register_source,
)
from iop_pipelines.intake.reading import reading_of
from iop_pipelines.intake.registering import register_data, with_versions
from iop_pipelines.intake.sources import SourceSpec, is_of_this_machine
from iop_pipelines.intake.understand import Understood
from iop_pipelines.intake.urls import with_reference
from iop_pipelines.intake.watched import WatchedSource
from iop_pipelines.ledger.requests import request_delivered
from iop_pipelines.platform import Platform
from iop_pipelines.transform.versions import dataset

INTAKE = "intake.yaml"


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
    files, models = _declare(platform, given, folder, now)
    zone = platform.settings.time_zone
    deliveries = tuple(
        deliver(platform.drm_engine, each, zone, now) for each in deliveries_of(given)
    )
    if not all(each.is_new for each in deliveries):
        # A dataset that was deleted and is declared again has what was delivered before.
        request_delivered(platform.engine, platform.drm, dataset(platform.engine, given.name), now)
    return Loaded(folder, files, models, deliveries)


def _declare(
    platform: Platform, given: Understood, folder: Path, now: datetime
) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    """The files of the folder, and the names of the models that read the dataset."""
    declared = with_versions(platform.engine, declare(given, platform.settings.time_zone, now))
    files = write_folder(folder, declared)
    return tuple(files), tuple(register_data(platform.engine, folder, now))


@dataclass(frozen=True, slots=True)
class Watched:
    """`models` are the names of those that now read the dataset."""

    folder: Path
    files: tuple[Kept, ...]
    models: tuple[str, ...]
    source: WatchedSource


def watch(
    platform: Platform, given: Understood, spec: SourceSpec, folder: Path, now: datetime
) -> Watched:
    """Declares what was understood of a source, and watches it; all its items are delivered by the sensor.

    now: naive UTC.
    """
    files, models = _declare(platform, given, folder, now)
    enter(platform.drm_engine, given, platform.settings.time_zone, now)
    source = with_reference(watched(spec, given), given.name)
    declaration = IntakeDeclaration(
        dataset=given.name,
        source=source.as_mapping(),
        every_s=EVERY_S if is_of_this_machine(spec) else EVERY_S_AFAR,
        reading=reading_of(given),
    )
    kept = write_file(folder / INTAKE, declaration.model_dump(mode="json", exclude_none=True))
    stored = register_source(platform.engine, load_intake(kept.path))
    return Watched(folder, (*files, kept), models, stored)
