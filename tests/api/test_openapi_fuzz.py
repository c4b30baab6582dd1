"""What schemathesis makes of the OpenAPI document: no input gives a 5xx, answers are as they are described.

The small registry has every kind of input; the product is asked over HTTP with a database behind it, as
an admin and as a viewer. `IOP_FUZZ_EXAMPLES=300 pytest …` looks longer.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.pytest.lazy import get_all_tests
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
)

import small_api
from iop_pipelines.api.openapi import document
from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.slow_clients import HEAD_TOO_LONG
from iop_pipelines.demo.load import load
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.drm.standin import START
from iop_pipelines.schema.engine import engine_for
from product import Product, product_of
from served_app import running

EXAMPLES = int(os.environ.get("IOP_FUZZ_EXAMPLES", "5"))
QUICK = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    derandomize=True,
    database=None,
)

PATIENCE_S = 60

# It fails as asked.
FAILS = "/api/v1/wire/fail"


def _operations(described: dict[str, Any]) -> list[str]:
    """Method and path of each, as schemathesis names them."""
    return [
        f"{method.upper()} {path}"
        for path, item in described["paths"].items()
        for method in item
        if path != FAILS
    ]


@cache
def _small() -> BaseSchema:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", small_api.app())


@cache
def _whole() -> BaseSchema:
    """The document, where a query is any object: its grammar is recursive, and of one request schemathesis would
    make ten thousand. What a query may be is tried in tests/query and in test_extreme_inputs.py."""
    described = document(build_registry())
    schemas = described["components"]["schemas"]
    for name in ("QueryConfig", "Condition", "Expression"):
        assert schemas[name], f"the grammar is called otherwise: there is no {name}"
        schemas[name] = {"type": "object"}
    return schemathesis.openapi.from_dict(described)


def _send_all(schema: BaseSchema, operation: str, send: Callable[[schemathesis.Case], None]) -> int:
    """How many requests schemathesis made of one operation, each of which was sent.

    They are made here, by the test that sends them: those of `schema.parametrize` are made while tests are collected,
    all of them by each process.
    """
    load_all_checks()
    method, _, path = operation.partition(" ")
    sent = 0

    def counted(case: schemathesis.Case) -> None:
        nonlocal sent
        sent += 1
        send(case)

    # What is derandomized depends on the name of what is called.
    counted.__qualname__ = operation
    (made,) = get_all_tests(
        schema=schema.include(method=method, path=path),
        test_func=counted,
        settings=QUICK if schema is _whole() else settings(QUICK, max_examples=25),
        given_kwargs=None,
    )
    assert isinstance(made, Ok), made.err()
    _, test = made.ok()
    test()
    return sent


@cache
def _of_the_whole(operation: str) -> list[schemathesis.Case]:
    """Those of one operation, made once for everyone who sends them: no answer changes what is made next."""
    cases: list[schemathesis.Case] = []
    assert _send_all(_whole(), operation, cases.append) >= EXAMPLES
    return cases


@pytest.mark.parametrize("operation", _operations(document(small_api.registry)))
def test_any_request_is_answered_as_described(operation: str) -> None:
    def send(case: schemathesis.Case) -> None:
        small_api.revoked.clear()
        case.call_and_validate(
            headers={"authorization": "Bearer admin"},
            # It would drop a token that it had made itself; the role matrix covers every procedure.
            excluded_checks=[ignored_auth],
        )

    assert _send_all(_small(), operation, send) >= EXAMPLES


@dataclass(frozen=True)
class Served:
    product: Product
    url: str
    connections: requests.Session
    _tokens: dict[Role, str] = field(default_factory=dict)

    def token(self, role: Role, operation: str) -> str:
        """A new one after what may sign somebody out, or lock the account, whatever is made up for it."""
        if role not in self._tokens:
            self._tokens[role] = self.product.token(role)
        token = self._tokens[role]
        if "/users/" in operation or "/sessions/" in operation:
            self._tokens.clear()
        return token


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The product with the demo's declarations, so that ids and names lead somewhere."""
    product = product_of(tmp_path_factory.mktemp("home"))
    load(product.platform.engine, product.platform.drm_engine, START)
    with running(product.app) as url, requests.Session() as connections:
        # No proxy and no password is looked for in the environment, for each request anew.
        connections.trust_env = False
        yield Served(product, url, connections)
    engine_for(product.settings.database_url).dispose()
    engine_for(product.settings.drm_database_url).dispose()


def _ask(served: Served, case: schemathesis.Case, role: Role) -> schemathesis.Response:
    headers = {"authorization": f"Bearer {served.token(role, case.operation.label)}"}
    # The first look at a file starts the process that looks, which takes long where much else is done.
    response = case.call(
        base_url=served.url, headers=headers, session=served.connections, timeout=PATIENCE_S
    )
    if response.status_code == HEAD_TOO_LONG:
        # Refused before the API sees it, see test_slow_clients.py.
        assert len(response.request.url or "") > 60_000
        return response
    # What is valid by its schema may still be refused, such as a query over columns that are not there.
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    case.validate_response(response, checks=checks)
    return response


@pytest.mark.parametrize("operation", _operations(document(build_registry())))
def test_an_admin_gets_a_described_answer_to_any_request(served: Served, operation: str) -> None:
    for case in _of_the_whole(operation):
        assert _ask(served, case, Role.ADMIN).status_code not in (401, 403)


@pytest.mark.parametrize("operation", _operations(document(build_registry())))
def test_a_viewer_gets_a_described_answer_and_changes_nothing(
    served: Served, operation: str
) -> None:
    for case in _of_the_whole(operation):
        response = _ask(served, case, Role.VIEWER)
        if case.operation.definition.raw["x-role"] == Role.ADMIN:
            # Methods, content types and lengths that were made up are refused before anyone asks who it is.
            assert response.status_code in (403, 405, 415, HEAD_TOO_LONG)
        else:
            assert response.status_code not in (401, 403)
