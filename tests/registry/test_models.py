"""Registration, versions and their life, on every database."""

import threading
from typing import get_args

import pytest
import sqlalchemy as sa

from iop_pipelines.demo.load import folder
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.frequencies import Frequency
from iop_pipelines.domain.vocabulary import ModelStatus, ModelType
from iop_pipelines.errors import Conflict, InvalidDeclaration, InvalidInput, NotFound
from iop_pipelines.registry.defaults import config_for, default_config
from iop_pipelines.registry.models import (
    active_models_of,
    list_models,
    load_spec,
    model,
    promote,
    register,
    rollback,
    set_status,
)
from iop_pipelines.schema.tables import analytical_models, model_events
from iop_pipelines.transform.versions import dataset, register_dataset

ACTIVE, DRAFT, DEPRECATED = ModelStatus.ACTIVE, ModelStatus.DRAFT, ModelStatus.DEPRECATED


def _events(engine, model_id):
    query = sa.select(model_events).where(model_events.c.model_id == model_id)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(model_events.c.id)).all()
    return [(row.status_before, row.status_after, row.actor, row.reason) for row in rows]


def test_a_model_is_registered_once_and_read_back_whole(engine, model_content):
    spec = load_spec(model_content)
    model_id = register(engine, spec, created_by=7)
    assert register(engine, spec) == model_id
    stored = model(engine, model_id)
    assert (stored.spec, stored.status, stored.created_by) == (spec, DRAFT, 7)
    assert stored.partition_key == f"{model_id}.revenue-trend@v1.0.0"
    assert stored.label == "revenue-trend v1.0.0"
    assert _events(engine, model_id) == [(None, "draft", 7, "registered")]


def test_the_same_version_with_other_content_is_a_conflict(engine, model_content):
    register(engine, load_spec(model_content))
    model_content["config"]["params"]["window"] = 35
    with pytest.raises(Conflict, match="another config; raise the version"):
        register(engine, load_spec(model_content))
    model_content["version"] = "v1.1.0"
    register(engine, load_spec(model_content))


def test_models_whose_names_differ_by_case_or_accents_live_side_by_side(engine, model_content):
    names = ("revenue", "Revenue", "révenue")
    ids = {name: register(engine, load_spec({**model_content, "name": name})) for name in names}
    for model_id in ids.values():
        promote(engine, model_id)

    assert len(set(ids.values())) == 3
    assert {name: model(engine, each).spec.name for name, each in ids.items()} == {
        name: name for name in ids
    }
    assert {each.id for each in active_models_of(engine, "sales")} == set(ids.values())
    assert [each.id for each in list_models(engine, name="Revenue")] == [ids["Revenue"]]
    assert list_models(engine, name="REVENUE") == []


def test_spaces_around_a_name_are_not_of_it(engine, model_content):
    first = register(engine, load_spec({**model_content, "name": "revenue"}))
    assert register(engine, load_spec({**model_content, "name": " revenue  "})) == first
    assert model(engine, first).spec.name == "revenue"
    with pytest.raises(InvalidDeclaration, match="name"):
        load_spec({**model_content, "name": "  "})


def test_promotion_retires_the_former_and_rollback_brings_it_back(engine, model_content):
    first = register(engine, load_spec(model_content))
    second = register(engine, load_spec({**model_content, "version": "v2.0.0"}))
    promote(engine, first, actor=1)
    promote(engine, second, actor=2, reason="better")
    assert model(engine, first).status is DEPRECATED
    assert [each.id for each in active_models_of(engine, "sales")] == [second]
    assert rollback(engine, "revenue-trend", actor=3, reason="worse").id == first
    assert model(engine, second).status is DEPRECATED
    assert [each.id for each in active_models_of(engine, "sales")] == [first]
    assert _events(engine, first)[1:] == [
        ("draft", "active", 1, None),
        ("active", "deprecated", 2, "better"),
        ("deprecated", "active", 3, "worse"),
    ]
    assert rollback(engine, "revenue-trend").id == second


def test_activating_leaves_other_versions_alone_and_nothing_goes_back_to_draft(
    engine, model_content
):
    first = register(engine, load_spec(model_content))
    second = register(engine, load_spec({**model_content, "version": "v2.0.0"}))
    set_status(engine, first, ACTIVE)
    set_status(engine, second, ACTIVE)
    assert [each.id for each in active_models_of(engine, "sales")] == [first, second]
    with pytest.raises(Conflict, match="can become deprecated"):
        set_status(engine, first, DRAFT)
    before = _events(engine, first)
    assert set_status(engine, first, ACTIVE).status is ACTIVE
    assert _events(engine, first) == before


def test_models_are_listed_newest_first_by_cursor(engine, model_content):
    ids = [
        register(engine, load_spec({**model_content, "version": f"v1.0.{patch}"}))
        for patch in range(5)
    ]
    promote(engine, ids[2])
    listed = [each.id for each in list_models(engine, limit=2)]
    assert listed == ids[:-3:-1]
    rest = list_models(engine, limit=10, cursor=listed[-1])
    assert [each.id for each in rest] == ids[2::-1]
    assert [each.id for each in list_models(engine, status=ACTIVE)] == [ids[2]]
    assert list_models(engine, name="other") == []


def test_a_model_that_is_not_there_is_not_found(engine, model_content):
    promote(engine, register(engine, load_spec(model_content)))
    for ask in (lambda: model(engine, 99), lambda: promote(engine, 99)):
        with pytest.raises(NotFound, match="99"):
            ask()
    with pytest.raises(NotFound, match="no earlier version"):
        rollback(engine, "revenue-trend")


def _set(content, path, value):
    *parents, last = path.split(".")
    for name in parents:
        content = content[name]
    content[last] = value


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("config.runtime", "pyod", "config.runtime"),
        ("config.dataset", "nowhere", "config.dataset"),
        ("config.input.measures", ["profit"], "config.input.measures.0"),
        ("config.input.series", ["shop", "town"], "config.input.series.1"),
        ("config.input.series", ["shop", "shop"], "config.input.series.1"),
        ("config.params", {"window": 3}, "config.params.window"),
        ("config.params", {"width": 3}, "config.params.width"),
        ("config.params", {"measure": "profit"}, "config.params.measure"),
        (
            "config.input.where",
            {"field": "town", "op": "eq", "value": "Lagos"},
            "config.input.where.field",
        ),
        ("input_schema", {}, "input_schema.type"),
        ("input_schema.properties", {"town": {}}, "input_schema.properties.town"),
        ("input_schema.properties.shop", {"anyOf": [{}]}, "input_schema.properties.shop.anyOf"),
        ("output_schema.properties", {"shop": {}}, "output_schema.properties.shop"),
    ],
)
def test_what_a_model_names_must_exist(engine, model_content, path, value, field):
    _set(model_content, path, value)
    if path == "input_schema.properties":
        model_content["input_schema"]["required"] = []
    with pytest.raises(InvalidInput) as refused:
        register(engine, load_spec(model_content))
    assert refused.value.field == field
    assert list_models(engine) == []


def test_a_condition_over_fields_of_the_dataset_is_accepted(engine, model_content):
    model_content["config"]["input"]["where"] = {"field": "shop", "op": "in", "value": ["Lagos"]}
    register(engine, load_spec(model_content))


def test_a_rule_that_names_another_measure_is_refused(engine, model_content):
    model_content["type"] = "rule_based"
    model_content["config"]["runtime"] = "rules"
    rule = {
        "name": "low",
        "measure": "profit",
        "when": {"field": "profit", "op": "lt", "value": 1},
    }
    model_content["config"]["params"] = {"rules": [rule]}
    with pytest.raises(InvalidDeclaration, match="profit"):
        register(engine, load_spec(model_content))


def test_all_that_is_wrong_with_a_model_is_told_at_once(engine, model_content):
    config = model_content["config"]
    config["params"] = {"windw": 28, "treshold": 3}
    config["input"]["measures"] = ["profit"]
    config["input"]["where"] = {"field": "store", "op": "eq", "value": "x"}
    model_content["output_schema"]["properties"]["moon"] = {"type": "number"}
    with pytest.raises(InvalidDeclaration) as refused:
        register(engine, load_spec(model_content))
    told = dict(refused.value.issues)
    assert list(told) == [
        "config.input.measures.0",
        "output_schema.properties.moon",
        "config.input.where.field",
        "config.params.windw",
        "config.params.treshold",
    ]
    assert "did you mean 'window'?" in told["config.params.windw"].english
    assert refused.value.field == "config.input.measures.0"
    assert all(path in str(refused.value) for path in told)


@pytest.mark.every_database
def test_processes_that_register_the_same_model_at_once_make_one_row(engine, model_content):
    spec = load_spec(model_content)
    ids: list[int] = []
    threads = [
        threading.Thread(target=lambda: ids.append(register(engine, spec))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        count = connection.scalar(sa.select(sa.func.count()).select_from(analytical_models))
    assert len(ids) == 4
    assert len(set(ids)) == count == 1


@pytest.mark.parametrize("model_type", list(ModelType))
def test_a_default_configuration_registers(engine, model_content, model_type):
    config = default_config(model_type, dataset(engine, "sales").declaration)
    content = model_content | {"type": model_type, "config": config.model_dump(mode="json")}
    assert model(engine, register(engine, load_spec(content))).spec.config == config


def test_the_default_reads_the_dataset_that_has_the_columns(engine):
    names = dataset(engine, "sales").declaration.fields
    columns = {"properties": {name: {} for name in names}}
    assert config_for(engine, ModelType.ML, columns).dataset == "sales"
    with pytest.raises(
        InvalidDeclaration, match=r"no dataset has the columns \['moon'\]"
    ) as refused:
        config_for(engine, ModelType.ML, {"properties": {"moon": {}}})
    assert refused.value.field == "config"


def test_a_model_of_pipeline_runs_cannot_wait_for_a_score(engine):
    spec = load_spec(folder("models") / "pipeline-health.yaml")
    waiting = spec.config.model_copy(update={"quality_threshold": 80})
    with pytest.raises(InvalidDeclaration, match="never scored") as refused:
        register(engine, spec.model_copy(update={"config": waiting}))
    assert refused.value.field == "config.quality_threshold"
    register(engine, spec)


@pytest.mark.parametrize("freq", [*get_args(Frequency), None])
def test_a_model_is_of_a_step_that_models_read_or_is_refused(engine, model_content, freq):
    content = dataset(engine, "sales").declaration.model_dump(mode="json")
    content |= {"name": "stepped", "freq": freq, "time": "at"}
    content["key"] = ["at", "shop"]
    content["fields"]["at"] = {"type": "datetime"}
    content["steps"][0]["columns"]["at"] = {"to": "datetime"}
    register_dataset(engine, DatasetDeclaration.model_validate(content))
    spec = load_spec(model_content | {"config": model_content["config"] | {"dataset": "stepped"}})
    if freq is not None:
        assert register(engine, spec) > 0
        return
    with pytest.raises(InvalidDeclaration) as refused:
        register(engine, spec)
    assert refused.value.field == "config.dataset"
    assert "without a step" in str(refused.value)
