from datetime import datetime

import pytest

from iop_pipelines.domain.vocabulary import ExecutionStatus, Phase
from iop_pipelines.ledger.work import EXECUTION, REPORT, claim, claim_these, requeue, start
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.migrate import upgrade
from iop_pipelines.schema.tables import dataset_versions, generated_reports, model_executions

NOW = datetime(2026, 3, 1, 12)


def test_a_claim_gathers_executions_into_one_batch_a_type_in_the_order_asked(database_url, seed):
    upgrade(database_url)
    seeded = seed(engine_for(database_url))
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

    assert not start(seeded.engine, EXECUTION, item, "another-key", "run-1", NOW)
    assert start(seeded.engine, EXECUTION, item, batch.run_key, "run-1", NOW)
    assert not start(seeded.engine, EXECUTION, item, batch.run_key, "run-2", NOW)
    assert seeded.row(model_executions, item).dagster_run_id == "run-1"


def test_a_requeued_item_is_a_new_attempt_that_the_lost_run_cannot_start(seeded):
    item = seeded.add_execution()
    (lost,) = claim(seeded.engine, EXECUTION, NOW)
    with begin_write(seeded.engine) as connection:
        assert requeue(connection, EXECUTION, [item]) == 1
    (again,) = claim(seeded.engine, EXECUTION, NOW)

    assert again.run_key != lost.run_key
    assert not start(seeded.engine, EXECUTION, item, lost.run_key, "run-1", NOW)
    assert start(seeded.engine, EXECUTION, item, again.run_key, "run-2", NOW)
    assert seeded.row(model_executions, item).attempt == 2


def test_starting_a_report_says_that_it_is_being_generated(seeded):
    item = seeded.add_report()
    (batch,) = claim(seeded.engine, REPORT, NOW)
    start(seeded.engine, REPORT, item, batch.run_key, "run-1", NOW)

    assert seeded.row(generated_reports, item).status == "generating"


def test_an_operator_is_refused_what_another_run_has(seeded):
    taken = seeded.add_execution()
    claim(seeded.engine, EXECUTION, NOW)
    queued = seeded.add_execution(seeded.other_model_id)

    refused = claim_these(seeded.engine, EXECUTION, [taken, queued], "ui", "run-1", NOW)

    assert refused == [taken]
    assert seeded.row(model_executions, queued).phase == Phase.QUEUED


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.HELD])
def test_requeueing_leaves_alone_what_is_not_in_flight(seeded, phase):
    item = seeded.add_execution(phase=phase)
    with begin_write(seeded.engine) as connection:
        assert requeue(connection, EXECUTION, [item]) == 0
    assert seeded.row(model_executions, item).status == ExecutionStatus.RUNNING
