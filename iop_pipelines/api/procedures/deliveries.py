"""Deliveries that were not prepared, as answers have them, and accepting one: datasets.accept."""

from datetime import datetime

from iop_pipelines.api.context import Context, witness_of
from iop_pipelines.api.procedures.shapes import Id, LocalMoment, Reasoned
from iop_pipelines.api.registry import Kind, Registry, Shape
from iop_pipelines.domain.languages import TRANSLATED, Language
from iop_pipelines.ledger import deliveries


class Unprepared(Shape):
    """A delivery that failed and waits: `isRefused` if too many of its rows are refused, which `datasets.accept` takes.

    The window is in the dataset's local time, half-open; `usablePct` is the share of its rows that could be used,
    0 to 100, null where preparing did not come so far. `translations` are the reason's.
    """

    version_id: int
    data_version: str
    dataset: str
    drm_run_id: int
    window_start: LocalMoment
    window_end: LocalMoment
    failed_at: datetime | None
    is_refused: bool
    rows_in: int | None
    usable_pct: float | None
    quality_score: float | None
    reason: str
    translations: dict[Language, Reasoned] | None


class OfVersion(Shape):
    version_id: Id


class Accepted(Shape):
    """`isNew`: false where it was accepted, or is prepared, already."""

    success: bool = True
    version_id: int
    dataset: str
    is_new: bool


def unprepared_of(found: deliveries.Unprepared) -> Unprepared:
    said = found.reason
    translations = (
        None if said is None else {each: Reasoned(reason=said.alone(each)) for each in TRANSLATED}
    )
    return Unprepared(
        version_id=found.id,
        data_version=found.data_version,
        dataset=found.dataset,
        drm_run_id=found.drm_run_id,
        window_start=found.window_start,
        window_end=found.window_end,
        failed_at=found.failed_at,
        is_refused=found.is_refused,
        rows_in=found.rows_in,
        usable_pct=found.usable_pct,
        quality_score=found.quality_score,
        reason=found.error_msg or "",
        translations=translations,
    )


def declare(registry: Registry) -> None:
    @registry.procedure(
        "datasets.accept",
        Kind.MUTATION,
        "Take a refused delivery all the same: what of it is usable.",
    )
    def accept(ctx: Context, given: OfVersion) -> Accepted:
        done = deliveries.accept(ctx.platform.engine, given.version_id, witness_of(ctx))
        return Accepted(version_id=done.id, dataset=done.dataset, is_new=done.is_new)
