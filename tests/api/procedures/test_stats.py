"""dashboard.stats equals a full recount, after everything that changes a row; dashboard.live follows it."""

import asyncio
import statistics
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import sqlalchemy as sa

from iop_pipelines.api.feed import Feed
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import ModelStatus, ReviewStatus
from iop_pipelines.execution.execute import execute
from iop_pipelines.execution.work import load
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.events import TerminalEvent
from iop_pipelines.ledger.mirror import apply
from iop_pipelines.ledger.work import EXECUTION, REPORT
from iop_pipelines.recommendations.advising import advise
from iop_pipelines.recommendations.lifecycle import evidence_of, resolve
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    analytical_models,
    dataset_versions,
    datasets,
    generated_reports,
    model_executions,
    recommendation_events,
    recommendations,
)


def recount(api):
    """The answer from all rows, in Python."""
    since = utc_now() - timedelta(hours=24)
    executions = api.rows(sa.select(model_executions))
    reports = api.rows(sa.select(generated_reports))
    models = api.rows(sa.select(analytical_models.c.status))
    advice = [
        row for row in api.rows(sa.select(recommendations)) if row.status is ReviewStatus.OPEN
    ]
    recent = [row for row in executions if row.finished_at and row.finished_at >= since]
    ended = Counter(row.status.value for row in recent)
    took = [row.duration_ms for row in recent if row.status.value == "success"]
    failed = [row for row in recent if row.status.value == "failed" and row.superseded_by is None]
    return {
        "models": {
            "total": len(models),
            "active": sum(row.status is ModelStatus.ACTIVE for row in models),
        },
        "executions": {
            "running": sum(row.status.value == "running" for row in executions),
            "success24h": ended["success"],
            "failed24h": len(failed),
            "superseded24h": ended["failed"] - len(failed),
            "p50Ms": round(statistics.median(took)) if took else None,
        },
        "reports": {
            "ready": sum(row.status.value == "ready" for row in reports),
            "failed24h": sum(
                row.status.value == "failed" and row.finished_at >= since for row in reports
            ),
        },
        "recommendations": {
            "open": len(advice),
            "waiting": sum(row.resolved_at is None for row in advice),
            "goneAway": sum(row.resolved_at is not None for row in advice),
            **_by_word(advice, "bySeverity", "byCategory"),
            **_by_word(
                [row for row in advice if row.resolved_at is None],
                *("waitingBySeverity", "waitingByCategory"),
            ),
            "lastChange": max(
                (row.id for row in api.rows(sa.select(recommendation_events.c.id))), default=0
            ),
        },
        "quality": {
            "byDataset": _of_latest(api, dataset_versions.c.quality_score),
            "usableByDataset": _of_latest(api, dataset_versions.c.usable_pct),
            "unprepared": [],
        },
    }


def _by_word(advice, by_severity, by_category):
    severities = Counter(row.severity.value for row in advice)
    categories = Counter(row.category.value for row in advice)
    return {
        by_severity: {word: severities[word] for word in ("info", "warning", "critical")},
        by_category: {
            word: categories[word] for word in ("anomaly", "trend", "optimisation", "forecast")
        },
    }


def _of_latest(api, column):
    latest = {}
    query = (
        sa.select(datasets.c.name, column)
        .join(dataset_versions, dataset_versions.c.dataset_id == datasets.c.id)
        .where(dataset_versions.c.status == "prepared")
        .order_by(dataset_versions.c.id)
    )
    for name, score in api.rows(query):
        latest[name] = score
    names = [row.name for row in api.rows(sa.select(datasets.c.name))]
    return {name: latest.get(name) for name in sorted(names) if name != "pipeline_runs"}


def answered(api):
    stats = api.call("dashboard.stats")
    assert stats.pop("asOf").endswith("Z")
    return stats


def _executions_of(api, model):
    query = (
        sa.select(model_executions.c.id)
        .join(analytical_models, analytical_models.c.id == model_executions.c.model_id)
        .where(analytical_models.c.name == model)
    )
    return [row.id for row in api.rows(query.order_by(model_executions.c.id))]


def _end(api, kind, item_id, is_success, at=None, duration_ms=40):
    with begin_write(api.engine) as connection:
        event = TerminalEvent(kind, item_id, 1, is_success, duration_ms, at or utc_now())
        apply(connection, event)


def test_stats_are_a_full_recount_after_each_change(api):
    counters.repair(api.engine, utc_now())
    assert answered(api) == recount(api)

    platform = api.context.platform
    # Ten days are too few for the models that learn what is usual.
    for number, execution_id in enumerate(_executions_of(api, "cancellation-limits")):
        execute(
            platform.engine,
            platform.drm_engine,
            load(platform.engine, execution_id, api.start(execution_id)),
        )
        _end(api, EXECUTION, execution_id, True, duration_ms=10 * number)
        advise(platform.engine, execution_id)
    failed, late, *_ = _executions_of(api, "cancellation-anomaly")
    _end(api, EXECUTION, failed, False)
    _end(api, EXECUTION, late, True, at=utc_now() - timedelta(hours=25))
    assert answered(api) == recount(api)
    assert answered(api)["recommendations"]["open"] > 0

    first, second, *others = (row["id"] for row in api.call("recommendations.list", limit=4))
    for gone in (first, others[0]):
        _resolve(api, gone)
    assert answered(api)["recommendations"]["goneAway"] == 2
    assert answered(api) == recount(api)
    api.call("recommendations.update", id=first, status="accepted")
    api.call("recommendations.update", id=second, status="dismissed")
    api.call("recommendations.update", id=second, status="dismissed")
    api.call("recommendations.update", id=first, status="open")
    assert answered(api) == recount(api)

    reports = [
        api.call("reports.generate", templateId=1, idempotencyKey=key)["reportId"]
        for key in ("a", "b", "b", "c")
    ]
    _end(api, REPORT, reports[0], True)
    _end(api, REPORT, reports[1], False)
    model = api.call("models.list")[0]
    ask = {"modelId": model["id"], "inputRef": model["dataset"], "idempotencyKey": "once"}
    for _ in range(2):
        api.call("models.execute", **ask)
    api.call("models.updateStatus", id=model["id"], status="deprecated")
    assert answered(api) == recount(api)

    counters.fold(api.engine, utc_now())
    assert answered(api) == recount(api)
    assert counters.drift(api.engine, utc_now()) == []


def _resolve(api, recommendation_id):
    with begin_write(api.engine) as connection:
        query = sa.select(recommendations).where(recommendations.c.id == recommendation_id)
        row = connection.execute(query).one()
        resolve(
            *(connection, row, evidence_of(row), Sentence("finding.no_longer_shown")),
            data_end=row.last_ds,
            source_ref="execution:1",
        )


def test_what_newer_data_made_needless_is_no_failure(api):
    held, failed, late = _executions_of(api, "cancellation-anomaly")[:3]
    for item_id, values, at in (
        (held, {"superseded_by": 7}, utc_now()),
        (failed, {}, utc_now()),
        # In the hour in which the last 24 begin.
        (late, {"superseded_by": 7}, utc_now() - timedelta(hours=24) + timedelta(seconds=30)),
    ):
        with begin_write(api.engine) as connection:
            apply(connection, TerminalEvent(EXECUTION, item_id, 1, False, 0, at, values=values))
    counters.repair(api.engine, utc_now())
    assert answered(api) == recount(api)
    executions = answered(api)["executions"]
    assert (executions["failed24h"], executions["superseded24h"]) == (1, 2)
    listed = api.call("executions.list", status="failed", isSuperseded=False)
    assert [row["id"] for row in listed] == [failed]
    needless = api.call("executions.list", isSuperseded=True)
    assert [(row["id"], row["supersededBy"]) for row in needless] == [(late, 7), (held, 7)]


def test_live_gives_what_stands_then_only_what_is_new(api):
    async def watch():
        events = api.watch("dashboard.live")
        first_id, first = await anext(events)
        # The same standing again is no event, so the next one is the change.
        api.call("recommendations.list")
        model = api.call("models.list")[0]
        api.call("models.execute", modelId=model["id"], inputRef=model["dataset"])
        second_id, second = await asyncio.wait_for(anext(events), 10)
        resumed = api.watch("dashboard.live", lastEventId=first_id)
        resumed_id, _ = await asyncio.wait_for(anext(resumed), 10)
        for each in (events, resumed):
            await each.aclose()
        return first_id, first, second_id, second, resumed_id

    first_id, first, second_id, second, resumed_id = asyncio.run(watch())
    assert second.executions.running == first.executions.running + 1
    assert first_id != second_id == resumed_id


def test_all_watchers_share_one_look_at_the_database(api):
    looks = []

    def look(_ctx):
        looks.append(None)
        return len(looks) // 3

    async def watch():
        shared = Feed(look, str, poll_s=0.05)

        async def first_two():
            events = shared.events(api.context, None)
            seen = [await anext(events), await anext(events)]
            await events.aclose()  # pyright: ignore[reportAttributeAccessIssue]  a generator
            return seen

        return await asyncio.gather(*(first_two() for _ in range(20)))

    assert asyncio.run(watch()) == [[("0", 0), ("1", 1)]] * 20
    assert len(looks) == 3


def test_declaring_every_procedure_loads_no_heavy_library():
    code = (
        "import sys; from iop_pipelines.api.procedures import build_registry; build_registry(); "
        "print(*({'pandas', 'numpy', 'dagster', 'great_expectations'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
