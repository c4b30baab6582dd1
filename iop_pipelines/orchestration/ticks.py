"""What each sensor and schedule does in a tick: short SQL, rows first, then the runs that carry them.

Imported by the code location, so nothing heavy. A tick may time out after it wrote: all it writes is
safe to write again.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import dagster as dg

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.drm.source import QualityScore
from iop_pipelines.ledger.closing import close_as_failed
from iop_pipelines.ledger.cursors import SeenIds, read_cursor, write_cursor
from iop_pipelines.ledger.ended_runs import read_ended_runs
from iop_pipelines.ledger.requests import (
    held_executions,
    release,
    request_for_drm_run,
    requested_runs,
)
from iop_pipelines.ledger.restatements import mark_restated
from iop_pipelines.ledger.work import DELIVERY, EXECUTION, REPORT, VERSION, Batch, WorkKind, claim
from iop_pipelines.orchestration import traced
from iop_pipelines.orchestration.report_slots import request_slots, settle_waiting
from iop_pipelines.platform import Platform
from iop_pipelines.recommendations.quality import hold_back, recovered
from iop_pipelines.registry.models import StoredModel, model
from iop_pipelines.schema.transactions import write
from iop_pipelines.settings import Settings
from iop_pipelines.transform.versions import datasets_of_source, record_quality

log = logging.getLogger(__name__)

# Dagster gives a tick a minute; what a slow source leaves over is the next tick's.
TICK_S: Final = 20.0
# Between two ticks of a sensor: where it is the safety net of workers that look out, and where it is alone.
NET_S: Final = 30
ALONE_S: Final = 5
RUNS_A_TICK = 100
SCORES_A_TICK = 500
# Up to which held execution a tick without enough time has looked; 0 where all were looked at.
_HELD = "held"

Item = TypeVar("Item")


def sensor_interval_s(settings: Settings) -> int:
    """Of sensors that launch work: seldom where workers look out for it themselves."""
    has_lookouts = settings.broker_url is not None and settings.look_ms > 0
    return NET_S if has_lookouts else ALONE_S


def deadline() -> float:
    return time.monotonic() + TICK_S


def in_time(items: Iterable[Item], until: float) -> Iterator[Item]:
    """The items until then; the first in any case, so that a source however slow is got through."""
    for number, item in enumerate(items):
        if number and time.monotonic() > until:
            return
        yield item


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
        "deliver_items": "deliver",
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
        tags={
            "iop/pool": batch.pool,
            "iop/items": str(len(batch.ids)),
            **traced.launched(batch.kind.job, batch.asked, batch.run_key, len(batch.ids)),
        },
    )


@traced.tick("intake_deliveries")
def intake_deliveries(platform: Platform) -> Ticked:
    """Looks at the watched sources that are due, and launches the deliveries of what is whole."""
    from iop_pipelines.intake.delivering import tell_failures
    from iop_pipelines.intake.seen import is_due, look_at
    from iop_pipelines.intake.watched import watched_sources

    until = deadline()
    due = [each for each in watched_sources(platform.engine) if is_due(each, utc_now())]
    notes: list[str] = []
    for source in in_time(due, until):
        looked = look_at(platform.engine, source, utc_now())
        notes.append(
            f"{source.dataset}: {looked.problem or f'{looked.new} new, {looked.queued} queued'}"
        )
    if len(notes) < len(due):
        notes.append(f"{len(due) - len(notes)} sources are left to the next tick")
    tell_failures(platform, utc_now())
    note = "; ".join(notes) or "no watched source is due"
    return Ticked(launch(platform, DELIVERY), None, note)


@traced.tick("drm_pipeline_runs")
def drm_pipeline_runs(
    platform: Platform, instance: dg.DagsterInstance, cursor: str | None
) -> Ticked:
    """Turns DRM's ended runs into data versions and executions, and launches the preparing.

    DRM's runs end out of the order of their ids: the cursor holds the ids that were handled. One whose rows are
    requested is done with, whoever requested them.
    """
    until = deadline()
    ended = read_ended_runs(platform.drm, SeenIds.parse(cursor), RUNS_A_TICK)
    handled = sorted(requested_runs(platform.engine, [run.id for run in ended.runs]))
    left = [run for run in ended.runs if run.id not in handled]
    queued = held = 0
    for run in in_time(left, until):
        requested = request_for_drm_run(platform.engine, platform.drm, run, utc_now())
        queued += len(requested.queued)
        held += len(requested.held)
        handled.append(run.id)
    settled = settle_held(platform, instance, until)
    note = (
        f"{len(handled)} ended DRM runs: {queued} executions queued, {held} held for quality; "
        f"{settled}{_left_over(len(ended.runs) - len(handled), 'ended DRM runs')}"
    )
    return Ticked(launch(platform, VERSION), str(ended.after(handled)), note)


def _left_over(count: int, what: str) -> str:
    if not count:
        return ""
    told = f"DRM is slow: after {TICK_S:.0f} s {count} {what} are left to the next tick"
    # A tick that launches runs shows no note.
    log.warning(told)
    return f"; {told}"


@traced.tick("drm_quality_scores")
def drm_quality_scores(
    platform: Platform, instance: dg.DagsterInstance, cursor: str | None
) -> Ticked:
    """Lets held executions run, or holds them back with a recommendation, as DRM scores its data."""
    until = deadline()
    position = SeenIds.parse(cursor)
    scores = [
        score
        for score in platform.drm.scores_after(position.low, SCORES_A_TICK)
        if score.id not in position.seen
    ]
    handled: list[int] = []
    for score in in_time(scores, until):
        note_score(platform, score)
        handled.append(score.id)
    settled = settle_held(platform, instance, until)
    left = scores[len(handled) :]
    note = f"{len(handled)} quality scores: {settled}{_left_over(len(left), 'quality scores')}"
    next_cursor = str(position.after(handled, left[0].id if left else None))
    return Ticked(launch(platform, EXECUTION) if scores else [], next_cursor, note)


def note_score(platform: Platform, score: QualityScore) -> None:
    """Keeps a score with the data versions of its run, and resolves what an earlier one raised."""
    engine = platform.engine
    datasets = [stored.id for stored in datasets_of_source(engine, score.dataset)]
    write(engine, record_quality, score.run_id, score.score, datasets)
    recovered(engine, score.dataset, score, platform.drm.run(score.run_id))


def settle_held(platform: Platform, instance: dg.DagsterInstance, until: float) -> str:
    """Releases, closes or keeps what is held, by what DRM says now; returns it in words.

    Whatever order runs, scores and restatements were seen in, and wherever an earlier tick died or had no
    more time, this comes to the same. It begins where the last one had no more time: while DRM is slow and
    those in front wait for their scores, those behind them have their turn too.
    """
    engine = platform.engine
    scores: dict[tuple[str, int], QualityScore | None] = {}
    released = closed = looked_at = 0
    bad: dict[tuple[str, int], list[StoredModel]] = {}
    looked_until = int(read_cursor(engine, _HELD) or 0)
    held = sorted(held_executions(engine), key=lambda each: each.execution_id <= looked_until)
    for each in in_time(held, until):
        looked_at += 1
        if each.superseded_by is not None:
            reason = Sentence("execution.superseded", id=each.superseded_by)
            closed += close_as_failed(
                *(instance, engine, EXECUTION, each.execution_id, Phase.HELD),
                reason=reason,
                now=utc_now(),
                superseded_by=each.superseded_by,
            )
            continue
        asked = (each.source, each.drm_run_id)
        if asked not in scores:
            scores[asked] = platform.drm.latest_score(*asked)
        score = scores[asked]
        if score is None:
            continue
        stored = model(engine, each.model_id)
        if score.score >= (stored.spec.config.quality_threshold or 0):
            released += release(engine, [each.execution_id])
        else:
            bad.setdefault(asked, []).append(stored)
    next_from = held[looked_at - 1].execution_id if looked_at < len(held) else 0
    if next_from != looked_until:
        write_cursor(engine, _HELD, str(next_from))
    for (source, run_id), models in bad.items():
        score = scores[source, run_id]
        if score is not None:
            hold_back(engine, source, score, models, platform.drm.run(run_id))
    kept = sum(len(models) for models in bad.values())
    told = f"{released} released, {closed} superseded, {kept} held back"
    return f"{told}{_left_over(len(held) - looked_at, 'held executions')}"


def one_time_reports(platform: Platform) -> Ticked:
    return scheduled_reports(platform, "once")


def scheduled_reports(platform: Platform, cadence: str) -> Ticked:
    """Requests what the templates of that cadence have due since it was last asked, and launches it.

    Reports that wait for data are looked at in every tick, whichever cadence they are of.
    """
    with traced.tick(f"{cadence}_reports"):
        return _scheduled_reports(platform, cadence)


def _scheduled_reports(platform: Platform, cadence: str) -> Ticked:
    now = platform.now()
    made, said = request_slots(platform, cadence, now)
    issued, waiting = settle_waiting(platform, now)
    if issued or waiting:
        said.append(f"{issued} reports no longer wait for data, {waiting} do")
    if restated := mark_restated(platform.engine, utc_now()):
        said.append(f"{restated} reports show data that was delivered again")
    note = "; ".join([f"{made} {cadence} reports were due", *said])
    return Ticked(launch(platform, REPORT), None, note)
