"""Inputs validated once for each (data version, schema), and only the rows that are new to it.

A version of a dataset holds every row of its past too. What an earlier version had, and passed under
the same schema, is not asked again: so rules across rows (`x-unique`, `x-min-rows`) are about the rows
that came since, which a restatement has replaced whole.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from iop_pipelines.domain.sentences import read
from iop_pipelines.errors import Conflict
from iop_pipelines.schema.tables import dataset_versions, input_validations
from iop_pipelines.schema.transactions import write
from iop_pipelines.transform.table import prepared_table
from iop_pipelines.transform.versions import StoredDataset, version
from iop_pipelines.validation.json_schema import schema_hash
from iop_pipelines.validation.outcomes import CheckOutcome, dumps, joined, loads
from iop_pipelines.validation.suite import validate

_SAMPLE_ROWS_KEPT = 10
# In memory, of a version that may have millions.
_ROWS_AT_ONCE = 100_000


def validate_version(
    engine: sa.Engine, stored: StoredDataset, version_id: int, schema: Mapping[str, Any]
) -> list[CheckOutcome]:
    """What `schema` finds in the prepared rows of `version_id`; a second call reads the first's answer.

    Failing rows stay in question for later versions until they are restated, for a version that
    failed is no ground to skip its rows. `transform.store` forgets the answers that it makes untrue.

    Raises:
        Conflict: the version is not prepared, so that there is nothing to judge.
    """
    found = version(engine, version_id)
    if found.status != "prepared":
        of_version, name = found.data_version, stored.declaration.name
        if found.error_msg:
            why = read(found.said) or found.error_msg
            raise Conflict(
                "data_version.not_prepared_for",
                version=of_version,
                name=name,
                status=found.status,
                why=why,
            )
        raise Conflict(
            "data_version.not_prepared", version=of_version, name=name, status=found.status
        )
    return validate_once(
        engine, version_id, schema, lambda: _new_rows(engine, stored, version_id, schema)
    )


def validate_once(
    engine: sa.Engine,
    version_id: int,
    schema: Mapping[str, Any],
    read: Callable[[], Iterable[pd.DataFrame]],
) -> list[CheckOutcome]:
    """As `validate_version`, for rows that are no prepared table: `read` is called at most once, and gives them by one
    part or more."""
    digest = schema_hash(schema)
    with engine.connect() as connection:
        known = _known(connection, version_id, digest)
    if known is not None:
        return known
    parts = [validate(rows, schema, sample=_SAMPLE_ROWS_KEPT) for rows in read()]
    outcomes = list(joined(parts))

    def keep(connection: sa.Connection) -> list[CheckOutcome]:
        # Another worker may have asked the same at the same time; its answer is the same.
        known = _known(connection, version_id, digest)
        if known is not None:
            return known
        connection.execute(
            input_validations.insert().values(
                dataset_version_id=version_id,
                schema_hash=digest,
                is_success=all(outcome.is_success for outcome in outcomes),
                outcomes=dumps(outcomes),
            )
        )
        return outcomes

    return write(engine, keep)


def _known(connection: sa.Connection, version_id: int, digest: str) -> list[CheckOutcome] | None:
    text = connection.scalar(
        sa.select(input_validations.c.outcomes).where(
            input_validations.c.dataset_version_id == version_id,
            input_validations.c.schema_hash == digest,
        )
    )
    return None if text is None else loads(text)


def _new_rows(
    engine: sa.Engine, stored: StoredDataset, version_id: int, schema: Mapping[str, Any]
) -> Iterator[pd.DataFrame]:
    """Rows true at `version_id` that came after the last earlier version which passed; all of them together where the
    schema compares rows with each other."""
    table = prepared_table(stored.declaration)
    columns = [table.c[name] for name in stored.declaration.fields]
    with engine.connect() as connection:
        passed = _last_passed(connection, stored.id, version_id, schema_hash(schema))
        query = sa.select(*columns).where(
            table.c.iop_from > passed,
            table.c.iop_from <= version_id,
            sa.or_(table.c.iop_to.is_(None), table.c.iop_to > version_id),
        )
        ordered = query.order_by(table.c.iop_id)
        if "x-unique" in schema:
            yield _frame(connection.execute(ordered).all(), stored)
            return
        streamed = connection.execution_options(stream_results=True, yield_per=_ROWS_AT_ONCE)
        is_empty = True
        for rows in streamed.execute(ordered).partitions():
            is_empty = False
            yield _frame(rows, stored)
        if is_empty:
            yield _frame((), stored)


def _frame(rows: Sequence[sa.Row[Any]], stored: StoredDataset) -> pd.DataFrame:
    names = tuple(stored.declaration.fields)
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    cells = {name: _cells(column) for name, column in zip(names, columns, strict=True)}
    return pd.DataFrame(cells, index=pd.RangeIndex(len(rows)))


def _cells(cells: Sequence[Any]) -> pd.Series:
    """As pandas infers them, but for whole numbers that it would make a float64 of, beside a NULL, and round."""
    is_large = any(issubclass(kind, int) for kind in set(map(type, cells))) and any(
        isinstance(cell, int) and abs(cell) >= 2**53 for cell in cells
    )
    return pd.Series(list(cells), dtype=object if is_large or not cells else None)


def _last_passed(connection: sa.Connection, dataset_id: int, version_id: int, digest: str) -> int:
    passed = connection.scalar(
        sa.select(sa.func.max(input_validations.c.dataset_version_id))
        .join(dataset_versions, dataset_versions.c.id == input_validations.c.dataset_version_id)
        .where(
            dataset_versions.c.dataset_id == dataset_id,
            input_validations.c.dataset_version_id < version_id,
            input_validations.c.schema_hash == digest,
            input_validations.c.is_success,
        )
    )
    return passed or 0
