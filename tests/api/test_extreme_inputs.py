"""Whatever is sent, however large, deep or far away, is refused or answered and never ends in a 500.

The product with the demo's declarations; each member of each procedure's input takes each extreme in turn,
beside values that lead somewhere, and every route takes extremes for what its path leaves open.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.registry import Kind, Procedure
from iop_pipelines.api.schemas import choices_of, json_schemas, resolved
from iop_pipelines.demo.load import load
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.drm.standin import START
from iop_pipelines.schema.engine import engine_for
from product import Product, product_of

# What a subscription answers has no end; its input is read by the same code.
PROCEDURES = [each for each in build_registry() if each.kind is not Kind.SUBSCRIPTION]
SCHEMAS, DEFINITIONS = json_schemas(
    [each for each in PROCEDURES if each.input is not None], "#/$defs/{model}"
)

LEAF = {"field": "origin", "op": "eq", "value": "JFK"}


def _query(**more: Any) -> dict[str, Any]:
    table = {"select": [{"measure": "flights", "compare": "previous_period"}, {"field": "origin"}]}
    week = {"field": "date", "op": "in_period", "value": "last_week"}
    return {
        "version": 1,
        "source": "dataset:flights_daily",
        "where": week,
        "datasets": {"t": table},
        **more,
    }


def _period(start: str, end: str) -> dict[str, Any]:
    return {"field": "date", "op": "in_period", "value": {"from": start, "to": end}}


def _nested(key: str, levels: int, is_list: bool) -> dict[str, Any]:
    tree: dict[str, Any] = LEAF
    for _ in range(levels):
        tree = {key: [tree] if is_list else tree}
    return tree


# The first are those that were seen as server errors.
QUERIES = [
    _query(where={"and": [LEAF] * 10_000}),
    _query(where={"and": [{"or": [LEAF] * 100}] * 100}),
    _query(where=_period("0001-01-01", "9999-12-31")),
    _query(where={**LEAF, "value": "x" * 900_000}),
    _query(where={**LEAF, "op": "contains", "value": "%" * 60_000}),
    _query(where=_period("9999-12-30", "9999-12-31")),
    _query(where=_period("1000-01-01", "1199-12-31")),
    _query(where=_nested("not", 90, is_list=False)),
    _query(where=_nested("and", 60, is_list=True)),
    _query(where={"and": [{**LEAF, "op": "in", "value": ["x"] * 1000}] * 200}),
    _query(where={"field": "flights", "op": "eq", "value": 2**63}),
    _query(where={"field": "flights", "op": "eq", "value": -(10**300)}),
    _query(where={"field": "flights", "op": "eq", "value": 1e308}),
    _query(time_zone="../../etc/passwd"),
    _query(datasets={f"t{n}": {"select": [{"agg": "count"}]} for n in range(2000)}),
    _query(datasets={"t": {"select": [{"agg": "count"}], "limit": 10**40}}),
    _query(params={f"p{n}": {"type": "string", "default": "x" * 999} for n in range(30)}),
    _query(),
]

TEXTS = ["", "\x00", "x" * 900_000, "\ud83d", "é" * 255, "%" * 300, "-1", "9" * 5000, "../../x"]
NUMBERS = [0, -1, 1, 2**31 - 1, 2**31, 2**63, 10**40, 10**400, -(10**400), 1e308, 5e-324, 1.5]
MOMENTS = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00"]
LISTS: list[Any] = [[], [None], [[]] * 1000, ["x" * 1000] * 60, [{"a": "b"}]]
OBJECTS: list[Any] = [
    {},
    {"": None},
    {"x" * 60_000: 1},
    {"a": "x" * 60_000},
    {f"k{n}": n for n in range(2_000)},
    _nested("a", 150, is_list=True),
    {"param": 10**40},
    {"date": "9999-12-31", "origin": None},
]
ANYTHING = [None, True, *TEXTS, *NUMBERS, *MOMENTS, *LISTS, *OBJECTS]

# What leads somewhere; the rest of an input is made by its schema.
KNOWN: dict[str, Any] = {
    "queryConfig": _query(),
    "dataset": "flights_daily",
    "name": "flights_daily",
    "path": [{"origin": "JFK"}],
    "by": "date_year",
    "period": "last_week",
}


def _valid(schema: Any) -> Any:
    """The plainest value of a JSON Schema."""
    schema = choices_of(resolved(schema, DEFINITIONS))[0]
    schema = resolved(schema, DEFINITIONS)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
        case "array":
            return [_valid(schema["items"])] * schema.get("minItems", 0)
        case "object":
            required = schema.get("required", [])
            return {name: _valid(schema["properties"][name]) for name in required}
        case _:
            is_moment = schema.get("format") == "date-time"
            return "2013-01-02T00:00:00Z" if is_moment else "x" * schema.get("minLength", 1)


def _inputs(procedure: Procedure) -> Iterator[Any]:
    if procedure.input is None:
        return
    schema = resolved(SCHEMAS[procedure.path, "validation"], DEFINITIONS)
    members = schema["properties"]
    required = {name: _valid(members[name]) for name in schema.get("required", [])}
    base = {**required, **{name: KNOWN[name] for name in members if name in KNOWN}}
    if {"panelId", "queryConfig"} <= set(members):
        base.pop("panelId", None)
    for name in members:
        extremes = QUERIES if name == "queryConfig" else ANYTHING
        for value in extremes:
            yield {**base, name: value}
    yield from ANYTHING


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    product = product_of(tmp_path_factory.mktemp("home"))
    load(product.platform.engine, product.platform.drm_engine, START)
    yield product
    engine_for(product.settings.database_url).dispose()
    engine_for(product.settings.drm_database_url).dispose()


@pytest.fixture(scope="module")
def client(product: Product) -> Iterator[TestClient]:
    with TestClient(product.app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


# Given a client, what asks with it.
Asking = Callable[[httpx.AsyncClient], Awaitable[None]]
InLoop = Callable[[Asking], None]


@pytest.fixture(scope="module")
def in_loop(client: TestClient, product: Product) -> InLoop:
    """Thousands of requests are asked in the app's own loop: from another thread each costs twice as much."""
    transport = httpx.ASGITransport(product.app, raise_app_exceptions=False)

    async def run(asking: Asking) -> None:
        async with httpx.AsyncClient(transport=transport, base_url=client.base_url) as asked:
            await asking(asked)

    def ask(asking: Asking) -> None:
        assert client.portal is not None
        client.portal.call(run, asking)

    return ask


def _told(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 300 else f"{text[:200]} … {text[-50:]}"


def _text_of(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: each.path)
def test_no_input_of_a_procedure_ends_in_a_500(
    in_loop: InLoop, product: Product, procedure: Procedure
) -> None:
    async def ask(client: httpx.AsyncClient) -> None:
        headers = {"content-type": "application/json"}
        for number, given in enumerate(_inputs(procedure)):
            # What is made up may end sessions or disable accounts.
            if not number or procedure.path.startswith(("users.", "sessions.")):
                headers["authorization"] = f"Bearer {product.token(Role.ADMIN)}"
            answer = await client.post(
                f"/api/trpc/{procedure.path}", content=_text_of(given), headers=headers
            )
            assert answer.status_code < 500, (_told(given), answer.text)
            assert answer.status_code != 401
            error = answer.json().get("error") if answer.status_code == 400 else None
            assert error is None or error["message"], _told(given)
            assert len(answer.content) < 2_000_000

    in_loop(ask)


@pytest.mark.parametrize("config", QUERIES[:5], ids=["flat", "nested", "period", "value", "like"])
def test_what_held_everybody_up_is_a_400_that_names_the_path(
    client: TestClient, product: Product, config: dict[str, Any]
) -> None:
    headers = {"authorization": f"Bearer {product.token(Role.VIEWER)}"}
    answer = client.post("/api/trpc/panels.data", json={"queryConfig": config}, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("queryConfig.where")


PARTS = [
    "0",
    "9" * 40,
    "9" * 5000,
    "-1",
    "1e5",
    "٣",
    "%00",
    "x" * 8000,
    "..%2f..%2fetc",
    "%ff",
    "'",
]
QUESTIONS = ["", "?width=" + "9" * 4000, "?width=000800" + "9" * 400, "?expires=" + "9" * 12]
QUESTIONS += [
    "?signature=é&expires=-1",
    "?next=//evil.example",
    "?state=%00&code=%00",
    "?" + "a=b&" * 999,
]


def _open_paths(product: Product) -> list[str]:
    """Of every route; what a path leaves open stands in braces."""
    routes = [each for each in product.app.routes if not isinstance(each, Mount)]
    return sorted({each.path for each in routes if isinstance(each, Route)})


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
def test_no_address_ends_in_a_500(in_loop: InLoop, product: Product, method: str) -> None:
    headers = {"authorization": f"Bearer {product.token(Role.ADMIN)}"}
    paths = _open_paths(product)
    assert "/api/reports/{report_id}/file" in paths

    async def ask(client: httpx.AsyncClient) -> None:
        for path, fill, question in _addresses(paths):
            filled = "/".join(fill if "{" in part else part for part in path.split("/"))
            if "{number}" in path:
                filled += ".png"
            answer = await client.request(method, filled + question, headers=headers)
            # Without the processes that are looked at, ready says so.
            if path != "/api/ready":
                told = (path, _told(fill), question[:40], answer.text[:300])
                assert answer.status_code < 500, told

    in_loop(ask)


def _addresses(paths: list[str]) -> Iterator[tuple[str, str, str]]:
    """A path, what fills what it leaves open, and what is asked of it."""
    for path in paths:
        for fill in PARTS if "{" in path else ["1"]:
            for question in QUESTIONS:
                yield path, fill, question


@pytest.mark.parametrize("number", ["0", "9" * 40, "9" * 5000, "2147483648", "-1", "٣", "x"])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/reports/{}/file", "reportId"),
        ("/api/reports/{}/pages/1.png", "reportId"),
        ("/api/reports/1/pages/{}.png", "number"),
    ],
)
def test_a_number_in_a_path_is_bounded_as_in_an_input(
    client: TestClient, product: Product, path: str, name: str, number: str
) -> None:
    headers = {"authorization": f"Bearer {product.token(Role.VIEWER)}"}
    answer: httpx.Response = client.get(path.format(number), headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(f"{name}: is ")
    assert len(answer.content) < 300
