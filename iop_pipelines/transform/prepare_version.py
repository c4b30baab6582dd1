"""Preparing one data version, from DRM's delivered rows to IOP's prepared ones; heavy, workers import this."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick, nobody
from iop_pipelines.domain.refusal import is_too_much_refused
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.drm.rows import read_row_parts
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.errors import DeliveryRefused
from iop_pipelines.schema.tables import dataset_versions
from iop_pipelines.schema.transactions import write
from iop_pipelines.settings import Settings
from iop_pipelines.transform.prepare import Prepared, StepCount, prepare
from iop_pipelines.transform.references import references_of
from iop_pipelines.transform.store import note_refused, write_version
from iop_pipelines.transform.versions import (
    StoredDataset,
    StoredVersion,
    dataset_by_id,
    record_quality,
    version,
)

_TOLD_REASONS = 3


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
    usable_pct: float | None
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
            "usable_pct": self.usable_pct,
        }


def prepare_version(
    engine: sa.Engine,
    drm: SharedDatabase,
    version_id: int,
    tick: Tick = nobody,
    max_refused_percent: int = Settings.max_refused_percent,
) -> PreparedSummary:
    """Prepares a version by its dataset's current declaration; one that was prepared by it comes back as it is.

    The version keeps the name that the declaration which asked for it gave it; its `declaration_version`
    becomes that of the declaration used.

    tick: called before every step and every part of what is written.
    max_refused_percent: of a delivery of which more is refused, or all, nothing is prepared unless somebody
        accepted it.

    Raises:
        DeliveryRefused: its counts and rejected rows are kept.
        IopError: what is wrong with the declaration or the delivery. Nothing is written then: whoever
            called says whether the version has failed or is tried again.
    """
    found = version(engine, version_id)
    stored = dataset_by_id(engine, found.dataset_id)
    steps: tuple[StepCount, ...] = ()
    is_current = found.declaration_version == stored.declaration.version
    if found.status != "prepared" or not is_current:
        steps = _prepare(engine, drm, stored, found, tick, most=max_refused_percent)
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
        usable_pct=found.usable_pct,
        steps=steps,
    )


def _prepare(
    engine: sa.Engine,
    drm: SharedDatabase,
    stored: StoredDataset,
    found: StoredVersion,
    tick: Tick,
    *,
    most: int,
) -> tuple[StepCount, ...]:
    declaration = stored.declaration
    window = (found.window_start, found.window_end)
    raw = read_row_parts(drm.engine, declaration.source, found.drm_run_id)
    prepared = prepare(declaration, raw, window, references_of(drm.engine), tick)
    tick()
    quality = drm.latest_score(declaration.source, found.drm_run_id)
    if quality is not None:
        write(engine, record_quality, found.drm_run_id, quality.score, (found.dataset_id,))
    refused = refusal_of(prepared, most)
    if refused is not None and found.accepted_at is None:
        note_refused(engine, found.id, prepared, tick=tick)
        raise DeliveryRefused(refused)
    # The last of all writes: a version whose rows are there can no longer fail.
    write_version(engine, declaration, found.id, prepared, window, tick=tick)
    return prepared.steps


def refusal_of(prepared: Prepared, most: int) -> Sentence | None:
    """Why nothing of a delivery is prepared; None where at most `most` percent of it are refused."""
    share = prepared.usable_share
    if not is_too_much_refused(share, most):
        return None
    gravest = sorted(prepared.reasons.items(), key=lambda each: -each[1])[:_TOLD_REASONS]
    reasons = [Sentence("delivery.reason", said=said, count=count) for said, count in gravest]
    if share == 0:
        return Sentence("delivery.nothing_left", delivered=prepared.rows_in, reasons=reasons)
    return Sentence(
        "delivery.refused",
        refused=prepared.rows_refused,
        delivered=prepared.rows_in,
        most=most,
        reasons=reasons,
    )


def _reject_reasons(engine: sa.Engine, version_id: int) -> dict[str, int]:
    with engine.connect() as connection:
        reasons = connection.scalar(
            sa.select(dataset_versions.c.reject_reasons).where(dataset_versions.c.id == version_id)
        )
    return reasons or {}
