"""Replacing a declaration, deleting what is there, and models that score the history, by the commands people type."""

import json
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
import yaml
from click.testing import CliRunner, Result

from iop_pipelines.cli import main
from iop_pipelines.demo.load import folder
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import ExecutionStatus, ModelStatus, Phase
from iop_pipelines.errors import Conflict
from iop_pipelines.ledger.deleting import delete_dataset
from iop_pipelines.ledger.replacing import progress, replace_dataset
from iop_pipelines.ledger.verify import verify
from iop_pipelines.orchestration import launch
from iop_pipelines.registry.models import load_spec, model, promote, register
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import (
    analytical_models,
    audit_events,
    dashboards,
    dataset_versions,
    datasets,
    model_executions,
    model_outputs,
    rejected_rows,
    report_templates,
)
from iop_pipelines.transform.declarations import load_declaration
from iop_pipelines.transform.table import prepared_table
from iop_pipelines.transform.versions import dataset
from read_back import read_version

FLIGHTS = "flights_daily"
LIMITS = "cancellation-limits"
executions = model_executions.c


@pytest.fixture
def iop(request, monkeypatch):
    """On the bench's home, and with its Dagster in place of one that a command would open."""
    bench = request.getfixturevalue("loaded" if "loaded" in request.fixturenames else "bench")
    monkeypatch.setattr(launch, "dagster_instance", lambda _: nullcontext(bench.instance))

    def run(*words: str, given: str = "") -> Result:
        home = str(bench.platform.settings.home)
        return CliRunner().invoke(main, [*words, "--home", home], input=given)

    return run


@pytest.fixture
def declared(tmp_path: Path):
    """Writes flights_daily as the demo declares it, changed."""

    def write(change) -> Path:
        content = yaml.safe_load((folder("datasets") / f"{FLIGHTS}.yaml").read_text())
        change(content)
        path = tmp_path / "changed.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        return path

    return write


@pytest.fixture
def loaded(bench_of):
    """January and four days of February prepared, by all models that may run."""
    return bench_of("loaded", _load_four_days)


def _load_four_days(bench) -> None:
    bench.keep_models(LIMITS)
    bench.ingest_until(date(2013, 2, 4))
    bench.tick()


def _count(bench, table: sa.Table, *conditions) -> int:
    return bench.rows(sa.select(sa.func.count()).select_from(table).where(*conditions))[0][0]


def _frame(bench):
    engine = bench.platform.engine
    return read_version(engine, dataset(engine, FLIGHTS).declaration)


def _with_number(content: dict) -> None:
    """Airlines are counted in thousands of flights: a measure's field becomes another type."""
    content["fields"]["flights"]["type"] = "number"
    content["steps"][0]["columns"]["flights"]["to"] = "number"


def test_a_replaced_declaration_prepares_again_what_was_delivered_and_may_change_a_type(
    loaded, iop, declared
):
    before = _frame(loaded)
    done = iop("dataset", "replace", str(declared(_with_number)), "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert (said["name"], said["version"], said["queued"]) == (FLIGHTS, 2, 5)
    assert [each.split()[0] for each in said["models"]] == [LIMITS]
    with loaded.platform.engine.connect() as connection:
        (under_way,) = progress(connection).values()
    assert (under_way.left, under_way.total) == (5, 5)
    listed = json.loads(iop("dataset", "list", "--json").output)
    assert {each["name"]: each["status"] for each in listed}[FLIGHTS] == "preparing, 0 of 5 done"

    loaded.tick()

    after = _frame(loaded)
    assert str(after["flights"].dtype) == "float64"
    assert after["flights"].tolist() == [float(n) for n in before["flights"]]
    assert after.drop(columns="flights").equals(before.drop(columns="flights"))
    of_flights = dataset_versions.c.dataset_id == dataset(loaded.platform.engine, FLIGHTS).id
    assert (
        _count(loaded, dataset_versions, of_flights, dataset_versions.c.declaration_version != 2)
        == 0
    )
    with loaded.platform.engine.connect() as connection:
        assert progress(connection) == {}
    told = loaded.rows(sa.select(audit_events.c.procedure, audit_events.c.value_after))
    assert [(row.procedure, row.value_after["queued"]) for row in told] == [("datasets.replace", 5)]


def test_the_same_declaration_again_prepares_nothing_again(loaded, iop, declared):
    done = iop("dataset", "replace", str(declared(lambda content: None)))
    assert "is declared so already; 0 deliveries are prepared" in done.output


def test_it_mends_what_a_wrong_declaration_refused_and_the_models_run(bench, iop, declared):
    """The mistake, the refusal, the repair: by a declaration whose dates are read wrongly."""
    bench.keep_models(LIMITS)
    engine = bench.platform.engine

    def too_strict(content: dict) -> None:
        content["steps"][0]["columns"]["flights"]["minimum"] = 1_000_000

    assert iop("dataset", "replace", str(declared(too_strict))).exit_code == 0
    bench.tick()
    of_it = dataset_versions.c.dataset_id == dataset(engine, FLIGHTS).id
    (failed,) = bench.rows(sa.select(dataset_versions).where(of_it))
    assert failed.status == "failed"
    assert failed.error_msg.startswith("none of the ")
    listed = iop("dataset", "list").output
    assert "none of the" in listed
    home = bench.platform.settings.home
    assert f"`iop dataset accept {failed.id} --home {home}`" in listed.replace("\n", "")

    assert iop("dataset", "replace", str(declared(lambda content: None))).exit_code == 0
    bench.tick()

    (mended,) = bench.rows(sa.select(dataset_versions).where(of_it))
    assert (mended.id, mended.status, mended.declaration_version) == (failed.id, "prepared", 3)
    assert _count(bench, prepared_table(dataset(engine, FLIGHTS).declaration)) > 1000
    assert "none of the" not in iop("dataset", "list").output


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda content: content["measures"].pop("cancelled_pct"),
            f"active models ask {FLIGHTS} for what this declaration no longer has",
        ),
        (
            lambda content: content.update(source="airport_hourly"),
            f"dataset {FLIGHTS} is prepared from {FLIGHTS}, not from airport_hourly",
        ),
        (lambda content: content.update(name="no_such"), "no dataset 'no_such'"),
    ],
)
def test_what_cannot_be_replaced_says_why_and_changes_nothing(loaded, iop, declared, change, says):
    done = iop("dataset", "replace", str(declared(change)))
    assert done.exit_code == 1
    assert says in " ".join(done.output.split())
    assert dataset(loaded.platform.engine, FLIGHTS).declaration.version == 1
    assert _count(loaded, dataset_versions, dataset_versions.c.phase != Phase.DONE) == 0


def test_a_worker_that_prepares_by_the_former_declaration_writes_nothing(bench, declared):
    """It read the declaration, slept, and comes back after the replacement."""
    bench.keep_models()
    ticked = bench.platform
    from iop_pipelines.ledger.requests import request_for_drm_run

    for run in bench.platform.drm.finished_runs(limit=10):
        request_for_drm_run(ticked.engine, ticked.drm, run, utc_now())
    former = dataset(ticked.engine, FLIGHTS).declaration
    replace_dataset(ticked.engine, ticked.drm, load_declaration(declared(_with_number)), utc_now())
    from iop_pipelines.drm.rows import read_rows
    from iop_pipelines.errors import Contended
    from iop_pipelines.transform.prepare import prepare
    from iop_pipelines.transform.store import write_version

    of_it = dataset_versions.c.dataset_id == dataset(ticked.engine, FLIGHTS).id
    version = bench.rows(sa.select(dataset_versions).where(of_it))[0]
    window = (version.window_start, version.window_end)
    raw = read_rows(ticked.drm.engine, FLIGHTS, version.drm_run_id)
    late = prepare(former, raw, window)
    with pytest.raises(Contended, match="was declared anew") as refused:
        write_version(ticked.engine, former, version.id, late, window)
    assert refused.value.retryable
    assert _count(bench, prepared_table(former)) == 0


def test_a_dataset_is_deleted_with_a_plan_first_and_prepared_anew_when_it_is_declared_again(
    loaded, iop
):
    engine, home = loaded.platform.engine, str(loaded.platform.settings.home)
    rows = _count(loaded, prepared_table(dataset(engine, FLIGHTS).declaration))
    refused = iop("dataset", "delete", FLIGHTS, "--yes")
    assert refused.exit_code == 1
    assert "cancellation-limits v1.0.0" in refused.output
    whole = f"`iop dataset delete {FLIGHTS} --with-models --home {home}`"
    assert whole in " ".join(refused.output.split())

    plan = iop("dataset", "delete", FLIGHTS, "--with-models")
    said = " ".join(plan.output.split())
    assert f"prepared rows: {rows:,} data versions: 5" in said
    assert "cancellation-limits v1.0.0 (active)" in said
    assert "Nothing was changed" in said
    assert _count(loaded, prepared_table(dataset(engine, FLIGHTS).declaration)) == rows

    done = iop("dataset", "delete", FLIGHTS, "--with-models", "--yes")
    assert done.exit_code == 0, done.output
    assert not sa.inspect(engine).has_table("prepared_flights_daily")
    assert _count(loaded, datasets, datasets.c.name == FLIGHTS) == 0
    assert _count(loaded, rejected_rows) == 0
    assert FLIGHTS not in iop("model", "list").output
    ended = loaded.rows(sa.select(executions.phase).distinct())
    assert {row.phase for row in ended} == {Phase.DONE}
    assert verify(loaded.instance, engine).drift == ()
    told = [row.procedure for row in loaded.rows(sa.select(audit_events.c.procedure))]
    assert told == ["datasets.delete"]

    path = str(folder("datasets") / f"{FLIGHTS}.yaml")
    again = " ".join(iop("dataset", "register", path).output.split())
    assert (
        f"5 deliveries came before it was declared; `iop dataset replace {path} --home {home}`"
        in again
    )
    assert iop("dataset", "replace", path).exit_code == 0
    loaded.tick()
    assert _count(loaded, prepared_table(dataset(engine, FLIGHTS).declaration)) == rows


def test_a_dataset_that_a_worker_has_in_hand_is_not_deleted(loaded):
    engine = loaded.platform.engine
    replace = dataset_versions.update().where(
        dataset_versions.c.dataset_id == dataset(engine, FLIGHTS).id
    )
    with begin_write(engine) as connection:
        connection.execute(replace.values(phase=Phase.STARTED))
    with pytest.raises(Conflict, match="pieces of work on it are not ended yet"):
        delete_dataset(*(engine, loaded.instance, FLIGHTS, utc_now()), with_models=True)
    assert _count(loaded, datasets, datasets.c.name == FLIGHTS) == 1
    assert _count(loaded, analytical_models, analytical_models.c.deleted_at.is_not(None)) == 0


def test_models_templates_and_dashboards_are_named_and_deleted_by_name(loaded, iop):
    engine = loaded.platform.engine
    (stored,) = loaded.rows(
        sa.select(analytical_models.c.id).where(analytical_models.c.name == LIMITS)
    )
    assert _count(loaded, model_outputs, model_outputs.c.model_id == stored.id) > 0
    ran = _count(loaded, model_executions, executions.model_id == stored.id)
    plan = iop("model", "delete", LIMITS, "--json")
    assert json.loads(plan.output)["plan"]["ended executions, which stay in the ledger"] == ran
    assert iop("model", "delete", LIMITS, "--yes").exit_code == 0
    assert _count(loaded, model_outputs, model_outputs.c.model_id == stored.id) == 0
    assert _count(loaded, model_executions, executions.model_id == stored.id) == ran
    assert model(engine, stored.id).status is ModelStatus.DEPRECATED
    assert iop("model", "show", LIMITS).exit_code == 1
    assert "did you mean" in " ".join(iop("model", "show", "cancellation-anomali").output.split())
    assert register(engine, load_spec(folder("models") / f"{LIMITS}.yaml")) != stored.id

    for table, group in ((report_templates, "report"), (dashboards, "dashboard")):
        name = loaded.rows(sa.select(table.c.name).order_by(table.c.id))[0].name
        assert name in " ".join(iop(group, "delete", name).output.split())
        assert _count(loaded, table, table.c.name == name) == 1
        assert iop(group, "delete", name, "--yes").exit_code == 0
        assert _count(loaded, table, table.c.name == name) == 0
        assert iop(group, "delete", name, "--yes").exit_code == 1
    assert verify(loaded.instance, engine).drift == ()


def test_what_was_asked_for_and_not_begun_ends_with_its_model(loaded, iop):
    asked = iop("model", "execute", LIMITS, "--json")
    execution_id = json.loads(asked.output)["executionId"]
    assert iop("model", "delete", LIMITS, "--yes").exit_code == 0
    (row,) = loaded.rows(sa.select(model_executions).where(executions.id == execution_id))
    assert (row.status, row.error_msg) == (ExecutionStatus.FAILED, "the model was deleted")
    assert verify(loaded.instance, loaded.platform.engine).drift == ()


def _copy(bench, name: str) -> int:
    content = load_spec(folder("models") / f"{LIMITS}.yaml").model_dump(mode="json")
    content["config"]["quality_threshold"] = None
    return register(bench.platform.engine, load_spec({**content, "name": name}))


def _days_scored(bench, model_id: int) -> int:
    days = sa.select(sa.func.count(sa.distinct(model_outputs.c.ds)))
    return bench.rows(days.where(model_outputs.c.model_id == model_id))[0][0]


def test_a_model_that_is_promoted_on_loaded_data_scores_the_history(loaded, iop):
    model_id = _copy(loaded, "late")
    words = ("model", "promote", "late", "--force", "--reason", "to see it run")
    _, said = [" ".join(iop(*words).output.split()) for _ in range(2)]
    assert "There is a history, 2013-01-01 to 2013-02-05" in said, "the second asks for none"
    loaded.tick()
    assert _days_scored(loaded, model_id) == 35
    (told,) = json.loads(iop("model", "history", "late", "--json").output)
    assert told["scored"] == "105 of 105", "35 days of three airports"
    (row,) = loaded.rows(sa.select(model_executions).where(executions.model_id == model_id))
    assert "from=2013-01-01T00%3A00%3A00&to=2013-02-05T00%3A00%3A00" in row.input_ref
    assert row.status == ExecutionStatus.SUCCESS


def test_the_first_run_of_a_model_shows_the_history_and_the_second_its_day(loaded):
    model_id = _copy(loaded, "late")
    promote(loaded.platform.engine, model_id)
    loaded.ingest_until(date(2013, 2, 5))
    # The run of the fifth failed; its repetition delivers.
    loaded.tick()
    assert _days_scored(loaded, model_id) == 36
    loaded.ingest_until(date(2013, 2, 7))
    loaded.tick()

    refs = [
        row.input_ref
        for row in loaded.rows(
            sa.select(executions.input_ref)
            .where(executions.model_id == model_id)
            .order_by(executions.id)
        )
    ]
    assert ["?from=2013-01-01" in ref for ref in refs] == [True] + [False] * (len(refs) - 1)
    assert len(refs) >= 3


def test_a_dataset_scores_its_history_with_all_its_models_after_it_was_replaced(
    loaded, iop, declared
):
    replaced = " ".join(iop("dataset", "replace", str(declared(_with_number))).output.split())
    home = loaded.platform.settings.home
    assert f"`iop dataset score {FLIGHTS} --home {home}` scores the history again" in replaced
    asked = iop("dataset", "score", FLIGHTS, "--json")
    (execution_id,) = json.loads(asked.output)["executionIds"]
    loaded.tick()
    loaded.tick()
    (row,) = loaded.rows(sa.select(model_executions).where(executions.id == execution_id))
    assert row.status == ExecutionStatus.SUCCESS, row.error_msg
