"""POST /api/auth/password: one's own password, said with the present one."""

import pytest
import requests

from iop_pipelines.audit import trail
from iop_pipelines.identity.limits import PER_ACCOUNT_AND_ADDRESS
from served_app import wait_until

CURRENT, NEW = "rain-on-a-tin-roof", "seven-green-bottles"


def change(site, who: requests.Session, current: str = CURRENT, new: str = NEW, **headers: str):
    given = {"current": current, "new": new}
    return who.post(f"{site.url}/api/auth/password", json=given, headers=headers)


def signed_in(site, who: requests.Session) -> bool:
    return who.get(f"{site.url}/api/auth/me").ok


def test_it_is_changed_and_the_other_sessions_end(site) -> None:
    here, _ = site.sign_in("vic")
    there, _ = site.sign_in("vic")
    ada, _ = site.sign_in("ada")
    token = site.token("vic")
    answer = change(site, here)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    wait_until(lambda: not signed_in(site, there))
    assert site.me(token) == 401
    assert signed_in(site, here)
    assert signed_in(site, ada)
    assert site.sign_in("vic")[1].status_code == 401
    assert site.sign_in("vic", NEW)[1].status_code == 200


def test_it_is_in_the_trail_without_either_password(site) -> None:
    here, _ = site.sign_in("vic")
    site.token("vic")
    change(site, here)
    with site.engine.connect() as connection:
        (event,) = trail.list_events(connection, procedure="auth.changePassword")
    assert (event.user_name, event.after["sessions_ended"]) == ("vic", 1)
    assert not any(text in str(event) for text in (CURRENT, NEW))


@pytest.mark.parametrize(
    ("current", "new", "field", "says"),
    [
        ("something-else", NEW, "current", "is not your password"),
        (CURRENT, "short", "new", "12 to 1024"),
        (CURRENT, "my-name-is-vic-v", "new", "easy to guess"),
        (CURRENT, "", "new", "is empty"),
    ],
)
def test_what_is_refused_says_of_which_field_and_changes_nothing(
    site, current: str, new: str, field: str, says: str
) -> None:
    here, _ = site.sign_in("vic")
    there, _ = site.sign_in("vic")
    answer = change(site, here, current, new)
    assert answer.status_code == 400
    (message,) = answer.json()["error"]["data"]["zodError"]["fieldErrors"][field]
    assert says in message
    assert signed_in(site, there)
    assert site.sign_in("vic")[1].status_code == 200


def test_nobody_else_can_change_it(site) -> None:
    assert change(site, requests.Session()).status_code == 401
    here, _ = site.sign_in("vic")
    assert change(site, here, Origin="https://elsewhere.example").status_code == 403
    assert site.sign_in("vic")[1].status_code == 200


def test_who_guesses_at_the_present_one_is_held_up(site) -> None:
    here, _ = site.sign_in("vic")
    for _ in range(PER_ACCOUNT_AND_ADDRESS):
        assert change(site, here, "something-else").status_code == 400
    refused = change(site, here)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


def test_an_account_without_a_password_has_none_to_change(site) -> None:
    from iop_pipelines.audit.trail import Actor
    from iop_pipelines.domain.vocabulary import Role
    from iop_pipelines.identity import accounts

    site.people["bot"] = accounts.add_user(site.engine, "bot", Role.VIEWER, Actor(None, "test"))
    headers = {"Authorization": f"Bearer {site.token('bot')}"}
    assert change(site, requests.Session(), **headers).status_code == 400
