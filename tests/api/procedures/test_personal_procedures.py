"""settings.* and sessions.*: a viewer's right, and nobody else's business."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
import tzdata

from iop_pipelines.api.procedures import build_registry
from iop_pipelines.api.registry import ApiError, Kind
from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import MisconfiguredInstance, NotFound
from iop_pipelines.identity.user import User
from iop_pipelines.schema.engine import begin_write
from iop_pipelines.schema.tables import sessions, user_settings, users
from iop_pipelines.settings import Settings

DEFAULTS = {
    "language": None,
    "theme": "system",
    "timeZone": None,
    "homeDashboard": None,
    "region": None,
    "instanceRegion": None,
}


@pytest.fixture
def vera(api):
    api.insert(users, id=2, name="vera", role=Role.VIEWER)
    user = User(2, "vera", Role.VIEWER, session_id="this")
    return replace(api, context=replace(api.context, user=user))


def signed_in(api, user_id, *names):
    for name in names:
        api.insert(
            sessions,
            id=name,
            user_id=user_id,
            origin="password",
            address="10.0.0.1",
            expires_at=wall_clock() + timedelta(hours=1),
        )


def test_settings_are_kept_and_what_is_left_out_stays(api):
    user = api.context.user
    me = {"id": user.id, "name": user.name, "role": user.role.value}
    assert api.call("settings.get") == {"user": me, **DEFAULTS}
    given = {"language": "fr", "timeZone": "Africa/Lagos", "region": "SN"}
    assert api.call("settings.update", **given) == {"user": me, **DEFAULTS, **given}
    api.call("settings.update", theme="dark", language=None)
    kept = {**DEFAULTS, **given, "language": None, "theme": "dark"}
    assert api.call("settings.get") == {"user": me, **kept}


def test_the_region_of_the_instance_is_told_beside_ones_own(api):
    settings = replace(api.context.platform.settings, region="NG")
    lagos = replace(
        api, context=replace(api.context, platform=replace(api.context.platform, settings=settings))
    )
    lagos.call("settings.update", region="GB")
    told = lagos.call("settings.get")
    assert (told["region"], told["instanceRegion"]) == ("GB", "NG")


def test_an_instance_in_no_region_that_there_is_names_those_there_are():
    assert Settings.from_env({"IOP_REGION": "SN"}).region == "SN"
    assert Settings.from_env({"IOP_REGION": ""}).region is None
    with pytest.raises(MisconfiguredInstance, match=r"IOP_REGION is 'ng'; .* NG, .* or SN"):
        Settings.from_env({"IOP_REGION": "ng"})


def test_a_language_that_this_release_does_not_have_leaves_it_to_the_browser(api):
    """A later release may have kept it."""
    with begin_write(api.context.platform.engine) as connection:
        kept = {"language": "xx", "region": "XX", "theme": "dark"}
        connection.execute(
            user_settings.insert().values(user_id=api.context.user.id, settings=kept)
        )
    settings = api.call("settings.get")
    assert (settings["language"], settings["region"], settings["theme"]) == (None, None, "dark")


def test_settings_are_of_one_person_alone(api, vera):
    vera.call("settings.update", theme="dark")
    assert api.call("settings.get")["theme"] == "system"


@pytest.mark.parametrize(
    "given",
    [
        {"timeZone": "Mars/Olympus"},
        {"language": "xx"},
        {"region": "ng"},
        {"theme": None},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_chosen_is_refused_by_its_field(api, given):
    with pytest.raises(ApiError) as refused:
        api.call("settings.update", **given)
    assert list(given) == list(refused.value.data["zodError"]["fieldErrors"])


def test_one_sees_and_ends_ones_own_sessions_only(api, vera):
    signed_in(api, 1, "of-ada")
    signed_in(api, 2, "this", "phone", "laptop")
    listed = vera.call("sessions.list")
    assert {each["id"] for each in listed} == {"this", "phone", "laptop"}
    assert [each["id"] for each in listed if each["isCurrent"]] == ["this"]
    with pytest.raises(NotFound):
        vera.call("sessions.end", id="of-ada")
    assert vera.call("sessions.end", id="phone") == {"success": True, "ended": 1}
    with pytest.raises(NotFound):
        vera.call("sessions.end", id="phone")
    assert vera.call("sessions.end", others=True)["ended"] == 1
    assert [each["id"] for each in vera.call("sessions.list")] == ["this"]
    assert len(api.call("sessions.list")) == 1


def test_the_mutations_of_viewers_are_these() -> None:
    allowed = {
        p.path for p in build_registry() if p.kind is Kind.MUTATION and p.role is Role.VIEWER
    }
    assert allowed == {"notifications.markRead", "settings.update", "sessions.end"}


def test_the_rules_of_a_zone_are_those_of_the_pinned_package(api):
    (rules,) = api.call("zones.rules", names=["Africa/Casablanca"])
    moments = [datetime.fromisoformat(each["at"]) for each in rules["changes"]]
    path = resources.files("tzdata").joinpath("zoneinfo", "Africa", "Casablanca")
    with path.open("rb") as file:
        zone = ZoneInfo.from_file(file)
    for at, each in zip(moments, rules["changes"], strict=True):
        assert at.astimezone(zone).utcoffset() == timedelta(seconds=each["offsetS"])
    for at in moments[1:]:
        before = at - timedelta(seconds=1)
        assert before.astimezone(zone).utcoffset() != at.astimezone(zone).utcoffset()
    # Two changes a year until its clocks went back at 2:00 on 20 September 2026, for good.
    assert datetime(2026, 9, 20, 1, tzinfo=UTC) == max(moments)
    assert rules["release"] == tzdata.IANA_VERSION


@pytest.mark.parametrize("names", [[], ["Mars/Base"], ["UTC"] * 21])
def test_rules_are_asked_for_some_zones_that_there_are(api, names):
    with pytest.raises(ApiError) as refused:
        api.call("zones.rules", names=names)
    assert refused.value.code == "BAD_REQUEST"
