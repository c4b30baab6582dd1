"""DRM's database answers, but slowly: a tick gives up in time, says so, and the next ones come to the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.drm.tables import drm_metadata
from iop_pipelines.ledger.cursors import SeenIds
from iop_pipelines.ledger.requests import held_executions
from iop_pipelines.orchestration import ticks
from iop_pipelines.schema.tables import model_executions

DELAYS, HEALTH = "departure-delay-anomaly", "pipeline-health"
# Dagster gives a tick a minute.
DAGSTER_S = 60.0
A_QUESTION_S = 3.0


@dataclass
class SlowClock:
    """Three seconds pass with each question to DRM, and none otherwise."""

    now_s: float = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def answer(self) -> None:
        self.now_s += A_QUESTION_S

    def on_statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # On a server the engine is IOP's too.
        if any(table in statement for table in drm_metadata.tables):
            self.answer()


@pytest.fixture
def slow(bench, monkeypatch: pytest.MonkeyPatch) -> SlowClock:
    clock = SlowClock()
    event.listen(bench.platform.drm_engine, "before_cursor_execute", clock.on_statement)
    monkeypatch.setattr(ticks, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


def _asked_for(bench) -> list[tuple]:
    query = sa.select(model_executions.c.trigger, model_executions.c.data_version)
    return sorted(tuple(row) for row in bench.rows(query))


def _all_ticks(bench, slow: SlowClock, tick: Callable[..., ticks.Ticked]) -> list[str]:
    """Notes of ticks until one has time for everything; none may come near Dagster's own bound."""
    cursor, notes = None, []
    for _ in range(200):
        began = slow.now_s
        ticked = tick(bench.platform, bench.instance, cursor)
        assert slow.now_s - began < DAGSTER_S * 0.75
        cursor = ticked.cursor
        notes.append(ticked.note)
        if "DRM is slow" not in ticked.note:
            return notes
    raise AssertionError(f"200 ticks did not come to an end: {notes[-1]}")


def test_runs_that_a_tick_has_no_time_for_are_the_next_ones(bench, slow, caplog) -> None:
    bench.keep_models(DELAYS, HEALTH)
    bench.ingest_until(date(2013, 2, 15))

    notes = _all_ticks(bench, slow, ticks.drm_pipeline_runs)

    assert len(notes) > 2
    assert "DRM is slow: after 20 s" in notes[0]
    assert "ended DRM runs are left to the next tick" in notes[0]
    # A tick that launches runs shows no note in Dagster's UI: the log has it too.
    assert "DRM is slow: after 20 s" in caplog.text
    slowly = _asked_for(bench)
    ticks.drm_pipeline_runs(bench.platform, bench.instance, None)
    assert _asked_for(bench) == slowly
    assert len(slowly) > 20


def test_scores_that_a_tick_has_no_time_for_still_hold_models_back(bench, slow) -> None:
    bench.keep_models(DELAYS, HEALTH)
    bench.ingest_until(date(2013, 2, 15))
    _all_ticks(bench, slow, ticks.drm_pipeline_runs)

    notes = _all_ticks(bench, slow, ticks.drm_quality_scores)

    assert "quality scores are left to the next tick" in notes[0]
    held = bench.rows(
        sa.select(model_executions.c.id).where(model_executions.c.phase == Phase.HELD)
    )
    assert held


def test_held_executions_have_their_turn_while_those_in_front_wait(
    bench, slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.keep_models(DELAYS, HEALTH)
    bench.ingest_until(date(2013, 2, 15))
    asked: set[int] = set()

    def without_score(_: Any, source: str, run_id: int) -> None:
        slow.answer()
        asked.add(run_id)

    monkeypatch.setattr(type(bench.platform.drm), "latest_score", without_score)
    cursor, note = None, ""
    for _ in range(100):
        if note.startswith("0 ended DRM runs"):
            break
        ticked = ticks.drm_pipeline_runs(bench.platform, bench.instance, cursor)
        cursor, note = ticked.cursor, ticked.note
    asked.clear()

    for _ in range(20):
        assert "held executions are left" in ticks.settle_held(
            bench.platform, bench.instance, ticks.deadline()
        )

    runs = {each.drm_run_id for each in held_executions(bench.platform.engine)}
    assert len(runs) > ticks.TICK_S / A_QUESTION_S
    assert runs <= asked


def test_a_tick_passes_no_run_that_it_had_no_time_for(bench, slow) -> None:
    bench.keep_models(HEALTH)
    bench.ingest_until(date(2013, 2, 10))

    ticked = ticks.drm_pipeline_runs(bench.platform, bench.instance, None)

    position = SeenIds.parse(ticked.cursor)
    ids = [run.id for run in bench.platform.drm.finished_runs(limit=1000)]
    left = position.unseen(ids)
    assert left
    assert f"{len(left)} ended DRM runs are left" in ticked.note
