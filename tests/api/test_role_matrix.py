"""Every procedure of the product × who asks × alone or in a batch × both faces, with real tokens.

Whoever is let in sends an input that no procedure takes: its refusal shows that the role was looked
at before, and nothing is changed. Procedures without an input, all of them queries, are answered.
"""

import json
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from starlette.testclient import TestClient

from iop_pipelines.api.auth import COOKIE
from iop_pipelines.api.plain import METHOD, path_of
from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.registry import Kind, Procedure
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.schema.engine import engine_for
from product import Product, product_of

PROCEDURES = list(build_registry())
CALLERS = ("anonymous", "expired", "tampered", "viewer", "admin")
# Mutations that are not for admins: what people change of their own.
OWN = {"notifications.markRead", "sessions.end", "settings.update"}
BAD_INPUT = {"noProcedureTakesThis": 1}

each_procedure = pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: each.path)
each_caller = pytest.mark.parametrize("caller", CALLERS)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    product = product_of(tmp_path_factory.mktemp("home"))
    yield product
    engine_for(product.settings.database_url).dispose()


@pytest.fixture(scope="module")
def tokens(product: Product) -> dict[str, str]:
    return {
        "expired": product.expired_token(),
        "tampered": product.tampered_token(),
        "viewer": product.token(Role.VIEWER),
        "admin": product.token(Role.ADMIN),
    }


@pytest.fixture(scope="module")
def client(product: Product) -> Iterator[TestClient]:
    with TestClient(product.app) as client:
        yield client


def expected(procedure: Procedure, caller: str) -> str:
    """tRPC's code of the answer, or OK."""
    if caller not in ("viewer", "admin"):
        return "UNAUTHORIZED"
    if procedure.role is Role.ADMIN and caller != "admin":
        return "FORBIDDEN"
    return "OK" if procedure.input is None else "BAD_REQUEST"


def as_caller(tokens: dict[str, str], caller: str) -> dict[str, str]:
    return {"authorization": f"Bearer {tokens[caller]}"} if caller in tokens else {}


def ask(
    client: TestClient, procedure: Procedure, given: object, batch: str, headers: dict[str, str]
) -> httpx.Response:
    path = f"/api/trpc/{batch or procedure.path}{'?batch=1' if batch else ''}"
    if procedure.kind is Kind.MUTATION:
        return client.post(path, json=given, headers=headers)
    return client.get(
        f"{path}{'&' if batch else '?'}input={quote(json.dumps(given))}", headers=headers
    )


def code_of(answer: dict) -> str:
    return answer["error"]["data"]["code"] if "error" in answer else "OK"


def code_of_stream(response: httpx.Response) -> str:
    """A stream's refusal is its last event."""
    last = response.text.strip().split("\n\n")[-1].split("\n")
    assert last[0] == "event: serialized-error", response.text
    return json.loads(last[1].removeprefix("data: "))["data"]["code"]


@each_procedure
@each_caller
def test_alone(
    client: TestClient, tokens: dict[str, str], procedure: Procedure, caller: str
) -> None:
    response = ask(client, procedure, BAD_INPUT, "", as_caller(tokens, caller))
    wanted = expected(procedure, caller)
    if procedure.kind is Kind.SUBSCRIPTION:
        assert code_of_stream(response) == wanted
        return
    assert code_of(response.json()) == wanted
    statuses = {"OK": 200, "BAD_REQUEST": 400, "UNAUTHORIZED": 401, "FORBIDDEN": 403}
    assert response.status_code == statuses[wanted]


@each_procedure
@each_caller
def test_in_a_batch_of_itself_and_an_unknown_one(
    client: TestClient, tokens: dict[str, str], procedure: Procedure, caller: str
) -> None:
    batch = f"{procedure.path},no.such,{procedure.path}"
    given = {"0": BAD_INPUT, "2": BAD_INPUT}
    response = ask(client, procedure, given, batch, as_caller(tokens, caller))
    wanted = expected(procedure, caller)
    if procedure.kind is Kind.SUBSCRIPTION:
        wanted = "BAD_REQUEST"
    assert [code_of(each) for each in response.json()] == [wanted, "NOT_FOUND", wanted]


@pytest.mark.parametrize(
    "procedure", [each for each in PROCEDURES if each.kind in METHOD], ids=lambda each: each.path
)
@each_caller
def test_on_the_plain_face(
    client: TestClient, tokens: dict[str, str], procedure: Procedure, caller: str
) -> None:
    headers, path = as_caller(tokens, caller), path_of(procedure)
    if procedure.kind is Kind.MUTATION:
        response = client.post(path, json=BAD_INPUT, headers=headers)
    else:
        response = client.get(path, params=BAD_INPUT, headers=headers)
    wanted = expected(procedure, caller)
    # This face says so where it takes no parameters; tRPC's never looks.
    assert code_of(response.json()) == ("BAD_REQUEST" if wanted == "OK" else wanted)


@pytest.mark.parametrize("caller", ["viewer", "admin"])
@each_procedure
def test_a_cookie_counts_as_the_token_in_it_and_is_asked_for_its_origin(
    client: TestClient, tokens: dict[str, str], procedure: Procedure, caller: str
) -> None:
    cookie = {"cookie": f"{COOKIE}={tokens[caller]}"}
    foreign = {**cookie, "origin": "https://elsewhere.example"}
    if procedure.kind is Kind.MUTATION:
        response = ask(client, procedure, BAD_INPUT, "", foreign)
        assert (response.status_code, code_of(response.json())) == (403, "FORBIDDEN")
        assert "another origin" in response.json()["error"]["message"]
    own = {**cookie, "origin": "http://testserver"}
    response = ask(client, procedure, BAD_INPUT, "", own)
    is_stream = procedure.kind is Kind.SUBSCRIPTION
    code = code_of_stream(response) if is_stream else code_of(response.json())
    assert code == expected(procedure, caller)


def test_what_changes_something_is_for_admins() -> None:
    changing = [each for each in PROCEDURES if each.kind is Kind.MUTATION]
    assert {each.path for each in changing if each.role is not Role.ADMIN} == OWN


def test_accounts_and_the_trail_are_for_admins_also_to_read() -> None:
    private = {each.path for each in PROCEDURES if each.path.startswith(("users.", "audit."))}
    assert private >= {"users.list", "audit.list"}
    assert {each.path for each in PROCEDURES if each.role is Role.ADMIN} >= private
