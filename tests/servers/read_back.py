"""What the product wrote, read from its tables; a window is bounded as it is where rows are replaced."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.schema.tables import recommendation_events
from iop_pipelines.transform import store
from iop_pipelines.transform.table import ensure_table


def events_of(engine: sa.Engine, recommendation_id: int) -> Sequence[sa.Row[Any]]:
    """The history of one recommendation, oldest first."""
    rows = recommendation_events
    query = sa.select(rows).where(rows.c.recommendation_id == recommendation_id).order_by(rows.c.id)
    with engine.connect() as connection:
        return connection.execute(query).all()


def read_version(
    engine: sa.Engine,
    declaration: DatasetDeclaration,
    version_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """Rows true at a version (None: now), with time in [since, until), local; typed as what was prepared, by time
    and key. Empty if the dataset was never prepared."""
    table = ensure_table(engine, declaration)
    fields = declaration.fields
    query = sa.select(*(table.c[name] for name in fields)).order_by(
        *(table.c[name] for name in dict.fromkeys((declaration.time, *declaration.key)))
    )
    if version_id is None:
        query = query.where(table.c.iop_to.is_(None))
    else:
        is_later = sa.or_(table.c.iop_to.is_(None), table.c.iop_to > version_id)
        query = query.where(table.c.iop_from <= version_id, is_later)
    query = query.where(*store._bounds(table, declaration, since, until))
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    columns = list(zip(*rows, strict=True)) or [()] * len(fields)
    typed = zip(fields.items(), columns, strict=True)
    return pd.DataFrame({name: _series(cells, spec.type) for (name, spec), cells in typed})


def _series(cells: Sequence[Any], kind: str) -> pd.Series:
    if kind in ("date", "datetime"):
        return pd.Series(pd.to_datetime(pd.Series(cells, dtype=object)).astype("datetime64[ns]"))
    if kind == "integer":
        return pd.Series(pd.array(cells, dtype="Int64"))
    if kind == "boolean":
        return pd.Series(pd.array(cells, dtype="boolean"))
    return pd.Series(cells, dtype=np.float64 if kind == "number" else object)
