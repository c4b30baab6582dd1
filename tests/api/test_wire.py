"""The parser of requests: whatever is sent, it answers or refuses; and its refusals have tRPC's shape."""

import json
import math

import pytest
import sqlalchemy.exc
from hypothesis import given
from hypothesis import strategies as st

import small_api
from iop_pipelines import errors
from iop_pipelines.api import wire
from iop_pipelines.api.plain import query_input
from iop_pipelines.api.registry import ApiError, Registry, Shape

REGISTRY: Registry = small_api.registry
PATHS = [each.path for each in REGISTRY]
SHAPES: list[type[Shape]] = [each.input for each in REGISTRY if each.input]

any_text = st.text(st.characters(exclude_categories=()))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner) | st.dictionaries(any_text, inner),
    max_leaves=20,
)
json_like = st.binary() | json_values.map(lambda value: json.dumps(value).encode())
headers = st.dictionaries(
    st.sampled_from(["content-type", "trpc-accept", "accept", "last-event-id"]),
    st.sampled_from(["application/json", "application/jsonl", "text/plain"]) | any_text,
)
queries = st.dictionaries(
    st.sampled_from(["batch", "input", "connectionParams", "lastEventId"]),
    st.sampled_from(["1", "{}", "null"]) | any_text,
)
heads = st.builds(
    wire.Head,
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS"]),
    path=st.lists(st.sampled_from(PATHS) | any_text, max_size=60).map(",".join),
    query=queries,
    headers=headers,
)


def refusal_or_none(function, *arguments) -> ApiError | None:
    try:
        function(*arguments)
    except ApiError as error:
        return error
    return None


def assert_is_an_error(body: bytes) -> None:
    error = json.loads(body)["error"]
    number, status = wire.CODES[error["data"]["code"]]
    assert (error["code"], error["data"]["httpStatus"]) == (number, status)
    assert error["message"]


@given(heads)
def test_any_head_is_planned_or_refused(head: wire.Head) -> None:
    try:
        plan = wire.plan(head, REGISTRY)
    except ApiError as error:
        assert_is_an_error(wire.refused(error, None))
        return
    assert 1 <= len(plan.calls) <= wire.MAX_CALLS
    for call in plan.calls:
        refusal = refusal_or_none(wire.check_call, call, head.method, plan.is_batch)
        if refusal:
            assert_is_an_error(wire.refused(refusal, call.path))


@given(json_like, st.integers(1, 5), st.booleans(), st.sampled_from(SHAPES))
def test_any_input_is_read_or_refused(
    text: bytes, count: int, is_batch: bool, shape: type[Shape]
) -> None:
    count = count if is_batch else 1
    try:
        texts = wire.inputs(text, count, is_batch)
    except ApiError as error:
        assert_is_an_error(wire.refused(error, "x"))
        return
    assert len(texts) == count
    for each in texts:
        refusal = refusal_or_none(wire.read_input, shape, each)
        if refusal:
            assert refusal.code == "BAD_REQUEST"
            assert refusal.data["issues"]
            assert_is_an_error(wire.refused(refusal, "x"))


@given(
    st.sampled_from(SHAPES),
    st.lists(st.tuples(st.sampled_from(["limit", "kind", "tags", "since"]) | any_text, any_text)),
)
def test_any_query_string_is_read_or_refused(
    shape: type[Shape], parameters: list[tuple[str, str]]
) -> None:
    def read() -> None:
        wire.inputs(query_input(shape, parameters), 1, False)

    assert (refusal_or_none(read) or ApiError("BAD_REQUEST", "column.empty")).code == "BAD_REQUEST"


@given(st.sampled_from(SHAPES), json_values, any_text)
def test_a_resumed_input_is_json(shape: type[Shape], value: object, last: str) -> None:
    text = json.dumps(value).encode()
    try:
        resumed = wire.with_last_event_id(text, last)
    except ApiError:
        return
    json.loads(resumed or b"null")


@given(st.lists(json_values, min_size=1, max_size=wire.MAX_CALLS))
def test_a_batch_gives_each_call_its_own_input(values: list[object]) -> None:
    text = json.dumps({str(index): value for index, value in enumerate(values)}).encode()
    try:
        texts = wire.inputs(text, len(values), True)
    except ApiError:
        return  # NaN, infinity and lone surrogates, which JSON.parse would refuse or lose
    assert [json.loads(each or b"") for each in texts] == values


def test_a_missing_input_is_not_null() -> None:
    assert wire.inputs(b'{"1":null}', 2, True) == [None, b"null"]
    assert wire.read_input(small_api.ListInput, None) == small_api.ListInput()
    assert refusal_or_none(wire.read_input, small_api.ListInput, b"null")


@pytest.mark.parametrize(
    "text",
    [b"{", b"NaN", b"1e999", b"[" * 500, b'"\\ud800"', b"9" * 5000, b"\xff", b"1 2", b"{'a':1}"],
    ids=str,
)
def test_what_javascript_could_not_have_sent_is_refused(text: bytes) -> None:
    refusal = refusal_or_none(wire.inputs, text[:6000], 1, False)
    assert refusal is not None
    assert refusal.code == "BAD_REQUEST"


def test_too_large_an_input_is_refused_wherever_it_came_from() -> None:
    refusal = refusal_or_none(wire.inputs, b'"%s"' % (b"x" * wire.MAX_INPUT_BYTES), 1, False)
    assert refusal is not None
    assert refusal.code == "PAYLOAD_TOO_LARGE"


def test_field_errors_are_named_as_the_caller_wrote_them() -> None:
    class Part(Shape):
        window_size: int

    class Whole(Shape):
        model_parts: list[Part]

    refusal = refusal_or_none(wire.read_input, Whole, b'{"modelParts":[{"windowSize":"7"}]}')
    assert refusal is not None
    assert str(refusal) == "modelParts.0.windowSize: is '7'; it must be a whole number"
    assert refusal.data["zodError"]["fieldErrors"].keys() == {"modelParts"}
    assert refusal.data["issues"][0]["path"] == ["modelParts", 0, "windowSize"]


def test_a_bad_long_list_answers_briefly() -> None:
    text = json.dumps({"tags": [1] * 10_000}).encode()
    refusal = refusal_or_none(wire.read_input, small_api.ListInput, text)
    assert refusal is not None
    assert len(refusal.data["issues"]) == wire.MAX_ISSUES
    assert "(and 9999 more)" in str(refusal)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InvalidQuery("query.computes", "queryConfig.columns"), "BAD_REQUEST"),
        (errors.NotFound("model.not_found", id=7), "NOT_FOUND"),
        (errors.Conflict("user.exists", name="ada"), "CONFLICT"),
        (errors.Contended("write.in_the_way"), "CONFLICT"),
        (errors.SeriesTooShort("trend.no_pairs", season_length=7), "UNPROCESSABLE_CONTENT"),
        (errors.Unavailable("provider.not_an_object", url="secret"), "SERVICE_UNAVAILABLE"),
        (sqlalchemy.exc.TimeoutError("secret"), "SERVICE_UNAVAILABLE"),
        (
            sqlalchemy.exc.OperationalError(
                "secret", None, Exception("secret"), connection_invalidated=True
            ),
            "SERVICE_UNAVAILABLE",
        ),
        (sqlalchemy.exc.OperationalError("secret", None, Exception()), "INTERNAL_SERVER_ERROR"),
        (errors.MisconfiguredInstance("move.not_sqlite", home="secret"), "INTERNAL_SERVER_ERROR"),
        (KeyError("secret"), "INTERNAL_SERVER_ERROR"),
    ],
    ids=repr,
)
def test_errors_become_codes_and_faults_keep_their_secrets(error: Exception, code: str) -> None:
    refusal = wire.refusal(error)
    assert refusal.code == code
    assert "secret" not in str(refusal)
    assert wire.is_fault(refusal) is (wire.CODES[code][1] >= 500)


def test_names_inside_the_callers_own_json_stay_as_it_spelled_them() -> None:
    refusal = wire.refusal(
        errors.InvalidInput("column.empty", "panels.1.query_config.params.by_day")
    )
    assert refusal.data["issues"][0]["path"] == ["panels", "1", "queryConfig", "params", "by_day"]
    refusal = wire.refusal(errors.InvalidInput("column.empty", "config.window_size"))
    assert str(refusal) == "config.window_size: name a field or a measure"
    assert refusal.data["zodError"]["fieldErrors"] == {"config": ["name a field or a measure"]}


@pytest.mark.parametrize("bad", ["", "a\nb", "a\rb", "a\0b"])
def test_an_event_id_that_would_break_the_stream_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="non-empty line"):
        wire.event(b"{}", event_id=bad)


@pytest.mark.parametrize(
    ("sent", "becomes"),
    [
        ([("limit", "5")], {"limit": 5}),
        ([("kind", "5")], {"kind": "5"}),
        ([("since", "2026-01-01T00:00:00Z")], {"since": "2026-01-01T00:00:00Z"}),
        ([("tags", '["a"]')], {"tags": ["a"]}),
        ([("limit", "many")], {"limit": "many"}),
        ([("unknown", "5")], {"unknown": "5"}),
    ],
)
def test_query_parameters_are_text_where_text_is_meant(
    sent: list[tuple[str, str]], becomes: dict
) -> None:
    assert json.loads(query_input(small_api.ListInput, sent) or b"") == becomes


def test_nan_never_leaves() -> None:
    echo = REGISTRY.get("wire.echo")
    out = echo.dump(small_api.Echo(value={"a": math.nan, "b": [math.inf, -math.inf]}))
    assert json.loads(out) == {"value": {"a": None, "b": [None, None]}}
