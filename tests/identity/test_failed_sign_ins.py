"""A sign-in that failed is in the audit trail, without what was typed, and nobody can fill the trail by failing."""

import json
from datetime import timedelta

import requests

from iop_pipelines.audit import trail
from iop_pipelines.audit.trail import Actor, AuditEvent
from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.identity import accounts
from iop_pipelines.identity.failures import FAILED, MAX_OF_NOBODY, tell_failure
from iop_pipelines.identity.limits import PER_ACCOUNT_AND_ADDRESS, WINDOW
from iop_pipelines.identity.links import make_sign_in_link

OPERATOR = Actor(None, "test")


def failures(site) -> list[AuditEvent]:
    with site.engine.connect() as connection:
        return trail.list_events(connection, limit=1000, procedure=FAILED)


def test_a_wrong_password_leaves_a_row_of_the_account_and_not_what_was_typed(site) -> None:
    assert site.sign_in("ADA", "a-secret-mistyped")[1].status_code == 401
    (row,) = failures(site)
    assert (row.user_id, row.user_name) == (site.people["ada"].id, "ada")
    assert (row.after, row.address) == ({"by": "password"}, "127.0.0.1")
    assert row.request_id
    assert "mistyped" not in json.dumps([row.before, row.after, row.user_name])
    assert site.sign_in("ada")[1].status_code == 200
    assert len(failures(site)) == 1


def test_a_name_of_nobody_may_be_a_password_and_is_not_kept(site) -> None:
    assert site.sign_in("My-Pass-Phrase-9", "x")[1].status_code == 401
    (row,) = failures(site)
    assert (row.user_id, row.user_name, row.after) == (None, "", {"by": "password"})


def test_a_disabled_account_and_a_used_link_leave_a_row(site) -> None:
    link = make_sign_in_link(site.engine, "vic", OPERATOR)
    accounts.update_user(site.engine, "vic", OPERATOR, is_disabled=True)
    assert site.sign_in("vic")[1].status_code == 401
    for path in (link.path, "/api/auth/link/nothing"):
        refused = requests.get(f"{site.url}{path}", allow_redirects=False)
        assert refused.status_code == 403
    newest, *_, oldest = failures(site)
    assert (oldest.user_name, oldest.after) == ("vic", {"by": "password"})
    assert (newest.user_id, newest.after) == (None, {"by": "link"})


def test_what_the_limits_refuse_leaves_no_further_row(site) -> None:
    for _ in range(PER_ACCOUNT_AND_ADDRESS + 3):
        site.sign_in("ada", "wrong")
    assert len(failures(site)) == PER_ACCOUNT_AND_ADDRESS


def test_nobody_fills_the_trail_nor_hides_what_is_tried_at_an_account(site) -> None:
    now = wall_clock()
    for number in range(3 * MAX_OF_NOBODY):
        tell_failure(
            site.engine, Actor(None, "", f"request{number:04}"), "password", now, f"n{number}"
        )
    assert len(failures(site)) == MAX_OF_NOBODY + 1
    assert "are not told" in failures(site)[0].after["more"]
    tell_failure(site.engine, OPERATOR, "password", now, "ada")
    assert failures(site)[0].user_name == "ada"
    tell_failure(site.engine, Actor(None, ""), "password", now + WINDOW + timedelta(minutes=1), "n")
    assert failures(site)[0].after == {"by": "password"}


def test_an_empty_origin_is_no_match_where_there_is_no_public_address(make_site) -> None:
    site = make_site()
    assert site.sign_in("ada", Origin="")[1].status_code == 403
    cookie = {"Cookie": f"iop_session={site.token('ada')}", "Origin": ""}
    assert requests.post(f"{site.url}/change", headers=cookie).status_code == 403
