"""A backtest over the API: asked for, done by a worker, read by whoever may read, and cancelled."""

from datetime import timedelta
from typing import Any

import dagster as dg
import numpy as np
import pytest
import sqlalchemy as sa
from selling_shops import DAYS, SALES, START, config, deliver, shop_days
from sqlalchemy import event

from iop_pipelines.backtest.work import do
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.vocabulary import ModelStatus
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.ledger.deleting import delete_dataset
from iop_pipelines.registry.models import set_status
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import dataset_versions
from iop_pipelines.transform.versions import register_dataset


@pytest.fixture
def model_id(api: Any) -> int:
    """Of what the shops sell."""
    stored = register_dataset(api.engine, DatasetDeclaration.model_validate(SALES))
    deliver(api.context.platform, stored.id, shop_days())
    given = config().model_dump(mode="json")
    return api.call("models.create", name="shops", type="statistical", config=given)["id"]


def test_what_would_have_been_told_is_read_with_its_lines(api: Any, model_id: int) -> None:
    asked = api.call("models.backtest", modelId=model_id)
    assert (asked["status"], asked["progress"]) == ("queued", 0.0)
    assert api.call("models.backtest", modelId=model_id)["id"] == asked["id"]
    before = api.call("models.backtestResult", backtestId=asked["id"])
    assert (before["content"], before["series"]) == (None, [])

    do(api.context.platform, asked["id"], 1)
    (listed,) = api.call("models.backtests", modelId=model_id)
    assert (listed["status"], listed["message"]) == ("done", None)
    result = api.call("models.backtestResult", backtestId=asked["id"])
    content = result["content"]
    assert content["windowStart"] == START.isoformat()
    assert content["windowEnd"] == (START + timedelta(days=DAYS)).isoformat()
    (shown,) = [each for each in content["lists"] if each["budget"] == content["budget"]]
    assert [each["series"] for each in shown["things"]] == ["Shop 1", "Shop 2"]
    line = api.call("models.backtestLine", backtestId=asked["id"], series=result["series"][0])
    measured = np.array(line["y"], dtype=float)
    assert measured == pytest.approx(shop_days()[:, int(result["series"][0][-1]) - 1])


def test_a_backtest_of_other_data_says_so(api: Any, model_id: int) -> None:
    asked = api.call("models.backtest", modelId=model_id)
    assert not asked["isStale"]
    do(api.context.platform, asked["id"], 1)
    (listed,) = api.call("models.backtests", modelId=model_id)
    assert not listed["isStale"]
    with begin_write(api.engine) as connection:
        newest = sa.select(dataset_versions).order_by(dataset_versions.c.id.desc())
        row = connection.execute(newest).first()
        later = row._asdict() | {"id": row.id + 1, "data_version": "1" * 32}
        connection.execute(dataset_versions.insert().values(**later))
    (listed,) = api.call("models.backtests", modelId=model_id)
    assert listed["isStale"]
    assert api.call("models.backtestResult", backtestId=asked["id"])["backtest"]["isStale"]


def test_a_list_reads_no_contents(api: Any, model_id: int) -> None:
    do(api.context.platform, api.call("models.backtest", modelId=model_id)["id"], 1)
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(api.engine, "before_cursor_execute", note)
    listed = api.call("models.backtests", modelId=model_id)
    event.remove(api.engine, "before_cursor_execute", note)
    assert [each["status"] for each in listed] == ["done"]
    (of_backtests,) = [each for each in asked if "FROM model_backtests" in each]
    assert "model_backtests.content" not in of_backtests


def test_one_that_waits_is_cancelled_and_another_may_be_asked_for(api: Any, model_id: int) -> None:
    asked = api.call("models.backtest", modelId=model_id)
    with pytest.raises(Conflict, match="running with other settings"):
        api.call("models.backtest", modelId=model_id, alertsPerWeek=9)
    assert api.call("models.cancelBacktest", backtestId=asked["id"]) == {"success": True}
    statuses = [each["status"] for each in api.call("models.backtests", modelId=model_id)]
    assert statuses == ["cancelled"]
    assert api.call("models.backtest", modelId=model_id, alertsPerWeek=9)["id"] != asked["id"]


def test_why_one_failed_is_said_in_each_language(api: Any, model_id: int) -> None:
    asked = api.call("models.backtest", modelId=model_id, windowStart="2030-01-01T00:00:00")
    do(api.context.platform, asked["id"], 1)
    (failed,) = api.call("models.backtests", modelId=model_id)
    assert failed["status"] == "failed"
    assert "the period has none of the history" in failed["message"]
    assert "5 janvier 2026" in failed["translations"]["fr"]["message"]


def test_a_model_whose_dataset_was_deleted_has_no_backtests(api: Any, model_id: int) -> None:
    api.call(
        "models.cancelBacktest", backtestId=api.call("models.backtest", modelId=model_id)["id"]
    )
    set_status(api.engine, model_id, ModelStatus.DEPRECATED)
    with dg.DagsterInstance.ephemeral() as instance:
        delete_dataset(api.engine, instance, "sales", START, with_models=False)
    assert api.call("models.backtests", modelId=model_id) == []
    assert api.call("models.get", id=model_id)["performance"] is None


@pytest.mark.parametrize(
    ("path", "given", "error"),
    [
        ("models.backtest", {"modelId": 10**6}, NotFound),
        ("models.backtests", {"modelId": 10**6}, NotFound),
        ("models.backtestResult", {"backtestId": 10**6}, NotFound),
        ("models.backtestLine", {"backtestId": 10**6, "series": "a"}, NotFound),
        ("models.cancelBacktest", {"backtestId": 10**6}, NotFound),
    ],
)
def test_what_is_not_there_is_refused(
    api: Any, path: str, given: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        api.call(path, **given)


def test_a_version_is_promoted_after_its_backtest(api: Any, model_id: int) -> None:
    said = "no finished backtest of model shops v1.0.0"
    assert api.call("models.get", id=model_id)["lacksBacktest"] is True
    for path, given in (
        ("models.promote", {}),
        ("models.updateStatus", {"status": "active"}),
        ("models.promote", {"reason": "it will do"}),
    ):
        with pytest.raises(Conflict, match=said):
            api.call(path, id=model_id, **given)
    with pytest.raises(InvalidInput, match="without a backtest, say why"):
        api.call("models.promote", id=model_id, force=True, reason=" ")
    do(api.context.platform, api.call("models.backtest", modelId=model_id)["id"], 1)
    assert api.call("models.get", id=model_id)["lacksBacktest"] is False
    assert api.call("models.promote", id=model_id) == {"success": True}


def test_what_a_version_is_said_to_lack_is_what_promoting_it_asks_for(
    api: Any, model_id: int
) -> None:
    """Never active with history, without history, and active before."""
    ahead = config(season_length=91).model_dump(mode="json")
    unripe = api.call("models.create", name="ahead", type="statistical", config=ahead)["id"]
    said = {each: api.call("models.get", id=each)["lacksBacktest"] for each in (model_id, unripe)}
    assert said == {model_id: True, unripe: False}
    with pytest.raises(Conflict):
        api.call("models.promote", id=model_id)
    assert api.call("models.promote", id=unripe) == {"success": True}
    api.call("models.promote", id=model_id, force=True, reason="it was tried elsewhere")
    api.call("models.updateStatus", id=model_id, status="deprecated")
    assert api.call("models.get", id=model_id)["lacksBacktest"] is False


def test_one_that_is_forced_says_so_in_its_history(api: Any, model_id: int) -> None:
    api.call("models.promote", id=model_id, force=True, reason="it was tried elsewhere")
    event = api.call("models.get", id=model_id)["events"][-1]
    assert event["reason"] == "promoted without a backtest: it was tried elsewhere"
    assert event["translations"]["fr"]["reason"].endswith("it was tried elsewhere")
    api.call("models.updateStatus", id=model_id, status="deprecated")
    assert api.call("models.promote", id=model_id) == {"success": True}, (
        "it has told things already"
    )
