"""What a list costs a phone: each has a budget of bytes for one page of 25, as the demo's rows fill it."""

import json
import typing

import pytest
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from iop_pipelines.api.app import create_app
from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.procedures.shapes import Page
from iop_pipelines.api.registry import Kind, Procedure
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.identity.user import User
from iop_pipelines.settings import Settings

pytestmark = [pytest.mark.demo, pytest.mark.timeout(1500)]

PAGE = 25
ENOUGH = 20
# Bytes of the answer as it leaves, with gzip: what a page takes now and half as much again.
BUDGETS = {
    "audit.list": 2_000,
    "dashboards.list": 2_000,
    "datasets.list": 1_000,
    "datasets.quality": 1_200,
    "datasets.rejected": 2_500,
    "datasets.runs": 3_000,
    "executions.latest": 1_500,
    "executions.list": 2_500,
    "intake.waiting": 500,
    "models.backtests": 500,
    "models.history": 3_000,
    "models.list": 4_500,
    "models.runtimes": 10_000,
    "notifications.list": 4_000,
    "recommendations.history": 1_500,
    # 12,000 for a whole page; the demo has hardly as many.
    "recommendations.list": 9_600,
    "reports.generated": 4_500,
    "reports.list": 3_500,
    "reports.outputs": 4_000,
    "sessions.list": 1_000,
    "users.list": 1_000,
    "zones.rules": 2_000,
}
# Of lists that are one thing's.
OF = {
    "datasets.quality": {"name": "flights_daily"},
    "datasets.rejected": {"name": "flights_daily"},
    "datasets.runs": {"name": "flights_daily"},
    "executions.latest": {"modelIds": list(range(1, 9))},
    "models.backtests": {"modelId": 1},
    "models.history": {"modelId": 1},
    "recommendations.history": {"id": 1},
    "zones.rules": {"names": ["Africa/Casablanca", "America/New_York", "Africa/Lagos"]},
}


def is_list(procedure: Procedure) -> bool:
    gives_list = typing.get_origin(procedure.output_type) is list
    is_paged = procedure.input is not None and issubclass(procedure.input, Page)
    return procedure.kind is Kind.QUERY and (
        gives_list or is_paged or procedure.path.endswith(".list")
    )


def test_every_list_has_a_budget():
    assert sorted(each.path for each in build_registry() if is_list(each)) == sorted(BUDGETS)


@pytest.fixture(scope="module")
def client(replayed):
    home, _, _ = replayed
    settings = Settings.from_env({"IOP_HOME": str(home)})

    async def ada(_: HTTPConnection) -> User:
        return User(1, "ada", Role.ADMIN)

    return TestClient(create_app(settings, authenticate=ada, parts=[]))


@pytest.mark.parametrize("path", BUDGETS)
def test_a_page_of_a_list_keeps_to_its_budget(client, path):
    procedure = build_registry().get(path)
    assert procedure is not None
    given = dict(OF.get(path, {}))
    if procedure.input is not None and "limit" in procedure.input.model_fields:
        given["limit"] = PAGE
    query = {"input": json.dumps(given)} if given else {}

    answer = client.get(f"/api/trpc/{path}", params=query, headers={"accept-encoding": "gzip"})

    assert answer.status_code == 200, answer.text
    assert int(answer.headers["content-length"]) <= BUDGETS[path]


def test_nearly_a_page_of_recommendations_was_measured_with_its_sparklines(client):
    query = {"input": json.dumps({"limit": PAGE})}
    rows = client.get("/api/trpc/recommendations.list", params=query).json()["result"]["data"]
    assert ENOUGH <= len(rows) <= PAGE
    assert all(len(row["sparkline"]) <= 60 and "metadata" not in row for row in rows)
    assert sum(len(row["sparkline"]) for row in rows) > 20 * len(rows)
