"""An end is told to Dagster once, by the attempt that holds the item, and before its row says so."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import dagster as dg
import pymysql
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from iop_pipelines.domain.vocabulary import ModelType, Phase
from iop_pipelines.ledger.events import OUTPUT_ASSETS, TerminalEvent
from iop_pipelines.ledger.mirror import apply
from iop_pipelines.ledger.work import EXECUTION, LostClaim, requeue
from iop_pipelines.orchestration import batches
from iop_pipelines.schema import transactions
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.schema.tables import (
    analytical_models,
    model_executions,
)

NOW = datetime(2026, 3, 1, 12)
ASSET = OUTPUT_ASSETS[ModelType.STATISTICAL]
CHECK = dg.AssetCheckEvaluation(asset_key=ASSET, check_name="output_schema", passed=True)


@pytest.fixture
def engine(migrated_url: str) -> sa.Engine:
    return engine_for(migrated_url)


@pytest.fixture
def item(engine: sa.Engine) -> int:
    """An execution that attempt 1 works on."""
    with begin_write(engine) as connection:
        model = connection.execute(
            analytical_models.insert().values(
                name="delays", version="v1.0.0", type=ModelType.STATISTICAL, config={}
            )
        ).inserted_primary_key
        assert model is not None
        execution = connection.execute(
            model_executions.insert().values(
                model_id=model[0],
                phase=Phase.STARTED,
                attempt=1,
                trigger="test",
                trigger_key="test",
            )
        ).inserted_primary_key
    assert execution is not None
    return execution[0]


@dataclass
class Log:
    """Dagster's log as an op has it, and what the row said at the moment of each event; may break at one."""

    engine: sa.Engine
    told: list[Any] = field(default_factory=list)
    phases: list[Phase | None] = field(default_factory=list)
    breaks_at: type | None = None
    instance: dg.DagsterInstance = field(default_factory=dg.DagsterInstance.ephemeral)

    def log_event(self, event: Any) -> None:
        if self.breaks_at is not None and isinstance(event, self.breaks_at):
            raise ConnectionError("Dagster's storage is away")
        self.told.append(event)
        with self.engine.connect() as another:
            self.phases.append(another.scalar(sa.select(model_executions.c.phase)))


def _tell(log: Log, item: int) -> None:
    event = TerminalEvent(EXECUTION, item, 1, True, 42, NOW, run_id="run-1")
    batches._tell(
        *(log, log.engine, event, ASSET, "1.delays@v1.0.0"),  # type: ignore[arg-type]
        described={},
        checks=[CHECK],
    )


def _row(engine: sa.Engine) -> sa.Row:
    with engine.connect() as connection:
        return connection.execute(sa.select(model_executions)).one()


def _meet_another_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time the row is written the transaction is thrown out, as by a deadlock."""
    met: list[int] = []

    def meeting(connection: sa.Connection, event: TerminalEvent) -> bool:
        met.append(event.item_id)
        if len(met) == 1:
            raise OperationalError(
                "UPDATE", {}, pymysql.err.OperationalError(1213, "Deadlock found")
            )
        return apply(connection, event)

    monkeypatch.setattr(batches, "apply", meeting)


def test_dagster_is_told_before_the_row_says_so_and_of_the_end_last(engine, item):
    log = Log(engine)
    _tell(log, item)
    assert [type(each) for each in log.told] == [dg.AssetCheckEvaluation, dg.AssetMaterialization]
    assert log.phases == [Phase.STARTED, Phase.STARTED]
    assert _row(engine).phase == Phase.DONE


def test_an_end_that_met_another_transaction_is_told_once(engine, item, monkeypatch):
    _meet_another_once(monkeypatch)
    log = Log(engine)
    _tell(log, item)
    assert len(log.told) == 2
    assert _row(engine).phase == Phase.DONE


def test_an_item_given_away_between_two_tries_is_not_told_of(engine, item, monkeypatch):
    """Its next attempt would end it a second time in Dagster's history."""
    _meet_another_once(monkeypatch)

    def give_away(_: float) -> None:
        with begin_write(engine) as connection:
            assert requeue(connection, EXECUTION, [item]) == 1

    monkeypatch.setattr(transactions.time, "sleep", give_away)
    log = Log(engine)
    with pytest.raises(LostClaim):
        _tell(log, item)
    assert log.told == []
    assert (_row(engine).phase, _row(engine).attempt) == (Phase.QUEUED, 2)


@pytest.mark.parametrize("breaks_at", [dg.AssetCheckEvaluation, dg.AssetMaterialization])
def test_an_end_that_dagster_does_not_take_is_in_no_row(engine, item, breaks_at):
    log = Log(engine, breaks_at=breaks_at)
    with pytest.raises(ConnectionError):
        _tell(log, item)
    assert dg.AssetMaterialization not in {type(each) for each in log.told}
    assert _row(engine).phase == Phase.STARTED
    log.breaks_at = None
    _tell(log, item)
    assert _row(engine).phase == Phase.DONE
