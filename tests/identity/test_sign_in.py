"""Signing in and out over HTTP: cookies, origins, links, and how often a password may be tried."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http.cookies import SimpleCookie

import pytest
import requests
import sqlalchemy as sa

from iop_pipelines.api.auth import local_path
from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import TooManyAttempts
from iop_pipelines.identity import accounts, limits
from iop_pipelines.identity.limits import PER_ACCOUNT, PER_ACCOUNT_AND_ADDRESS, PER_ADDRESS
from iop_pipelines.identity.links import make_sign_in_link, sign_in_links
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import sign_in_attempts
from iop_pipelines.schema.tables import sign_in_links as links_table

OPERATOR = Actor(None, "test")
NOW = datetime(2026, 3, 1, 12)


def _cookie(answer: requests.Response, name: str = "iop_session"):
    given: list[str] = answer.raw.headers.getlist("set-cookie")
    return next(SimpleCookie(each)[name] for each in given if each.startswith(f"{name}="))


def test_a_password_gives_a_cookie_that_signs_in(site) -> None:
    browser, answer = site.sign_in("ada")
    assert answer.status_code == 200
    assert answer.json()["user"] == {"id": site.people["ada"].id, "name": "ada", "role": "admin"}
    assert answer.headers["cache-control"] == "no-store"
    assert "iop_session" not in answer.text
    assert browser.get(f"{site.url}/api/auth/me").json()["role"] == "admin"
    assert browser.post(f"{site.url}/change").json()["name"] == "ada"


@pytest.mark.parametrize(
    ("host", "env", "is_secure"),
    [
        ("127.0.0.1:3000", {}, False),
        ("localhost:3000", {}, False),
        ("[::1]:3000", {}, False),
        ("iop.example", {}, True),
        ("192.168.1.20:3000", {}, True),
        ("localhost.evil.example", {}, True),
        ("127.0.0.1:3000", {"IOP_PUBLIC_URL": "https://iop.example"}, True),
    ],
)
def test_the_cookie_is_for_http_only_for_this_site_and_secure_but_on_this_machine(
    make_site, host: str, env: dict[str, str], is_secure: bool
) -> None:
    _, answer = make_site(**env).sign_in("ada", Host=host)
    cookie = _cookie(answer)
    assert cookie["httponly"] is True
    assert cookie["samesite"].lower() == "lax"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert int(cookie["max-age"]) == 12 * 3600
    assert bool(cookie["secure"]) is is_secure


def test_pages_can_read_whose_session_it_is_by_a_cookie_that_signs_nobody_in(site) -> None:
    browser, answer = site.sign_in("ada")
    mark = _cookie(answer, "iop_signed_in")
    assert not mark["httponly"]
    assert mark.value.split(".")[0] == str(site.people["ada"].id)
    alone = requests.get(f"{site.url}/api/auth/me", cookies={"iop_signed_in": mark.value})
    assert alone.status_code == 401
    browser.post(f"{site.url}/api/auth/sign-out", json={})
    assert not browser.cookies


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong"), ("nobody", "wrong"), ("ADA ", "x"), ("' OR 1=1", "x")]
)
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    site, name: str, password: str
) -> None:
    browser, answer = site.sign_in(name, password)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "name or password is wrong"
    assert not browser.cookies


def test_disabled_accounts_and_those_without_a_password_cannot_sign_in_by_one(site) -> None:
    accounts.update_user(site.engine, "vic", OPERATOR, is_disabled=True)
    accounts.add_user(site.engine, "linked", Role.VIEWER, OPERATOR)
    assert site.sign_in("vic")[1].status_code == 401
    assert site.sign_in("linked", "anything-at-all")[1].status_code == 401


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{", "application/json", 400),
        ("[]", "application/json", 400),
        ('{"name":"ada"}', "application/json", 400),
        ('{"name":"ada","password":"x","role":"admin"}', "application/json", 400),
        ('{"name":1,"password":"x"}', "application/json", 400),
        ('{"name":"ada","password":"x"}', "text/plain", 415),
        ('{"name":"' + "a" * 2_000_000 + '"}', "application/json", 413),
        ("name=ada&password=x", "application/x-www-form-urlencoded", 415),
    ],
    ids=range(8),
)
def test_what_is_no_sign_in_is_refused_as_json(site, body, content_type: str, status: int) -> None:
    answer = requests.post(
        f"{site.url}/api/auth/sign-in", data=body, headers={"content-type": content_type}
    )
    assert answer.status_code == status
    assert answer.json()["error"]["data"]["httpStatus"] == status


def test_signing_out_ends_the_session_at_once_and_takes_the_cookie_away(site) -> None:
    browser, answer = site.sign_in("ada")
    token = _cookie(answer).value
    assert site.me(token) == 200
    gone = browser.post(f"{site.url}/api/auth/sign-out")
    assert gone.json() == {"success": True}
    assert _cookie(gone)["max-age"] == "0"
    assert not browser.cookies
    assert site.me(token) == 401
    assert browser.get(f"{site.url}/api/auth/me").status_code == 401
    assert requests.post(f"{site.url}/api/auth/sign-out").status_code == 200


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({}, True),
        ({"Origin": "OWN"}, True),
        ({"Origin": "OWN", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://iop.example"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "https://iop.example.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "http://127.0.0.1:1"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
    ],
    ids=str,
)
def test_a_cookie_changes_nothing_for_a_page_of_another_site(
    make_site, headers: dict[str, str], is_taken: bool
) -> None:
    site = make_site(IOP_PUBLIC_URL="https://iop.example")
    sent = {name: site.url if value == "OWN" else value for name, value in headers.items()}
    token = site.token("ada")
    with_cookie = {**sent, "Cookie": f"other=1; iop_session={token}"}
    expected = 200 if is_taken else 403
    assert requests.post(f"{site.url}/change", headers=with_cookie).status_code == expected
    assert requests.get(f"{site.url}/change", headers=with_cookie).status_code == 200
    with_bearer = {**with_cookie, "Authorization": f"Bearer {token}"}
    assert requests.post(f"{site.url}/change", headers=with_bearer).status_code == 200
    signed_in = site.sign_in("ada", **sent)[1]
    assert signed_in.status_code == expected
    out = requests.post(f"{site.url}/api/auth/sign-out", headers=with_cookie)
    assert out.status_code == expected


def test_a_bearer_header_decides_alone(site) -> None:
    headers = {"Cookie": f"iop_session={site.token('ada')}", "Authorization": "Bearer nonsense"}
    assert requests.get(f"{site.url}/change", headers=headers).status_code == 401


def test_a_link_signs_in_once(site) -> None:
    path = make_sign_in_link(site.engine, "vic", OPERATOR).path
    looking = (
        requests.head(site.url + path),
        requests.get(site.url + path, headers={"Sec-Purpose": "prefetch"}),
    )
    assert [answer.status_code for answer in looking] == [204, 204]
    browser = requests.Session()
    first = browser.get(site.url + path + "?next=/reports", allow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (303, "/reports")
    assert first.headers["referrer-policy"] == "no-referrer"
    assert browser.get(f"{site.url}/api/auth/me").json()["name"] == "vic"
    second = requests.get(site.url + path, allow_redirects=False)
    assert second.status_code == 403
    assert "set-cookie" not in second.headers


@pytest.mark.every_database
def test_of_many_who_follow_a_link_at_once_one_gets_in(make_site, migrated_url: str) -> None:
    site = make_site(migrated_url, IOP_SECRET_KEY="Vd8sP0q_kR3xN7ytW1zLm5Jc9Ha2Ueb4")
    url = site.url + make_sign_in_link(site.engine, "vic", OPERATOR).path
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: requests.get(url, allow_redirects=False), range(6)))
    assert sorted(answer.status_code for answer in answers) == [303, 403, 403, 403, 403, 403]


def test_a_link_that_is_old_or_unknown_or_of_a_disabled_account_is_refused(site) -> None:
    old = make_sign_in_link(site.engine, "vic", OPERATOR, life=timedelta(seconds=-1)).path
    assert requests.get(site.url + old).status_code == 403
    assert requests.get(f"{site.url}/api/auth/link/unknown").status_code == 403
    path = make_sign_in_link(site.engine, "vic", OPERATOR).path
    accounts.update_user(site.engine, "vic", OPERATOR, is_disabled=True)
    assert requests.get(site.url + path).status_code == 403


def test_the_database_holds_no_link_that_works(site) -> None:
    path = make_sign_in_link(site.engine, "vic", OPERATOR).path
    with site.engine.connect() as connection:
        hashed = connection.scalar(sa.select(links_table.c.token_hash))
    assert path.rpartition("/")[2] not in hashed
    assert requests.get(f"{site.url}/api/auth/link/{hashed}").status_code == 403


def test_there_is_a_link_for_each_role_until_its_account_is_something_else(site) -> None:
    links = sign_in_links(site.engine, OPERATOR)
    assert list(links) == [Role.ADMIN, Role.VIEWER]
    for role, path in links.items():
        browser = requests.Session()
        browser.get(site.url + path, allow_redirects=False)
        assert browser.get(f"{site.url}/api/auth/me").json()["role"] == role
    accounts.update_user(site.engine, "viewer", OPERATOR, is_disabled=True)
    assert list(sign_in_links(site.engine, OPERATOR)) == [Role.ADMIN]


def test_sign_in_is_refused_after_too_many_failures_and_says_how_long(site) -> None:
    for _ in range(PER_ACCOUNT_AND_ADDRESS):
        assert site.sign_in("ada", "wrong")[1].status_code == 401
    _, answer = site.sign_in("ada")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60 + 1
    assert answer.json()["error"]["data"]["retryAfter"] == int(answer.headers["retry-after"])
    assert site.sign_in("vic")[1].status_code == 200


def test_a_sign_in_forgets_what_was_mistyped_before(site) -> None:
    for _ in range(3):
        for _ in range(PER_ACCOUNT_AND_ADDRESS - 1):
            assert site.sign_in("ada", "wrong")[1].status_code == 401
        assert site.sign_in("ADA", "a-long-walk-in-Lagos")[1].status_code == 200


def _tries(engine, account, address, moment, count):
    for _ in range(count):
        limits.begin_attempt(engine, account, address, moment)


def test_one_account_is_limited_from_all_addresses_together(site) -> None:
    for number in range(PER_ACCOUNT):
        limits.begin_attempt(site.engine, "ada", f"10.0.0.{number}", NOW)
    with pytest.raises(TooManyAttempts, match="too many") as refused:
        limits.begin_attempt(site.engine, "Ada", "10.9.9.9", NOW)
    assert refused.value.retry_after_s == 901
    limits.begin_attempt(site.engine, "vic", "10.0.0.1", NOW)


def test_one_address_is_limited_for_all_accounts_together(site) -> None:
    for number in range(PER_ADDRESS):
        limits.begin_attempt(site.engine, f"user{number}", f"2001:db8::{number:x}", NOW)
    with pytest.raises(TooManyAttempts, match="too many"):
        limits.begin_attempt(site.engine, "ada", "2001:db8::ffff:1", NOW)
    limits.begin_attempt(site.engine, "ada", "2001:db8:0:1::1", NOW)


def test_waiting_helps_and_asking_meanwhile_does_not_make_it_longer(site) -> None:
    _tries(site.engine, "ada", "10.0.0.1", NOW, PER_ACCOUNT_AND_ADDRESS)
    for minute in range(15):
        with pytest.raises(TooManyAttempts, match="too many"):
            limits.begin_attempt(site.engine, "ada", "10.0.0.1", NOW + timedelta(minutes=minute))
    limits.begin_attempt(site.engine, "ada", "10.0.0.1", NOW + timedelta(minutes=15, seconds=1))


@pytest.mark.every_database
def test_attempts_at_once_are_counted_too(make_site, migrated_url: str) -> None:
    site = make_site(migrated_url, IOP_SECRET_KEY="Vd8sP0q_kR3xN7ytW1zLm5Jc9Ha2Ueb4")

    def try_once(_: int) -> bool:
        try:
            limits.begin_attempt(site.engine, "ada", "10.0.0.1", wall_clock())
        except TooManyAttempts:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        passed = sum(pool.map(try_once, range(18)))
    assert passed <= PER_ACCOUNT_AND_ADDRESS


def test_old_attempts_are_not_kept(site) -> None:
    _tries(site.engine, "ada", "10.0.0.1", NOW, 3)
    _tries(site.engine, "vic", "10.0.0.1", NOW + timedelta(hours=1), 1)
    with begin_write(site.engine) as connection:
        query = sa.select(sa.func.count()).select_from(sign_in_attempts)
        assert connection.scalar(query) == 1


def test_a_person_with_a_link_that_was_used_gets_a_page_and_a_program_gets_json(site) -> None:
    url = f"{site.url}/api/auth/link/used"
    page = requests.get(url, headers={"Accept": "text/html"})
    assert page.status_code == 403
    assert "This link was used already" in page.text
    assert "or for another link" in page.text
    assert requests.get(url).json()["error"]["data"]["code"] == "FORBIDDEN"
    french = {"Accept": "text/html", "Accept-Language": "fr-FR,fr;q=0.9"}
    page = requests.get(url, headers=french)
    assert '<html lang="fr" dir="ltr">' in page.text
    assert "Ce lien a déjà servi" in page.text
    assert "ou un autre lien" in page.text


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil", "", "/a\nb"]
)
def test_sign_in_leads_nowhere_else(target):
    assert local_path(target) == "/"
