"""Preparing one data version, from DRM's delivered rows to IOP's prepared ones; heavy, workers import this."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from iop_pipelines.drm.rows import read_rows
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.errors import Conflict, IopError
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import dataset_versions
from iop_pipelines.transform.prepare import StepCount, prepare
from iop_pipelines.transform.references import references_of
from iop_pipelines.transform.store import write_version
from iop_pipelines.transform.versions import StoredVersion, dataset_by_id, record_quality, version


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


def prepare_version(engine: sa.Engine, drm: SharedDatabase, version_id: int) -> PreparedSummary:
    """Prepares a version once; one that is prepared comes back as it is.

    Raises:
        IopError: what is wrong with the declaration or the delivery; the version is then `failed`, with
            the message. Preparing it again tries again.
    """
    found = version(engine, version_id)
    if found.status == "prepared":
        return _summary_of(engine, found)
    try:
        return _prepare(engine, drm, found)
    except IopError as error:
        if not error.retryable:
            _mark_failed(engine, version_id, str(error))
        raise


def _prepare(engine: sa.Engine, drm: SharedDatabase, found: StoredVersion) -> PreparedSummary:
    declaration = dataset_by_id(engine, found.dataset_id).declaration
    if declaration.version != found.declaration_version:
        raise Conflict(
            f"data version {found.data_version} of {declaration.name} was asked for by declaration "
            f"{found.declaration_version}; it is at {declaration.version} now"
        )
    window = (found.window_start, found.window_end)
    raw = read_rows(drm.engine, declaration.source, found.drm_run_id)
    prepared = prepare(declaration, raw, window, references_of(drm.engine))
    write_version(engine, declaration, found.id, prepared, window)
    quality = drm.latest_score(declaration.source, found.drm_run_id)
    if quality is not None:
        with begin_write(engine) as connection:
            record_quality(connection, found.drm_run_id, quality.score, (found.dataset_id,))
    return PreparedSummary(
        version_id=found.id,
        dataset=declaration.name,
        data_version=found.data_version,
        drm_run_id=found.drm_run_id,
        rows_in=prepared.rows_in,
        rows_out=prepared.rows_out,
        rows_rejected=len(prepared.rejects),
        reject_reasons=prepared.reject_reasons,
        quality_score=None if quality is None else quality.score,
        steps=prepared.steps,
    )


def _summary_of(engine: sa.Engine, found: StoredVersion) -> PreparedSummary:
    with engine.connect() as connection:
        reasons = connection.scalar(
            sa.select(dataset_versions.c.reject_reasons).where(dataset_versions.c.id == found.id)
        )
    return PreparedSummary(
        version_id=found.id,
        dataset=dataset_by_id(engine, found.dataset_id).declaration.name,
        data_version=found.data_version,
        drm_run_id=found.drm_run_id,
        rows_in=found.rows_in or 0,
        rows_out=found.rows_out or 0,
        rows_rejected=found.rows_rejected or 0,
        reject_reasons=reasons or {},
        quality_score=found.quality_score,
    )


def _mark_failed(engine: sa.Engine, version_id: int, message: str) -> None:
    with begin_write(engine) as connection:
        connection.execute(
            dataset_versions.update()
            .where(dataset_versions.c.id == version_id)
            .values(status="failed", error_msg=message[:16_000])
        )
