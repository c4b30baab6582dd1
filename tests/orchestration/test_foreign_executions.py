"""A worker runs models that were made elsewhere by the settings of its instance, and tells why where it cannot."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from iop_pipelines.domain.moments import utc_now
from iop_pipelines.ledger.mirror import mirror
from iop_pipelines.ledger.requests import request_execution
from iop_pipelines.ledger.work import EXECUTION
from iop_pipelines.orchestration import ticks
from iop_pipelines.registry.models import load_spec, register
from iop_pipelines.runtimes.model_files import store_file
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.schema.tables import model_executions, model_outputs
from model_server import running_model_server
from onnx_files import weekly_model

READ = {"measures": ["flights"], "series": ["origin"]}
DAY = date(2013, 1, 20)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_worker_runs_what_it_may_and_keeps_nothing_of_what_fails(
    bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.keep_models()
    bench.execute(ticks.drm_pipeline_runs(bench.platform, bench.instance, None).requests)
    engine = bench.platform.engine
    file = tmp_path / "weekly.onnx"
    file.write_bytes(weekly_model().SerializeToString())
    checksum = store_file(Outside.of(bench.platform.settings), file, file.name).checksum

    def asked(name: str, runtime: str, **params: str) -> int:
        config = {
            "runtime": runtime,
            "dataset": "flights_daily",
            "input": READ,
            "params": {"lags": 7, "threshold": 0, **params},
            "trigger": {"on": "request"},
        }
        spec = load_spec({"name": name, "type": "ml", "config": config})
        ref = f"dataset:flights_daily?from={DAY}&to={DAY + timedelta(days=1)}"
        return request_execution(engine, register(engine, spec), ref, utc_now())

    with running_model_server() as server:
        monkeypatch.setenv("IOP_MODEL_SERVERS", server.url)
        ids = [
            asked("file", "onnx", checksum=checksum),
            asked("server", "remote", url=server.url, model="weekly"),
            asked("wrong", "remote", url=server.url, model="nan"),
            asked("denied", "remote", url="http://127.0.0.1:9", model="weekly"),
            asked("gone", "onnx", checksum="f" * 64),
        ]
        while requests := ticks.launch(bench.platform, EXECUTION):
            bench.execute(requests)
        mirror(bench.instance, engine)
    ended = {
        row.id: row
        for row in bench.rows(
            sa.select(
                model_executions.c.id, model_executions.c.status, model_executions.c.error_msg
            )
        )
    }
    assert [ended[each].status for each in ids] == ["success", "success", *["failed"] * 3]
    for each, said in zip(
        ids[2:],
        ["answers no number", "may not be called", "no file with the checksum"],
        strict=True,
    ):
        assert said in ended[each].error_msg
    rows = bench.rows(sa.select(model_outputs.c.execution_id, model_outputs.c.score))
    by_file, by_server = (
        sorted(row.score for row in rows if row.execution_id == each) for each in ids[:2]
    )
    assert by_file == by_server
    assert len(by_file) == 3
    assert {row.execution_id for row in rows} == set(ids[:2])
