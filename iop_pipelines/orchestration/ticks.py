"""What each sensor and schedule does in a tick: short SQL, rows first, then the runs that carry them.

Imported by the code location, so nothing heavy. A tick may time out after it wrote: all it writes is
safe to write again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import dagster as dg

from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.drm.source import QualityScore
from iop_pipelines.errors import IopError
from iop_pipelines.ledger.cursors import SeenIds, read_cursor, write_cursor
from iop_pipelines.ledger.events import utc_now
from iop_pipelines.ledger.reconcile import close_as_failed
from iop_pipelines.ledger.requests import (
    held_executions,
    release,
    request_for_drm_run,
    request_report,
)
from iop_pipelines.ledger.work import EXECUTION, REPORT, VERSION, Batch, WorkKind, claim
from iop_pipelines.orchestration.resources import Platform
from iop_pipelines.recommendations.engine import hold_back, recovered
from iop_pipelines.registry.models import StoredModel, model
from iop_pipelines.registry.templates import StoredTemplate, scheduled_templates
from iop_pipelines.reporting.schedule import due_slots, parse_schedule
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.transform.versions import datasets_of_source, record_quality

RUNS_A_TICK = 100
SCORES_A_TICK = 500
# A template's slots older than this are not made up after a long stop; the newest always is.
CATCH_UP = timedelta(days=31)


@dataclass(frozen=True)
class Ticked:
    """`cursor` is for Dagster to keep; `note` says in the UI what a tick without runs did."""

    requests: list[dg.RunRequest]
    cursor: str | None = None
    note: str = ""

    def result(self) -> dg.SensorResult:
        if self.requests:
            return dg.SensorResult(run_requests=self.requests, cursor=self.cursor)
        return dg.SensorResult(skip_reason=self.note, cursor=self.cursor)


def launch(platform: Platform, kind: WorkKind) -> list[dg.RunRequest]:
    """One run for each batch that may run now."""
    return [_run_request(batch) for batch in claim(platform.engine, kind, utc_now())]


def _run_request(batch: Batch) -> dg.RunRequest:
    op = {
        "prepare_datasets": "prepare",
        "execute_models": "execute",
        "generate_reports": "generate",
    }
    config = {"ids": list(batch.ids), "run_key": batch.run_key}
    return dg.RunRequest(
        run_key=batch.run_key,
        job_name=batch.kind.job,
        run_config={
            "ops": {op[batch.kind.job]: {"config": config}},
            # A worker's own log has its warnings; every event is in Dagster's log.
            "loggers": {"console": {"config": {"log_level": "WARNING"}}},
        },
        tags={"iop/pool": batch.pool, "iop/items": str(len(batch.ids))},
    )


def drm_pipeline_runs(
    platform: Platform, instance: dg.DagsterInstance, cursor: str | None
) -> Ticked:
    """Turns DRM's ended runs into data versions and executions, and launches the preparing.

    DRM's runs end out of the order of their ids: the cursor holds the ids that were handled.
    """
    position = SeenIds.parse(cursor)
    # Read first: a run that ends between the two reads stays above the cursor.
    still_running = platform.drm.lowest_running(position.low)
    runs = platform.drm.finished_runs(position.low, position.seen, RUNS_A_TICK)
    queued = held = 0
    for run in runs:
        requested = request_for_drm_run(platform.engine, platform.drm, run, utc_now())
        queued += len(requested.queued)
        held += len(requested.held)
    settled = settle_held(platform, instance)
    note = f"{len(runs)} ended DRM runs: {queued} executions queued, {held} held for quality; {settled}"
    next_cursor = str(position.after([run.id for run in runs], still_running))
    return Ticked(launch(platform, VERSION), next_cursor, note)


def drm_quality_scores(
    platform: Platform, instance: dg.DagsterInstance, cursor: str | None
) -> Ticked:
    """Lets held executions run, or holds them back with a recommendation, as DRM scores its data."""
    position = SeenIds.parse(cursor)
    scores = [
        score
        for score in platform.drm.scores_after(position.low, SCORES_A_TICK)
        if score.id not in position.seen
    ]
    for score in scores:
        note_score(platform, score)
    settled = settle_held(platform, instance)
    note = f"{len(scores)} quality scores: {settled}"
    next_cursor = str(position.after([score.id for score in scores]))
    return Ticked(launch(platform, EXECUTION) if scores else [], next_cursor, note)


def note_score(platform: Platform, score: QualityScore) -> None:
    """Keeps a score with the data versions of its run, and resolves what an earlier one raised."""
    engine = platform.engine
    datasets = [stored.id for stored in datasets_of_source(engine, score.dataset)]
    with begin_write(engine) as connection:
        record_quality(connection, score.run_id, score.score, datasets)
    recovered(engine, score.dataset, score, platform.drm.run(score.run_id))


def settle_held(platform: Platform, instance: dg.DagsterInstance) -> str:
    """Releases, closes or keeps everything that is held, by what DRM says now; returns it in words.

    Whatever order runs, scores and restatements were seen in, and wherever an earlier tick died,
    this comes to the same.
    """
    engine = platform.engine
    released = closed = 0
    bad: dict[tuple[str, int], list[StoredModel]] = {}
    for each in held_executions(engine):
        if each.superseded_by is not None:
            reason = (
                f"held for its data quality until DRM run {each.superseded_by} "
                "delivered the window again"
            )
            closed += close_as_failed(
                instance, engine, EXECUTION, each.execution_id, Phase.HELD, reason, utc_now()
            )
            continue
        score = platform.drm.latest_score(each.source, each.drm_run_id)
        if score is None:
            continue
        stored = model(engine, each.model_id)
        if score.score >= (stored.spec.config.quality_threshold or 0):
            released += release(engine, [each.execution_id])
        else:
            bad.setdefault((each.source, each.drm_run_id), []).append(stored)
    for (source, run_id), models in bad.items():
        score = platform.drm.latest_score(source, run_id)
        if score is not None:
            hold_back(engine, source, score, models, platform.drm.run(run_id))
    kept = sum(len(models) for models in bad.values())
    return f"{released} released, {closed} superseded, {kept} held back"


def one_time_reports(platform: Platform) -> Ticked:
    return scheduled_reports(platform, "once")


def scheduled_reports(platform: Platform, cadence: str) -> Ticked:
    """Requests what the templates of that cadence have due since it was last asked, and launches it."""
    made, problems = _request_slots(platform, cadence, platform.now())
    note = "; ".join([f"{made} {cadence} reports were due", *problems])
    return Ticked(launch(platform, REPORT), None, note)


def _request_slots(platform: Platform, cadence: str, now: datetime) -> tuple[int, list[str]]:
    """One row a due slot; asked again for the same time, the unique slot makes it the same row.

    Returns how many, and the problems: a template that cannot be asked for stops no other.
    """
    name = f"slots/{cadence}"
    text = read_cursor(platform.engine, name)
    since = datetime.fromisoformat(text) if text else None
    made, problems = 0, []
    for template in scheduled_templates(platform.engine):
        try:
            for slot in slots_due(template, cadence, platform.settings.time_zone, since, now):
                request_report(platform.engine, template.id, utc_now(), f"schedule:{cadence}", slot)
                made += 1
        except IopError as error:
            problems.append(f"template {template.name!r}: {error}")
    write_cursor(platform.engine, name, now.isoformat())
    return made, problems


def slots_due(
    template: StoredTemplate,
    cadence: str | None,
    time_zone: str,
    since: datetime | None,
    now: datetime,
) -> list[datetime]:
    """Slots of a template that came after `since`, to `now`; of any cadence for None.

    After a stop longer than CATCH_UP the older ones are not made up, but the newest always is.
    """
    schedule = parse_schedule(template.schedule or "", time_zone)
    if cadence is not None and schedule.cadence != cadence:
        return []
    begin = max(moment for moment in (template.schedule_since, since, datetime.min) if moment)
    recent = due_slots(schedule, max(begin, now - CATCH_UP), now)
    return recent or due_slots(schedule, begin, now)[-1:]
