"""Models of which little is said: schemas left out, a file that is written, a draft that lists what it lacks."""

import json
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from iop_pipelines.cli import main
from iop_pipelines.domain.vocabulary import ModelStatus, ModelType
from iop_pipelines.errors import Conflict, InvalidDeclaration, NotFound
from iop_pipelines.ledger.requests import request_execution
from iop_pipelines.registry.defaults import Draft, config_for
from iop_pipelines.registry.drafting import as_yaml, draft
from iop_pipelines.registry.models import (
    load_spec,
    model,
    promote,
    register,
    register_incomplete,
    set_status,
)
from iop_pipelines.runtimes.catalogue import RUNTIMES
from iop_pipelines.schema import migrate
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.transform.declarations import demo_declarations
from iop_pipelines.transform.versions import dataset, register_dataset

NOW = datetime(2026, 3, 1)


def _without_schemas(content: dict) -> dict:
    return {name: each for name, each in content.items() if not name.endswith("_schema")}


def test_schemas_that_are_left_out_are_those_of_the_fields_that_it_reads(engine, model_content):
    spec = load_spec(_without_schemas(model_content))
    stored = model(engine, register(engine, spec)).spec

    assert stored.input_schema == {
        "type": "object",
        "required": ["day", "shop", "amount"],
        "properties": {
            "day": {"type": "string", "format": "date"},
            "shop": {"type": ["string", "null"]},
            "amount": {"type": ["number", "null"]},
        },
    }
    assert stored.output_schema["properties"]["measure"] == {"type": "string", "enum": ["revenue"]}


def test_the_same_file_is_the_same_version_also_after_its_dataset_has_changed(
    engine, model_content
):
    content = _without_schemas(model_content)
    first = register(engine, load_spec(content))
    declared = dataset(engine, "sales").declaration
    nullable = declared.fields["shop"].model_copy(update={"nullable": False})
    fields = {**declared.fields, "shop": nullable}
    register_dataset(engine, declared.model_copy(update={"version": 2, "fields": fields}))

    assert register(engine, load_spec(content)) == first
    given = {**content, "input_schema": model_content["input_schema"]}
    with pytest.raises(Conflict, match="input_schema"):
        register(engine, load_spec(given))


@pytest.mark.parametrize("runtime", sorted(RUNTIMES))
def test_what_is_written_for_a_dataset_and_measure_registers_as_it_is(engine, runtime):
    for declaration in demo_declarations():
        register_dataset(engine, declaration)
    spec = draft(engine, "flights_daily", "cancelled_pct", runtime=runtime)
    read = load_spec(yaml.safe_load(as_yaml(spec)))

    assert read == spec
    stored = model(engine, register(engine, read)).spec
    assert stored.config.input.measures == ("cancelled_pct",)
    assert set(stored.config.input.series) == {"origin", "airline", "destination"}
    assert stored.input_schema["required"][0] == "date"


def test_what_is_not_there_is_named_with_the_nearest(engine):
    with pytest.raises(NotFound, match="has no measure 'revenu'; did you mean 'revenue'"):
        draft(engine, "sales", "revenu")
    with pytest.raises(InvalidDeclaration, match="no dataset 'sale'"):
        draft(engine, "sale", "revenue")


@pytest.mark.parametrize(
    ("columns", "measure"),
    [(["day", "tax"], "taxes"), (["amount"], "revenue"), (["day"], "revenue"), ([], "revenue")],
)
def test_a_model_without_a_configuration_is_of_the_measure_that_its_columns_name(
    engine, columns, measure
):
    declared = dataset(engine, "sales").declaration
    content = declared.model_dump(mode="json")
    content["version"] = 2
    content["fields"]["tax"] = {"type": "number"}
    content["steps"][0]["columns"]["tax"] = {"to": "number"}
    content["measures"]["taxes"] = {"kind": "mean", "field": "tax"}
    register_dataset(engine, type(declared).model_validate(content))
    schema = {"type": "object", "properties": {name: {} for name in columns}}

    assert config_for(engine, ModelType.ML, schema).input.measures == (measure,)


MOON = Draft(
    name="moon",
    type=ModelType.STATISTICAL,
    input_schema={"type": "object", "properties": {"moon": {"type": "number"}}},
    output_schema={},
)


def test_a_draft_that_fits_no_dataset_says_what_it_lacks_and_cannot_run(engine):
    model_id = register_incomplete(engine, MOON)
    assert register_incomplete(engine, MOON) == model_id
    stored = model(engine, model_id)

    lacks = [str(each) for each in stored.lacks]
    assert lacks[0] == "config.dataset: no dataset has all of its input's columns: moon"
    assert [each.split(":")[0] for each in lacks] == [
        "config.dataset",
        "config.input.measures",
        "config.runtime",
    ]
    for act in (
        lambda: request_execution(engine, model_id, "sales", NOW),
        lambda: promote(engine, model_id),
        lambda: set_status(engine, model_id, ModelStatus.ACTIVE),
    ):
        with pytest.raises(Conflict, match="is a draft that lacks something") as refused:
            act()
        assert refused.value.current == {"lacks": lacks}
    with pytest.raises(Conflict, match="input_schema"):
        register_incomplete(engine, MOON.model_copy(update={"input_schema": {}}))
    with pytest.raises(InvalidDeclaration, match="input_schema") as refused:
        register_incomplete(engine, MOON.model_copy(update={"input_schema": {"type": "array"}}))
    assert refused.value.field == "input_schema.type"


def test_a_model_of_pipeline_runs_needs_no_schemas_either(engine):
    content = {
        "name": "runs",
        "type": "statistical",
        "config": {
            "runtime": "seasonal_residual",
            "dataset": "pipeline_runs",
            "input": {"measures": ["duration_s"], "series": ["pipeline"]},
        },
    }
    stored = model(engine, register(engine, load_spec(content))).spec
    assert stored.input_schema["required"] == ["unique_id", "ds", "duration_s"]


def test_a_draft_is_completed_by_registering_it_with_what_it_lacks(engine, model_content):
    model_id = register_incomplete(engine, MOON)
    content = {**_without_schemas(model_content), "name": "moon"}

    assert register(engine, load_spec(content)) == model_id
    stored = model(engine, model_id)
    assert stored.lacks == ()
    assert stored.spec.config.dataset == "sales"
    assert promote(engine, model_id).status is ModelStatus.ACTIVE
    with pytest.raises(Conflict):
        register_incomplete(engine, MOON)


def test_the_command_writes_the_file_and_never_over_one(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    home, url = tmp_path / "home", f"sqlite:///{tmp_path / 'home' / 'iop.db'}"
    home.mkdir()
    migrate.upgrade(url)
    (flights,) = [each for each in demo_declarations() if each.name == "flights_daily"]
    register_dataset(engine_for(url), flights)
    path = tmp_path / "it.yaml"

    def iop(*words: str):
        return CliRunner().invoke(main, [*words, "--home", str(home)])

    new = (
        "model",
        "new",
        "--dataset",
        "flights_daily",
        "--measure",
        "flights",
        "--file",
        str(path),
    )
    done = iop(*new)
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert f"`iop model register {path} --promote --score --home {home}` starts it" in said
    written = path.read_text()
    assert iop(*new).exit_code == 1
    assert path.read_text() == written
    ahead = tmp_path / "ahead.yaml"
    forecast = (*new[:-1], str(ahead), "--name", "flights-ahead", "--forecast")
    assert iop(*forecast).exit_code == 0
    assert "runtime: forecast_ensemble" in ahead.read_text()
    assert "either --forecast or --runtime" in iop(*forecast, "--runtime", "prophet").output
    assert iop("model", "register", str(ahead), "--promote").exit_code == 0
    registered = iop("model", "register", str(path), "--promote", "--json")
    assert json.loads(registered.output)["status"] == "active"
    engine_for(url).dispose()
