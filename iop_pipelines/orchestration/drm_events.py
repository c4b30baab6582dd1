"""What DRM's events set going. An event says where to look; what is true is in the database that DRM shares.

So an event leads to what polling would have led to, and to nothing else: ended runs are taken in the order
of their ids, and one whose rows are requested is done with, whoever requested them. Light, since the code location
imports it.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import dagster as dg

from iop_pipelines.domain.moments import utc_now, wall_clock
from iop_pipelines.drm.source import DrmRun
from iop_pipelines.errors import IopError, NotFound
from iop_pipelines.events import inbox
from iop_pipelines.events.inbox import Waiting
from iop_pipelines.events.words import EventType
from iop_pipelines.ledger.cursors import SeenIds
from iop_pipelines.ledger.ended_runs import read_ended_runs
from iop_pipelines.ledger.requests import request_for_drm_run, requested_runs
from iop_pipelines.ledger.work import VERSION
from iop_pipelines.orchestration import traced
from iop_pipelines.orchestration.ticks import (
    Ticked,
    deadline,
    launch,
    note_score,
    settle_held,
)
from iop_pipelines.platform import Platform

EVENTS_A_PAGE: Final = 500
RUNS_A_PAGE: Final = 200


@dataclass
class Tally:
    """How a tick's events went, and why runs could not be requested; what it has no time for is left alone."""

    deadline: float
    done: int = 0
    put_off: int = 0
    failed: int = 0
    runs: int = 0
    has_scores: bool = False
    problems: dict[int, str] = field(default_factory=dict)

    @property
    def is_late(self) -> bool:
        return time.monotonic() > self.deadline

    def note(self) -> str:
        return (
            f"{self.done} events done, {self.put_off} looked at again later, {self.failed} failed; "
            f"{self.runs} DRM runs requested"
        )


@traced.tick("drm_events")
def drm_events(platform: Platform, instance: dg.DagsterInstance, cursor: str | None) -> Ticked:
    """Drains the inbox; the cursor is a position in DRM's runs, as polling has its own."""
    position = SeenIds.parse(cursor)
    tally = Tally(deadline=deadline())
    while not tally.is_late:
        events = inbox.due(platform.engine, wall_clock(), EVENTS_A_PAGE)
        if not events:
            break
        position = _request_ended_runs(platform, position, _newest_run(events), tally)
        _settle(platform, events, tally)
    if not (tally.done or tally.put_off or tally.failed or tally.runs):
        return Ticked([], str(position), "no event of DRM waits")
    settled = "nothing held"
    if tally.runs or tally.has_scores:
        settled = settle_held(platform, instance, tally.deadline)
    return Ticked(launch(platform, VERSION), str(position), f"{tally.note()}; {settled}")


def _newest_run(events: Sequence[Waiting]) -> int:
    return max(int(event.content["run_id"]) for event in events)


def _request_ended_runs(
    platform: Platform, position: SeenIds, newest: int, tally: Tally
) -> SeenIds:
    """Rows for all ended runs that have none up to `newest`: an event may overtake that of an earlier run."""
    while not tally.is_late:
        ended = read_ended_runs(
            platform.drm, position, RUNS_A_PAGE, up_to=newest, put_off=tuple(tally.problems)
        )
        if not ended.runs:
            break
        known = requested_runs(platform.engine, [run.id for run in ended.runs])
        handled = [
            run.id
            for run in ended.runs
            if run.id in known or (not tally.is_late and _request(platform, run, tally))
        ]
        position = ended.after(handled)
    return position


def _request(platform: Platform, run: DrmRun, tally: Tally) -> bool:
    """One run that cannot be requested holds up no other; its events say why."""
    try:
        request_for_drm_run(platform.engine, platform.drm, run, utc_now())
    except IopError as error:
        tally.problems[run.id] = str(error)
        return False
    tally.runs += 1
    return True


def _settle(platform: Platform, events: Sequence[Waiting], tally: Tally) -> None:
    run_ids = sorted({int(event.content["run_id"]) for event in events})
    known = requested_runs(platform.engine, run_ids)
    waiting: dict[Waiting, str] = {}
    reasons = {
        run_id: _why_not(platform, run_id, tally)
        for run_id in run_ids
        if run_id not in known and not tally.is_late
    }
    known |= {run_id for run_id, reason in reasons.items() if reason is None}
    unscored = _note_scores(platform, events, known)
    done: list[Waiting] = []
    for event in events:
        run_id = int(event.content["run_id"])
        reason = unscored.get(event) or reasons.get(run_id)
        if reason is not None:
            waiting[event] = reason
        elif run_id in known:
            done.append(event)
    now = wall_clock()
    inbox.finish(platform.engine, done, now)
    failed = inbox.look_again(platform.engine, waiting, now)
    tally.done += len(done)
    tally.failed += failed
    tally.put_off += len(waiting) - failed
    tally.has_scores |= any(event.event_type is EventType.QUALITY_SCORED for event in done)


def _why_not(platform: Platform, run_id: int, tally: Tally) -> str | None:
    """Why a run has no rows; None if it has them now."""
    if run_id not in tally.problems:
        try:
            run = platform.drm.run(run_id)
        except NotFound:
            return f"DRM shows no pipeline run {run_id}"
        if run.finished_at is None:
            return f"DRM shows pipeline run {run_id} as {run.status.value}"
        if _request(platform, run, tally):
            return None
    return f"DRM run {run_id} cannot be requested: {tally.problems[run_id]}"


def _note_scores(
    platform: Platform, events: Sequence[Waiting], known: set[int]
) -> Mapping[Waiting, str]:
    """Notes the newest score of each run that an event names; returns the events whose score is not there."""
    unscored: dict[Waiting, str] = {}
    newest: dict[tuple[str, int], int] = {}
    for event in events:
        if event.event_type is not EventType.QUALITY_SCORED or event.content["run_id"] not in known:
            continue
        dataset, run_id = str(event.content["dataset"]), int(event.content["run_id"])
        if (dataset, run_id) not in newest:
            score = platform.drm.latest_score(dataset, run_id)
            newest[dataset, run_id] = score.id if score is not None else 0
            if score is not None:
                note_score(platform, score)
        if newest[dataset, run_id] < int(event.content.get("score_id", 1)):
            unscored[event] = f"DRM shows no such score of {dataset} in pipeline run {run_id}"
    return unscored
