"""What must hold before a model is stored: each name it uses exists, and its runtime accepts its parameters."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

import sqlalchemy as sa

from iop_pipelines.domain.conditions import parse_condition
from iop_pipelines.domain.datasets import DatasetDeclaration
from iop_pipelines.domain.models import ModelSpec
from iop_pipelines.domain.moments import wall_clock
from iop_pipelines.domain.resolved import Scope
from iop_pipelines.domain.sentences import Sentence
from iop_pipelines.errors import InvalidDeclaration, NotFound
from iop_pipelines.runtimes.base import OUTPUT_COLUMNS
from iop_pipelines.runtimes.catalogue import check_params, runtime_spec, runtimes_of
from iop_pipelines.transform.versions import PIPELINE_RUNS, PIPELINE_RUNS_DECLARATION, dataset
from iop_pipelines.validation.json_schema import check_row_schema


def check_model(engine: sa.Engine, spec: ModelSpec) -> None:
    """Raises InvalidDeclaration whose `field` is the path of the first thing wrong."""
    _check_type(spec)
    for side in ("input_schema", "output_schema"):
        _check_schema(getattr(spec, side), side)
    declaration = _declaration_of(engine, spec.config.dataset)
    _check_names(spec, declaration)
    _check_where(spec, declaration)
    _check_threshold(spec)
    check_params(spec.config.runtime, spec.config.params, spec.config.input.measures)


def _check_type(spec: ModelSpec) -> None:
    try:
        belongs_to = runtime_spec(spec.config.runtime).type
    except NotFound as error:
        raise InvalidDeclaration(error.sentence, field="config.runtime") from error
    if spec.type is not belongs_to:
        raise InvalidDeclaration(
            "runtime.of_other_type",
            field="config.runtime",
            runtime=spec.config.runtime,
            belongs_to=belongs_to,
            type=spec.type,
            known=sorted(runtimes_of(spec.type)),
        )


def _check_schema(schema: Mapping[str, Any], side: str) -> None:
    try:
        check_row_schema(schema)
    except InvalidDeclaration as error:
        raise error.under(side) from error


def _declaration_of(engine: sa.Engine, name: str) -> DatasetDeclaration:
    if name == PIPELINE_RUNS:
        return PIPELINE_RUNS_DECLARATION
    try:
        return dataset(engine, name).declaration
    except NotFound as error:
        raise InvalidDeclaration(error.sentence, field="config.dataset") from error


def _check_names(spec: ModelSpec, declaration: DatasetDeclaration) -> None:
    read, owner = spec.config.input, Sentence("owner.dataset", name=spec.config.dataset)
    measures, fields = declaration.measures, declaration.fields
    _check_each(read.measures, measures, "config.input.measures", owner, "measure")
    _check_each(read.series, fields, "config.input.series", owner, "field")
    # DRM's own runs are read as a panel, whose series column has its own name.
    columns = {*fields, "unique_id"} if declaration.name == PIPELINE_RUNS else fields
    _check_columns(spec.input_schema, columns, "input_schema", owner)
    _check_columns(spec.output_schema, OUTPUT_COLUMNS, "output_schema", Sentence("owner.output"))


def _check_where(spec: ModelSpec, declaration: DatasetDeclaration) -> None:
    from iop_pipelines.query.conditions import compile_condition
    from iop_pipelines.query.sources import dataset_source

    if spec.config.input.where is None:
        return
    path = "config.input.where"
    tree = parse_condition(spec.config.input.where, path)
    scope = Scope(now=wall_clock(), zone=declaration.time_zone)
    compile_condition(tree, dataset_source(declaration), scope, path)


def _check_threshold(spec: ModelSpec) -> None:
    """DRM scores what a run delivered, not the run itself: a model of runs would wait for ever."""
    if spec.config.dataset == PIPELINE_RUNS and spec.config.quality_threshold is not None:
        raise InvalidDeclaration(
            "pipeline_runs.never_scored",
            field="config.quality_threshold",
            source=PIPELINE_RUNS,
            threshold=spec.config.quality_threshold,
        )


Noun = Literal["measure", "field"]
_NO_SUCH: Mapping[Noun, str] = {"measure": "measures.no_such", "field": "fields.no_such"}


def _check_each(
    names: tuple[str, ...], known: Collection[str], field: str, owner: Sentence, noun: Noun
) -> None:
    for position, name in enumerate(names):
        if name not in known:
            raise InvalidDeclaration(
                _NO_SUCH[noun],
                field=f"{field}.{position}",
                owner=owner,
                name=name,
                known=sorted(known) or Sentence("name.nothing"),
            )
        if name in names[:position]:
            raise InvalidDeclaration("name.twice", field=f"{field}.{position}", name=name)


def _check_columns(
    schema: Mapping[str, Any], known: Collection[str], side: str, owner: Sentence
) -> None:
    named = [
        *((f"{side}.properties.{name}", name) for name in schema.get("properties", {})),
        *((f"{side}.required.{at}", name) for at, name in enumerate(schema.get("required", ()))),
        *((f"{side}.x-unique.{at}", name) for at, name in enumerate(schema.get("x-unique", ()))),
    ]
    for field, name in named:
        if name not in known:
            raise InvalidDeclaration(
                "columns.no_such", field=field, owner=owner, name=name, known=sorted(known)
            )
