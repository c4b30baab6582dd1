"""Replays DRM against a running instance and knows when IOP has caught up with it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.drm.clock import release_clock
from iop_pipelines.drm.standin import Replay
from iop_pipelines.drm.tables import TERMINAL, pipeline_runs
from iop_pipelines.errors import Unavailable
from iop_pipelines.ledger.work import unfinished
from iop_pipelines.orchestration.report_slots import slots_due
from iop_pipelines.platform import Platform
from iop_pipelines.registry.templates import scheduled_templates
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    generated_reports,
    model_executions,
)
from iop_pipelines.transform.versions import PIPELINE_RUNS

POLL_S = 1.0
BATCH_TIMEOUT_S = 600


@dataclass(frozen=True)
class Backlog:
    """What IOP has still to do for what DRM has delivered; all zero means it has caught up."""

    runs_unseen: int
    unfinished: int
    releasable: int

    @property
    def is_empty(self) -> bool:
        return not (self.runs_unseen or self.unfinished or self.releasable)


def backlog(platform: Platform) -> Backlog:
    with platform.drm_engine.connect() as connection:
        ended = connection.scalar(
            sa.select(sa.func.count()).where(pipeline_runs.c.status.in_(TERMINAL))
        )
    with platform.engine.connect() as connection:
        seen = connection.scalar(
            sa.select(sa.func.count())
            .select_from(dataset_versions)
            .join(datasets, datasets.c.id == dataset_versions.c.dataset_id)
            .where(datasets.c.name == PIPELINE_RUNS)
        )
        open_work = sum(unfinished(connection).values())
        held = connection.execute(
            sa.select(
                datasets.c.source,
                dataset_versions.c.drm_run_id,
                analytical_models.c.config,
            )
            .select_from(model_executions)
            .join(analytical_models, analytical_models.c.id == model_executions.c.model_id)
            .join(dataset_versions, dataset_versions.c.id == model_executions.c.dataset_version_id)
            .join(datasets, datasets.c.id == dataset_versions.c.dataset_id)
            .where(model_executions.c.phase == Phase.HELD)
        ).all()
    releasable = 0
    for row in held:
        score = platform.drm.latest_score(row.source, row.drm_run_id)
        threshold = row.config.get("quality_threshold") or 0
        releasable += score is not None and score.score >= threshold
    return Backlog((ended or 0) - (seen or 0), open_work, releasable)


def reports_due(platform: Platform) -> int:
    """Slots of active templates that have come by the business clock and have no report yet."""
    now = platform.now()
    with platform.engine.connect() as connection:
        rows = connection.execute(
            sa.select(generated_reports.c.template_id, generated_reports.c.slot)
        )
        made = {(row.template_id, row.slot) for row in rows}
    zone = platform.settings.time_zone
    return sum(
        (template.id, slot) not in made
        for template in scheduled_templates(platform.engine)
        for slot in slots_due(template, None, zone, None, now)
    )


def wait_for(
    condition: Callable[[], bool], watch: Callable[[], None], timeout_s: float, what: str
) -> None:
    """Polls until `condition`; `watch` raises if the instance has died. Raises Unavailable at the time-out."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        watch()
        if time.monotonic() > deadline:
            raise Unavailable("demo.not_ended", what=what, timeout_s=timeout_s)
        time.sleep(POLL_S)


def catch_up(platform: Platform, watch: Callable[[], None]) -> None:
    """Waits until IOP has nothing left to do for what DRM has delivered."""
    wait_for(
        lambda: backlog(platform).is_empty, watch, BATCH_TIMEOUT_S, "the work of this batch of days"
    )


def replay_days(platform: Platform, replay: Replay, days: int, watch: Callable[[], None]) -> None:
    """Ingests the next days and lets the business clock follow once IOP has caught up with them."""
    replay.ingest_next_days(days)
    catch_up(platform, watch)
    release_clock(platform.drm_engine)
