"""Whose an instance is, before the demo adds its models to it and its clock."""

import os

import sqlalchemy as sa

from iop_pipelines.errors import Conflict
from iop_pipelines.schema.engine import engine_for
from iop_pipelines.schema.tables import analytical_models, datasets
from iop_pipelines.settings import Settings
from iop_pipelines.transform.versions import PIPELINE_RUNS

REPLAYS_CLOCK = "drm"


def check_own(settings: Settings) -> None:
    """Looks only; settings: as the home has them, before the demo's own.

    Raises:
        Conflict: somebody has registered datasets or models there, and it does not go by a replay's clock.
    """
    if settings.clock == REPLAYS_CLOCK or not _is_made(settings):
        return
    engine = engine_for(settings.database_url)
    others = sa.select(datasets.c.id).where(datasets.c.name != PIPELINE_RUNS)
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(datasets.name):
            return
        counts = [_count(connection, each) for each in (others, sa.select(analytical_models.c.id))]
    if any(counts):
        raise Conflict(
            "home.not_of_the_demo", home=settings.home, datasets=counts[0], models=counts[1]
        )


def _is_made(settings: Settings) -> bool:
    """Connecting would make an embedded database; a home that cannot be read is told by who opens it."""
    path = sa.make_url(settings.database_url).database or ""
    return not settings.is_embedded or os.path.isfile(path)


def _count(connection: sa.Connection, query: sa.Select) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
