"""What time it is: the wall clock's, or that of a DRM replay (`IOP_CLOCK=drm`)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, ProgrammingError

from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.drm.tables import clock
from iop_pipelines.errors import MisconfiguredInstance
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.transactions import writes
from iop_pipelines.settings import Settings


def now(settings: Settings) -> datetime:
    """Naive UTC.

    Raises:
        MisconfiguredInstance: `IOP_CLOCK` is drm and no replay has set its clock.
    """
    if settings.clock == "system":
        return wall_clock()
    engine = engine_for(settings.drm_database_url)
    try:
        moment = read_clock(engine)
    except (OperationalError, ProgrammingError) as error:
        if sa.inspect(engine).has_table(clock.name):
            raise
        raise MisconfiguredInstance("clock.no_replay") from error
    if moment is None:
        raise MisconfiguredInstance("clock.no_replay")
    return moment


def read_clock(engine: sa.Engine) -> datetime | None:
    """The moment up to which readers have caught up with the replay."""
    with engine.connect() as connection:
        return connection.scalar(sa.select(clock.c.released).where(clock.c.id == 1))


@writes
def release_clock(connection: sa.Connection) -> None:
    """Lets readers' time follow the replay's, which runs ahead while they work on what it delivered."""
    connection.execute(clock.update().where(clock.c.id == 1).values(released=clock.c.now))


@writes
def set_clock(connection: sa.Connection, moment: datetime) -> None:
    """Sets the replay's clock to `moment`, naive UTC; its row is made if it is absent."""
    write_clock(connection, moment)


def write_clock(connection: sa.Connection, moment: datetime) -> None:
    held = connection.scalar(sa.select(clock.c.id).where(clock.c.id == 1).with_for_update())
    if held is None:
        connection.execute(clock.insert().values(id=1, now=moment, released=moment))
    else:
        connection.execute(
            clock.update().where(clock.c.id == 1).values(now=moment, released=moment)
        )
