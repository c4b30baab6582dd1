"""What each sensor and schedule does in a tick: short SQL, rows first, then the runs that carry them.

Imported by the code location, so nothing heavy. A tick may time out after it wrote: all it writes is
safe to write again.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import dagster as dg
import sqlalchemy as sa

from iop_pipelines.domain.vocabulary import TemplateStatus
from iop_pipelines.drm.source import QualityScore
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
from iop_pipelines.registry.models import model
from iop_pipelines.registry.templates import StoredTemplate, list_templates
from iop_pipelines.reporting.schedule import due_slots, parse_schedule
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import cursors
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

    The cursor is {low, seen}: every run up to `low` is handled, and those in `seen` above it, since
    DRM's runs end out of the order of their ids.
    """
    position = json.loads(cursor) if cursor else {"low": 0, "seen": []}
    runs = platform.drm.finished_runs(position["low"], position["seen"], RUNS_A_TICK)
    queued = held = 0
    for run in runs:
        requested = request_for_drm_run(platform.engine, platform.drm, run, utc_now())
        for execution_id in requested.superseded:
            reason = f"held for its data quality until DRM run {run.id} delivered the window again"
            close_as_failed(instance, platform.engine, EXECUTION, execution_id, reason, utc_now())
        if requested.held:
            # The score may have come, and been handled, before there was anything to hold.
            score = platform.drm.latest_score(run.dataset, run.id)
            if score is not None:
                _judge(platform, score)
        queued += len(requested.queued)
        held += len(requested.held)
    next_cursor = _advance(platform, position, [run.id for run in runs])
    note = f"{len(runs)} ended DRM runs: {queued} executions queued, {held} held for quality"
    return Ticked(launch(platform, VERSION), next_cursor, note)


def _advance(platform: Platform, position: dict, handled: Sequence[int]) -> str:
    seen = sorted({*position["seen"], *handled})
    running = platform.drm.lowest_running(position["low"])
    low = max(
        [position["low"], *(run_id for run_id in seen if running is None or run_id < running)]
    )
    return json.dumps({"low": low, "seen": [run_id for run_id in seen if run_id > low]})


def drm_quality_scores(platform: Platform, cursor: str | None) -> Ticked:
    """Lets held executions run, or holds them back with a recommendation, as DRM scores its data."""
    scores = platform.drm.scores_after(int(cursor or 0), SCORES_A_TICK)
    released = kept = 0
    for score in scores:
        freed, held = _judge(platform, score)
        released += freed
        kept += held
    last = str(scores[-1].id) if scores else cursor
    note = f"{len(scores)} quality scores: {released} executions released, {kept} held back"
    return Ticked(launch(platform, EXECUTION) if released else [], last, note)


def _judge(platform: Platform, score: QualityScore) -> tuple[int, int]:
    engine = platform.engine
    datasets = [stored.id for stored in datasets_of_source(engine, score.dataset)]
    with begin_write(engine) as connection:
        record_quality(connection, score.run_id, score.score, datasets)
    waiting = [
        (row.id, model(engine, row.model_id))
        for row in held_executions(engine, score.dataset, score.run_id)
    ]
    good = [i for i, each in waiting if score.score >= (each.spec.config.quality_threshold or 0)]
    bad = [each for i, each in waiting if i not in good]
    if good:
        release(engine, good)
    run = platform.drm.run(score.run_id)
    if bad:
        hold_back(engine, score.dataset, score, bad, run)
    else:
        recovered(engine, score.dataset, score, run)
    return len(good), len(bad)


def one_time_reports(platform: Platform) -> Ticked:
    made = _request_slots(platform, "once", platform.now())
    return Ticked(launch(platform, REPORT), None, f"{made} one-time reports were due")


def scheduled_reports(platform: Platform, cadence: str) -> Ticked:
    """Requests what the templates of that cadence have due since it was last asked, and launches it."""
    made = _request_slots(platform, cadence, platform.now())
    return Ticked(launch(platform, REPORT), None, f"{made} {cadence} reports were due")


def _request_slots(platform: Platform, cadence: str, now: datetime) -> int:
    """One row a due slot; asked again for the same time, the unique slot makes it the same row."""
    name = f"slots/{cadence}"
    since = _read_cursor(platform.engine, name)
    made = 0
    for template in list_templates(platform.engine):
        if template.status == TemplateStatus.ACTIVE and template.schedule:
            for slot in _due(platform, template, cadence, since, now):
                request_report(platform.engine, template.id, utc_now(), f"schedule:{cadence}", slot)
                made += 1
    _write_cursor(platform.engine, name, now)
    return made


def _due(
    platform: Platform,
    template: StoredTemplate,
    cadence: str,
    since: datetime | None,
    now: datetime,
) -> Iterator[datetime]:
    schedule = parse_schedule(template.schedule or "", platform.settings.time_zone)
    if schedule.cadence != cadence:
        return
    begin = max(moment for moment in (template.schedule_since, since, now - CATCH_UP) if moment)
    yield from due_slots(schedule, begin, now)


def _read_cursor(engine: sa.Engine, name: str) -> datetime | None:
    with engine.connect() as connection:
        text = connection.scalar(sa.select(cursors.c.value).where(cursors.c.name == name))
    return datetime.fromisoformat(text) if text else None


def _write_cursor(engine: sa.Engine, name: str, moment: datetime) -> None:
    with begin_write(engine) as connection:
        changed = connection.execute(
            cursors.update().where(cursors.c.name == name).values(value=moment.isoformat())
        )
        if changed.rowcount == 0:
            connection.execute(cursors.insert().values(name=name, value=moment.isoformat()))
