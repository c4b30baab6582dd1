"""users.* and audit.*: accounts and the trail, for admins."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from iop_pipelines.errors import Conflict, InvalidInput, NotFound
from iop_pipelines.identity import accounts
from iop_pipelines.identity.links import use_link
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import audit_events


def account_of(api, name):
    (found,) = [each for each in api.call("users.list") if each["name"] == name]
    return found


def follow(api, link):
    """The id that a link signs in."""
    with begin_write(api.engine) as connection:
        return use_link(connection, link["path"].rpartition("/")[2])


def test_a_new_account_signs_in_by_its_link_once(api):
    created = api.call("users.create", name="vic", role="viewer")
    assert set(created) == {"success", "id", "signInLink"}
    assert created["signInLink"]["path"].startswith("/api/auth/link/")
    assert created["signInLink"]["expiresAt"].endswith("Z")
    assert follow(api, created["signInLink"]) == created["id"]
    assert follow(api, created["signInLink"]) is None
    shown = account_of(api, "vic")
    assert (shown["role"], shown["isDisabled"], shown["hasPassword"]) == ("viewer", False, False)
    another = api.call("users.signInLink", id=created["id"])
    assert follow(api, another) == created["id"]
    with pytest.raises(Conflict, match="'vic' already"):
        api.call("users.create", name="vic", role="admin")


def test_a_link_that_was_given_is_not_in_the_trail(api):
    created = api.call("users.create", name="vic", role="viewer")
    token = created["signInLink"]["path"].rpartition("/")[2]
    assert token not in str(api.rows(sa.select(audit_events)))


def test_accounts_are_listed_newest_first_by_pages(api):
    ids = [api.call("users.create", name=f"u{n}", role="viewer")["id"] for n in range(3)]
    first = api.call("users.list", limit=2)
    rest = api.call("users.list", limit=2, cursor=first[-1]["id"])
    assert [each["id"] for each in first + rest] == [*ids[::-1], 1]
    assert not any("argon2" in str(each) for each in first + rest)
    assert [each["id"] for each in api.call("users.list", q="U1")] == [ids[1]]
    assert api.call("users.list", q="u_") == []


def test_role_and_lock_change_alone_or_together_and_nobody_but_the_named_one(api):
    vic = api.call("users.create", name="vic", role="viewer")["id"]
    api.call("users.update", id=vic, role="admin")
    assert account_of(api, "vic")["role"] == "admin"
    api.call("users.update", id=vic, role="viewer", isDisabled=True)
    shown = account_of(api, "vic")
    assert (shown["role"], shown["isDisabled"]) == ("viewer", True)
    with pytest.raises(Conflict, match="'vic' is disabled"):
        api.call("users.signInLink", id=vic)
    api.call("users.update", id=vic)
    assert account_of(api, "vic") == shown
    assert (account_of(api, "ada")["role"], account_of(api, "ada")["isDisabled"]) == (
        "admin",
        False,
    )


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"isDisabled": True}])
def test_the_last_admin_who_can_sign_in_stays(api, change):
    with pytest.raises(Conflict, match="'ada' is the last admin; make another one first"):
        api.call("users.update", id=1, **change)
    eve = api.call("users.create", name="eve", role="admin")["id"]
    api.call("users.update", id=eve, isDisabled=True)
    with pytest.raises(Conflict, match="last admin"):
        api.call("users.update", id=1, **change)
    api.call("users.update", id=eve, isDisabled=False)
    api.call("users.update", id=1, **change)
    with pytest.raises(Conflict, match="'eve' is the last admin"):
        api.call("users.update", id=eve, **change)


def test_a_password_that_an_admin_sets_is_the_accounts_and_is_not_shown(api):
    vic = api.call("users.create", name="vic", role="viewer")["id"]
    api.call("users.setPassword", id=vic, password="rain-on-a-tin-roof")
    assert accounts.verified(api.engine, "vic", "rain-on-a-tin-roof").id == vic
    assert account_of(api, "vic")["hasPassword"] is True
    assert "tin-roof" not in str(api.call("audit.list"))
    with pytest.raises(InvalidInput, match="easy to guess"):
        api.call("users.setPassword", id=vic, password="aaaaaaaaaaaaaaaa")


@pytest.mark.parametrize(
    ("path", "more"),
    [("update", {}), ("setPassword", {"password": "rain-on-a-tin-roof"}), ("signInLink", {})],
)
def test_an_account_that_is_not_there_is_not_found(api, path, more):
    with pytest.raises(NotFound, match="no user with id 12345"):
        api.call(f"users.{path}", id=12345, **more)


def test_the_trail_is_read_by_pages_person_procedure_and_time(api):
    for name in ("one", "two", "three"):
        api.call("dashboards.save", name=name)
    api.call("users.create", name="vic", role="viewer")
    newest, *_ = api.call("audit.list")
    assert newest["procedure"] == "users.create"
    assert (newest["userId"], newest["userName"], newest["requestId"]) == (1, "ada", "request-1")
    assert newest["after"]["name"] == "vic"
    assert newest["before"] is None
    saved = api.call("audit.list", procedure="dashboards.", limit=2)
    saved += api.call("audit.list", procedure="dashboards.", limit=2, cursor=saved[-1]["id"])
    assert [each["after"]["name"] for each in saved] == ["three", "two", "one"]
    assert api.call("audit.list", userId=2) == []
    assert api.call("audit.list", until=saved[0]["occurredAt"], procedure="dashboards.save") == [
        each for each in saved if each["occurredAt"] < saved[0]["occurredAt"]
    ]
    assert api.call("audit.list", since="2200-01-01T00:00:00Z") == []


def test_a_repeated_request_is_told_of_too_and_shows_that_nothing_changed(api):
    template = api.call("reports.list")[0]["id"]
    for _ in range(2):
        api.call("reports.generate", templateId=template, idempotencyKey="retry-1")
    second, first = api.call("audit.list", procedure="reports.generate")
    assert first["before"] is None
    assert second["before"] == second["after"] == first["after"]


def test_moments_of_the_trail_are_of_the_wall_clock(api):
    from iop_pipelines.domain.moments import wall_clock

    soon = wall_clock() + timedelta(minutes=1)
    api.call("dashboards.save", name="one")
    assert api.call("audit.list", until=f"{soon.isoformat()}Z")
    assert api.call("audit.list", since=f"{soon.isoformat()}Z") == []
