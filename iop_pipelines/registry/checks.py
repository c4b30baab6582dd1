"""What must hold before a model is stored: each name it uses exists, and its runtime accepts its parameters."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.models import RUNTIME_TYPES, ModelSpec
from iop_pipelines.errors import InvalidDeclaration, NotFound
from iop_pipelines.runtimes.base import OUTPUT_COLUMNS
from iop_pipelines.transform.versions import PIPELINE_RUNS, PIPELINE_RUNS_DECLARATION, dataset
from iop_pipelines.validation.json_schema import check_row_schema


def check_model(engine: sa.Engine, spec: ModelSpec) -> None:
    """Raises InvalidDeclaration whose `field` is the path of the first thing wrong."""
    _check_type(spec)
    for side in ("input_schema", "output_schema"):
        _check_schema(getattr(spec, side), side)
    _check_names(spec, _declaration_of(engine, spec.config.dataset))
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


def _declaration_of(engine: sa.Engine, name: str) -> DatasetDeclaration:
    if name == PIPELINE_RUNS:
        return PIPELINE_RUNS_DECLARATION
    try:
        return dataset(engine, name).declaration
    except NotFound as error:
        raise InvalidDeclaration(str(error), field="config.dataset") from error


def _check_names(spec: ModelSpec, declaration: DatasetDeclaration) -> None:
    read, owner = spec.config.input, f"dataset {spec.config.dataset!r}"
    measures, fields = declaration.measures, declaration.fields
    _check_each(read.measures, measures, "config.input.measures", owner, "measure")
    _check_each(read.series, fields, "config.input.series", owner, "field")
    # DRM's own runs are read as a panel, whose series column has its own name.
    columns = {*fields, "unique_id"} if declaration.name == PIPELINE_RUNS else fields
    _check_columns(spec.input_schema, columns, "input_schema", owner)
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
