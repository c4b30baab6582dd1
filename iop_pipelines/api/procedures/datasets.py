"""datasets.*: what models, reports and panels can read."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import with_config
from typing_extensions import TypedDict

from iop_pipelines.api.context import Context
from iop_pipelines.api.procedures.shapes import (
    ROW,
    LocalMoment,
    Page,
    newest_first,
    page_of,
    rows_of,
    select_of,
)
from iop_pipelines.api.registry import Kind, Registry, Shape
from iop_pipelines.domain.datasets import DatasetDeclaration, FieldType
from iop_pipelines.query.config import SourceName
from iop_pipelines.query.sources import Source, load_catalogue
from iop_pipelines.schema.tables import dataset_versions, datasets


@with_config(ROW)
class LatestData(TypedDict):
    """The latest prepared data version; its window is in the dataset's local time, half-open."""

    data_version: str
    window_start: LocalMoment
    window_end: LocalMoment
    quality_score: float | None
    rows_out: int | None
    rows_rejected: int | None
    prepared_at: datetime | None


@with_config(ROW)
class Dataset(TypedDict):
    """`freq` is the step of its rows: h, D, W, MS, or null for events."""

    id: int
    name: str
    description: str
    source: str
    version: int
    freq: str | None
    time_zone: str
    created_at: datetime
    updated_at: datetime
    latest: LatestData | None


class SourceField(Shape):
    """`zone` is that of a moment's local times."""

    name: str
    type: FieldType
    label: str
    unit: str | None
    zone: str | None


class SourceMeasure(Shape):
    name: str
    kind: str
    label: str | None
    unit: str | None


class SourceSchema(Shape):
    """What a query_config may name of one source; `time` is the field that says how fresh it is."""

    source: str
    label: str
    time: str | None
    fields: list[SourceField]
    measures: list[SourceMeasure]


class OfSource(Shape):
    """A dataset's name, `dataset:NAME`, or a ledger such as `recommendations` or `executions`."""

    name: SourceName


_LATEST = select_of(
    dataset_versions.c.dataset_id,
    *(dataset_versions.c[name] for name in LatestData.__annotations__),
)
_LIST = newest_first(
    select_of(*(datasets.c[name] for name in ("id", "name", "source", "version")))
    .add_columns(datasets.c.declaration, datasets.c.created_at, datasets.c.updated_at)
    .add_columns(
        sa.select(sa.func.max(dataset_versions.c.id))
        .where(
            dataset_versions.c.dataset_id == datasets.c.id,
            dataset_versions.c.status == "prepared",
        )
        .scalar_subquery()
        .label("latest_id")
    ),
    datasets.c.id,
)


def declare(registry: Registry) -> None:
    @registry.procedure("datasets.list", Kind.QUERY, "Prepared datasets with their latest data.")
    def list_(ctx: Context, given: Page) -> list[Dataset]:
        rows = page_of(ctx, _LIST, given)
        ids = [row["latest_id"] for row in rows if row["latest_id"] is not None]
        latest = rows_of(ctx, _LATEST.where(dataset_versions.c.id.in_(ids)))
        by_dataset = {each.pop("dataset_id"): LatestData(each) for each in latest}
        return [_dataset(row, by_dataset.get(row["id"])) for row in rows]

    @registry.procedure("datasets.schema", Kind.QUERY, "Fields and measures of one source.")
    def schema(ctx: Context, given: OfSource) -> SourceSchema:
        with ctx.services.engine.connect() as connection:
            catalogue = load_catalogue(connection)
        is_dataset = given.name in catalogue.declarations
        name = f"dataset:{given.name}" if is_dataset else given.name
        return _schema(catalogue.source(name, "name"))


def _dataset(row: dict[str, Any], latest: LatestData | None) -> Dataset:
    declared = DatasetDeclaration.model_validate(row.pop("declaration"))
    del row["latest_id"]
    return Dataset(
        **row,
        description=declared.description,
        freq=declared.freq,
        time_zone=declared.time_zone,
        latest=latest,
    )


def _schema(source: Source) -> SourceSchema:
    return SourceSchema(
        source=source.name,
        label=source.label,
        time=source.time,
        fields=[
            SourceField(name=name, type=each.type, label=each.label, unit=each.unit, zone=each.zone)
            for name, each in source.fields.items()
        ],
        measures=[
            SourceMeasure(name=name, kind=each.kind, label=each.label, unit=each.unit)
            for name, each in source.measures.items()
        ],
    )
