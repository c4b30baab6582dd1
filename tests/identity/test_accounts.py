"""Accounts: their names, passwords and roles, and what the audit trail has of their changes."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from iop_pipelines.audit import trail
from iop_pipelines.audit.trail import Actor
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.identity import accounts
from iop_pipelines.schema.engine import begin_write

OPERATOR = Actor(None, "cli:ops", "", "local")


@pytest.fixture
def server_site(make_site, migrated_url: str):
    return make_site(migrated_url, IOP_SECRET_KEY="Vd8sP0q_kR3xN7ytW1zLm5Jc9Ha2Ueb4")


def _events(engine: sa.Engine, **wanted):
    with engine.connect() as connection:
        return trail.list_events(connection, **wanted)


def test_every_change_of_an_account_is_in_the_trail(server_site) -> None:
    engine = server_site.engine
    accounts.update_user(engine, "vic", OPERATOR, role=Role.ADMIN)
    accounts.set_password(engine, "vic", "seven-green-bottles", OPERATOR)
    accounts.update_user(engine, "vic", OPERATOR, is_disabled=True)
    events = _events(engine, procedure="users.")[:3]
    assert [event.procedure for event in events] == [
        "users.update",
        "users.setPassword",
        "users.update",
    ]
    assert (events[2].before["role"], events[2].after["role"]) == ("viewer", "admin")
    assert "bottles" not in str(events)
    assert "argon2" not in str(events)


def test_sign_ins_and_sign_outs_are_in_the_trail(site) -> None:
    browser, _ = site.sign_in("vic")
    browser.post(f"{site.url}/api/auth/sign-out")
    events = _events(site.engine, user_id=site.people["vic"].id)
    assert [event.procedure for event in events] == ["auth.signOut", "auth.signIn"]
    assert events[1].after == {"by": "password"}
    assert {event.address for event in events} == {"127.0.0.1"}


def test_the_last_admin_cannot_be_lost(server_site) -> None:
    engine = server_site.engine
    for change in (
        lambda: accounts.update_user(engine, "ada", OPERATOR, role=Role.VIEWER),
        lambda: accounts.update_user(engine, "ada", OPERATOR, is_disabled=True),
    ):
        with pytest.raises(Conflict, match="last admin"):
            change()
    accounts.add_user(engine, "eve", Role.ADMIN, OPERATOR)
    assert accounts.update_user(engine, "ada", OPERATOR, is_disabled=True).is_disabled
    with pytest.raises(Conflict, match="last admin"):
        accounts.update_user(engine, "eve", OPERATOR, role=Role.VIEWER)


@pytest.mark.every_database
def test_two_admins_who_demote_each_other_at_once_leave_one(server_site) -> None:
    engine, start = server_site.engine, threading.Barrier(2)
    accounts.update_user(engine, "vic", OPERATOR, role=Role.ADMIN)

    def demote(name: str) -> str:
        start.wait()
        try:
            accounts.update_user(engine, name, OPERATOR, role=Role.VIEWER)
        except Conflict as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        first, second = sorted(pool.map(demote, ["ada", "vic"]))
    assert "is the last admin" in first
    assert second == "done"


@pytest.mark.every_database
@pytest.mark.parametrize("looks", [1, 2])
def test_two_who_ask_for_the_account_of_a_role_at_once_get_the_same(
    server_site, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    """One has looked so often and found none when the other asks and gets it."""
    engine, look, seen, others = server_site.engine, accounts._row, itertools.count(1), []

    def ask(_: int = 0) -> accounts.Account:
        return accounts.account_of_role(engine, Role.ADMIN, OPERATOR)

    def look_then_let_pass(*given):
        row = look(*given)
        # On SQLite nobody else writes while one does.
        if next(seen) == looks and not (looks > 1 and engine.dialect.name == "sqlite"):
            with ThreadPoolExecutor(1) as pool:
                others.extend(pool.map(ask, range(1)))
        return row

    monkeypatch.setattr(accounts, "_row", look_then_let_pass)
    mine = ask()
    assert mine.name == "admin"
    assert all(other == mine for other in others)
    created = _events(engine, procedure="users.create")
    assert [event.after["name"] for event in created].count("admin") == 1


@pytest.mark.parametrize("name", ["", "Ada", "a b", "-a", "a-", "é", "a" * 129, "a\n"])
def test_a_name_that_could_be_mistaken_is_refused(site, name: str) -> None:
    with pytest.raises(InvalidInput, match="is no user name"):
        accounts.add_user(site.engine, name, Role.VIEWER, OPERATOR)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "a" * 1025,
        "aaaaaaaaaaaaaaaa",
        "my-name-is-bob-b",
        "Password-1234!",
        "2024MotDePasse",
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(site, password: str) -> None:
    with pytest.raises(InvalidInput, match="password"):
        accounts.add_user(site.engine, "bob", Role.VIEWER, OPERATOR, password)


def test_names_are_one_persons_and_unknown_ones_are_said(site) -> None:
    with pytest.raises(Conflict, match="'ada' already"):
        accounts.add_user(site.engine, "ada", Role.VIEWER, OPERATOR)
    with pytest.raises(NotFound, match="'nobody'"):
        accounts.update_user(site.engine, "nobody", OPERATOR, role=Role.ADMIN)


def test_a_hash_of_older_parameters_is_renewed_at_the_next_sign_in(site) -> None:
    import argon2

    from iop_pipelines.schema.tables import users

    old = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    with begin_write(site.engine) as connection:
        where = users.c.name == "vic"
        connection.execute(
            users.update().where(where).values(password_hash=old.hash("old-and-weak"))
        )
    assert accounts.verified(site.engine, "vic", "old-and-weak")
    with site.engine.connect() as connection:
        renewed = connection.scalar(sa.select(users.c.password_hash).where(where))
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert accounts.verified(site.engine, "vic", "old-and-weak")
