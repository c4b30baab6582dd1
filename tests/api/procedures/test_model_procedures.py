"""models.* and executions.*: register, execute, promote, look back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from iop_pipelines.api import wire
from iop_pipelines.api.registry import ApiError
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.runtimes.catalogue import RUNTIMES
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import findings, model_executions, model_outputs
from iop_pipelines.tracing.context import new_trace, within

IN = {
    "type": "object",
    "properties": {"date": {"type": "string", "format": "date"}, "flights": {"type": "integer"}},
}
OUT = {"type": "object", "properties": {"ds": {"type": "string"}, "score": {"type": "number"}}}
MODEL_KEYS = {
    *("id", "name", "version", "type", "status", "inputSchema", "outputSchema", "config"),
    *("createdBy", "createdAt", "updatedAt", "description", "dataset"),
}
EXECUTION_KEYS = {
    "translations",
    "coverage",
    *("id", "modelId", "status", "inputRef", "outputRef", "durationMs", "errorMsg", "startedAt"),
    *("finishedAt", "phase", "attempt", "trigger", "dataVersion", "requestedAt", "metrics"),
    *("dagsterRunId", "modelName", "modelVersion", "modelType", "dataset", "supersededBy"),
}


def new_model(api, name="mine", type_="statistical", **more):
    given = {"name": name, "type": type_, "inputSchema": IN, "outputSchema": OUT}
    return api.call("models.create", **{**given, **more})


def test_a_listed_model_has_the_columns_of_its_table(api):
    listed = api.call("models.list")
    assert len(listed) == 8
    assert set(listed[0]) == MODEL_KEYS
    assert listed[0]["createdAt"].endswith("Z")
    assert listed[0]["config"]["dataset"] == listed[0]["dataset"]
    assert {each["status"] for each in listed} == {"active"}


def test_runtimes_come_with_their_parameters_as_a_schema_in_both_languages(api):
    found = {each["name"]: each for each in api.call("models.runtimes")}
    assert list(found) == list(RUNTIMES)
    residual = found["seasonal_residual"]
    assert residual["type"] == "statistical"
    assert residual["translations"]["fr"]["label"] == "Résidu saisonnier"
    budget = residual["params"]["properties"]["alerts_per_week"]
    assert (budget["type"], budget["default"], budget["exclusiveMinimum"]) == ("number", 2.0, 0)
    assert budget["title"] == "Alerts a week"
    assert budget["translations"]["fr"]["title"] == "Alertes par semaine"
    assert [kind["name"] for kind in residual["findingKinds"]] == ["residual"]
    assert found["rules"]["findingKinds"] is None


def test_an_unknown_runtime_is_refused_at_its_field_with_the_nearest(api):
    given = {
        "name": "mine",
        "type": "ml",
        "inputSchema": IN,
        "outputSchema": OUT,
        "config": {
            "runtime": "profet",
            "dataset": "flights_daily",
            "input": {"measures": ["flights"]},
        },
    }
    (issue,) = api.call("models.validate", **given)["issues"]
    assert issue["path"] == ["config", "runtime"]
    assert issue["message"] == "there is no runtime 'profet'; did you mean 'prophet'?"


def test_a_list_is_newest_first_and_its_cursor_leads_on_without_gap_or_repeat(api):
    ids = [each["id"] for each in api.call("models.list")]
    pages, cursor = [], None
    while page := api.call("models.list", limit=3, **({"cursor": cursor} if cursor else {})):
        pages += [each["id"] for each in page]
        cursor = pages[-1]
    assert pages == ids == sorted(ids, reverse=True)


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("models.list", {"limt": 5}),
        ("models.list", {"limit": 1001}),
        ("models.list", {"limit": 0}),
        ("models.create", {"name": "x", "inputSchema": IN, "outputSchema": OUT}),
        ("models.execute", {"modelId": 2**31, "inputRef": "flights_daily"}),
        ("models.execute", {"modelId": "1", "inputRef": "flights_daily"}),
        ("recommendations.update", {"id": 1, "status": "shelved"}),
        ("reports.create", {"name": "x", "queryConfig": {}, "format": "xls"}),
        ("panels.data", {}),
    ],
)
def test_what_the_contract_does_not_know_is_refused(api, path, given):
    with pytest.raises(ApiError) as refused:
        api.call(path, **given)
    assert refused.value.code == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("type_", "runtime"),
    [("rule_based", "rules"), ("statistical", "seasonal_residual"), ("ml", "pyod")],
)
def test_a_model_without_a_configuration_gets_its_types_default_and_runs(api, type_, runtime):
    created = new_model(api, type_=type_)
    assert created["success"] is True
    model = api.call("models.get", id=created["id"])
    assert (model["status"], model["createdBy"], model["version"]) == ("draft", 1, "v1.0.0")
    assert (model["config"]["runtime"], model["dataset"]) == (runtime, "flights_daily")
    executing = api.call("models.execute", modelId=created["id"], inputRef="flights_daily")
    (row,) = api.call("models.history", modelId=created["id"])
    assert set(row) == EXECUTION_KEYS
    assert executing == {"success": True, "executionId": row["id"]}
    assert (row["status"], row["phase"], row["trigger"]) == ("running", "queued", "api")


def test_the_default_rules_compute_on_the_data_there_is(api):
    from iop_pipelines.execution.execute import execute
    from iop_pipelines.execution.work import load

    model_id = new_model(api, type_="rule_based")["id"]
    execution_id = api.call("models.execute", modelId=model_id, inputRef="flights_daily")[
        "executionId"
    ]
    platform = api.context.platform
    work = load(platform.engine, execution_id, api.start(execution_id))
    assert execute(platform.engine, platform.drm_engine, work).rows > 0


def test_the_latest_execution_of_each_version_is_told_in_one_question(api):
    first, second, idle = (new_model(api, version=f"v{n}.0.0")["id"] for n in (1, 2, 3))
    for model_id in (first, second, first):
        asked = api.call("models.execute", modelId=model_id, inputRef="flights_daily")
    found = api.call("executions.latest", modelIds=[first, second, idle])
    assert [each["modelId"] for each in found] == [first, second]
    assert found[0]["id"] == asked["executionId"]
    assert api.call("executions.latest", modelIds=[]) == []


def test_columns_that_no_dataset_has_make_a_draft_that_lists_what_it_lacks(api):
    strange = {"type": "object", "properties": {"colour": {"type": "string"}}}
    given = {"name": "x", "type": "ml", "inputSchema": strange, "outputSchema": OUT}
    created = api.call("models.create", **given)
    assert (created["success"], created["modelled"]) == (True, None)
    assert [each["code"] for each in created["lacks"]] == [
        *("config.lacks_dataset", "config.lacks_measures", "config.lacks_runtime")
    ]
    assert created["lacks"][0]["values"] == {"columns": ["colour"]}
    assert "aucun jeu de données" in created["lacks"][0]["translations"]["fr"]["message"]
    assert api.call("models.create", **given) == created
    detail = api.call("models.get", id=created["id"])
    assert (detail["status"], detail["config"], detail["dataset"]) == ("draft", None, None)
    assert detail["lacks"] == created["lacks"]
    assert detail["history"] is None
    assert created["id"] in [each["id"] for each in api.call("models.list")]

    with pytest.raises(Conflict) as refused:
        api.call("models.execute", modelId=created["id"], inputRef="flights_daily")
    told = wire.refusal(refused.value)
    assert told.code == "CONFLICT"
    assert "config.dataset: no dataset has all of its input's columns: colour" in str(told)
    assert api.call("models.history", modelId=created["id"]) == []
    with pytest.raises(Conflict):
        api.call("models.promote", id=created["id"])

    config = api.call("models.get", id=new_model(api)["id"])["config"]
    completed = api.call(
        "models.create", **{**given, "type": "statistical", "config": config, "inputSchema": IN}
    )
    assert completed["id"] == created["id"]
    assert completed["lacks"] == []
    api.call("models.execute", modelId=created["id"], inputRef="flights_daily")


@pytest.mark.parametrize(
    ("column", "measure"), [("cancelled", "cancelled"), ("dep_delay_min", "dep_delay")]
)
def test_the_answer_says_which_measure_the_input_schema_named(api, column, measure):
    schema = {
        "type": "object",
        "properties": {"date": {"type": "string"}, column: {"type": "number"}},
    }
    created = new_model(api, inputSchema=schema)
    modelled = created["modelled"]
    assert (modelled["dataset"], modelled["runtime"]) == ("flights_daily", "seasonal_residual")
    declared = api.call("datasets.get", name="flights_daily")["declaration"]["measures"]
    assert column in {modelled["measures"][0], *declared[modelled["measures"][0]].values()}


def test_schemas_may_be_left_out_of_a_new_model(api):
    created = api.call("models.create", name="short", type="statistical")
    model = api.call("models.get", id=created["id"])
    assert model["inputSchema"]["required"][0] == "date"
    assert model["outputSchema"]["properties"]["is_finding"] == {"type": "boolean"}
    assert model["history"]["windowStart"].startswith("2013-02-01")


def test_a_version_that_exists_otherwise_is_a_conflict_and_the_same_again_is_the_same(api):
    first = new_model(api)
    assert new_model(api) == first
    with pytest.raises(Conflict, match="raise the version"):
        new_model(api, description="another")
    assert new_model(api, version="v1.1.0")["id"] > first["id"]


def test_asking_twice_with_one_key_is_one_execution(api):
    model_id = new_model(api)["id"]
    ask = {"modelId": model_id, "inputRef": "flights_daily", "idempotencyKey": "retry-1"}
    assert api.call("models.execute", **ask) == api.call("models.execute", **ask)
    again = api.call("models.execute", **{**ask, "idempotencyKey": "retry-2"})
    listed = api.call("executions.list", modelId=model_id, status="running")
    assert listed[0]["id"] == again["executionId"]
    assert len(listed) == 2


def test_deprecated_versions_are_not_executed_and_drafts_are(api):
    model_id = new_model(api)["id"]
    api.call("models.execute", modelId=model_id, inputRef="flights_daily")
    api.call("models.updateStatus", id=model_id, status="deprecated", reason="too noisy")
    with pytest.raises(Conflict, match="is deprecated"):
        api.call("models.execute", modelId=model_id, inputRef="flights_daily")
    (event,) = [
        each
        for each in api.call("models.get", id=model_id)["events"]
        if each["statusAfter"] == "deprecated"
    ]
    assert (event["actor"], event["actorName"], event["reason"]) == (1, "ada", "too noisy")


def test_promoting_and_rolling_back_move_the_one_active_version(api):
    first = new_model(api)["id"]
    second = new_model(api, version="v2.0.0")["id"]
    for model_id in (first, second):
        assert api.call("models.promote", id=model_id) == {"success": True}
    assert [each["id"] for each in api.call("models.list", name="mine", status="active")] == [
        second
    ]
    assert api.call("models.rollback", name="mine") == {"success": True, "id": first}
    assert [each["id"] for each in api.call("models.list", name="mine", status="active")] == [first]


def test_a_model_that_becomes_active_scores_the_history_once(api):
    config = {
        "runtime": "seasonal_residual",
        "dataset": "flights_daily",
        "input": {"measures": ["flights"], "history": 20},
        "params": {},
    }
    given = {"name": "hasty", "type": "statistical", "config": config}
    (warning,) = api.call("models.validate", **given)["warnings"]
    assert warning["values"] == {"history": 20, "needed": 112}
    assert "`history: 112`" in warning["message"]
    assert "`history: 112`" in warning["translations"]["fr"]["message"]
    created = api.call("models.create", **given)
    assert created["warnings"] == [warning]
    model_id = created["id"]
    detail = api.call("models.get", id=model_id)
    assert detail["warnings"] == [warning]

    api.call("models.promote", id=model_id)
    api.call("models.updateStatus", id=model_id, status="deprecated")
    api.call("models.promote", id=model_id)
    (asked,) = api.call("models.history", modelId=model_id)
    assert f"from={detail['history']['windowStart'][:10]}" in asked["inputRef"]
    assert asked["coverage"] is None, "it has not run yet"


def test_history_pages_like_every_list_and_an_unknown_model_has_none(api):
    model_id = new_model(api)["id"]
    ids = [
        api.call("models.execute", modelId=model_id, inputRef="flights_daily")["executionId"]
        for _ in range(3)
    ]
    page = api.call("models.history", modelId=model_id, limit=2)
    rest = api.call("models.history", modelId=model_id, limit=2, cursor=page[-1]["id"])
    assert [each["id"] for each in page + rest] == ids[::-1]
    with pytest.raises(NotFound):
        api.call("models.history", modelId=999)


def test_executions_are_sorted_and_found_by_the_server(api):
    models = {name: new_model(api, name=name)["id"] for name in ("mine", "another_MINE", "theirs")}
    first, second, third, fourth, fifth = [
        api.call("models.execute", modelId=models[name], inputRef="flights_daily")["executionId"]
        for name in ("mine", "another_MINE", "mine", "mine", "theirs")
    ]
    with begin_write(api.engine) as connection:
        for row_id, values in (
            (first, {"status": "failed", "duration_ms": 30, "finished_at": utc_now()}),
            (second, {"status": "success", "duration_ms": 10}),
            (third, {"status": "failed", "superseded_by": 7, "finished_at": utc_now()}),
            (fourth, {"status": "failed", "duration_ms": 20, "finished_at": utc_now()}),
        ):
            connection.execute(
                sa.update(model_executions).where(model_executions.c.id == row_id).values(values)
            )

    def ids(**given):
        found = [each["id"] for each in api.call("executions.list", **given)]
        return [each for each in found if each >= first]

    assert ids() == [fifth, fourth, third, second, first]
    assert ids(sort="failed") == [fourth, first, fifth, third, second]
    assert ids(sort="failed", limit=3) == [fourth, first, fifth]
    # What never ended has no duration, whichever way it goes.
    assert ids(sort="duration", limit=1000)[-2:] == [fifth, third]
    assert [each for each in ids(sort="duration") if each in (first, second, fourth)] == [
        *(first, fourth, second)
    ]
    assert ids(sort="duration", isAscending=True, q="mine") == [second, fourth, first, third]
    assert ids(sort="status", isAscending=True, q="mine") == [fourth, first, second, third]
    assert ids(q="other_m") == [second]
    assert ids(q=f"#{third}") == ids(q=f"{third}") == [third]
    history = api.call("models.history", modelId=models["mine"], sort="failed")
    assert [each["id"] for each in history] == [fourth, first, third]
    with pytest.raises(ApiError, match="leave out either cursor or sort"):
        api.call("executions.list", sort="failed", cursor=3)


def test_what_failed_long_ago_or_often_hides_nothing_that_runs(api):
    model_id = new_model(api)["id"]
    running = api.call("models.execute", modelId=model_id, inputRef="flights_daily")["executionId"]
    ends = [utc_now() - timedelta(days=days) for days in [8] * 3 + [6] * 22]
    with begin_write(api.engine) as connection:
        failed = [
            connection.execute(
                sa.insert(model_executions).values(
                    model_id=model_id, status="failed", phase="done", finished_at=end
                )
            ).inserted_primary_key[0]
            for end in ends
        ]
        later = connection.execute(
            sa.insert(model_executions).values(model_id=model_id, status="running", phase="started")
        ).inserted_primary_key[0]

    history = api.call("models.history", modelId=model_id, sort="failed", limit=1000)
    assert [each["id"] for each in history] == [
        *failed[:-21:-1],
        *(later, failed[4], failed[3], *failed[2::-1], running),
    ]
    page = api.call("executions.list", sort="failed", limit=22, q="mine")
    assert [each["id"] for each in page] == [*failed[:-21:-1], later, failed[4]]


def test_an_execution_is_shown_with_its_outputs_and_findings(api):
    from iop_pipelines.execution.execute import execute
    from iop_pipelines.execution.work import load

    model = next(each for each in api.call("models.list") if each["name"] == "cancellation-limits")
    given = {"modelId": model["id"], "inputRef": "flights_daily"}
    asking = new_trace()
    with within(asking):
        execution_id = api.call("models.execute", **given)["executionId"]
    platform = api.context.platform
    execute(
        platform.engine,
        platform.drm_engine,
        load(platform.engine, execution_id, api.start(execution_id)),
    )
    shown = api.call("executions.get", id=execution_id, outputLimit=2)
    assert set(shown) > EXECUTION_KEYS
    assert shown["requestId"] == asking.trace_id
    assert (shown["modelName"], shown["dataset"]) == ("cancellation-limits", "flights_daily")
    assert len(shown["outputs"]) == 2 < shown["outputTotal"] == _size(api, model_outputs)
    assert len(shown["findings"]) == _size(api, findings)
    assert not shown["outputs"][0]["ds"].endswith("Z")
    with pytest.raises(NotFound):
        api.call("executions.get", id=10**6)
    assert _size(api, model_executions) > 0


def _size(api, table):
    return api.rows(sa.select(sa.func.count()).select_from(table))[0][0]


CONFIG = {
    "runtime": "seasonal_residual",
    "dataset": "flights_daily",
    "input": {"measures": ["flights"], "series": ["origin"]},
}


def foreign(runtime, **params):
    return {"type": "ml", "config": {**CONFIG, "runtime": runtime, "params": params}}


def checked(api, **more):
    given = {"name": "mine", "type": "statistical", "inputSchema": IN, "outputSchema": OUT}
    return api.call("models.validate", **{**given, **more})


def test_a_model_is_checked_without_being_stored(api):
    before = len(api.call("models.list"))
    good = checked(api)
    assert (good["isValid"], good["issues"]) == (True, [])
    assert good["config"]["dataset"]
    assert checked(api, config=CONFIG)["config"]["input"]["series"] == ["origin"]
    assert len(api.call("models.list")) == before


@pytest.mark.parametrize(
    ("more", "paths"),
    [
        ({"config": {**CONFIG, "quality_threshold": 400}}, [["config", "quality_threshold"]]),
        (
            {"config": {"runtime": "magic", "dataset": "flights_daily", "inputs": {}}},
            [["config", "runtime"], ["config", "input"], ["config", "inputs"]],
        ),
        (
            {"config": {**CONFIG, "input": {"measures": ["flihgts"]}}},
            [["config", "input", "measures", "0"]],
        ),
        ({"config": {**CONFIG, "dataset": "nowhere"}}, [["config", "dataset"]]),
        ({"config": {**CONFIG, "params": {"windw": 3}}}, [["config", "params", "windw"]]),
        (foreign("onnx", checksum="0" * 64), [["config", "params", "checksum"]]),
        (foreign("onnx", checksum="pickle"), [["config", "params", "checksum"]]),
        (foreign("remote", url="https://a.example", model="m"), [["config", "params", "url"]]),
        ({"version": "one"}, [["version"]]),
        (
            {"inputSchema": {"type": "object", "properties": {"wind": {}}}, "config": CONFIG},
            [["inputSchema", "properties", "wind"]],
        ),
    ],
)
def test_each_thing_that_is_wrong_is_said_of_its_own_path(api, more, paths):
    found = checked(api, **more)
    assert (found["isValid"], found["config"]) == (False, None)
    assert sorted(each["path"] for each in found["issues"]) == sorted(paths)
    with pytest.raises(InvalidInput) as refused:
        new_model(api, **more)
    issues = wire.refusal(refused.value).data["issues"]
    assert sorted(each["path"] for each in issues) == sorted(paths)


def test_a_file_that_is_stored_is_registered_by_its_checksum_and_computes(api, tmp_path):
    from iop_pipelines.execution.execute import execute
    from iop_pipelines.execution.work import load
    from iop_pipelines.runtimes.model_files import store_file
    from onnx_files import weekly_model

    platform = api.context.platform
    outside = Outside.of(platform.settings)
    file = tmp_path / "weekly.onnx"
    file.write_bytes(weekly_model().SerializeToString())
    checksum = store_file(outside, file, file.name).checksum
    for more, paths in (
        ({"lags": 6}, [["config", "params", "inputs"]]),
        ({"lags": 7, "output": "label"}, [["config", "params", "output"]]),
        ({"lags": 7, "column": 1}, [["config", "params", "column"]]),
        ({"lags": 7, "threshold": 0}, []),
    ):
        given = foreign("onnx", checksum=checksum, **more)
        assert [each["path"] for each in checked(api, **given)["issues"]] == paths
    created = api.call("models.create", name="mine", **given)
    assert created["modelled"]["runtime"] == "onnx"
    asked = api.call("models.execute", modelId=created["id"], inputRef="flights_daily")
    execution_id = asked["executionId"]
    work = load(platform.engine, execution_id, api.start(execution_id))
    done = execute(platform.engine, platform.drm_engine, work, outside=outside)
    assert done.rows > 0
    assert done.metrics["rows_asked"] > 0


def test_a_version_that_is_taken_is_said_of_the_version(api):
    new_model(api)
    assert checked(api)["isValid"]
    taken = checked(api, description="another")
    assert [each["path"] for each in taken["issues"]] == [["version"]]
