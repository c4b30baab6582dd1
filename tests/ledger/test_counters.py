"""The counts behind dashboard.stats agree with the rows, whoever wrote them and whenever."""

import threading
from datetime import timedelta

import sqlalchemy as sa

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import (
    Category,
    ExecutionStatus,
    Phase,
    ReportStatus,
    ReviewStatus,
    Severity,
)
from iop_pipelines.ledger import counters
from iop_pipelines.ledger.events import TerminalEvent
from iop_pipelines.ledger.mirror import apply
from iop_pipelines.ledger.requests import request_report
from iop_pipelines.ledger.stats import figures
from iop_pipelines.ledger.work import EXECUTION, REPORT
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import (
    generated_reports,
    model_executions,
    recommendations,
    stat_changes,
)

NOW = utc_now()


def _end(engine, kind, item_id, is_success=True, at=NOW, duration_ms=5):
    event = TerminalEvent(kind, item_id, 1, is_success, duration_ms, at, error=None)
    with begin_write(engine) as connection:
        return apply(connection, event)


def _size(engine):
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(stat_changes))


def test_what_ends_is_counted_once_and_by_its_hour(migrated_url, seed):
    seeded = seed(engine_for(migrated_url))
    engine = seeded.engine
    ids = [seeded.add_execution() for _ in range(4)]
    _end(engine, EXECUTION, ids[0], duration_ms=10)
    _end(engine, EXECUTION, ids[1], duration_ms=30)
    assert not _end(engine, EXECUTION, ids[1], is_success=False)
    _end(engine, EXECUTION, ids[2], is_success=False)
    # A day ago less a minute is in the window, a day ago and a minute is not.
    for minutes in (-1, 1):
        late = seeded.add_execution()
        at = NOW - timedelta(days=1, minutes=minutes)
        _end(engine, EXECUTION, late, at=at, duration_ms=20)
    for is_success in (True, False):
        _end(engine, REPORT, request_report(engine, seeded.template_id, NOW), is_success)
    found = figures(engine, NOW)
    assert (found.running, found.success_24h, found.failed_24h, found.p50_ms) == (1, 3, 1, 20)
    assert (found.reports_ready, found.reports_failed_24h) == (1, 1)
    assert (found.models, found.models_active) == (2, 2)
    assert counters.drift(engine, NOW) == []


def test_folding_changes_no_count_and_leaves_few_rows(migrated_url, seed):
    seeded = seed(engine_for(migrated_url))
    ids = [seeded.add_execution() for _ in range(40)]
    for number, item_id in enumerate(ids[:30]):
        _end(seeded.engine, EXECUTION, item_id, number % 3 > 0, NOW - timedelta(hours=number))
    before = figures(seeded.engine, NOW)
    rows = _size(seeded.engine)
    assert counters.fold(seeded.engine, NOW) > 0
    assert figures(seeded.engine, NOW) == before
    assert counters.drift(seeded.engine, NOW) == []
    assert _size(seeded.engine) < rows
    assert counters.fold(seeded.engine, NOW) == 0
    with seeded.engine.connect() as connection:
        oldest = connection.scalar(
            sa.select(sa.func.min(stat_changes.c.hour)).where(stat_changes.c.hour != "")
        )
    assert oldest >= counters.hour_of(NOW - counters.KEPT)


def test_folding_while_others_count_loses_nothing(migrated_url, seed):
    seeded = seed(engine_for(migrated_url))
    engine = seeded.engine
    stop = threading.Event()

    def fold_on():
        while not stop.is_set():
            counters.fold(engine, NOW)

    def count_on():
        for _ in range(40):
            with begin_write(engine) as connection:
                counters.count(connection, counters.READY)
                counters.count(connection, "reports.failed", at=NOW)

    folding = threading.Thread(target=fold_on)
    counting = [threading.Thread(target=count_on) for _ in range(3)]
    for thread in (folding, *counting):
        thread.start()
    for thread in counting:
        thread.join()
    stop.set()
    folding.join()
    found = figures(engine, NOW)
    assert (found.reports_ready, found.reports_failed_24h) == (120, 120)


def test_rows_written_by_hand_are_found_and_mended_once(migrated_url, seed):
    seeded = seed(engine_for(migrated_url))
    with begin_write(seeded.engine) as connection:
        connection.execute(
            model_executions.insert(),
            [
                {
                    "model_id": seeded.model_id,
                    "status": status,
                    "phase": Phase.DONE,
                    "finished_at": NOW - timedelta(hours=hour),
                    "duration_ms": hour,
                }
                for hour in range(30)
                for status in (ExecutionStatus.SUCCESS, ExecutionStatus.FAILED)
            ],
        )
        connection.execute(
            generated_reports.insert(),
            [{"template_id": seeded.template_id, "status": ReportStatus.READY, "phase": Phase.DONE}]
            * 7,
        )
        connection.execute(
            recommendations.insert(),
            [
                {
                    "title": "x",
                    "category": category,
                    "severity": severity,
                    "status": status,
                    "resolved_at": resolved_at,
                }
                for category in Category
                for severity in Severity
                for status in ReviewStatus
                for resolved_at in (None, None, NOW)
            ],
        )
    assert counters.drift(seeded.engine, NOW) != []
    assert counters.repair(seeded.engine, NOW) != []
    assert counters.repair(seeded.engine, NOW) == []
    found = figures(seeded.engine, NOW)
    assert (found.success_24h, found.failed_24h) == _by_scanning(seeded.engine, NOW)
    assert found.success_24h == 25
    assert found.reports_ready == 7
    assert found.open_by_severity == {severity.value: 12 for severity in Severity}
    assert found.open_by_category == {category.value: 9 for category in Category}
    assert found.gone_by_severity == {severity.value: 4 for severity in Severity}
    assert found.gone_by_category == {category.value: 3 for category in Category}


def _by_scanning(engine, now):
    executions = model_executions.c
    with engine.connect() as connection:
        return tuple(
            connection.scalar(
                sa.select(sa.func.count()).where(
                    executions.status == status, executions.finished_at >= now - timedelta(days=1)
                )
            )
            for status in (ExecutionStatus.SUCCESS, ExecutionStatus.FAILED)
        )
