from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from iop_pipelines.domain.vocabulary import ExecutionStatus, Phase
from iop_pipelines.ledger.work import (
    EXECUTION,
    MAX_STARTS,
    REPORT,
    claim,
    claim_these,
    claimable_kinds,
    holds,
    phase_before_closing,
    requeue,
    start,
    take_to_close,
    try_again,
)
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.migrate import upgrade
from iop_pipelines.schema.tables import (
    dataset_versions,
    generated_reports,
    model_executions,
    workers,
)

NOW = datetime(2026, 3, 1, 12)


def test_a_claim_gathers_executions_into_one_batch_a_type_in_the_order_asked(migrated_url, seed):
    seeded = seed(engine_for(migrated_url))
    first, second = seeded.add_execution(), seeded.add_execution()
    other = seeded.add_execution(seeded.other_model_id)

    batches = claim(seeded.engine, EXECUTION, NOW)

    assert {batch.pool: batch.ids for batch in batches} == {
        "statistical": (first, second),
        "rule_based": (other,),
    }
    assert claim(seeded.engine, EXECUTION, NOW) == []


def test_a_model_with_work_in_flight_waits(seeded):
    seeded.add_execution()
    claim(seeded.engine, EXECUTION, NOW)
    seeded.add_execution()
    other = seeded.add_execution(seeded.other_model_id)

    assert [batch.ids for batch in claim(seeded.engine, EXECUTION, NOW)] == [(other,)]


def test_an_execution_waits_until_its_data_is_prepared(seeded):
    with begin_write(seeded.engine) as connection:
        connection.execute(dataset_versions.update().values(phase=Phase.STARTED))
    seeded.add_execution()

    assert claim(seeded.engine, EXECUTION, NOW) == []


def test_held_executions_are_not_claimed(seeded):
    seeded.add_execution(phase=Phase.HELD)

    assert claim(seeded.engine, EXECUTION, NOW) == []


def test_only_the_run_that_holds_the_claim_may_start_an_item_and_only_once(seeded):
    item = seeded.add_execution()
    (batch,) = claim(seeded.engine, EXECUTION, NOW)

    assert start(seeded.engine, EXECUTION, item, "another-key", "run-1", now=NOW) is None
    assert start(seeded.engine, EXECUTION, item, batch.run_key, "run-1", now=NOW) == 1
    assert start(seeded.engine, EXECUTION, item, batch.run_key, "run-2", now=NOW) is None
    assert seeded.row(model_executions, item).dagster_run_id == "run-1"


def test_a_requeued_item_is_a_new_attempt_that_the_lost_run_cannot_start(seeded):
    item = seeded.add_execution()
    (lost,) = claim(seeded.engine, EXECUTION, NOW)
    with begin_write(seeded.engine) as connection:
        assert requeue(connection, EXECUTION, [item]) == 1
    (again,) = claim(seeded.engine, EXECUTION, NOW)

    assert again.run_key != lost.run_key
    assert start(seeded.engine, EXECUTION, item, lost.run_key, "run-1", now=NOW) is None
    assert start(seeded.engine, EXECUTION, item, again.run_key, "run-2", now=NOW) == 2


def test_starting_a_report_says_that_it_is_being_generated(seeded):
    item = seeded.add_report()
    (batch,) = claim(seeded.engine, REPORT, NOW)
    start(seeded.engine, REPORT, item, batch.run_key, "run-1", now=NOW)

    assert seeded.row(generated_reports, item).status == "generating"


def test_an_operator_is_refused_what_another_run_has(seeded):
    taken = seeded.add_execution()
    claim(seeded.engine, EXECUTION, NOW)
    queued = seeded.add_execution(seeded.other_model_id)

    refused = claim_these(seeded.engine, EXECUTION, [taken, queued], "ui", "run-1", now=NOW)

    assert refused == [taken]
    assert seeded.row(model_executions, queued).phase == Phase.QUEUED


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.HELD])
def test_requeueing_leaves_alone_what_is_not_in_flight(seeded, phase):
    item = seeded.add_execution(phase=phase)
    with begin_write(seeded.engine) as connection:
        assert requeue(connection, EXECUTION, [item]) == 0
    assert seeded.row(model_executions, item).status == ExecutionStatus.RUNNING


def test_an_execution_waits_for_every_earlier_version_of_its_dataset(seeded):
    later = seeded.add_version(phase=Phase.DONE, status="prepared")
    item = seeded.add_execution(dataset_version_id=later)
    with begin_write(seeded.engine) as connection:
        first = dataset_versions.update().where(dataset_versions.c.id == seeded.version_id)
        connection.execute(first.values(phase=Phase.STARTED, status="pending"))

    assert claim(seeded.engine, EXECUTION, NOW) == []
    with begin_write(seeded.engine) as connection:
        connection.execute(first.values(phase=Phase.DONE, status="failed"))
    assert [batch.ids for batch in claim(seeded.engine, EXECUTION, NOW)] == [(item,)]


def test_an_execution_of_a_version_that_failed_is_not_claimed(seeded):
    with begin_write(seeded.engine) as connection:
        connection.execute(dataset_versions.update().values(status="failed"))
    seeded.add_execution()

    assert claim(seeded.engine, EXECUTION, NOW) == []


def test_a_transient_failure_is_tried_again_ever_later_and_given_up_in_the_end(seeded):
    item, now = seeded.add_execution(), NOW
    pauses = []
    for _ in range(MAX_STARTS - 1):
        (batch,) = claim(seeded.engine, EXECUTION, now)
        attempt = start(seeded.engine, EXECUTION, item, batch.run_key, "run", now=now)
        assert attempt is not None
        assert try_again(seeded.engine, EXECUTION, item, attempt, now)
        assert claim(seeded.engine, EXECUTION, now) == []
        run_after = seeded.row(model_executions, item).run_after
        pauses.append(run_after - now)
        now = run_after
    (batch,) = claim(seeded.engine, EXECUTION, now)
    attempt = start(seeded.engine, EXECUTION, item, batch.run_key, "run", now=now)
    assert attempt is not None

    assert not try_again(seeded.engine, EXECUTION, item, attempt, now)
    assert pauses == sorted(pauses)
    assert pauses[0] >= timedelta(seconds=10)


def test_what_was_started_and_did_not_end_gets_a_run_of_its_own(seeded):
    suspect, neighbour = seeded.add_execution(), seeded.add_execution()
    (batch,) = claim(seeded.engine, EXECUTION, NOW)
    start(seeded.engine, EXECUTION, suspect, batch.run_key, "run-1", now=NOW)
    with begin_write(seeded.engine) as connection:
        requeue(connection, EXECUTION, batch.ids)

    assert sorted(each.ids for each in claim(seeded.engine, EXECUTION, NOW)) == [
        (suspect,),
        (neighbour,),
    ]


def test_what_was_put_back_to_wait_shares_a_run_again(seeded):
    items = (seeded.add_execution(), seeded.add_execution())
    (batch,) = claim(seeded.engine, EXECUTION, NOW)
    for item in items:
        attempt = start(seeded.engine, EXECUTION, item, batch.run_key, "run-1", now=NOW)
        assert attempt is not None
        assert try_again(seeded.engine, EXECUTION, item, attempt, NOW)

    (again,) = claim(seeded.engine, EXECUTION, NOW + timedelta(hours=1))

    assert again.ids == items


def test_an_attempt_that_lost_its_claim_no_longer_holds_the_item(seeded):
    item = seeded.add_execution()
    (batch,) = claim(seeded.engine, EXECUTION, NOW)
    attempt = start(seeded.engine, EXECUTION, item, batch.run_key, "run-1", now=NOW)
    assert attempt is not None
    with begin_write(seeded.engine) as connection:
        assert holds(connection, EXECUTION, item, attempt)
        requeue(connection, EXECUTION, [item])
        assert not holds(connection, EXECUTION, item, attempt)


def test_an_item_is_taken_to_be_closed_by_one_only_and_its_phase_is_kept(seeded):
    item = seeded.add_execution(phase=Phase.HELD)

    assert take_to_close(seeded.engine, EXECUTION, item, Phase.HELD, NOW) == 2
    assert take_to_close(seeded.engine, EXECUTION, item, Phase.HELD, NOW) is None
    run_key = seeded.row(model_executions, item).run_key
    assert phase_before_closing(run_key) is Phase.HELD


def test_claims_made_at_once_share_nothing(server_url, seed):
    upgrade(server_url)
    seeded = seed(engine_for(server_url))
    for _ in range(20):
        seeded.add_execution()
        seeded.add_execution(seeded.other_model_id)
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda _: claim(seeded.engine, EXECUTION, NOW), range(8)))

    claimed = [item for batches in claims for batch in batches for item in batch.ids]
    assert len(claimed) == len(set(claimed)) == 40


def _claimed(seeded, now=NOW) -> list[list[int]]:
    return [list(batch.ids) for batch in claim(seeded.engine, REPORT, now)]


def test_while_enough_runs_wait_the_backlog_is_left_for_one_larger_run(seeded):
    first = seeded.add_report()
    (waiting,) = claim(seeded.engine, REPORT, NOW)
    second = seeded.add_report()
    assert _claimed(seeded) == [[second]]
    backlog = [seeded.add_report() for _ in range(3)]
    assert _claimed(seeded) == []

    # A worker has taken the first: one waits, and the next is made of all that came meanwhile.
    assert start(seeded.engine, REPORT, first, waiting.run_key, "run-1", now=NOW) == 1
    assert _claimed(seeded) == [backlog]


def test_a_run_that_does_not_come_holds_up_nothing_for_long(seeded):
    for _ in range(2):
        seeded.add_report()
        assert len(_claimed(seeded)) == 1
    later = seeded.add_report()

    assert _claimed(seeded, NOW + timedelta(seconds=59)) == []
    assert _claimed(seeded, NOW + timedelta(seconds=61)) == [[later]]


def test_as_many_runs_may_wait_as_there_are_workers(seeded):
    with begin_write(seeded.engine) as connection:
        known = {"host": "here", "pid": 1, "started_at": NOW, "heartbeat_at": NOW}
        connection.execute(workers.insert(), [{"id": f"w{n}", **known} for n in range(3)])

    claimed = []
    for _ in range(4):
        seeded.add_report()
        claimed += _claimed(seeded)

    assert [len(ids) for ids in claimed] == [1, 1, 1]


def test_what_an_operator_runs_and_what_is_being_closed_does_not_wait(seeded):
    by_hand, closing = seeded.add_report(), seeded.add_report()
    assert claim_these(seeded.engine, REPORT, [by_hand], "by-hand", "run-1", now=NOW) == []
    assert take_to_close(seeded.engine, REPORT, closing, Phase.QUEUED, NOW) is not None

    for _ in range(2):
        seeded.add_report()
        assert len(_claimed(seeded)) == 1
    seeded.add_report()
    assert _claimed(seeded) == []


def test_what_may_run_is_what_a_claim_takes(seeded):
    assert claimable_kinds(seeded.engine, NOW) == []
    seeded.add_execution()
    seeded.add_report(run_after=NOW + timedelta(minutes=1))
    assert claimable_kinds(seeded.engine, NOW) == [EXECUTION]
    assert claimable_kinds(seeded.engine, NOW + timedelta(minutes=1)) == [EXECUTION, REPORT]
    assert len(claim(seeded.engine, EXECUTION, NOW)) == 1
    assert claimable_kinds(seeded.engine, NOW) == []
