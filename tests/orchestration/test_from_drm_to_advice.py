"""From DRM's runs to findings and recommendations, through the real ticks, jobs and databases."""

from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from iop_pipelines.demo.load import folder
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Category, ExecutionStatus, Phase, ReportStatus
from iop_pipelines.drm.tables import pipeline_runs
from iop_pipelines.errors import InvalidFrame
from iop_pipelines.ledger.events import OUTPUT_ASSETS
from iop_pipelines.ledger.reconcile import reconcile
from iop_pipelines.ledger.requests import request_report
from iop_pipelines.ledger.stats import figures
from iop_pipelines.ledger.verify import verify
from iop_pipelines.ledger.work import KINDS, REPORT, requeue
from iop_pipelines.orchestration import ticks
from iop_pipelines.orchestration.progress import PROGRESS
from iop_pipelines.registry.models import load_spec, promote, register
from iop_pipelines.registry.templates import list_templates
from iop_pipelines.reporting import generate
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    findings,
    generated_reports,
    model_executions,
    model_outputs,
    recommendation_events,
    recommendations,
)

executions = model_executions.c

GOES_ON = "goes on"
DELAYS, HEALTH = "departure-delay-anomaly", "pipeline-health"


@pytest.fixture
def two_seen(bench_of):
    """January is prepared, and the two models that the test is about have seen it."""
    return bench_of("two seen", _let_two_see_january)


def _let_two_see_january(bench) -> None:
    bench.keep_models(DELAYS, HEALTH)
    bench.tick()


def _demo_model(name: str, as_name: str) -> dict:
    content = load_spec(folder("models") / f"{name}.yaml").model_dump(mode="json")
    return {**content, "name": as_name}


def _executions_of_day(bench, day: date) -> Counter:
    """Model name -> executions on flights_daily's data versions that begin on that day."""
    query = (
        sa.select(analytical_models.c.name)
        .select_from(model_executions)
        .join(analytical_models, analytical_models.c.id == executions.model_id)
        .join(dataset_versions, dataset_versions.c.id == executions.dataset_version_id)
        .join(datasets, datasets.c.id == dataset_versions.c.dataset_id)
        .where(
            datasets.c.name == "flights_daily",
            dataset_versions.c.window_start == datetime(day.year, day.month, day.day),
        )
    )
    return Counter(row.name for row in bench.rows(query))


def test_the_storm_is_found_and_every_execution_is_in_dagsters_history(bench):
    bench.pass_over(date(2013, 2, 5))
    bench.ingest_until(date(2013, 2, 10))
    bench.tick()

    found = bench.rows(
        sa.select(findings.c.unique_id).where(
            findings.c.category == Category.ANOMALY,
            findings.c.ds.between(datetime(2013, 2, 8), datetime(2013, 2, 9, 23)),
        )
    )
    assert {row.unique_id for row in found} == {"EWR", "JFK", "LGA"}
    titles = [row.title for row in bench.rows(sa.select(recommendations.c.title))]
    assert any("9 Feb 2013" in title for title in titles)
    verdict = verify(bench.instance, bench.platform.engine)
    assert verdict.drift == ()
    assert verdict.executions == verdict.events > 30


def test_a_drm_run_seen_twice_executes_once(bench):
    bench.keep_models(DELAYS, HEALTH)
    bench.ingest_until(date(2013, 2, 2))
    bench.tick()
    before = bench.rows(sa.select(sa.func.count()).select_from(model_executions))

    bench.runs_cursor = bench.scores_cursor = None
    bench.tick()

    assert bench.rows(sa.select(sa.func.count()).select_from(model_executions)) == before


def test_the_cursor_survives_a_restart_and_passes_no_running_run(two_seen):
    two_seen.pass_over(date(2013, 2, 15))
    two_seen.ingest_until(date(2013, 2, 19))
    two_seen.tick()
    handled = two_seen.rows(sa.select(sa.func.count()).select_from(model_executions))

    # The late run of 18 February ends out of id order; the kept cursor must still see it.
    two_seen.ingest_until(date(2013, 2, 21))
    two_seen.tick()

    assert _executions_of_day(two_seen, date(2013, 2, 18))[DELAYS] == 1
    assert two_seen.rows(sa.select(sa.func.count()).select_from(model_executions)) > handled
    assert not two_seen.rows(sa.select(executions.id).where(executions.phase != Phase.DONE))


@pytest.mark.parametrize("side", ["input_schema", "output_schema"])
def test_a_stored_pattern_that_cannot_be_run_fails_its_executions_by_name(bench, side):
    """As a release with another engine took it."""
    bench.keep_models(DELAYS)
    query = sa.select(analytical_models).where(analytical_models.c.name == DELAYS)
    (stored,) = bench.rows(query)
    schema = getattr(stored, side)
    column = next(n for n, c in schema["properties"].items() if "string" in str(c.get("type")))
    held = {**schema["properties"][column], "pattern": "^(?!x)"}
    changed = {**schema, "properties": {**schema["properties"], column: held}}
    with begin_write(bench.platform.engine) as connection:
        change = analytical_models.update().where(analytical_models.c.id == stored.id)
        connection.execute(change.values({side: changed}))
    bench.ingest_until(date(2013, 2, 2))
    bench.tick()

    ended = bench.rows(sa.select(executions.status, executions.error_msg))
    assert {row.status for row in ended} == {ExecutionStatus.FAILED}
    for row in ended:
        assert f"{side}.properties.{column}.pattern: '^(?!x)'" in row.error_msg
        assert f"model {DELAYS} {stored.version}" in row.error_msg


def test_a_failed_drm_run_starts_no_model_of_its_dataset(bench):
    bench.keep_models(DELAYS, HEALTH)
    with bench.platform.drm_engine.connect() as connection:
        bench.ingest_until(date(2013, 2, 5))
        failed = connection.execute(
            sa.select(pipeline_runs).where(pipeline_runs.c.status == "failed")
        ).one()
    bench.tick()

    triggered = bench.rows(
        sa.select(analytical_models.c.name)
        .select_from(model_executions)
        .join(analytical_models, analytical_models.c.id == executions.model_id)
        .where(executions.trigger == f"drm_run:{failed.id}")
    )
    assert [row.name for row in triggered] == [HEALTH]


def test_a_day_ingested_twice_executes_once_and_a_restated_day_again(two_seen):
    two_seen.pass_over(date(2013, 2, 4))
    two_seen.ingest_until(date(2013, 2, 16))
    two_seen.tick()

    assert _executions_of_day(two_seen, date(2013, 2, 6))[DELAYS] == 1
    assert _executions_of_day(two_seen, date(2013, 2, 12))[DELAYS] == 2


def test_bad_quality_holds_models_back_and_a_new_delivery_supersedes_them(two_seen):
    two_seen.pass_over(date(2013, 2, 11))
    two_seen.ingest_until(date(2013, 2, 15))
    two_seen.tick()
    held = two_seen.rows(sa.select(executions.id).where(executions.phase == Phase.HELD))
    raised_by_scores = sa.select(recommendation_events.c.recommendation_id).where(
        recommendation_events.c.source_ref.startswith("quality_score:")
    )
    quality = sa.select(recommendations).where(recommendations.c.id.in_(raised_by_scores))
    (raised,) = two_seen.rows(quality)

    two_seen.ingest_until(date(2013, 2, 18))
    two_seen.tick()

    assert held
    ended = two_seen.rows(
        sa.select(executions.status, executions.error_msg, executions.superseded_by).where(
            executions.id.in_([row.id for row in held])
        )
    )
    assert {row.status for row in ended} == {ExecutionStatus.FAILED}
    assert all(
        f"DRM run {row.superseded_by} delivered the window again" in row.error_msg for row in ended
    )
    told = [
        each.event_log_entry.asset_observation.metadata["iop/status"].value
        for key in OUTPUT_ASSETS.values()
        for each in two_seen.instance.fetch_observations(key, limit=1000).records
    ]
    assert told == ["superseded"] * len(held)
    stats = figures(two_seen.platform.engine, utc_now())
    assert (stats.failed_24h, stats.superseded_24h) == (0, len(held))
    (settled,) = two_seen.rows(quality)
    assert raised.resolved_at is None
    assert settled.resolved_at is not None
    assert verify(two_seen.instance, two_seen.platform.engine).drift == ()


def test_a_better_score_of_the_same_run_lets_held_models_run(two_seen):
    two_seen.pass_over(date(2013, 2, 16))
    two_seen.ingest_until(date(2013, 2, 20))
    two_seen.tick()
    held = [
        row.id
        for row in two_seen.rows(sa.select(executions.id).where(executions.phase == Phase.HELD))
    ]

    two_seen.ingest_until(date(2013, 2, 23))
    two_seen.tick()

    assert held
    ended = two_seen.rows(sa.select(executions.status).where(executions.id.in_(held)))
    assert {row.status for row in ended} == {ExecutionStatus.SUCCESS}


def test_an_input_that_breaks_its_schema_fails_by_name_and_stops_no_neighbour(bench):
    bench.keep_models(HEALTH)
    strict = _demo_model("cancellation-limits", "strict")
    strict["input_schema"]["properties"]["flights"] = {"type": "integer", "maximum": 10}
    for content in (strict, _demo_model("cancellation-limits", "neighbour")):
        promote(bench.platform.engine, register(bench.platform.engine, load_spec(content)))

    bench.tick()

    ended = {
        row.name: row
        for row in bench.rows(
            sa.select(analytical_models.c.name, model_executions)
            .join(analytical_models, analytical_models.c.id == executions.model_id)
            .where(analytical_models.c.name != HEALTH)
        )
    }
    broken = ended["strict"]
    assert broken.status == ExecutionStatus.FAILED
    assert "column flights breaks maximum 10 in" in broken.error_msg
    assert ended["neighbour"].status == ExecutionStatus.SUCCESS
    assert not bench.rows(
        sa.select(model_outputs.c.id).where(model_outputs.c.execution_id == broken.id)
    )


def test_a_tick_that_died_after_it_wrote_its_rows_is_made_good_by_the_next(bench, monkeypatch):
    bench.keep_models(DELAYS)
    bench.pass_over(date(2013, 2, 11))
    bench.ingest_until(date(2013, 2, 15))
    with monkeypatch.context() as broken:
        broken.setattr(ticks, "settle_held", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bench.tick()

    bench.tick()

    raised = sa.select(recommendation_events.c.kind).where(
        recommendation_events.c.source_ref.startswith("quality_score:")
    )
    assert [row.kind for row in bench.rows(raised)] == ["opened"]


def test_every_job_tells_the_watchdog_that_its_steps_go_on(bench, monkeypatch):
    bench.keep_models(DELAYS)
    told: list[str] = []
    monkeypatch.setattr(PROGRESS, "step", lambda doing: told.append(str(doing)))
    monkeypatch.setattr(PROGRESS, "tick", lambda: told.append(GOES_ON))
    bench.ingest_until(date(2013, 2, 2))
    bench.tick()
    template = list_templates(bench.platform.engine)[0]
    request_report(bench.platform.engine, template.id, utc_now())
    bench.execute(ticks.launch(bench.platform, REPORT))

    went_on = {step for step, then in pairwise(told) if then == GOES_ON and step != GOES_ON}
    for begin in ("preparing ", "running model ", "generating the report "):
        steps = {step for step in told if step.startswith(begin)}
        assert steps, begin
        assert steps <= went_on


def test_a_database_that_does_not_answer_puts_the_work_back_in_the_queue(bench, monkeypatch):
    bench.keep_models(DELAYS)

    def unavailable(*_: object) -> None:
        raise OperationalError("SELECT secret", {"row": 1}, Exception("server has gone away"))

    with monkeypatch.context() as broken:
        broken.setattr("iop_pipelines.transform.prepare_version.prepare_version", unavailable)
        bench.tick()
    waiting = bench.rows(
        sa.select(dataset_versions).where(dataset_versions.c.run_after.is_not(None))
    )
    assert {row.status for row in waiting} == {"pending"}
    assert {row.phase for row in waiting} == {Phase.QUEUED}
    with begin_write(bench.platform.engine) as connection:
        connection.execute(dataset_versions.update().values(run_after=None))

    bench.tick()

    ended = bench.rows(sa.select(executions.status, executions.phase))
    assert {row.status for row in ended} == {ExecutionStatus.SUCCESS}


def test_executions_of_data_that_failed_run_once_it_is_prepared_again(bench, monkeypatch):
    bench.keep_models(DELAYS)

    def broken_delivery(*_: object) -> None:
        raise InvalidFrame("delivery.no_such_column", source="origin", known=[])

    with monkeypatch.context() as broken:
        broken.setattr("iop_pipelines.transform.prepare_version.prepare_version", broken_delivery)
        bench.tick()
    reconcile(bench.instance, bench.platform.engine, utc_now())
    (failed,) = bench.rows(sa.select(executions.status, executions.error_msg))
    assert failed.error_msg.endswith("DRM delivered no column 'origin'; it has []")
    with begin_write(bench.platform.engine) as connection:
        connection.execute(
            dataset_versions.update()
            .where(dataset_versions.c.status == "failed")
            .values(status="pending", phase=Phase.QUEUED)
        )

    bench.tick()

    statuses = [row.status for row in bench.rows(sa.select(executions.status))]
    assert sorted(statuses) == [ExecutionStatus.FAILED, ExecutionStatus.SUCCESS]
    assert verify(bench.instance, bench.platform.engine).drift == ()


def _give_away(bench, table: sa.Table) -> None:
    """As the reconciler does with what a worker holds whose heart has stopped."""
    (kind,) = (kind for kind in KINDS if kind.table is table)
    with begin_write(bench.platform.engine) as connection:
        ids = connection.scalars(sa.select(table.c.id).where(table.c.phase == Phase.STARTED)).all()
        assert requeue(connection, kind, ids)


def _published(bench, asset: str) -> int:
    records = bench.instance.fetch_materializations(dg.AssetKey(asset), limit=100).records
    return len(records)


def test_a_report_of_a_worker_that_slept_is_not_published_beside_its_successors(bench, monkeypatch):
    (template,) = [
        each for each in list_templates(bench.platform.engine) if each.name == "Delivery review"
    ]
    report = request_report(bench.platform.engine, template.id, utc_now())
    real = generate.generate

    def sleep_meanwhile(*args: Any, **named: Any) -> object:
        made = real(*args, **named)
        _give_away(bench, generated_reports)
        return made

    with monkeypatch.context() as slow:
        slow.setattr(generate, "generate", sleep_meanwhile)
        bench.execute(ticks.launch(bench.platform, REPORT))
    assert _published(bench, "report") == 0
    bench.execute(ticks.launch(bench.platform, REPORT))

    (row,) = bench.rows(sa.select(generated_reports).where(generated_reports.c.id == report))
    assert (row.status, row.attempt) == (ReportStatus.READY, 2)
    assert _published(bench, "report") == 1
    assert verify(bench.instance, bench.platform.engine).drift == ()


def test_a_worker_that_slept_does_not_end_a_data_version_that_another_prepares(bench, monkeypatch):
    bench.keep_models(DELAYS)

    def sleep_meanwhile(*_: object) -> None:
        _give_away(bench, dataset_versions)
        raise InvalidFrame("panel.not_sorted")

    with monkeypatch.context() as slow:
        slow.setattr("iop_pipelines.transform.prepare_version.prepare_version", sleep_meanwhile)
        ticked = ticks.drm_pipeline_runs(bench.platform, bench.instance, None)
        bench.execute(ticked.requests)
    given_away = bench.rows(sa.select(dataset_versions).where(dataset_versions.c.attempt > 1))
    assert {(row.status, row.phase) for row in given_away} == {("pending", Phase.QUEUED)}

    bench.tick()

    versions = bench.rows(sa.select(dataset_versions))
    assert {(row.status, row.phase) for row in versions} == {("prepared", Phase.DONE)}
