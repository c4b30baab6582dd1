"""Preparing one data version, from DRM's delivered rows to IOP's prepared ones; heavy, workers import this."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.drm.rows import read_rows
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.schema.tables import dataset_versions
from iop_pipelines.schema.transactions import write
from iop_pipelines.transform.prepare import StepCount, prepare
from iop_pipelines.transform.references import references_of
from iop_pipelines.transform.store import write_version
from iop_pipelines.transform.versions import (
    StoredDataset,
    StoredVersion,
    dataset_by_id,
    record_quality,
    version,
)


@dataclass(frozen=True)
class PreparedSummary:
    """What preparing a version came to; `steps` is empty where it had been prepared before."""

    version_id: int
    dataset: str
    data_version: str
    drm_run_id: int
    rows_in: int
    rows_out: int
    rows_rejected: int
    reject_reasons: dict[str, int]
    quality_score: float | None
    steps: tuple[StepCount, ...] = ()

    def as_metadata(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "dataset": self.dataset,
            "data_version": self.data_version,
            "drm_run_id": self.drm_run_id,
            "rows_in": self.rows_in,
            "rows_out": self.rows_out,
            "rows_rejected": self.rows_rejected,
            "reject_reasons": self.reject_reasons,
            "quality_score": self.quality_score,
        }


def prepare_version(
    engine: sa.Engine, drm: SharedDatabase, version_id: int, tick: Tick = nobody
) -> PreparedSummary:
    """Prepares a version once, by its dataset's current declaration; a prepared one comes back as it is.

    The version keeps the name that the declaration which asked for it gave it; its `declaration_version`
    becomes that of the declaration used.

    tick: called before every step and every part of what is written.

    Raises:
        IopError: what is wrong with the declaration or the delivery. Nothing is written then: whoever
            called says whether the version has failed or is tried again.
    """
    found = version(engine, version_id)
    stored = dataset_by_id(engine, found.dataset_id)
    steps: tuple[StepCount, ...] = ()
    if found.status != "prepared":
        steps = _prepare(engine, drm, stored, found, tick)
        found = version(engine, version_id)
    return PreparedSummary(
        version_id=found.id,
        dataset=stored.declaration.name,
        data_version=found.data_version,
        drm_run_id=found.drm_run_id,
        rows_in=found.rows_in or 0,
        rows_out=found.rows_out or 0,
        rows_rejected=found.rows_rejected or 0,
        reject_reasons=_reject_reasons(engine, found.id),
        quality_score=found.quality_score,
        steps=steps,
    )


def _prepare(
    engine: sa.Engine,
    drm: SharedDatabase,
    stored: StoredDataset,
    found: StoredVersion,
    tick: Tick,
) -> tuple[StepCount, ...]:
    declaration = stored.declaration
    window = (found.window_start, found.window_end)
    raw = read_rows(drm.engine, declaration.source, found.drm_run_id)
    prepared = prepare(declaration, raw, window, references_of(drm.engine), tick)
    tick()
    quality = drm.latest_score(declaration.source, found.drm_run_id)
    if quality is not None:
        write(engine, record_quality, found.drm_run_id, quality.score, (found.dataset_id,))
    # The last of all writes: a version whose rows are there can no longer fail.
    write_version(engine, declaration, found.id, prepared, window, tick=tick)
    return prepared.steps


def _reject_reasons(engine: sa.Engine, version_id: int) -> dict[str, int]:
    with engine.connect() as connection:
        reasons = connection.scalar(
            sa.select(dataset_versions.c.reject_reasons).where(dataset_versions.c.id == version_id)
        )
    return reasons or {}
