"""What must hold before a model is stored: each name it uses exists, and its runtime accepts its parameters."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.models import RUNTIME_TYPES, ModelSpec
from iop_pipelines.errors import InvalidDeclaration
from iop_pipelines.runtimes.base import OUTPUT_COLUMNS
from iop_pipelines.schema.tables import datasets
from iop_pipelines.validation.json_schema import check_row_schema

PIPELINE_RUNS = "pipeline_runs"
"""The system dataset: DRM's own runs, one row a finished run."""

PIPELINE_RUN_MEASURES = (
    "duration_s",
    "delay_s",
    "is_failed",
    "rows",
    "is_repeat",
    "quality_score",
)
PIPELINE_RUN_COLUMNS = ("unique_id", "ds", *PIPELINE_RUN_MEASURES)
PIPELINE_RUN_SERIES = ("pipeline",)


def check_model(engine: sa.Engine, spec: ModelSpec) -> None:
    """Raises InvalidDeclaration whose `field` is the path of the first thing wrong."""
    _check_type(spec)
    for side in ("input_schema", "output_schema"):
        _check_schema(getattr(spec, side), side)
    _check_names(spec, *_names_of(engine, spec.config.dataset))
    _check_params(spec)


def _check_type(spec: ModelSpec) -> None:
    belongs_to = RUNTIME_TYPES[spec.config.runtime]
    if spec.type is not belongs_to:
        fitting = sorted(name for name, kind in RUNTIME_TYPES.items() if kind is spec.type)
        raise InvalidDeclaration(
            f"{spec.config.runtime!r} is a {belongs_to} runtime and the model's type is "
            f"{spec.type}; it can be {', '.join(fitting)}",
            field="config.runtime",
        )


def _check_schema(schema: Mapping[str, Any], side: str) -> None:
    try:
        check_row_schema(schema)
    except InvalidDeclaration as error:
        raise _below(side, error) from error


def _check_params(spec: ModelSpec) -> None:
    from iop_pipelines.runtimes.lookup import runtime_for

    try:
        runtime_for(spec.config.runtime).check_params(spec.config.params)
    except InvalidDeclaration as error:
        raise _below("config.params", error) from error


def _below(prefix: str, error: InvalidDeclaration) -> InvalidDeclaration:
    """The same error with its path seen from the model's root; a path that is so already is kept."""
    field = error.field or ""
    if field == prefix or field.startswith(f"{prefix}."):
        return error
    message = str(error).removeprefix(f"{field}: ") if field else str(error)
    short = field.removeprefix("params.") if prefix == "config.params" else field
    return InvalidDeclaration(message, field=f"{prefix}.{short}" if short else prefix)


def _names_of(
    engine: sa.Engine, dataset: str
) -> tuple[Collection[str], Collection[str], Collection[str]]:
    """Measures, series fields and row columns that a model of `dataset` may name."""
    if dataset == PIPELINE_RUNS:
        return PIPELINE_RUN_MEASURES, PIPELINE_RUN_SERIES, PIPELINE_RUN_COLUMNS
    with engine.connect() as connection:
        content = connection.scalar(
            sa.select(datasets.c.declaration).where(datasets.c.name == dataset)
        )
        if content is None:
            known = connection.scalars(sa.select(datasets.c.name).order_by(datasets.c.name)).all()
            there = ", ".join([*(name for name in known if name != PIPELINE_RUNS), PIPELINE_RUNS])
            raise InvalidDeclaration(
                f"there is no dataset {dataset!r}; there are {there}", field="config.dataset"
            )
    declaration = DatasetDeclaration.model_validate(content)
    return declaration.measures, declaration.fields, declaration.fields


def _check_names(
    spec: ModelSpec,
    measures: Collection[str],
    series: Collection[str],
    columns: Collection[str],
) -> None:
    dataset = f"dataset {spec.config.dataset!r}"
    _check_each(spec.config.input.measures, measures, "config.input.measures", dataset, "measure")
    _check_each(spec.config.input.series, series, "config.input.series", dataset, "field")
    _check_columns(spec.input_schema, columns, "input_schema", dataset)
    _check_columns(spec.output_schema, OUTPUT_COLUMNS, "output_schema", "a model's output")


def _check_each(
    names: tuple[str, ...], known: Collection[str], field: str, owner: str, noun: str
) -> None:
    for position, name in enumerate(names):
        if name not in known:
            raise InvalidDeclaration(
                f"{owner} has no {noun} {name!r}; it has {', '.join(sorted(known)) or 'none'}",
                field=f"{field}.{position}",
            )
        if name in names[:position]:
            raise InvalidDeclaration(f"{name!r} is named twice", field=f"{field}.{position}")


def _check_columns(
    schema: Mapping[str, Any], known: Collection[str], side: str, owner: str
) -> None:
    named = [
        *((f"{side}.properties.{name}", name) for name in schema.get("properties", {})),
        *((f"{side}.required.{at}", name) for at, name in enumerate(schema.get("required", ()))),
        *((f"{side}.x-unique.{at}", name) for at, name in enumerate(schema.get("x-unique", ()))),
    ]
    for field, name in named:
        if name not in known:
            raise InvalidDeclaration(
                f"{owner} has no column {name!r}; it has {', '.join(sorted(known))}", field=field
            )
