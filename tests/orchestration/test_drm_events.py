"""What DRM's events set going: the same executions as polling, once, in whatever order they come."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from iop_pipelines.drm.tables import RunStatus, pipeline_runs, quality_scores
from iop_pipelines.events import inbox
from iop_pipelines.events.contract import check, read_event
from iop_pipelines.events.words import EventType
from iop_pipelines.orchestration import drm_events as subject
from iop_pipelines.orchestration import ticks
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    analytical_models,
    event_inbox,
    event_outbox,
    model_executions,
)

DELAYS, HEALTH = "departure-delay-anomaly", "pipeline-health"


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _event(event_type: str, event_id: str, run_id: int, **own: object) -> inbox.Arrived:
    content = {
        "event_id": event_id,
        "event_type": event_type,
        "timestamp": "2013-03-01T00:00:00Z",
        "source_id": "drm/dataset/flights_daily",
        "dataset": "flights_daily",
        "pipeline": "ingest_flights_daily",
        "status": "success",
        "run_id": run_id,
        "score": 100,
        **own,
    }
    event = read_event(json.dumps(content).encode())
    return inbox.Arrived(
        event.event_id, event.event_type, event.source_id, event.timestamp, event.payload
    )


def _runs(bench) -> list[sa.Row]:
    with bench.platform.drm_engine.connect() as connection:
        query = sa.select(pipeline_runs).where(pipeline_runs.c.status != RunStatus.RUNNING)
        return list(connection.execute(query.order_by(pipeline_runs.c.id)))


def _triggers(bench) -> list[tuple]:
    """Who was asked to execute what, and for which run: the same rows in the same order of data."""
    query = (
        sa.select(
            analytical_models.c.name, model_executions.c.trigger, model_executions.c.data_version
        )
        .join(analytical_models, analytical_models.c.id == model_executions.c.model_id)
        .order_by(model_executions.c.dataset_version_id, model_executions.c.model_id)
    )
    return [tuple(row) for row in bench.rows(query)]


def _states(bench) -> dict[str, str]:
    return {row.event_id: row.status for row in bench.rows(sa.select(event_inbox))}


def _tick(bench, cursor: str | None = None) -> str | None:
    return subject.drm_events(bench.platform, bench.instance, cursor).cursor


def test_events_out_of_order_and_twice_lead_to_what_polling_leads_to(bench) -> None:
    bench.keep_models(DELAYS, HEALTH)
    bench.ingest_until(date(2013, 2, 15))
    runs = _runs(bench)
    for number, run in enumerate(reversed(runs)):
        # A restated day, one ingested twice, a failed run and bad scores are among them.
        twice = [f"e{number}", f"again{number}"]
        inbox.receive(
            bench.platform.engine,
            [_event("pipeline.run.completed", each, run.id) for each in twice],
            _now(),
        )
    cursor = _tick(bench)
    by_events = _triggers(bench)
    assert set(_states(bench).values()) == {"done"}
    assert len(by_events) == len(set(by_events)) > 10

    bench.tick()
    inbox.receive(bench.platform.engine, [_event("data.ingested", "late", runs[3].id)], _now())
    _tick(bench, cursor)

    assert _triggers(bench) == by_events


def test_polling_alone_asks_for_the_same_executions(bench) -> None:
    bench.keep_models(DELAYS, HEALTH)
    bench.ingest_until(date(2013, 2, 8))
    inbox.receive(
        bench.platform.engine,
        [_event("pipeline.run.completed", "newest", _runs(bench)[-1].id)],
        _now(),
    )
    _tick(bench)
    by_events = _triggers(bench)
    with begin_write(bench.platform.engine) as connection:
        for table in ("model_executions", "dataset_versions"):
            connection.execute(sa.text(f"DELETE FROM {table}"))
    ticks.drm_pipeline_runs(bench.platform, bench.instance, None)
    assert _triggers(bench) == by_events


def test_an_event_before_its_row_is_looked_at_again_and_then_done(bench, monkeypatch) -> None:
    bench.keep_models(HEALTH)
    coming = max(run.id for run in _runs(bench)) + 2
    inbox.receive(bench.platform.engine, [_event("data.ingested", "early", coming)], _now())
    cursor = _tick(bench)
    assert _states(bench) == {"early": "waiting"}
    (row,) = bench.rows(sa.select(event_inbox))
    assert row.reason == f"DRM shows no pipeline run {coming}"
    assert row.due_at > row.received_at

    bench.ingest_until(date(2013, 2, 2))
    monkeypatch.setattr(subject, "wall_clock", lambda: _now() + inbox.FIRST_PAUSE)
    _tick(bench, cursor)
    assert _states(bench) == {"early": "done"}


def test_an_event_of_a_run_that_never_comes_fails_with_its_reason(bench, monkeypatch) -> None:
    bench.keep_models(HEALTH)
    inbox.receive(bench.platform.engine, [_event("data.ingested", "lost", 4711)], _now())
    monkeypatch.setattr(subject, "wall_clock", lambda: _now() + inbox.PATIENCE)
    _tick(bench)
    (row,) = bench.rows(sa.select(event_inbox))
    assert row.status == "failed"
    assert row.reason == "DRM shows no pipeline run 4711, 0:15:00 after the event"
    assert inbox.counts(bench.platform.engine) == {"waiting": 0, "failed": 1, "refused": 0}

    assert inbox.retry_failed(bench.platform.engine, _now()) == 1
    assert _states(bench) == {"lost": "waiting"}


def test_a_score_that_is_announced_lets_held_models_run(bench) -> None:
    bench.keep_models(DELAYS)
    bench.ingest_until(date(2013, 2, 1))
    run = next(run for run in reversed(_runs(bench)) if run.dataset == "flights_daily")
    with begin_write(bench.platform.drm_engine) as connection:
        scored = connection.execute(
            sa.select(quality_scores).where(quality_scores.c.run_id == run.id)
        ).one()
        connection.execute(quality_scores.delete().where(quality_scores.c.id == scored.id))
    inbox.receive(
        bench.platform.engine,
        [
            _event("quality.scored", "score", run.id, score_id=scored.id),
            _event("pipeline.run.completed", "run", run.id),
        ],
        _now(),
    )
    cursor = _tick(bench)
    assert _states(bench) == {"score": "waiting", "run": "done"}
    held = sa.select(model_executions).where(
        model_executions.c.phase == "held", model_executions.c.trigger == f"drm_run:{run.id}"
    )
    assert len(bench.rows(held)) == 1

    with begin_write(bench.platform.drm_engine) as connection:
        connection.execute(quality_scores.insert().values(**scored._mapping))
        moved = event_inbox.update().values(due_at=_now() - timedelta(seconds=1))
    with begin_write(bench.platform.engine) as connection:
        connection.execute(moved.where(event_inbox.c.status == "waiting"))
    _tick(bench, cursor)
    assert _states(bench) == {"score": "done", "run": "done"}
    assert bench.rows(held) == []


def test_a_burst_of_ten_thousand_events_is_drained_by_a_tick_or_two(bench) -> None:
    bench.keep_models(HEALTH)
    bench.ingest_until(date(2013, 2, 3))
    runs = _runs(bench)
    inbox.receive(
        bench.platform.engine,
        [
            _event("pipeline.run.completed", f"e{number}", runs[number % len(runs)].id)
            for number in range(2_000)
        ],
        _now(),
    )
    with begin_write(bench.platform.engine) as connection:
        names = ("event_type", "source_id", "occurred_at", "received_at", "payload", "due_at")
        columns = [event_inbox.c[name] for name in names]
        for part in range(1, 5):
            copies = sa.select(event_inbox.c.event_id.concat(f"-{part}"), *columns).where(
                event_inbox.c.event_id.not_like("%-%")
            )
            connection.execute(event_inbox.insert().from_select(["event_id", *names], copies))
    assert inbox.counts(bench.platform.engine)["waiting"] == 10_000
    cursor = None
    for _ in range(20):
        cursor = _tick(bench, cursor)
        if not inbox.counts(bench.platform.engine)["waiting"]:
            break
    assert inbox.counts(bench.platform.engine)["waiting"] == 0
    assert len(_triggers(bench)) == len(set(_triggers(bench))) == len(runs)


def test_every_end_and_every_change_is_told_in_the_form_of_the_contract(bench) -> None:
    bench.keep_models(DELAYS, HEALTH)
    bench.ingest_until(date(2013, 2, 10))
    bench.tick()

    told = [json.loads(row.payload) for row in bench.rows(sa.select(event_outbox))]
    for content in told:
        check(content)
    executed = [c for c in told if c["event_type"] == EventType.MODEL_EXECUTED]
    ended = bench.rows(
        sa.select(model_executions.c.id, model_executions.c.status).where(
            model_executions.c.phase == "done"
        )
    )
    assert sorted((c["execution_id"], c["status"]) for c in executed) == sorted(
        (row.id, row.status.value) for row in ended
    )
    insights = [c for c in told if c["event_type"] == EventType.INSIGHT_GENERATED]
    assert "opened" in {c["change"] for c in insights}
    changes = bench.rows(sa.text("SELECT kind FROM recommendation_events"))  # pyright: ignore
    assert len(insights) == len(changes)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticks, "TICK_S", 60.0)
