"""Whether the tables that DRM's contract names are an intake's own."""

import sqlalchemy as sa

from iop_pipelines.drm import tables
from iop_pipelines.errors import Conflict
from iop_pipelines.settings import Settings

# The table that says so.
MARK = "drm_intake"


def require_own(engine: sa.Engine, settings: Settings) -> None:
    """Raises Conflict where DRM's tables are those of somebody else: a DRM platform, its copy, or the demo."""
    if settings.drm_api_url:
        raise Conflict("intake.copies_drm")
    inspector = sa.inspect(engine)
    if inspector.has_table(tables.datasets.name) and not inspector.has_table(MARK):
        raise Conflict("intake.foreign_drm", database=engine.url.render_as_string())
