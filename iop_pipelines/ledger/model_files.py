"""Files of models in the instance's store, beside the versions that name them."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from iop_pipelines.domain.liveness import Tick
from iop_pipelines.runtimes.model_files import Kept, is_since, is_whole, kept_files
from iop_pipelines.runtimes.outside import Outside
from iop_pipelines.schema.tables import analytical_models

_RUNTIME = "onnx"


def unnamed_files(engine: sa.Engine, outside: Outside, before: datetime) -> list[Kept]:
    """Those stored before then that no version has named since."""
    old = [each for each in kept_files(outside) if each.changed_at < before]
    named = _checksums(engine, before) if old else set[str]()
    return [each for each in old if each.checksum not in named]


def is_unnamed_still(engine: sa.Engine, outside: Outside, kept: Kept, before: datetime) -> bool:
    """Whether it was neither sent again nor named since it was listed."""
    return not is_since(outside, kept) and kept.checksum not in _checksums(engine, before)


def _checksums(engine: sa.Engine, since: datetime) -> set[str]:
    return {checksum for _, checksum in _named(engine, since)}


def broken_files(engine: sa.Engine, outside: Outside, tick: Tick) -> Iterator[tuple[int, str]]:
    """(version's id, what is wrong) of each version whose file is not there, or is another by now."""
    known: dict[str, bool | None] = {}
    for model_id, checksum in _named(engine):
        if checksum not in known:
            tick()
            known[checksum] = is_whole(outside, checksum, tick)
        if not known[checksum]:
            problem = "is missing" if known[checksum] is None else "was changed"
            yield model_id, f"its file {checksum} {problem}: store it again"


def _named(engine: sa.Engine, since: datetime | None = None) -> list[tuple[int, str]]:
    """(id, checksum) of versions that are listed, or were until a moment."""
    models = analytical_models.c
    is_listed = models.deleted_at.is_(None)
    if since is not None:
        is_listed = sa.or_(is_listed, models.deleted_at >= since)
    query = sa.select(models.id, models.config).where(is_listed).order_by(models.id)
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return [
        (row.id, row.config["params"]["checksum"])
        for row in rows
        # A draft may lack all of it.
        if row.config and row.config.get("runtime") == _RUNTIME
    ]
