"""Patterns of stored schemas that this release's engine refuses, though a former one took them."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import sqlalchemy as sa

from iop_pipelines.domain.patterns import searcher
from iop_pipelines.schema.tables import analytical_models as models


def refused_patterns(engine: sa.Engine) -> list[str]:
    """Of versions that may still run: model, path, and why; none where the database has no models yet."""
    if not sa.inspect(engine).has_table(models.name):
        return []
    query = (
        sa.select(models.c.name, models.c.version, models.c.input_schema, models.c.output_schema)
        .where(models.c.status != "deprecated")
        .order_by(models.c.id)
    )
    with engine.connect() as connection:
        return [
            f"model {row.name} {row.version}: {side}.{found}"
            for row in connection.execute(query)
            for side in ("input_schema", "output_schema")
            for found in _refused_in(getattr(row, side))
        ]


def _refused_in(schema: Any) -> Iterator[str]:
    columns = cast(Any, schema).get("properties") if isinstance(schema, Mapping) else None
    for name, column in cast(Mapping[str, Any], columns or {}).items():
        pattern = column.get("pattern") if isinstance(column, Mapping) else None
        if not isinstance(pattern, str):
            continue
        try:
            searcher(pattern)
        except ValueError as error:
            yield f"properties.{name}.pattern: {error}"
