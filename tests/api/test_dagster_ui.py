"""Dagster's UI behind the guard, with a real server on loopback, a real code server and real WebSockets."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import dagster as dg
import httpx
import pytest
import sqlalchemy as sa
import yaml
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    SensorInstigatorData,
)
from graphql import get_named_type, is_abstract_type, is_scalar_type
from sqlalchemy.exc import OperationalError
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from iop_pipelines.api.app import create_app
from iop_pipelines.api.dagster_ui import audit as dagster_audit
from iop_pipelines.api.dagster_ui import requests as dagster_requests
from iop_pipelines.api.dagster_ui import ui as dagster_ui
from iop_pipelines.api.dagster_ui.ui import DagsterUi
from iop_pipelines.api.registry import Registry
from iop_pipelines.audit.trail import list_events
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.identity.user import User
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.migrate import upgrade
from iop_pipelines.settings import Settings
from served_app import Accounts, answers, running, wait_until

LOCATION = "import dagster as dg\n\n@dg.op\ndef noop(): ...\n\n@dg.job\ndef nothing(): noop()\n"
LOCATION += (
    "\n@dg.sensor(job=nothing, default_status=dg.DefaultSensorStatus.RUNNING)\ndef listens(): ...\n"
)
LOCATION += "\n@dg.sensor(job=nothing)\ndef sleeps(): ...\n"
LOCATION += "\ndefs = dg.Definitions(jobs=[nothing], sensors=[listens, sleeps])\n"
LAUNCH = """mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename
  ... on UnauthorizedError { message } ... on PythonError { message } } }"""
SELECTOR = {
    "repositoryLocationName": "here",
    "repositoryName": "__repository__",
    "jobName": "nothing",
}
LAUNCH_VARIABLES = {"p": {"selector": SELECTOR, "runConfigData": "{}"}}
VERSION = "{ version }"
# What Dagster's own server answers with a 500.
BROKEN: list[dict[str, Any]] = [{"variables": [1]}, {"variables": "x"}, {"variables": 1}]
BROKEN += [{"operationName": {}}, {"operationName": [1]}, {"extensions": [1]}]
RUN_LOGS = """subscription { pipelineRunLogs(runId: "none") { __typename
  ... on PipelineRunLogsSubscriptionFailure { missingRunId } } }"""


@dataclass
class Served:
    url: str
    accounts: Accounts
    ui: DagsterUi
    engine: sa.Engine

    def trail(self, since: int = 0) -> list[dict[str, Any]]:
        """Of what has ended, the rows with an id above `since`, oldest first; each has one that asked before it."""
        rows = self.all_rows(since)
        ends = [row for row in rows if row["outcome"] != "asked"]
        asked = {row["id"]: row for row in rows if row["outcome"] == "asked"}
        for end in ends:
            ask = asked.pop(end["asked"])
            assert (ask["who"], ask["what"], ask["target"]) == (
                end["who"],
                end["what"],
                end["target"],
            )
            assert ask["id"] < end["id"]
        assert not asked
        return ends

    def all_rows(self, since: int = 0) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            events = list_events(connection, limit=1000, procedure="dagster.")
        rows = [each for each in reversed(events) if each.id > since]
        return [{"id": e.id, "who": e.user_name, "what": e.procedure, **e.after} for e in rows]

    def last_row(self) -> int:
        rows = self.all_rows()
        return rows[-1]["id"] if rows else 0

    @property
    def websocket_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/dagster/graphql"

    def as_user(self, name: str | None, **headers: str) -> dict[str, str]:
        cookie = {"cookie": f"session={name}"} if name else {}
        return {"origin": self.url, **cookie, **headers}

    def get(self, path: str, name: str | None, **headers: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", headers=self.as_user(name, **headers), timeout=30)

    def graphql(
        self, name: str | None, query: str, variables: Any = None, **headers: str
    ) -> httpx.Response:
        return httpx.post(
            f"{self.url}/dagster/graphql",
            json={"query": query, "variables": variables or {}},
            headers=self.as_user(name, **headers),
            timeout=30,
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("dagster_ui")
    (folder / "location.py").write_text(LOCATION)
    target = {"relative_path": str(folder / "location.py"), "location_name": "here"}
    workspace = folder / "workspace.yaml"
    workspace.write_text(yaml.safe_dump({"load_from": [{"python_file": target}]}))
    settings = Settings.from_env({"IOP_HOME": str(folder / "home")})
    upgrade(settings.database_url)

    # Nothing is started: that a run was accepted is all that is asked.
    launcher = {"module": "dagster._core.test_utils", "class": "MockedRunLauncher"}

    def open_instance(stack: ExitStack) -> dg.DagsterInstance:
        (folder / "instance").mkdir(exist_ok=True)
        return stack.enter_context(
            dg.DagsterInstance.local_temp(
                str(folder / "instance"),
                overrides={"run_launcher": launcher, "telemetry": {"enabled": False}},
            )
        )

    accounts = Accounts()
    ui = DagsterUi(open_instance, workspace)
    app = create_app(
        settings,
        registry=Registry(),
        authenticate=accounts.authenticate,
        dagster_ui=ui,
        parts=[],
    )
    with running(app) as url:
        served = Served(url, accounts, ui, engine_for(settings.database_url))
        wait_until(lambda: answers(url, status=200), 120)
        assert ui.app is not None
        yield served
    engine_for(settings.database_url).dispose()
    engine_for(settings.database_url, 5).dispose()


def test_anonymous_readers_are_sent_to_sign_in_and_programs_get_401(served):
    page = served.get("/dagster/runs", None, accept="text/html")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=/dagster/runs")
    assert served.get("/dagster/runs", None).status_code == 401
    assert served.graphql(None, VERSION).status_code == 401
    assert served.get("/dagster/server_info", None).status_code == 401
    assert served.get("/dagster/logs/x/compute_logs/y.out", None).status_code == 401
    with pytest.raises(InvalidStatus) as refused, _websocket(served, None):
        pass
    assert refused.value.response.status_code == 403


def test_a_viewer_sees_the_ui_and_may_do_nothing(served):
    page = served.get("/dagster/", "vera", accept="text/html")
    assert page.status_code == 200
    assert "<html" in page.text
    rights = served.graphql("vera", "{ permissions { permission value } }").json()["data"]
    assert [right for right in rights["permissions"] if right["value"]] == []


def test_a_viewer_cannot_launch_a_run_and_an_admin_can(served):
    assert served.graphql("vera", LAUNCH, LAUNCH_VARIABLES).status_code == 403
    launched = served.graphql("ada", LAUNCH, LAUNCH_VARIABLES).json()
    assert launched["data"]["launchRun"]["__typename"] == "LaunchRunSuccess"


def test_dagster_itself_refuses_a_viewer_should_the_guard_let_a_mutation_through(
    served, monkeypatch
):
    monkeypatch.setattr(dagster_ui, "check_document", lambda *_: None)
    refused = served.graphql("vera", LAUNCH, LAUNCH_VARIABLES).json()
    assert refused["data"]["launchRun"]["__typename"] == "UnauthorizedError"


def test_a_subscription_over_websocket_answers(served):
    with _websocket(served, "vera") as socket:
        _say(socket, type="connection_init")
        assert _hear(socket)["type"] == "connection_ack"
        _say(socket, type="start", id="1", payload={"query": RUN_LOGS})
        heard = _hear(socket)
        assert heard["type"] == "data"
        assert heard["payload"]["data"]["pipelineRunLogs"]["missingRunId"] == "none"


def test_a_websocket_of_another_origin_is_refused(served):
    for origin in ("http://evil.example", "null", None):
        with pytest.raises(InvalidStatus), _websocket(served, "ada", origin=origin):
            pass


def test_a_websocket_ends_when_its_user_signs_out_or_gets_another_role(served):
    for change in (None, User(3, "leaving", Role.ADMIN)):
        before = served.accounts.users["leaving"]
        with _websocket(served, "leaving") as socket:
            _say(socket, type="connection_init")
            _hear(socket)
            if change is None:
                del served.accounts.users["leaving"]
            else:
                served.accounts.users["leaving"] = change
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=20)
            assert socket.close_code == 1008
        served.accounts.users["leaving"] = before


@pytest.mark.parametrize(
    "message",
    [
        "no json",
        "[]",
        "x" * 100_001,
        json.dumps({"type": "start", "id": "1"}),
        *(
            json.dumps({"type": "start", "id": "1", "payload": {"query": RUN_LOGS, **each}})
            for each in BROKEN
        ),
        json.dumps({"type": "start", "id": "1", "payload": {"query": LAUNCH}}),
        json.dumps({"type": "start", "id": "1", "payload": {"query": "{ instance { info } }"}}),
    ],
)
def test_what_a_websocket_may_not_say_ends_it(served, message):
    with _websocket(served, "vera") as socket:
        socket.send(message)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=20)


@pytest.mark.parametrize("name", ["vera", "ada"])
def test_graphql_is_answered_only_to_a_post_of_json(served, name):
    url = f"{served.url}/dagster/graphql"
    headers = served.as_user(name)
    params = {"query": LAUNCH, "variables": json.dumps(LAUNCH_VARIABLES)}
    before = _runs(served)
    assert httpx.get(url, params=params, headers=headers).status_code == 405
    assert httpx.head(url, params=params, headers=headers).status_code == 405
    assert served.get("/dagster/graphql", name, accept="text/html").status_code == 405
    posts: list[tuple[dict[str, Any], int]] = [
        ({"params": params, "json": {"query": VERSION}}, 400),
        ({"params": params}, 415),
        ({"content": LAUNCH, "headers": {"content-type": "application/graphql"}}, 415),
        ({"content": "{}", "headers": {"content-type": "text/plain; application/json"}}, 415),
        ({"data": {"query": LAUNCH}}, 415),
        ({"json": [{"query": VERSION}, {"query": VERSION}]}, 400),
        ({"json": {"query": 1}}, 400),
        *(({"json": {"query": VERSION, **each}}, 400) for each in BROKEN),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ({"json": {"query": "{"}}, 400),
    ]
    for post, status in posts:
        options = {**post, "headers": {**headers, **post.get("headers", {})}}
        assert httpx.post(url, **options).status_code == status, post
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        assert httpx.request(method, url, headers=headers).status_code == 405
    assert _runs(served) == before


def test_a_body_or_a_query_that_costs_too_much_is_refused(served):
    url = f"{served.url}/dagster/graphql"
    headers = {**served.as_user("ada"), "content-type": "application/json"}
    long = json.dumps({"query": VERSION, "pad": "x" * 100_000}).encode()
    assert httpx.post(url, content=long, headers=headers).status_code == 413
    assert httpx.post(url, content=iter([long]), headers=headers).status_code == 413
    aliases = "{" + " ".join(f"a{n}:version" for n in range(5000)) + "}"
    assert len(aliases) < 100_000
    assert served.graphql("ada", aliases).status_code == 400


def test_a_request_from_another_site_is_refused(served):
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": served.url.replace("http", "https")},
    ):
        assert served.graphql("ada", VERSION, **headers).status_code == 403
    url, body = f"{served.url}/dagster/graphql", {"query": VERSION}
    cookie = {"cookie": "session=ada"}
    for site in ("cross-site", "same-site", "none"):
        headers = {**cookie, "sec-fetch-site": site}
        assert httpx.post(url, json=body, headers=headers).status_code == 403
    assert httpx.post(url, json=body, headers=cookie).status_code == 403
    bearer = {"authorization": "Bearer ada"}
    assert httpx.post(url, json=body, headers=bearer).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "{ instance { info } }",
        "{ x: instance { y: info } }",
        "{ ...a } fragment a on Query { instance { ...b } } fragment b on Instance { z: info }",
        "{ instance { ... on Instance { info } } }",
        "{ instance { executablePath } }",
    ],
)
def test_a_viewer_does_not_see_the_inside_of_the_server(served, query):
    assert served.graphql("vera", query).status_code == 403
    assert served.graphql("ada", query).status_code == 200


def test_a_viewer_may_see_the_rest_of_the_instance(served):
    query = "{ instance { id hasInfo daemonHealth { id } } }"
    assert served.graphql("vera", query).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["download_debug/x", "/download_debug/x", "%64ownload_debug/x", "notebook", "dagit/notebook"],
)
def test_a_viewer_does_not_download_runs_or_notebooks(served, path):
    assert served.get(f"/dagster/{path}", "vera").status_code == 403


def test_an_admin_downloads_a_run(served):
    run_id = _launched(served)
    debug = served.get(f"/dagster/download_debug/{run_id}", "ada")
    assert (debug.status_code, debug.headers["content-type"]) == (200, "application/gzip")


@pytest.mark.parametrize("kind", sorted(dagster_requests.REPORTS))
def test_only_an_admin_reports_asset_events(served, kind):
    url = f"{served.url}/dagster/{kind}/some_asset"
    query = {"check_name": "c", "passed": "true", "data_version": "1"}
    assert httpx.post(url, params=query, headers=served.as_user("vera")).status_code == 403
    foreign = served.as_user("ada", origin="http://evil.example")
    assert httpx.post(url, params=query, headers=foreign).status_code == 403
    assert httpx.post(url, params=query, headers=served.as_user("ada")).status_code == 200
    assert served.get(f"/dagster/{kind}/some_asset", "vera").text.startswith("<!DOCTYPE")


LOGS = [
    "",
    "/",
    "/x",
    "/out",
    "//out",
    "/x/compute_logs/y",
    "/x/%2e%2e/out",
    "/x/y.out",
]
LOGS += ["/x%00/out", "/" + "x/" * 40 + "out", "/" + "9" * 5000 + "/err", "/x/compute_logs/out/"]


@pytest.mark.parametrize("path", LOGS)
def test_a_path_that_names_no_log_is_a_400_that_names_it(served, path):
    url = f"{served.url}/dagster/logs{path}"
    refused = httpx.get(url, headers=served.as_user("vera"), timeout=30)
    assert refused.status_code == 400
    told = refused.json()["error"]
    assert "is no log: /logs/KEY/out or /logs/KEY/err" in told["message"]
    assert len(told["message"]) < 250
    assert told["requestId"] == refused.headers["x-request-id"]


def test_a_log_that_is_not_there_is_a_404(served):
    assert served.get("/dagster/logs/x/compute_logs/y/out", "vera").status_code == 404
    assert served.get(f"/dagster/logs/{'x' * 255}/y/err", "vera").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("download_debug/", 400),
        ("download_debug/" + "9" * 5000, 400),
        ("download_debug/x%00", 400),
        ("download_debug/99999999-9999-9999-9999-999999999999", 404),
        ("notebook", 400),
        ("notebook?path=x.ipynb", 400),
    ],
)
def test_what_an_admin_downloads_is_named_or_refused(served, path, status):
    refused = served.get(f"/dagster/{path}", "ada")
    assert (refused.status_code, refused.json()["error"]["message"] != "") == (status, True)


@pytest.mark.parametrize(
    "post",
    [
        {"json": [1]},
        {"content": b"{", "headers": {"content-type": "application/json"}},
        {"content": b"", "headers": {"content-type": "application/json"}},
        {"content": b"\xff", "headers": {"content-type": "application/json"}},
        {"content": b"x", "headers": {"content-type": "text/plain"}},
    ],
)
@pytest.mark.parametrize("kind", sorted(dagster_requests.REPORTS))
def test_an_asset_event_that_cannot_be_read_is_refused(served, kind, post):
    headers = {**served.as_user("ada"), **post.get("headers", {})}
    url = f"{served.url}/dagster/{kind}/some_asset"
    assert httpx.post(url, **{**post, "headers": headers}).status_code in (400, 415)


@pytest.mark.parametrize(
    "path", ["9" * 5000, "assets/" + "x/" * 2000, "runs/%00", "locations/%ff/é", "?" + "a=b&" * 999]
)
def test_no_page_of_the_ui_ends_in_a_500(served, path):
    for name in ("vera", "ada"):
        assert served.get(f"/dagster/{path}", name).status_code < 500


def test_a_fault_of_dagsters_is_told_in_our_shape_and_not_what_happened(served, monkeypatch):
    """The guard lets through what breaks Dagster's server, as a request that nobody thought of would."""
    monkeypatch.setattr(dagster_ui, "query_of", lambda body: VERSION)
    answer = served.graphql("vera", VERSION, [1])
    assert answer.status_code == 500
    error = answer.json()["error"]
    assert error["requestId"] == answer.headers["x-request-id"]
    assert "something went wrong" in error["message"]
    assert answer.json()["errors"] == [{"message": error["message"]}]
    assert "Traceback" not in answer.text


def test_what_a_caller_did_wrong_is_told_as_dagster_tells_it(served):
    answer = served.graphql("vera", "{ version(a: 1) }")
    assert answer.status_code == 400
    assert "error" not in answer.json()


def test_every_mutation_of_dagsters_is_followed_or_listed_with_its_reason(served):
    mutations = served.ui.schema.mutation_type.fields
    followed = {
        n for n, f in mutations.items() if f.resolve.__qualname__.startswith("MutationTrail.")
    }
    assert followed | set(dagster_audit.UNAUDITED) == set(mutations)
    assert not followed & set(dagster_audit.UNAUDITED)
    assert all(len(why) > 10 for why in dagster_audit.UNAUDITED.values())


def test_every_answer_of_a_mutation_is_known_to_be_one_of_success_or_not(served):
    schema = served.ui.schema
    wrong = re.compile("Error|Invalid|NotFound|Failure|NotSupported|Conflict")
    for name, mutation in schema.mutation_type.fields.items():
        answer = get_named_type(mutation.type)
        if name in dagster_audit.UNAUDITED or is_scalar_type(answer):
            continue
        answers = schema.get_possible_types(answer) if is_abstract_type(answer) else [answer]
        for each in answers:
            says_wrong = bool(wrong.search(each.name)) or "Error" in {
                i.name for i in each.interfaces
            }
            assert dagster_audit.is_done(each.name) is not says_wrong, (name, each.name)


# Field, the mutation as an alias in a fragment, its variables, how it ends.
MUTATIONS: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("launchRun", "launchRun(executionParams: $p) { __typename }", LAUNCH_VARIABLES, "done"),
    (
        "launchRun",
        "launchRun(executionParams: $p) { __typename }",
        {"p": {"selector": {**SELECTOR, "jobName": "nope"}}},
        "refused",
    ),
    ("deleteRun", 'deleteRun(runId: "nope") { __typename }', {}, "refused"),
    ("terminateRun", 'terminateRun(runId: "nope") { __typename }', {}, "refused"),
    ("terminateRuns", 'terminateRuns(runIds: ["a", "b"]) { __typename }', {}, "refused"),
    ("setConcurrencyLimit", 'setConcurrencyLimit(concurrencyKey: "k", limit: 2)', {}, "done"),
    ("deleteConcurrencyLimit", 'deleteConcurrencyLimit(concurrencyKey: "k")', {}, "done"),
    ("setAutoMaterializePaused", "setAutoMaterializePaused(paused: false)", {}, None),
    (
        "cancelPartitionBackfill",
        'cancelPartitionBackfill(backfillId: "x") { __typename }',
        {},
        "failed",
    ),
    ("reloadWorkspace", "reloadWorkspace { __typename }", {}, "done"),
    (
        "startSensor",
        'startSensor(sensorSelector: {repositoryLocationName: "here", repositoryName: '
        '"__repository__", sensorName: "none"}) { __typename }',
        {},
        "refused",
    ),
    (
        "wipeAssets",
        'wipeAssets(assetPartitionRanges: [{assetKey: {path: ["nope"]}}]) { __typename }',
        {},
        None,
    ),
]


@pytest.mark.parametrize(("field", "said", "variables", "ends"), MUTATIONS)
def test_a_mutation_leaves_one_row_with_who_what_and_how_it_ended(
    served, field, said, variables, ends
):
    before = served.last_row()
    declared = "mutation($p: ExecutionParams!)" if variables else "mutation"
    query = f"{declared} {{ ...hidden }} fragment hidden on Mutation {{ other: {said} }}"
    answer = served.graphql("ada", query, variables)
    (row,) = served.trail(before)
    assert (row["who"], row["what"]) == ("ada", f"dagster.{field}")
    if ends == "failed":
        assert (row["outcome"], answer.status_code) == ("failed", 500)
        return
    assert answer.status_code == 200, answer.text
    assert row["outcome"] == ends or (ends is None and row["outcome"] in ("done", "refused"))
    given = answer.json()["data"]["other"]
    if isinstance(given, dict) and field != "terminateRuns":
        assert row["result"] == given["__typename"]


def test_a_row_names_the_run_that_was_launched_and_keeps_no_run_configuration(served):
    before = served.last_row()
    variables = {"p": {"selector": SELECTOR, "runConfigData": '{"ops": {}}'}}
    query = LAUNCH.replace("__typename", "__typename ... on LaunchRunSuccess { run { id } }", 1)
    launched = served.graphql("ada", query, variables).json()["data"]["launchRun"]["run"]["id"]
    (row,) = served.trail(before)
    assert row["runId"] == launched
    assert row["target"]["executionParams"]["selector"]["jobName"] == "nothing"
    assert row["target"]["executionParams"]["runConfigData"] == "(not kept)"
    deleted = served.graphql(
        "ada", f'mutation {{ deleteRun(runId: "{launched}") {{ __typename }} }}'
    )
    assert deleted.json()["data"]["deleteRun"]["__typename"] == "DeletePipelineRunSuccess"
    assert served.trail(row["id"])[0]["target"] == {"runId": launched}


def test_each_of_several_mutations_leaves_its_row_and_what_a_viewer_tries_none(served):
    before = served.last_row()
    two = 'mutation { a: deleteRun(runId: "x") { __typename } b: deleteRun(runId: "y") { __typename } }'
    served.graphql("ada", two)
    assert [row["target"] for row in served.trail(before)] == [{"runId": "x"}, {"runId": "y"}]
    before = served.last_row()
    assert served.graphql("vera", two).status_code == 403
    assert served.graphql("ada", VERSION).status_code == 200
    assert served.trail(before) == []


def test_a_mutation_that_breaks_is_told_as_failed(served, monkeypatch):
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(dg.DagsterInstance, "event_log_storage", property(breaks))
    before = served.last_row()
    broken = served.graphql("ada", 'mutation { deleteConcurrencyLimit(concurrencyKey: "k") }')
    assert broken.status_code == 500
    assert broken.json()["error"]["requestId"] == broken.headers["x-request-id"]
    (row,) = served.trail(before)
    assert row["outcome"] == "failed"


@contextmanager
def refusing(served: Served, when: str) -> Iterator[None]:
    """The database refuses rows of the trail for which the SQL condition holds."""
    with served.engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER refuses BEFORE INSERT ON audit_events WHEN {when} "
            "BEGIN SELECT RAISE(ABORT, 'the trail is full'); END"
        )
    try:
        yield
    finally:
        with served.engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER refuses")


ASKED = "json_extract(NEW.value_after, '$.outcome') = 'asked'"
LIMIT = 'mutation { setConcurrencyLimit(concurrencyKey: "trail", limit: 2) }'
LIMITS = "{ instance { concurrencyLimits { concurrencyKey } } }"


def limits(served: Served) -> set[str]:
    found = served.graphql("ada", LIMITS).json()["data"]["instance"]["concurrencyLimits"]
    return {each["concurrencyKey"] for each in found}


def test_a_mutation_that_the_trail_cannot_hold_is_refused_and_changes_nothing(served):
    before = served.last_row()
    with refusing(served, ASKED):
        answer = served.graphql("ada", LIMIT.replace("trail", "never"))
        url = f"{served.url}/dagster/report_asset_check/some/asset"
        reported = {"check_name": "c", "passed": "true"}
        report = httpx.post(url, params=reported, headers=served.as_user("ada"))
    assert answer.status_code == 500
    assert "trail is full" not in answer.text
    assert report.status_code == 503
    assert "nothing was changed" in report.json()["error"]["message"]
    assert served.all_rows(before) == []
    assert "never" not in limits(served)


def test_what_was_done_is_told_as_done_when_its_end_cannot_be_kept_and_the_log_has_the_row(
    served, caplog
):
    before = served.last_row()
    with refusing(served, f"NOT {ASKED}"):
        answer = served.graphql("ada", LIMIT)
        url = f"{served.url}/dagster/report_asset_check/some/asset"
        reported = {"check_name": "c", "passed": "true"}
        report = httpx.post(url, params=reported, headers=served.as_user("ada"))
    assert answer.json() == {"data": {"setConcurrencyLimit": True}}
    assert report.status_code == 200
    assert "trail" in limits(served)
    rows = served.all_rows(before)
    assert [row["outcome"] for row in rows] == ["asked", "asked"]
    lost = [each.fields for each in caplog.records if "audit trail was lost" in each.message]
    assert [each["procedure"] for each in lost] == [row["what"] for row in rows]
    assert [each["after"]["asked"] for each in lost] == [row["id"] for row in rows]
    assert [(each["user"], each["after"]["outcome"]) for each in lost] == [("ada", "done")] * 2


def test_a_reported_asset_event_leaves_its_row_also_where_it_is_refused(served):
    url = f"{served.url}/dagster/report_asset_check/some/asset"
    before = served.last_row()
    reported = {"check_name": "c", "passed": "true"}
    assert httpx.post(url, params=reported, headers=served.as_user("ada")).status_code == 200
    assert httpx.post(url, params={}, headers=served.as_user("ada")).status_code == 400
    done, refused = served.trail(before)
    assert (done["who"], done["what"]) == ("ada", "dagster.report_asset_check")
    assert done["target"] == {"asset": "some/asset", "query": "check_name=c&passed=true"}
    assert [done["outcome"], refused["outcome"]] == ["done", "refused"]


def test_who_asks_too_much_is_told_when_to_come_again_and_others_are_answered(served):
    served.accounts.users["busy"] = User(77, "busy", Role.VIEWER)
    headers = {**served.as_user("busy"), "content-type": "application/json"}
    # Malformed, so that it costs Dagster nothing; it counts all the same.
    url, content = f"{served.url}/dagster/graphql", b'{"query": "{"}'
    with httpx.Client(headers=headers, timeout=30) as busy:
        answer = busy.post(url, content=content)
        for _ in range(3 * dagster_ui.GRAPHQL_BURST):
            if answer.status_code == 429:
                break
            assert answer.status_code == 400
            answer = busy.post(url, content=content)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert "more than 20 queries a second" in answer.json()["error"]["message"]
    assert served.graphql("vera", VERSION).status_code == 200
    assert served.get("/dagster/", "busy").status_code == 200


@pytest.mark.parametrize(
    ("error", "told", "is_tried_again"),
    [
        (OperationalError("SELECT 1", None, OSError("away")), "did not load yet", True),
        (AttributeError("DagsterWebserver has no create_asgi_app"), "cannot load", False),
    ],
)
def test_a_ui_that_does_not_load_says_so_and_tries_again_where_waiting_may_help(
    tmp_path, monkeypatch, error: Exception, told: str, is_tried_again: bool
):
    monkeypatch.setattr(dagster_ui, "RETRY_S", 0.01)
    tries: list[int] = []

    def open_instance(stack: ExitStack) -> dg.DagsterInstance:
        tries.append(1)
        raise error

    ui = DagsterUi(open_instance, tmp_path / "workspace.yaml")
    ui.start()
    try:
        wait_until(lambda: ui.is_settled and (len(tries) > 2 or not is_tried_again))
        assert told in (ui.look() or "")
    finally:
        ui.stop()
    assert (len(tries) > 1) is is_tried_again


def test_no_page_allows_inline_scripts_or_a_frame(served):
    policy = served.get("/dagster/", "vera").headers["content-security-policy"]
    script = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "unsafe-inline" not in script
    assert "'nonce-" in script
    assert "frame-ancestors 'none'" in policy


def test_ready_names_the_daemon_that_does_not_run(served):
    wait_until(lambda: _ready(served).json()["parts"]["dagster_ui"] == "ok")
    answer = _ready(served)
    assert answer.status_code == 503
    assert answer.json()["parts"]["daemon"] == "degraded"


def test_a_sensor_that_was_never_evaluated_has_been_silent_since_it_was_first_seen(
    served, monkeypatch
):
    now = datetime(2026, 3, 1, 12, 0, 0)
    monkeypatch.setattr(served.ui, "_first_seen", {})
    monkeypatch.setattr(dagster_ui, "utc_now", lambda: now)
    assert served.ui.sensor_ticks() == {"listens": 1772366400.0}
    now = datetime(2026, 3, 1, 12, 20, 0)
    assert served.ui.sensor_ticks() == {"listens": 1772366400.0}


def test_a_sensor_that_a_release_dropped_is_no_longer_expected_once_the_code_says_so(
    served, monkeypatch
):
    instance = served.ui._instance
    assert instance is not None
    (listens,) = [each for each in served.ui._sensors() if each.name == "listens"]
    origin = listens.get_remote_origin()._replace(instigator_name="dropped")
    ticked = SensorInstigatorData(last_tick_timestamp=1772366400.0)
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING, ticked)
    instance.add_instigator_state(state)
    assert set(served.ui.sensor_ticks()) == {"listens"}
    # As long as the code cannot be asked, silence may be its own.
    monkeypatch.setattr(served.ui, "_context", None)
    assert served.ui.sensor_ticks() == {"dropped": 1772366400.0}


def _ready(served: Served) -> httpx.Response:
    return httpx.get(f"{served.url}/api/ready")


def _websocket(served: Served, name: str | None, **more: str | None) -> ClientConnection:
    headers = {"cookie": f"session={name}"} if name else {}
    return connect(
        served.websocket_url,
        subprotocols=["graphql-ws"],  # pyright: ignore[reportArgumentType]
        additional_headers=headers,
        origin=more.get("origin", served.url),  # pyright: ignore[reportArgumentType]
    )


def _say(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))


def _hear(socket: ClientConnection) -> dict[str, Any]:
    return json.loads(socket.recv(timeout=20))


def _runs(served: Served) -> int:
    query = "{ runsOrError { ... on Runs { results { id } } } }"
    return len(served.graphql("ada", query).json()["data"]["runsOrError"]["results"])


def _launched(served: Served) -> str:
    query = LAUNCH.replace("__typename", "__typename ... on LaunchRunSuccess { run { id } }", 1)
    return served.graphql("ada", query, LAUNCH_VARIABLES).json()["data"]["launchRun"]["run"]["id"]
