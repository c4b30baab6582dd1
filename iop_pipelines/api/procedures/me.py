"""settings.*, sessions.* and zones.*: what belongs to whoever asks. One's password is a route of auth.py."""

from datetime import UTC, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from iop_pipelines.api.context import Context, witness_of
from iop_pipelines.api.procedures.shapes import Id
from iop_pipelines.api.registry import Kind, Registry, Shape
from iop_pipelines.domain import zones
from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.locales import Region
from iop_pipelines.domain.moments import utc_now
from iop_pipelines.domain.vocabulary import Role
from iop_pipelines.errors import Unfit
from iop_pipelines.identity import personal, sessions
from iop_pipelines.registry import dashboards

# Before and after this year that rules are told for; beyond, browsers go by their own.
_YEARS: Final = (-3, 6)


class Me(Shape):
    id: int
    name: str
    role: Role


class MySettings(Shape):
    """Null leaves it to the browser. `region`: how numbers, days and money are written; null leaves it to
    `instanceRegion`, and that, if null, to the browser. `homeDashboard`: whose figures Home shows; null leaves it to
    the platform."""

    user: Me
    language: Language | None
    region: Region | None
    instance_region: Region | None
    theme: personal.Theme
    time_zone: str | None
    home_dashboard: int | None


class ChangedSettings(Shape):
    """What is left out stays; null goes back to the instance's or the browser's."""

    language: Language | None = None
    region: Region | None = None
    theme: personal.Theme = "system"
    time_zone: Annotated[str, Field(max_length=64)] | None = None
    home_dashboard: Id | None = None

    _zone = field_validator("time_zone")(personal.check_zone)


class MySession(Shape):
    """`origin`: password, link, oidc, or token for a bearer token. `address` is where it began."""

    id: str
    origin: str
    address: str
    created_at: datetime
    expires_at: datetime
    is_current: bool


class Zones(Shape):
    names: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=20)]

    @field_validator("names")
    @classmethod
    def _are_zones(cls, names: list[str]) -> list[str]:
        for name in names:
            personal.check_zone(name)
        return names


class OffsetChange(Shape):
    """From `at` on, clocks are `offsetS` seconds ahead of UTC."""

    at: datetime
    offset_s: int


class ZoneRules(Shape):
    """From `since` to `until`, by IANA's `release`: the offset at the beginning, then each change."""

    name: str
    release: str
    since: datetime
    until: datetime
    changes: list[OffsetChange]


class EndSessions(Shape):
    """The session of this `id`, or with `others` all but the one that asks."""

    id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    others: bool = False

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "EndSessions":
        if (self.id is None) is not self.others:
            raise Unfit("input.id_or_others")
        return self


class Ended(Shape):
    success: bool = True
    ended: int


def declare(registry: Registry) -> None:
    _declare_settings(registry)
    _declare_sessions(registry)

    @registry.procedure(
        "zones.rules", Kind.QUERY, "By which rules the platform tells the time of these zones."
    )
    def rules(ctx: Context, given: Zones) -> list[ZoneRules]:
        year = utc_now().year
        since, until = (datetime(year + more, 1, 1, tzinfo=UTC) for more in _YEARS)
        release = zones.rules().release
        return [
            ZoneRules(
                name=name,
                release=release,
                since=since,
                until=until,
                changes=[
                    OffsetChange(at=each.at, offset_s=each.offset_s)
                    for each in zones.changes(ZoneInfo(name), since, until)
                ],
            )
            for name in given.names
        ]


def _declare_settings(registry: Registry) -> None:
    @registry.procedure(
        "settings.get", Kind.QUERY, "Who one is, and what one chose.", is_personal=True
    )
    def get(ctx: Context) -> MySettings:
        return _settings(ctx, personal.settings_of(ctx.platform.engine, ctx.user.id))

    @registry.procedure(
        "settings.update",
        Kind.MUTATION,
        "Choose language, region, theme, time zone, Home.",
        Role.VIEWER,
    )
    def update(ctx: Context, given: ChangedSettings) -> MySettings:
        changed = given.model_dump(exclude_unset=True)
        engine = ctx.platform.engine
        if given.home_dashboard is not None:
            dashboards.dashboard(engine, given.home_dashboard)
        kept = personal.update_settings(engine, ctx.user.id, changed, witness_of(ctx))
        return _settings(ctx, kept)


def _declare_sessions(registry: Registry) -> None:
    @registry.procedure(
        "sessions.list", Kind.QUERY, "Where one is signed in, newest first.", is_personal=True
    )
    def list_(ctx: Context) -> list[MySession]:
        found = sessions.sessions_of_user(ctx.platform.engine, ctx.user.id)
        return [
            MySession(
                id=each.id,
                origin=each.origin,
                address=each.address,
                created_at=each.created_at,
                expires_at=each.expires_at,
                is_current=each.id == ctx.user.session_id,
            )
            for each in found
        ]

    @registry.procedure("sessions.end", Kind.MUTATION, "End sessions of one's own.", Role.VIEWER)
    def end(ctx: Context, given: EndSessions) -> Ended:
        engine, user = ctx.platform.engine, ctx.user
        if given.id is None:
            return Ended(
                ended=sessions.end_others(engine, user.id, user.session_id, witness_of(ctx))
            )
        sessions.end_session(engine, user.id, given.id, witness_of(ctx))
        return Ended(ended=1)


def _settings(ctx: Context, kept: personal.PersonalSettings) -> MySettings:
    user = Me(id=ctx.user.id, name=ctx.user.name, role=ctx.user.role)
    return MySettings(
        user=user,
        language=kept.language,
        region=kept.region,
        instance_region=ctx.platform.settings.region,
        theme=kept.theme,
        time_zone=kept.time_zone,
        home_dashboard=kept.home_dashboard,
    )
