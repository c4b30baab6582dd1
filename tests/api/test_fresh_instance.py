"""An instance that was only just made, without data, models or DRM's tables: nothing that can be read is a fault."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.registry import Kind
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.drm import absent
from iop_pipelines.drm.source import SharedDatabase
from iop_pipelines.drm.tables import drm_metadata, pipeline_runs
from iop_pipelines.ledger.cursors import SeenIds
from iop_pipelines.ledger.ended_runs import read_ended_runs
from iop_pipelines.platform import Platform
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.transform.versions import register_system_datasets
from product import product_of

QUERIES = [each for each in build_registry() if each.kind is Kind.QUERY]
BY_ID = {"id": 1}
SYSTEM = {"name": "pipeline_runs"}
NO_SUCH = {"name": "sales"}
REPORT = {"reportId": 1}


def panel(source: str) -> dict[str, Any]:
    tables = {"t": {"select": [{"agg": "count"}]}}
    return {"queryConfig": {"version": 2, "source": source, "datasets": tables}}


LEDGERS = (
    *("recommendations", "findings", "model_outputs", "executions", "reports", "quality"),
    "pipeline_runs",
)
# What each page asks before there is anything, and what it is answered: OK, or that there is no such thing.
ASKED: dict[str, list[tuple[dict[str, Any] | None, str]]] = {
    "models.list": [({}, "OK")],
    "models.get": [(BY_ID, "NOT_FOUND")],
    "models.validate": [
        ({"name": "m", "type": "statistical", "inputSchema": {}, "outputSchema": {}}, "OK")
    ],
    "models.runtimes": [(None, "OK")],
    "models.file": [({"checksum": "0" * 64}, "NOT_FOUND")],
    "models.history": [({"modelId": 1}, "NOT_FOUND")],
    "models.backtests": [({"modelId": 1}, "NOT_FOUND")],
    "models.backtestResult": [({"backtestId": 1}, "NOT_FOUND")],
    "models.backtestLine": [({"backtestId": 1, "series": "all"}, "NOT_FOUND")],
    "executions.list": [({}, "OK")],
    "executions.latest": [({"modelIds": [1]}, "OK")],
    "executions.get": [(BY_ID, "NOT_FOUND")],
    "executions.series": [(BY_ID, "NOT_FOUND")],
    "executions.hindsight": [(BY_ID, "NOT_FOUND")],
    "reports.list": [({}, "OK")],
    "reports.get": [(BY_ID, "NOT_FOUND")],
    "reports.scheduleWords": [({"schedule": "daily 06:00"}, "OK")],
    "reports.explain": [(panel(each), "OK") for each in LEDGERS],
    "reports.generated": [({}, "OK")],
    "reports.outputs": [(None, "OK")],
    "reports.report": [(REPORT, "NOT_FOUND")],
    "reports.preview": [(REPORT, "NOT_FOUND")],
    "reports.download": [(REPORT, "NOT_FOUND")],
    "recommendations.list": [({}, "OK")],
    "recommendations.changes": [({}, "OK")],
    "recommendations.evidence": [(BY_ID, "NOT_FOUND")],
    "recommendations.get": [(BY_ID, "NOT_FOUND")],
    "recommendations.history": [(BY_ID, "NOT_FOUND")],
    "home.get": [(None, "OK")],
    "home.figures": [({}, "OK")],
    "dashboard.stats": [(None, "OK")],
    "dashboards.list": [({}, "OK")],
    "dashboards.get": [(BY_ID, "NOT_FOUND")],
    "panels.data": [(panel(each), "OK") for each in LEDGERS],
    "panels.drill": [(panel(each) | {"path": []}, "OK") for each in LEDGERS],
    "datasets.list": [({}, "OK")],
    "datasets.get": [(SYSTEM, "OK"), (NO_SUCH, "NOT_FOUND")],
    "datasets.runs": [(SYSTEM, "OK"), (NO_SUCH, "NOT_FOUND")],
    "datasets.quality": [(SYSTEM, "OK"), (NO_SUCH, "NOT_FOUND")],
    "datasets.rejected": [(SYSTEM, "OK"), (NO_SUCH, "NOT_FOUND")],
    "datasets.schema": [({"name": each}, "OK") for each in LEDGERS],
    "intake.standing": [(None, "OK")],
    "intake.waiting": [(None, "OK")],
    "intake.look": [(BY_ID, "NOT_FOUND")],
    "intake.progress": [(BY_ID, "NOT_FOUND")],
    "notifications.list": [({}, "OK")],
    "settings.get": [(None, "OK")],
    "sessions.list": [(None, "OK")],
    "zones.rules": [({"names": ["Europe/Berlin"]}, "OK")],
    "users.list": [({}, "OK")],
    "audit.list": [({}, "OK")],
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Platform]]:
    product = product_of(tmp_path_factory.mktemp("home"))
    # As `iop up` does.
    register_system_datasets(product.platform.engine)
    token = product.token(Role.ADMIN)
    with TestClient(product.app, headers={"authorization": f"Bearer {token}"}) as client:
        yield client, product.platform
    engine_for(product.settings.database_url).dispose()


def test_there_is_a_question_for_every_query() -> None:
    """A new one says below what it answers before there is anything."""
    assert sorted(ASKED) == sorted(each.path for each in QUERIES)


def test_the_instance_has_none_of_drms_tables(fresh: tuple[TestClient, Platform]) -> None:
    _, platform = fresh
    assert not set(sa.inspect(platform.drm_engine).get_table_names()) & set(drm_metadata.tables)


@pytest.mark.parametrize("path", sorted(ASKED))
def test_every_query_is_answered(fresh: tuple[TestClient, Platform], path: str) -> None:
    client, _ = fresh
    for given, expected in ASKED[path]:
        asked = "" if given is None else f"?input={quote(json.dumps(given))}"
        answer = client.get(f"/api/trpc/{path}{asked}").json()
        code = answer["error"]["data"]["code"] if "error" in answer else "OK"
        assert code == expected, (path, given, answer)


def test_sensors_find_nothing_to_do(fresh: tuple[TestClient, Platform]) -> None:
    _, platform = fresh
    assert read_ended_runs(platform.drm, SeenIds.parse(None), 10).runs == ()
    assert platform.drm.scores_after() == []
    assert platform.drm.lacks("sales") is not None


def test_what_reads_as_empty_cannot_be_written_to(fresh: tuple[TestClient, Platform]) -> None:
    _, platform = fresh
    with pytest.raises(DBAPIError, match="readonly"), platform.drm_reading.begin() as connection:
        connection.execute(pipeline_runs.delete())


def test_the_first_delivery_is_seen_once_all_tables_are_there(database_url: str) -> None:
    engine = engine_for(database_url)
    one = drm_metadata.tables["drm_datasets"]
    one.create(engine)
    assert SharedDatabase(absent.reading(engine)).scores_after() == []
    drm_metadata.create_all(engine)
    assert absent.reading(engine) is engine
