"""Against a real Dagster instance: events as the jobs log them, runs that die."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.storage.tags import RUN_KEY_TAG
from dagster._core.test_utils import freeze_time

from iop_pipelines.domain.sentences import Sentence, read
from iop_pipelines.domain.vocabulary import ExecutionStatus, ModelType, Phase
from iop_pipelines.ledger.events import OUTPUT_ASSETS, TerminalEvent, to_dagster
from iop_pipelines.ledger.mirror import mirror
from iop_pipelines.ledger.reconcile import (
    IDLE_S,
    WORKER_TAG,
    Patience,
    in_flight,
    reconcile,
    recover,
)
from iop_pipelines.ledger.verify import verify
from iop_pipelines.ledger.work import EXECUTION, MAX_STARTS, claim, requeue, start, take_to_close
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import model_executions, model_outputs, workers

NOW = datetime(2026, 3, 1, 12)
_AFTER_CLAIM = NOW + timedelta(seconds=Patience.claim_lost_s + 1)
ASSET = OUTPUT_ASSETS[ModelType.STATISTICAL]


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


BROKEN = Sentence(
    "output.broken",
    label="delays v1.0.0",
    said=Sentence(
        "check.breaks", where=Sentence("check.column", name="y"), rule="minimum 0", failed=1, rows=2
    ),
)


def _event(item: int, *, is_success: bool = True, error: Sentence | None = None) -> TerminalEvent:
    values = {"output_ref": f"execution:{item}", "metrics": {"rows": 3}} if is_success else {}
    return TerminalEvent(EXECUTION, item, 1, is_success, 42, NOW, error=error, values=values)


def _log(instance: dg.DagsterInstance, *events: TerminalEvent) -> None:
    for event in events:
        instance.report_runless_asset_event(to_dagster(event, ASSET, "1.delays@v1.0.0"))


def _start(seeded, run_id: str) -> int:
    item = seeded.add_execution()
    (batch,) = claim(seeded.engine, EXECUTION, NOW)
    assert start(seeded.engine, EXECUTION, item, batch.run_key, run_id, now=NOW)
    return item


def _create_run(
    instance: dg.DagsterInstance,
    status: dg.DagsterRunStatus,
    tags: dict[str, str] | None = None,
) -> dg.DagsterRun:
    @dg.job
    def execute_models():
        pass

    return instance.create_run_for_job(execute_models, status=status, tags=tags)


def test_mirroring_a_run_twice_writes_one_row(instance, seeded):
    good, bad = seeded.add_execution(), seeded.add_execution()
    _log(instance, _event(good), _event(bad, is_success=False, error=BROKEN))

    first = mirror(instance, seeded.engine)
    second = mirror(instance, seeded.engine)

    assert (first.seen, first.applied) == (2, 2)
    assert (second.seen, second.applied) == (0, 0)
    row = seeded.row(model_executions, good)
    assert (row.status, row.phase, row.duration_ms) == (ExecutionStatus.SUCCESS, Phase.DONE, 42)
    assert (row.output_ref, row.metrics) == (f"execution:{good}", {"rows": 3})
    ended = seeded.row(model_executions, bad)
    assert ended.error_msg == "output of delays v1.0.0: column y breaks minimum 0 in 1 of 2 rows"
    assert read(ended.said) == BROKEN
    assert verify(instance, seeded.engine).drift == ()


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        ({"status": "failed"}, "Dagster says otherwise"),
        ({"duration_ms": 7}, "differ from Dagster's event"),
        ({"phase": "started", "run_key": "execution-0"}, "has ended in Dagster"),
    ],
)
def test_verify_tells_every_kind_of_drift(instance, seeded, spoil, problem):
    item = seeded.add_execution()
    _log(instance, _event(item))
    mirror(instance, seeded.engine)
    with begin_write(seeded.engine) as connection:
        connection.execute(model_executions.update().values(**spoil))

    (drift,) = verify(instance, seeded.engine).drift

    assert problem in drift.problem


def test_verify_tells_rows_and_events_that_stand_alone_and_double_ends(instance, seeded):
    silent = seeded.add_execution(phase=Phase.DONE, status=ExecutionStatus.SUCCESS)
    twice = seeded.add_execution()
    _log(instance, _event(999), _event(twice), _event(twice))
    mirror(instance, seeded.engine)

    problems = {drift.item_id: drift.problem for drift in verify(instance, seeded.engine).drift}

    assert problems == {
        silent: "row says success, Dagster has no such end",
        twice: "ended 2 times in Dagster's history",
        999: "Dagster has its end, the ledger has no row",
    }


def test_verify_tells_output_of_an_execution_that_failed(instance, seeded):
    item = seeded.add_execution()
    _log(instance, _event(item, is_success=False, error=BROKEN))
    mirror(instance, seeded.engine)
    with begin_write(seeded.engine) as connection:
        connection.execute(
            model_outputs.insert().values(
                execution_id=item,
                model_id=seeded.model_id,
                unique_id="all",
                ds=NOW,
                measure="y",
                is_finding=False,
            )
        )

    (drift,) = verify(instance, seeded.engine).drift

    assert "has output rows" in drift.problem


def _add_worker(seeded, **values: object) -> None:
    defaults = {"id": "w1", "host": "here", "pid": 1, "started_at": NOW, "heartbeat_at": NOW}
    with begin_write(seeded.engine) as connection:
        connection.execute(workers.insert().values(**{**defaults, **values}))


ON_A_WORKER = {WORKER_TAG: "task"}


def _later(**span: int) -> datetime:
    """A moment after now: Dagster stamps its runs by the wall clock."""
    return datetime.now(UTC).replace(tzinfo=None) + timedelta(**span)


def test_work_of_a_worker_without_heartbeat_is_queued_again(instance, seeded):
    run = _create_run(instance, dg.DagsterRunStatus.STARTED, ON_A_WORKER)
    item = _start(seeded, run.run_id)
    _add_worker(seeded, heartbeat_at=_later(minutes=-5), run_id=run.run_id)

    repairs = reconcile(instance, seeded.engine, _later(minutes=1))

    assert any("w1: no heartbeat" in line for line in repairs.lines)
    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE
    row = seeded.row(model_executions, item)
    assert (row.phase, row.attempt, row.run_key) == (Phase.QUEUED, 2, None)


def test_work_of_a_live_worker_is_left_alone(instance, seeded):
    run = _create_run(instance, dg.DagsterRunStatus.STARTED, ON_A_WORKER)
    item = _start(seeded, run.run_id)
    _add_worker(seeded, heartbeat_at=_later(minutes=1), run_id=run.run_id)

    assert reconcile(instance, seeded.engine, _later(minutes=1)).lines == []
    assert seeded.row(model_executions, item).phase == Phase.STARTED


def test_a_run_that_no_worker_of_ours_took_is_left_alone(instance, seeded):
    run = _create_run(instance, dg.DagsterRunStatus.STARTED)
    item = _start(seeded, run.run_id)

    assert reconcile(instance, seeded.engine, _later(minutes=5)).lines == []
    assert seeded.row(model_executions, item).phase == Phase.STARTED


@pytest.mark.parametrize(("idle_for_s", "is_lost"), [(300, True), (5, False)])
def test_a_waiting_run_is_lost_only_when_all_workers_have_long_been_idle(
    instance, seeded, idle_for_s, is_lost
):
    tags = {RUN_KEY_TAG: "execution-1"}
    run = _create_run(instance, dg.DagsterRunStatus.STARTING, tags)
    now = _later(minutes=5)
    idle_since = now - timedelta(seconds=idle_for_s)
    _add_worker(seeded, heartbeat_at=now, idle_since=idle_since)

    reconcile(instance, seeded.engine, now)

    assert instance.get_run_by_id(run.run_id).is_failure is is_lost


def _busy_worker(seeded) -> None:
    _add_worker(seeded, heartbeat_at=_later(minutes=5), run_id="another")


def test_a_run_that_was_never_launched_is_lost_however_busy_the_workers_are(instance, seeded):
    tags = {RUN_KEY_TAG: "execution-1"}
    run = _create_run(instance, dg.DagsterRunStatus.NOT_STARTED, tags)
    _busy_worker(seeded)

    reconcile(instance, seeded.engine, _later(seconds=Patience.claim_lost_s - 30))
    assert not instance.get_run_by_id(run.run_id).is_failure
    reconcile(instance, seeded.engine, _later(seconds=Patience.claim_lost_s + 1))

    assert instance.get_run_by_id(run.run_id).is_failure


@pytest.mark.parametrize(("later_by_s", "is_lost"), [(IDLE_S + 60, True), (1, False)])
def test_a_waiting_run_is_lost_once_one_launched_well_after_it_was_taken(
    instance, seeded, later_by_s, is_lost
):
    run = _create_run(instance, dg.DagsterRunStatus.STARTING, {RUN_KEY_TAG: "execution-1"})
    _busy_worker(seeded)
    with freeze_time(_later(seconds=later_by_s).replace(tzinfo=UTC)):
        _create_run(instance, dg.DagsterRunStatus.SUCCESS, {RUN_KEY_TAG: "execution-2"})

    reconcile(instance, seeded.engine, _later(seconds=later_by_s + Patience.claim_lost_s))

    assert instance.get_run_by_id(run.run_id).is_failure is is_lost


def test_what_was_claimed_anew_is_not_taken_back_by_a_second_reconciler(
    instance, seeded, monkeypatch
):
    run = _create_run(instance, dg.DagsterRunStatus.FAILURE)
    item = _start(seeded, run.run_id)
    seen = in_flight(seeded.engine, EXECUTION)
    reconcile(instance, seeded.engine, NOW)
    claim(seeded.engine, EXECUTION, NOW)

    # The second one looked when the first did, and repairs only now.
    monkeypatch.setattr(
        "iop_pipelines.ledger.reconcile.in_flight",
        lambda _, kind: seen if kind is EXECUTION else {},
    )
    repairs = reconcile(instance, seeded.engine, NOW)

    row = seeded.row(model_executions, item)
    assert (row.phase, row.attempt) == (Phase.CLAIMED, 2)
    assert repairs.lines == []


def test_what_an_attempt_tells_after_it_lost_its_claim_counts_for_nothing(instance, seeded):
    item = _start(seeded, "run-1")
    with begin_write(seeded.engine) as connection:
        requeue(connection, EXECUTION, [item])
    _log(instance, _event(item))
    mirror(instance, seeded.engine)
    assert seeded.row(model_executions, item).phase == Phase.QUEUED

    (batch,) = claim(seeded.engine, EXECUTION, NOW)
    assert start(seeded.engine, EXECUTION, item, batch.run_key, "run-2", now=NOW) == 2
    _log(instance, replace(_event(item), attempt=2))
    mirror(instance, seeded.engine)

    assert seeded.row(model_executions, item).status == ExecutionStatus.SUCCESS
    assert verify(instance, seeded.engine).drift == ()


def test_items_of_a_canceled_run_end_as_failed_and_are_not_tried_again(instance, seeded):
    run = _create_run(instance, dg.DagsterRunStatus.CANCELED)
    item = _start(seeded, run.run_id)

    reconcile(instance, seeded.engine, NOW)

    assert "was canceled" in seeded.row(model_executions, item).error_msg
    assert verify(instance, seeded.engine).drift == ()


def test_restarts_while_items_are_only_claimed_use_up_nothing(instance, seeded):
    item = seeded.add_execution()
    for _ in range(2 * MAX_STARTS):
        claim(seeded.engine, EXECUTION, NOW)
        recover(instance, seeded.engine, NOW)

    assert seeded.row(model_executions, item).phase == Phase.QUEUED


def test_what_waited_for_a_lost_run_still_counts_as_waiting(instance, seeded):
    item = seeded.add_execution()
    claim(seeded.engine, EXECUTION, NOW)
    recover(instance, seeded.engine, NOW)

    assert seeded.row(model_executions, item).run_after is None


def test_a_suspect_whose_run_was_lost_before_it_began_stays_one(instance, seeded):
    suspect = _start(seeded, "run-1")
    neighbour = seeded.add_execution()
    recover(instance, seeded.engine, NOW)
    for _ in range(2):
        batches = claim(seeded.engine, EXECUTION, NOW)
        assert sorted(batch.ids for batch in batches) == [(suspect,), (neighbour,)]
        recover(instance, seeded.engine, NOW)


@pytest.mark.parametrize("repair", [recover, reconcile])
def test_an_item_whose_closer_died_goes_back_to_its_phase(instance, seeded, repair):
    item = seeded.add_execution(phase=Phase.HELD)
    take_to_close(seeded.engine, EXECUTION, item, Phase.HELD, NOW)

    repair(instance, seeded.engine, _AFTER_CLAIM)

    assert seeded.row(model_executions, item).phase == Phase.HELD


def test_a_claim_that_no_run_follows_is_queued_again_after_a_while(instance, seeded):
    item = seeded.add_execution()
    claim(seeded.engine, EXECUTION, NOW)

    assert reconcile(instance, seeded.engine, NOW).lines == []
    reconcile(instance, seeded.engine, NOW + timedelta(seconds=Patience.claim_lost_s + 1))

    assert seeded.row(model_executions, item).phase == Phase.QUEUED


def test_an_item_that_kills_its_worker_each_time_ends_as_failed(instance, seeded):
    item = seeded.add_execution()
    for _ in range(MAX_STARTS):
        run = _create_run(instance, dg.DagsterRunStatus.FAILURE)
        (batch,) = claim(seeded.engine, EXECUTION, NOW)
        assert start(seeded.engine, EXECUTION, item, batch.run_key, run.run_id, now=NOW)
        reconcile(instance, seeded.engine, NOW)

    row = seeded.row(model_executions, item)
    assert (row.status, row.phase) == (ExecutionStatus.FAILED, Phase.DONE)
    assert f"gave up after {MAX_STARTS} starts" in row.error_msg
    assert verify(instance, seeded.engine).drift == ()


def test_what_ended_before_its_worker_died_is_mirrored_not_repeated(instance, seeded):
    run = _create_run(instance, dg.DagsterRunStatus.FAILURE)
    item = _start(seeded, run.run_id)
    _log(instance, _event(item))

    mirror(instance, seeded.engine)
    reconcile(instance, seeded.engine, NOW)

    assert seeded.row(model_executions, item).status == ExecutionStatus.SUCCESS
    assert claim(seeded.engine, EXECUTION, NOW) == []


def test_data_held_too_long_ends_with_its_reason(instance, seeded):
    item = seeded.add_execution(phase=Phase.HELD)

    assert reconcile(instance, seeded.engine, NOW).lines == []
    reconcile(instance, seeded.engine, NOW + Patience.held_limit + timedelta(seconds=1))

    assert "data quality score" in seeded.row(model_executions, item).error_msg
    assert verify(instance, seeded.engine).drift == ()


def test_after_a_stop_every_unfinished_run_is_closed_and_its_work_queued(instance, seeded):
    run = _create_run(instance, dg.DagsterRunStatus.STARTED)
    item = _start(seeded, run.run_id)

    recover(instance, seeded.engine, NOW)

    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE
    assert seeded.row(model_executions, item).phase == Phase.QUEUED
