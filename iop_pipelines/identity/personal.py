"""What a person chose for themselves, kept with their account."""

from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, field_validator

from iop_pipelines.domain.languages import Language
from iop_pipelines.domain.locales import REGIONS, Region
from iop_pipelines.errors import Unfit
from iop_pipelines.schema.tables import user_settings, users
from iop_pipelines.schema.transactions import write
from iop_pipelines.schema.witness import Witness, unwitnessed

Theme = Literal["system", "light", "dark"]


def check_zone(name: str | None) -> str | None:
    """Raises ValueError for what is no IANA time zone."""
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unfit("time_zone.unknown", name=name) from None
    return name


class PersonalSettings(BaseModel):
    """None leaves it to the instance or the browser. Rows may hold names, a language and a region of another release;
    they are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: Language | None = None
    region: Region | None = None
    theme: Theme = "system"
    time_zone: str | None = None
    home_dashboard: int | None = None

    _zone = field_validator("time_zone")(check_zone)

    @field_validator("language", mode="before")
    @classmethod
    def _is_spoken(cls, value: Any) -> Any:
        return value if value in set(Language) else None

    @field_validator("region", mode="before")
    @classmethod
    def _is_offered(cls, value: Any) -> Any:
        return value if value in REGIONS else None


def settings_of(engine: sa.Engine, user_id: int) -> PersonalSettings:
    with engine.connect() as connection:
        return _read(connection, user_id)


def update_settings(
    engine: sa.Engine, user_id: int, changed: dict[str, Any], witness: Witness = unwitnessed
) -> PersonalSettings:
    """What is left out of `changed` stays."""

    def work(connection: sa.Connection) -> PersonalSettings:
        # There is always a row of the account to wait at, not always one of its settings.
        connection.execute(sa.select(users.c.id).where(users.c.id == user_id).with_for_update())
        before = _read(connection, user_id)
        after = PersonalSettings.model_validate({**before.model_dump(), **changed})
        content = after.model_dump(mode="json")
        if _is_there(connection, user_id):
            statement = user_settings.update().where(user_settings.c.user_id == user_id)
            connection.execute(statement.values(settings=content))
        else:
            connection.execute(user_settings.insert().values(user_id=user_id, settings=content))
        witness(connection, before.model_dump(mode="json"), content)
        return after

    return write(engine, work)


def _read(connection: sa.Connection, user_id: int) -> PersonalSettings:
    query = sa.select(user_settings.c.settings).where(user_settings.c.user_id == user_id)
    return PersonalSettings.model_validate(connection.scalar(query) or {})


def _is_there(connection: sa.Connection, user_id: int) -> bool:
    query = sa.select(user_settings.c.user_id).where(user_settings.c.user_id == user_id)
    return connection.scalar(query) is not None
