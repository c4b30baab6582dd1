"""The tRPC endpoint and the plain face beside it, request by request; the real client is in test_client.py."""

import json
import logging
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

import small_api
from iop_pipelines.api import events, wire

TRPC = "/api/trpc"
JSON = {"content-type": "application/json"}
TOO_MUCH = json.dumps({"name": "x" * wire.MAX_INPUT_BYTES, "kind": "ml"}).encode()


@pytest.fixture
def client() -> Iterator[TestClient]:
    """An admin; what a test wants of another caller it says itself."""
    small_api.revoked.clear()
    with TestClient(small_api.app(), headers=signed_in("admin")) as client:
        yield client


def signed_in(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def at(path: str, given: object = ..., *, is_batch: bool = False) -> str:
    batch = "batch=1" if is_batch else ""
    text = "" if given is ... else f"&input={quote(json.dumps(given))}"
    return f"{TRPC}/{path}?{batch}{text}"


def code_of(response) -> str:
    assert response.headers["content-type"] == "application/json"
    return response.json()["error"]["data"]["code"]


def test_a_query_answers_camel_case_with_moments_in_utc_and_without_nan(client: TestClient) -> None:
    response = client.get(at("models.list", {"limit": 1, "since": "2026-05-01T02:00:00+02:00"}))
    assert response.status_code == 200
    assert response.json()["result"]["data"] == [
        {
            "modelId": 1,
            "name": "ada any",
            "createdAt": "2026-05-01T00:00:00Z",
            "score": None,
            "config": {"window": 1, "bad": None},
        }
    ]
    assert response.headers["vary"] == "trpc-accept, accept"
    assert response.headers["cache-control"] == "no-store"


def test_a_missing_input_takes_the_defaults_and_null_does_not(client: TestClient) -> None:
    assert len(client.get(at("models.list")).json()["result"]["data"]) == 3
    assert client.get(at("models.list", None)).status_code == 400


def test_a_mutation_is_a_post_and_no_output_is_undefined(client: TestClient) -> None:
    made = client.post(f"{TRPC}/models.create", json={"name": "abc", "kind": "ml"})
    assert made.json() == {"result": {"data": {"success": True, "modelId": 3}}}
    assert client.post(f"{TRPC}/models.touch", headers=JSON).json() == {"result": {}}


def test_a_query_by_post_is_method_override(client: TestClient) -> None:
    response = client.post(f"{TRPC}/models.list", json={"limit": 2})
    assert len(response.json()["result"]["data"]) == 2


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "models.create", "POST"),
        ("PUT", "models.create", "POST"),
        ("DELETE", "models.list", "GET, POST"),
        ("POST", "wire.ticks", "GET"),
    ],
)
def test_another_method_is_refused_with_those_that_work(
    client: TestClient, method: str, path: str, allow: str
) -> None:
    response = client.request(method, f"{TRPC}/{path}", headers=JSON)
    assert (response.status_code, code_of(response)) == (405, "METHOD_NOT_SUPPORTED")
    assert response.headers["allow"] == allow


def test_head_is_answered_without_a_body(client: TestClient) -> None:
    response = client.head(f"{TRPC}/models.list")
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("path", ["", "/", "/nope", "/models", "/models.list.x", "/a/b", "/%ff"])
def test_an_unknown_path_is_answered_in_trpcs_shape(client: TestClient, path: str) -> None:
    response = client.get(TRPC + path)
    assert (response.status_code, code_of(response)) == (404, "NOT_FOUND")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_may_be_posted(client: TestClient, content_type: str) -> None:
    response = client.post(
        f"{TRPC}/models.create", content=b"{}", headers={"content-type": content_type}
    )
    assert (response.status_code, code_of(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert "path" not in response.json()["error"]["data"]


def test_json_with_a_charset_is_json(client: TestClient) -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    response = client.post(f"{TRPC}/models.list", content=b"{}", headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["models.create", "models.create,models.touch"])
def test_malformed_json_is_bad_request_for_each_call(client: TestClient, path: str) -> None:
    is_batch = "," in path
    response = client.post(at(path, is_batch=is_batch), content=b"{bad", headers=JSON)
    answers = response.json() if is_batch else [response.json()]
    first = answers[0]["error"]["data"]
    assert (first["code"], first["path"]) == ("BAD_REQUEST", "models.create")
    # A procedure without input never looks at it, as in Node.
    assert answers[1:] == ([{"result": {}}] if is_batch else [])


def test_too_large_a_body_is_refused_in_trpcs_shape(client: TestClient) -> None:
    response = client.post(f"{TRPC}/models.create", content=TOO_MUCH, headers=JSON)
    assert (response.status_code, code_of(response)) == (413, "PAYLOAD_TOO_LARGE")


def test_too_large_a_body_without_a_length_is_refused_too(client: TestClient) -> None:
    chunks = (TOO_MUCH[at : at + 65_536] for at in range(0, len(TOO_MUCH), 65_536))
    response = client.post(f"{TRPC}/models.create", content=chunks, headers=JSON)
    assert (response.status_code, code_of(response)) == (413, "PAYLOAD_TOO_LARGE")


# Who may


@pytest.mark.parametrize("token", ["", "nonsense"])
@pytest.mark.parametrize("path", ["models.list", "dashboard.stats"])
def test_nobody_is_let_in_before_the_input_is_looked_at(
    client: TestClient, token: str, path: str
) -> None:
    response = client.get(at(path, {"limit": "bad"}), headers=signed_in(token))
    assert (response.status_code, code_of(response)) == (401, "UNAUTHORIZED")


def test_a_viewer_is_refused_a_mutation_before_its_input_is_looked_at(client: TestClient) -> None:
    for content in (b'{"name":1}', b"{bad", TOO_MUCH):
        response = client.post(
            f"{TRPC}/models.create", content=content, headers={**JSON, **signed_in("viewer")}
        )
        assert (response.status_code, code_of(response)) == (403, "FORBIDDEN")


def test_a_batch_judges_each_call_by_itself(client: TestClient) -> None:
    path = "models.touch,session.end,nope"
    response = client.post(at(path, is_batch=True), json={}, headers=signed_in("viewer"))
    assert response.status_code == 207
    refused, ended, unknown = response.json()
    assert refused["error"]["data"]["code"] == "FORBIDDEN"
    assert ended == {"result": {}}
    told = unknown["error"]["data"].pop("translations")
    assert told["fr"] == {"message": "Pas de procédure 'nope'"}
    assert unknown["error"]["data"] == {
        "code": "NOT_FOUND",
        "httpStatus": 404,
        "path": "nope",
        "refusal": {"code": "procedure.unknown", "values": {"path": "nope"}},
    }


def test_a_sign_in_that_breaks_tells_nothing(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get(at("dashboard.stats"), headers=signed_in("broken"))
    assert (response.status_code, code_of(response)) == (500, "INTERNAL_SERVER_ERROR")
    assert "secret" not in response.text
    assert "secret inside" in caplog.text


# Errors


def test_bad_input_names_its_fields(client: TestClient) -> None:
    response = client.post(f"{TRPC}/models.create", json={"kind": "x", "name": "", "moreKeys": 1})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, -32600)
    assert error["data"]["path"] == "models.create"
    assert error["data"]["zodError"]["formErrors"] == []
    assert error["data"]["zodError"]["fieldErrors"].keys() == {"name", "kind", "moreKeys"}
    assert {issue["path"][0] for issue in error["data"]["issues"]} == {"name", "kind", "moreKeys"}


@pytest.mark.parametrize(
    ("how", "code", "message"),
    [
        ("notFound", "NOT_FOUND", "there is no model with id 7"),
        (
            "conflict",
            "CONFLICT",
            "model m v7 is deprecated; promote it, or execute an active version",
        ),
        (
            "contended",
            "CONFLICT",
            "someone else is changing this right now; nothing was changed, try again in a moment",
        ),
        ("tooShort", "UNPROCESSABLE_CONTENT", "a trend needs 14 known points, and there are 2"),
        ("field", "BAD_REQUEST", "config.params.window_size: days is 0; it must be 1 or more"),
        ("form", "BAD_REQUEST", "from 2 is not before to 1"),
        ("limited", "TOO_MANY_REQUESTS", "the server was too busy to answer within 7 s; try again"),
    ],
)
def test_what_a_handler_refuses_reaches_the_caller(
    client: TestClient, how: str, code: str, message: str
) -> None:
    response = client.get(at("wire.fail", {"how": how}))
    assert (code_of(response), response.json()["error"]["message"]) == (code, message)
    assert response.status_code == wire.CODES[code][1]


def test_further_data_of_a_refusal_reaches_the_caller(client: TestClient) -> None:
    data = client.get(at("wire.fail", {"how": "limited"})).json()["error"]["data"]
    assert data["retryAfter"] == 7


def test_a_conflict_that_passes_says_so_and_when_to_ask_again(client: TestClient) -> None:
    passing = client.get(at("wire.fail", {"how": "contended"}))
    data = passing.json()["error"]["data"]
    assert (passing.status_code, data["retryable"]) == (409, True)
    assert int(passing.headers["retry-after"]) == data["retryAfter"] >= 1
    lasting = client.get(at("wire.fail", {"how": "conflict"}))
    assert lasting.status_code == 409
    assert "retry-after" not in lasting.headers
    assert "retryable" not in lasting.json()["error"]["data"]


@pytest.mark.parametrize("how", ["unexpected", "unavailable", "noSuchFailure"])
def test_a_fault_is_logged_under_the_id_that_the_caller_gets(
    client: TestClient, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    response = client.get(at("wire.fail", {"how": how}))
    assert response.status_code >= 500
    error = response.json()["error"]
    assert "secret" not in response.text
    assert "hunter2" not in response.text
    assert "stack" not in error["data"]
    (record,) = caplog.records
    assert record.exc_info
    assert record.__dict__["fields"]["traceId"] == error["data"]["requestId"]


# Batches


def test_a_batch_answers_in_the_order_of_its_calls(client: TestClient) -> None:
    given = {"0": {"limit": 1}, "2": {"limit": 2}}
    response = client.get(at("models.list,dashboard.stats,models.list", given, is_batch=True))
    assert response.status_code == 200
    first, second, third = [each["result"]["data"] for each in response.json()]
    assert (len(first), second, len(third)) == (1, {"models": 3}, 2)


def test_a_batch_of_one_is_an_array_and_an_escaped_comma_parts_paths(client: TestClient) -> None:
    assert isinstance(client.get(at("dashboard.stats", is_batch=True)).json(), list)
    assert len(client.get(at("dashboard.stats%2Cdashboard.stats", is_batch=True)).json()) == 2
    assert client.get(f"{TRPC}/dashboard.stats,dashboard.stats?batch=true").status_code == 404


def test_a_batch_that_fails_alike_has_that_status_and_one_that_does_not_has_207(
    client: TestClient,
) -> None:
    alike = client.get(
        at("models.list,dashboard.stats", is_batch=True), headers=signed_in("nobody")
    )
    assert alike.status_code == 401
    assert client.get(at("nope,dashboard.stats", is_batch=True)).status_code == 207


@pytest.mark.parametrize(
    ("path", "given"),
    [
        (",".join(["dashboard.stats"] * (wire.MAX_CALLS + 1)), ...),
        ("dashboard.stats,models.touch", ...),
    ],
)
def test_a_batch_that_is_refused_as_a_whole_is_one_error_without_a_path(
    client: TestClient, path: str, given: object
) -> None:
    response = client.get(at(path, given, is_batch=True))
    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")
    assert "path" not in response.json()["error"]["data"]


def test_the_largest_batch_is_answered(client: TestClient) -> None:
    path = ",".join(["dashboard.stats"] * wire.MAX_CALLS)
    assert len(client.get(at(path, is_batch=True)).json()) == wire.MAX_CALLS


@pytest.mark.parametrize("given", [1, "x", True, None])
def test_a_batch_input_that_is_no_object_is_bad_request_for_each_call(
    client: TestClient, given: object
) -> None:
    response = client.get(at("models.list,models.list", given, is_batch=True))
    assert [each["error"]["data"]["code"] for each in response.json()] == ["BAD_REQUEST"] * 2


def test_a_batch_input_may_be_an_array(client: TestClient) -> None:
    response = client.get(at("models.list,models.list", [{"limit": 1}, {}], is_batch=True))
    assert [len(each["result"]["data"]) for each in response.json()] == [1, 3]


def test_a_subscription_cannot_be_batched(client: TestClient) -> None:
    (answer,) = client.get(at("wire.ticks", is_batch=True)).json()
    assert answer["error"]["data"]["code"] == "BAD_REQUEST"


def test_malformed_connection_params_are_a_parse_error(client: TestClient) -> None:
    for bad in ("{", '{"a":1}', "[]"):
        response = client.get(f"{TRPC}/dashboard.stats", params={"connectionParams": bad})
        assert (response.status_code, code_of(response)) == (400, "PARSE_ERROR")
    good = client.get(f"{TRPC}/dashboard.stats", params={"connectionParams": '{"a":"b"}'})
    assert good.status_code == 200


# Streams


@pytest.mark.parametrize("header", ["trpc-accept", "accept"])
def test_a_streamed_batch_is_a_head_and_a_line_for_each_call(
    client: TestClient, header: str
) -> None:
    path = at("dashboard.stats,nope,models.list", {"2": {"limit": 1}}, is_batch=True)
    response = client.get(path, headers={header: "application/jsonl"})
    assert response.status_code == 200
    head, *lines = [json.loads(line) for line in response.text.splitlines()]
    assert head == {str(index): [[0], [None, 0, index]] for index in range(3)}
    answers = {line[0]: line[2][0][0] for line in lines}
    assert [line[1] for line in lines] == [0, 0, 0]
    assert answers[0] == {"result": {"data": {"models": 3}}}
    assert answers[1]["error"]["data"]["path"] == "nope"
    assert len(answers[2]["result"]["data"]) == 1


def test_streamed_mutations_are_done_in_their_order(client: TestClient) -> None:
    path = at("models.touch,models.create,session.end", is_batch=True)
    body = {"1": {"name": "abc", "kind": "ml"}}
    response = client.post(path, json=body, headers={"trpc-accept": "application/jsonl"})
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert [line[0] for line in lines[1:]] == [0, 1, 2]


def test_streaming_needs_a_batch(client: TestClient) -> None:
    response = client.get(at("dashboard.stats"), headers={"trpc-accept": "application/jsonl"})
    assert (response.status_code, code_of(response)) == (400, "BAD_REQUEST")


# Subscriptions


def events_of(response) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["cache-control"] == "no-cache, no-transform"
    assert response.headers["x-accel-buffering"] == "no"
    blocks = response.text.strip("\n").split("\n\n")
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


def test_a_subscription_sends_tracked_events_and_says_when_it_is_done(client: TestClient) -> None:
    connected, first, second, done = events_of(client.get(at("wire.ticks", {"until": 2})))
    assert connected["event"] == "connected"
    assert json.loads(connected["data"])["reconnectAfterInactivityMs"] > 1000 * events.PING_EVERY_S
    assert first == {"data": '{"number":1,"resumedAfter":null}', "id": "1"}
    assert second["id"] == "2"
    assert done["event"] == "return"


@pytest.mark.parametrize(
    ("headers", "query", "given"),
    [
        ({"last-event-id": "2"}, "&lastEventId=1", {"lastEventId": "0"}),
        ({}, "&lastEventId=2", {"lastEventId": "0"}),
        ({}, "&Last-Event-Id=2", {}),
        ({}, "", {"lastEventId": "2"}),
    ],
)
def test_a_subscription_goes_on_after_the_event_seen_last(
    client: TestClient, headers: dict, query: str, given: dict
) -> None:
    path = at("wire.ticks", {"until": 4, **given}) + query
    ids = [each["id"] for each in events_of(client.get(path, headers=headers)) if "id" in each]
    assert ids == ["3", "4"]


@pytest.mark.parametrize(
    ("token", "path", "code"),
    [
        ("", at("wire.ticks"), "UNAUTHORIZED"),
        ("viewer", at("wire.ticks", {"until": -1}), "BAD_REQUEST"),
        ("viewer", f"{TRPC}/wire.ticks?input=%7B", "BAD_REQUEST"),
        ("viewer", f"{TRPC}/nope", "NOT_FOUND"),
        ("viewer", at("wire.ticks", {"failAt": 1}), "CONFLICT"),
        ("broken", at("wire.ticks"), "INTERNAL_SERVER_ERROR"),
    ],
)
def test_a_refused_subscription_is_an_event_that_the_client_can_read(
    client: TestClient, token: str, path: str, code: str
) -> None:
    headers = {"accept": "text/event-stream", **signed_in(token)}
    connected, refused = events_of(client.get(path, headers=headers))
    assert (connected["event"], refused["event"]) == ("connected", "serialized-error")
    assert json.loads(refused["data"])["data"]["code"] == code
    assert "secret" not in refused["data"]


def test_a_silent_subscription_pings(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "CHECK_EVERY_S", 0.01)
    monkeypatch.setattr(events, "PING_EVERY_S", 0.02)
    names = [
        each.get("event")
        for each in events_of(client.get(at("wire.ticks", {"until": 2, "pauseS": 0.1})))
    ]
    assert "ping" in names
    assert names[-1] == "return"


def test_signing_out_ends_a_subscription(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "CHECK_EVERY_S", 0.01)
    monkeypatch.setattr(events, "PING_EVERY_S", 0.02)

    class SignsOutOnFirstPing(set[str]):
        asked = 0

        def __contains__(self, token: object) -> bool:
            self.asked += 1
            return self.asked > 5

    monkeypatch.setattr(small_api, "revoked", SignsOutOnFirstPing())
    given = {"until": 1_000_000, "pauseS": 600}
    last = events_of(client.get(at("wire.ticks", given)))[-1]
    assert last["event"] == "serialized-error"
    assert json.loads(last["data"])["data"]["code"] == "UNAUTHORIZED"


# The plain face


def test_the_plain_face_answers_the_bare_output(client: TestClient) -> None:
    response = client.get("/api/v1/models/list", params={"limit": 1, "kind": "ml", "tags": "[]"})
    assert response.json()[0]["name"] == "ada ml"
    made = client.post("/api/v1/models/create", json={"name": "abc", "kind": "ml"})
    assert made.json() == {"success": True, "modelId": 3}
    assert client.post("/api/v1/models/touch", headers=JSON).json() is None


@pytest.mark.parametrize(
    ("method", "path", "options", "code"),
    [
        ("GET", "", {}, "NOT_FOUND"),
        ("GET", "/nope", {}, "NOT_FOUND"),
        ("GET", "/wire/ticks", {}, "NOT_FOUND"),
        ("POST", "/models/list", {"json": {}}, "METHOD_NOT_SUPPORTED"),
        ("TRACE", "/models/create", {}, "METHOD_NOT_SUPPORTED"),
        ("GET", "/models/list", {"params": {"limit": "x"}}, "BAD_REQUEST"),
        ("GET", "/models/list", {"params": {"x": "1"}}, "BAD_REQUEST"),
        ("GET", "/models/list", {"params": [("limit", "1"), ("limit", "2")]}, "BAD_REQUEST"),
        ("GET", "/dashboard/stats", {"params": {"x": "1"}}, "BAD_REQUEST"),
        ("GET", "/models/list", {"headers": signed_in("")}, "UNAUTHORIZED"),
        ("POST", "/models/create", {"json": {}, "headers": signed_in("viewer")}, "FORBIDDEN"),
        ("POST", "/models/create", {"content": b"{", "headers": JSON}, "BAD_REQUEST"),
        ("POST", "/models/create", {"content": b"{}"}, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/models/create", {"content": TOO_MUCH, "headers": JSON}, "PAYLOAD_TOO_LARGE"),
        ("GET", "/wire/fail", {"params": {"how": "unexpected"}}, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_the_plain_face_refuses_in_the_same_shape(
    client: TestClient, method: str, path: str, options: dict, code: str
) -> None:
    response = client.request(method, f"/api/v1{path}", **options)
    assert code_of(response) == code
    assert response.status_code == wire.CODES[code][1]
    assert ("allow" in response.headers) is (response.status_code == 405)


def test_the_document_lists_every_query_and_mutation_and_resolves(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json", headers=signed_in("")).json()
    assert document["openapi"] == "3.1.0"
    plain = [each for each in small_api.registry if each.kind != "subscription"]
    assert set(document["paths"]) == {f"/api/v1/{each.path.replace('.', '/')}" for each in plain}
    known = document["components"]["schemas"]
    for part in json.dumps(document).split('"$ref": "#/components/schemas/')[1:]:
        assert part.partition('"')[0] in known
    assert "$defs" not in json.dumps(document)


def test_the_docs_page_needs_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/api/v1/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "://" not in page.text
    for procedure in small_api.registry:
        assert f'<section id="{procedure.path}">' in page.text
    assert client.get("/api/v1/docs.css").headers["content-type"].startswith("text/css")
