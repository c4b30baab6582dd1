"""Tokens that must not pass, and sessions that must end."""

import base64
import hmac
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import event

from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import MisconfiguredInstance, Unavailable
from iop_pipelines.identity import accounts, tokens
from iop_pipelines.identity.sessions import RECHECK_S, Sessions, sessions_of
from iop_pipelines.schema.engine import begin_write, engine_for
from iop_pipelines.settings import Settings

MANUAL = Path(__file__).parents[2] / "docs" / "operations.md"
OPERATOR = Actor(None, "test")
KEY = "Vd8sP0q_kR3xN7ytW1zLm5Jc9Ha2Ueb4"


@pytest.fixture
def forge(site):
    """Gives a function: changes to ada's good claims → a token, signed as told."""
    key = tokens.signing_key(site.platform.settings)
    good = jwt.decode(site.token("ada"), options={"verify_signature": False})

    def make(signing_key: object = key, algorithm: str | None = "HS256", **changes: object) -> str:
        claims = {name: value for name, value in (good | changes).items() if value is not None}
        return jwt.encode(claims, signing_key, algorithm=algorithm)  # pyright: ignore[reportArgumentType]

    return make


def test_a_good_token_says_who_it_is(site, forge) -> None:
    answer = requests.post(
        f"{site.url}/change", headers={"authorization": f"Bearer {site.token('ada')}"}
    )
    assert answer.json() == {"name": "ada", "role": "admin"}
    assert site.me(forge()) == 200


@pytest.mark.parametrize("claim", ["exp", "sub", "iat", "jti", "iss"])
def test_a_token_without_a_claim_that_is_required_is_refused(site, forge, claim: str) -> None:
    assert site.me(forge(**{claim: None})) == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1_700_000_000},
        {"iat": 4_000_000_000},
        {"iat": "yesterday"},
        {"exp": "tomorrow"},
        {"sub": "2"},
        {"sub": "-1"},
        {"sub": "1 OR 1=1"},
        {"sub": 1},
        {"jti": "of-no-session"},
        {"jti": ["x"]},
        {"iss": "iop-oidc"},
        {"nbf": 4_000_000_000},
        {"aud": "somebody"},
    ],
    ids=str,
)
def test_a_token_with_other_claims_is_refused(site, forge, changes: dict[str, object]) -> None:
    assert site.me(forge(**changes)) == 401


def test_a_token_that_just_expired_is_refused(site, forge) -> None:
    assert site.me(forge(exp=int(time.time()) - 1)) == 401


def test_a_tampered_token_is_refused_wherever_it_was_touched(site) -> None:
    header, body, signature = site.token("vic").split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    promoted = base64.urlsafe_b64encode(json.dumps(claims | {"role": "admin"}).encode())
    middle = len(signature) // 2
    other = "A" if signature[middle] != "A" else "B"
    for token in (
        f"{header}.{promoted.rstrip(b'=').decode()}.{signature}",
        f"{header}.{body}.{signature[:middle]}{other}{signature[middle + 1 :]}",
        f"{header}.{body}.",
        f"{header}.{body}",
        "",
        "a.b.c",
        "x" * 5000,
    ):
        assert site.me(token) == 401


def test_no_algorithm_but_ours_is_taken(site, forge) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key = tokens.signing_key(site.platform.settings)
    assert site.me(forge(None, "none")) == 401
    assert site.me(forge(private, "RS256")) == 401
    assert site.me(forge(key * 2, "HS512")) == 401
    assert site.me(forge(b"another key of the right length!", "HS256")) == 401


def test_a_public_key_is_not_taken_for_a_shared_one(site, forge) -> None:
    """RS256 confusion: were the key an RSA public one, its text must not verify an HMAC."""
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
    body = forge().encode().split(b".")[1]
    signature = hmac.digest(pem, header + b"." + body, "sha256")
    token = b".".join([header, body, base64.urlsafe_b64encode(signature).rstrip(b"=")])
    assert site.me(token.decode()) == 401


def test_the_role_in_a_token_is_not_believed(site, forge) -> None:
    token = forge(role="admin", name="root", sub=str(site.people["ada"].id))
    accounts.add_user(site.engine, "eve", Role.ADMIN, OPERATOR)
    accounts.update_user(site.engine, "ada", OPERATOR, role=Role.VIEWER)
    answer = requests.post(f"{site.url}/change", headers={"authorization": f"Bearer {token}"})
    assert answer.json() == {"name": "ada", "role": "viewer"}


@pytest.mark.parametrize("end", ["sign_out", "disable", "password", "role"])
def test_what_ends_or_changes_a_session_holds_on_every_replica_within_a_second(
    make_site, migrated_url: str, end: str
) -> None:
    site = make_site(migrated_url, IOP_SECRET_KEY=KEY)
    key = tokens.signing_key(site.platform.settings)
    now = [0.0]
    here, there = (Sessions(site.engine, key, monotonic=lambda: now[0]) for _ in range(2))
    token = here.start(site.people["vic"], "password").token
    for replica in (here, there):
        user = replica.user_of(token)
        assert user is not None
        assert user.role is Role.VIEWER
    match end:
        case "sign_out":
            with begin_write(site.engine) as connection:
                here.end(token, connection)
        case "disable":
            accounts.update_user(site.engine, "vic", OPERATOR, is_disabled=True)
        case "password":
            accounts.set_password(site.engine, "vic", "seven-green-bottles", OPERATOR)
        case _:
            accounts.update_user(site.engine, "vic", OPERATOR, role=Role.ADMIN)
    assert RECHECK_S < 1
    now[0] = RECHECK_S + 0.01
    for replica in (here, there):
        user = replica.user_of(token)
        assert (user and user.role) == (Role.ADMIN if end == "role" else None)


def test_an_account_that_is_enabled_again_has_to_sign_in_again(site) -> None:
    token = site.token("vic")
    accounts.update_user(site.engine, "vic", OPERATOR, is_disabled=True)
    accounts.update_user(site.engine, "vic", OPERATOR, is_disabled=False)
    assert site.me(token) == 401
    assert site.me(site.token("vic")) == 200


def test_the_database_is_asked_once_a_while_however_many_ask(site) -> None:
    key = tokens.signing_key(site.platform.settings)
    sessions = Sessions(site.engine, key, monotonic=lambda: 0.0)
    token = sessions.start(site.people["vic"], "token").token
    asked: list[str] = []
    event.listen(site.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with ThreadPoolExecutor(8) as pool:
        users = list(pool.map(lambda _: sessions.user_of(token), range(40)))
    assert {user and user.name for user in users} == {"vic"}
    assert len([text for text in asked if "sessions" in text]) == 1


def test_the_manuals_change_of_the_key_signs_nobody_out(make_site, migrated_url: str) -> None:
    """Replicas of one step and of the next run beside each other, and each takes what the other signed."""
    keys = {"old": KEY, "new": "hT4vQ9zRw2sK8yBn5Lc7Dj1Fp6Gx3MaE", "empty": ""}
    steps = re.findall(
        r"^\| \d\. .*\| (old|new) \| (old|new|empty) \|$", MANUAL.read_text(), re.MULTILINE
    )
    assert [signs for signs, _ in steps] == ["old", "new", "new"]
    site = make_site(migrated_url, IOP_SECRET_KEY=KEY)
    settings = [
        replace(site.platform.settings, secret_key=keys[signs], secret_key_also=keys[also] or None)
        for signs, also in [("old", "empty"), *steps]
    ]
    replicas = [sessions_of(each) for each in settings]
    for before, after in pairwise(replicas):
        for signer in (before, after):
            token = signer.start(site.people["vic"], "password").token
            for replica in (before, after):
                user = replica.user_of(token)
                assert user is not None
                assert user.name == "vic"
    # From the second step's end on, what the old key signed is refused by whoever has forgotten it.
    of_the_old_key = replicas[0].start(site.people["vic"], "password").token
    assert replicas[2].user_of(of_the_old_key) is not None
    assert replicas[3].user_of(of_the_old_key) is None


def test_a_second_key_is_held_to_what_the_first_is(tmp_path: Path) -> None:
    given = {"IOP_HOME": str(tmp_path), "IOP_SECRET_KEY": KEY, "IOP_SECRET_KEY_ALSO": "short"}
    with pytest.raises(MisconfiguredInstance, match="IOP_SECRET_KEY_ALSO"):
        tokens.check_key(Settings.from_env(given))


def test_a_remembered_token_still_expires(site) -> None:
    key = tokens.signing_key(site.platform.settings)
    sessions = Sessions(site.engine, key, monotonic=lambda: 0.0)
    token = sessions.start(site.people["vic"], "token", life=timedelta(seconds=-1)).token
    assert sessions.user_of(token) is None


def test_nobody_is_let_in_while_the_database_does_not_answer(site, tmp_path: Path) -> None:
    key = tokens.signing_key(site.platform.settings)
    away = engine_for(f"sqlite:///{tmp_path / 'empty.db'}")
    try:
        with pytest.raises(Unavailable, match="does not answer"):
            Sessions(away, key).user_of(site.token("ada"))
    finally:
        away.dispose()


def test_an_embedded_instance_makes_one_key_for_itself(tmp_path: Path) -> None:
    settings = Settings.from_env({"IOP_HOME": str(tmp_path)})
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: tokens.signing_key(settings), range(16)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 32
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = Settings.from_env({"IOP_HOME": str(tmp_path)})
    tokens.signing_key(settings)
    (tmp_path / "secret.key").chmod(0o640)
    with pytest.raises(MisconfiguredInstance, match="chmod 600"):
        tokens.signing_key(settings)


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("", "IOP_SECRET_KEY is not set"),
        ("short", "has 5 bytes; it needs 32"),
        ("change-me-change-me-change-me-change-me", "known default"),
        ("your-256-bit-secret-your-256-bit-secret", "known default"),
        ("django-insecure-q8w7e6r5t4y3u2i1o0pasdfgh", "known default"),
        ("a" * 40, "can be guessed"),
    ],
)
def test_production_refuses_a_key_that_is_missing_short_or_known(
    tmp_path: Path, key: str, problem: str
) -> None:
    env = {"IOP_HOME": str(tmp_path), "DATABASE_URL": "mysql+pymysql://iop:p@db/iop"}
    settings = Settings.from_env({**env, "IOP_SECRET_KEY": key})
    with pytest.raises(MisconfiguredInstance, match=problem):
        tokens.signing_key(settings)
    assert not (tmp_path / "secret.key").exists()


def test_secrets_are_in_no_picture_of_the_settings(tmp_path: Path) -> None:
    env = {"IOP_SECRET_KEY": KEY, "IOP_OIDC_CLIENT_SECRET": "hush-hush"}
    shown = repr(Settings.from_env({"IOP_HOME": str(tmp_path), **env}))
    assert KEY not in shown
    assert "hush" not in shown
