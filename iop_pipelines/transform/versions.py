"""Datasets and their data versions, as rows; no pandas here, sensors import this.

A data version is what one DRM run delivered, prepared by one declaration: the same run seen twice is
one version, a restated day is another. Versions of a dataset are ordered by row id, which is the order
in which runs were seen to end, neither that of their windows nor, always, that of their starts.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DECIMALS, DatasetDeclaration
from iop_pipelines.domain.languages import Text
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.domain.vocabulary import Phase
from iop_pipelines.drm.source import DrmRun
from iop_pipelines.errors import Conflict, Contended, NotFound
from iop_pipelines.schema.tables import dataset_versions, datasets
from iop_pipelines.schema.transactions import write
from iop_pipelines.tracing.spans import carried

PIPELINE_RUNS = "pipeline_runs"
_A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class StoredDataset:
    id: int
    declaration: DatasetDeclaration

    @property
    def is_system(self) -> bool:
        """True for DRM's own runs, which are read where they are and never prepared."""
        return self.declaration.name == PIPELINE_RUNS


@dataclass(frozen=True)
class StoredVersion:
    """A row of `dataset_versions`; the window is dataset-local and half-open."""

    id: int
    dataset_id: int
    data_version: str
    drm_run_id: int
    content_checksum: str | None
    declaration_version: int
    window_start: datetime
    window_end: datetime
    status: str
    quality_score: float | None
    rows_in: int | None
    rows_out: int | None
    rows_rejected: int | None
    usable_pct: float | None
    error_msg: str | None
    said: Mapping[str, Any] | None
    accepted_at: datetime | None


def _measure(field: str, unit: str | None = None) -> dict[str, str | None]:
    return {"kind": "mean", "field": field, "unit": unit}


PIPELINE_RUNS_DECLARATION = DatasetDeclaration.model_validate(
    {
        "name": PIPELINE_RUNS,
        "version": 2,
        "description": Text(
            "The DRM runs themselves: how long, how late, how often they fail; a row for each."
        ).en,
        "source": PIPELINE_RUNS,
        "time": "ds",
        "freq": None,
        "key": ["pipeline", "ds"],
        "fields": {
            "pipeline": {"type": "string", "label": "Pipeline", "nullable": False},
            "ds": {"type": "datetime", "label": "Ended at (UTC)", "nullable": False},
            "duration_s": {"type": "number", "label": "Duration", "unit": "s"},
            "delay_s": {"type": "number", "label": "Ended after its SLA by", "unit": "s"},
            "is_failed": {"type": "integer", "label": "Failed"},
            "rows": {"type": "integer", "label": "Rows ingested"},
            "is_repeat": {"type": "integer", "label": "Delivered what was there already"},
            "quality_score": {"type": "number", "label": "Quality score", "unit": "/100"},
        },
        "measures": {
            "duration_s": _measure("duration_s", "s"),
            "delay_s": _measure("delay_s", "s"),
            "is_failed": _measure("is_failed"),
            "rows": _measure("rows"),
            "is_repeat": _measure("is_repeat"),
            "quality_score": _measure("quality_score", "/100"),
        },
    }
)


def data_version(dataset: str, declaration_version: int, drm_run_id: int, checksum: str) -> str:
    """32 hexadecimal digits of the SHA-256 of the four."""
    text = "|".join((dataset, str(declaration_version), str(drm_run_id), checksum))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def register_dataset(engine: sa.Engine, declaration: DatasetDeclaration) -> StoredDataset:
    """Stores a declaration; the same one again changes nothing, a higher version replaces the former.

    Its table is made at once, so that who asks before a version is prepared finds no rows.

    Raises:
        InvalidDeclaration: its steps cannot work; the message names `steps.N.field`.
        Conflict: this version is there with other content, or a later version is, or a column holds
            values of another type.
    """
    if declaration.name == PIPELINE_RUNS:
        return _stored_once(engine, declaration)
    from iop_pipelines.transform.check import check_declaration
    from iop_pipelines.transform.table import check_table, ensure_table

    check_declaration(declaration)
    check_table(engine, declaration)
    stored = _stored_once(engine, declaration)
    ensure_table(engine, declaration)
    return stored


def _stored_once(engine: sa.Engine, declaration: DatasetDeclaration) -> StoredDataset:
    content = declaration.model_dump(mode="json")
    values = {"source": declaration.source, "version": declaration.version, "declaration": content}

    def work(connection: sa.Connection) -> StoredDataset:
        row = connection.execute(
            sa.select(datasets).where(datasets.c.name == declaration.name).with_for_update()
        ).first()
        if row is not None:
            _check_decimals(DatasetDeclaration.model_validate(row.declaration), declaration)
        if row is None:
            result = connection.execute(datasets.insert().values(name=declaration.name, **values))
            return StoredDataset(_new_id(result), declaration)
        if row.version < declaration.version:
            connection.execute(datasets.update().where(datasets.c.id == row.id).values(**values))
        elif row.version > declaration.version:
            raise Conflict(
                "dataset.older_version",
                name=declaration.name,
                there=row.version,
                version=declaration.version,
            )
        elif DatasetDeclaration.model_validate(row.declaration) != declaration:
            raise Conflict(
                "dataset.declared_differently", name=declaration.name, version=row.version
            )
        return StoredDataset(row.id, declaration)

    return write(engine, work)


def replace_declaration(
    connection: sa.Connection, stored: StoredDataset, declaration: DatasetDeclaration
) -> None:
    """Makes `declaration` the current one. The table is fitted by `transform.table.fit_table` afterwards.

    Raises Contended where somebody else declared it anew meanwhile.
    """
    row = connection.execute(
        sa.select(datasets.c.version).where(datasets.c.id == stored.id).with_for_update()
    ).first()
    if row is None or row.version != stored.declaration.version:
        raise Contended(
            "dataset.declared_anew",
            name=declaration.name,
            version=stored.declaration.version,
            latest=row.version if row else Sentence("name.nothing"),
        )
    content = declaration.model_dump(mode="json")
    connection.execute(
        datasets.update()
        .where(datasets.c.id == stored.id)
        .values(version=declaration.version, declaration=content)
    )


def _check_decimals(there: DatasetDeclaration, given: DatasetDeclaration) -> None:
    for name in rescaled(there, given):
        held, wanted = there.fields[name].type, given.fields[name].type
        raise Conflict("column.other_type", table=given.name, column=name, held=held, wanted=wanted)


def rescaled(there: DatasetDeclaration, given: DatasetDeclaration) -> list[str]:
    """Fields that become decimals, or other ones, or are no more.

    The database cannot tell 12.34 as decimal(2) from the whole number 1234, which is what it holds.
    """
    types = {
        name: (there.fields[name].type, spec.type)
        for name, spec in given.fields.items()
        if name in there.fields
    }
    return [
        name
        for name, (held, wanted) in types.items()
        if held != wanted and {held, wanted} & {*DECIMALS}
    ]


def register_system_datasets(engine: sa.Engine) -> StoredDataset:
    """The dataset `pipeline_runs`, so that models can subscribe to DRM's own behaviour."""
    return register_dataset(engine, PIPELINE_RUNS_DECLARATION)


def dataset(engine: sa.Engine, name: str) -> StoredDataset:
    """Raises NotFound with the names that are there."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(datasets).where(datasets.c.name == name)).first()
        if row is not None:
            return _stored(row)
        names = connection.scalars(sa.select(datasets.c.name).order_by(datasets.c.name)).all()
    raise NotFound("dataset.not_among", name=name, known=names or Sentence("name.nothing"))


def dataset_by_id(engine: sa.Engine, dataset_id: int) -> StoredDataset:
    with engine.connect() as connection:
        row = connection.execute(sa.select(datasets).where(datasets.c.id == dataset_id)).first()
    if row is None:
        raise NotFound("dataset.no_such_id", id=dataset_id)
    return _stored(row)


def list_datasets(engine: sa.Engine) -> list[StoredDataset]:
    with engine.connect() as connection:
        rows = connection.execute(sa.select(datasets).order_by(datasets.c.id)).all()
    return [_stored(row) for row in rows]


def datasets_of_source(engine: sa.Engine, source: str) -> list[StoredDataset]:
    """Datasets prepared from the DRM dataset `source`, by id."""
    query = sa.select(datasets).where(datasets.c.source == source).order_by(datasets.c.id)
    with engine.connect() as connection:
        return [_stored(row) for row in connection.execute(query)]


def ensure_version(connection: sa.Connection, stored: StoredDataset, run: DrmRun) -> int:
    """The id of the version that `run` delivered for `stored`, inserted as `pending` if absent.

    A version of `pipeline_runs` needs no preparing: its window is the second in which the run ended.

    Raises:
        Conflict: the run has not ended, or delivered nothing for a dataset that is prepared.
    """
    if run.finished_at is None or not (run.is_success or stored.is_system):
        raise Conflict("drm_run.without_version", id=run.id, status=run.status.value)
    checksum = run.finished_at.isoformat() if stored.is_system else run.content_checksum or ""
    digest = data_version(stored.declaration.name, stored.declaration.version, run.id, checksum)
    there = connection.scalar(
        sa.select(dataset_versions.c.id).where(
            dataset_versions.c.dataset_id == stored.id,
            dataset_versions.c.data_version == digest,
        )
    )
    if there is not None:
        return there
    values = {
        "dataset_id": stored.id,
        "data_version": digest,
        "drm_run_id": run.id,
        "content_checksum": run.content_checksum,
        "declaration_version": stored.declaration.version,
        "window_start": run.window_start,
        "window_end": run.window_end,
        "traceparent": carried(),
    }
    if stored.is_system:
        ended = run.finished_at.replace(microsecond=0)
        values |= {
            "window_start": ended,
            "window_end": ended + _A_SECOND,
            "status": "prepared",
            "phase": Phase.DONE,
            "rows_in": 1,
            "rows_out": 1,
            "rows_rejected": 0,
            "prepared_at": sa.func.current_timestamp(),
        }
    return _new_id(connection.execute(dataset_versions.insert().values(**values)))


def version(engine: sa.Engine, version_id: int) -> StoredVersion:
    found = _versions(engine, dataset_versions.c.id == version_id)
    if not found:
        raise NotFound("data_version.not_found", id=version_id)
    return found[0]


def latest_version(
    engine: sa.Engine, dataset_id: int, *, is_prepared: bool = True
) -> StoredVersion | None:
    """The version with the highest id; of those that are prepared, unless told otherwise."""
    conditions = [dataset_versions.c.dataset_id == dataset_id]
    if is_prepared:
        conditions.append(dataset_versions.c.status == "prepared")
    found = _versions(engine, *conditions, limit=1)
    return found[0] if found else None


def record_quality(
    connection: sa.Connection, drm_run_id: int, score: float, dataset_ids: Sequence[int]
) -> int:
    """Notes DRM's score of a run on the versions it delivered; returns how many there are."""
    result = connection.execute(
        dataset_versions.update()
        .where(
            dataset_versions.c.drm_run_id == drm_run_id,
            dataset_versions.c.dataset_id.in_(dataset_ids),
        )
        .values(quality_score=score)
    )
    return result.rowcount


_FIELDS = [dataset_versions.c[name] for name in StoredVersion.__dataclass_fields__]


def _versions(
    engine: sa.Engine, *conditions: sa.ColumnElement[bool], limit: int = 1000
) -> list[StoredVersion]:
    query = (
        sa.select(*_FIELDS).where(*conditions).order_by(dataset_versions.c.id.desc()).limit(limit)
    )
    with engine.connect() as connection:
        return [StoredVersion(**row) for row in connection.execute(query).mappings()]


def _stored(row: sa.Row) -> StoredDataset:
    return StoredDataset(row.id, DatasetDeclaration.model_validate(row.declaration))


def _new_id(result: sa.CursorResult) -> int:
    key = result.inserted_primary_key
    if key is None:
        raise RuntimeError("the database returned no id for an insert")
    return key[0]
