"""What schemathesis makes of the OpenAPI document: no input gives a 5xx, answers are as they are described.

The small registry has every kind of input; the product is asked over HTTP with a database behind it, as
an admin and as a viewer. `IOP_FUZZ_EXAMPLES=300 pytest …` looks longer.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
)

import small_api
from iop_pipelines.api.openapi import document
from iop_pipelines.api.procedures import build_registry
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

small = schemathesis.openapi.from_asgi("/api/v1/openapi.json", small_api.app()).exclude(
    path="/api/v1/wire/fail"  # it fails as asked
)


def _without_grammar() -> dict[str, Any]:
    """The document, where a query is any object: its grammar is recursive, and of one request schemathesis would
    make ten thousand. What a query may be is tried in tests/query and in test_extreme_inputs.py."""
    described = document(build_registry())
    schemas = described["components"]["schemas"]
    for name in ("QueryConfig", "Condition", "Expression"):
        assert schemas[name], f"the grammar is called otherwise: there is no {name}"
        schemas[name] = {"type": "object"}
    return described


whole = schemathesis.openapi.from_dict(_without_grammar())


@small.parametrize()
@settings(QUICK, max_examples=25)
def test_any_request_is_answered_as_described(case: schemathesis.Case) -> None:
    small_api.revoked.clear()
    case.call_and_validate(
        headers={"authorization": "Bearer admin"},
        # It would drop a token that it had made itself; the role matrix covers every procedure.
        excluded_checks=[ignored_auth],
    )


@dataclass(frozen=True)
class Served:
    product: Product
    url: str
    connections: requests.Session


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The product with the demo's declarations, so that ids and names lead somewhere."""
    product = product_of(tmp_path_factory.mktemp("home"))
    load(product.platform.engine, product.platform.drm_engine, START)
    with running(product.app) as url, requests.Session() as connections:
        yield Served(product, url, connections)
    engine_for(product.settings.database_url).dispose()
    engine_for(product.settings.drm_database_url).dispose()


def _ask(served: Served, case: schemathesis.Case, role: Role) -> schemathesis.Response:
    # A token for each: what is made up may sign somebody out, or lock the account.
    headers = {"authorization": f"Bearer {served.product.token(role)}"}
    response = case.call(base_url=served.url, headers=headers, session=served.connections)
    # What is valid by its schema may still be refused, such as a query over columns that are not there.
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    case.validate_response(response, checks=checks)
    return response


@whole.parametrize()
@QUICK
def test_an_admin_gets_a_described_answer_to_any_request(
    served: Served, case: schemathesis.Case
) -> None:
    assert _ask(served, case, Role.ADMIN).status_code not in (401, 403)


@whole.parametrize()
@QUICK
def test_a_viewer_gets_a_described_answer_and_changes_nothing(
    served: Served, case: schemathesis.Case
) -> None:
    response = _ask(served, case, Role.VIEWER)
    operation = case.operation.definition.raw
    if operation["x-role"] == Role.ADMIN:
        # Methods and content types that were made up are refused before anyone asks who it is.
        assert response.status_code in (403, 405, 415)
    else:
        assert response.status_code not in (401, 403)
