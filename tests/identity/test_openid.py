"""Sign-in at a real OpenID provider, a process of its own that listens on the loopback."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import MisconfiguredInstance
from iop_pipelines.identity import accounts
from iop_pipelines.identity.oidc import provider_of, values_of
from iop_pipelines.settings import Settings

PROVIDER = Path(__file__).parents[1] / "servers/oidc_provider.py"
CALLBACK = "/api/auth/oidc/callback"
CLIENT_ID, CLIENT_SECRET = "iop-test", "a-secret-of-the-test-client"
OPERATOR = Actor(None, "test")
ADAEZE = {
    "sub": "u-17",
    "preferred_username": "Adaeze",
    "email": "adaeze@ana.example",
    "roles": ["iop-admin", "staff"],
}


class Issuer:
    def __init__(self, url: str) -> None:
        self.url = url

    def expect(self, claims: dict[str, Any], fault: str | None = None) -> None:
        answer = requests.post(f"{self.url}/control", json={"claims": claims, "fault": fault})
        answer.raise_for_status()


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    process = subprocess.Popen([sys.executable, str(PROVIDER)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield Issuer(process.stdout.readline().strip())
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def openid_site(make_site, issuer: Issuer):
    def make(**env: str):
        return make_site(
            IOP_OIDC_ISSUER=issuer.url,
            IOP_OIDC_CLIENT_ID=CLIENT_ID,
            IOP_OIDC_CLIENT_SECRET=CLIENT_SECRET,
            **env,
        )

    return make


def _sign_in(
    site, path: str = "/api/auth/oidc/start"
) -> tuple[requests.Session, requests.Response]:
    """A browser follows the provider's redirects up to the answer of our callback."""
    browser = requests.Session()
    answer = browser.get(site.url + path, allow_redirects=False)
    while urlsplit(answer.url).path != CALLBACK:
        answer = browser.get(answer.headers["location"], allow_redirects=False)
    return browser, answer


def test_who_the_provider_knows_is_signed_in_with_the_role_of_the_claim(
    openid_site, issuer
) -> None:
    site = openid_site()
    assert requests.get(f"{site.url}/api/auth/options").json() == {"password": True, "oidc": True}
    issuer.expect(ADAEZE)
    browser, answer = _sign_in(site, "/api/auth/oidc/start?next=/reports")
    assert (answer.status_code, answer.headers["location"]) == (303, "/reports")
    me = browser.get(f"{site.url}/api/auth/me").json()
    assert (me["name"], me["role"]) == ("adaeze", "admin")
    assert {cookie.name for cookie in browser.cookies} == {"iop_session", "iop_signed_in"}


def test_the_request_has_state_nonce_and_a_challenge_of_their_own_each_time(openid_site) -> None:
    site = openid_site()
    asked = [
        parse_qs(urlsplit(answer.headers["location"]).query)
        for answer in (
            requests.get(f"{site.url}/api/auth/oidc/start", allow_redirects=False) for _ in range(2)
        )
    ]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name][0]) >= 43
        assert asked[0][name] != asked[1][name]
    assert asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["response_type"] == ["code"]
    assert asked[0]["redirect_uri"] == [f"{site.url}/api/auth/oidc/callback"]


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ("nonce", "nonce is not the one"),
        ("issuer", "Invalid issuer"),
        ("mix_up", "another issuer"),
        ("audience", "Audience"),
        ("expired", "expired"),
        ("key", "Signature verification failed"),
        ("shared_key", "ID token does not hold"),
        ("challenge", "does not take the code"),
    ],
)
def test_an_answer_with_a_fault_signs_nobody_in(openid_site, issuer, fault, problem) -> None:
    site = openid_site()
    issuer.expect(ADAEZE, fault)
    browser, answer = _sign_in(site)
    assert answer.status_code == 401
    assert problem in answer.json()["error"]["message"]
    assert "iop_session" not in browser.cookies
    assert len(accounts.list_users(site.engine)) == 2


def test_a_state_of_another_browser_is_refused(openid_site, issuer) -> None:
    site = openid_site()
    issuer.expect(ADAEZE)
    callback = _callback_of_another_browser(site)
    nobody = requests.get(callback, allow_redirects=False)
    assert nobody.status_code == 401
    victim = requests.Session()
    victim.get(f"{site.url}/api/auth/oidc/start", allow_redirects=False)
    forged = victim.get(callback, allow_redirects=False)
    assert forged.status_code == 401
    assert "state is not the one" in forged.json()["error"]["message"]
    touched = requests.get(
        callback, allow_redirects=False, headers={"Cookie": f"iop_oidc={site.token('ada')}"}
    )
    assert touched.status_code == 401


def _callback_of_another_browser(site) -> str:
    start = requests.get(f"{site.url}/api/auth/oidc/start", allow_redirects=False)
    return requests.get(start.headers["location"], allow_redirects=False).headers["location"]


def test_a_code_works_once(openid_site, issuer) -> None:
    site = openid_site()
    issuer.expect(ADAEZE)
    browser = requests.Session()
    start = browser.get(f"{site.url}/api/auth/oidc/start", allow_redirects=False)
    cookie = {"Cookie": f"iop_oidc={browser.cookies['iop_oidc']}"}
    callback = browser.get(start.headers["location"], allow_redirects=False).headers["location"]
    answers = [requests.get(callback, headers=cookie, allow_redirects=False) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 401]


def test_a_refusal_of_the_provider_is_passed_on(openid_site) -> None:
    site = openid_site()
    browser = requests.Session()
    start = browser.get(f"{site.url}/api/auth/oidc/start", allow_redirects=False)
    query = parse_qs(urlsplit(start.headers["location"]).query)
    answer = browser.get(
        f"{site.url}/api/auth/oidc/callback",
        params={
            "error": "access_denied",
            "state": query["state"][0],
            "iss": site.platform.settings.oidc_issuer,
        },
        allow_redirects=False,
    )
    assert answer.status_code == 401
    assert "access_denied" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("claims", "env", "role"),
    [
        ({"roles": ["iop-viewer"]}, {}, "viewer"),
        ({"roles": "staff iop-admin"}, {}, "admin"),
        ({"roles": ["iop-administrator"]}, {}, None),
        ({}, {}, None),
        ({}, {"IOP_OIDC_VIEWER_ROLE": "*"}, "viewer"),
        (
            {"realm_access": {"roles": ["boss"]}},
            {"IOP_OIDC_ROLE_CLAIM": "realm_access.roles", "IOP_OIDC_ADMIN_ROLE": "boss"},
            "admin",
        ),
    ],
)
def test_the_claim_decides_the_role(openid_site, issuer, claims, env, role) -> None:
    site = openid_site(**env)
    issuer.expect({"sub": "u-18", "email": "kofi@ana.example", **claims})
    browser, answer = _sign_in(site)
    assert answer.status_code == (303 if role else 403)
    me = browser.get(f"{site.url}/api/auth/me").json()
    assert me.get("role") == role


def test_a_role_that_changed_at_the_provider_changes_here_at_the_next_sign_in(
    openid_site, issuer
) -> None:
    site = openid_site()
    issuer.expect(ADAEZE)
    first, _ = _sign_in(site)
    issuer.expect({**ADAEZE, "roles": ["iop-viewer"]})
    _sign_in(site)
    assert accounts.account(site.engine, "adaeze").role is Role.VIEWER
    assert len(accounts.list_users(site.engine)) == 3
    assert first.get(f"{site.url}/api/auth/options").ok


def test_a_name_of_the_provider_takes_no_account_over(openid_site, issuer) -> None:
    site = openid_site()
    issuer.expect({"sub": "u-19", "preferred_username": "ada", "roles": ["iop-viewer"]})
    browser, _ = _sign_in(site)
    me = browser.get(f"{site.url}/api/auth/me").json()
    assert (me["name"], me["role"]) == ("ada~2", "viewer")
    assert accounts.account(site.engine, "ada").role is Role.ADMIN


def test_a_disabled_account_does_not_come_back_by_the_provider(openid_site, issuer) -> None:
    site = openid_site()
    issuer.expect(ADAEZE)
    _sign_in(site)
    accounts.update_user(site.engine, "adaeze", OPERATOR, is_disabled=True)
    browser, answer = _sign_in(site)
    assert answer.status_code == 403
    assert "iop_session" not in browser.cookies


def test_without_a_provider_there_is_none_to_go_to(site) -> None:
    assert requests.get(f"{site.url}/api/auth/oidc/start").status_code == 404
    assert requests.get(f"{site.url}/api/auth/oidc/callback").status_code == 404


def test_a_provider_that_does_not_answer_is_unavailable(make_site) -> None:
    site = make_site(
        IOP_OIDC_ISSUER="http://127.0.0.1:9", IOP_OIDC_CLIENT_ID="x", IOP_OIDC_CLIENT_SECRET="y"
    )
    assert requests.get(f"{site.url}/api/auth/oidc/start").status_code == 503


@pytest.mark.parametrize(
    ("env", "problem"),
    [
        ({"IOP_OIDC_CLIENT_ID": ""}, "needs IOP_OIDC_ISSUER, IOP_OIDC_CLIENT_ID"),
        ({"IOP_OIDC_ISSUER": "http://login.example"}, "begins with https://"),
        ({"DATABASE_URL": "mysql+pymysql://iop@db/iop"}, "needs IOP_PUBLIC_URL"),
    ],
)
def test_half_a_configuration_is_refused_at_the_start(tmp_path, env, problem: str) -> None:
    good = {
        "IOP_HOME": str(tmp_path),
        "IOP_SECRET_KEY": "Vd8sP0q_kR3xN7ytW1zLm5Jc9Ha2Ueb4",
        "IOP_OIDC_ISSUER": "https://login.example",
        "IOP_OIDC_CLIENT_ID": "iop",
        "IOP_OIDC_CLIENT_SECRET": "hush",
    }
    with pytest.raises(MisconfiguredInstance, match=problem):
        provider_of(Settings.from_env({**good, **env}))


@pytest.mark.parametrize(
    ("claims", "path", "values"),
    [
        ({"https://ana.example/roles": ["a"]}, "https://ana.example/roles", {"a"}),
        ({"a": {"b": {"c": ["x", 3, None, "y"]}}}, "a.b.c", {"x", "y"}),
        ({"a": {"b": "x"}}, "a.b.c", set()),
        ({"a": {"b": 7}}, "a.b", set()),
        ({}, "a.b", set()),
    ],
)
def test_a_claim_is_found_by_its_name_or_its_path(claims, path: str, values: set[str]) -> None:
    assert values_of(claims, path) == values


def test_a_person_is_told_on_a_page_what_went_wrong_and_what_to_do(openid_site, issuer) -> None:
    site = openid_site()
    as_browser = {"Accept": "text/html,application/xhtml+xml;q=0.9"}
    page = requests.get(f"{site.url}{CALLBACK}?code=x&error=<script>", headers=as_browser)
    assert (page.status_code, page.headers["cache-control"]) == (401, "no-store")
    assert page.headers["content-type"].startswith("text/html")
    assert "This sign-in did not work: it was not begun in this browser" in page.text
    assert "Begin again at the sign-in page" in page.text
    assert '<a href="/">' in page.text
    assert "<script" not in page.text
    issuer.expect({**ADAEZE, "roles": []})
    browser = requests.Session()
    browser.headers.update(as_browser)
    refused = browser.get(f"{site.url}/api/auth/oidc/start")
    assert refused.status_code == 403
    assert "Ask an administrator of IOP for access" in refused.text
    assert requests.get(f"{site.url}{CALLBACK}").json()["error"]["data"]["code"] == "UNAUTHORIZED"
